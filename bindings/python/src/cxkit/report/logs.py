"""What contact logs, promises and cases say. Every estimate is the library's."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

import cxkit as cx

from .answers import period, said
from .config import Config
from .logfiles import Cases, Contacts, Promised
from .measure import of_row, plain
from .problem import Problem, listed
from .shapes import Array, Log, Row, silent
from .source import MISSING, Source, canonical, find, written

YES, NO = {"yes", "y", "true", "t", "1"}, {"no", "n", "false", "f", "0"}
DAY, HOUR = 86400, 3600
MARKS = (30, 60, 120, 300, 600)  # seconds at which the patience curve is read
DRAWN = 400  # steps of a curve that are kept
FEWEST_AT_RISK = 10  # the curve ends where fewer are still waiting
LATE = (1, 3, 7)  # days
UNGIVEN = (cx.EmptyError, cx.FewError, cx.UnidentifiedError, cx.ConstantError)

Call: TypeAlias = Callable[[], cx.Estimate | None]


def report(config: Config, folder: Path, log: Log = silent) -> Row:
    """The keys contacts, promises and cases; None where there is no such table."""
    log("contacts, promises and cases")
    return {
        "contacts": config.contacts and contacts(config, config.contacts, folder, log),
        "promises": config.promises and promises(config, config.promises, folder, log),
        "cases": config.cases and cases(config, config.cases, folder, log),
    }


# -- reading -------------------------------------------------------------------------------------


def opened(table: Any, folder: Path, log: Log) -> Source:
    return Source(find(folder, table.files), table.columns(), log, "correct the file")


def about(source: Source, given: datetime.datetime | None, times: Iterable[Array | None]) -> Row:
    """Files, rows, and the time from which everything is seen."""
    last = np.max([np.nanmax(found) for found in times if found is not None and some(found)])
    now = np.datetime64(given, "us") if given else last
    return {
        "files": [
            {"name": path.name, "rows": rows} for path, rows in zip(source.paths, source.rows)
        ],
        "rows": source.count,
        "now": str(now.astype("datetime64[s]")),
        "now_stated": given is not None,
    }


def some(times: Array) -> bool:
    return bool((~np.isnat(times)).any())


def moments(source: Source, name: str) -> Array:
    """Times of which none may be blank."""
    times = source.times(name)
    if np.isnat(times).any():
        raise source.bad(int(np.argmax(np.isnat(times))), name, "the time is blank")
    return times


def flags(source: Source, name: str | None, blank: int = 0) -> Array | None:
    """1 for yes, 0 for no, and `blank` for an empty field."""
    if name is None:
        return None
    labels, codes = source.factor(name)
    lookup = np.full(len(labels), blank, np.int16)
    for index, text in enumerate(labels):
        if (word := text.casefold()) in YES | NO:
            lookup[index] = word in YES
        elif text:
            raise source.bad(
                source.first_row(codes, index), name, f'"{text}" is neither yes nor no, nor 1 nor 0'
            )
    return lookup[codes]


def named(source: Source, name: str | None) -> Array | None:
    """The texts of a column; an empty field is "not stated"."""
    if name is None:
        return None
    labels, codes = source.factor(name)
    return np.array([label or "not stated" for label in labels])[codes]


def placed(
    source: Source, error: cx.Error, names: dict[str, str | None], rows: Array | None = None
) -> Problem:
    """What the library says about a row, with its file, line and column."""
    files = listed([path.name for path in source.paths], 3)
    if error.row is None or error.column is None:
        return Problem(f"{files}: {error}")
    row = int(error.row if rows is None else rows[error.row])
    return source.bad(row, names.get(error.column) or error.column, str(error).partition(": ")[2])


def tried(call: Call) -> Row | None:
    """An estimate, or None where the data hold none."""
    try:
        found = call()
    except UNGIVEN:
        return None
    return None if found is None else plain(found)


# -- contacts ------------------------------------------------------------------------------------


def contacts(config: Config, table: Contacts, folder: Path, log: Log) -> Row:
    source = opened(table, folder, log)
    time = moments(source, table.time)
    labels, customer = source.factor(table.customer)
    nobody = written(table.no_id) | {""}
    no_id = [index for index, text in enumerate(labels) if canonical(text) in nobody]
    left = flags(source, table.abandoned, MISSING)
    channel = named(source, table.channel)
    found = about(source, table.now, [time])
    found |= {"first": str(time.min().astype("datetime64[s]")), "window_days": table.window}
    found["by_topic"] = table.topic is not None
    window = table.window * DAY
    now = np.datetime64(found["now"], "us")
    inside = time < now if found["now_stated"] else np.ones(len(time), bool)
    found["after_now"] = int((~inside).sum())

    def kept(array: Array | None) -> Any:
        return None if array is None else np.ascontiguousarray(array[inside])

    asked: Row = {
        "customer": kept(customer),
        "time": kept(time),
        "window": window,
        "topic": kept(named(source, table.topic)),
        "abandoned": kept(None if left is None else (left == 1).astype(np.int8)),
        "outbound": kept(flags(source, table.outbound)),
        "channel": kept(channel),
        "no_id": no_id or None,
        "end": table.now,
        "confidence": config.confidence,
    }
    found |= resolution(asked)
    found |= effort(asked)
    found |= patience(config, table, source, time, left, inside)
    known = inside & ~np.isin(customer, no_id)
    found["silent"] = silence(config, customer[known], time[known], now, window)
    return found


def resolution(asked: Row) -> Row:
    """First contact resolution, by channel too, and the non-repeat rate under its own name."""
    found: Row = {"first_contact": None, "by_channel": [], "non_repeat": None, "problem": None}
    counts = ("contacts", "customers", "run_in", "later", "repeats", "censored", "no_id_share")
    try:
        fcr = cx.fcr(**asked)
        found["first_contact"] = plain(fcr) | {key: getattr(fcr, key) for key in counts}
        found["non_repeat"] = plain(cx.non_repeat(**asked))
    except UNGIVEN as error:
        found["problem"] = str(error)
        return found
    if asked["channel"] is not None:
        rows: Any = cx.fcr(**asked, by=asked["channel"])
        for row in rows:
            found["by_channel"].append({"channel": row["key"], "estimate": of_row(row)})
    return found


def effort(asked: Row) -> Row:
    """Contacts per issue, and moves from the channel in which an issue began."""
    try:
        found = cx.log_effort(**asked)
    except UNGIVEN:
        return {"effort": None, "moves": []}
    names = ("contacts", "switches", "duration", "repeated", "multichannel")
    estimates = {name: getattr(found, name) for name in names}
    return {
        "effort": {
            "issues": found.issues,
            "open": found.open,
            **{name: one and plain(one) for name, one in estimates.items()},
        },
        "moves": [
            {"from": row["from"], "to": row["to"], "issues": row["issues"], "estimate": of_row(row)}
            for row in found.moves or ()
        ],
    }


def patience(
    config: Config,
    table: Contacts,
    source: Source,
    time: Array,
    left: Array | None,
    inside: Array,
) -> Row:
    """How long customers are ready to wait, and how long they waited for somebody, by period."""
    if table.wait is None or left is None:
        return {"patience": None, "waits": []}
    wait = source.numbers(table.wait)
    if (wait < 0).any():
        row = int(np.argmax(wait < 0))
        raise source.bad(row, table.wait, f"the wait {wait[row]:g} is negative")
    queued = inside & ~np.isnan(wait)
    if not queued.any():
        return {"patience": None, "waits": []}
    ends = np.where(left[queued] == MISSING, np.nan, left[queued].astype(float))
    curve = cx.patience(wait[queued], ends)
    confidence = config.confidence

    def gone(mark: float) -> Row | None:
        return tried(lambda: curve.within(mark, confidence=confidence))

    found: Row = {
        "n": curve.n,
        "abandoned": curve.events,
        "unknown": curve.unknown,
        "median": tried(lambda: curve.quantile(0.5, confidence=confidence)),
        "gone_by": [
            {"seconds": mark, "estimate": gone(mark)}
            for mark in MARKS
            if mark <= (curve.longest or 0)
        ],
        "curve": thinned(curve.curve(confidence=confidence)) if curve.n else [],
    }
    labels = period(time[queued], table.every)
    answered = cx.patience(wait[queued], 1 - ends, by=labels)
    waits = [
        {"period": said(row["key"], table.every), "n": row["n"], "median": of_row(row)}
        for row in answered.quantile(0.5, confidence=confidence)
    ]
    return {"patience": found, "waits": waits, "every": table.every}


def thinned(curve: cx.Table) -> list[Row]:
    """The steps that are drawn: as long as some are still waiting, not more than can be seen."""
    keys = ("time", "survival", "ci_low", "ci_high", "at_risk")
    rows = [{key: row[key] for key in keys} for row in curve if row["at_risk"] >= FEWEST_AT_RISK]
    rows = rows or [{key: row[key] for key in keys} for row in curve]
    step = -(-len(rows) // DRAWN)
    return rows[::step] + (rows[-1:] if (len(rows) - 1) % step else [])


def silence(
    config: Config, customer: Array, time: Array, now: np.datetime64, window: float
) -> Row | None:
    """Customers who are silent for longer than their own rhythm explains."""
    try:
        found = cx.silence(
            time, now=now, customer=customer, merge_gap=window, confidence=config.confidence
        )
    except UNGIVEN:
        return None
    low, high = found.beyond_chance_ci
    return {
        "share": plain(found.share),
        "customers": found.customers,
        "silent": found.silent,
        "single": found.single,
        "rhythm": found.rhythm,
        "beyond_chance": {"value": found.beyond_chance, "ci_low": low, "ci_high": high},
    }


# -- promises ------------------------------------------------------------------------------------


def promises(config: Config, table: Promised, folder: Path, log: Log) -> Row:
    source = opened(table, folder, log)
    due, done = source.times(table.due), source.times(table.done)
    made = source.times(table.made) if table.made else None
    found = about(source, table.now, [done, made, None if some(done) else due])
    asked: Row = {
        "due": due,
        "done": done,
        "made": made,
        "cancelled": flags(source, table.cancelled),
        "now": np.datetime64(found["now"], "us"),
        "confidence": config.confidence,
    }
    found |= {"kept": None, "settled": None, "counts": {}}
    found |= {"kinds": [], "later": [], "problem": None}
    try:
        whole = cx.promises(**asked)
    except UNGIVEN as error:
        found["problem"] = str(error)
        return found
    found |= kept(whole.table[0])
    lateness = whole.lateness
    assert isinstance(lateness, cx.Waits)
    for days in LATE:
        later = tried(lambda: lateness.survival(days * DAY, confidence=config.confidence))
        found["later"].append({"days": days, "estimate": later})
    kinds = named(source, table.kind)
    if kinds is not None:
        rows = cx.promises(**asked, by=kinds).table
        found["kinds"] = [{"kind": row["key"], **kept(row)} for row in rows]
    return found


def kept(row: Row) -> Row:
    """One row of promises: kept of all that were due, and of those that are settled."""
    limits = {key: row[f"settled_{key}"] for key in ("value", "ci_low", "ci_high")}
    names = ("kept", "late", "overdue", "cancelled", "open")
    return {
        "kept": of_row(row),
        "settled": None if limits["value"] is None else limits,
        "counts": {name: row[name] for name in names}
        | {"no_due": row["missing"], "impossible": row["out_of_range"]},
    }


# -- cases ---------------------------------------------------------------------------------------


def cases(config: Config, table: Cases, folder: Path, log: Log) -> Row:
    source = opened(table, folder, log)
    start = moments(source, table.opened)
    answered = source.times(table.answered)
    resolved = source.times(table.resolved) if table.resolved else None
    found = about(source, table.now, [start, answered, resolved])
    asked: Row = {
        "opened": start,
        "now": np.datetime64(found["now"], "us"),
        "level": (table.level or 24) * HOUR,  # the counts stand beside a level only
        "confidence": config.confidence,
    }
    kinds = named(source, table.kind)
    found |= {"level_hours": table.level, "answer": None, "resolution": None}
    levelled = table.level is not None
    for name, ends in (("answer", answered), ("resolution", resolved)):
        if ends is None:
            continue
        rows = [speed(cx.response_speed(answered=ends, **asked).table[0], "all", levelled)]
        if kinds is not None:
            by = cx.response_speed(answered=ends, **asked, by=kinds).table
            rows += [speed(row, row["key"], levelled) for row in by]
        found[name] = rows
    return found


def speed(row: Row, kind: str, levelled: bool) -> Row:
    """One row of response speed."""

    def limits(name: str) -> Row | None:
        if row[name] is None:
            return None
        ends = {key: row[f"{name}_{key}"] for key in ("ci_low", "ci_high")}
        return {
            "value": row[name],
            **{key: end if end is None or np.isfinite(end) else None for key, end in ends.items()},
        }

    return {
        "kind": kind,
        "cases": row["n"],
        "ended": row["answered"],
        "waiting": row["waiting"],
        "impossible": row["out_of_range"],
        "within": of_row(row) if levelled else None,
        "of_answered": row["of_answered"] if levelled else None,
        "of_all": row["of_all"] if levelled else None,
        "median": limits("median"),
        "q90": limits("q90"),
    }
