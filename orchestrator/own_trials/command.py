"""Runs a command that is a trial."""

import json
import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orchestrator.models.own.checkouts import is_code
from orchestrator.models.settings.own import Checkout
from orchestrator.models.settings.own_trial import OwnCommand
from orchestrator.own_trials.attempt import Attempt
from orchestrator.own_trials.process import Process, started
from orchestrator.own_trials.reading import Lines, UnreadableMetric, read_files
from orchestrator.own_trials.reports import Diverged
from orchestrator.own_trials.running import seed_of
from orchestrator.study.placeholders import all_filled, filled

LAST_LINES, LONGEST_LINE = 50, 300
LONGEST_ERROR = 7000  # characters; a table shows 8,000
SETTINGS = "settings.json"


class CommandFailed(Exception):
    """The trial has no result; the message is all that a reader needs."""


def run(own: OwnCommand, attempt: Attempt) -> None:
    """Run the command; what it measured is in `attempt.reports`, what it wrote in its output.

    Raises CommandFailed, and what `pause` raises; the whole process group is ended first.
    """
    own.home.mkdir(parents=True, exist_ok=True)  # git, of a revision, knows no empty folders
    values = _values(own, attempt)
    lines = Lines(attempt.declared, attempt.reports)
    words = all_filled(own.words, values)
    try:
        with started(words, own.home, _environment(own, values, attempt.threads)) as process:
            _follow(own, process, lines, attempt)
        lines.end()
        paths = {m.name: _path(own, m.file, values) for m in attempt.declared if m.file}
        if process.child.returncode:
            raise CommandFailed(_with_output(_ended(process.child.returncode), attempt))
        read_files(attempt.declared, paths, attempt.reports)
    except Diverged:
        return
    except (UnreadableMetric, ValueError) as error:
        raise CommandFailed(_with_output(str(error), attempt)) from error
    except OSError as error:
        what = f"the command cannot be run: {error.strerror or error}: {error.filename or words[0]}"
        raise CommandFailed(what) from error
    if unmatched := lines.unmatched():
        raise CommandFailed(_with_output(unmatched, attempt))


def _follow(own: OwnCommand, process: Process, lines: Lines, attempt: Attempt) -> None:
    """Until the command ends, its time is up, or the run stops."""
    minutes = own.timeout_minutes
    end = time.monotonic() + 60 * minutes if minutes else None
    epochs = own.given.get("epochs")
    for piece in process.output():
        if piece:
            attempt.output.write(piece)
            lines.add(piece)
        if end is not None and time.monotonic() > end:
            process.stop()
            raise CommandFailed(_with_output(f"ended after {minutes:g} minutes (timeout)", attempt))
        if policy := attempt.checkpoint.policy:
            try:
                policy.pause(attempt.reports.reached(epochs))
            except BaseException:
                process.stop()
                raise


def _values(own: OwnCommand, attempt: Attempt) -> dict[str, Any]:
    """What takes the place of each placeholder."""
    settings = attempt.folder / SETTINGS
    settings.write_text(json.dumps(own.given))
    return {
        **own.given,
        "seed": seed_of("trial", attempt.trial.seed_name, attempt.study_seed),
        "replicate": attempt.trial.replicate,
        "folder": str(attempt.folder),
        "settings": str(settings),
        "device": attempt.device,
        "python": sys.executable,
    }


def _environment(own: OwnCommand, values: Mapping[str, Any], threads: int) -> dict[str, str]:
    """With the modules of a revision first, also where its repository is installed (pip -e)."""
    names = ("seed", "replicate", "folder", "settings", "device")
    given = {f"ORCH_{name.upper()}": str(values[name]) for name in names}
    if own.checkout:
        given["PYTHONPATH"] = _python_path(own.checkout)
    libraries = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS"), str(threads))
    return {
        **libraries,
        **os.environ,
        "PYTHONUNBUFFERED": "1",
        **given,
    }  # epochs appear as they end


def _python_path(checkout: Checkout) -> str:
    """Without folders of the repository itself."""
    before = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    kept = [p for p in before if p and not is_code(os.path.abspath(p), checkout.repository)]
    return os.pathsep.join([*map(str, checkout.installed), *kept])


def _path(own: OwnCommand, file: str, values: Mapping[str, Any]) -> Path:
    return own.home / (filled(file, values) or "")


def _ended(status: int) -> str:
    if status > 0:
        return f"exit status {status}"
    name = signal.Signals(-status).name
    return f"ended by {name}" + " (out of memory?)" * (name == "SIGKILL")


def _with_output(what: str, attempt: Attempt) -> str:
    """The reason, and the last lines of the output."""
    text = attempt.output.content[-LAST_LINES * 4096 :].decode("utf-8", "replace")
    last = [line[:LONGEST_LINE] for line in text.replace("\r", "\n").splitlines()[-LAST_LINES:]]
    while last and sum(map(len, last)) + len(what) > LONGEST_ERROR:
        del last[0]
    return "\n".join([what, *last])
