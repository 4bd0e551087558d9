"""The user's own models and tasks: `model.name: my_models:build`. See docs/own-model.md."""

from orchestrator.models.catalogue import Baseline, Solved
from orchestrator.models.own.declaring import OwnMetric, orch_model, orch_task

__all__ = ["Baseline", "OwnMetric", "Solved", "orch_model", "orch_task"]
