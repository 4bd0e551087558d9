"""Ids of trials in revisions: the content counts, not the name."""

import json
from pathlib import Path

import pytest

from orchestrator.errors import InputError
from orchestrator.plan.document import plan_document
from orchestrator.plan.identity import fingerprints, identify
from orchestrator.plan.invalidation import earlier_plan
from orchestrator.plan.make_plan import make_plan
from orchestrator.plan_document import PlanDocument
from orchestrator.study.load import parse_study
from orchestrator.study.records import Study
from tests.revisions.repositories import cache, commit, git, repository, write

__all__ = ["cache"]

pytestmark = pytest.mark.usefixtures("cache")

FUNCTION = """\
study: s
trial: {function: "plan_train:train"MORE}
metrics: {test/accuracy: {direction: maximize, unit: share}}
replicates: 2
"""
COMMAND = FUNCTION.replace('function: "plan_train:train"', "command: [sh, train.sh]").replace(
    "share}", "share, pattern: 'a (\\S+)'}"
)
LEVELS = "factors: {trial.revision: [HEAD~1, HEAD]}\n"
TRAIN = "import plan_helper\ndef train(trial, *, lr: float = 1.0, conf: str = ''):\n    pass\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = repository(tmp_path / "repo")
    files = {"plan_train.py": TRAIN, "train.sh": ". ./lib.sh", "lib.sh": "echo a 1"}
    commit(folder, files | {"plan_helper.py": "GAIN = 1"})
    commit(folder, {"plan_helper.py": "GAIN = 2", "lib.sh": "echo a 2"})
    return folder


def study(folder: Path, text: str, more: str = "") -> Study:
    return parse_study(text.replace("MORE", more), folder / "s.yaml")


def ids(found: Study) -> dict[str, str]:
    """Label of each variant → id of its first trial."""
    trials = identify(found, fingerprints(found))
    return {trial.variant.label: trial.trial_id for trial in trials if trial.replicate == 0}


def test_the_name_of_a_revision_is_no_part_of_an_id(folder: Path) -> None:
    git(folder, "tag", "v1", "HEAD~1")
    first = ids(study(folder, FUNCTION + LEVELS))
    other = ids(study(folder, FUNCTION + "factors: {trial.revision: [v1, worktree~0]}\n"
                .replace("worktree~0", "main")))  # fmt: skip
    assert list(first.values()) == list(other.values())
    assert len(set(first.values())) == 2


def test_a_study_without_revisions_shares_results_with_its_state(folder: Path) -> None:
    alone = TRAIN.replace("import plan_helper", "import plan_beside")
    commit(folder, {"plan_alone.py": alone, "plan_beside.py": "GAIN = 1"})
    commit(folder, {"plan_beside.py": "GAIN = 2"})
    text = FUNCTION.replace("plan_train", "plan_alone") + "factors: {trial.lr: [1, 2]}\n"
    now, then = (ids(study(folder, text, f", revision: {name}")) for name in ("HEAD", "HEAD~1"))
    assert ids(study(folder, text)) == now
    assert not set(now.values()) & set(then.values())


def test_what_is_read_must_be_part_of_the_id_to_be_compared(folder: Path) -> None:
    found = study(folder, COMMAND + LEVELS)
    with pytest.raises(InputError) as error:
        fingerprints(found)
    (problem,) = error.value.problems
    assert problem.where.endswith("s.yaml:5:27")
    assert "HEAD~1 and HEAD differ in nothing that a trial's id covers" in problem.what
    assert problem.cure == ("they differ in lib.sh, plan_helper.py; "
                            "list under trial.files what the command reads")  # fmt: skip
    listed = ids(study(folder, COMMAND + LEVELS, ", files: [lib.sh]"))
    assert len(set(listed.values())) == 2


def test_a_branch_that_moves_invalidates_what_was_trained_of_it(folder: Path) -> None:
    text = FUNCTION + "factors: {trial.revision: [v1, main]}\n"
    git(folder, "tag", "v1", "HEAD~1")
    before = make_plan(study(folder, text), {}, 1)
    document = plan_document(before)
    assert {name for name in document.identity.code if "plan_helper" in name} == {
        "plan_helper (v1)",
        "plan_helper (main)",
    }
    commit(folder, {"plan_helper.py": "GAIN = 3"})
    done = {trial.trial_id: "completed" for trial in before.trials}
    after = make_plan(study(folder, text), done, 1, document)
    assert set(after.reasons.values()) == {"code of plan_helper (main)"}
    states = {trial.variant.label: after.states[trial.trial_id] for trial in after.trials}
    assert states == {"revision=v1": "done", "revision=main": "invalidated"}
    assert earlier_plan(document).document == document


def test_files_in_settings_are_those_of_the_revision(folder: Path) -> None:
    text = "from pathlib import Path\ndef train(trial, *, conf: Path = Path('c.txt')):\n    pass\n"
    commit(folder, {"plan_paths.py": text, "c.txt": "1"})
    commit(folder, {"c.txt": "2"})
    found = study(folder, FUNCTION.replace("plan_train", "plan_paths") + LEVELS)
    prints = fingerprints(found)
    assert sorted(prints.data) == ["c.txt (HEAD)", "c.txt (HEAD~1)"]
    assert len(set(prints.data.values())) == 2


def test_the_document_has_the_commits_and_can_be_read_again(folder: Path) -> None:
    write(folder, {"plan_helper.py": "GAIN = 9"})
    text = FUNCTION + "factors: {trial.revision: [HEAD, worktree]}\n"
    document = plan_document(make_plan(study(folder, text), {}, 1))
    head, worktree = document.revisions
    assert (head.uncommitted, worktree.uncommitted, worktree.files) == (0, 1, 1)
    assert PlanDocument.from_json(json.dumps(document.to_json()).encode()) == document
    assert "trial.revision" not in document.fixed
    assert [v.settings["trial.revision"] for v in document.variants] == ["HEAD", "worktree"]
