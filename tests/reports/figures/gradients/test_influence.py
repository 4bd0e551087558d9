"""The figure of the influence of decay."""

import pytest

from tests.reports.sample import Drawn

pytestmark = pytest.mark.slow  # whole analyses and pages


def test_the_influence_of_decay_draws_every_variant_that_decays(full_drawn: Drawn) -> None:
    _, _, figures = full_drawn
    for panel in figures["influence_depth"].panels:
        assert sum(len(trace["x"]) for trace in panel.data) == 36
    assert "over 36 variants" in figures["influence_depth"].lesson
