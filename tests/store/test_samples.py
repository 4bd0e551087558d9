"""Examples of tasks' data: gathered from the store, and from nowhere else."""

import json
from dataclasses import replace
from pathlib import Path

from orchestrator.paths import ResultsPaths
from orchestrator.plan.document import plan_document
from orchestrator.store.samples import gather_samples, write_sample
from tests.plan.studies import plan


def test_a_link_in_a_strangers_results_is_not_followed(tmp_path: Path) -> None:
    paths = ResultsPaths(tmp_path / "results")
    document = plan_document(plan())
    first = document.tasks[0]
    document = replace(document, tasks=(first, replace(first, sample="linked")))
    write_sample(paths, first.sample, {"examples": "own"})
    secret = tmp_path / "secret.json"
    secret.write_text('{"examples": "secret"}')
    paths.sample("linked").symlink_to(secret)
    target = tmp_path / "data.json"
    gather_samples(paths, document, target)
    assert [task["examples"] for task in json.loads(target.read_bytes())["tasks"]] == ["own"]
