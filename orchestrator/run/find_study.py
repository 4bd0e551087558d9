"""Studies that have been run in a results folder, found by name or by their study file."""

from difflib import get_close_matches
from pathlib import Path

from orchestrator.errors import InputError, Problem
from orchestrator.path_names import is_safe_name
from orchestrator.paths import ResultsPaths
from orchestrator.plan_document import PlanDocument, PlanDocumentError
from orchestrator.store.journal import require_plan
from orchestrator.study.load import load_study
from orchestrator.study.parsing.source import shipped_studies

SHORTEST = 4  # digits of an id that is given in part


def document_of(study: str, paths: ResultsPaths) -> PlanDocument:
    """plan.json of the last run of the study that has this path or name."""
    found = known(paths)
    name = study if study in found else _name_in(study)
    where = str(paths.study(name).plan)
    try:
        document = require_plan(paths.study(name)) if name in found else None
    except PlanDocumentError as error:
        what = f"is not a plan that this version reads: {error}"
        raise InputError([Problem(where, what, cure="run the study again")]) from error
    if document is None:
        raise InputError([_nothing_there(study, name, found, paths)])
    if document.study != name:  # its name becomes a path: it must be that of the folder
        what = f"is of a study named {document.study!r}, not of {name!r}"
        raise InputError([Problem(where, what, cure="rename its folder back")])
    return document


def known(paths: ResultsPaths) -> list[str]:
    """Studies that have been run in this results folder."""
    names = (plan.parent.name for plan in paths.root.glob("*/plan.json"))
    return sorted(filter(is_safe_name, names))


def _name_in(study: str) -> str:
    """The name that a study file gives itself. Raises InputError for a bad file."""
    is_file = study.endswith((".yaml", ".yml")) or Path(study).exists()
    return load_study(study).name if is_file or study in shipped_studies() else study


def _nothing_there(study: str, name: str, found: list[str], paths: ResultsPaths) -> Problem:
    near = get_close_matches(name, found, 1)
    return Problem(
        where=study,
        what=f"{paths} has no results of {name!r}",
        allowed=", ".join(found),
        cure=f"did you mean {near[0]!r}?" if near else _how_to_get(study, name),
    )


def _how_to_get(study: str, name: str) -> str:
    """A cure that works: a study that does not exist cannot be trained."""
    if study != name or study in shipped_studies():
        return f"train it first: orch run {study}"
    return "say where its results are: --results DIR; `orch list` names the studies there"
