"""What drives an outcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from . import _native
from ._columns import column, frame, names_of
from ._options import DRIVER_ERRORS, DRIVER_OUTCOMES, IMPORTANCES, fill, number
from .design import Design
from .errors import DomainError, OptionError
from .moments import Moments
from .table import Table

__all__ = ["Drivers", "drivers", "drivers_matrix"]

Limits = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class Drivers:
    """The explained variance of an outcome, shared out; see drivers.

    The dictionaries are by name of the driver, in the order given; None is missing.

    importance
        part of the outcome's variance, by the method; Shapley values, Johnson's, Pratt's and CAR
        add up to `r2` (less what `adjust` takes out)
    share
        importance / sum of importances
    se, ci, share_ci
        of importances and shares; None without intervals
    mc_se
        what sampling orders adds to the error of importances; None when they are exact
    sign, coefficient, beta
        of the model with all drivers: direction, outcome units per unit, standard deviations
    correlation, first, last, johnson, pratt, beta_squared, car
        with the outcome alone, and the importances by other methods
    conditional
        mean gain over the models with 0, 1, ... other drivers; exact Shapley values only
    status, collinear_with
        "ok", "constant" or "collinear" (dropped from the model with all drivers), and the columns
        that explain it
    noise, noise_mean
        what a column of random numbers would reach at most, with the probability `confidence`,
        and on average
    r2, r2_adjust
        of the model with everything, and of the adjusting columns alone
    r2_ci
        limits of r2; None without intervals
    n, n_eff, missing
        rows, and rows left out for a missing value
    rank
        columns of the model that are not redundant
    orders
        sampled orders; 0 when exact
    pairwise, distance
        whether each correlation stands on its own rows: `n` is then the smallest number of them,
        and `distance` how far the nearest matrix that data can have is from theirs
    table
        all of it, one row for each driver
    groups
        a Table of the groups; None without groups
    """

    importance: dict[str, float]
    share: dict[str, float | None]
    se: dict[str, float | None] | None
    ci: dict[str, Limits] | None
    share_ci: dict[str, Limits] | None
    mc_se: dict[str, float] | None
    sign: dict[str, int | None]
    coefficient: dict[str, float | None]
    beta: dict[str, float | None]
    correlation: dict[str, float | None]
    first: dict[str, float | None]
    last: dict[str, float | None]
    johnson: dict[str, float]
    pratt: dict[str, float]
    beta_squared: dict[str, float]
    car: dict[str, float]
    conditional: dict[str, tuple[float, ...]]
    status: dict[str, str]
    collinear_with: dict[str, str | None]
    noise: float | None
    noise_mean: float | None
    r2: float
    r2_adjust: float
    r2_ci: Limits | None
    n: int
    n_eff: float
    missing: int
    rank: int
    orders: int
    pairwise: bool
    distance: float
    method: str
    table: Table = field(compare=False)
    groups: Table | None = field(compare=False)
    _fit: Any = field(compare=False)

    @property
    def ranks(self) -> Table | None:
        """How sure the order is: `rank`, `rank_low`, `rank_high` and the probabilities `top_1`,
        `top_2` ... to be among the first. None without intervals."""
        return None if self.se is None else Table(_native.cx_driver_fit_ranks(self._fit))

    @property
    def complete(self) -> Table:
        """Who dominates whom, one row for each pair: `complete`, `conditional`, `general` are
        "dominates", "dominated", "undecided" or "equal"; `ahead` and `behind` are shares of models.
        Raises LimitError beyond 20 drivers, EmptyError for one."""
        return Table(_native.cx_driver_fit_dominance(self._fit))

    def to_dict(self) -> dict[str, Any]:
        """The fields by name; every value goes into JSON."""
        left_out = ("table", "groups", "_fit")
        made = {name: getattr(self, name) for name in self.__slots__ if name not in left_out}
        return made | {"conditional": {name: list(row) for name, row in self.conditional.items()}}

    def __repr__(self) -> str:
        ranked = sorted(self.importance.items(), key=lambda item: -item[1])
        words = ", ".join(f"{name} {value:.3f}" for name, value in ranked)
        return f"R2 = {self.r2:.3f} (n = {self.n}): {words}"


def _words(option: str, names: Sequence[str]) -> list[str]:
    if isinstance(names, str):
        raise OptionError(f"{option} is {names!r}; it has to be a list of names")
    return [str(name) for name in names]


def _outcome_beside(table: object, names: list[str], outcome: object) -> tuple[object, str]:
    """The table with the outcome as one more column, and its name there."""
    label = "y"
    while label in names:
        label += "_"
    if not isinstance(table, list):
        raise OptionError("y has to be the name of the outcome in this table")
    return [*table, (label, column(outcome, "y"))], label


def _rows(x: object, outcome: object, used: list[str] | None) -> tuple[object, str]:
    """The table of what is used, and the outcome's name in it."""
    if used is not None and isinstance(outcome, str):
        used = [*used, outcome]
    table = frame(x, used)
    if isinstance(outcome, str):
        return table, outcome
    return _outcome_beside(table, names_of(table), outcome)


def _members(groups: Mapping[str, Sequence[str]], names: list[str]) -> list[str | None]:
    """The group of each driver."""
    if not isinstance(groups, Mapping):
        raise OptionError("groups has to be a mapping of the name of a group to its drivers")
    of: dict[str, str] = {}
    for group, members in groups.items():
        for name in _words(f"groups[{group!r}]", members):
            if name not in names:
                raise OptionError(f"groups: {name!r} is not one of the drivers {', '.join(names)}")
            if name in of:
                raise OptionError(f"groups: {name!r} is in {of[name]!r} and in {group!r}")
            of[name] = str(group)
    return [of.get(name) for name in names]


def _errors(intervals: bool | str | None, rows: bool, drivers: int, numeric: bool = True) -> str:
    """The word of C for where errors come from; `rows`: from rows, when nothing is said."""
    if intervals is None:
        rows = rows and numeric and drivers <= _native.CX_DRIVERS_INTERVALS
        return "influence" if rows else "none"
    if isinstance(intervals, bool):
        found = "influence" if numeric else "bootstrap"
        return found if intervals else "none"
    return intervals


def _design_of(design: Design | None, clusters: object, weights: object) -> Design | None:
    if design is not None and not isinstance(design, Design):
        raise OptionError("design has to be a cxkit.Design: cx.Design(weights=..., strata=...)")
    if design is not None and weights is not None:
        raise OptionError("weights and design are both given: a design has weights")
    if clusters is None:
        return design
    if design is not None:
        raise OptionError("clusters and design are both given: a design has clusters")
    return Design(weights=weights, clusters=clusters)


def drivers(
    x: object,
    y: object,
    *,
    method: str = "shapley",
    outcome: str = "numeric",
    drivers: Sequence[str] | None = None,
    groups: Mapping[str, Sequence[str]] | None = None,
    adjust: Sequence[str] | None = None,
    weights: object = None,
    design: Design | None = None,
    clusters: object = None,
    intervals: bool | str | None = None,
    confidence: float | None = None,
    orders: int | None = None,
    draws: int | None = None,
    seed: int = 1,
    tolerance: float | None = None,
) -> Drivers:
    """What drives an outcome: its explained variance, shared out over the drivers.

    x
        Moments, or a table: a mapping of name to column, a data frame, an Arrow table
    y
        the outcome: its name in x, or a column
    method
        "shapley": the gain in R2, averaged over all orders in which drivers can enter; "johnson"
        or "genizi" (the same numbers), "first", "last", "pratt" (may be negative),
        "beta-squared", "car"
    outcome
        "numeric"; "ordinal" (at most 11 different whole numbers) or "binary": what is explained is
        then the normal variable behind the answers, by polychoric and polyserial correlations
    drivers
        names of the drivers; None: all columns but the outcome and those of `adjust`
    groups
        names of groups and of the drivers in them: orders then keep a group together (Owen)
    adjust
        names of columns whose share is taken out first, such as the segment
    weights
        survey weights >= 0
    design, clusters
        a Design of the rows, with its weights; or a column of clusters
    intervals
        None: when there are rows and the outcome is numeric; True or "influence": of the rows
        and their design; "bootstrap", which True is for other outcomes: it takes seconds there;
        "normal": as if columns were normal, all that Moments alone allow; False
    confidence
        of intervals, ranks and the noise threshold (None: 0.95)
    orders
        sample that many orders; None: exact up to 28 drivers, or as many as groups allow
    draws, seed
        of ranks and bootstrap (None: 2000; at most 400 of other than numeric outcomes), and which
    tolerance
        a column that others explain up to this fraction of its variance adds nothing

    This does not say that changing a driver would change the outcome. Raises NameNotFoundError,
    FewError (no more rows than columns), ConstantError (the outcome), LimitError (too many
    drivers), OptionError (intervals from Moments), and what Moments.add raises.

    >>> import cxkit as cx
    >>> speed, price = [1, 2, 3, 4, 5, 6], [3, 1, 2, 6, 4, 5]
    >>> d = cx.drivers({"speed": speed, "price": price}, [1, 2, 4, 4, 6, 5])
    >>> max(d.importance, key=d.importance.get)
    'speed'
    """
    first = None if adjust is None else _words("adjust", adjust)
    chosen = None if drivers is None else _words("drivers", drivers)
    used = None if chosen is None else [*chosen, *(first or ())]
    rows = not isinstance(x, Moments)
    plan = _design_of(design, clusters, weights)
    if isinstance(x, Moments):
        if not isinstance(y, str):
            raise OptionError("y has to be the name of the outcome: x holds moments")
        if weights is not None or plan is not None:
            raise OptionError("weights belong to the moments: give them to Moments.add")
        table, target, names = None, y, list(x.names)
    else:
        table, target = _rows(x, y, used)
        names = names_of(table)
    if chosen is None and groups is not None:
        chosen = [name for name in names if name != target and name not in (first or ())]
    of = None if groups is None else _members(groups, chosen or [])
    count = len(chosen) if chosen is not None else len(names) - 1 - len(first or ())
    errors = _errors(intervals, rows, count, outcome == "numeric")
    options = fill(
        _native.cx_driver_options(),
        method=number("method", method, IMPORTANCES),
        outcome=number("outcome", outcome, DRIVER_OUTCOMES),
        errors=number("intervals", errors, DRIVER_ERRORS),
        confidence=confidence,
        orders=orders,
        draws=draws,
        seed=seed,
        tolerance=tolerance,
    )
    if isinstance(x, Moments):
        with x._lock:
            made = _native.cx_driver_fit_moments(x._handle, chosen, target, options, first, of)
    else:
        given = None if plan is not None else column(weights, "weights")
        handle = None if plan is None else plan._handle
        made = _native.cx_driver_fit_rows(table, chosen, target, given, handle, options, first, of)
    return _result(made, method, groups is not None)


def _square(pairs: Table) -> dict[str, list[float]]:
    """The nearest matrix of a table of pairs, by column."""
    names = list(dict.fromkeys([*pairs["x"], *pairs["y"]]))
    found = {name: [float(name == other) for other in names] for name in names}
    for a, b, value in zip(pairs["x"], pairs["y"], pairs["nearest"]):
        if value is None:
            rows = zip(pairs["x"], pairs["y"], pairs["status"])
            bad = ", ".join(f"{x} and {y}: {word}" for x, y, word in rows if word != "CX_OK")
            raise DomainError(f"some pairs have no correlation: {bad}")
        found[a][names.index(b)] = found[b][names.index(a)] = value
    return found


def drivers_matrix(
    correlations: object,
    y: str,
    *,
    n: float | None = None,
    method: str = "shapley",
    drivers: Sequence[str] | None = None,
    groups: Mapping[str, Sequence[str]] | None = None,
    adjust: Sequence[str] | None = None,
    intervals: bool | str = False,
    confidence: float | None = None,
    orders: int | None = None,
    draws: int | None = None,
    seed: int = 1,
    tolerance: float | None = None,
) -> Drivers:
    """What drives an outcome, from a matrix of correlations: of binary and ordinal answers, say.

    correlations
        what cx.correlations or Moments.correlations gave, whose `nearest` is taken; or a square
        table: numeric columns by name, as many rows in the same order, columns of text ignored
    y
        name of the outcome
    n
        rows behind the correlations, effective ones when they were weighted; None with
        cx.correlations: the fewest behind a pair
    intervals
        False, or "normal": too narrow for correlations that are not Pearson's

    The other options are those of drivers. Raises DomainError (not a matrix of correlations),
    LengthError (not square), and what drivers raises.

    >>> import cxkit as cx
    >>> r = {"speed": [1, 0.5, 0.6], "price": [0.5, 1, 0.4], "nps": [0.6, 0.4, 1]}
    >>> round(cx.drivers_matrix(r, "nps", n=200).r2, 3)
    0.373
    """
    first = None if adjust is None else _words("adjust", adjust)
    chosen = None if drivers is None else _words("drivers", drivers)
    if not isinstance(y, str):
        raise OptionError("y has to be the name of the outcome in the matrix")
    distance = 0.0
    pairs = isinstance(correlations, Table) and "nearest" in correlations.columns
    if isinstance(correlations, Table) and pairs:
        distance = float(correlations.figures["distance"] or 0)
        n = min(correlations["n_eff"]) if n is None else n
        correlations = _square(correlations)
    if n is None:
        raise OptionError("n is missing: the number of rows behind the matrix")
    table = frame(correlations)
    if chosen is None and groups is not None:
        raise OptionError("groups of a matrix need drivers: name them too")
    of = None if groups is None else _members(groups, chosen or [])
    options = fill(
        _native.cx_driver_options(),
        method=number("method", method, IMPORTANCES),
        errors=number("intervals", _errors(intervals, False, 0), DRIVER_ERRORS),
        confidence=confidence,
        orders=orders,
        draws=draws,
        seed=seed,
        tolerance=tolerance,
    )
    made = _native.cx_driver_fit_matrix(table, chosen, y, float(n), options, first, of)
    found = _result(made, method, groups is not None)
    return replace(found, pairwise=True, distance=distance) if pairs else found


def _known(value: float) -> float | None:
    return value if value == value else None


def _result(fit: Any, method: str, grouped: bool) -> Drivers:
    table = Table(_native.cx_driver_fit_table(fit))
    names = table["name"]
    figures: Mapping[str, Any] = table.figures
    steps = [name for name in table.columns if name.startswith("conditional_")]
    conditional = zip(*(table[name] for name in steps))
    errors = "se" in table.columns

    def by_name(column: str) -> dict[str, Any]:
        return dict(zip(names, table[column]))

    def limits(low: str, high: str) -> dict[str, Any] | None:
        return dict(zip(names, zip(table[low], table[high]))) if errors else None

    return Drivers(
        importance=by_name("importance"),
        share=by_name("share"),
        se=by_name("se") if errors else None,
        ci=limits("ci_low", "ci_high"),
        share_ci=limits("share_low", "share_high"),
        mc_se=by_name("mc_se") if "mc_se" in table.columns else None,
        sign={name: None if sign is None else int(sign) for name, sign in by_name("sign").items()},
        coefficient=by_name("coefficient"),
        beta=by_name("beta"),
        correlation=by_name("correlation"),
        first=by_name("first"),
        last=by_name("last"),
        johnson=by_name("johnson"),
        pratt=by_name("pratt"),
        beta_squared=by_name("beta_squared"),
        car=by_name("car"),
        conditional=dict(zip(names, conditional)),
        status=by_name("status"),
        collinear_with=by_name("collinear_with"),
        noise=_known(figures["noise"]),
        noise_mean=_known(figures["noise_mean"]),
        r2=figures["r2"],
        r2_adjust=figures["r2_adjust"],
        r2_ci=(_known(figures["r2_low"]), _known(figures["r2_high"])) if errors else None,
        n=int(figures["n"]),
        n_eff=figures["n_eff"],
        missing=int(figures["missing"]),
        rank=int(figures["rank"]),
        orders=int(figures["orders"]),
        pairwise=bool(figures["pairwise"]),
        distance=figures["distance"],
        method=method,
        table=table,
        groups=Table(_native.cx_driver_fit_groups(fit)) if grouped else None,
        _fit=fit,
    )
