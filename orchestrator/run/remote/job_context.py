"""What a run in a cluster's job knows of the `orch submit` that it comes from."""

import json
import os
import sys

from orchestrator.shown_text import masked

SUBMISSION = "ORCH_SUBMISSION"
COMMAND = "ORCH_COMMAND"
"""Environment variables of the job: its id, and the command for its study, words as JSON."""


def submission() -> str | None:
    """None outside a cluster's job."""
    return os.environ.get(SUBMISSION)


def typed_command() -> list[str]:
    """What the user typed, word by word: where the study was submitted, or here.

    Without passwords and tokens of addresses: it is stored in events.jsonl and in the report.
    """
    sent = os.environ.get(COMMAND)
    return list(map(masked, json.loads(sent) if sent else ["orch", *sys.argv[1:]]))
