"""Mystery shopping: scores of visits, and what the auditors have to do with them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from . import _native
from ._columns import column, keys
from ._options import answers, fill
from .estimate import Estimate, estimate_of
from .joint import frame_of, numbers_of
from .table import Table

__all__ = ["Auditors", "Mystery", "mystery"]


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value


@dataclass(frozen=True, slots=True)
class Auditors:
    """What lies between the auditors, and what within; see mystery.

    f, df_between, df_within, p_value
        the test of no difference between auditors; None where there is none
    variance_between, variance_within, icc
        components of variance, and the share between; None where not identified
    n
        auditors
    """

    f: float | None
    df_between: float | None
    df_within: float | None
    p_value: float | None
    variance_between: float | None
    variance_within: float | None
    icc: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Mystery:
    """A mystery-shopping round; see mystery.

    score
        mean score of the visits, 0 to 1; with auditors the interval is clustered by them
    se_visits
        the standard error if visits were independent
    visits
        visits with a score
    auditors
        the effect of the auditors; None without them
    confounded
        whether no outlet was visited by two auditors
    items
        one row for each item: its share of the points, points achieved, how often it is passed
    shops
        one row for each outlet: plain mean and adjusted for auditors; None without outlets
    """

    score: Estimate
    se_visits: float | None
    visits: int
    auditors: Auditors | None
    confounded: bool
    items: Table
    shops: Table | None

    def to_dict(self) -> dict[str, Any]:
        """The fields by name."""
        return {
            "score": self.score.to_dict(),
            "se_visits": self.se_visits,
            "visits": self.visits,
            "auditors": asdict(self.auditors) if self.auditors else None,
            "confounded": self.confounded,
            "items": self.items.to_dict(),
            "shops": self.shops.to_dict() if self.shops else None,
        }

    def __repr__(self) -> str:
        icc = self.auditors.icc if self.auditors else None
        between = "" if icc is None else f", {100 * icc:.0f} % of the variance between auditors"
        return f"{self.score!r}{between}{', confounded' if self.confounded else ''}"


def _auditors(raw: Any) -> Auditors:
    found = {
        field.name: _known(getattr(raw, field.name)) for field in fields(Auditors)[:-1]
    }
    return Auditors(n=raw.auditors, **found)


def mystery(
    items: object,
    weights: object = None,
    *,
    maximum: object = None,
    auditor: object = None,
    shop: object = None,
    pass_mark: float = 1.0,
    confidence: float = 0.95,
    missing_codes: Sequence[float] = (),
    not_applicable_codes: Sequence[float] = (),
    invalid: str = "exclude",
) -> Mystery:
    """Mystery-shopping scores: items by weights, outlets, and the effect of the auditors.

    items
        a table of points, one column an item and one row a visit; None does not apply
    weights
        one number >= 0 for each item, or a mapping; None: equal
    maximum
        most points of each item, or a mapping; None: 1
    auditor, shop
        who judged the visit, and the outlet: a column of keys, or a table of several
    pass_mark
        share of an item's points from which it is passed
    missing_codes, not_applicable_codes, invalid
        as in Tally.add, for points outside 0 to the maximum

    A visit's score is the weighted points achieved over those that could be achieved on the items
    that apply. Outlets are adjusted for their auditors where the two cross; where they do not,
    the flag is "not-identified". Raises EmptyError without a visit that has a score.

    >>> import cxkit as cx
    >>> visits = {"greeting": [1, 0, 1, 1], "speed": [5, 3, None, 4]}
    >>> found = cx.mystery(visits, {"greeting": 2, "speed": 1}, maximum={"greeting": 1, "speed": 5})
    >>> round(found.score.value, 3), found.items["n"]
    (0.821, [4, 3])
    """
    given, names = frame_of("items", items)
    reading = answers(missing_codes, not_applicable_codes, invalid, "invalid")
    options = fill(_native.cx_mystery_options(), pass_mark=pass_mark, confidence=confidence)
    scale = (numbers_of("maximum", maximum, names), numbers_of("weights", weights, names))
    who = None if auditor is None else keys(auditor)
    where = None if shop is None else keys(shop)
    raw = _native.cx_mystery(given, *scale, who, where, reading, options)
    shops = None
    if where is not None:
        shops = Table(_native.cx_mystery_shops(given, *scale, who, where, reading, options))
    return Mystery(
        score=estimate_of(raw.score),
        se_visits=_known(raw.se_visits),
        visits=raw.visits,
        auditors=None if who is None else _auditors(raw),
        confounded=bool(raw.confounded),
        items=Table(_native.cx_mystery_items(given, *scale, reading, options)),
        shops=shops,
    )
