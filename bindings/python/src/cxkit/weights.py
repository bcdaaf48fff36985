"""Weights that make a sample add up to what is known of the whole."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload

from . import _native
from ._columns import column, frame, is_table
from ._options import fill, number, words
from .errors import LengthError, OptionError
from .table import Table

__all__ = ["Kish", "Weights", "calibrate", "kish", "poststratify", "rake", "trim"]

_DISTANCES = words(_native.cx_distance_name, _native.CX_DISTANCE_END)
_BASES = {
    "median": _native.CX_TRIM_MEDIAN,
    "mean": _native.CX_TRIM_MEAN,
    "absolute": _native.CX_TRIM_ABSOLUTE,
}
_Margins = Mapping[Any, Mapping[Any, float]]


class Weights(Sequence[float]):
    """One weight for each row; a column wherever columns are taken.

    ratios
        each weight divided by its start, missing where that is 0
    total, deff, n_eff
        sum of the weights, design effect of unequal weights, effective number of rows
    ratio_range, negative, at_lower, at_upper, caps
        least and largest ratio, rows with a negative weight, rows held at a bound or cut to a cap,
        and the caps of trimming (None without)
    converged, iterations, residual
        whether every total is met, and how closely: max |attained - wanted| / (1 + |wanted|)
    worst_margin, worst_category, worst_wanted, worst_attained
        the total that is missed most
    margins
        a Table of every total: wanted, at the start, attained

    >>> import cxkit as cx
    >>> w = cx.rake({"team": ["a", "a", "b"]}, {"team": {"a": 50, "b": 50}})
    >>> list(w), w.converged
    ([25.0, 25.0, 50.0], True)
    """

    __slots__ = ("_handle", "_summary", "_values", "__cx_column__")

    def __init__(self, handle: Any) -> None:
        self._handle = handle
        self._values = Table(_native.cx_weights_values(handle)).column("weight")
        self._summary = _native.cx_weights_summarise(handle)
        self.__cx_column__ = ("weights", self._values, 0, None, None)

    @property
    def ratios(self) -> memoryview:
        return Table(_native.cx_weights_table(self._handle)).column("ratio")

    @property
    def total(self) -> float:
        return float(self._summary.total)

    @property
    def deff(self) -> float:
        return float(self._summary.deff)

    @property
    def n_eff(self) -> float:
        return float(self._summary.n_eff)

    @property
    def ratio_range(self) -> tuple[float, float]:
        return float(self._summary.ratio_min), float(self._summary.ratio_max)

    @property
    def negative(self) -> int:
        return int(self._summary.negative)

    @property
    def at_lower(self) -> int:
        return int(self._summary.at_lower)

    @property
    def at_upper(self) -> int:
        return int(self._summary.at_upper)

    @property
    def caps(self) -> tuple[float, float] | None:
        low, high = float(self._summary.cap_lower), float(self._summary.cap_upper)
        return None if math.isnan(high) else (low, high)

    @property
    def converged(self) -> bool:
        return bool(self._summary.converged)

    @property
    def iterations(self) -> int:
        return int(self._summary.iterations)

    @property
    def residual(self) -> float:
        return float(self._summary.residual)

    @property
    def worst_margin(self) -> str:
        return str(self._summary.worst_margin)

    @property
    def worst_category(self) -> str:
        return str(self._summary.worst_category)

    @property
    def worst_wanted(self) -> float:
        return float(self._summary.worst_wanted)

    @property
    def worst_attained(self) -> float:
        return float(self._summary.worst_attained)

    @property
    def margins(self) -> Table:
        return Table(_native.cx_weights_margins(self._handle))

    def __len__(self) -> int:
        return len(self._values)

    @overload
    def __getitem__(self, item: int) -> float: ...

    @overload
    def __getitem__(self, item: slice) -> list[float]: ...

    def __getitem__(self, item: int | slice) -> float | list[float]:
        found: Any = self._values[item]
        return [float(weight) for weight in found] if isinstance(item, slice) else float(found)

    def __iter__(self) -> Iterator[float]:
        return iter(self._values.tolist())

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        from numpy import array

        return array(self._values, dtype=dtype)

    def __repr__(self) -> str:
        low, high = self.ratio_range
        state = "" if self.converged else ", NOT CONVERGED"
        return (
            f"{len(self)} weights, total {self.total:g}, ratios {low:.3g} to {high:.3g}, "
            f"deff {self.deff:.3f}, n_eff {self.n_eff:.1f}{state}"
        )


def _options(distance: str, bounds: tuple[float, float] | None, **more: Any) -> Any:
    if bounds is not None:
        try:
            more["lower"], more["upper"] = (float(bound) for bound in bounds)
        except (TypeError, ValueError):
            raise OptionError(f"bounds is {bounds!r}; it has to be a pair: (0.3, 3)") from None
    return fill(
        _native.cx_calibrate_options(), distance=number("distance", distance, _DISTANCES), **more
    )


def _margin_columns(key: Any, categories: list[Any]) -> list[tuple[str, object]]:
    if isinstance(key, str):
        return [(key, categories)]
    names = [str(name) for name in key]
    for category in categories:
        if not isinstance(category, tuple) or len(category) != len(names):
            raise OptionError(
                f"margin {' x '.join(names)}: the category {category!r} has to be a tuple of "
                f"{len(names)}, one for each column"
            )
    return [(name, [category[at] for category in categories]) for at, name in enumerate(names)]


def _margins_of(margins: _Margins) -> Any:
    if not isinstance(margins, Mapping) or not all(
        isinstance(totals, Mapping) for totals in margins.values()
    ):
        raise OptionError(
            'margins has to map each column to its totals: {"age": {"18-34": 0.3, "35+": 0.7}}'
        )
    made = _native.cx_margins_new()
    for key, totals in margins.items():
        _native.cx_margins_add(
            made, _margin_columns(key, list(totals)), [float(value) for value in totals.values()]
        )
    return made


def _wanted(margins: _Margins) -> list[str]:
    names: list[str] = []
    for key in margins:
        names += [name for name in ([key] if isinstance(key, str) else key) if name not in names]
    return names


def _flags(allow_unconverged: bool, rescale: bool) -> dict[str, int]:
    return {"allow_unconverged": int(allow_unconverged), "rescale": int(rescale)}


def rake(
    table: object,
    margins: _Margins,
    *,
    weights: object = None,
    bounds: tuple[float, float] | None = None,
    tol: float = 1e-10,
    total: float | None = None,
    rescale: bool = False,
    max_iterations: int | None = None,
    allow_unconverged: bool = False,
) -> Weights:
    """Weights nearest to the start weights that meet every margin.

    table
        the columns that the margins name
    margins
        for each column (or tuple of columns) the totals of its categories, or their shares
    weights
        start weights; None: the same for all, so that they add up to the whole
    bounds
        least and largest ratio of a weight to its start
    tol, max_iterations, allow_unconverged
        how closely the totals are met; what does not converge raises, or comes back marked
    total
        what shares are shares of; None: the sum of the start weights
    rescale
        scale margins that add up to different wholes to the first

    Raises InfeasibleError (a total without respondents, margins that disagree), DomainError (a
    category without a total) and ConvergenceError (names the margin that is missed most).

    >>> import cxkit as cx
    >>> people = {"age": ["young", "old", "old"], "sex": ["f", "f", "m"]}
    >>> w = cx.rake(people, {"age": {"young": 0.5, "old": 0.5}, "sex": {"f": 0.6, "m": 0.4}})
    >>> [round(x, 2) for x in w]
    [1.5, 0.3, 1.2]
    """
    options = _options(
        "raking",
        bounds,
        tolerance=tol,
        total=total,
        max_iterations=max_iterations,
        **_flags(allow_unconverged, rescale),
    )
    known = _margins_of(margins)
    columns = frame(table, _wanted(margins))
    return Weights(_native.cx_rake(columns, known, column(weights, "weights"), options))


def poststratify(
    table: object,
    totals: _Margins,
    *,
    weights: object = None,
    total: float | None = None,
) -> Weights:
    """Scales the weights within each category to its total.

    table, weights, total
        as in rake
    totals
        one margin, of one column or a tuple of columns

    Raises InfeasibleError (a total without respondents), DomainError (a category without one).

    >>> import cxkit as cx
    >>> cx.poststratify({"age": ["young", "old", "old"]}, {"age": {"young": 10, "old": 30}}).deff
    1.03125
    """
    options = _options("raking", None, total=total)
    known = _margins_of(totals)
    columns = frame(table, _wanted(totals))
    return Weights(_native.cx_poststratify(columns, known, column(weights, "weights"), options))


def _numeric(X: Any) -> Any:
    if is_table(X):
        return frame(X)
    shape = getattr(X, "shape", None)
    if shape is not None and len(shape) == 2:
        return [(f"x{at}", column(X[:, at], f"x{at}")) for at in range(shape[1])]
    return [("x", column(X, "x"))]


def _totals(columns: Any, totals: Any) -> list[float]:
    if isinstance(totals, Mapping):
        names = [name for name, _ in columns]
        missing = [name for name in names if name not in totals]
        if missing or len(totals) != len(names):
            raise LengthError(f"totals has to name the columns {', '.join(names)}, and no other")
        return [float(totals[name]) for name in names]
    return [float(value) for value in (totals if hasattr(totals, "__iter__") else [totals])]


def calibrate(
    X: object,
    totals: object,
    *,
    weights: object = None,
    distance: str = "linear",
    bounds: tuple[float, float] | None = None,
    table: object = None,
    margins: _Margins | None = None,
    tol: float = 1e-10,
    total: float | None = None,
    rescale: bool = False,
    max_iterations: int | None = None,
    allow_unconverged: bool = False,
) -> Weights:
    """Weights nearest to the start weights for which the columns add up to their totals.

    X
        numeric columns: a table, or an array with one column for each total; a column of ones
        fixes the number of units
    totals
        one for each column: a mapping by name, or numbers in order
    distance
        "linear" (weights may become negative), "raking", "logit", "truncated-linear" or
        "truncated-raking"; the last three between `bounds`
    table, margins
        margins of categories besides, as in rake
    weights, bounds, tol, total, rescale, max_iterations, allow_unconverged
        as in rake

    Raises what rake raises.

    >>> import cxkit as cx
    >>> w = cx.calibrate({"one": [1, 1, 1], "spend": [10, 20, 60]}, {"one": 6, "spend": 180})
    >>> [round(x, 6) for x in w]
    [2.0, 2.0, 2.0]
    """
    options = _options(
        distance,
        bounds,
        tolerance=tol,
        total=total,
        max_iterations=max_iterations,
        **_flags(allow_unconverged, rescale),
    )
    columns = _numeric(X)
    known = None if margins is None else _margins_of(margins)
    others = None if margins is None else frame(table, _wanted(margins))
    return Weights(
        _native.cx_calibrate(
            columns,
            _totals(columns, totals),
            others,
            known,
            column(weights, "weights"),
            options,
        )
    )


def trim(
    weights: object,
    *,
    lower: float = 0,
    upper: float = 5,
    base: str = "median",
    redistribute: bool = True,
) -> Weights:
    """Cuts weights to caps; what is cut goes to the others in proportion.

    weights
        a column, or Weights, whose totals are then looked at again: `converged`, `worst_margin` and
        `margins` say what the cut did to them
    lower, upper
        the caps, as multiples of `base`
    base
        "median" or "mean" of the weights other than 0, or "absolute": the caps are weights
    redistribute
        keep the total: no weight passes a cap by what it gets; False: the total falls

    Raises InfeasibleError when all weights at the cap do not add up to the total.

    >>> import cxkit as cx
    >>> w = cx.trim([1, 1, 2, 16], upper=2, base="mean")
    >>> [round(x, 6) for x in w], w.at_upper
    ([2.5, 2.5, 5.0, 10.0], 1)
    """
    options = fill(
        _native.cx_trim_options(),
        base=number("base", base, _BASES),
        redistribute=int(redistribute),
        lower=lower,
        upper=upper,
    )
    if isinstance(weights, Weights):
        return Weights(_native.cx_trim(None, weights._handle, options))
    return Weights(_native.cx_trim(column(weights, "weights"), None, options))


@dataclass(frozen=True, slots=True)
class Kish:
    """What unequal weights cost.

    deff, n_eff
        design effect n sum(w^2) / (sum w)^2, and n divided by it
    cv, largest
        coefficient of variation of the weights; the largest one as a share of the total
    rows, zeros, total
        all rows, those with the weight 0, and the sum of the weights
    """

    deff: float
    n_eff: float
    cv: float
    largest: float
    rows: int
    zeros: int
    total: float


def kish(weights: object, *, zeros: bool = False) -> Kish:
    """The design effect of unequal weights and the effective number of answers.

    weights
        a column of weights, each 0 or more
    zeros
        count rows with the weight 0 in n; the effective number is the same

    Raises DomainError (a missing or negative weight), EmptyError (no row with a weight).

    >>> import cxkit as cx
    >>> cx.kish([1, 1, 1, 1]).n_eff, round(cx.kish([1, 1, 1000]).deff, 3)
    (4.0, 2.988)
    """
    options = fill(_native.cx_kish_options(), zeros=int(zeros))
    found = _native.cx_kish(column(weights, "weights"), options)
    return Kish(**{name: getattr(found, name) for name in Kish.__slots__})
