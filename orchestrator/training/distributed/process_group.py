"""The processes that train one trial together, each on its part of every batch.

Each process holds all data and draws the same batches, takes its part of the examples, and adds its
gradient to those of the others; with equal gradients, all make the same step. The training loop
does not see this: `TrialData` divides the batches, `Members.gradient` adds up the gradients. As the
gradient of a model is one tensor (`Members.flat`), each step needs one all-reduce, after the whole
backward pass: torch's DistributedDataParallel computes the same in several, each as soon as its
layers are done, and averages over processes instead of over examples.
"""

from dataclasses import dataclass

from torch import Tensor, distributed

from orchestrator.training.masked_means import answers


@dataclass(eq=False)
class ProcessGroup:
    """This process and the others that train its trial; a process alone shares and sends nothing.

    rank: of this process, from 0: rank 0 probes and records for all.
    weight: of this process's mean loss in that of the batch that was divided last.
    """

    rank: int = 0
    size: int = 1
    weight: float | Tensor = 1.0

    @classmethod
    def joined(cls) -> "ProcessGroup":
        """The process group of torch that this process belongs to."""
        return cls(distributed.get_rank(), distributed.get_world_size())

    @property
    def is_first(self) -> bool:
        return self.rank == 0

    def part(self, table: Tensor) -> Tensor:
        """This process's share of (members, examples, …), perhaps no example."""
        return table.tensor_split(self.size, dim=1)[self.rank]

    def divide(self, inputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """This process's part of a batch. `sum_gradients` then weighs its gradient.

        Words weigh alike, not sentences: the mean over a batch is one over its words.
        """
        if self.size == 1:
            return inputs, targets
        own_inputs, own_targets = self.part(inputs), self.part(targets)
        self.weight = answers(own_targets).double() / answers(targets).clamp(min=1)
        if own_targets.shape[1] == 0:  # it still computes one example, with weight 0
            return inputs[:, :1], targets[:, :1]
        return own_inputs, own_targets

    def sum_gradients(self, gradient: Tensor) -> Tensor:
        """∂loss/∂parameters of the whole batch, from that of this process's part; in place."""
        return gradient if self.size == 1 else self.sum(gradient.mul_(self.weight))

    def sum(self, values: Tensor) -> Tensor:
        """The sum over all processes, in place."""
        if self.size > 1:
            distributed.all_reduce(values)
        return values


ALONE = ProcessGroup()
