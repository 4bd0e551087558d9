"""Writes what benchmarks measured into docs/performance.md: `python -m benchmarks.tables FOLDER`.

FOLDER has the JSON documents that `make bench` leaves. Each table is in the page between
`<!-- NAME -->` and `<!-- end -->`; a benchmark that was not run keeps its old one.
"""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parents[1] / "docs" / "performance.md"


def main() -> None:
    page = PAGE.read_text()
    for file in sorted(Path(sys.argv[1]).glob("*.json")):
        page = filled(page, file.stem, markdown(json.loads(file.read_text())))
    PAGE.write_text(page)


def filled(page: str, name: str, text: str) -> str:
    """The page with this text between the marks of this name. Raises LookupError without them."""
    pattern = rf"(<!-- {re.escape(name)} -->\n).*?(<!-- end -->)"
    changed, found = re.subn(pattern, lambda m: f"{m[1]}\n{text}\n\n{m[2]}", page, flags=re.DOTALL)
    if not found:
        raise LookupError(f"{PAGE} has no place for {name}")
    return changed


def markdown(document: Mapping[str, Any]) -> str:
    """Single figures in a line, lists of rows as tables."""
    facts = [f"{words(key)}: {cell(value)}" for key, value in document.items() if is_fact(value)]
    tables = [table(value) for key, value in document.items() if is_table(key, value)]
    return "\n\n".join(["; ".join(facts) + ".", *tables])


def is_fact(value: Any) -> bool:
    return not isinstance(value, list | dict)


def is_table(key: str, value: Any) -> bool:
    """`rounds` are the measurements behind the medians."""
    return isinstance(value, list) and key != "rounds"


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [map(words, names), ["---"] * len(names)]
    lines += [[cell(row.get(name)) for name in names] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def words(name: str) -> str:
    return name.replace("_", " ")


def cell(value: Any) -> str:
    """1,197; ✓ for what holds, nothing for what does not or is not known."""
    if value is None or value is False:
        return ""
    if value is True:
        return "✓"
    return f"{value:,}" if isinstance(value, int | float) else str(value)


if __name__ == "__main__":
    main()
