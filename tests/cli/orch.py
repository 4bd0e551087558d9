"""Runs `orch` as a user would."""

import atexit
import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from tests.cli import orch_server

ORCH = Path(sys.executable).with_name("orch")
"""The installed program."""
SMALL = """\
study: small
question: Which activation?
task: {name: digits}
model: {name: mlp}
factors:
  model.activation: [sigmoid, tanh]
replicates: 6
"""


@cache
def quick_orch() -> Path:
    """A program that does what `orch` does, without the seconds in which it imports libraries."""
    folder = tempfile.TemporaryDirectory(prefix="quick-orch-")
    path = f"{folder.name}/socket"
    program = Path(folder.name) / "orch"
    program.write_text(orch_server.CLIENT.format(python=sys.executable, path=path))
    program.chmod(0o755)
    command = [sys.executable, orch_server.__file__, path]
    server = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=without_orch(os.environ)
    )
    atexit.register(_end, server, folder)
    assert server.stdout
    assert server.stdout.readline() == b"listening\n"
    return program


def _end(server: "subprocess.Popen[bytes]", folder: "tempfile.TemporaryDirectory[str]") -> None:
    server.communicate()  # closes its standard input
    folder.cleanup()


def without_orch(environment: "os._Environ[str]") -> dict[str, str]:
    return {key: value for key, value in environment.items() if not key.startswith("ORCH_")}


def orch(
    *arguments: str | Path, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """The finished process: returncode, stdout, stderr."""
    read_by_python = any(name.startswith("PYTHON") for name in environment)
    program = ORCH if read_by_python else quick_orch()
    return finished(program, *arguments, cwd=cwd, **environment)


def finished(
    program: Path, *arguments: str | Path, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(program), *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env=without_orch(os.environ) | environment,
        timeout=180,  # a busy machine; a failure then takes that long, success does not
        check=False,
    )
