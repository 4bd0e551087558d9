"""Types of the columns of trials."""

import pyarrow as pa
import pytest

from orchestrator.store.schemas import common_type, levels


@pytest.mark.parametrize("integer", [2**53, 2**53 + 1, 2**53 + 2, 2**63 - 1])
def test_integers_of_any_size_together_with_fractions_have_a_column(integer: int) -> None:
    as_numbers, as_text = [integer, 0.5], [str(integer), "0.5"]
    assert levels([integer, 0.5]).to_pylist() == (as_numbers if integer <= 2**53 else as_text)


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
