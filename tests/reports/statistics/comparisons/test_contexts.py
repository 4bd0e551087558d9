"""The context in which compared levels part."""

from pathlib import Path

import pytest

from orchestrator.reports.statistics.comparisons.contexts import Context
from tests.reports.text.test_answer import (
    CHANCE,
    DEEP_LEARNERS,
    at,
    crossed,
    means_of,
    told,
)


def context(tmp_path: Path, means: dict[str, float], sd: float = 0.01) -> Context:
    found = told(tmp_path, crossed(), means, sd).analysis.context
    assert found is not None
    return found


@pytest.mark.slow
def test_it_is_the_hardest_one_in_which_some_learn(tmp_path: Path) -> None:
    """At depth 2 all learn; at depth 8 two of three do."""
    found = context(tmp_path, means_of(crossed(), DEEP_LEARNERS, CHANCE))
    assert (found.path, found.level) == ("model.depth", 8)
    assert found.parts_learners
    assert found.rest == ("model.init.scale",)
    assert [group.levels["model.activation"] for group in found.groups] == [
        "tanh", "relu", "sigmoid",
    ]  # fmt: skip


@pytest.mark.parametrize(("gap", "level"), [(0.30, 2.0), (0.0, None)])
@pytest.mark.slow
def test_where_all_learn_it_is_where_means_lie_farthest_apart(
    tmp_path: Path, gap: float, level: float | None
) -> None:
    apart = {at("relu", depth, 2.0): 0.9 - gap for depth in (2, 8)}
    found = context(tmp_path, means_of(crossed(), apart, 0.9))
    assert (found.path, found.level) == ("model.init.scale" if level else None, level)
    assert (found.elsewhere is None) == (level is None)
    assert found.elsewhere is None or found.elsewhere < 0.05


@pytest.mark.slow
def test_without_a_decided_comparison_none_is_named(tmp_path: Path) -> None:
    noisy = context(tmp_path, means_of(crossed(), {}, 0.6), sd=0.2)
    assert noisy.path is None
