"""Texts that are no YAML, and any text or value at all: a study, or a list of problems."""

import re
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from tests.study.texts import SMALL, problems

BROKEN = {
    "a: [1,": ("1:7", "expected the node content", "brackets"),
    "a: 'x": ("1:6", "quoted scalar that begins in line 1", "quotes"),
    "a: b: c": ("1:5", "mapping values are not allowed here", "in quotes"),
    "a:\n\tb: 1": ("2:1", "cannot start any token", "spaces, not with tabs"),
    "a: *x": ("1:4", "undefined alias", ""),
    "a: 1\n---\nb: 1": ("2:1", "found another document", "one file holds one study"),
    "a: \x01": ("1:4", r"contains a control character \(U\+0001\)", ""),
    "%YAML 1.1\n---\na: off": ("1:1", "YAML 1.2", "remove the %YAML"),
    "a: &a [*a]": ("1:4", "nested too deeply", ""),
    "[" * 1000: ("1:1", "nested too deeply", ""),
    "- 1\n- 2": ("1:1", "contains a list of 2, not a study", ""),
    "text": ("1:1", "contains 'text', not a study", ""),
    "# comment": ("1:1", "contains only comments, not a study", ""),
}


@pytest.mark.parametrize("text", BROKEN, ids=lambda text: text[:12])
def test_broken_yaml(text: str) -> None:
    where, what, cure = BROKEN[text]
    (problem,) = problems(text)
    assert problem.where == f"s.yaml:{where}"
    assert re.search(what, problem.what)
    assert re.search(cure, problem.cure)


def test_aliases_cannot_blow_a_file_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orchestrator.study.parsing.yaml_text.MOST_NODES", 1000)
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 9)]
    (problem,) = problems("\n".join(lines))
    assert "aliases make the file too large" in problem.what
    assert problem.allowed == "1,000 values"


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)
PATHS = [
    *[(key,) for key in ("study", "seed", "task", "model", "training", "factors", "exclude")],
    *[(key,) for key in ("replicates", "probes", "compare", "resources", "design", "new")],
    *[("model", "init"), ("model", "init", "scale"), ("model", "name"), ("task", "name")],
    *[("factors", "model.activation"), ("factors", "model.name"), ("factors", "new")],
    *[("compare", "metric"), ("compare", "baseline"), ("training", "epochs")],
]


@given(path=st.sampled_from(PATHS), junk=JUNK)
def test_junk_anywhere_is_a_study_or_a_list_of_problems(
    path: tuple[str, ...], junk: object
) -> None:
    yaml = YAML(typ="safe", pure=True)
    tree = yaml.load(SMALL + "compare: {}\n")
    *parents, last = path
    place = tree
    for key in parents:
        place = place[key]
    place[last] = junk
    for problem in problems(_dumped(tree)):
        assert re.fullmatch(r"s\.yaml:\d+:\d+", problem.where)
        assert problem.what


@given(st.text())
def test_any_text_is_a_study_or_a_list_of_problems(text: str) -> None:
    assert problems(text)


def _dumped(tree: object) -> str:
    out = StringIO()
    YAML(typ="safe", pure=True).dump(tree, out)
    return out.getvalue()
