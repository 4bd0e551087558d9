"""The smallest p-values that a number of replicates can give, before anything is trained."""

from dataclasses import dataclass

from orchestrator.study.records import Study

DESCRIPTIVE_BELOW = 6  # replicates: 2/2⁵ exceeds .05
EXACT_UP_TO = 16  # replicates; above, the report draws sign patterns
DRAWS = 2**16


@dataclass(frozen=True, slots=True)
class Attainable:
    """The smallest p-values that the study's tests can give.

    Answers: could these seeds show any difference, however large?
    Assumes: paired differences (no trial fails), exact two-sided sign-flip test; step-down max-T
        over all contrasts. It flips whole replicates, so two patterns of 2ⁿ are extreme for every
        contrast at once: the adjusted p can be as small as that of one contrast, however many
        there are. Above 16 replicates 2¹⁶ patterns are drawn, and p is at least 1/65,537.
    Misleads: a p that is attainable is not one that is likely; that is what the detectable
        differences are for. Comparisons that lose a trial are unpaired, and adjusted by Holm.
    Source: 2ⁿ sign patterns are equally likely without a difference; two of them are extreme.
        Westfall & Young 1993 for max-T.
    """

    replicates: int
    contrasts: int  # variants that are compared with a baseline
    smallest_p: float  # of one contrast

    @property
    def smallest_p_adjusted(self) -> float:
        """Of a contrast, adjusted for all by max-T: the same."""
        return self.smallest_p

    @property
    def replicates_needed(self) -> int:
        """For the adjusted p to get below .05."""
        return DESCRIPTIVE_BELOW

    @property
    def descriptive_only(self) -> bool:
        return self.replicates < DESCRIPTIVE_BELOW


def attainable(study: Study) -> Attainable:
    """For the study's comparisons of variants with their baselines."""
    return power_of(study.replicates, contrasts(study))


def power_of(n: int, m: int) -> Attainable:
    """For n replicates and m contrasts; tests/plan/test_power.py holds it equal to the report."""
    smallest = 1.0 / (DRAWS + 1) if n > EXACT_UP_TO else min(1.0, 2.0 ** (1 - n))
    return Attainable(n, m, smallest)


def contrasts(study: Study) -> int:
    """Variants whose baseline is another variant of the study."""
    return sum(variant != baseline for variant, baseline in study.baselines.items())
