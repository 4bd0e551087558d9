"""The name of a study: what is proposed instead of one that is not valid."""

import pytest

from tests.study.texts import problems, with_line


@pytest.mark.parametrize(
    ("name", "proposed"),
    [
        ("Größe und Maß", "groesse_und_mass"),
        ("Élan vital", "elan_vital"),
        ("o\u0308l", "oel"),  # the accent as a character of its own
    ],
)
def test_a_name_with_accents_is_spelt_out(name: str, proposed: str) -> None:
    (problem,) = problems(with_line(f"study: {name}"))
    assert problem.cure == f"write {proposed}"


@pytest.mark.parametrize(
    ("name", "proposed"),
    [("2024", "'2024', in quotes"), ("1e5", None), ("true", "'true', in quotes")],
)
def test_a_name_that_yaml_reads_as_something_else_goes_in_quotes(
    name: str, proposed: str | None
) -> None:
    (problem,) = problems(with_line(f"study: {name}"))
    assert proposed is None or problem.cure == f"write {proposed}"
    assert problems(with_line(f"study: '{name}'")) == []
    written = problem.cure.removeprefix("write ").removesuffix(", in quotes")
    assert problems(with_line(f"study: {written}")) == [], "the cure works"
