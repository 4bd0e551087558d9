"""What trials cannot have if several workers train each of them together."""

from orchestrator.study.parsing.yaml_text import Findings
from orchestrator.study.records import Tune, Variant
from orchestrator.study.settings import Resources

DROPOUT = "model.dropout"


def check_workers(
    findings: Findings, asked: Resources, variants: tuple[Variant, ...], tune: Tune | None
) -> None:
    if asked.workers == 1:
        return
    if 0 < asked.gpus < 1:
        what = f"{asked.workers} workers of {asked.gpus:g} GPUs each"
        cure = "they talk through NCCL, which takes no two workers on one GPU"
        findings.add(("resources", "gpus"), what, "whole GPUs, or 0", cure)
    if _drops_out(variants, tune):
        what = f"{asked.workers} workers, but {DROPOUT} is above 0: each would draw its own"
        cure = f"train with one worker, or set {DROPOUT} to 0"
        findings.add(("resources", "workers"), what, cure=cure)


def _drops_out(variants: tuple[Variant, ...], tune: Tune | None) -> bool:
    is_tuned = tune is not None and any(n.path == DROPOUT for n in tune.settings)
    return is_tuned or any(variant.settings.flat.get(DROPOUT) for variant in variants)
