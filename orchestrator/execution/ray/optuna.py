"""Suggests points by Ray Tune's OptunaSearch; starts no Ray."""

from importlib.util import find_spec
from typing import TYPE_CHECKING

from orchestrator.errors import EnvironmentFault
from orchestrator.plan_document import Level
from orchestrator.study.design.nuisance_values import Values
from orchestrator.study.records import Nuisance

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

_SEEDS = 2**32  # the sampler takes no larger ones


def require_optuna() -> None:
    """Raises EnvironmentFault where the package is missing."""
    if find_spec("optuna") is None:
        cure = 'pip install "orch[optuna]"'
        raise EnvironmentFault(f"tune.method optuna needs a package: {cure}")


class OptunaPoints:
    """Points for one variant in one tuning study, each suggested from the scores of earlier ones.

    space: settings to draw, at least one. direction: `maximize` or `minimize`. random: points that
    are drawn at random before the sampler models anything.

    The same seed and the same calls in the same order suggest the same points.
    """

    def __init__(self, space: tuple[Nuisance, ...], direction: str, random: int, seed: int) -> None:
        require_optuna()
        import optuna
        from ray.tune.search.optuna import OptunaSearch

        optuna.logging.set_verbosity(optuna.logging.WARNING)  # it logs every study
        self.space = {nuisance.path: nuisance for nuisance in space}
        self.search = OptunaSearch(
            {nuisance.path: _distribution(nuisance) for nuisance in space},
            metric="score",
            mode=direction[:3],
            sampler=optuna.samplers.TPESampler(seed=seed % _SEEDS, n_startup_trials=random),
        )

    def suggest(self, point: int) -> Values:
        drawn = self.search.suggest(str(point))
        assert drawn is not None  # it never runs out
        return {path: _value(self.space[path], value) for path, value in drawn.items()}

    def tell(self, point: int, score: float | None) -> None:
        """score: None for the worst possible, a pruned trial in Optuna's words."""
        self.search.on_trial_complete(str(point), None if score is None else {"score": score})


def _distribution(nuisance: Nuisance) -> "BaseDistribution":
    from optuna import distributions as of

    if nuisance.kind == "choice":
        return of.CategoricalDistribution(nuisance.levels)
    assert nuisance.low is not None
    assert nuisance.high is not None
    if nuisance.kind == "int_uniform":
        return of.IntDistribution(int(nuisance.low), int(nuisance.high))
    return of.FloatDistribution(nuisance.low, nuisance.high, log=nuisance.kind == "log_uniform")


def _value(nuisance: Nuisance, drawn: Level) -> Level:
    is_broken = nuisance.kind in ("uniform", "log_uniform")
    return nuisance.rounded(float(drawn)) if is_broken and drawn is not None else drawn
