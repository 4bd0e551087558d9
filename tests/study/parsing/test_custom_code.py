"""Own code in a study: its settings, and every way it can be wrong."""

import json
import pickle
import re
import sys
from pathlib import Path

import jsonschema
import pytest

from orchestrator.models.settings.own import OwnModel
from orchestrator.study.docs.json_schema import study_schema
from tests.own_code import MODEL, SMALL_DIGITS, own_study, problems_of, write_module

WHOLE = "import torch\nfrom torch import nn\n"


def build(parameters: str, body: str) -> str:
    return f"{WHOLE}def build({parameters}):\n    {body}\n"


def layer(changes: str) -> str:
    """A constructor that does something with a layer before it returns it."""
    return build("inputs, outputs", f"net = nn.Linear(inputs, outputs); {changes}; return net")


# --- settings ------------------------------------------------------------------------------


@pytest.mark.slow
def test_parameters_are_settings_with_their_defaults(tmp_path: Path) -> None:
    name = write_module(tmp_path, MODEL)
    study = own_study(tmp_path, f'"{name}:build", width: 7', factors="model.kind: [a, b]")
    flat = study.variants[1].settings.flat
    assert {path: value for path, value in flat.items() if path.startswith("model.")} == {
        "model.name": f"{name}:build",
        "model.init.scheme": None,
        "model.init.scale": 1.0,
        "model.init.bias": None,
        "model.width": 7,
        "model.rate": 0.0,
        "model.kind": "b",
        "model.output": None,
    }
    assert isinstance(flat["model.rate"], float)
    assert [variant.label for variant in study.variants] == ["kind=a", "kind=b"]


@pytest.mark.slow
def test_annotations_say_what_is_allowed(tmp_path: Path) -> None:
    text = (
        "from __future__ import annotations\nfrom typing import Annotated, Literal\n"
        "from pydantic import Field\nfrom torch import nn\n"
        "class Net(nn.Linear):\n"
        "    def __init__(self, inputs: int, outputs: int, kind: Literal['red', 'blue'] = 'red',\n"
        "                 size: Annotated[int, Field(ge=2)] = 2, rate: float | None = None):\n"
        "        super().__init__(inputs, outputs)\n"
    )
    name = f'"{write_module(tmp_path, text)}:Net"'
    own_study(tmp_path, name, factors="model.rate: [null, 0.5]")
    (problem,) = problems_of(tmp_path, model=name, factors="model.kind: [red, bleu]")
    assert (problem.allowed, problem.cure) == ("red, blue", "did you mean 'blue'?")
    (problem,) = problems_of(tmp_path, model=f"{name}, size: 1")
    assert problem.allowed == "a whole number ≥ 2"


def test_unknown_settings_have_the_nearest_name(tmp_path: Path) -> None:
    name = f'"{write_module(tmp_path, MODEL)}:build"'
    (problem,) = problems_of(tmp_path, model=f"{name}, widht: 7")
    assert problem.where == f"{tmp_path / 's.yaml'}:3:{17 + len(name)}"
    assert problem.allowed == "name, init, width, rate, kind, output"
    assert problem.cure == "did you mean 'width'?"
    (problem,) = problems_of(tmp_path, model=name, factors="model.widht: [1]")
    assert problem.cure == "did you mean 'model.width'?"


@pytest.mark.slow
def test_a_setting_without_default_must_be_given(tmp_path: Path) -> None:
    text = build("inputs, outputs, width: int", "return nn.Linear(inputs, outputs)")
    name = f'"{write_module(tmp_path, text)}:build"'
    (problem,) = problems_of(tmp_path, model=name)
    assert "model.width: a value is required" in problem.what
    own_study(tmp_path, name, factors="model.width: [1, 2]")


@pytest.mark.slow
def test_own_and_shipped_models_are_levels_of_one_factor(tmp_path: Path) -> None:
    name = write_module(tmp_path, MODEL)
    study = own_study(tmp_path, "mlp", factors=f'model.name: [mlp, "{name}:build"]')
    assert [type(v.loop.model).__name__ for v in study.variants] == ["MLP", "build"]


@pytest.mark.slow
def test_init_is_the_constructor_or_a_rule(tmp_path: Path) -> None:
    name = f'"{write_module(tmp_path, MODEL)}:build"'
    study = own_study(tmp_path, name, factors="model.init.scheme: [null, normal]")
    first, second = (variant.settings.flat for variant in study.variants)
    assert (first["model.init.scheme"], first["model.init.bias"]) == (None, None)
    assert (second["model.init.scheme"], second["model.init.bias"]) == ("normal", 0.0)
    given = own_study(tmp_path, f"{name}, init: {{scale: 2}}").variants[0].settings.flat
    assert given["model.init.scheme"] == "pytorch"
    (problem,) = problems_of(tmp_path, model=f"{name}, init: {{scheme: null, scale: 2}}")
    assert "scale and bias need a scheme" in problem.what


@pytest.mark.slow
def test_settings_reach_another_process(tmp_path: Path) -> None:
    name = write_module(tmp_path, MODEL)
    settings = own_study(tmp_path, f'"{name}:build", width: 7').variants[0].loop
    again = pickle.loads(pickle.dumps(settings))
    assert again == settings
    assert isinstance(again.model, OwnModel)
    assert isinstance(settings.model, OwnModel)
    assert again.model.entry is settings.model.entry


@pytest.mark.slow
def test_the_path_of_python_is_as_before(tmp_path: Path) -> None:
    before = list(sys.path)
    own_study(tmp_path, f'"{write_module(tmp_path, MODEL)}:build"')
    assert sys.path == before
    assert not (tmp_path / "__pycache__").exists()


@pytest.mark.slow
def test_packages_without_init_file_are_found(tmp_path: Path) -> None:
    (tmp_path / "own_package" / "deep").mkdir(parents=True)
    (tmp_path / "own_package" / "deep" / "nets.py").write_text(MODEL)
    own_study(tmp_path, '"own_package.deep.nets:build"')
    (problem,) = problems_of(tmp_path, model='"own_package.deep.net:build"')
    assert problem.cure == "did you mean 'own_package.deep.nets'?"


def test_the_schema_takes_own_code(tmp_path: Path) -> None:
    checker = jsonschema.Draft202012Validator(json.loads(json.dumps(study_schema())))
    study = {"study": "a", "task": {"name": "digits"}, "model": {"name": "my.code:build", "x": 1}}
    assert checker.is_valid({**study, "factors": {"model.anything": [1, 2]}})
    assert checker.is_valid({**study, "factors": {"model.name": ["mlp", "my.code:build"]}})
    assert not checker.is_valid({**study, "factors": {"model.anything": 1}})
    named = {**study, "model": {"name": "mlp"}}
    assert not checker.is_valid({**named, "factors": {"model.anything": [1, 2]}})
    assert not checker.is_valid({**study, "model": {"name": "my.code"}})


# --- what is wrong with a model ------------------------------------------------------------

BROKEN = {  # text of the module → what is said
    "import nothing_here": r"cannot be imported: ModuleNotFoundError: .*nothing_here.*FILE:1\)",
    "from torch import nothing": r"cannot be imported: ImportError: cannot import .*FILE:1\)",
    "x = 1\ndef build(:": r"cannot be imported: SyntaxError: .*FILE:2\)",
    "x = 1\n1 / 0": r"cannot be imported: ZeroDivisionError: division by zero \(FILE:2\)",
    "raise SystemExit(3)": r"cannot be imported: SystemExit: 3 \(FILE:1\)",
    "build = 3": "is of the type int, not a function",
    build("inputs", "pass"): "must take inputs and outputs first",
    build("*, inputs, outputs", "pass"): "must take inputs and outputs first",
    build("inputs, outputs, x", "pass"): "the parameter x of .* is annotated with nothing",
    build("inputs, outputs, x: torch.Tensor", "pass"): r"x of .* is annotated with torch.Tensor",
    build("inputs, outputs, x: Nowhere", "pass"): r"name 'Nowhere' is not defined \(FILE:3\)",
    build("inputs, outputs, x: 'Nowhere'", "pass"): "parameters of .* cannot be read: .*Nowhere",
    build("inputs, outputs, x: int = None", "pass"): "the default None of x .* is no int",
    build("inputs, outputs, **settings", "pass"): r"a parameter \*\*settings",
    build("inputs, outputs, copy: int = 1", "pass"): "copy, a name that no setting can have",
    build("inputs, outputs", "return 3"): "returned int, not a torch.nn.Module",
    build("inputs, outputs", "return nn.Linear"): "returned type, not a torch.nn.Module",
    build("inputs, outputs", "raise KeyError(5)"): r"raised KeyError: 5 \(FILE:4\)",
    build("inputs, outputs", "return nn.Linear(inputs, 7)"): r"shape \(32, 7\) .* needs \(32, 10\)",
    build("inputs, outputs", "return nn.Linear(3, outputs)"): "raised RuntimeError: mat1 and",
    build("inputs, outputs", "return nn.ModuleList([nn.Linear(3, 2)])"): "NotImplementedError",
    build("inputs, outputs", "return nn.Identity()"): "no parameters to train",
    layer("net.requires_grad_(False)"): "has no parameters to train",
    layer("net.bias.data = net.bias.data.double()"): "have several types: float32, float64",
    layer(
        "import time; net.bias.data[0] = time.perf_counter_ns() % 10**6"
    ): "different parameters each",
}


@pytest.mark.parametrize("text", BROKEN)
def test_a_broken_model_is_reported_at_its_name(tmp_path: Path, text: str) -> None:
    name = write_module(tmp_path, text)
    (problem,) = problems_of(tmp_path, model=f'"{name}:build"')
    assert problem.where == f"{tmp_path / 's.yaml'}:3:15"
    assert problem.what.startswith("model.name: ")
    expected = BROKEN[text].replace("FILE", str(tmp_path / f"{name}.py"))
    assert re.search(expected, problem.what), problem.what
    assert [file.name for file in tmp_path.iterdir()] == [f"{name}.py"]


@pytest.mark.parametrize(
    ("name", "what", "cure"),
    [
        ("MODULE:biuld", "has no biuld", "did you mean 'build'?"),
        ("MODULEE:build", "there is no module MODULEE", "did you mean 'MODULE'?"),
        ("MODULE.py:build", "there is no module MODULE.py", "write MODULE:build"),
        ("MODULE.deeper:build", "there is no module MODULE.deeper", "did you mean 'MODULE'?"),
        ("MODULE:", "'MODULE:' does not have the form package.module:function", ""),
        ("./MODULE:build", "'./MODULE:build' does not have the form package", ""),
        ("MODULE:build:x", "'MODULE:build:x' does not have the form package", ""),
    ],
)
def test_a_name_that_is_not_there(tmp_path: Path, name: str, what: str, cure: str) -> None:
    module = write_module(tmp_path, MODEL)
    (problem,) = problems_of(tmp_path, model=f'"{name.replace("MODULE", module)}"')
    assert what.replace("MODULE", module) in problem.what
    assert problem.cure == cure.replace("MODULE", module)


@pytest.mark.parametrize("taken", ["orchestrator", "json"])
def test_names_that_are_taken(tmp_path: Path, taken: str) -> None:
    (tmp_path / f"{taken}.py").write_text(MODEL)
    (problem,) = problems_of(tmp_path, model=f'"{taken}:build"')
    assert f"there is another module {taken}, which is in use" in problem.what
    assert problem.cure == f"rename {tmp_path / f'{taken}.py'}"


def test_all_other_problems_are_reported_too(tmp_path: Path) -> None:
    found = problems_of(
        tmp_path,
        model='"no_such_module:build", width: 3, init: {scheme: odd}',
        task="digits, train_examples: none",
        factors="model.depth: [1, 2]\n  training.epochs: [0]",
    )
    said = [problem.what.split(":")[0] for problem in found]
    assert said == [
        "task.train_examples",
        "model.name",
        "model.init.scheme",
        "factors.training.epochs[0]",
    ]


@pytest.mark.slow
def test_the_variant_that_fails_is_named(tmp_path: Path) -> None:
    text = build("inputs, outputs, depth: int = 1", "return nn.Linear(inputs, 10 // (2 - depth))")
    name = write_module(tmp_path, text)
    (problem,) = problems_of(tmp_path, model=f'"{name}:build"', factors="model.depth: [1, 2]")
    assert "raised ZeroDivisionError" in problem.what
    assert problem.what.endswith("(in the variant depth=2)")


@pytest.mark.slow
def test_a_batch_of_one_example_is_foreseen(tmp_path: Path) -> None:
    body = "return nn.Sequential(nn.Linear(inputs, outputs), nn.BatchNorm1d(outputs))"
    name = f'"{write_module(tmp_path, build("inputs, outputs", body))}:build"'
    digits = SMALL_DIGITS.replace("40", "33")
    (problem,) = problems_of(tmp_path, model=name, task=digits)
    assert "Expected more than 1 value per channel" in problem.what
    assert "choose another batch_size" in problem.cure
    own_study(tmp_path, name, SMALL_DIGITS)


@pytest.mark.slow
def test_layers_without_a_rule_are_refused_when_init_is_given(tmp_path: Path) -> None:
    body = "return nn.Sequential(nn.Linear(inputs, outputs), nn.LayerNorm(outputs))"
    name = f'"{write_module(tmp_path, build("inputs, outputs", body))}:build"'
    own_study(tmp_path, name)
    (problem,) = problems_of(tmp_path, model=f"{name}, init: {{scheme: he}}")
    assert "how to draw 1.weight, 1.bias of a LayerNorm" in problem.what


def test_a_model_that_squeezes_its_batch_is_found(tmp_path: Path) -> None:
    text = (
        f"{WHOLE}class Net(nn.Module):\n"
        "    def __init__(self, inputs, outputs):\n"
        "        super().__init__()\n        self.linear = nn.Linear(inputs, outputs)\n"
        "    def forward(self, x):\n        return self.linear(x).squeeze()\n"
    )
    (problem,) = problems_of(tmp_path, model=f'"{write_module(tmp_path, text)}:Net"')
    assert "shape (10,) on inputs of the shape (1, 64), but the task needs (1, 10)" in problem.what


@pytest.mark.slow
def test_a_model_for_images_gets_them_whole(tmp_path: Path) -> None:
    text = (
        f"{WHOLE}from orchestrator.models.own import orch_model\n@orch_model(takes='image')\n"
        "def build(inputs, outputs):\n"
        "    return nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(72, outputs))\n"
    )
    name = f'"{write_module(tmp_path, text)}:build"'
    own_study(tmp_path, name)
    (problem,) = problems_of(tmp_path, model=name, task="diabetes")
    assert "takes image, not features" in problem.what
