"""`trial.revision` in a study: what is accepted, and what is said of the rest."""

from pathlib import Path

import pytest

from orchestrator.errors import InputError, Problem
from orchestrator.models.settings.own_trial import OwnCommand, OwnTrial
from orchestrator.study.load import NO_OVERRIDES, Overrides, parse_study
from orchestrator.study.records import OwnSettings, Study
from tests.revisions.repositories import cache, commit, git, repository, write

__all__ = ["cache"]

pytestmark = pytest.mark.usefixtures("cache")

HEAD = """\
study: s
trial:
  {form}
metrics: {{test/accuracy: {{direction: maximize, unit: share{read}}}}}
"""
FUNCTION = HEAD.format(form='function: "rev_train:train"', read="")
COMMAND = HEAD.format(form='command: [sh, train.sh, "{lr}"]\n  lr: 1', read=", pattern: '(x)'")
TRAIN = "def train(trial, *, lr: float = {lr}):\n    trial.report({{'test/accuracy': lr}})\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """main~1, main and a working tree, which differ in a default value."""
    folder = repository(tmp_path / "repo")
    (folder / "studies").mkdir()
    for lr in (1, 2):
        commit(folder, {"rev_train.py": TRAIN.format(lr=lr), "train.sh": f"echo {lr}"}, f"lr {lr}")
    write(folder, {"rev_train.py": TRAIN.format(lr=3), "train.sh": "echo 3"})
    return folder


def study(folder: Path, text: str, overrides: Overrides = NO_OVERRIDES) -> Study:
    return parse_study(f"{text}replicates: 1\n", folder / "s.yaml", overrides)


def problems(folder: Path, text: str) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as found:
        study(folder, text)
    return found.value.problems


def trials(found: Study) -> dict[str, OwnTrial]:
    """By the label of their variant."""
    every = {v.label: v.settings for v in found.variants}
    return {name: own.trial for name, own in every.items() if isinstance(own, OwnSettings)}


def rates(found: Study) -> list[object]:
    return [own.given["lr"] for own in trials(found).values()]


THREE = "factors: {trial.revision: [main~1, main, worktree]}\n"


def test_each_variant_has_the_function_of_its_revision(folder: Path) -> None:
    found = study(folder, FUNCTION + THREE)
    assert rates(found) == [1.0, 2.0, 3.0]
    assert [each.subject for each in found.revisions] == ["lr 1", "lr 2", "lr 2"]
    assert [each.against for each in found.revisions] == [None, "main~1", "main~1"]
    assert list(found.factors) == ["trial.revision"]


def test_a_command_runs_in_the_folder_of_its_revision(folder: Path) -> None:
    homes = []
    for own in trials(study(folder, COMMAND + THREE)).values():
        assert isinstance(own, OwnCommand)
        homes.append((own.home / "train.sh").read_text())
        assert [path.name for path in own.decisive_files] == ["train.sh"]
    assert homes == ["echo 1", "echo 2", "echo 3"]


def test_the_folder_of_the_study_is_kept_below_the_root(folder: Path) -> None:
    text = COMMAND.replace("train.sh", "../train.sh") + THREE
    found = parse_study(text, folder / "studies" / "s.yaml")
    assert {own.checkout.home.name for own in trials(found).values() if own.checkout} == {"studies"}


@pytest.mark.parametrize(
    ("rest", "rates_then"),
    [
        ("design: one_at_a_time\ncenter: {trial.revision: main, trial.lr: 9}\n"
         "factors: {trial.revision: [main~1, main], trial.lr: [8, 9]}\n", [9.0, 9.0, 8.0]),
        ("variants: {a: {trial.revision: main~1}, b: {trial.revision: main, trial.lr: 7}}\n",
         [1.0, 7.0]),
        ("factors: {trial.revision: [main~1, main]}\ncompare: {baseline: {trial.revision: main}}\n",
         [1.0, 2.0]),
    ],
    ids=["one_at_a_time", "variants", "baseline"],
)  # fmt: skip
def test_every_design_takes_revisions(folder: Path, rest: str, rates_then: list[float]) -> None:
    found = study(folder, FUNCTION + rest)
    assert sorted(map(str, rates(found))) == sorted(map(str, rates_then))
    assert found.compare.metric == "test/accuracy"


def test_a_fixed_revision_may_be_set_and_levels_be_left_out(folder: Path) -> None:
    fixed = FUNCTION.replace("train:train\"", 'train:train"\n  revision: main') + \
        "factors: {trial.lr: [5, 6]}\n"  # fmt: skip
    assert [each.revision for each in study(folder, fixed).revisions] == ["main"]
    changed = study(folder, fixed, Overrides(set=("trial.revision=main~1",)))
    assert [each.subject for each in changed.revisions] == ["lr 1"]
    kept = study(folder, FUNCTION + THREE,
                 Overrides(only=("trial.revision=main", "trial.revision=worktree")))  # fmt: skip
    assert rates(kept) == [2.0, 3.0]


def test_another_repository_is_named_by_a_path(folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    text = FUNCTION.replace('train:train"', 'train:train"\n  repository: ../repo') + THREE
    assert rates(study(elsewhere, text)) == [1.0, 2.0, 3.0]
    (found,) = problems(elsewhere, text.replace("../repo", "../none"))
    assert found.where.endswith("s.yaml:4:15")
    assert "trial.repository: there is no folder" in found.what
    (found,) = problems(elsewhere, FUNCTION + THREE)
    assert "is in no git repository" in found.what
    assert "trial.repository" in found.cure


def test_bad_revisions_are_reported_at_their_places(folder: Path) -> None:
    text = f"{COMMAND}factors: {{trial.revision: [mian, main, worktreee]}}\n"
    first, second = problems(folder, text)
    assert "factors.trial.revision[0]" in first.what
    assert first.cure == "did you mean 'main'?"
    assert second.cure == "did you mean 'worktree'?"
    assert first.where.endswith("s.yaml:6:28")


def test_a_commit_of_digits_is_put_into_quotes(folder: Path) -> None:
    (found,) = problems(folder, f"{COMMAND}factors: {{trial.revision: [1234567, main]}}\n")
    assert found.cure == "put it in quotes: '1234567'"


def test_two_names_of_the_same_files_are_no_difference(folder: Path) -> None:
    (found,) = problems(folder, f"{COMMAND}factors: {{trial.revision: [HEAD, main]}}\n")
    assert found.what.endswith("HEAD and main have the same files: a factor without effect")
    git(folder, "checkout", "-q", "--", ".")
    (found,) = problems(folder, f"{COMMAND}factors: {{trial.revision: [main, worktree]}}\n")
    assert found.cure.startswith("the working tree has no change since")


def test_what_only_some_revisions_have_is_reported(folder: Path) -> None:
    commit(folder, {"later.py": TRAIN.format(lr=1), "later.sh": ""}, "later")
    levels = "factors: {trial.revision: [main~2, main]}\n"
    (found,) = problems(folder, FUNCTION.replace("rev_train", "later") + levels)
    assert "there is no module later in main~2" in found.what
    (found,) = problems(folder, COMMAND.replace("train.sh", "later.sh") + levels)
    assert found.what == "trial.command[1]: there is no later.sh in the revision main~2"


def test_a_setting_that_one_revision_lacks_needs_a_condition(folder: Path) -> None:
    new = "def train(trial, *, lr: float = 1, warmup: int = 0):\n    pass\n"
    write(folder, {"rev_train.py": new})
    levels = "  trial.revision: [main, worktree]\n"
    (found,) = problems(folder, f"{FUNCTION}factors:\n{levels}  trial.warmup: [0, 9]\n")
    assert "trial.warmup: the trial of this variant has no such setting" in found.what
    when = "  trial.warmup: {levels: [0, 9], when: {trial.revision: worktree}}\n"
    assert len(study(folder, f"{FUNCTION}factors:\n{levels}{when}").variants) == 3


def test_what_has_no_meaning_is_refused(folder: Path) -> None:
    lonely = COMMAND.replace("lr: 1", "lr: 1\n  repository: .") + "factors: {trial.lr: [1, 2]}\n"
    (found,) = problems(folder, lonely)
    assert "has no effect without trial.revision" in found.what
    some = "variants: {a: {trial.revision: main}, b: {trial.lr: 2}}\n"
    (found,) = problems(folder, COMMAND + some)
    assert "this variant has none: fix one, such as worktree" in found.what
    tuned = f"{FUNCTION}factors: {{trial.lr: [1, 2]}}\n" \
        "tune: {trial.revision: {choice: [main, worktree]}, select: validation/x}\n"  # fmt: skip
    assert any("revisions are compared, not tuned" in each.what for each in problems(folder, tuned))


def test_names_of_revisions_are_no_parameters(folder: Path) -> None:
    write(folder, {"taken.py": "def train(trial, *, revision: str = 'x'):\n    pass\n"})
    text = FUNCTION.replace("rev_train", "taken") + "factors: {trial.lr: [1, 2]}\n"
    assert any(
        "revision, a name that no setting can have" in p.what for p in problems(folder, text)
    )
