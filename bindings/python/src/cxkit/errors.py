"""What can go wrong, one class for each status of the C library.

Every error carries a sentence that says what is wrong, where and what to do, and

``code``
    the number of the status
``row``
    the row, counted from 0, or None
``column``
    the name of the column, or None
``value``
    the offending value as a float, or None

>>> import cxkit as cx
>>> try:
...     cx.nps([9, 11, 10], invalid="error")
... except cx.DomainError as error:
...     print(error.row, error.value)
1 11.0
"""

from __future__ import annotations

__all__ = [
    "ColumnTypeError",
    "ConstantError",
    "ConvergenceError",
    "DomainError",
    "EmptyError",
    "Error",
    "FewError",
    "FormatError",
    "InfeasibleError",
    "LengthError",
    "LimitError",
    "MismatchError",
    "NameNotFoundError",
    "NullError",
    "OptionError",
    "OutOfMemoryError",
    "OverflowedError",
    "SingularError",
    "SuppressedError",
    "UnidentifiedError",
    "UninformedError",
    "VersionError",
]


class Error(Exception):
    """Anything the library refuses; the base of all its errors."""

    status: str = ""
    code: int = 0
    row: int | None = None
    column: str | None = None
    value: float | None = None

    def __init__(
        self,
        text: str,
        *,
        code: int | None = None,
        row: int | None = None,
        column: str | None = None,
        value: float | None = None,
    ) -> None:
        super().__init__(text)
        if code is not None:
            self.code = code
        self.row = row
        self.column = column
        self.value = value


class NullError(Error, TypeError):
    """A required argument is missing."""

    status, code = "CX_E_NULL", 1


class DomainError(Error, ValueError):
    """A value is outside its domain."""

    status, code = "CX_E_DOMAIN", 2


class EmptyError(Error, ValueError):
    """There is no valid value to compute from."""

    status, code = "CX_E_EMPTY", 3


class FewError(Error, ValueError):
    """There are too few values for this computation."""

    status, code = "CX_E_FEW", 4


class ConstantError(Error, ValueError):
    """A column is constant."""

    status, code = "CX_E_CONSTANT", 5


class SingularError(Error, ValueError):
    """The columns are collinear."""

    status, code = "CX_E_SINGULAR", 6


class ConvergenceError(Error, ArithmeticError):
    """The iteration did not converge."""

    status, code = "CX_E_CONVERGENCE", 7


class OutOfMemoryError(Error, MemoryError):
    """Out of memory."""

    status, code = "CX_E_MEMORY", 8


class FormatError(Error, ValueError):
    """The encoded bytes are damaged."""

    status, code = "CX_E_FORMAT", 9


class VersionError(Error, ValueError):
    """The encoded bytes were written by a newer version."""

    status, code = "CX_E_VERSION", 10


class MismatchError(Error, ValueError):
    """The two states have different settings."""

    status, code = "CX_E_MISMATCH", 11


class OverflowedError(Error, OverflowError):
    """A count or a sum is too large."""

    status, code = "CX_E_OVERFLOW", 12


class ColumnTypeError(Error, TypeError):
    """The column has a type that cannot be used here."""

    status, code = "CX_E_TYPE", 13


class LengthError(Error, ValueError):
    """The columns have different lengths."""

    status, code = "CX_E_LENGTH", 14


class OptionError(Error, ValueError):
    """An option has an invalid value."""

    status, code = "CX_E_OPTION", 15


class InfeasibleError(Error, ValueError):
    """The constraints cannot be met together."""

    status, code = "CX_E_INFEASIBLE", 16


class UninformedError(Error, ValueError):
    """The budget leaves a point without any information."""

    status, code = "CX_E_UNINFORMED", 17


class NameNotFoundError(Error, LookupError):
    """There is no column of that name."""

    status, code = "CX_E_NAME", 18


class LimitError(Error, ValueError):
    """The problem is larger than the exact method allows."""

    status, code = "CX_E_LIMIT", 19


class UnidentifiedError(Error, ValueError):
    """The data do not determine the value."""

    status, code = "CX_E_UNIDENTIFIED", 20


class SuppressedError(Error, ValueError):
    """Hidden: too few answers to be shown."""

    status, code = "CX_E_SUPPRESSED", 21


_CLASSES: dict[int, type[Error]] = {made.code: made for made in Error.__subclasses__()}


def _make(code: int, text: str, row: int | None, column: str | None, value: float | None) -> Error:
    """The error of a status; a number from a newer library is a plain Error."""
    return _CLASSES.get(code, Error)(text, code=code, row=row, column=column, value=value)
