"""Two phases: points are tried, settings selected, replicates follow."""

from itertools import product

import pytest

from orchestrator.plan.document import plan_document
from orchestrator.plan.records import Plan, Trial, TuningPoint
from orchestrator.plan.selection import select
from orchestrator.plan.tuning import TuningSoFar
from orchestrator.seeds import seed_for
from orchestrator.study.records import Study
from tests.plan.studies import SMALL, ids, plan
from tests.plan.studies import study as untuned
from tests.plan.tuned import BEST, RATES, planned, points, scored, study, tuned, tuning_ids

STREAMS = ("init", "order", "split", "data", "dropout", "probe")


def test_before_tuning_only_its_trials_are_known() -> None:
    made = planned(study())
    assert {trial.phase for trial in made.trials} == {"tuning"}
    assert len(made.trials) == 3 * 3 * 2
    assert made.pending == 3 * 4
    assert made.is_tuning
    assert sum(len(pack.trials) for pack in made.packs) == 18


def test_points_of_one_structure_share_a_pack() -> None:
    """Learning rates stack; activations do not."""
    for pack in planned(study()).packs:
        assert len({trial.variant.label for trial in pack.trials}) == 1
        assert len({trial.point for trial in pack.trials}) == 3
        assert all(trial.variant.loop.probes.examples == 0 for trial in pack.trials)


def test_after_tuning_replicates_have_the_selected_settings() -> None:
    made = tuned(study())
    assert made.pending == 0
    assert not made.is_tuning
    replicates = [trial for trial in made.trials if trial.phase == "replication"]
    assert len(replicates) == 12
    for trial in replicates:
        assert trial.point == BEST[trial.variant.label]
        assert trial.variant.loop.training.learning_rate == RATES[BEST[trial.variant.label]]
        assert trial.variant.loop.probes.examples == 256
    assert {t.phase for pack in made.packs for t in pack.trials} == {"replication"}


def test_the_seeds_of_tuning_are_none_of_those_reported() -> None:
    of = study(SMALL_STUDIES)
    made = tuned(of)
    seeds: dict[str, set[int]] = {"tuning": set(), "replication": set()}
    for trial, stream in product(made.trials, STREAMS):
        seeds[trial.phase].add(seed_for(stream, trial.seed_name, study_seed=of.seed))
    assert len(seeds["tuning"]) == 2 * 2 * len(STREAMS)  # tuning studies × tuning replicates
    assert len(seeds["replication"]) == 4 * len(STREAMS)
    assert not seeds["tuning"] & seeds["replication"]


SMALL_STUDIES = """\
study: tuned
task: {name: digits}
model: {name: mlp, depth: 2}
factors: {model.activation: [sigmoid, tanh, relu]}
replicates: 4
tune: {training.learning_rate: {log_uniform: [0.01, 1]}, points: 3, studies: 2}
"""


def test_replicates_take_turns_with_the_settings_of_tuning_studies() -> None:
    made = tuned(study(SMALL_STUDIES))
    for trial in made.trials:
        if trial.phase == "replication":
            assert trial.tuning_study == trial.replicate % 2
            rate = RATES[BEST[trial.variant.label]] + trial.replicate % 2 / 1000
            assert trial.variant.loop.training.learning_rate == rate


def test_a_selected_setting_is_the_trial_of_a_study_that_fixes_it() -> None:
    """Tuning decides which settings are replicated, not what they give."""
    replicates = [t.trial_id for t in tuned(study()).trials if t.phase == "replication"]
    fixed = study().text.partition("tune:")[0].replace("epochs: 3", "epochs: 3, learning_rate: 0.1")
    relu = [t.trial_id for t in plan(study(fixed)).trials if t.variant.label == "activation=relu"]
    assert set(relu) <= set(replicates)


def test_one_trial_still_to_be_tried_leaves_its_variant_unselected() -> None:
    first = planned(study())
    done = dict.fromkeys(tuning_ids(first), "completed")
    missing = next(t.trial_id for t in first.trials if t.variant.label == "activation=tanh")
    results = {trial: status for trial, status in done.items() if trial != missing}
    made = planned(study(), results, scored(first, BEST))
    assert made.is_tuning
    assert [t.trial_id for pack in made.packs for t in pack.trials] == [missing]
    assert made.pending == 4
    failed = planned(study(), done | {missing: "failed"}, scored(first, BEST))
    assert failed.is_tuning  # a failed trial is tried once more


def test_a_trial_that_failed_again_counts_as_the_worst() -> None:
    first = planned(study())
    lucky = [t for t in first.trials if t.variant.label == "activation=tanh" and t.point == 0]
    failed = lucky[0].trial_id
    results = dict.fromkeys(tuning_ids(first), "completed") | {failed: "failed"}
    scores = {trial: score for trial, score in scored(first, BEST).items() if trial != failed}
    made = planned(study(), results, scores, tried=frozenset({failed}))
    assert made.tuning is not None
    selected = made.tuning.selected[0, lucky[0].variant.variant_id]
    assert selected.point.point == 1  # the next best


def test_a_variant_without_any_result_has_no_replicates_and_the_others_go_on() -> None:
    first = planned(study())
    lost = {t.trial_id for t in first.trials if t.variant.label == "activation=tanh"}
    results = {trial: "failed" if trial in lost else "completed" for trial in tuning_ids(first)}
    scores = {t: score for t, score in scored(first, BEST).items() if t not in lost}
    made = planned(study(), results, scores, tried=frozenset(lost))
    assert made.tuning is not None
    assert list(made.tuning.hopeless.values()) == ["no result at any of 3 points (6 trials failed)"]
    assert made.pending == 4
    assert sum(len(pack.trials) for pack in made.packs) == 8


def test_points_that_come_to_the_same_settings_are_one() -> None:
    text = study().text.replace("{log_uniform: [0.01, 1]}", "{choice: [0.1, 0.2]}")
    of = study(text)

    made = plan(of, known=TuningSoFar(points(of, (0.1, 0.2, 0.1)), {}))
    assert {trial.point for trial in made.trials} == {0, 1}


def test_forced_tuning_is_done_again_and_selects_once_tried() -> None:
    first = planned(study())
    done = dict.fromkeys(tuning_ids(first), "completed")
    forced = planned(study(), done, scored(first, BEST), force=True)
    assert forced.is_tuning
    later = planned(
        study(), done, scored(first, BEST), force=True, tried=frozenset(tuning_ids(first))
    )
    assert (later.is_tuning, later.pending) == (False, 0)


# --- changes ---------------------------------------------------------------------------------


def after(made: Plan, changed: Study) -> Plan:
    """The plan of a changed study, after everything in `made` was trained."""
    results = dict.fromkeys(ids(made), "completed")
    return planned(changed, results, scored(made, BEST), earlier=plan_document(made))


def test_when_everything_is_done_nothing_is_planned() -> None:
    made = after(tuned(study()), study())
    assert made.packs == ()
    assert set(made.states.values()) == {"done"}


@pytest.mark.parametrize(
    ("old", "new", "invalidated"),
    [
        ("points: 3", "select: validation/loss\n  points: 3", 0),
        ("epochs: 3", "epochs: 4", 18),
        ("replicates: 4", "probes: {every_epochs: 2}\nreplicates: 4", 0),  # tuning has none
        ("replicates: 4", "replicates: 5", 0),
    ],
)
def test_a_change_invalidates_no_more_than_it_must(old: str, new: str, invalidated: int) -> None:
    made = after(tuned(study()), study(study().text, (old, new)))
    own = [made.states[trial] for trial in tuning_ids(made)]
    assert own.count("invalidated") == invalidated
    assert own.count("done") == 18 - invalidated
    if invalidated:
        assert set(made.reasons.values()) == {"training.epochs 3 -> 4"}


def test_another_selection_invalidates_replicates_and_says_why() -> None:
    before = tuned(study())
    results = dict.fromkeys(ids(before), "completed")
    other = scored(before, BEST | {"activation=relu": 2})
    made = planned(study(), results, other, earlier=plan_document(before))
    states = [made.states[t.trial_id] for t in made.trials if t.phase == "replication"]
    assert states.count("invalidated") == 4
    assert set(made.reasons.values()) == {"training.learning_rate 0.1 -> 0.7"}


def test_an_interrupted_phase_keeps_its_packs() -> None:
    for first in (planned(study()), tuned(study())):
        results = dict.fromkeys(tuning_ids(first), "completed") if not first.is_tuning else {}
        again = planned(
            study(), results, scored(first, BEST), earlier=plan_document(first), workers=7
        )
        assert [pack.pack_id for pack in again.packs] == [pack.pack_id for pack in first.packs]


# --- selection -------------------------------------------------------------------------------


def point(number: int) -> TuningPoint:
    variant = untuned(SMALL).variants[0]
    trials = tuple(Trial(f"{number}/{r}", variant, r, "tuning", 0, number) for r in range(2))
    return TuningPoint(0, number, {}, trials)


@pytest.mark.parametrize(
    ("scores", "direction", "best"),
    [
        ({"0/0": 1, "0/1": 2, "1/0": 2, "1/1": 2, "2/0": 0, "2/1": 3}, "maximize", 1),
        ({"0/0": 1, "0/1": 2, "1/0": 2, "1/1": 2, "2/0": 0, "2/1": 3}, "minimize", 0),
        ({"0/0": 9, "1/0": 1, "1/1": 1}, "maximize", 1),  # one of point 0 is missing: the worst
        ({"0/0": 1, "2/1": 2}, "maximize", 2),  # none is whole: the better of what there is
        ({}, "maximize", None),
    ],
)
def test_the_best_point(scores: dict[str, float], direction: str, best: int | None) -> None:
    for order in ([0, 1, 2], [2, 1, 0]):  # ties go to the first point in any order
        found = select([point(number) for number in order], scores, direction)
        assert (found and found.point.point) == best


# --- plan.json -------------------------------------------------------------------------------


def test_the_document_tells_points_and_selection() -> None:
    document = plan_document(tuned(study())).to_json()
    assert document["tune"]["settings"]["training.momentum"] == {
        **{"kind": "uniform", "low": 0.0, "high": 0.9, "levels": None},
        "when": {"model.activation": "tanh"},
    }
    assert document["tune"]["direction"] == "maximize"
    assert "training.learning_rate" not in document["fixed"]
    sigmoid, tanh, _ = document["variants"]
    assert [p["settings"] for p in sigmoid["tuning"]] == [
        {"training.learning_rate": r} for r in RATES
    ]
    assert sigmoid["selected"] == (
        {
            **{"tuning_study": 0, "point": 2, "settings": {"training.learning_rate": 0.7}},
            **{"score": 0.9, "completed": 2, "replicates": 2},
        },
    )
    assert "training.momentum" in sigmoid["settings"]  # it is tuned for tanh only
    assert "training.momentum" not in tanh["settings"]
    unknown = plan_document(planned(study())).to_json()["variants"][0]
    assert (unknown["trials"], unknown["selected"]) == ((None,) * 4, (None,))
