"""What the card of a trial shows, of all trials at once: columns, in the order of the plan."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from orchestrator.plan_document import PlanDocument, Selected, Variant
from orchestrator.reports.data.read import Tables
from orchestrator.reports.figures.facets import Scheme
from orchestrator.reports.page.encode.encoding import packed
from orchestrator.reports.statistics.outcomes.evidence import Evidence
from orchestrator.reports.statistics.outcomes.per_trial import PerTrial, per_trial
from orchestrator.reports.text.commands import one_trial
from orchestrator.reports.text.names import level_text, metric_text

MOST_TRIALS = 5000  # with those of the tuning; beyond, these have no cards
_ERROR_CHARACTERS = 2000  # its end: of a traceback the last lines say most


def trial_cards(view: Scheme, tables: Tables, facts: Evidence) -> str:
    """Packed: it is inflated when the first card, or the list of trials, is opened."""
    tables, plan = with_tuning(tables), view.plan
    trials = tables.trials
    tuned = _tuned(plan, trials)
    kinds = list(dict.fromkeys(map(_key, tuned)))
    place = {key: number for number, key in enumerate(kinds)}
    return packed(
        {
            "study_seed": plan.seed,
            "command": one_trial(plan.study, facts.started_by),
            "compared": plan.compare.metric,
            "units": _units(plan),
            "heads": [view.names[path] for path in view.heads],
            "variants": [_variant(view, variant) for variant in plan.variants],
            "trials": _columns(view, trials) | {"tuned": [place[_key(each)] for each in tuned]},
            "tuned": [dict(key) for key in kinds],
            "errors": _errors(trials),
            "final": _finals(trials),
            "tracks": [_track(view, track) for track in per_trial(tables)],
        }
    )


def _units(plan: PlanDocument) -> dict[str, str]:
    """By the name of a metric without its split, or of the gradient that is compared."""
    own = {plan.compare.metric.split("/")[-1]: plan.compare.unit}
    return own | {name: metric.unit for name, metric in plan.metrics.items()}


def with_tuning(tables: Tables) -> Tables:
    """With the trials of the tuning behind the others, unless that would make too many."""
    both = (tables.trials, tables.tuning)
    if tables.tuning.empty or sum(map(len, both)) > MOST_TRIALS:
        return tables
    trials = pd.concat([each.astype(object) for each in both], ignore_index=True)
    metrics = pd.concat([tables.metrics, tables.tuning_metrics], ignore_index=True)
    return replace(tables, trials=trials, metrics=metrics)


def _tuned(plan: PlanDocument, trials: pd.DataFrame) -> list[dict[str, str]]:
    """Of each trial the settings that were tuned, as text."""
    points = {
        trial: _texts(point.settings)
        for variant in plan.variants
        for point in variant.tuning
        for trial in point.trials
    }
    of = {variant.variant_id: variant.selected for variant in plan.variants}
    columns = (trials[name] for name in ("trial_id", "variant_id", "replicate"))
    return [
        points[trial] if trial in points else _selected(of[variant], int(replicate))
        for trial, variant, replicate in zip(*columns, strict=True)
    ]


def _selected(every: Sequence[Selected | None], replicate: int) -> dict[str, str]:
    best = every[replicate % len(every)] if every else None
    return _texts(best.settings) if best else {}


def _key(settings: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(settings.items())


def _variant(view: Scheme, variant: Variant) -> dict[str, Any]:
    """Its title, and its settings as text: factors, and others that are not tuned."""
    other = {p: v for p, v in variant.settings.items() if p not in variant.levels}
    return {
        "title": view.titles[variant.variant_id],
        "levels": [level_text(view.level(path, variant)) for path in view.heads],
        "factors": _texts(variant.levels),
        "other": _texts(other),
    }


def _texts(settings: Mapping[str, Any]) -> dict[str, str]:
    return {path: level_text(value) for path, value in settings.items()}


def _columns(view: Scheme, trials: pd.DataFrame) -> dict[str, list[Any]]:
    """A trial without settings yet, or without a row, has no epochs and no time."""
    return {
        "id": trials["trial_id"].fillna("").tolist(),
        "variant": [view.order[name] for name in trials["variant_id"]],
        "replicate": trials["replicate"].tolist(),
        "tuning": _column(trials, "tuning_study"),
        "point": _column(trials, "point"),
        "status": trials["status"].tolist(),
        "epochs": _numbers(trials["epochs_done"]),
        "final": _numbers(trials["final_epoch"]),
        "wall_s": _numbers(trials["wall_s"]),
    }


def _column(trials: pd.DataFrame, name: str) -> list[float | None]:
    """None for a trial that is not one of the tuning."""
    return _numbers(trials[name]) if name in trials else [None] * len(trials)


def _numbers(column: pd.Series) -> list[float | None]:
    values = pd.to_numeric(column).to_numpy(dtype=float, na_value=np.nan)
    return [None if x != x else x for x in values.tolist()]


def _errors(trials: pd.DataFrame) -> dict[str, str]:
    """Place of the trial → the end of its log."""
    found = trials["error"]
    return {
        str(place): str(error)[-_ERROR_CHARACTERS:]
        for place, error in enumerate(found)
        if isinstance(error, str)
    }


def _finals(trials: pd.DataFrame) -> dict[str, list[float | None]]:
    names = [name for name in trials.columns if name.startswith("final.")]
    return {name.removeprefix("final."): _numbers(trials[name]) for name in names}


def _track(view: Scheme, track: PerTrial) -> dict[str, Any]:
    """Values one after another: trial by trial, line by line."""
    flat = track.values.ravel()
    return {
        **_words(view, track),
        "x": list(track.x),
        "lines": [_line(track, line) for line in track.lines],
        "values": [None if x != x else x for x in flat.tolist()],
    }


def _line(track: PerTrial, line: str) -> str:
    if track.kind == "metric":
        return line
    return "before training" if line == "0" else f"epoch {line}"


def _words(view: Scheme, track: PerTrial) -> dict[str, Any]:
    if track.kind == "metric":
        metric = view.plan.metrics.get(track.name)
        share = metric is not None and metric.unit == "share"
        words = {"title": metric_text(track.name), "along": "epoch", "share": share, "log": False}
    elif track.kind == "depth":
        words = {"title": "‖∂C/∂z‖ by layer", "along": "layer (the last one is the output)"}
    else:
        words = {"title": f"‖∂L/∂h‖ of {track.name}", "along": "steps before the loss"}
    return {"share": False, "log": True, **words}
