"""May this customer be asked, here and now?"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from numbers import Integral
from typing import Any

from . import _native
from ._columns import column, keys
from ._options import fill, number
from ._salted import key_of
from ._times import moment, span, times
from .errors import MismatchError, NameNotFoundError, OptionError
from .ledger import EVENTS, Ledger
from .recent import Recent
from .rule import Rule, bits_of
from .table import Table

__all__ = ["Decision", "Gate"]

_GOALS = {"invitations": 0, "answers": 1}
_REASONS = tuple(_native.cx_reason_name(at) for at in range(_native.CX_REASON_END))
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision; its fields are the row of the log.

    invite
        ask this customer
    probability, u
        of the draw, as it was: invited when u < probability; 0 where no draw was made
    reason
        "invited", "not drawn", "rule", "forgotten" (more events than are kept), "clock" (an event
        after this time), "retired", "stopped", "drawn before", "asked before", "no id"
    rule, action
        number of the first rule that refuses and what it says to do; None
    retry_at
        when all rules will allow it, if nothing happens until then; None when they do
    frequency
        class of how often this contact has come lately: 0 to 5
    repeat
        the draw was made by an earlier call
    """

    invite: bool
    probability: float
    u: float
    reason: str
    rule: int | None
    action: str | None
    retry_at: Any
    frequency: int
    repeat: bool
    time: int
    point: object
    contact: int
    period: int
    policy: int
    allocation: int

    def to_dict(self) -> dict[str, Any]:
        """The fields by name."""
        return {name: getattr(self, name) for name in self.__slots__}


def decision_of(found: Any, point: object, time: object) -> Decision:
    """The row of C, with words, and times in the form that was given."""
    retry: Any = None
    if found.retry_at != found.time:
        retry = found.retry_at
        if isinstance(time, datetime):
            retry = _EPOCH + timedelta(microseconds=retry)
    refused = found.rule >= 0
    return Decision(
        invite=bool(found.invite),
        probability=found.probability,
        u=found.u,
        reason=_REASONS[found.reason],
        rule=found.rule if refused else None,
        action=("defer" if found.action else "block") if refused else None,
        retry_at=retry,
        frequency=found.frequency,
        repeat=bool(found.repeat),
        time=found.time,
        point=point,
        contact=found.contact,
        period=found.period,
        policy=found.policy,
        allocation=found.allocation,
    )


class Gate:
    """Decides who is asked: rules that spare customers, goals of points, and a fair draw.

    rules
        Rule objects, or mappings of their fields
    seed
        of the draws: the same on all machines that share customers
    points
        names, or a table with `point` and if wanted `group` and `type`. None: every name is a
        point when it first appears
    salt
        of the keys that contacts are kept under
    policy
        version; a new one makes new draws
    p_min, p_max
        exploration floor, and ceiling, of every point
    period
        time between new draws of a customer where no goal is set
    retry
        a repeated call so soon after the draw gets the same answer; 0: at the same second
    clock_slack
        how far a clock may run back without an error
    class_window, capacity
        time over which visits are counted for the frequency class; contacts to make room for
    recent
        a Recent with the gate's salt, in place of the ledger: 2.5 bytes a contact. Nobody is asked
        again within its window, and there are no other rules; coverage() says how many it spares
        by mistake

    >>> import cxkit as cx
    >>> gate = cx.Gate([cx.Rule(gap=30 * 86400)], seed=1, points=["shop", "web"])
    >>> gate.decide("Ada", "shop", 0).invite
    True
    >>> again = gate.decide("Ada", "web", 86_400_000_000)
    >>> again.invite, again.reason, again.retry_at // 86_400_000_000
    (False, 'rule', 30)
    """

    __slots__ = ("_handle", "_lock", "_salt", "_names", "_order", "_open", "_rules", "__weakref__")

    def __init__(
        self,
        rules: Iterable[Rule | Mapping[str, Any]],
        *,
        seed: int,
        points: object = None,
        salt: int = 0,
        policy: int = 0,
        p_min: float = 0.02,
        p_max: float = 1.0,
        period: object = timedelta(days=28),
        retry: object = 0,
        clock_slack: object = 0,
        class_window: object = timedelta(days=28),
        capacity: int = 0,
        recent: Recent | None = None,
    ) -> None:
        if seed is None:
            raise OptionError("seed is missing: a whole number, the same on all machines")
        options = fill(
            _native.cx_gate_options(),
            seed=seed,
            salt=salt,
            policy=policy,
            p_min=p_min,
            p_max=p_max,
            period=span(period, "period"),
            retry=span(retry, "retry"),
            clock_slack=span(clock_slack, "clock_slack"),
            class_window=span(class_window, "class_window"),
            capacity=capacity,
        )
        self._lock = threading.RLock()
        self._salt = int(salt)
        self._names: dict[Any, int] = {}
        self._order: list[Any] = []
        self._open = points is None
        self._rules = [rule if isinstance(rule, Rule) else Rule(**rule) for rule in rules]
        self._handle = _native.cx_gate_new(options)
        if recent is not None:
            with recent._lock:
                _native.cx_gate_use_recent(self._handle, recent._handle)
        for rule in self._rules:
            _native.cx_gate_add_rule(self._handle, rule._native())
        if points is not None:
            self.add_points(points)

    def add_points(self, points: Any) -> Gate:
        """Adds measurement points, behind those there are, and returns the gate.

        points
            names, or a table with `point` and if wanted `group` and `type`

        >>> import cxkit as cx
        >>> len(cx.Gate([], seed=1, points=["shop"]).add_points({"point": ["web"]}))
        2
        """
        if isinstance(points, Mapping) or hasattr(points, "columns") or hasattr(points, "schema"):
            table: dict[str, Any] = {name: points[name] for name in self._columns(points)}
        else:
            table = {"point": points}
        names = [name.item() if hasattr(name, "item") else name for name in table["point"]]
        table["exempt"] = [self._exempt(name) for name in names]
        with self._lock:
            _native.cx_gate_add_points(self._handle, keys(table))
            for name in names:
                self._names[name] = len(self._order)
                self._order.append(name)
        return self

    @staticmethod
    def _columns(points: Any) -> list[str]:
        found = list(points) if isinstance(points, Mapping) else list(points.columns)
        unknown = [name for name in found if name not in ("point", "group", "type")]
        if unknown or "point" not in found:
            raise NameNotFoundError(
                f"points has the columns {', '.join(map(str, found))}; "
                "it may have point, group and type"
            )
        return [str(name) for name in found]

    def _exempt(self, name: object) -> int:
        return sum(1 << at for at, rule in enumerate(self._rules) if rule._spares(name))

    def _point(self, point: Any) -> int:
        at = self._names.get(point)
        if at is None and self._open and isinstance(point, (str, Integral)):
            self.add_points([point])
            at = self._names[point]
        if at is None:
            raise NameNotFoundError(f"there is no point {point!r}; add_points adds one")
        return at

    def decide(
        self, contact: object, point: object, time: object, *, attributes: object = 0
    ) -> Decision:
        """Decides about one contact, and enters the invitation if there is one.

        contact
            id: text or a whole number; None is nobody, and never invited
        point
            its name
        time
            a datetime, or microseconds since 1970 UTC; not before the last decision
        attributes
            codes of the contact, for rules that have any

        Raises NameNotFoundError, and DomainError for a clock that runs backwards.

        >>> import cxkit as cx
        >>> gate = cx.Gate([], seed=1, points=["shop"])
        >>> first, retry = gate.decide(7, "shop", 0), gate.decide(7, "shop", 0)
        >>> first.invite == retry.invite, first.probability == retry.probability, retry.repeat
        (True, True, True)
        """
        at, key, bits = moment(time, "time"), key_of(contact, self._salt), bits_of(attributes)
        with self._lock:
            found = _native.cx_gate_decide(self._handle, key, self._point(point), at, bits)
        return decision_of(found, point, time)

    def decide_all(
        self, contact: object, point: Any, time: object, *, attributes: object = None
    ) -> Table:
        """Decides about many contacts, row after row: the table is the log.

        contact, point, time
            columns; rows in order of time
        attributes
            bits of each contact

        >>> import cxkit as cx
        >>> gate = cx.Gate([cx.Rule(gap=86400)], seed=1, points=["shop"])
        >>> log = gate.decide_all([1, 2, 1], ["shop"] * 3, [0, 0, 3_600_000_000])
        >>> log["reason"], log["invite"]
        (['invited', 'invited', 'rule'], [1, 1, 0])
        """
        given, when = column(point, "point"), times(time, "time")
        with self._lock:
            if self._open:
                listed = point.to_list() if hasattr(point, "to_list") else list(point)
                fresh = dict.fromkeys(name for name in listed if name is not None)
                fresh_names = [name for name in fresh if name not in self._names]
                if fresh_names:
                    self.add_points(fresh_names)
            return Table(
                _native.cx_gate_decide_all(
                    self._handle,
                    column(contact, "contact"),
                    given,
                    when,
                    column(attributes, "attributes"),
                )
            )

    def record(self, contact: object, point: object, event: str, time: object) -> None:
        """Enters what became of an invitation, or an invitation made elsewhere.

        The same event of the same minute twice is one event.

        >>> import cxkit as cx
        >>> gate = cx.Gate([cx.Rule(event="declined", gap=86400)], seed=1, points=["shop"])
        >>> gate.record("Ada", "shop", "declined", 0)
        >>> gate.decide("Ada", "shop", 3_600_000_000).reason
        'rule'
        """
        at, kind = moment(time, "time"), number("event", event, EVENTS)
        key = key_of(contact, self._salt)
        with self._lock:
            _native.cx_gate_record(self._handle, key, self._point(point), kind, at)

    def target(
        self,
        point: object,
        count: float,
        *,
        start: object,
        end: object,
        goal: str = "invitations",
        traffic: float | None = None,
        traffic_weight: float = 10.0,
        traffic_memory: object = 0,
        response: float = 0.2,
        response_weight: float = 20.0,
        delay: object = timedelta(days=1),
        haste: float = 2.0,
        list: bool = False,
        allocation: int = 0,
    ) -> None:
        """Sets what a point is to collect from start to end; a closed loop sees to it.

        count, goal
            how many "invitations" or "answers"
        traffic, traffic_weight, traffic_memory
            contacts expected, how many contacts that forecast is worth, and the half-life of what
            is learnt; None: learnt only
        response, response_weight, delay
            response rate, how many invitations it is worth, and mean time to an answer
        haste
            late contacts are asked at most so many times as often as the whole period needs
        list
            exactly `traffic` contacts come, such as a mailing
        allocation
            id of the plan, for the log

        >>> import cxkit as cx
        >>> gate = cx.Gate([], seed=1, points=["shop"])
        >>> gate.target("shop", 50, start=0, end=86_400_000_000, traffic=1000)
        >>> round(gate.decide(1, "shop", 0).probability, 4)
        0.05
        """
        options = fill(
            _native.cx_gate_target_options(),
            number=count,
            goal=number("goal", goal, _GOALS),
            start=moment(start, "start"),
            end=moment(end, "end"),
            traffic=traffic,
            traffic_weight=traffic_weight,
            traffic_memory=span(traffic_memory, "traffic_memory"),
            response=response,
            response_weight=response_weight,
            delay=span(delay, "delay"),
            haste=haste,
            list=int(list),
            allocation=allocation,
        )
        with self._lock:
            _native.cx_gate_target(self._handle, self._point(point), options)

    def retire(self, point: object) -> None:
        """A point that asks nobody any more, until it gets a target.

        >>> import cxkit as cx
        >>> gate = cx.Gate([], seed=1, points=["shop"])
        >>> gate.retire("shop")
        >>> gate.decide(1, "shop", 0).reason
        'retired'
        """
        options = fill(_native.cx_gate_target_options(), retired=1)
        with self._lock:
            _native.cx_gate_target(self._handle, self._point(point), options)

    def profile(self, weights: object = None) -> None:
        """When contacts come: 168 weights, Monday 0 o'clock UTC first; None: learnt from visits.

        >>> import cxkit as cx
        >>> cx.Gate([], seed=1).profile([1] * 168)
        """
        with self._lock:
            _native.cx_gate_profile(self._handle, column(weights, "weights"))

    def coverage(self) -> Table:
        """Share of traffic that could be asked, by class of contact frequency; figures: in all.

        Customers who come often are spared most: post-stratify on `frequency`.

        >>> import cxkit as cx
        >>> gate = cx.Gate([], seed=1, points=["shop"])
        >>> _ = gate.decide(1, "shop", 0)
        >>> gate.coverage().figures["eligible_share"]
        1.0
        """
        with self._lock:
            return Table(_native.cx_gate_coverage(self._handle))

    def points(self, time: object) -> Table:
        """Where each point stands at that time: counts, what is needed and expected, probability.

        >>> import cxkit as cx
        >>> cx.Gate([], seed=1, points=["shop"]).points(0)["probability"]
        [1.0]
        """
        with self._lock:
            return Table(_native.cx_gate_points(self._handle, moment(time, "time")))

    @property
    def ledger(self) -> Ledger:
        """A copy of what the gate knows of contacts: for other machines, and for a restart.

        Raises MismatchError when it keeps a filter.
        """
        with self._lock:
            if _native.cx_gate_has_recent(self._handle):
                raise MismatchError("the gate keeps a filter, and no ledger; see recent")
            found = Ledger._of(_native.cx_gate_copy_ledger(self._handle))
        found._salt = self._salt
        return found

    @property
    def recent(self) -> Recent | None:
        """A copy of the filter that the gate keeps; None when it keeps a ledger.

        >>> import cxkit as cx
        >>> gate = cx.Gate([], seed=1, points=["shop"], recent=cx.Recent(capacity=100))
        >>> gate.decide("Ada", "shop", 0).invite, gate.recent.asked("Ada", 60_000_000)
        (True, True)
        """
        with self._lock:
            if not _native.cx_gate_has_recent(self._handle):
                return None
            found = Recent._of(_native.cx_gate_copy_recent(self._handle))
        found._salt = self._salt
        return found

    def merge(self, other: Ledger | Recent | Gate) -> Gate:
        """Adds what another machine knows of contacts, and returns the gate.

        >>> import cxkit as cx
        >>> a, b = (cx.Gate([cx.Rule(gap=86400)], seed=1, points=["shop"]) for _ in "ab")
        >>> _ = a.decide("Ada", "shop", 0)
        >>> b.merge(a).decide("Ada", "shop", 60_000_000).reason
        'rule'
        """
        known = (other.recent or other.ledger) if isinstance(other, Gate) else other
        if not isinstance(known, (Ledger, Recent)):
            raise MismatchError(f"a Gate cannot be merged with a {type(other).__name__}")
        with self._lock, known._lock:
            if isinstance(known, Recent):
                _native.cx_gate_merge_recent(self._handle, known._handle)
            else:
                _native.cx_gate_merge(self._handle, known._handle)
        return self

    def erase(self, contact: object) -> bool:
        """Forgets the events of one contact; whether there were any.

        Raises MismatchError for a gate with a filter, which can forget nobody.
        """
        with self._lock:
            if _native.cx_gate_has_recent(self._handle):
                raise MismatchError(
                    "a filter can forget nobody: a contact's bits are those of others as well; "
                    "keep a ledger, or make the filter anew"
                )
            return bool(_native.cx_gate_erase(self._handle, key_of(contact, self._salt)))

    def set_policy(self, policy: int) -> None:
        """The version of the policy from now on: new draws for everybody."""
        with self._lock:
            _native.cx_gate_set_policy(self._handle, policy)

    def __len__(self) -> int:
        return len(self._order)

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return f"Gate of {len(self._rules)} rules and {len(self._order)} points"
