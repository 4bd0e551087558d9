"""CUDA_VISIBLE_DEVICES against the GPUs that the driver lists."""

from pathlib import Path

import pytest

from orchestrator.execution import visible_gpus as module
from orchestrator.execution.capacity import Capacity


@pytest.mark.parametrize(
    ("present", "visible", "gpus"),
    [
        (2, None, 2),
        (2, "", 0),
        (2, "0", 1),
        (2, "1,0", 2),
        (2, "0, 1", 2),
        (2, "0,2", 1),  # there is no third: CUDA reads no further
        (2, "2,0", 0),
        (2, "-1", 0),
        (2, "0,-1,1", 1),
        (2, "NoDevFiles", 0),
        (2, "GPU-8932f937,GPU-a96df3ce", 2),
        (1, "MIG-a,MIG-b,MIG-c", 3),  # partitions of one GPU
        (0, None, 0),
        (0, "0", 0),  # set by habit where there is none
        (0, "NoDevFiles", 0),
        (0, "GPU-8932f937", 0),
    ],
)
def test_gpus(
    present: int, visible: str | None, gpus: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if present:
        monkeypatch.setattr(module, "_DRIVER", tmp_path)
    monkeypatch.setattr(module, "_WSL", tmp_path / "none")
    monkeypatch.setattr(module, "_DEVICES", tmp_path / "none")
    for bus in range(present):
        (tmp_path / f"0000:0{bus}:00.0").mkdir()
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if visible is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert Capacity.here().gpus == gpus


def test_a_sandbox_without_the_drivers_list_has_devices(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("nvidia0", "nvidia1", "nvidiactl", "nvidia-uvm", "null"):
        (tmp_path / name).touch()
    monkeypatch.setattr(module, "_DRIVER", tmp_path / "none")
    monkeypatch.setattr(module, "_DEVICES", tmp_path)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert Capacity.here().gpus == 2


def test_wsl_has_one_though_its_driver_lists_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_DRIVER", tmp_path / "none")
    monkeypatch.setattr(module, "_WSL", tmp_path)
    monkeypatch.setattr(module, "_DEVICES", tmp_path / "none")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert Capacity.here().gpus == 1
