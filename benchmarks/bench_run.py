"""The main job as a user runs it: whole processes, wall time and memory.

`orch run` on empty results, the same again with nothing left to train, and `orch report`; the
largest resident size among the processes of the first run; the size of the report. Of the first run
also what the driver costs: seconds from the command to the first pack, and by how many per cent the
time from the first pack to the last exceeds what the packs took, shared out among the workers.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ORCH = Path(sys.executable).with_name("orch")
STUDY = "vanishing_gradient"
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def timed(*arguments: str) -> tuple[float, int]:
    """Wall seconds, and the largest resident bytes of one process of the session."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [ORCH, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    largest = [0]
    watcher = threading.Thread(target=watch, args=(process, largest))
    watcher.start()
    code = process.wait()
    watcher.join()
    if code != 0:
        raise RuntimeError(f"orch {' '.join(arguments)} ended with {code}")
    return time.perf_counter() - started, largest[0]


def watch(process: "subprocess.Popen[bytes]", largest: list[int]) -> None:
    before = set(processes())
    while process.poll() is None:
        for pid in processes():
            if pid not in before or pid == process.pid:
                largest[0] = max(largest[0], resident_bytes(pid))
        time.sleep(0.2)


def processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def resident_bytes(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_BYTES
    except (FileNotFoundError, ProcessLookupError):
        return 0  # it has ended meanwhile


def driver(events: list[dict[str, Any]], asked_at: datetime) -> dict[str, float]:
    """From events.jsonl of a run."""
    starts = [event for event in events if event["event"] == "pack_started"]
    ends = [event for event in events if event["event"] == "pack_finished"]
    first, last = (datetime.fromisoformat(e["at"]) for e in (starts[0], ends[-1]))
    share_s = sum(event["wall_s"] for event in ends) / events[0]["workers"]
    return {
        "first_pack_s": round((first - asked_at).total_seconds(), 1),
        "overhead_percent": round(100 * ((last - first).total_seconds() / share_s - 1), 1),
    }


def main() -> None:
    with tempfile.TemporaryDirectory() as results:
        asked_at = datetime.now(UTC)
        run_s, memory_bytes = timed("run", STUDY, "--results", results)
        lines = (Path(results) / STUDY / "events.jsonl").read_text().splitlines()
        costs = driver([json.loads(line) for line in lines], asked_at)
        again_s, _ = timed("run", STUDY, "--results", results)
        report_s, _ = timed("report", STUDY, "--results", results)
        report_bytes = (Path(results) / STUDY / "report.html").stat().st_size
    figures = {
        "run_s": round(run_s, 1),
        **costs,
        "run_again_s": round(again_s, 1),
        "report_s": round(report_s, 1),
        "report_megabytes": round(report_bytes / 1e6, 2),
        "largest_process_megabytes": round(memory_bytes / 1e6),
        "cpus": os.cpu_count(),
    }
    print(json.dumps({"benchmark": "run", "study": STUDY, **figures}, indent=1))


if __name__ == "__main__":
    main()
