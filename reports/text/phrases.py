"""Pieces that several sentences share."""

from collections.abc import Iterable, Sequence
from types import MappingProxyType

from orchestrator.gradient_metrics import is_gradient
from orchestrator.plan_document import PlanDocument
from orchestrator.reports.statistics.comparisons.comparisons import Comparison
from orchestrator.reports.text.names import count_text, difference_text, interval_text
from orchestrator.reports.variants import name_of

_VERBS = MappingProxyType(
    {
        "better": ("is better than", "are better than"),
        "worse": ("is worse than", "are worse than"),
    }
)
_OF_GRADIENTS = MappingProxyType(
    {
        "better": ("keeps more of the gradient than", "keep more of the gradient than"),
        "worse": ("keeps less of the gradient than", "keep less of the gradient than"),
    }
)


def beside(verdict: str, metric: str, *, many: bool = False) -> str:
    """is better than, keep less of the gradient than: a variant, or many, beside its baseline.

    verdict: better | worse. metric: the compared one; a smaller gradient is no worse result.
    """
    return (_OF_GRADIENTS if is_gradient(metric) else _VERBS)[verdict][many]


def verdict_interval(row: Comparison, unit: str) -> str:
    """The interval beside a verdict: [−5.8, −0.4]; of a decided one never with 0: [−5.8, 0.0).

    0 bounds the interval where a later step of step-down max-T decides, or by rounding.
    """
    text = interval_text(*row.shown, unit, signed=True)
    if row.verdict not in ("better", "worse") or row.shown[0] is None:
        return text
    zero = difference_text(0.0, unit)
    if text.startswith(f"[{zero},"):
        return f"({text[1:]}"
    return f"{text[:-1]})" if text.endswith(f" {zero}]") else text


def sentence(text: str) -> str:
    """With a capital letter first and a full stop last."""
    return f"{text[0].upper()}{text[1:]}."


def joined(texts: Sequence[str]) -> str:
    """a; a and b; a, b and c."""
    *first, last = texts
    return f"{', '.join(first)} and {last}" if first else last


def epoch_text(epoch: int) -> str:
    return "before training" if epoch == 0 else f"after {count_text(epoch, 'epoch')}"


def with_variant(plan: PlanDocument, variant_id: str) -> str:
    """ " with tanh, depth 8"; nothing where no factor varies."""
    return f" with {name_of(plan, variant_id)}" if plan.factors else ""


def range_text(counts: Iterable[int]) -> str:
    """10; 6 to 10."""
    found = sorted(set(counts)) or [0]
    return f"{found[0]}" if found[0] == found[-1] else f"{found[0]} to {found[-1]}"
