"""docs/study.md has every key, with its default and its allowed values."""

from pathlib import Path

from orchestrator.models.catalogue import MODELS, TASKS
from orchestrator.study.docs.reference import tables, with_tables
from orchestrator.study.parsing.keys import StudyFile
from orchestrator.study.parsing.setting_paths import SECTIONS, classes, settings_in
from tests.study.texts import parse

PAGE = Path("docs/study.md").read_text()
ALL = [
    (path, setting)
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
    for path, setting in ALL:
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
