"""What is new, done or invalidated, and why; what plan.json says."""

import json
from dataclasses import replace

import pytest

from orchestrator.plan.document import plan_document
from orchestrator.plan.identity import Fingerprints
from orchestrator.plan_document import PlanDocument
from orchestrator.study.load import load_study
from tests.plan.studies import PRINTS, SMALL, ids, plan, study


def test_without_results_everything_is_new() -> None:
    made = plan()
    assert set(made.states.values()) == {"new"}
    assert made.reasons == {}


def test_completed_and_diverged_trials_are_done_and_failed_ones_are_not() -> None:
    first = ids(plan())
    made = plan(results={first[0]: "completed", first[1]: "diverged", first[2]: "failed"})
    assert [made.states[trial_id] for trial_id in first[:4]] == ["done", "done", "new", "new"]


def test_forced_trials_are_trained_again() -> None:
    done = dict.fromkeys(ids(plan()), "completed")
    assert plan(results=done).packs == ()
    forced = plan(results=done, force=True)
    assert [pack.pack_id for pack in forced.packs] == [pack.pack_id for pack in plan().packs]


CHANGES = {
    "training.epochs 3 -> 30": (study(SMALL, "training.epochs=30"), PRINTS),
    "seed 0 -> 1": (study(SMALL, "seed=1"), PRINTS),
    "training.clip_norm null -> 1.0": (study(SMALL, "training.clip_norm=1"), PRINTS),
    "data of digits": (study(), replace(PRINTS, data={"digits": "other"})),
    "schema version 2 -> 3": (study(), replace(PRINTS, schema_version=3)),
    "code of orchestrator.models.networks.mlp": (
        study(),
        Fingerprints(
            {
                ("mlp", "digits"): {
                    **PRINTS.code["mlp", "digits"],
                    "orchestrator.models.networks.mlp": "new",
                }
            },
            PRINTS.data,
        ),
    ),
    "code of orchestrator.training.engine, which is gone": (
        study(),
        Fingerprints({("mlp", "digits"): {"orchestrator.models.networks.mlp": "aa"}}, PRINTS.data),
    ),
    "seed 0 -> 1, training.epochs 3 -> 30, data of digits": (
        study(SMALL, "seed=1", "training.epochs=30"),
        replace(PRINTS, data={"digits": "other"}),
    ),
}


@pytest.mark.parametrize("reason", CHANGES)
def test_a_trial_whose_result_no_longer_counts_says_why(reason: str) -> None:
    changed, prints = CHANGES[reason]
    before = plan()
    done = dict.fromkeys(ids(before)[:45], "completed")
    made = plan(changed, done, earlier=_through_json(plan_document(before)), prints=prints)
    states = [made.states[trial_id] for trial_id in ids(made)]
    assert states == ["invalidated"] * 45 + ["new"] * 45
    assert set(made.reasons.values()) == {reason}
    assert sum(len(pack.trials) for pack in made.packs) == 90


def _through_json(document: PlanDocument) -> PlanDocument:
    """As `orch run` reads it again."""
    return PlanDocument.from_json(json.dumps(document.to_json(), allow_nan=False).encode())


def test_long_lists_of_changes_are_cut() -> None:
    before = plan()
    many = Fingerprints({("mlp", "digits"): {f"module{i}": "x" for i in range(9)}}, PRINTS.data)
    made = plan(
        results=dict.fromkeys(ids(before), "completed"), earlier=plan_document(before), prints=many
    )
    (reason,) = set(made.reasons.values())
    assert reason.count("code of") == 4
    assert reason.endswith(", and 7 more")


def test_what_was_never_trained_is_not_invalidated() -> None:
    before = plan()
    made = plan(study(SMALL, "seed=1"), {}, earlier=plan_document(before))
    assert set(made.states.values()) == {"new"}
    failed = dict.fromkeys(ids(before), "failed")
    made = plan(study(SMALL, "seed=1"), failed, earlier=plan_document(before))
    assert set(made.states.values()) == {"new"}


def test_new_levels_and_replicates_are_new_and_the_rest_is_done() -> None:
    before = plan()
    wider = study(SMALL.replace("relu]", "relu, softplus]"), replicates=11)
    made = plan(wider, dict.fromkeys(ids(before), "completed"), earlier=plan_document(before))
    assert sorted(made.states.values()).count("done") == 90
    assert sorted(made.states.values()).count("new") == 3 * 10 * 1 + 9 * 1 + 3
    assert made.reasons == {}


# --- plan.json -----------------------------------------------------------------------------


def test_the_document_says_all_that_the_report_needs() -> None:
    made = plan(load_study("vanishing_gradient"))
    document = _through_json(plan_document(made))
    assert list(document.to_json()) == [
        *("schema_version", "study", "question", "seed", "replicates"),
        *("design", "center", "factors", "fixed"),
        *("compare", "tune", "metrics", "solved", "excluded", "identity", "tasks"),
        *("variants", "packs"),
        *("resources", "git", "revisions", "is_own"),
    ]
    assert document.to_json()["compare"] == {
        "metric": "test/accuracy",
        "direction": "maximize",
        "unit": "share",
        "baseline": {"model.activation": "sigmoid"},
        "smallest_difference": 0.005,
    }
    assert document.metrics["accuracy"].direction == "maximize"
    assert document.metrics["loss"].direction == "minimize"
    assert document.solved is None
    (task,) = document.tasks
    assert task.settings["task.name"] == "digits"
    assert document.identity.data == {"digits": "cc"}
    assert document.fixed["training.epochs"] == 20
    assert not set(document.fixed) & set(document.factors)
    for variant, planned in zip(made.study.variants, document.variants, strict=True):
        assert {**document.fixed, **planned.settings} == variant.settings.flat
        assert planned.levels == variant.levels
    assert list(document.every_trial()) == ids(made)
    packs = [trial for pack in document.packs for trial in pack.trials]
    assert sorted(packs) == sorted(ids(made))


def test_excluded_variants_are_in_the_document_with_their_reason() -> None:
    rule = "exclude: [{when: {model.activation: relu, model.init.scale: 2}, reason: explodes}]\n"
    assert plan_document(plan(study(SMALL + rule))).to_json()["excluded"] == (
        {
            "when": {"model.activation": "relu", "model.init.scale": 2.0},
            "reason": "explodes",
            "variants": ("activation=relu scale=2.0",),
        },
    )


def test_settings_that_follow_from_a_factor_are_not_called_fixed() -> None:
    """The default spread of biases depends on the scheme."""
    made = plan(
        study(SMALL.replace("model.init.scale: [0.5, 1, 2]", "model.init.scheme: [he, pytorch]"))
    )
    document = plan_document(made)
    assert "model.init.bias" not in document.fixed
    assert {variant.settings["model.init.bias"] for variant in document.variants} == {0.0, None}


@pytest.mark.parametrize(
    ("tasks", "solved"),
    [
        ("adding", {"metric": "mse", "threshold": 0.005}),
        ("parity, temporal_order", {"metric": "accuracy", "threshold": 0.99}),
        ("parity, copy_memory", None),
        ("parity, digits_rows", None),
    ],
)
def test_the_document_says_when_a_trial_counts_as_solved(tasks: str, solved: object) -> None:
    first, *others = tasks.split(", ")
    factor = f"task.name: [{tasks}]" if others else "model.cell: [rnn, lstm]"
    text = f"study: s\nmodel: {{name: recurrent}}\ntask: {{name: {first}}}\nfactors: {{{factor}}}\n"
    prints = Fingerprints(
        {
            ("recurrent", task): {"orchestrator.models.networks.recurrent": "aa"}
            for task in tasks.split(", ")
        },
        dict.fromkeys(tasks.split(", "), "cc"),
    )
    assert plan_document(plan(study(text), prints=prints)).to_json()["solved"] == solved
