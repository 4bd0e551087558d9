"""Escapes in texts: what JSON writes as two halves is one character, half of one is refused."""

import pytest

from orchestrator.study.parsing.overrides import Overrides
from tests.study.texts import SMALL, parse, problems


def asking(question: str) -> str:
    return SMALL.replace("Which activation?", f'"{question}"')


def test_two_halves_are_one_character() -> None:
    assert parse(asking(r"\ud83d\ude00")).question == "\U0001f600"


@pytest.mark.parametrize("question", [r"a\ud83db", r"\ude00\ud83d", r"\udcff"])
def test_half_a_character_is_refused(question: str) -> None:
    (problem,) = problems(asking(question))
    assert problem.where == "s.yaml:2:11"
    assert "half of a character" in problem.what


def test_in_a_key_too() -> None:
    (problem,) = problems(SMALL + '"a\\ud83d": 1\n')
    assert "half of a character" in problem.what


def test_a_flag_that_is_not_utf_8() -> None:
    (problem,) = problems(SMALL, Overrides(set=("question=\udcff",)))
    assert problem.what == "is not text in UTF-8"
