"""Those who did not answer: response rates, how evenly people answered, and what the others would
have to think for the score to change. Every estimate is the library's."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

import cxkit as cx

from .answers import joined, period, spoken
from .config import Config
from .logs import UNGIVEN, opened, placed
from .measure import Measure, closed, finite, plain
from .problem import Problem, listed, nearest
from .question import Question
from .shapes import Array, Log, Row, silent
from .source import Source
from .surveyfiles import EVENTS, Invitations

FINISHED = EVENTS.index("finished")
BACK = tuple(EVENTS.index(event) for event in ("quarantined", "opted-out"))
INELIGIBLE = EVENTS.index("ineligible")
STEPS = (0, 0.05, 0.1, 0.2, 0.3)  # how far the silent may differ, of the range of the score
UNFIT = (
    *UNGIVEN,
    cx.ConvergenceError,
    cx.DomainError,
    cx.InfeasibleError,
    cx.MismatchError,
    cx.SingularError,
)


class Asked:
    """The invitations of the last wave of the main score, one row for each event."""

    def __init__(self, config: Config, table: Invitations, folder: Path, main: Question, log: Log):
        self.table = table
        self.source = source = opened(table, folder, log)
        self.events = self.coded(source)
        labels, codes = source.factor(table.id)
        known = codes != labels.index("") if "" in labels else np.ones(len(codes), bool)
        self.no_id = int((~known).sum())
        inside = known & self.of_wave(config, source, codes, main)
        if not inside.any():
            raise Problem(
                f"{listed([path.name for path in source.paths], 3)}: no invitation belongs to the "
                f"wave {main.answers.waves[main.now]}"
            )
        self.rows, self.total = inside, source.count
        self.id = np.unique(codes[inside], return_inverse=True)[1]
        self.event = self.events[inside]

    def coded(self, source: Source) -> Array:
        """Every event as its place in EVENTS."""
        labels, codes = source.factor(self.table.event)
        words = {event: event for event in EVENTS} | self.table.events
        lookup = np.empty(len(labels), np.int16)
        for index, text in enumerate(labels):
            if not text:
                raise source.bad(
                    source.first_row(codes, index), self.table.event, "the event is blank"
                )
            event = words.get(text.casefold()) or words.get(text.casefold().replace("_", "-"))
            if event is None:
                raise source.bad(
                    source.first_row(codes, index),
                    self.table.event,
                    f'"{text}" is no event.'
                    + nearest(text, words)
                    + " Say which it is in [invitations.events], such as "
                    f'"{text}" = "sent"; the events are {listed(EVENTS)}',
                )
            lookup[index] = EVENTS.index(event)
        return lookup[codes]

    def of_wave(self, config: Config, source: Source, ids: Array, main: Question) -> Array:
        """The rows of the last wave: by their own label, or by the first time of each id."""
        wanted = main.answers.waves[main.now]
        if self.table.wave:
            labels, codes = source.factor(self.table.wave)
            return np.array([spoken(label, config.every) == wanted for label in labels])[codes]
        if not self.table.time:
            return np.ones(source.count, bool)
        times = source.times(self.table.time)
        if np.isnat(times).any():
            raise source.bad(int(np.argmax(np.isnat(times))), self.table.time, "the time is blank")
        first = np.full(int(ids.max()) + 1, np.iinfo(np.int64).max)
        np.minimum.at(first, ids, times.astype("datetime64[us]").astype(np.int64))
        names = period(first[ids].astype("datetime64[us]"), config.every)
        kinds, codes = np.unique(names, return_inverse=True)
        kept = [spoken(str(name), config.every) == wanted for name in kinds]
        return np.array(kept)[codes]

    @property
    def count(self) -> int:
        return int(self.id.max()) + 1

    def finished(self) -> Array:
        """Whether each invitation ended in an answer."""
        found = np.zeros(self.count, bool)
        found[self.id[self.event == FINISHED]] = True
        return found

    def asked(self) -> Array:
        """Whether each invitation was sent to somebody who is meant: what a rule kept back, and
        who opted out before, was not asked."""
        found = np.zeros(self.count, bool)
        found[self.id[~np.isin(self.event, BACK)]] = True
        found[self.id[self.event == INELIGIBLE]] = False
        return found

    def sent(self, number: Callable[[Array], Array]) -> dict[str, dict[int, int]]:
        """Invitations of all waves by point and by the period of their first event."""
        assert self.table.time and self.table.point
        labels, codes = self.source.factor(self.table.id)
        names, places = joined(self.source, self.table.point)
        known = codes != labels.index("") if "" in labels else np.ones(len(codes), bool)
        rows = np.flatnonzero(known & ~np.isin(self.events, (*BACK, INELIGIBLE)) & (places >= 0))
        times = self.source.times(self.table.time)
        rows = rows[np.argsort(times[rows], kind="stable")]
        first = rows[np.unique(codes[rows], return_index=True)[1]]
        found: dict[str, dict[int, int]] = {name: {} for name in names}
        for place, at in zip(places[first], number(times[first])):
            mine = found[names[int(place)]]
            mine[int(at)] = mine.get(int(at), 0) + 1
        return found

    def each(self, name: str) -> Array:
        """What is known about each invitation of the wave: the last text that is not blank."""
        labels, codes = self.source.factor(name)
        texts = np.array(labels, object)[codes[self.rows]]
        found = np.full(self.count, "not known", object)
        said = texts != ""
        found[self.id[said]] = texts[said]
        return found

    def encounters(self) -> tuple[set[str], set[str]]:
        """(encounters asked about, encounters with an answer), of all waves."""
        assert self.table.encounter
        labels, codes = self.source.factor(self.table.encounter)
        names, ids = self.source.factor(self.table.id)
        known = np.array([name != "" for name in names])[ids]
        sent = known & np.isin(ids, ids[~np.isin(self.events, BACK)])
        done = known & np.isin(ids, ids[self.events == FINISHED])
        found = [{labels[code] for code in np.unique(codes[rows])} for rows in (sent, done)]
        return found[0] - {""}, found[1] - {""}


def report(config: Config, main: Question, asked: Asked | None) -> Row | None:
    """The chapter about silence; None without invitations and without margins."""
    if not asked and not config.margins:
        return None
    wave = main.answers.waves[main.now]
    return {
        "score": main.score.column,
        "title": main.score.title,
        "wave": wave,
        "invitations": asked and invited(config, asked),
        "bounds": asked and bounds(config, asked, main),
        "weighted": weighted(config, main) if config.margins else None,
    }


def read(config: Config, folder: Path, main: Question, log: Log = silent) -> Asked | None:
    """The invitations; None without the table."""
    return Asked(config, config.invitations, folder, main, log) if config.invitations else None


# -- response ------------------------------------------------------------------------------------


def invited(config: Config, asked: Asked) -> Row:
    """What became of the invitations, and the rates."""
    table, source = asked.table, asked.source
    progress = source.numbers(table.progress)[asked.rows] if table.progress else None
    words = np.array(EVENTS, object)[asked.event]
    try:
        found = cx.dispositions(
            words, invitation=asked.id, progress=progress, partial_at=table.partial_at
        )
    except cx.DomainError as error:
        names = {"progress": table.progress, "event": table.event}
        raise placed(source, error, names, np.flatnonzero(asked.rows)) from None
    rates = found.rates(e=table.eligible, confidence=config.confidence)
    counts = ("complete", "partial", "refusal", "noncontact", "other")
    others = ("unknown_household", "unknown_other", "ineligible", "not_sampled")
    return {
        "files": [{"name": p.name, "rows": rows} for p, rows in zip(source.paths, source.rows)],
        "rows": asked.total,
        "rows_of_wave": int(asked.rows.sum()),
        "all_of_one_wave": not (table.wave or table.time),
        "invitations": found.invitations,
        "no_id": asked.no_id,
        "furthest": furthest(asked),
        "dispositions": {name: getattr(found, name) for name in (*counts, *others)},
        "rates": [
            {key: row[key] for key in ("rate", "value", "ci_low", "ci_high")}
            | {key: row[key] for key in ("numerator", "denominator")}
            for row in rates.table
        ],
        "eligible": rates.e,
        "coverage": rates.coverage,
        "even": even(asked, config.hide_below) if table.known else None,
    }


def furthest(asked: Asked) -> list[Row]:
    """How many invitations met each event."""
    found = []
    for code, event in enumerate(EVENTS):
        count = len(np.unique(asked.id[asked.event == code]))
        if count:
            found.append({"event": event, "invitations": count})
    return found


def even(asked: Asked, below: int) -> Row:
    """How evenly people answered, by what is known about everybody who was asked."""
    titles, sent = asked.table.known, asked.asked()
    known = {name: asked.each(name)[sent] for name in titles}
    answered = asked.finished()[sent].astype(np.int8)
    found: Row = {"known": list(titles.values()), "indicator": None, "columns": [], "problem": None}
    try:
        chances = cx.propensity(known, answered)
        value = cx.r_indicator(chances)
        parts = cx.r_indicator_partial(chances, known)
    except UNFIT as error:
        return found | {"problem": str(error)}
    if chances.separated:
        return found | {"problem": "a category answered in full, or not at all"}
    names = ("value", "adjusted", "mean", "cv", "cv_adjusted", "p_min", "n")
    found["indicator"] = {name: getattr(value, name) for name in names}
    shown: list[Row] = []
    for row in parts:
        if row["category"] is None:
            keys = ("unconditional", "conditional")
            shown.append(
                {
                    "column": row["variable"],
                    "title": titles[row["variable"]],
                    **{key: row[key] for key in keys},
                    "categories": [],
                }
            )
        else:
            shown[-1]["categories"].append(category(known, answered, row))
    for column in shown:
        column["categories"] = open_ones(column["categories"], below)
    found["columns"] = shown
    return found


def open_ones(categories: list[Row], below: int) -> list[Row]:
    """Without the response of categories in which few answered."""
    answered = [round(one["response"]["value"] * one["response"]["n"]) for one in categories]
    secret = closed(answered, below)
    return [one | {"response": None} if at in secret else one for at, one in enumerate(categories)]


def category(known: dict[str, Array], answered: Array, row: Row) -> Row:
    """One category: how many were asked, and the share that answered."""
    inside = known[row["variable"]] == row["category"]
    share = cx.share(int(answered[inside].sum()), int(inside.sum()))
    return {
        "category": row["category"],
        "unconditional": row["unconditional"],
        "response": {
            **{name: getattr(share, name) for name in ("value", "ci_low", "ci_high")},
            "n": int(inside.sum()),
        },
    }


# -- bounds --------------------------------------------------------------------------------------


def of_each(main: Question, values: Array) -> Array:
    """What one answer adds to the score: its mean is the score."""
    if main.score.metric == "nps":
        return 100.0 * (values >= 9) - 100.0 * (values <= 6)
    if main.score.metric == "csat":
        assert main.score.top
        return (values > main.score.codes.scale[1] - main.score.top).astype(float)
    return values.astype(float)


def threshold(main: Question) -> tuple[float, str]:
    """What the score is held against: the target, the wave before, or the middle."""
    if main.score.target is not None:
        return main.score.target, "target"
    if len(main.waves) > 1:
        before = main.measure.certainly(main.tally(main.rows(main.waves[-2])))
        return float(before["value"]), "wave before"
    low, high = main.score.range
    return (low + high) / 2, "middle"


def bounds(config: Config, asked: Asked, main: Question) -> Row:
    """What is sure about the score of everybody asked, whatever the silent think."""
    values = main.values[main.rows(main.now) & main.valid]
    everybody = int(asked.asked().sum())
    silence = everybody - len(values)
    if silence < 0:
        wave = main.answers.waves[main.now]
        raise Problem(
            f"{config.path}: {wave} has {len(values):,} answers, and {everybody:,} were asked: "
            "the log lacks invitations, or they belong to several waves: name their wave or time "
            "in [invitations]"
        )
    low, high = main.score.range
    y = np.concatenate([of_each(main, values), np.full(silence, np.nan)])
    goal, kind = threshold(main)
    found = cx.bounds(y, scale=(low, high), threshold=goal, confidence=config.confidence)
    towards = -1 if found.respondents > goal else 1
    deltas = [towards * step * (high - low) for step in STEPS]
    table = cx.bias_range(y, deltas, scale=(low, high), confidence=config.confidence)
    names = (
        "low",
        "high",
        "ci_low",
        "ci_high",
        "respondents",
        "response",
        "tipping",
        "tipping_gap",
    )
    keys = ("delta", "silent", "value", "ci_low", "ci_high")
    return {
        **{name: finite(getattr(found, name)) for name in names},
        "can_flip": found.can_flip,
        "answers": found.n,
        "asked": found.asked,
        "silent": silence,
        "threshold": goal,
        "threshold_is": kind,
        "range": [{key: finite(row[key]) for key in keys} for row in table],
    }


# -- weights -------------------------------------------------------------------------------------


def weighted(config: Config, main: Question) -> Row:
    """The score raked to the margins, beside the one without."""
    now = main.rows(main.now) & main.valid
    used, table = categories(main.answers.margins, now)
    found: Row = {
        "answers": int(used.sum()),
        "left_out": int((now & ~used).sum()),
        "without": main.measure.estimate(main.tally(now)),
        "estimate": None,
        "problem": None,
        "margins": [],
    }
    if not used.any():
        return found | {"problem": "no answer has a category in every margin"}
    start = main.weights(used)
    try:
        weights = cx.rake(table, config.margins, weights=start)
        estimate = designed(main.measure, main.values[used], weights)
    except UNFIT as error:
        return found | {"problem": str(error)}
    goal = main.score.target
    return found | {
        "estimate": plain(estimate),
        "probability": None if goal is None else cx.target(estimate, goal),
        **spread(weights, start),
        "margins": shares(weights.margins, config.hide_below),
    }


def categories(
    margins: dict[str, tuple[list[str], Array]], rows: Array
) -> tuple[Array, dict[str, Array]]:
    """(those of the rows that have a category in every margin, their categories)."""
    used = rows.copy()
    for labels, codes in margins.values():
        used &= ~np.isin(codes, [at for at, label in enumerate(labels) if label == ""])
    table = {
        name: np.array(labels, object)[codes[used]] for name, (labels, codes) in margins.items()
    }
    return used, table


def spread(weights: cx.Weights, start: Array | None) -> Row:
    """What weights cost, and how far they are from their start."""
    kish = cx.kish(weights)
    scale = 1.0 if start is None else float(start.sum()) / weights.total
    low, high = weights.ratio_range
    return {
        "deff": kish.deff,
        "n_eff": kish.n_eff,
        "largest": kish.largest,
        "ratio_low": low * scale,
        "ratio_high": high * scale,
    }


def designed(measure: Measure, values: Array, weights: cx.Weights) -> cx.SurveyEstimate:
    """The score under weights, with the error that is left after the margins are met."""
    design, score = cx.Design(calibration=weights), measure.score
    asked: Row = {"design": design, "confidence": measure.confidence}
    if score.metric == "nps":
        found = cx.nps(values, **asked)
    elif score.metric == "csat":
        found = cx.csat(values, scale=measure.scale, top=score.top, **asked)
    else:
        found = cx.survey_mean(values.astype(float), design, confidence=measure.confidence)
    assert isinstance(found, cx.SurveyEstimate)
    return found


def shares(margins: Iterable[Row], below: int) -> list[Row]:
    """Each category: its share as wanted, of the answers, and as attained; of few answers only
    what was wanted."""
    rows = list(margins)
    found = []
    for row in rows:
        same = [other for other in rows if other["margin"] == row["margin"]]
        secret = closed([other["rows"] for other in same], below)
        hidden = any(same[at] is row for at in secret)
        found.append(
            {
                "margin": row["margin"],
                "category": row["category"],
                "hidden": hidden,
                "rows": None if hidden else row["rows"],
                **{
                    key: None
                    if hidden and key == "start"
                    else row[key] / sum(other[key] for other in same)
                    for key in ("wanted", "start", "attained")
                },
            }
        )
    return found
