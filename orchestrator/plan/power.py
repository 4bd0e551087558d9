"""The smallest p-values that a number of replicates can give, before anything is trained."""

from dataclasses import dataclass

from orchestrator.study.records import Study

DESCRIPTIVE_BELOW = 6  # replicates
LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class Attainable:
    """The smallest p-values that the study's tests can give.

    Answers: could these seeds show any difference, however large?
    Assumes: paired differences, exact two-sided sign-flip test; Holm over all contrasts. Where
        Holm cannot reach LEVEL, the report adjusts by step-down max-T, which can reach smallest_p.
        Above 16 replicates the report draws 2¹⁶ sign patterns, so its p is at least 1/65,537.
    Misleads: a p that is attainable is not one that is likely; see the minimal detectable
        difference in the report.
    Source: 2ⁿ sign patterns are equally likely without a difference; two of them are extreme.
    """

    replicates: int
    contrasts: int  # variants that are compared with a baseline
    smallest_p: float  # of one contrast: 2/2ⁿ
    smallest_p_adjusted: float  # of the first of m contrasts after Holm: m·2/2ⁿ, at most 1
    replicates_needed: int  # for the adjusted p to get below LEVEL

    @property
    def descriptive_only(self) -> bool:
        return self.replicates < DESCRIPTIVE_BELOW


def attainable(study: Study) -> Attainable:
    """For the study's comparisons of variants with their baselines."""
    return power_of(study.replicates, contrasts(study))


def power_of(n: int, m: int) -> Attainable:
    """For n replicates and m contrasts; tests/plan/test_power.py holds it equal to the report."""
    needed = DESCRIPTIVE_BELOW
    while _holm(needed, m) >= LEVEL:
        needed += 1
    return Attainable(n, m, _smallest(n), _holm(n, m), needed)


def contrasts(study: Study) -> int:
    """Variants whose baseline is another variant of the study."""
    return sum(variant != baseline for variant, baseline in study.baselines.items())


def _smallest(n: int) -> float:
    return min(1.0, 2.0 ** (1 - n))


def _holm(n: int, m: int) -> float:
    return min(1.0, m * _smallest(n))
