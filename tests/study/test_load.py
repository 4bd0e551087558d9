"""A good file becomes the study that it says."""

import json
from itertools import product
from pathlib import Path

import pytest

from orchestrator.errors import InputError
from orchestrator.models.settings import MLP, Digits, Init
from orchestrator.study.load import load_study
from orchestrator.study.parsing.source import shipped_studies
from orchestrator.study.probes import Probes
from orchestrator.study.settings import Compare, Resources, Training
from tests.study.texts import SMALL, parse, problems, with_line, without


def test_the_study_of_the_lecture() -> None:
    study = load_study("studies/vanishing_gradient.yaml")
    assert study.name == "vanishing_gradient"
    assert study.question.startswith("Which hidden activation")
    assert study.factors == {
        "model.activation": ("sigmoid", "tanh", "relu", "softplus"),
        "model.depth": (1, 2, 4, 8),
        "model.init.scale": (0.5, 1.0, 2.0),
    }
    assert (len(study.variants), study.replicates, study.seed) == (48, 10, 0)
    assert study.compare == Compare(
        metric="test/accuracy", baseline={"model.activation": "sigmoid"}, smallest_difference=0.005
    )
    assert study.text == Path("studies/vanishing_gradient.yaml").read_text()
    variant = study.variants[17]
    assert variant.label == "activation=tanh depth=2 scale=2.0"
    assert variant.loop.model == MLP(
        activation="tanh", depth=2, width=30, init=Init(scheme="normal", scale=2.0)
    )
    assert variant.loop.task == Digits()
    assert variant.loop.training == Training(
        learning_rate=0.1, batch_size=32, epochs=20, loss="cross_entropy"
    )
    assert variant.loop.probes == Probes(every_epochs=5, examples=256)


@pytest.mark.parametrize("name", shipped_studies())
def test_shipped_studies_load_by_name_and_by_path(name: str) -> None:
    by_name, by_path = load_study(name), load_study(f"studies/{name}.yaml")
    assert by_name.name == name
    assert by_name.variants == by_path.variants
    assert by_name.question


def test_variants_are_all_combinations_in_the_order_of_the_file() -> None:
    study = parse(SMALL)
    levels = [tuple(variant.levels.values()) for variant in study.variants]
    assert levels == list(product(("sigmoid", "tanh", "relu"), (0.5, 1.0, 2.0)))
    assert len({variant.variant_id for variant in study.variants}) == 9
    assert all(len(variant.variant_id) == 8 for variant in study.variants)


def test_what_is_left_out_has_its_default() -> None:
    text = without("replicates", without("training", without("question")))
    study = parse(text)
    assert (study.question, study.replicates, study.seed) == ("", 10, 0)
    assert study.variants[0].loop.training == Training(loss="cross_entropy")
    assert study.variants[0].loop.probes == Probes()
    assert study.resources == Resources(cpus=1, gpus=0)
    assert study.compare == Compare(
        metric="test/accuracy", baseline={"model.activation": "sigmoid", "model.init.scale": 0.5}
    )


def test_a_compared_metric_without_a_baseline_takes_the_first_levels() -> None:
    study = parse(with_line("compare: {metric: validation/loss}"))
    assert study.compare.metric == "validation/loss"
    assert study.compare.baseline == {"model.activation": "sigmoid", "model.init.scale": 0.5}


@pytest.mark.parametrize(
    ("probes", "expected"),
    [
        ("light", Probes()),
        ("off", Probes(examples=0)),
        ("full", Probes(quantities="full")),
        ("{quantities: [saturation, delta]}", Probes(quantities="delta saturation")),
        ("{quantities: [light]}", Probes()),
        ("{examples: 3}", Probes(examples=3)),
        ("{every_epochs: 2}", Probes(every_epochs=2)),
    ],
)
def test_probes_have_short_forms(probes: str, expected: Probes) -> None:
    study = parse(with_line(f"probes: {probes}"))
    assert study.variants[0].loop.probes == expected


def test_levels_have_the_type_of_their_setting() -> None:
    """1, 1.0 and 1e0 are one level of a float setting, in variants, exclude and baseline alike."""
    more = "exclude: [{when: {model.init.scale: 5e-1, model.activation: tanh}, reason: x}]\n"
    more += "compare: {baseline: {model.init.scale: 2}}\n"
    study = parse(SMALL + more)
    assert [type(level) for level in study.factors["model.init.scale"]] == [float] * 3
    assert json.dumps(study.compare.baseline) == '{"model.init.scale": 2.0}'
    assert (
        json.dumps(study.excluded[0].when)
        == '{"model.init.scale": 0.5, "model.activation": "tanh"}'
    )
    assert study.variants == parse((SMALL + more).replace("[0.5, 1, 2]", "[.5, 1e0, 0x2]")).variants


def test_minus_zero_is_zero() -> None:
    study = parse(SMALL.replace("[0.5, 1, 2]", "[-0.0, 1]"))
    assert str(study.factors["model.init.scale"][0]) == "0.0"


def test_a_factor_wins_over_the_base() -> None:
    """The base value of a setting that varies is a default that nothing uses."""
    study = parse(SMALL.replace("{scheme: normal}", "{scheme: normal, scale: 7}"))
    assert study.variants == parse(SMALL).variants


def test_excluded_combinations_are_no_variants() -> None:
    rules = "[{when: {model.activation: relu, model.init.scale: 2}, reason: explodes},"
    rules += " {when: {model.activation: relu}, reason: another}]"
    study = parse(f"{SMALL}exclude: {rules}\n")
    assert len(study.variants) == 6
    assert [exclusion.labels for exclusion in study.excluded] == [
        ("activation=relu scale=2.0",),
        ("activation=relu scale=0.5", "activation=relu scale=1.0"),
    ]
    assert study.excluded[0].reason == "explodes"


def test_labels_use_the_shortest_name_that_is_unique() -> None:
    text = SMALL.replace("model.activation: [sigmoid, tanh, relu]", "training.learning_rate: [1]")
    text = text.replace(
        "model.init.scale: [0.5, 1, 2]", "model.bias: [true]\n  model.init.bias: [0]"
    )
    assert parse(text).variants[0].label == "learning_rate=1.0 model.bias=true init.bias=0.0"


def test_two_sizes_in_a_list_are_one_level() -> None:
    text = with_line("model: {name: convnet}").replace("model.init.scale", "model.channels")
    study = parse(text.replace("[0.5, 1, 2]", "[6-16, [8, 32]]"))
    assert study.factors["model.channels"] == ("6-16", "8-32")


def test_aliases_of_yaml_work() -> None:
    text = SMALL.replace("[0.5, 1, 2]", "&scales [0.5, 1]") + "  training.momentum: *scales\n"
    text = text.replace(
        "replicates: 4\n  training.momentum: *scales", "  training.weight_decay: *scales"
    )
    assert parse(text).factors["training.weight_decay"] == (0.5, 1.0)


def test_windows_line_ends_and_a_byte_order_mark(tmp_path: Path) -> None:
    file = tmp_path / "s.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode())
    assert load_study(str(file)).variants == parse(SMALL).variants


# --- files ---------------------------------------------------------------------------------


def test_a_missing_file_names_the_nearest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("activations.yaml").write_text(SMALL)
    with pytest.raises(
        InputError, match=r"no such file or shipped study(.|\n)*'activations\.yaml'"
    ):
        load_study("activation.yaml")
    with pytest.raises(InputError, match=r"did you mean 'vanishing_gradient'\?"):
        load_study("vanishing_gradients")
    with pytest.raises(InputError, match=r"YAML files in that folder: activations\.yaml"):
        load_study("something_else")


def test_a_shipped_name_is_not_hidden_by_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("vanishing_gradient").mkdir()
    assert load_study("vanishing_gradient").name == "vanishing_gradient"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b" \n\n", "the file is empty"),
        (b"PAR1\x00\x01", "is a Parquet file"),
        (b"a: b\x00\x01", "is a binary file"),
        (b"study: x\nquestion: \xff\n", r":2: is not text in UTF-8"),
        (b"# " + b"x" * 1_000_000, "larger than a study can be"),
    ],
)
def test_files_that_are_no_text(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "s.yaml"
    file.write_bytes(content)
    with pytest.raises(InputError, match=message):
        load_study(str(file))


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (".", "is a folder"),
        ("", "is a folder"),
        ("/dev/zero", "is not a regular file"),
        ("a" * 5000, "no such file"),
        ("a\0b", "no such file"),
        ("nowhere/at/all.yaml", "no such file"),
    ],
)
def test_sources_that_are_no_files(source: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        load_study(source)


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "s.yaml"
    file.write_text(SMALL)

    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(InputError, match="cannot be read: Permission denied"):
        load_study(str(file))


def test_the_small_study_of_these_tests_is_good() -> None:
    assert problems(SMALL) == []
