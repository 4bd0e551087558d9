"""Words of the lines that figures draw at a task's baseline and at the threshold of solving it."""

from collections.abc import Mapping

NAMES = {"dash": "task baseline", "dot": "solved:"}  # by the line's dash
_WORDS = {"dash": "Dashed", "dot": "Dotted"}
_GIVES = {
    "accuracy": "what the most frequent answer gives",
    "mse": "what the best constant answer gives",
}
_OTHERWISE = "what the best answer that ignores the input gives"
_SOLVES = "where a trial counts as solved"


def caption(dash: str, metric: str, values: str, off: str) -> str:
    """One kind of line: " Dashed: 88.0 %, what the most frequent answer gives."

    off: Above | Below, where all lie too far from the data to be drawn; else "".
    """
    word = f"{off} the picture" if off else _WORDS[dash]
    meaning = _SOLVES if dash == "dot" else _GIVES.get(metric, _OTHERWISE)
    return f" {word}: {values}, {meaning}."


def caption_of_all(dash: str, values: Mapping[str, str]) -> str:
    """The same for a figure with a list of metrics; values: by metric."""
    meaning = _SOLVES if dash == "dot" else _OTHERWISE
    listed = ", ".join(f"{metric} {value}" for metric, value in values.items())
    return f" {_WORDS[dash]}, if near the curves: {meaning} ({listed})."
