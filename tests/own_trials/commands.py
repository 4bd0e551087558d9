"""Studies whose trials are a small script of the shell."""

from pathlib import Path
from typing import Any

from orchestrator.own_trials.engine import train
from orchestrator.study.load import parse_study
from orchestrator.study.records import Study
from orchestrator.training.records import PackRows
from tests.own_trials.studies import packs_of, row

ACCURACY = "test/accuracy: {direction: maximize, unit: share, pattern: 'accuracy (\\S+)'}"
SCRIPT = """\
for epoch in 1 2 3; do
  echo "epoch $epoch: lr $1, accuracy 0.$epoch"
done
"""


def text_of(
    folder: Path,
    script: str = SCRIPT,
    words: str = 'sh, train.sh, "{lr}"',
    metrics: str = ACCURACY,
    more: str = "",
) -> str:
    (folder / "train.sh").write_text(script)
    return (
        f"study: own\ntrial:\n  command: [{words}]\n{more}metrics:\n  {metrics}\n"
        "factors: {trial.lr: [0.1, 2]}\nreplicates: 1\n"
    )


def study_of(folder: Path, *given: str, **named: str) -> Study:
    return parse_study(text_of(folder, *given, **named), folder / "own.yaml")


def rows_of(folder: Path, *given: str, **named: str) -> PackRows:
    """Of the variant with the learning rate 2."""
    return train(packs_of(study_of(folder, *given, **named))[1])


def trial_of(folder: Path, *given: str, **named: str) -> dict[str, Any]:
    return row(rows_of(folder, *given, **named).trials)
