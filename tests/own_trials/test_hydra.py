"""A Hydra application as it is, compared by a study file alone."""

from pathlib import Path

import pandas as pd
import pytest

from tests.cli.orch import orch

pytestmark = pytest.mark.slow

APP = """\
import logging

import hydra


@hydra.main(version_base=None, config_path="conf", config_name="config")
def main(cfg):
    logging.getLogger(__name__).info("accuracy %s", cfg.base + cfg.optim.lr + cfg.seed / 2**33)


if __name__ == "__main__":
    main()
"""
STUDY = """\
study: hydra
trial:
  command: ["{python}", app.py, "seed={seed}", "optim.lr={optim.lr}", "hydra.run.dir='{folder}'"]
  files: ["conf/*.yaml"]
metrics:
  test/accuracy: {direction: maximize, unit: share, pattern: 'accuracy ([\\d.]+)'}
factors:
  trial.optim.lr: [0.1, 0.25]
replicates: 2
"""


def test_its_words_are_the_settings_and_its_log_the_metrics(tmp_path: Path) -> None:
    (tmp_path / "conf").mkdir()
    config = tmp_path / "conf" / "config.yaml"
    config.write_text("base: 0.5\nseed: 0\noptim: {lr: 0.0, momentum: 0}\n")
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "hydra.yaml").write_text(STUDY)
    done = orch("run", "hydra.yaml", "--inline", "--no-report", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    trials = pd.read_parquet(tmp_path / "results" / "hydra" / "trials.parquet")
    accuracies = trials.pivot_table(
        "final.test/accuracy", "replicate", "factor.trial.optim.lr"
    )  # the seed is the replicate's in both variants
    assert (accuracies[0.25] - accuracies[0.1]).tolist() == pytest.approx([0.15, 0.15])
    assert accuracies[0.1].nunique() == 2
    assert accuracies[0.1].between(0.6, 0.85).all()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "app.py", "conf", "hydra.yaml", "results",
    ]  # fmt: skip
    config.write_text("base: 0.4\nseed: 0\noptim: {lr: 0.0}\n")
    planned = orch("plan", "hydra.yaml", cwd=tmp_path).stdout
    assert "4 invalidated" in planned, "the configuration is part of a trial's id"
