"""The random streams of some trials. They depend on the replicate, never on the variant."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from orchestrator.plan.records import Trial
from orchestrator.seeds import seed_for


@dataclass(frozen=True)
class RandomStreams:
    """Random draws for each member; members of one replicate get the same."""

    trials: Sequence[Trial]
    study_seed: int

    def seed(self, stream: str, *details: int) -> int:
        """The seed of the first member, for draws that only a single model makes."""
        return self._seed(stream, self.trials[0].seed_name, *details)

    def common_seed(self, stream: str, *details: int) -> int:
        """A seed shared by all replicates, whichever of them train together."""
        return self._seed(stream, 0, *details)

    def generators(self, stream: str, *details: int) -> list[torch.Generator]:
        """One generator per member."""
        seeds = [self._seed(stream, trial.seed_name, *details) for trial in self.trials]
        return [torch.Generator().manual_seed(seed) for seed in seeds]

    def permutations(self, count: int, stream: str, *details: int) -> Tensor:
        """A random order of 0 … count − 1 for each member, (members, count)."""
        draws = {
            replicate: torch.randperm(count, generator=generator)
            for replicate, generator in zip(
                self._replicates, self.generators(stream, *details), strict=True
            )
        }
        return torch.stack([draws[replicate] for replicate in self._replicates])

    @property
    def _replicates(self) -> list[int | str]:
        return [trial.seed_name for trial in self.trials]

    def _seed(self, stream: str, replicate: int | str, *details: int) -> int:
        return seed_for(stream, replicate, *details, study_seed=self.study_seed)
