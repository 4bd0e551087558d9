"""Studies and digests for tests of plans."""

from pathlib import Path
from typing import Any

from orchestrator.plan.identity import Fingerprints
from orchestrator.plan.make_plan import make_plan
from orchestrator.plan.records import Plan
from orchestrator.study.load import Overrides, parse_study
from orchestrator.study.records import Study

SMALL = """\
study: small
task: {name: digits}
model: {name: mlp, depth: 2, init: {scheme: normal}}
training: {epochs: 3, learning_rate: 0.1}
factors:
  model.activation: [sigmoid, tanh, relu]
  model.init.scale: [0.5, 1, 2]
replicates: 10
"""

PRINTS = Fingerprints(
    code={
        ("mlp", "digits"): {
            "orchestrator.models.networks.mlp": "aa",
            "orchestrator.training.engine": "bb",
        }
    },
    data={"digits": "cc"},
)


def study(text: str = SMALL, *sets: str, replicates: int | None = None) -> Study:
    return parse_study(text, Path("s.yaml"), Overrides(set=sets, replicates=replicates))


def plan(
    of: Study | None = None, results: dict[str, str] | None = None, workers: int = 2, **more: Any
) -> Plan:
    """A plan with made-up digests, unless others are given."""
    prints = more.pop("prints", PRINTS)
    return make_plan(of or study(), results or {}, workers, prints=prints, **more)


def ids(of: Plan) -> list[str]:
    return [trial.trial_id for trial in of.trials]
