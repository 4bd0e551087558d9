"""Settings that are fine one by one but not together, found where a variant combines them."""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pydantic import ValidationError

from models.catalogue import losses, task_entry
from models.fit import misfit
from models.settings import Settings
from orchestrator.study.base import Base
from orchestrator.study.describe import names, plain
from orchestrator.study.document import Findings, Path, put
from orchestrator.study.factors import Factors
from orchestrator.study.records import Level, TrialSettings
from orchestrator.study.settings import Training
from orchestrator.study.vocabulary import SECTIONS, Names, classes

Levels = tuple[Level, ...]
Clash = tuple[Path, str]  # where in the settings, and what does not go together


@dataclass
class Section:
    """Builds the settings of one section, once for each combination of its own factors."""

    name: str
    base: Mapping[str, Any]
    factors: Sequence[tuple[int, Path]]  # place in the study's factors, path inside the section
    named: Names
    built: dict[Levels, Settings | list[Clash]] = field(default_factory=dict)
    seen: dict[str, Levels] = field(default_factory=dict)  # settings as JSON → their levels

    def build(self, levels: Levels) -> Settings | list[Clash]:
        """The section of the variant with these levels, or what is wrong with it."""
        own = tuple(levels[index] for index, _ in self.factors)
        if own not in self.built:
            self.built[own] = self._build(own)
        return self.built[own]

    def _build(self, own: Levels) -> Settings | list[Clash]:
        values = deepcopy(dict(self.base))
        for (_, path), level in zip(self.factors, own, strict=True):
            put(values, path, level)
        (kind,) = classes(self.name, [values.get("name")], self.named)
        try:
            settings = kind.model_validate(self._applicable(values, kind))
        except ValidationError as error:
            return [self._clash(entry) for entry in error.errors()]
        same = self.seen.setdefault(settings.model_dump_json(), own)
        return settings if same == own else [((self.name,), self._same(same, own))]

    def _applicable(self, values: dict[str, Any], kind: type[Settings]) -> dict[str, Any]:
        """Where the name is a factor, what is fixed is for those that have such a setting."""
        varied = {path[0] for _, path in self.factors}
        if "name" not in varied or kind.model_config.get("extra") != "forbid":
            return values
        known = varied.union(kind.model_fields)
        return {key: value for key, value in values.items() if key in known}

    def _clash(self, entry: Mapping[str, Any]) -> Clash:
        text = str(entry["msg"]).removeprefix("Value error, ")
        if entry["type"] == "extra_forbidden":
            text = f"the {self.name} of this variant has no such setting"
        elif entry["type"] == "missing":
            text = "it has no default and must be given"
        return (self.name, *entry["loc"]), text

    def _same(self, one: Levels, other: Levels) -> str:
        """Two combinations that mean the same would be one variant under two names."""
        paths = [".".join(map(str, (self.name, *path))) for _, path in self.factors]
        apart = [both for both in zip(paths, one, other, strict=True) if both[1] != both[2]]
        texts = [names(f"{both[0]}={plain(both[i])}" for both in apart) for i in (1, 2)]
        return f"{' and '.join(texts)} resolve to the same settings"


@dataclass
class Builder:
    """Builds the settings of variants, and remembers what clashed in which of them."""

    sections: Sequence[Section]
    clashes: dict[Clash, list[str]] = field(default_factory=dict)
    variants: int = 0

    def build(self, levels: Levels, label: str) -> TrialSettings | None:
        """The settings of a variant; None if they clash or a section is wrong anyway."""
        self.variants += 1
        built = {section.name: section.build(levels) for section in self.sections}
        whole: dict[str, Any] = {
            name: section for name, section in built.items() if not isinstance(section, list)
        }
        clashes = [c for section in built.values() if isinstance(section, list) for c in section]
        for clash in [*clashes, *_misfits(whole)]:
            self.clashes.setdefault(clash, []).append(label)
        if self.clashes or len(whole) < len(SECTIONS):
            return None
        whole["training"] = _with_loss(whole["training"], task_entry(whole["task"]).loss)
        return TrialSettings(**whole)

    def report(self, findings: Findings, factors: Factors) -> None:
        """One problem for each kind of clash, with the first variant that has it."""
        for (path, what), labels in self.clashes.items():
            exact = ".".join(map(str, path))
            text = f"{exact}: {what}"
            if len(labels) < self.variants:
                others = f" and {len(labels) - 1} more" if len(labels) > 1 else ""
                text += f" (in the variant {labels[0]}{others})"
            findings.add_at(findings.document.place(_cause(path, exact, factors)), text)


@cache
def _with_loss(training: Training, loss: str) -> Training:
    """The loss that the task prescribes, filled in: written out or not, it is the same trial."""
    return training if training.loss else training.model_copy(update={"loss": loss})


def builder(base: Base, factors: Factors) -> Builder:
    """For the sections in which nothing is wrong."""
    return Builder([_section(name, base, factors) for name in SECTIONS if name in base.sound])


def _section(name: str, base: Base, factors: Factors) -> Section:
    own = [
        (index, tuple(path.split(".")[1:]))
        for index, path in enumerate(factors)
        if path.startswith(f"{name}.")
    ]
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


def _cause(path: Path, exact: str, factors: Factors) -> Path:
    """The place in the file that is most likely wrong: a factor of the section, or its base."""
    if exact in factors:
        return ("factors", exact)
    own = [name for name in factors if name.startswith(f"{path[0]}.")]
    return ("factors", own[-1]) if own and len(path) == 1 else path
