"""How many trials of one structure go into a pack: as many as pay, and no pack too long."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from orchestrator.plan.cost import trial_cost
from orchestrator.plan.duration import Speeds
from orchestrator.plan.records import Trial

SMALLEST, LARGEST = 8, 64  # members: below, stacking gains little; above, a worker waits for long
ROUNDS = 4  # packs per worker, so that the last ones to finish leave few idle


@dataclass(frozen=True, slots=True)
class Portions:
    """What limits the packs of a plan.

    members: of cheap trials.   cost: of a whole pack, unless a single trial costs more.
    longest_s: training time of a pack, where `speeds` knows it.
    """

    members: int
    cost: float
    longest_s: float
    speeds: Speeds

    @classmethod
    def of(
        cls, groups: Sequence[Sequence[Trial]], workers: int, longest_s: float, speeds: Speeds
    ) -> "Portions":
        """groups: all that is to be trained; the trials of each have one structure.

        Every worker gets at least `ROUNDS` packs, unless they become too small to pay.

        Packs of expensive trials are smaller: as dear as those of the mean. Else, of many workers,
        most would wait for those that train the largest models.
        """
        packs = ROUNDS * max(workers, 1)
        costs = [len(group) * trial_cost(group[0].variant.settings.flat) for group in groups]
        trials, cost = sum(map(len, groups)), sum(costs)
        members = min(max(ceil(trials / packs), SMALLEST), LARGEST)
        least = SMALLEST * cost / max(trials, 1)
        return cls(members, max(cost / packs, least), longest_s, speeds)

    def most(self, group: Sequence[Trial]) -> int:
        """Members of a pack of these trials, which have one structure."""
        by_cost = ceil(self.cost / trial_cost(group[0].variant.settings.flat))
        members = min(self.members, by_cost, len(group))
        seconds = self.speeds.of_trial(group[0], members)
        return members if seconds is None else max(min(members, int(self.longest_s / seconds)), 1)
