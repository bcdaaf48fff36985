"""Changes and differences between groups."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from . import _native
from ._columns import frame
from ._options import SCORES, fill, number
from .errors import OptionError
from .table import Table
from .tally import Tallies, tally_by

__all__ = [
    "Change",
    "ChiSquare",
    "Decomposition",
    "Heterogeneity",
    "chi_square",
    "decompose",
    "heterogeneity",
]


@dataclass(frozen=True, slots=True)
class Change:
    """A part of a change: value, standard error and limits, in the units of the score."""

    value: float
    se: float | None
    ci_low: float | None
    ci_high: float | None


@dataclass(frozen=True, slots=True)
class Decomposition:
    """A change, split; see decompose. `table` has one row for each group."""

    before: float
    after: float
    change: Change
    mix: Change
    within: Change
    p_value: float | None
    table: Table

    def to_dict(self) -> dict[str, Any]:
        """The figures by name; the groups under "table"."""
        figures = {name: asdict(getattr(self, name)) for name in ("change", "mix", "within")}
        return {
            "before": self.before,
            "after": self.after,
            "p_value": self.p_value,
            "table": self.table.to_dict(),
        } | figures

    def __repr__(self) -> str:
        return (
            f"{self.before:.1f} -> {self.after:.1f}: change {self.change.value:+.1f}, "
            f"mix {self.mix.value:+.1f}, within {self.within.value:+.1f}"
        )


@dataclass(frozen=True, slots=True)
class Heterogeneity:
    """Whether groups can be told apart; see heterogeneity."""

    q: float
    df: float
    p_value: float
    mean: float
    sd_between: float
    share_between: float
    groups: int
    left_out: int

    def to_dict(self) -> dict[str, Any]:
        """The fields by name."""
        return asdict(self)


def _options(
    score: str,
    promoters: int,
    detractors: int,
    top: int | None,
    confidence: float,
    min_n: int = 0,
) -> Any:
    return fill(
        _native.cx_compare_options(),
        score=number("score", score, SCORES),
        promoters=promoters,
        detractors=detractors,
        top=top,
        confidence=confidence,
        min_n=min_n,
    )


def _tallies(
    scores: object, by: object, scale: tuple[int, int], weights: object, **reading: Any
) -> Tallies:
    if isinstance(scores, Tallies):
        if by is not None or weights is not None:
            raise OptionError("by and weights are for columns: a tally has been read already")
        return scores
    if by is None:
        raise OptionError("by is missing: columns of answers need a column of keys")
    return tally_by(scores, by=by, scale=scale, weights=weights, **reading)


def _pair(option: str, given: object) -> tuple[object, object]:
    if given is None:
        return None, None
    if isinstance(given, (tuple, list)) and len(given) == 2:
        return given[0], given[1]
    raise OptionError(f"{option} has to be a pair: of the answers before, and of those after")


def decompose(
    before: object,
    after: object,
    *,
    by: object = None,
    weights: object = None,
    scale: tuple[int, int] = (0, 10),
    score: str = "nps",
    promoters: int = 9,
    detractors: int = 6,
    top: int | None = None,
    confidence: float = 0.95,
    min_n: int = 0,
) -> Decomposition:
    """Splits a change of a score into mix (other customers) and within (other scores).

    before, after
        Tallies by the same keys, or two columns of answers
    by, weights
        for columns: a pair, (of the answers before, of those after)
    scale
        lowest and highest answer
    score
        "nps", "mean" or "top-box"
    promoters, detractors, top
        as in nps and csat
    confidence
        of the intervals
    min_n
        fewest answers of a group that is shown: smaller ones, and more, are null on both sides and
        their `side` is "hidden"; the figures are about all groups

    Mix and within add up to the change. A group on one side only goes to mix.
    Raises EmptyError for a side without valid answers, SuppressedError for one with fewer than
    min_n, MismatchError for other keys.

    >>> import cxkit as cx
    >>> monday = cx.tally_by([10, 9, 3, 2], by=["x", "x", "y", "y"])
    >>> friday = cx.tally_by([10, 9, 9, 2], by=["x", "x", "x", "y"])
    >>> cx.decompose(monday, friday)
    0.0 -> 50.0: change +50.0, mix +50.0, within +0.0
    """
    keys, weight = _pair("by", by), _pair("weights", weights)
    first = _tallies(before, keys[0], scale, weight[0])
    second = _tallies(after, keys[1], scale, weight[1])
    options = _options(score, promoters, detractors, top, confidence, min_n)
    low, high = sorted((first, second), key=id)
    with low._lock, high._lock:
        table = Table(_native.cx_decompose(first._handle, second._handle, options))
    figures: dict[str, Any] = table.figures

    def part(name: str) -> Change:
        return Change(
            value=figures[name],
            se=figures.get(f"{name}_se"),
            ci_low=figures.get(f"{name}_ci_low"),
            ci_high=figures.get(f"{name}_ci_high"),
        )

    return Decomposition(
        before=figures["before"],
        after=figures["after"],
        change=part("change"),
        mix=part("mix"),
        within=part("within"),
        p_value=figures.get("change_p"),
        table=table,
    )


@dataclass(frozen=True, slots=True)
class ChiSquare:
    """Do groups fall into classes alike? See chi_square.

    chi2, df, p_value
        of equal shares in all groups
    least_expected, few
        smallest expected count, and the number of cells where it is below 5
    n, groups, classes
        counted in all; groups and classes with a count
    flags
        "few" when a cell is expected to hold fewer than 5
    """

    chi2: float
    df: float
    p_value: float
    least_expected: float
    few: int
    n: int
    groups: int
    classes: int
    flags: tuple[str, ...]


def chi_square(counts: object) -> ChiSquare:
    """Pearson's chi-square test across groups of class counts.

    counts
        a table: one column for each class, one row for each group, whole numbers

    It sees any difference between the groups; heterogeneity one of their scores. Groups and classes
    without a count are left out. Raises FewError for fewer than two of either, DomainError.

    >>> import cxkit as cx
    >>> found = cx.chi_square({"promoters": [40, 20], "passives": [30, 30], "detractors": [30, 50]})
    >>> round(found.chi2, 3), found.df, found.flags
    (11.667, 2.0, ())
    """
    raw = _native.cx_chi_square(frame(counts))
    found = {
        field.name: getattr(raw, field.name) for field in fields(ChiSquare) if field.name != "flags"
    }
    return ChiSquare(**found, flags=("few",) if raw.flags else ())


def heterogeneity(
    scores: object,
    *,
    by: object = None,
    weights: object = None,
    scale: tuple[int, int] = (0, 10),
    score: str = "nps",
    promoters: int = 9,
    detractors: int = 6,
    top: int | None = None,
) -> Heterogeneity:
    """Tests whether groups have the same mean score.

    scores
        Tallies, or a column of answers with `by`
    by, weights, scale
        as in tally_by
    score, promoters, detractors, top
        as in decompose

    Gives q, df and p_value of the test, the precision-weighted mean, the standard deviation
    between groups beyond sampling, and its share of the variation. Raises FewError for fewer
    than two groups with two answers, ConstantError when all answers are alike.

    >>> import cxkit as cx
    >>> cx.heterogeneity([10, 9, 9, 2, 3, 4], by=["x", "x", "x", "y", "y", "y"]).groups
    2
    """
    state = _tallies(scores, by, scale, weights)
    options = _options(score, promoters, detractors, top, 0.95)
    with state._lock:
        raw = _native.cx_heterogeneity(state._handle, options)
    fields = ("q", "df", "p_value", "mean", "sd_between", "share_between", "groups", "left_out")
    return Heterogeneity(**{name: getattr(raw, name) for name in fields})
