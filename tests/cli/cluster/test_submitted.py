"""Studies on a real Ray Jobs server: submitted, watched, cancelled, fetched."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.cli.heads import NO_PRESTART, OPEN, RAY, started_head, wait
from tests.cli.orch import orch
from tests.cli.other_environment import environment_without, wheel_of
from tests.cli.running import LONG, TINY, own_tiny, parts, tables, write_study
from tests.object_storage import CREDENTIALS, ObjectStorage
from tests.own_code import write_namesakes

pytestmark = [pytest.mark.ray, pytest.mark.slow]

MANY = LONG.replace("[1, 2]", f"{[*range(1, 13)]}")
ENVIRONMENT = {**OPEN, **NO_PRESTART, **CREDENTIALS}
FLAGS = ["--include-dashboard=true", "--num-cpus=1"]  # each worker costs seconds of CPU


def without_python(folder: Path) -> str:
    """A PATH whose `python` cannot run orch, as on a head that was started by its path."""
    python = folder / "python"
    python.write_text("#!/bin/sh\necho 'No module named typer' >&2\nexit 1\n")
    python.chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Ray Jobs server with one CPU."""
    path = without_python(tmp_path_factory.mktemp("bin"))
    with started_head(FLAGS, 0, RAY, **ENVIRONMENT | {"PATH": path}) as head:
        yield head.jobs_server


def test_from_submission_to_fetched_results(server: str, tmp_path: Path) -> None:
    """Two studies in one submission, the second with own packages: models, reports and studies."""

    def on_server(*arguments: str, code: int = 0) -> str:
        """What `orch` says, on either stream."""
        flags = [] if arguments[0] in ("fetch", "run") else ["--address", server]
        address = {"RAY_API_SERVER_ADDRESS": server if arguments[0] == "fetch" else "http://no:1"}
        done = orch(*arguments, *flags, cwd=tmp_path, **ENVIRONMENT, **address)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    (tmp_path / "many.yaml").write_text(MANY.replace("long", "many"))
    own = own_tiny(write_namesakes(tmp_path), "  model.kind: [a, b]\n  model.width: [3, 4]\n")
    write_study(tmp_path, own)
    shared = tmp_path / "shared"
    both = ["submit", "many.yaml", "study.yaml", "--results", str(shared)]

    refused = on_server(*both, "--set", "resources.cpus=99", code=3)
    assert "no node of the Ray cluster at" in refused
    assert not shared.exists()

    said = on_server(*both)
    first, second = (line.split()[-1] for line in said.splitlines() if " submitted to " in line)
    assert f"it waits until {first} has ended" in said
    assert "the largest: " in said
    again = on_server(*both)
    assert f"submitted before as {first}" in again
    assert f"submitted before as {second}" in again

    wait("pack", lambda: shared.exists() and len(parts(shared)) >= 2)
    waiting = json.loads(on_server("status", "tiny", "--json"))
    assert (waiting["state"], waiting["after"], waiting["done"]) == ("waiting", first, None)
    many = json.loads(on_server("status", "many", "--json"))
    assert (many["state"], many["trials"]) == ("running", 48)
    cancelled = on_server("cancel", "many")
    kept = len(parts(shared))
    assert 2 <= kept < 24, "finished packs are kept, the others were not waited for"
    assert f"{first}: cancelled" in cancelled
    assert "interrupted: finished packs are in the store" in on_server("logs", first)
    assert "already" in on_server("cancel", "many")

    wait("pack of the second", lambda: len(parts(shared)) > kept)
    followed = on_server("logs", "tiny", "--follow")
    assert "8 trials in the store: 8 completed, 0 diverged, 0 failed" in followed
    listed = on_server("status")
    assert "8/8 trials" in listed
    assert " cancelled " in listed

    fetched = on_server("fetch", second, "--to", "here")
    assert "report: here/tiny/report.html" in fetched
    on_server("run", "study.yaml", "--inline", "--no-report")
    alone = tables(tmp_path / "results")
    for name, table in tables(tmp_path / "here").items():
        assert table.equals(alone[name]), name
    shutil.move(shared, tmp_path / "moved")
    assert f"has nothing of {second}" in on_server("fetch", second, "--to", "here", code=3)


def test_results_at_a_uri(server: str, object_storage: ObjectStorage, tmp_path: Path) -> None:

    def on_server(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return orch(*arguments, "--address", server, cwd=tmp_path, **ENVIRONMENT)

    study, uri = write_study(tmp_path, TINY.replace("tiny", "far")), object_storage.uri()
    bucket = urlsplit(uri).netloc
    lost = on_server("submit", study, "--results", uri.replace(bucket, "no-such"))
    assert lost.returncode == 3
    assert "make the bucket, or correct its name in --results" in lost.stderr
    said = on_server("submit", study, "--results", uri)
    assert f"results go to {uri}" in said.stdout, said.stderr
    followed = on_server("logs", "far", "--follow")
    assert "8 trials in the store: 8 completed" in followed.stdout, followed.stderr
    fetched = on_server("fetch", "far", "--to", "here")
    assert "report: here/far/report.html" in fetched.stdout, fetched.stderr
    assert len(parts(tmp_path / "here")) == 4
    refused = on_server("fetch", "far", "--to", "s3://other/place")
    assert "--to" in refused.stderr


def test_an_environment_that_lacks_a_library(tmp_path: Path) -> None:
    """The head's own Python has all but typer; Ray installs it from a folder, not from an index."""
    study = write_study(tmp_path, TINY)
    ray = environment_without("typer", at=tmp_path / "env")
    wheel_of("typer", tmp_path)
    here = {"PATH": without_python(tmp_path), "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path)}
    shared, python = tmp_path / "shared", tmp_path / "env/bin/python"
    with started_head(FLAGS, 0, ray, **ENVIRONMENT | here) as head:

        def submit(*flags: str) -> subprocess.CompletedProcess[str]:
            one = ["--only", "model.depth=1", "--only", "model.activation=tanh"]
            place = ["--results", str(shared), "--address", head.jobs_server]
            return orch(
                "submit",
                study,
                *one,
                "--replicates",
                "1",
                *place,
                *flags,
                cwd=tmp_path,
                **ENVIRONMENT,
            )

        refused = submit()
        assert refused.returncode == 3, refused.stdout
        assert f"({python}3) lacks\n    typer>=0.15\n" in refused.stderr
        assert f"on every node: {python}3 -m pip install typer==" in refused.stderr
        at = ["--address", head.jobs_server]
        none = orch("status", *at, cwd=tmp_path, **ENVIRONMENT)
        assert "no study has been submitted here" in none.stdout
        sent = submit("--install")
        assert "Ray installs typer==" in sent.stdout, sent.stderr
        followed = orch(
            "logs", "tiny", "-f", "--address", head.jobs_server, cwd=tmp_path, **ENVIRONMENT
        )
        assert "1 trial in the store: 1 completed" in followed.stdout, followed.stdout
