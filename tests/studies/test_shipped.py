"""Every shipped study: it loads, says where its question comes from, and runs."""

import re
from pathlib import Path

import pytest

from orchestrator.paths import ResultsPaths
from orchestrator.plan.power import DESCRIPTIVE_BELOW
from orchestrator.run.run_study import run_study
from orchestrator.study.load import Overrides, load_study

STUDIES = sorted(path.stem for path in (Path(__file__).parents[2] / "studies").glob("*.yaml"))
NAMED_IN_THE_ISSUE = {
    "activation_depth_mnist",
    "bidirectional_tagging",
    "convnet_activations",
    "deep_bidirectional",
    "forget_bias",
    "initial_scale",
    "loglinear_vs_mlp",
    "nielsen_chapter5",
    "output_activation",
    "recurrent_memory",
    "temporal_order",
    "vanishing_gradient",
    "window_vs_recurrent",
}
FILES = {"idx", "tagging", "next_word"}  # tasks that need files of the user's
DOWNLOADS = {"mnist", "fashion_mnist"}
FEW = ("validation_examples=20", "test_examples=20")
SMALLER = {  # settings of the tasks that generate as much data as they are asked for
    "adding": ("examples=60", *FEW),
    "temporal_order": ("examples=60", *FEW),
    "toy_tagging": ("train_examples=60", *FEW),
    "toy_next_word": FEW,
    "mnist_5k": ("train_examples=100", *FEW),
}


def test_the_studies_are_those_that_were_asked_for() -> None:
    assert set(STUDIES) >= NAMED_IN_THE_ISSUE


@pytest.mark.parametrize("name", STUDIES)
def test_it_loads_by_name_and_needs_no_file(name: str) -> None:
    study = load_study(name)
    assert study.name == name
    assert study.question.endswith("?")
    assert study.compare.smallest_difference is not None, "else nothing could be equivalent"
    tasks = {variant.loop.task.name for variant in study.variants}
    assert not tasks & (FILES | DOWNLOADS)


@pytest.mark.parametrize("name", STUDIES)
def test_its_comment_says_what_to_expect_and_names_a_source(name: str) -> None:
    lines = load_study(name).text.splitlines()
    comment = " ".join(line.lstrip("# ") for line in lines if line.startswith("#"))
    assert re.search(r"Expected", comment)
    assert re.search(r"[A-Z][a-zé]+ (et al\. )?\(?(19|20)\d\d", comment), "Author et al. (year)"


@pytest.mark.parametrize("name", STUDIES)
def test_its_seeds_can_show_something(name: str) -> None:
    assert load_study(name).replicates >= DESCRIPTIVE_BELOW


@pytest.mark.slow
@pytest.mark.parametrize("name", STUDIES)
def test_it_runs_small_to_its_report(name: str, tmp_path: Path) -> None:
    task = load_study(name).variants[0].loop.task.name
    smaller = [f"task.{setting}" for setting in SMALLER.get(task, ())]
    small = Overrides(
        set=("training.epochs=1", "training.batch_size=20", "probes.examples=10", *smaller),
        replicates=2,
    )
    result = run_study(name, overrides=small, results=tmp_path, inline=True)
    assert result.is_complete
    assert result.report == ResultsPaths(tmp_path).study(name).report
    assert result.report.is_file()
