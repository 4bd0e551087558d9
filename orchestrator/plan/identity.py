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
from orchestrator.models.settings import Settings
from orchestrator.models.settings.own import Checkout, OwnCode, OwnModel, OwnTask
from orchestrator.models.settings.own_trial import OwnCommand, OwnFunction
from orchestrator.plan.digests import (
    Sources,
    below,
    code_digests,
    command_digests,
    data_digest,
    data_name,
    files_digest,
    own_digests,
)
from orchestrator.plan.records import Trial
from orchestrator.plan.revisions import REVISION_PATH, check_revisions
from orchestrator.plan_document import Identity
from orchestrator.study.design.effects import idle_paths
from orchestrator.study.parsing.yaml_text import dotted, read_yaml
from orchestrator.study.records import (
    LoopSettings,
    OwnSettings,
    Study,
    TrialSettings,
    Variant,
    flatten,
)

SCHEMA_VERSION = 2
"""Of the ids: a new number gives every trial a new one."""

Used = tuple[str, ...]
"""Names of a model, a task and own code in training, or of the function that is the trial."""


@dataclass(frozen=True)
class Fingerprints:
    """Code and data of a study, for what its trials use."""

    code: Mapping[Used, Mapping[str, str]]  # module → digest
    data: Mapping[str, str]  # name of the data → digest of its files
    schema_version: int = SCHEMA_VERSION

    @property
    def identity(self) -> Identity:
        modules = {
            _shown(module, used): digest
            for used, digests in self.code.items()
            for module, digest in digests.items()
        }
        return Identity(self.schema_version, self.data, dict(sorted(modules.items())))

    def code_of(self, settings: TrialSettings) -> Mapping[str, str]:
        """Module → digest, of the code that trials with these settings use.

        Modules have the names of `identity`: those of a revision say of which.
        """
        used = used_by(settings)
        return {_shown(module, used): digest for module, digest in self.code[used].items()}

    def code_digest(self, settings: TrialSettings) -> str:
        """All that code in 16 hex digits."""
        return self._code_digests[used_by(settings)]

    def same_trials(self, study: Study) -> list[tuple[Variant, Variant]]:
        """Variants whose trials would have the same ids."""
        found: list[tuple[Variant, Variant]] = []
        first: dict[str, Variant] = {}
        for variant in study.variants:
            other = first.setdefault(numbering(study, variant, self)(0), variant)
            found += [(other, variant)] * (other is not variant)
        return found

    @cached_property
    def _code_digests(self) -> Mapping[Used, str]:
        return {used: _sha(canonical(digests))[:16] for used, digests in self.code.items()}


def fingerprints(study: Study) -> Fingerprints:
    """Reads the sources and data files that the study's trials use.

    Raises InputError for bad files, and for revisions that do not differ in what trials use.
    """
    every = {used_by(variant.settings): variant.settings for variant in study.variants}
    sources = _sources(study)
    code = {
        used: _code(settings, sources[_checkout_of(settings)]) for used, settings in every.items()
    }
    prints = Fingerprints(code, data_digests(study))
    if study.revisions:
        check_revisions(study, prints.same_trials(study))
    return prints


def _sources(study: Study) -> dict[Checkout | None, Sources]:
    """Of each revision apart: a module has the same name in all."""
    checkouts = {_checkout_of(variant.settings) for variant in study.variants}
    own = _own_code(study)
    return {c: Sources(own=[code for code in own if code.checkout == c]) for c in checkouts}


def _checkout_of(settings: TrialSettings) -> Checkout | None:
    return settings.trial.checkout if isinstance(settings, OwnSettings) else None


def _code(settings: TrialSettings, sources: Sources) -> dict[str, str]:
    if isinstance(settings, LoopSettings):
        return code_digests(*used_by(settings), sources=sources)
    if isinstance(settings.trial, OwnCommand):
        return command_digests(settings.trial)
    return own_digests(settings.trial.what, sources)


def own_packages(study: Study) -> list[Path]:
    """Packages, and modules that are in none, with own code that the study's trials use.

    Not those of revisions, which are in their checkouts.
    """
    own = {code for code in _own_code(study) if code.checkout is None}
    return Sources(own=own).homes({code.module for code in own})


def _own_code(study: Study) -> set[OwnCode]:
    settings = [section for v in study.variants for _, section in v.settings.sections]
    parts = {code for v in study.variants for code in part_codes(v.settings)}
    return parts | {s.code for s in settings if isinstance(s, OwnModel | OwnTask | OwnFunction)}


def data_digests(study: Study) -> dict[str, str]:
    """Name of the data → digest, for every task of the study, or the files of an own trial.

    Raises InputError for bad files.
    """
    every = {name: v.settings for v in study.variants if (name := data_of(v.settings))}
    digests: dict[str, str] = {}
    problems: list[Problem] = []
    for name, settings in every.items():
        try:
            digests[name] = _data(settings)
        except DataError as error:
            problems.append(_at_its_line(study, settings, error))
    if problems:
        raise InputError(dict.fromkeys(problems))
    return digests


def _data(settings: TrialSettings) -> str:
    if isinstance(settings, LoopSettings):
        return data_digest(settings.task)
    return files_digest(settings.trial.decisive_files)


def data_of(settings: TrialSettings) -> str:
    """The name of a trial's data in plan.json: of its task, or of the files of an own trial.

    Empty where an own trial has none: what a function loads by itself is not known.
    """
    if isinstance(settings, LoopSettings):
        return data_name(settings.task)
    own = settings.trial
    if isinstance(own, OwnCommand):
        return ""  # its files count as code
    if own.checkout is None:
        return " ".join(map(str, own.decisive_files))
    inside = " ".join(below(path, own.checkout.home) for path in own.decisive_files)
    return f"{inside} ({own.checkout.revision})" if inside else ""


def _at_its_line(study: Study, settings: TrialSettings, error: DataError) -> Problem:
    """Where the study names the file, else the task that needs it."""
    document, _ = read_yaml(study.text, str(study.path))
    texts = {p: text for p in document.values if isinstance(text := document.at(p), str) and text}
    of_file = [place for place, text in texts.items() if f"{error.where}:".startswith(f"{text}:")]
    name = used_by(settings)[:2][-1]  # of the task, or of the function
    of_task = [place for place, text in texts.items() if text == name]
    place = next(iter((*of_file, *of_task)), (settings.sections[0][0],))
    line, column, _ = document.position(place)
    what = f"{dotted(place)}: {error.where}: {error.what}"
    return Problem(f"{study.path}:{line}:{column}", what, cure=error.cure)


def used_by(settings: TrialSettings) -> Used:
    if isinstance(settings, LoopSettings):
        parts = (code.name for code in part_codes(settings))
        return settings.model.name, settings.task.name, *parts
    own = settings.trial
    revision = (_of_revision(own.checkout.revision),) if own.checkout else ()
    if isinstance(own, OwnCommand):
        return ("command", *map(str, own.decisive_files), *revision)
    return (own.what, *revision)


def _of_revision(revision: str) -> str:
    return f" ({revision})"


def _shown(module: str, used: Used) -> str:
    """As in plan.json: of a revision `train.py (main)`."""
    is_revised = used[-1].startswith(" (") and not module.startswith("orchestrator.")
    return f"{module}{used[-1]}" if is_revised else module


def part_codes(settings: TrialSettings) -> list[OwnCode]:
    """The user's optimizer, loss, schedule and augmentation; what is torch's is not."""
    parts = [part for _, section in settings.sections for part in section.own_parts.values()]
    return [part.code for part in parts if not part.is_torchs]


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
    data, code = (
        prints.data.get(data_of(variant.settings), ""),
        prints.code_digest(variant.settings),
    )
    own = variant.settings
    measured = {"measured": own.measured} if isinstance(own, OwnSettings) else {}
    head = f'{{{_members(code=code, data=data, **measured)},"replicate":'
    ends = _members(schema_version=prints.schema_version, seed=study.seed)
    idle = idle_paths(variant.settings)
    sections = sorted(variant.settings.sections, key=_name)
    settings = ",".join(_section(name, section, idle) for name, section in sections)
    tail = f',{ends},"settings":{{{settings}}}}}'
    return lambda replicate: _sha(f"{head}{_spelt(replicate)}{tail}")[:16]


# Variants and replicates share most of what their ids hash: each text is written once.


@cache
def _members(**facts: int | str | tuple[str, ...]) -> str:
    """Of an object in canonical JSON."""
    return canonical(facts)[1:-1]


@cache
def _spelt(replicate: int | str) -> str:
    return canonical(replicate)


def _name(section: tuple[str, Settings]) -> str:
    return section[0]


@cache
def _section(name: str, settings: Settings, idle: frozenset[str]) -> str:
    """Its part of the settings' canonical JSON, without idle ones.

    All its paths begin with its name. The name of a revision is not in it: its content counts, as
    code.
    """
    left_out = idle | {REVISION_PATH}
    every = dict(flatten(name, settings))
    return canonical({path: value for path, value in every.items() if path not in left_out})[1:-1]


def pack_id(trials: Iterable[Trial]) -> str:
    """16 hex digits of the SHA-256 over the ids of a pack's trials, in their order."""
    return _sha(" ".join(trial.trial_id for trial in trials))[:16]


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
