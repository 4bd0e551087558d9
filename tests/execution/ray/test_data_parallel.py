"""A trial whose workers are those of Ray Train."""

from pathlib import Path

import numpy as np
import pytest

from orchestrator.execution.protocol import Executor, Job
from orchestrator.execution.worker.pack import train_pack
from orchestrator.store.pack_files import statuses
from tests.execution.parallel import check_guilty, named, run, stored


@pytest.mark.ray
def test_rows_are_those_of_one_worker_and_a_death_is_survived(
    ray_executor: Executor, tmp_path: Path
) -> None:
    """Also: what a worker raises is the trial's error, with nobody waiting for ever."""
    unlucky, guilty = named("die_once"), named("raise")
    job, heard = run(ray_executor, [unlucky, guilty], tmp_path)
    assert statuses(job.paths) == {"die_once-0": "completed", "raise-0": "failed"}
    check_guilty(job, guilty)
    assert [lost for lost, _, _ in heard.losses] == [unlucky]
    alone = train_pack(unlucky, Job(tmp_path))
    for table in ("metrics", "gradients"):
        found, wanted = stored(job, unlucky, table), getattr(alone, table)
        assert len(wanted["value"]) > 10
        assert np.allclose(found["value"], wanted["value"], rtol=1e-4, atol=1e-6)
    assert stored(job, unlucky, "trials")["execution"] == ["parallel"]
