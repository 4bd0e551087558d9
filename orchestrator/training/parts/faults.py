"""What `orch check` found wrong with own code."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from orchestrator.models.initializers import NoRule
from orchestrator.models.own.errors import OwnCodeError
from orchestrator.models.own.importing import describe_error
from orchestrator.models.settings.own import OwnCode


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and which setting names it: its path."""

    path: str
    what: str
    cure: str = ""


class Refused(Exception):
    """Carries a fault out of a trial."""

    def __init__(self, path: str, what: str, cure: str = "") -> None:
        super().__init__(what)
        self.fault = Fault(path, what, cure)


def called(
    path: str, code: OwnCode, when: str, function: Callable[..., Any], *arguments: Any
) -> Any:
    """The result of a call; any exception is a fault of the code that the setting names."""
    try:
        return function(*arguments)
    except Refused:
        raise
    except OwnCodeError as error:
        raise Refused(path, f"{code.name} {error.what}{when}") from error
    except NoRule as error:
        cure = "leave model.init out: the constructor then draws"
        raise Refused(path, f"{code.name}: {error}", cure) from error
    except (Exception, SystemExit) as error:
        what = f"{code.name} raised {describe_error(error, code)}{when}"
        raise Refused(path, what) from error
