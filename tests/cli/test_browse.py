"""`orch list`, `show`, `init` and `doctor` as a user calls them."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from orchestrator.cli import doctor
from orchestrator.paths import ResultsPaths
from orchestrator.study.parsing.source import shipped_studies
from tests.cli.orch import orch
from tests.cli.running import train_here, write_study

pytestmark = pytest.mark.slow  # a process a test


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("done")
    assert train_here(write_study(folder), only=("model.depth=1",)) == 0
    return folder


@pytest.fixture(scope="module")
def trials(done: Path) -> pd.DataFrame:
    return pd.read_parquet(done / "results" / "tiny" / "trials.parquet")


class TestList:
    def test_a_folder_without_results_shows_what_is_shipped(self, tmp_path: Path) -> None:
        ended = orch("list", cwd=tmp_path)
        assert (ended.returncode, ended.stderr) == (0, "")
        assert ended.stdout.startswith("results: no study has been run here\n")
        assert "vanishing_gradient" in ended.stdout
        assert not list(tmp_path.iterdir())

    def test_json_counts_the_trials_in_the_store(self, done: Path) -> None:
        document = json.loads(orch("list", "--json", cwd=done).stdout)
        (study,) = document["studies"]
        assert (study["study"], study["variants"], study["trials"]) == ("tiny", 2, 4)
        assert (study["completed"], study["missing"], study["report"]) == (4, 0, None)
        assert study["last_run"].startswith("20")
        about = {each["study"]: each for each in document["shipped"]}
        assert about.keys() == shipped_studies().keys()
        for each in about.values():
            assert each["question"].endswith("?")
            assert re.fullmatch(r"[\d½]+ (s|min)", each["takes"])

    def test_the_table(self, done: Path) -> None:
        lines = orch("list", cwd=done, COLUMNS="120").stdout.splitlines()
        assert lines[1].split()[:2] == ["tiny", "4/4"]
        assert lines[1].endswith("Does depth matter?")

    def test_a_foreign_plan_is_passed_over(self, done: Path) -> None:
        folder = done / "results" / "foreign"
        folder.mkdir()
        (folder / "plan.json").write_text('{"study": "<script>"}')
        ended = orch("list", cwd=done)
        assert (ended.returncode, "script" in ended.stdout) == (0, False)


class TestShow:
    def test_a_trial_by_the_beginning_of_its_id(self, done: Path, trials: pd.DataFrame) -> None:
        row = trials.iloc[2]
        shown = json.loads(orch("show", row["trial_id"][:8], "--json", cwd=done).stdout)
        assert (shown["kind"], shown["pack_id"]) == ("trial", row["pack_id"])
        assert shown["final"]["test/accuracy"] == row["final.test/accuracy"]
        assert shown["settings"]["model.width"] == 8
        assert shown["in_studies"] == ["tiny"]
        text = orch("show", row["trial_id"], cwd=done).stdout
        assert f"trial: {row['trial_id']}\n" in text
        assert "  training.epochs: 2\n" in text

    def test_a_pack_has_its_trials(self, done: Path, trials: pd.DataFrame) -> None:
        pack = trials["pack_id"][0]
        shown = json.loads(orch("show", pack, "--json", cwd=done).stdout)
        mine = trials[trials["pack_id"] == pack]
        assert {line.split()[0] for line in shown["trials"]} == set(mine["trial_id"])
        assert shown["wall_s"] == pytest.approx(mine["wall_s"].sum())

    def test_a_study(self, done: Path) -> None:
        shown = json.loads(orch("show", "tiny", "--json", cwd=done).stdout)
        assert shown["variants"]["activation=tanh depth=1"] == {"completed": 2}

    @pytest.mark.parametrize("wrong", ["0", "../tiny", "<script>", ""])
    def test_an_id_that_is_not_there(self, done: Path, wrong: str) -> None:
        ended = orch("show", wrong, cwd=done)
        assert ended.returncode == 2
        assert "has no study, trial or pack of this name" in ended.stderr


class TestInit:
    @pytest.mark.parametrize("like", [(), ("--like", "forget_bias")])
    def test_what_it_writes_can_be_planned(self, tmp_path: Path, like: tuple[str, ...]) -> None:
        assert orch("init", "mine", *like, cwd=tmp_path).returncode == 0
        planned = orch("plan", "mine.yaml", "--json", cwd=tmp_path)
        assert planned.returncode == 0
        assert json.loads(planned.stdout)["study"] == "mine"

    @pytest.mark.parametrize("name", ["<script>", "../x", "store", "A", "a: b", ".."])
    def test_a_name_that_no_study_can_have_leaves_nothing(self, tmp_path: Path, name: str) -> None:
        folder = tmp_path / "here"
        folder.mkdir()
        ended = orch("init", name, cwd=folder)
        assert ended.returncode == 2
        assert "Traceback" not in ended.stderr
        assert [path.name for path in tmp_path.rglob("*")] == ["here"]

    def test_a_bad_name_is_no_line_of_a_file_and_has_a_proposal(self, tmp_path: Path) -> None:
        ended = orch("init", "Größe", cwd=tmp_path)
        assert ended.stderr.startswith("NAME: 'Größe' is not a valid study name\n")
        assert ended.stderr.endswith("    write groesse\n")

    def test_a_folder_that_takes_no_files_has_a_cure_that_init_knows(self) -> None:
        ended = orch("init", "mine", cwd=Path("/proc"))
        assert ended.returncode == 3
        assert "run orch init in a folder that you may write to" in ended.stderr
        assert "--results" not in ended.stderr

    def test_an_existing_file_is_left_alone(self, tmp_path: Path) -> None:
        (tmp_path / "mine.yaml").write_text("precious")
        ended = orch("init", "mine", cwd=tmp_path)
        assert ended.returncode == 2
        assert "exists already" in ended.stderr
        assert (tmp_path / "mine.yaml").read_text() == "precious"


class TestDoctor:
    @pytest.mark.ray
    def test_a_sound_machine(self, tmp_path: Path) -> None:
        ended = orch("doctor", cwd=tmp_path)
        assert (ended.returncode, ended.stderr) == (0, "")
        assert "Ray starts and ends" in ended.stdout
        assert ended.stdout.endswith("this machine can run studies\n")
        assert not list(tmp_path.iterdir())

    def test_a_folder_that_takes_no_files(self) -> None:
        found = doctor._folder(ResultsPaths(Path("/proc/orch")))
        assert (found.state, "takes no files" in found.what) == ("fault", True)

    def test_a_damaged_store(self, tmp_path: Path) -> None:
        train_here(write_study(tmp_path), only=("model.depth=1", "model.activation=tanh"))
        (part,) = (tmp_path / "results" / "store" / "metrics").glob("*.parquet")
        part.write_bytes(part.read_bytes()[:-9])
        found = doctor._store(ResultsPaths(tmp_path / "results"))
        assert found.state == "fault"
        assert found.what == "store: 0 trials, 1 damaged files"
        assert part.name in found.cure


def test_a_module_of_the_current_folder_is_not_run_by_doctor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orchestrator.cli.doctor import _python

    (tmp_path / "colorsys.py").write_text("open('trace', 'w')\n")
    monkeypatch.chdir(tmp_path)
    assert _python("import colorsys; print(colorsys.rgb_to_hsv(0, 0, 0))") == "(0.0, 0.0, 0)"
    assert not (tmp_path / "trace").exists()
