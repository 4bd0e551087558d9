"""The command that a run records: as it was typed, without secrets."""

import json
import sys

import pytest

from orchestrator.run.remote.job_context import COMMAND, typed_command
from orchestrator.run.remote.prepare import variables_there
from orchestrator.study.load import load_study

ADDRESS = "http://ada:geheim@head:8265"


def test_passwords_of_addresses_are_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["orch", "run", "a b.yaml", "--address", ADDRESS])
    monkeypatch.delenv(COMMAND, raising=False)
    expected = ["orch", "run", "a b.yaml", "--address", "http://***@head:8265"]
    assert typed_command() == expected
    monkeypatch.setenv(COMMAND, json.dumps(["orch", "run", "a b.yaml", "--address", ADDRESS]))
    assert typed_command() == expected


def test_a_job_does_not_get_them() -> None:
    """Whoever reaches the Jobs server can read the variables of its jobs."""
    sent = variables_there(load_study("forget_bias"), ["orch", "submit", "x", "--address", ADDRESS])
    assert "geheim" not in "".join(sent.values())
    assert json.loads(sent[COMMAND])[-1] == "http://***@head:8265"
