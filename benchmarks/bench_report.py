"""Reports of 480 and 10,000 trials: `python benchmarks/bench_report.py [TRIALS …]`.

For each, a results folder out of the air (`benchmarks/simulated.py`); then, of fresh processes:
seconds to build the report (wall and CPU), bytes of the page and of the folder beside it, and the
milliseconds until headless Chromium shows the first figure. Prints one JSON document.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # run as a file
from benchmarks.simulated import REPLICATES, write_study
from reports.page.render import BESIDE

BUILD = """
import sys, time
from pathlib import Path
start = time.perf_counter()
from reports.build import build_report
build_report(Path(sys.argv[1]))
print(time.perf_counter() - start, time.process_time())
"""
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
# Of the page's own clock: the first mark of a plot stands in the document, and is laid out.
FIRST_FIGURE = """() => new Promise(resolve => {
    const look = () => document.querySelector('.main-svg .trace')
        ? resolve(performance.now()) : requestAnimationFrame(look);
    look();
})"""


def measure(trials: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as results:
        folder = write_study(Path(results), trials // REPLICATES, REPLICATES)
        command = [sys.executable, "-c", BUILD, str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        wall_s, cpu_s = map(float, done.stdout.split())
        beside = sum(path.stat().st_size for path in folder.glob(f"{BESIDE}/*"))
        return {
            "trials": trials,
            "build_s": round(wall_s, 1),
            "build_cpu_s": round(cpu_s, 1),
            "page_megabytes": round((folder / "report.html").stat().st_size / 1e6, 2),
            "beside_megabytes": round(beside / 1e6, 2),
            "first_figure_ms": first_figure_ms(folder / "report.html"),
        }


def first_figure_ms(page: Path) -> int | None:
    """None without playwright or Chromium."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    if CHROMIUM is None:
        return None
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 1280, "height": 800})
        tab.goto(page.as_uri(), wait_until="commit")
        found = round(tab.evaluate(FIRST_FIGURE))
        browser.close()
    return found


def main() -> None:
    sizes = [int(word) for word in sys.argv[1:]] or [480, 10_000]
    found = [measure(trials) for trials in sizes]
    print(json.dumps({"benchmark": "report", "cpus": os.cpu_count(), "reports": found}, indent=1))


if __name__ == "__main__":
    main()
