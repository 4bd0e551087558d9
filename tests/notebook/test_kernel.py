"""A real kernel of Jupyter: progress, interrupt, resume, and the example notebook."""

import sys
from pathlib import Path
from typing import Any

import pytest

NOTEBOOK = Path(__file__).parents[2] / "docs" / "notebook.ipynb"
STUDY = """
import orchestrator as orch
study = orch.Study(
    study="long",
    task={"name": "digits", "train_examples": 600},
    model="mlp",
    training={"epochs": 60},
    factors={"model.width": [4, 5, 6, 7, 8, 9]},
    replicates=1,
)
"""


@pytest.fixture
def in_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel that starts here runs this Python in the temporary folder."""
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=":")
    monkeypatch.setenv("PYTHONPATH", str(NOTEBOOK.parents[1]))
    monkeypatch.chdir(tmp_path)


@pytest.mark.slow
@pytest.mark.usefixtures("in_kernel")
def test_an_interrupted_cell_goes_on_from_the_finished_packs() -> None:
    manager: Any = pytest.importorskip("jupyter_client.manager")
    kernel, client = manager.start_new_kernel()
    try:
        client.execute_interactive(STUDY, timeout=120, output_hook=lambda message: None)
        outputs: list[dict[str, Any]] = []
        interrupted: list[str] = []

        def interrupt_after_one(message: dict[str, Any]) -> None:
            outputs.append(message)
            line = message["content"].get("data", {}).get("text/plain", "")
            if line.startswith("1/6 trials") and not interrupted:
                interrupted.append(line)
                kernel.interrupt_kernel()

        reply = client.execute_interactive(
            "study.run(inline=True)", timeout=240, output_hook=interrupt_after_one
        )
        assert reply["content"]["ename"] == "Interrupted"
        (error,) = (m["content"] for m in outputs if m["msg_type"] == "error")
        assert "\n".join(error["traceback"]).startswith("interrupted: finished packs are in")
        assert "orch run results/long/study.yaml --inline" in error["traceback"][-1]
        ask = "print((study.plan().trials['state'] == 'done').sum())"
        done: list[str] = []
        client.execute_interactive(
            ask, timeout=60, output_hook=lambda m: done.append(m["content"].get("text", ""))
        )
        assert 1 <= int("".join(done)) < 6
    finally:
        client.stop_channels()
        kernel.shutdown_kernel(now=True)


@pytest.mark.slow
@pytest.mark.usefixtures("in_kernel")
def test_the_example_notebook_runs(tmp_path: Path) -> None:
    nbformat: Any = pytest.importorskip("nbformat")
    client: Any = pytest.importorskip("nbclient")
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    context = {"metadata": {"path": tmp_path}}
    client.NotebookClient(notebook, timeout=240, resources=context).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    kinds = [kind for output in outputs for kind in output.get("data", {})]
    assert kinds.count("application/vnd.plotly.v1+json") == 2
    assert sum("<table" in o["data"].get("text/html", "") for o in outputs if "data" in o) == 2
    lines = [o["data"]["text/plain"] for o in outputs if "text/plain" in o.get("data", {})]
    assert any(line.startswith("24/24 trials") for line in lines)
