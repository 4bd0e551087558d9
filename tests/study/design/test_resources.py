"""Several workers a trial: what they cannot share is said before anything starts."""

from pathlib import Path

import pytest

from orchestrator.errors import InputError
from orchestrator.study.load import parse_study

HEAD = """\
study: shared
task: {name: toy_tagging}
model: {name: recurrent, layers: 2}
factors: {model.cell: [rnn, lstm]}
"""


@pytest.mark.parametrize(
    "more",
    [
        "training: {learning_rate: 0.1}\n",
        "tune: {training.learning_rate: {choice: [0.1, 0.2]}, points: 2}\n",
    ],
)
def test_without_dropout_workers_may_share(more: str) -> None:
    study = parse_study(f"{HEAD}{more}resources: {{workers: 2}}\n", Path("s.yaml"))
    assert study.resources.workers == 2


@pytest.mark.parametrize(
    "text",
    [
        HEAD.replace("layers: 2", "layers: 2, dropout: 0.5"),
        HEAD.replace("model.cell: [rnn, lstm]", "model.dropout: [0, 0.5]"),
        HEAD + "tune: {model.dropout: {uniform: [0, 0.5]}, points: 2}\n",
    ],
)
def test_dropout_is_refused_with_the_cure(text: str) -> None:
    parse_study(text, Path("s.yaml"))
    with pytest.raises(InputError, match=r"model\.dropout is above 0: each would draw") as refused:
        parse_study(f"{text}resources: {{workers: 2}}\n", Path("s.yaml"))
    (problem,) = refused.value.problems
    assert problem.cure == "train with one worker, or set model.dropout to 0"
