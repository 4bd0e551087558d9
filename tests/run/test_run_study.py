"""A run from Python: nothing is printed, the record says what the store has."""

import threading
from pathlib import Path

import pandas as pd
import pytest

from orchestrator.errors import Interrupted
from orchestrator.execution.local import inline
from orchestrator.paths import ResultsPaths
from orchestrator.run.rerun import rerun
from orchestrator.run.run_study import RunResult, run_study
from orchestrator.run.signals import Stop
from orchestrator.store.pack_files import statuses
from orchestrator.study.load import Overrides
from tests.cli.running import events, write_study
from tests.run.displays import Recorded


@pytest.mark.slow
def test_a_run_and_a_rerun(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    study, results = write_study(tmp_path), tmp_path / "results"
    found = run_study(str(study), results=results, inline=True)
    assert found == RunResult(
        study="tiny", folder=results / "tiny", completed=8, diverged=0, failed=0, missing=0,
        trained=8, finding=found.finding, report=results / "tiny" / "report.html",
    )  # fmt: skip
    assert found.is_complete
    assert found.finding is not None
    assert "it is undecided whether" in found.finding
    assert "Undecided: " in (results / "tiny" / "report.html").read_text()
    assert set(statuses(ResultsPaths(results)).values()) == {"completed"}
    trial = pd.read_parquet(results / "tiny" / "trials.parquet")["trial_id"][0]

    again = run_study(str(study), results=results, inline=True, report=False)
    assert (again.trained, again.completed, again.report, again.finding) == (0, 8, None, None)

    same = rerun(str(study), trial, results=results)
    assert same.stored is not None
    assert same.trained is not None
    assert same.trained.final == pytest.approx(same.stored.final, rel=1e-4)
    assert same.trained.values.keys() == same.stored.values.keys()
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
def test_the_display_hears_what_the_command_prints(tmp_path: Path) -> None:
    study, display = write_study(tmp_path), Recorded()
    asked = Overrides(only=("model.depth=1",), replicates=1)
    run_study(str(study), overrides=asked, results=tmp_path / "r", inline=True, display=display)
    first, second, stored, *_, report = display.lines
    assert first == "tiny: 2 variants × 1 replicate = 2 trials, 0 done"
    assert second == f"2 packs in this process · results in {tmp_path}/r/tiny"
    assert stored == "2 trials in the store: 2 completed, 0 diverged, 0 failed"
    assert report == f"report: {tmp_path}/r/tiny/report.html"
    far = [text.split(" · ")[0] for text in display.texts]
    assert list(dict.fromkeys(far)) == ["0/2 trials", "1/2 trials", "2/2 trials"]
    assert events(tmp_path / "r")[0]["command"] == [
        "orch", "run", str(study), "--only", "model.depth=1", "--replicates", "1",
        "--results", f"{tmp_path}/r", "--inline",
    ]  # fmt: skip


@pytest.mark.slow
def test_outside_the_main_thread(tmp_path: Path) -> None:
    study, found = write_study(tmp_path), []
    thread = threading.Thread(
        target=lambda: found.append(run_study(str(study), results=tmp_path / "r", inline=True))
    )
    thread.start()
    thread.join()
    assert found[0].completed == 8


def test_an_interrupted_run_says_how_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object) -> None:
        raise Stop

    study = write_study(tmp_path)
    monkeypatch.setattr(inline, "train_pack", stopped)
    with pytest.raises(Interrupted, match=f"orch run {study} --results {tmp_path}/r --inline"):
        run_study(str(study), results=tmp_path / "r", inline=True)
    assert [event["event"] for event in events(tmp_path / "r")][-1] == "interrupted"


WORDS = """\
study: words
task: {name: tagging, train: BANK, validation: BANK, test: BANK}
model: {name: recurrent, hidden: 4}
training: {epochs: 1}
factors: {model.cell: [rnn, gru]}
replicates: 2
compare: {metric: test/accuracy, baseline: {model.cell: rnn}}
"""


def write_treebank(path: Path) -> Path:
    """Thirty sentences of two to five words."""
    sentence = [("dogs", "NOUN"), ("bark", "VERB"), ("at", "ADP"), ("red", "ADJ"), ("cars", "NOUN")]
    lines = [
        "\n".join(f"{n}\t{word}{i}\t_\t{tag}" + "\t_" * 6 for n, (word, tag) in
                  enumerate(sentence[: 2 + i % 4], 1)) + "\n"
        for i in range(30)
    ]  # fmt: skip
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.slow
@pytest.mark.parametrize("keep", ["on", "off"])
def test_a_study_may_leave_its_answers_out(tmp_path: Path, keep: str) -> None:
    bank = write_treebank(tmp_path / "bank.conllu")
    study = write_study(tmp_path, WORDS.replace("BANK", str(bank)) + f"keep: {{answers: {keep}}}\n")
    found = run_study(str(study), results=tmp_path / "r", inline=True)
    assert found.is_complete
    answers = pd.read_parquet(tmp_path / "r" / "words" / "answers.parquet")
    page = (tmp_path / "r" / "words" / "report.html").read_text()
    assert len(answers) == (4 if keep == "on" else 0)
    assert ("answers to single examples are not stored" in page) == (keep == "off")
    assert ("for other seeds and other test examples of this kind" in page) == (keep == "on")
