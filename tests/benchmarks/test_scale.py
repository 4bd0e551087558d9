"""`python -m benchmarks.scale`, the command of docs/scaling.md, with small studies."""

import json
import subprocess
import sys

import pytest


@pytest.mark.slow
def test_makespans_of_few_and_of_many_workers() -> None:
    asked = ["--trials", "1e3", "--workers", "1", "4", "400", "--seconds", "60"]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.scale", *asked],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    one, few, many = json.loads(done.stdout)["sizes"]
    assert [row["trials"] for row in (one, few, many)] == [1000] * 3
    assert one["ideal_s"] == pytest.approx(60_000)
    assert many["ideal_s"] == pytest.approx(150)
    assert 1 <= one["makespan_over_ideal"] < 1.001, "one worker is never idle"
    assert 1 <= few["makespan_over_ideal"] < 1.1
    assert many["makespan_over_ideal"] > few["makespan_over_ideal"], "the last packs are waited for"
