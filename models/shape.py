"""What goes into a model and what comes out: the form in which a task and a model meet."""

from dataclasses import dataclass
from typing import Literal

InputKind = Literal["features", "image", "sequence", "words"]
"""
    features   float, (examples, features)
    image      float, (examples, 1, height, width); features = height · width
    sequence   float, (examples, time, features); all sequences of a task have one length
    words      int64, (examples, time), numbers of words; 0 is padding, at the end of a
               row only, 1 is the unknown word; features = size of the vocabulary with these two
"""

OutputKind = Literal["class", "tags", "value", "words"]
"""
    class      int64 targets, (examples,)
    tags       int64 targets, (examples, time); −1 where there is no word
    value      float targets, (examples, values)
    words      int64 targets, (examples, time): the next word of the input, 0 for the end; −1 where
               there is no word. A model may not have read it yet

For classes and tags, `values` is how many there are; 1 means two classes, 0 and 1, separated
by a single sigmoid output. For words it is the vocabulary, that of the input.
"""

PER_STEP: tuple[OutputKind, ...] = ("tags", "words")  # an output for every step of the input

UNKNOWN_WORD = 1
PADDING_WORD = 0
NO_TAG = -1


@dataclass(frozen=True, slots=True)
class TaskShape:
    """The numbers that a model needs to be built for a task."""

    inputs: InputKind
    outputs: OutputKind
    features: int
    values: int
