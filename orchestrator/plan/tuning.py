"""Proposed points → tuning trials → selected settings → the replicates that are reported."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pydantic import ValidationError

from orchestrator.errors import InputError, Problem
from orchestrator.plan.identity import Fingerprints, numbering
from orchestrator.plan.records import Selected, Trial, Tuned, Tuning, TuningPoint
from orchestrator.plan.selection import select, selecting
from orchestrator.study.design.nuisance_values import Values, for_tuning, with_nuisance
from orchestrator.study.parsing.messages import names, plain
from orchestrator.study.records import Study, Tune, Variant
from orchestrator.words import plural


@dataclass(frozen=True, slots=True)
class TuningSoFar:
    """The points of a study that tunes, and their scores, as far as they are known.

    points: the values of each proposed point; see orchestrator/tuning.
    scores: trial id → final validation metric, of completed tuning trials.
    """

    points: Mapping[Tuned, Sequence[Values]] = field(default_factory=dict)
    scores: Mapping[str, float] = field(default_factory=dict)


def tuning_points(
    study: Study, prints: Fingerprints, proposed: Mapping[Tuned, Sequence[Values]]
) -> dict[Tuned, tuple[TuningPoint, ...]]:
    """The points of every variant in every tuning study.

    Points with the same settings (a choice has few) are one trial and one point.
    """
    variants = {variant.variant_id: variant for variant in study.variants}
    points: dict[Tuned, tuple[TuningPoint, ...]] = {}
    for (tuning_study, variant_id), values in proposed.items():
        own: dict[str, TuningPoint] = {}
        for number, value in enumerate(values):
            point = tuning_point(study, prints, variants[variant_id], tuning_study, number, value)
            own.setdefault(point.trials[0].trial_id, point)
        points[tuning_study, variant_id] = tuple(own.values())
    return points


def tuning_point(
    study: Study,
    prints: Fingerprints,
    variant: Variant,
    tuning_study: int,
    number: int,
    values: Values,
) -> TuningPoint:
    """One point with its trials."""
    assert study.tune is not None
    placed = _placed(study, for_tuning(variant), values)
    trial_id = numbering(study, placed, prints)
    unnamed = [
        Trial("", placed, replicate, "tuning", tuning_study, number)
        for replicate in range(study.tune.replicates)
    ]
    trials = tuple(replace(trial, trial_id=trial_id(trial.seed_name)) for trial in unnamed)
    return TuningPoint(tuning_study, number, values, trials)


def _placed(study: Study, variant: Variant, values: Values) -> Variant:
    try:
        return with_nuisance(variant, values)
    except ValidationError as error:  # only a combination can fail: loading has checked each value
        point = names(f"{path}={plain(value)}" for path, value in values.items())
        reason = str(error.errors()[0]["msg"]).removeprefix("Value error, ")
        what = f"tune: the variant {variant.label} cannot have {point}: {reason}"
        raise InputError([Problem(str(study.path), what, cure="narrow the ranges")]) from None


def tuning_state(
    study: Study,
    points: Mapping[Tuned, tuple[TuningPoint, ...]],
    known: TuningSoFar,
    results: Mapping[str, str],
    tried: frozenset[str],
) -> Tuning:
    """The state of the tuning, with the selected points where all have been tried.

    tried: ids of the trials whose result is final, failed ones included.
    """
    assert study.tune is not None
    direction = selecting(study, study.tune).direction
    selected: dict[Tuned, Selected] = {}
    hopeless: dict[Tuned, str] = {}
    for tuned, own in points.items():
        trials = [trial.trial_id for point in own for trial in point.trials]
        if len(known.points[tuned]) < study.tune.points or not tried.issuperset(trials):
            continue
        if best := select(own, known.scores, direction):
            selected[tuned] = best
        else:
            hopeless[tuned] = _why_hopeless(own, [results[trial] for trial in trials])
    return Tuning(points, selected, hopeless, _to_come(study.tune, known))


def _to_come(tune: Tune, known: TuningSoFar) -> dict[Tuned, int]:
    return {
        tuned: (tune.points - len(values)) * tune.replicates
        for tuned, values in known.points.items()
    }


def _why_hopeless(points: Sequence[TuningPoint], statuses: Sequence[str]) -> str:
    counts = Counter(statuses)
    outcomes = names(f"{plural(n, 'trial')} {status}" for status, n in sorted(counts.items()))
    return f"no result at any of {plural(len(points), 'point')} ({outcomes})"


def replicates(study: Study, prints: Fingerprints, tuning: Tuning) -> Iterator[Trial]:
    """The reported trials, of variants whose settings are selected.

    Replicate r has the settings that tuning study r mod k selected, so that the spread over
    replicates includes the spread over tuning studies.
    """
    assert study.tune is not None
    for variant in study.variants:
        for replicate in range(study.replicates):
            tuning_study = replicate % study.tune.studies
            if best := tuning.selected.get((tuning_study, variant.variant_id)):
                placed = _placed(study, variant, best.point.values)
                trial_id = numbering(study, placed, prints)(replicate)
                place = (tuning_study, best.point.point)
                yield Trial(trial_id, placed, replicate, "replication", *place)
