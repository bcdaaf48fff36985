"""The log of a gate: who could be asked, and the figure that its probabilities give."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

import cxkit as cx

from .answers import joined, order, period, spoken
from .calendar import ordinals
from .config import Config
from .logs import UNGIVEN, flags, opened
from .measure import KIND, closed, plain
from .question import Question
from .shapes import Array, Log, Row, silent

LATELY = 4  # periods that say how many can be asked


class GateAnswers:
    """The decisions of a gate."""

    def __init__(self, config: Config, folder: Path, main: Question, log: Log) -> None:
        assert config.gate
        self.table = table = config.gate
        self.source = source = opened(table, folder, log)
        self.chance = source.numbers(table.probability)
        wrong = ~((self.chance >= 0) & (self.chance <= 1))
        if wrong.any():
            row = int(np.argmax(wrong))
            raise source.bad(
                row,
                table.probability,
                f'"{source.text(row, table.probability)}" is no probability: a number from 0 to 1 '
                "is needed in every row",
            )
        invite = flags(source, table.invite)
        assert invite is not None
        self.invite = invite.astype(bool)
        impossible = self.invite & (self.chance == 0)
        if impossible.any():
            row = int(np.argmax(impossible))
            raise source.bad(
                row, table.invite, "somebody was invited whose probability was 0: that cannot be"
            )
        self.point = joined(source, table.point) if table.point else None
        self.time = source.times(table.time) if table.time else None
        if self.time is not None and np.isnat(self.time).any():
            raise source.bad(int(np.argmax(np.isnat(self.time))), table.time or "", "it is blank")
        self.score = self.scored(main)

    def scored(self, main: Question) -> Array | None:
        """The answers, NaN where there is none."""
        if not self.table.score:
            return None
        codes = main.score.codes
        values = self.source.answers(self.table.score, codes)
        found: Array = np.where(values >= codes.scale[0], values.astype(float), np.nan)
        return found

    def invited(self, every: str) -> dict[str, dict[int, int]] | None:
        """Invitations by point and period."""
        if self.point is None or self.time is None:
            return None
        names, codes = self.point
        found: dict[str, dict[int, int]] = {name: {} for name in names}
        rows = self.invite & (codes >= 0)
        at = ordinals(self.time[rows], every)
        pairs, counts = np.unique(np.stack([codes[rows], at]), axis=1, return_counts=True)
        for code, when, count in zip(*pairs, counts):
            found[names[int(code)]][int(when)] = int(count)
        return found

    def traffic(self) -> dict[str, int]:
        """Customers by point."""
        if self.point is None:
            return {}
        names, codes = self.point
        counts = np.bincount(codes[codes >= 0], minlength=len(names))
        return {name: int(count) for name, count in zip(names, counts)}

    def eligible(self, every: str, last: int) -> dict[str, float]:
        """Customers a period who could be asked, by point, in the latest periods."""
        if self.point is None or self.time is None:
            return {}
        names, codes = self.point
        at = ordinals(self.time, every)
        begin = max(int(at.min()), last - LATELY + 1)
        rows = (codes >= 0) & (self.chance > 0) & (at >= begin) & (at <= last)
        counts = np.bincount(codes[rows], minlength=len(names)) / max(1, last - begin + 1)
        return {name: float(count) for name, count in zip(names, counts)}

    def classes(self) -> tuple[list[str], Array] | None:
        return self.source.factor(self.table.frequency) if self.table.frequency else None


def read(config: Config, folder: Path, main: Question, log: Log = silent) -> GateAnswers | None:
    return GateAnswers(config, folder, main, log) if config.gate else None


def report(config: Config, main: Question, gate: GateAnswers | None) -> Row | None:
    """Coverage by frequency class, and the figure of the whole two ways; None without a log."""
    if gate is None:
        return None
    share = sharer(config)
    count, spared = len(gate.invite), gate.chance == 0
    answered = None if gate.score is None else ~np.isnan(gate.score)
    times = gate.time
    return {
        "files": [{"name": p.name, "rows": n} for p, n in zip(gate.source.paths, gate.source.rows)],
        "rows": count,
        "first": None if times is None else str(times.min().astype("datetime64[D]")),
        "last": None if times is None else str(times.max().astype("datetime64[D]")),
        "invited": int(gate.invite.sum()),
        "answered": None if answered is None else int(answered.sum()),
        "quarantined": share(int(spared.sum()), count),
        "reasons": reasons(gate),
        "classes": classes(config, gate, spared, answered, share),
        "figure": None if gate.score is None else figures(config, main, gate),
    }


def sharer(config: Config) -> Callable[[int, int], Row]:
    return lambda part, whole: plain(cx.share(part, whole, confidence=config.confidence))


def reasons(gate: GateAnswers) -> list[Row]:
    """How many decisions had each reason, most first."""
    if not gate.table.reason:
        return []
    labels, codes = gate.source.factor(gate.table.reason)
    counts = np.bincount(codes, minlength=len(labels))
    rows: list[Row] = [
        {"reason": text or "not stated", "n": int(n)} for text, n in zip(labels, counts) if n
    ]
    return sorted(rows, key=lambda row: -row["n"])


def classes(
    config: Config,
    gate: GateAnswers,
    spared: Array,
    answered: Array | None,
    share: Callable[[int, int], Row],
) -> list[Row]:
    """Each class of contact frequency: its part of the traffic, and how much could be asked."""
    found = gate.classes()
    if found is None:
        return []
    labels, codes = found
    rows: list[Row] = []
    counts = [int((codes == code).sum()) for code in range(len(labels))]
    answers = [
        0 if answered is None else int(answered[codes == code].sum()) for code in range(len(labels))
    ]
    secret = closed(answers, config.hide_below) if answered is not None else set()
    for code, text in enumerate(labels):
        inside = codes == code
        rows.append(
            {
                "frequency": text or "not stated",
                "contacts": counts[code],
                "share": counts[code] / len(codes),
                "eligible": share(int((inside & ~spared).sum()), counts[code]),
                "quarantined": int((inside & spared).sum()),
                "invited": int((inside & gate.invite).sum()),
                "answered": None if answered is None or code in secret else answers[code],
            }
        )
    return rows


def figures(config: Config, main: Question, gate: GateAnswers) -> Row:
    """The score of all who came, by the probabilities logged, beside the plain one; of the last
    wave where the log has times."""
    rows = of_wave(config, main, gate)
    assert gate.score is not None
    log: Row = {
        "probability": gate.chance[rows],
        "invite": gate.invite[rows].astype(np.int64),
        "score": gate.score[rows],
    }
    if gate.table.contact:
        log["contact"] = gate.source.factor(gate.table.contact)[1][rows].astype(np.int64)
    options: Row = {
        "metric": KIND[main.score.metric],
        "scale": main.score.codes.scale,
        "top": main.score.top,
        "confidence": config.confidence,
    }
    found: Row = {
        "wave": main.answers.waves[main.now] if not rows.all() else None,
        "rows": int(rows.sum()),
        **dict.fromkeys(("plain", "hajek", "by_class", "problem")),
    }
    try:
        found["plain"] = plain(cx.adaptive_mean(log, method="naive-pooled", **options))
        found["hajek"] = plain(cx.adaptive_mean(log, **options))
        parts = gate.classes()
        if parts:
            log["frequency"] = together(*parts, gate.score, rows)
            counts = np.bincount(log["frequency"]) / len(log["frequency"])
            shares = {at: float(part) for at, part in enumerate(counts) if part}
            found["by_class"] = plain(cx.adaptive_mean(log, shares=shares, **options))
    except (*UNGIVEN, cx.DomainError) as error:
        found["problem"] = str(error)
    return found


def of_wave(config: Config, main: Question, gate: GateAnswers) -> Array:
    """The rows of the last wave; all of them where that is not known."""
    everything = np.ones(len(gate.invite), bool)
    if gate.time is None or not config.every:
        return everything
    kinds, codes = np.unique(period(gate.time, config.every), return_inverse=True)
    wanted = main.answers.waves[main.now]
    kept: Array = np.array([spoken(str(one), config.every) == wanted for one in kinds])[codes]
    return kept if kept.any() else everything


def together(labels: list[str], codes: Array, score: Array, rows: Array) -> Array:
    """Classes in their order; one without an answer joins the one before it, the first the next."""
    places = order(labels)
    codes = codes[rows]
    counts = np.bincount(codes[~np.isnan(score[rows])], minlength=len(labels))
    lookup, current = np.zeros(len(labels), np.int64), 0
    for at, place in enumerate(places):
        if at and counts[place] and counts[places[:at]].any():
            current += 1
        lookup[place] = current
    return lookup[codes]
