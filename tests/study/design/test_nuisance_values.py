"""Settings of a variant at a point of its tuning."""

from orchestrator.study.design.nuisance_values import with_nuisance
from tests.training.packs import variant


def test_defaults_follow_the_optimizer_that_is_tuned() -> None:
    """What a file leaves out is left out at every point; what it gives stays."""
    free, fixed = variant(), variant(beta2=0.95)
    lion = {"training.optimizer": "lion"}
    assert with_nuisance(free, lion).loop.training.beta2 == 0.99
    assert with_nuisance(fixed, lion).loop.training.beta2 == 0.95
    assert with_nuisance(variant(optimizer="lion"), {"training.optimizer": "adam"}).settings == (
        variant(optimizer="adam").settings
    )


def test_a_value_in_a_group_that_is_left_out() -> None:
    found = with_nuisance(variant(), {"training.schedule.factor": 0.5}).loop.training
    assert found.schedule.factor == 0.5
    assert found.schedule.patience == 5
