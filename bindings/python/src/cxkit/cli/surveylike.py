"""doctor: files of invitations, encounters, calls back and employees, told by names and values."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from ..report.surveyfiles import EVENTS

if TYPE_CHECKING:
    from .examine import Column

Keys = dict[str, str]
FLAG = {"yes", "no", "y", "n", "true", "false", "t", "f", "0", "1"}
STAFF = re.compile(r"staff|employ|enps|personnel", re.I)
ENCOUNTER = re.compile(r"visit|encounter|contact|ticket|case|order|stay|flight", re.I)
KNOWN = 20  # most values of a column that can describe those who were asked
CALLS = {
    "score": r"score|nps|recommend|first|before",
    "contacted": r"^(called|contacted|reached|called_?back|closed)$",
    "again": r"again|second|later|after|follow",
    "reasked": r"re_?asked|asked_?again",
    "control": r"held_?out|hold_?out|control",
    "alerted": r"alert|opened|raised",
    "contacted_at": r"(called|contacted|closed|reached).*(at|time|on)$|(_at|_on)$",
}
NEEDED = ("score", "contacted", "again")
HINT = re.compile(
    r"event|invit|status|disposition|called|contacted|held_?out|again|team|department|asked|"
    + ENCOUNTER.pattern,
    re.I,
)


def found(paths: list[Path], columns: list[Column], kinds: Keys) -> tuple[str, Keys] | None:
    """(table, key -> column) when the columns are those of a file about the asking."""
    for table, keys in (
        ("invitations", invitations(columns)),
        ("closed_loop", calls(columns, kinds)),
        ("employees", employees(paths, columns, kinds)),
        ("coverage", asked(columns, kinds)),
    ):
        if keys:
            return table, keys
    return None


def is_flag(column: Column) -> bool:
    return bool(column.values) and {text.casefold() for text, _ in column.values} <= FLAG


def on_scale(column: Column) -> bool:
    return bool(column.numbers) and not column.words and column.answers(0, 10) == 1


def invitations(columns: list[Column]) -> Keys:
    """An id, and a column that holds nothing but events."""
    for column in columns:
        words = {text.casefold().replace("_", "-") for text, _ in column.values}
        if not words or not words <= set(EVENTS) or not words & {"sent", "finished"}:
            continue
        others = [one for one in columns if one is not column and len(one.values) > KNOWN]
        named = [one for one in others if re.search(r"invit|token|mailing|^id$", one.name, re.I)]
        if named:
            keys = {"id": named[0].name, "event": column.name}
            met = [one for one in others if ENCOUNTER.search(one.name) and one is not named[0]]
            return keys | ({"encounter": met[0].name} if met else {})
    return {}


def known(columns: list[Column], keys: Keys, kinds: Keys) -> list[str]:
    """The columns that describe those who were asked."""
    return [
        one.name
        for one in columns
        if one.name not in keys.values()
        and kinds[one.name] == "group"
        and 2 <= len(one.values) <= KNOWN
    ]


def calls(columns: list[Column], kinds: Keys) -> Keys:
    """A score, whether somebody called, and the score again."""
    keys: Keys = {}
    for key in ("contacted", "control", "reasked", "again", "score", "alerted", "contacted_at"):
        for column in columns:
            if column.name in keys.values() or not re.search(CALLS[key], column.name, re.I):
                continue
            timed = kinds[column.name] == "time"
            if key in ("alerted", "contacted_at"):
                fits = timed
            elif key in ("score", "again"):
                fits = on_scale(column) and not is_flag(column)
            else:
                fits = is_flag(column)
            if fits:
                keys[key] = column.name
                break
    if not all(key in keys for key in NEEDED):
        return {}
    if ("alerted" in keys) != ("contacted_at" in keys):
        keys = {key: name for key, name in keys.items() if key not in ("alerted", "contacted_at")}
    return keys


def employees(paths: list[Path], columns: list[Column], kinds: Keys) -> Keys:
    """A score of employees, by the name of the file or of a column."""
    named = any(STAFF.search(path.name) for path in paths)
    scores = [
        one
        for one in columns
        if (kinds[one.name] == "nps" or (named and on_scale(one) and len(one.numbers) > 2))
        and (named or STAFF.search(one.name))
    ]
    if not scores:
        return {}
    teams = [one for one in columns if re.search(r"team|department|unit|division", one.name, re.I)]
    return {"column": scores[0].name} | ({"by": teams[0].name} if teams else {})


def asked(columns: list[Column], kinds: Keys) -> Keys:
    """Encounters with a flag that says whether somebody was asked."""
    flags = [
        one
        for one in columns
        if is_flag(one) and re.search(r"^(was_)?(asked|invited|surveyed)$", one.name, re.I)
    ]
    groups = known(columns, {"asked": flags[0].name} if flags else {}, kinds)
    scored = {"nps", "five", "seven", "verbal"} & set(kinds.values())
    return {"asked": flags[0].name} if flags and groups and not scored else {}


def encounters(columns: list[Column], kinds: Keys, encounter: str) -> Keys:
    """Encounters that invitations name."""
    groups = known(columns, {"encounter": encounter}, kinds)
    if encounter not in kinds or not groups or {"nps", "five", "seven"} & set(kinds.values()):
        return {}
    return {"encounter": encounter}
