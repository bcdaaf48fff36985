"""What tallies and moments have in common: bytes, copies, merging, and one writer at a time."""

from __future__ import annotations

import threading
from typing import Any, ClassVar, TypeVar

from .errors import MismatchError

S = TypeVar("S", bound="State")


class State:
    """A handle of C with a lock: C gives the interpreter lock back while it reads many rows."""

    __slots__ = ("_handle", "_lock", "__weakref__")

    # the functions of C, set by each subclass
    _copy_of: ClassVar[Any]
    _merge_into: ClassVar[Any]
    _equal: ClassVar[Any]
    _size: ClassVar[Any]
    _encode: ClassVar[Any]
    _decode: ClassVar[Any]

    _handle: Any
    _lock: threading.RLock

    @classmethod
    def _of(cls: type[S], handle: Any) -> S:
        made = cls.__new__(cls)
        made._own(handle)
        return made

    def _own(self, handle: Any) -> None:
        self._handle = handle
        self._lock = threading.RLock()

    @classmethod
    def from_bytes(cls: type[S], data: bytes | bytearray | memoryview) -> S:
        """The state that ``bytes(state)`` wrote. Any bytes may be given: they are validated.

        Raises FormatError for damaged bytes, VersionError for those of a newer version.
        """
        return cls._of(cls._decode(data))

    def __bytes__(self) -> bytes:
        with self._lock:
            return bytes(self._encode(self._handle, self._size(self._handle)))

    def merge(self: S, other: S) -> S:
        """Adds what the other state holds to this one, and returns this one.

        Raises MismatchError for a state with other settings; this one is then unchanged.
        """
        if type(other) is not type(self):
            raise MismatchError(
                f"a {type(self).__name__} cannot be merged with a {type(other).__name__}"
            )
        first, second = sorted((self, other), key=id)
        with first._lock, second._lock:
            self._merge_into(self._handle, other._handle)
        return self

    def copy(self: S) -> S:
        """A second state with the same content."""
        with self._lock:
            return self._of(self._copy_of(self._handle))

    def __add__(self: S, other: S) -> S:
        if type(other) is not type(self):
            return NotImplemented
        return self.copy().merge(other)

    def __radd__(self: S, other: object) -> S:
        if other == 0 and isinstance(other, int):  # sum() begins with 0
            return self.copy()
        return NotImplemented

    def __iadd__(self: S, other: S) -> S:
        if type(other) is not type(self):
            return NotImplemented
        return self.merge(other)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self) or not isinstance(other, State):
            return NotImplemented
        first, second = sorted((self, other), key=id)
        with first._lock, second._lock:
            return bool(self._equal(self._handle, other._handle))

    __hash__ = None  # type: ignore[assignment]

    def __copy__(self: S) -> S:
        return self.copy()

    def __deepcopy__(self: S, memo: dict[int, Any]) -> S:
        return self.copy()

    def __reduce__(self) -> Any:
        return type(self).from_bytes, (bytes(self),)
