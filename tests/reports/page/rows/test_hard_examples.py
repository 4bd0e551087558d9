"""What a page shows of predictions: matrices, classes, and examples that all variants miss."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from orchestrator.plan_document import Task
from orchestrator.reports.analysis import analyse
from orchestrator.reports.data.predictions import Predictions, Said
from orchestrator.reports.data.read import Tables, read_tables
from orchestrator.reports.figures.all_figures import draw_all
from orchestrator.reports.figures.facets import scheme
from orchestrator.reports.page.render import render
from orchestrator.reports.page.rows.hard_examples import hard_examples
from orchestrator.reports.text.sentences import sentences
from tests.reports.answered import FIXED
from tests.reports.sample import write_small


def with_predictions(tables: Tables, classes: int = 3) -> Tables:
    """Every network misses the second word of the first sentence; the rest is drawn."""
    random = np.random.default_rng(0)
    target = np.arange(200, dtype=np.int32) % classes
    by_trial = {}
    for variant in tables.plan.variants:
        for replicate in range(tables.plan.replicates):
            answer = np.where(random.random(200) < 0.8, target, (target + 1) % classes)
            answer[1] = 2
            places = np.arange(200, dtype=np.int32)
            said = Said(places // 2, places % 2, target, answer.astype(np.int32))
            by_trial[variant.variant_id, replicate] = said
    inputs = {("s", replicate, 0): '{"words": ["<b>", "&"]}' for replicate in range(7)}
    plan = replace(tables.plan, tasks=(Task({}, "s", FIXED),))
    return replace(tables, plan=plan, predictions=Predictions("test", by_trial, inputs))


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return with_predictions(read_tables(write_small(tmp_path_factory.mktemp("results"))))


def test_the_word_in_question_is_marked(tables: Tables) -> None:
    analysis = analyse(tables)
    (task,) = hard_examples(tables.predictions, analysis.predicted)
    first = task.examples[0]
    assert first.tokens == (("<b>", False), ("&", True))
    assert first.answer == "1 → 2"
    assert first.where == "7 of 7 replicates"
    assert task.said.startswith("All 4 variants get")


def test_the_page_has_the_section_and_its_text_is_escaped(tables: Tables) -> None:
    analysis = analyse(tables)
    page = render(tables, analysis, sentences(analysis), None).html
    assert 'id="predictions"' in page
    assert "&lt;b&gt; <mark>&amp;</mark>" in page
    assert 'id="figure-confusion"' in page


def test_a_page_without_predictions_has_none(tmp_path: Path) -> None:
    tables = read_tables(write_small(tmp_path))
    analysis = analyse(tables)
    assert analysis.predicted is None
    assert 'id="predictions"' not in render(tables, analysis, sentences(analysis), None).html


def test_many_classes_stay_readable_and_differences_are_symmetrical(tables: Tables) -> None:
    many = with_predictions(tables, classes=60)
    analysis = analyse(many)
    drawn = draw_all(scheme(many.plan), analysis)
    matrix = drawn["confusion"]
    shares = [panel for panel in matrix.panels if panel.when["shown"] == "shares" and panel.data]
    assert {len(panel.data[0]["z"]) for panel in shares} == {17}
    assert "Of 60 classes the 17 that take part in most errors" in matrix.caption
    differences = [p for p in matrix.panels if p.when["shown"] == "difference"]
    ends = {(p.data[0]["zmin"], p.data[0]["zmax"]) for p in differences if p.data}
    ((low, high),) = ends
    assert low == -high
    assert any(not p.data and "baseline itself" in p.note for p in differences)
    classes = drawn["class_accuracy"].panels[0]
    assert len(classes.data[0]["x"]) == 17
