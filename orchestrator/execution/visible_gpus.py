"""NVIDIA GPUs that CUDA would show to this process, without loading CUDA."""

import os
from itertools import takewhile
from pathlib import Path

_DRIVER = Path("/proc/driver/nvidia/gpus")  # one entry for each GPU
_DEVICES = Path("/dev")  # has nvidia0, nvidia1 … also in sandboxes that hide the driver's list
_WSL = Path("/usr/lib/wsl/lib/libcuda.so.1")  # of Windows' driver, which lists nothing
_UUIDS = ("GPU-", "MIG-")


def visible_gpus() -> int:
    """CUDA_VISIBLE_DEVICES as CUDA reads it: up to the first name that is no device.

    Names of what is not there count as none: a batch system sets `NoDevFiles`, or 0 by habit.
    """
    names = os.environ.get("CUDA_VISIBLE_DEVICES")
    present = _present()
    if names is None:
        return present
    if not present:
        return 0
    valid = takewhile(lambda name: _is_device(name, present), map(str.strip, names.split(",")))
    return len(dict.fromkeys(valid))


def _is_device(name: str, present: int) -> bool:
    """A partition (MIG) has a name too, and a GPU may have several."""
    return name.startswith(_UUIDS) or (name.isdecimal() and int(name) < present)


def _present() -> int:
    """Under WSL one, as no file there says how many."""
    if _DRIVER.is_dir():
        return len(list(_DRIVER.iterdir()))
    devices = [each for each in _DEVICES.glob("nvidia*") if each.name[6:].isdecimal()]
    return len(devices) or int(_WSL.exists())
