"""`orch export` as a user calls it."""

import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cli.orch import orch
from tests.cli.running import train_here, write_study

pytestmark = pytest.mark.slow  # a process a test
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("done")
    assert train_here(write_study(folder)) == 0
    return folder


def test_csv_goes_into_the_folder_of_the_study(done: Path) -> None:
    ended = orch("export", "tiny", "--format", "csv", cwd=done)
    assert (ended.returncode, ended.stderr) == (0, "")
    written = ended.stdout.splitlines()
    assert "results/tiny/export/csv/results.csv" in written
    assert all((done / path).stat().st_size > 0 for path in written)


def test_latex_goes_where_it_is_told(done: Path, tmp_path: Path) -> None:
    ended = orch("export", "tiny", "--format", "latex", "--to", tmp_path / "paper", cwd=done)
    assert ended.returncode == 0
    assert {path.name for path in (tmp_path / "paper").iterdir()} == {
        "results.tex", "comparisons.tex",
    }  # fmt: skip


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
def test_pictures_of_every_figure(done: Path, tmp_path: Path) -> None:
    chosen = ("--choose", "metric=test/loss")
    ended = orch("export", "tiny", "--format", "svg", "--to", tmp_path, *chosen, cwd=done)
    assert (ended.returncode, ended.stderr) == (0, "")
    pictures = {path.stem: path for path in tmp_path.glob("*.svg")}
    assert {"outcomes", "curves", "delta"} <= set(pictures)
    for path in pictures.values():
        assert path.read_bytes().startswith(b"<svg")
    text = "".join(ElementTree.parse(pictures["outcomes"]).getroot().itertext())
    for word in ("Final test accuracy by variant", "tanh", "relu", "depth"):
        assert word in text
    assert (tmp_path / "captions.txt").read_text().startswith("outcomes: ")


def test_pictures_without_a_browser(done: Path, tmp_path: Path) -> None:
    arguments = ("export", "tiny", "--format", "svg", "--to", tmp_path / "out")
    ended = orch(*arguments, cwd=done, BROWSER_PATH=str(tmp_path / "none"))
    assert ended.returncode == 3
    assert "install one (apt-get install chromium)" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_every_wrong_flag_is_named_at_once(done: Path) -> None:
    ended = orch("export", "tiny", "--format", "word", "--choose", "depth", cwd=done)
    assert ended.returncode == 2
    assert "--format: 'word' is no format" in ended.stderr
    assert "allowed: csv, latex, svg, pdf, tensorboard, mlflow" in ended.stderr
    assert "--choose depth: is not KEY=OPTION" in ended.stderr


def test_mlflow_must_be_told_where(done: Path) -> None:
    ended = orch("export", "tiny", "--format", "mlflow", cwd=done, MLFLOW_TRACKING_URI="")
    assert ended.returncode == 2
    assert "--uri http://127.0.0.1:5000" in ended.stderr


def test_a_study_that_was_not_run(done: Path) -> None:
    ended = orch("export", "tinny", "--format", "csv", cwd=done)
    assert ended.returncode == 2
    assert "did you mean 'tiny'?" in ended.stderr


def test_a_plan_that_names_another_folder_is_refused(done: Path, tmp_path: Path) -> None:
    shutil.copytree(done / "results" / "tiny", tmp_path / "results" / "tiny")
    plan = tmp_path / "results" / "tiny" / "plan.json"
    plan.write_text(plan.read_text().replace('"study": "tiny"', '"study": "../../outside"'))
    for arguments in (("export", "tiny", "--format", "csv"), ("report", "tiny")):
        ended = orch(*arguments, cwd=tmp_path)
        assert ended.returncode == 2
        assert "the name '../../outside' is a path" in ended.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"results"}
