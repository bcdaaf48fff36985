"""The next period: where each point stands, which are in trouble, and where to ask.

The answers pass through a monitor period by period, as if it had run all along; the plan of the
next period is made from its state. Every figure is the library's."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

import cxkit as cx

from . import stored
from .alarms import Watched, alarm, leveller
from .answers import NO_POINT, order
from .calendar import label, ordinals
from .config import Config
from .gatelog import GateAnswers
from .measure import finite
from .planfiles import YEAR, Amounts, Plan
from .planwords import when
from .problem import Problem, listed, nearest
from .question import Question
from .shapes import Array, Row
from .silence import Asked

FEWEST = 8  # periods from which a plan is made of them without being asked for
RECENT = 12  # periods; a point without an answer for so long is closed
USUAL = 8  # periods that say how many answers come
FLOOR = 30
WHOLE = ("value", "se", "ci_low", "ci_high")


def wanted(config: Config) -> str | None:
    """The period to plan for; None: the next wave."""
    if config.plan.period:
        return config.plan.period
    if not config.date or not config.point or config.weight or config.scores[0].metric == "mean":
        return None
    return None if config.wave or config.every else "week"


def report(
    config: Config, main: Question, asked: Asked | None, gate: GateAnswers | None
) -> Row | None:
    """The plan of the next period; None where the next wave is planned instead."""
    every = wanted(config)
    if every is None:
        return None
    kept = stored.read(config, main.answers.folder)
    seen = watched(config, main, every, kept)
    if seen is None or (not config.plan.period and seen.last - seen.first + 1 < FEWEST):
        return None
    if len(seen.secret) == len(seen.names):
        return None
    invited = gate.invited(every) if gate else invited_of(asked, every)
    try:
        monitor = run(config, seen, every, main, invited, kept)
        found = planned(config, main, seen, every, monitor, invited is not None, gate)
    except (cx.OptionError, cx.InfeasibleError, cx.UninformedError, cx.DomainError) as error:
        raise Problem(f"{config.path}: the plan of the next {every}: {error}") from None
    if config.plan.save:
        stored.save(monitor, main.answers.folder, config.plan.save)
    return found


def watched(
    config: Config, main: Question, every: str, kept: cx.Monitor | None
) -> Watched | None:
    """The valid answers with a point and a date, of points that are still open or stored."""
    answers = main.answers
    assert answers.time is not None
    valid = main.valid & (answers.point != NO_POINT)
    dated = valid & ~np.isnat(answers.time)
    if not dated.any():
        return None
    at = ordinals(answers.time[dated], every)
    point, last = answers.point[dated], int(at.max())
    latest = np.full(len(answers.points), at.min())
    np.maximum.at(latest, point, at)
    counts = np.bincount(point, minlength=len(answers.points))
    if kept:
        names = stored.names(config, kept, [answers.points[c] for c in np.flatnonzero(counts)])
    else:
        names = [
            name
            for code, name in enumerate(answers.points)
            if counts[code] and (last - latest[code] < RECENT or name in config.plan.permanent)
        ]
    names = sorted(names, key=str.encode)  # as a monitor has them
    known(config, list(dict.fromkeys([*answers.points, *names])))
    place = np.array([names.index(n) if n in names else -1 for n in answers.points])
    inside = place[point] >= 0
    rows = np.ascontiguousarray(place[point][inside].astype(np.int64))
    values = np.ascontiguousarray(main.values[dated][inside].astype(np.int64))
    secret = {int(place[code]) for code in hidden(config, main) if place[code] >= 0}
    if config.hide_below > 1:
        secret |= {code for code, name in enumerate(names) if name not in answers.points}
    return Watched(
        names=names,
        point=rows,
        value=values,
        at=at[inside],
        first=int(kept.settings["first_period"]) if kept else int(at.min()),
        last=last,
        closed=[answers.points[c] for c in np.flatnonzero(counts) if place[c] < 0],
        secret=secret,
        undated=int(valid.sum() - dated.sum()),
    )


def hidden(config: Config, main: Question) -> set[int]:
    """Points that may not be shown, in the last wave or in all."""
    found: set[int] = set()
    for rows in (main.rows(main.now), np.ones(len(main.values), bool)):
        secret = main.measure.hidden(main.by_point(rows), config.hide_below)
        found |= {int(key) for key in secret}
    return found


def known(config: Config, names: list[str]) -> None:
    """Refuses a name in [plan] that is no point."""
    plan = config.plan
    tables: dict[str, Iterable[str]] = {
        "permanent": plan.permanent,
        "capacity": plan.capacity if isinstance(plan.capacity, dict) else (),
        "rate": plan.rate if isinstance(plan.rate, dict) else (),
        "shares": plan.shares,
        "acknowledged": plan.acknowledged,
    }
    for key, given in tables.items():
        for name in given:
            if name not in names:
                raise Problem(
                    f'{config.path}: {key} in [plan] names "{name}", which is no measurement '
                    f"point.{nearest(name, names)} The points are {listed(names)}"
                )


def invited_of(asked: Asked | None, every: str) -> dict[str, dict[int, int]] | None:
    """Invitations by point and period, from the log of events."""
    if asked is None or not asked.table.point:
        return None
    return asked.sent(lambda times: ordinals(times, every))


def started(config: Config, seen: Watched, every: str, main: Question) -> cx.Monitor:
    """A monitor before the first answer."""
    plan, codes = config.plan, main.score.codes
    guard, half_life, noise = stored.SLOW[every]
    cut = codes.scale[1] - (main.score.top or 0)
    return cx.Monitor(
        seen.names,
        arl=plan.arl or YEAR[every],
        drop=plan.drop,
        direction=plan.direction,
        baseline=plan.baseline,
        guard=guard,
        half_life=half_life,
        process_noise=noise,
        scale=codes.scale,
        detractors=6 if main.score.metric == "nps" else cut,
        promoters=9 if main.score.metric == "nps" else cut + 1,
        first_period=seen.first,
    )


def run(
    config: Config,
    seen: Watched,
    every: str,
    main: Question,
    invited: dict[str, dict[int, int]] | None,
    kept: cx.Monitor | None,
) -> cx.Monitor:
    """The monitor at the beginning of the next period, from what is stored where it is."""
    monitor = started(config, seen, every, main)
    noticed = [
        (name, int(ordinals(np.array([day], "datetime64[D]"), every)[0]))
        for name, day in config.plan.acknowledged.items()
        if name in seen.names
    ]
    if kept:
        stored.check(config, kept, monitor, every)
        if kept.period > seen.last + 1:
            texts = (when(label(at, every), every) for at in (kept.period - 1, seen.last))
            raise stored.behind(config, *texts)
        seen.earlier = int((seen.at < kept.period).sum())
        monitor = kept
        stored.settle(monitor, noticed)
    begin = monitor.period
    sequence = np.argsort(seen.at, kind="stable")
    point, value, at = seen.point[sequence], seen.value[sequence], seen.at[sequence]
    names = np.array(seen.names, dtype=object)
    edges = np.searchsorted(at, np.arange(begin, seen.last + 2))
    for index, start in enumerate(edges[:-1]):
        if edges[index + 1] > start:
            rows = slice(start, edges[index + 1])
            monitor.observe(names[point[rows]].tolist(), value[rows])
        for name in seen.names:
            if count := (invited or {}).get(name, {}).get(begin + index):
                monitor.invite(name, count)
        monitor.end_period()
        for name, day in noticed:
            if day == begin + index:
                monitor.acknowledge(name, learn=True)
    return monitor


# -- the plan ------------------------------------------------------------------------------------


def usual(seen: Watched) -> int:
    """Answers in a period lately, the newest apart: it may not be whole."""
    counts = np.bincount(seen.at - seen.first, minlength=seen.last - seen.first + 1)
    lately = counts[:-1][-USUAL:] if len(counts) > 1 else counts
    return max(len(seen.names), round(float(lately.mean())))


def each(given: Amounts, names: list[str]) -> list[float] | None:
    """One number for each point, infinity where there is none."""
    if given is None:
        return None
    one = given if isinstance(given, dict) else dict.fromkeys(names, given)
    return [one.get(name, float("inf")) for name in names]


def shares_of(
    plan: Plan, seen: Watched, table: cx.Table, gate: GateAnswers | None
) -> tuple[list[float], str]:
    """The weight of each point in the figure of the whole, and where it is from."""
    if plan.shares:
        lacking = [name for name in seen.names if name not in plan.shares]
        if lacking:
            raise cx.OptionError(f"shares lack {listed(lacking)}")
        return [plan.shares[name] for name in seen.names], "given"
    traffic = gate.traffic() if gate else {}
    if all(traffic.get(name) for name in seen.names):
        return [float(traffic[name]) for name in seen.names], "traffic"
    return [float(n) for n in table["n"]], "answers"


def rates(plan: Plan, names: list[str], table: cx.Table) -> list[float | None] | None:
    """Answers to an invitation: as given, else as the monitor has found."""
    given = plan.rate if isinstance(plan.rate, dict) else dict.fromkeys(names, plan.rate)
    found = [
        one if one is not None else row["response_rate"]
        for one, row in zip((given.get(name) for name in names), table)
    ]
    return found if any(rate is not None for rate in found) else None


@dataclass
class Terms:
    """What a plan is asked to keep to."""

    budget: int
    floor: int
    weights: list[float]
    source: str
    columns: Row
    upper: list[float]
    bounded: bool


def terms(
    config: Config, seen: Watched, every: str, table: cx.Table, gate: GateAnswers | None
) -> Terms:
    """Budget, bounds, shares, rates and traffic of the next period."""
    plan = config.plan
    budget = plan.budget or usual(seen)
    if budget < len(seen.names):
        raise cx.OptionError(
            f"budget = {budget} is less than one answer for each of the {len(seen.names)} points"
            "; raise it, or leave points out"
        )
    even = budget // len(seen.names)
    floor = plan.floor if plan.floor else max(1, min(FLOOR, even // 2))
    upper = each(plan.capacity, seen.names) or [math.inf] * len(seen.names)
    if sum(min(float(floor), most) for most in upper) > budget and not plan.permanent:
        floor = even
    lower = [min(float(floor), most) for most in upper]
    for code in seen.secret:  # what is hidden gets its floor, which says nothing
        upper[code] = lower[code]
    weights, source = shares_of(plan, seen, table, gate)
    columns: Row = {
        "lower": lower,
        "upper": upper,
        "weight": weights,
        "response_rate": rates(plan, seen.names, table),
        "permanent": [int(name in plan.permanent) for name in seen.names],
    }
    coming = gate.eligible(every, seen.last) if gate else {}
    if columns["response_rate"] and all(columns["response_rate"]):
        columns["traffic"] = [max(1.0, coming.get(name, math.inf)) for name in seen.names]
    bounded = plan.policy != "proportional" or "traffic" in columns
    if not bounded:  # nobody has counted the customers: the shares stand for them, and bind nothing
        columns["traffic"] = [1e6 * budget * weight / sum(weights) for weight in weights]
    return Terms(budget, floor, weights, source, columns, upper, bounded)


def planned(
    config: Config,
    main: Question,
    seen: Watched,
    every: str,
    monitor: cx.Monitor,
    asked: bool,
    gate: GateAnswers | None,
) -> Row:
    """The plan of the next period, row by row, with the alarms."""
    plan, table = config.plan, monitor.points
    term = terms(config, seen, every, table, gate)
    more: Row = {"soft": True, "period": seen.last + 1, "allowance": plan.allowance}
    found = cx.plan_points(monitor, term.budget, policy=plan.policy, **more, **term.columns)
    calm = cx.plan_points(monitor, term.budget, policy="neyman", **more, **term.columns)
    return {
        "score": main.score.column,
        "period": every,
        "next": label(seen.last + 1, every),
        "first": label(seen.first, every),
        "last": label(seen.last, every),
        "periods": seen.last - seen.first + 1,
        "policy": found.policy,
        "budget": term.budget,
        "planned": int(sum(found.n)),
        "floor": term.floor,
        "floor_asked": plan.floor or term.floor,
        "shares": term.source,
        "error": found.error,
        "variance": found.variance,
        "best_variance": found.best_variance,
        "gain_high": found.certificate and finite(found.certificate.gain_high),
        "gain_low": found.certificate and finite(found.certificate.gain_low),
        "gap": found.gap,
        "arl": monitor.settings["arl"],
        "log_arl": math.log(monitor.settings["arl"]),
        "baseline": plan.baseline,
        "direction": plan.direction,
        "invitations_known": asked,
        "log_evidence": finite(monitor.log_evidence),
        "rows": rows_of(config, main, seen, term, table, found, calm),
        "alarms": [
            alarm(row, seen, main, monitor, every)
            for row in monitor.alarms
            if seen.names.index(row["point"]) not in seen.secret
        ],
        "closed": seen.closed if config.hide_below < 2 else [],
        "without_date": seen.undated,
        "whole": whole_of(main, seen, term, table),
        "stored": None if seen.earlier is None else {"earlier": seen.earlier},
    }


def whole_of(main: Question, seen: Watched, term: Terms, table: cx.Table) -> Row | None:
    """The figure of the whole over the latest periods, with weights that do not follow the numbers
    of answers; without a number where a point has no answer in one of them."""
    count = len(seen.names)
    begin = max(int(seen.at.min()), seen.last - RECENT + 1)
    recent = seen.at >= begin
    if seen.secret:
        return None
    size = seen.last - begin + 1
    cell = (seen.at[recent] - begin) * count + seen.point[recent]
    factor, shift = leveller(main)
    value = worth(main, seen.value[recent]) * factor + shift
    n = np.bincount(cell, minlength=size * count)
    mean = np.bincount(cell, value, size * count) / np.maximum(n, 1)
    squares = np.bincount(cell, (value - mean[cell]) ** 2, size * count)
    cells = {
        "period": np.repeat(np.arange(size), count),
        "weight": np.tile(np.array(term.weights), size),
        "n": n,
        "mean": mean,
        "variance": squares / np.maximum(n - 1, 1),
        "predicted_variance": np.tile(np.array(table["s2"]) * factor**2, size),
    }
    unit = "points" if main.score.metric == "nps" else "fraction"
    figures = cx.period_means(cells, unit=unit, confidence=main.config.confidence).figures
    return {"periods": size, **{key: figures[key] for key in WHOLE}}


def worth(main: Question, values: Array) -> Array:
    """What an answer counts to a monitor: 100, 0 or -100."""
    if main.score.metric == "nps":
        return 100.0 * (values >= 9) - 100.0 * (values <= 6)
    top = main.score.codes.scale[1] - (main.score.top or 0)
    return 200.0 * (values > top) - 100.0


def rows_of(
    config: Config,
    main: Question,
    seen: Watched,
    term: Terms,
    table: cx.Table,
    found: cx.PointsPlan,
    calm: cx.PointsPlan,
) -> list[Row]:
    """One row for each point: its number, why, and where it stands."""
    now = np.bincount(seen.point[seen.at == seen.last], minlength=len(seen.names))
    level, rows = leveller(main), []
    for code, name in enumerate(seen.names):
        row, secret = found.table[code], code in seen.secret
        shown: Row = {
            "point": name,
            "permanent": name in config.plan.permanent,
            "now": int(now[code]) if config.hide_below < 2 else None,
            "next": int(row["n"]),
            "without_evidence": None if secret else int(calm.n[code]),
            "floor": whole(row["floor"]),
            "capacity": whole(row["capacity"] if term.bounded else term.upper[code]),
            "invitations": None
            if secret
            else inviting(row, term.columns["response_rate"], code),
            "reason": "hidden" if secret else row["reason"],
            "why": "its figures are hidden, so it gets the floor" if secret else why(found, name),
            "hidden": secret,
        }
        stands = standing(table[code], row, level)
        stands["share"] = term.weights[code] / sum(term.weights)
        rows.append(shown | {key: None if secret else one for key, one in stands.items()})
    return [rows[code] for code in order(seen.names)]


def why(found: cx.PointsPlan, name: str) -> str:
    """The reason in words, without the name and the bounds, which stand beside it."""
    return found.explain(name)[len(name) :].partition(": ")[2].rpartition(" (")[0]


def whole(value: float) -> float | None:
    """A bound, as a whole number where it is one; None where there is none."""
    if value == math.inf:
        return None
    return int(value) if value == int(value) else value


def inviting(row: Row, rates: list[float | None] | None, code: int) -> float | None:
    """Invitations that the plan takes, where it is known how many answer."""
    return row["invitations"] if rates and rates[code] is not None else None


def standing(state: Row, row: Row, level: tuple[float, float]) -> Row:
    """Where a point stands, and what its number is made of."""
    factor, shift = level
    return {
        "n": state["n"],
        "level": state["level"] * factor + shift,
        "se": state["se"] * factor,
        "reference": None if state["reference"] is None else state["reference"] * factor + shift,
        "response_rate": state["response_rate"],
        "state": state["state"],
        "alarm": state["alarm"],
        "flag": bool(state["flag"]),
        "log_evidence": finite(state["log_evidence"]),
        "expected": row["expected"],
        "chance": row["chance"],
        "part_precision": row["precision"],
        "part_evidence": row["evidence"],
    }
