"""Lost trials, grouped by what stopped them."""

import pandas as pd

from orchestrator.reports.statistics.outcomes.failures import failures


def test_lost_trials_are_grouped_by_cause_across_variants() -> None:
    table = pd.DataFrame(
        {
            "trial_id": list("abcde"),
            "variant_id": ["v", "v", "w", "w", "w"],
            "replicate": [0, 1, 0, 1, 2],
            "status": ["diverged", "failed", "failed", "completed", "diverged"],
            "error": ["loss was not finite in epoch 3", "E: x\n at 1", "E: x\n at 2", None, None],
            "epochs_done": [2, 0, 0, 20, float("nan")],
        }
    )
    failed, diverged = failures(table, "the loss was not finite")
    assert (failed.status, failed.cause) == ("failed", "E: x")
    assert {v: [t.trial_id for t in ts] for v, ts in failed.by_variant.items()} == {
        "v": ["b"],
        "w": ["c"],
    }
    assert failed.trials[0].log == "E: x\n at 1"
    assert [(t.trial_id, t.epochs_done) for t in diverged.trials] == [("a", 2), ("e", 0)]
    assert diverged.trials[1].cause == "no message was recorded"
