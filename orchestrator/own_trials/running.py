"""What a function that is a trial is given: its seeds, its settings, and where its results go."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, SupportsFloat

from orchestrator.seeds import seed_for

if TYPE_CHECKING:
    from orchestrator.training.probes.any_loop import Loss, Model

SHIFT = 32
"""Of orch's seeds, 63 bits, 31 are left: every generator takes them, also numpy's and C's."""


def seed_of(stream: str, seed_name: int | str, study_seed: int) -> int:
    """Below 2³¹, of a stream of a replicate."""
    return seed_for(stream, seed_name, study_seed=study_seed) >> SHIFT


class RunningTrial(ABC):
    """A trial that runs.

    seed: 0 ≤ seed < 2³¹, one per replicate: all variants of a replicate share it.
    replicate: its number, from 0; trials of the tuning count from 0, too, with other seeds.
    settings: the values that the function is called with, by name.
    device: `cuda` where the study requests GPUs, else `cpu`.
    folder: an empty folder of this trial alone, removed when the trial ends.
    resume_from: what `checkpoint` was given last, where an earlier attempt was cut off; else None.
    """

    def __init__(
        self,
        seed_name: int | str,
        study_seed: int,
        replicate: int,
        settings: Mapping[str, Any],
        device: str,
        folder: Path,
        resume_from: Path | None,
    ) -> None:
        self._seed_name, self._study_seed = seed_name, study_seed
        self.seed = self.seed_for("trial")
        self.replicate, self.settings = replicate, settings
        self.device, self.folder, self.resume_from = device, folder, resume_from

    def seed_for(self, stream: str) -> int:
        """The seed, below 2³¹, of a named stream of random draws, such as "data" or "dropout".

        It depends on the stream and the replicate, not on the variant.
        """
        return seed_of(stream, self._seed_name, self._study_seed)

    @abstractmethod
    def report(self, metrics: Mapping[str, SupportsFloat], epoch: int | None = None) -> None:
        """Report values of declared metrics, `<split>/<name>` → number.

        epoch: 0 is before training. Left out: the epoch of the last report, or the next one if that
            has a value of one of these metrics.

        The value of the last epoch is the trial's result. Raises ValueError for a metric that is
        reported twice in an epoch, and ends the trial where a declared metric is not finite.
        """

    @abstractmethod
    def probe(
        self,
        model: "Model",
        loss: "Loss",
        *,
        epoch: int,
        quantities: Collection[str] | None = None,
    ) -> None:
        """Measure the gradients of a model through its layers and time steps, as orch's own loop.

        loss: a function that calls the model once and returns the loss of a fixed batch of training
            examples, `lambda: criterion(model(x), y)`: one value for each, or their mean. It is
            called in evaluation mode; the model, its gradients and buffers, and all generators are
            left as they were. Or the loss itself, a tensor whose graph is still there; then only
            ∂C/∂z and ∂C/∂W of linear and convolutional layers are measured.
        epoch: 0 is before training; each at most once.
        quantities: names of docs/results.md, all but `update_ratio`; left out: all of them.

        Raises TypeError or ValueError, with a cure, for what cannot be measured.
        """

    @abstractmethod
    def checkpoint(self, path: str | Path) -> None:
        """Keep a copy of this file or folder, from which the trial can resume if it is cut off.

        What was reported before belongs to it. Call it between epochs, after `report`.
        """
