"""`orch doctor`: whether this machine has what a run needs, and what to do where not."""

import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Literal

from orchestrator.errors import EnvironmentFault
from orchestrator.paths import Location, ResultsPaths
from orchestrator.provenance import git_state, machine, versions
from orchestrator.run.results_location import results_paths
from orchestrator.words import plural

ENOUGH_BYTES = 1_000_000_000  # free on the disk of the results
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_OPTIONAL = {
    "pictures": ("kaleido", "orch export"),
    "tensorboard": ("tensorboard", "orch export"),
    "mlflow": ("mlflow", "orch export"),
    "optuna": ("optuna", "tune.method: optuna"),
}  # extra → its package, and what it is for

State = Literal["ok", "note", "fault"]


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check."""

    state: State
    what: str
    cure: str = ""


def doctor(*, results: Location | None) -> int:
    """Exit code 0, or 3 when something would stop a run."""
    paths = results_paths(results)
    checks: tuple[Callable[[], Finding], ...] = (
        _versions, _machine, lambda: _folder(paths), lambda: _store(paths), _torch, _ray, _git,
        *(lambda extra=extra: _extra(extra) for extra in _OPTIONAL), _browser,
    )  # fmt: skip
    faults = 0
    for check in checks:
        found = check()
        faults += found.state == "fault"
        print("\n".join(_lines(found)), flush=True)
    print("this machine can run studies" if not faults else f"{plural(faults, 'fault')} to correct")
    return EnvironmentFault.exit_code if faults else 0


def _lines(found: Finding) -> Iterator[str]:
    yield f"{found.state:<5}  {found.what}"
    if found.cure:
        yield f"       {found.cure}"


def _versions() -> Finding:
    known = ", ".join(f"{name} {version}" for name, version in versions().items())
    return Finding("ok", known)


def _machine() -> Finding:
    from orchestrator.execution.capacity import Capacity

    here = Capacity.here()
    return Finding("ok", f"{machine()}: {here} for this process")


def _folder(paths: ResultsPaths) -> Finding:
    """The results folder, or the one that it would be made in, takes files."""
    if paths.uri is not None:
        return _uri(paths)
    place = next(folder for folder in (paths.root, *paths.root.absolute().parents) if _is(folder))
    try:
        with TemporaryDirectory(prefix=".orch-doctor-", dir=place):
            free = shutil.disk_usage(place).free
    except OSError as error:
        what = f"results {paths.root}: {place} takes no files ({error.strerror})"
        return Finding("fault", what, "choose another folder with --results")
    what = f"results {paths.root}: {free / 1e9:,.0f} GB free"
    if free < ENOUGH_BYTES:
        return Finding("fault", what, "free some space, or choose another disk with --results")
    return Finding("ok", what)


def _uri(paths: ResultsPaths) -> Finding:
    """It can be read, and takes objects."""
    from orchestrator.store.remote.mirror import refresh
    from orchestrator.store.remote.object_io import put, remove

    probe = paths.at(paths.root / ".orch-doctor")
    try:
        refresh(paths)
        put(probe, b"orch\n")
        remove(probe)
    except EnvironmentFault as fault:
        what, _, cure = str(fault).partition("\n")
        return Finding("fault", f"results: {what}", cure.strip())
    return Finding("ok", f"results {paths}: can be listed, read and written")


def _is(folder: Path) -> bool:
    try:
        return folder.exists()
    except OSError:
        return False


def _store(paths: ResultsPaths) -> Finding:
    """Every part of the store can be read."""
    from orchestrator.store.damage import DamagedPart
    from orchestrator.store.pack_files import entries

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", DamagedPart)
        stored = entries(paths)
    damaged = [str(each.message) for each in caught if issubclass(each.category, DamagedPart)]
    what = f"store: {len(stored):,} trials"
    if damaged:
        return Finding("fault", f"{what}, {len(damaged)} damaged files", "\n       ".join(damaged))
    return Finding("ok", what)


def _torch() -> Finding:
    """PyTorch can be loaded. A process of its own, as a broken library may end the process."""
    script = "import torch; print(torch.ones(8, 8).matmul(torch.ones(8, 8)).sum().item())"
    answer = _python(script)
    if answer != "512.0":
        cure = "install it again: pip install --force-reinstall torch"
        return Finding("fault", f"torch does not compute: {answer}", cure)
    return Finding("ok", "torch computes")


def _python(script: str) -> str:
    command = [sys.executable, "-P", "-c", script]  # -P: no torch.py of the current folder
    done = subprocess.run(
        command, capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    return (done.stdout if done.returncode == 0 else done.stderr).strip().split("\n")[-1]


def _ray() -> Finding:
    """Ray starts and ends on this machine."""
    from orchestrator.execution.capacity import Capacity
    from orchestrator.execution.ray.local_cluster import local_cluster

    started = monotonic()
    try:
        with local_cluster(Capacity(cpus=1, gpus=0), threads=1, workers=1, preloaded=()):
            pass
    except EnvironmentFault as fault:
        return Finding("fault", f"Ray: {fault}", "train without it: orch run --inline")
    return Finding("ok", f"Ray starts and ends ({monotonic() - started:.0f} s)")


def _git() -> Finding:
    if shutil.which("git") is None:
        return Finding("note", "git is not installed", "results then name no commit")
    state = git_state(Path.cwd())
    if state is None:
        return Finding("note", "this folder is not under git", "results then name no commit")
    return Finding("ok", f"git: commit {state.commit[:12]}{', with changes' * state.dirty}")


def _extra(extra: str) -> Finding:
    module, use = _OPTIONAL[extra]
    if find_spec(module) is None:
        return Finding("note", f"no {module}", f'for {use}: pip install "orch[{extra}]"')
    return Finding("ok", f"{module} for {use}")


def _browser() -> Finding:
    named = os.environ.get("BROWSER_PATH")
    found = named or next(filter(None, map(shutil.which, _BROWSERS)), None)
    if found is None or not Path(found).exists():
        cure = "to export SVG and PDF: apt-get install chromium, or set BROWSER_PATH"
        return Finding("note", "no Chromium or Chrome", cure)
    return Finding("ok", f"{found} for SVG and PDF")
