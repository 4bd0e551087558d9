"""How far what is probed of a layer is spread over its units, paths and examples."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from orchestrator.plan_document import PlanDocument
from orchestrator.reports.statistics.gradients.decay import Profile
from orchestrator.reports.statistics.gradients.mean_field import ACTIVATIONS
from orchestrator.reports.statistics.intervals import Floats

PRE_ACTIVATION = ("z_q05", "z_q25", "z_q50", "z_q75", "z_q95")
PATH_FACTOR = ("path_factor_q10", "path_factor", "path_factor_q90", "path_factor_max")
STEEPEST = {"sigmoid": 0.25, "tanh": 1.0, "relu": 1.0, "softplus": 1.0, "identity": 1.0}
"""The largest φ'(z): with |w| ≤ 1 no |w φ'(z)| is above it. The sigmoid's is the lecture's ¼."""


@dataclass(frozen=True)
class LayerQuantiles:
    """One variant at one probed epoch, by hidden layer."""

    variant_id: str
    epoch: int
    activation: str | None  # None where its derivative is not known here
    layers: tuple[int, ...]
    sites: tuple[str, ...]
    n: tuple[int, ...]  # replicates over which the quantiles are averaged
    of: Mapping[str, Floats]  # quantity → its mean over replicates

    @property
    def bound(self) -> float | None:
        return STEEPEST[self.activation] if self.activation else None


def layer_quantiles(
    plan: PlanDocument, profiles: Sequence[Profile], quantities: Sequence[str]
) -> tuple[LayerQuantiles, ...]:
    """One for every variant and epoch at which all of these quantiles were probed.

    Answers: where do most pre-activations (or path factors) of a layer lie, and how far out some?
    Assumes: each replicate's quantiles are averaged over replicates; they are not quantiles of all
        replicates together, and have no interval.
    Misleads: a layer whose units differ (some dead, some linear) can have the quantiles of one
        whose units are all alike.
    Source: Glorot & Bengio 2010, figures 2 to 4, for the pictures; the lecture for ¼.
    """
    known = _activations(plan)
    found: dict[tuple[str, int], dict[str, Profile]] = {}
    for profile in (p for p in profiles if p.quantity in quantities and p.inner):
        found.setdefault((profile.variant_id, profile.epoch), {})[profile.quantity] = profile
    return tuple(_made(known, *each, quantities) for each in _whole(found, quantities))


def _whole(
    found: Mapping[tuple[str, int], Mapping[str, Profile]], quantities: Sequence[str]
) -> Iterator[tuple[str, int, Mapping[str, Profile]]]:
    for (variant, epoch), of in found.items():
        if all(quantity in of for quantity in quantities):
            yield variant, epoch, of


def _made(
    known: Mapping[str, str | None],
    variant: str,
    epoch: int,
    of: Mapping[str, Profile],
    quantities: Sequence[str],
) -> LayerQuantiles:
    first = of[quantities[0]]
    hidden = first.by_place.first(first.inner)
    return LayerQuantiles(
        variant, epoch, known[variant], hidden.places, hidden.sites, hidden.n,
        {quantity: of[quantity].by_place.first(first.inner).mean for quantity in quantities},
    )  # fmt: skip


def _activations(plan: PlanDocument) -> dict[str, str | None]:
    """Variant id → the name of its φ; None of a model of one's own that calls it otherwise."""
    settings = {v.variant_id: {**plan.fixed, **v.settings} for v in plan.variants}
    named = {name: str(each.get("model.activation")) for name, each in settings.items()}
    return {name: text if text in ACTIVATIONS else None for name, text in named.items()}
