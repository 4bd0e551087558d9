"""Designs that cross nothing, and levels that some variants do not have: names, numbers, page."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
import pytest

from orchestrator.plan_document import PlanDocument
from orchestrator.reports.analysis import Analysis, analyse
from orchestrator.reports.data.read import Tables, read_tables
from orchestrator.reports.export.latex import write_latex
from orchestrator.reports.figures.all_figures import draw_all
from orchestrator.reports.figures.facets import scheme
from orchestrator.reports.page.render import render
from orchestrator.reports.page.rows.partly_fixed import Partly, partly_fixed
from orchestrator.reports.roles import roles
from orchestrator.reports.tables import write_comparisons
from orchestrator.reports.text.sentences import sentences
from orchestrator.reports.text.verdicts import statements
from orchestrator.reports.variants import VARIANT, axis, baseline_text, contrast_text, names_of
from tests.reports.sample import Levels, Sample, parse_plan, plan_document, write

ACTIVATION, DEPTH = "model.activation", "model.depth"
CELL, BIAS = "model.cell", "model.forget_bias"
CENTER: Levels = {ACTIVATION: "tanh", DEPTH: 2}
STAR = Sample(
    probes=False,
    study="star",
    design="one_at_a_time",
    center=CENTER,
    factors={ACTIVATION: ["tanh", "relu"], DEPTH: [1, 2, 8]},
    baseline=CENTER,
    listed={
        "activation=tanh depth=2": CENTER,
        "activation=relu depth=2": {**CENTER, ACTIVATION: "relu"},
        "activation=tanh depth=1": {**CENTER, DEPTH: 1},
        "activation=tanh depth=8": {**CENTER, DEPTH: 8},
    },
)
NAMED = Sample(
    probes=False,
    study="named",
    design="variants",
    factors={ACTIVATION: ["sigmoid", "relu"], DEPTH: [1, 4]},
    baseline={ACTIVATION: "sigmoid", DEPTH: 4},
    listed={
        "<old> & deep": {ACTIVATION: "sigmoid", DEPTH: 4},
        "new": {ACTIVATION: "relu", DEPTH: 4},
        "without": {ACTIVATION: "relu"},
    },
    partners=dict.fromkeys(["<old> & deep", "new", "without"], "<old> & deep"),
)
PAIRED = Sample(
    probes=False,
    study="paired",
    design="paired",
    factors={ACTIVATION: ["tanh", "relu"], DEPTH: [1, 4]},
    baseline={ACTIVATION: "tanh", DEPTH: 1},
    listed={
        "activation=tanh depth=1": {ACTIVATION: "tanh", DEPTH: 1},
        "activation=relu depth=4": {ACTIVATION: "relu", DEPTH: 4},
    },
)
CELLS: dict[str, Levels] = {
    "rnn": {CELL: "rnn"},
    "lstm": {CELL: "lstm", BIAS: None},
    "lstm 1": {CELL: "lstm", BIAS: 1.0},
}
WHEN = Sample(
    probes=False,
    study="when",
    factors={CELL: ["rnn", "lstm"], BIAS: [None, 1.0], DEPTH: [1, 2]},
    baseline={CELL: "rnn"},
    listed={f"{name} {d}": {**cell, DEPTH: d} for name, cell in CELLS.items() for d in (1, 2)},
    partners={f"{name} {d}": f"rnn {d}" for name in CELLS for d in (1, 2)},
)
EVERY = [STAR, NAMED, PAIRED, WHEN]


def plan(sample: Sample) -> PlanDocument:
    return parse_plan(plan_document(sample))


def test_a_variant_is_called_by_what_is_special_in_it() -> None:
    assert list(names_of(plan(STAR)).values()) == ["center", "relu", "depth 1", "depth 8"]
    assert list(names_of(plan(NAMED)).values()) == ["<old> & deep", "new", "without"]
    assert list(names_of(plan(PAIRED)).values()) == ["tanh, depth 1", "relu, depth 4"]
    assert list(names_of(plan(WHEN)).values())[::2] == [
        "rnn, depth 1",
        "lstm, forget_bias null, depth 1",
        "lstm, forget_bias 1, depth 1",
    ]


def test_the_baseline_and_the_contrast_in_words() -> None:
    texts = [baseline_text(plan(sample)) for sample in EVERY]
    assert texts == ["the center", "<old> & deep", "tanh, depth 1", "rnn"]
    star, when = plan(STAR), plan(WHEN)
    assert contrast_text(star, star.variants[3].variant_id) == ("depth 8", "")
    assert contrast_text(when, when.variants[5].variant_id) == ("lstm", "forget_bias 1, depth 2")


def test_a_missing_level_has_a_place_after_the_others() -> None:
    made, view = plan(WHEN), scheme(plan(WHEN))
    assert axis(made, BIAS) == (None, 1.0, "–")
    assert [view.place(BIAS, variant) for variant in made.variants] == [2, 2, 0, 0, 1, 1]
    assert axis(made, DEPTH) == (1, 2)


def test_where_factors_are_not_crossed_every_variant_has_a_colour() -> None:
    for sample in (STAR, NAMED, PAIRED):
        view = scheme(plan(sample))
        assert roles(plan(sample)).colour == VARIANT
        assert [view.colour(v) for v in view.plan.variants] == list(range(len(sample.listed)))
        assert view.heads == (VARIANT, *sample.factors)
    assert scheme(plan(WHEN)).heads == (CELL, BIAS, DEPTH)


@dataclass(frozen=True)
class Analysed:
    sample: Sample
    tables: Tables
    analysis: Analysis


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Analysed]:
    """By the name of the study."""
    folder = tmp_path_factory.mktemp("results")
    tables = {sample.study: read_tables(write(folder, sample)) for sample in EVERY}
    return {
        sample.study: Analysed(sample, tables[sample.study], analyse(tables[sample.study]))
        for sample in EVERY
    }


@pytest.fixture(params=[sample.study for sample in EVERY])
def made(request: pytest.FixtureRequest, every: Mapping[str, Analysed]) -> Analysed:
    return every[request.param]


@pytest.mark.slow
def test_every_variant_meets_its_baseline_and_no_other(made: Analysed, tmp_path: Path) -> None:
    write_comparisons(tmp_path / "comparisons.parquet", made.analysis)
    rows = pd.read_parquet(tmp_path / "comparisons.parquet")
    planned = plan_document(made.sample)["variants"]
    label = {v["variant_id"]: v["variant"] for v in planned}
    pairs = {(v["variant"], label[v["baseline"]]) for v in planned}
    contrasts = {(variant, baseline) for variant, baseline in pairs if variant != baseline}
    assert set(zip(rows["variant"], rows["baseline"], strict=True)) == contrasts
    assert baseline_text(made.analysis.plan) in sentences(made.analysis).finding


@pytest.mark.slow
def test_every_variant_is_in_the_figure_and_the_tables(made: Analysed) -> None:
    sample, view = made.sample, scheme(made.analysis.plan)
    panels = draw_all(view, made.analysis)["outcomes"].panels
    means = [t for panel in panels for t in panel.data if t["name"] == "mean"]
    assert sum(len(trace["x"]) for trace in means) == len(sample.listed)
    page = render(made.tables, made.analysis, sentences(made.analysis)).html
    results = page.partition('<section id="results">')[2].partition("</section>")[0]
    assert len(re.findall('<td class="level"', results)) == len(sample.listed) * len(view.heads)
    assert ("–</td>" in results) == (sample in (NAMED, WHEN)), "a level that does not exist"
    assert "<old>" not in page


def test_latex_tables_have_a_cell_in_every_column(made: Analysed, tmp_path: Path) -> None:
    for path in write_latex(made.analysis, tmp_path):
        text = path.read_text()
        columns = re.search(r"begin\{tabular\}\{([lr]+)\}", text)
        rows = [line for line in text.splitlines() if line.endswith(r"\\") and " & " in line]
        assert columns
        assert {line.count(" & ") + 1 for line in rows} == {len(columns[1])}, text


def test_verdicts_call_variants_by_their_names(every: Mapping[str, Analysed]) -> None:
    analysis = every["named"].analysis
    said = [s.text for s in statements(replace(analysis, replicates_needed=None))]
    assert len(said) == 2
    assert all(text.split(" ")[0] in ("new", "without") for text in said)
    assert all("<old> & deep" in text and " at " not in text for text in said)


def test_a_design_without_crossing_has_no_matrix_and_says_what_it_compares(
    every: Mapping[str, Analysed],
) -> None:
    star = every["star"]
    page = render(star.tables, star.analysis, sentences(star.analysis)).html
    assert "Comparisons with the center" in page
    assert "Each variant against the center," in page
    assert 'class="matrix"' not in page


def test_what_is_fixed_for_some_variants_names_them() -> None:
    factors = {"task.name": ["digits", "adding"], ACTIVATION: ["tanh", "relu"]}
    document = plan_document(Sample(factors=factors, baseline={ACTIVATION: "tanh"}))
    for variant in document["variants"]:
        is_adding = variant["levels"]["task.name"] == "adding"
        variant["settings"] |= {"task.length": 50} if is_adding else {"task.images": 8}
        if variant["levels"] == {"task.name": "adding", ACTIVATION: "relu"}:
            variant["settings"]["training.clip_norm"] = 1.0
    assert partly_fixed(parse_plan(document)) == (
        Partly("task.images", "8", "digits"),
        Partly("task.length", "50", "adding"),
        Partly("training.clip_norm", "1", "adding, relu"),
    )
