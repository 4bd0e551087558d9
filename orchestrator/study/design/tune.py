"""`tune`: the nuisance settings of a study, their ranges, and how values are selected."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from orchestrator.plan_document import Level
from orchestrator.study.design.factors import Factors, read_combination, unknown_path
from orchestrator.study.design.nuisance_values import Values, with_nuisance
from orchestrator.study.parsing.keys import NuisanceKeys, TuneKeys
from orchestrator.study.parsing.messages import names, nearest, shown
from orchestrator.study.parsing.setting_paths import Setting, settings_in
from orchestrator.study.parsing.validate import cure, read_group
from orchestrator.study.parsing.yaml_text import Findings, KeyPath
from orchestrator.study.records import Kind, Nuisance, Tune, Variant
from orchestrator.words import plural

RANGES: tuple[Kind, ...] = ("uniform", "log_uniform", "int_uniform")
KINDS: tuple[Kind, ...] = (*RANGES, "choice")
TUNABLE = ("model", "training")
FIXED_ONLY = {
    "model.name": "models are compared, not tuned",
    "model.init.scheme": "schemes are compared, not tuned",
    "training.epochs": "every variant has the same budget",
    "training.early_stopping": "every variant has the same budget",
    "training.select": "it decides what the result of a trial is",
    "training.loss": "validation scores of different losses cannot be compared",
}  # path → why it cannot be tuned
TOP = ("tune",)
SPLIT = "validation/"
_SPEC = "{uniform: [LOW, HIGH]}, {log_uniform: …}, {int_uniform: …} or {choice: [A, B, …]}"


def read_tune(
    findings: Findings,
    given: Any,
    settings: Mapping[str, Setting],
    factors: Factors,
    metrics: Sequence[str],
    compared: str | None,
) -> Tune | None:
    """The declared tuning; None if there is a problem with it.

    settings: every setting that can vary. metrics: `<split>/<metric>` that the tasks report.
    compared: the metric of the comparison; unless `select` is given, the same metric on validation
    selects.
    """
    if not isinstance(given, Mapping):
        allowed = f"a mapping: path of a setting → {_SPEC}"
        findings.add(TOP, f"{shown(given)} is not a mapping", allowed)
        return None
    before = len(findings.found)
    keys = {f"tune.{name}": setting for name, setting in settings_in(TuneKeys, "").items()}
    own = {key: value for key, value in given.items() if f"tune.{key}" in keys}
    read = read_group(findings, TOP, own, keys)
    nuisance = [
        _read_nuisance(findings, path, spec, settings, factors)
        for path, spec in given.items()
        if path not in own
    ]
    if not nuisance:
        example = "training.learning_rate: {log_uniform: [0.001, 1]}"
        findings.add(TOP, "contains no setting to tune", cure=f"add {example}", at_key=True)
    select = _select(findings, read.get("select"), metrics, compared)
    if len(findings.found) > before or select is None:
        return None
    defaults = {name: field.default for name, field in TuneKeys.model_fields.items()}
    found = tuple(each for each in nuisance if each is not None)
    return Tune(settings=found, **{**defaults, **read, "select": select})


def _select(
    findings: Findings, given: str | None, metrics: Sequence[str], compared: str | None
) -> str | None:
    known = [metric for metric in metrics if metric.startswith(SPLIT)]
    if given is None:
        return None if compared is None else SPLIT + compared.partition("/")[2]
    if known and given not in known:
        what = f"{shown(given)} is not a validation metric of this study"
        if given in metrics:
            what = f"{given} must not choose settings: tuning sees validation metrics only"
        findings.add((*TOP, "select"), what, names(known), nearest(given, known))
    return given


def _read_nuisance(
    findings: Findings, path: str, spec: Any, settings: Mapping[str, Setting], factors: Factors
) -> Nuisance | None:
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
        return _read_spec(findings, place, spec, setting, factors)
    return None


def is_tunable(path: str) -> bool:
    return _why_fixed(path) is None


def _why_fixed(path: str) -> str | None:
    if path.partition(".")[0] not in TUNABLE:
        return f"only settings of {' and '.join(TUNABLE)} can be"
    return FIXED_ONLY.get(path)


def _read_spec(
    findings: Findings, place: KeyPath, spec: Any, setting: Setting, factors: Factors
) -> Nuisance | None:
    if not isinstance(spec, Mapping):
        findings.add(place, f"{shown(spec)} is not a range", _SPEC)
        return None
    before = len(findings.found)
    text = f"tune.{setting.path}"
    keys = {f"{text}.{name}": key for name, key in settings_in(NuisanceKeys, "").items()}
    unknown = {key: value for key, value in spec.items() if key not in (*KINDS, "when")}
    read_group(findings, place, unknown, keys)
    when = _read_when(findings, (*place, "when"), spec, factors)
    kinds = [kind for kind in KINDS if kind in spec]
    if len(kinds) != 1 and len(findings.found) == before:
        what = f"has {names(kinds)}" if kinds else "has no range"
        findings.add(place, f"{what}; exactly one is required", _SPEC, at_key=True)
    if len(findings.found) > before:
        return None
    return _read_kind(findings, (*place, kinds[0]), spec[kinds[0]], kinds[0], setting, when)


def _read_when(
    findings: Findings, place: KeyPath, spec: Mapping[str, Any], factors: Factors
) -> Mapping[str, Level]:
    if "when" not in spec:
        return {}
    if spec["when"] == {}:
        findings.add(
            place, "contains no factor", names(factors), "leave it out to tune all variants"
        )
    return read_combination(findings, place, spec["when"], factors) or {}


def _read_kind(
    findings: Findings,
    place: KeyPath,
    given: Any,
    kind: Kind,
    setting: Setting,
    when: Mapping[str, Level],
) -> Nuisance | None:
    if kind == "choice":
        levels = _read_levels(findings, place, given, setting)
        return Nuisance(setting.path, kind, levels=levels, when=when) if levels else None
    ends = _read_ends(findings, place, given, kind, setting)
    return Nuisance(setting.path, kind, *ends, when=when) if ends else None


def _read_levels(
    findings: Findings, place: KeyPath, given: Any, setting: Setting
) -> tuple[Level, ...] | None:
    if not isinstance(given, list) or len(given) < 2:
        what = f"{shown(given)} is not a choice"
        findings.add(place, what, "a list of at least two values", "write [A, B, …]")
        return None
    read = [_read_value(findings, (*place, i), each, setting) for i, each in enumerate(given)]
    levels = tuple(found[0] for found in read if found)
    for index, found in enumerate(read):
        if found and found[0] in levels[:index] and len(levels) == len(given):
            findings.add((*place, index), f"the value {shown(found[0])} is listed twice")
            return None
    return levels if len(levels) == len(given) else None


def _read_ends(
    findings: Findings, place: KeyPath, given: Any, kind: Kind, setting: Setting
) -> tuple[float, float] | None:
    if not isinstance(given, list) or len(given) != 2 or not all(map(_is_number, given)):
        findings.add(place, f"{shown(given)} is not a range", "two numbers: [LOW, HIGH]")
        return None
    if kind == "log_uniform" and min(given) <= 0:
        index = 0 if given[0] <= 0 else 1
        what = f"{shown(given[index])} has no logarithm"
        cure = "use a lower end above 0, or uniform"
        findings.add((*place, index), what, "numbers above 0", cure)
        return None
    read = [_read_value(findings, (*place, i), each, setting) for i, each in enumerate(given)]
    if not all(read):
        return None
    if given[0] >= given[1]:
        what = f"the range [{given[0]}, {given[1]}] is empty"
        findings.add(place, what, "LOW below HIGH", f"write [{given[1]}, {given[0]}]")
        return None
    return _fitting(findings, place, given, kind, setting)


def _fitting(
    findings: Findings, place: KeyPath, given: Sequence[Any], kind: Kind, setting: Setting
) -> tuple[float, float] | None:
    """The ends, if the setting allows the values between them."""
    low, high = given
    if kind == "int_uniform":
        if all(isinstance(end, int) for end in given):
            return low, high
        findings.add(place, "int_uniform draws whole numbers", cure="use uniform")
        return None
    try:
        setting.read(low + (high - low) * 0.618033)
    except ValidationError:
        what = f"{setting.path} allows {setting.allowed}, but {kind} draws fractional numbers"
        findings.add(place, what, cure=f"write int_uniform: [{low}, {high}]")
        return None
    return float(low), float(high)


def _read_value(
    findings: Findings, place: KeyPath, given: Any, setting: Setting
) -> tuple[Level] | None:
    """The value in the setting's type, in a tuple of one: null is a value too."""
    try:
        return (setting.read(given),)
    except ValidationError:
        what = f"{shown(given)} is not allowed for {setting.path}"
        findings.add(place, what, setting.allowed, cure(given, setting))
        return None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def check_tune(
    findings: Findings, tune: Tune, variants: Sequence[Variant], replicates: int
) -> None:
    """Reports problems that show only once the variants are known."""
    if tune.studies > replicates:
        number = plural(replicates, "replicate")
        what = f"{tune.studies} tuning studies, but {number}: each needs at least one"
        findings.add((*TOP, "studies"), what, f"at most {replicates}", "add replicates")
    for nuisance in tune.settings:
        place: KeyPath = (*TOP, nuisance.path)
        own = [variant for variant in variants if nuisance.applies_to(variant)]
        if variants and not own:
            findings.add((*place, "when"), "no variant of the study has these levels")
        _check_ends(findings, place, nuisance, own, len(variants))


def _check_ends(
    findings: Findings, place: KeyPath, nuisance: Nuisance, variants: Sequence[Variant], of: int
) -> None:
    """Every variant that the nuisance setting applies to must have it and allow all its values."""
    ends: Iterable[Level] = nuisance.levels or (nuisance.at(0.25), nuisance.high)
    refused: dict[str, list[str]] = {}
    for variant in variants:
        for value in ends:
            if problem := _problem(variant, {nuisance.path: value}):
                refused.setdefault(problem, []).append(variant.label)
    for problem, labels in refused.items():
        different = list(dict.fromkeys(labels))
        others = f" and {len(different) - 1} more" if len(different) > 1 else ""
        where = f" (in the variant {different[0]}{others})" if len(different) < of else ""
        cure = "add when: {FACTOR: LEVEL} to tune only variants that have it" if where else ""
        findings.add(place, f"{problem}{where}", cure=cure, at_key=True)


def _problem(variant: Variant, values: Values) -> str | None:
    try:
        with_nuisance(variant, values)
    except ValidationError as error:
        first = error.errors()[0]
        if first["type"] == "extra_forbidden":
            return "this variant has no such setting"
        return str(first["msg"]).removeprefix("Value error, ")
    return None
