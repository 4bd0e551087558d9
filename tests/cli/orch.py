"""Runs the installed `orch` as a user would."""

import os
import subprocess
import sys
from pathlib import Path

ORCH = Path(sys.executable).with_name("orch")
SMALL = """\
study: small
question: Which activation?
task: {name: digits}
model: {name: mlp}
factors:
  model.activation: [sigmoid, tanh]
replicates: 6
"""


def orch(
    *arguments: str | Path, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """The finished process: returncode, stdout, stderr."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("ORCH_")}
    return subprocess.run(
        [str(ORCH), *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env=inherited | environment,
        timeout=60,
        check=False,
    )
