"""A virtual environment with the libraries of this one, except some: nothing is downloaded."""

import csv
import io
import sys
from importlib.metadata import distribution, version
from pathlib import Path
from venv import EnvBuilder
from zipfile import ZipFile

_SITE = Path(distribution("typer").locate_file("")).resolve()  # type: ignore[arg-type]


def environment_without(*lacking: str, at: Path) -> Path:
    """The program `ray` of a new environment at this path, whose libraries are links to ours."""
    EnvBuilder(symlinks=True).create(at)
    site = at / f"lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages"
    for entry in _SITE.iterdir():
        name = entry.name.partition("-")[0]
        if entry.suffix != ".pth" and name not in (*lacking, "orch", "__pycache__"):
            (site / entry.name).symlink_to(entry)
    ray = at / "bin/ray"
    ray.write_text(f"#!{at}/bin/python3\nfrom ray.scripts.scripts import main\nmain()\n")
    ray.chmod(0o755)
    return ray


def wheel_of(library: str, folder: Path) -> None:
    """Pack an installed pure Python library for pip, as its index would have it."""
    files = [str(f) for f in distribution(library).files or () if not str(f).startswith("..")]
    (record,) = (name for name in files if name.endswith(".dist-info/RECORD"))
    rows = io.StringIO()
    csv.writer(rows).writerows([name, "", ""] for name in files)
    with ZipFile(folder / f"{library}-{version(library)}-py3-none-any.whl", "w") as wheel:
        for name in files:
            if name != record and "__pycache__" not in name:
                wheel.write(_SITE / name, name)
        wheel.writestr(record, rows.getvalue())
