"""study.yaml → Study; all problems of the file and of the flags are reported at once."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from orchestrator.plan_document import Level
from orchestrator.study.design.check_effects import absent_places, check_effects, idle_places
from orchestrator.study.design.check_tune import check_tune
from orchestrator.study.design.compare import read_compare, resolve_compare
from orchestrator.study.design.designs import VARIANTS, Combination, Design
from orchestrator.study.design.exclude import ExcludeRule, read_exclude
from orchestrator.study.design.only import apply_only
from orchestrator.study.design.read import read_design
from orchestrator.study.design.reported import TASK, read_reported
from orchestrator.study.design.resources import check_workers, read_resources
from orchestrator.study.design.tune import read_tune
from orchestrator.study.design.variants import expand
from orchestrator.study.parsing.custom_code import try_own_code
from orchestrator.study.parsing.header import read_header
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
from orchestrator.study.parsing.sections import Sections, read_sections
from orchestrator.study.parsing.source import find_source, read_source
from orchestrator.study.parsing.validate import read_group
from orchestrator.study.parsing.yaml_text import Findings, KeyPath, YamlDocument, read_yaml
from orchestrator.study.records import Exclusion, Study, Tune, Variant
from orchestrator.study.settings import Compare, Keep

__all__ = ["Overrides", "load_study", "parse_study"]

NO_OVERRIDES = Overrides()
MOST_TRIALS = 1_000_000  # planning them takes half a minute, training them months


def load_study(source: str, overrides: Overrides = NO_OVERRIDES) -> Study:
    """The study in a file, or a shipped one by its name, with the changes of the flags.

    Raises InputError with all problems of the file and the flags.
    """
    path = find_source(source)
    return parse_study(read_source(path), path, overrides)


def parse_study(text: str, path: Path, overrides: Overrides = NO_OVERRIDES) -> Study:
    """The study in a YAML text; messages show `path`. Raises InputError."""
    document, findings = read_yaml(text, str(path))
    if not isinstance(document.value, Mapping):
        allowed = f"a mapping with the keys {names(StudyFile.model_fields)}"
        content = "only comments" if document.value is None else shown(document.value)
        findings.add((), f"the file contains {content}, not a study", allowed)
        findings.raise_if_any()
    edits = apply_sets(overrides, document, findings)
    folders = tuple(dict.fromkeys((path.resolve().parent, Path.cwd())))
    only = read_flags("only", overrides.only, findings)
    parts = _read(findings, document, only, edits, folders)
    findings.raise_if_any()
    edited = edited_text(text, edits, document)
    if only:
        return parse_study(edited, path)  # what is run is what study.yaml will say
    on_gpu = parts["resources"].gpus > 0
    try_own_code(findings, parts["variants"], parts["seed"], on_gpu=on_gpu)
    findings.raise_if_any()
    return Study(**parts, path=path, text=edited)


def _read(
    findings: Findings,
    document: YamlDocument,
    only: list[Flag],
    edits: Edits,
    folders: tuple[Path, ...],
) -> dict[str, Any]:
    """The parts of the study; complete only if there are no findings."""
    given: Mapping[str, Any] = document.value
    sections = read_sections(findings, given, folders)
    header = read_header(findings, given, sections.settings)
    full = read_design(findings, given, sections.factor_settings)
    kept = apply_only(findings, only, full, edits)
    rules = read_exclude(findings, given.get("exclude", []), full)
    declared = given.get("compare", {})
    tasks = sections.tasks(kept.levels_of(TASK))
    reported = read_reported(findings, sections, tasks)
    declaration = read_compare(findings, declared, reported, full, kept, only)
    tune: Tune | None = None
    if "tune" in given:
        compared = declaration.metric if declaration else None
        settings = sections.factor_settings
        tune = read_tune(findings, given["tune"], settings, full.factors, reported, compared)
    each = header["replicates"] + (tune.trials_per_variant if tune else 0)
    variants, excluded = _expand(findings, sections, kept, rules, each, only)
    if tune is not None:
        tune = _without_idle_settings(tune, variants, edits) if only else tune
        check_tune(findings, tune, variants, header["replicates"])
    if not findings.found:
        left_out = _without_idle_fixed(sections, kept, variants, tune, edits) if only else ()
        check_effects(findings, sections.fixed, kept, variants, tune, left_out)
    compare: Compare | None = None
    partners: dict[str, str] = {}
    if declaration is not None:
        compare, partners = resolve_compare(findings, declaration, kept, variants)
    if only:
        excluded = _without_idle(excluded, rules, edits)
    resources = read_resources(findings, given.get("resources", {}), sections.settings)
    keep = Keep(**read_group(findings, ("keep",), given.get("keep", {}), sections.settings))
    check_workers(findings, resources, variants, tune)
    return {
        **header,
        "design": kept.name,
        "factors": _levels(kept, variants),
        "center": kept.center,
        "variants": variants,
        "baselines": partners,
        "excluded": excluded,
        "tune": tune,
        "compare": compare,
        "resources": resources,
        "keep": keep,
        "revisions": sections.revisions,
    }


def _levels(design: Design, variants: tuple[Variant, ...]) -> dict[str, tuple[Level, ...]]:
    """Every factor with its distinct levels in the order of the study."""
    if design.name == VARIANTS:  # with the fixed value, if a variant does not set it
        found = {p: [v.levels[p] for v in variants if p in v.levels] for p in design.factors}
        return {path: tuple(dict.fromkeys(levels)) for path, levels in found.items()}
    return {path: tuple(dict.fromkeys(f.levels)) for path, f in design.factors.items()}


def _expand(
    findings: Findings,
    sections: Sections,
    design: Design,
    rules: list[ExcludeRule],
    trials_each: int,
    only: list[Flag],
) -> tuple[tuple[Variant, ...], tuple[Exclusion, ...]]:
    """The variants; reports problems that show only when rules meet combinations."""
    combinations = _combinations(findings, design, trials_each)
    if not combinations:
        return (), ()
    variants, excluded = expand(findings, sections, design, combinations, rules)
    if sum(len(exclusion.labels) for exclusion in excluded) == len(combinations):
        _all_excluded(findings, only)
    for rule, exclusion in zip(rules, excluded, strict=True):
        if not exclusion.labels and not only:
            what = "excludes nothing beyond the rules above"
            findings.add(("exclude", rule.index), what, cure="remove this rule")
    return variants, excluded


def _combinations(findings: Findings, design: Design, trials_each: int) -> list[Combination]:
    """All combinations of the design; none if there are too many."""
    most = MOST_TRIALS // max(trials_each, 1)
    combinations = list(islice(design.combinations(), most + 1))
    if len(combinations) <= most:
        return combinations
    what = f"more than {most:,} combinations × {trials_each:,} trials each"
    findings.add(("factors",), what, f"at most {MOST_TRIALS:,} trials", at_key=True)
    return []


def _without_idle_settings(tune: Tune, variants: tuple[Variant, ...], edits: Edits) -> Tune:
    """Without nuisance settings that apply to none of the variants that `--only` keeps."""
    active = tuple(n for n in tune.settings if any(n.applies_to(v) for v in variants))
    for path in tune.paths:
        kept = [i for i, nuisance in enumerate(tune.ranges(path)) if nuisance in active]
        if not kept:
            edits.removed.append(("tune", path))
        elif len(kept) < len(tune.ranges(path)):
            edits.kept["tune", path] = kept
    return replace(tune, settings=active)


def _without_idle_fixed(
    sections: Sections,
    design: Design,
    variants: tuple[Variant, ...],
    tune: Tune | None,
    edits: Edits,
) -> tuple[KeyPath, ...]:
    """Fixed settings that matter only to variants that `--only` leaves out; the text loses them."""
    idle = idle_places(sections.fixed, design, variants, tune)
    gone = (*idle, *absent_places(sections.fixed, design, variants))
    edits.removed += gone
    return gone


def _all_excluded(findings: Findings, only: list[Flag]) -> None:
    if only:
        what = "leaves only combinations that the study excludes"
        findings.add_at(only[0].position, what, cure="keep other levels")
    else:
        findings.add(("exclude",), "excludes every combination", cure="exclude less")


def _without_idle(
    excluded: tuple[Exclusion, ...], rules: list[ExcludeRule], edits: Edits
) -> tuple[Exclusion, ...]:
    """Without rules that exclude none of the combinations that `--only` keeps."""
    at_work = [i for i, exclusion in enumerate(excluded) if exclusion.labels]
    if len(at_work) < len(excluded):
        edits.kept["exclude",] = [rules[i].index for i in at_work]
    return tuple(excluded[i] for i in at_work)
