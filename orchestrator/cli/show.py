"""`orch show`: a study, a pack or a single trial, by its id."""

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from orchestrator.errors import InputError, Problem
from orchestrator.paths import Location, ResultsPaths
from orchestrator.run.find_study import SHORTEST, known
from orchestrator.run.results_location import results_now
from orchestrator.store.journal import read_plan
from orchestrator.store.logs import read_log
from orchestrator.store.pack_files import Entry, entries
from orchestrator.store.tables.unstored import table_rows
from orchestrator.store.trial import read_trials
from orchestrator.study.parsing.messages import plain

_MOST = 20  # trials listed


@dataclass(frozen=True, slots=True)
class Found:
    """The study, trial or pack with this id."""

    kind: str  # study | trial | pack
    name: str


def show(identifier: str, *, results: Location | None, as_json: bool, log: bool) -> int:
    """Exit code 0. Raises InputError for an id that is not there, or that several begin with.

    log: only what the trial has printed.
    """
    paths = results_now(results)
    stored = _entries(paths)
    found = _find(identifier, paths, stored)
    if log:
        sys.stdout.buffer.write(_log(found, paths))
        return 0
    made = {"study": _study, "trial": _trial, "pack": _pack}[found.kind](found.name, paths, stored)
    if as_json:
        print(json.dumps({"kind": found.kind, **made}, indent=2, ensure_ascii=False))
    else:
        print("\n".join(_lines({found.kind: found.name, **made})))
    return 0


def _log(found: Found, paths: ResultsPaths) -> bytes:
    """Raises InputError where there is none."""
    log = read_log(paths, found.name) if found.kind == "trial" else None
    if log is None:
        what = f"the {found.kind} {found.name} has no log"
        allowed = "a trial of a study with `trial` (a function or command of your own) that has run"
        raise InputError([Problem("--log", what, allowed, f"orch show {found.name}")])
    return log


def _entries(paths: ResultsPaths) -> Mapping[str, Entry]:
    """Trial id → its row in the store, else in the table of a study."""
    rows = (row for name in known(paths) for row in table_rows(paths.study(name)))
    tabled = {row["trial_id"]: Entry(row["status"], row["pack_id"]) for row in rows}
    return tabled | dict(entries(paths))


def _rows(paths: ResultsPaths, pack: str) -> list[dict[str, Any]]:
    """Trials of a pack: in the store, else in the tables of studies."""
    if paths.part("trials", pack).exists():
        return read_trials(paths, pack)
    rows = (row for name in known(paths) for row in table_rows(paths.study(name)))
    return [*{row["trial_id"]: row for row in rows if row["pack_id"] == pack}.values()]


def _find(identifier: str, paths: ResultsPaths, stored: Mapping[str, Entry]) -> Found:
    names = {
        "study": known(paths),
        "trial": stored,
        "pack": {entry.pack_id for entry in stored.values()},
    }
    for kind, every in names.items():
        if identifier in every:
            return Found(kind, identifier)
    begins = [
        Found(kind, name)
        for kind in ("trial", "pack")
        for name in names[kind]
        if len(identifier) >= SHORTEST and name.startswith(identifier)
    ]
    if len(begins) == 1:
        return begins[0]
    raise InputError([_problem(identifier, begins, paths)])


def _problem(identifier: str, begins: list[Found], paths: ResultsPaths) -> Problem:
    if begins:
        listed = ", ".join(f"{each.kind} {each.name}" for each in begins[:_MOST])
        what = f"{len(begins):,} ids begin with {identifier!r}"
        return Problem(identifier, what, listed, "give more digits")
    what = f"{paths} has no study, trial or pack of this name"
    digits = f"the id of a trial or pack, or at least {SHORTEST} digits of it"
    cure = "`orch list` names the studies; trials.parquet has the ids"
    return Problem(identifier, what, f"the name of a study, {digits}", cure)


def _study(name: str, paths: ResultsPaths, stored: Mapping[str, Entry]) -> dict[str, Any]:
    document = read_plan(paths.study(name))
    variants = {
        variant.label: _counted(stored, variant.every_trial())
        for variant in (document.variants if document else ())
    }
    content = document.to_json() if document else {}
    facts = ("question", "seed", "replicates", "factors", "compare", "fixed", "git")
    report = paths.study(name).report
    return {
        **{key: content[key] for key in facts if key in content},
        "variants": variants,
        "report": str(report) if report.exists() else None,
    }


def _counted(stored: Mapping[str, Entry], trials: Iterable[str]) -> dict[str, int]:
    """completed, diverged, failed, missing → trials, where there are any."""
    counts: dict[str, int] = {}
    for trial in trials:
        status = stored[trial].status if trial in stored else "missing"
        counts[status] = counts.get(status, 0) + 1
    return counts


def _pack(name: str, paths: ResultsPaths, stored: Mapping[str, Entry]) -> dict[str, Any]:
    rows = _rows(paths, name)
    one = rows[0]
    facts = ("execution", "device", "threads", "code_digest", "started_at")
    return {
        **{key: one[key] for key in facts},
        "wall_s": sum(row["wall_s"] for row in rows),
        "trials": [f"{row['trial_id']} {_described(row)}" for row in rows],
    }


def _described(row: Mapping[str, Any]) -> str:
    return f"{row['variant']}, replicate {row['replicate']}: {row['status']}"


def _trial(name: str, paths: ResultsPaths, stored: Mapping[str, Entry]) -> dict[str, Any]:
    rows = _rows(paths, stored[name].pack_id)
    row = next(row for row in rows if row["trial_id"] == name)
    facts = {
        key: value
        for key, value in row.items()
        if "." not in key and key not in ("trial_id", "error") and value is not None
    }
    return {
        **facts,
        "in_studies": _studies_with(name, paths),
        "error": row["error"],
        "final": _tail(row, "final."),
        "settings": _tail(row, "setting."),
    }


def _tail(row: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    return {
        key.removeprefix(prefix): value
        for key, value in row.items()
        if key.startswith(prefix) and value is not None
    }


def _studies_with(trial: str, paths: ResultsPaths) -> list[str]:
    """A trial belongs to every study that plans it, whichever trained it."""
    plans = {name: read_plan(paths.study(name)) for name in known(paths)}
    return [name for name, plan in plans.items() if plan and trial in plan.every_trial()]


def _lines(made: Mapping[str, Any], indent: str = "") -> Iterable[str]:
    """key: value, groups indented; what is empty is left out."""
    for key, value in made.items():
        if isinstance(value, dict) and value:
            yield f"{indent}{key}"
            yield from _lines(value, f"{indent}  ")
        elif isinstance(value, list | tuple) and value:
            yield (
                f"{indent}{key}: {', '.join(map(plain, value))}"
                if len(value) < 9
                else (f"{indent}{key}\n" + "\n".join(f"{indent}  {plain(each)}" for each in value))
            )
        elif isinstance(value, str) and "\n" in value:
            yield from (f"{indent}{key}", *(f"{indent}  {line}" for line in value.splitlines()))
        elif value not in (None, {}, []):
            yield f"{indent}{key}: {plain(value)}"
