"""How long a wait is too long, which encounters nobody was asked about, whether calling back helps,
and what employees say. Every estimate is the library's."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import numpy as np

import cxkit as cx

from .answers import Answers
from .config import Config, Score
from .logs import HOUR, UNGIVEN, flags, named, opened, placed, some
from .measure import CODES, KEYS, Measure, closed, finite, of_row, plain
from .problem import Problem, listed
from .question import Question
from .shapes import Array, Log, Row
from .silence import Asked
from .source import Source
from .surveyfiles import ClosedLoop, Coverage, Employees, Tolerance

# -- waits ---------------------------------------------------------------------------------------


def tolerance(config: Config, answers: Answers, questions: list[Question]) -> Row | None:
    """The longest wait before the score falls; None without the table."""
    table = config.tolerance
    if table is None or answers.wait is None:
        return None
    question = next(one for one in questions if table.of is None or one.score.column == table.of)
    rows = question.rows(question.now)
    if table.waves == "all":
        rows = np.isin(answers.wave, question.waves)
    found: Row = {
        "score": question.score.column,
        "title": question.score.title,
        "wave": "all waves" if table.waves == "all" else answers.waves[question.now],
        "drop": table.drop,
        "measure": table.measure,
        "shape": table.shape,
        "identified": False,
        "problem": None,
        "estimate": None,
    }
    try:
        result = waited(question, table, rows)
    except UNGIVEN as error:
        return found | {"problem": str(error)}
    except cx.DomainError as error:
        raise Problem(f"{config.path}: [tolerance]: {error}") from None
    return found | told(result)


def waited(question: Question, table: Tolerance, rows: Array) -> cx.Tolerance:
    answers = question.answers
    assert answers.wait is not None
    return cx.tolerance(
        np.ascontiguousarray(answers.wait[rows]),
        np.ascontiguousarray(question.values[rows]),
        drop=table.drop,
        band=table.band,
        shape=table.shape,
        measure=table.measure,
        scale=question.measure.scale,
        weights=question.weights(rows),
        respondents=None
        if answers.respondent is None
        else np.ascontiguousarray(answers.respondent[rows]),
        confidence=question.measure.confidence,
        **CODES,
    )


def told(result: cx.Tolerance) -> Row:
    """A tolerance as plain values; a limit beyond the longest wait is None."""
    estimate = {key: finite(getattr(result, key)) for key in KEYS if key != "unit"}
    keys = ("wait_from", "wait_to", "fitted_from", "fitted_to", "n", "mean")
    return {
        "identified": result.identified,
        "estimate": estimate | {"unit": "seconds", "flags": list(result.flags)},
        "excluded": {key: count for key, count in result.excluded.items() if count},
        "baseline": plain(result.baseline),
        "band": list(result.band),
        "level": result.level,
        "longest": result.longest,
        "beyond": result.beyond,
        "curve": [{key: row[key] for key in keys} for row in result.curve],
    }


# -- coverage ------------------------------------------------------------------------------------


def coverage(config: Config, folder: Path, asked: Asked | None, log: Log) -> Row | None:
    """Which encounters nobody was asked about; None without the table."""
    table = config.coverage
    if table is None:
        return None
    source = opened(table, folder, log)
    keys = {f"key {at}": named(source, name) for at, name in enumerate(table.by)}
    known = was_asked(source, table, asked)
    try:
        found = cx.coverage(keys, known[0], answered=known[1], confidence=config.confidence)
    except cx.DomainError as error:
        raise placed(source, error, {"asked": table.asked, "answered": table.answered}) from None
    figures: Any = found.figures
    return {
        "files": [{"name": p.name, "rows": rows} for p, rows in zip(source.paths, source.rows)],
        "by": list(table.by),
        "answered_known": known[1] is not None,
        "whole": {
            "contacts": int(figures["contacts"]),
            "asked": int(figures["asked"]),
            "answered": None if known[1] is None else int(figures["answered"]),
            "kinds": int(figures["keys"]),
            "kinds_never_asked": int(figures["keys_never_asked"]),
            "share_asked": limits(figures, "share_asked"),
            "share_answered": limits(figures, "share_answered"),
            "share_never_asked": limits(figures, "share_never_asked"),
            "dissimilarity": figures["dissimilarity"],
        },
        "kinds": kinds_of(found, list(keys), config.hide_below),
    }


def was_asked(source: Source, table: Coverage, asked: Asked | None) -> tuple[Array, Array | None]:
    """(asked, answered) of every encounter: from flags, or from the invitations that name it."""
    if table.asked:
        flag = flags(source, table.asked)
        assert flag is not None
        return flag, flags(source, table.answered)
    assert asked is not None and table.encounter is not None
    labels, codes = source.factor(table.encounter)
    sent, done = asked.encounters()
    strangers = sent - set(labels)
    if len(strangers) == len(sent):
        files = listed([p.name for p in source.paths], 3)
        own = next((label for label in labels if label), "")
        raise Problem(
            f'{files}: no invitation names one of its encounters, such as "{own}"'
            + (f': the invitations name "{min(strangers)}"' if strangers else "")
        )
    return tuple(
        np.array([label in which for label in labels]).astype(np.int8)[codes]
        for which in (sent, done)
    )  # type: ignore[return-value]


def limits(row: Any, name: str) -> Row | None:
    """A share with its limits; None where there is none."""
    if row[name] is None:
        return None
    return {
        "value": row[name],
        **{end: row[f"{name}_{end}"] for end in ("ci_low", "ci_high")},
    }


def kinds_of(found: cx.Table, keys: list[str], below: int) -> list[Row]:
    """Every kind of encounter; where few answered, how many did is hidden."""
    rows = [covered(row, keys) for row in found]
    secret = closed([row["answered"] or 0 for row in rows], below)
    for at in secret:
        rows[at] |= {"answered": None, "share_answered": None}
    return [row | {"hidden": at in secret} for at, row in enumerate(rows)]


def covered(row: Row, keys: list[str]) -> Row:
    """One kind of encounter."""
    return {
        "kind": " ".join(row[name] for name in keys),
        "contacts": row["contacts"],
        "asked": row["asked"],
        "answered": row.get("answered"),
        "share_asked": limits(row, "share_asked"),
        "share_answered": limits(row, "share_answered") if "share_answered" in row else None,
        "share_of_contacts": row["share_of_contacts"],
        "share_of_asked": row["share_of_asked"],
        "gap": limits(row, "gap"),
    }


# -- the closed loop -----------------------------------------------------------------------------

ROLES = ("score", "contacted", "reasked", "control", "acted", "alerted", "contacted_at")
LOOP = (
    "contacted",
    "in_time",
    "in_time_naive",
    "reasked_treated",
    "reasked_comparison",
    "answered_treated",
    "answered_comparison",
    "improved_treated",
    "improved_comparison",
    "effect",
    "left_class_without_control",
)


def closed_loop(config: Config, folder: Path, log: Log) -> Row | None:
    """Were unhappy customers contacted in time, and did it help? None without the table."""
    table = config.closed_loop
    if table is None:
        return None
    source = opened(table, folder, log)
    alerted = source.times(table.alerted) if table.alerted else None
    at = source.times(table.contacted_at) if table.contacted_at else None
    contacted = flags(source, table.contacted)
    assert contacted is not None
    now = seen_from(table, alerted, at)
    found: Row = {
        "files": [{"name": p.name, "rows": rows} for p, rows in zip(source.paths, source.rows)],
        "rows": source.count,
        "followed_class": table.followed,
        "level_hours": table.level if table.alerted else None,
        "now": None if now is None else str(now.astype("datetime64[s]")),
        "now_stated": table.now is not None,
        "random": table.control is not None,
        "problem": None,
    }
    found |= dict.fromkeys((*LOOP, "bounds", "lee_bounds"))
    found |= dict.fromkeys(("followed", "others", "crossed", "left_out"), 0)
    try:
        result = cx.closed_loop(
            source.answers(table.score, table.codes),
            contacted,
            source.answers(table.again, table.codes) if table.again else None,
            control=flags(source, table.control),
            reasked=flags(source, table.reasked),
            acted=flags(source, table.acted),
            alerted=alerted,
            contacted_at=at,
            now=now,
            level=table.level * HOUR,
            followed=table.followed,
            confidence=config.confidence,
            **CODES,
        )
    except UNGIVEN as error:
        return found | {"problem": str(error)}
    except cx.DomainError as error:
        raise placed(source, error, {name: getattr(table, name, None) for name in ROLES}) from None
    for name in LOOP:
        one = getattr(result, name)
        found[name] = one and plain(one)
    for name in ("bounds", "lee_bounds"):
        pair = getattr(result, name)
        found[name] = list(pair) if pair else None
    for name in ("followed", "others", "crossed"):
        found[name] = int(getattr(result, name))
    found["left_out"] = source.count - result.followed - result.others
    return found


def seen_from(table: ClosedLoop, alerted: Array | None, at: Array | None) -> np.datetime64 | None:
    """The time until which open cases are followed."""
    if alerted is None or at is None:
        return None
    if table.now:
        return np.datetime64(table.now, "us")
    known = [times[~np.isnat(times)].max() for times in (alerted, at) if some(times)]
    return np.max(known) if known else np.datetime64(datetime.datetime(1970, 1, 1), "us")


# -- employees -----------------------------------------------------------------------------------


def employees(config: Config, folder: Path, log: Log) -> Row | None:
    """The score of employees, where nothing is shown of few; None without the table."""
    table = config.employees
    if table is None:
        return None
    source = opened(table, folder, log)
    score = Score(table.column, table.title, "nps", table.codes)
    values = source.answers(table.column, table.codes)
    tally = Measure(score, config.confidence).tally(values, None)
    found: Row = {
        "files": [{"name": p.name, "rows": rows} for p, rows in zip(source.paths, source.rows)],
        "title": table.title,
        "rows": source.count,
        "min_n": table.min_n,
        "by": list(table.by),
        "problem": None,
        "estimate": None,
        "groups": [],
    }
    asked: Row = {"min_n": table.min_n, "confidence": config.confidence}
    try:
        found["estimate"] = plain(cx.enps(tally, **asked))
    except cx.SuppressedError:
        return found | {"problem": f"fewer than {table.min_n} answers"}
    except cx.EmptyError:
        return found | {"problem": "there is no answer"}
    if table.by:
        found["groups"] = teams(source, table, values, asked)
    return found


def teams(source: Source, table: Employees, values: Array, asked: Row) -> list[Row]:
    keys = {f"key {at}": named(source, name) for at, name in enumerate(table.by)}
    tallies = cx.tally_by(values, by=keys, scale=table.codes.scale, invalid="error", **CODES)
    rows = []
    for row in cx.enps(tallies, **asked):
        shown = row["status"] == "CX_OK"
        rows.append(
            {
                "group": " / ".join(row[name] for name in keys),
                "hidden": row["status"] == "CX_E_SUPPRESSED",
                "n": row["n"] if shown else None,
                "estimate": of_row(row) if shown else None,
            }
        )
    return rows


def report(
    config: Config, answers: Answers, questions: list[Question], asked: Asked | None, log: Log
) -> Row:
    """The keys tolerance, coverage, closed_loop and employees; None where there is no table."""
    log("waits, coverage, the closed loop")
    folder = answers.folder
    return {
        "tolerance": tolerance(config, answers, questions),
        "coverage": coverage(config, folder, asked, log),
        "closed_loop": closed_loop(config, folder, log),
        "employees": employees(config, folder, log),
    }
