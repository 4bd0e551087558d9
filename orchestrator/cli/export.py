"""`orch export`: tables and figures of a study for papers, and its trials for other tools."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from orchestrator.errors import EnvironmentFault, InputError, Problem
from orchestrator.files import faults
from orchestrator.paths import Location
from orchestrator.reports.analysis import Analysis, analyse
from orchestrator.reports.data.errors import ReportError
from orchestrator.reports.export.errors import ExportChoiceError, ExportError
from orchestrator.reports.statistics.gradients.compared import read_study
from orchestrator.run.find_study import document_of
from orchestrator.run.results_location import expanded, results_now
from orchestrator.store.remote.mirror import push_study
from orchestrator.store.tables.current import current_tables

FORMATS = ("csv", "latex", "svg", "pdf", "tensorboard", "mlflow")
_PICTURES = ("svg", "pdf")


@dataclass(frozen=True, slots=True)
class Wanted:
    """The flags of one call, as given."""

    form: str
    to: Path | None
    uri: str | None
    choose: tuple[str, ...]  # KEY=OPTION


def export(study: str, wanted: Wanted, *, results: Location | None) -> int:
    """Exit code 0 once everything is written. Raises InputError, EnvironmentFault."""
    problems = list(_problems(wanted))
    if problems:
        raise InputError(problems)
    paths = results_now(results)
    document = document_of(study, paths)
    with _told(), current_tables(paths, document) as current:
        analysis = analyse(read_study(current.folder, current.unstored))
        if wanted.form == "mlflow":
            _to_server(current.folder, analysis, _uri(wanted))
        else:
            own = paths.study(document.study).export(wanted.form)
            target = expanded(wanted.to, "--to") if wanted.to else own
            _to_folder(current.folder, analysis, wanted, target)
    if wanted.to is None:
        push_study(paths, document.study)
    return 0


def _problems(wanted: Wanted) -> Iterator[Problem]:
    if wanted.form not in FORMATS:
        yield Problem("--format", f"{wanted.form!r} is no format", ", ".join(FORMATS))
    if wanted.form == "mlflow" and not _uri(wanted):
        cure = "give the address of a tracking server: --uri http://127.0.0.1:5000"
        yield Problem("--uri", "mlflow needs to know where runs go", "or MLFLOW_TRACKING_URI", cure)
    if wanted.uri is not None and wanted.form != "mlflow":
        yield Problem("--uri", f"{wanted.form} is written into a folder", cure="use --to DIR")
    if wanted.to is not None and wanted.form == "mlflow":
        yield Problem("--to", "mlflow runs go to a tracking server", cure="use --uri URI")
    if wanted.choose and wanted.form not in _PICTURES:
        yield Problem("--choose", f"{wanted.form} has no pictures", " and ".join(_PICTURES))
    for text in wanted.choose:
        if "=" not in text:
            yield Problem(f"--choose {text}", "is not KEY=OPTION", "for instance model.depth=4")


def _uri(wanted: Wanted) -> str:
    return wanted.uri or os.environ.get("MLFLOW_TRACKING_URI", "")


@contextmanager
def _told() -> Iterator[None]:
    """Errors of the export, in the terms of the command line."""
    try:
        yield
    except ExportChoiceError as error:
        raise InputError([Problem("--choose", str(error))]) from error
    except (ExportError, ReportError) as error:
        raise EnvironmentFault(str(error)) from error


def _to_server(folder: Path, analysis: Analysis, uri: str) -> None:
    from orchestrator.reports.export.mlflow import write_mlflow

    written, present = write_mlflow(folder, analysis.plan, uri)
    kept = f", {present:,} were there already" if present else ""
    print(f"{written:,} runs written{kept}: experiment {analysis.plan.study} of {uri}")


def _to_folder(folder: Path, analysis: Analysis, wanted: Wanted, target: Path) -> None:
    """folder: with the study's tables."""
    with faults(target, "write into", "choose another folder with --to DIR"):
        target.mkdir(parents=True, exist_ok=True)
        written = _writer(wanted)(folder, analysis, target)
    if wanted.form == "tensorboard":
        print(f"{len(written):,} trials: tensorboard --logdir {target}")
    else:
        print("\n".join(map(str, written)))


Writer = Callable[[Path, Analysis, Path], Sequence[Path]]


def _writer(wanted: Wanted) -> Writer:
    if wanted.form == "csv":
        from orchestrator.reports.export.tables import write_csv

        return write_csv
    if wanted.form == "latex":
        from orchestrator.reports.export.latex import write_latex

        return lambda _, analysis, target: write_latex(analysis, target)
    if wanted.form == "tensorboard":
        from orchestrator.reports.export.tensorboard import write_tensorboard

        return lambda study, _, target: write_tensorboard(study, target)
    from orchestrator.reports.export.pictures import write_pictures

    chosen = _chosen(wanted)
    return lambda _, analysis, target: write_pictures(analysis, target, wanted.form, chosen)


def _chosen(wanted: Wanted) -> Mapping[str, str]:
    pairs = (text.partition("=") for text in wanted.choose)
    return {key: option for key, _, option in pairs}
