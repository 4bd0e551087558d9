"""What a trial has probed: gradients of its model by epoch, as rows of the table of gradients."""

from collections.abc import Collection, Iterable
from math import isfinite
from typing import TYPE_CHECKING, Any

from orchestrator.models.settings.base import MOST
from orchestrator.study.probes import QUANTITIES
from orchestrator.training.records import GRADIENT_LABELS, Columns

if TYPE_CHECKING:
    from orchestrator.training.probes.any_loop import Loss, Model

MEASURED = frozenset(QUANTITIES) - {"update_ratio"}  # the parameters before a step are not known


class Probed:
    """Collects the probes of one trial. torch is imported by the first."""

    def __init__(self) -> None:
        self.rows: list[tuple[Any, ...]] = []  # GRADIENT_LABELS, value

    def add(
        self,
        model: "Model",
        loss: "Loss",
        epoch: int,
        quantities: Collection[str] | None,
    ) -> None:
        """Raises TypeError or ValueError for what cannot be probed, or was probed in this epoch.

        quantities: some of MEASURED; None: all.
        """
        wanted = _checked(quantities)
        if isinstance(epoch, bool) or not isinstance(epoch, int) or not 0 <= epoch <= MOST:
            raise ValueError(f"epoch={epoch!r} is not a whole number from 0 on")
        if epoch in self.epochs:
            raise ValueError(f"epoch {epoch} is probed twice")
        from orchestrator.training.probes.any_loop import probe_model

        found = probe_model(model, loss, wanted if epoch == 0 else wanted - {"initial"})
        for reading in found:
            value = float(reading.values)
            if isfinite(value):
                place = reading.axis, reading.site, reading.position, reading.quantity
                self.rows.append((epoch, epoch, *place, value))

    @property
    def epochs(self) -> set[int]:
        return {row[0] for row in self.rows}

    def said(self, epoch: int) -> str:
        """What was measured in this epoch, in a line."""
        last = [row for row in self.rows if row[0] == epoch]
        layers = {row[4] for row in last if row[2] == "depth" and row[3] != "input"}
        steps = {row[4] for row in last if row[2] == "time" and row[5] == "hidden_grad"}
        through_time = f", {len(steps)} steps" if steps else ""
        return f"epoch {epoch}: gradients of {len(layers)} layers{through_time}"

    def columns(self, trial_id: str) -> Columns:
        """The rows of the table of gradients; a trial of the user's own has no steps to count."""
        labels = dict(zip((*GRADIENT_LABELS, "value"), zip(*self.rows, strict=True), strict=False))
        return {
            "trial_id": [trial_id] * len(self.rows),
            **{name: [*labels.get(name, ())] for name in (*GRADIENT_LABELS, "value")},
        }

    def state(self) -> list[Any]:
        """What `restore` takes, as JSON."""
        return [list(row) for row in self.rows]

    def restore(self, state: Iterable[Any]) -> None:
        self.rows = [tuple(row) for row in state]


def _checked(quantities: Collection[str] | None) -> frozenset[str]:
    if quantities is None:
        return MEASURED
    if isinstance(quantities, str) or not quantities or not set(quantities) <= MEASURED:
        raise ValueError(f"quantities={quantities!r}: some of {', '.join(sorted(MEASURED))}")
    return frozenset(quantities)
