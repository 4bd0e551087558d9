"""Name in a study → optimizer."""

from collections.abc import Callable, Mapping, Sequence

from orchestrator.study.settings import Training
from orchestrator.training.optim.optimizers.adagrad import Adagrad
from orchestrator.training.optim.optimizers.adam import Adam, adamw
from orchestrator.training.optim.optimizers.lion import Lion
from orchestrator.training.optim.optimizers.muon import Muon
from orchestrator.training.optim.optimizers.nadam import NAdam
from orchestrator.training.optim.optimizers.protocol import Optimizer
from orchestrator.training.optim.optimizers.radam import RAdam
from orchestrator.training.optim.optimizers.rmsprop import RMSprop
from orchestrator.training.optim.optimizers.sgd import SGD
from orchestrator.training.stacking.members import Members

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
