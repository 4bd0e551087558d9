"""Revisions in a plan: what they are, and that they differ in what trials use."""

from collections.abc import Iterable

from orchestrator.errors import InputError, Problem
from orchestrator.models.settings.own_trial import OwnCommand
from orchestrator.revisions.checkout import differing
from orchestrator.study.parsing.raw_factors import place_of
from orchestrator.study.parsing.yaml_text import dotted, read_yaml
from orchestrator.study.records import OwnSettings, Study, Variant

REVISION_PATH = "trial.revision"
_NAMED = 3  # files in a message


def check_revisions(study: Study, same: Iterable[tuple[Variant, Variant]]) -> None:
    """Raises InputError for variants that differ in their revision, but not in what counts.

    same: pairs of variants whose trials would have the same ids.
    """
    problems = dict.fromkeys(_problem(study, *pair) for pair in same)
    if problems:
        raise InputError(problems)


def _problem(study: Study, one: Variant, other: Variant) -> Problem:
    document, _ = read_yaml(study.text, str(study.path))
    place = place_of(document, [REVISION_PATH], other.label) or tuple(REVISION_PATH.split("."))
    line, column, _ = document.position(place)
    names = " and ".join(str(each.settings.flat.get(REVISION_PATH)) for each in (one, other))
    what = f"{dotted(place)}: {names} differ in nothing that a trial's id covers"
    files = _differing(one, other)
    listed = ", ".join(files[:_NAMED]) + f" and {len(files) - _NAMED} more" * (len(files) > _NAMED)
    cure = "give the function their paths, as settings of the type Path"
    if isinstance(other.settings, OwnSettings) and isinstance(other.settings.trial, OwnCommand):
        cure = "list under trial.files what the command reads"
    differ = f"they differ in {listed}" if listed else "they have the same files"
    return Problem(f"{study.path}:{line}:{column}", what, cure=f"{differ}; {cure}")


def _differing(one: Variant, other: Variant) -> list[str]:
    """Files that two revisions do not share."""
    owns = (v.settings.trial for v in (one, other) if isinstance(v.settings, OwnSettings))
    roots = [own.checkout.root for own in owns if own.checkout]
    return differing(*roots) if len(roots) == 2 else []
