"""Ray Tune's OptunaSearch, as tuning uses it."""

import importlib.util
from math import log10
from typing import Any

import numpy as np
import pytest
import ray

from orchestrator.errors import EnvironmentFault
from orchestrator.execution.ray.optuna import OptunaPoints
from orchestrator.study.design.nuisance_values import Values
from orchestrator.study.records import Nuisance
from orchestrator.tuning.suggested import ROUND

RATE = Nuisance("training.learning_rate", "log_uniform", 1e-5, 10.0)
MOMENTUM = Nuisance("training.momentum", "uniform", 0.0, 1.0)
WIDTH = Nuisance("model.width", "int_uniform", 3, 5)
CLIP = Nuisance("training.clip_norm", "choice", levels=(None, 1.0, True))
POINTS = 24


def score(values: Values) -> float:
    """Best, 0, at a learning rate of 0.03 and a momentum of 0.7."""
    rate, momentum = float(values[RATE.path] or 0), float(values[MOMENTUM.path] or 0)
    return -((log10(rate / 0.03) / 6) ** 2) - (momentum - 0.7) ** 2


def searched(seed: int, direction: str = "maximize") -> list[Values]:
    search = OptunaPoints((RATE, MOMENTUM), direction, ROUND, seed)
    found: list[Values] = []
    for start in range(0, POINTS, ROUND):
        numbers = range(start, start + ROUND)
        found += [search.suggest(number) for number in numbers]
        for number in numbers:
            sign = 1 if direction == "maximize" else -1
            search.tell(number, sign * score(found[number]))
    return found


@pytest.mark.slow
def test_the_same_seed_and_scores_suggest_the_same() -> None:
    assert searched(2**62 + 5) == searched(2**62 + 5)
    assert searched(1) != searched(2)
    assert searched(3) == searched(3, "minimize")
    assert not ray.is_initialized()


@pytest.mark.slow
def test_it_comes_nearer_to_a_known_optimum_than_chance() -> None:
    """Half as far, on average over seeds."""
    ours = [max(map(score, searched(seed))) for seed in range(10)]
    rng = np.random.default_rng(0)
    chance = [
        max(score({n.path: n.at(x) for n, x in zip((RATE, MOMENTUM), p, strict=True)}) for p in own)
        for own in rng.random((200, POINTS, 2))
    ]
    assert np.mean(ours) > np.mean(chance) / 2


def test_values_are_those_of_the_ranges() -> None:
    search = OptunaPoints((RATE, MOMENTUM, WIDTH, CLIP), "maximize", ROUND, 0)
    drawn = [search.suggest(number) for number in range(40)]
    assert {values[WIDTH.path] for values in drawn} == {3, 4, 5}
    assert {str(values[CLIP.path]) for values in drawn} == {"None", "1.0", "True"}
    for values in drawn:
        rate = values[RATE.path]
        assert isinstance(rate, float)
        assert 1e-5 <= rate <= 10
        assert rate == float(f"{rate:.4g}")
    assert sum(float(values[RATE.path] or 0) < 1e-2 for values in drawn) in range(12, 29)


def test_a_lost_point_is_avoided_like_a_bad_one() -> None:
    """Everything above 0.3 diverges; a search without these scores would continue there."""
    search = OptunaPoints((RATE,), "maximize", ROUND, 4)
    lost = []
    for number in range(40):
        rate = float(search.suggest(number)[RATE.path] or 0)
        lost.append(rate > 0.3)
        search.tell(number, None if rate > 0.3 else rate)
    assert sum(lost[20:]) < 20 / 2


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec

    def without(name: str, *more: Any) -> Any:
        return None if name == "optuna" else real(name, *more)

    monkeypatch.setattr("orchestrator.execution.ray.optuna.find_spec", without)
    with pytest.raises(EnvironmentFault, match=r'pip install "orch\[optuna\]"'):
        OptunaPoints((RATE,), "maximize", ROUND, 0)
