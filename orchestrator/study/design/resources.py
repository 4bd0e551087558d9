"""`resources`: what a pack requests, and what its trials cannot have then."""

from collections.abc import Mapping
from typing import Any

from orchestrator.study.parsing.setting_paths import Setting
from orchestrator.study.parsing.validate import read_group
from orchestrator.study.parsing.yaml_text import Findings
from orchestrator.study.records import OwnSettings, Tune, Variant
from orchestrator.study.settings import Resources

DROPOUT = "model.dropout"


def read_resources(findings: Findings, given: Any, settings: Mapping[str, Setting]) -> Resources:
    """The resources of a pack; those that are wrong have their defaults."""
    resources = Resources(**read_group(findings, ("resources",), given, settings))
    if resources.accelerator_type and not resources.gpus:
        path = ("resources", "accelerator_type")
        findings.add(path, "a GPU type without a GPU", cure="add gpus: 1")
    if resources.gpus > 1 and not resources.gpus.is_integer():
        what = f"{resources.gpus:g} is neither a fraction of one GPU nor a whole number of GPUs"
        findings.add(("resources", "gpus"), what, "0 to 1, or a whole number")
    return resources


def check_workers(
    findings: Findings, requested: Resources, variants: tuple[Variant, ...], tune: Tune | None
) -> None:
    """What several workers cannot do when they train each trial together."""
    if requested.workers == 1:
        return
    if any(isinstance(variant.settings, OwnSettings) for variant in variants):
        what = f"{requested.workers} workers, but a trial of your own runs in one"
        cure = "leave it out; the trial may start processes by itself, within cpus and gpus"
        findings.add(("resources", "workers"), what, "1", cure)
        return
    if 0 < requested.gpus < 1:
        what = f"{requested.workers} workers with {requested.gpus:g} GPU each"
        cure = "NCCL, through which they communicate, allows one worker per GPU"
        findings.add(("resources", "gpus"), what, "whole GPUs, or 0", cure)
    if _has_dropout(variants, tune):
        what = (
            f"{requested.workers} workers, but {DROPOUT} is above 0: each would draw its own masks"
        )
        cure = f"train with one worker, or set {DROPOUT} to 0"
        findings.add(("resources", "workers"), what, cure=cure)


def _has_dropout(variants: tuple[Variant, ...], tune: Tune | None) -> bool:
    is_tuned = tune is not None and any(n.path == DROPOUT for n in tune.settings)
    return is_tuned or any(variant.settings.flat.get(DROPOUT) for variant in variants)
