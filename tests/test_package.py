"""What is installed: one package, `orchestrator`, from a wheel built from a source archive."""

import subprocess
import sys
from pathlib import Path
from shutil import copytree, ignore_patterns
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("orchestrator", "models", "reports", "studies", "docs", "recipes")
"""All but the first are linked into it."""
FILES = ("pyproject.toml", "README.md", "LICENSE")
SHIPPED = {".py", ".yaml", ".html", ".css", ".js", ".typed", ".md", ".ipynb", ".sh"}
IMPORTS = """\
from importlib.util import find_spec
import orchestrator.models.networks.mlp, orchestrator.reports.build
from orchestrator.study.parsing.source import shipped_studies
assert not [name for name in ("models", "reports", "studies") if find_spec(name)]
print(orchestrator.__file__, len(shipped_studies()))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built as a packager does: source archive first, wheel from what that holds."""
    source = tmp_path_factory.mktemp("source") / "orch"
    source.mkdir()
    for name in FOLDERS:
        copytree(ROOT / name, source / name, symlinks=True, ignore=ignore_patterns("__pycache__"))
    for name in FILES:
        (source / name).write_bytes((ROOT / name).read_bytes())
    built = tmp_path_factory.mktemp("built")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(built), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(list(built.glob("*.tar.gz"))) == 1
    (found,) = built.glob("*.whl")
    return found


def installed_files() -> set[str]:
    """Every file of the folders that is code or data, by its name in the wheel."""
    found = set[str]()
    for folder in FOLDERS:
        inside = Path() if folder == "orchestrator" else Path("orchestrator")
        for path in (ROOT / folder).rglob("*"):  # follows no link
            if path.suffix in SHIPPED and path.is_file() and "__pycache__" not in path.parts:
                found.add((inside / path.relative_to(ROOT)).as_posix())
    return found


@pytest.mark.slow
def test_a_wheel_holds_one_package_with_every_file_once(wheel: Path) -> None:
    names = ZipFile(wheel).namelist()
    assert len(names) == len(set(names))
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"orchestrator"}
    assert installed_files() <= set(names)
    assert not [
        name for name in names if name.startswith(("orchestrator/tests", "orchestrator/node"))
    ]


@pytest.mark.slow
def test_the_installed_package_needs_no_repository(wheel: Path, tmp_path: Path) -> None:
    """models, reports and studies are importable below orchestrator only."""
    target = tmp_path / "installed"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(target)]
    subprocess.run([*pip, str(wheel)], check=True)
    program = f"import sys; sys.path.insert(0, {str(target)!r})\n{IMPORTS}"
    done = subprocess.run(
        [sys.executable, "-I", "-c", program],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    place, studies = done.stdout.split()
    assert Path(place).is_relative_to(target)
    assert int(studies) == len(list((ROOT / "studies").glob("*.yaml")))
