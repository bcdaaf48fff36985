"""Promises kept, compared as finely as they were made."""

from __future__ import annotations

from dataclasses import dataclass

from . import _native
from ._columns import column, keys
from ._options import INVALID, METHODS, RESOLUTIONS, fill, number
from ._times import moment, span, times
from .estimate import Estimate
from .table import Table
from .waits import Waits, WaitsBy

__all__ = ["Promises", "promises"]


@dataclass(frozen=True, slots=True)
class Promises:
    """Promises kept; see promises.

    kept
        the share kept of all that were due; None with `by`
    settled
        the same without open ones, which flatters; None with `by`, or when none is settled
    table
        a row for each key: kept, late, overdue, cancelled, the estimate (open: not yet due), and
        settled_value with its limits
    lateness
        seconds beyond the due time: Waits (or WaitsBy) in which a kept promise is an event at 0
        and an overdue one is censored; ``lateness.survival(86400)`` is the share later than a day
    """

    kept: Estimate | None
    settled: Estimate | None
    table: Table
    lateness: Waits | WaitsBy

    def __repr__(self) -> str:
        return repr(self.table) if self.kept is None else f"kept: {self.kept}"


def promises(
    due: object,
    done: object,
    *,
    now: object,
    resolution: str = "as due",
    made: object = None,
    cancelled: object = None,
    offset: object = 0,
    by: object = None,
    invalid: str = "exclude",
    confidence: float = 0.95,
    method: str = "wilson",
    min_n: int = 0,
) -> Promises:
    """The share of promises kept, compared as finely as the promise was made.

    due
        times or dates; a missing one is no promise and counted under "missing"
    done
        times or dates; missing where it is not done
    now
        from when open promises are seen: overdue ones are broken, the others left out and counted
        under "open"
    resolution
        "as due" (days where due holds dates or only midnights, else the time), "timestamp",
        "minute", "hour", "day"
    made
        when the promise was made, to find impossible times
    cancelled
        True where the promise was called off: counted under "not_applicable"
    offset
        of the customers' clock from UTC, in seconds or as a timedelta: where days end
    by
        one column of keys, or a table of several
    invalid
        "exclude" counts impossible times (done before made, or after now) under "out_of_range";
        "error" raises
    confidence, method
        of the share; see share
    min_n
        hides keys with fewer promises, and others beside them; without keys SuppressedError

    Raises EmptyError when no promise was due, DomainError, OptionError, LengthError,
    ColumnTypeError.

    >>> import cxkit as cx
    >>> from datetime import date, datetime
    >>> due = [date(2024, 5, 2)] * 4
    >>> done = [datetime(2024, 5, 2, 18), datetime(2024, 5, 1, 9), datetime(2024, 5, 3, 1), None]
    >>> found = cx.promises(due, done, now=datetime(2024, 5, 6))
    >>> found.kept.value, round(found.settled.value, 3)
    (0.5, 0.667)
    """
    options = fill(
        _native.cx_promise_options(),
        now=moment(now, "now"),
        resolution=number("resolution", resolution, RESOLUTIONS),
        invalid=number("invalid", invalid, INVALID),
        offset=span(offset, "offset"),
    )
    share = fill(
        _native.cx_share_options(),
        method=number("method", method, METHODS),
        confidence=confidence,
        min_n=min_n,
    )
    lateness = Waits(min_n=min_n) if by is None else WaitsBy(min_n=min_n)
    with lateness._lock:
        _native.cx_promises_add(
            lateness._handle,
            times(due, "due"),
            times(done, "done"),
            times(made, "made"),
            column(cancelled, "cancelled"),
            None if by is None else keys(by),
            options,
        )
        table = Table(_native.cx_promises_by(lateness._handle, share))
    if by is not None:
        return Promises(None, None, table, lateness)
    kept = lateness._estimate(_native.cx_promises, share)
    row = table[0]
    settled = None
    if row["kept"] + row["late"] and row["kept"] + row["late"] >= min_n:
        settled = lateness._estimate(_native.cx_promises_settled, share)
    return Promises(kept, settled, table, lateness)
