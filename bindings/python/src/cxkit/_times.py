"""Times and durations as people have them, in the forms that C reads.

Times become microseconds since 1970 UTC, dates stay days, durations become seconds. A datetime
without a time zone is taken as UTC, as NumPy does.
"""

from __future__ import annotations

from array import array
from datetime import date, datetime, timedelta, timezone
from numbers import Integral, Real
from typing import Any

from ._columns import Column, _package, column
from .errors import ColumnTypeError, OptionError

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MICROSECOND = timedelta(microseconds=1)
_UNIT_MICROSECONDS, _UNIT_DAYS = 3, 5


def _micros(moment: datetime) -> int:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return (moment - _EPOCH) // _MICROSECOND


def _mask(missing: list[bool]) -> object:
    return memoryview(bytes(missing)).cast("?") if any(missing) else None


def _first(data: list[Any] | tuple[Any, ...]) -> Any:
    return next((item for item in data if item is not None), None)


def _is_date(item: object) -> bool:
    return isinstance(item, date) and not isinstance(item, datetime)


def _builtin(item: Any) -> Any:
    """A datetime64 as a date or a datetime, NaT as None."""
    if type(item).__name__ != "datetime64":
        return item
    return (item if str(item.dtype) == "datetime64[D]" else item.astype("M8[us]")).item()


def _listed(name: str, data: list[Any] | tuple[Any, ...]) -> object:
    """A list of datetimes or of dates; any other comes back as it is."""
    first = _first(data)
    if type(first).__name__ == "datetime64":
        data = [_builtin(item) for item in data]
        first = _first(data)
    dates = _is_date(first)
    if not dates and not isinstance(first, datetime):
        return data
    numbers = []
    for row, item in enumerate(data):
        missing = item is None or item != item  # NaT
        if not missing and (_is_date(item) != dates or not isinstance(item, date)):
            raise ColumnTypeError(
                f"{name}: row {row} holds {item!r} among {'dates' if dates else 'times'}",
                column=name,
                row=row,
            )
        numbers.append(0 if missing else (item - date(1970, 1, 1)).days if dates else _micros(item))
    return Column(
        name,
        array("i" if dates else "q", numbers),
        unit=_UNIT_DAYS if dates else _UNIT_MICROSECONDS,
        mask=_mask([item is None or item != item for item in data]),
    )


def times(data: Any, role: str) -> object:
    """A column of times or of dates."""
    if _package(data) == "numpy" and str(getattr(data, "dtype", "")) == "datetime64[D]":
        missing = data != data
        return Column(
            role,
            data.astype("i8").astype("i4"),
            unit=_UNIT_DAYS,
            mask=missing if missing.any() else None,
        )
    found = column(data, role)
    if isinstance(found, Column):
        name, inner, unit, categories, mask = found.__cx_column__
        if isinstance(inner, list) and not unit and categories is None and mask is None:
            found = _listed(name, inner)
    elif isinstance(found, (list, tuple)):
        found = _listed(role, found)
    return found


def _spans(name: str, data: list[Any] | tuple[Any, ...]) -> object:
    if not isinstance(_first(data), timedelta):
        return data
    return [
        item.total_seconds() if isinstance(item, timedelta) and item == item else None
        for item in data
        if item is None or isinstance(item, timedelta) or _mixed(name, item)
    ]


def _mixed(name: str, item: object) -> bool:
    raise ColumnTypeError(f"{name}: {item!r} stands among durations", column=name)


def seconds(data: Any, role: str) -> object:
    """A column of durations: seconds, or durations of datetime, NumPy, pandas, polars or Arrow."""
    if isinstance(data, (list, tuple)):
        return _spans(role, data)
    kind = str(getattr(data, "type", getattr(data, "dtype", ""))).lower()
    if not kind.startswith(("duration", "timedelta64")):
        return column(data, role)
    name = getattr(data, "name", None) or role
    if _package(data) == "pyarrow":
        chunked = hasattr(data, "chunks")
        data = data.to_numpy() if chunked else data.to_numpy(zero_copy_only=False)
    elif hasattr(data, "to_numpy"):
        data = data.to_numpy()
    return Column(str(name), data / data.dtype.type(1, "s"))


def moment(value: object, option: str) -> int:
    """One time in microseconds since 1970 UTC."""
    if isinstance(value, datetime) and value == value:
        return _micros(value)
    if isinstance(value, date) and value == value:
        return (value - date(1970, 1, 1)).days * 86_400_000_000
    if isinstance(value, Integral) and not isinstance(value, bool):
        return int(value)
    if type(value).__name__ == "datetime64" and value == value:
        return int(value.astype("M8[us]").astype("i8"))  # type: ignore[attr-defined]
    raise OptionError(
        f"{option} is {value!r}; it has to be a time: a datetime, or microseconds since 1970 UTC"
    )


def span(value: object, option: str) -> float:
    """One duration in seconds."""
    if isinstance(value, timedelta):
        return value.total_seconds()
    if type(value).__name__ == "timedelta64" and value == value:
        return float(value / type(value)(1, "s"))  # type: ignore[call-arg, operator]
    if isinstance(value, Real) and not isinstance(value, bool):
        return float(value)
    raise OptionError(f"{option} is {value!r}; it has to be seconds or a timedelta")
