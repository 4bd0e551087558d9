"""What a study file can say besides its task and model (those stand in `models/settings.py`)."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from orchestrator.models.settings import Count, NonNegative, Settings

Positive = Annotated[float, Field(gt=0)]
Fraction = Annotated[float, Field(ge=0, lt=1)]
Loss = Literal["cross_entropy", "sigmoid_cross_entropy", "binary_cross_entropy", "squared_error"]


class Schedule(Settings):
    """When the learning rate falls."""

    kind: Literal["constant", "step", "plateau"] = "constant"
    """`step`: every so many epochs; `plateau`: when the validation loss does not fall."""
    every_epochs: Count = 10
    """For `step`."""
    patience: Count = 5
    """For `plateau`: epochs without a lower validation loss."""
    factor: Annotated[float, Field(gt=0, lt=1)] = 0.1
    """What the learning rate is multiplied by."""


class Training(Settings):
    """How every trial is trained. Optimizers follow `torch.optim` to the letter."""

    optimizer: Literal["sgd", "adam", "adamw", "rmsprop"] = "sgd"
    """What turns gradients into steps."""
    learning_rate: Positive = 0.1
    """Size of the steps."""
    momentum: Fraction = 0.0
    """Momentum of sgd and rmsprop."""
    nesterov: bool = False
    """Nesterov momentum, for sgd."""
    weight_decay: NonNegative = 0.0
    """How strongly weights shrink in each step; sgd, adam and rmsprop add it to the gradient."""
    decay_biases: bool = True
    """Whether weight decay shrinks biases too, as torch.optim does."""
    beta1: Fraction = 0.9
    """Decay of the mean of gradients, for adam and adamw."""
    beta2: Fraction = 0.999
    """Decay of the mean of squared gradients, for adam and adamw (rmsprop's `alpha`: 0.99)."""
    batch_size: Count | Literal["full"] = 32
    """Training examples per step; full: all of them in one."""
    epochs: Count = 20
    """Passes through the training examples."""
    evaluate_every: Count = 1
    """Epochs from one measurement of loss and metrics to the next; before training and after the
    last epoch they are always measured. For small networks measuring is a third of the time."""
    clip_norm: Positive | None = None
    """Largest L2 norm of the gradient over all parameters."""
    clip_value: Positive | None = None
    """Largest absolute value of each gradient entry."""
    schedule: Schedule = Schedule()
    early_stopping: Count | None = None
    """Epochs without a lower validation loss after which a trial ends; its final metrics are
    those of its best epoch. The report then warns of unequal budgets. Left out: all trials train
    for `epochs`."""
    loss: Loss | None = None
    """Left out: what the task prescribes."""

    @model_validator(mode="after")
    def _nesterov_needs_momentum(self) -> Self:
        if self.nesterov and self.optimizer == "sgd" and self.momentum == 0:
            raise ValueError("nesterov needs a momentum above 0, as in torch.optim.SGD")
        return self

    @model_validator(mode="after")
    def _who_looks_at_every_epoch_needs_it_measured(self) -> Self:
        if self.evaluate_every > 1 and self.early_stopping is not None:
            raise ValueError("early_stopping watches every epoch: leave evaluate_every at 1")
        if self.evaluate_every > 1 and self.schedule.kind == "plateau":
            raise ValueError("a plateau schedule watches every epoch: leave evaluate_every at 1")
        return self


class Compare(Settings):
    """What the verdict is about. Declared before the run."""

    metric: str
    baseline: dict[str, Any]
    smallest_difference: Positive | None = None
    """Differences below it do not matter; without it nothing can be called equivalent."""


class Resources(Settings):
    """What one pack asks of the machine."""

    cpus: Positive = 1
    """Cores, and threads, of the worker that trains it."""
    gpus: NonNegative = 0
    """Graphics cards; above 0 it trains on one."""
    accelerator_type: str | None = None
    """Their type, as Ray names it: A100, H100, T4 … Left out: any."""
    labels: dict[str, str] | None = None
    """What machines must be labelled with, as by `ray start --labels pool=night`. Left out:
    nothing."""
    pack_minutes: Positive = 10
    """Longest training time of a pack: one that would take longer, as earlier ones of its structure
    tell, is split, so that little is lost with a worker. A pack that has begun stays as it is."""
    checkpoint_minutes: Positive = 10
    """How often a pack that is being trained writes a checkpoint, from which it goes on when its
    worker is lost; after whole epochs only."""
    workers: Count = 1
    """Workers that train each trial together, with so many CPUs and GPUs each."""
