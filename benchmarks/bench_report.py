"""Reports of 480 and 10,000 trials: `python benchmarks/bench_report.py [TRIALS …]`.

For each, a results folder out of the air (`benchmarks/simulated.py`); then, of fresh processes:
seconds to build the report (wall and CPU), bytes of the page and of the folder beside it, and in
headless Chromium the milliseconds until it shows the first figure (median of five), and those from
a click on a chip until every plot in the window, and then every plot near it, is drawn again (the
main figure in view; the fastest of five clicks, as other work on the machine only adds). Prints one
JSON document.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # run as a file
from benchmarks.simulated import REPLICATES, write_study
from orchestrator.reports.page.render import BESIDE

BUILD = """
import gc, sys, time
from pathlib import Path
from orchestrator.cli.main import COLLECT_AFTER
gc.set_threshold(*COLLECT_AFTER)  # as `orch report` does
start = time.perf_counter()
from orchestrator.reports.build import build_report
build_report(Path(sys.argv[1]))
print(time.perf_counter() - start, time.process_time())
"""
TIMES = 5
TASK = "mnist"  # all trials answer the same 10,000 test examples, which are compared one by one
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
# Of the page's own clock: the first mark of a plot is in the document, and is laid out.
FIRST_FIGURE = """() => new Promise(resolve => {
    const look = () => document.querySelector('.main-svg .trace')
        ? resolve(performance.now()) : requestAnimationFrame(look);
    look();
})"""


CHIP = """async () => {
    const isDrawing = () => 'drawing' in document.documentElement.dataset;
    const inWindow = () => [...document.querySelectorAll('.plot')].filter(each => {
        const { top, bottom } = each.getBoundingClientRect();
        return top < innerHeight && bottom > 0;
    });
    const left = new Set(inWindow());
    for (const plot of left) plot.once('plotly_afterplot', () => left.delete(plot));
    const start = performance.now();
    document.querySelector('#level-filters .chip').click();
    let seen = 0;
    while (isDrawing()) {
        await new Promise(resolve => setTimeout(resolve));
        if (!left.size) seen ||= performance.now() - start;
    }
    return [seen || performance.now() - start, performance.now() - start];
}"""
Took = dict[str, int | None]


def measure(trials: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as results:
        folder = write_study(Path(results), trials // REPLICATES, REPLICATES, TASK)
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
            **in_chromium(folder / "report.html"),
        }


def in_chromium(page: Path) -> Took:
    """Nothing without playwright or Chromium."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return {}
    if CHROMIUM is None:
        return {}
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        opened = [first_figure(browser, page) for _ in range(TIMES)]
        found = {"first_figure_ms": round(median(opened)), **clicked(new_tab(browser), page)}
        browser.close()
    return found


def new_tab(browser: Any) -> Any:
    return browser.new_page(viewport={"width": 1280, "height": 800})


def first_figure(browser: Any, page: Path) -> float:
    tab = new_tab(browser)
    tab.goto(page.as_uri(), wait_until="commit")
    shown: float = tab.evaluate(FIRST_FIGURE)
    tab.close()
    return shown


def clicked(tab: Any, page: Path) -> Took:
    tab.goto(page.as_uri())
    tab.wait_for_selector("html[data-inflated]", state="attached")
    tab.locator("#figure-outcomes").scroll_into_view_if_needed()
    took = []
    for _ in range(TIMES):
        tab.wait_for_timeout(1500)  # whatever else the page does when it has time
        took.append(tab.evaluate(CHIP))
    seen, near = map(min, zip(*took, strict=True))
    return {
        "chip_in_window_ms": round(seen),
        "chip_near_ms": round(near),
    }


def main() -> None:
    sizes = [int(word) for word in sys.argv[1:]] or [480, 10_000]
    found = [measure(trials) for trials in sizes]
    print(json.dumps({"benchmark": "report", "cpus": os.cpu_count(), "reports": found}, indent=1))


if __name__ == "__main__":
    main()
