"""Words of the figures of `influence`."""

from collections.abc import Sequence

from orchestrator.reports.statistics.gradients.influence import Correlation, Influence
from orchestrator.reports.text.names import MINUS
from orchestrator.reports.text.phrases import epoch_text


def title(axis: str, metric: str) -> str:
    """axis: depth | time."""
    return f"Does decay through {axis} matter? Final {metric} by what is left of the gradient"


def caption(variants: int) -> str:
    return (
        f"One marker per variant (n = {variants}): geometric mean of the gradient's "
        "total decay, mean of the metric over completed trials; bars: 95 % t-intervals. "
        "Dotted: no decay. The variants are those of the study, no random sample, and what "
        "makes gradients vanish changes other things too: this shows what goes together, not "
        "why."
    )


def lesson(found: Sequence[Influence], metric: str) -> str:
    return " ".join(_correlations(each, metric) for each in found)


def _correlations(found: Influence, metric: str) -> str:
    """Both of one probe."""
    when = epoch_text(found.epoch).capitalize()
    if found.arrives.rho is None:
        return f"{when} every variant has the same rank: nothing can be said."
    return (
        f"{when}, over {found.arrives.n} variants: {_direction(found.arrives, metric)} "
        f"(rank correlation {correlation_text(found.arrives)}); "
        f"with its distance from no decay, {correlation_text(found.change)}."
    )


def _direction(rho: Correlation, metric: str) -> str:
    if not rho.sign:
        return f"whether more gradient goes with better {metric} is undecided"
    word = "better" if rho.sign > 0 else "worse"
    return f"the more of the gradient arrives, the {word} the {metric}"


def correlation_text(rho: Correlation) -> str:
    """+0.82 [+0.64, +0.91]; none."""
    if rho.rho is None:
        return "none"
    values = [x for x in (rho.rho, rho.low, rho.high) if x is not None]
    texts = [f"{x:+.2f}".replace("-", MINUS) for x in values]
    return f"{texts[0]} [{texts[1]}, {texts[2]}]" if len(texts) == 3 else texts[0]
