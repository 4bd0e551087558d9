"""The section on the data: data.json in, pictures, sentences and sequences out."""

import io
import json
from base64 import b64decode, b64encode

import numpy as np
import pytest
from PIL import Image

from orchestrator.reports.build import build_report
from orchestrator.reports.data.samples import samples_of
from orchestrator.reports.page.encode.png import png_link
from tests.reports.sample import Sample, write

EVIL = "<script>alert(1)</script>"


def task(**changes):
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


def words(*names):
    return {"words": list(names), "target": [EVIL for _ in names]}


def page(folder, *tasks):
    (folder / "data.json").write_text(json.dumps({"schema_version": 1, "tasks": tasks}))
    return build_report(folder).path.read_text()


@pytest.mark.parametrize("channels", [1, 3])
def test_pictures_keep_every_pixel(channels):
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, channels), np.uint8)
    link = png_link(pixels.tobytes(), width=7, height=5, channels=channels)
    with Image.open(io.BytesIO(b64decode(link.partition(",")[2]))) as opened:
        assert (np.asarray(opened).reshape(pixels.shape) == pixels).all()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"tasks": [{}]}', '{"tasks": 3}'])
def test_a_file_that_is_no_data_json_is_as_none(tmp_path, text):
    path = tmp_path / "data.json"
    assert samples_of(path) == ()
    path.write_text(text)
    assert samples_of(path) == ()


@pytest.mark.slow
def test_page(tmp_path):
    folder = write(tmp_path, Sample(factors={"model.activation": ["tanh", "relu"]}, replicates=2))
    assert 'id="data"' not in build_report(folder).path.read_text()
    grey = b64encode(bytes(64)).decode()
    picture = {"size": [1, 8, 8], "pixels": grey, "target": "7"}
    sentence = {
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
