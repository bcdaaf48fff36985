"""Where something is wrong: measurement points, watched period by period."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from numbers import Real
from typing import Any

from . import _native
from ._columns import Column, column
from ._options import (
    CHANGES,
    EXCLUDED,
    FORMS,
    LATE,
    REFERENCES,
    answers,
    fill,
    number,
    scale_of,
    whole,
)
from ._state import State
from .errors import OptionError
from .table import Table

__all__ = ["Monitor"]

_WORDS = {"form": FORMS, "direction": CHANGES, "reference": REFERENCES, "late": LATE}
_PLAIN = (
    "max_age",
    "guard",
    "cycle",
    "learn",
    "arl",
    "confidence",
    "baseline",
    "rate_drop",
    "half_life",
    "process_noise",
    "prior_variance",
    "fdr",
    "detractors",
    "promoters",
    "first_period",
)


def _numbers(option: str, given: Any, most: int) -> list[float]:
    many = isinstance(given, Iterable) and not isinstance(given, str)
    values = list(given) if many else [given]
    if not 1 <= len(values) <= most or not all(isinstance(value, Real) for value in values):
        raise OptionError(f"{option} is {given!r}; it has to be 1 to {most} numbers")
    return [float(value) for value in values]


def _one_or_many(given: Any, role: str) -> object:
    """One value stands for every row."""
    return [given] if isinstance(given, str | Real) else column(given, role)


def _points(given: Any) -> object:
    return _one_or_many(given, "point")


def _column_or_number(given: Any, role: str) -> object:
    return None if given is None else _one_or_many(given, role)


class Monitor(State):
    """Measurement points watched period by period: levels, evidence of a change, alarms.

    points
        one key for each point: whole numbers or text
    arl
        the least mean number of periods to the first false alarm, whichever points are asked
    drop
        points by which a score may fall: one number, or several for an unknown drop
    weights
        how likely each point is to be the one that changes; None: all alike
    form
        "bounded" (no assumption but the mean) or "trinomial" (a little faster)
    direction
        "down", "up" or "both"
    reference, confidence
        "limit" (the confidence limit of the window it is frozen from) or "plug-in"
    baseline, guard
        answers a window needs, and periods between its end and its use
    cycle, learn
        periods in a cycle, such as 7, and from how many its offsets are learned
    common_shock
        also keep evidence from which what befalls all points is taken away: no guarantee
    max_age, late
        periods in which answers to an invitation are waited for; "error" or "count" for later ones
    rate_drop
        share of the response rate that is left when something is wrong with it
    half_life, process_noise, prior_variance, prior
        of shares and response rates (periods); variance of a level's change (points^2 a period);
        of the first level; counts of detractors, passives, promoters before any answer
    fdr
        share of false flags
    scale, detractors, promoters
        how answers are read
    first_period
        its number

    States add up where they do not share a history: see fork. The same answers of a period, in any
    order and split, give the same bytes.

    >>> import cxkit as cx
    >>> monitor = cx.Monitor(["Bern", "Basel"], arl=200, drop=20, reference="plug-in")
    >>> monitor.set_baseline(["Bern", "Basel"], [200, 200], [300, 300], [500, 500])
    >>> monitor.observe("Bern", [9, 10, 7, 0, 9, 10, 8, 9, 6, 10])
    >>> monitor.observe("Basel", [0, 3, 6, 7, 0, 2, 10, 6, 0, 1, 5, 4])
    >>> monitor.end_period()
    >>> [(row["point"], row["kind"], row["since"]) for row in monitor.alarms]
    []
    >>> monitor.observe("Basel", [0, 3, 6, 7, 0, 2, 10, 6, 0, 1, 5, 4])
    >>> monitor.end_period()
    >>> [(row["point"], row["kind"], row["since"]) for row in monitor.alarms]
    [('Basel', 'down', 1)]
    """

    __slots__ = ()

    _copy_of = staticmethod(_native.cx_monitor_copy)
    _merge_into = staticmethod(_native.cx_monitor_merge)
    _equal = staticmethod(_native.cx_monitor_equal)
    _size = staticmethod(_native.cx_monitor_encoded_size)
    _encode = staticmethod(_native.cx_monitor_encode)
    _decode = staticmethod(_native.cx_monitor_decode)

    def __init__(
        self,
        points: object,
        *,
        arl: float,
        drop: float | Sequence[float] = (10, 20, 40),
        weights: object = None,
        form: str = "bounded",
        direction: str = "down",
        reference: str = "limit",
        confidence: float = 0.95,
        baseline: float = 300,
        guard: int = 14,
        cycle: int = 0,
        learn: int = 56,
        common_shock: bool = False,
        max_age: int = 0,
        late: str = "error",
        rate_drop: float = 0.5,
        half_life: float = 28,
        process_noise: float = 1,
        prior_variance: float | None = None,
        prior: Sequence[float] | None = None,
        fdr: float = 0.1,
        scale: tuple[int, int] = (0, 10),
        detractors: int = 6,
        promoters: int = 9,
        first_period: int = 0,
    ) -> None:
        given = locals()
        options = fill(
            _native.cx_monitor_options(),
            **{option: number(option, given[option], table) for option, table in _WORDS.items()},
            **{option: given[option] for option in _PLAIN},
            common_shock=int(bool(common_shock)),
        )
        options.scale_min, options.scale_max = scale_of(scale)
        options.clear_drops()
        for value in _numbers("drop", drop, _native.CX_MONITOR_MOST_DROPS):
            options.add_drop(value)
        if prior is not None:
            counts = _numbers("prior", prior, 3)
            if len(counts) != 3:
                raise OptionError(f"prior is {prior!r}; it has to be three counts")
            for at, value in enumerate(counts):
                options.set_prior(at, value)
        keys = column(points, "point")
        keys = Column("point", keys) if type(keys) in (list, tuple) else keys
        self._own(_native.cx_monitor_new(keys, column(weights, "weights"), options))

    # -- what happens ------------------------------------------------------------------------

    def observe(
        self,
        point: object,
        scores: object,
        period: object = None,
        *,
        missing_codes: Sequence[float] = (),
        not_applicable_codes: Sequence[float] = (),
        invalid: str = "exclude",
        fractional: str = "invalid",
    ) -> None:
        """Counts answers.

        point
            a point, or one for each answer
        scores
            answers on the scale
        period
            in which they were invited, one or one for each answer; None: the newest
        missing_codes, not_applicable_codes, invalid, fractional
            as in Tally.add

        Raises DomainError for an unknown point and for a period that is closed or has not begun;
        the monitor is then unchanged.

        >>> import cxkit as cx
        >>> monitor = cx.Monitor([1, 2], arl=200)
        >>> monitor.observe([1, 2, 1], [10, 7, 11])
        >>> monitor.points["open"], monitor.excluded["out_of_range"]
        ([1, 1], 1)
        """
        options = answers(missing_codes, not_applicable_codes, invalid, fractional)
        rows = [scores] if isinstance(scores, Real) else column(scores, "scores")
        with self._lock:
            _native.cx_monitor_observe(
                self._handle, _points(point), rows, _column_or_number(period, "period"), options
            )

    def observe_counts(
        self,
        point: object,
        detractors: object,
        passives: object,
        promoters: object,
        period: object = None,
    ) -> None:
        """Counts answers that are already counted by class, a row for each point.

        >>> import cxkit as cx
        >>> monitor = cx.Monitor([1, 2], arl=200)
        >>> monitor.observe_counts([1, 2], [3, 0], [2, 1], [5, 9])
        >>> monitor.points["open"]
        [10, 10]
        """
        with self._lock:
            _native.cx_monitor_observe_counts(
                self._handle,
                _points(point),
                _one_or_many(detractors, "detractors"),
                _one_or_many(passives, "passives"),
                _one_or_many(promoters, "promoters"),
                _column_or_number(period, "period"),
            )

    def invite(
        self,
        point: object,
        invited: object,
        period: object = None,
        *,
        shown: object = None,
        declined: object = None,
    ) -> None:
        """Counts invitations, a row for each point; with them the response rate is watched.

        >>> import cxkit as cx
        >>> monitor = cx.Monitor([1, 2], arl=200)
        >>> monitor.invite([1, 2], [50, 20], declined=[3, 0])
        >>> monitor.points["invited"], monitor.points["declined"]
        ([50, 20], [3, 0])
        """
        with self._lock:
            _native.cx_monitor_invite(
                self._handle,
                _points(point),
                _one_or_many(invited, "invited"),
                _column_or_number(shown, "shown"),
                _column_or_number(declined, "declined"),
                _column_or_number(period, "period"),
            )

    def end_period(self) -> None:
        """Ends the newest period: levels and evidence take its answers in, alarms are raised."""
        with self._lock:
            _native.cx_monitor_end_period(self._handle)

    def advance(self, period: int) -> None:
        """Ends periods until this one is the newest.

        Raises DomainError when it lies before the newest: the clock runs backwards.

        >>> import cxkit as cx
        >>> monitor = cx.Monitor([1], arl=200)
        >>> monitor.advance(5)
        >>> monitor.period
        5
        """
        with self._lock:
            _native.cx_monitor_advance(self._handle, whole("period", period))

    # -- what is said about points -----------------------------------------------------------

    def set_baseline(
        self,
        point: object,
        detractors: object,
        passives: object,
        promoters: object,
        *,
        invited: object = None,
    ) -> None:
        """Gives points a reference from earlier answers; their evidence starts again at nothing.

        detractors, passives, promoters
            counts, one row for each point; with reference="plug-in" shares will do
        invited
            how many were asked for these answers; None: the response rate is not watched

        >>> import cxkit as cx
        >>> monitor = cx.Monitor([1], arl=200)
        >>> monitor.set_baseline(1, 60, 90, 150)
        >>> round(monitor.points["reference"][0], 1), monitor.points["reference_n"]
        (22.4, [300])
        """
        with self._lock:
            _native.cx_monitor_baseline(
                self._handle,
                _points(point),
                _one_or_many(detractors, "detractors"),
                _one_or_many(passives, "passives"),
                _one_or_many(promoters, "promoters"),
                _column_or_number(invited, "invited"),
            )

    def set_cycle(self, offsets: object) -> None:
        """Gives the offsets of the cycle, in points: of a period, that of its number modulo cycle.

        >>> import cxkit as cx
        >>> monitor = cx.Monitor([1], arl=200, cycle=7)
        >>> monitor.set_cycle([6, 3, 0, 0, -3, -6, 0])
        >>> monitor.cycle["offset"][0]
        6.0
        """
        with self._lock:
            _native.cx_monitor_set_cycle(self._handle, column(offsets, "offsets"))

    def acknowledge(self, point: object, *, learn: bool = False) -> None:
        """Takes notice of points: their alarms end, their evidence starts again at nothing.

        learn
            a new reference is frozen from the answers since the alarm; otherwise it stays

        >>> import cxkit as cx
        >>> monitor = cx.Monitor([1], arl=200)
        >>> monitor.acknowledge(1)
        """
        action = _native.CX_ACKNOWLEDGE_LEARN if learn else _native.CX_ACKNOWLEDGE_KEEP
        with self._lock:
            _native.cx_monitor_acknowledge(self._handle, _points(point), action)

    def reset(self) -> None:
        """Forgets everything but the settings, the points and their weights."""
        with self._lock:
            _native.cx_monitor_reset(self._handle)

    def fork(self) -> Monitor:
        """An empty companion for a second engine: merging it adds what it collected.

        >>> import cxkit as cx
        >>> monitor = cx.Monitor([1], arl=200)
        >>> other = monitor.fork()
        >>> other.observe(1, [9, 10])
        >>> monitor.merge(other).points["open"]
        [2]
        """
        with self._lock:
            return self._of(_native.cx_monitor_fork(self._handle))

    # -- what it says ------------------------------------------------------------------------

    @property
    def period(self) -> int:
        """Number of the newest period."""
        with self._lock:
            return int(_native.cx_monitor_period(self._handle))

    @property
    def points(self) -> Table:
        """One row for each point, in key order: level, evidence, alarm, and what planning needs.

        Of the columns: level and se; s2, the variance of one answer; variance, of the level in the
        next period, and known = s2 / variance; response_rate and outstanding answers;
        log_evidence; reference; state ("learning", "watching"); alarm; flag; age. Its figures say
        the period, arl, and the evidence of all points against it.
        """
        with self._lock:
            return Table(_native.cx_monitor_points(self._handle))

    @property
    def evidence(self) -> dict[int | str, float | None]:
        """The logarithm of each point's evidence, by its key; None while it learns."""
        table = self.points
        return dict(zip(table[table.columns[0]], table["log_evidence"]))

    @property
    def log_evidence(self) -> float:
        """Of all points without an alarm, against arl: an alarm at 0."""
        with self._lock:
            return float(_native.cx_monitor_log_evidence(self._handle))

    @property
    def alarms(self) -> Table:
        """One row for each alarm that is not acknowledged, with the answers since."""
        with self._lock:
            return Table(_native.cx_monitor_alarms(self._handle))

    @property
    def delays(self) -> Table:
        """How late answers come: one row for each age."""
        with self._lock:
            return Table(_native.cx_monitor_delays(self._handle))

    @property
    def cycle(self) -> Table:
        """The offsets of the cycle: one row for each phase."""
        with self._lock:
            return Table(_native.cx_monitor_cycle(self._handle))

    @property
    def late(self) -> int:
        """Answers that came after their period was closed, with late="count"."""
        with self._lock:
            return int(_native.cx_monitor_late(self._handle))

    @property
    def excluded(self) -> dict[str, int]:
        """Rows left out, by reason."""
        with self._lock:
            return {
                word: int(_native.cx_monitor_excluded(self._handle, at))
                for at, word in enumerate(EXCLUDED)
            }

    @property
    def settings(self) -> dict[str, Any]:
        """The options it was made with."""
        with self._lock:
            options = _native.cx_monitor_settings(self._handle)
        named: dict[str, Any] = {name: getattr(options, name) for name in _PLAIN}
        for name, table in _WORDS.items():
            named[name] = next(word for word, at in table.items() if at == getattr(options, name))
        named["drop"] = tuple(options.drop_at(at) for at in range(options.drops_used()))
        named["prior"] = tuple(options.prior_at(at) for at in range(3))
        named["scale"] = (options.scale_min, options.scale_max)
        named["common_shock"] = bool(options.common_shock)
        return named

    def __len__(self) -> int:
        with self._lock:
            return int(_native.cx_monitor_size(self._handle))

    def __repr__(self) -> str:
        alarms = len(self.alarms)
        return f"Monitor of {len(self)} points at period {self.period}, {alarms} alarms"
