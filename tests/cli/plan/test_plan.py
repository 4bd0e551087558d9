"""`orch plan`, as a process, before and after a real run."""

import json
from pathlib import Path

import pandas as pd
import pytest
from statsmodels.stats.power import TTestPower

from tests.cli.orch import SMALL, orch

pytestmark = pytest.mark.slow  # a process a test

TINY = SMALL.replace("name: digits", "name: digits, train_examples: 50, test_examples: 20").replace(
    "replicates: 6", "training: {epochs: 1}\nreplicates: 2\nprobes: off"
)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    file = tmp_path / "small.yaml"
    file.write_text(SMALL)
    return file


def test_the_plan_of_the_lecture(tmp_path: Path) -> None:
    done = orch("plan", "vanishing_gradient", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert lines[0].startswith("vanishing_gradient Which hidden activation")
    assert lines[1].split() == [
        "activation",
        "depth",
        "scale",
        "replicates",
        "new",
        "done",
        "invalidated",
    ]
    assert lines[19].split() == ["tanh", "2", "2.0", "10", "10", "–", "–"]
    text = "\n".join(lines[50:])
    assert "48 variants × 10 replicates = 480: 480 new, 0 done, 0 invalidated" in text
    assert "Packs: 16 of 30 trials" in text
    assert "Cost: 364,800 training steps" in text  # 480 · 20 · ⌈1197 / 32⌉
    assert "test/accuracy of 36 variants with the baseline model.activation=sigmoid" in text
    assert "n = 10: the smallest p that a sign-flip test can give is 0.002" in text
    assert "the same after adjustment over 36 contrasts by step-down max-T" in text
    assert not list(tmp_path.iterdir())  # a plan writes nothing


def test_flags_exclusions_and_few_replicates(small: Path) -> None:
    more = "exclude: [{when: {model.activation: tanh, model.depth: 2}, reason: too slow}]\n"
    small.write_text(SMALL.replace("factors:\n", "factors:\n  model.depth: [1, 2]\n") + more)
    flags = ("--set", "training.epochs=2", "--replicates", "3", "--only", "model.depth=2")
    done = orch("plan", small, *flags)
    assert done.returncode == 0
    assert "1 variant × 3 replicates = 3: 3 new" in done.stdout
    assert "Excluded: 1 variant with model.activation=tanh, model.depth=2: too slow" in done.stdout
    assert "Compares: nothing; no variant but the baseline" in done.stdout
    done = orch("plan", small, "--replicates", "3")
    assert "Compares: test/accuracy of 2 variants with" in done.stdout
    assert "n = 3: descriptive only; with 3 replicates this design cannot reach" in done.stdout
    assert "can give is 0.25; 6 replicates can" in done.stdout


def test_the_plan_as_json(small: Path) -> None:
    done = orch("plan", small, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    document = json.loads(done.stdout)
    assert [variant["variant"] for variant in document["variants"]] == [
        "activation=sigmoid",
        "activation=tanh",
    ]
    assert document["cost"]["trials"] == document["cost"]["new"] == 12
    assert set(document["states"].values()) == {"new"}
    assert document["power"]["smallest_p"] == 2 / 2**6
    assert "orchestrator.models.networks.mlp" in document["identity"]["code"]


def test_wrong_flags_are_named(small: Path) -> None:
    flags = ("--set", "training.epochs=x", "--only", "model.activation=elu", "--replicates", "0")
    done = orch("plan", small, *flags)
    assert done.returncode == 2
    assert done.stdout == ""
    for flag in ("--set training.epochs=x:", "--only model.activation=elu:", "--replicates 0:"):
        assert flag in done.stderr
    done = orch("plan", small, *flags, "--json")
    assert (done.returncode, done.stderr) == (2, "")
    assert len(json.loads(done.stdout)["problems"]) == 3


def test_a_study_too_large_for_this_machine_can_still_be_planned(small: Path) -> None:
    done = orch("plan", small, "--set", "resources.cpus=1000000")
    assert done.returncode == 0
    assert "warning: resources: each pack requests 1,000,000 CPUs" in done.stderr
    assert "for 1 worker on" in done.stdout


def test_results_that_are_no_folder(small: Path) -> None:
    done = orch("plan", small, "--results", "ftp://bucket/x")
    assert done.returncode == 2
    assert "--results" in done.stderr
    assert "'ftp' is no kind of results location" in done.stderr


def test_a_run_makes_trials_done_and_a_change_invalidates_them(small: Path) -> None:
    small.write_text(TINY)
    results = small.parent / "elsewhere"
    ran = orch("run", small, "--inline", "--no-report", "--only", "model.activation=tanh",
               "--results", results)  # fmt: skip
    assert ran.returncode == 0, ran.stderr

    planned = orch("plan", small, "--json", ORCH_RESULTS=str(results))
    document = json.loads(planned.stdout)
    assert document["cost"] | {"workers": 0} == {
        **{"trials": 4, "new": 2, "done": 2, "invalidated": 0, "to_come": 0, "pending": 0},
        **{"packs": 1, "workers": 0, "training_steps": 4, "predicted": None},
    }
    by_label = {v["variant"]: v["trials"] for v in document["variants"]}
    assert {document["states"][t] for t in by_label["activation=tanh"]} == {"done"}

    changed = orch("plan", small, "--set", "training.epochs=2", "--results", results)
    assert "Invalidated: 2 trials: training.epochs 1 -> 2" in changed.stdout
    only = ("--only", "model.activation=tanh", "--results", results)
    assert "Packs: none, everything is done" in orch("plan", small, *only).stdout


def test_what_a_spread_lets_it_detect(small: Path) -> None:
    small.write_text(SMALL + "compare: {metric: test/accuracy, smallest_difference: 0.01}\n")
    done = orch("plan", small, "--spread", "0.02", "--json")
    found = json.loads(done.stdout)["power"]["detectable"]
    assert found["spread"] == 0.02
    first = found["differences"]["12"]  # twice the six replicates
    theirs = TTestPower().solve_power(nobs=12, alpha=0.05, power=0.8)
    assert first == pytest.approx(0.02 * theirs, rel=0.03)
    assert found["share_if_all_differ"]["12"] == pytest.approx(0.8, abs=0.03)  # of one contrast
    assert list(found["differences"]) == ["6", "12", "24"]
    n = found["replicates_for_smallest"]
    assert TTestPower().power(0.5, n, 0.05) == pytest.approx(0.8, abs=0.03)

    said = orch("plan", small, "--spread", "0.02").stdout
    assert "Detects: with a spread of 2.0 points (as given by --spread)" in said
    assert f"n = 12: differences from {100 * first:.1f} points on, with a chance of 80 %" in said
    assert f"the smallest difference that matters, 1.0 points, takes {n} replicates" in said


def test_a_spread_must_be_one(small: Path) -> None:
    done = orch("plan", small, "--spread", "-1")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--spread: -1 is no standard deviation\n    allowed: a number above 0" in done.stderr


def test_a_spread_is_measured_on_what_there_is(small: Path) -> None:
    small.write_text(TINY)
    assert "Detects: not known before there are results" in orch("plan", small).stdout
    flags = ("--results", small.parent / "r", "--replicates", "4")
    assert orch("run", small, "--inline", "--no-report", *flags).returncode == 0
    finals = pd.read_parquet(small.parent / "r" / "small" / "trials.parquet").pivot(
        index="replicate", columns="variant", values="final.test/accuracy"
    )
    sd = (finals["activation=tanh"] - finals["activation=sigmoid"]).std()
    power = json.loads(orch("plan", small, "--json", *flags).stdout)["power"]
    assert power["detectable"]["spread"] == pytest.approx(sd)
    assert power["detectable"]["source"].startswith("median of 1 in ")
