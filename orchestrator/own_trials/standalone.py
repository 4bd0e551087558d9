"""A trial without a study: the same function, called from a script or a notebook."""

from collections.abc import Collection, Mapping
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import TYPE_CHECKING, SupportsFloat
from weakref import finalize

from orchestrator.own_trials.reports import Reports
from orchestrator.own_trials.running import RunningTrial

if TYPE_CHECKING:
    import pandas as pd

    from orchestrator.training.probes.any_loop import Loss, Model


class _Any(tuple[str, ...]):
    """Every name counts as declared."""

    def __contains__(self, name: object) -> bool:
        return True


class StandaloneTrial(RunningTrial):
    """Prints what is reported, and keeps it in `reports`, what is probed in `gradients`."""

    def __init__(
        self,
        seed: int = 0,
        *,
        device: str = "cpu",
        folder: str | Path | None = None,
        resume_from: str | Path | None = None,
    ) -> None:
        place = Path(folder or mkdtemp(prefix="orch-trial-"))
        place.mkdir(parents=True, exist_ok=True)
        if folder is None:
            finalize(self, rmtree, place, ignore_errors=True)
        resumed = Path(resume_from) if resume_from else None
        super().__init__(seed, 0, seed, {}, device, place, resumed)
        self._reports = Reports(())
        self._reports.declared = _Any()

    @property
    def reports(self) -> dict[int, dict[str, float]]:
        """Epoch → metric → value."""
        found: dict[int, dict[str, float]] = {}
        for (epoch, name), value in self._reports.values.items():
            found.setdefault(epoch, {})[name] = value
        return found

    def report(self, metrics: Mapping[str, SupportsFloat], epoch: int | None = None) -> None:
        self._reports.add(metrics, epoch)
        values = ", ".join(f"{name} {float(value):.6g}" for name, value in metrics.items())
        print(f"epoch {self._reports.epoch}: {values}")

    @property
    def gradients(self) -> "pd.DataFrame":
        """What was probed: epoch, step, axis, site, position, quantity, value."""
        import pandas as pd  # a script without probes need not wait for it

        return pd.DataFrame(dict(self._reports.probed.columns(""))).drop(columns="trial_id")

    def probe(
        self,
        model: "Model",
        loss: "Loss",
        *,
        epoch: int,
        quantities: Collection[str] | None = None,
    ) -> None:
        self._reports.probed.add(model, loss, epoch, quantities)
        print(self._reports.probed.said(epoch))

    def checkpoint(self, path: str | Path) -> None:
        if not Path(path).exists():
            raise FileNotFoundError(f"checkpoint: there is no {path}")
