"""How far a submitted study is: a line in the log of its job, which `orch status` reads.

Its length does not depend on the number of trials, and only the end of the log is read.
"""

import json
import re
from dataclasses import asdict, dataclass

from orchestrator.run.counts import Tally
from orchestrator.words import duration, plural

_MARK = "orch status: "
_LINE = re.compile(rf"^{_MARK}(\{{.*\}})$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class StatusLine:
    """Numbers of trials of the study. done: in the store, completed or diverged."""

    trials: int
    done: int
    diverged: int  # in this run
    failed: int
    running: int
    left_s: float | None = None

    def __str__(self) -> str:
        """12/48 trials · 1 failed · 2 diverged · 6 running · 0:41 left."""
        words = [f"{self.done:,}/{plural(self.trials, 'trial')}"]
        for number, word in (
            (self.failed, "failed"), (self.diverged, "diverged"), (self.running, "running"),
        ):  # fmt: skip
            words += [f"{number:,} {word}"] * bool(number)
        words += [] if self.left_s is None else [f"{duration(self.left_s)} left"]
        return " · ".join(words)

    @property
    def line(self) -> str:
        return f"{_MARK}{json.dumps(asdict(self))}"

    @classmethod
    def of(cls, tally: Tally, trials: int, done: int) -> "StatusLine":
        """trials: of the study; done: before this run."""
        left = tally.left_s()
        return cls(
            trials=trials,
            done=done + tally.completed + tally.diverged,
            diverged=tally.diverged,
            failed=tally.failed,
            running=sum(pack.trials for pack in tally.running.values()),
            left_s=None if left is None else round(left, 1),
        )


def last_status_line(log: str) -> StatusLine | None:
    """The last status line in the log of a job, or in the end of the log; None without one."""
    found = _LINE.findall(log)
    return StatusLine(**json.loads(found[-1])) if found else None


def in_words(log: str) -> str:
    """The log with its status lines in words."""
    return _LINE.sub(lambda line: str(StatusLine(**json.loads(line[1]))), log)
