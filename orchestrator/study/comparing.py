"""`compare`: the metric and the baseline, or what stands for them when they are left out."""

from collections.abc import Mapping
from typing import Any

from models.catalogue import TaskEntry
from orchestrator.study.describe import names, nearest, plain, shown
from orchestrator.study.document import Findings
from orchestrator.study.factors import Factors, read_point
from orchestrator.study.file import CompareKeys
from orchestrator.study.overrides import Flag
from orchestrator.study.reading import read_group
from orchestrator.study.records import Level, Variant
from orchestrator.study.settings import Compare
from orchestrator.study.vocabulary import leaves

SPLITS = ("train", "validation", "test")


def metrics_of(tasks: Mapping[str, TaskEntry]) -> list[str]:
    """`<split>/<metric>` that all these tasks report; the default first."""
    first, *others = tasks.values()
    common = [
        metric.name
        for metric in first.metrics
        if all(metric.name in {m.name for m in task.metrics} for task in others)
    ]
    return [f"{split}/{metric}" for metric in common for split in reversed(SPLITS)]


def read_compare(
    findings: Findings,
    given: Any,
    tasks: Mapping[str, TaskEntry],
    full: Factors,
    kept: Factors,
    only: list[Flag],
) -> Compare | None:
    """The declaration of the comparison; None if something is wrong with it."""
    keys = {f"compare.{name}": leaf for name, leaf in leaves(CompareKeys, "").items()}
    others = {key: given[key] for key in given if key != "baseline"} if _maps(given) else given
    read = read_group(findings, ("compare",), others, keys)
    metric = _metric(findings, read.get("metric"), tasks)
    baseline = {path: factor.levels[0] for path, factor in kept.items() if factor.levels}
    if _maps(given) and given.get("baseline") is not None:
        path = ("compare", "baseline")
        baseline = read_point(findings, path, given["baseline"], full) or {}
        if _maps(given["baseline"]) and not given["baseline"]:
            findings.add(path, "names no factor", names(full), "leave it out for the first levels")
        if not _survives(findings, baseline, kept, only):
            return None
    if metric is None:
        return None
    difference = read.get("smallest_difference")
    return Compare(metric=metric, baseline=baseline, smallest_difference=difference)


def _maps(given: Any) -> bool:
    return isinstance(given, Mapping)


def _metric(findings: Findings, given: str | None, tasks: Mapping[str, TaskEntry]) -> str | None:
    known = metrics_of(tasks) if tasks else []
    if given is None:
        return known[0] if known else None
    if known and given not in known:
        what = f"{shown(given)} is no metric of {names(tasks)}"
        findings.add(("compare", "metric"), what, names(known), nearest(given, known))
    return given


def _survives(
    findings: Findings, baseline: Mapping[str, Level], kept: Factors, only: list[Flag]
) -> bool:
    """The baseline's levels must be among those that `--only` keeps."""
    lost = {p: level for p, level in baseline.items() if level not in kept[p].levels}
    for path, level in lost.items():
        flag = next(flag for flag in only if flag.path == path)
        what = f"takes out {shown(level)}, which the study compares with (compare.baseline)"
        findings.add_at(flag.place, what, cure=f"add --only {path}={plain(level)}")
    return not lost


def check_baseline(
    findings: Findings, compare: Compare, variants: tuple[Variant, ...], given: bool
) -> None:
    """At least one variant must have the levels of the baseline."""
    wanted = compare.baseline.items()
    if variants and not any(all(v.levels[p] == level for p, level in wanted) for v in variants):
        point = names(f"{path}={shown(level)}" for path, level in wanted)
        path = ("compare", "baseline") if given else ("exclude",)
        what = "matches no variant: " if given else "takes out the default baseline: "
        cure = "exclude something else" if given else "name another one in compare.baseline"
        findings.add(path, f"{what}{point}", cure=cure)
