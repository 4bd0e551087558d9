"""Studies of every kind, drawn."""

from pathlib import Path

from orchestrator.reports.analysis import Analysis, analyse
from orchestrator.reports.data.read import Tables, read_tables
from orchestrator.reports.figures.all_figures import draw_all
from orchestrator.reports.figures.facets import Scheme, scheme
from orchestrator.reports.figures.records import Figure, Panel
from tests.reports.sample import Factors, Sample, write

STUDIES: dict[str, Factors] = {
    "no factor": {},
    "names": {"model.activation": ["sigmoid", "tanh", "relu"]},
    "numbers": {"model.depth": [1, 2, 4]},
    "two": {"model.activation": ["sigmoid", "tanh"], "model.depth": [1, 3]},
    "switches": {"model.activation": ["sigmoid", "tanh"], "model.bias": [True, False]},
    "four": {
        "model.activation": ["sigmoid", "tanh"],
        "model.depth": [1, 2, 3],
        "model.init.scale": [0.5, 2.0],
        "training.optimizer": ["sgd", "adam"],
    },
    "five": {f"training.f{i}": [1, 2] for i in range(4)} | {"model.activation": ["tanh", "relu"]},
    "many x": {"model.activation": ["tanh", "relu"], "model.depth": list(range(1, 13)),
               "model.init.scale": [1.0, 2.0]},
    "cells": {"model.cell": ["rnn", "lstm"], "model.bidirectional": [False, True]},
    "nine colours": {"model.width": list(range(9)), "model.depth": [2, 3]},
}  # fmt: skip


def write_study(kind: str, folder: Path, probes: bool = True) -> Path:
    """A study with the factors of `STUDIES[kind]`."""
    factors = STUDIES[kind]
    baseline = {path: factors[path][0] for path in list(factors)[:1]}
    sample = Sample(
        study="s", factors=factors, baseline=baseline, replicates=2, epochs=5, probes=probes
    )
    return write(folder, sample)


def drawn(folder: Path) -> tuple[Analysis, dict[str, Figure]]:
    analysis = analyse(read_tables(folder))
    return analysis, draw_all(scheme(analysis.plan), analysis)


def shown(figure: Figure) -> list[Panel]:
    """The panels that are seen first."""
    chosen = {chooser.key: chooser.chosen for chooser in figure.choosers}
    return [
        panel
        for panel in figure.panels
        if all(chosen.get(key, value) == value for key, value in panel.when.items())
    ]


def with_view(tables: Tables) -> tuple[Scheme, Analysis]:
    analysis = analyse(tables)
    return scheme(analysis.plan), analysis
