"""Waits, inside a job of a cluster, until another job has ended.

Run as `python -m orchestrator.execution.remote.job_queue ID`.
"""

import signal
import sys
import time
from typing import Any

from orchestrator.errors import EnvironmentFault, Interrupted
from orchestrator.stop_signals import STOP_SIGNALS

_POLL_S = 2.0
_SILENT_S = 300.0  # for a server that does not answer


def wait_for(submission_id: str, client: Any) -> None:
    """Return however that job ends: studies of one submission run in turn, independently.

    client: Ray's, for the Jobs server. Raises EnvironmentFault if it does not answer for too long.
    """
    answered = time.monotonic()
    while True:
        try:
            if client.get_job_status(submission_id).is_terminal():
                return
            answered = time.monotonic()
        except (RuntimeError, OSError) as error:
            if time.monotonic() - answered > _SILENT_S:
                raise EnvironmentFault(
                    f"cannot find out whether {submission_id} has ended: {error}\n"
                    "    submit the study again"
                ) from error
        time.sleep(_POLL_S)


def main(submission_id: str) -> int:
    """Exit code. A job that is cancelled while it waits ends at once, without a traceback."""
    for signalled in STOP_SIGNALS:  # a shell may ignore them
        signal.signal(signalled, lambda *_: sys.exit(Interrupted.exit_code))
    from ray.job_submission import JobSubmissionClient

    print(f"waiting for {submission_id} to end", flush=True)
    try:
        wait_for(submission_id, JobSubmissionClient())  # Ray sets the address for its jobs
    except EnvironmentFault as fault:
        print(fault, file=sys.stderr)
        return fault.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
