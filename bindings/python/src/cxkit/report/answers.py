"""The answers of a folder as arrays, with waves and measurement points."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from .config import Config
from .problem import Problem, listed, nearest
from .shapes import Array, Log, Row, silent
from .source import NOT_APPLICABLE, Source, find

NO_POINT = -1
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass
class Answers:
    """Everything the numbers are made from. One entry a row that is kept."""

    folder: Path
    files: list[Row]
    waves: list[str]
    wave: Array
    points: list[str]
    point: Array
    weight: Array
    weighted: list[bool]
    time: Array | None
    scores: dict[str, Array]
    items: dict[str, Array]
    behaviours: dict[str, Array]
    described: dict[str, tuple[list[str], Array]]
    left_out: dict[str, int]
    total: int
    mode: tuple[list[str], Array] | None = None
    wait: Array | None = None
    respondent: Array | None = None
    margins: dict[str, tuple[list[str], Array]] = field(default_factory=dict)
    adjust: dict[str, tuple[list[str], Array]] = field(default_factory=dict)


def order(labels: list[str]) -> list[int]:
    """Positions of labels in natural order: numbers by size, then texts."""

    def key(index: int) -> tuple[int, float, str]:
        try:
            return (0, float(labels[index]), labels[index])
        except ValueError:
            return (1, 0.0, labels[index])

    return sorted(range(len(labels)), key=key)


def period(times: Array, every: str | None) -> Array:
    """The label of the calendar period a time falls into, as text."""
    day = times.astype("datetime64[D]")
    if every == "day":
        return day.astype(str)
    if every == "week":
        return ((day.astype(int) + 3) // 7 * 7 - 3).astype("datetime64[D]").astype(str)
    if every == "month":
        return day.astype("datetime64[M]").astype(str)
    years = day.astype("datetime64[Y]").astype(str)
    if every == "year":
        return years
    quarter = day.astype("datetime64[M]").astype(int) % 12 // 3 + 1
    return np.char.add(np.char.add(years, "-Q"), quarter.astype(str))


def spoken(label: str, every: str | None) -> str:
    """A period as it is said: 'Mar 2024', '2024 Q1'."""
    if every == "month":
        year, month = label.split("-")
        return f"{MONTHS[int(month) - 1]} {year}"
    return label.replace("-Q", " Q")


def said(label: str, every: str) -> str:
    """A period as it is said; a week by its Monday."""
    if every not in ("day", "week"):
        return spoken(label, every)
    day = datetime.date.fromisoformat(label)
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def joined(source: Source, columns: Sequence[str]) -> tuple[list[str], Array]:
    """(labels, codes) of several columns side by side; NO_POINT where any of them is blank."""
    labels, codes = [""], np.zeros(source.count, np.int64)
    blank = np.zeros(source.count, bool)
    for column in columns:
        names, found = source.factor(column)
        names_in_order = [names[index] for index in order(names)]
        place = np.empty(len(names), np.int64)
        place[order(names)] = np.arange(len(names))
        blank |= np.array([name == "" for name in names])[found]
        codes = codes * len(names) + place[found]
        labels = [f"{left} {right}".strip() for left in labels for right in names_in_order]
    used = np.unique(codes[~blank])
    compact = np.full(len(labels), NO_POINT, np.int32)
    compact[used] = np.arange(len(used))
    return [labels[index] for index in used], np.where(blank, NO_POINT, compact[codes])


def waves_of(config: Config, source: Source, times: Array | None) -> tuple[list[str], Array, Array]:
    """(labels, codes, kept): the wave of every row."""
    kept = np.ones(source.count, bool)
    labels: list[str] = ["all answers"]
    codes: Array = np.zeros(source.count, np.int32)
    if config.until is not None and times is not None:
        last = np.datetime64(config.until + datetime.timedelta(days=1), "us")
        kept &= ~(times >= last)
    if config.wave:
        labels, codes = source.factor(config.wave)
        if "" in labels:
            row = source.first_row(codes, labels.index(""))
            raise source.bad(row, config.wave, "the wave is blank")
    elif config.every and config.date and times is not None:
        if np.isnat(times).any():
            row = int(np.argmax(np.isnat(times)))
            raise source.bad(row, config.date, "the date is blank, so the answer has no wave")
        names, codes = np.unique(period(times, config.every), return_inverse=True)
        labels = list(map(str, names))
    present = [index for index in order(labels) if (kept & (codes == index)).any()]
    place = np.full(len(labels), -1, np.int32)
    place[present] = np.arange(len(present))
    return [spoken(labels[index], config.every) for index in present], place[codes], kept


def weights_of(
    config: Config, source: Source, wave: Array, waves: list[str]
) -> tuple[Array, list[bool]]:
    """(weights, waves that have them). A wave without any weight counts every answer once."""
    if not config.weight:
        return np.ones(source.count), [False] * len(waves)
    weight = source.numbers(config.weight)
    negative = weight < 0
    if negative.any():
        row = int(np.argmax(negative))
        raise source.bad(row, config.weight, f"the weight {weight[row]:g} is negative")
    blank, has = np.isnan(weight), []
    for index, label in enumerate(waves):
        inside = wave == index
        has.append(not blank[inside].all())
        if has[-1] and blank[inside].any():
            row = int(np.argmax(inside & blank))
            raise source.bad(
                row, config.weight, f"the weight is blank, and others of wave {label} have one"
            )
    return np.where(blank, 1.0, weight), has


def waits_of(config: Config, source: Source) -> Array | None:
    """Seconds waited, NaN where blank."""
    if not config.tolerance:
        return None
    name = config.tolerance.wait
    wait = source.numbers(name)
    if (wait < 0).any():
        row = int(np.argmax(wait < 0))
        raise source.bad(row, name, f"the wait {wait[row]:g} is negative")
    return wait


def margins_of(
    source: Source, margins: dict[str, dict[str, float]]
) -> dict[str, tuple[list[str], Array]]:
    """The categories of each margin; a blank is no category, anything else has to be one."""
    found = {name: source.factor(name) for name in margins}
    for name, (labels, codes) in found.items():
        for index, label in enumerate(labels):
            if label and label not in margins[name]:
                raise source.bad(
                    source.first_row(codes, index),
                    name,
                    f'"{label}" is no category of [margins.{name}].'
                    + nearest(label, margins[name])
                    + f" The categories are {listed(margins[name])}",
                )
    return found


def log_files(config: Config, folder: Path) -> set[Path]:
    """The files that are no answers: contacts, promises, cases, invitations and the like."""
    return {path for log in config.logs() for name in log.files for path in folder.glob(name)}


def answer_files(config: Config, folder: Path) -> list[Path]:
    """The files of answers: those that match, without those of contacts, promises and cases."""
    other = log_files(config, folder)
    found = [path for path in find(folder, config.files) if path not in other]
    if not found:
        raise Problem(
            f"{folder}: every file belongs to contacts, promises, invitations or the like: name "
            "those of the answers with files"
        )
    return found


def before(values: Array, happened: Array, answered: Array | None) -> Array:
    """Answers on what had happened by then; on what had not, they do not apply."""
    assert answered is not None
    known = ~np.isnat(happened) & ~np.isnat(answered)
    late: Array = np.where(known, happened > answered, np.isnat(happened))
    return np.where(late & (values >= 0), NOT_APPLICABLE, values).astype(values.dtype)


def read(
    config: Config, folder: Path, paths: list[Path] | None = None, log: Log = silent
) -> Answers:
    """The Answers of a folder, or of the files given."""
    paths = paths or answer_files(config, folder)
    source = Source(paths, config.columns(), log)
    log("checking the answers")
    times = source.times(config.date) if config.date else None
    waves, wave, kept = waves_of(config, source, times)
    if not kept.any():
        raise Problem(f"{folder}: every answer is later than until = {config.until}")
    weight, weighted = weights_of(config, source, wave, waves)
    points, point = (
        joined(source, config.point)
        if config.point
        else ([], np.full(source.count, NO_POINT, np.int32))
    )
    scores = {score.column: source.answers(score.column, score.codes) for score in config.scores}
    for score in config.scores:
        if not (scores[score.column][kept] >= score.codes.scale[0]).any():
            raise Problem(f'{folder}: the column "{score.column}" has no answer')
    items = {}
    if config.drivers:
        items = {name: source.answers(name, config.drivers.codes) for name in config.drivers.items}
        for name, column in config.drivers.happened.items():
            items[name] = before(items[name], source.times(column), times)
    behaviours = {
        one.column: source.choices(one.column, one.yes, one.no, one.missing)
        for one in config.behaviours
    }
    described = {name: source.factor(name) for name in config.describe}

    def cut(array: Array | None) -> Any:
        return None if array is None else np.ascontiguousarray(array[kept])

    mode = source.factor(config.mode) if config.mode else None
    asked = config.tolerance.respondent if config.tolerance else None
    margins = margins_of(source, config.margins)
    adjust = {name: source.factor(name) for name in (config.links.adjust if config.links else ())}
    return Answers(
        folder=folder,
        files=[{"name": path.name, "rows": rows} for path, rows in zip(source.paths, source.rows)],
        waves=waves,
        wave=cut(wave),
        points=points,
        point=cut(point),
        weight=cut(weight),
        weighted=weighted,
        time=cut(times),
        scores={k: cut(v) for k, v in scores.items()},
        items={k: cut(v) for k, v in items.items()},
        behaviours={k: cut(v) for k, v in behaviours.items()},
        described={k: (names, cut(codes)) for k, (names, codes) in described.items()},
        left_out={"after_until": int((~kept).sum())},
        total=source.count,
        mode=mode and (mode[0], cut(mode[1])),
        wait=cut(waits_of(config, source)),
        respondent=cut(source.factor(asked)[1]) if asked else None,
        margins={k: (names, cut(codes)) for k, (names, codes) in margins.items()},
        adjust={k: (names, cut(codes)) for k, (names, codes) in adjust.items()},
    )
