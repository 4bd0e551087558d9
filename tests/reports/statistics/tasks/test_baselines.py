"""What needs no input: averaged over trials, drawn where it is near, told where it is not."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd
import plotly.graph_objects as go
import pytest

from orchestrator.reports.analysis import analyse
from orchestrator.reports.data.read import read_tables
from orchestrator.reports.figures.all_figures import draw_all
from orchestrator.reports.figures.facets import scheme
from orchestrator.reports.figures.records import Figure
from orchestrator.reports.page.render import render
from orchestrator.reports.statistics.tasks.baselines import baselines
from orchestrator.reports.text.sentences import sentences
from tests.reports.sample import Factors, Sample, write


def trials(**values: Sequence[float | None]) -> pd.DataFrame:
    """variant → baselines by replicate."""
    return pd.DataFrame(
        [
            (variant, replicate, value)
            for variant, line in values.items()
            for replicate, value in enumerate(line)
        ],
        columns=["variant_id", "replicate", "final.test/baseline_accuracy"],
    )


def test_variants_of_one_task_share_the_mean_over_trials() -> None:
    found = baselines(trials(v=[0.1, 0.2, 0.3], w=[0.1, None, 0.3]))
    (shared,) = found["accuracy"]
    assert shared.value == pytest.approx(0.2)
    assert shared.variants == ("v", "w")


def test_a_variant_whose_trials_failed_does_not_move_the_baseline_of_its_task() -> None:
    (shared,) = baselines(trials(v=[0.1, 0.2, 0.3], w=[None, None, 0.3]))["accuracy"]
    assert shared.value == pytest.approx(0.2)


def test_other_tasks_have_other_baselines() -> None:
    found = baselines(trials(v=[0.5, 0.5], w=[0.25, 0.25], x=[0.5, 0.5]))["accuracy"]
    assert [(each.value, each.variants) for each in found] == [(0.5, ("v", "x")), (0.25, ("w",))]


def test_without_a_value_there_is_no_baseline() -> None:
    assert baselines(trials(v=[None, None])) == {}
    assert baselines(trials(v=[0.5]).iloc[:, :2]) == {}


def unchanged(table: pd.DataFrame) -> None:
    """The trials as they were simulated."""


def drawn(
    tmp_path: Path,
    change: Callable[[pd.DataFrame], None] = unchanged,
    task_baseline: float = 0.1,
    threshold: float | None = None,
) -> dict[str, Figure]:
    sample = Sample(
        probes=False,
        study="s",
        factors={"model.activation": ["sigmoid", "tanh"], "model.depth": [1, 3]},
        replicates=6,
        task_baseline=task_baseline,
        threshold=threshold,
    )
    tables = read_tables(write(tmp_path, sample))
    change(tables.trials)
    analysis = analyse(tables)
    return draw_all(scheme(analysis.plan), analysis)


def wide(table: pd.DataFrame) -> None:
    table["final.test/accuracy"] = 0.6 + 0.06 * table["replicate"]


@pytest.mark.slow
def test_baseline_and_threshold_cross_the_panel_within_its_range(tmp_path: Path) -> None:
    figures = drawn(tmp_path, change=wide, task_baseline=0.7, threshold=0.9)
    (panel,) = figures["outcomes"].panels
    dashes = {(s["y0"], s["y1"]): s["line"]["dash"] for s in panel.layout["shapes"]}
    assert dashes == {(0.7, 0.7): "dash", (0.9, 0.9): "dot"}
    (label,) = panel.layout["annotations"]
    assert label["text"] == "– – task baseline 70.0 %\u2003· · · solved: 90.0 %"
    assert (label["yref"], label["y"], label["yanchor"]) == ("paper", 1, "bottom")  # above all data
    lowest, highest = panel.layout["yaxis"]["range"]
    assert lowest < 0.7 < 0.9 < highest
    caption = figures["outcomes"].caption
    assert "Dashed: 70.0 %, the task's baseline." in caption
    assert "Dotted: 90.0 %, where a trial counts as solved." in caption
    go.Figure(data=list(panel.data), layout=panel.layout)


def test_a_line_that_would_flatten_the_data_is_told_of_and_not_drawn(tmp_path: Path) -> None:
    def narrow(table: pd.DataFrame) -> None:
        table["final.test/accuracy"] = 0.95 + 0.001 * table["replicate"]

    figures = drawn(tmp_path, change=narrow, task_baseline=0.1)
    (panel,) = figures["outcomes"].panels
    assert "shapes" not in panel.layout
    assert panel.layout["yaxis"]["range"][0] > 0.9
    assert "Below the picture: 10.0 %, the task's baseline" in figures["outcomes"].caption


def test_the_curves_have_the_lines_of_their_metric_in_every_split(tmp_path: Path) -> None:
    figures = drawn(tmp_path, task_baseline=0.1, threshold=0.9)
    lines = {
        panel.when["metric"]: [s["y0"] for s in panel.layout.get("shapes", [])]
        for panel in figures["curves"].panels
    }
    for split in ("train", "validation", "test"):
        assert lines[f"{split}/accuracy"] == pytest.approx([0.1, 0.9])
        assert lines[f"{split}/loss"] == []


def test_where_tasks_differ_each_has_its_part_of_the_axis(tmp_path: Path) -> None:
    def by_depth(table: pd.DataFrame) -> None:
        wide(table)
        deep = table["variant_id"].isin(table["variant_id"].unique()[[1, 3]])
        table["final.test/baseline_accuracy"] = deep.map({True: 0.5, False: 0.75})

    figures = drawn(tmp_path, change=by_depth)
    (panel,) = figures["outcomes"].panels
    spans = {s["y0"]: (s["xref"], s["x0"], s["x1"]) for s in panel.layout["shapes"]}
    assert spans == {0.75: ("x", -0.5, 0.5), 0.5: ("x", 0.5, 1.5)}
    labels = {label["x"]: label["text"] for label in panel.layout["annotations"]}
    assert labels == {0.0: "– – 75.0 %", 1.0: "– – 50.0 %"}
    assert "Dashed: 50.0 % to 75.0 %" in figures["outcomes"].caption
    of_curves = [p for p in figures["curves"].panels if p.when["metric"] == "test/accuracy"]
    assert [[s["y0"] for s in p.layout["shapes"]] for p in of_curves] == [[0.75], [0.5]]


def test_a_baseline_is_no_metric_that_could_be_chosen(tmp_path: Path) -> None:
    figures = drawn(tmp_path, threshold=0.9)
    (chooser,) = [c for c in figures["curves"].choosers if c.key == "metric"]
    offered = {value for value, _ in chooser.options}
    splits, names = ("train", "validation", "test"), ("accuracy", "loss", "solved")
    assert {f"{split}/{name}" for split in splits for name in names} <= offered
    assert not any("baseline" in value for value in offered)


@pytest.mark.slow
def test_the_table_says_how_many_trials_solved_the_task(memory: Path) -> None:
    tables = read_tables(memory)
    analysis = analyse(tables)
    page, solved = render(tables, analysis, sentences(analysis)).html, analysis.solved
    assert {each.n for each in solved.values()} == {6}
    assert len({each.k for each in solved.values()}) > 1
    for each in solved.values():
        interval = f"[{100 * each.low:.0f}, {100 * each.high:.0f} %]"
        assert f">{each.k} of 6 {interval}</td>" in page
    assert "Wilson 1927" in page


def test_a_task_that_cannot_be_solved_has_no_such_column(tmp_path: Path) -> None:
    factors: Factors = {"model.activation": ["sigmoid", "tanh"]}
    tables = read_tables(write(tmp_path, Sample(factors=factors, replicates=6, probes=False)))
    analysis = analyse(tables)
    page = render(tables, analysis, sentences(analysis)).html
    assert '<section id="results">' in page
    assert "the Wilson interval of their share" not in page
