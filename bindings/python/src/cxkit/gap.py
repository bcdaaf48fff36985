"""What customers experienced against what the same customers expected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from . import _native
from ._columns import column, frame, is_table, keys
from ._options import CASES, answers, fill, number, scale_of
from .errors import LengthError, OptionError
from .estimate import Estimate, estimate_of
from .joint import JointState, frame_of, numbers_of, with_parts
from .table import Table

__all__ = ["Gap", "Gaps", "gap"]


@dataclass(frozen=True, slots=True, repr=False)
class Gap(Estimate):
    """A weighted gap with its interval, as any Estimate, and its items; see gap.

    items
        one row for each item: means, shares below, at and above expectation, quadrant, gap
    """

    items: Table

    def to_dict(self) -> dict[str, Any]:
        """The fields by name; the items under "items"."""
        return Estimate.to_dict(self) | {"items": self.items.to_dict()}


class Gaps(JointState):
    """Expectations and experiences of the same respondents, as a state that adds up; see gap.

    names
        of the items
    scale
        lowest and highest answer of both questions

    >>> import cxkit as cx
    >>> week = cx.Gaps(["room"]).add({"room": [4, 5]}, {"room": [3, 5]})
    >>> (week + week).total().value
    -0.5
    """

    __slots__ = ()

    def __init__(self, names: Sequence[str], *, scale: tuple[int, int] = (1, 5)) -> None:
        if isinstance(names, str):
            raise OptionError(f"names is {names!r}; it has to be a list of names")
        self._own(_native.cx_gap_new(list(names), *scale_of(scale)))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the items."""
        found = self._names()
        return found[: len(found) // 2]

    def add(
        self,
        expectation: object,
        experience: object,
        *,
        weights: object = None,
        missing_codes: Sequence[float] = (),
        not_applicable_codes: Sequence[float] = (),
        invalid: str = "exclude",
        fractional: str = "invalid",
    ) -> Gaps:
        """Adds respondents, and returns the state.

        expectation, experience
            tables with one column for each item, row by row of the same respondents
        weights, missing_codes, not_applicable_codes, invalid, fractional
            as in Joint.add

        >>> import cxkit as cx
        >>> cx.Gaps(["room"]).add({"room": [4, None]}, {"room": [3, 5]}).n
        1
        """
        options = answers(missing_codes, not_applicable_codes, invalid, fractional)
        names = list(self.names)
        first, second = frame(expectation, names), frame(experience, names)
        with self._lock:
            _native.cx_gap_add(self._handle, first, second, column(weights, "weights"), options)
        return self

    def total(
        self,
        *,
        importance: object = None,
        cut: tuple[float, float] | None = None,
        cases: str = "available",
        confidence: float = 0.95,
        min_n: int = 0,
    ) -> Gap:
        """The weighted gap and its items; see gap.

        >>> import cxkit as cx
        >>> cx.Gaps(["room"]).add({"room": [4, 5]}, {"room": [3, 5]}).total().items["below"]
        [0.5]
        """
        options = _gap_options(cut, cases, confidence, min_n)
        shares = numbers_of("importance", importance, self.names)
        with self._lock:
            estimate = estimate_of(_native.cx_gap_total(self._handle, shares, options))
            table = Table(_native.cx_gap(self._handle, shares, options))
        made: Gap = with_parts(Gap, estimate, items=table)
        return made

    def __repr__(self) -> str:
        return f"Gaps of {self.n} respondents: {', '.join(self.names)}"


def _gap_options(
    cut: tuple[float, float] | None, cases: str, confidence: float, min_n: int
) -> Any:
    options = fill(
        _native.cx_gap_options(),
        cases=number("cases", cases, CASES),
        confidence=confidence,
        min_n=min_n,
    )
    if cut is None:
        return options
    if not isinstance(cut, (tuple, list)) or len(cut) != 2:
        raise OptionError("cut has to be a pair: (importance, experience)")
    return fill(
        options, cut=_native.CX_CUT_FIXED, cut_importance=cut[0], cut_experience=cut[1]
    )


def _items(given: object, option: str) -> tuple[Any, list[str]]:
    if is_table(given):
        return frame_of(option, given)
    return [("gap", column(given, option))], ["gap"]


def gap(
    expectation: object,
    experience: object,
    *,
    importance: object = None,
    scale: tuple[int, int] = (1, 5),
    weights: object = None,
    by: object = None,
    cut: tuple[float, float] | None = None,
    cases: str = "available",
    confidence: float = 0.95,
    min_n: int = 0,
    missing_codes: Sequence[float] = (),
    not_applicable_codes: Sequence[float] = (),
    invalid: str = "exclude",
    fractional: str = "invalid",
) -> Gap | Table:
    """What customers experienced minus what they expected, in units of the scale.

    expectation, experience
        columns of the same respondents, or tables with one column for each item
    importance
        one number >= 0 for each item, or a mapping; None: equal
    scale
        lowest and highest answer of both
    weights, missing_codes, not_applicable_codes, invalid, fractional
        as in Joint.add
    by
        keys: the result is then a Table with one row a key
    cut
        (importance, experience) between low and high; None: at the means of the items
    cases
        of the total: "available" or "complete" respondents
    min_n
        hides what has fewer respondents, and others beside it, so that nothing follows from what
        is shown; a total of fewer is a SuppressedError

    The interval is that of paired differences. `items` has for each item the means, the shares
    below, at and above expectation, and the quadrant "concentrate", "keep", "low-priority",
    "overkill", or "undecided" where the interval spans the cut.

    >>> import cxkit as cx
    >>> found = cx.gap([5, 4, 4, 3], [3, 4, 2, 4])
    >>> found.value, found.items["below"]
    (-0.75, [0.5])
    """
    first, names = _items(expectation, "expectation")
    second, others = _items(experience, "experience")
    if set(names) != set(others):
        raise LengthError(
            f"expectation has {', '.join(names)}, and experience has {', '.join(others)}"
        )
    state = Gaps(names, scale=scale)
    options = answers(missing_codes, not_applicable_codes, invalid, fractional)
    weight = column(weights, "weights")
    if by is None:
        _native.cx_gap_add(state._handle, first, second, weight, options)
        return state.total(
            importance=importance, cut=cut, cases=cases, confidence=confidence, min_n=min_n
        )
    return Table(
        _native.cx_gap_by(
            state._handle,
            first,
            second,
            weight,
            keys(by),
            numbers_of("importance", importance, names),
            options,
            _gap_options(cut, cases, confidence, min_n),
        )
    )
