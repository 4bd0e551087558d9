"""`compare`: the metric and the baseline, with their defaults."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from orchestrator.gradient_metrics import GRADIENT_METRICS, is_gradient
from orchestrator.plan_document import Level
from orchestrator.study.design.baselines import baselines
from orchestrator.study.design.check_gradient import check_gradient, log_of_smallest
from orchestrator.study.design.designs import VARIANTS, Design
from orchestrator.study.design.factors import Levels, has_levels, read_combination
from orchestrator.study.design.only import BY_NAME
from orchestrator.study.design.reported import TASK, Reported
from orchestrator.study.parsing.consequences import hides_variant
from orchestrator.study.parsing.keys import CompareKeys
from orchestrator.study.parsing.messages import names, nearest, plain, shown
from orchestrator.study.parsing.overrides import Flag
from orchestrator.study.parsing.raw_factors import place_of
from orchestrator.study.parsing.setting_paths import settings_in
from orchestrator.study.parsing.validate import read_group
from orchestrator.study.parsing.yaml_text import Findings
from orchestrator.study.records import LoopSettings, Variant
from orchestrator.study.settings import Compare

PLACE = ("compare", "baseline")


@dataclass(frozen=True, slots=True)
class Baseline:
    """The levels of the baseline, or its name."""

    levels: Levels = field(default_factory=dict)
    name: str = ""

    def fits(self, variant: Variant) -> bool:
        return has_levels(variant.levels, self.levels) and self.name in ("", variant.label)

    @property
    def text(self) -> str:
        return self.name or names(f"{path}={shown(level)}" for path, level in self.levels.items())


@dataclass(frozen=True, slots=True)
class DeclaredCompare:
    """The comparison that a study declares, before its variants are known."""

    metric: str
    baseline: Baseline
    smallest_difference: float | None  # of a gradient: as a logarithm
    is_given: bool  # whether the file names the baseline


def read_compare(
    findings: Findings,
    given: Any,
    reported: Reported,
    full: Design,
    kept: Design,
    only: list[Flag],
) -> DeclaredCompare | None:
    """The declared comparison; None if there is a problem with it.

    full, kept: the design of the file, and the part that `--only` keeps.
    """
    keys = {f"compare.{name}": setting for name, setting in settings_in(CompareKeys, "").items()}
    others = {key: given[key] for key in given if key != "baseline"} if _maps(given) else given
    read = read_group(findings, ("compare",), others, keys)
    metric = _metric(findings, read.get("metric"), reported)
    named = given.get("baseline") if _maps(given) else None
    baseline = _default(kept) if named is None else _read_baseline(findings, named, full)
    if only and named is not None and baseline and not _survives(findings, baseline, kept, only):
        return None
    if metric is None or baseline is None:
        return None
    smallest = read.get("smallest_difference")
    smallest = log_of_smallest(findings, smallest) if is_gradient(metric) else smallest
    return DeclaredCompare(metric, baseline, smallest, named is not None)


def _maps(given: Any) -> bool:
    return isinstance(given, Mapping)


def _metric(findings: Findings, given: str | None, reported: Reported) -> str | None:
    known = reported.metrics
    if given is None:
        return known[0] if known else None
    gradients = tuple(GRADIENT_METRICS) if reported.has_gradients else ()
    if known and given not in known and not (is_gradient(given) and reported.may_probe):
        what = f"{shown(given)} is not a metric of {reported.by}"
        allowed = [*known, *gradients]
        findings.add(("compare", "metric"), what, names(allowed), nearest(given, allowed))
        return None if is_gradient(given) else given
    return given


# --- the baseline --------------------------------------------------------------------------


def _default(design: Design) -> Baseline | None:
    """The first variant of the design, or its center; in a factorial one, of every task."""
    first = next(design.combinations(), None)
    if first is None:
        return None
    if design.name == VARIANTS:
        return Baseline(name=first.label)
    if design.has_one_baseline:
        return Baseline(first.levels)
    return Baseline(_without_task(first.levels))


def _without_task(levels: Levels) -> Levels:
    """Without task settings: those are compared only if the study compares nothing else."""
    of_model = {path: level for path, level in levels.items() if not path.startswith("task.")}
    return of_model or {path: level for path, level in levels.items() if path != TASK}


def _read_baseline(findings: Findings, given: Any, design: Design) -> Baseline | None:
    if design.name == VARIANTS:
        return _read_name(findings, given, design)
    if given == {}:
        allowed = names(design.factors)
        findings.add(PLACE, "contains no factor", allowed, "leave it out for the first levels")
        return None
    levels = read_combination(findings, PLACE, given, design.factors)
    if levels and TASK in levels and not design.has_one_baseline:
        what = "variants are compared within a task"
        findings.add((*PLACE, TASK), what, cure="leave task.name out", at_key=True)
    return Baseline(levels) if levels else None


def _read_name(findings: Findings, given: Any, design: Design) -> Baseline | None:
    if isinstance(given, str) and given in design.named:
        return Baseline(name=given)
    if hides_variant(findings):
        return None
    what = f"{shown(given)} is not the name of a variant"
    findings.add(PLACE, what, names(design.named), nearest(given, design.named))
    return None


def _survives(findings: Findings, baseline: Baseline, kept: Design, only: Sequence[Flag]) -> bool:
    """The baseline must be among what `--only` keeps."""
    gone = {p: plain(level) for p, level in baseline.levels.items() if _is_gone(p, level, kept)}
    if baseline.name and baseline.name not in kept.named:
        gone = {BY_NAME: baseline.name}
    for path, level in gone.items():
        flag = next((flag for flag in only if flag.path == path), only[0])
        what = f"drops {shown(level)}, a level of the baseline (compare.baseline)"
        findings.add_at(flag.position, what, cure=f"add --only {path}={level}")
    return not gone


def _is_gone(path: str, level: Level, design: Design) -> bool:
    return path not in design.factors or level not in design.factors[path].levels


# --- once the variants are known -----------------------------------------------------------


def resolve_compare(
    findings: Findings, declared: DeclaredCompare, design: Design, variants: Sequence[Variant]
) -> tuple[Compare, dict[str, str]]:
    """The comparison, and variant id → id of its baseline; reports what shows only now."""
    fitting = [variant for variant in variants if declared.baseline.fits(variant)]
    if variants and not fitting:
        _report_none(findings, declared)
    if design.has_one_baseline:
        partners = _one_for_all(findings, declared, variants, fitting)
        levels = fitting[0].levels if fitting else {}
    else:
        partners = _one_each(findings, declared, variants)
        levels = declared.baseline.levels
    if is_gradient(declared.metric):
        check_gradient(findings, declared.metric, variants, partners)
    smallest = declared.smallest_difference
    compare = Compare(metric=declared.metric, baseline=dict(levels), smallest_difference=smallest)
    return compare, partners


def _report_none(findings: Findings, declared: DeclaredCompare) -> None:
    path = PLACE if declared.is_given else ("exclude",)
    what = "matches no variant: " if declared.is_given else "excludes the default baseline: "
    cure = "name another one in compare.baseline"
    cure = "exclude something else" if declared.is_given else cure
    findings.add(path, f"{what}{declared.baseline.text}", cure=cure)


def _one_for_all(
    findings: Findings,
    declared: DeclaredCompare,
    variants: Sequence[Variant],
    fitting: Sequence[Variant],
) -> dict[str, str]:
    if len(fitting) > 1:
        labels = "; ".join(variant.label for variant in fitting[:3])
        what = f"{declared.baseline.text} matches {len(fitting)} variants, not one"
        findings.add(PLACE, what, labels, "add more of its levels")
    for variant in variants:
        if fitting and _task(variant) != _task(fitting[0]):
            _report_other_task(findings, variant, fitting[0])
            break
    return {variant.variant_id: fitting[0].variant_id for variant in variants if fitting}


def _task(variant: Variant) -> str:
    """Its name; empty where the trial is the user's own."""
    settings = variant.settings
    return settings.task.name if isinstance(settings, LoopSettings) else ""


def _report_other_task(findings: Findings, variant: Variant, baseline: Variant) -> None:
    here, there = _task(variant), _task(baseline)
    place = place_of(findings.document, [TASK], variant.label) or ("task",)
    what = f"{variant.label} has the task {here}, but its baseline {baseline.label} has {there}"
    findings.add(place, what, "one task", "make task.name a factor of the design factorial")


def _one_each(
    findings: Findings, declared: DeclaredCompare, variants: Sequence[Variant]
) -> dict[str, str]:
    """Variant id → id of its baseline; variants whose baseline is excluded are left out."""
    found = baselines(variants, declared.baseline.levels)
    several = next((v for v in variants if len(found[v.variant_id]) > 1), None)
    if several is not None:
        labels = "; ".join(other.label for other in found[several.variant_id][:3])
        what = f"for the variant {several.label} it matches several variants, not one"
        findings.add(PLACE, what, labels, "add the levels in which they differ")
    return {name: matching[0].variant_id for name, matching in found.items() if matching}
