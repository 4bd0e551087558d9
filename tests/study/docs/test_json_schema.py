"""The JSON Schema has every key, and accepts what the reader accepts."""

import json
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from orchestrator.study.docs.json_schema import study_schema
from orchestrator.study.parsing.keys import StudyFile
from orchestrator.study.parsing.setting_paths import SECTIONS, classes, settings_in
from tests.study.texts import SMALL, problems, with_line


@pytest.fixture(scope="module")
def checker() -> Any:
    schema = json.loads(json.dumps(study_schema()))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_the_schema_describes_every_key_and_lists_every_factor() -> None:
    schema = study_schema()
    assert set(schema["properties"]) == set(StudyFile.model_fields)
    assert all(key["description"] for key in schema["properties"].values())
    paths = {path for s in SECTIONS for kind in classes(s) for path in settings_in(kind, s)}
    assert paths == set(schema["properties"]["factors"]["properties"])


@pytest.mark.parametrize(
    ("line", "good"),
    [
        ("seed: 3", True),
        ("probes: off", True),
        ("probes: {examples: 3}", True),
        ("exclude: [{when: {model.activation: tanh}, reason: x}]", True),
        ("training: {batch_size: full, clip_norm: null}", True),
        ("training: {epochs: 0}", False),
        ("training: {epoch: 1}", False),
        ("model: {name: mlpp}", False),
        ("model: {width: 3}", False),
        ("factors: {model.depht: [1]}", False),
        ("factors: {model.depth: [-1]}", False),
        ("probes: heavy", False),
        ("tune: {}", False),
        ("tune: {points: 3}", False),
        ("tune: {training.learning_rate: {log_uniform: [0.1, 1]}}", True),
        ("tune: {training.batch_size: {choice: [16, full]}, points: 4, studies: 2}", True),
        ("tune: {training.momentum: {uniform: [0, 0.9], when: {model.activation: tanh}}}", True),
        ("tune: {training.momentum: {uniform: [0, 0.9], choice: [1, 2]}}", False),
        ("tune: {training.momentum: {uniform: [0]}}", False),
        ("tune: {training.momentum: {}}", False),
        ("training: {optimizer: Adadelta, rho: 0.5}", True),
        ("training: {optimizer: adam, rho: 0.5}", False),
        ("training: {optimizer: AdaDelta}", False),
        ("training: {schedule: {kind: cosine, end_factor: 0.1, warmup_epochs: 1}}", True),
        ("training: {schedule: {kind: cosine, end_factor: 2}}", False),
        ("study: Big Name", False),
        ("replicates: 0", False),
        ("exclude: [{when: {model.activation: tanh}}]", False),
    ],
)
def test_the_schema_and_the_reader_agree(checker: Any, line: str, good: bool) -> None:
    text = with_line(line)
    if line.startswith("factors"):
        text = "".join(row for row in text.splitlines(True) if not row.startswith("  model."))
    tree = YAML(typ="safe", pure=True).load(text)
    assert checker.is_valid(tree) == good
    assert (not problems(text)) == good


def test_settings_of_own_parts_are_unknown_to_it(checker: Any) -> None:
    tree = YAML(typ="safe", pure=True).load(SMALL)
    for more in (
        {"training": {"loss": "my:focal", "gamma": 2}},
        {"training": {"schedule": {"kind": "my:line", "power": 2}}},
        {"task": {"name": "digits", "augment": "my:flip", "share": 0.5}},
        {"factors": {"training.optimizer": ["sgd", "my:Lion"], "training.betas": [[0.9, 0.99]]}},
    ):
        assert checker.is_valid({**tree, **more}), more
    assert not checker.is_valid({**tree, "training": {"loss": "cross_entropy", "gamma": 2}})
    assert not checker.is_valid({**tree, "factors": {"training.gamma": [1, 2]}})


def test_the_small_study_satisfies_the_schema(checker: Any) -> None:
    checker.validate(YAML(typ="safe", pure=True).load(SMALL))
