"""Learning rate schedules."""

from orchestrator.study import settings
from orchestrator.training.optim.early_stopping import EarlyStopping
from orchestrator.training.optim.optimizers import Optimizer


class Schedule:
    """Lowers the learning rates of an optimizer, as StepLR and ReduceLROnPlateau of torch do."""

    def __init__(
        self, schedule: settings.Schedule, optimizer: Optimizer, early_stopping: EarlyStopping
    ) -> None:
        self.settings, self.optimizer, self.early_stopping = schedule, optimizer, early_stopping

    def step(self, epoch: int) -> None:
        """Lower the learning rates that are due at the end of this epoch; in epoch 0 none is."""
        if epoch == 0:
            return
        rates = self.optimizer.hyper.learning_rate  # (members, 1)
        if self.settings.kind == "step" and epoch % self.settings.every_epochs == 0:
            rates *= self.settings.factor
        elif self.settings.kind == "plateau":
            waited_long = self.early_stopping.waited > self.settings.patience
            rates[waited_long.to(rates.device)] *= self.settings.factor
            self.early_stopping.waited[waited_long] = 0
