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
