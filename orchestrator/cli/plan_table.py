"""`orch plan` for people: a table of variants, and what surrounds it in words."""

import sys
from collections import Counter
from collections.abc import Iterator
from textwrap import wrap
from typing import Any, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from orchestrator.cli.revision_lines import revision_lines
from orchestrator.plan.document import fixed_settings
from orchestrator.plan.power import DRAWS, EXACT_UP_TO, Attainable, attainable
from orchestrator.plan.records import Phase, Plan
from orchestrator.run.outlook.estimate import in_words
from orchestrator.run.outlook.kept_size import kept_lines
from orchestrator.run.outlook.power import Detectable, lines
from orchestrator.run.outlook.preview import Preview
from orchestrator.run.plan_counts import count_states, steps_to_do
from orchestrator.study.design.designs import VARIANTS, short_names
from orchestrator.study.parsing.messages import names, plain
from orchestrator.study.records import Study, Tune, Variant
from orchestrator.words import plural

MOST_ROWS = 100  # variants shown; --json has all
STATES = ("new", "done", "invalidated")
_WRAPPED: dict[str, Any] = {
    "width": 100, "initial_indent": "    ", "subsequent_indent": "    ",
    "break_long_words": False, "break_on_hyphens": False,
}  # fmt: skip


def show(found: Preview, file: TextIO | None = None) -> None:
    """Prints the plan in this file, else on stdout."""
    to = file or sys.stdout
    width = None if to.isatty() else 400  # in a file or a pipe nothing is cut off
    console = Console(soft_wrap=True, highlight=False, width=width, file=to)
    made, study = found.plan, found.plan.study
    console.print(Text(study.name, style="bold"), Text(study.question))
    console.print(_table(made))
    hidden = len(study.variants) - MOST_ROWS
    if hidden > 0:
        console.print(Text(f"… and {hidden:,} more variants (--json lists all)"))
    lines = (
        *revision_lines(study),
        *_counts(made, found.workers),
        *in_words(made, found.prediction, found.workers),
        *_reasons(made),
        *kept_lines(study),
        *_excluded(study),
        *_shows(study, found.detectable),
    )
    for line in (*lines, *_fixed(study)):
        console.print(Text(line))


def _table(made: Plan) -> Table:
    """One row a variant: its levels, and how many of its replicates are in which state."""
    study = made.study
    table = Table(box=None, pad_edge=False, header_style="bold")
    named = study.design == VARIANTS
    for name in (*("variant",) * named, *short_names(tuple(study.factors)).values()):
        table.add_column(name)
    tuned = ("tuning",) if study.tune else ()
    for column in (*tuned, "replicates", *STATES):
        table.add_column(column, justify="right")
    states = _states(made, "replication")
    for variant in study.variants[:MOST_ROWS]:
        levels = [Text(variant.label)] * named
        levels += [Text(_level(variant, path)) for path in study.factors]
        counts = [states[variant.variant_id, state] for state in STATES]
        cells = [*_tried(made, variant), study.replicates, *(n or "–" for n in counts)]
        table.add_row(*levels, *map(str, cells))
    return table


def _level(variant: Variant, path: str) -> str:
    return plain(variant.levels[path]) if path in variant.levels else "–"


def _states(made: Plan, phase: Phase) -> Counter[tuple[str, str]]:
    """(variant id, state) → trials of a phase."""
    own = (trial for trial in made.trials if trial.phase == phase)
    return Counter((trial.variant.variant_id, made.states[trial.trial_id]) for trial in own)


def _tried(made: Plan, variant: Variant) -> list[str]:
    """How many of the variant's tuning trials are done: 3/16; nothing in a study without them."""
    if made.tuning is None:
        return []
    come = sum(n for (_, tuned), n in made.tuning.to_come.items() if tuned == variant.variant_id)
    own = [t for t in made.trials if t.phase == "tuning" and t.variant.label == variant.label]
    return [f"{sum(made.states[t.trial_id] == 'done' for t in own)}/{len(own) + come}"]


def _counts(made: Plan, workers: int) -> Iterator[str]:
    study = made.study
    product = plural(len(study.variants), "variant"), plural(study.replicates, "replicate")
    total = len(study.variants) * study.replicates
    pending = f", {made.pending:,} with settings selected after tuning" * bool(made.pending)
    yield f"Trials: {' × '.join(product)} = {total:,}: {_words(made, 'replication')}{pending}"
    if study.tune:
        yield from _tuning(made, study.tune)
    if not made.packs:
        yield "Packs: none, everything is done"
        return
    sizes = sorted({len(pack.trials) for pack in made.packs})
    size = f"{sizes[0]}" if len(sizes) == 1 else f"{sizes[0]}–{sizes[-1]}"
    on = f"for {plural(workers, 'worker')} on this machine"
    trials = "trial" if size == "1" else "trials"
    yield f"Packs: {len(made.packs):,} of {size} {trials}, {on}"
    if study.loops:
        yield f"Cost: {plural(steps_to_do(made), 'training step')}, counted per trial"


def _words(made: Plan, phase: Phase) -> str:
    return ", ".join(f"{count:,} {state}" for state, count in count_states(made, phase).items())


def _tuning(made: Plan, tune: Tune) -> Iterator[str]:
    own = sum(trial.phase == "tuning" for trial in made.trials) + made.to_come
    come = f", {made.to_come:,} suggested as tuning goes on" * bool(made.to_come)
    size = f"{plural(tune.points, 'point')} × {plural(tune.replicates, 'replicate')}"
    often = f" × {tune.studies} tuning studies" * (tune.studies > 1)
    yield f"Tuning: {size}{often} for each variant = {own:,}: {_words(made, 'tuning')}{come}"
    yield f"    {tune.method} over {names(tune.paths)}, by {tune.select}"
    labels = {variant.variant_id: variant.label for variant in made.study.variants}
    for best in made.tuning.selected.values() if made.tuning else ():
        label = labels[best.point.trials[0].variant.variant_id]
        values = names(f"{path}={plain(value)}" for path, value in best.point.values.items())
        yield f"Selected: {label}: {values} ({tune.select} {best.score:.4g})"


def _reasons(made: Plan) -> Iterator[str]:
    for reason, count in Counter(made.reasons.values()).most_common():
        yield f"Invalidated: {plural(count, 'trial')}: {reason}"


def _excluded(study: Study) -> Iterator[str]:
    for rule in study.excluded:
        when = ", ".join(f"{path}={plain(level)}" for path, level in rule.when.items())
        yield f"Excluded: {plural(len(rule.labels), 'variant')} with {when}: {rule.reason}"


def _shows(study: Study, detectable: Detectable | None) -> Iterator[str]:
    """What n can show, in words."""
    power = attainable(study)
    metric = study.compare.metric
    baseline = _baseline(study)
    if not power.contrasts:
        yield f"Compares: nothing; no variant but the baseline{baseline}"
        return
    variants = plural(power.contrasts, "variant")
    yield f"Compares: {metric} of {variants} with the baseline{baseline}"
    yield from _cannot(power) if power.descriptive_only else _tests(power)
    yield from lines(study, detectable)


def _baseline(study: Study) -> str:
    """Its levels, or its name, after a space; nothing where each variant is its own."""
    label = {variant.variant_id: variant.label for variant in study.variants}
    if study.design == VARIANTS:
        return f" {label[next(iter(study.baselines.values()))]}"
    levels = ", ".join(f"{p}={plain(level)}" for p, level in study.compare.baseline.items())
    is_center = study.center and study.compare.baseline == study.center
    return f"{', the center' * bool(is_center)}{' ' * bool(levels)}{levels}"


def _cannot(power: Attainable) -> Iterator[str]:
    n, smallest = plural(power.replicates, "replicate"), f"{power.smallest_p:.2g}"
    yield f"n = {power.replicates}: descriptive only; with {n} this design cannot reach p < .05"
    yield (
        f"    the smallest p that a sign-flip test can give is {smallest}; "
        f"{power.replicates_needed} replicates can"
    )


def _tests(power: Attainable) -> Iterator[str]:
    n, smallest = power.replicates, f"{power.smallest_p_adjusted:.2g}"
    yield f"n = {n}: the smallest p that a sign-flip test can give is {smallest}"
    if n > EXACT_UP_TO:
        yield f"    above {EXACT_UP_TO} replicates it is computed from {DRAWS:,} random patterns"
    if power.contrasts > 1:
        contrasts = plural(power.contrasts, "contrast")
        yield f"    the same after adjustment over {contrasts} by step-down max-T"


def _fixed(study: Study) -> Iterator[str]:
    """What every conclusion depends on: task, model, training, probes, as `--set` takes them."""
    yield "Fixed, so that conclusions depend on it:"
    sections: dict[str, list[str]] = {}
    for path, value in fixed_settings(study).items():
        sections.setdefault(path.partition(".")[0], []).append(f"{path}={plain(value)}")
    for settings in sections.values():
        yield from wrap(", ".join(settings), **_WRAPPED)
