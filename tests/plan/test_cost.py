"""Optimizer steps of a trial."""

from orchestrator.plan.cost import training_steps
from orchestrator.study.load import load_study


def test_training_steps_count_the_last_batch() -> None:
    flat = load_study("vanishing_gradient").variants[0].settings.flat
    assert training_steps(flat) == 20 * 38  # 1,197 examples in batches of 32
    assert training_steps(flat | {"training.batch_size": "full"}) == 20
