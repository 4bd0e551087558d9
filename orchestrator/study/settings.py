"""Settings of a study besides those of its task and model (see `models/settings`)."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from orchestrator.models.settings import Count, NonNegative, Settings

Positive = Annotated[float, Field(gt=0)]
Fraction = Annotated[float, Field(ge=0, lt=1)]
Optimizer = Literal["sgd", "adam", "adamw", "rmsprop"]
Loss = Literal["cross_entropy", "sigmoid_cross_entropy", "binary_cross_entropy", "squared_error"]


class Schedule(Settings):
    """When the learning rate falls."""

    kind: Literal["constant", "step", "plateau"] = "constant"
    """`step`: every so many epochs; `plateau`: when the validation loss does not fall."""
    every_epochs: Count = 10
    """For `step`."""
    patience: Count = 5
    """For `plateau`: how many epochs in a row may pass without a validation loss that is lower by
    a factor of 0.9999; the next one lowers the learning rate, as in ReduceLROnPlateau of torch."""
    factor: Annotated[float, Field(gt=0, lt=1)] = 0.1
    """Multiplies the learning rate."""


class Training(Settings):
    """How every trial is trained. Optimizers compute exactly what `torch.optim` computes."""

    optimizer: Optimizer = "sgd"
    """Turns gradients into steps."""
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
    """Epochs between measurements of loss and metrics. They are measured before training and after
    the last epoch in any case. For small networks measuring takes a third of the time."""
    clip_norm: Positive | None = None
    """Largest L2 norm of the gradient over all parameters."""
    clip_value: Positive | None = None
    """Largest absolute value of each gradient entry."""
    schedule: Schedule = Schedule()
    early_stopping: Count | None = None
    """Epochs in a row without a lower validation loss after which a trial ends, as `patience` of
    EarlyStopping in Keras and Lightning. The report then warns of unequal budgets. Left out: all
    trials train for `epochs` epochs."""
    select: Literal["last", "best"] = "last"
    """Which epoch's network is the result of a trial, whether it stopped early or not. `last`: the
    one in which training ends; `best`: of the measured epochs from 1 on, the one with the lowest
    validation loss."""
    loss: Loss | None = None
    """Left out: the loss that the task prescribes."""

    @model_validator(mode="after")
    def _nesterov_needs_momentum(self) -> Self:
        if self.nesterov and self.optimizer == "sgd" and self.momentum == 0:
            raise ValueError("nesterov needs a momentum above 0, as in torch.optim.SGD")
        return self

    @model_validator(mode="after")
    def _every_epoch_is_measured_where_needed(self) -> Self:
        if self.evaluate_every > 1 and self.early_stopping is not None:
            raise ValueError(
                "early_stopping needs a measurement every epoch: leave evaluate_every at 1"
            )
        if self.evaluate_every > 1 and self.schedule.kind == "plateau":
            raise ValueError(
                "a plateau schedule needs a measurement every epoch: leave evaluate_every at 1"
            )
        return self


class Compare(Settings):
    """What is compared, and with what. Declared before the run."""

    metric: str
    baseline: dict[str, Any]
    smallest_difference: Positive | None = None
    """Smaller differences do not matter; without it no verdict can be `equivalent`."""


class Keep(Settings):
    """What the store keeps of each trial besides its metrics and gradients."""

    answers: Literal["on", "off"] = "on"
    """The answer to every example of the test split: 1 bit if it is right or wrong, 4 bytes for a
    number. Without them the report has no intervals for other test examples."""


class Resources(Settings):
    """What one pack requests."""

    cpus: Positive = 1
    """CPU cores, and threads, of the worker that trains it."""
    gpus: NonNegative = 0
    """GPUs; above 0 the pack trains on one."""
    accelerator_type: str | None = None
    """GPU type, as Ray names it: A100, H100, T4 … Left out: any."""
    labels: dict[str, str] | None = None
    """Labels that a node must have, as set by `ray start --labels pool=night`. Left out: none."""
    pack_minutes: Positive = 10
    """Longest training time of a pack. One that would take longer, judging by earlier packs of the
    same structure, is split, so that little is lost with a worker. A pack that was started stays
    as it is."""
    checkpoint_minutes: Positive = 10
    """Time between the checkpoints of a pack in training, from which it resumes if its worker is
    lost; written only after whole epochs."""
    workers: Count = 1
    """Workers that train each trial together; `cpus` and `gpus` are per worker."""
