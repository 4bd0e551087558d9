"""The audit of the tuning, against brute force and on studies whose faults are known."""

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from markupsafe import escape

from orchestrator.plan_document import Nuisance, Selected, Tune, TuningPoint, Variant
from orchestrator.reports.analysis import analyse
from orchestrator.reports.data.read import Tables, read_tables
from orchestrator.reports.figures.all_figures import draw_all
from orchestrator.reports.figures.facets import scheme
from orchestrator.reports.page.render import render
from orchestrator.reports.page.rows.tuning import luck_rows
from orchestrator.reports.statistics.tuning.tuning_audit import (
    edge,
    expected_best,
    nearest_factor,
    position,
    tuning_audit,
)
from orchestrator.reports.text.methods import methods
from orchestrator.reports.text.sections.tuning import luck
from orchestrator.reports.text.sentences import sentences
from orchestrator.reports.text.warnings import warnings
from tests.reports.sample import Sample, write
from tests.reports.some import some

RATE = Nuisance("log_uniform", 0.001, 1.0, None, {})
BATCH = Nuisance("choice", None, None, (16, 32, 64), {})
EPOCHS = 10


@pytest.mark.parametrize(("direction", "best"), [("maximize", max), ("minimize", min)])
def test_expected_best_of_k_is_the_mean_over_all_subsets(
    direction: str, best: Callable[[Iterable[float]], float]
) -> None:
    scores = np.random.default_rng(0).normal(0, 1, 6)
    found = expected_best(scores, direction)
    for k in range(1, 7):
        every = [best(subset) for subset in itertools.combinations(scores, k)]
        assert found[k - 1] == pytest.approx(np.mean(every))


def test_places_in_a_range() -> None:
    assert position(RATE, 0.03162277) == pytest.approx(0.5, abs=1e-6)
    assert [edge(RATE, x) for x in (0.0015, 0.1, 0.9)] == ["lower", "", "upper"]
    assert [edge(BATCH, x) for x in (16, 32, 64)] == ["lower", "", "upper"]
    assert edge(Nuisance("choice", None, None, ("sgd", "adam"), {}), "adam") == ""
    assert edge(Nuisance("choice", None, None, (16, 32), {}), 16) == ""  # of two one is an end
    assert edge(Nuisance("uniform", 0.0, 1.0, None, {}), 0.95) == "upper"


def test_the_nearest_neighbour_on_a_logarithmic_scale() -> None:
    assert nearest_factor(0.1, [0.02, 0.4, 10.0]) == pytest.approx(4)
    assert nearest_factor(0.1, [0.05, 0.4]) == pytest.approx(2)
    assert nearest_factor(0.1, []) == math.inf


def tuned(
    tmp_path: Path,
    rates: Sequence[float] = (0.01, 0.03, 0.1, 0.3),
    best: int = 2,
    lost: Sequence[int] = (),
    rising: bool = False,
) -> Tables:
    """A study of two variants; the same points, scores and faults for both."""
    folder = write(tmp_path, Sample(study="s", factors={"model.activation": ["sigmoid", "tanh"]},
                                    replicates=6, probes=False))  # fmt: skip
    tables = read_tables(folder)
    tune = Tune({"training.learning_rate": (RATE,)}, len(rates), 2, "validation/accuracy",
                "maximize", "share", 1, "sobol")  # fmt: skip
    variants: list[Variant] = []
    trials: list[dict[str, object]] = []
    curves: list[dict[str, object]] = []
    for variant in tables.plan.variants:
        points = tuple(
            TuningPoint(0, i, {"training.learning_rate": rate}, (f"{variant.label}{i}a", f"{i}b"))
            for i, rate in enumerate(rates)
        )
        chosen = Selected(0, best, points[best].settings, 0.9, 2, 2)
        variants.append(replace(variant, tuning=points, selected=(chosen,)))
        for i, r in itertools.product(range(len(rates)), range(2)):
            gone = i in lost
            score = None if gone else 0.9 - 0.1 * abs(i - best)
            key = {"variant_id": variant.variant_id, "tuning_study": 0, "point": i, "replicate": r}
            trials.append({**key, "status": "diverged" if gone else "completed",
                           "final.validation/accuracy": score, "wall_s": 1.0, "pack_id": "p",
                           "execution": "stacked"})  # fmt: skip
            for epoch in range(EPOCHS + 1):
                gain = epoch / EPOCHS if rising else 1 - np.exp(-1.5 * epoch)
                curves.append({**key, "epoch": epoch, "split": "validation", "metric": "accuracy",
                               "value": 0.1 + 0.8 * gain})  # fmt: skip
    plan = replace(tables.plan, tune=tune, variants=tuple(variants))
    tuning, metrics = pd.DataFrame(trials), pd.DataFrame(curves)
    return replace(tables, plan=plan, tuning=tuning, tuning_metrics=metrics)


def test_a_sound_tuning_passes(tmp_path: Path) -> None:
    tables = tuned(tmp_path)
    for audit in tuning_audit(tables):
        assert not audit.fails
        assert audit.best_of[-1] == pytest.approx(0.9)
        assert audit.best_of[0] == pytest.approx(np.mean([0.7, 0.8, 0.9, 0.8]))
        assert [point.selected for point in audit.points] == [False, False, True, False]
    assert not any("audit" in warning for warning in warnings(analyse(tables)))


@pytest.mark.slow
def test_each_fault_is_found_and_told_above_the_verdicts(tmp_path: Path) -> None:
    faults = {
        "lies at the boundary of its range": tuned(tmp_path, (0.01, 0.03, 0.4, 0.9), best=3),
        "too few points for this range": tuned(tmp_path, (0.01, 0.03, 0.1, 0.9), best=3),
        "diverged or failed; narrow": tuned(tmp_path, lost=(0, 1)),
        "still improved in the last epochs": tuned(tmp_path, rising=True),
    }
    for said, tables in faults.items():
        analysis = analyse(tables)
        assert all(audit.fails for audit in analysis.tuning_audit)
        first = warnings(analysis)[0]
        assert first.startswith("The tuning fails its audit")
        assert said in first
        assert sum(other in first for other in faults) == 1


def test_the_shares_are_those_of_the_curve_and_the_trials(tmp_path: Path) -> None:
    rising = tuning_audit(tuned(tmp_path, rising=True))[0]
    assert rising.still_improving == pytest.approx(0.2)  # two of ten epochs of a straight line
    lost = tuning_audit(tuned(tmp_path, lost=(0, 1)))[0]
    assert (lost.infeasible, lost.trials) == (4, 8)
    assert lost.points[0].score is None
    assert lost.best_of[0] == pytest.approx(np.mean([0.8, 0.8, 0.9, 0.8]))  # as the worst score


def test_a_lonely_best_point_is_not_called_at_the_boundary(tmp_path: Path) -> None:
    audit = tuning_audit(tuned(tmp_path, (0.01, 0.03, 0.1, 0.9), best=3))[0]
    assert audit.coarse == {"training.learning_rate": pytest.approx(9)}
    assert audit.boundary == {}
    assert audit.fails


def test_a_value_is_judged_by_the_range_of_its_variant(tmp_path: Path) -> None:
    """0.1 lies in the middle of one range, and at the end of the other."""
    tables = tuned(tmp_path, (0.02, 0.05, 0.1, 0.3))
    ranges = (
        replace(RATE, when={"model.activation": "sigmoid"}),
        replace(RATE, high=0.11, when={"model.activation": "tanh"}),
    )
    tune = replace(some(tables.plan.tune), settings={"training.learning_rate": ranges})
    found = tuning_audit(replace(tables, plan=replace(tables.plan, tune=tune)))
    assert [audit.boundary for audit in found] == [{}, {"training.learning_rate": "upper"}]


def test_section_and_figures_show_it(tmp_path: Path) -> None:
    tables = tuned(tmp_path, lost=(0,))
    analysis = analyse(tables)
    page = render(tables, analysis, sentences(analysis)).html
    assert "<h2>Audit of the tuning</h2>" in page
    assert "infeasible 2 of 8" in page  # said once for both variants
    figures = draw_all(scheme(analysis.plan), analysis)
    (panel,) = figures["isolation"].panels
    symbols = [trace["marker"]["symbol"] for trace in panel.data]
    assert symbols == ["circle", 100, "x-thin-open", "square", 100, "x-thin-open"]
    assert panel.data[1]["x"] == [0.1]  # the selected point
    assert panel.data[2]["x"] == [0.01]  # the lost one
    (rising,) = figures["best_of"].panels
    assert rising.data[0]["y"][-1] == pytest.approx(0.9)


def test_points_that_follow_from_others_have_no_best_of_k(tmp_path: Path) -> None:
    tables = tuned(tmp_path)
    searched = replace(tables.plan, tune=replace(some(tables.plan.tune), method="optuna"))
    analysis = analyse(replace(tables, plan=searched))
    figures = draw_all(scheme(searched), analysis)
    assert "best_of" not in figures
    assert "isolation" in figures


@pytest.mark.slow
def test_a_study_without_tuning_has_no_audit(small: Path) -> None:
    tables = read_tables(small)
    analysis = analyse(tables)
    assert analysis.tuning_audit == ()
    assert "tuning-audit" not in render(tables, analysis, sentences(analysis)).html


def twice(tables: Tables) -> Tables:
    """The same tuning once more as a second tuning study, whose points are half as good."""
    plan = tables.plan
    variants = tuple(
        replace(v, tuning=(*v.tuning, *(replace(p, tuning_study=1) for p in v.tuning)),
                selected=(*v.selected, replace(some(v.selected[0]), tuning_study=1)))
        for v in plan.variants
    )  # fmt: skip
    other = tables.tuning.assign(tuning_study=1)
    other["final.validation/accuracy"] /= 2
    tune = replace(some(plan.tune), studies=2)
    return replace(tables, plan=replace(plan, tune=tune, variants=variants),
                   tuning=pd.concat([tables.tuning, other], ignore_index=True))  # fmt: skip


def test_of_several_tuning_studies_the_best_of_k_is_the_mean(tmp_path: Path) -> None:
    tables = tuned(tmp_path)
    for once, both in zip(tuning_audit(tables), tuning_audit(twice(tables)), strict=True):
        assert len(both.best_of) == len(once.best_of) == 4
        assert both.best_of == pytest.approx(0.75 * once.best_of)


@pytest.mark.slow
def test_the_page_says_what_is_known_of_the_luck_of_the_tuning(tmp_path: Path) -> None:
    once = tuned(tmp_path)
    assert luck(once.plan, analyse(once).tuning).startswith("Every variant was tuned once.")
    analysis = analyse(twice(once))
    said = luck(analysis.plan, analysis.tuning)
    assert "typically moves by an sd of" in said
    assert said.endswith("intervals are too narrow.")
    assert str(escape(said)) in render(twice(once), analysis, sentences(analysis)).html
    assert len(luck_rows(scheme(analysis.plan), analysis)) == 2


def test_methods_name_the_limits_of_the_audit(tmp_path: Path) -> None:
    said = dict(methods(analyse(tuned(tmp_path))))
    for limit in (
        "more than a factor of 3 from",
        "within 10% of an end",
        "more than 25% of its",
        "last 20% of",
        "more than 5% of",
    ):
        assert limit in said["Audit of the tuning"]
    assert "scrambled Sobol" in said["Tuning"]
