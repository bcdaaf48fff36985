"""Penalised regression: ridge, elastic net, coefficients that cannot be negative."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import _native
from ._columns import column
from ._options import PENALTIES, fill, number
from .errors import OptionError
from .moments import Moments
from .regress import outcome_of
from .table import Table

__all__ = ["Penalised", "penalised", "penalised_path"]


@dataclass(frozen=True, slots=True)
class Penalised:
    """A penalised regression; see penalised.

    The dictionaries are by name of the column; None where the column never varies.

    params
        coefficients, outcome units per unit, with the constant as "const"
    beta
        the same in standard deviations, without the constant
    kept
        names whose coefficient is not 0
    penalty, penalty_max
        used, and from where on all coefficients are 0 (for ridge: where the path starts)
    df
        effective degrees of freedom
    r2, r2_cv
        explained part of the variance, in the rows and outside the rows fitted; `r2_cv` is None
        unless the penalty was chosen by folds
    n, n_eff
        rows
    excluded
        rows left out, by reason
    table
        all of it, one row for each column
    """

    params: dict[str, float | None]
    beta: dict[str, float | None]
    kept: tuple[str, ...]
    penalty: float
    penalty_max: float
    df: float
    r2: float
    r2_cv: float | None
    n: int
    n_eff: float
    excluded: dict[str, int]
    table: Table

    def to_dict(self) -> dict[str, Any]:
        """The fields by name; every value goes into JSON."""
        made = {name: getattr(self, name) for name in self.__slots__ if name != "table"}
        return made | {"kept": list(self.kept)}

    def __repr__(self) -> str:
        return (
            f"{len(self.kept)} of {len(self.beta)} columns, penalty {self.penalty:.3g}, "
            f"R2 = {self.r2:.3f} (n = {self.n})"
        )


def _options(
    method: str,
    penalty: float | None,
    mix: float | None,
    non_negative: bool,
    one_error: bool,
    penalties: int | None,
    folds: int | None,
    seed: int | None,
) -> Any:
    return fill(
        _native.cx_penalised_options(),
        method=number("method", method, PENALTIES),
        penalty=penalty,
        mix=mix,
        non_negative=int(non_negative),
        one_error=int(one_error),
        penalties=penalties,
        folds=folds,
        seed=seed,
    )


def penalised(
    x: object,
    y: object,
    *,
    method: str = "ridge",
    penalty: float | None = None,
    mix: float | None = None,
    non_negative: bool = False,
    one_error: bool = False,
    weights: object = None,
    clusters: object = None,
    columns: Sequence[str] | None = None,
    penalties: int | None = None,
    folds: int | None = None,
    seed: int | None = None,
) -> Penalised:
    """Regression for many columns that go together: coefficients are drawn towards 0.

    There are no standard errors: a coefficient that was drawn in is biased on purpose.

    x
        a table, or Moments
    y
        the outcome: its name in x, or a column
    method
        "ridge" (all columns stay), "elastic-net" (some become 0) or "non-negative" (no penalty,
        and no coefficient below 0: for drivers that cannot hurt)
    penalty
        0 or more, in standard deviations; None: chosen by cross-validation, for Moments by
        generalised cross-validation
    mix
        of the elastic net, above 0 to 1: 1 is the lasso; None: 0.5
    non_negative
        no coefficient of an elastic net below 0
    one_error
        the largest penalty whose error is within one standard error of the least
    weights, clusters
        survey weights >= 0; rows of one key stay in one fold. Not with Moments
    columns
        names to use, of Moments; None: all but the outcome
    penalties, folds, seed
        steps of the path (100), folds (10) and what they are drawn from

    Raises FewError, ConstantError, LimitError, ConvergenceError, NameNotFoundError and what
    Moments.add raises.

    >>> import cxkit as cx
    >>> speed, price = [1, 2, 3, 4, 5, 6], [3, 1, 2, 6, 4, 5]
    >>> cx.penalised({"speed": speed, "price": price}, [1, 2, 4, 4, 6, 5], method="non-negative").kept
    ('speed',)
    """
    options = _options(method, penalty, mix, non_negative, one_error, penalties, folds, seed)
    if isinstance(x, Moments):
        if not isinstance(y, str):
            raise OptionError("y has to be the name of the outcome: x holds moments")
        if weights is not None or clusters is not None:
            raise OptionError("weights and clusters belong to rows: x holds moments")
        names = None if columns is None else [str(name) for name in columns]
        with x._lock:
            return _result(
                Table(_native.cx_penalised_moments(x._handle, y, names, options))
            )
    if columns is not None:
        raise OptionError("columns chooses from Moments: give a table of the columns wanted")
    table, outcome = outcome_of(x, y)
    handle = _native.cx_penalised(
        table, outcome, column(weights, "weights"), column(clusters, "clusters"), options
    )
    return _result(Table(handle))


def penalised_path(
    x: object,
    y: object,
    *,
    method: str = "ridge",
    mix: float | None = None,
    non_negative: bool = False,
    one_error: bool = False,
    weights: object = None,
    clusters: object = None,
    penalties: int | None = None,
    folds: int | None = None,
    seed: int | None = None,
) -> Table:
    """All penalties of `penalised`, from the largest: a row for each, with error and coefficients.

    Columns: penalty, df, r2, kept, error (mean squared, outside the fitted rows), error_se, chosen,
    and one for each column of x.

    >>> import cxkit as cx
    >>> x = {"speed": [1, 2, 3, 4, 5, 6, 7, 8], "price": [3, 1, 2, 6, 4, 5, 8, 7]}
    >>> path = cx.penalised_path(x, [1, 2, 4, 4, 6, 5, 7, 8], folds=3, penalties=5)
    >>> path.columns[:4]
    ('penalty', 'df', 'r2', 'kept')
    """
    options = _options(method, None, mix, non_negative, one_error, penalties, folds, seed)
    table, outcome = outcome_of(x, y)
    return Table(
        _native.cx_penalised_path(
            table, outcome, column(weights, "weights"), column(clusters, "clusters"), options
        )
    )


def _result(table: Table) -> Penalised:
    names = table["name"]
    figures: Mapping[str, Any] = table.figures
    kept = table["kept"]
    return Penalised(
        params={"const": figures["constant"], **dict(zip(names, table["coefficient"]))},
        beta=dict(zip(names, table["beta"])),
        kept=tuple(name for name, is_kept in zip(names, kept) if is_kept),
        penalty=figures["penalty"],
        penalty_max=figures["penalty_max"],
        df=figures["df"],
        r2=figures["r2"],
        r2_cv=figures.get("r2_cv"),
        n=int(figures["n"]),
        n_eff=figures["n_eff"],
        excluded={
            "missing": int(figures["excluded_missing"]),
            "zero_weight": int(figures["excluded_zero_weight"]),
        },
        table=table,
    )
