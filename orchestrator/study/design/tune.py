"""`tune`: the nuisance settings of a study, and how their values are selected."""

from collections.abc import Mapping, Sequence
from typing import Any

from orchestrator.gradient_metrics import is_gradient
from orchestrator.study.design.factors import Factors, unknown_path
from orchestrator.study.design.ranges import SPEC, read_ranges
from orchestrator.study.design.reported import Reported
from orchestrator.study.parsing.keys import TuneKeys
from orchestrator.study.parsing.messages import names, nearest, shown
from orchestrator.study.parsing.setting_paths import Setting, settings_in
from orchestrator.study.parsing.validate import read_group
from orchestrator.study.parsing.yaml_text import Findings, KeyPath
from orchestrator.study.records import TRIAL, Nuisance, Tune

TUNABLE = ("model", "training", TRIAL)
FIXED_ONLY = {
    "model.name": "models are compared, not tuned",
    "trial.function": "functions are compared, not tuned",
    "trial.revision": "revisions are compared, not tuned",
    "model.init.scheme": "schemes are compared, not tuned",
    "training.epochs": "every variant has the same budget",
    "training.early_stopping": "every variant has the same budget",
    "training.select": "it decides what the result of a trial is",
    "training.loss": "validation scores of different losses cannot be compared",
}  # path → why it cannot be tuned
TOP = ("tune",)
SPLIT = "validation/"


def read_tune(
    findings: Findings,
    given: Any,
    settings: Mapping[str, Setting],
    factors: Factors,
    reported: Reported,
    compared: str | None,
) -> Tune | None:
    """The declared tuning; None if there is a problem with it.

    settings: every setting that can vary. reported: what trials measure.
    compared: the metric of the comparison; unless `select` is given, the same metric on validation
    selects. A gradient cannot: it has no validation split.
    """
    if not isinstance(given, Mapping):
        allowed = f"a mapping: path of a setting → {SPEC}"
        findings.add(TOP, f"{shown(given)} is not a mapping", allowed)
        return None
    before = len(findings.found)
    keys = {f"tune.{name}": setting for name, setting in settings_in(TuneKeys, "").items()}
    own = {key: value for key, value in given.items() if f"tune.{key}" in keys}
    read = read_group(findings, TOP, own, keys)
    nuisance = [
        found
        for path, spec in given.items()
        if path not in own
        for found in _read_nuisance(findings, path, spec, settings, factors)
    ]
    if len(own) == len(given):
        example = "training.learning_rate: {log_uniform: [0.001, 1]}"
        findings.add(TOP, "contains no setting to tune", cure=f"add {example}", at_key=True)
    select = _select(findings, read.get("select"), reported, compared)
    if len(findings.found) > before or select is None:
        return None
    defaults = {name: field.default for name, field in TuneKeys.model_fields.items()}
    return Tune(settings=tuple(nuisance), **{**defaults, **read, "select": select})


def _select(
    findings: Findings, given: str | None, reported: Reported, compared: str | None
) -> str | None:
    known = [metric for metric in reported.metrics if metric.startswith(SPLIT)]
    if reported.metrics and not known:
        what = "tuning selects by a validation metric, and this study declares none"
        findings.add(TOP, what, cure=f"declare one in metrics, such as {SPLIT}loss", at_key=True)
        return None
    if given is None and compared is not None and is_gradient(compared):
        what = f"{compared} is measured before training and selects nothing"
        cure = f"add select: {known[0] if known else 'a validation metric'}"
        findings.add(TOP, what, names(known), cure, at_key=True)
    if given is None:
        return _default(findings, known, compared)
    if known and given not in known:
        what = f"{shown(given)} is not a validation metric of this study"
        if given in reported.metrics:
            what = f"{given} must not choose settings: tuning sees validation metrics only"
        findings.add((*TOP, "select"), what, names(known), nearest(given, known))
    return given


def _default(findings: Findings, known: Sequence[str], compared: str | None) -> str | None:
    """The compared metric, on validation."""
    if compared is None:
        return None
    wanted = SPLIT + compared.partition("/")[2]
    if known and wanted not in known and not is_gradient(compared):
        what = f"no {wanted} is declared, which would select by default"
        findings.add(TOP, what, names(known), f"add select: {known[0]}", at_key=True)
    return wanted


def _read_nuisance(
    findings: Findings, path: str, spec: Any, settings: Mapping[str, Setting], factors: Factors
) -> list[Nuisance]:
    place: KeyPath = (*TOP, path)
    setting = settings.get(path)
    if path in factors:
        what = "is a factor of this study: a setting is either compared or tuned"
        findings.add(place, what, cure="remove it here, or from factors", at_key=True)
    elif setting is None:
        tunable = {p: setting for p, setting in settings.items() if is_tunable(p)}
        unknown_path(findings, place, spec, tunable)
    elif why := _why_fixed(path):
        findings.add(place, f"cannot be tuned: {why}", cure="make it a factor", at_key=True)
    else:
        return read_ranges(findings, place, spec, setting, factors)
    return []


def is_tunable(path: str) -> bool:
    return _why_fixed(path) is None


def _why_fixed(path: str) -> str | None:
    if path.partition(".")[0] not in TUNABLE:
        return f"only settings of {' and '.join(TUNABLE)} can be"
    return FIXED_ONLY.get(path)
