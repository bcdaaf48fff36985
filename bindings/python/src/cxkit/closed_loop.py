"""Were unhappy customers contacted in time, and did it help?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from . import _native
from ._columns import column
from ._options import answers, fill, number, scale_of
from ._times import moment, span, times
from .errors import OptionError
from .estimate import Estimate, estimate_of

__all__ = ["ClosedLoop", "closed_loop"]

FOLLOWED = {
    "detractors": _native.CX_FOLLOWED_DETRACTORS,
    "passives": _native.CX_FOLLOWED_PASSIVES,
    "promoters": _native.CX_FOLLOWED_PROMOTERS,
}
_ESTIMATES = (
    "contacted", "in_time", "in_time_naive", "reasked_treated", "reasked_comparison",
    "answered_treated", "answered_comparison", "improved_treated", "improved_comparison",
    "effect", "left_class_without_control",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ClosedLoop:
    """A closed loop; see closed_loop. A share that has no base is None.

    contacted
        share contacted by now, of those not held out
    in_time, in_time_naive
        contacted within the level, open cases censored (Kaplan-Meier), and as failures
    reasked_treated, reasked_comparison
        asked again; None without `reasked`
    answered_treated, answered_comparison
        with a known outcome, of all
    improved_treated, improved_comparison
        of those with a known outcome; None without a comparison
    effect
        the difference of the two; None when there is nobody to compare with
    bounds
        the effect on all, whatever those would say who did not answer
    lee_bounds
        the effect on those who answer either way
    left_class_without_control
        what there is without a comparison: it says nothing about the contact
    identified
        whether there is an effect
    followed, others, crossed
        customers followed, of other classes, and held out but contacted all the same
    """

    contacted: Estimate | None
    in_time: Estimate | None
    in_time_naive: Estimate | None
    reasked_treated: Estimate | None
    reasked_comparison: Estimate | None
    answered_treated: Estimate | None
    answered_comparison: Estimate | None
    improved_treated: Estimate | None
    improved_comparison: Estimate | None
    effect: Estimate | None
    bounds: tuple[float, float] | None
    lee_bounds: tuple[float, float] | None
    left_class_without_control: Estimate | None
    followed: int
    others: int
    crossed: int

    @property
    def identified(self) -> bool:
        """Whether there is an effect: somebody to compare with, and outcomes on both sides."""
        return self.effect is not None

    def to_dict(self) -> dict[str, Any]:
        """The fields by name; every value goes into JSON."""
        found = {name: getattr(self, name) for name in self.__slots__}
        return {
            name: value.to_dict() if isinstance(value, Estimate) else value
            for name, value in found.items()
        } | {"identified": self.identified}

    def __repr__(self) -> str:
        effect = "not identified" if self.effect is None else f"{self.effect!r}"
        return f"{self.followed} followed, effect {effect}"


def _pair(low: float, high: float) -> tuple[float, float] | None:
    return None if math.isnan(low) else (low, high)


def closed_loop(
    score: object,
    contacted: object,
    score_again: object = None,
    *,
    control: object = None,
    reasked: object = None,
    acted: object = None,
    alerted: object = None,
    contacted_at: object = None,
    now: object = None,
    level: object = 172800.0,
    followed: str = "detractors",
    scale: tuple[int, int] = (0, 10),
    promoters: int = 9,
    detractors: int = 6,
    confidence: float = 0.95,
    min_n: int = 0,
    missing_codes: Sequence[float] = (),
    not_applicable_codes: Sequence[float] = (),
    invalid: str = "exclude",
) -> ClosedLoop:
    """Contacted in time, asked again, recovered: the effect only against a comparison.

    About half of all detractors leave their class when asked again although nothing was done, so
    what the contact did is a difference: to those held out at random (`control`), or else to those
    who happened not to be contacted (flag "observational").

    score
        the first score; customers of other classes are only counted
    contacted
        0 or 1
    score_again
        the later score; missing where there is none
    control
        1 for those held out at random
    reasked
        0 or 1: asked again
    acted
        0 or 1 in place of a later score; needed for promoters
    alerted, contacted_at, now, level
        times of the alert and of the contact, when the question is asked, and the seconds (or
        timedelta) within which a contact is in time
    followed
        "detractors" (recovered), "passives" (won over) or "promoters" (activated)
    scale, promoters, detractors, missing_codes, not_applicable_codes, invalid
        as in nps
    confidence
        of the intervals
    min_n
        fewest customers of a share that is shown; smaller ones are None, and an effect with them

    Raises EmptyError when there is nobody to follow, DomainError, OptionError, LengthError.

    >>> import cxkit as cx
    >>> found = cx.closed_loop([3, 5, 2, 6], [1, 1, 0, 0], [8, 4, 7, 3])
    >>> found.effect.value, "observational" in found.effect.flags
    (0.0, True)
    >>> cx.closed_loop([3, 5], [1, 1], [8, 4]).identified
    False
    """
    low, high = scale_of(scale)
    options = fill(
        _native.cx_closed_loop_options(),
        followed=number("followed", followed, FOLLOWED),
        scale_min=low,
        scale_max=high,
        promoters=promoters,
        detractors=detractors,
        level=span(level, "level"),
        confidence=confidence,
        min_n=min_n,
    )
    reading = answers(missing_codes, not_applicable_codes, invalid, "floor")
    options.reading = reading
    if (alerted is not None or contacted_at is not None) and now is None:
        raise OptionError("now is missing: open cases are followed until now")
    raw = _native.cx_closed_loop(
        column(score, "score"),
        column(contacted, "contacted"),
        column(score_again, "score_again"),
        column(reasked, "reasked"),
        column(control, "control"),
        None if alerted is None else times(alerted, "alerted"),
        None if contacted_at is None else times(contacted_at, "contacted_at"),
        column(acted, "acted"),
        0 if now is None else moment(now, "now"),
        options,
    )
    found = {name: getattr(raw, name) for name in _ESTIMATES}
    return ClosedLoop(
        **{name: estimate_of(one) if one.status == 0 else None for name, one in found.items()},
        bounds=_pair(raw.bounds_low, raw.bounds_high),
        lee_bounds=_pair(raw.lee_low, raw.lee_high),
        followed=raw.followed,
        others=raw.others,
        crossed=raw.crossed,
    )
