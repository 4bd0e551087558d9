"""A study that tunes, planned with made-up scores."""

from collections.abc import Mapping, Sequence
from typing import Any

from orchestrator.plan.records import Plan, Tuned
from orchestrator.plan.tuning import TuningSoFar
from orchestrator.study.design.nuisance_values import Values
from orchestrator.study.records import Study
from tests.plan.studies import plan
from tests.study.texts import parse

TUNED = """\
study: tuned
task: {name: digits}
model: {name: mlp, depth: 2}
training: {epochs: 3}
factors: {model.activation: [sigmoid, tanh, relu]}
replicates: 4
tune:
  training.learning_rate: {log_uniform: [0.01, 1]}
  training.momentum: {uniform: [0, 0.9], when: {model.activation: tanh}}
  points: 3
  replicates: 2
"""
RATES = (0.02, 0.1, 0.7)


def study(text: str = TUNED, *changes: tuple[str, str]) -> Study:
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return parse(text)


def points(of: Study, rates: Sequence[float] = RATES) -> dict[Tuned, list[Values]]:
    assert of.tune is not None
    return {
        (number, variant.variant_id): [
            {
                nuisance.path: rate + number / 1000 if "rate" in nuisance.path else 0.5
                for nuisance in of.tune.of(variant)
            }
            for rate in rates
        ]
        for number in range(of.tune.studies)
        for variant in of.variants
    }


def tuning_ids(made: Plan) -> list[str]:
    return [trial.trial_id for trial in made.trials if trial.phase == "tuning"]


def planned(
    of: Study,
    results: dict[str, str] | None = None,
    scores: Mapping[str, float] | None = None,
    **more: Any,
) -> Plan:
    return plan(of, results, known=TuningSoFar(points(of), scores or {}), **more)


def scored(made: Plan, best: Mapping[str, int]) -> dict[str, float]:
    """Scores of all tuning trials: the point named for a label is the best."""
    return {
        trial.trial_id: 0.9 - abs((trial.point or 0) - best[trial.variant.label]) / 10
        for trial in made.trials
        if trial.phase == "tuning"
    }


BEST = {"activation=sigmoid": 2, "activation=tanh": 0, "activation=relu": 1}


def tuned(of: Study, **more: Any) -> Plan:
    """The plan once tuning is done: BEST is selected."""
    first = planned(of)
    done = dict.fromkeys(tuning_ids(first), "completed")
    return planned(of, done, scored(first, BEST), **more)
