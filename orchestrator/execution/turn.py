"""`python -m orchestrator.execution.turn ID`, in a cluster's job: waits until another job ends."""

import sys
import time

_ASK_EVERY_S = 2.0


def wait_for(submission_id: str) -> None:
    """However that ends: the studies of one submission queue up, they do not build on another."""
    from ray.job_submission import JobSubmissionClient

    client = JobSubmissionClient()  # Ray tells its jobs where the server is
    print(f"waiting for {submission_id} to end", flush=True)
    while not client.get_job_status(submission_id).is_terminal():
        time.sleep(_ASK_EVERY_S)


if __name__ == "__main__":
    wait_for(sys.argv[1])
