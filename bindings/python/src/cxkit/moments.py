"""What every linear method needs of several columns, as a state that adds up."""

from __future__ import annotations

import math
from collections.abc import Sequence

from . import _native
from ._columns import column, frame
from ._options import EXCLUDED, fill
from ._state import State
from .errors import NameNotFoundError, OptionError
from .estimate import Estimate, estimate_of
from .table import Table

__all__ = ["Moments"]


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value


class Moments(State):
    """Means, variances and correlations of several columns, from any number of calls.

    names
        the names of the columns
    missing
        "listwise": a row with a missing value in any of them is left out of all, and counted;
        "pairwise": a missing value costs its column's pairs only

    >>> import cxkit as cx
    >>> m = cx.Moments(["speed", "nps"])
    >>> m = m.add({"speed": [1, 2, 3, 4], "nps": [2, 3, 5, 9]})
    >>> m.n, m.mean("nps")
    (4, 4.75)
    """

    __slots__ = ()

    _copy_of = staticmethod(_native.cx_moments_copy)
    _merge_into = staticmethod(_native.cx_moments_merge)
    _equal = staticmethod(_native.cx_moments_equal)
    _size = staticmethod(_native.cx_moments_encoded_size)
    _encode = staticmethod(_native.cx_moments_encode)
    _decode = staticmethod(_native.cx_moments_decode)

    def __init__(self, names: Sequence[str], *, missing: str = "listwise") -> None:
        if isinstance(names, str):
            raise OptionError(f"names is {names!r}; it has to be a list of names")
        if missing not in ("listwise", "pairwise"):
            raise OptionError(f"missing is {missing!r}; it has to be listwise or pairwise")
        make = _native.cx_moments_new if missing == "listwise" else _native.cx_moments_new_pairwise
        self._own(make(list(names)))

    def add(self, table: object, *, weights: object = None) -> Moments:
        """Adds rows, and returns the state.

        table
            a mapping of name to column, a data frame, or an Arrow table; other columns are ignored
        weights
            survey weights >= 0; a row of weight 0 is left out and counted

        Raises NameNotFoundError (a column is not there), DomainError (an infinite value, a bad
        weight), LengthError, ColumnTypeError; the state is then unchanged.

        >>> import cxkit as cx
        >>> cx.Moments(["a"]).add({"a": [1.0, None]}).excluded["missing"]
        1
        """
        given = frame(table, list(self.names))
        with self._lock:
            _native.cx_moments_add(self._handle, given, column(weights, "weights"))
        return self

    def subtract(self, other: Moments) -> Moments:
        """Takes another state's rows out again, for rolling windows; returns this state.

        Raises DomainError when the other state holds rows that this one does not.

        >>> import cxkit as cx
        >>> old = cx.Moments(["a"]).add({"a": [1, 2]})
        >>> both = old + cx.Moments(["a"]).add({"a": [3, 4]})
        >>> both.subtract(old).n
        2
        """
        first, second = sorted((self, other), key=id)
        with first._lock, second._lock:
            _native.cx_moments_subtract(self._handle, other._handle)
        return self

    def reset(self) -> None:
        """Forgets all rows; the columns stay."""
        with self._lock:
            _native.cx_moments_reset(self._handle)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        handle = self._handle
        return tuple(
            _native.cx_moments_name(handle, at) for at in range(_native.cx_moments_columns(handle))
        )

    @property
    def pairwise(self) -> bool:
        """Whether each pair of columns stands on its own rows."""
        return bool(_native.cx_moments_pairwise(self._handle))

    @property
    def n(self) -> int:
        """Complete rows with a positive weight; of a pairwise state those with any value."""
        with self._lock:
            return int(_native.cx_moments_n(self._handle))

    @property
    def n_eff(self) -> float:
        """The effective number of rows; n without weights."""
        with self._lock:
            return float(_native.cx_moments_n_eff(self._handle))

    @property
    def sum_w(self) -> float:
        """Sum of the weights of those rows."""
        with self._lock:
            return float(_native.cx_moments_sum_w(self._handle))

    @property
    def weighted(self) -> bool:
        """Whether any call gave weights."""
        with self._lock:
            return bool(_native.cx_moments_weighted(self._handle))

    @property
    def excluded(self) -> dict[str, int]:
        """Rows left out, by reason."""
        with self._lock:
            return {
                word: _native.cx_moments_excluded(self._handle, at)
                for at, word in enumerate(EXCLUDED)
            }

    @property
    def missing(self) -> dict[str, int]:
        """Rows in which each column was missing; a row may miss several."""
        with self._lock:
            return {
                name: _native.cx_moments_missing(self._handle, at)
                for at, name in enumerate(self.names)
            }

    def _at(self, name: str) -> int:
        at = int(_native.cx_moments_find(self._handle, name))
        if at < 0:
            raise NameNotFoundError(
                f"there is no column {name!r}; there are {', '.join(self.names)}"
            )
        return at

    def n_pair(self, one: str, other: str) -> int:
        """Rows that two columns stand on together."""
        with self._lock:
            return int(
                _native.cx_moments_n_pair(self._handle, self._at(one), self._at(other))
            )

    def mean(self, name: str) -> float | None:
        """The weighted mean of a column; None without rows."""
        with self._lock:
            return _known(_native.cx_moments_mean(self._handle, self._at(name)))

    def variance(self, name: str) -> float | None:
        """The variance of a column, divisor n - 1; None for fewer than two rows."""
        with self._lock:
            return _known(_native.cx_moments_variance(self._handle, self._at(name)))

    def covariance(self, one: str, other: str) -> float | None:
        """The covariance of two columns, divisor n - 1; None for fewer than two rows."""
        with self._lock:
            return _known(
                _native.cx_moments_covariance(self._handle, self._at(one), self._at(other))
            )

    def correlation(self, one: str, other: str) -> float | None:
        """Pearson's correlation; None for fewer than two rows or a constant column."""
        with self._lock:
            return _known(
                _native.cx_moments_correlation(self._handle, self._at(one), self._at(other))
            )

    def correlate(self, one: str, other: str, *, confidence: float = 0.95) -> Estimate:
        """Pearson's correlation of two columns with its interval; see correlate.

        >>> import cxkit as cx
        >>> m = cx.Moments(["a", "b"]).add({"a": [1, 2, 3, 4, 5], "b": [1, 3, 2, 5, 4]})
        >>> round(m.correlate("a", "b").value, 3)
        0.8
        """
        options = fill(_native.cx_correlate_options(), confidence=confidence)
        with self._lock:
            return estimate_of(
                _native.cx_moments_pearson(self._handle, self._at(one), self._at(other), options)
            )

    def correlations(self, *, confidence: float = 0.95) -> Table:
        """Pearson's correlation of every pair of columns; see correlations.

        >>> import cxkit as cx
        >>> m = cx.Moments(["a", "b"], missing="pairwise")
        >>> m.add({"a": [1, 2, 3, 4], "b": [1, 3, 2, None]}).correlations()["n"]
        [3]
        """
        options = fill(_native.cx_correlate_options(), confidence=confidence)
        with self._lock:
            return Table(_native.cx_moments_correlations(self._handle, options))

    def __repr__(self) -> str:
        return f"Moments of {self.n} rows: {', '.join(self.names)}"
