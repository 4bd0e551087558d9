"""The size of predictions is known before they are made."""

import pytest

from orchestrator.run.outlook.kept_size import kept_lines
from tests.study.texts import parse

STUDY = """
study: s
task: {name: %s}
model: {name: %s}
factors: {training.learning_rate: [0.1, 0.2]}
replicates: 5
keep: {predictions: %s}
"""


@pytest.mark.parametrize(
    ("task", "model", "split", "said"),
    [
        ("digits", "mlp", "test", "10 trials × 300 test examples, at most 16 bytes and 4 per class "
         "a row: 0.2 MB with 10 classes"),
        ("adding", "recurrent", "validation", "10 trials × 1,000 validation examples, at most 16 "
         "bytes a row: 0.2 MB"),
    ],
)  # fmt: skip
def test_rows_times_bytes(task: str, model: str, split: str, said: str) -> None:
    (line,) = kept_lines(parse(STUDY % (task, model, split)))
    assert line == f"Keeps: predictions of {said}"


def test_nothing_where_none_are_kept() -> None:
    assert not list(kept_lines(parse(STUDY % ("digits", "mlp", "off"))))
