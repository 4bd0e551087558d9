"""The command that a report proposes: run as it stands, it adds just those replicates."""

import json
import re
import shlex
from pathlib import Path

import pytest

from tests.cli.orch import orch

TINY = """\
study: tiny
task: {name: digits, train_examples: 100, validation_examples: 30, test_examples: 200}
model: {name: mlp, width: 8}
training: {epochs: 30}
probes: off
factors: {model.depth: [1, 4]}
replicates: 5
"""


@pytest.mark.slow
def test_the_proposed_command_trains_only_the_new_replicates(tmp_path: Path) -> None:
    (tmp_path / "my study.yaml").write_text(TINY)
    given = ("my study.yaml", "--set", "training.learning_rate=0.3", "--replicates", "3")
    first = orch("run", *given, "--inline", "--results", "out", cwd=tmp_path)
    assert first.returncode == 0, first.stderr
    proposed = next(line for line in first.stdout.splitlines() if line.startswith("    orch run"))
    page = (tmp_path / "out" / "tiny" / "report.html").read_text()
    shown = re.search(r"<pre><code>(orch run .*--replicates \d+)</code></pre>", page)
    assert shown is not None
    assert shown[1].replace("&#39;", "'") == proposed.strip()

    words = shlex.split(proposed)
    wanted = int(words[-1])
    second = orch(*words[1:], cwd=tmp_path)
    assert second.returncode == 0, second.stderr
    assert f"2 variants × {wanted} replicates = {2 * wanted} trials, 6 done" in second.stdout
    events = (tmp_path / "out" / "tiny" / "events.jsonl").read_text().splitlines()
    starts = [e for e in map(json.loads, events) if e["event"] == "study_started"]
    assert starts[-1]["new"] == 2 * wanted - 6
    assert starts[-1]["command"] == words
