"""The section on the data: data.json in, pictures, sentences and sequences out."""

import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from orchestrator.reports.build import build_report
from tests.reports.sample import Sample, write

EVIL = "<script>alert(1)</script>"


def task(**changes: Any) -> dict[str, Any]:
    return {
        "settings": {"task.name": "digits", "task.train_examples": 1197},
        "inputs": "image",
        "outputs": "class",
        "features": 64,
        "values": 10,
        "shape": [1, 8, 8],
        "splits": {"train": 1197, "validation": 300, "test": 300},
        "split": "validation",
        "feature_names": [],
        "examples": [],
    } | changes


def words(*names: str) -> dict[str, list[str]]:
    return {"words": list(names), "target": [EVIL for _ in names]}


def page(folder: Path, *tasks: dict[str, Any]) -> str:
    (folder / "data.json").write_text(json.dumps({"schema_version": 1, "tasks": tasks}))
    return build_report(folder).path.read_text()


@pytest.mark.slow
def test_page(tmp_path: Path) -> None:
    folder = write(tmp_path, Sample(factors={"model.activation": ["tanh", "relu"]}, replicates=2))
    assert 'id="data"' not in build_report(folder).path.read_text()
    grey = b64encode(bytes(64)).decode()
    picture = {"size": [1, 8, 8], "pixels": grey, "target": "7"}
    sentence: dict[str, Any] = {
        "settings": {"task.name": EVIL},
        "inputs": "words",
        "outputs": "tags",
        "examples": [words(EVIL, "dog")],
    }
    html = page(folder, task(examples=[picture]), task(**sentence))
    section = html.partition('id="data"')[2].partition("</section>")[0]
    assert "Images of 8 × 8 → one of 10 classes" in section
    assert "1,197 train, 300 validation, 300 test" in section
    assert "test accuracy 10.0 %" in section  # what tests/reports/sample.py says of all trials
    assert section.count("data:image/png") == 1
    assert EVIL not in html
    assert section.count("<ruby>") == 2
