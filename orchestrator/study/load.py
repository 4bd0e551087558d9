"""study.yaml → Study: every problem of the file and of the flags is reported at once."""

from collections.abc import Mapping
from math import prod
from pathlib import Path
from typing import Any

from orchestrator.study.base import Base, read_base
from orchestrator.study.baselines import baselines
from orchestrator.study.comparing import check_baseline, read_compare
from orchestrator.study.describe import names, shown
from orchestrator.study.document import Document, Findings, read_document
from orchestrator.study.factors import Factors, Rule, keep_only, read_factors, read_rules
from orchestrator.study.file import StudyFile
from orchestrator.study.head import read_head
from orchestrator.study.overrides import Edits, Flag, Overrides, apply_sets, edited_text, read_flags
from orchestrator.study.own import try_own
from orchestrator.study.reading import read_group
from orchestrator.study.records import Exclusion, Study, Variant
from orchestrator.study.settings import Resources
from orchestrator.study.source import find_source, read_source
from orchestrator.study.variants import expand

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
    full = (
        read_factors(findings, given["factors"], base.factor_settings) if "factors" in given else {}
    )
    kept = keep_only(findings, only, full, edits)
    rules = read_rules(findings, given.get("exclude", []), full)
    declared = given.get("compare", {})
    compare = read_compare(findings, declared, base.tasks(kept), full, kept, only)
    variants, excluded = _expand(findings, base, kept, rules, head["replicates"], only)
    if compare is not None:
        check_baseline(findings, compare, variants, ("compare", "baseline") in document.keys)
    if only:
        excluded = _without_idle(excluded, rules, edits)
    partners = baselines(variants, compare.baseline) if compare is not None else {}
    resources = read_group(findings, ("resources",), given.get("resources", {}), base.settings)
    return {
        **head,
        "design": "factorial",
        "center": {},
        "baselines": {variant: found[0].variant_id for variant, found in partners.items() if found},
        "factors": {path: factor.levels for path, factor in kept.items()},
        "variants": variants,
        "excluded": excluded,
        "compare": compare,
        "resources": Resources.model_validate(resources),
    }


def _expand(
    findings: Findings,
    base: Base,
    factors: Factors,
    rules: list[Rule],
    replicates: int,
    only: list[Flag],
) -> tuple[tuple[Variant, ...], tuple[Exclusion, ...]]:
    """The variants, with problems that show only once factors and rules meet."""
    size = prod(len(factor.levels) for factor in factors.values())
    if size * replicates > MOST_TRIALS:
        what = f"{size:,} combinations × {replicates:,} replicates are {size * replicates:,} trials"
        findings.add(("factors",), what, f"at most {MOST_TRIALS:,}", at_key=True)
        return (), ()
    if not factors or size == 0:
        return (), ()
    variants, excluded = expand(findings, base, factors, rules)
    if sum(len(exclusion.labels) for exclusion in excluded) == size:
        _all_excluded(findings, only)
    for rule, exclusion in zip(rules, excluded, strict=True):
        if not exclusion.labels and not only:
            what = "takes out nothing that the rules above leave"
            findings.add(("exclude", rule.index), what, cure="remove this rule")
    return variants, excluded


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
