"""Results of many rows."""

from __future__ import annotations

import html
import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any, Literal

from . import _native
from .errors import NameNotFoundError, OptionError

_SHOWN = 20
_EPOCH = datetime(1970, 1, 1)


def _cell(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _time(micros: int) -> datetime | int:
    """Microseconds since 1970 as a time without a zone; the number where datetime has none."""
    try:
        return _EPOCH + timedelta(microseconds=micros)
    except OverflowError:
        return micros


class Table:
    """Named columns of equal length, and figures about the whole. Cannot be changed.

    ``table["name"]`` is a column as a list (None is missing), ``table[0]`` a row as a dict;
    iteration goes over rows. Any reader of the Arrow stream protocol takes the table without a
    copy: ``polars.DataFrame(result)``, ``pyarrow.table(result)``,
    ``duckdb.sql("from result")``.

    >>> import cxkit as cx
    >>> table = cx.nps([10, 9, 3, 8], by=["a", "a", "b", "b"])
    >>> table["key"], [round(value) for value in table["value"]]
    (['a', 'b'], [100, -50])
    """

    __slots__ = ("_handle", "_lists", "_figures", "_names")

    def __init__(self, handle: Any) -> None:
        self._handle = handle
        self._names: tuple[str, ...] = tuple(
            _native.cx_table_column_name(handle, at)
            for at in range(_native.cx_table_columns(handle))
        )
        for name in self._names:
            if self._names.count(name) > 1:
                raise OptionError(
                    f"the key {name!r} has the name of another column of the result: rename it"
                )
        self._lists: dict[str, list[Any]] = {}
        self._figures: dict[str, float | None] = {}
        for at in range(_native.cx_table_figures(handle)):
            value = _native.cx_table_figure(handle, at)
            name = _native.cx_table_figure_name(handle, at)
            self._figures[name] = None if math.isnan(value) else value

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        return self._names

    @property
    def figures(self) -> dict[str, float | None]:
        """Figures about the whole table, by name; None is missing."""
        return dict(self._figures)

    def _position(self, name: str) -> int:
        try:
            return self._names.index(name)
        except ValueError:
            raise NameNotFoundError(
                f"there is no column {name!r}; there are {', '.join(self._names)}"
            ) from None

    def _list(self, name: str) -> list[Any]:
        found = self._lists.get(name)
        if found is None:
            at = self._position(name)
            found = _native.cx_table_list(self._handle, at)
            if _native.cx_table_times(self._handle, at):
                found = [None if micros is None else _time(micros) for micros in found]
            self._lists[name] = found
        return found

    def column(self, name: str) -> memoryview:
        """The numbers of a column, for NumPy and the like; missing is NaN, times are microseconds.

        Text has no such form: use ``table[name]``.

        >>> import cxkit as cx
        >>> cx.nps([10, 3], by=[1, 2]).column("n").tolist()
        [1, 1]
        """
        found = _native.cx_table_bytes(self._handle, self._position(name))
        if found is None:
            raise OptionError(f"the column {name!r} holds text: use table[{name!r}]")
        form, data = found
        return memoryview(data).cast(form)

    def to_dict(self) -> dict[str, list[Any]]:
        """The columns by name, as new lists."""
        return {name: list(self._list(name)) for name in self._names}

    def to_frame(self, backend: Literal["pandas", "polars"] = "pandas") -> Any:
        """A data frame; pandas or polars has to be installed."""
        if backend == "pandas":
            pandas = import_module("pandas")
            return pandas.DataFrame(self.to_dict(), columns=list(self._names))
        if backend == "polars":
            return import_module("polars").DataFrame(self)
        raise OptionError(f"backend is {backend!r}; it has to be pandas or polars")

    def __len__(self) -> int:
        return int(_native.cx_table_rows(self._handle))

    def __iter__(self) -> Iterator[dict[str, Any]]:
        lists = [self._list(name) for name in self._names]
        return (dict(zip(self._names, row)) for row in zip(*lists))

    def __getitem__(self, item: str | int) -> Any:
        if isinstance(item, str):
            return list(self._list(item))
        return {name: self._list(name)[item] for name in self._names}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Table):
            return NotImplemented
        return (
            self._names == other._names
            and self._figures == other._figures
            and self.to_dict() == other.to_dict()
        )

    __hash__ = None  # type: ignore[assignment]

    def __copy__(self) -> Table:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Table:
        return self

    def __reduce__(self) -> Any:
        raise TypeError("a Table is not pickled: send table.to_dict() and table.figures")

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The Arrow stream protocol: one batch, nothing copied."""
        return _native.cx_table_capsule(self._handle)

    def __arrow_c_schema__(self) -> object:
        """The Arrow schema protocol."""
        return _native.cx_table_schema_capsule(self._handle)

    def _shown(self) -> tuple[list[list[str]], str]:
        rows = [[_cell(self._list(name)[at]) for name in self._names] for at in range(self._cut())]
        left = len(self) - self._cut()
        return rows, f"... {left} more rows" if left else ""

    def _cut(self) -> int:
        return min(len(self), _SHOWN)

    def __repr__(self) -> str:
        rows, more = self._shown()
        cells = [list(self._names), *rows]
        widths = [max(len(row[at]) for row in cells) for at in range(len(self._names))]
        lines = ["  ".join(text.rjust(width) for text, width in zip(row, widths)) for row in cells]
        figures = ", ".join(f"{name} = {_cell(value)}" for name, value in self._figures.items())
        return "\n".join(line for line in (*lines, more, figures) if line)

    def _repr_html_(self) -> str:
        rows, more = self._shown()
        head = "".join(f"<th>{html.escape(name)}</th>" for name in self._names)
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(text)}</td>" for text in row) + "</tr>"
            for row in rows
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"
