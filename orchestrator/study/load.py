"""study.yaml → Study: every problem of the file and of the flags is reported at once."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from orchestrator.study.design.compare import metrics_of, read_compare, settle
from orchestrator.study.design.designs import VARIANTS, Design, Point
from orchestrator.study.design.exclude import Rule, read_rules
from orchestrator.study.design.only import keep_only
from orchestrator.study.design.read import read_design
from orchestrator.study.design.together import check_workers
from orchestrator.study.design.tune import check_tune, read_tune
from orchestrator.study.design.variants import expand
from orchestrator.study.parsing.custom_code import try_own
from orchestrator.study.parsing.header import read_head
from orchestrator.study.parsing.keys import StudyFile
from orchestrator.study.parsing.messages import names, shown
from orchestrator.study.parsing.overrides import (
    Edits,
    Flag,
    Overrides,
    apply_sets,
    edited_text,
    read_flags,
)
from orchestrator.study.parsing.sections import Base, read_base
from orchestrator.study.parsing.source import find_source, read_source
from orchestrator.study.parsing.validate import read_group
from orchestrator.study.parsing.yaml_text import Document, Findings, read_document
from orchestrator.study.records import Exclusion, Level, Study, Tune, Variant
from orchestrator.study.settings import Compare, Resources

__all__ = ["Overrides", "load_study", "parse_study"]

NO_OVERRIDES = Overrides()
MOST_TRIALS = 1_000_000  # planning them takes half a minute, training them months


def load_study(source: str, overrides: Overrides = NO_OVERRIDES) -> Study:
    """The study in a file, or a shipped one by its name, with what the flags change.

    Raises InputError with all problems of the file and the flags.
    """
    path = find_source(source)
    return parse_study(read_source(path), path, overrides)


def parse_study(text: str, path: Path, overrides: Overrides = NO_OVERRIDES) -> Study:
    """The study in a YAML text; `path` is what messages call it. Raises InputError."""
    document, findings = read_document(text, str(path))
    if not isinstance(document.value, Mapping):
        allowed = f"a mapping with the keys {names(StudyFile.model_fields)}"
        content = "only comments" if document.value is None else shown(document.value)
        findings.add((), f"the file holds {content}, not a study", allowed)
        findings.raise_if_any()
    edits = apply_sets(overrides, document, findings)
    folders = tuple(dict.fromkeys((path.resolve().parent, Path.cwd())))
    only = read_flags("only", overrides.only, findings)
    parts = _read(findings, document, only, edits, folders)
    findings.raise_if_any()
    try_own(findings, parts["variants"], parts["seed"])
    findings.raise_if_any()
    return Study(**parts, path=path, text=edited_text(text, edits, document))


def _read(
    findings: Findings,
    document: Document,
    only: list[Flag],
    edits: Edits,
    folders: tuple[Path, ...],
) -> dict[str, Any]:
    """The parts of the study; whole only if nothing was found wrong."""
    given: Mapping[str, Any] = document.value
    base = read_base(findings, given, folders)
    head = read_head(findings, given, base.settings)
    full = read_design(findings, given, base.factor_settings)
    kept = keep_only(findings, only, full, edits)
    rules = read_rules(findings, given.get("exclude", []), full)
    declared = given.get("compare", {})
    declaration = read_compare(findings, declared, base.tasks(kept.factors), full, kept, only)
    compared = declaration.metric if declaration else None
    tune = _tune(findings, given, base, kept, full, compared)
    each = head["replicates"] + (tune.trials_per_variant if tune else 0)
    variants, excluded = _expand(findings, base, kept, rules, each, only)
    if tune is not None:
        tune = _without_idle_settings(tune, variants, edits) if only else tune
        check_tune(findings, tune, variants, head["replicates"])
    compare: Compare | None = None
    partners: dict[str, str] = {}
    if declaration is not None:
        compare, partners = settle(findings, declaration, kept, variants)
    if only:
        excluded = _without_idle(excluded, rules, edits)
    resources = _resources(findings, given, base)
    check_workers(findings, resources, variants, tune)
    return {
        **head,
        "design": kept.name,
        "factors": _levels(kept, variants),
        "center": kept.center,
        "variants": variants,
        "baselines": partners,
        "excluded": excluded,
        "tune": tune,
        "compare": compare,
        "resources": resources,
    }


def _resources(findings: Findings, given: Mapping[str, Any], base: Base) -> Resources:
    values = read_group(findings, ("resources",), given.get("resources", {}), base.settings)
    resources = Resources.model_validate(values)
    if resources.accelerator_type and not resources.gpus:
        path = ("resources", "accelerator_type")
        findings.add(path, "the type of a GPU, but none is asked for", cure="add gpus: 1")
    if resources.gpus > 1 and not resources.gpus.is_integer():
        what = f"{resources.gpus:g} is neither a share of one GPU nor whole ones"
        findings.add(("resources", "gpus"), what, "0 to 1, or a whole number")
    return resources


def _levels(design: Design, variants: tuple[Variant, ...]) -> dict[str, tuple[Level, ...]]:
    """Every factor with its levels in the order of the study, each once."""
    if design.name == VARIANTS:  # with what the file fixes, where a variant does not set it
        found = {p: [v.levels[p] for v in variants if p in v.levels] for p in design.factors}
        return {path: tuple(dict.fromkeys(levels)) for path, levels in found.items()}
    return {path: tuple(dict.fromkeys(f.levels)) for path, f in design.factors.items()}


def _tune(
    findings: Findings,
    given: Mapping[str, Any],
    base: Base,
    kept: Design,
    full: Design,
    compared: str | None,
) -> Tune | None:
    if "tune" not in given:
        return None
    tasks = base.tasks(kept.factors)
    metrics = metrics_of(tasks) if tasks else []
    settings = base.factor_settings
    return read_tune(findings, given["tune"], settings, full.factors, metrics, compared)


def _expand(
    findings: Findings,
    base: Base,
    design: Design,
    rules: list[Rule],
    trials_each: int,
    only: list[Flag],
) -> tuple[tuple[Variant, ...], tuple[Exclusion, ...]]:
    """The variants, with problems that show only once factors and rules meet."""
    points = _points(findings, design, trials_each)
    if not points:
        return (), ()
    variants, excluded = expand(findings, base, design, points, rules)
    if sum(len(exclusion.labels) for exclusion in excluded) == len(points):
        _all_excluded(findings, only)
    for rule, exclusion in zip(rules, excluded, strict=True):
        if not exclusion.labels and not only:
            what = "takes out nothing that the rules above leave"
            findings.add(("exclude", rule.index), what, cure="remove this rule")
    return variants, excluded


def _points(findings: Findings, design: Design, trials_each: int) -> list[Point]:
    """All that the design combines; none where these are too many."""
    most = MOST_TRIALS // max(trials_each, 1)
    points = list(islice(design.points(), most + 1))
    if len(points) <= most:
        return points
    what = f"more than {most:,} combinations × {trials_each:,} trials each"
    findings.add(("factors",), what, f"at most {MOST_TRIALS:,} trials", at_key=True)
    return []


def _without_idle_settings(tune: Tune, variants: tuple[Variant, ...], edits: Edits) -> Tune:
    """Only what still applies to a variant that `--only` keeps; `when` may name other levels."""
    active = tuple(n for n in tune.settings if any(n.applies_to(v) for v in variants))
    edits.removed += [("tune", n.path) for n in tune.settings if n not in active]
    return replace(tune, settings=active)


def _all_excluded(findings: Findings, only: list[Flag]) -> None:
    if only:
        what = "leaves only combinations that the study excludes"
        findings.add_at(only[0].place, what, cure="keep other levels")
    else:
        findings.add(("exclude",), "takes out every combination", cure="exclude less")


def _without_idle(
    excluded: tuple[Exclusion, ...], rules: list[Rule], edits: Edits
) -> tuple[Exclusion, ...]:
    """Only the rules that still take something out of what `--only` keeps."""
    at_work = [i for i, exclusion in enumerate(excluded) if exclusion.labels]
    if len(at_work) < len(excluded):
        edits.kept["exclude",] = [rules[i].index for i in at_work]
    return tuple(excluded[i] for i in at_work)
