"""cxkit.toml: what the columns of a folder of answers mean.

Read strictly: a key that is not known is an error that names the nearest known one, and every
setting that is not given has the default written here and in docs/reference/configuration.md.
"""

from __future__ import annotations

import datetime
import pathlib
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from . import casefiles, logfiles, planfiles, surveyfiles
from .logfiles import PERIODS, Cases, Contacts, Promised
from .planfiles import GateLog, Plan
from .casefiles import BusinessCase
from .problem import FileProblem, Problem, listed, nearest
from .shapes import Row
from .surveyfiles import ClosedLoop, Coverage, Employees, Invitations, Links, Tolerance, Trend

METRICS = ("nps", "csat", "mean")
NAME = "cxkit.toml"


@dataclass(frozen=True)
class Codes:
    """How the answers of a column are written."""

    scale: tuple[int, int]
    missing: tuple[float | str, ...] = ()
    not_applicable: tuple[float | str, ...] = ()
    values: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Score:
    """A question that gives a score."""

    column: str
    title: str
    metric: str
    codes: Codes
    top: int | None = None
    target: float | None = None

    @property
    def range(self) -> tuple[float, float]:
        """Lowest and highest value of the score."""
        low, high = self.codes.scale
        return {"nps": (-100.0, 100.0), "csat": (0.0, 1.0)}.get(self.metric, (low, high))


@dataclass(frozen=True)
class Drivers:
    """The items set against one of the scores."""

    of: str
    items: dict[str, str]
    codes: Codes
    min_answered: float = 0.5
    groups: dict[str, list[str]] = field(default_factory=dict)
    happened: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Behaviour:
    """Something a customer did, or met: yes or no."""

    column: str
    title: str
    yes: tuple[float | str, ...]
    no: tuple[float | str, ...]
    missing: tuple[float | str, ...] = ()


@dataclass(frozen=True)
class Config:
    """All of cxkit.toml."""

    path: str
    title: str
    files: tuple[str, ...]
    scores: tuple[Score, ...]
    about: str = ""
    wave: str | None = None
    date: str | None = None
    every: str | None = None
    until: datetime.date | None = None
    point: tuple[str, ...] = ()
    point_title: str = "measurement point"
    weight: str | None = None
    mode: str | None = None
    describe: dict[str, str] = field(default_factory=dict)
    drivers: Drivers | None = None
    behaviours: tuple[Behaviour, ...] = ()
    plan: Plan = field(default_factory=Plan)
    confidence: float = 0.95
    min_n: int = 10
    hide_below: int = 0
    contacts: Contacts | None = None
    promises: Promised | None = None
    cases: Cases | None = None
    interval: str = "fixed"
    planned: int | None = None
    trend: Trend | None = None
    links: Links | None = None
    business_case: BusinessCase | None = None
    tolerance: Tolerance | None = None
    invitations: Invitations | None = None
    margins: dict[str, dict[str, float]] = field(default_factory=dict)
    coverage: Coverage | None = None
    closed_loop: ClosedLoop | None = None
    employees: Employees | None = None
    gate: GateLog | None = None

    def logs(self) -> list[Any]:
        """The other files than answers."""
        return [log for name in OTHER_FILES if (log := getattr(self, name))]

    def columns(self) -> Any:
        """Every column that must be in the files, once, in order."""
        names = [
            self.wave,
            self.date,
            *self.point,
            self.weight,
            self.mode,
            *self.describe,
            *self.margins,
            *((self.tolerance.wait, self.tolerance.respondent) if self.tolerance else ()),
            *(score.column for score in self.scores),
            *(self.drivers.items if self.drivers else ()),
            *(self.drivers.happened.values() if self.drivers else ()),
            *(behaviour.column for behaviour in self.behaviours),
            *(self.links.adjust if self.links else ()),
        ]
        return list(dict.fromkeys(name for name in names if name))


TABLES: dict[str, Any] = {
    "contacts": logfiles.contacts,
    "promises": logfiles.promised,
    "cases": logfiles.cases,
    "trend": surveyfiles.trend,
    "links": surveyfiles.links,
    "business_case": casefiles.business_case,
    "tolerance": surveyfiles.tolerance,
    "invitations": surveyfiles.invitations,
    "margins": surveyfiles.margins,
    "coverage": surveyfiles.coverage,
    "closed_loop": surveyfiles.closed_loop,
    "employees": surveyfiles.employees,
    "gate": planfiles.gate,
}
OTHER_FILES = (
    "contacts",
    "promises",
    "cases",
    "invitations",
    "coverage",
    "closed_loop",
    "employees",
    "gate",
)


class Table:
    """One table of the file, read key by key; what is left over is an unknown key."""

    def __init__(self, reader: Reader, where: str, content: Any) -> None:
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


class Reader:
    """Turns the text of a file into a Config."""

    def __init__(self, path: Any, text: str) -> None:
        self.path, self.lines = path, text.splitlines()

    def problem(self, key: str, text: str) -> Problem:
        """The sentence, with the line of the key when it is found."""
        pattern = re.compile(rf'^\s*(\[+\s*{re.escape(key)}\b|"?{re.escape(key)}"?\s*=)')
        for number, line in enumerate(self.lines, 1):
            if key and pattern.match(line):
                return Problem(f"{self.path}, line {number}: {text}")
        return Problem(f"{self.path}: {text}")

    def read(self, content: Any) -> Config:
        top = Table(self, "", content)
        title = top.text("title", pathlib.Path(self.path).parent.resolve().name)
        about = top.text("about", "")
        files = top.texts("files") or ("*.csv", "*.csv.gz", "*.tsv", "*.parquet")
        columns: Row = self.columns(Table(self, "columns", top.take("columns", dict, {})))
        scores = tuple(
            self.score(Table(self, "score", one))
            for one in top.take("score", list, [], required=True)
        )
        drivers = top.take("drivers", dict)
        behaviours = tuple(
            self.behaviour(Table(self, "behaviour", one)) for one in top.take("behaviour", list, [])
        )
        plan = planfiles.plan(Table(self, "plan", top.take("plan", dict, {})))
        settings = self.settings(Table(self, "settings", top.take("settings", dict, {})))
        others = {
            name: read(Table(self, name, content))
            for name, read in TABLES.items()
            if (content := top.take(name, dict)) is not None
        }
        top.end()
        if not scores:
            raise self.problem("score", "there is no [[score]]: name at least one question")
        config = Config(
            path=str(self.path),
            title=title,
            about=about,
            files=files,
            scores=scores,
            drivers=self.drivers(drivers),
            behaviours=behaviours,
            plan=plan,
            **columns,
            **settings,
            **others,
        )
        self.check(config)
        return config

    def columns(self, table: Table) -> Any:
        found = dict(
            wave=table.text("wave"),
            date=table.text("date"),
            every=table.choice("every", PERIODS),
            point=table.texts("point"),
            point_title=table.text("point_title", "measurement point"),
            weight=table.text("weight"),
            mode=table.text("mode"),
            describe=table.titles("describe"),
            until=table.take("until", datetime.date),
        )
        table.end()
        return found

    def codes(self, table: Table, scale_required: bool = True) -> Codes:
        scale = table.take("scale", list, None, required=scale_required)
        if len(scale) != 2 or not all(type(v) is int for v in scale) or scale[0] >= scale[1]:
            raise table.problem("scale", f"must be [lowest, highest] in whole numbers, not {scale}")
        values = table.take("values", dict, {})
        for word, value in values.items():
            if type(value) is not int or not scale[0] <= value <= scale[1]:
                raise table.problem(
                    "values",
                    f'gives "{word}" the score {value}; the scale goes '
                    f"from {scale[0]} to {scale[1]}",
                )
        codes = Codes(
            tuple(scale), table.answers("missing"), table.answers("not_applicable"), values
        )
        for key in ("missing", "not_applicable"):
            for code in getattr(codes, key):
                if code in values or (not isinstance(code, str) and scale[0] <= code <= scale[1]):
                    raise table.problem(
                        key,
                        f"has the code {code!r}, which is an answer on the "
                        f"scale from {scale[0]} to {scale[1]}",
                    )
        return codes

    def score(self, table: Table) -> Score:
        column = table.text("column", required=True)
        metric = table.choice("metric", METRICS, required=True)
        codes = self.codes(table)
        top = table.number("top", int, 1, codes.scale[1] - codes.scale[0], None)
        title = table.text("title", column)
        target = table.take("target", (int, float))
        table.end()
        if metric == "nps" and codes.scale != (0, 10):
            raise self.problem(
                "metric",
                f"the Net Promoter Score needs a scale from 0 to 10, and "
                f'"{column}" goes from {codes.scale[0]} to {codes.scale[1]}: use '
                'metric = "csat" (share of satisfied) or "mean"',
            )
        if metric != "csat" and top is not None:
            raise table.problem("top", 'belongs to metric = "csat"')
        found = Score(column, title, metric, codes, self.boxes(column, metric, codes, top), target)
        low, high = found.range
        if target is not None and not low < target < high:
            raise table.problem(
                "target", f"is {target:g}; it must lie between {low:g} and {high:g}"
            )
        return found

    def boxes(self, column: str, metric: str, codes: Codes, top: int | None) -> int | None:
        """How many of the highest answers count as satisfied."""
        if metric != "csat" or top:
            return top
        steps = codes.scale[1] - codes.scale[0] + 1
        usual = {2: 1, 3: 1, 4: 2, 5: 2, 6: 2, 7: 2, 10: 3}.get(steps)
        if usual is None:
            raise self.problem(
                "metric",
                f'"{column}" has {steps} steps, for which there is no usual '
                "number of satisfied answers: add top, such as top = 2",
            )
        return usual

    def drivers(self, content: Any) -> Drivers | None:
        if content is None:
            return None
        table = Table(self, "drivers", content)
        found = Drivers(
            table.text("of", required=True),
            table.titles("items", required=True),
            self.codes(table),
            float(table.number("min_answered", (int, float), 0, 1, 0.5)),
            table.take("groups", dict, {}),
            table.titles("happened"),
        )
        table.end()
        for name in found.happened:
            if name not in found.items:
                raise table.problem(
                    "happened", f'has "{name}", which is no item.' + nearest(name, found.items)
                )
        if len(found.items) < 2:
            raise table.problem("items", "needs at least two items")
        self.check_groups(table, found)
        return found

    def check_groups(self, table: Table, found: Drivers) -> None:
        seen: set[str] = set()
        for group, members in found.groups.items():
            if not isinstance(members, list):
                raise table.problem("groups", f'"{group}" must be a list of items')
            for name in members:
                if name not in found.items:
                    raise table.problem("groups", f'"{group}" names {name!r}, which is no item')
                if name in seen:
                    raise table.problem("groups", f'"{name}" is in two groups')
                seen.add(name)

    def behaviour(self, table: Table) -> Behaviour:
        column = table.text("column", required=True)
        found = Behaviour(
            column,
            table.text("title", column),
            table.answers("yes", required=True),
            table.answers("no", required=True),
            table.answers("missing"),
        )
        table.end()
        return found

    def settings(self, table: Table) -> Row:
        found = dict(
            confidence=table.number("confidence", float, 0.5, 0.999, 0.95),
            min_n=table.number("min_n", int, 1, 10**6, 10),
            hide_below=table.number("hide_below", int, 0, 10**6, 0),
            interval=table.choice("interval", ("fixed", "anytime"), "fixed"),
            planned=table.number("planned", int, 1, 10**9, None),
        )
        table.end()
        return found

    def check(self, config: Config) -> None:
        """What one key says about another."""
        names = [score.column for score in config.scores]
        for name in names:
            if names.count(name) > 1:
                raise self.problem("score", f'the column "{name}" is in [[score]] twice')
        if config.drivers and config.drivers.of not in names:
            raise self.problem(
                "of",
                f'drivers of "{config.drivers.of}": that is no column of a '
                f"[[score]]." + nearest(config.drivers.of, names),
            )
        if config.drivers and config.drivers.of in config.drivers.items:
            raise self.problem("items", f'"{config.drivers.of}" cannot be its own driver')
        if config.drivers and config.drivers.happened and not config.date:
            raise self.problem("happened", "happened needs date in [columns]: when they answered")
        if config.wave and config.every:
            raise self.problem(
                "every",
                "wave names a column, and every cuts waves from the date: give one of the two",
            )
        if (config.every or config.until) and not config.date:
            raise self.problem("every", "every and until need a date column")
        self.check_others(config, names)

    def check_others(self, config: Config, names: list[str]) -> None:
        """What the other tables need of [columns] and of each other."""
        if config.links and not config.behaviours:
            raise self.problem("links", "[links] ties scores to [[behaviour]], and there is none")
        if config.links and config.links.of and config.links.of not in names:
            raise self.problem(
                "of",
                f'links of "{config.links.of}": that is no column of a [[score]].'
                + nearest(config.links.of, names),
            )
        if config.trend and not config.date:
            raise self.problem("trend", "[trend] needs date in [columns]")
        if config.interval == "anytime" and config.weight:
            raise self.problem(
                "interval",
                'interval = "anytime" is for answers that count once each: there is no such '
                "interval with weights, so leave out one of the two",
            )
        if config.planned and config.interval != "anytime":
            raise self.problem("planned", 'planned belongs to interval = "anytime"')
        if config.tolerance and config.tolerance.of and config.tolerance.of not in names:
            raise self.problem(
                "of",
                f'[tolerance] is of "{config.tolerance.of}": that is no column of a [[score]].'
                + nearest(config.tolerance.of, names),
            )
        self.check_plan(config)
        asked = config.invitations
        if asked and asked.wave and not config.wave:
            raise self.problem("invitations", "wave in [invitations] needs wave in [columns]")
        if asked and asked.time and not config.every:
            raise self.problem(
                "invitations",
                "time in [invitations] puts invitations into waves, and needs every in [columns]",
            )
        if config.coverage and config.coverage.encounter and not (asked and asked.encounter):
            raise self.problem(
                "coverage", "encounter in [coverage] needs encounter in [invitations]"
            )

    def check_plan(self, config: Config) -> None:
        """What a plan of the next period needs."""
        if not config.plan.period:
            return
        if not (config.date and config.point):
            raise self.problem("period", "period in [plan] needs date and point in [columns]")
        if config.weight:
            raise self.problem(
                "period",
                "period in [plan] is for answers that count once each: leave out period, or weight",
            )
        if config.scores[0].metric == "mean":
            raise self.problem(
                "period",
                'period in [plan] watches shares, and the first score has metric = "mean": put a '
                'score with "nps" or "csat" first, or leave out period',
            )


def read(path: Any) -> Config:
    """The Config in a file."""
    path = pathlib.Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise Problem(f"{path}: byte {error.start} is not UTF-8") from None
    except OSError as error:
        raise FileProblem(f"{path}: {error.strerror}") from None
    return parse(text, path)


def parse(text: str, path: Any = NAME) -> Config:
    """The Config in a text."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Problem(f"{path}: this is not TOML: {error}") from None
    return Reader(path, text).read(content)
