"""What is asked of a CSV file outside the fast reader: separator, header, lines, damage."""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from .problem import FileProblem, Problem

LONGEST = 1 << 20  # characters of a header that are looked at


def opened(path: Path) -> TextIO:
    opener = gzip.open if path.name.lower().endswith(".gz") else open
    return opener(path, "rt", encoding="utf-8-sig", errors="replace", newline="")


def header_text(path: Path) -> str:
    try:
        with opened(path) as file:
            return file.readline(LONGEST)
    except (OSError, EOFError) as error:
        reason = getattr(error, "strerror", None) or error
        raise FileProblem(f"{path}: cannot be read: {reason}") from None


def delimiter(path: Path) -> str:
    """The one of comma, semicolon, tab and bar that the header has most of.

    A guess from later rows could hide a damaged one.
    """
    if ".tsv" in path.name.lower():
        return "\t"
    return max(",;\t|", key=re.sub(r'"[^"]*"', "", header_text(path)).count)


def check_header(path: Path) -> None:
    """Refuses a header in which a name stands twice."""
    names = next(csv.reader([header_text(path)], delimiter=delimiter(path)), [])
    seen: set[str] = set()
    for name in (name.strip() for name in names):
        if name in seen and name:
            raise Problem(f'{path}: two columns are called "{name}"')
        seen.add(name)


def rows(path: Path, strict: bool = False) -> Iterator[tuple[int, list[str]]]:
    """(last line, fields) of every row that is not empty, the header first."""
    with opened(path) as file:
        reader = csv.reader(file, delimiter=delimiter(path), strict=strict)
        for fields in reader:
            if fields:
                yield reader.line_num, fields


def line_of(path: Path, inside: int) -> int:
    """The line of a data row counted from 0; quoted line breaks are followed."""
    try:
        for index, (line, _) in enumerate(rows(path), -1):
            if index == inside:
                return line
    except (OSError, csv.Error):
        pass
    return inside + 2


def damage(path: Path) -> Problem | None:
    """What is wrong with a CSV file, with its line; None when nothing is found."""
    width, line = 0, 0
    try:
        for line, fields in rows(path, strict=True):
            width = width or len(fields)
            if any("\ufffd" in field for field in fields):
                return Problem(f"{path}, line {line}: this is not UTF-8 text")
            if len(fields) != width:
                return Problem(
                    f"{path}, line {line}: {len(fields)} field{'s' * (len(fields) != 1)}, and the "
                    f"header has {width}"
                )
    except csv.Error as error:
        return Problem(
            f"{path}, after line {line}: a quote is not closed, or stands inside a field ({error})"
        )
    except (OSError, EOFError) as error:
        return FileProblem(f"{path}: cannot be read: {error}")
    return None
