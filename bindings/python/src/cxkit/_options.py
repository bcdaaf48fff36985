"""Keyword arguments as the option structs of C; words as its numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from numbers import Integral, Real
from typing import Any

from . import _native
from .errors import DomainError, OptionError


def words(name_of: Callable[[int], str], end: int) -> dict[str, int]:
    return {name_of(number): number for number in range(end)}


METHODS = words(_native.cx_method_name, _native.CX_METHOD_END)
UNITS = tuple(words(_native.cx_unit_name, _native.CX_UNIT_END))
EXCLUDED = tuple(words(_native.cx_excluded_name, _native.CX_EXCLUDED_END))
CORRELATIONS = words(_native.cx_correlation_name, _native.CX_CORRELATION_END)
IMPORTANCES = words(_native.cx_importance_name, _native.CX_IMPORTANCE_END)
MULTIPLICITIES = words(_native.cx_multiplicity_name, _native.CX_MULTIPLICITY_END)
PENALTIES = words(_native.cx_penalty_name, _native.CX_PENALTY_END)
DRIVER_OUTCOMES = words(_native.cx_driver_outcome_name, _native.CX_DRIVER_OUTCOME_END)
DRIVER_ERRORS = words(_native.cx_driver_errors_name, _native.CX_DRIVER_ERRORS_END)
FLAGS = tuple(
    (bit, _native.cx_flag_name(bit))
    for bit in (1 << shift for shift in range(_native.CX_FLAG_END.bit_length() - 1))
)
INVALID = {"exclude": _native.CX_INVALID_EXCLUDE, "error": _native.CX_INVALID_ERROR}
ZERO = {
    "keep": _native.CX_ZERO_KEEP,
    "censor": _native.CX_ZERO_CENSOR,
    "exclude": _native.CX_ZERO_EXCLUDE,
}
UNKNOWN = {
    "exclude": _native.CX_UNKNOWN_EXCLUDE,
    "censored": _native.CX_UNKNOWN_CENSORED,
    "event": _native.CX_UNKNOWN_EVENT,
}
RESOLUTIONS = {
    "as due": _native.CX_RESOLUTION_AS_DUE,
    "timestamp": _native.CX_RESOLUTION_TIMESTAMP,
    "minute": _native.CX_RESOLUTION_MINUTE,
    "hour": _native.CX_RESOLUTION_HOUR,
    "day": _native.CX_RESOLUTION_DAY,
}
FRACTIONAL = {"invalid": _native.CX_FRACTIONAL_INVALID, "floor": _native.CX_FRACTIONAL_FLOOR}
KEEP = {
    "last": _native.CX_KEEP_LAST,
    "first": _native.CX_KEEP_FIRST,
    "all": _native.CX_KEEP_ALL,
}
DENOMINATORS = {
    "valid": _native.CX_DENOMINATOR_VALID,
    "answered": _native.CX_DENOMINATOR_ANSWERED,
}
REPORTS = {
    "mean": _native.CX_CES_MEAN,
    "agree": _native.CX_CES_AGREE,
    "net": _native.CX_CES_NET,
}
DIRECTIONS = {"high": _native.CX_HIGH_IS_BEST, "low": _native.CX_LOW_IS_BEST}
WEIGHTINGS = {"volume": _native.CX_JOURNEY_VOLUME, "equal": _native.CX_JOURNEY_EQUAL}
SCORES = {
    "nps": _native.CX_SCORE_NPS,
    "mean": _native.CX_SCORE_MEAN,
    "top-box": _native.CX_SCORE_TOP_BOX,
}
READINGS = {
    "net": _native.CX_SCORE_NPS,
    "mean": _native.CX_SCORE_MEAN,
    "top-box": _native.CX_SCORE_TOP_BOX,
}
FORMS = {"bounded": _native.CX_MONITOR_BOUNDED, "trinomial": _native.CX_MONITOR_TRINOMIAL}
CHANGES = {
    "down": _native.CX_MONITOR_DOWN,
    "up": _native.CX_MONITOR_UP,
    "both": _native.CX_MONITOR_BOTH,
}
REFERENCES = {"limit": _native.CX_REFERENCE_LIMIT, "plug-in": _native.CX_REFERENCE_PLUG_IN}
LATE = {"error": _native.CX_LATE_ERROR, "count": _native.CX_LATE_COUNT}
CASES = {"available": _native.CX_CASES_AVAILABLE, "complete": _native.CX_CASES_COMPLETE}


def number(option: str, word: str, table: dict[str, int]) -> int:
    """The number of a word; the error lists the words there are."""
    if isinstance(word, str) and word in table:
        return table[word]
    raise OptionError(f"{option} is {word!r}; it has to be one of {', '.join(table)}")


def _plain(value: object) -> object:
    if isinstance(value, Integral):
        return int(value)
    return float(value) if isinstance(value, Real) else value


def fill(made: Any, **fields: object) -> Any:
    """Sets the fields of an option struct; None leaves the default of C."""
    for name, value in fields.items():
        if value is None:
            continue
        if type(value) not in (int, float):  # those of NumPy
            value = _plain(value)
        try:
            setattr(made, name, value)
        except (TypeError, OverflowError):
            raise OptionError(f"{name} is {value!r}, which is not a value for it") from None
    return made


def whole(option: str, value: object) -> int:
    """A count: an integer, or a float without a fraction."""
    found = _plain(value)
    if isinstance(found, float) and found.is_integer():
        found = int(found)
    if isinstance(found, int) and abs(found) < 2**63:
        return found
    raise DomainError(f"{option} is {value!r}; it has to be a whole number below 2^63")


def real(option: str, value: Any) -> float:
    """A number, and no text that looks like one."""
    if not isinstance(value, str | bytes):
        try:
            return float(value)
        except (TypeError, ValueError):
            pass
    said = repr(value) if isinstance(value, str | bytes | int) else f"a {type(value).__name__}"
    raise OptionError(f"{option} is {said}; it has to be a number")


def scale_of(scale: tuple[int, int]) -> tuple[int, int]:
    try:
        low, high = scale
        if low == int(low) and high == int(high) and -(2**31) <= low and high < 2**31:
            return int(low), int(high)
    except (TypeError, ValueError):
        pass
    raise OptionError(f"scale is {scale!r}; it has to be the lowest and highest answer: (0, 10)")


def _codes(option: str, codes: Sequence[float], add: Callable[[float], int]) -> None:
    for code in (codes,) if isinstance(codes, Real) else codes:
        if not isinstance(code, Real):
            raise OptionError(f"{option} holds {code!r}, which is not a number")
        if not add(float(code)):
            raise OptionError(f"{option} holds more than {_native.CX_MAX_CODES} codes")


def answers(
    missing_codes: Sequence[float],
    not_applicable_codes: Sequence[float],
    invalid: str,
    fractional: str,
) -> Any:
    """How a column of answers is read."""
    made = _native.cx_answer_options()
    made.invalid = number("invalid", invalid, INVALID)
    made.fractional = number("fractional", fractional, FRACTIONAL)
    _codes("missing_codes", missing_codes, made.add_missing_code)
    _codes("not_applicable_codes", not_applicable_codes, made.add_not_applicable_code)
    return made
