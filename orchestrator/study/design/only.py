"""`--only`: the part of the design that it keeps."""

from collections.abc import Mapping
from dataclasses import replace

from orchestrator.study.design.designs import VARIANTS, Design
from orchestrator.study.design.factors import Factor, levels_text, with_levels
from orchestrator.study.parsing.consequences import hides_factor, hides_level, hides_variant
from orchestrator.study.parsing.messages import names, nearest, plain, shown
from orchestrator.study.parsing.overrides import Edits, Flag
from orchestrator.study.parsing.yaml_text import Findings, KeyPath

BY_NAME = "variant"  # --only variant=NAME, where variants have names


def apply_only(findings: Findings, flags: list[Flag], design: Design, edits: Edits) -> Design:
    """The design with the levels, or named variants, that the flags keep; without flags, all."""
    if not flags:
        return design
    if design.name == VARIANTS:
        return _keep_named(findings, flags, design, edits)
    wanted = _wanted(findings, flags, design)
    if design.name == "paired":
        return _keep_rows(findings, flags, design, wanted, edits)
    kept = {path: sorted(indices) for path, indices in wanted.items()}
    edits.kept.update({_place(p, design.factors[p]): indices for p, indices in kept.items()})
    factors = {
        path: with_levels(factor, kept[path]) if path in kept else factor
        for path, factor in design.factors.items()
    }
    left = replace(design, factors=factors)
    _check_center(findings, flags, left)
    return _without_impossible(left, edits)


def _wanted(findings: Findings, flags: list[Flag], design: Design) -> dict[str, set[int]]:
    """KeyPath → places of the levels that stay in the list of levels."""
    wanted: dict[str, set[int]] = {}
    for flag in flags:
        factor = design.factors.get(flag.path)
        if factor is None:
            if hides_factor(findings, flag.path, design.factors):
                continue
            cure = nearest(flag.path, design.factors)
            cure = cure or "fix a setting that is not a factor with --set"
            allowed = names(design.factors)
            findings.add_at(flag.position, f"{flag.path} is not a factor", allowed, cure)
        elif (index := factor.index_of(flag.value)) < 0:
            if hides_level(findings, flag.path):
                continue
            what = f"{shown(flag.value)} is not a level of {flag.path}"
            near = nearest(flag.value, factor.levels)
            findings.add_at(flag.position, what, levels_text(factor.levels), near)
        else:
            level = factor.levels[index]
            same = {i for i, other in enumerate(factor.levels) if other == level}
            wanted.setdefault(flag.path, set()).update(same)
    return wanted


def _place(path: str, factor: Factor) -> KeyPath:
    """The place of the list of levels in the file."""
    return ("factors", path, "levels") if factor.when else ("factors", path)


def _check_center(findings: Findings, flags: list[Flag], design: Design) -> None:
    """The design one_at_a_time needs its center."""
    for path, level in design.center.items():
        if level not in design.factors[path].levels:
            flag = next(flag for flag in flags if flag.path == path)
            what = f"drops {shown(level)}, a level of the center"
            findings.add_at(flag.position, what, cure=f"add --only {path}={plain(level)}")


def _without_impossible(design: Design, edits: Edits) -> Design:
    """Without factors that need levels that were dropped."""
    factors: dict[str, Factor] = {}
    for path, factor in design.factors.items():
        when = factor.when.items()
        if all(p in factors and level in factors[p].levels for p, level in when):
            factors[path] = factor
        else:
            edits.removed.append(("factors", path))
    return replace(design, factors=factors)


def _keep_rows(
    findings: Findings,
    flags: list[Flag],
    design: Design,
    wanted: Mapping[str, set[int]],
    edits: Edits,
) -> Design:
    """Keeps the rows (index i of every list) that have a wanted level of every factor named."""
    rows = set(range(max((len(f.levels) for f in design.factors.values()), default=0)))
    kept = sorted(rows.intersection(*wanted.values()))
    if not kept and wanted:
        what = "leaves no variant: none has these levels together"
        findings.add_at(flags[-1].position, what, cure="keep levels of one variant")
    edits.kept.update({("factors", path): kept for path in design.factors})
    return replace(
        design, factors={path: with_levels(f, kept) for path, f in design.factors.items()}
    )


def _keep_named(findings: Findings, flags: list[Flag], design: Design, edits: Edits) -> Design:
    wanted: set[str] = set()
    for flag in flags:
        name = plain(flag.value)
        if flag.path != BY_NAME:
            cure = "choose variants by their names"
            findings.add_at(
                flag.position, "the variants of this study have names", "--only variant=NAME", cure
            )
        elif name not in design.named:
            if hides_variant(findings):
                continue
            what = f"there is no variant {shown(name)}"
            near = nearest(name, design.named)
            findings.add_at(flag.position, what, names(design.named), near)
        else:
            wanted.add(name)
    edits.removed += [("variants", name) for name in design.named if name not in wanted]
    return design.keeping(wanted)
