"""The id of a trial: a hash of everything that can change its result, and of nothing else."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from orchestrator.errors import InputError, Problem
from orchestrator.models.files.errors import DataError
from orchestrator.models.settings import Settings, TaskSettings
from orchestrator.models.settings.own import OwnCode, OwnModel, OwnTask
from orchestrator.plan.digests import Sources, code_digests, data_digest, data_name
from orchestrator.plan.records import Trial
from orchestrator.plan_document import Identity
from orchestrator.study.parsing.yaml_text import dotted, read_yaml
from orchestrator.study.records import Study, TrialSettings, Variant, flatten

SCHEMA_VERSION = 2
"""Of the ids: a new number gives every trial a new one."""

Pair = tuple[str, str]  # names of a model and a task


@dataclass(frozen=True)
class Fingerprints:
    """Code and data of a study, for each pair of model and task in it."""

    code: Mapping[Pair, Mapping[str, str]]  # module → digest
    data: Mapping[str, str]  # name of the data → digest of its files
    schema_version: int = SCHEMA_VERSION

    @property
    def identity(self) -> Identity:
        modules = {module: digest for used in self.code.values() for module, digest in used.items()}
        return Identity(self.schema_version, self.data, dict(sorted(modules.items())))

    def code_of(self, settings: TrialSettings) -> Mapping[str, str]:
        """Module → digest, of the code that trials with these settings use."""
        return self.code[pair_of(settings)]

    def code_digest(self, settings: TrialSettings) -> str:
        """All that code in 16 hex digits."""
        return self._code_digests[pair_of(settings)]

    @cached_property
    def _code_digests(self) -> Mapping[Pair, str]:
        return {pair: _sha(canonical(digests))[:16] for pair, digests in self.code.items()}


def fingerprints(study: Study) -> Fingerprints:
    """Reads the sources and data files that the study's trials use."""
    pairs = dict.fromkeys(pair_of(variant.settings) for variant in study.variants)
    sources = Sources(own=_own_code(study))
    code = {pair: code_digests(*pair, sources) for pair in pairs}
    return Fingerprints(code, data_digests(study))


def own_packages(study: Study) -> list[Path]:
    """Packages, and modules that are in none, with own code that the study's trials use."""
    own = _own_code(study)
    return Sources(own=own).homes({code.module for code in own})


def _own_code(study: Study) -> set[OwnCode]:
    settings = [s for v in study.variants for s in (v.settings.model, v.settings.task)]
    return {s.code for s in settings if isinstance(s, OwnModel | OwnTask)}


def data_digests(study: Study) -> dict[str, str]:
    """Name of the data → digest, for every task of the study. Raises InputError for bad files."""
    tasks = {data_name(v.settings.task): v.settings.task for v in study.variants}
    digests: dict[str, str] = {}
    problems: list[Problem] = []
    for name, task in tasks.items():
        try:
            digests[name] = data_digest(task)
        except DataError as error:
            problems.append(_at_its_line(study, task, error))
    if problems:
        raise InputError(dict.fromkeys(problems))
    return digests


def _at_its_line(study: Study, task: TaskSettings, error: DataError) -> Problem:
    """Where the study names the file, else the task that needs it."""
    document, _ = read_yaml(study.text, str(study.path))
    texts = {p: text for p in document.values if isinstance(text := document.at(p), str) and text}
    of_file = [place for place, text in texts.items() if f"{error.where}:".startswith(f"{text}:")]
    of_task = [place for place, text in texts.items() if text == task.name]
    place = next(iter((*of_file, *of_task)), ("task",))
    line, column, _ = document.position(place)
    what = f"{dotted(place)}: {error.where}: {error.what}"
    return Problem(f"{study.path}:{line}:{column}", what, cure=error.cure)


def pair_of(settings: TrialSettings) -> Pair:
    return settings.model.name, settings.task.name


def canonical(value: Any) -> str:
    """JSON in one spelling: keys sorted, no spaces, no NaN."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def identify(study: Study, prints: Fingerprints) -> Iterator[Trial]:
    """Every variant with every replicate, each with its id."""
    for variant in study.variants:
        trial_id = numbering(study, variant, prints)
        for replicate in range(study.replicates):
            yield Trial(trial_id(replicate), variant, replicate)


def numbering(study: Study, variant: Variant, prints: Fingerprints) -> Callable[[int | str], str]:
    """Name of a replicate's seeds → trial id, for one variant: its JSON is written once.

    The keys are in the order of the alphabet, so that this is `canonical` of the whole.
    """
    data, code = prints.data[data_name(variant.settings.task)], prints.code_digest(variant.settings)
    head = f'{{{_members(code=code, data=data)},"replicate":'
    ends = _members(schema_version=prints.schema_version, seed=study.seed)
    settings = ",".join(
        _section(*section) for section in sorted(variant.settings.sections, key=_name)
    )
    tail = f',{ends},"settings":{{{settings}}}}}'
    return lambda replicate: _sha(f"{head}{_spelt(replicate)}{tail}")[:16]


# Variants and replicates share most of what their ids hash: each text is written once.


@cache
def _members(**facts: int | str) -> str:
    """Of an object in canonical JSON."""
    return canonical(facts)[1:-1]


@cache
def _spelt(replicate: int | str) -> str:
    return canonical(replicate)


def _name(section: tuple[str, Settings]) -> str:
    return section[0]


@cache
def _section(name: str, settings: Settings) -> str:
    """Its part of the settings' canonical JSON: all its paths begin with its name."""
    return canonical(dict(flatten(name, settings)))[1:-1]


def pack_id(trials: Iterable[Trial]) -> str:
    """16 hex digits of the SHA-256 over the ids of a pack's trials, in their order."""
    return _sha(" ".join(trial.trial_id for trial in trials))[:16]


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
