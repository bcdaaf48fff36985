"""What people hand over as a column or a table, in the forms that C reads.

C reads lists and tuples, buffers and Arrow capsules by itself. Here are the rest: the types of
NumPy and pandas that say less in their buffer than they mean. Neither has to be installed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .errors import ColumnTypeError, NameNotFoundError

_UNITS = {"s": 1, "ms": 2, "us": 3, "ns": 4}
_WHOLE_SECONDS = ("m", "h", "D", "W")


class Column:
    """Data with what belongs to it: name, unit of time, categories, mask (True is missing)."""

    __slots__ = ("__cx_column__",)

    def __init__(
        self,
        name: str,
        data: object,
        *,
        unit: int = 0,
        categories: list[str] | None = None,
        mask: object = None,
    ) -> None:
        self.__cx_column__ = (name, data, unit, categories, mask)


def _refuse(name: str, text: str) -> ColumnTypeError:
    return ColumnTypeError(f"{name}: {text}", column=name)


def _package(data: object) -> str:
    return type(data).__module__.partition(".")[0]


def _times(name: str, data: Any) -> Column:
    unit = str(data.dtype).partition("[")[2].rstrip("]")
    if unit in _WHOLE_SECONDS:
        data, unit = data.astype("M8[s]"), "s"
    if unit not in _UNITS:
        raise _refuse(name, f"times of type {data.dtype} are not read: use datetime64[us]")
    missing = data != data  # NaT
    return Column(name, data.view("i8"), unit=_UNITS[unit], mask=missing if missing.any() else None)


def _numpy(name: str, data: Any) -> object:
    if hasattr(data, "filled"):
        raise _refuse(
            name,
            "a masked array would be read without its mask: convert it, such as "
            "x.astype(float).filled(float('nan'))",
        )
    kind = data.dtype.kind
    if kind == "M":
        return _times(name, data)
    if kind == "m":
        raise _refuse(name, "durations are not read: give seconds, x / numpy.timedelta64(1, 's')")
    if kind in "OUT" and data.ndim == 1:
        data = data.tolist()
    return Column(name, data)


def _pandas(data: Any, role: str) -> object:
    name = getattr(data, "name", None)
    name = name if isinstance(name, str) and name else role
    if hasattr(data, "columns"):
        if len(data.columns) != 1:
            raise _refuse(name, f"this is a table of {len(data.columns)} columns: select one")
        return _pandas(data.iloc[:, 0], role)
    dtype = data.dtype
    if hasattr(dtype, "categories"):
        codes = (data.cat.codes if hasattr(data, "cat") else data.codes).copy()
        codes = codes.to_numpy() if hasattr(codes, "to_numpy") else codes
        return Column(name, codes, categories=[str(word) for word in dtype.categories])
    if hasattr(dtype, "pyarrow_dtype"):
        array = data.array if hasattr(data, "array") else data
        return Column(name, array.__arrow_array__())
    if hasattr(dtype, "numpy_dtype") and hasattr(dtype, "na_value"):  # Int64, boolean, Float64
        plain = data.to_numpy(dtype=dtype.numpy_dtype, na_value=0)
        missing = data.isna()
        missing = missing.to_numpy() if hasattr(missing, "to_numpy") else missing
        return Column(name, plain, mask=missing if missing.any() else None)
    if hasattr(dtype, "tz"):
        return _numpy(name, data.to_numpy(dtype=f"M8[{dtype.unit}]"))
    if hasattr(dtype, "isnative") and dtype.kind != "O":
        return _numpy(name, data.to_numpy())
    values = data.to_numpy(dtype=object)
    missing = data.isna()
    return Column(name, [None if gone else item for item, gone in zip(values, missing)])


def column(data: Any, role: str) -> object:
    """One column in a form that C reads; what C reads already comes back as it is.

    role: the parameter's name, for messages about a column without a name of its own.
    """
    if data is None or type(data) in (list, tuple):
        return data
    package = _package(data)
    if package == "pandas":
        return _pandas(data, role)
    if package == "numpy" and hasattr(data, "dtype"):
        return _numpy(role, data)
    if hasattr(data, "collect") and hasattr(data, "lazy"):
        raise _refuse(role, "a lazy frame holds no data yet: collect it and select a column")
    return data


def is_table(data: Any) -> bool:
    """Whether this holds several named columns."""
    return isinstance(data, Mapping) or hasattr(data, "columns")


def frame(data: Any, wanted: list[str] | None = None) -> object:
    """A table as a list of (name, column); an Arrow table as (table, wanted).

    Columns that are not wanted are left alone, so that they need not be readable.
    """
    if isinstance(data, Mapping):
        pairs = [(name, data[name]) for name in data]
    elif _package(data) == "pandas" and hasattr(data, "columns"):
        pairs = [(name, data.iloc[:, at]) for at, name in enumerate(data.columns)]
    elif hasattr(data, "get_columns"):
        pairs = [(series.name, series) for series in data.get_columns()]
    elif hasattr(data, "column_names") and hasattr(data, "itercolumns"):
        pairs = list(zip(data.column_names, data.itercolumns()))
    else:
        return (data, wanted)
    names = [str(name) for name, _ in pairs]
    for name in wanted or ():
        if name not in names:
            raise NameNotFoundError(
                f"there is no column {name!r}; there are {', '.join(names)}", column=name
            )
    return [
        (name, column(values, name))
        for name, (_, values) in zip(names, pairs)
        if wanted is None or name in wanted
    ]


def keys(by: Any) -> object:
    """The columns to group by: one column, or a table of several."""
    if is_table(by):
        return frame(by)
    name = getattr(by, "name", None)
    name = name if isinstance(name, str) and name else "key"
    return [(name, column(by, name))]


def names_of(table: Any) -> list[str]:
    """The names of the columns that frame(table) gives."""
    if isinstance(table, list):
        return [name for name, _ in table]
    table = table[0]
    for attribute in ("column_names", "columns"):
        found = getattr(table, attribute, None)
        if found is not None:
            return [str(name) for name in found]
    raise ColumnTypeError(
        f"a {type(table).__name__} is not a table: give a mapping of name to column, or a data "
        "frame"
    )
