"""Values at the best or the worst that a metric can have: nothing can show, and that is said."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.reports.analysis import analyse
from orchestrator.reports.build import build_report
from orchestrator.reports.data.read import Compare, read_tables
from orchestrator.reports.statistics.comparisons.spread import spread
from orchestrator.reports.statistics.outcomes.bounds import at_bound, best_possible, bounds
from orchestrator.reports.statistics.outcomes.outcomes import Outcome
from orchestrator.reports.statistics.outcomes.unlearnt import unlearnt
from orchestrator.reports.statistics.tasks.baselines import Baseline
from orchestrator.reports.text.verdicts import settling_text
from tests.reports.sample import Sample, write

FACTORS = {"model.activation": ["sigmoid", "tanh", "relu"]}
SHARE = Compare("test/accuracy", "maximize", "share", {}, 0.005)
ERROR = Compare("test/mse", "minimize", "squared unit", {}, 0.005)
VALUES = st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=6, max_size=6)


def tables_at(tmp_path, values, **changes):
    """Tables of a study whose variants reach these values, one list of replicates each."""
    sample = Sample(**{"study": "s", "factors": FACTORS, "replicates": 6, **changes})
    tables = read_tables(write(tmp_path, sample))
    flat = [value for own in values for value in own]
    trials = tables.trials.assign(**{f"final.test/{sample.metric}": flat})
    return dataclasses.replace(tables, trials=trials)


def analysed(tmp_path, values, **changes):
    return analyse(tables_at(tmp_path, values, **changes))


TOP, NEAR = [1.0] * 6, [1.0, 1.0, 1.0, 1.0, 0.998, 1.0]
WIDE = [0.90, 0.95, 0.92, 0.97, 0.91, 0.94]


def test_bounds_are_those_of_the_unit():
    assert bounds(SHARE) == (1.0, 0.0)
    assert bounds(dataclasses.replace(SHARE, direction="minimize")) == (0.0, 1.0)
    assert bounds(ERROR) == (0.0,)
    for change in ({"metric": "test/score"}, {"direction": "maximize"}):
        unknown = dataclasses.replace(ERROR, **change)
        assert (best_possible(unknown), bounds(unknown)) == (None, ())


@given(VALUES, VALUES)
def test_replicates_at_a_bound_are_counted_as_by_hand(a, b):
    bound, n = at_bound(SHARE, dict(enumerate(a)), dict(enumerate(b)))
    tops = sum(x == y == 1 for x, y in zip(a, b, strict=True))
    feet = sum(x == y == 0 for x, y in zip(a, b, strict=True))
    assert n == max(tops, feet)
    assert bound == (None if n == 0 else 1.0 if tops >= feet else 0.0)


def test_without_shared_replicates_it_is_all_or_none():
    assert at_bound(SHARE, {0: 1.0, 1: 1.0}, {0: 1.0, 1: 1.0, 2: 1.0}) == (1.0, 2)
    assert at_bound(SHARE, {0: 1.0, 1: 1.0}, {0: 1.0, 1: 1.0, 2: 0.9}) == (None, 0)


def test_at_the_ceiling_nothing_is_called_equivalent_and_it_is_said_everywhere(tmp_path):
    found = analysed(tmp_path, [TOP] * 3)
    assert {row.verdict for row in found.comparisons.rows} == {"undecided"}
    assert found.finding.startswith("Undecided, as no difference can show: in 2 comparisons")
    assert found.warnings[0].startswith("Ceiling: in 2 of 2 comparisons every replicate of both")
    assert all(
        s.text.endswith("both reach 100.0 % in every replicate, so no difference can show")
        for s in found.statements
    )


def test_no_number_of_replicates_is_proposed_for_it(tmp_path):
    found = analysed(tmp_path, [TOP] * 3)
    assert (found.settling, found.settling_command) == (None, "")
    assert spread(found.comparisons.rows) is None


def test_beside_comparisons_that_replicates_can_settle(tmp_path):
    found = analysed(tmp_path, [TOP, TOP, WIDE], smallest_difference=None)
    assert [row.stuck for row in found.comparisons.rows] == [True, False]
    assert "(1 of them at the metric's bound, where none can show)" in found.finding
    mixed = analysed(
        tmp_path, [TOP, TOP, [1.0, 0.99, 1.0, 1.0, 1.0, 0.99]], smallest_difference=None
    )
    assert (mixed.settling.undecided, mixed.settling.stuck) == (1, 1)
    assert settling_text(mixed.settling).startswith("1 comparison undecided (besides 1 at a bound")


def test_a_floor_is_named_as_such(tmp_path):
    found = analysed(tmp_path, [[0.0] * 6] * 3)
    assert found.warnings[0].startswith("Floor: in 2 of 2 comparisons")
    assert "both stay at 0.0 % in every replicate" in found.statements[0].text


def test_an_error_of_zero_is_a_ceiling(tmp_path):
    found = analysed(tmp_path, [[0.0] * 6] * 3, metric="loss")
    assert found.warnings[0].startswith("Ceiling: in 2 of 2 comparisons")


def test_most_replicates_at_the_bound_are_said_and_leave_the_verdict(tmp_path):
    found = analysed(tmp_path, [TOP, NEAR, WIDE])
    row = found.comparisons.rows[0]
    assert (row.at_bound, row.stuck, row.verdict) == (5, False, "equivalent")
    said = next(s.text for s in found.statements if s.verdict == "equivalent")
    assert said.endswith("; in 5 of 6 replicates both reach 100.0 %")


def test_a_baseline_without_room_above_it_is_a_warning(tmp_path):
    found = analysed(tmp_path, [NEAR, TOP, WIDE])
    said = [warning for warning in found.warnings if warning.startswith("Little room")]
    assert "1 baseline (sigmoid: 100.0 %) within 0.5 points" in said[0]
    assert not [w for w in analysed(tmp_path, [WIDE, TOP, NEAR]).warnings if "Little room" in w]


def test_variants_that_learnt_nothing_are_named_and_their_comparison_says_so(tmp_path):
    """The task's baseline is 10 %; of two that stay there one is a little above it."""
    chance, above = [0.1, 0.11, 0.09, 0.1, 0.1, 0.1], [0.1, 0.12, 0.1, 0.11, 0.1, 0.1]
    found = analysed(tmp_path, [chance, above, WIDE])
    (said,) = [w for w in found.warnings if w.startswith("Nothing learnt")]
    assert "2 variants (sigmoid; tanh) cannot be told from the task's baseline" in said
    idle = {s.text.split(" ")[0]: s.text for s in found.statements}
    assert idle["tanh"].endswith("; neither is told from the task's baseline")
    assert "task's baseline" not in idle["relu"]
    learnt = analysed(tmp_path, [WIDE, WIDE, WIDE])
    assert not [w for w in learnt.warnings if w.startswith("Nothing learnt")]


@pytest.mark.parametrize(
    ("direction", "idle"), [("maximize", ["a", "b"]), ("minimize", ["a", "c"])]
)
def test_not_told_from_the_baseline_is_an_interval_that_reaches_it(direction, idle):
    compare = dataclasses.replace(SHARE, direction=direction)
    results = {
        name: Outcome(name, {}, {}, (low + high) / 2, 0.1, None, low, high)
        for name, low, high in (("a", 0.4, 0.6), ("b", 0.2, 0.4), ("c", 0.6, 0.8))
    }
    least = {"accuracy": (Baseline(0.5, ("a", "b", "c")),)}
    assert unlearnt(compare, results, least) == tuple(idle)
    assert unlearnt(compare, results, {}) == ()


def test_away_from_the_bounds_nothing_is_said(tmp_path):
    found = analysed(tmp_path, [WIDE, [x - 0.1 for x in WIDE], [x + 0.01 for x in WIDE]])
    assert {row.bound for row in found.comparisons.rows} == {None}
    assert not [w for w in found.warnings if w.startswith(("Ceiling", "Floor", "Little room"))]


@pytest.mark.parametrize("smallest", [None, 0.005])
def test_the_page_and_the_last_lines_of_a_run_say_it(tmp_path, monkeypatch, smallest):
    tables = tables_at(tmp_path, [TOP] * 3, smallest_difference=smallest)
    monkeypatch.setattr("orchestrator.reports.build.read_tables", lambda folder: tables)
    report = build_report(tmp_path / "s")
    page = report.path.read_text()
    assert "no difference can show" in report.finding
    assert any(line.startswith("Ceiling: ") for line in report.warnings)
    assert all("so no difference can show" in line for line in report.verdicts)
    assert page.count("so no difference can show") >= 2
