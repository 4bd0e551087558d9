"""What long studies found, read from a results folder; `not run` where it has none of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from benchmarks.reproduced.records import Row, Verdict, short, verdict
from orchestrator.paths import ResultsPaths, StudyPaths

CELLS = ("rnn", "lstm", "gru")
CHANCE = 0.15  # accuracy on ten classes below which nothing was learnt
Found = tuple[str, bool]  # what was measured, and whether it is accepted


@dataclass(frozen=True, slots=True)
class Source:
    """Studies of the results folder, and how a row is read from their folders."""

    studies: tuple[str, ...]
    find: Callable[..., Found]
    experiment: str
    published: str
    condition: str
    where: str

    def row(self, results: Path | None) -> Row:
        folders = [ResultsPaths(results).study(name) for name in self.studies] if results else []
        if not folders or not all(folder.table("trials").is_file() for folder in folders):
            return self._row("–", "not run")
        measured, holds = self.find(*folders)
        return self._row(measured, verdict(holds))

    def _row(self, measured: str, accepted: Verdict) -> Row:
        return Row(self.experiment, self.published, self.condition, measured, accepted, self.where)


def rows(results: Path | None) -> Iterator[Row]:
    for source in sources():
        yield source.row(results)


def sources() -> Iterator[Source]:
    for depth in (2, 3, 4):
        yield Source(
            ("nielsen_chapter5",),
            partial(nielsen_traces, depth=depth),
            f"Nielsen, chapter 5, {depth} hidden layers, 500 epochs: ‖δ‖ of the last by the first",
            "about 100" if depth == 4 else "–",
            "recorded at every epoch; the first is slower throughout, in the median of the seeds",
            "studies/nielsen_chapter5.yaml",
        )
    yield Source(
        ("recurrent_memory",),
        adding,
        "adding problem, 50 steps, 2,000 batches of 50: error on test",
        "RNN .177, LSTM .164, GRU 5e-5 at 600 steps (Bai et al. 2018)",
        "in 80 % of the seeds: RNN > .15, LSTM and GRU < .005",
        "studies/recurrent_memory.yaml",
    )
    yield Source(
        ("activation_depth_mnist",),
        sigmoid_is_late,
        "ten layers on MNIST, Adam, Glorot's init: accuracy after the first and the last epoch",
        "sigmoid starts at chance and recovers late, ReLU learns at once",
        "first: sigmoid at chance, ReLU > .5; last: sigmoid above chance and below ReLU",
        "studies/activation_depth_mnist.yaml",
    )
    for cell in CELLS:
        yield Source(
            ("ewt_recurrent",),
            partial(directions, cell=cell),
            f"EWT tagging, {cell}: both directions against one, in points",
            "both are better (Graves & Schmidhuber 2005; Huang et al. 2015)",
            "at least 1.5, 95 % interval above 0",
            "studies/bidirectional_tagging.yaml",
        )
    yield Source(
        ("ewt_recurrent", "ewt_windows"),
        above_the_baseline,
        "EWT tagging: mean accuracy of each tagger",
        "above the most frequent tag of each word",
        "all but window 0 above 86.20 %",
        "benchmarks/ewt_windows.yaml",
    )


def nielsen_traces(folder: StudyPaths, depth: int) -> Found:
    """The trace of a hidden layer: median over seeds of `delta_mean`, by epoch."""
    trials = pd.read_parquet(folder.table("trials"))
    own = trials[trials["factor.model.depth"] == depth]
    gradients = pd.read_parquet(folder.table("gradients"))
    mine = gradients[gradients.trial_id.isin(own.trial_id) & (gradients.quantity == "delta_mean")]
    norms = mine.pivot_table(index=["trial_id", "epoch"], columns="position", values="value")
    ratios = (norms[depth] / norms[1]).groupby("epoch").median()  # (epochs + 1,)
    epochs = int(own["setting.training.epochs"].iloc[0])
    complete = len(ratios) == epochs + 1 and len(norms) == len(own) * (epochs + 1)
    text = (
        f"{short(ratios.iloc[0])} before training, {short(ratios.median())} in the median epoch, "
        f"{short(ratios.iloc[-1])} after epoch {epochs}; {len(own)} seeds"
    )
    return text, complete and bool((ratios > 1).all())


def adding(folder: StudyPaths) -> Found:
    trials = pd.read_parquet(folder.table("trials"))
    longest = trials[trials["factor.task.length"] == 50]
    errors = {
        cell: own["final.test/mse"].astype(float).to_numpy()  # null where it diverged
        for cell, own in longest.groupby("factor.model.cell")
    }
    shares = {
        cell: float(np.mean(errors[cell] > 0.15 if cell == "rnn" else errors[cell] < 0.005))
        for cell in CELLS
    }
    text = "; ".join(
        f"{cell} {short(float(np.nanmedian(errors[cell])))}, as accepted in "
        f"{round(shares[cell] * len(errors[cell]))} of {len(errors[cell])} seeds"
        for cell in CELLS
    )
    return text, all(share >= 0.8 for share in shares.values())


def sigmoid_is_late(folder: StudyPaths) -> Found:
    trials = pd.read_parquet(folder.table("trials"))
    deep = trials[trials["factor.model.depth"] == 10].set_index("trial_id")
    metrics = pd.read_parquet(folder.table("metrics"))
    accuracy = metrics[(metrics.split == "test") & (metrics.metric == "accuracy")]
    accuracy = accuracy.pivot_table(index="trial_id", columns="epoch", values="value")
    of = {name: accuracy.loc[own.index] for name, own in deep.groupby("factor.model.activation")}
    sigmoid, relu, last = of["sigmoid"], of["relu"], accuracy.columns.max()
    starts = bool((sigmoid[1] < CHANCE).all() and (relu[1] > 0.5).all())
    ends = CHANCE < sigmoid[last].mean() < relu[last].mean()
    text = "; ".join(
        f"{name!s} {short(values[1].mean())}, {short(values[last].mean())}"
        for name, values in of.items()
    )
    return f"{text} (epoch {last}, {len(sigmoid)} seeds)", starts and bool(ends)


def directions(folder: StudyPaths, cell: str) -> Found:
    """Paired by replicate; t-interval of the mean difference."""
    trials = pd.read_parquet(folder.table("trials"))
    own = trials[trials["factor.model.cell"] == cell]
    points = 100 * own.pivot_table(
        index="replicate", columns="factor.model.bidirectional", values="final.test/accuracy"
    )
    gain = points[True] - points[False]
    half = stats.t.ppf(0.975, len(gain) - 1) * gain.std() / len(gain) ** 0.5
    low, high = gain.mean() - half, gain.mean() + half
    text = (
        f"{gain.mean():.2f} [{low:.2f}, {high:.2f}]: {points[False].mean():.2f} % to "
        f"{points[True].mean():.2f} %; {len(gain)} seeds"
    )
    return text, bool(gain.mean() >= 1.5 and low > 0)


def above_the_baseline(recurrent: StudyPaths, windows: StudyPaths) -> Found:
    tables = [pd.read_parquet(folder.table("trials")) for folder in (recurrent, windows)]
    means = pd.concat([table.groupby("variant")["final.test/accuracy"].mean() for table in tables])
    baseline = tables[0]["final.test/baseline_accuracy"].iloc[0]
    text = "; ".join(f"{variant} {100 * mean:.2f} %" for variant, mean in means.items())
    return text, bool((means.drop("window=0") > baseline).all())
