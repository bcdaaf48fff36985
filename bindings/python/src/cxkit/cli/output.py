"""Tables to stdout in four forms; progress to a terminal."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import sys
import tempfile
from argparse import Namespace
from collections.abc import Callable, Iterator
from typing import Any

from ..report.problem import FileProblem, Problem
from ..report.shapes import Row

SCHEMA_VERSION = 1
HIDDEN = "hidden"


def emit(rows: list[Row], form: str, what: str) -> None:
    """Rows (dictionaries with the same keys) to stdout."""
    {"json": emit_json, "csv": emit_csv, "arrow": emit_arrow, "table": emit_table}[form](rows, what)


def emit_json(rows: list[Row], what: str) -> None:
    print(
        json.dumps(
            {"schema_version": SCHEMA_VERSION, "command": what, "rows": rows},
            ensure_ascii=False,
            indent=2,
            allow_nan=False,
        )
    )


def flat(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return " ".join(map(str, value))
    if isinstance(value, dict):
        return " ".join(f"{key}={count}" for key, count in value.items())
    return "" if value is None else value


def emit_csv(rows: list[Row], what: str) -> None:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: flat(value) for key, value in row.items()} for row in rows)
    sys.stdout.write(out.getvalue())


def emit_arrow(rows: list[Row], what: str) -> None:
    try:
        import pyarrow  # type: ignore[import-untyped, unused-ignore]
    except ModuleNotFoundError:
        problem = Problem("--format arrow needs pyarrow: pip install pyarrow")
        problem.exit_status = 2
        raise problem from None
    table = pyarrow.Table.from_pylist(
        [
            {
                key: flat(value) if isinstance(value, (list, tuple, dict)) else value
                for key, value in row.items()
            }
            for row in rows
        ]
    )
    sink = io.BytesIO()
    with pyarrow.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    sys.stdout.buffer.write(sink.getvalue())


def short(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 1 else f"{value:,.2f}"
    if isinstance(value, int):
        return f"{value:,}"
    return str(flat(value))


def emit_table(rows: list[Row], what: str) -> None:
    """Aligned columns; columns that are empty in every row are left out."""
    if not rows:
        return
    names = [name for name in rows[0] if any(flat(row[name]) != "" for row in rows)]
    cells = [[short(row[name]) for name in names] for row in rows]
    numeric = [
        all(row[name] == HIDDEN or isinstance(row[name], (int, float, type(None))) for row in rows)
        for name in names
    ]
    widths = [max(len(line[i]) for line in [names, *cells]) for i in range(len(names))]
    for line in [names, *cells]:
        text = "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(line, widths, numeric)
        )
        print(text.rstrip())


@contextlib.contextmanager
def progress(chosen: Namespace) -> Iterator[Callable[[str], None]]:
    """A function that takes a line of progress; it shows only on a terminal."""
    if chosen.quiet or not sys.stderr.isatty():
        yield lambda text: None
        return
    from rich.console import Console

    plain = chosen.no_color or "NO_COLOR" in os.environ
    console = Console(stderr=True, no_color=plain, highlight=False)
    with console.status("starting") as status:
        yield lambda text: status.update(text)


def write_whole(path: str, text: str) -> None:
    """Writes a file at once or not at all: a new file beside it takes its place."""
    folder = os.path.dirname(os.path.abspath(path))
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(prefix=".cxkit-", suffix=".tmp", dir=folder)
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(temporary, 0o666 & ~mask)
        os.replace(temporary, path)
    except OSError as error:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)
        raise FileProblem(f"{path}: cannot be written: {error.strerror}") from None
