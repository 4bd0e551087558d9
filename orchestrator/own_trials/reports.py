"""What a trial has reported: values of declared metrics by epoch, and gradients."""

from collections.abc import Iterable, Mapping
from math import isfinite
from typing import Any, SupportsFloat

from orchestrator.models.settings.base import MOST
from orchestrator.own_trials.probed import Probed
from orchestrator.training.checkpoint_policy import Reached
from orchestrator.training.records import Columns

MISSING_NAMED = 3  # undeclared names in a message


class Diverged(Exception):
    """A declared metric is not finite: the trial ends here, as a result."""


class Reports:
    """Collects the reports of one trial.

    declared: `<split>/<metric>`. Other names are kept as names only.
    """

    def __init__(self, declared: Iterable[str]) -> None:
        self.declared = tuple(declared)
        self.values: dict[tuple[int, str], float] = {}  # by epoch and name
        self.undeclared: dict[str, None] = {}
        self.diverged: tuple[str, int] | None = None  # metric and epoch
        self.epoch = 0  # of the last report
        self.probed = Probed()

    @property
    def epochs_done(self) -> int:
        return max((epoch for epoch, _ in self.values), default=0)

    @property
    def final(self) -> dict[str, float]:
        """The value of each metric in the last epoch that has one."""
        return {name: self.values[epoch, name] for epoch, name in sorted(self.values)}

    @property
    def latest(self) -> dict[str, float]:
        """The values of the last epoch."""
        return {name: value for (epoch, name), value in self.values.items() if epoch == self.epoch}

    @property
    def missing(self) -> list[str]:
        """Declared metrics that were never reported."""
        reported = {name for _, name in self.values}
        return [name for name in self.declared if name not in reported]

    def add(self, metrics: Mapping[str, SupportsFloat], epoch: int | None) -> None:
        """Raises Diverged, TypeError for what is no number, ValueError for a second value."""
        if self.diverged:
            raise Diverged(self.divergence)
        numbers = {name: _number(name, value) for name, value in _items(metrics)}
        known = {name: value for name, value in numbers.items() if name in self.declared}
        self.undeclared.update(dict.fromkeys(name for name in numbers if name not in known))
        if not known:
            return
        self.epoch = self._checked(epoch, known) if epoch is not None else self._next(known)
        for name, value in known.items():
            if not isfinite(value):
                self.diverged = name, self.epoch
                raise Diverged(self.divergence)
            self.values[self.epoch, name] = value

    @property
    def divergence(self) -> str:
        name, epoch = self.diverged or ("", 0)
        return f"{name} was not finite in epoch {epoch}"

    def _next(self, known: Iterable[str]) -> int:
        is_taken = any((self.epoch, name) in self.values for name in known)
        return max(self.epoch + is_taken, 1)

    def _checked(self, epoch: int, known: Iterable[str]) -> int:
        if isinstance(epoch, bool) or not isinstance(epoch, int) or not 0 <= epoch <= MOST:
            raise ValueError(f"epoch={epoch!r} is not a whole number from 0 on")
        if twice := [name for name in known if (epoch, name) in self.values]:
            raise ValueError(f"{twice[0]} is reported twice in epoch {epoch}")
        return epoch

    def reached(self, epochs: object, resumed: int = 0) -> Reached:
        """How far the trial is; its share is known where a setting says how many epochs there are.

        resumed: epochs that a checkpoint brought.
        """
        total = epochs if isinstance(epochs, int) and epochs > 0 else 0
        done, before = (min(n / total, 1.0) if total else 0.0 for n in (self.epoch, resumed))
        return Reached(self.epoch, total, done, self.latest, before)

    def fault(self) -> str | None:
        """Why a trial that has ended has no result; None if it has one."""
        if not self.missing:
            return None
        names = ", ".join(self.missing)
        what = f"nothing was reported of what the study declares: {names}"
        if self.values:
            what = f"{names} is declared in metrics, but was never reported"
        if self.undeclared:
            other = ", ".join([*self.undeclared][:MISSING_NAMED])
            what += f"; reported, but not declared: {other}"
        return what

    def note(self) -> str | None:
        """For the user: what was reported in vain."""
        if not self.undeclared:
            return None
        return f"reported, but not declared in metrics, so not kept: {', '.join(self.undeclared)}"

    def columns(self, trial_id: str) -> Columns:
        """The rows of the table of metrics. A trial of the user's own has no steps to count."""
        rows = [(epoch, *name.split("/", 1), value) for (epoch, name), value in self._in_order()]
        return {
            "trial_id": [trial_id] * len(rows),
            "epoch": [epoch for epoch, *_ in rows],
            "step": [epoch for epoch, *_ in rows],
            "split": [split for _, split, _, _ in rows],
            "metric": [metric for _, _, metric, _ in rows],
            "value": [value for *_, value in rows],
        }

    def _in_order(self) -> list[tuple[tuple[int, str], float]]:
        place = {name: number for number, name in enumerate(self.declared)}
        return sorted(self.values.items(), key=lambda item: (item[0][0], place[item[0][1]]))

    def state(self) -> dict[str, Any]:
        """What `restore` takes, as JSON."""
        values = [[epoch, name, value] for (epoch, name), value in self.values.items()]
        return {"values": values, "probed": self.probed.state()}

    def restore(self, state: Mapping[str, Any]) -> None:
        self.values = {(epoch, name): value for epoch, name, value in state["values"]}
        self.probed.restore(state["probed"])
        self.epoch = self.epochs_done


def _items(metrics: Mapping[str, SupportsFloat]) -> Iterable[tuple[str, SupportsFloat]]:
    if not isinstance(metrics, Mapping):
        raise TypeError(f"report takes a mapping: name → number, not {type(metrics).__name__}")
    return metrics.items()


def _number(name: str, value: SupportsFloat) -> float:
    try:
        if isinstance(value, str):
            raise TypeError
        detach = getattr(value, "detach", None)  # torch warns of numbers that are on a graph
        return float(detach() if detach else value)
    except (TypeError, ValueError, RuntimeError) as error:  # a tensor of several values
        what = f"{name} is reported as {type(value).__name__} {value!r:.60}, not as a number"
        raise TypeError(what) from error
