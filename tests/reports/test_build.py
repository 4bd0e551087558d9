"""build_report from outside: files, sizes, safety, ruins."""

import base64
import io
import json
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import plotly
import pyarrow.parquet as pq
import pytest

import orchestrator.reports.build
from orchestrator.errors import EnvironmentFault
from orchestrator.reports.build import build_report
from orchestrator.reports.data.errors import ReportError
from orchestrator.reports.index import write_index
from orchestrator.reports.page.encode.encoding import deflated
from orchestrator.reports.page.encode.highlight import highlighted
from orchestrator.reports.page.render import plotly_js
from tests.reports.sample import Factors, Sample, plan_document, write
from tests.reports.some import some

pytestmark = pytest.mark.slow  # whole pages

COLUMNS = [
    "metric", "baseline", "variant", "n", "diverged", "counted_as", "difference", "ci_low",
    "ci_high", "simultaneous_low", "simultaneous_high", "p_value", "p_adjusted", "prob_better",
    "better_low", "better_high", "effect_size", "examples_low", "examples_high", "mcnemar_p",
    "resplit_low", "resplit_high", "median", "median_low", "median_high", "sign_p", "verdict",
]  # fmt: skip


def test_writes_page_comparisons_and_index(small: Path) -> None:
    report = build_report(small)
    assert report.path == small / "report.html"
    assert report.finding in (small / "report.html").read_text().replace("&#39;", "'")
    index = (small.parent / "index.html").read_text()
    assert 'href="small/report.html"' in index
    assert "28 of 28 trials completed" in index
    left = {path.name for path in small.iterdir()}
    assert left == {
        "plan.json", "study.yaml", "events.jsonl", "trials.parquet", "metrics.parquet",
        "gradients.parquet", "report.html", "comparisons.parquet", "decay.parquet",
    }  # fmt: skip


def test_comparisons_have_the_columns_of_the_design(small: Path) -> None:
    build_report(small)
    table = pq.read_table(small / "comparisons.parquet")
    assert table.column_names == COLUMNS
    rows = table.to_pandas()
    assert rows["variant"].tolist() == ["activation=tanh depth=1", "activation=tanh depth=3"]
    assert rows["baseline"].tolist() == ["activation=sigmoid depth=1", "activation=sigmoid depth=3"]
    trials = pd.read_parquet(small / "trials.parquet").set_index(["variant", "replicate"])
    value = trials["final.test/accuracy"].unstack("replicate")
    expected = value.loc[rows["variant"][1]] - value.loc[rows["baseline"][1]]
    assert rows["difference"][1] == pytest.approx(expected.mean())


def test_the_decay_of_every_trial_is_a_table(small: Path) -> None:
    build_report(small)
    table = pd.read_parquet(small / "decay.parquet")
    assert len(table) == 2 * 7 * 5 * 3  # deep variants, replicates, probes, quantities
    assert not table["underflow"].any()
    deltas = table[(table["epoch"] == 0) & (table["quantity"] == "delta")].set_index("trial_id")
    trials = pd.read_parquet(small / "trials.parquet").set_index("trial_id")["variant"]
    by_variant = deltas["factor"].groupby(trials).median()
    assert by_variant["activation=sigmoid depth=3"] < by_variant["activation=tanh depth=3"]


def test_the_same_tables_give_the_same_bytes(small: Path) -> None:
    first = build_report(small).path.read_bytes()
    assert build_report(small).path.read_bytes() == first


FACTORS: Factors = {"model.activation": ["sigmoid", "tanh"], "model.depth": [1, 3]}
WHOLE = Sample(study="s", factors=FACTORS, replicates=7)
RUINS = {
    "all failed": replace(WHOLE, every_fate="failed", error="ValueError: no\n" + "  at x\n" * 30),
    "all diverged": replace(WHOLE, every_fate="diverged"),
    "nothing trained": replace(WHOLE, every_fate="missing"),
    "one replicate": replace(WHOLE, replicates=1),
    "no probes": replace(WHOLE, probes=False),
    "one variant": replace(WHOLE, factors={}, baseline={}),
    "no smallest difference": replace(WHOLE, smallest_difference=None),
    "a loss": replace(WHOLE, metric="loss"),
    "baseline of all factors": replace(
        WHOLE, baseline={"model.activation": "sigmoid", "model.depth": 1}
    ),
    "half": replace(WHOLE, fates={("activation=tanh depth=3", r): "missing" for r in range(7)}),
    "one diverged": replace(WHOLE, fates={("activation=tanh depth=3", 0): "diverged"}),
}


@pytest.mark.parametrize("ruin", RUINS)
def test_every_state_of_a_study_has_a_report(tmp_path: Path, ruin: str) -> None:
    folder = write(tmp_path, RUINS[ruin])
    report = build_report(folder)
    page = report.path.read_text()
    assert report.finding
    for section in ("results", "failures", "fixed", "provenance", "methods"):
        assert f'id="{section}"' in page
    compared = ruin not in ("all failed", "all diverged", "nothing trained", "one variant")
    assert ('id="comparisons"' in page) == compared
    assert ("Gradients were not measured" in page) == (
        ruin in ("no probes", "nothing trained", "all failed")
    )


def test_no_study_no_report(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="no study was run here"):
        build_report(tmp_path)


def test_a_write_that_fails_leaves_the_old_report_whole(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = build_report(small).path.read_bytes()

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(EnvironmentFault, match="No space left"):
        build_report(small)
    assert (small / "report.html").read_bytes() == before
    assert not [path for path in small.iterdir() if path.name.startswith(".")]


EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&"


class Elements(HTMLParser):
    """Counts tags; collects the text of scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.scripts: list[str] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.inside = tag == "script"

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.scripts.append(data)

    def handle_endtag(self, tag: str) -> None:
        self.inside = False


def evil(tmp_path: Path) -> Path:
    factors: Factors = {f"model.{EVIL}": [EVIL, "tanh"], "model.depth": [1, 2]}
    sample = Sample(
        study="evil", question=EVIL, factors=factors, baseline={f"model.{EVIL}": EVIL},
        replicates=6, error=f"Error: {EVIL}\n{EVIL}", text=f"# {EVIL}",
        fates={(f"{EVIL}={EVIL} depth=1", 0): "failed"},
    )  # fmt: skip
    return write(tmp_path, sample)


def test_names_from_users_stay_text(tmp_path: Path) -> None:
    folder = evil(tmp_path)
    factors: Factors = {"model.activation": ["sigmoid", "tanh"], "model.depth": [1, 2]}
    plain = Sample(study="plain", question="Which is better?", factors=factors, replicates=6)
    harmless = build_report(write(tmp_path, plain))
    page, other = Elements(), Elements()
    page.feed(build_report(folder).path.read_text())
    other.feed(harmless.path.read_text())
    assert page.tags.count("script") == other.tags.count("script")
    assert page.tags.count("img") == 0
    assert not any("<script>alert" in text for text in page.scripts)
    index = Elements()
    write_index(tmp_path)
    index.feed((tmp_path / "index.html").read_text())
    assert index.tags.count("script") == 2  # its own, and the facts that it sorts by
    assert not any("<script>alert" in text for text in index.scripts)
    assert index.tags.count("img") == 2  # thumbnails, drawn by us


def test_the_index_survives_a_broken_neighbour(small: Path) -> None:
    (small.parent / "other").mkdir()
    (small.parent / "other" / "plan.json").write_text("{")
    (small.parent / "young").mkdir()
    plan = plan_document(Sample(study="young", question="Why?"))
    (small.parent / "young" / "plan.json").write_text(json.dumps(plan))
    build_report(small)
    index = (small.parent / "index.html").read_text()
    assert "no report yet" in index
    assert '"study":"other"' not in index


def test_plotly_stands_in_the_page_exactly_once(small: Path) -> None:
    page = build_report(small).path.read_text()
    assert page.count(deflated(plotly_js().encode())) == 1
    assert "https://cdn" not in page


def test_a_large_page_leaves_its_gradients_in_a_folder(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = build_report(small).path.read_text()
    monkeypatch.setattr("orchestrator.reports.page.render.LARGEST_BYTES", 0)
    parted = build_report(small).path.read_text()
    files = {path.stem: path.read_text() for path in (small / "report_data").iterdir()}
    assert {"delta", "weight_grad", "saturation"} <= files.keys()
    assert "curves" not in files
    for text in (text.split('"')[3] for text in files.values()):
        assert text in whole
        assert text not in parted
    monkeypatch.undo()
    assert build_report(small).path.read_text() == whole
    assert not (small / "report_data").exists()


def test_the_page_has_the_plotly_js_of_the_python_package() -> None:
    """So that a figure looks the same in the page, in a notebook and on paper."""
    whole = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    versions = [some(re.search(r"v\d+\.\d+\.\d+", text[:100]))[0]
                for text in (plotly_js(), whole.read_text())]  # fmt: skip
    assert versions[0] == versions[1]


def test_a_report_of_480_trials_has_under_two_megabytes_and_imports_nothing_heavy(
    full: Path,
) -> None:
    code = f"""
from pathlib import Path
from orchestrator.reports.build import build_report
print(build_report(Path({str(full)!r})).path.stat().st_size)
import sys
rooms = [f"orchestrator.{{room}}" for room in ("study", "plan", "training", "store", "models")]
print(*(name for name in ("torch", "ray", "scipy.stats", *rooms) if name in sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    size, heavy = done.stdout.split("\n")[:2]
    assert int(size) < 2e6
    assert heavy == ""


def test_reports_can_be_written_beside_each_other(tmp_path: Path) -> None:
    """The index lists the latest first, by the minute."""
    for name in ("a", "b"):
        events = write(tmp_path, Sample(study=name, factors=FACTORS, replicates=2)) / "events.jsonl"
        if name == "b":
            events.write_text(events.read_text().replace("T09:", "T08:"))
        build_report(events.parent)
    index = (tmp_path / "index.html").read_text()
    assert index.index("a/report.html") < index.index("b/report.html")
    assert "2026-05-04 08:30 UTC" in index
    assert orchestrator.reports.build.Report.__dataclass_fields__.keys() == {
        "path", "finding", "verdicts", "warnings",
    }  # fmt: skip


def test_downloads_inside_the_page_are_the_tables(small: Path) -> None:
    page = build_report(small).path.read_text()
    links = re.findall(r'href="data:text/csv;base64,([^"]+)" download="small_(\w+).csv"', page)
    found = {name: pd.read_csv(io.BytesIO(base64.b64decode(text))) for text, name in links}
    rows = pd.read_parquet(small / "comparisons.parquet")
    assert found["comparisons"]["difference"].tolist() == pytest.approx(rows["difference"].tolist())
    assert len(found["results"]) == 4
    for name in re.findall(r'href="(\w+\.parquet)" download', page):
        assert (small / name).exists()


def test_a_hostile_study_file_is_text_in_colours() -> None:
    shown = highlighted(f"study: '{EVIL}'  # {EVIL}")
    assert "<script" not in shown
    assert "<img" not in shown
    assert shown.count("<span") > 3
