"""Settings of a study besides those of its task and model (see `models/settings`)."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from orchestrator.models.settings import Count, NonNegative, Settings
from orchestrator.models.settings.base import MOST, OwnName

Positive = Annotated[float, Field(gt=0)]
Fraction = Annotated[float, Field(ge=0, lt=1)]
Share = Annotated[float, Field(ge=0, le=1)]
Optimizer = Literal["sgd", "adam", "adamw", "nadam", "radam", "rmsprop", "adagrad", "lion", "muon"]
TorchOptimizer = Literal["Adadelta", "Adafactor", "Adamax", "ASGD", "Rprop"]
"""The others of torch.optim; without LBFGS, which needs a closure, and SparseAdam, which needs
sparse gradients."""
Loss = Literal["cross_entropy", "sigmoid_cross_entropy", "binary_cross_entropy", "squared_error"]
PUBLISHED: Mapping[str, Mapping[str, Any]] = {
    "lion": {"beta2": 0.99},
    "muon": {"momentum": 0.95, "nesterov": True},
}
"""Optimizer → settings whose defaults differ from those of the others, as published."""


class Schedule(Settings):
    """How the learning rate changes in training. `cosine`, `linear`, `one_cycle` and the warm-up
    change it before every step, as `torch.optim.lr_scheduler` does when it is called after each;
    the last step of training is their last."""

    kind: Literal["constant", "step", "plateau", "cosine", "linear", "one_cycle"] | OwnName = (
        "constant"
    )
    """`step`: falls every so many epochs; `plateau`: falls when the validation loss does not;
    `cosine`, `linear`: falls along half a cosine, or a line; `one_cycle`: rises to the learning
    rate from a 25th of it, and falls to a 250,000th (OneCycleLR of torch, which leaves the momentum
    as it is). Your own: see docs/own-parts.md."""
    every_epochs: Count = 10
    """For `step`."""
    patience: Count = 5
    """For `plateau`: how many epochs in a row may pass without a validation loss that is lower by
    a factor of 0.9999; the next one lowers the learning rate, as in ReduceLROnPlateau of torch."""
    factor: Annotated[float, Field(gt=0, lt=1)] = 0.1
    """For `step` and `plateau`: multiplies the learning rate."""
    end_factor: Share = 0.0
    """For `cosine` and `linear`: the share of the learning rate at which they end."""
    rise: Annotated[float, Field(gt=0, lt=1)] = 0.3
    """For `one_cycle`: the share of all steps in which the rate rises, `pct_start` of torch."""
    warmup_epochs: Annotated[int, Field(ge=0, le=MOST)] = 0
    """Epochs at the beginning in which the rate rises, in each step, along a line from a hundredth
    of the learning rate to all of it; `kind` begins after them."""


class Training(Settings):
    """How every trial is trained. Optimizers compute what `torch.optim` computes (muon without its
    rounding to bfloat16), lion what its paper says."""

    optimizer: Optimizer | TorchOptimizer | OwnName = "sgd"
    """Turns gradients into steps. Others of `torch.optim` by their names, and your own class: see
    docs/own-parts.md. `muon` moves weight matrices; embeddings and all parameters that
    are no matrices are moved by adamw with the same learning rate and decay."""
    learning_rate: Positive = 0.1
    """Size of the steps."""
    momentum: Fraction = 0.0
    """Momentum of sgd, rmsprop and muon; left out, 0.95 for muon."""
    nesterov: bool = False
    """Nesterov momentum, for sgd and muon; left out, true for muon."""
    weight_decay: NonNegative = 0.0
    """How strongly weights shrink in each step: adamw, lion and muon shrink them by the learning
    rate times it, the others add it times the weights to the gradient."""
    decay_biases: bool = True
    """Whether weight decay shrinks biases too, as torch.optim does."""
    beta1: Fraction = 0.9
    """Decay of the mean of gradients, for adam, adamw, nadam, radam, lion and the adamw in muon."""
    beta2: Fraction = 0.999
    """Decay of the mean of squared gradients, for adam, adamw, nadam, radam and the adamw in muon
    (rmsprop's `alpha`: 0.99); for lion that of the mean of gradients, left out 0.99."""
    label_smoothing: Fraction = 0.0
    """For the loss `cross_entropy`: this share of the target is spread over all classes alike, as
    in torch. Only training uses it: reported losses are without it."""
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
    loss: Loss | OwnName | None = None
    """Left out: the loss that the task prescribes. Your own: see docs/own-parts.md."""

    @model_validator(mode="after")
    def _as_published(self) -> Self:
        """Settings that are left out have the published values of the optimizer."""
        for name, value in PUBLISHED.get(self.optimizer, {}).items():
            if name not in self.model_fields_set:
                self.__dict__[name] = value  # and it still counts as left out
        return self

    @model_validator(mode="after")
    def _warmup_ends_before_training(self) -> Self:
        if self.schedule.warmup_epochs >= self.epochs and self.schedule.warmup_epochs > 0:
            raise ValueError(
                f"{self.schedule.warmup_epochs} warmup_epochs, but training has {self.epochs} "
                "epochs: it would end in the warm-up"
            )
        return self

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
    weights: Literal["off", "last", "best"] = "off"
    """Parameters and buffers of every replicate, as a safetensors file: as training left them
    (`last`), or of the epoch with the lowest validation loss (`best`). Asked for later, trials are
    trained again, with the same result."""
    predictions: Literal["off", "test", "validation"] = "off"
    """What every replicate says of each example of this split, as Parquet: target, prediction,
    and a score per class, of up to 100 classes. Of the test split also the loss of each example
    joins the `answers`. Asked for later, trials are trained again, with the same result."""


KEEP = Keep()


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
