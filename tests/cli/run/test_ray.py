"""`orch run` with Ray Tune, as a user without a terminal meets it."""

import os
import re
import subprocess
import tempfile
from pathlib import Path

import pytest

from orchestrator.paths import TABLES
from tests.cli.orch import ORCH
from tests.cli.running import TINY, events, tables, train_here, write_study

OURS = ("note: ", "In test accuracy, ", "- ", "2 comparisons", "    orch run ")


@pytest.mark.ray
@pytest.mark.slow
def test_piped(tmp_path: Path) -> None:
    """Only our own lines, the same rows as inline, and no trace outside the results."""
    study = write_study(tmp_path, TINY + "resources: {cpus: 2}\n")
    with tempfile.TemporaryDirectory() as place:
        ended = subprocess.run(
            [ORCH, "run", study.name, "--results", "ray"],
            cwd=tmp_path,
            env={**os.environ, "TMPDIR": place},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert os.listdir(place) == []
    assert (ended.returncode, ended.stderr) == (0, "")
    first, second, third, *lines = ended.stdout.splitlines()
    assert first == "tiny: 4 variants × 2 replicates = 8 trials, 0 done"
    assert re.fullmatch(r"4 packs on \d+ workers? · results in ray/tiny", second)
    assert third == "starting Ray"
    while re.match(r"\d/8 trials", lines[0]):
        lines.pop(0)
    counts, *rest, report = lines
    assert counts == "8 trials in the store: 8 completed, 0 diverged, 0 failed"
    assert all(line.startswith(OURS) for line in rest)
    assert report == "report: ray/tiny/report.html"

    assert events(tmp_path / "ray")[0]["executor"] == "ray_tune"
    train_here(study)
    inline, ray = tables(tmp_path / "results"), tables(tmp_path / "ray")
    assert all(inline[name].equals(ray[name]) for name in TABLES)
