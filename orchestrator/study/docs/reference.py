"""The tables of docs/study.md, made from the classes that read a study.

`python -m orchestrator.study.docs.reference docs/study.md` brings the page up to date.
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import NoneType

from pydantic import BaseModel

from orchestrator.study.design.ranges import RANGES
from orchestrator.study.parsing.keys import (
    CompareKeys,
    Exclude,
    MetricKeys,
    NuisanceKeys,
    StudyFile,
    TrialKeys,
    TuneKeys,
)
from orchestrator.study.parsing.messages import shown
from orchestrator.study.parsing.setting_paths import NAMED, Setting, settings_in
from orchestrator.study.probes import Probes
from orchestrator.study.settings import Keep, Resources, Training

BEGIN, END = "<!-- tables: begin -->\n", "<!-- tables: end -->\n"
GROUPS: Mapping[str, type[BaseModel]] = {
    "training": Training,
    "trial": TrialKeys,
    "metrics.<metric>": MetricKeys,
    "probes": Probes,
    "exclude[]": Exclude,
    "tune": TuneKeys,
    "tune.<path>": NuisanceKeys,
    "compare": CompareKeys,
    "resources": Resources,
    "keep": Keep,
}
HEAD = "| setting | default | allowed | meaning |\n|---|---|---|---|\n"
ALLOWED = {  # where the reader of the file checks more than the JSON schema
    "study": "lower-case letters, digits, `_` and `-`; not `store`",
    "exclude[].when": "factor → one of its levels",
    "tune.select": "`validation`, a slash, and a metric of the task",
    **{f"tune.<path>.{kind}": "[LOW, HIGH]" for kind in RANGES},
    "tune.<path>.choice": "a list of values",
    "tune.<path>.when": "factor → one of its levels",
    "compare.metric": "`train`, `validation` or `test`, a slash, and a metric of the task; or "
    "`gradient/total_decay`, `gradient/decay_depth`, `gradient/decay_time`",
    "compare.baseline": "factor → one of its levels",
}


def tables() -> str:
    """Markdown: the top-level keys, then every group of settings."""
    parts = ["### Top-level keys\n\n", "| key | meaning |\n|---|---|\n", *_keys()]
    for prefix, kind in GROUPS.items():
        parts += _table(f"`{prefix.removesuffix('[]')}`", prefix, kind)
    for section, entries in NAMED.items():
        for name, entry in entries.items():
            parts += _table(f"{section} `{name}`", section, entry.settings)
    return "".join(parts)


def with_tables(page: str) -> str:
    """The page with its tables renewed."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{tables()}\n{END}{after}"


def _keys() -> Iterator[str]:
    for key, field in StudyFile.model_fields.items():
        default = "required" if field.is_required() else _default(field.default)
        simple = not field.is_required() and not isinstance(
            field.default, BaseModel | list | NoneType
        )
        note = default if field.is_required() else f"default {default}" if simple else "optional"
        yield f"| `{key}` | {_line(field.description)} ({note}) |\n"


def _table(title: str, prefix: str, kind: type[BaseModel]) -> Iterator[str]:
    yield f"\n### {title}\n\n{_line(kind.__doc__)}\n\n{HEAD}"
    for path, setting in settings_in(kind, prefix).items():
        yield _row(path, setting)


def _row(path: str, setting: Setting) -> str:
    default = "required" if setting.field.is_required() else _default(setting.field.default)
    allowed = ALLOWED.get(path) or setting.allowed
    meaning = _line(setting.description)
    if path.endswith(".name"):
        default, meaning = "required", "Chooses this table."
    return f"| `{path}` | {default} | {allowed} | {meaning} |\n"


def _default(value: object) -> str:
    return str(value) if isinstance(value, str) and value else shown(value)


def _line(text: str | None) -> str:
    return " ".join((text or "").replace("|", "\\|").split())


if __name__ == "__main__":
    file = Path(sys.argv[1])
    file.write_text(with_tables(file.read_text(encoding="utf-8")), encoding="utf-8")
