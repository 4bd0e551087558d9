"""Which factor explains how much of all differences between trials, and how much is the seed."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtrc

from reports.statistics.intervals import Floats

Kind = Literal["factor", "interaction", "higher", "replicate", "residual"]
Factors = tuple[int, ...]  # axes of the table
Gram = tuple[Floats, Floats]  # XᵀX and Xᵀy of all columns
HIGHEST_ORDER = 3  # interactions of more factors are summed up in one row
_EXACT = 1e-12  # of the total: less is rounding


@dataclass(frozen=True)
class Term:
    """One row of the table. Numbers that cannot be had are None."""

    kind: Kind
    factors: Factors
    df: int
    ss: float
    f: float | None
    p: float | None
    eta2: float | None  # share of the total sum of squares
    omega2: float | None  # the same less what chance alone would give; may be negative


@dataclass(frozen=True)
class Anova:
    """Terms in order: factors, interactions, those of higher order, replicate, residual."""

    terms: tuple[Term, ...]
    total: float
    n: int  # trials
    balanced: bool  # every combination has every replicate
    empty: int  # combinations without any value
    spreads: tuple[float, float] | None  # smallest and largest sd over replicates of a variant


def anova(table: Floats) -> Anova | None:
    """table: (levels of each factor …, replicates), NaN where there is no value.

    None where nothing is left to judge the factors by: fewer than two replicates, or one variant.

    Answers: of all the variance between trials, which share goes with each factor, with factors
        that work differently together (interactions), and with the seed?
    Assumes: effects add up, and trials scatter about equally and normally around their variant's
        mean. Replicates are blocks: what a seed does to all variants alike is a row of its own.
    Misleads: as a verdict on levels (that is `comparisons`); about factors in general (η² is
        a share of this study, and grows with levels chosen farther apart); where spreads differ
        much or values stick at a ceiling (F and p are rough then). Unbalanced, shares do not sum
        to one.
    Source: Fisher 1925; sums of squares of type II (Yates 1934); η², and ω² as by Olejnik & Algina
        2003.
    """
    where = np.isfinite(table)
    cells, replicates = np.nonzero(where.reshape(-1, table.shape[-1]))
    y = table[where] - table[where].mean() if where.any() else np.empty(0)
    if len(np.unique(cells)) < 2 or len(np.unique(replicates)) < 2:
        return None
    levels = np.stack(np.unravel_index(cells, table.shape[:-1]), axis=1)
    design = _Design.of(levels, cells, replicates, table.shape)
    terms = _terms(design, y)
    if terms[-1].df == 0:
        return None
    return Anova(
        terms, float(y @ y), int(y.size), balanced=bool(where.all()),
        empty=int((~where.any(axis=-1)).sum()), spreads=_spreads(table),
    )  # fmt: skip


@dataclass(frozen=True)
class _Design:
    """Columns of all terms side by side, and where each term's are."""

    columns: Floats  # (trials, columns)
    blocks: dict[Factors, range]
    replicate: range
    cells: range  # one column a combination: the model with every interaction

    @classmethod
    def of(
        cls,
        levels: NDArray[np.intp],
        cells: NDArray[np.intp],
        replicates: NDArray[np.intp],
        shape: tuple[int, ...],
    ) -> "_Design":
        one = [contrasts(column, size) for column, size in zip(levels.T, shape[:-1], strict=True)]
        orders = range(1, min(HIGHEST_ORDER, len(one)) + 1)
        terms = [term for order in orders for term in combinations(range(len(one)), order)]
        parts = [_product([one[axis] for axis in term]) for term in terms]
        parts += [contrasts(replicates, shape[-1]), np.eye(int(np.prod(shape[:-1])))[cells]]
        ends = np.cumsum([part.shape[1] for part in parts]).tolist()
        *blocks, replicate, saturated = (
            range(end - part.shape[1], end) for part, end in zip(parts, ends, strict=True)
        )
        return cls(np.hstack(parts), dict(zip(terms, blocks, strict=True)), replicate, saturated)


def contrasts(codes: NDArray[np.intp], levels: int) -> Floats:
    """(trials, levels − 1) columns that sum to zero over the levels; codes: (trials,)."""
    coding = np.vstack([np.eye(levels - 1), -np.ones(levels - 1)])
    return np.asarray(coding[codes])


def _product(parts: list[Floats]) -> Floats:
    """Every column of one part times every column of the others."""
    made = parts[0]
    for part in parts[1:]:
        made = (made[:, :, None] * part[:, None, :]).reshape(len(made), -1)
    return made


def _terms(design: _Design, y: Floats) -> tuple[Term, ...]:
    columns = np.column_stack([np.ones(len(y)), design.columns])
    gram = columns.T @ columns, columns.T @ y
    total, blocks = float(y @ y), design.blocks
    full = _explained(gram, [design.replicate, design.cells])
    residual = max(total - full[0], 0.0), len(y) - full[1]
    found = [
        (*_kind(term), *_added(gram, [design.replicate, *_others(blocks, term)], blocks[term]))
        for term in blocks
    ]
    modelled = _explained(gram, [design.replicate, *blocks.values()])
    if len(max(blocks, key=len)) < len(_single(blocks)):
        found += [("higher", (), full[0] - modelled[0], full[1] - modelled[1])]
    found += [("replicate", (), *_added(gram, [design.cells], design.replicate))]
    rows = [_row(kind, term, ss, df, residual, total) for kind, term, ss, df in found]
    share = residual[0] / total if total else None
    return (*rows, Term("residual", (), residual[1], residual[0], None, None, share, None))


def _single(blocks: Iterable[Factors]) -> list[Factors]:
    return [term for term in blocks if len(term) == 1]


def _kind(term: Factors) -> tuple[Kind, Factors]:
    return ("factor" if len(term) == 1 else "interaction"), term


def _others(blocks: dict[Factors, range], term: Factors) -> list[range]:
    """Of type II: every term that does not contain this one."""
    return [block for other, block in blocks.items() if not set(term) <= set(other)]


def _added(gram: Gram, before: list[range], block: range) -> tuple[float, int]:
    """Sum of squares and degrees of freedom that a block adds to those before it."""
    without, with_ = _explained(gram, before), _explained(gram, [*before, block])
    return max(with_[0] - without[0], 0.0), with_[1] - without[1]


def _explained(gram: Gram, blocks: list[range]) -> tuple[float, int]:
    """(sum of squares explained, rank) by the constant (column 0) and these blocks."""
    chosen = [0, *(column + 1 for block in blocks for column in block)]
    squares, product = gram[0][np.ix_(chosen, chosen)], gram[1][chosen]
    values, vectors = np.linalg.eigh(squares)
    kept = values > values[-1] * 1e-10
    parts = (vectors[:, kept].T @ product) ** 2 / values[kept]
    return float(parts.sum()), int(kept.sum())


def _row(
    kind: Kind, term: Factors, ss: float, df: int, residual: tuple[float, int], total: float
) -> Term:
    error = residual[0] / residual[1] if residual[1] else 0.0
    if df == 0 or total == 0:
        return Term(kind, term, df, ss, None, None, None if total == 0 else ss / total, None)
    omega2 = (ss - df * error) / (total + error)
    if error <= _EXACT * total:  # nothing scatters: no yardstick
        return Term(kind, term, df, ss, None, None, ss / total, omega2)
    f = ss / df / error
    return Term(kind, term, df, ss, f, float(fdtrc(df, residual[1], f)), ss / total, omega2)


def _spreads(table: Floats) -> tuple[float, float] | None:
    cells = table.reshape(-1, table.shape[-1])
    several = cells[np.isfinite(cells).sum(axis=1) >= 2]
    if not len(several):
        return None
    sds = np.nanstd(several, axis=1, ddof=1)
    return float(sds.min()), float(sds.max())
