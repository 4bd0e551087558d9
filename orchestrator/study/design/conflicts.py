"""Settings that are fine one by one but not together, found where a variant combines them."""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pydantic import ValidationError

from orchestrator.models.catalogue import losses, task_entry
from orchestrator.models.fit import misfit
from orchestrator.models.settings import Settings
from orchestrator.study.design.designs import Point
from orchestrator.study.design.factors import Factors, Levels
from orchestrator.study.parsing.messages import names, plain
from orchestrator.study.parsing.raw_factors import place_of
from orchestrator.study.parsing.sections import Base
from orchestrator.study.parsing.setting_paths import SECTIONS, Names, classes
from orchestrator.study.parsing.yaml_text import Findings, Path, put
from orchestrator.study.records import Level, TrialSettings
from orchestrator.study.settings import Training

Own = tuple[tuple[str, Level], ...]  # the levels of one section
Clash = tuple[Path, str]  # where in the settings, and what does not go together


@dataclass
class Section:
    """Builds the settings of one section, once for each combination of its own factors."""

    name: str
    base: Mapping[str, Any]
    factors: Sequence[str]  # of this section
    named: Names
    built: dict[Own, Settings | list[Clash]] = field(default_factory=dict)

    def build(self, levels: Levels) -> Settings | list[Clash]:
        """The section of the variant with these levels, or what is wrong with it."""
        own = tuple((path, levels[path]) for path in self.factors if path in levels)
        if own not in self.built:
            self.built[own] = self._build(own)
        return self.built[own]

    def _build(self, own: Own) -> Settings | list[Clash]:
        values = deepcopy(dict(self.base))
        for path, level in own:
            put(values, tuple(path.split(".")[1:]), level)
        (kind,) = classes(self.name, [values.get("name")], self.named)
        try:
            return kind.model_validate(self._applicable(values, kind, own))
        except ValidationError as error:
            return [self._clash(entry) for entry in error.errors()]

    def _applicable(self, values: dict[str, Any], kind: type[Settings], own: Own) -> dict[str, Any]:
        """Where the name is a factor, what is fixed is for those that have such a setting."""
        is_named = f"{self.name}.name" in self.factors
        if not is_named or kind.model_config.get("extra") != "forbid":
            return values
        known = {path.split(".")[1] for path, _ in own}.union(kind.model_fields)
        return {key: value for key, value in values.items() if key in known}

    def _clash(self, entry: Mapping[str, Any]) -> Clash:
        text = str(entry["msg"]).removeprefix("Value error, ")
        if entry["type"] == "extra_forbidden":
            text = f"the {self.name} of this variant has no such setting"
        elif entry["type"] == "missing":
            text = "it has no default and must be given"
        return (self.name, *entry["loc"]), text


@dataclass
class Builder:
    """Builds the settings of variants, and remembers what clashed in which of them."""

    sections: Sequence[Section]
    clashes: dict[Clash, list[str]] = field(default_factory=dict)
    seen: dict[TrialSettings, Point] = field(default_factory=dict)

    def build(self, point: Point) -> TrialSettings | None:
        """The settings of a variant; None if they clash or a section is wrong anyway."""
        built = {section.name: section.build(point.levels) for section in self.sections}
        whole: dict[str, Any] = {
            name: section for name, section in built.items() if not isinstance(section, list)
        }
        clashes = [c for section in built.values() if isinstance(section, list) for c in section]
        for clash in [*clashes, *_misfits(whole)]:
            self.clashes.setdefault(clash, []).append(point.label)
        if len(whole) < len(SECTIONS):
            return None
        whole["training"] = _with_loss(whole["training"], task_entry(whole["task"]).loss)
        settings = TrialSettings(**whole)
        return settings if self._is_new(settings, point) and not self.clashes else None

    def _is_new(self, settings: TrialSettings, point: Point) -> bool:
        """Two variants that mean the same would be one under two names."""
        same = self.seen.setdefault(settings, point)
        if same is not point:
            path, what = _same(same, point)
            self.clashes.setdefault((path, what), []).append(point.label)
        return same is point

    def report(self, findings: Findings, factors: Factors, variants: int) -> None:
        """One problem for each kind of clash, with the first variant that has it.

        variants: how many were built.
        """
        for (path, what), labels in self.clashes.items():
            exact = ".".join(map(str, path))
            text = f"{exact}: {what}"
            if len(labels) < variants:
                others = f" and {len(labels) - 1} more" if len(labels) > 1 else ""
                text += f" (in the variant {labels[0]}{others})"
            causes = _causes(path, exact, factors)
            place = place_of(findings.document, causes, labels[0]) or path
            findings.add_at(findings.document.place(place), text)


def _same(one: Point, other: Point) -> Clash:
    paths = dict.fromkeys((*one.levels, *other.levels))
    both = (one.levels, other.levels)
    apart = [p for p in paths if len({(p in point, point.get(p)) for point in both}) > 1]
    if not apart:  # only variants that are listed by name can repeat
        what = f"{one.label} and {other.label} resolve to the same settings"
        return ("variants", other.label), what
    texts = [
        names(f"{path}={plain(point[path])}" for path in apart if path in point) for point in both
    ]
    what = " and ".join(text or "what is fixed" for text in texts)
    return tuple(apart[-1].split(".")), f"{what} resolve to the same settings"


@cache
def _with_loss(training: Training, loss: str) -> Training:
    """The loss that the task prescribes, filled in: written out or not, it is the same trial."""
    return training if training.loss else training.model_copy(update={"loss": loss})


def builder(base: Base, factors: Factors) -> Builder:
    """For the sections in which nothing is wrong."""
    return Builder([_section(name, base, factors) for name in SECTIONS if name in base.sound])


def _section(name: str, base: Base, factors: Factors) -> Section:
    own = [path for path in factors if path.startswith(f"{name}.")]
    return Section(name, base.sections[name], own, base.named)


def _misfits(built: Mapping[str, Any]) -> Iterator[Clash]:
    """A model or a loss that cannot be used on its task."""
    if "task" in built and "model" in built:
        task = task_entry(built["task"])
        if problem := misfit(built["model"], task.inputs, task.outputs):
            yield ("model", "name"), problem
    if "task" in built and "training" in built:
        name, loss = built["task"].name, built["training"].loss
        if loss not in (None, *(allowed := losses(task_entry(built["task"])))):
            yield ("training", "loss"), f"{loss} is no loss for {name}: choose {names(allowed)}"


def _causes(path: Path, exact: str, factors: Factors) -> list[str]:
    """The factors that are most likely wrong; none if it is what the section fixes."""
    if exact in factors:
        return [exact]
    return [name for name in factors if name.startswith(f"{path[0]}.") and len(path) == 1]
