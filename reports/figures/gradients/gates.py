"""Draws the gates among `time_decay`: how far they are open, by steps from the loss."""

from collections.abc import Sequence

from orchestrator.reports.figures.facets import Scheme, choosers
from orchestrator.reports.figures.gradients import profiles as drawing
from orchestrator.reports.figures.gradients.profiles import Strand, ends, epoch_text
from orchestrator.reports.figures.gradients.time_decay import (
    QUANTITY,
    SITE,
    chooser,
    lag_axis,
    last_forward,
    site_text,
    sites_of,
)
from orchestrator.reports.figures.records import Figure, Layout, Panel
from orchestrator.reports.statistics.gradients.time_decay import TimeProfile
from orchestrator.reports.text.names import factor_text

GATES = {
    "forget_gate": "forget gate (LSTM)",
    "update_gate": "update gate (GRU)",
    "input_gate": "input gate (LSTM)",
    "output_gate": "output gate (LSTM)",
    "reset_gate": "reset gate (GRU)",
}
KEEPING = ("forget_gate", "update_gate")  # by whose opening a state is multiplied in every step


def draw(view: Scheme, profiles: Sequence[TimeProfile]) -> Figure | None:
    """None without gates. It opens on the last forward layer's forget gate."""
    found = [p for p in profiles if p.quantity in GATES]
    if not found:
        return None
    sites = sites_of(found)
    shown = [gate for gate in GATES if any(p.quantity == gate for p in found)]
    choose = (view.roles.x, view.roles.rows, *view.roles.rest)
    longest = view.with_most({p.variant_id: len(p.lags) for p in found}, choose)
    return Figure(
        name="gates",
        title="How far gates are open, by steps before the loss",
        caption=(
            "0: closed, 1: open. Line: mean over replicates (n = "
            f"{drawing.sizes_text(map(_strand, found))}) of the mean over units and examples; "
            "band: its 95 % t-interval. On its direct way back the gradient of an LSTM's cell is "
            "multiplied in every step by the forget gate and by no weight, that of a GRU's state "
            "by the update gate; what comes back through other ways adds to it. What is open .9 "
            "leaves half after 7 steps, .5 after 1."
        ),
        columns=len(view.levels(view.roles.columns)) if view.roles.columns else 2,
        height_px=220,
        legend_title=view.legend_title,
        legend=view.legend,
        choosers=(
            *choosers(view, choose, longest),
            *chooser(QUANTITY, "gate", [(gate, GATES[gate]) for gate in shown]),
            *chooser(SITE, "layer", [(site, site_text(site)) for site in sites]),
        ),
        panels=tuple(
            panel
            for gate in shown
            for site in sites
            for panel in _panels(view, found, site, gate, choose)
        ),
        lesson=_told(view, profiles),
        arrangement=drawing.ARRANGEMENT,
    )


def _panels(
    view: Scheme,
    found: Sequence[TimeProfile],
    site: str,
    gate: str,
    choose: Sequence[str | None],
) -> list[Panel]:
    drawn = [_strand(p) for p in found if (p.site, p.quantity) == (site, gate)]

    def axes(seen: Sequence[Strand]) -> Layout:
        across = lag_axis(seen, site)
        return {"xaxis": across, "yaxis": {"range": [-0.04, 1.04], "zeroline": False},
                "hovermode": "x"}  # fmt: skip

    return drawing.panels(view, drawn, choose, axes, {SITE: site, QUANTITY: gate})


def _strand(profile: TimeProfile) -> Strand:
    return Strand(
        profile.variant_id, profile.epoch, profile.lags,
        names=tuple(f"{lag} steps away" for lag in profile.lags), n=profile.n,
        zeros=profile.zeros, mean=profile.mean, low=profile.low, high=profile.high, about="",
    )  # fmt: skip


def _told(view: Scheme, profiles: Sequence[TimeProfile]) -> str:
    """The least and the most open of the gates that keep, and what their state's gradient does."""
    forward = last_forward(profiles)
    keeping = [
        p for p in profiles
        if p.quantity in KEEPING and p.site == forward.get(p.variant_id)
    ]  # fmt: skip
    parts = [_at(view, keeping, profiles, epoch) for epoch in ends(p.epoch for p in keeping)]
    return " ".join(parts)


def _at(
    view: Scheme, keeping: Sequence[TimeProfile], profiles: Sequence[TimeProfile], epoch: int
) -> str:
    now = sorted((p for p in keeping if p.epoch == epoch), key=_openness)
    said = [_said(view, p, profiles) for p in (now[0], *now[1:][-1:])]
    when = epoch_text(epoch)
    return f"{when[0].upper()}{when[1:]} {' and '.join(said)}."


def _openness(profile: TimeProfile) -> float:
    return float(profile.mean.mean())


def _said(view: Scheme, gate: TimeProfile, profiles: Sequence[TimeProfile]) -> str:
    """the forget gate is open 0.73 with bias 1, and the gradient of c changes × 0.74 a step."""
    state = ("cell_grad", "c") if gate.quantity == "forget_gate" else ("hidden_grad", "h")
    same = (gate.variant_id, gate.epoch, gate.site, state[0])
    factors = [p.factor for p in profiles if (p.variant_id, p.epoch, p.site, p.quantity) == same]
    where = f" with {view.titles[gate.variant_id]}" if view.plan.factors else ""
    name = gate.quantity.replace("_", " ")
    text = f"the {name} is open {factor_text(_openness(gate))}{where}"
    if not factors or factors[0] is None:
        return text
    return f"{text} (gradient of {state[1]}: × {factor_text(factors[0].value)} a step)"
