"""What the section of data says of test inputs that training has too."""

from dataclasses import replace

import pytest

from orchestrator.reports.data.samples import Sample
from orchestrator.reports.text.sections.task_examples import about

PARITY = Sample(
    settings={"task.name": "parity"},
    inputs="sequence",
    outputs="tags",
    features=1,
    values=1,
    shape=(10, 1),
    splits={"train": 10_000, "test": 1000},
    in_training=None,
    split="validation",
    feature_names=(),
    classes=(),
    examples=(),
)


@pytest.mark.parametrize(
    ("share", "said", "warns"),
    [
        (0.0, "No test input occurs in training.", False),
        (0.002, "0.2 % of the test inputs also occur in training", False),
        (0.074, "7.4 % of the test inputs also occur in training", True),
        (0.999, "99.9 % of the test inputs also occur in training", True),
        (1.0, "All test inputs also occur in training", True),
    ],
)
def test_repeated_inputs_are_said(share: float, said: str, warns: bool) -> None:
    text = about(replace(PARITY, in_training=share), [])
    assert said in text
    assert ("Beware: memory is enough" in text) == warns


def test_nothing_is_said_of_what_is_not_recorded() -> None:
    assert "in training" not in about(PARITY, [])
