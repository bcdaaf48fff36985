"""How long customers are spared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any

from . import _native
from ._options import fill, number
from ._times import span
from .errors import OptionError
from .ledger import EVENTS

__all__ = ["Rule"]

_SCOPES = {"all": 0, "type": 1, "group": 2, "point": 3}
_ACTIONS = {"block": 0, "defer": 1}


def bits_of(attributes: object) -> int:
    if isinstance(attributes, Integral) and 0 <= int(attributes) < 1 << 63:
        return int(attributes)
    if isinstance(attributes, Iterable) and not isinstance(attributes, str):
        codes = set(attributes)
        if all(isinstance(code, Integral) and 0 <= int(code) <= 62 for code in codes):
            return sum(1 << int(code) for code in codes)
    raise OptionError(f"attributes is {attributes!r}; it has to be codes 0 to 62, or their bits")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """At most `most` events within `window`, or a minimum `gap` since the last one.

    gap
        seconds or a timedelta; one that has elapsed exactly passes
    most, window
        instead: so many events in a rolling window, the new one included
    event
        "invited", "shown", "declined" or "answered"
    scope
        where it has to have happened: "all" (anywhere), or at a point of the same "type" or
        "group", or at the same "point"
    action
        "defer" (come again) or "block" (drop it): what the answer says; the gate keeps no queue
    priority
        the lowest refusing rule is the reason given
    attributes
        codes 0 to 62: only for contacts with one of them
    exempt
        points where it does not hold, and whose events do not count: reminders; names, or one

    >>> import cxkit as cx
    >>> cx.Rule(event="answered", gap=90 * 86400, scope="group").most
    1
    """

    gap: object = None
    most: int = 1
    window: object = None
    event: str = "invited"
    scope: str = "all"
    action: str = "defer"
    priority: int = 0
    attributes: object = ()
    exempt: Sequence[object] | str = ()

    def _spares(self, point: object) -> bool:
        one = isinstance(self.exempt, str)  # a name, and no text to look for names in
        return point == self.exempt if one else point in self.exempt

    def _native(self) -> Any:
        if (self.gap is None) == (self.window is None):
            raise OptionError("a rule has either a gap, or most events in a window")
        if self.gap is not None and self.most != 1:
            raise OptionError("a gap is between two events; for most= give a window=")
        made = fill(
            _native.cx_rule(),
            scope=number("scope", self.scope, _SCOPES),
            event=number("event", self.event, EVENTS),
            action=number("action", self.action, _ACTIONS),
            most=self.most,
            priority=self.priority,
            window=span(self.window if self.gap is None else self.gap, "gap"),
        )
        made.attributes = bits_of(self.attributes)
        return made
