"""Short names for the types of the report."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from numpy.typing import NDArray

Row: TypeAlias = dict[str, Any]
Array: TypeAlias = NDArray[Any]
Log: TypeAlias = Callable[[str], None]
Say: TypeAlias = Callable[[float], str]


def silent(text: str) -> None:
    """A log that says nothing."""
