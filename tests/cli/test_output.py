"""Output in encodings that lack characters: it is written another way, and ends no command."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.cli.output import show_warning, write_anything
from tests.cli.orch import ORCH, orch
from tests.cli.running import write_study


def written(text: str, encoding: str, *, as_json: bool = False) -> str:
    """The text as a reader of this encoding gets it."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sys, "stdout", stream)
        write_anything(as_json=as_json)
        print(text, end="")
        sys.stdout.flush()
    return stream.buffer.getvalue().decode(encoding)


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ("utf-8", "2 × 3 → 6 …, é, 字"),
        ("latin-1", "2 × 3 -> 6 ..., é, \\u5b57"),
        ("ascii", "2 x 3 -> 6 ..., \\u00e9, \\u5b57"),
    ],
)
def test_a_similar_character_else_its_number(encoding: str, expected: str) -> None:
    assert written("2 × 3 → 6 …, é, 字", encoding) == expected


def test_a_file_name_that_is_not_utf_8_is_written_in_utf_8() -> None:
    assert written("st\udcffudy.yaml", "utf-8") == "st\\udcffudy.yaml"


@given(text=st.text(st.characters(exclude_categories=[])), encoding=st.sampled_from(
    ["ascii", "latin-1", "cp1252", "utf-8"]))  # fmt: skip
def test_json_is_the_same_for_its_reader(text: str, encoding: str) -> None:
    """Surrogates included: JSON can write them, and two that make a pair are one character."""
    document = json.dumps({"text": text}, ensure_ascii=False)
    read = json.loads(written(document, encoding, as_json=True))["text"]
    assert read.encode("utf-16", "surrogatepass") == text.encode("utf-16", "surrogatepass")


def test_codes_that_a_terminal_obeys_and_secrets_are_not_written() -> None:
    """As in a question, a key of a bucket, or the text of an exception."""
    text = "Which is best?\x1b[2J\x1b]0;x\x07 s3://key:secret@b \x1b[31mred\x1b[0m"
    expected = "Which is best?\\u001b[2J\\u001b]0;x\\u0007 s3://key:***@b red"
    assert written(text, "utf-8") == written(text, "ascii") == expected


def test_a_warning_has_no_codes(capsys: pytest.CaptureFixture[str]) -> None:
    show_warning("the key \x1b[2J")
    assert capsys.readouterr().err == "warning: the key \\u001b[2J\n"


def test_a_stream_that_is_closed_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    write_anything(as_json=False)


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_run_and_its_plan(encoding: str, tmp_path: Path) -> None:
    study = write_study(tmp_path)
    here = {**os.environ, "PYTHONIOENCODING": encoding, "ORCH_RESULTS": str(tmp_path / "results")}
    for verb in (["plan", study], ["run", study, "--inline"], ["list"], ["show", "tiny"]):
        ended = subprocess.run(
            [ORCH, *verb], capture_output=True, encoding=encoding, env=here, check=False
        )
        assert ended.returncode == 0, ended.stderr
        assert "Traceback" not in ended.stderr + ended.stdout


@pytest.mark.slow
def test_a_study_file_whose_name_is_not_utf_8(tmp_path: Path) -> None:
    study = write_study(tmp_path).rename(tmp_path / "st\udcffudy.yaml")
    ended = orch("run", study, "--inline", "--only", "model.depth=1", cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    events = (tmp_path / "results" / "tiny" / "events.jsonl").read_text("utf-8").splitlines()
    assert "st?udy.yaml" in " ".join(json.loads(events[0])["command"])
    assert (tmp_path / "results" / "tiny" / "report.html").exists()
