"""SGD against Adam on digits: one range for both misleads and is found; ranges of their own do not.

Within [1e-4, 1] eight points leave SGD one usable learning rate, below those that sigmoids need.
"""

from pathlib import Path

import pytest

from orchestrator.reports.analysis import Analysis, analyse
from orchestrator.reports.data.read import read_tables
from orchestrator.reports.text.warnings import warnings
from orchestrator.run.run_study import run_study

pytestmark = pytest.mark.slow  # it trains 96 networks

STUDY = """study: {name}
seed: 2
task: {{name: digits, train_examples: 300}}
model: {{name: mlp, depth: 2, width: 30, activation: sigmoid, init: {{scheme: xavier}}}}
training: {{epochs: 40, batch_size: 16, evaluate_every: 10}}
factors: {{training.optimizer: [sgd, adam]}}
tune:
  training.learning_rate: {ranges}
  points: 8
  replicates: 2
replicates: 8
probes: off
compare: {{metric: test/accuracy, smallest_difference: 0.02}}
"""
ONE = "{log_uniform: [0.0001, 1]}"
OWN = """
    - {log_uniform: [0.1, 30], when: {training.optimizer: sgd}}
    - {log_uniform: [0.0003, 0.3], when: {training.optimizer: adam}}"""


def tuned(folder: Path, name: str, ranges: str) -> Analysis:
    file = folder / f"{name}.yaml"
    file.write_text(STUDY.format(name=name, ranges=ranges))
    done = run_study(str(file), results=str(folder / "results"), inline=True, report=False)
    assert done.is_complete
    return analyse(read_tables(folder / "results" / name))


def test_one_range_for_two_optimizers_is_not_a_clean_verdict(tmp_path: Path) -> None:
    one, own = tuned(tmp_path, "one", ONE), tuned(tmp_path, "own", OWN)
    (misled,), (fair,) = one.comparisons.rows, own.comparisons.rows
    assert misled.verdict == "better"  # "adam is better": beside it stands
    first = warnings(one)[0]
    assert first.startswith("The tuning fails its audit")
    assert "too few points for this range" in first
    assert one.tuning_audit[0].coarse.keys() == {"training.learning_rate"}
    assert one.tuning_audit[0].boundary == {}
    assert fair.verdict == "equivalent"
    assert [audit.fails for audit in own.tuning_audit] == [False, False]
