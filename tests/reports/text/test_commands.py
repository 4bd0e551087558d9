"""Commands that follow from the one a study was run with."""

import shlex

import pytest

from orchestrator.reports.text.commands import more_epochs, more_replicates, one_trial

RUN = "orch run x.yaml --set a.b='c d' --only m=1 --results out"


@pytest.mark.parametrize(
    "flags", ["", " --replicates 3", " --replicates=3", " --force", " --replicates 3 --no-report"]
)
def test_the_command_is_that_of_the_last_run_with_another_number(flags: str) -> None:
    words = shlex.split(RUN + flags)
    assert shlex.split(more_replicates("x", words, 9)) == [*shlex.split(RUN), "--replicates", "9"]


def test_without_a_known_command_the_study_is_named() -> None:
    assert more_replicates("x", (), 9) == "orch run x --replicates 9"
    assert more_replicates("x", ("pytest", "-q"), 9) == "orch run x --replicates 9"


def test_the_command_for_one_trial_keeps_what_decides_its_id() -> None:
    words = ("orch", "run", "x y.yaml", "--set", "training.epochs=3", "--replicates", "4",
             "--inline", "--force", "--no-report", "--address", "auto")  # fmt: skip
    expected = "orch run 'x y.yaml' --set training.epochs=3 --replicates 4 --trial"
    assert one_trial("x", words) == expected
    assert one_trial("x", ()) == "orch run x --trial"


@pytest.mark.parametrize(
    "before", ["", " --set training.epochs=8", " --set=training.epochs=8", " --force"]
)
def test_more_epochs_take_the_place_of_those_of_the_last_run(before: str) -> None:
    found = more_epochs("x", shlex.split(RUN + before), 16)
    assert shlex.split(found) == [*shlex.split(RUN), "--set", "training.epochs=16"]
