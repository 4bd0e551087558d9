"""docs/models.md names every model and every setting, with its default and its choices."""

import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest

from orchestrator.models.catalogue import MODELS
from orchestrator.models.settings import Init, ModelSettings, Scheme, Settings

PAGE = (Path(__file__).parents[2] / "docs" / "models.md").read_text()
SECTIONS = {part.partition("\n")[0]: part for part in re.split(r"^## ", PAGE, flags=re.MULTILINE)}


def leaves(settings: type[Settings], prefix: str = "") -> dict[str, Any]:
    """Dotted path → field, without what all models share."""
    found: dict[str, Any] = {}
    for name, field in settings.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, Settings):
            found |= leaves(kind, f"{prefix}{name}.")
        else:
            found[prefix + name] = field
    return {path: field for path, field in found.items() if path != "name"}


def own(settings: type[ModelSettings]) -> dict[str, Any]:
    return {p: field for p, field in leaves(settings).items() if not p.startswith("init.")}


def spelled(default: Any) -> str:
    return default if isinstance(default, str) else json.dumps(default)


def rows(section: str) -> dict[str, tuple[str, str]]:
    """Setting → (default, meaning), of the section's table."""
    found = re.findall(r"^\| `([\w.]+)` \| `([^`]+)` \| (.*) \|$", SECTIONS[section], re.MULTILINE)
    return {setting: (default, meaning) for setting, default, meaning in found}


@pytest.mark.parametrize("name", MODELS)
def test_a_models_table_has_its_settings_in_order_with_their_defaults(name: str) -> None:
    expected = {p: spelled(field.default) for p, field in own(MODELS[name].settings).items()}
    found = {setting: default for setting, (default, _) in rows(name).items()}
    assert list(found.items()) == list(expected.items())


@pytest.mark.parametrize("name", MODELS)
def test_every_choice_is_mentioned(name: str) -> None:
    section = SECTIONS[name]
    for path, field in own(MODELS[name].settings).items():
        for choice in get_args(field.annotation):
            if isinstance(choice, str):
                assert f"`{choice}`" in section, f"{path}: {choice}"


def test_the_initial_draw_is_documented() -> None:
    table = rows("How parameters are drawn")
    for path, field in leaves(Init, "init.").items():
        assert table[path][0] == spelled(field.default)
    for scheme in get_args(Scheme):
        assert f"| `{scheme}` |" in SECTIONS["How parameters are drawn"]


@pytest.mark.parametrize("name", MODELS)
def test_the_file_of_a_model_is_named(name: str) -> None:
    module = MODELS[name].factory.partition(":")[0].rpartition(".")[2]
    assert f"{module}.py`" in SECTIONS[name]
    for path in re.findall(r"`(models/networks/\w+\.py)`", SECTIONS[name]):
        assert (Path(__file__).parents[2] / path).is_file()
