"""The verbs for studies on a cluster that is reached through its Ray Jobs server."""

from typing import Annotated

import typer

from orchestrator.cli.options import Json, Only, Replicates, Server, Set, Submission, Wait

verbs = typer.Typer()


@verbs.command()
def submit(
    studies: Annotated[
        list[str],
        typer.Argument(metavar="STUDY", help="YAML files, or shipped studies; they queue up."),
    ],
    address: Server = None,
    results: Annotated[
        str | None,
        typer.Option("--results", metavar="DIR|URI", help="Folder that all nodes share, or URI.",
                     show_default="$ORCH_RESULTS, else ./results"),
    ] = None,
    set_: Set = None,
    only: Only = None,
    replicates: Replicates = None,
    wait: Wait = 0.0,
    install: Annotated[
        bool,
        typer.Option("--install", help="Let Ray install what the cluster lacks, for this study."),
    ] = False,
) -> None:  # fmt: skip
    """Hand studies to a cluster, through its Ray Jobs server; returns at once."""
    from orchestrator.cli.cluster.submit import submit
    from orchestrator.study.parsing.overrides import Overrides

    overrides = Overrides(tuple(set_ or ()), tuple(only or ()), replicates)
    raise typer.Exit(
        submit(studies, overrides=overrides, address=address, results=results, wait_minutes=wait,
               install=install)
    )  # fmt: skip


@verbs.command()
def status(
    identifier: Annotated[
        str | None,
        typer.Argument(metavar="ID", help="Of a submission, or a study's name.",
                       show_default="all of the cluster"),
    ] = None,
    address: Server = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Show how far a submitted study is."""
    from orchestrator.cli.cluster.status import status

    raise typer.Exit(status(identifier, address=address, as_json=as_json))


@verbs.command()
def logs(
    identifier: Submission,
    address: Server = None,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Until it ends; then its exit code.")
    ] = False,
) -> None:
    """Show what a submitted study prints."""
    from orchestrator.cli.cluster.logs import logs

    raise typer.Exit(logs(identifier, address=address, follow=follow))


@verbs.command()
def cancel(identifier: Submission, address: Server = None) -> None:
    """End a submitted study; finished packs are kept."""
    from orchestrator.cli.cluster.cancel import cancel

    raise typer.Exit(cancel(identifier, address=address))


@verbs.command()
def fetch(
    identifier: Submission,
    address: Server = None,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="DIR", help="Folder of results to copy into.",
                     show_default="$ORCH_RESULTS, else ./results"),
    ] = None,
) -> None:  # fmt: skip
    """Copy the results of a submitted study here, finished or not, and build its report."""
    from orchestrator.cli.cluster.fetch import fetch

    raise typer.Exit(fetch(identifier, address=address, to=to))
