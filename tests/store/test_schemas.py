"""Types of the columns of trials."""

import pyarrow as pa
import pytest

from orchestrator.store.schemas import common_type, levels


@pytest.mark.parametrize("whole", [2**53, 2**53 + 1, 2**53 + 2, 2**63 - 1])
def test_whole_and_broken_numbers_of_any_size_have_a_column(whole: int) -> None:
    as_numbers, as_text = [whole, 0.5], [str(whole), "0.5"]
    assert levels([whole, 0.5]).to_pylist() == (as_numbers if whole <= 2**53 else as_text)


@pytest.mark.parametrize(
    ("kinds", "common"),
    [
        ([], pa.null()),
        ([pa.null(), pa.bool_()], pa.bool_()),
        ([pa.int64(), pa.float64()], pa.float64()),
        ([pa.int64(), pa.bool_()], pa.string()),
        ([pa.float64(), pa.string()], pa.string()),
    ],
)
def test_the_common_type_of_a_column_of_several_packs(
    kinds: list[pa.DataType], common: pa.DataType
) -> None:
    assert common_type(kinds) == common
