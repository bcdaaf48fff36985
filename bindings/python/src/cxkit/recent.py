"""Asked lately? In 2.5 bytes a contact."""

from __future__ import annotations

from datetime import timedelta

from . import _native
from ._options import fill
from ._salted import Salted
from ._times import moment, span
from .table import Table

__all__ = ["Recent"]


class Recent(Salted):
    """Remembers who was asked within a window: never forgets anybody, and spares a few too many.

    window
        seconds or a timedelta
    capacity
        contacts asked within a window; with more of them it errs more often
    generations
        parts of the window: a contact is spared for up to one of them longer
    bits
        for each contact; the default takes 2.5 bytes a contact in all
    salt
        of the keys of contacts

    No contact can be erased from it, and it cannot tell when or where anybody was asked: a Ledger
    can. Filters that are made alike merge, in any order.

    >>> import cxkit as cx
    >>> asked = cx.Recent(window=90 * 86400, capacity=1000)
    >>> _ = asked.record("Ada", 0)
    >>> asked.asked("Ada", 60 * 86_400_000_000), asked.asked("Ben", 60 * 86_400_000_000)
    (True, False)
    """

    __slots__ = ()

    _copy_of = staticmethod(_native.cx_recent_copy)
    _merge_into = staticmethod(_native.cx_recent_merge)
    _equal = staticmethod(_native.cx_recent_equal)
    _size = staticmethod(_native.cx_recent_encoded_size)
    _encode = staticmethod(_native.cx_recent_encode)
    _decode = staticmethod(_native.cx_recent_decode)
    _is_salted = staticmethod(_native.cx_recent_is_salted)
    _noun = "filter"

    def __init__(
        self,
        *,
        window: object = timedelta(days=90),
        capacity: int = 1_000_000,
        generations: int = 4,
        bits: int = 16,
        salt: int = 0,
    ) -> None:
        options = fill(
            _native.cx_recent_options(),
            window=span(window, "window"),
            capacity=capacity,
            generations=generations,
            bits=bits,
            salt=salt,
        )
        self._own(_native.cx_recent_new(options))
        self._salt = salt

    def record(self, contact: object, time: object) -> Recent:
        """Enters that a contact was asked, and returns the filter.

        Raises DomainError for a contact without an id, and for a time before 1970.

        >>> import cxkit as cx
        >>> cx.Recent().record(7, 0).asked(7, 1)
        True
        """
        at = moment(time, "time")
        with self._lock:
            _native.cx_recent_record(self._handle, self._key(contact), at)
        return self

    def asked(self, contact: object, time: object) -> bool:
        """Whether the contact was asked within the window before that time, or seems to be.

        >>> import cxkit as cx
        >>> cx.Recent().asked("Ada", 0)
        False
        """
        at = moment(time, "time")
        with self._lock:
            key = self._key(contact)
            return bool(_native.cx_recent_asked(self._handle, key, at))

    def rates(self, time: object) -> Table:
        """How often it errs, by generation; figures: rate, rate_expected, contacts, bytes.

        >>> import cxkit as cx
        >>> cx.Recent(capacity=10).rates(0).figures["rate"]
        0.0
        """
        with self._lock:
            return Table(_native.cx_recent_rates(self._handle, moment(time, "time")))

    @property
    def memory(self) -> int:
        """Bytes in use."""
        return int(_native.cx_recent_memory(self._handle))

    def __repr__(self) -> str:
        return f"Recent of {self.memory} bytes"
