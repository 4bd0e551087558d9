"""Results at a URI: what their listing and their mirror cost, by the packs that are there.

    python -m benchmarks.bench_listing [--packs 100 1000]

The server (moto) is one on this machine, in Python: its seconds are an upper bound, the requests
are what any server gets. For each number of packs: objects; requests and seconds to list them, to
copy all of them (the first command on a machine) and to see that nothing is new (every later one).
"""

import argparse
import json
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.simulated import write_study
from orchestrator.addresses import below
from orchestrator.paths import TABLES, ResultsPaths
from orchestrator.store.remote.mirror import refresh
from orchestrator.store.remote.object_io import put
from orchestrator.store.remote.sync import results_at
from tests.object_storage import CREDENTIALS, ObjectStorage, serving


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packs", type=int, nargs="+", default=[100, 1000])
    asked = parser.parse_args()
    os.environ.update(CREDENTIALS)
    with TemporaryDirectory() as folder, serving() as storage:
        parts = one_pack(Path(folder) / "made")
        rows = [
            measure(storage, parts, packs, Path(folder) / f"mirror-{packs}")
            for packs in asked.packs
        ]
    print(json.dumps({"benchmark": "listing", "rows": rows}, indent=1))


def one_pack(results: Path) -> dict[str, bytes]:
    """Table → its file of a pack."""
    write_study(results, 16, 1)
    return {
        name: next((results / "store" / name).glob("*.parquet")).read_bytes() for name in TABLES
    }


def measure(
    storage: ObjectStorage, parts: dict[str, bytes], packs: int, mirror: Path
) -> dict[str, Any]:
    uri = storage.uri()
    names = [
        (table, f"store/{table}/{pack:016x}.parquet") for pack in range(packs) for table in TABLES
    ]
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda each: put(below(uri, each[1]), parts[each[0]]), names))
    paths = ResultsPaths(mirror, uri)
    listed = took(storage, lambda: results_at(uri))
    first, again = (took(storage, lambda: refresh(paths)) for _ in range(2))
    found: dict[str, Any] = {"packs": packs, "objects": len(names)}
    for name, (requests, seconds) in {"list": listed, "first": first, "again": again}.items():
        found |= {f"{name}_requests": requests, f"{name}_s": seconds}
    return found


def took(storage: ObjectStorage, call: Callable[[], object]) -> tuple[int, float]:
    """Requests, and wall seconds."""
    storage.requests.clear()
    started = time.perf_counter()
    call()
    return len(storage.requests), round(time.perf_counter() - started, 2)


if __name__ == "__main__":
    main()
