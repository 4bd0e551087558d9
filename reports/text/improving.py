"""What is said of variants that were still improving when training ended."""

from collections.abc import Iterator, Mapping

from orchestrator.reports.analysis import Analysis
from orchestrator.reports.statistics.comparisons.comparisons import Comparison
from orchestrator.reports.statistics.outcomes.improving import STILL, Improving
from orchestrator.reports.text.names import count_text, listed, metric_text

MORE = 2  # times as many epochs are proposed: a curve does not say how many are enough


def proposed_epochs(found: Improving) -> int | None:
    """None where none is improving, or variants differ in their epochs."""
    return MORE * found.epochs if found.of and found.epochs else None


def improving_warning(analysis: Analysis, names: Mapping[str, str]) -> Iterator[str]:
    """names: of variants."""
    found = analysis.improving
    if found.of:
        which = listed([names[variant] for variant in found.of])
        after = f" of {count_text(found.epochs, 'epoch')}" if found.epochs else " of the epochs"
        yield (
            f"Still improving: {count_text(len(found.of), 'variant')} ({which}). More than "
            f"{100 * STILL:.0f} % of the whole gain in {metric_text(found.metric)} came in the "
            f"last fifth{after}. Differences may be of speed, and may close, grow or turn with "
            "more epochs: train longer before you add replicates or believe a verdict."
        )


def improving_sentence(analysis: Analysis, names: Mapping[str, str]) -> str:
    """What the first screen's answer ends with; nothing where all curves have come to rest."""
    found = analysis.improving
    if not found.of:
        return ""
    total, rising = len(analysis.plan.variants), len(found.of)
    who = names[next(iter(found.of))] if rising == 1 else f"{rising} of {total} variants"
    who = "all variants" if rising == total > 1 else who
    verb = "was" if rising == 1 else "were"
    return f" {who[0].upper()}{who[1:]} {verb} still improving at the end: train for more epochs."


def improving_text(row: Comparison, found: Improving, own: str, base: str) -> str:
    """ "; gru was still improving", of a comparison; own, base: the names of its two variants."""
    sides = ((row.variant, own), (row.baseline, base))
    rising = [name for variant, name in sides if variant in found.of]
    if not rising:
        return ""
    return f"; {' and '.join(rising)} {'were' if len(rising) > 1 else 'was'} still improving"
