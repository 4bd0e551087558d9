"""A gradient as the compared metric: which studies may have it, and what the file gives."""

from math import log

import pytest

from orchestrator.plan.document import compared_metric
from orchestrator.study.design.check_gradient import hidden_layers
from tests.study.texts import SMALL, parse, problems, with_line

TOTAL = "gradient/total_decay"
GRADIENT = with_line(f"compare: {{metric: {TOTAL}, smallest_difference: 1.5}}")
RECURRENT = """\
study: gates
task: {name: adding, length: 10, examples: 50}
model: {name: recurrent, hidden: 8}
training: {epochs: 1}
factors:
  model.cell: [rnn, gru]
replicates: 6
compare: {metric: gradient/decay_time}
"""


def test_a_smallest_difference_is_a_factor_in_the_file_and_a_logarithm_behind_it() -> None:
    study = parse(GRADIENT)
    assert study.compare.metric == TOTAL
    assert study.compare.smallest_difference == pytest.approx(log(1.5))
    found = compared_metric(study)
    assert (found.direction, found.unit) == ("maximize", "factor")
    assert compared_metric(parse(RECURRENT)).name == "gradient/decay_time"


@pytest.mark.parametrize("factor", ["1", "0.5"])
def test_a_factor_below_one_is_no_smallest_difference(factor: str) -> None:
    line = f"compare: {{metric: {TOTAL}, smallest_difference: {factor}}}"
    (problem,) = problems(with_line(line))
    assert "no factor by which two gradients can differ" in problem.what
    assert problem.allowed == "a number above 1"
    assert problem.where.startswith("s.yaml:")


REFUSED = [
    (with_line("probes: off", GRADIENT), "its probes turned off", "set probes: light"),
    (
        with_line("probes: {quantities: [weight_grad]}", GRADIENT),
        "no delta among its probes.quantities",
        "add delta to them",
    ),
    (with_line("model: {name: mlp, depth: 1}", GRADIENT), "one hidden layer only", "two or more"),
    (with_line("model: {name: mlp, depth: 0}", GRADIENT), "no hidden layer", "two or more"),
    (
        with_line("compare: {metric: gradient/decay_time}"),
        "no recurrent layers",
        "compare gradient/total_decay, gradient/decay_depth",
    ),
    (
        with_line(f"compare: {{metric: {TOTAL}}}", RECURRENT),
        "one hidden layer only",
        "or gradient/decay_time",
    ),
]


@pytest.mark.parametrize(("text", "what", "cure"), REFUSED)
def test_variants_without_such_a_gradient_are_refused(text: str, what: str, cure: str) -> None:
    found = [p for p in problems(text) if p.what.startswith("compare.metric: gradient/")]
    assert len(found) == 1
    assert what in found[0].what
    assert cure in found[0].cure
    line = next(i for i, each in enumerate(text.splitlines(), 1) if each.startswith("compare"))
    assert found[0].where.startswith(f"s.yaml:{line}")


def test_variants_that_differ_only_in_their_training_start_alike() -> None:
    text = with_line(f"compare: {{metric: {TOTAL}, baseline: {{training.learning_rate: 0.1}}}}")
    rate = text.replace(
        "model.activation: [sigmoid, tanh, relu]", "training.learning_rate: [0.1, 1]"
    )
    (problem,) = problems(rate)
    assert "before training, where training.learning_rate has no effect" in problem.what
    assert problem.cure == "compare a metric of the task"
    loss = rate.replace("learning_rate: [0.1, 1]", "loss: [cross_entropy, sigmoid_cross_entropy]")
    assert problems(loss.replace("learning_rate: 0.1", "loss: cross_entropy")) == []


def test_a_tuned_study_must_say_what_selects() -> None:
    tuned = with_line("tune: {training.learning_rate: {log_uniform: [0.01, 1]}}", GRADIENT)
    (problem,) = problems(tuned)
    assert "measured before training and selects nothing" in problem.what
    assert problem.cure == "add select: validation/accuracy"
    told = tuned.replace("tune: {", "tune: {select: validation/loss, ")
    tune = parse(told).tune
    assert tune is not None
    assert tune.select == "validation/loss"


def test_gradients_are_among_what_may_be_compared_where_there_are_probes() -> None:
    unknown = with_line("compare: {metric: gradient/decay}")
    (problem,) = problems(unknown)
    assert TOTAL in problem.allowed
    (problem,) = problems(with_line("probes: off", unknown))
    assert TOTAL not in problem.allowed


def test_how_many_hidden_layers_shipped_models_have() -> None:
    def of(model: str) -> int | None:
        return hidden_layers(parse(with_line(f"model: {model}")).variants[0].loop.model)

    assert of("{name: mlp, depth: 3}") == 3
    text = RECURRENT.replace("hidden: 8", "hidden: 8, layers: 2").replace("time}", "depth}")
    assert hidden_layers(parse(text).variants[0].loop.model) == 2
    assert SMALL.count("depth: 2") == 1
