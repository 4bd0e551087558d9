"""Words of the figure of the factor per layer."""

from collections.abc import Sequence

from orchestrator.reports.statistics.gradients.decay import Profile
from orchestrator.reports.statistics.gradients.probed_epochs import first_and_last
from orchestrator.reports.text.names import count_text
from orchestrator.reports.text.phrases import epoch_text, sentence

TITLE = "Factor per layer by which the gradient changes on its way to the input"
_DIGITS = "0123456789."


def caption(found: Sequence[Profile]) -> str:
    return (
        "Below 1 the gradient vanishes, above 1 it explodes; the dotted line is 1. Marker: "
        "geometric mean over replicates of exp(−slope) of log ‖∂C/∂z‖ by hidden layer; bar: "
        f"its 95 % t-interval. Networks with one hidden layer have no such factor.{_kinds(found)}"
    )


def _kinds(found: Sequence[Profile]) -> str:
    """A warning where hidden layers of one network are of several kinds: conv1, conv2, ff1."""
    kinds = [{site.rstrip(_DIGITS) for site in p.by_place.sites[: p.inner]} for p in found]
    if all(len(each) < 2 for each in kinds):
        return ""
    listed = ", ".join(sorted(set().union(*kinds)))
    return f" Layers here are of several kinds ({listed}): look at the lines."


def lesson(found: Sequence[Profile]) -> str:
    """In how many variants the interval lies on one side of 1, at both ends of training."""
    epochs = first_and_last(p.epoch for p in found)
    return " ".join(sentence(_counts(found, epoch)) for epoch in epochs)


def _counts(found: Sequence[Profile], epoch: int) -> str:
    factors = [p.factor for p in found if p.epoch == epoch and p.factor]
    vanishing = sum(f.high is not None and f.high < 1 for f in factors)
    exploding = sum(f.low is not None and f.low > 1 for f in factors)
    return (
        f"{epoch_text(epoch)} the gradient vanishes in {vanishing} of "
        f"{count_text(len(factors), 'variant')} (whole interval below 1) and explodes in "
        f"{exploding} (above 1)"
    )
