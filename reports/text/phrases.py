"""Pieces that several sentences share."""

from collections.abc import Iterable, Sequence

from orchestrator.plan_document import PlanDocument
from orchestrator.reports.text.names import count_text
from orchestrator.reports.variants import name_of


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
