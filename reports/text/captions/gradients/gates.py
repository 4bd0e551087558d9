"""Words of the figure of the gates."""

from collections.abc import Sequence

from orchestrator.plan_document import PlanDocument
from orchestrator.reports.statistics.gradients.probed_epochs import first_and_last
from orchestrator.reports.statistics.gradients.time_decay import TimeProfile
from orchestrator.reports.text.names import factor_text
from orchestrator.reports.text.phrases import epoch_text, sentence, with_variant

TITLE = "How far gates are open, by steps before the loss"
GATES = {
    "forget_gate": "forget gate (LSTM)",
    "update_gate": "update gate (GRU)",
    "input_gate": "input gate (LSTM)",
    "output_gate": "output gate (LSTM)",
    "reset_gate": "reset gate (GRU)",
}
_KEEPING = ("forget_gate", "update_gate")  # by whose opening a state is multiplied in every step


def caption(n: str) -> str:
    """n: replicates."""
    return (
        f"0: closed, 1: open. Line: mean over replicates (n = {n}) of the mean over units and "
        "examples; band: its 95 % t-interval. On its direct way back the gradient of an LSTM's "
        "cell is multiplied in every step by the forget gate and by no weight, that of a GRU's "
        "state by the update gate; what comes back through other ways adds to it. What is open "
        ".9 leaves half after 7 steps, .5 after 1."
    )


def lesson(plan: PlanDocument, profiles: Sequence[TimeProfile]) -> str:
    """The least and the most open of the gates that keep, and what their state's gradient does.

    profiles: of gates and states, of the last forward layer.
    """
    keeping = [p for p in profiles if p.quantity in _KEEPING]
    epochs = first_and_last(p.epoch for p in keeping)
    return " ".join(_at_epoch(plan, keeping, profiles, epoch) for epoch in epochs)


def _at_epoch(
    plan: PlanDocument, keeping: Sequence[TimeProfile], profiles: Sequence[TimeProfile], epoch: int
) -> str:
    now = sorted((p for p in keeping if p.epoch == epoch), key=_openness)
    texts = [_opening(plan, p, profiles) for p in (now[0], *now[1:][-1:])]
    return sentence(f"{epoch_text(epoch)} {' and '.join(texts)}")


def _openness(profile: TimeProfile) -> float:
    return float(profile.by_place.mean.mean())


def _opening(plan: PlanDocument, gate: TimeProfile, profiles: Sequence[TimeProfile]) -> str:
    """the forget gate is open 0.73 with bias 1 (gradient of c: × 0.74 a step)."""
    state = ("cell_grad", "c") if gate.quantity == "forget_gate" else ("hidden_grad", "h")
    same = (gate.variant_id, gate.epoch, gate.site, state[0])
    factors = [p.factor for p in profiles if (p.variant_id, p.epoch, p.site, p.quantity) == same]
    name, where = gate.quantity.replace("_", " "), with_variant(plan, gate.variant_id)
    text = f"the {name} is open {factor_text(_openness(gate))}{where}"
    if not factors or factors[0] is None:
        return text
    return f"{text} (gradient of {state[1]}: × {factor_text(factors[0].value)} per step)"
