"""Every warning: at a bound of the metric, before anything is learnt, after early ends."""

from dataclasses import replace
from pathlib import Path

import pytest

from orchestrator.reports.build import build_report
from orchestrator.reports.data.read import Tables, read_tables
from orchestrator.reports.statistics.comparisons.spread import spread
from tests.reports.sample import Sample, early_stopped, write
from tests.reports.text.test_task_examples import PARITY
from tests.reports.text.told import Told

FACTORS = {"model.activation": ["sigmoid", "tanh", "relu"]}
SAMPLE = Sample(study="s", factors=FACTORS, replicates=6, probes=False)


def tables_at(tmp_path: Path, values: list[list[float]], sample: Sample = SAMPLE) -> Tables:
    """Tables of a study whose variants reach these values, one list of replicates each."""
    tables = read_tables(write(tmp_path, sample))
    flat = [value for own in values for value in own]
    trials = tables.trials.assign(**{f"final.test/{sample.metric}": flat})
    return replace(tables, trials=trials)


def told(tmp_path: Path, values: list[list[float]], sample: Sample = SAMPLE) -> Told:
    return Told.of(tables_at(tmp_path, values, sample))


TOP, NEAR = [1.0] * 6, [1.0, 1.0, 1.0, 1.0, 0.998, 1.0]
WIDE = [0.90, 0.95, 0.92, 0.97, 0.91, 0.94]


def test_at_the_ceiling_nothing_is_called_equivalent_and_it_is_said_everywhere(
    tmp_path: Path,
) -> None:
    found = told(tmp_path, [TOP] * 3)
    assert {row.verdict for row in found.analysis.comparisons.rows} == {"undecided"}
    assert found.said.finding.startswith("Undecided, as no difference can show: in 2 comparisons")
    assert found.said.warnings[0].startswith(
        "Ceiling: in 2 of 2 comparisons every replicate of both"
    )
    assert all(
        s.text.endswith("both reach 100.0 % in every replicate, so no difference can show")
        for s in found.said.statements
    )


def test_no_number_of_replicates_is_proposed_for_it(tmp_path: Path) -> None:
    found = told(tmp_path, [TOP] * 3)
    assert (found.said.next_step, found.said.command) == ("", "")
    assert spread(found.analysis.comparisons.rows) is None


def test_beside_comparisons_that_replicates_can_settle(tmp_path: Path) -> None:
    found = told(tmp_path, [TOP, TOP, WIDE], replace(SAMPLE, smallest_difference=None))
    assert [row.stuck for row in found.analysis.comparisons.rows] == [True, False]
    assert "(1 of them at the metric's bound, where none can show)" in found.said.finding
    mixed = told(
        tmp_path,
        [TOP, TOP, [1.0, 0.99, 1.0, 1.0, 1.0, 0.99]],
        replace(SAMPLE, smallest_difference=None),
    )
    needed = mixed.analysis.replicates_needed
    assert needed is not None
    assert (needed.undecided, needed.stuck) == (1, 1)
    assert mixed.said.next_step.startswith("1 comparison undecided (besides 1 at a bound")


def test_a_floor_is_named_as_such(tmp_path: Path) -> None:
    found = told(tmp_path, [[0.0] * 6] * 3)
    assert found.said.warnings[0].startswith("Floor: in 2 of 2 comparisons")
    assert "both stay at 0.0 % in every replicate" in found.said.statements[0].text


def test_an_error_of_zero_is_a_ceiling(tmp_path: Path) -> None:
    found = told(tmp_path, [[0.0] * 6] * 3, replace(SAMPLE, metric="loss"))
    assert found.said.warnings[0].startswith("Ceiling: in 2 of 2 comparisons")


def test_most_replicates_at_the_bound_are_said_and_leave_the_verdict(tmp_path: Path) -> None:
    found = told(tmp_path, [TOP, NEAR, WIDE])
    row = found.analysis.comparisons.rows[0]
    assert (row.at_bound, row.stuck, row.verdict) == (5, False, "equivalent")
    said = next(s.text for s in found.said.statements if s.verdict == "equivalent")
    assert said.endswith("; in 5 of 6 replicates both reach 100.0 %")


def test_a_baseline_without_room_above_it_is_a_warning(tmp_path: Path) -> None:
    found = told(tmp_path, [NEAR, TOP, WIDE])
    said = [warning for warning in found.said.warnings if warning.startswith("Little room")]
    assert "1 baseline (sigmoid: 100.0 %) within 0.5 points" in said[0]
    assert not [w for w in told(tmp_path, [WIDE, TOP, NEAR]).said.warnings if "Little room" in w]


@pytest.mark.slow
def test_variants_that_learnt_nothing_are_named_and_their_comparison_says_so(
    tmp_path: Path,
) -> None:
    """The task's baseline is 10 %; of two that stay there one is a little above it."""
    chance, above = [0.1, 0.11, 0.09, 0.1, 0.1, 0.1], [0.1, 0.12, 0.1, 0.11, 0.1, 0.1]
    found = told(tmp_path, [chance, above, WIDE])
    (said,) = [w for w in found.said.warnings if w.startswith("Nothing learnt")]
    assert "2 variants (sigmoid; tanh) cannot be distinguished from the task's baseline" in said
    idle = {s.text.split(" ")[0]: s.text for s in found.said.statements}
    assert idle["tanh"].endswith("; neither mean is shown to be better than the task's baseline")
    assert "baseline" not in idle["relu"]
    learnt = told(tmp_path, [WIDE, WIDE, WIDE])
    assert not [w for w in learnt.said.warnings if w.startswith("Nothing learnt")]


def test_away_from_the_bounds_nothing_is_said(tmp_path: Path) -> None:
    found = told(tmp_path, [WIDE, [x - 0.1 for x in WIDE], [x + 0.01 for x in WIDE]])
    assert {row.bound for row in found.analysis.comparisons.rows} == {None}
    assert not [w for w in found.said.warnings if w.startswith(("Ceiling", "Floor", "Little room"))]


@pytest.mark.parametrize("smallest", [None, 0.005])
@pytest.mark.slow
def test_the_page_and_the_last_lines_of_a_run_say_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, smallest: float | None
) -> None:
    tables = tables_at(tmp_path, [TOP] * 3, replace(SAMPLE, smallest_difference=smallest))
    monkeypatch.setattr("orchestrator.reports.build.read_study", lambda *_: tables)
    report = build_report(tmp_path / "s")
    page = report.path.read_text()
    assert "no difference can show" in report.finding
    assert any(line.startswith("Ceiling: ") for line in report.warnings)
    assert all("so no difference can show" in line for line in report.verdicts)
    assert page.count("so no difference can show") >= 2


def test_unequal_budgets_are_said_with_the_shortest_and_the_longest(tmp_path: Path) -> None:
    two = Sample(
        study="s", factors={"model.activation": ["sigmoid", "tanh"]}, replicates=3, probes=False
    )
    tables = early_stopped(read_tables(write(tmp_path, two)), [4, 5, 6, 8, 9, 12])
    (said,) = (w for w in Told.of(tables).said.warnings if w.startswith("Unequal budgets"))
    assert "after 4 to 12 epochs; on average 5 in sigmoid, 9.67 in tanh" in said


@pytest.mark.parametrize(("share", "warned"), [(0.999, True), (0.01, True), (0.009, False)])
@pytest.mark.slow
def test_test_inputs_that_training_has_are_a_warning(
    tmp_path: Path, share: float, warned: bool
) -> None:
    sample = replace(PARITY, in_training=share)
    tables = replace(tables_at(tmp_path, [WIDE] * 3), samples=(sample,))
    found = [w for w in Told.of(tables).said.warnings if w.startswith("Test inputs that also")]
    assert bool(found) == warned
    assert all(f"(parity: {100 * share:.3g} %)" in warning for warning in found)


def test_values_in_warnings_have_their_unit(tmp_path: Path) -> None:
    loss = replace(SAMPLE, metric="loss")
    found = told(tmp_path, [[0.0] * 6] * 3, loss)
    assert "test loss there is, 0 nat. No difference" in found.said.warnings[0]
    assert "lies at the metric's bound, 0 nat." in found.said.finding
