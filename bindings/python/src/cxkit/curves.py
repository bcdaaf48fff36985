"""What waits with and without keys have in common: the state, and the curve."""

from __future__ import annotations

import math
from typing import Any, TypeVar

from . import _native
from ._columns import column
from ._options import EXCLUDED, INVALID, METHODS, UNKNOWN, ZERO, fill, number
from ._state import State
from ._times import seconds
from .estimate import Estimate, estimate_of
from .table import Table

__all__: list[str] = []


def curve_options(
    confidence: float = 0.95, method: str = "log-log", unknown: str = "exclude", min_n: int = 0
) -> Any:
    """How a curve is read."""
    return fill(
        _native.cx_curve_options(),
        confidence=confidence,
        method=number("method", method, METHODS),
        unknown=number("unknown", unknown, UNKNOWN),
        min_n=min_n,
    )


C = TypeVar("C", bound="Curves")


class Curves(State):
    """What waits with and without keys have in common.

    min_n
        fewest waits of a figure that is shown: below it keys are hidden, and others beside them; it
        belongs to this object and not to its bytes
    """

    __slots__ = ("min_n",)

    min_n: int

    _copy_of = staticmethod(_native.cx_waits_copy)
    _merge_into = staticmethod(_native.cx_waits_merge)
    _equal = staticmethod(_native.cx_waits_equal)
    _size = staticmethod(_native.cx_waits_encoded_size)
    _encode = staticmethod(_native.cx_waits_encode)
    _decode = staticmethod(_native.cx_waits_decode)

    def __init__(self, *, min_n: int = 0) -> None:
        self._own(_native.cx_waits_new())
        self.min_n = min_n

    def _own(self, handle: Any) -> None:
        super()._own(handle)
        self.min_n = 0

    def copy(self: C) -> C:
        """A second state with the same content."""
        made = super().copy()
        made.min_n = self.min_n
        return made

    def _add(self, waits: object, ended: object, by: object, zero: str, invalid: str) -> None:
        options = fill(
            _native.cx_waits_options(),
            zero=number("zero", zero, ZERO),
            invalid=number("invalid", invalid, INVALID),
        )
        durations = seconds(waits, "waits")
        ends = column(ended, "ended")
        with self._lock:
            _native.cx_waits_add(self._handle, durations, ends, by, options)

    def reset(self) -> None:
        """Forgets all waits."""
        with self._lock:
            _native.cx_waits_reset(self._handle)

    @property
    def n(self) -> int:
        """Waits whose end is known."""
        with self._lock:
            return int(_native.cx_waits_n(self._handle))

    @property
    def events(self) -> int:
        """Waits that ended in the event."""
        with self._lock:
            return int(_native.cx_waits_events(self._handle))

    @property
    def unknown(self) -> int:
        """Waits whose end is unknown."""
        with self._lock:
            return int(_native.cx_waits_unknown(self._handle))

    @property
    def longest(self) -> float | None:
        """The longest wait with a known end, in seconds; None without any."""
        with self._lock:
            found = float(_native.cx_waits_longest(self._handle))
        return None if math.isnan(found) else found

    @property
    def excluded(self) -> dict[str, int]:
        """Rows left out, by reason."""
        with self._lock:
            return {
                word: _native.cx_waits_excluded(self._handle, at)
                for at, word in enumerate(EXCLUDED)
            }

    def curve(
        self, *, confidence: float = 0.95, method: str = "log-log", unknown: str = "exclude"
    ) -> Table:
        """The Kaplan-Meier curve, a row for each distinct wait (and key).

        confidence, method, unknown
            as in Waits.survival

        Columns: the keys, time, at_risk (just before time), events, censored, survival, se,
        ci_low, ci_high.

        >>> import cxkit as cx
        >>> cx.patience([5, 9, 9], [True, False, True]).curve()["at_risk"]
        [3, 2]
        """
        options = curve_options(confidence, method, unknown, self.min_n)
        with self._lock:
            return Table(_native.cx_waits_curve(self._handle, options))

    @property
    def table(self) -> Table:
        """The curve with its usual options; see curve."""
        return self.curve()

    def _estimate(self, function: Any, *arguments: Any) -> Estimate:
        with self._lock:
            return estimate_of(function(self._handle, *arguments))

    def _rows(self, function: Any, *arguments: Any) -> Table:
        with self._lock:
            return Table(function(self._handle, *arguments))
