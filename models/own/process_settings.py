"""Settings of the whole process that own code may change, put back afterwards.

A worker computes many trials. What one of them sets (a default type, the number of threads, the
current folder) must not reach the next one: its result may depend on nothing that its id does not
contain. Does not import torch and numpy: own code may be looked at without them.
"""

import locale
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any


@dataclass(frozen=True, slots=True)
class Setting:
    """read: its value now. write: sets it. first: its value in a new process, if that is known."""

    read: Callable[[], Any]
    write: Callable[[Any], object]
    first: Any = None


class ProcessSettings:
    """The values at the time when this is made.

    Libraries that own code imports later are put to the values of a new process.
    """

    def __init__(self) -> None:
        self.before = {name: setting.read() for name, setting in _settings().items()}

    def restore(self) -> None:
        """Set what differs to what it was."""
        for name, setting in _settings().items():
            before = self.before.get(name, setting.first)
            if before is not None and setting.read() != before:
                setting.write(before)


@contextmanager
def kept_settings() -> Iterator[None]:
    """Code inside may change settings of the process: they are put back."""
    before = ProcessSettings()
    try:
        yield
    finally:
        before.restore()


def _settings() -> dict[str, Setting]:
    """By name; of the libraries that are loaded."""
    found = {
        "folder": Setting(os.getcwd, os.chdir),
        "locale": Setting(partial(locale.setlocale, locale.LC_ALL), _set_locale),
        "errors of warnings": Setting(_raising_warnings, _set_raising_warnings),
    }
    if numpy := sys.modules.get("numpy"):
        found["numpy.seterr"] = Setting(numpy.geterr, lambda value: numpy.seterr(**value))
    if torch := sys.modules.get("torch"):
        found |= _of_torch(torch)
    return found


def _of_torch(torch: Any) -> dict[str, Setting]:
    def attribute(owner: Any, name: str, first: Any) -> Setting:
        return Setting(partial(getattr, owner, name), partial(setattr, owner, name), first)

    cudnn = torch.backends.cudnn
    return {
        "default type": Setting(torch.get_default_dtype, torch.set_default_dtype, torch.float32),
        "default device": Setting(
            lambda: str(torch.get_default_device()),
            # Any other value than None puts a mode over every call of torch.
            lambda value: torch.set_default_device(None if value == "cpu" else value),
            "cpu",
        ),
        "threads": Setting(torch.get_num_threads, torch.set_num_threads),
        "gradients": Setting(torch.is_grad_enabled, torch.set_grad_enabled, True),
        "deterministic": Setting(
            lambda: (
                torch.are_deterministic_algorithms_enabled(),
                torch.is_deterministic_algorithms_warn_only_enabled(),
            ),
            lambda value: torch.use_deterministic_algorithms(value[0], warn_only=value[1]),
            (False, False),
        ),
        "anomalies": Setting(
            lambda: (torch.is_anomaly_enabled(), torch.is_anomaly_check_nan_enabled()),
            lambda value: torch.autograd.set_detect_anomaly(*value),
            (False, True),
        ),
        "denormals": Setting(partial(_flushes_denormals, torch), torch.set_flush_denormal, False),
        "cudnn.benchmark": attribute(cudnn, "benchmark", False),
        "cudnn.deterministic": attribute(cudnn, "deterministic", False),
        "cudnn.allow_tf32": attribute(cudnn, "allow_tf32", True),
        "matmul.allow_tf32": attribute(torch.backends.cuda.matmul, "allow_tf32", False),
    }


def _flushes_denormals(torch: Any) -> bool:
    """Whether products below 1e-38 are rounded to 0: torch has no function that says so."""
    small = torch.tensor(1e-39, dtype=torch.float32, device="cpu")
    return bool((small * 0.5 == 0).item())


def _set_locale(value: str) -> None:
    locale.setlocale(locale.LC_ALL, value)


def _raising_warnings() -> list[Any]:
    return [each for each in warnings.filters if each[0] == "error"]


def _set_raising_warnings(value: list[Any]) -> None:
    """Remove those that were added; filters that silence a warning stay."""
    kept = [each for each in warnings.filters if each[0] != "error" or each in value]
    warnings.filters[:] = kept  # type: ignore[index]
