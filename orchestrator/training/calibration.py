"""Predicts the training time of a pack from a few of its epochs."""

from collections.abc import Callable
from dataclasses import replace
from time import perf_counter

from orchestrator.plan.records import Pack, Trial
from orchestrator.training.records import PackRows

BUDGET_S = 2.0  # approximately; at least two short trainings are needed


def calibrate(pack: Pack, train: Callable[[Pack], PackRows]) -> float:
    """Wall seconds of the whole pack: a line through a training of one epoch and a longer one.

    train: trains a pack as the run will.

    Of members that train one after another only the first is timed. The line counts the probes at
    both ends, not those between, and assumes that no member stops early.
    """
    alone = replace(pack, trials=pack.trials[:1])
    warm_up = train(_shortened(alone, 1))
    sample = pack if warm_up.trials["execution"][0] == "stacked" else alone
    epochs = pack.trials[0].variant.loop.training.epochs
    one_s = _seconds(train, sample, 1)
    more = min(epochs, 2 + int(BUDGET_S / one_s))
    each_s = (_seconds(train, sample, more) - one_s) / (more - 1) if more > 1 else 0.0
    whole_s = one_s + max(each_s, 0.0) * (epochs - 1)
    return whole_s * len(pack.trials) / len(sample.trials)


def _seconds(train: Callable[[Pack], PackRows], pack: Pack, epochs: int) -> float:
    started = perf_counter()
    train(_shortened(pack, epochs))
    return perf_counter() - started


def _shortened(pack: Pack, epochs: int) -> Pack:
    return replace(pack, trials=tuple(_with_epochs(trial, epochs) for trial in pack.trials))


def _with_epochs(trial: Trial, epochs: int) -> Trial:
    settings = trial.variant.loop
    training = settings.training.model_copy(update={"epochs": epochs})
    variant = replace(trial.variant, settings=replace(settings, training=training))
    return replace(trial, variant=variant)
