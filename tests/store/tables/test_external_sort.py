"""Rows that do not fit into memory are sorted through temporary files."""

import random
from functools import partial
from itertools import pairwise

import pytest

from orchestrator.paths import TABLES, ResultsPaths
from orchestrator.store.commit import commit
from orchestrator.store.tables.external_sort import ExternalSort
from tests.store.plans import rows_of
from tests.store.tables.compacted import compacted, plan_of


@pytest.mark.parametrize("most_rows", [1, 7, 50])
@pytest.mark.slow
def test_rows_that_do_not_fit_into_memory_come_in_the_same_order(
    most_rows: int, paths: ResultsPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Packs from all over the plan, of different sizes; one trial twice, one of another study."""
    shuffled = random.Random(0)
    trials = [f"trial {number}" for number in range(40)]
    plan = plan_of({"tanh": trials[:15], "relu": trials[15:]})
    mixed = shuffled.sample(trials, len(trials))
    for number, ends in enumerate(pairwise([0, 1, 6, 20, 40])):
        more = ["trial 3", "elsewhere"] if number == 2 else []
        commit(paths, f"p{number}", rows_of(*dict.fromkeys(mixed[slice(*ends)] + more)))
    at_once = compacted(paths, plan)
    for name in TABLES:
        paths.study("demo").table(name).unlink()
    monkeypatch.setattr(
        "orchestrator.store.tables.compact.ExternalSort", partial(ExternalSort, most_rows=most_rows)
    )
    assert compacted(paths, plan) == at_once
    assert not list(paths.study("demo").root.glob(".*"))
