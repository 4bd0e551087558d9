"""Values of Python come back from the YAML text as they were."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.notebook.yaml_text import plain, scalar_text, yaml_text
from orchestrator.study.parsing.overrides import read_flags
from orchestrator.study.parsing.yaml_text import Findings, YamlDocument, read_yaml

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**12), 10**12), st.floats(allow_nan=False), TEXTS
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_reading_the_text_gives_the_same_values(value: Any) -> None:
    document, findings = read_yaml(yaml_text({"v": value}), "x")
    findings.raise_if_any()
    assert document.value == {"v": value}
    assert repr(document.value["v"]) == repr(value)


@given(SCALARS.filter(lambda value: not isinstance(value, str) or bool(value.strip())))
def test_a_flag_has_the_same_value(value: Any) -> None:
    findings = Findings(YamlDocument("x"))
    (flag,) = read_flags("set", (f"a.b={scalar_text(value)}",), findings)
    assert repr(flag.value) == repr(value)


def test_tuples_arrays_and_paths_become_what_yaml_has() -> None:
    given = {"a": (1, 2), "b": np.float64(0.5), "c": np.arange(2), "d": Path("x/y"), "e": range(2)}
    assert plain(given) == {"a": [1, 2], "b": 0.5, "c": [0, 1], "d": "x/y", "e": [0, 1]}


def test_what_yaml_cannot_have_is_named() -> None:
    with pytest.raises(TypeError, match="value of the type object"):
        yaml_text({"a": [object()]})
