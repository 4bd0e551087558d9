"""Metrics of a command: from the lines of its output, and from files that it writes."""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from orchestrator.own_trials.reports import Reports
from orchestrator.study.records import DeclaredMetric

LONGEST_LINE = 2**16  # bytes; of a longer one the end is searched
NEAREST, REMEMBERED = 3, 2000  # lines
_ENDS = re.compile(rb"[\r\n]+")  # a progress bar returns to the start of its line
EPOCH = "epoch"


class UnreadableMetric(Exception):
    """What a command wrote is no number, or not where the study says."""


class Lines:
    """Searches the output, line by line, for the metrics that are declared with a pattern."""

    def __init__(self, declared: Iterable[DeclaredMetric], reports: Reports) -> None:
        self.patterns = {m: re.compile(m.pattern) for m in declared if m.pattern is not None}
        self.reports, self.rest = reports, b""
        self.counts: dict[str, int] = {}
        self.seen: dict[str, None] = {}  # the last lines, each once

    def add(self, piece: bytes) -> None:
        """Reports what whole lines say. Raises UnreadableMetric, Diverged, ValueError."""
        if not self.patterns:
            return
        *lines, rest = _ENDS.split(self.rest + piece)
        self.rest = rest[-LONGEST_LINE:]
        for line in lines:
            self._search(line)

    def end(self) -> None:
        """The last line may have no end."""
        self._search(self.rest)
        self.rest = b""

    def _search(self, line: bytes) -> None:
        text = line[-LONGEST_LINE:].decode("utf-8", "replace")
        for metric, pattern in self.patterns.items():
            if found := pattern.search(text):
                self._report(metric, found)
        if self.reports.missing and text.strip():
            self.seen.pop(text, None)
            self.seen[text] = None
            if len(self.seen) > REMEMBERED:
                del self.seen[next(iter(self.seen))]

    def _report(self, metric: DeclaredMetric, found: "re.Match[str]") -> None:
        named = found.groupdict()
        value = _number(metric, named["value"] if "value" in named else found[1])
        self.counts[metric.name] = self.counts.get(metric.name, 0) + 1
        epoch = self.counts[metric.name]
        if named.get(EPOCH) is not None:
            epoch = int(_number(metric, named[EPOCH], scaled=False))
        self.reports.add({metric.name: value}, epoch)

    def unmatched(self) -> str:
        """Patterns that have matched no line, with the lines that are most like them."""
        lines = []
        for metric in (m for m in self.patterns if m.name in self.reports.missing):
            lines.append(f"{metric.name}: no line of the output matches {metric.pattern!r}")
            near = _nearest(str(metric.pattern), list(self.seen))
            lines += [f"    nearest: {line.strip()[:200]}" for line in near]
        return "\n".join(lines)


def _nearest(pattern: str, lines: Sequence[str]) -> list[str]:
    plain = re.sub(r"\\.|[()\[\]+*?^$|]", " ", pattern)
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(plain)

    def likeness(line: str) -> float:
        matcher.set_seq1(line[:200])
        return matcher.ratio()

    return sorted(lines, key=likeness, reverse=True)[:NEAREST]


def read_files(
    declared: Iterable[DeclaredMetric], paths: Mapping[str, Path], reports: Reports
) -> None:
    """Report what is in the files of metrics. paths: by name. Raises as `Lines.add`."""
    found: list[tuple[int, str, float]] = []
    rows: dict[Path, list[Mapping[str, Any]]] = {}
    for metric in (m for m in declared if m.file is not None):
        path = paths[metric.name]
        if path not in rows:
            rows[path] = _rows(metric, path)
        found += _values(metric, rows[path])
    for epoch, name, value in sorted(found, key=lambda each: each[0]):
        reports.add({name: value}, epoch)


def _values(
    metric: DeclaredMetric, rows: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[int, str, float]]:
    count = 0
    for row in rows:
        value = _at(row, str(metric.key))
        if value is None or value == "":
            continue
        count += 1
        given = row.get(EPOCH)
        epoch = count if given in (None, "") else int(_number(metric, given, scaled=False))
        yield epoch, metric.name, _number(metric, value)


def _at(row: Mapping[str, Any], key: str) -> Any:
    """The value of a key, or of nested ones: `eval.loss`."""
    if key in row:
        return row[key]
    first, _, rest = key.partition(".")
    inner = row.get(first)
    return _at(inner, rest) if rest and isinstance(inner, Mapping) else None


def _rows(metric: DeclaredMetric, path: Path) -> list[Mapping[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8-sig", errors="replace")
        if path.suffix == ".csv":
            return list(csv.DictReader(text.splitlines()))
        if path.suffix == ".json":
            found = json.loads(text)
            rows = found if isinstance(found, list) else [found]
        else:
            rows = [json.loads(line) for line in text.splitlines() if line.strip()]
    except OSError as error:
        what = f"{metric.name}: the command did not write {path.name} ({error.strerror})"
        raise UnreadableMetric(what) from error
    except ValueError as error:
        raise UnreadableMetric(
            f"{metric.name}: {path.name} is not {path.suffix}: {error}"
        ) from error
    return [row for row in rows if isinstance(row, Mapping)]


def _number(metric: DeclaredMetric, given: Any, *, scaled: bool = True) -> float:
    try:
        if given is None or isinstance(given, bool):
            raise TypeError
        return float(given) * (metric.scale if scaled else 1.0)
    except (TypeError, ValueError) as error:
        raise UnreadableMetric(f"{metric.name}: {given!r:.60} is no number") from error
