"""Trials without a final value, grouped by what stopped them."""

from dataclasses import dataclass

import pandas as pd

from orchestrator.plan_document import PlanDocument


@dataclass(frozen=True)
class Lost:
    """One trial that diverged or failed."""

    trial_id: str
    variant_id: str
    replicate: int
    epochs_done: int
    cause: str  # first line of the error
    log: str  # all of it


@dataclass(frozen=True)
class Cause:
    """Trials that were lost in the same way."""

    status: str
    cause: str
    trials: tuple[Lost, ...]

    @property
    def by_variant(self) -> dict[str, list[Lost]]:
        """variant id → its trials, in the order of the plan."""
        found: dict[str, list[Lost]] = {}
        for trial in self.trials:
            found.setdefault(trial.variant_id, []).append(trial)
        return found


def divergence_text(plan: PlanDocument) -> str:
    """Why a trial counts as diverged."""
    return "a declared metric was not finite" if plan.is_own else "the loss was not finite"


def failures(trials: pd.DataFrame, divergence: str) -> tuple[Cause, ...]:
    """Failed ones first, then diverged ones, both in the order of the plan.

    trials: trial_id, variant_id, replicate, status, error, epochs_done. divergence: the cause of
    diverged ones, in words.
    """
    lost = trials[trials["status"].isin(["failed", "diverged"])]
    groups: dict[tuple[str, str], list[Lost]] = {}
    for row in lost.to_dict("records"):
        each = _lost({str(key): value for key, value in row.items()})
        cause = each.cause if row["status"] == "failed" else divergence
        groups.setdefault((str(row["status"]), cause), []).append(each)
    ordered = sorted(groups.items(), key=lambda item: item[0][0] != "failed")
    return tuple(Cause(status, cause, tuple(each)) for (status, cause), each in ordered)


def _lost(row: dict[str, object]) -> Lost:
    error = row["error"] if isinstance(row["error"], str) else ""
    lines = error.strip().splitlines()
    done = row["epochs_done"]
    return Lost(
        trial_id=str(row["trial_id"]),
        variant_id=str(row["variant_id"]),
        replicate=int(str(row["replicate"])),
        epochs_done=int(done) if isinstance(done, (int, float)) and done == done else 0,
        cause=lines[0] if lines else "no message was recorded",
        log=error.strip(),
    )
