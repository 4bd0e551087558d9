"""docs/study.md and the JSON Schema have every key, with its default and what is allowed."""

import json
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from orchestrator.models.catalogue import MODELS, TASKS
from orchestrator.study.docs.json_schema import study_schema
from orchestrator.study.docs.reference import tables, with_tables
from orchestrator.study.parsing.keys import StudyFile
from orchestrator.study.parsing.setting_paths import SECTIONS, classes, settings_in
from tests.study.texts import SMALL, parse, problems, with_line

PAGE = Path("docs/study.md").read_text()
ALL = [
    (kind, path, setting)
    for section in SECTIONS
    for kind in classes(section)
    for path, setting in settings_in(kind, section).items()
]


def test_the_page_is_up_to_date() -> None:
    assert with_tables(PAGE) == PAGE, (
        "run: python -m orchestrator.study.docs.reference docs/study.md"
    )


def test_every_key_and_setting_is_documented() -> None:
    for key in StudyFile.model_fields:
        assert f"\n| `{key}` | " in PAGE
    for _, path, setting in ALL:
        if not path.endswith(".name"):
            assert f"\n| `{path}` | " in PAGE
            assert setting.description, f"{path} has no docstring"
    for name in (*MODELS, *TASKS):
        assert f"`{name}`\n" in PAGE


def test_the_tables_say_defaults_and_ranges() -> None:
    rows = tables().splitlines()
    assert "| `training.epochs` | 20 | a whole number ≥ 1 |" in "\n".join(rows)
    assert "| `training.momentum` | 0.0 | a number ≥ 0 and < 1 |" in "\n".join(rows)
    assert any("`model.activation` | tanh | sigmoid, tanh, relu" in row for row in rows)


def test_the_example_of_the_page_is_a_study() -> None:
    example = PAGE.partition("```yaml\n")[2].partition("```")[0]
    assert len(parse(example).variants) == 8


# --- JSON Schema ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def checker() -> jsonschema.Draft202012Validator:
    schema = json.loads(json.dumps(study_schema()))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_the_schema_describes_every_key_and_lists_every_factor() -> None:
    schema = study_schema()
    assert set(schema["properties"]) == set(StudyFile.model_fields)
    assert all(key["description"] for key in schema["properties"].values())
    assert {path for _, path, _ in ALL} == set(schema["properties"]["factors"]["properties"])


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
        ("study: Big Name", False),
        ("replicates: 0", False),
        ("exclude: [{when: {model.activation: tanh}}]", False),
    ],
)
def test_the_schema_and_the_reader_agree(
    checker: jsonschema.Draft202012Validator, line: str, good: bool
) -> None:
    text = with_line(line)
    if line.startswith("factors"):
        text = "".join(row for row in text.splitlines(True) if not row.startswith("  model."))
    tree = YAML(typ="safe", pure=True).load(text)
    assert checker.is_valid(tree) == good
    assert (not problems(text)) == good


def test_the_small_study_satisfies_the_schema(checker: jsonschema.Draft202012Validator) -> None:
    checker.validate(YAML(typ="safe", pure=True).load(SMALL))
