"""What states that know contacts by salted keys have in common."""

from __future__ import annotations

from numbers import Integral
from typing import Any, ClassVar, TypeVar

from . import _native
from ._state import State
from .errors import DomainError, MismatchError

S = TypeVar("S", bound="Salted")


def key_of(contact: object, salt: int) -> int:
    if contact is None or contact == "":
        return 0
    if isinstance(contact, str):
        return int(_native.cx_contact_text(contact.encode(), salt).key)
    if isinstance(contact, Integral) and not isinstance(contact, bool):
        return int(_native.cx_contact_number(int(contact), salt))
    raise DomainError(f"contact is {contact!r}; an id is text or a whole number")


class Salted(State):
    """A state with a salt, which its bytes know again but do not tell."""

    __slots__ = ("_salt",)

    _is_salted: ClassVar[Any]
    _noun: ClassVar[str]

    _salt: int

    @classmethod
    def from_bytes(cls: type[S], data: bytes | bytearray | memoryview, *, salt: int = 0) -> S:
        """What ``bytes()`` wrote, with the salt that it was made with.

        Raises FormatError for damaged bytes, VersionError for those of a newer version, and
        MismatchError for another salt, with which every contact would be somebody else.

        >>> import cxkit as cx
        >>> ledger = cx.Ledger(salt=7).record("Ada", "shown", 0)
        >>> len(cx.Ledger.from_bytes(bytes(ledger), salt=7).history("Ada"))
        1
        """
        made = cls._of(cls._decode(data))
        if not cls._is_salted(made._handle, salt):
            raise MismatchError(
                f"the {cls._noun} was not made with the salt {salt}: "
                "it would know other contacts than it should"
            )
        made._salt = salt
        return made

    def copy(self: S) -> S:
        """A second one with the same content."""
        made = super().copy()
        made._salt = self._salt
        return made

    def __reduce__(self) -> tuple[object, ...]:
        return _again, (type(self), bytes(self), self._salt)

    def _key(self, contact: object) -> int:
        return key_of(contact, self._salt)


def _again(kind: type[S], data: bytes, salt: int) -> S:
    return kind.from_bytes(data, salt=salt)
