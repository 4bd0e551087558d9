"""A trial's id changes with the source of the parts that it uses, and of no others."""

from pathlib import Path

import pytest

from orchestrator.plan.identity import fingerprints, own_packages, part_codes
from orchestrator.study.records import Study
from tests.own_code import PARTS, own_study, write_module


def digests(study: Study) -> dict[str, str]:
    """Label of a variant → digest of its code, read anew."""
    prints = fingerprints(study)
    return {v.label: prints.code_digest(v.settings) for v in study.variants}


@pytest.mark.slow
def test_an_edited_loss_is_another_trial(tmp_path: Path) -> None:
    module = write_module(tmp_path, PARTS)
    losses = f'training.loss: ["{module}:focal", cross_entropy]'
    study = own_study(tmp_path, factors=losses)
    file, before = tmp_path / f"{module}.py", digests(study)
    own, built_in = before
    assert file in own_packages(study)
    file.write_text(PARTS.replace("(1 - (-entropy).exp())", "(2 - (-entropy).exp())"))
    after = digests(study)
    assert after[own] != before[own]
    assert after[built_in] == before[built_in]
    file.write_text(f"# only a comment\n{PARTS}")
    assert digests(study) == before


@pytest.mark.slow
def test_torch_is_no_code_of_the_study(tmp_path: Path) -> None:
    study = own_study(tmp_path, training=", optimizer: Adadelta")
    assert part_codes(study.variants[0].settings) == []
    assert own_packages(study) == []
