"""Correlations of every kind, and tables of two answers that any of them follows from."""

from __future__ import annotations

from collections.abc import Mapping

from . import _native
from ._columns import column, frame
from ._options import CORRELATIONS, EXCLUDED, fill, number
from ._state import State
from .errors import OptionError
from .estimate import Estimate, estimate_of
from .table import Table

__all__ = ["Crosstab", "correlate", "correlations"]

_PARTS = {"both": 0, "x": 1, "y": 2}


def _controls(partial: object) -> object:
    """A table of controls; a single column becomes one."""
    tabular = isinstance(partial, Mapping) or any(
        hasattr(partial, name) for name in ("columns", "get_columns", "column_names")
    )
    return frame(partial) if tabular else frame({"given": partial})


def correlate(
    x: object,
    y: object,
    *,
    method: str = "pearson",
    partial: object = None,
    part: str = "both",
    joint: bool = False,
    levels: int = 11,
    weights: object = None,
    confidence: float = 0.95,
) -> Estimate:
    """Correlation of two columns, -1 to 1.

    x, y
        numbers; a row that misses one is left out and counted
    method
        "pearson"; of ranks "spearman", "kendall" (tau-b), "gamma", "somers" (d of y given x); of
        the normals behind ordered answers "polychoric", "polyserial" (y is ordered); "mixed"
        takes polychoric, polyserial or Pearson as the columns are
    partial
        columns to hold constant, as a table or a single column; "pearson" and "spearman"
    part
        what they are taken out of: "both", or "x" or "y" only, the semi-partial correlation
    joint
        polychoric, polyserial: thresholds and correlation estimated at once instead of in two steps
    levels
        "mixed": a column of at most so many different whole numbers is ordered
    weights
        survey weights >= 0
    confidence
        of the interval

    Raises EmptyError, FewError, ConstantError (names the column), SingularError (names a control
    that the others explain), LimitError, DomainError, LengthError, ConvergenceError.

    >>> import cxkit as cx
    >>> cx.correlate([1, 2, 3, 4, 5], [2, 4, 6, 8, 11]).n
    5
    >>> round(cx.correlate([1, 2, 3, 4, 5], [5, 6, 7, 8, 7], method="spearman").value, 3)
    0.821
    """
    options = fill(
        _native.cx_correlate_options(),
        method=number("method", method, CORRELATIONS),
        part=number("part", part, _PARTS),
        joint=int(bool(joint)),
        levels=levels,
        confidence=confidence,
    )
    pair = (column(x, "x"), column(y, "y"))
    weighted = column(weights, "weights")
    if partial is not None:
        return estimate_of(_native.cx_partial(*pair, _controls(partial), weighted, options))
    if part != "both":
        raise OptionError(f"part is {part!r}, and partial names no column to take out")
    return estimate_of(_native.cx_correlate(*pair, weighted, options))


def correlations(
    table: object,
    *,
    method: str = "mixed",
    joint: bool = False,
    levels: int = 11,
    weights: object = None,
    confidence: float = 0.95,
) -> Table:
    """The correlation of every pair of columns, each over the rows that have both.

    table
        a mapping of name to column, a data frame, or an Arrow table
    method, joint, levels, weights, confidence
        as for correlate

    One row a pair: `x`, `y`, `correlation` (the kind that was taken), the estimate, and `nearest`,
    its value in the nearest matrix that data can have; the figures `distance` (0 where none was
    needed) and `smallest_eigenvalue`.

    >>> import cxkit as cx
    >>> t = cx.correlations({"a": [1, 2, 3, 4], "b": [1, 3, 2, 4]}, method="pearson")
    >>> t["value"], t.figures["distance"]
    ([0.8], 0.0)
    """
    options = fill(
        _native.cx_correlate_options(),
        method=number("method", method, CORRELATIONS),
        joint=int(bool(joint)),
        levels=levels,
        confidence=confidence,
    )
    return Table(_native.cx_correlations(frame(table), column(weights, "weights"), options))


class Crosstab(State):
    """How often each answer to one question came with each answer to another.

    x, y
        the scales: the least and the most answer

    Tables add up, and every correlation of two scales follows from one exactly.

    >>> import cxkit as cx
    >>> t = cx.Crosstab(y=(1, 5)).add([9, 10, 3, 6], [4, 5, 2, 3])
    >>> t.n, t.count(10, 5), t.correlate(method="kendall").value
    (4, 1, 1.0)
    """

    __slots__ = ()

    _copy_of = staticmethod(_native.cx_crosstab_copy)
    _merge_into = staticmethod(_native.cx_crosstab_merge)
    _equal = staticmethod(_native.cx_crosstab_equal)
    _size = staticmethod(_native.cx_crosstab_encoded_size)
    _encode = staticmethod(_native.cx_crosstab_encode)
    _decode = staticmethod(_native.cx_crosstab_decode)

    def __init__(self, *, x: tuple[int, int] = (0, 10), y: tuple[int, int] = (0, 10)) -> None:
        options = fill(
            _native.cx_crosstab_options(), x_min=x[0], x_max=x[1], y_min=y[0], y_max=y[1]
        )
        self._own(_native.cx_crosstab_new(options))

    def add(self, x: object, y: object, *, weights: object = None) -> Crosstab:
        """Adds respondents, and returns the table.

        x, y
            one answer each; what is missing or no answer of the scale is left out and counted
        weights
            survey weights >= 0

        Raises DomainError, LengthError, ColumnTypeError; the table is then unchanged.

        >>> import cxkit as cx
        >>> cx.Crosstab().add([9, 11, None], [8, 8, 8]).excluded["out_of_range"]
        1
        """
        given = (column(x, "x"), column(y, "y"), column(weights, "weights"))
        with self._lock:
            _native.cx_crosstab_add(self._handle, *given)
        return self

    def add_counts(self, x: object, y: object, counts: object) -> Crosstab:
        """Adds combinations counted elsewhere, such as by GROUP BY, and returns the table.

        >>> import cxkit as cx
        >>> cx.Crosstab().add_counts([0, 10], [0, 10], [10**12, 10**12]).n
        2000000000000
        """
        given = (column(x, "x"), column(y, "y"), column(counts, "counts"))
        with self._lock:
            _native.cx_crosstab_add_counts(self._handle, *given)
        return self

    def reset(self) -> None:
        """Forgets all rows; the scales stay."""
        with self._lock:
            _native.cx_crosstab_reset(self._handle)

    @property
    def n(self) -> int:
        """Respondents with two valid answers and a positive weight."""
        with self._lock:
            return int(_native.cx_crosstab_n(self._handle))

    @property
    def weighted(self) -> bool:
        """Whether any call gave weights."""
        with self._lock:
            return bool(_native.cx_crosstab_weighted(self._handle))

    @property
    def excluded(self) -> dict[str, int]:
        """Respondents left out, by reason."""
        with self._lock:
            return {
                word: int(_native.cx_crosstab_excluded(self._handle, at))
                for at, word in enumerate(EXCLUDED)
            }

    def count(self, x: int, y: int) -> int:
        """How many gave these two answers."""
        with self._lock:
            return int(_native.cx_crosstab_count(self._handle, x, y))

    def correlate(
        self,
        *,
        method: str = "pearson",
        joint: bool = False,
        levels: int = 11,
        confidence: float = 0.95,
    ) -> Estimate:
        """Any correlation of the two answers; see correlate.

        >>> import cxkit as cx
        >>> t = cx.Crosstab(x=(0, 1), y=(0, 1)).add_counts([0, 0, 1, 1], [0, 1, 0, 1], [9, 1, 1, 9])
        >>> t.correlate(method="gamma").n
        20
        """
        options = fill(
            _native.cx_correlate_options(),
            method=number("method", method, CORRELATIONS),
            joint=int(bool(joint)),
            levels=levels,
            confidence=confidence,
        )
        with self._lock:
            return estimate_of(_native.cx_crosstab_correlate(self._handle, options))

    def __repr__(self) -> str:
        return f"Crosstab of {self.n} respondents"
