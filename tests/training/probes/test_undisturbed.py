"""A probe leaves no trace, and sees through what wraps a model."""

import random
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from orchestrator.training.probes.any_loop import probe_model
from tests.training.probes.networks import (
    ALL,
    MODELS,
    built,
    places,
)


def state_of(model: nn.Module) -> dict[str, Any]:
    """Everything that a probe could change."""
    of_numpy: Any = np.random.get_state(legacy=True)  # noqa: NPY002
    return {
        "modes": [module.training for module in model.modules()],
        "values": {name: value.clone() for name, value in model.state_dict().items()},
        "grads": [None if p.grad is None else p.grad.clone() for p in model.parameters()],
        "ids": [id(p) for p in model.parameters()] + [id(b) for b in model.buffers()],
        "hooks": [len(module._forward_hooks) for module in model.modules()],
        "forward": ["forward" in vars(module) for module in model.modules()],
        "torch": torch.get_rng_state(),
        "numpy": of_numpy[1].tolist(),
        "python": random.getstate(),
        "enabled": torch.is_grad_enabled(),
    }


@pytest.mark.parametrize("fails", [False, True])
@pytest.mark.parametrize("name", MODELS)
def test_a_probe_leaves_everything_as_it_was(name: str, fails: bool) -> None:
    model, x, y = built(name)
    model.train()
    next(model.children()).eval()  # frozen statistics, as of a backbone
    F.cross_entropy(model(x), y).backward()

    def loss() -> Tensor:
        model.train()
        value = F.cross_entropy(model(x), y) * torch.rand(()) * random.random()
        if fails:
            raise RuntimeError("no")
        return value

    before = state_of(model)
    if fails:
        with pytest.raises(RuntimeError, match="no"):
            probe_model(model, loss, ALL)
    else:
        assert probe_model(model, loss, ALL)
    after = state_of(model)
    torch.testing.assert_close(after.pop("values"), before.pop("values"), rtol=0, atol=0)
    torch.testing.assert_close(after.pop("grads"), before.pop("grads"), rtol=0, atol=0)
    assert torch.equal(after.pop("torch"), before.pop("torch"))
    assert after == before


@pytest.mark.parametrize("off", [torch.no_grad, torch.inference_mode])
def test_it_measures_where_gradients_are_off(off: Any) -> None:
    model, x, y = built("layers")
    wanted = places(probe_model(model, lambda: F.cross_entropy(model(x), y), ALL))
    with off():
        assert places(probe_model(model, lambda: F.cross_entropy(model(x), y), ALL)) == wanted


def test_wrapped_models_are_measured_as_what_they_wrap() -> None:
    model, x, y = built("layers")
    wanted = places(probe_model(model, lambda: F.cross_entropy(model(x), y), ALL))
    wrapped = nn.DataParallel(model)
    assert places(probe_model(wrapped, lambda: F.cross_entropy(wrapped(x), y), ALL)) == wanted


@pytest.mark.slow
@pytest.mark.parametrize("in_place", [False, True])
def test_a_compiled_model_is_measured_as_it_is_written(in_place: bool) -> None:
    model, x, y = built("layers")
    wanted = places(probe_model(model, lambda: F.cross_entropy(model(x), y), ALL))
    compiled: Any = model
    if in_place:
        model.compile(backend="eager")
    else:
        compiled = torch.compile(model, backend="eager")
    compiled(x)
    assert places(probe_model(compiled, lambda: F.cross_entropy(compiled(x), y), ALL)) == wanted
