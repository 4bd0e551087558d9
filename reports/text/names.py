"""How factors, levels, variants, numbers and units are written for a reader."""

import math
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from orchestrator.gradient_metrics import FACTOR
from orchestrator.plan_document import Level

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
MINUS = "−"
MOST_NAMED = 3  # variants that a sentence names; of more it says how many
_IN_WORDS = MappingProxyType({"share": "points", "squared unit": "(squared error)", FACTOR: ""})
_GRADIENTS = MappingProxyType(
    {
        "gradient/total_decay": "total gradient decay before training",
        "gradient/decay_depth": "gradient decay per layer before training",
        "gradient/decay_time": "gradient decay per step before training",
    }
)


def short_names(paths: Iterable[str]) -> dict[str, str]:
    """path → the shortest tail of it that no other path shares: model.init.scale → scale.

    task.name and model.name are just the task and the model.
    """
    plain = {path: path.removesuffix(".name") for path in paths}
    every = tuple(plain.values())
    return {path: _shortest(short, every) for path, short in plain.items()}


def _shortest(path: str, every: tuple[str, ...]) -> str:
    parts = path.split(".")
    tails = (".".join(parts[start:]) for start in range(len(parts) - 1, -1, -1))
    unique = (t for t in tails if sum(f".{p}".endswith(f".{t}") for p in every) == 1)
    return next(unique, path)


def level_text(level: Level) -> str:
    """0.50 → 0.5, 1.0 → 1, True → true, None → null, as in a study file."""
    if isinstance(level, bool):
        return "true" if level else "false"
    if isinstance(level, float):
        return f"{level:g}"
    return "null" if level is None else str(level)


def level_name(name: str, level: Level) -> str:
    """A level in a sentence: "tanh", but "depth 8" and "bidirectional true"."""
    text = level_text(level)
    return text if isinstance(level, str) else f"{name} {text}"


def describe(levels: Mapping[str, Level], names: Mapping[str, str]) -> str:
    """{model.activation: tanh, model.depth: 8} → "tanh, depth 8"."""
    return ", ".join(level_name(names.get(path, path), level) for path, level in levels.items())


def metric_text(metric: str) -> str:
    """test/accuracy → test accuracy."""
    return _GRADIENTS.get(metric, metric.replace("/", " "))


def ratio_of(metric: str) -> str:
    """ " (first hidden layer over last)": of what the total is a ratio; of others nothing."""
    return " (first hidden layer over last)" if metric == "gradient/total_decay" else ""


def final_text(metric: str) -> str:
    """final test accuracy; a gradient before training is not the final one."""
    return metric_text(metric) if metric in _GRADIENTS else f"final {metric_text(metric)}"


def final_title(metric: str) -> str:
    """The same at the beginning of a title."""
    text = final_text(metric)
    return f"{text[0].upper()}{text[1:]}"


def value_text(value: float | None, unit: str) -> str:
    """A value of the metric: shares as percent, other units with four digits.

    Of a factor the value is the logarithm: ÷4.84, ×1.2.
    """
    if value is None or not math.isfinite(value):
        return "–"
    if unit == FACTOR:
        return _times_or_over(value)
    if unit == "share":
        return f"{_signed(100 * value, '.1f')} %"
    return _signed(value, ".4g")


def sd_text(sd: float | None, unit: str) -> str:
    """A standard deviation: shares in percentage points."""
    return value_text(sd, unit).removesuffix(" %")


def difference_text(value: float | None, unit: str) -> str:
    """A difference of two values, with its sign; shares in percentage points.

    Of logarithms it is that of a ratio: ÷4.84.
    """
    if value is None or not math.isfinite(value):
        return "–"
    if unit == FACTOR:
        return _times_or_over(value)
    return _signed(100 * value, "+.1f") if unit == "share" else _signed(value, "+.3g")


def difference_unit(unit: str) -> str:
    """What follows a difference: +2.1 points, −0.02 nat, −0.0206 (squared error), ÷4.84."""
    return _IN_WORDS.get(unit, unit)


def unit_words(unit: str) -> str:
    """The unit of a difference, named by itself: points, nat, squared error, factor."""
    return FACTOR if unit == FACTOR else difference_unit(unit).strip("()")


def in_unit(unit: str) -> str:
    """in points, in squared error; as a factor."""
    return "as a factor" if unit == FACTOR else f"in {unit_words(unit)}"


def effect_text(value: float | None, unit: str) -> str:
    """A difference with its sign and its unit: +2.0 points, −0.0206 (squared error), ÷4.84."""
    return f"{difference_text(value, unit)} {difference_unit(unit)}".rstrip()


def zone_text(smallest: float | None, unit: str) -> str:
    """All differences that do not matter: ±1.0 points; ÷1.5 to ×1.5."""
    if unit == FACTOR and smallest is not None:
        return f"{_times_or_over(-smallest)} to {_times_or_over(smallest)}"
    return f"±{size_text(smallest, unit)}"


def size_text(value: float | None, unit: str) -> str:
    """A size without a sign, with its unit: 2.0 points, 0.0206 (squared error)."""
    return f"{difference_text(value, unit).lstrip('+')} {difference_unit(unit)}".rstrip()


def measured_text(value: float | None, unit: str) -> str:
    """A value with its unit: 95.3 %, 0.167 (squared error)."""
    text = value_text(value, unit)
    return text if unit == "share" else f"{text} {difference_unit(unit)}".rstrip()


def interval_text(low: float | None, high: float | None, unit: str, signed: bool = False) -> str:
    """[low, high], or nothing when there is none."""
    if low is None or high is None:
        return "–"
    if signed:
        return f"[{difference_text(low, unit)}, {difference_text(high, unit)}]"
    low_text, high_text = value_text(low, unit), value_text(high, unit)
    return f"[{low_text.removesuffix(' %')}, {high_text}]"


def mean_interval_name(metric: str) -> str:
    """What the interval of a metric's mean is called: see `mean_intervals.mean_interval`."""
    return "Wilson's 95 % interval" if metric.split("/")[-1] == "solved" else "95 % t-interval"


def mean_word(unit: str) -> str:
    """mean; of factors, whose logarithms are averaged, geometric mean."""
    return "geometric mean" if unit == FACTOR else "mean"


def p_text(p: float | None) -> str:
    """.0312; below .001 as such."""
    if p is None:
        return "–"
    return "< .001" if p < 0.001 else f"{p:.3f}".removeprefix("0")


def factor_text(value: float | None) -> str:
    """A ratio: 0.62, 12, 3.1·10⁻⁸."""
    if value is None or not math.isfinite(value):
        return "–"
    if value == 0:
        return "0"
    if 1e-3 <= abs(value) < 1e4:
        return f"{value:#.2g}".removesuffix(".") if abs(value) < 99.5 else f"{value:.0f}"
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa}·10{str(int(exponent)).translate(_SUPERSCRIPT)}"


def power_text(value: float) -> str:
    """A label on a logarithmic axis: 1, 2·10⁻³, 10⁻⁸."""
    if 1 <= value <= 10:
        return f"{value:.4g}"
    mantissa, exponent = f"{value:.0e}".split("e")
    power = f"10{str(int(exponent)).translate(_SUPERSCRIPT)}"
    return power if mantissa == "1" else f"{mantissa}·{power}"


def duration_text(seconds: float | None) -> str:
    """42 s, 3 min 5 s, 2 h 10 min."""
    if seconds is None or not math.isfinite(seconds):
        return "–"
    if seconds < 60:
        return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes_left = divmod(minutes, 60)
    return f"{hours} h {minutes_left} min" if hours else f"{minutes} min {rest} s"


def half_life_text(steps: float) -> str:
    """half after 3.3 steps; where the gradient does not shrink, that."""
    return f"half after {steps_text(steps)} steps" if math.isfinite(steps) else "not shrinking"


def steps_text(steps: float) -> str:
    """3.3, 120, ∞."""
    return factor_text(steps) if math.isfinite(steps) else "∞"


def change_text(factor: float, unit: str) -> str:
    """shrinks 4.9-fold per layer; grows, where the factor is above 1."""
    word, size = ("shrinks", 1 / factor) if factor < 1 else ("grows", factor)
    if size < 1.005:
        return "keeps its size"
    return f"{word} {size:.3g}-fold per {unit}"


def percent_text(share: float) -> str:
    """+3.1 %, with its sign; whole numbers from 10 % on."""
    return f"{_signed(100 * share, '+.1f' if abs(share) < 0.0995 else '+.0f')} %"


def count_text(n: int, noun: str) -> str:
    """1 trial, 2 trials."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def range_of_values(values: Sequence[float], unit: str) -> str:
    """93.7–94.2 %, 0.31–0.35 nat; one value where they are alike as written; nothing of none."""
    if not values:
        return ""
    low, high = value_text(min(values), unit), value_text(max(values), unit)
    text = low if low == high else f"{low.removesuffix(' %')}–{high}"
    return text if unit in ("share", FACTOR) else f"{text} {unit_words(unit)}".rstrip()


def times_text(ratio: float) -> str:
    """How many times, for a sentence: 1.3, 14, 600, 21,000, 2.6 million, 290 million, 4.1·10¹²."""
    if ratio >= 1e9:
        return factor_text(ratio)
    if ratio >= 999_500:
        return f"{times_text(ratio / 1e6)} million"
    if ratio >= 99.5:
        digits = len(str(int(ratio))) - 2
        return f"{round(ratio, -digits):,.0f}"
    return f"{ratio:#.2g}".removesuffix(".")


def listed(texts: Sequence[str], noun: str = "") -> str:
    """The first few, and how many more there are."""
    rest = len(texts) - MOST_NAMED
    more = [count_text(rest, f"more {noun}") if noun else f"{rest} more"] if rest > 0 else []
    return "; ".join([*texts[:MOST_NAMED], *more])


def _times_or_over(log: float) -> str:
    """×1.2 of ln 1.2, ÷4.84 of −ln 4.84; three digits."""
    sign, size = "÷" if log < 0 else "×", abs(log)
    if size > math.log(9999.5):
        exponent, power = divmod(size / math.log(10), 1)
        carried = 10**power >= 9.95
        mantissa, exponent = (1.0, exponent + 1) if carried else (10**power, exponent)
        return f"{sign}{mantissa:.1f}·10{str(int(exponent)).translate(_SUPERSCRIPT)}"
    ratio = math.exp(size)
    text = f"{ratio:#.3g}".removesuffix(".") if ratio < 999.5 else f"{ratio:.0f}"
    return f"×{text}" if text == "1.00" else f"{sign}{text}"


def _signed(value: float, form: str) -> str:
    text = format(value, form)
    return text.replace("-", MINUS) if text.strip("+-0.") else text.lstrip("+-")
