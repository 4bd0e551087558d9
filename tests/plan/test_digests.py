"""Digests see what can change a result, and nothing else; they import nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator.errors import EnvironmentFault, InputError
from orchestrator.models.catalogue import MODELS
from orchestrator.models.settings import Digits, MNIST5k
from orchestrator.models.settings.own import OwnCode
from orchestrator.plan.digests import Sources, code_digests, data_digest

MODULE = '''
"""What this is."""
from ours import helper


class Net:
    """A network."""

    width = 3
    """Neurons."""

    def forward(self, x):
        """Runs it."""
        return helper.double(x)  # twice
'''
SAME = """
from ours import helper
# another comment
class Net:
    width = (
        3
    )
    def forward( self,x ):
        return helper . double(x)
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "ours"
    (folder / "deep").mkdir(parents=True)
    (folder / "__init__.py").write_text('"""Ours."""\n')
    (folder / "deep" / "__init__.py").write_text("")
    (folder / "net.py").write_text(MODULE)
    (folder / "helper.py").write_text(
        "from .deep.maths import two\ndef double(x): return two() * x\n"
    )
    (folder / "deep" / "maths.py").write_text(
        "import math\nfrom .. import other\ndef two(): return 2\n"
    )
    (folder / "other.py").write_text("X = 1\n")
    (folder / "unused.py").write_text("Y = 1\n")
    return folder


def digests(package: Path) -> dict[str, str]:
    return Sources({"ours": package}).digests(["ours.net"])


def test_all_modules_that_are_imported_count(package: Path) -> None:
    assert list(digests(package)) == ["ours.deep.maths", "ours.helper", "ours.net", "ours.other"]


def test_comments_docstrings_and_formatting_do_not_count(package: Path) -> None:
    before = digests(package)
    (package / "net.py").write_text(SAME)
    assert digests(package) == before


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("net.py", "width = 3", "width = 4"),
        ("net.py", "double(x)", "double(x, 1)"),
        ("helper.py", "two() * x", "x * two()"),
        ("deep/maths.py", "return 2", "return 2.0"),
        ("__init__.py", '"""Ours."""', "SETTING = 1"),
    ],
)
def test_a_change_of_the_code_counts(package: Path, file: str, old: str, new: str) -> None:
    before = digests(package)
    path = package / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    changed = {module for module in digests(package).items() ^ before.items()}
    assert len({module for module, _ in changed}) == 1


def test_a_string_that_is_used_is_no_docstring(package: Path) -> None:
    before = digests(package)
    (package / "other.py").write_text("X = 'text'\n")
    after = digests(package)
    (package / "other.py").write_text("X = 'other text'\n")
    assert len({before["ours.other"], after["ours.other"], digests(package)["ours.other"]}) == 3


def test_code_that_is_not_imported_does_not_count(package: Path) -> None:
    before = digests(package)
    (package / "unused.py").write_text("Y = 2\n")
    assert digests(package) == before


def test_code_that_is_no_python_is_reported_in_place(package: Path) -> None:
    (package / "helper.py").write_text("def double(x:\n    return\n")
    with pytest.raises(InputError, match=r"helper\.py:1:\d+: not valid Python"):
        digests(package)


def test_a_module_that_is_not_there(package: Path) -> None:
    with pytest.raises(EnvironmentFault, match=r"no module ours\.nothing"):
        Sources({"ours": package}).digests(["ours.nothing"])


def test_what_the_users_code_lies_in(tmp_path: Path) -> None:
    """A package without __init__.py, a module in no package, and what both import."""
    (tmp_path / "nets").mkdir()
    (tmp_path / "nets" / "deep.py").write_text(
        "import parts\nfrom orchestrator.models import shape\n"
    )
    (tmp_path / "parts.py").write_text("import math\nX = 1\n")
    (tmp_path / "unused.py").write_text("Y = 1\n")
    own = [OwnCode("nets.deep:build", (tmp_path,))]
    assert Sources(own=own).homes(["nets.deep"]) == [tmp_path / "nets", tmp_path / "parts.py"]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.slow
def test_the_code_of_every_model_is_found(model: str) -> None:
    found = code_digests(model, "digits", sources=Sources())
    factory = MODELS[model].factory.partition(":")[0]
    assert {
        factory,
        "orchestrator.models.tasks.digits",
        "orchestrator.training.engine",
    } <= found.keys()
    assert {
        "orchestrator.models.initializers",
        "orchestrator.seeds",
        "orchestrator.training.optim.optimizers.lion",
    } <= found.keys()
    assert f"orchestrator.models.catalogue[{model}]" in found


@pytest.mark.slow
def test_opening_studies_for_notebooks_does_not_count() -> None:
    """`orchestrator/__init__.py` reaches store, cli and reports; no trial does."""
    found = code_digests("mlp", "digits", sources=Sources())
    assert {module.split(".")[0] for module in found} == {"orchestrator"}
    outside = ("orchestrator.store", "orchestrator.cli", "orchestrator.notebook")
    assert not [
        module for module in found if module.startswith(outside) or module == "orchestrator"
    ]


def test_declarations_do_not_count() -> None:
    """A new setting or catalogue entry must not invalidate the results of other studies."""
    found = code_digests("mlp", "digits", sources=Sources())
    for module in found:
        assert not module.startswith(
            ("orchestrator.models.settings", "orchestrator.study", "orchestrator.plan")
        )
        assert module != "orchestrator.models.catalogue"


def test_a_model_does_not_depend_on_other_models_and_tasks() -> None:
    found = code_digests("mlp", "digits", sources=Sources())
    others = {
        "orchestrator.models.networks.convnet",
        "orchestrator.models.networks.chain",
        "orchestrator.models.tasks.mnist_5k",
    }
    assert not others & found.keys()


@pytest.mark.slow
def test_nothing_heavy_is_imported() -> None:
    program = (
        "import sys\n"
        "from orchestrator.plan.digests import *\nfrom orchestrator.models.settings import Digits\n"
        "code_digests('mlp', 'digits', sources=Sources()); data_digest(Digits())\n"
        "heavy = {'torch', 'ray', 'pandas', 'numpy', 'scipy', 'sklearn', 'pyarrow'}\n"
        "sys.exit(' '.join(heavy & sys.modules.keys()) or 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_data_digests_follow_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert data_digest(Digits()) != data_digest(MNIST5k())
    file = tmp_path / "data.csv"
    file.write_text("1,2\n")
    monkeypatch.setattr("orchestrator.plan.digests.data_paths", lambda task: [file])
    before = data_digest(Digits())
    file.write_text("1,3\n")
    assert data_digest(Digits()) != before
    file.unlink()
    with pytest.raises(EnvironmentFault, match="data of the task digits are missing"):
        data_digest(Digits())
