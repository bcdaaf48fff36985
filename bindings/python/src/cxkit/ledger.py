"""What happened to each contact lately."""

from __future__ import annotations

from collections.abc import Sequence

from . import _native
from ._options import fill, number
from ._salted import Salted
from ._times import moment
from .table import Table

__all__ = ["Ledger"]

EVENTS = {_native.cx_event_name(at): at for at in range(_native.CX_EVENT_END)}


class Ledger(Salted):
    """What happened to each contact lately; made by a gate, or here.

    Ledgers of several machines merge, in any order and any number of times.

    >>> import cxkit as cx
    >>> a, b = cx.Ledger(), cx.Ledger()
    >>> _ = a.record("Ada", "invited", 0), b.record("Ada", "answered", 86_400_000_000)
    >>> (a + b) == (b + a), (a + b).history("Ada")["event"]
    (True, ['answered', 'invited'])
    """

    __slots__ = ()

    _copy_of = staticmethod(_native.cx_ledger_copy)
    _merge_into = staticmethod(_native.cx_ledger_merge)
    _equal = staticmethod(_native.cx_ledger_equal)
    _size = staticmethod(_native.cx_ledger_encoded_size)
    _encode = staticmethod(_native.cx_ledger_encode)
    _decode = staticmethod(_native.cx_ledger_decode)
    _is_salted = staticmethod(_native.cx_ledger_is_salted)
    _noun = "ledger"

    def __init__(
        self,
        *,
        events: Sequence[str] = ("invited", "shown", "declined", "answered"),
        capacity: int = 0,
        salt: int = 0,
    ) -> None:
        options = fill(_native.cx_ledger_options(), capacity=capacity, salt=salt)
        options.events = sum(1 << number("events", word, EVENTS) for word in set(events))
        self._own(_native.cx_ledger_new(options))
        self._salt = salt

    def record(self, contact: object, event: str, time: object, *, place: int = 0) -> Ledger:
        """Enters one event, and returns the ledger. The same event twice is one event.

        >>> import cxkit as cx
        >>> len(cx.Ledger().record("Ada", "shown", 0).record("Ada", "shown", 0))
        1
        """
        at, kind = moment(time, "time"), number("event", event, EVENTS)
        with self._lock:
            _native.cx_ledger_record(self._handle, self._key(contact), kind, place, at)
        return self

    def history(self, contact: object) -> Table:
        """What is known of one contact, the latest first: event, place, time.

        >>> import cxkit as cx
        >>> len(cx.Ledger().history("nobody"))
        0
        """
        with self._lock:
            return Table(_native.cx_ledger_history(self._handle, self._key(contact)))

    def erase(self, contact: object) -> bool:
        """Forgets one contact; whether there was one.

        A copy that still knows the contact brings it back when it is merged: erase it there too.

        >>> import cxkit as cx
        >>> cx.Ledger().record("Ada", "shown", 0).erase("Ada")
        True
        """
        with self._lock:
            return bool(_native.cx_ledger_erase(self._handle, self._key(contact)))

    @property
    def memory(self) -> int:
        """Bytes in use."""
        return int(_native.cx_ledger_memory(self._handle))

    def __len__(self) -> int:
        return int(_native.cx_ledger_size(self._handle))

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return f"Ledger of {len(self)} contacts"
