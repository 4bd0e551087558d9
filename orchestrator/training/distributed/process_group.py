"""The processes that train one trial together, each on its part of every batch.

Every one of them holds all data and draws the same batches, takes its part of the examples, and
adds its gradient to those of the others; with equal gradients, all make the same step. As the
gradient of a model is one tensor (`Members.flat`), that is one sum over the network a step, after
the whole backward pass: torch's DistributedDataParallel would do the same mathematics in several,
each as soon as its layers are done, and averages over processes instead of over examples.
"""

from dataclasses import dataclass

from torch import Tensor, distributed

from orchestrator.training.masked_means import answers


@dataclass(frozen=True)
class Ranks:
    """This process among those of its trial; alone, nothing is shared or sent.

    number: of this process, from 0: the first one probes and records for all.
    """

    number: int = 0
    count: int = 1

    @classmethod
    def joined(cls) -> "Ranks":
        """Of the process group that this process belongs to."""
        return cls(distributed.get_rank(), distributed.get_world_size())

    @property
    def is_first(self) -> bool:
        return self.number == 0

    def part(self, table: Tensor) -> Tensor:
        """This process's share of (members, examples, …), perhaps none of them."""
        return table.tensor_split(self.count, dim=1)[self.number]

    def share(self, inputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor, Tensor | None]:
        """This process's part of a batch, and what its mean loss weighs in that of the batch.

        Words weigh alike, not sentences: the mean over a batch is one over its words.
        """
        if self.count == 1:
            return inputs, targets, None
        own_inputs, own_targets = self.part(inputs), self.part(targets)
        weight = answers(own_targets).double() / answers(targets).clamp(min=1)
        if own_targets.shape[1] == 0:  # it computes an example all the same, of weight 0
            return inputs[:, :1], targets[:, :1], weight
        return own_inputs, own_targets, weight

    def total(self, values: Tensor, weight: Tensor | None = None) -> Tensor:
        """The sum over all processes, in place; each weighs its own first."""
        if self.count > 1:
            values.mul_(1 if weight is None else weight)
            distributed.all_reduce(values)
        return values


ALONE = Ranks()
