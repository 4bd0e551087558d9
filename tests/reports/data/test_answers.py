"""What is read of answers.parquet."""

from pathlib import Path

import numpy as np

from orchestrator.reports.data.read import read_tables
from tests.reports.answered import ROWS, write_answers


def test_a_folder_without_answers_has_none(small: Path) -> None:
    assert read_tables(small).answers == {}


def test_they_are_unpacked_as_they_were_packed(small: Path) -> None:
    plan = read_tables(small).plan
    first, second = plan.variants[0], plan.variants[1]
    bits, numbers = np.array([1, 0, 1, 1, 0, 0, 0, 1, 1.0]), np.array([0.5, -2.25, 8.0])
    rows = [
        {**ROWS, "trial_id": first.trials[0], "n": 9, "answers": np.packbits(bits == 1).tobytes(),
         "words": np.array([2, 0, 7], "<u4").tobytes()},
        {**ROWS, "trial_id": second.trials[3], "n": 3, "kind": "float32",
         "answers": numbers.astype("<f4").tobytes()},
        {**ROWS, "trial_id": second.trials[2], "metric": "other"},
        {**ROWS, "trial_id": "of no plan"},
    ]  # fmt: skip
    write_answers(small, rows)
    found = read_tables(small).answers
    assert set(found) == {(first.variant_id, 0), (second.variant_id, 3)}
    one, other = found[first.variant_id, 0], found[second.variant_id, 3]
    assert one.values.tolist() == bits.tolist()
    assert other.values.tolist() == numbers.tolist()
    assert (one.is_bit, other.is_bit, other.words) == (True, False, None)
    assert one.words is not None
    assert one.words.tolist() == [2, 0, 7]


def test_of_validation_none_are_read(small: Path) -> None:
    trial = read_tables(small).plan.variants[0].trials[0]
    write_answers(small, [{**ROWS, "trial_id": trial}])
    assert read_tables(small).answers
    plan = (small / "plan.json").read_text()
    (small / "plan.json").write_text(plan.replace('"test/accuracy"', '"validation/accuracy"'))
    assert read_tables(small).answers == {}
