"""Settings that are right each for itself, and wrong in a combination of levels."""

from tests.study.texts import SMALL, parse, problems


def test_a_combination_that_contradicts_itself_is_reported_with_its_variant() -> None:
    text = SMALL.replace("{epochs: 3}", "{nesterov: true}").replace(
        "  model.init.scale: [0.5, 1, 2]", "  training.momentum: [0.9, 0]"
    )
    (problem,) = problems(text)
    assert problem.where == "s.yaml:8:22"
    assert "(in the variant activation=sigmoid momentum=0.0 and 2 more)" in problem.what


def test_an_excluded_combination_may_contradict_itself() -> None:
    text = SMALL.replace("{epochs: 3}", "{nesterov: true}").replace(
        "  model.init.scale: [0.5, 1, 2]", "  training.momentum: [0.9, 0]"
    )
    rule = "exclude: [{when: {training.momentum: 0}, reason: nesterov needs momentum}]\n"
    assert problems(text + rule) == []


def test_levels_that_mean_the_same_are_refused() -> None:
    """Their trials would be one trial under two names."""
    (problem,) = problems(
        SMALL.replace("model.init.scale: [0.5, 1, 2]", "model.init.bias: [null, 0]")
    )
    assert problem.where == "s.yaml:8:20"
    assert "model.init.bias=null and model.init.bias=0.0 resolve to the same" in problem.what
    assert "(in the variant activation=sigmoid bias=0.0 and 2 more)" in problem.what


def test_exclude_must_leave_something_and_take_something() -> None:
    rules = [f"{{when: {{model.activation: {a}}}, reason: x}}" for a in ("sigmoid", "tanh", "relu")]
    (problem,) = problems(f"{SMALL}exclude: [{', '.join(rules)}]\n")
    assert (problem.where, problem.what) == ("s.yaml:10:10", "exclude: excludes every combination")

    narrower = "{when: {model.activation: tanh, model.init.scale: 1}, reason: y}"
    found = problems(f"{SMALL}exclude: [{rules[1]}, {narrower}]\n")
    assert [p.what for p in found] == ["exclude[1]: excludes nothing beyond the rules above"]


def test_the_baseline_must_be_a_variant() -> None:
    rule = "exclude: [{when: {model.activation: sigmoid, model.init.scale: 0.5}, reason: x}]\n"
    (problem,) = problems(SMALL + rule)
    assert problem.where == "s.yaml:10:10"
    assert "excludes the default baseline: model.activation='sigmoid'" in problem.what
    named = "compare: {baseline: {model.activation: sigmoid, model.init.scale: 0.5}}\n"
    (problem,) = problems(SMALL + rule + named)
    assert problem.where == "s.yaml:11:21"
    assert "matches no variant" in problem.what


COMPARED = SMALL.replace("model.activation: [sigmoid, tanh, relu]", "model.name: [mlp, log_linear]")


def test_what_is_fixed_is_for_the_compared_models_that_have_it() -> None:
    mlp, log_linear = (parse(COMPARED).variants[index].loop.model for index in (0, -1))
    assert mlp.model_dump()["depth"] == 2
    assert "depth" not in log_linear.model_dump()
    assert log_linear.init.scheme == "normal", "what both have is for both"


def test_what_none_of_the_compared_models_has_is_a_mistake() -> None:
    (problem,) = problems(COMPARED.replace("depth: 2", "hidden: 2"))
    assert problem.where == "s.yaml:4:20"


def test_compared_models_must_have_the_settings_that_vary() -> None:
    text = COMPARED.replace("  model.init.scale: [0.5, 1, 2]", "  model.depth: [1, 2]")
    (problem,) = problems(text)
    assert "model.depth: the model of this variant has no such setting" in problem.what
