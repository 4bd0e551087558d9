"""Every design from study file to report, and one store for trials that designs share."""

import json
from pathlib import Path

import pandas as pd
import pytest

from tests.cli.orch import orch

SMALL = """\
study: NAME
task: {train_examples: 60, validation_examples: 30, test_examples: 30}
model: {name: mlp, depth: 1, width: 4}
training: {epochs: 1}
replicates: 6
probes: {examples: 10}
"""
TASKS = f"""{SMALL.replace("NAME", "tasks")}factors:
  task.name: [digits, mnist_5k]
  model.activation: [tanh, relu]
"""
DIGITS = SMALL.replace("{train", "{name: digits, train")
STAR = f"""{DIGITS.replace("NAME", "star")}design: one_at_a_time
center: {{model.activation: tanh, model.depth: 1}}
factors:
  model.activation: [tanh, relu]
  model.depth: [1, 2]
"""
NAMED = f"""{DIGITS.replace("NAME", "named")}variants:
  a plane: {{model.name: log_linear}}
  tanh: {{model.activation: tanh}}
  relu: {{model.activation: relu, model.depth: 2}}
compare: {{baseline: tanh}}
"""
WHEN = """\
study: when
task: {name: adding, length: 4, examples: 60}
model: {name: recurrent, hidden: 4}
training: {epochs: 1}
factors:
  model.cell: [rnn, lstm]
  model.forget_bias: {levels: [null, 1], when: {model.cell: lstm}}
replicates: 6
compare: {baseline: {model.cell: rnn}}
"""
pytestmark = pytest.mark.slow


def run(folder: Path, text: str) -> tuple[str, pd.DataFrame, pd.DataFrame]:
    """What the terminal says, trials and comparisons."""
    (folder / "study.yaml").write_text(text)
    ended = orch("run", "study.yaml", "--inline", "--results", "out", cwd=folder)
    assert (ended.returncode, ended.stderr) == (0, "")
    found = folder / "out" / text.partition("study: ")[2].partition("\n")[0]
    trials, comparisons = (
        pd.read_parquet(found / f"{name}.parquet") for name in ("trials", "comparisons")
    )
    return ended.stdout, trials, comparisons


def test_several_tasks_are_compared_each_with_itself(tmp_path: Path) -> None:
    said, trials, compared = run(tmp_path, TASKS)
    assert "4 variants × 6 replicates = 24 trials" in said
    assert list(zip(compared["variant"], compared["baseline"], strict=True)) == [
        ("task=digits activation=relu", "task=digits activation=tanh"),
        ("task=mnist_5k activation=relu", "task=mnist_5k activation=tanh"),
    ]
    means = trials.groupby(["factor.task.name", "factor.model.activation"])["final.test/accuracy"]
    by_hand = means.mean().unstack()
    assert compared["difference"].tolist() == pytest.approx(
        (by_hand["relu"] - by_hand["tanh"]).tolist()
    )


def test_one_at_a_time_and_named_variants_share_trials(tmp_path: Path) -> None:
    said, _, compared = run(tmp_path, STAR)
    assert "3 variants × 6 replicates = 18 trials, 0 done" in said
    assert set(compared["baseline"]) == {"activation=tanh depth=1"}
    assert "with the center" in said
    said, trials, compared = run(tmp_path, NAMED)
    assert "3 variants × 6 replicates = 18 trials, 6 done" in said, "the center is the tanh net"
    assert compared["variant"].tolist() == ["a plane", "relu"]
    assert set(compared["baseline"]) == {"tanh"}
    plane = trials[trials["variant"] == "a plane"]
    assert plane["factor.model.depth"].isna().all(), "a plane has no depth"
    assert set(trials["factor.model.depth"].dropna()) == {1, 2}


def test_a_variant_without_a_level_has_null_there(tmp_path: Path) -> None:
    _, trials, compared = run(tmp_path, WHEN)
    levels = trials.drop_duplicates("variant").set_index("variant")["factor.model.forget_bias"]
    assert levels.isna().to_dict() == {
        "cell=rnn": True,
        "cell=lstm forget_bias=null": True,
        "cell=lstm forget_bias=1.0": False,
    }
    plan = json.loads((tmp_path / "out/when/plan.json").read_text())
    assert [variant["levels"] for variant in plan["variants"]] == [
        {"model.cell": "rnn"},
        {"model.cell": "lstm", "model.forget_bias": None},
        {"model.cell": "lstm", "model.forget_bias": 1.0},
    ]
    assert set(compared["baseline"]) == {"cell=rnn"}


def test_members_of_one_pack_may_have_other_factors(tmp_path: Path) -> None:
    """The scheme is stackable: `normal`, with a bias, stands before `pytorch`, without one."""
    text = f"""{DIGITS.replace("NAME", "mixed")}factors:
  model.init.scheme: [normal, pytorch]
  model.init.bias: {{levels: [0, 0.5], when: {{model.init.scheme: normal}}}}
"""
    _, trials, _ = run(tmp_path, text)
    assert trials.groupby("pack_id")["factor.model.init.scheme"].nunique().max() == 2
    assert trials["status"].eq("completed").all()
    bias = trials.groupby("factor.model.init.scheme")["factor.model.init.bias"]
    assert bias.apply(lambda levels: levels.isna().all()).to_dict() == {
        "normal": False,
        "pytorch": True,
    }


def test_the_plan_counts_the_contrasts_that_the_report_makes(tmp_path: Path) -> None:
    for text, contrasts in {TASKS: 2, STAR: 2, NAMED: 2, WHEN: 2}.items():
        (tmp_path / "study.yaml").write_text(text)
        planned = orch("plan", "study.yaml", "--json", "--results", "none", cwd=tmp_path)
        document = json.loads(planned.stdout)
        others = [v for v in document["variants"] if v["baseline"] not in (None, v["variant_id"])]
        assert document["power"]["contrasts"] == len(others) == contrasts
        said = orch("plan", "study.yaml", "--results", "none", cwd=tmp_path).stdout
        assert "Fixed, so that conclusions depend on it:\n" in said
        assert max(map(len, said.partition("depend on it:\n")[2].splitlines())) <= 100
        assert "training.epochs=1" in said
