"""Ray Tune as its documentation shows it, and as somebody writes it who has read the source."""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.rivals.loop import train
from benchmarks.rivals.work import Net, Row


def plain(nets: list[Net]) -> None:
    """A function trainable, defaults: one trial per actor."""
    from ray import tune

    with TemporaryDirectory() as folder:
        tuner = tune.Tuner(
            tune.with_resources(_report_every_epoch, {"cpu": 1}),
            param_space={"net": tune.grid_search(nets)},
            run_config=tune.RunConfig(storage_path=folder, verbose=0),
        )
        _check(tuner.fit(), nets)


def tuned(nets: list[Net]) -> None:
    """A class Trainable, actors reused, no loggers, the threads of a worker set."""
    os.environ |= {"TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1", "RAY_CHDIR_TO_TRIAL_DIR": "0"}
    from ray import tune

    class Training(tune.Trainable):
        def setup(self, config: dict[str, Any]) -> None:
            self.rows: Iterator[Row] = train(nets[config["number"]])

        def reset_config(self, new_config: dict[str, Any]) -> bool:
            self.setup(new_config)
            return True

        def step(self) -> dict[str, Any]:
            rows = list(self.rows)
            return {**rows[-1], "curve": rows, "done": True}

    with TemporaryDirectory() as folder:
        tuner = tune.Tuner(
            tune.with_resources(Training, {"cpu": 1}),
            param_space={"number": tune.grid_search(list(range(len(nets))))},
            tune_config=tune.TuneConfig(reuse_actors=True),
            run_config=tune.RunConfig(
                storage_path=str(Path(folder)),
                verbose=0,
                checkpoint_config=tune.CheckpointConfig(checkpoint_at_end=False),
            ),
        )
        _check(tuner.fit(), nets)


def _report_every_epoch(config: dict[str, Any]) -> None:
    from ray import tune

    for row in train(config["net"]):
        tune.report(row)


def _check(results: Any, nets: list[Net]) -> None:
    if results.errors or len(results) != len(nets):
        raise RuntimeError(f"{len(results.errors)} of {len(nets)} trials failed")
