"""Which figures of one area move with which of another; answers of units, put together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import _native
from ._columns import column, frame, is_table, keys, names_of
from ._options import fill
from .errors import NameNotFoundError, OptionError
from .lag import covariance_of, named
from .table import Table

__all__ = ["Aggregate", "AggregateLink", "Linkage", "aggregate", "aggregate_link", "linkage"]


@dataclass(frozen=True, slots=True)
class Linkage:
    """Links between metrics of different areas; see linkage. Iteration goes over the rows.

    table
        a row for each test: from, from_area, to, to_area, lag, correlation (partial) with se and
        interval, statistic, df, p_value, p_adjusted, detectable, n, verdict, status
    found
        the rows with the verdict "link found"
    tests
        how many tests there were
    flags
        "nickell": a short panel biases coefficients of own pasts, and what stands beside them;
        "few_clusters"
    """

    table: Table
    found: tuple[dict[str, Any], ...]
    tests: int
    flags: tuple[str, ...]

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.table)

    def __len__(self) -> int:
        return len(self.table)

    def __repr__(self) -> str:
        return f"Linkage: {len(self.found)} links found in {self.tests} tests"


def linkage(
    metrics: object,
    areas: Mapping[str, str] | Sequence[str],
    *,
    unit: object = None,
    period: object = None,
    max_lag: int = 3,
    level: float = 0.05,
    effect: float = 0.3,
    power: float = 0.8,
    cov: str = "auto",
    fewest: int | None = None,
    confidence: float = 0.95,
) -> Linkage:
    """Lag-by-lag partial correlations between metrics of different areas.

    metrics
        a table: a row for each unit and period, a column for each metric
    areas
        the area of each metric, by name (columns that are not named are left alone) or in order:
        "brand", "experience", "relationship" or "result"
    unit, period
        which series a row belongs to, and when; unit means are taken out
    max_lag
        lags 0 to max_lag, both ways
    level
        of the hierarchical tests: pairs of areas, in them pairs of metrics, in them lags
    effect, power
        "no link found" is said only where a partial correlation of `effect` would have been found
        with at least `power`
    cov
        as in distributed_lag; "auto": cluster with 10 units or more, else newey-west
    fewest
        degrees of freedom of a test; None: 20

    Nothing here says that a metric changes another. Raises DomainError (an unknown area, a period
    twice in a unit), EmptyError, LimitError.

    >>> import cxkit as cx
    >>> x = [cx.special.normal_quantile(cx.random.uniform(1, index=i)) for i in range(200)]
    >>> e = [cx.special.normal_quantile(cx.random.uniform(2, index=i)) for i in range(200)]
    >>> sales = [e[i] + (x[i - 1] if i else 0.0) for i in range(200)]
    >>> found = cx.linkage({"nps": x, "sales": sales}, {"nps": "experience", "sales": "result"})
    >>> [(row["from"], row["to"], row["lag"]) for row in found.found]
    [('nps', 'sales', 1)]
    """
    if not is_table(metrics) and not hasattr(metrics, "__arrow_c_stream__"):
        raise OptionError("metrics has to be a table: a mapping of name to column, or a frame")
    if isinstance(areas, Mapping):
        table = frame(metrics, [str(name) for name in areas])
        names = names_of(frame(metrics))
        absent = [name for name in areas if name not in names]
        if absent:
            raise NameNotFoundError(f"there is no metric {absent[0]!r}", column=str(absent[0]))
        words = [areas[name] for name in names if name in areas]
    else:
        table = frame(metrics)
        words = list(areas)
    options = fill(
        _native.cx_linkage_options(),
        max_lag=max_lag,
        fewest=fewest,
        covariance=covariance_of(cov),
        level=level,
        effect=effect,
        power=power,
        confidence=confidence,
    )
    made = Table(
        _native.cx_linkage(
            table, words, column(unit, "unit"), column(period, "period"), options
        )
    )
    figures: Mapping[str, Any] = made.figures
    return Linkage(
        table=made,
        found=tuple(row for row in made if row["verdict"] == "link found"),
        tests=int(figures["tests"]),
        flags=tuple(flag for flag in ("nickell", "few_clusters") if figures[flag]),
    )


@dataclass(frozen=True, slots=True)
class Aggregate:
    """Answers put together by unit; see aggregate. Iteration goes over the cells.

    table
        a row for each cell: the keys, n, mean, sd, shrunk, weight, r_wg
    icc1
        the part of an answer's variance that lies between cells, and its interval
    icc2
        the reliability of a cell's mean, and its interval
    p_value
        of no difference between cells
    r_wg
        the mean agreement within cells; None without scale_steps
    n, cells, missing
        answers, cells, answers left out
    """

    table: Table
    icc1: tuple[float | None, float | None, float | None]
    icc2: tuple[float | None, float | None, float | None]
    p_value: float | None
    r_wg: float | None
    n: int
    cells: int
    missing: int

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.table)

    def __len__(self) -> int:
        return len(self.table)


def aggregate(
    x: object, by: object, *, scale_steps: int | None = None, confidence: float = 0.95
) -> Aggregate:
    """Answers put together by unit, or unit and period: how alike, and how well known?

    x
        answers; missing ones are left out and counted
    by
        the unit of each answer, or a table of unit and period
    scale_steps
        answers that the scale has, such as 11: for r_wg
    confidence
        of the intervals

    Raises EmptyError, ConstantError (all answers are alike), DomainError.

    >>> import cxkit as cx
    >>> found = cx.aggregate([9, 8, 9, 3, 2, 4, 6, 6, 7], list("aaabbbccc"), scale_steps=11)
    >>> round(found.icc1[0], 2), round(found.icc2[0], 2), round(found.r_wg, 2)
    (0.93, 0.98, 0.94)
    """
    options = fill(
        _native.cx_aggregate_options(), scale_steps=scale_steps, confidence=confidence
    )
    table = Table(_native.cx_aggregate(named(x, "x"), keys(by), options))
    figures: Mapping[str, Any] = table.figures

    def interval(name: str) -> tuple[float | None, float | None, float | None]:
        return figures[name], figures[f"{name}_ci_low"], figures[f"{name}_ci_high"]

    return Aggregate(
        table=table,
        icc1=interval("icc1"),
        icc2=interval("icc2"),
        p_value=figures["p_value"],
        r_wg=figures["r_wg_mean"],
        n=int(figures["n"]),
        cells=int(figures["cells"]),
        missing=int(figures["missing"]),
    )


@dataclass(frozen=True, slots=True)
class AggregateLink:
    """Two kinds of people over the same units; see aggregate_link. Iteration goes over the rows.

    table
        lag 0, then x before y, then y before x: correlation, disattenuated, between, within, ...
    correlation
        of the means of the same unit and period, or None
    disattenuated
        what means without noise would show, or None
    icc1, icc2
        of both sides, as pairs
    person
        correlation of the two answers of a row within its cell, for rows in pairs
    ecological
        whether units and what lies below them differ in sign: do not read one as the other
    flags
        "ecological", "few_clusters"
    """

    table: Table
    correlation: float | None
    disattenuated: float | None
    icc1: tuple[float | None, float | None]
    icc2: tuple[float | None, float | None]
    person: float | None
    ecological: bool
    flags: tuple[str, ...]

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.table)

    def __len__(self) -> int:
        return len(self.table)


def aggregate_link(
    x: object,
    x_by: object,
    y: object,
    y_by: object = None,
    *,
    max_lag: int = 0,
    fewest: int = 2,
    confidence: float = 0.95,
) -> AggregateLink:
    """Answers of two kinds of people, such as employees and customers, over the same units.

    x, y
        answers of the first and of the second kind
    x_by, y_by
        their unit, or a table of unit and period; y_by None: y stands in the rows of x
    max_lag
        periods that one comes before the other, both ways; needs periods
    fewest
        answers of a unit and period that is used
    confidence
        of the intervals

    Raises EmptyError (nothing in common), MismatchError, DomainError.

    >>> import cxkit as cx
    >>> store = [s for s in range(8) for _ in range(3)]
    >>> staff = [s + extra for s in range(8) for extra in (-1, 0, 1)]
    >>> guests = [2 * s + extra for s in range(8) for extra in (-2, 1, 1)]
    >>> found = cx.aggregate_link(staff, store, guests, store)
    >>> round(found.correlation, 2), found.table["units"]
    (1.0, [8])
    """
    options = fill(
        _native.cx_aggregate_link_options(), max_lag=max_lag, fewest=fewest, confidence=confidence
    )
    table = Table(
        _native.cx_aggregate_link(
            named(x, "x"),
            keys(x_by),
            named(y, "y"),
            None if y_by is None else keys(y_by),
            options,
        )
    )
    figures: Mapping[str, Any] = table.figures
    return AggregateLink(
        table=table,
        correlation=table["correlation"][0],
        disattenuated=table["disattenuated"][0],
        icc1=(figures["icc1_x"], figures["icc1_y"]),
        icc2=(figures["icc2_x"], figures["icc2_y"]),
        person=figures["person"],
        ecological=bool(figures["ecological"]),
        flags=tuple(flag for flag in ("ecological", "few_clusters") if figures[flag]),
    )
