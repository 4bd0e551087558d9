"""`orch compare`, as a process, on two studies that were really run."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from tests.cli.orch import orch

TINY = """\
study: NAME
task: {name: digits, train_examples: 100, validation_examples: 30, test_examples: 100}
model: {name: mlp, width: 8}
training: {epochs: EPOCHS}
probes: off
factors: {model.activation: [LEVELS]}
replicates: 2
"""


def study(folder: Path, name: str, epochs: int, levels: str) -> Path:
    path = folder / f"{name}.yaml"
    text = TINY.replace("NAME", name).replace("EPOCHS", str(epochs)).replace("LEVELS", levels)
    path.write_text(text)
    return path


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("two")
    for name, epochs, levels in (("brief", 1, "tanh, relu"), ("lasting", 4, "tanh, sigmoid")):
        file = study(folder, name, epochs, levels)
        done = orch("run", file, "--inline", "--no-report", "--results", folder / "r")
        assert done.returncode == 0, done.stderr
    return folder / "r"


@pytest.mark.slow
def test_designs_and_shared_variants(results: Path) -> None:
    done = orch("compare", "brief", "lasting", "--results", results)
    assert (done.returncode, done.stderr) == (0, "")
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert lines[0] == "A: brief B: lasting"
    assert "factor model.activation tanh, relu tanh, sigmoid" in lines
    assert "training.epochs 1 4" in lines
    assert "test accuracy of 1 variant in both, paired by replicate; p: step-down max-T" in lines
    assert "only in A: activation=relu" in lines

    found = json.loads(orch("compare", "brief", results / "lasting", "--results", results,
                            "--json").stdout)  # fmt: skip
    tables = [
        pd.read_parquet(results / name / "trials.parquet").query("variant == 'activation=tanh'")
        for name in ("brief", "lasting")
    ]
    x, y = (table.set_index("replicate")["final.test/accuracy"] for table in tables)
    (match,) = found["matches"]
    assert match["comparison"]["difference"] == pytest.approx((y - x).mean())
    assert match["levels"] == {"model.activation": "tanh"}
    assert match["same_trials"] == 0


@pytest.mark.slow
def test_what_is_not_there_is_named_with_its_nearest(results: Path) -> None:
    done = orch("compare", "breif", "lastin", "--results", results)
    assert (done.returncode, done.stdout) == (2, "")
    assert "breif: " in done.stderr
    assert "did you mean 'brief'?" in done.stderr
    assert "did you mean 'lasting'?" in done.stderr


@pytest.mark.slow
def test_copied_tables_are_read_as_they_are_and_missing_ones_are_gathered(
    results: Path, tmp_path: Path
) -> None:
    """As `orch report` does: a folder without its store, and one whose tables are not there yet."""
    whole = orch("compare", "brief", "lasting", "--results", results).stdout
    shutil.copytree(results / "brief", tmp_path / "r" / "brief")
    copied = orch("compare", tmp_path / "r" / "brief", "lasting", "--results", results)
    said = (
        "A: Read from the Parquet tables in the study's folder, as they are: 4 trials in them are"
    )
    assert copied.stdout.startswith(whole)
    assert copied.stdout[len(whole) :].startswith(said), copied.stderr

    everything = shutil.copytree(results, tmp_path / "all")
    for table in (everything / "lasting").glob("*.parquet"):
        table.unlink()
    assert orch("compare", "brief", "lasting", "--results", everything).stdout == whole
    assert not list((everything / "lasting").glob("*.parquet")), "reading writes nothing"
