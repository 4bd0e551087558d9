"""What the card of a trial shows, of all trials at once: columns, in the order of the plan."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from reports.command import one_trial
from reports.figures.facets import Scheme
from reports.names import level_text, metric_text
from reports.page.packed import packed
from reports.statistics.evidence import Evidence
from reports.statistics.tracks import Track, tracks
from reports.tables import Tables, Variant

_ERROR_CHARACTERS = 2000  # its end: of a traceback the last lines say most


def cards(view: Scheme, tables: Tables, facts: Evidence) -> str:
    """Packed: it is inflated when the first card, or the list of trials, is opened."""
    trials, plan = tables.trials, view.plan
    return packed(
        {
            "study_seed": plan.seed,
            "command": one_trial(plan.study, facts.started_by),
            "compared": plan.compare.metric,
            "units": {name: metric.unit for name, metric in plan.metrics.items()},
            "heads": [view.names[path] for path in view.heads],
            "variants": [_variant(view, variant) for variant in plan.variants],
            "trials": _columns(view, trials),
            "errors": _errors(trials),
            "final": _finals(trials),
            "tracks": [_track(view, track) for track in tracks(tables)],
        }
    )


def _variant(view: Scheme, variant: Variant) -> dict[str, Any]:
    """Its title, and its settings as text: factors, tuned ones by tuning study, others."""
    other = {p: v for p, v in variant.settings.items() if p not in variant.levels}
    return {
        "title": view.titles[variant.variant_id],
        "levels": [level_text(view.level(path, variant)) for path in view.heads],
        "factors": _texts(variant.levels),
        "tuned": [_texts(best.settings) if best else {} for best in variant.selected],
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
        "status": trials["status"].tolist(),
        "epochs": _numbers(trials["epochs_done"]),
        "wall_s": _numbers(trials["wall_s"]),
    }


def _numbers(column: pd.Series) -> list[float | None]:
    return [float(x) if pd.notna(x) else None for x in column]


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


def _track(view: Scheme, track: Track) -> dict[str, Any]:
    """Values one after another: trial by trial, line by line."""
    flat = track.values.ravel()
    return {
        **_words(view, track),
        "x": list(track.x),
        "lines": [_line(track, line) for line in track.lines],
        "values": [None if x != x else x for x in flat.tolist()],
    }


def _line(track: Track, line: str) -> str:
    if track.kind == "metric":
        return line
    return "before training" if line == "0" else f"epoch {line}"


def _words(view: Scheme, track: Track) -> dict[str, Any]:
    if track.kind == "metric":
        metric = view.plan.metrics.get(track.name)
        share = metric is not None and metric.unit == "share"
        words = {"title": metric_text(track.name), "along": "epoch", "share": share, "log": False}
    elif track.kind == "depth":
        words = {"title": "‖∂C/∂z‖ by layer", "along": "layer (the last one is the output)"}
    else:
        words = {"title": f"‖∂L/∂h‖ of {track.name}", "along": "steps before the loss"}
    return {"share": False, "log": True, **words}
