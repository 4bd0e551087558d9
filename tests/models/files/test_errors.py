"""Errors in data files."""

import pickle

from orchestrator.models.files.errors import DataError


def test_a_data_error_crosses_process_borders_whole() -> None:
    error = DataError("a.idx:3", "is broken", "mend it")
    copy = pickle.loads(pickle.dumps(error))
    assert str(copy) == str(error) == "a.idx:3: is broken\n    mend it"
