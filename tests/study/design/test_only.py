"""`--only` on every design: which variants it leaves."""

import pytest

from orchestrator.study.load import Overrides
from tests.study.design.texts import NAMED, PAIRED, STAR, WHEN
from tests.study.texts import parse, problems


@pytest.mark.parametrize(
    ("text", "only", "labels"),
    [
        (STAR, ["model.cell=gru", "model.cell=rnn"], 5),
        (STAR, ["model.hidden=8", "model.layers=1"], 3),
        (PAIRED, ["model.cell=rnn"], 2),
        (PAIRED, ["model.cell=rnn", "model.hidden=8"], 1),
        (NAMED, ["variant=elman", "variant=small gru"], 2),
        (WHEN, ["model.cell=lstm"], 6),
        (WHEN, ["model.cell=rnn"], 2),
        (WHEN, ["model.forget_bias=1"], 4),
    ],
)
def test_only_keeps_a_part_of_every_design(text: str, only: list[str], labels: int) -> None:
    whole, study = parse(text), parse(text, Overrides(only=tuple(only)))
    assert len(study.variants) == labels
    ids = {v.label: v.settings for v in whole.variants}
    assert all(ids[v.label] == v.settings for v in study.variants), "the same trials"
    again = parse(study.text)
    for name in ("design", "factors", "center", "variants", "baselines", "compare"):
        assert getattr(again, name) == getattr(study, name)


WRONG_ONLY = [
    (STAR, "model.cell=rnn", "drops 'gru', a level of the center", "--only model.cell=gru"),
    (NAMED, "variant=elmann", "there is no variant 'elmann'", "did you mean 'elman'"),
    (
        NAMED,
        "model.cell=rnn",
        "variants of this study have names",
        "choose variants by their names",
    ),
    (f"{NAMED}compare: {{baseline: adam}}\n", "variant=elman", "drops 'adam'", "variant=adam"),
    (STAR, "model.depth=1", "model.depth is not a factor", "did you mean"),
]


@pytest.mark.parametrize(("text", "only", "what", "cure"), WRONG_ONLY)
def test_only_must_leave_a_study(text: str, only: str, what: str, cure: str) -> None:
    (problem,) = problems(text, Overrides(only=(only,)))
    assert problem.where == f"--only {only}"
    assert what in problem.what
    assert cure in problem.cure


def test_a_factor_of_any_design_cannot_be_set() -> None:
    (problem,) = problems(NAMED, Overrides(set=("model.cell=gru",)))
    assert problem.what == "every variant sets model.cell"
    assert parse(NAMED, Overrides(set=("model.hidden=5",))).variants[0].levels["model.hidden"] == 5
