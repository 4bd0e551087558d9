"""What the id of an own trial depends on, and what not."""

from pathlib import Path

import pytest

from orchestrator.plan.document import plan_document
from orchestrator.plan.identity import fingerprints, identify
from orchestrator.plan.make_plan import make_plan
from orchestrator.study.load import parse_study
from orchestrator.study.records import Study
from tests.own_trials.studies import METRICS, REST, TRAIN, own_study


def ids(study: Study) -> list[str]:
    return [trial.trial_id for trial in identify(study, fingerprints(study))]


def changed(study: Study, old: str, new: str) -> Study:
    assert old in study.text
    return parse_study(study.text.replace(old, new), study.path)


SAME = [
    ("unit: share", "unit: points"),
    ("direction: maximize", "direction: minimize"),
    ("study: own", "study: other"),
    ("{trial.warmup: [0, 100]}", "{trial.warmup: [0, 100]}\nquestion: Why?"),
]


@pytest.mark.parametrize(("old", "new"), SAME)
def test_what_cannot_change_a_result_keeps_the_ids(tmp_path: Path, old: str, new: str) -> None:
    study = own_study(tmp_path)
    assert ids(changed(study, old, new)) == ids(study)


OTHER = [
    ("train/loss", "train/error"),
    ("trial: {", "seed: 4\ntrial: {lr: 0.2, "),
    ("trial: {", "trial: {epochs: 4, "),
]


@pytest.mark.parametrize(("old", "new"), OTHER)
def test_what_can_change_a_result_changes_all_ids(tmp_path: Path, old: str, new: str) -> None:
    study = own_study(tmp_path)
    assert not set(ids(changed(study, old, new))) & set(ids(study))


def test_the_source_of_the_module_is_in_the_id(tmp_path: Path) -> None:
    study = own_study(tmp_path)
    (module,) = tmp_path.glob("own_trial_*.py")
    before = ids(study)
    module.write_text(f"# a comment\n{TRAIN}")
    assert ids(study) == before
    plan = make_plan(study, {}, 1)
    document = plan_document(plan)
    done = dict.fromkeys(before, "completed")
    module.write_text(TRAIN.replace("level / epoch", "2 * level / epoch"))
    again = make_plan(study, done, 1, document)
    assert set(again.states.values()) == {"invalidated"}
    assert set(again.reasons.values()) == {f"code of {module.stem}"}


def test_a_setting_that_is_a_file_counts_with_its_content(tmp_path: Path) -> None:
    text = "from pathlib import Path\ndef train(trial, *, data: Path, warmup: int = 0):\n    pass\n"
    data = tmp_path / "d.csv"
    data.write_text("1")
    study = own_study(tmp_path, text, METRICS + REST, data=data)
    before = ids(study)
    data.write_text("2")
    assert not set(ids(study)) & set(before)


def test_the_plan_has_no_task_and_no_packs_of_several(tmp_path: Path) -> None:
    document = plan_document(make_plan(own_study(tmp_path), {}, 1))
    assert document.is_own
    assert not document.tasks
    assert document.solved is None
    assert document.compare.unit == "share"
    assert list(document.metrics) == ["accuracy", "loss"]
    assert {len(pack.trials) for pack in document.packs} == {1}
