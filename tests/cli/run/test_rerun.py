"""`orch run STUDY --trial ID`: one trial again, and the store as it was."""

from pathlib import Path
from shutil import copytree

import pandas as pd
import pytest
import torch
import typer
from safetensors.torch import load_file

import orchestrator
import orchestrator.training.engine as engine
from orchestrator.cli.run import run
from orchestrator.errors import EnvironmentFault, InputError
from tests.cli.orch import orch
from tests.cli.running import TINY, train_here, write_study

pytestmark = pytest.mark.slow  # a run comes first
ALONE = TINY.replace("replicates: 2", "replicates: 1")  # each structure is a pack of one trial


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    study = write_study(tmp_path_factory.mktemp("done"))
    train_here(study)
    return study


def trials(study: Path) -> pd.DataFrame:
    return pd.read_parquet(study.parent / "results" / "tiny" / "trials.parquet")


def again(
    study: Path, identifier: str, results: Path | None = None, save: Path | None = None
) -> int:
    """`orch run STUDY --trial` in this process: its exit code."""
    try:
        run(
            str(study),
            trial=identifier,
            results=str(results or study.parent / "results"),
            save=save,
        )
    except typer.Exit as done:
        return done.exit_code
    return 0


def test_the_saved_weights_are_those_that_a_run_keeps(done: Path, tmp_path: Path) -> None:
    before = trials(done)
    copytree(done.parent, tmp_path / "kept")
    kept = write_study(tmp_path / "kept", f"{TINY}keep: {{weights: last}}\n")
    assert train_here(kept) == 0
    results = kept.parent / "results"
    files = sorted((results / "store" / "weights").iterdir())
    assert [file.stem for file in files] == sorted(before["trial_id"])
    finals = before.columns[before.columns.str.startswith("final.")]
    assert before[finals].equals(trials(kept)[finals])  # the same packs: the same bits
    file = tmp_path / "one.safetensors"
    assert again(done, files[0].stem, save=file) == 0
    saved, one = load_file(file), load_file(files[0])
    assert saved.keys() == one.keys()
    for name, value in one.items():  # alone and in a pack, sums are rounded in another order
        torch.testing.assert_close(saved[name], value, rtol=1e-4, atol=1e-6)
    model = orchestrator.load_model("tiny", files[0].stem[:8], results)
    assert model.state_dict()["output.weight"].equal(one["output.weight"])
    files[0].unlink()
    with pytest.raises(EnvironmentFault, match=r"no weights of trial .*\n.*keep\.weights=last"):
        orchestrator.open_study("tiny", results).model(files[0].stem)


def test_predictions_asked_for_later_come_from_the_same_training(
    done: Path, tmp_path: Path
) -> None:
    before = trials(done)
    copytree(done.parent, tmp_path / "kept")
    kept = write_study(tmp_path / "kept", f"{TINY}keep: {{predictions: validation}}\n")
    assert train_here(kept) == 0
    finals = before.columns[before.columns.str.startswith("final.")]
    assert before[finals].equals(trials(kept)[finals])
    found = orchestrator.open_study("tiny", kept.parent / "results")
    said = found.predictions
    right = (said["target"] == said["prediction"]).groupby(said["trial_id"]).mean()
    reported = found.trials.set_index("trial_id")["final.validation/accuracy"]
    assert right.to_dict() == pytest.approx(reported.to_dict())
    assert set(said["replicate"]) == {0, 1}


def test_save_needs_a_trial(done: Path) -> None:
    with pytest.raises(InputError, match="--save: applies to a single trial"):
        run(str(done), save=Path("x"))


def contents(folder: Path) -> dict[Path, tuple[int, bytes]]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in files}


def test_the_finals_stand_beside_the_stored_ones(
    done: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = trials(done).iloc[3]
    before = contents(done.parent)
    assert again(done, row["trial_id"]) == 0
    assert contents(done.parent) == before
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"trial {row['trial_id']} of tiny: {row['variant']}, replicate 1"
    said = {words[0]: words[1:] for words in map(str.split, lines) if "/" in words[0]}
    for metric in ("test/accuracy", "test/loss", "train/loss"):
        now, stored = map(float, said[metric])
        assert stored == pytest.approx(row[f"final.{metric}"], rel=1e-7)
        assert now == pytest.approx(stored, rel=1e-4)


def test_alone_as_it_was_trained_it_gives_the_same_bits(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study = write_study(tmp_path, ALONE)
    train_here(study)
    capsys.readouterr()
    assert again(study, trials(study)["trial_id"][1]) == 0
    metrics, gradients = (
        pd.read_parquet(tmp_path / "results" / "tiny" / f"{name}.parquet")
        for name in ("metrics", "gradients")
    )
    own = trials(study)["trial_id"][1]
    count = sum((table["trial_id"] == own).sum() for table in (metrics, gradients))
    assert f"the same bits as stored, all {count:,} metrics" in capsys.readouterr().out


def test_a_result_that_is_not_its_own_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One stored value is changed behind its back, by one part in a thousand."""
    study = write_study(tmp_path, ALONE)
    train_here(study)
    capsys.readouterr()
    row = trials(study).iloc[0]
    part = tmp_path / "results" / "store" / "metrics" / f"{row['pack_id']}.parquet"
    table = pd.read_parquet(part)
    place = table.index[(table["split"] == "test") & (table["metric"] == "loss")][-1]
    table.loc[place, "value"] *= 1.001
    table.to_parquet(part)
    again(study, row["trial_id"])
    said = capsys.readouterr().out
    assert "not the same bits as stored" in said
    assert "1 of" in said
    assert "at most by 0.001 of the value (test/loss, epoch 2)" in said


def test_a_trial_that_was_never_trained_is_trained(
    tmp_path: Path, done: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    identifier = trials(done)["trial_id"][0]
    results = tmp_path / "results"
    assert again(done, identifier[:6], results) == 0
    assert "the store has no result of this trial" in capsys.readouterr().out
    assert not results.exists()


def test_an_unknown_id_names_the_nearest(done: Path) -> None:
    identifier = trials(done)["trial_id"][5]
    typo = identifier[:7] + ("0" if identifier[7] != "0" else "1") + identifier[8:]
    with pytest.raises(InputError, match=f"no trial of 'tiny'.*\n.*\n.*nearest: {identifier}"):
        again(done, typo)
    with pytest.raises(InputError, match="nearest: "):
        again(done, "")


def test_a_trial_that_fails_says_why(
    done: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("layer 3 is upside down")

    monkeypatch.setattr(engine, "train", broken)
    assert again(done, trials(done)["trial_id"][0]) == 1
    said = capsys.readouterr().err
    assert "RuntimeError: layer 3 is upside down" in said
    assert "in broken" in said


def test_flags_that_mean_nothing_are_refused(done: Path) -> None:
    ended = orch("run", done, "--trial", "0123", "--force", "--address", "auto", cwd=done.parent)
    assert ended.returncode == 2
    assert "--force: has no meaning beside --trial" in ended.stderr
    assert "--address: has no meaning beside --trial" in ended.stderr
