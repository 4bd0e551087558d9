"""The layers behind a loss that was computed before the probe."""

import pytest
from torch.nn import functional as F

from orchestrator.training.probes.any_loop import ON_GRAPHS, probe_model
from tests.training.probes.networks import ALL, built, own_loop, places


@pytest.mark.parametrize("reduction", ["none", "mean"])
@pytest.mark.parametrize("name", ["layers", "convolutions", "shared"])
def test_a_tensor_gives_what_is_on_its_graph(name: str, reduction: str) -> None:
    model, x, y = built(name)
    loss = F.cross_entropy(model.eval()(x), y, reduction=reduction)
    found = places(probe_model(model, loss, ALL))
    wanted = {
        place: value
        for place, value in own_loop(model, x, y).items()
        if place[-1] in {*ON_GRAPHS, "weight_variance", "bias_variance"}
    }
    assert found == pytest.approx(wanted, rel=1e-5, abs=1e-12)
    loss.mean().backward()  # the graph is still there
