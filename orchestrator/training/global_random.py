"""The random generators that code can reach without being given one.

A forward pass in own code may draw from the global generators of torch, numpy and Python, or from
a generator that a module of the model holds. All of them are seeded for every trial and epoch, so
that a trial gives the same results in any process, and after it was resumed from a checkpoint.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import nn

NUMPY_SEEDS = 2**32  # numpy's global generator takes seeds below it
State = tuple[Any, ...]


def seed_generators(seed: int, model: nn.Module | None = None) -> None:
    """Seed the global generators, and those that modules of the model hold as attributes."""
    torch.manual_seed(seed)
    np.random.seed(seed % NUMPY_SEEDS)  # noqa: NPY002  # the global one is what own code draws from
    random.seed(seed)
    for held in [] if model is None else _held(model):
        _seed(held, seed)


def generator_state() -> State:
    """The state of the global generators, on the CPU and on the GPUs that are in use."""
    on_gpu = torch.cuda.is_available() and torch.cuda.is_initialized()
    return (
        torch.get_rng_state(),
        torch.cuda.get_rng_state_all() if on_gpu else [],
        np.random.get_state(legacy=True),  # noqa: NPY002
        random.getstate(),
    )


@contextmanager
def kept_generators() -> Iterator[None]:
    """Leave the global generators as they were: the process may be a user's own."""
    on_cpu, on_gpu, of_numpy, of_python = generator_state()
    try:
        yield
    finally:
        torch.set_rng_state(on_cpu)
        if on_gpu:
            torch.cuda.set_rng_state_all(on_gpu)
        np.random.set_state(of_numpy)  # noqa: NPY002
        random.setstate(of_python)


def have_drawn(before: State, after: State) -> bool:
    """Whether any generator was used between the two states."""
    tensors = [(before[0], after[0]), *zip(before[1], after[1], strict=False)]
    if len(before[1]) != len(after[1]) or not all(torch.equal(*pair) for pair in tensors):
        return True
    numpy = [(state[1].tobytes(), *state[2:]) for state in (before[2], after[2])]
    return numpy[0] != numpy[1] or before[3] != after[3]


def holds_generator(model: nn.Module) -> bool:
    """Whether a module of the model has a generator as an attribute."""
    return next(_held(model), None) is not None


def _held(model: nn.Module) -> Iterator[Any]:
    kinds = (random.Random, np.random.Generator, np.random.RandomState, torch.Generator)
    for module in model.modules():
        yield from (value for value in vars(module).values() if isinstance(value, kinds))


def _seed(generator: Any, seed: int) -> None:
    if isinstance(generator, np.random.Generator):
        bits = generator.bit_generator
        bits.state = type(bits)(seed).state
    elif isinstance(generator, torch.Generator):
        generator.manual_seed(seed)
    else:
        generator.seed(seed % NUMPY_SEEDS)
