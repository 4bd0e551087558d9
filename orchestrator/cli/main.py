"""The `orch` command: its verbs and flags, and the one place where errors become exit codes."""

import gc
import sys
import warnings
from pathlib import Path
from typing import Annotated

import typer

from orchestrator.cli.cluster.verbs import verbs
from orchestrator.cli.options import (
    Json,
    Only,
    Replicates,
    Results,
    Set,
    Study,
    refuse_empty_values,
)
from orchestrator.cli.output import show_warning, silence, tell, wants_json, write_anything
from orchestrator.cli.run import run
from orchestrator.errors import EnvironmentFault, OrchError

DOCS = Path(__file__).parents[1] / "docs"  # is installed with the package
COLLECT_AFTER = (100_000, 50, 100)
"""Python looks for garbage after so many new objects. A plan makes millions, and all of them stay:
with the usual 700 a quarter of the time went into looking."""


def epilog(docs: Path) -> str:
    """The end of the help. `\\b` keeps the path on one line, whatever the width."""
    return (
        "STUDY is a YAML file or the name of a shipped study. Exit codes: 0 all trials done, "
        "1 some failed, 2 wrong input, 3 wrong environment, 130 interrupted.\n\n"
        f"\b\nDocumentation: {docs}"
    )


app = typer.Typer(
    help="Comparative studies of neural networks: which settings make a difference, and how sure.",
    epilog=epilog(DOCS),
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode=None,  # plain help: rich would take half of the start-up time
    pretty_exceptions_enable=False,
)


def _print_version(is_asked: bool) -> None:
    if is_asked:
        from importlib.metadata import version

        print(f"orch {version('orch')}")
        raise typer.Exit


@app.callback()
def orch(
    version: Annotated[
        bool,
        typer.Option("--version", "-V", callback=_print_version, is_eager=True,
                     help="Show the version and exit."),
    ] = False,
) -> None:  # fmt: skip
    """The flags that come before a verb."""


@app.command()
def check(study: Study, as_json: Json = False) -> None:
    """Find what is wrong in a study file: line, value, and what is allowed."""
    from orchestrator.cli.check import check

    raise typer.Exit(check(study, as_json=as_json))


@app.command()
def plan(
    study: Study,
    set_: Set = None,
    only: Only = None,
    replicates: Replicates = None,
    results: Results = None,
    spread: Annotated[
        float | None,
        typer.Option(
            "--spread",
            metavar="SD",
            help="Assumed sd of paired differences of the metric (a share: 0.01 is one point).",
            show_default="that of the study's results so far",
        ),
    ] = None,
    calibrate: Annotated[
        bool, typer.Option("--calibrate", help="Time structures never trained: 2 s each.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show variants, trials and packs, what is done already, and what n can show."""
    from orchestrator.cli.plan import plan
    from orchestrator.study.parsing.overrides import Overrides

    overrides = Overrides(tuple(set_ or ()), tuple(only or ()), replicates)
    flags = {"calibrates": calibrate, "as_json": as_json}
    raise typer.Exit(plan(study, overrides=overrides, results=results, spread=spread, **flags))


app.command()(run)


@app.command()
def report(
    study: Study,
    results: Results = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Again as packs finish, while the study is run.")
    ] = False,
) -> None:
    """Build the report again from the store."""
    from orchestrator.cli.report import report

    raise typer.Exit(report(study, results=results, watch=watch))


@app.command()
def serve(
    results: Results = None,
    host: Annotated[
        str, typer.Option("--host", metavar="ADDRESS", help="Address to listen on.")
    ] = "127.0.0.1",
    port: Annotated[
        int | None,
        typer.Option("--port", metavar="N", min=0, max=65535, show_default="the first free one",
                     help="Port to listen on."),
    ] = None,
) -> None:  # fmt: skip
    """Browse all reports; those of studies under way are kept up to date."""
    from orchestrator.cli.serve import serve

    raise typer.Exit(serve(results=results, host=host, port=port))


@app.command()
def export(
    study: Study,
    form: Annotated[
        str,
        typer.Option("--format", metavar="FORMAT",
                     help="csv, latex, svg, pdf, tensorboard or mlflow."),
    ],
    to: Annotated[
        Path | None,
        typer.Option("--to", metavar="DIR", help="Folder to write into.",
                     show_default="export/FORMAT in the study's folder"),
    ] = None,
    uri: Annotated[
        str | None,
        typer.Option("--uri", metavar="URI", help="MLflow's tracking server or store.",
                     show_default="$MLFLOW_TRACKING_URI"),
    ] = None,
    choose: Annotated[
        list[str] | None,
        typer.Option("--choose", metavar="KEY=OPTION",
                     help="Option of a list of the page, for pictures; repeatable."),
    ] = None,
    results: Results = None,
) -> None:  # fmt: skip
    """Write a study for a paper, a spreadsheet, TensorBoard or MLflow."""
    from orchestrator.cli.export import Wanted, export

    wanted = Wanted(form, to, uri, tuple(choose or ()))
    raise typer.Exit(export(study, wanted, results=results))


@app.command()
def compare(
    study_a: Annotated[
        str, typer.Argument(metavar="STUDY_A", help="Name of a study that was run, or its folder.")
    ],
    study_b: Annotated[str, typer.Argument(metavar="STUDY_B", help="The same.")],
    results: Results = None,
    as_json: Json = False,
) -> None:
    """Compare two studies: their designs, and the variants that both have."""
    from orchestrator.cli.compare import compare

    raise typer.Exit(compare(study_a, study_b, results=results, as_json=as_json))


@app.command("list")
def list_(results: Results = None, as_json: Json = False) -> None:
    """List the studies of the results folder, and how far each is."""
    from orchestrator.cli.list import list_studies

    raise typer.Exit(list_studies(results=results, as_json=as_json))


@app.command()
def show(
    identifier: Annotated[
        str, typer.Argument(metavar="ID", help="Name of a study, or id of a trial or pack.")
    ],
    results: Results = None,
    log: Annotated[
        bool, typer.Option("--log", help="Only what a trial of your own has printed.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show a study, a trial or a pack."""
    from orchestrator.cli.show import show

    raise typer.Exit(show(identifier, results=results, as_json=as_json, log=log))


@app.command()
def init(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the study and its file.")],
    like: Annotated[
        str | None, typer.Option("--like", metavar="STUDY", help="Begin with a copy of this one.")
    ] = None,
) -> None:
    """Write NAME.yaml, a study to change."""
    from orchestrator.cli.init import init

    raise typer.Exit(init(name, like=like))


@app.command()
def doctor(results: Results = None) -> None:
    """Check this machine for what a run needs, and say what is missing."""
    from orchestrator.cli.doctor import doctor

    raise typer.Exit(doctor(results=results))


@app.command()
def schema() -> None:
    """Print the JSON Schema of study files, for editors."""
    from orchestrator.cli.schema import schema

    raise typer.Exit(schema())


app.add_typer(verbs)


def main() -> None:
    """Run the command line and exit. The only place that catches errors."""
    warnings.showwarning = show_warning
    gc.set_threshold(*COLLECT_AFTER)
    write_anything(as_json=wants_json())
    sys.exit(_exit_code())


def _exit_code() -> int:
    """Of the command; 0 if whoever reads its output has seen enough: `orch plan x | head`."""
    try:
        code = _code_of_command()
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        silence()
        return 0
    except OSError as error:  # of the terminal or the file behind stdout: the stages name theirs
        print(f"cannot go on: {error}", file=sys.stderr)
        silence()
        return EnvironmentFault.exit_code


def _code_of_command() -> int:
    try:
        refuse_empty_values(sys.argv[1:])
        return _run_app()
    except OrchError as error:
        tell(error)
        return error.exit_code
    except KeyboardInterrupt:
        return 130


def _run_app() -> int:
    try:
        app(prog_name="orch")
    except SystemExit as done:  # typer's way of returning: usage errors end with 2
        return done.code if isinstance(done.code, int) else 0
    return 0
