"""cxkit.toml: what the columns of a folder of answers mean.

Read strictly: a key that is not known is an error that names the nearest known one, and every
setting that is not given has the default written here and in docs/reference/configuration.md.
"""

from __future__ import annotations

import datetime
import pathlib
import tomllib
from dataclasses import dataclass, field
from typing import Any

from . import answerfiles, casefiles, logfiles, planfiles, surveyfiles
from .answerfiles import Behaviour, Codes, Drivers, Score
from .casefiles import BusinessCase
from .logfiles import Cases, Contacts, Promised
from .planfiles import GateLog, Plan
from .problem import FileProblem, Problem, nearest
from .surveyfiles import ClosedLoop, Coverage, Employees, Invitations, Links, Tolerance, Trend
from .tomltable import Lines, Table

__all__ = ["Behaviour", "Codes", "Config", "Drivers", "Score", "Table", "parse", "read"]

NAME = "cxkit.toml"


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
    "drivers": answerfiles.drivers,
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


class Reader(Lines):
    """Turns the text of a file into a Config."""

    def read(self, content: Any) -> Config:
        top = Table(self, "", content)
        title = top.text("title", pathlib.Path(self.path).parent.resolve().name)
        about = top.text("about", "")
        files = top.texts("files") or ("*.csv", "*.csv.gz", "*.tsv", "*.parquet")
        columns = answerfiles.columns(Table(self, "columns", top.take("columns", dict, {})))
        scores = tuple(
            answerfiles.score(Table(self, "score", one))
            for one in top.take("score", list, [], required=True)
        )
        behaviours = tuple(
            answerfiles.behaviour(Table(self, "behaviour", one))
            for one in top.take("behaviour", list, [])
        )
        plan = planfiles.plan(Table(self, "plan", top.take("plan", dict, {})))
        settings = answerfiles.settings(Table(self, "settings", top.take("settings", dict, {})))
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
            behaviours=behaviours,
            plan=plan,
            **columns,
            **settings,
            **others,
        )
        self.check(config)
        return config

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
