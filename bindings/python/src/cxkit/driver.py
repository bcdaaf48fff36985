"""What drives an outcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import _native
from ._columns import column, frame, names_of
from ._options import IMPORTANCES, fill, number
from .errors import OptionError
from .moments import Moments
from .table import Table

__all__ = ["Drivers", "drivers"]


@dataclass(frozen=True, slots=True)
class Drivers:
    """The explained variance of an outcome, shared out; see drivers.

    The dictionaries are by name of the driver, in the order given; None is missing.

    importance
        part of the outcome's variance; they add up to `r2` (less what `adjust` takes out)
    share
        importance / sum of importances
    sign, coefficient, beta
        of the model with all drivers: direction, outcome units per unit, standard deviations
    correlation, first, last
        with the outcome alone, and the gains when entering first and last
    conditional
        mean gain over the models with 0, 1, ... other drivers
    r2, r2_adjust
        of the model with everything, and of the adjusting columns alone
    n, n_eff
        rows
    rank
        columns of the model that are not redundant
    table
        all of it, one row for each driver
    """

    importance: dict[str, float]
    share: dict[str, float | None]
    sign: dict[str, int | None]
    coefficient: dict[str, float | None]
    beta: dict[str, float | None]
    correlation: dict[str, float | None]
    first: dict[str, float | None]
    last: dict[str, float | None]
    conditional: dict[str, tuple[float, ...]]
    r2: float
    r2_adjust: float
    n: int
    n_eff: float
    rank: int
    table: Table

    def to_dict(self) -> dict[str, Any]:
        """The fields by name; every value goes into JSON."""
        made = {name: getattr(self, name) for name in self.__slots__ if name != "table"}
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


def _moments(
    x: object, outcome: object, weights: object, used: list[str] | None
) -> tuple[Moments, str]:
    """The state, and the outcome's name in it."""
    if isinstance(x, Moments):
        if not isinstance(outcome, str):
            raise OptionError("y has to be the name of the outcome: x holds moments")
        if weights is not None:
            raise OptionError("weights belong to the moments: give them to Moments.add")
        return x, outcome
    if used is not None and isinstance(outcome, str):
        used = [*used, outcome]
    table = frame(x, used)
    names = names_of(table)
    if isinstance(outcome, str):
        label = outcome
    else:
        table, label = _outcome_beside(table, names, outcome)
        names = [*names, label]
    if used is not None:
        names = [name for name in names if name in used or name == label]
    state = Moments(names)
    _native.cx_moments_add(state._handle, table, column(weights, "weights"))
    return state, label


def drivers(
    x: object,
    y: object,
    *,
    method: str = "shapley",
    drivers: Sequence[str] | None = None,
    adjust: Sequence[str] | None = None,
    weights: object = None,
    tolerance: float | None = None,
) -> Drivers:
    """What drives an outcome: its explained variance, shared out exactly over the drivers.

    x
        Moments, or a table: a mapping of name to column, a data frame, an Arrow table
    y
        the outcome: its name in x, or a column
    method
        "shapley": the gain in R2, averaged over all orders in which drivers can enter
    drivers
        names of the drivers; None: all columns but the outcome and those of `adjust`
    adjust
        names of columns whose share is taken out first, such as the segment
    weights
        survey weights >= 0
    tolerance
        a column that others explain up to this fraction of its variance adds nothing

    This does not say that changing a driver would change the outcome. Raises NameNotFoundError,
    FewError (no more rows than columns), ConstantError (the outcome), LimitError (too many
    drivers), and what Moments.add raises.

    >>> import cxkit as cx
    >>> speed, price = [1, 2, 3, 4, 5, 6], [3, 1, 2, 6, 4, 5]
    >>> d = cx.drivers({"speed": speed, "price": price}, [1, 2, 4, 4, 6, 5])
    >>> max(d.importance, key=d.importance.get)
    'speed'
    """
    first = None if adjust is None else _words("adjust", adjust)
    chosen = None if drivers is None else _words("drivers", drivers)
    used = None if chosen is None else [*chosen, *(first or ())]
    state, outcome = _moments(x, y, weights, used)
    options = fill(
        _native.cx_driver_options(),
        method=number("method", method, IMPORTANCES),
        tolerance=tolerance,
    )
    with state._lock:
        table = Table(_native.cx_drivers(state._handle, chosen, outcome, options, first))
    return _result(table)


def _result(table: Table) -> Drivers:
    names = table["name"]
    figures: Mapping[str, Any] = table.figures
    steps = [name for name in table.columns if name.startswith("conditional_")]
    conditional = zip(*(table[name] for name in steps))

    def by_name(column: str) -> dict[str, Any]:
        return dict(zip(names, table[column]))

    return Drivers(
        importance=by_name("importance"),
        share=by_name("share"),
        sign={name: None if sign is None else int(sign) for name, sign in by_name("sign").items()},
        coefficient=by_name("coefficient"),
        beta=by_name("beta"),
        correlation=by_name("correlation"),
        first=by_name("first"),
        last=by_name("last"),
        conditional=dict(zip(names, conditional)),
        r2=figures["r2"],
        r2_adjust=figures["r2_adjust"],
        n=int(figures["n"]),
        n_eff=figures["n_eff"],
        rank=int(figures["rank"]),
        table=table,
    )
