"""The number of trials in a pack: enough to gain from stacking, within a limited time."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from orchestrator.plan.cost import is_recurrent, trial_cost
from orchestrator.plan.duration import Speeds
from orchestrator.plan.records import Trial
from orchestrator.study.settings import Resources

SMALLEST, LARGEST = 8, 64  # members: fewer gain little from stacking, more make workers wait long
WORTHWHILE = 16  # members: a smaller pack costs nearly as much: only for idle workers
IN_TURN = 1  # members, if they train one after another anyway
ROUNDS = 4  # packs per worker, so that the last ones to finish leave few idle


@dataclass(frozen=True, slots=True)
class PackSize:
    """The limits of the packs of a plan.

    members: of a pack of cheap trials.   smallest: members of a pack that stacks.
    cost: of a whole pack, unless a single trial costs more.   mean: cost of a trial.
    on_gpu: there all models stack.
    longest_s: training time of a pack, if `speeds` can predict it.
    """

    members: int
    smallest: int
    cost: float
    mean: float
    on_gpu: bool
    longest_s: float
    speeds: Speeds

    @classmethod
    def of(
        cls,
        groups: Sequence[Sequence[Trial]],
        workers: int,
        asked: Resources,
        speeds: Speeds,
    ) -> "PackSize":
        """groups: all trials to be trained, by structure.

        Every worker gets at least `ROUNDS` packs, unless they become too small.

        Packs of expensive trials are smaller, so that they cost as much as the mean pack: otherwise
        most workers would wait for those that train the largest models.
        """
        packs = ROUNDS * max(workers, 1)
        costs = [len(group) * trial_cost(group[0].variant.settings.flat) for group in groups]
        trials, cost = sum(map(len, groups)), sum(costs)
        return cls(
            members=ceil(trials / packs),
            smallest=min(max(SMALLEST, ceil(trials / max(workers, 1))), WORTHWHILE),
            cost=cost / packs,
            mean=cost / max(trials, 1),
            on_gpu=asked.gpus > 0,
            longest_s=60 * asked.pack_minutes,
            speeds=speeds,
        )

    def most(self, group: Sequence[Trial]) -> int:
        """The most members of a pack of these trials, which have one structure."""
        settings = group[0].variant.settings.flat
        in_turn = is_recurrent(settings) and not self.on_gpu
        smallest = IN_TURN if in_turn else self.smallest
        members = min(max(self.members, smallest), LARGEST, len(group))
        if (cost := trial_cost(settings)) > self.mean:
            members = min(members, ceil(max(self.cost, min(smallest, SMALLEST) * self.mean) / cost))
        seconds = self.speeds.of_trial(group[0], members)
        return members if seconds is None else max(min(members, int(self.longest_s / seconds)), 1)
