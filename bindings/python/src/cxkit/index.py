"""Indices over several components of experience."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from . import _native
from ._columns import column, keys
from ._options import answers
from .errors import OptionError
from .joint import Index, Joint, frame_of, index_options, numbers_of
from .table import Table

__all__ = ["index"]


def index(
    columns: object,
    *,
    high: int | Mapping[str, int] | None = None,
    low: int | Mapping[str, int] | None = None,
    scale: tuple[int, int] | Mapping[str, tuple[int, int]] = (1, 5),
    read: str = "net",
    top: int | Mapping[str, int] | None = None,
    importance: object = None,
    weights: object = None,
    by: object = None,
    cases: str = "available",
    method: str = "auto",
    confidence: float = 0.95,
    min_n: int = 0,
    missing_codes: Sequence[float] = (),
    not_applicable_codes: Sequence[float] = (),
    invalid: str = "exclude",
    fractional: str = "invalid",
) -> Index | Table:
    """An index over components, such as efficiency, ease and emotion, in points.

    columns
        a table with one column for each component, or a Joint
    high, low
        lowest answer that counts as high, highest that counts as low; None: 4 and 2
    scale, high, low, top
        of all components, or a mapping of name to a value
    read
        "net" (high minus low, in points), "top-box" (a share), or "mean"
    importance
        one number >= 0 for each component, or a mapping; None: equal
    weights, missing_codes, not_applicable_codes, invalid, fractional
        as in Joint.add
    by
        keys: the result is then a Table with one row a key
    cases
        "available": each component of everyone who answered it; "complete": respondents who
        answered all
    method
        "auto" ("adjusted-wald" for net scores and shares, "t" for means) or one of them
    min_n
        hides what has fewer respondents, and others beside it, so that nothing follows from what
        is shown; an index of fewer is a SuppressedError

    The interval keeps the covariance of the answers of one respondent. A component nobody
    answered is left out, and the flag is "partial". Raises EmptyError, OptionError,
    MismatchError, and what Joint.add raises.

    >>> import cxkit as cx
    >>> answers = {"efficiency": [5, 4, 2, 4], "ease": [4, 4, 1, None], "emotion": [3, 5, 2, 5]}
    >>> found = cx.index(answers, high=4, low=2)
    >>> round(found.value, 1), found.components["n"]
    (36.1, [4, 3, 4])
    """
    reading = (missing_codes, not_applicable_codes, invalid, fractional)
    if isinstance(columns, Joint):
        if by is not None or weights is not None or reading != ((), (), "exclude", "invalid"):
            raise OptionError("by, weights and codes are for columns: a Joint was read already")
        return columns.index(
            importance=importance,
            cases=cases,
            method=method,
            confidence=confidence,
            min_n=min_n,
        )
    given, names = frame_of("columns", columns)
    state = Joint(names, read=read, scale=scale, high=high, low=low, top=top)
    options = answers(*reading)
    weight = column(weights, "weights")
    if by is None:
        _native.cx_joint_add(state._handle, given, weight, options)
        return state.index(
            importance=importance,
            cases=cases,
            method=method,
            confidence=confidence,
            min_n=min_n,
        )
    return Table(
        _native.cx_index_by(
            state._handle,
            given,
            weight,
            keys(by),
            numbers_of("importance", importance, names),
            options,
            index_options(cases, method, confidence, min_n),
        )
    )
