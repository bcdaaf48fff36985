"""Waits until something happens, when some have not got there yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, overload

from . import _native
from ._columns import keys
from ._times import span
from .curves import Curves, curve_options
from .errors import MismatchError, NameNotFoundError, UnidentifiedError
from .estimate import Estimate
from .table import Table

__all__ = ["LogRank", "Waits", "WaitsBy", "patience"]


class Waits(Curves):
    """Waits of some customers: a state that adds up, and the curve that is read from it.

    Each wait ended in an event (gave up, was answered), was cut off before it (censored), or ended
    unknown. Memory follows the distinct waits, not the rows.

    >>> import cxkit as cx
    >>> waits = cx.Waits().add([30, 60, 60, 90], [True, False, True, False])
    >>> waits.survival(60).value
    0.5
    >>> cx.Waits.from_bytes(bytes(waits)) == waits
    True
    """

    __slots__ = ()

    @classmethod
    def from_bytes(cls, data: bytes | bytearray | memoryview) -> Waits:
        """The waits that ``bytes(waits)`` wrote. Any bytes may be given: they are validated.

        Raises FormatError, VersionError, and MismatchError for waits split by keys (a WaitsBy).
        """
        handle = cls._decode(data)
        if _native.cx_waits_key_columns(handle):
            raise MismatchError("these waits are split by keys: read them with WaitsBy.from_bytes")
        return cls._of(handle)

    def add(
        self, waits: object, ended: object, *, zero: str = "keep", invalid: str = "exclude"
    ) -> Waits:
        """Adds waits, and returns the state.

        waits
            seconds or durations; None and NaN are missing and counted
        ended
            True where the wait ended in the event, False where it was cut off, None where nobody
            knows
        zero
            waits of 0: "keep", "censor" (count as cut off), "exclude" (count as not_applicable)
        invalid
            "exclude" counts a negative wait under "out_of_range"; "error" raises

        Raises DomainError (an infinite wait, an end that is neither 0 nor 1), LengthError,
        ColumnTypeError; the state is then unchanged.

        >>> import cxkit as cx
        >>> cx.Waits().add([30, None], [True, False]).excluded["missing"]
        1
        """
        self._add(waits, ended, None, zero, invalid)
        return self

    def survival(
        self,
        t: object,
        *,
        confidence: float = 0.95,
        method: str = "log-log",
        unknown: str = "exclude",
    ) -> Estimate:
        """The share that lasts longer than t, by Kaplan and Meier.

        t
            seconds, or a timedelta
        method
            of the limits: "log-log" or "wald" (plain)
        unknown
            waits of unknown end: "exclude" (counted as missing), or the two bounds "censored" and
            "event"

        Raises EmptyError without waits, UnidentifiedError where nobody was followed to t.

        >>> import cxkit as cx
        >>> cx.patience([30, 60, 90, 120], [True, True, False, True]).survival(60)
        0.500 [0.058, 0.845] 95 % (log-log, n = 4, few)
        """
        options = curve_options(confidence, method, unknown, self.min_n)
        return self._estimate(_native.cx_waits_survival, span(t, "t"), options)

    def survival_bounds(
        self, t: object, *, confidence: float = 0.95, method: str = "log-log"
    ) -> tuple[Estimate, Estimate]:
        """The share that lasts longer than t, if all of unknown end had the event, and if none had.

        >>> import cxkit as cx
        >>> low, high = cx.patience([30, 60, 90], [True, None, False]).survival_bounds(60)
        >>> round(low.value, 3), round(high.value, 3)
        (0.333, 0.667)
        """
        low = self.survival(t, confidence=confidence, method=method, unknown="event")
        return low, self.survival(t, confidence=confidence, method=method, unknown="censored")

    def within(
        self,
        t: object,
        *,
        confidence: float = 0.95,
        method: str = "log-log",
        unknown: str = "exclude",
    ) -> Estimate:
        """The share that has had the event by t: 1 - survival(t).

        >>> import cxkit as cx
        >>> cx.patience([30, 60, 90, 120], [True, True, False, True]).within(60).value
        0.5
        """
        options = curve_options(confidence, method, unknown, self.min_n)
        return self._estimate(_native.cx_waits_within, span(t, "t"), options)

    def quantile(
        self,
        q: float,
        *,
        confidence: float = 0.95,
        method: str = "log-log",
        unknown: str = "exclude",
    ) -> Estimate:
        """The time by which a share q has had the event, in seconds.

        The upper limit is infinite, and the estimate flagged "censored", where the curve's limit
        does not come down that far.

        Raises UnidentifiedError where the curve itself does not.

        >>> import cxkit as cx
        >>> cx.patience([30, 60, 90, 120], [True, True, False, True]).quantile(0.25).value
        30.0
        """
        options = curve_options(confidence, method, unknown, self.min_n)
        return self._estimate(_native.cx_waits_quantile, q, options)

    def _median(self) -> Estimate | None:
        try:
            return self.quantile(0.5)
        except UnidentifiedError:
            return None

    @property
    def median(self) -> float | None:
        """The median in seconds; None where fewer than half have had the event."""
        found = self._median()
        return None if found is None else found.value

    @property
    def median_ci(self) -> tuple[float, float] | None:
        """The 95 % limits of the median; None without a median."""
        found = self._median()
        return None if found is None else (found.ci_low, found.ci_high)

    def restricted_mean(
        self, t: object = None, *, confidence: float = 0.95, unknown: str = "exclude"
    ) -> Estimate:
        """The mean wait when every wait is cut at t: the area under the curve, in seconds.

        t
            seconds, or a timedelta; None for the longest wait

        >>> import cxkit as cx
        >>> cx.patience([30, 60, 90, 120], [True, True, False, True]).restricted_mean(60).value
        52.5
        """
        at = (self.longest or 0.0) if t is None else span(t, "t")
        options = curve_options(confidence, "log-log", unknown, self.min_n)
        return self._estimate(_native.cx_waits_restricted_mean, at, options)

    @property
    def rate(self) -> Estimate:
        """Events for each second waited, with exact limits (the theta of Erlang-A)."""
        return self._estimate(_native.cx_waits_rate, curve_options(min_n=self.min_n))

    def __repr__(self) -> str:
        unknown = f", {self.unknown} of unknown end" if self.unknown else ""
        left_out = sum(self.excluded.values())
        return f"Waits of {self.n}, {self.events} events{unknown}, {left_out} left out"


@dataclass(frozen=True, slots=True)
class LogRank:
    """Are the curves of the groups the same?

    chi2, df, p_value
        of the log-rank test
    table
        the keys, n, and the observed and expected events of each group
    """

    chi2: float
    df: float
    p_value: float
    table: Table


class WaitsBy(Curves):
    """Waits by keys, sorted by key; what is read from them is a table with one row for each key.

    ``len``, iteration ``(key, ..., Waits)`` and ``groups[0]`` give the waits of a key.

    >>> import cxkit as cx
    >>> groups = cx.patience([5, 9, 7, 8], [1, 0, 1, 1], by=["a", "a", "b", "b"])
    >>> groups.median["value"]
    [5.0, 7.0]
    """

    __slots__ = ()

    @classmethod
    def from_bytes(cls, data: bytes | bytearray | memoryview) -> WaitsBy:
        """The waits that ``bytes(groups)`` wrote; see Waits.from_bytes."""
        handle = cls._decode(data)
        if not _native.cx_waits_key_columns(handle) and _native.cx_waits_n(handle):
            raise MismatchError("these waits are not split by keys: read them with Waits")
        return cls._of(handle)

    def add(
        self,
        waits: object,
        ended: object,
        *,
        by: object,
        zero: str = "keep",
        invalid: str = "exclude",
    ) -> WaitsBy:
        """Adds waits split by keys, and returns the state; see Waits.add.

        >>> import cxkit as cx
        >>> len(cx.WaitsBy().add([5, 9], [True, True], by=["a", "b"]))
        2
        """
        self._add(waits, ended, keys(by), zero, invalid)
        return self

    def survival(
        self,
        t: object,
        *,
        confidence: float = 0.95,
        method: str = "log-log",
        unknown: str = "exclude",
    ) -> Table:
        """The share that lasts longer than t, a row for each key; see Waits.survival."""
        options = curve_options(confidence, method, unknown, self.min_n)
        return self._rows(_native.cx_waits_survival_by, span(t, "t"), options)

    def within(
        self,
        t: object,
        *,
        confidence: float = 0.95,
        method: str = "log-log",
        unknown: str = "exclude",
    ) -> Table:
        """The share that has had the event by t, a row for each key."""
        options = curve_options(confidence, method, unknown, self.min_n)
        return self._rows(_native.cx_waits_within_by, span(t, "t"), options)

    def quantile(
        self,
        q: float,
        *,
        confidence: float = 0.95,
        method: str = "log-log",
        unknown: str = "exclude",
    ) -> Table:
        """The time by which a share q has had the event, a row for each key.

        A curve that does not come down that far has the status CX_E_UNIDENTIFIED and no value.
        """
        options = curve_options(confidence, method, unknown, self.min_n)
        return self._rows(_native.cx_waits_quantile_by, q, options)

    @property
    def median(self) -> Table:
        """The median of each key; see quantile."""
        return self.quantile(0.5)

    def restricted_mean(
        self, t: object, *, confidence: float = 0.95, unknown: str = "exclude"
    ) -> Table:
        """The mean wait when every wait is cut at t, a row for each key."""
        options = curve_options(confidence, "log-log", unknown, self.min_n)
        return self._rows(_native.cx_waits_restricted_mean_by, span(t, "t"), options)

    @property
    def rate(self) -> Table:
        """Events for each second waited, a row for each key."""
        return self._rows(_native.cx_waits_rate_by, curve_options(min_n=self.min_n))

    @property
    def logrank(self) -> LogRank:
        """The log-rank test of equal curves.

        Raises FewError when fewer than two groups have anything to compare.
        """
        table = self._rows(_native.cx_waits_logrank, curve_options(min_n=self.min_n))
        figures = {name: value or 0.0 for name, value in table.figures.items()}
        return LogRank(figures["chi2"], figures["df"], figures["p_value"], table)

    def total(self) -> Waits:
        """The waits of all keys together.

        >>> import cxkit as cx
        >>> cx.patience([5, 9], [1, 0], by=["a", "b"]).total().n
        2
        """
        with self._lock:
            made = Waits._of(_native.cx_waits_total(self._handle))
        made.min_n = self.min_n
        return made

    def _keys(self) -> dict[str, list[Any]]:
        table = self.rate
        with self._lock:
            count = int(_native.cx_waits_key_columns(self._handle))
        return {name: table[name] for name in table.columns[:count]}

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the key columns."""
        return tuple(self._keys())

    def __len__(self) -> int:
        with self._lock:
            keyed = _native.cx_waits_key_columns(self._handle)
            return int(_native.cx_waits_size(self._handle)) if keyed else 0

    def __getitem__(self, item: str | int) -> Any:
        if isinstance(item, str):
            found = self._keys()
            if item not in found:
                raise NameNotFoundError(
                    f"there is no key column {item!r}; there are {', '.join(found)}"
                )
            return found[item]
        with self._lock:
            at = item + len(self) if item < 0 else item
            if not 0 <= at < len(self):
                raise IndexError(f"there are {len(self)} keys, {item} is not one of them")
            made = Waits._of(_native.cx_waits_take(self._handle, at))
        made.min_n = self.min_n
        return made

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        rows = zip(*self._keys().values())
        return iter([(*key, self[at]) for at, key in enumerate(rows)])

    def __repr__(self) -> str:
        names = ", ".join(self.columns)
        return f"Waits of {self.n} by {names or 'nothing yet'}: {len(self)} keys"


@overload
def patience(
    wait: object,
    abandoned: object,
    *,
    by: None = None,
    zero: str = "keep",
    invalid: str = "exclude",
    min_n: int = 0,
) -> Waits: ...


@overload
def patience(
    wait: object,
    abandoned: object,
    *,
    by: object,
    zero: str = "keep",
    invalid: str = "exclude",
    min_n: int = 0,
) -> WaitsBy: ...


def patience(
    wait: object,
    abandoned: object,
    *,
    by: object = None,
    zero: str = "keep",
    invalid: str = "exclude",
    min_n: int = 0,
) -> Waits | WaitsBy:
    """How long customers are ready to wait: those who are answered hide how long they would have.

    wait
        seconds in the queue, or durations
    abandoned
        True where the customer gave up, False where answered, None where nobody knows
    by
        one column of keys, or a table of several: the result is then a WaitsBy
    zero
        waits of 0: "keep", "censor", "exclude"; see Waits.add
    invalid
        "exclude" counts a negative wait; "error" raises

    min_n
        keys with fewer waits are hidden in every table, and others beside them, so that none
        follows from the rest; without keys SuppressedError

    Raises what Waits.add raises.

    >>> import cxkit as cx
    >>> curve = cx.patience([30, 60, 90, 120, 200], [True, True, False, True, False])
    >>> curve.median, curve.median_ci
    (120.0, (30.0, inf))
    """
    if by is None:
        return Waits(min_n=min_n).add(wait, abandoned, zero=zero, invalid=invalid)
    return WaitsBy(min_n=min_n).add(wait, abandoned, by=by, zero=zero, invalid=invalid)
