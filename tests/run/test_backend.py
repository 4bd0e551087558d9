"""Flags that choose where packs run: which do not go together, and what each problem says."""

import pytest

from orchestrator.errors import InputError
from orchestrator.run.backend import require_address


@pytest.mark.parametrize(
    ("address", "inline", "wait_minutes", "said"),
    [
        (None, True, 5, "--wait: applies to a cluster only(.|\n)*add --address"),
        (None, False, 5, "--wait: applies to a cluster only(.|\n)*add --address"),
        ("auto", True, 0, "--address: --inline trains in this process"),
        ("ray://head:10001", True, 0, "--address: --inline trains in this process"),
        ("ray://", False, 0, r"orch submit STUDY --address http://HOST:8265"),
        ("ray://head:10001", False, 5, r"orch submit STUDY --address http://head:8265, then orch "
         r"logs ID --follow; or on the head: orch run STUDY --address auto"),
    ],
)  # fmt: skip
def test_refused(address: str | None, inline: bool, wait_minutes: float, said: str) -> None:
    with pytest.raises(InputError, match=said):
        require_address(address, inline=inline, wait_minutes=wait_minutes)


@pytest.mark.parametrize("address", ["auto", "head:6379"])
def test_a_cluster_may_be_waited_for(address: str) -> None:
    require_address(address, inline=False, wait_minutes=5)
    require_address(None, inline=False, wait_minutes=0)
