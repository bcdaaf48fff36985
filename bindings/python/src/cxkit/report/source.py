"""CSV and Parquet files, read through DuckDB into columns.

Everything is read as text first, so that a value which does not fit is shown as it is written,
with its file, line and column. Coded columns become small integers: an answer, or MISSING, or
NOT_APPLICABLE.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from pathlib import Path

import duckdb
import numpy as np

from . import csvfile
from .config import Codes
from .problem import FileProblem, Problem, listed, nearest
from .shapes import Array, Log, silent

MISSING = -32768
NOT_APPLICABLE = -32767
NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
HINT = "add it to missing or not_applicable in cxkit.toml"
SUFFIXES = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".parquet")


def is_answers(path: Path) -> bool:
    return path.name.lower().endswith(SUFFIXES)


def is_parquet(path: Path) -> bool:
    return path.name.lower().endswith(".parquet")


def find(folder: Path, patterns: Iterable[str]) -> list[Path]:
    """The files of a folder that match, in order of their names."""
    folder = Path(folder)
    if not folder.exists():
        raise FileProblem(f"{folder}: there is no such folder")
    found = {path for pattern in patterns for path in folder.glob(pattern) if path.is_file()}
    answers = sorted(path for path in found if is_answers(path))
    if not answers:
        raise Problem(f"{folder}: there are no answers here (no file matches {listed(patterns)})")
    return answers


def sql_text(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"


def sql_name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


class Source:
    """The columns of one or more files, as text, in the order of the files."""

    def __init__(
        self,
        paths: Iterable[Path],
        columns: list[str] | None = None,
        log: Log = silent,
        hint: str = HINT,
    ) -> None:
        """Reads `columns` (all of the first file's, when None); `hint` says where codes go."""
        self.hint = hint
        self.paths = [Path(path) for path in paths]
        self.base = duckdb.connect(":memory:", config={"threads": 2})
        self.base.execute("SET preserve_insertion_order = true")
        self.rows: list[int] = []
        self.first: list[int] = []
        for index, path in enumerate(self.paths):
            log(f"reading {path.name}")
            present = self.header(path)
            columns = list(present) if columns is None else columns
            self.load(index, path, columns, present)
        self.columns: list[str] = columns or []
        if self.count == 0:
            raise Problem(
                f"{listed([p.name for p in self.paths], 3)}: no answers in "
                + ("this file" if len(self.paths) == 1 else "these files")
                + ", only a header"
            )

    @property
    def count(self) -> int:
        return sum(self.rows)

    def relation(self, path: Path) -> str:
        if is_parquet(path):
            return f"read_parquet({sql_text(path)})"
        return (
            f"read_csv({sql_text(path)}, all_varchar = true, header = true, strict_mode = true, "
            f"delim = {sql_text(csvfile.delimiter(path))}, quote = '\"', escape = '\"')"
        )

    def header(self, path: Path) -> dict[str, str]:
        """Stripped name -> name in the file."""
        try:
            if path.stat().st_size == 0:
                raise Problem(f"{path}: the file is empty")
        except OSError as error:
            raise FileProblem(f"{path}: {error.strerror}") from None
        if not is_parquet(path):
            csvfile.check_header(path)
        rows = self.run(path, f"DESCRIBE SELECT * FROM {self.relation(path)}").fetchall()
        return {row[0].strip(): row[0] for row in rows}

    def run(self, path: Path, statement: str) -> duckdb.DuckDBPyConnection:
        """Runs a statement; what DuckDB says about a damaged file becomes one sentence."""
        try:
            return self.base.execute(statement)
        except duckdb.IOException as error:
            raise FileProblem(f"{path}: {first_line(error)}") from None
        except duckdb.Error as error:
            found = None if is_parquet(path) else csvfile.damage(path)
            raise found or Problem(f"{path}: {first_line(error)}") from None

    def load(self, index: int, path: Path, columns: list[str], present: dict[str, str]) -> None:
        for name in columns:
            if name not in present:
                raise Problem(
                    f'{path}: there is no column "{name}".'
                    + nearest(name, present)
                    + f" The columns are {listed(present, 30)}"
                )
        picked = ", ".join(
            f"coalesce(trim(CAST({sql_name(present[name])} AS VARCHAR)), '') AS {sql_name(name)}"
            for name in columns
        )
        table = f"part{index}"
        self.run(path, f"CREATE TEMP TABLE {table} AS SELECT {picked} FROM {self.relation(path)}")
        self.first.append(self.count)
        self.rows.append(self.base.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0])

    def fetch(self, expression: str) -> Array:
        """One SQL expression over all rows, as an array."""
        parts = [
            self.base.execute(f"SELECT {expression} AS v FROM part{index}").fetchnumpy()["v"]
            for index in range(len(self.paths))
        ]
        joined: Array = np.ma.concatenate(parts)  # type: ignore[no-untyped-call]
        return joined

    def distinct(self, name: str) -> list[tuple[str, int]]:
        """The different texts of a column with their counts."""
        union = " UNION ALL ".join(
            f"SELECT {sql_name(name)} AS v FROM part{index}" for index in range(len(self.paths))
        )
        return self.base.execute(
            f"SELECT v, count(*) FROM ({union}) GROUP BY v ORDER BY v"
        ).fetchall()

    def where(self, row: int) -> str:
        """'airport_2017.csv, line 18' for a row counted from 0."""
        index = max(i for i, start in enumerate(self.first) if start <= row)
        path, inside = self.paths[index], int(row) - self.first[index]
        if is_parquet(path):
            return f"{path}, row {inside + 1}"
        return f"{path}, line {csvfile.line_of(path, inside)}"

    def bad(self, row: int, column: str, text: str) -> Problem:
        return Problem(f'{self.where(row)}, column "{column}": {text}')

    def factor(self, name: str) -> tuple[list[str], Array]:
        """(labels, codes): the different texts in order, and their index at every row."""
        labels = [text for text, _ in self.distinct(name)]
        position = {text: index for index, text in enumerate(labels)}
        self.base.execute("CREATE OR REPLACE TEMP TABLE label(text VARCHAR, code INTEGER)")
        self.base.execute(
            "INSERT INTO label SELECT unnest($1), unnest($2)", [labels, list(position.values())]
        )
        parts = []
        for index in range(len(self.paths)):
            parts.append(
                self.base.execute(
                    f"SELECT code FROM (SELECT {sql_name(name)} AS v, row_number() OVER () AS r "
                    f"FROM part{index}) JOIN label ON v = text ORDER BY r"
                ).fetchnumpy()["code"]
            )
        return labels, np.concatenate(parts).astype(np.int32)

    def first_row(self, codes: Array, code: int) -> int:
        return int(np.argmax(codes == code))

    def answers(self, name: str, codes: Codes) -> Array:
        """Answers on the scale of `codes` (config.Codes) as int16, with MISSING, NOT_APPLICABLE."""
        labels, found = self.factor(name)
        missing, skipped = written(codes.missing), written(codes.not_applicable)
        values = {key.casefold(): value for key, value in codes.values.items()}
        low, high = codes.scale
        lookup = np.empty(len(labels), np.int16)
        problems = []
        for index, text in enumerate(labels):
            key = canonical(text)
            if text == "" or key in missing:
                lookup[index] = MISSING
            elif key in skipped:
                lookup[index] = NOT_APPLICABLE
            elif text.casefold() in values:
                lookup[index] = values[text.casefold()]
            elif isinstance(key, float) and key == int(key) and low <= key <= high:
                lookup[index] = int(key)
            else:
                problems.append((self.first_row(found, index), text))
        if problems:
            row, text = min(problems)
            raise self.bad(row, name, refused(text, codes, self.hint))
        return lookup[found]

    def choices(
        self, name: str, yes: Iterable[object], no: Iterable[object], missing: Iterable[object]
    ) -> Array:
        """1 for the codes of yes, 0 for those of no, MISSING for the others that are allowed."""
        labels, found = self.factor(name)
        sets = [(written(yes), 1), (written(no), 0), (written(missing) | {""}, MISSING)]
        lookup = np.empty(len(labels), np.int16)
        for index, text in enumerate(labels):
            hits = [value for codes, value in sets if canonical(text) in codes]
            if not hits:
                raise self.bad(
                    self.first_row(found, index),
                    name,
                    f'"{text}" is neither one of the codes of yes, nor of no, nor of missing',
                )
            lookup[index] = hits[0]
        return lookup[found]

    def numbers(self, name: str) -> Array:
        """Numbers as float64, NaN where blank."""
        column = sql_name(name)
        values = np.ma.filled(self.fetch(f"TRY_CAST({column} AS DOUBLE)").astype(float), np.nan)
        blank = np.asarray(self.fetch(f"{column} = ''"), bool)
        wrong = ~np.isfinite(values) & ~blank
        if wrong.any():
            row = int(np.argmax(wrong))
            raise self.bad(row, name, f'"{self.text(row, name)}" is not a number')
        return values

    def times(self, name: str) -> Array:
        """Times as datetime64[us], NaT where blank."""
        column = sql_name(name)
        values = self.fetch(f"TRY_CAST({column} AS TIMESTAMP)")
        values = np.ma.filled(values.astype("datetime64[us]"), np.datetime64("NaT"))
        wrong = np.isnat(values) & ~np.asarray(self.fetch(f"{column} = ''"), bool)
        if wrong.any():
            row = int(np.argmax(wrong))
            raise self.bad(
                row,
                name,
                f'"{self.text(row, name)}" is not a date of the form '
                "2018-05-21 or 2018-05-21 14:30:00",
            )
        return values

    def text(self, row: int, name: str) -> str:
        index = max(i for i, start in enumerate(self.first) if start <= row)
        rows = self.base.execute(
            f"SELECT {sql_name(name)} FROM part{index} LIMIT 1 OFFSET ?",
            [int(row) - self.first[index]],
        ).fetchall()
        return str(rows[0][0])


def canonical(text: str) -> float | str:
    """A number when the text or code is one, so that 5, 5.0 and "5" are the same; else the text."""
    if not NUMBER.fullmatch(text):
        return text
    value = float(text)
    return value if math.isfinite(value) else text


def written(codes: Iterable[object]) -> set[float | str]:
    return {canonical(str(code)) for code in codes}


def refused(text: str, codes: Codes, hint: str) -> str:
    """Why an answer cannot be used, and what to do."""
    low, high = codes.scale
    what = text if isinstance(canonical(text), float) else f'"{text}"'
    return (
        f"{what} is not on the scale from {low} to {high}. If it stands for a blank or for "
        f'"not applicable", {hint}'
    )


def first_line(error: Exception) -> str:
    text = str(error).strip().splitlines()[0]
    return re.sub(r"^[A-Za-z ]+ Error: ", "", text)
