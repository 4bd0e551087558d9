"""A user without a home folder: Ray Tune cannot be imported there."""

import os
import pwd
from typing import Any

import pytest

from orchestrator.errors import EnvironmentFault
from orchestrator.execution.environment import require_home


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """As `docker run -u 12345`: no HOME, and no entry of the user id."""

    def unknown(*_: Any) -> Any:
        raise KeyError

    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    monkeypatch.setattr(pwd, "getpwuid", unknown)


def test_it_says_what_to_set() -> None:
    with pytest.raises(EnvironmentFault, match=r"user id 12345 .*\n    set HOME to a folder"):
        require_home()


def test_a_home_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/tmp")
    require_home()
