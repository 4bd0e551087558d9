"""The settings of each variant, and the settings that conflict when a variant combines them."""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pydantic import ValidationError

from orchestrator.models.catalogue import losses, task_entry
from orchestrator.models.fit import misfit
from orchestrator.models.own.errors import OwnCodeError
from orchestrator.models.own.importing import is_own
from orchestrator.models.settings import Settings
from orchestrator.models.settings.own_trial import REVISION, OwnFunction
from orchestrator.plan_document import Level
from orchestrator.study.design.designs import Combination
from orchestrator.study.design.factors import Factors, Levels
from orchestrator.study.parsing.messages import names, plain
from orchestrator.study.parsing.raw_factors import place_of
from orchestrator.study.parsing.revised_trials import RevisedTrials
from orchestrator.study.parsing.sections import Sections
from orchestrator.study.parsing.setting_paths import NAME_KEYS, Names, classes, group
from orchestrator.study.parsing.yaml_text import Findings, KeyPath, put
from orchestrator.study.parts.classes import with_parts
from orchestrator.study.parts.kinds import PARTS
from orchestrator.study.records import (
    TRIAL,
    DeclaredMetric,
    LoopSettings,
    OwnSettings,
    TrialSettings,
)
from orchestrator.study.settings import Training

Own = tuple[tuple[str, Level], ...]  # the levels of one section
Conflict = tuple[KeyPath, str]  # path of the setting, and what is wrong with it there


@dataclass
class Section:
    """Builds the settings of one section, once for each combination of its own factors."""

    name: str
    fixed: Mapping[str, Any]
    factors: Sequence[str]  # of this section
    named: Names
    revised: RevisedTrials = field(default_factory=dict)
    built: dict[Own, Settings | list[Conflict]] = field(default_factory=dict)

    def build(self, levels: Levels) -> Settings | list[Conflict]:
        """The section of the variant with these levels, or what is wrong with it."""
        own = tuple((path, levels[path]) for path in self.factors if path in levels)
        if own not in self.built:
            self.built[own] = self._build(own)
        return self.built[own]

    def _build(self, own: Own) -> Settings | list[Conflict]:
        values = deepcopy(dict(self.fixed))
        for path, level in own:
            put(values, tuple(path.split(".")[1:]), level)
        key = NAME_KEYS.get(self.name, "name")
        (kind,) = classes(self.name, [values.get(key)], self.named)
        if self.name == TRIAL and self.revised:
            if REVISION not in values:
                return [((TRIAL, REVISION), "this variant has none: fix one, such as worktree")]
            kind = self.revised[str(values.get(key) or ""), values[REVISION]]
        try:
            kind = with_parts(kind, self.name, values)
            return kind.model_validate(self._applicable(values, kind, own))
        except ValidationError as error:
            return [self._conflict(entry) for entry in error.errors()]
        except OwnCodeError as error:
            return [((self.name,), ": ".join(filter(None, (error.what, error.cure))))]

    def _applicable(self, values: dict[str, Any], kind: type[Settings], own: Own) -> dict[str, Any]:
        """If what decides the class is a factor, a fixed setting applies where a class has it."""
        named = f"{self.name}.{NAME_KEYS.get(self.name, 'name')}"
        decisive = (
            named,
            *PARTS,
            *([f"{TRIAL}.{REVISION}"] if issubclass(kind, OwnFunction) else []),
        )
        if not any(path in self.factors for path in decisive):
            return values
        return _known(values, kind, {path.partition(".")[2] for path, _ in own})

    def _conflict(self, entry: Mapping[str, Any]) -> Conflict:
        text = str(entry["msg"]).removeprefix("Value error, ")
        if entry["type"] == "extra_forbidden":
            text = f"the {self.name} of this variant has no such setting"
        elif entry["type"] == "missing":
            text = "a value is required: the setting has no default"
        return (self.name, *entry["loc"]), text


@dataclass
class Builder:
    """Builds the settings of variants, and collects the conflicts with the labels of variants."""

    sections: Sequence[Section]
    form: Sequence[str]  # the sections that a study of this kind has
    declared: tuple[DeclaredMetric, ...]
    conflicts: dict[Conflict, list[str]] = field(default_factory=dict)
    seen: dict[TrialSettings, Combination] = field(default_factory=dict)

    def build(self, combination: Combination) -> TrialSettings | None:
        """The settings of a variant; None if they conflict or a section is invalid."""
        built = {section.name: section.build(combination.levels) for section in self.sections}
        whole: dict[str, Any] = {
            name: section for name, section in built.items() if not isinstance(section, list)
        }
        conflicts = [c for section in built.values() if isinstance(section, list) for c in section]
        for conflict in [*conflicts, *_misfits(whole)]:
            self.conflicts.setdefault(conflict, []).append(combination.label)
        if len(whole) < len(self.form):
            return None
        settings = self._settings(whole)
        return settings if self._is_new(settings, combination) and not self.conflicts else None

    def _settings(self, whole: dict[str, Any]) -> TrialSettings:
        if TRIAL in whole:
            return OwnSettings(whole[TRIAL], self.declared)
        training = _with_loss(whole["training"], task_entry(whole["task"]).loss)
        return LoopSettings(**{**whole, "training": training})

    def _is_new(self, settings: TrialSettings, combination: Combination) -> bool:
        """Variants with equal settings would be the same trials under two names."""
        same = self.seen.setdefault(settings, combination)
        if same is not combination:
            path, what = _same(same, combination)
            self.conflicts.setdefault((path, what), []).append(combination.label)
        return same is combination

    def report(self, findings: Findings, factors: Factors, variants: int) -> None:
        """One problem for each kind of conflict, with the first variant that has it.

        variants: how many were built.
        """
        for (path, what), labels in self.conflicts.items():
            exact = ".".join(map(str, path))
            text = f"{exact}: {what}"
            if len(labels) < variants:
                others = f" and {len(labels) - 1} more" if len(labels) > 1 else ""
                text += f" (in the variant {labels[0]}{others})"
            causes = _causes(path, exact, factors)
            place = place_of(findings.document, causes, labels[0]) or path
            findings.add_at(findings.document.position(place), text)


def _known(values: Mapping[str, Any], kind: type[Settings], levels: set[str]) -> dict[str, Any]:
    """Without values that the class has no field for; levels: paths that stay in any case."""
    found = {}
    for key, value in values.items():
        below = {path.partition(".")[2] for path in levels if path.startswith(f"{key}.")}
        inner = group(kind.model_fields[key]) if key in kind.model_fields else None
        if inner is not None and isinstance(value, Mapping):
            found[key] = _known(value, inner, below)
        elif key in kind.model_fields or key in levels or below:
            found[key] = value
    return found


def _same(one: Combination, other: Combination) -> Conflict:
    paths = dict.fromkeys((*one.levels, *other.levels))
    both = (one.levels, other.levels)
    apart = [p for p in paths if len({(p in levels, levels.get(p)) for levels in both}) > 1]
    if not apart:  # only variants that are listed by name can repeat
        what = f"{one.label} and {other.label} resolve to the same settings"
        return ("variants", other.label), what
    texts = [names(f"{p}={plain(levels[p])}" for p in apart if p in levels) for levels in both]
    what = " and ".join(text or "the fixed settings" for text in texts)
    return tuple(apart[-1].split(".")), f"{what} resolve to the same settings"


@cache
def _with_loss(training: Training, loss: str) -> Training:
    """Fills in the task's loss: written out or left out, the trial is the same."""
    return training if training.loss else training.model_copy(update={"loss": loss})


def builder(sections: Sections, factors: Factors) -> Builder:
    """A builder for the valid sections."""
    valid = [name for name in sections.form if name in sections.valid]
    varying = {name: [path for path in factors if path.startswith(f"{name}.")] for name in valid}
    return Builder(
        [
            Section(name, sections.fixed[name], varying[name], sections.named, sections.revised)
            for name in valid
        ],
        sections.form,
        sections.declared,
    )


def _misfits(built: Mapping[str, Any]) -> Iterator[Conflict]:
    """A model or a loss that cannot be used on its task."""
    if "task" in built and "model" in built:
        task = task_entry(built["task"])
        if problem := misfit(built["model"], task.inputs, task.outputs):
            yield ("model", "name"), problem
    if "task" in built and "training" in built:
        name, loss = built["task"].name, built["training"].loss
        if not is_own(loss) and loss not in (None, *(allowed := losses(task_entry(built["task"])))):
            yield ("training", "loss"), f"{loss} is not a loss for {name}: choose {names(allowed)}"


def _causes(path: KeyPath, exact: str, factors: Factors) -> list[str]:
    """The factors that probably cause the conflict; none if a fixed setting does."""
    if exact in factors:
        return [exact]
    return [name for name in factors if name.startswith(f"{path[0]}.") and len(path) == 1]
