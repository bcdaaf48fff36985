"""Mystery shopping: scores of visits, and what the auditors have to do with them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from . import _native
from ._columns import frame, keys
from ._options import EXCLUDED, answers, fill
from ._state import State
from .errors import OptionError
from .estimate import Estimate, estimate_of
from .joint import frame_of, numbers_of
from .table import Table

__all__ = ["Auditors", "Mystery", "Visits", "mystery"]


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


class Visits(State):
    """Mystery-shopping visits as a state that adds up; what is read from it is a Mystery.

    items
        the names of the items
    weights, maximum
        one number for each item, or a mapping; None: 1
    pass_mark
        share of an item's points from which it is passed

    The same visits give the same bytes, whatever their order and however they were split. Memory
    follows the pairs of auditor and outlet, not the visits.

    >>> import cxkit as cx
    >>> may = cx.Visits(["greeting", "speed"], {"greeting": 2, "speed": 1})
    >>> may = may.add({"greeting": [1, 0], "speed": [1, 0.5]}, auditor=["Ann", "Bob"])
    >>> round((may + may).mystery().score.value, 3), may.n
    (0.583, 2)
    """

    __slots__ = ()

    _copy_of = staticmethod(_native.cx_mystery_copy)
    _merge_into = staticmethod(_native.cx_mystery_merge)
    _equal = staticmethod(_native.cx_mystery_equal)
    _size = staticmethod(_native.cx_mystery_encoded_size)
    _encode = staticmethod(_native.cx_mystery_encode)
    _decode = staticmethod(_native.cx_mystery_decode)

    def __init__(
        self,
        items: Sequence[str],
        weights: object = None,
        *,
        maximum: object = None,
        pass_mark: float = 1.0,
    ) -> None:
        if isinstance(items, str):
            raise OptionError(f"items is {items!r}; it has to be a list of names")
        names = list(items)
        most, share = numbers_of("maximum", maximum, names), numbers_of("weights", weights, names)
        self._own(_native.cx_mystery_new(names, most, share, float(pass_mark)))

    def add(
        self,
        items: object,
        *,
        auditor: object = None,
        shop: object = None,
        missing_codes: Sequence[float] = (),
        not_applicable_codes: Sequence[float] = (),
        invalid: str = "exclude",
    ) -> Visits:
        """Adds visits, and returns the state.

        items
            a table of points, with a column for each item and one row a visit; None does not apply
        auditor, shop
            who judged the visit, and the outlet: a column of keys, or a table of several. The first
            call says whether they are known
        missing_codes, not_applicable_codes, invalid
            as in Tally.add, for points outside 0 to the maximum

        Raises NameNotFoundError, DomainError, LengthError, MismatchError; the state is then
        unchanged.

        >>> import cxkit as cx
        >>> cx.Visits(["speed"]).add({"speed": [1, None]}).excluded["not_applicable"]
        1
        """
        reading = answers(missing_codes, not_applicable_codes, invalid, "invalid")
        given = frame(items, list(self.items))
        who = None if auditor is None else keys(auditor)
        where = None if shop is None else keys(shop)
        with self._lock:
            _native.cx_mystery_add(self._handle, given, who, where, reading)
        return self

    def reset(self) -> None:
        """Forgets all visits, auditors and outlets; the items stay."""
        with self._lock:
            _native.cx_mystery_reset(self._handle)

    @property
    def items(self) -> tuple[str, ...]:
        """The names of the items."""
        handle = self._handle
        return tuple(
            _native.cx_mystery_name(handle, at)
            for at in range(_native.cx_mystery_columns(handle))
        )

    @property
    def n(self) -> int:
        """Visits with a score."""
        with self._lock:
            return int(_native.cx_mystery_n(self._handle))

    @property
    def excluded(self) -> dict[str, int]:
        """Visits without a score, by reason."""
        with self._lock:
            return {
                word: _native.cx_mystery_excluded(self._handle, at)
                for at, word in enumerate(EXCLUDED)
            }

    def mystery(self, *, confidence: float = 0.95, min_n: int = 0) -> Mystery:
        """Scores, items, outlets and the effect of the auditors; see mystery.

        Below min_n visits outlets and items are hidden. Raises EmptyError without a visit that has
        a score, SuppressedError for fewer than min_n.

        >>> import cxkit as cx
        >>> cx.Visits(["speed"]).add({"speed": [1, 0, 1]}).mystery().items["value"]
        [0.6666666666666666]
        """
        options = fill(_native.cx_mystery_options(), confidence=confidence, min_n=min_n)
        with self._lock:
            handle = self._handle
            raw = _native.cx_mystery_score(handle, options)
            items = Table(_native.cx_mystery_items(handle, options))
            judged = _native.cx_mystery_auditor_columns(handle) > 0
            shops = None
            if _native.cx_mystery_shop_columns(handle):
                shops = Table(_native.cx_mystery_shops(handle, options))
        return Mystery(
            score=estimate_of(raw.score),
            se_visits=_known(raw.se_visits),
            visits=raw.visits,
            auditors=_auditors(raw) if judged else None,
            confounded=bool(raw.confounded),
            items=items,
            shops=shops,
        )

    def __repr__(self) -> str:
        return f"Visits: {self.n}, {len(self.items)} items"


def mystery(
    items: object,
    weights: object = None,
    *,
    maximum: object = None,
    auditor: object = None,
    shop: object = None,
    pass_mark: float = 1.0,
    confidence: float = 0.95,
    min_n: int = 0,
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
    min_n
        fewest visits of an outlet, or of an item, that is shown
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
    _, names = frame_of("items", items)
    state = Visits(names, weights, maximum=maximum, pass_mark=pass_mark)
    state.add(
        items,
        auditor=auditor,
        shop=shop,
        missing_codes=missing_codes,
        not_applicable_codes=not_applicable_codes,
        invalid=invalid,
    )
    return state.mystery(confidence=confidence, min_n=min_n)
