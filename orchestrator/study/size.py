"""How large a study is."""

from dataclasses import dataclass

from orchestrator.study.records import Study
from orchestrator.words import plural


@dataclass(frozen=True, slots=True)
class Size:
    """Trials of a study: each variant has its own of tuning, and its replicates."""

    variants: int
    tuning: int  # trials of each variant
    replicates: int

    @property
    def trials(self) -> int:
        return self.variants * (self.tuning + self.replicates)

    def __str__(self) -> str:
        replicates = plural(self.replicates, "replicate")
        each = f"({self.tuning:,} of tuning + {replicates})" if self.tuning else replicates
        return f"{plural(self.variants, 'variant')} × {each} = {plural(self.trials, 'trial')}"


def size_of(study: Study) -> Size:
    tuning = study.tune.trials_per_variant if study.tune else 0
    return Size(len(study.variants), tuning, study.replicates)
