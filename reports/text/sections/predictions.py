"""Words of the section of predictions."""

from collections.abc import Sequence

from orchestrator.reports.statistics.predictions.always_wrong import AlwaysWrong, HardExample
from orchestrator.reports.text.names import count_text

CAPTION = (
    "Target → the most frequent answer, and in how many of the replicates that have the example "
    "all variants are wrong. They may be mislabelled or ambiguous, or beyond what all variants "
    "have in common."
)


def hard_text(found: AlwaysWrong, split: str, *, several: bool) -> str:
    """How many answers all variants get wrong, and how many one of them."""
    variants = len(found.task.variants)
    all_of = "The variant gets" if variants == 1 else f"All {variants} variants get"
    task = f"{found.task.task.settings.get('task.name')}: " * several
    shown = len(found.shown)
    rest = (
        f" Shown are {shown} of {found.distinct:,}, those wrong in most replicates first."
        if shown < found.distinct
        else ""
    )
    return (
        f"{task}{all_of} {100 * found.share:.1f} % of the {split} answers "
        f"of a replicate wrong (mean over {count_text(found.replicates, 'replicate')}); "
        f"one variant alone {100 * found.alone:.1f} %.{rest}"
    )


def answer_text(hard: HardExample, classes: Sequence[str]) -> str:
    """7 → 9: its class, and the most frequent answer."""
    return f"{classes[hard.target]} → {classes[hard.answer]}"


def where_text(hard: HardExample) -> str:
    """How often that answer is given, and in how many replicates all are wrong."""
    share = "" if hard.answer_share == 1 else f"{hard.answer_share:.0%} of answers, "
    return f"{share}{hard.wrong} of {count_text(hard.seen, 'replicate')}"
