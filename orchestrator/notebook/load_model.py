"""A trained network, as an ordinary `nn.Module`."""

import torch
from torch import nn

from orchestrator.errors import EnvironmentFault
from orchestrator.paths import Location, ResultsPaths
from orchestrator.plan.records import Trial
from orchestrator.run.find_study import known
from orchestrator.run.find_trial import find_trial
from orchestrator.run.planning import plan_from_store
from orchestrator.run.results_location import results_now
from orchestrator.store.weights import read_weights
from orchestrator.study.load import load_study
from orchestrator.study.records import Study
from orchestrator.training.data import load_data
from orchestrator.training.engine import EXAMPLES, build_model
from orchestrator.training.kept.weights import DamagedWeights, from_file


def load_model(study: str, trial_id: str, results: Location | None = None) -> nn.Module:
    """See `orchestrator.load_model`."""
    paths = results_now(results)
    loaded = load_study(_file(study, paths))
    trial = find_trial(trial_id, plan_from_store(loaded, paths, 1, None).trials, loaded.name)
    return model_of(loaded, trial, read_weights(paths, trial.trial_id))


def model_of(study: Study, trial: Trial, weights: bytes) -> nn.Module:
    """The trial's model with these weights, in evaluation mode, on the CPU."""
    data = load_data([trial], study.seed, "cpu", torch.float32)
    few, _ = data.take(data.splits["train"][:, :EXAMPLES])
    model = build_model(trial, data.shape, study.seed, few[0])
    try:
        state = from_file(weights)
        lacking, unknown = model.load_state_dict(state, strict=False)
    except (DamagedWeights, RuntimeError) as error:
        raise EnvironmentFault(_damaged(trial, str(error))) from error
    if wrong := [name for name in (*lacking, *unknown) if not name.endswith("_extra_state")]:
        raise EnvironmentFault(_damaged(trial, f"other parameters: {', '.join(wrong)}"))
    return model.eval()


def _damaged(trial: Trial, what: str) -> str:
    return (
        f"the weights of trial {trial.trial_id} cannot be used: {what}\n"
        "    remove its file from store/weights, and run the study again"
    )


def _file(study: str, paths: ResultsPaths) -> str:
    """The study file of a study that was run, by its name; a file or a shipped study as it is."""
    return str(paths.study(study).study) if study in known(paths) else study
