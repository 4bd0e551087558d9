"""Every wrong input is found, at its line and column, with what is allowed and a cure."""

import re

import pytest

from orchestrator.study.load import Overrides
from tests.study.texts import SMALL, problems, with_line, without

LAST = SMALL.count("\n")  # with_line() puts its line there when the key is in SMALL, else below

CASES = {
    # line of the file → (where, what, allowed, cure), each a regular expression
    "qestion: x": (r"10:1", "qestion: there is no such key", "study, question", "'question'"),
    "model.width: 3": ("10:1", "no such key", "study", r"in model: write model: \{width: …\}"),
    "epochs: 3": ("10:1", "no such key", "study", r"training: \{epochs: …\}"),
    "training: {learning_rat: 1}": ("9:12", "training.learning_rat", "epochs", "'learning_rate'"),
    "training: {width: 1}": ("9:12", "no such key", "epochs", "belongs in model"),
    "training: {epochs: -1}": ("9:20", "training.epochs: -1 is not", "whole number ≥ 1", ""),
    "training: {epochs: 0}": ("9:20", "0 is not allowed", "whole number ≥ 1", ""),
    "training: {epochs: 20.0}": ("9:20", "20.0 is not", "whole number", "write 20$"),
    "training: {epochs: true}": ("9:20", "true is not", "whole number", ""),
    "training: {epochs: [1]}": ("9:20", "a list of 1 is not", "whole number", ""),
    "training: {epochs: }": ("9:12", "null is not", "whole number", ""),
    "training: {learning_rate: .nan}": ("9:27", "nan is not", "a number > 0", ""),
    "training: {learning_rate: .inf}": ("9:27", "inf is not", "a number > 0", ""),
    "training: {learning_rate: 1e999}": ("9:27", "inf is not", "a number > 0", ""),
    "training: {learning_rate: 0}": ("9:27", "0 is not", "a number > 0", ""),
    "training: {learning_rate: '0.1'}": ("9:27", "'0.1' is", "> 0", "write 0.1, without quotes"),
    "training: {momentum: 1}": ("9:22", "1 is not", "≥ 0 and < 1", ""),
    "training: {nesterov: yes}": ("9:22", "'yes' is not", "true or false", "write true"),
    "training: {nesterov: true}": ("9:11", "nesterov needs a momentum", "", ""),
    "training: {evaluate_every: 2, early_stopping: 3}": ("9:11", "every epoch", "", ""),
    "training: {schedule: {warmup_epochs: 20}}": (
        "9:11",
        "20 warmup_epochs, but training has 20 epochs",
        "",
        "",
    ),
    "training: {evaluate_every: 2, schedule: {kind: plateau}}": ("9:11", "every epoch", "", ""),
    "training: {batch_size: ful}": ("9:24", "'ful' is not", "≥ 1, or full", ""),
    "training: {optimizer: adm}": (
        "9:23",
        "'adm'",
        "sgd, adam, adamw, nadam, radam, rmsprop, adagrad, lion, muon",
        "'adam'",
    ),
    "training: 3": ("9:11", "3 is not a mapping", "the keys optimizer", ""),
    "training:": ("9:1", "the value is missing", "the keys optimizer", ""),
    "task: {name: digts}": ("9:14", "task.name: 'digts' is not", "digits, .*mnist_5k", "'digits'"),
    "task: {}": ("9:7", "task: the name is missing", "digits", "add name"),
    "task: digits": ("9:7", "'digits' is not a mapping", "the keys name", ""),
    "task: {name: digits, train_examples: 1790}": ("9:7", "2390 images in all, but", "", ""),
    "model: {name: mlp, init: {scheme: hee}}": ("9:35", "model.init.scheme: 'hee'", "he", "'he'"),
    "model: {name: mlp, init: he}": ("9:26", "'he' is not a mapping", "scheme, scale, bias", ""),
    "model: {name: mlp, init.scale: 2}": ("9:20", "no such key", "name", "in model.init"),
    "model: {name: my.code:Net}": ("9:15", "there is no module my.code", "an installed module", ""),
    "study: Big Study": ("9:8", "'Big Study' is not a valid", "lower-case", "write big_study"),
    "study: ../escape": ("9:8", "not a valid", "lower-case", "write escape"),
    "study: store": ("9:8", "'store' is taken", "", "rename"),
    "study: 3": ("9:8", "3 is not a valid study name", "lower-case", "write '3', in quotes"),
    "study:": ("9:1", "null is not a valid study name", "lower-case", ""),
    "question: 3": ("9:11", "3 is not allowed", "text", "put it in quotes: '3'"),
    "seed: -1": ("10:7", "seed: -1 is not", "whole number ≥ 0", ""),
    "seed: 1.5": ("10:7", "1.5 is not", "whole number ≥ 0", ""),
    "replicates: 0": ("9:13", "replicates: 0 is not", "whole number ≥ 1", ""),
    "replicates: 200000": (
        r"6:1",
        "combinations × 200,000 trials each",
        "1,000,000",
        "",
    ),
    "tune: {}": ("10:1", "tune: contains no setting to tune", "", "add training.learning_rate"),
    "design: one_at_a_time": (
        "10:9",
        "varies each factor around a center, which is missing",
        "",
        r"add center: \{model.activation: sigmoid, model.init.scale: 0.5\}",
    ),
    "design: factoral": ("10:9", "'factoral' is not", "one_at_a_time, paired", "'factorial'"),
    "center: {model.activation: tanh}": ("10:1", "factorial has no center", "", "one_at_a_time"),
    "probes: of": ("10:9", "'of' is not allowed", r"off, light, full, or \{every", "'off'"),
    "probes: [1]": ("10:9", "a list of 1 is not allowed", "off, light", ""),
    "probes: false": ("10:9", "false is not allowed", "off, light", ""),
    "probes: {every_epochs: 0}": ("10:24", "0 is not", "≥ 1", ""),
    "probes: {quantities: lihgt}": (
        "10:22",
        "'lihgt' is not",
        "light, full, or a list of",
        "light",
    ),
    "probes: {quantities: [delta, deda]}": ("10:22", "a list of 2 is not", "delta_mean", "'dead'"),
    "probes: {quantities: [delta, delta]}": (
        "10:22",
        "a list of 2 is not",
        "a list of",
        "duplicate",
    ),
    "probes: {quantities: []}": ("10:22", "an empty list is not", "a list of", ""),
    "probes: {step: 0}": ("10:16", "0 is not", "≥ 1, or last", ""),
    "resources: {cpus: 0}": ("10:19", "0 is not", "> 0", ""),
    "resources: {workers: 0}": ("10:22", "0 is not", "≥ 1", ""),
    "resources: {gpus: 0.5, workers: 2}": (
        "10:19",
        "2 workers with 0.5 GPU each",
        "whole GPUs",
        "NCCL",
    ),
    "keep: {answers: maybe}": ("10:17", "maybe", "on, off", ""),
    "keep: {answers: 3}": ("10:17", "3 is not", "on, off", ""),
    "keep: {answer: off}": ("10:8", "no such key", "answers", "'answers'"),
    "keep: off": ("10:7", "not a mapping", "answers", ""),
    "resources: {gpu: 1}": ("10:13", "no such key", "cpus, gpus", "'gpus'"),
    "resources: {gpus: 1.5}": ("10:19", "1.5 is neither a fraction", "a whole number", ""),
    "resources: {accelerator_type: T4}": ("10:31", "a GPU type without a GPU", "", "add gpus: 1"),
    "compare: {metric: test/acuracy}": (
        "10:19",
        "not a metric of digits",
        "test/acc",
        "'test/accuracy'",
    ),
    "compare: {smallest_difference: -1}": ("10:32", "-1 is not", "> 0", ""),
    "compare: {baseline: {model.depth: 1}}": ("10:22", "is not a factor", "activation, model", ""),
    "compare: {baseline: {model.activation: elu}}": (
        "10:40",
        "'elu' is not among",
        "relu",
        "'relu'",
    ),
    "compare: {baseline: {}}": ("10:21", "contains no factor", "model.activation", "leave it out"),
    "compare: {baseline: 3}": ("10:21", "3 is not a mapping", "factor", ""),
    "compare: 3": ("10:10", "3 is not a mapping", "metric", ""),
    "factors: {}": ("7:10", "at least one factor", "", "add model.activation"),
    "factors: 3": ("7:10", "3 is not a mapping", "dotted path", ""),
    "factors: {model.depth: []}": ("7:24", "the list of levels is empty", "whole number", ""),
    "factors: {model.depth: 3}": ("7:24", "3 is not a list of levels", "", r"write \[a, b"),
    "factors: {model.depth: [1, 2, 1]}": ("7:31", "the level 1 is listed twice", "", ""),
    "factors: {model.init.scale: [1, 1.0]}": ("7:33", "the level 1.0 is listed twice", "", ""),
    "factors: {model.depth: [1, -2]}": ("7:28", r"depth\[1\]: -2 is not", "≥ 0", ""),
    "factors: {model.depht: [1]}": (
        "7:11",
        "no setting has this path",
        "model.depth",
        "'model.depth'",
    ),
    "factors: {depth: [1]}": (
        "7:11",
        "no setting has this path",
        "paths into task",
        "'model.depth'",
    ),
    "factors: {model.init: [1]}": (
        "7:11",
        "group of settings",
        "model.init.scale",
        "write model.init.sch",
    ),
    "factors: {model: {depth: [1]}}": ("7:11", "dotted paths", "model.depth", r"model.depth: \["),
    "factors: {model.activation: [tanh, sigmiod]}": (
        "7:36",
        "'sigmiod' is not",
        "tanh",
        "'sigmoid'",
    ),
    "factors: {seed: [1, 2]}": ("7:11", "no setting has this path", "paths into", ""),
    "exclude: {}": ("10:10", "an empty mapping is not a list", "a list of", ""),
    "exclude: [x]": ("10:11", "'x' is not a mapping", "when", ""),
    "exclude: [{when: {model.activation: tanh}}]": (
        "10:11",
        "a reason is missing",
        "",
        "add reason",
    ),
    "exclude: [{reason: x}]": ("10:11", "`when` is missing", "", "add when"),
    "exclude: [{when: {}, reason: x}]": ("10:18", "excludes everything", "model.activation", ""),
    "exclude: [{when: {model.depth: 1}, reason: x}]": (
        "10:19",
        "is not a factor",
        "model.init",
        "",
    ),
    "exclude: [{when: {model.init.scale: 3}, reason: x}]": (
        "10:37",
        "3 is not among",
        "0.5, 1.0",
        "2.0",
    ),
    "exclude: [{when: {model.init.scale: true}, reason: x}]": (
        "10:37",
        "true is not among",
        "",
        "",
    ),
    "exclude: [{when: {model.init.scale: 1}, reason: ''}]": ("10:49", "'' is not", "text", ""),
    "2: x": ("10:1", "'2' is not a name", "text", ""),
    "? [a]\n: x": ("10:3", "a key must be a name", "", ""),
    "<<: {a: 1}": ("10:1", "merge keys", "", "write the keys out"),
    "seed: !secret 1": ("10:7", "the tag !secret is not supported", "", "remove"),
    "seed: !!int x": ("10:7", "'x' cannot be read as int", "", ""),
    "seed: 1\nseed: 2": ("11:1", "seed: duplicate key; first in line 10", "", "remove"),
}


@pytest.mark.parametrize("line", CASES)
def test_a_wrong_line_is_reported_in_place(line: str) -> None:
    where, what, allowed, cure = CASES[line]
    text = with_line(line)
    if line.startswith("factors"):
        text = text.replace("  model.activation: [sigmoid, tanh, relu]\n", "")
        text = text.replace("  model.init.scale: [0.5, 1, 2]\n", "")
    (problem,) = problems(text)
    assert re.fullmatch(rf"s\.yaml:{where}", problem.where)
    assert re.search(what, problem.what)
    assert re.search(allowed, problem.allowed)
    assert re.search(cure, problem.cure)
    assert bool(cure) == bool(problem.cure)


@pytest.mark.parametrize("key", ["study", "task", "model"])
def test_a_required_key_is_missed(key: str) -> None:
    (problem,) = problems(without(key))
    assert (problem.where, problem.what) == ("s.yaml:1:1", f"the key '{key}' is missing")
    assert f"add {key}: …" in problem.cure


def test_all_problems_come_at_once_in_the_order_of_the_file() -> None:
    text = SMALL.replace("digits", "digts").replace("epochs: 3", "epochs: 0") + "sed: 1\n"
    found = problems(text, Overrides(set=("training.momentum=2",), only=("model.depth=1",)))
    assert [problem.where for problem in found] == [
        "s.yaml:3:14",
        "s.yaml:5:20",
        "s.yaml:10:1",
        "--only model.depth=1",
        "--set training.momentum=2",
    ]
