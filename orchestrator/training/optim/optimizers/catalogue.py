"""Name in a study → optimizer."""

from collections.abc import Callable, Mapping, Sequence

from orchestrator.study.settings import Training
from orchestrator.training.optim.optimizers.adagrad import Adagrad
from orchestrator.training.optim.optimizers.adam import Adam, adamw
from orchestrator.training.optim.optimizers.lion import Lion
from orchestrator.training.optim.optimizers.muon import Muon
from orchestrator.training.optim.optimizers.nadam import NAdam
from orchestrator.training.optim.optimizers.own import OwnOptimizer
from orchestrator.training.optim.optimizers.protocol import Optimizer
from orchestrator.training.optim.optimizers.radam import RAdam
from orchestrator.training.optim.optimizers.rmsprop import RMSprop
from orchestrator.training.optim.optimizers.sgd import SGD
from orchestrator.training.stacking.members import Members


def new_optimizer(members: Members, trainings: Sequence[Training]) -> Optimizer:
    """Raises CannotStack where the optimizer moves one model at a time."""
    if "training.optimizer" in type(trainings[0]).own_parts:
        return OwnOptimizer(members, trainings)
    return OPTIMIZERS[trainings[0].optimizer](members, trainings)


OPTIMIZERS: Mapping[str, Callable[[Members, Sequence[Training]], Optimizer]] = {
    "sgd": SGD,
    "adam": Adam,
    "adamw": adamw,
    "nadam": NAdam,
    "radam": RAdam,
    "rmsprop": RMSprop,
    "adagrad": Adagrad,
    "lion": Lion,
    "muon": Muon,
}
