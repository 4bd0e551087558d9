"""`orch run`: trains what is missing and writes the report, or trains one trial again."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from orchestrator.cli.options import Only, Replicates, Results, Set, Study, Wait
from orchestrator.errors import InputError, Problem


def run(
    study: Study,
    set_: Set = None,
    only: Only = None,
    replicates: Replicates = None,
    results: Results = None,
    address: Annotated[
        str | None,
        typer.Option("--address", metavar="RAY",
                     help="Train on the Ray cluster there: auto, or HOST:PORT.",
                     show_default="a local one, started for this run"),
    ] = None,
    wait: Wait = 0.0,
    inline: Annotated[bool, typer.Option("--inline", help="Train in this process.")] = False,
    no_report: Annotated[bool, typer.Option("--no-report", help="Train only.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Train again what is done.")] = False,
    trial: Annotated[
        str | None,
        typer.Option("--trial", metavar="ID",
                     help="Train only this trial, again; compare with the store, write nothing."),
    ] = None,
    save: Annotated[
        Path | None,
        typer.Option("--save", metavar="FILE",
                     help="With --trial: write its weights there, as safetensors."),
    ] = None,
) -> None:  # fmt: skip
    """Train what is missing and write the report."""
    from orchestrator.cli.terminal import Terminal
    from orchestrator.study.parsing.overrides import Overrides

    overrides = Overrides(tuple(set_ or ()), tuple(only or ()), replicates)
    if trial is not None:
        _refuse_beside_trial(address=address is not None, wait=wait > 0, force=force)
        from orchestrator.cli.rerun_table import lines
        from orchestrator.run.rerun import rerun

        again = rerun(
            study, trial, overrides=overrides, results=results, save=save, display=Terminal()
        )
        if again.trained is None:
            print(f"failed: {again.error}", file=sys.stderr)
            raise typer.Exit(1)
        print("\n".join(lines(again, again.trained)))
        if save is not None:
            is_there = again.trained.status == "completed"
            print(f"weights: {save}" if is_there else "weights: none, the trial diverged")
        return
    if save is not None:
        what = "applies to a single trial only"
        cure = "add --trial ID, or keep those of all trials: --set keep.weights=last"
        raise InputError([Problem("--save", what, cure=cure)])
    from orchestrator.run.remote.job_context import typed_command
    from orchestrator.run.run_study import run_study

    result = run_study(
        study,
        overrides=overrides,
        results=results,
        inline=inline,
        address=address,
        wait_minutes=wait,
        report=not no_report,
        force=force,
        command=typed_command(),
        display=Terminal(),
    )
    raise typer.Exit(0 if result.is_complete else 1)


def _refuse_beside_trial(**given: bool) -> None:
    what = "has no meaning beside --trial, which trains in this process and writes nothing"
    if wrong := [Problem(f"--{flag}", what, cure="leave it out") for flag in given if given[flag]]:
        raise InputError(wrong)
