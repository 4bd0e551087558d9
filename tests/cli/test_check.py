"""`orch check` and `orch schema`, as processes: output, exit codes, start-up."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from tests.cli.orch import ORCH, SMALL, orch

pytestmark = pytest.mark.slow  # a process a test

HEAVY = ("torch", "ray", "pandas", "numpy", "scipy", "sklearn", "pyarrow", "plotly")


@pytest.fixture
def small(tmp_path: Path) -> Path:
    file = tmp_path / "small.yaml"
    file.write_text(SMALL)
    return file


def test_a_good_file(small: Path) -> None:
    done = orch("check", "small.yaml", cwd=small.parent)
    assert done.returncode == 0
    assert done.stdout == "small.yaml: no problems\n2 variants × 6 replicates = 12 trials\n"
    assert done.stderr == ""
    assert list(small.parent.iterdir()) == [small]


def test_a_good_file_as_json(small: Path) -> None:
    done = orch("check", small, "--json")
    assert done.returncode == 0
    document = json.loads(done.stdout)
    fixed = document.pop("fixed")
    assert document == {
        "problems": [],
        "study": "small",
        "variants": 2,
        "trials": 12,
        "design": "factorial",
        "factors": {"model.activation": ["sigmoid", "tanh"]},
    }
    assert (fixed["task.name"], fixed["training.optimizer"]) == ("digits", "sgd")
    assert "model.activation" not in fixed


def test_a_bad_file(small: Path) -> None:
    small.write_text(SMALL.replace("tanh", "tahn").replace("digits", "digts"))
    done = orch("check", "small.yaml", cwd=small.parent)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "small.yaml:3:14: task.name: 'digts' is not allowed\n    allowed: digits" in done.stderr
    assert "    did you mean 'tanh'?\n" in done.stderr


def test_a_bad_file_as_json(small: Path) -> None:
    small.write_text(SMALL.replace("tanh", "tahn"))
    done = orch("check", "small.yaml", "--json", cwd=small.parent)
    assert done.returncode == 2
    assert done.stderr == ""
    (problem,) = json.loads(done.stdout)["problems"]
    assert problem == {
        "where": "small.yaml:6:31",
        "what": "factors.model.activation[1]: 'tahn' is not allowed",
        "allowed": "sigmoid, tanh, relu, softplus, identity",
        "cure": "did you mean 'tanh'?",
    }


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01", b"\xff", b"a: [", b"- 1", b"x", b"a: 1\na: 2", b"[" * 999]
)
def test_no_file_gives_a_traceback(small: Path, content: bytes) -> None:
    small.write_bytes(content)
    for flags in ([], ["--json"]):
        done = orch("check", small, *flags)
        assert done.returncode == 2
        assert "Traceback" not in done.stderr + done.stdout
        assert "small.yaml" in done.stderr + done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check"], "Missing argument"),
        (["check", "a", "b"], "unexpected extra argument"),
        (["check", "a", "--jsn"], "No such option"),
        (["chek", "a"], "No such command 'chek'"),
        (["plan", "a", "--replicates", "x"], "a whole number ≥ 1"),
        (["check", "no/such/file.yaml"], "no such file or shipped study"),
        (["check", "."], "is a folder"),
    ],
)
def test_wrong_usage_ends_with_2(arguments: list[str], message: str) -> None:
    done = orch(*arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_the_schema_is_one_that_shipped_studies_satisfy() -> None:
    from ruamel.yaml import YAML

    done = orch("schema")
    assert done.returncode == 0
    schema = json.loads(done.stdout)
    checker = jsonschema.Draft202012Validator(schema)
    checker.check_schema(schema)
    for study in Path("studies").glob("*.yaml"):
        assert not list(checker.iter_errors(YAML(typ="safe", pure=True).load(study))), study


def test_a_reader_that_leaves_early_is_no_fault() -> None:
    command = f"'{ORCH}' schema | head -c 1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("{", "")


@pytest.mark.parametrize("verb", ["check", "plan"])
def test_a_reader_of_problems_that_leaves_early_is_none_either(verb: str, tmp_path: Path) -> None:
    """All problems of a file as JSON, more than a pipe holds."""
    keys = "".join(f"wrong_{number}: 1\n" for number in range(3000))
    (tmp_path / "s.yaml").write_text(f"study: s\n{keys}")
    command = f"'{ORCH}' {verb} s.yaml --json | head -c 1"
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert (done.stdout, done.stderr) == ("{", "")


def test_a_full_disk_behind_stdout_is_reported() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    command = f"'{ORCH}' schema > /dev/full"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


def heed_ctrl_c() -> None:
    """A job in the background of a script is told to ignore it, and tells its children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_ends_with_130(tmp_path: Path) -> None:
    """While it waits for a file that never comes: a pipe is refused, so a slow import stands in."""
    (tmp_path / "slow.py").write_text(
        "import time, orchestrator.study.load as load\n"
        "def wait(*_): print('ready', flush=True); time.sleep(30)\n"
        "load.load_study = wait\n"
        "import orchestrator.cli.check as check\n"
        "check.load_study = wait\n"
        "from orchestrator.cli.main import main\n"
        "main()\n"
    )
    process = subprocess.Popen(
        [sys.executable, str(tmp_path / "slow.py"), "check", "x"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heed_ctrl_c,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Traceback" not in errors


# --- start-up ------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [["--help"], ["check", "vanishing_gradient"], ["schema"]])
def test_nothing_heavy_is_imported(arguments: list[str], tmp_path: Path) -> None:
    program = (
        "import sys\n"
        f"sys.argv = {['orch', *arguments]!r}\n"
        "from orchestrator.cli.main import main\n"
        "try:\n    main()\n"
        f"finally:\n    print(sorted(set({HEAVY}) & sys.modules.keys()), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONWARNINGS": "error"},
        check=False,
    )
    assert done.stderr == "[]\n"
    assert done.returncode == 0
