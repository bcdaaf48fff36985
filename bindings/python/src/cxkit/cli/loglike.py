"""doctor: files that are logs of contacts, promises or cases, told by names and values."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ..report import csvfile
from ..report.source import Source, is_parquet
from . import surveylike

if TYPE_CHECKING:
    from .examine import Column

SCORES = {"nps", "five", "seven", "verbal"}
FLAG = {"yes", "no", "y", "n", "true", "false", "t", "f", "0", "1"}
NOBODY = {"0", "-1", "unknown", "anonymous", "none", "n/a", "null"}
CUSTOMER = r"customer|client|caller|account|member|subscriber|user"
NAMES = {
    "topic": r"topic|reason|subject|categor|issue|intent",
    "channel": r"channel|medium|source",
    "wait": r"wait|queue_?(time|sec)|hold",
    "abandoned": r"abandon|gave_?up|hung_?up|lost",
    "outbound": r"outbound|outgoing",
    "due": r"due|deadline|promised",
    "done": r"done|complet|fulfil|finished|delivered",
    "made": r"made|created|agreed",
    "cancelled": r"cancel|called_?off|withdrawn",
    "kind": r"kind|type|categor",
    "opened": r"open|received|created|raised",
    "answered": r"answer|repl|respon",
    "resolved": r"resol|closed|solved",
}
FORM = {"wait": "number", "abandoned": "flag", "outbound": "flag", "cancelled": "flag"}
TIMES = ("due", "done", "made", "opened", "answered", "resolved")
PARTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "promises": (("due", "done"), ("made", "cancelled", "kind")),
    "cases": (("opened", "answered"), ("resolved", "kind")),
    "contacts": (("customer", "time"), ("topic", "channel", "wait", "abandoned", "outbound")),
}


def names_of(path: Path) -> tuple[str, ...]:
    """The header of a file."""
    if is_parquet(path):
        return tuple(Source([path]).columns)
    rows = csv.reader([csvfile.header_text(path)], delimiter=csvfile.delimiter(path))
    return tuple(name.strip() for name in next(rows, []))


def sorted_out(
    paths: list[Path], kind: Callable[[Column], str], read: Callable[[Source, str], Column]
) -> tuple[list[Path], list[str], list[str]]:
    """(files of answers, lines of the tables for the others, notes about them)."""
    groups: dict[tuple[str, ...], list[Path]] = {}
    for path in paths:
        groups.setdefault(names_of(path), []).append(path)
    answers: list[Path] = []
    lines: list[str] = []
    notes: list[str] = []
    encounter = ""
    for names, files in sorted(groups.items(), key=lambda pair: not invited(pair[0])):
        if sum(hinted(name) for name in names) < 2 and not surveylike.STAFF.search(files[0].name):
            answers += files
            continue
        source = Source(files)
        columns = [read(source, name) for name in source.columns]
        kinds = {column.name: kind(column) for column in columns}
        table = surveylike.found(files, columns, kinds)
        if (
            table is None
            and encounter
            and (keys := surveylike.encounters(columns, kinds, encounter))
        ):
            table = ("coverage", keys)
        table = table or found(columns, kinds)
        if table is None or f"[{table[0]}]" in lines:
            answers += files
            continue
        if table[0] == "invitations":
            encounter = table[1].get("encounter", "")
        lines += written(table[0], files, table[1], columns, kinds)
        notes.append(f"{', '.join(path.name for path in files)}: looks like {table[0]}")
    return [path for path in paths if path in answers], paired(lines), notes


def invited(names: tuple[str, ...]) -> bool:
    """Whether the header looks like one of invitations: these are read first."""
    return any(re.search(r"event|invit|status", name, re.I) for name in names)


def paired(lines: list[str]) -> list[str]:
    """Without the encounter of invitations when there is no table of encounters."""
    if "[coverage]" in lines:
        return lines
    return [line for line in lines if not line.startswith("encounter = ")]


def hinted(name: str) -> bool:
    words = [CUSTOMER, "time|date|day", *NAMES.values(), surveylike.HINT.pattern]
    return bool(re.search("|".join(words), name, re.I))


def found(columns: list[Column], kinds: dict[str, str]) -> tuple[str, dict[str, str]] | None:
    """(table, key -> column) when the columns are those of a log."""
    if SCORES & set(kinds.values()):
        return None
    for table, (needed, others) in PARTS.items():
        keys: dict[str, str] = {}
        for key in needed + others:
            fitting = [c for c in columns if c.name not in keys.values() and fits(key, c, kinds)]
            if fitting:
                keys[key] = fitting[0].name
        if "wait" in keys and "abandoned" not in keys:
            del keys["wait"]
        if all(key in keys for key in needed):
            return table, keys
    return None


def fits(key: str, column: Column, kinds: dict[str, str]) -> bool:
    """Whether a column can be what the key names."""
    timed = kinds[column.name] == "time"
    if key == "time":
        return timed
    if key == "customer":
        named = re.search(CUSTOMER, column.name, re.I) is not None
        return named and not timed and len(column.values) < column.count
    if not re.search(NAMES[key], column.name, re.I):
        return False
    if key in TIMES:
        return timed
    if FORM.get(key) == "flag":
        return {text.casefold() for text, _ in column.values} <= FLAG
    if FORM.get(key) == "number":
        return not column.words and all(value >= 0 for value in column.numbers)
    return not timed


def written(
    table: str,
    files: list[Path],
    keys: dict[str, str],
    columns: list[Column],
    kinds: dict[str, str],
) -> list[str]:
    """The lines of one table."""
    from .examine import bracket, quoted

    lines = [f"[{table}]", f"files = {bracket([path.name for path in files])}"]
    lines += [f"{key} = {quoted(name)}" for key, name in keys.items()]
    if table == "contacts":
        values = next(column.values for column in columns if column.name == keys["customer"])
        nobody = [text for text, _ in values if text.casefold() in NOBODY]
        if nobody:
            lines.append(f"no_id = {bracket(nobody)}  # check: stands for no customer?")
        lines.append("window = 7  # days; check: how long is one issue?")
    if table == "invitations":
        titles = surveylike.known(columns, keys, kinds)
        if titles:
            lines.append(f"known = {bracket(titles)}  # check: what is known about everybody asked")
        timed = [name for name, found in kinds.items() if found == "time"]
        if timed:
            lines.append(
                f"# time = {quoted(timed[0])}  # with every in [columns]: the wave of each"
            )
    if table == "closed_loop" and "alerted" in keys:
        lines.append("level = 48  # hours within which a contact is in time; check")
    if table == "employees":
        return [*lines, "min_n = 5", ""]
    if table == "coverage":
        kept = surveylike.known(columns, keys, kinds)[:3]
        lines.append(f"by = {bracket(kept)}  # check: what tells encounters apart")
    if table in ("invitations", "coverage"):
        return lines + [""]
    if table == "cases":
        lines.append("# level = 24  # hours within which an answer is in time")
    lines.append("# now = 2024-07-01  # from when it is seen; else the last time in the data")
    return lines + [""]
