"""A study's folder without the store: what a colleague gets by mail. No command may empty it."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest

import orchestrator
from orchestrator.errors import EnvironmentFault
from orchestrator.paths import TABLES, ResultsPaths
from orchestrator.run.report_server import Site
from tests.cli.orch import ORCH, orch
from tests.cli.running import train_here, write_study

UNSTORED = "Read from the Parquet tables in the study's folder, as they are: 8 trials in them"


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("done")
    assert train_here(write_study(folder), report=True) == 0
    return folder / "results"


@pytest.fixture
def mailed(done: Path, tmp_path: Path) -> Path:
    """The results folder into which a colleague put the study's folder."""
    results = tmp_path / "mailed"
    shutil.copytree(done / "tiny", results / "tiny")
    return results


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in files
    }


def changed(before: dict[str, tuple[bytes, int]], folder: Path) -> set[str]:
    after = contents(folder)
    return {name for name in before | after if before.get(name) != after.get(name)}


pytestmark = pytest.mark.slow  # a process a test

READING = {
    "list": ["list"],
    "show": ["show", "tiny"],
    "compare": ["compare", "tiny", "tiny"],
    "csv": ["export", "tiny", "--format", "csv"],
    "latex": ["export", "tiny", "--format", "latex"],
}


@pytest.mark.parametrize("name", READING)
def test_reading_commands_write_nothing_into_the_results(name: str, mailed: Path) -> None:
    before = contents(mailed)
    out = ["--to", str(mailed.parent / "out")] if READING[name][0] == "export" else []
    ended = orch(*READING[name], *out, "--results", mailed)
    assert ended.returncode == 0, ended.stderr
    assert changed(before, mailed) == set()


def test_tables_are_exported_as_they_are(mailed: Path, done: Path, tmp_path: Path) -> None:
    assert orch("export", "tiny", "--format=csv", f"--to={tmp_path / 'out'}",
                "--results", mailed).returncode == 0  # fmt: skip
    for name in ("trials", "metrics", "gradients"):
        exported = pd.read_csv(tmp_path / "out" / f"{name}.csv")
        assert len(exported) == len(pd.read_parquet(done / "tiny" / f"{name}.parquet")) > 0


def test_listed_and_shown_by_their_tables(mailed: Path) -> None:
    (listed,) = json.loads(orch("list", "--json", "--results", mailed).stdout)["studies"]
    assert (listed["completed"], listed["missing"]) == (8, 0)
    shown = json.loads(orch("show", "tiny", "--json", "--results", mailed).stdout)
    assert set(map(str, shown["variants"].values())) == {"{'completed': 2}"}
    row = pd.read_parquet(mailed / "tiny" / "trials.parquet").iloc[0]
    trial = json.loads(orch("show", row["trial_id"], "--json", "--results", mailed).stdout)
    assert trial["final"]["test/accuracy"] == row["final.test/accuracy"]
    pack = json.loads(orch("show", row["pack_id"], "--json", "--results", mailed).stdout)
    assert row["trial_id"] in {line.split()[0] for line in pack["trials"]}


def test_open_study_reads_the_tables(mailed: Path, done: Path) -> None:
    before = contents(mailed)
    found = orchestrator.open_study("tiny", mailed)
    assert found.finding == orchestrator.open_study("tiny", done).finding
    assert len(found.trials) == 8
    assert changed(before, mailed) == set()


def test_a_report_leaves_the_tables_and_says_where_they_come_from(mailed: Path) -> None:
    before = contents(mailed)
    ended = orch("report", "tiny", "--results", mailed)
    assert ended.returncode == 0, ended.stderr
    assert "8 trials in the study's tables: 8 completed" in ended.stdout
    assert f"note: {UNSTORED}" in ended.stdout
    assert changed(before, mailed) == {"tiny/report.html", "index.html"}
    page = (mailed / "tiny" / "report.html").read_text().replace("&#39;", "'")
    assert UNSTORED in page
    assert 'name="orch-trials" content="8 of 8"' in page


def test_a_report_of_the_store_does_not_say_so(done: Path) -> None:
    ended = orch("report", "tiny", "--results", done)
    assert "8 trials in the store" in ended.stdout
    assert "Read from the Parquet tables" not in ended.stdout


def test_serve_writes_nothing(mailed: Path, tmp_path: Path) -> None:
    (mailed / "tiny" / "report.html").unlink()
    before = contents(mailed)
    site = Site(ResultsPaths(mailed), tmp_path / "pages")
    assert UNSTORED in site.answer("/tiny/report.html").body.decode().replace("&#39;", "'")
    assert b"8 of 8 trials" in site.answer("/").body
    assert changed(before, mailed) == set()


def test_tables_are_kept_where_the_store_has_a_part_of_the_trials(done: Path, mailed: Path) -> None:
    """A copy that was interrupted, or a store that was cleaned."""
    shutil.copytree(done / "store", mailed / "store")
    parts = sorted((mailed / "store" / "trials").glob("*.parquet"))
    for part in parts[1:]:
        part.unlink()
    before = contents(mailed)
    ended = orch("report", "tiny", "--results", mailed)
    assert ended.returncode == 0, ended.stderr
    assert "8 trials in the study's tables: 8 completed" in ended.stdout
    assert not changed(before, mailed) & {f"tiny/{name}.parquet" for name in TABLES}


def test_tables_that_the_store_has_are_gathered_again(done: Path, mailed: Path) -> None:
    shutil.copytree(done / "store", mailed / "store")
    for name in TABLES:
        (mailed / "tiny" / f"{name}.parquet").unlink()
    before = contents(mailed)
    assert len(orchestrator.open_study("tiny", mailed).trials) == 8
    assert changed(before, mailed) == set()
    assert orch("report", "tiny", "--results", mailed).returncode == 0
    assert {f"tiny/{name}.parquet" for name in TABLES} <= changed(before, mailed)


def test_a_damaged_table_without_the_store_is_left_and_named(mailed: Path) -> None:
    table = mailed / "tiny" / "metrics.parquet"
    table.write_bytes(table.read_bytes()[:-9])
    before = contents(mailed)
    for verb in (["report", "tiny"], ["export", "tiny", "--format", "csv"]):
        ended = orch(*verb, "--results", mailed)
        assert ended.returncode == 3
        assert f"{table} cannot be read" in ended.stderr
        assert "Traceback" not in ended.stderr
    assert changed(before, mailed) == set()


def test_a_page_without_its_tables_is_not_replaced_by_an_empty_one(
    mailed: Path, tmp_path: Path
) -> None:
    for name in (*TABLES, "comparisons", "decay"):
        (mailed / "tiny" / f"{name}.parquet").unlink()
    before = contents(mailed)
    ended = orch("report", "tiny", "--results", mailed)
    assert ended.returncode == 3
    assert "shows 8 trials, and neither" in ended.stderr
    os.utime(mailed / "tiny" / "events.jsonl")
    site = Site(ResultsPaths(mailed), tmp_path / "pages")
    assert site.answer("/tiny/report.html").body == before["tiny/report.html"][0]
    assert changed(before, mailed) == {"tiny/events.jsonl"}  # by this test


def test_an_index_of_something_else_stays(mailed: Path) -> None:
    index = mailed / "index.html"
    index.write_text("<title>My homepage</title>")
    assert orch("report", "tiny", "--results", mailed).returncode == 0
    assert index.read_text() == "<title>My homepage</title>"


def test_a_run_keeps_what_it_replaces(mailed: Path, done: Path) -> None:
    study = write_study(mailed.parent)
    shutil.move(mailed, mailed.parent / "results")
    results = mailed.parent / "results"
    ended = orch("run", study, "--inline", "--only", "model.depth=1", "--no-report",
                 "--results", results)  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    kept = results / "tiny" / "earlier" / "1"
    assert f"8 trials in the tables of this study are not in the store: the study's folder was " \
           f"copied first: --results {kept} shows it" in ended.stdout  # fmt: skip
    for name in TABLES:
        expected = (done / "tiny" / f"{name}.parquet").read_bytes()
        assert (kept / "tiny" / f"{name}.parquet").read_bytes() == expected
    assert len(orchestrator.open_study("tiny", kept).trials) == 8
    assert len(pd.read_parquet(results / "tiny" / "trials.parquet")) == 4
    again = orch("run", study, "--inline", "--no-report", "--results", results)
    assert "was copied first" not in again.stdout
    assert len(pd.read_parquet(results / "tiny" / "trials.parquet")) == 8


@pytest.fixture
def read_only(mailed: Path) -> list[str]:
    """A command before which the results are read-only, for root too; skips where it cannot be."""
    command = ["unshare", "-m", "-r", "sh", "-c",
               f'mount --bind -o ro {mailed} {mailed} && mount -o remount,ro,bind {mailed} && '
               'exec "$@"', "sh"]  # fmt: skip
    if subprocess.run([*command, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no mount namespaces here")
    return command


def test_a_read_only_folder_can_be_read(mailed: Path, read_only: list[str], tmp_path: Path) -> None:
    def ended(*arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [*read_only, str(ORCH), *arguments, "--results", str(mailed)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    for verb in (["list"], ["show", "tiny"],
                 ["export", "tiny", "--format=csv", f"--to={tmp_path / 'out'}"]):  # fmt: skip
        assert ended(*verb).returncode == 0
    report = ended("report", "tiny")
    assert report.returncode == 3
    assert "cannot write the report in" in report.stderr
    assert "orch serve" in report.stderr
    export = ended("export", "tiny", "--format=csv")
    assert export.returncode == 3
    assert "choose another folder with --to DIR" in export.stderr


def test_open_study_names_a_damaged_table(mailed: Path) -> None:
    for name in ("trials", "gradients"):
        table = mailed / "tiny" / f"{name}.parquet"
        table.write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
        with pytest.raises(EnvironmentFault, match=rf"{table} cannot be read"):
            orchestrator.open_study("tiny", mailed)
        table.unlink()
