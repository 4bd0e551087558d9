"""`orch plan` in Python."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from io import StringIO
from typing import Any

import pandas as pd

from orchestrator.cli.plan_table import show
from orchestrator.plan.records import Plan
from orchestrator.run.outlook.preview import Preview


@dataclass(frozen=True)
class PlannedStudy:
    """What a run would train, and what the study could show then."""

    text: str  # as `orch plan` prints it
    document: Mapping[str, Any]  # as `orch plan --json` prints it
    trials: pd.DataFrame  # trial_id, phase, variant, replicate, state: new, done, invalidated

    @property
    def seconds(self) -> float | None:
        """Predicted wall time of training; None where nothing like it has been trained here."""
        predicted = self.document["cost"]["predicted"]
        return predicted["wall_s"] if predicted else None

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.text)}</pre>"


def planned(found: Preview) -> PlannedStudy:
    out = StringIO()
    show(found, out)
    return PlannedStudy(out.getvalue(), found.to_json(), _trials(found.plan))


def _trials(plan: Plan) -> pd.DataFrame:
    """One row per trial, as far as they are known."""
    rows = [
        (each.trial_id, each.phase, each.variant.label, each.replicate, plan.states[each.trial_id])
        for each in plan.trials
    ]
    return pd.DataFrame(rows, columns=["trial_id", "phase", "variant", "replicate", "state"])
