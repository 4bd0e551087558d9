"""Named random streams."""

from hypothesis import given
from hypothesis import strategies as st

from orchestrator.seeds import seed_for


@given(st.text(), st.integers(0, 1000), st.integers(0, 10))
def test_a_seed_is_a_function_of_its_name(stream: str, replicate: int, study: int) -> None:
    seed = seed_for(stream, replicate, "w", study_seed=study)
    assert seed == seed_for(stream, replicate, "w", study_seed=study)
    assert 0 <= seed < 2**63


def test_every_part_of_the_name_counts() -> None:
    seeds = {
        seed_for("init", 0),
        seed_for("init", 1),
        seed_for("order", 0),
        seed_for("init", 0, "hidden.0.weight"),
        seed_for("init", 0, "hidden.1.weight"),
        seed_for("init", 0, study_seed=1),
        seed_for("init", 0, 1, 2),
        seed_for("init", 0, 12),
    }
    assert len(seeds) == 8


def test_seeds_stay_what_they_are() -> None:
    """Stored results depend on them: a change here invalidates every store."""
    assert seed_for("init", 0, "hidden.0.weight") == 8575457808369127700
