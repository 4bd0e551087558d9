"""Every error that orch raises on purpose, and the exit code it ends with.

OrchError
├── InputError         2    the study, a flag or a file given is wrong: nothing was started
├── EnvironmentFault   3    the machine is: no such resources, folder not writable, disk full
└── Interrupted      130    Ctrl-C, SIGTERM or their like: finished packs are in the store
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with the input, in the order in which a reader needs it."""

    where: str  # "studies/x.yaml:14:20" or "--set training.epochs"
    what: str  # "model.activation: 'sigmiod' is not allowed"
    allowed: str = ""  # "sigmoid, tanh, relu, softplus, identity"
    cure: str = ""  # "did you mean 'sigmoid'?"

    def __str__(self) -> str:
        lines = [f"{self.where}: {self.what}"]
        lines += [f"    allowed: {self.allowed}"] * bool(self.allowed)
        lines += [f"    {self.cure}"] * bool(self.cure)
        return "\n".join(lines)


class OrchError(Exception):
    """Base of the errors above; its text is shown to the user as it is."""

    exit_code = 1

    def _render_traceback_(self) -> list[str]:
        """What IPython shows: the text alone."""
        return str(self).splitlines()


class InputError(OrchError):
    """The input is wrong. Carries every problem found, not only the first."""

    exit_code = 2

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class EnvironmentFault(OrchError):
    """The input is fine, but this machine or cluster cannot do what it asks."""

    exit_code = 3


class Interrupted(OrchError):
    """The user stopped the run."""

    exit_code = 130
