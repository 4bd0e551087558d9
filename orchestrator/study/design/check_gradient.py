"""Problems of a compared gradient that show only once the variants are known."""

from collections.abc import Mapping, Sequence
from math import log

from orchestrator.gradient_metrics import GRADIENT_METRICS, GradientMetric
from orchestrator.models import settings as models
from orchestrator.models.settings.own import OwnModel
from orchestrator.study.parsing.messages import names
from orchestrator.study.parsing.yaml_text import Findings
from orchestrator.study.probes import PRESETS
from orchestrator.study.records import LoopSettings, Variant

METRIC = ("compare", "metric")
SMALLEST = ("compare", "smallest_difference")
BEFORE_TRAINING = ("task.", "model.", "probes.", "training.loss", "trial.")
"""Prefixes of the settings that can change a gradient before training."""


def check_gradient(
    findings: Findings, metric: str, variants: Sequence[Variant], partners: Mapping[str, str]
) -> None:
    """Reports the first variant that has no such gradient, and a comparison that can show nothing.

    partners: variant id → id of its baseline.
    """
    found = GRADIENT_METRICS[metric]
    for variant in variants:
        if problem := _without(found, variant):
            what, cure = problem
            findings.add(METRIC, f"{metric}, but {variant.label} has {what}", cure=cure)
            return
    _check_differences(findings, metric, variants, partners)


def _without(metric: GradientMetric, variant: Variant) -> tuple[str, str] | None:
    """What a variant has instead of the gradient, and the cure."""
    if not isinstance(variant.settings, LoopSettings):
        return None  # only the function knows what it probes
    probes, model = variant.loop.probes, variant.loop.model
    if probes.examples == 0:
        return "its probes turned off", "leave probes out, or set probes: light"
    quantities = probes.quantities
    if quantities not in PRESETS and metric.quantity not in quantities.split():
        return f"no {metric.quantity} among its probes.quantities", f"add {metric.quantity} to them"
    if metric.axis == "time":
        recurrent = isinstance(model, models.Recurrent | OwnModel)
        cure = f"compare {names(_of_axis('depth'))}, or leave out models without time steps"
        return None if recurrent else ("no recurrent layers", cure)
    hidden = hidden_layers(model)
    if hidden is None or hidden >= 2:
        return None
    return (
        f"{'no hidden layer' if hidden == 0 else 'one hidden layer only'}: no decay between two",
        "compare networks with two or more hidden layers"
        + (f", or {names(_of_axis('time'))}" if isinstance(model, models.Recurrent) else ""),
    )


def _of_axis(axis: str) -> list[str]:
    return [name for name, each in GRADIENT_METRICS.items() if each.axis == axis]


def hidden_layers(model: models.ModelSettings) -> int | None:
    """Of a shipped model; None of own code, whose layers show only when it is built."""
    match model:
        case models.MLP() | models.Chain() | models.WindowTagger():
            return model.depth
        case models.Recurrent():
            return model.layers
        case models.ConvNet():
            return 4  # two convolutions and two feed-forward layers
        case models.LogLinear():
            return 0
    return None


def _check_differences(
    findings: Findings, metric: str, variants: Sequence[Variant], partners: Mapping[str, str]
) -> None:
    """A variant that differs from its baseline only in how it trains starts with its gradient."""
    by_id = {variant.variant_id: variant for variant in variants}
    for variant in variants:
        partner = by_id.get(partners.get(variant.variant_id, ""))
        if partner is None or partner is variant:
            continue
        own, other = variant.settings.flat, partner.settings.flat
        apart = [path for path in {**own, **other} if own.get(path) != other.get(path)]
        if apart and not any(path.startswith(BEFORE_TRAINING) for path in apart):
            what = (
                f"{metric} is measured before training, where {names(apart)} "
                f"{'has' if len(apart) == 1 else 'have'} no effect: {variant.label} and "
                f"{partner.label} start alike"
            )
            findings.add(METRIC, what, cure="compare a metric of the task")
            return


def log_of_smallest(findings: Findings, given: float | None) -> float | None:
    """The smallest difference that matters, given as a factor, as a logarithm."""
    if given is not None and given <= 1:
        what = f"{given:g} is no factor by which two gradients can differ"
        findings.add(SMALLEST, what, "a number above 1", "1.5 stands for ÷1.5 to ×1.5")
        return None
    return None if given is None else log(given)
