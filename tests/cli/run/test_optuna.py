"""`orch run` of a study that tunes with Optuna: rounds, resumed in any of them."""

import json
from pathlib import Path
from typing import Any

import pytest

from orchestrator.errors import EnvironmentFault
from tests.cli.orch import orch
from tests.cli.run.test_tuning import TUNED
from tests.cli.running import tables, train_here, train_killed, write_study

SUGGESTED = TUNED.replace("points: 3, replicates: 2", "points: 6, replicates: 2, method: optuna")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("suggested")
    assert train_here(write_study(folder, SUGGESTED), report=True) == 0
    return folder


def points_of(folder: Path) -> list[list[dict[str, Any]]]:
    document = json.loads((folder / "results" / "tiny" / "plan.json").read_text())
    return [[point["settings"] for point in v["tuning"]] for v in document["variants"]]


def test_every_variant_has_its_own_points_and_the_same_budget(done: Path) -> None:
    tanh, relu = points_of(done)
    assert len(tanh) == len(relu) == 6
    assert tanh[:4] == relu[:4]  # before anything is known
    rows = tables(done / "results")["trials"].to_pylist()
    assert [row["phase"] for row in rows].count("tuning") == 2 * 6 * 2
    assert [row["phase"] for row in rows].count("replication") == 2 * 2


def test_the_same_study_gives_the_same_tables(done: Path, tmp_path: Path) -> None:
    assert train_here(write_study(tmp_path, SUGGESTED)) == 0
    assert tables(tmp_path / "results") == tables(done / "results")


@pytest.mark.parametrize("after", [1, 2, 3, 4])
def test_killed_in_any_round_it_comes_out_the_same(
    after: int, done: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two packs in each of two rounds, then those of replicates."""
    study = write_study(tmp_path, SUGGESTED)
    train_killed(study, after, monkeypatch)
    assert train_here(study) == 0
    assert tables(tmp_path / "results") == tables(done / "results")


def test_plan_says_what_is_known_and_what_follows(done: Path, tmp_path: Path) -> None:
    write_study(tmp_path, SUGGESTED)
    before = orch("plan", "study.yaml", cwd=tmp_path)
    assert before.stderr == ""
    counts = "= 24: 16 new, 0 done, 0 invalidated, 8 suggested as tuning goes on"
    assert f"Tuning: 6 points × 2 replicates for each variant {counts}" in before.stdout
    assert "0/12" in before.stdout
    cost = json.loads(orch("plan", "study.yaml", "--json", cwd=tmp_path).stdout)["cost"]
    assert (cost["trials"], cost["new"], cost["to_come"], cost["pending"]) == (28, 16, 8, 4)
    after = orch("plan", "study.yaml", cwd=done).stdout
    assert "= 24: 0 new, 24 done, 0 invalidated\n" in after
    assert "Packs: none, everything is done" in after
    assert after.count("Selected: ") == 2


def test_without_the_package_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestrator.execution.ray.optuna.find_spec", lambda name: None)
    with pytest.raises(EnvironmentFault, match=r'pip install "orch\[optuna\]"') as fault:
        train_here(write_study(tmp_path, SUGGESTED))
    assert fault.value.exit_code == 3
    assert not (tmp_path / "results").exists()
