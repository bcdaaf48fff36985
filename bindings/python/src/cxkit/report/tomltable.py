"""A file of settings, read strictly: every sentence about it names the line and what to do."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from typing import Any

from .problem import Problem, listed, nearest


class Lines:
    """The lines of a file, to say where a problem is."""

    def __init__(self, path: Any, text: str) -> None:
        self.path, self.lines = path, text.splitlines()

    def problem(self, key: str, text: str) -> Problem:
        """The sentence, with the line of the key when it is found."""
        pattern = re.compile(rf'^\s*(\[+\s*{re.escape(key)}\b|"?{re.escape(key)}"?\s*=)')
        for number, line in enumerate(self.lines, 1):
            if key and pattern.match(line):
                return Problem(f"{self.path}, line {number}: {text}")
        return Problem(f"{self.path}: {text}")


class Table:
    """One table of the file, read key by key; what is left over is an unknown key."""

    def __init__(self, reader: Lines, where: str, content: Any) -> None:
        if not isinstance(content, dict):
            raise reader.problem(where, f"[{where}] must be a table")
        self.reader, self.where, self.content = reader, where, dict(content)
        self.known: list[str] = []

    def problem(self, key: str, text: str) -> Problem:
        name = f"{key} in [{self.where}]" if self.where else key
        return self.reader.problem(key, f"{name} {text}")

    def take(self, key: str, kind: Any, default: Any = None, required: bool = False) -> Any:
        """The value of a key; `kind` is a type, or a tuple of types."""
        self.known.append(key)
        if key not in self.content:
            if required:
                place = f"[{self.where}]" if self.where else "the file"
                misspelt = [other for other in self.content if nearest(other, [key])]
                if misspelt:
                    raise self.unknown(misspelt[0])
                raise self.reader.problem(self.where, f"{place} lacks the key {key}")
            return default
        value = self.content.pop(key)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self.problem(key, f"must be {described(kind)}, not {value!r}")
        return value

    def text(self, key: str, default: Any = None, required: bool = False) -> Any:
        value = self.take(key, str, default, required)
        if value is not None and required and not value.strip():
            raise self.problem(key, "must not be empty")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """One name or a list of names."""
        value = self.take(key, (str, list), [])
        value = [value] if isinstance(value, str) else value
        if not all(isinstance(name, str) for name in value):
            raise self.problem(key, "must be a list of names")
        return tuple(value)

    def titles(self, key: str, required: bool = False) -> dict[str, str]:
        """A list of columns, or a table of column = "title"."""
        value = self.take(key, (list, dict), {}, required)
        value = value if isinstance(value, dict) else {name: name for name in value}
        if not all(isinstance(name, str) for pair in value.items() for name in pair):
            raise self.problem(key, 'must be a list of columns or a table of column = "title"')
        return value

    def answers(self, key: str, required: bool = False) -> tuple[float | str, ...]:
        """A list of codes, each a number or a word, as they are written in the file."""
        value = self.take(key, list, [], required)
        if not all(isinstance(code, (int, float, str)) for code in value):
            raise self.problem(key, "must be a list of numbers and words")
        return tuple(value)

    def choice(
        self, key: str, choices: Iterable[str], default: Any = None, required: bool = False
    ) -> Any:
        value = self.take(key, str, default, required)
        if value is not None and value not in choices:
            raise self.problem(
                key, f'is "{value}"; it can be {listed(choices)}.' + nearest(value, choices)
            )
        return value

    def number(self, key: str, kind: Any, low: float, high: float, default: Any) -> Any:
        value = self.take(key, kind, default)
        if value is not None and not low <= value <= high:
            raise self.problem(key, f"is {value}; it must be from {low} to {high}")
        return value

    def end(self) -> None:
        for key in self.content:
            raise self.unknown(key)

    def unknown(self, key: str) -> Problem:
        place = f"[{self.where}]" if self.where else "the file"
        return self.reader.problem(
            key,
            f'{place} has a key "{key}" that is not known.'
            + nearest(key, self.known)
            + f" Known keys: {listed(self.known, 30)}",
        )


def described(kind: Any) -> str:
    names = {
        str: "a text in quotes",
        datetime.date: "a date or a time without quotes, such as 2024-07-01",
        int: "a whole number",
        float: "a number",
        list: "a list",
        dict: "a table",
        bool: "true or false",
    }
    kinds = kind if isinstance(kind, tuple) else (kind,)
    shown = [one for one in kinds if not (one is int and float in kinds)]
    return " or ".join(names.get(one, one.__name__) for one in shown)
