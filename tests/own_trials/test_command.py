"""A command that is a trial: any program, on small scripts of the shell."""

import time
from pathlib import Path

import pytest

from orchestrator.own_trials.engine import train
from orchestrator.own_trials.running import SHIFT
from orchestrator.plan.identity import fingerprints, identify
from orchestrator.seeds import seed_for
from orchestrator.study.load import parse_study
from orchestrator.study.records import Study
from tests.own_trials.commands import ACCURACY, SCRIPT, rows_of, study_of, trial_of
from tests.own_trials.studies import frame, packs_of, row


def test_metrics_are_read_from_the_output_epoch_by_epoch(tmp_path: Path) -> None:
    rows = rows_of(tmp_path)
    trial = row(rows.trials)
    assert (trial["status"], trial["epochs_done"]) == ("completed", 3)
    assert trial["final.test/accuracy"] == 0.3
    assert trial["setting.trial.lr"] == 2
    assert list(frame(rows.metrics)["value"]) == [0.1, 0.2, 0.3]
    assert rows.logs[trial["trial_id"]].startswith(b"epoch 1: lr 2, accuracy 0.1\n")


def test_the_output_of_pytorchs_example(tmp_path: Path) -> None:
    said = r"echo; echo 'Test set: Average loss: 0.0265, Accuracy: 9915/10000 (99%)'; echo"
    metrics = (
        "test/accuracy: {direction: maximize, unit: share, "
        r"pattern: 'Accuracy: (\d+)/10000', scale: 0.0001}"
        "\n  test/loss: {direction: minimize, unit: nat, pattern: 'Average loss: ([\\d.]+)'}"
    )
    trial = trial_of(tmp_path, f"# {{lr}}\n{said}\n", metrics=metrics)
    assert trial["final.test/accuracy"] == pytest.approx(0.9915)
    assert trial["final.test/loss"] == 0.0265


def test_a_pattern_may_name_epoch_and_value(tmp_path: Path) -> None:
    script = "printf 'at 10 f1 50\\rat 20 f1 70'"  # a progress bar, and no end of line
    metrics = (
        "dev/f1: {direction: maximize, unit: points, "
        r"pattern: 'at (?P<epoch>\d+) (f1) (?P<value>\d+)'}"
    )
    rows = rows_of(tmp_path, script, metrics=metrics)
    assert list(frame(rows.metrics)["epoch"]) == [10, 20]
    assert row(rows.trials)["final.dev/f1"] == 70


FILES = {
    "jsonl": """echo '{"epoch": 2, "eval": {"loss": 3}}' > $F; echo '{"other": 1}' >> $F
echo '{"epoch": 4, "eval": {"loss": 1.5}}' >> $F""",
    "json": """echo '[{"epoch": 2, "eval.loss": 3}, {"epoch": 4, "eval.loss": 1.5}]' > $F""",
    "csv": """printf 'epoch,eval.loss\\n2,3\\n4,1.5\\n' > $F""",
}


@pytest.mark.parametrize("kind", FILES)
def test_metrics_are_read_from_files(tmp_path: Path, kind: str) -> None:
    script = f'F="$ORCH_FOLDER/metrics.{kind}"\n{FILES[kind]}\n'
    metrics = (
        "eval/loss: {direction: minimize, unit: nat, "
        f'file: "{{folder}}/metrics.{kind}", key: eval.loss}}'
    )
    rows = rows_of(tmp_path, script, metrics=metrics)
    assert row(rows.trials)["error"] is None
    assert list(frame(rows.metrics)["epoch"]) == [2, 4]
    assert row(rows.trials)["final.eval/loss"] == 1.5


def test_placeholders_and_environment(tmp_path: Path) -> None:
    script = """\
echo "accuracy 0.5"
echo "$@"
[ "$ORCH_SEED" = "$1" ] && [ "$ORCH_FOLDER" = "$2" ] && [ "$ORCH_SETTINGS" = "$3" ] && cat "$3"
"""
    words = 'sh, train.sh, "{seed}", "{folder}", "{settings}", "{{x}}", "--a={lr}{replicate}"'
    words += ', "--amp={amp}", "{flag}", "{deep.er}"'
    more = "  amp: null\n  flag: true\n  deep: {er: a b}\n"
    rows = rows_of(tmp_path, script, words=words, more=more)
    (log,) = rows.logs.values()
    _, said, settings = log.decode().splitlines()
    seed = seed_for("trial", 0) >> SHIFT
    assert said.startswith(f"{seed} /")
    assert said.endswith("settings.json {x} --a=20 true a b")  # without --amp, which is null
    assert settings == '{"amp": null, "flag": true, "deep.er": "a b", "lr": 2}'


FAILURES = [
    ("echo accuracy 0.1; echo last words; exit 3", "exit status 3\n", "last words"),
    ("kill -9 $$", "ended by SIGKILL (out of memory?)", ""),
    ("echo 'test acuracy: 0.5'; echo other", "no line of the output matches", "test acuracy: 0.5"),
    ("echo accuracy high", "test/accuracy: 'high' is no number", ""),
    ("true", "no line of the output matches", ""),
]


@pytest.mark.parametrize(("script", "what", "line"), FAILURES, ids=[f[1][:12] for f in FAILURES])
def test_a_command_without_a_result_has_failed(
    tmp_path: Path, script: str, what: str, line: str
) -> None:
    trial = trial_of(tmp_path, f"{script}\n")
    assert trial["status"] == "failed"
    assert what in trial["error"]
    assert line in trial["error"]


def test_a_failure_has_the_last_50_lines(tmp_path: Path) -> None:
    error = trial_of(
        tmp_path, "i=0; while [ $i -lt 200 ]; do i=$((i+1)); echo line $i; done; exit 1"
    )
    lines = error["error"].splitlines()
    assert lines == ["exit status 1", *(f"line {n}" for n in range(151, 201))]


def test_a_file_that_is_not_written_and_one_that_is_not_json(tmp_path: Path) -> None:
    metrics = "a/b: {direction: minimize, unit: x, file: '{folder}/m.json', key: b}"
    error = trial_of(tmp_path, "true", metrics=metrics)["error"]
    assert error.startswith("a/b: the command did not write m.json (No such file")
    error = trial_of(tmp_path, 'echo no > "$ORCH_FOLDER/m.json"', metrics=metrics)["error"]
    assert error.startswith("a/b: m.json is not .json: ")


def test_a_metric_that_is_not_finite_ends_the_command(tmp_path: Path) -> None:
    started = time.monotonic()
    trial = trial_of(tmp_path, "echo accuracy 0.1; echo accuracy nan; sleep 60")
    assert (trial["status"], trial["epochs_done"]) == ("diverged", 1)
    assert time.monotonic() - started < 30


def test_a_command_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    trial = trial_of(tmp_path, "echo begin; sleep 60", more="  timeout_minutes: 0.005\n")
    assert trial["status"] == "failed"
    assert trial["error"].splitlines() == ["ended after 0.005 minutes (timeout)", "begin"]


@pytest.mark.slow
def test_a_hundred_megabytes_of_output_are_bounded(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, "echo accuracy 0.7; head -c 100000000 /dev/zero; echo; echo end")
    (log,) = rows.logs.values()
    assert row(rows.trials)["final.test/accuracy"] == 0.7
    assert len(log) < 10 * 2**20
    assert log.startswith(b"accuracy 0.7\n")
    assert log.endswith(b"\nend\n")


def ids(study: Study) -> list[str]:
    return [trial.trial_id for trial in identify(study, fingerprints(study))]


def test_the_content_of_files_is_in_the_id(tmp_path: Path) -> None:
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "a.yaml").write_text("x: 1")
    more = "  files: ['conf/**/*.yaml']\n  timeout_minutes: 3\n"
    study = study_of(tmp_path, more=more)
    before = ids(study)
    assert ids(study_of(tmp_path, more=more.replace("3", "4"))) == before
    for file, content in (("conf/a.yaml", "x: 2"), ("train.sh", f"{SCRIPT}# more\n")):
        old = (tmp_path / file).read_text()
        (tmp_path / file).write_text(content)
        assert not set(ids(study)) & set(before), file
        (tmp_path / file).write_text(old)
    assert ids(study) == before
    other = study_of(tmp_path, metrics=ACCURACY.replace("accuracy (", "Accuracy ("), more=more)
    assert not set(ids(other)) & set(before)


HYDRA = """\
import os, sys
given = dict(word.split("=", 1) for word in sys.argv[1:])
assert os.environ["ORCH_REPLICATE"] == given["seed"]
print("best accuracy:", float(given["optim.lr"]) / 10)
"""


def test_an_application_that_takes_key_value(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(HYDRA)
    text = (
        "study: hydra\n"
        "trial:\n"
        '  command: ["{python}", app.py, "optim.lr={optim.lr}", "seed={replicate}"]\n'
        "metrics: {test/accuracy: {direction: maximize, unit: share, pattern: 'accuracy: (.*)'}}\n"
        "factors: {trial.optim.lr: [0.5, 1]}\n"
        "replicates: 1\n"
    )
    study = parse_study(text, tmp_path / "hydra.yaml")
    assert [variant.label for variant in study.variants] == ["lr=0.5", "lr=1"]
    finals = [row(train(pack).trials)["final.test/accuracy"] for pack in packs_of(study)]
    assert finals == [0.05, 0.1]
