"""The states behind every score: how many answers stand on each step of a scale."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import index
from typing import Any

from . import _native
from ._columns import column, keys
from ._options import EXCLUDED, KEEP, answers, number, scale_of
from ._state import State
from ._times import times
from .errors import NameNotFoundError, OptionError
from .table import Table

__all__ = ["Tallies", "Tally", "tally_by"]


class Tally(State):
    """A tally of answers: adds up over days, shops and machines.

    The same answers give the same bytes, whatever their order and however they were split.

    scale
        lowest and highest answer, with steps of 1

    >>> import cxkit as cx
    >>> monday = cx.Tally().add([10, 9, 3])
    >>> tuesday = cx.Tally().add([8, None])
    >>> week = monday + tuesday
    >>> week.n, week.excluded["missing"]
    (4, 1)
    >>> cx.Tally.from_bytes(bytes(week)) == week
    True
    """

    __slots__ = ()

    _copy_of = staticmethod(_native.cx_tally_copy)
    _merge_into = staticmethod(_native.cx_tally_merge)
    _equal = staticmethod(_native.cx_tally_equal)
    _size = staticmethod(_native.cx_tally_encoded_size)
    _encode = staticmethod(_native.cx_tally_encode)
    _decode = staticmethod(_native.cx_tally_decode)

    def __init__(self, *, scale: tuple[int, int] = (0, 10)) -> None:
        self._own(_native.cx_tally_new(*scale_of(scale)))

    def add(
        self,
        scores: object,
        *,
        weights: object = None,
        missing_codes: Sequence[float] = (),
        not_applicable_codes: Sequence[float] = (),
        invalid: str = "exclude",
        fractional: str = "invalid",
    ) -> Tally:
        """Adds a column of answers, and returns the tally.

        scores
            the answers; None and NaN are missing and counted as such
        weights
            one weight >= 0 for each answer
        missing_codes, not_applicable_codes
            values that mean "no answer", such as 99, or "does not apply"
        invalid
            "exclude" counts a value outside the scale under "out_of_range"; "error" raises
        fractional
            "invalid" treats 8.5 as `invalid` says; "floor" counts it as an 8

        Raises DomainError (an infinite answer, a bad weight, or an invalid answer when that is
        an error), LengthError, ColumnTypeError; the tally is then unchanged.

        >>> import cxkit as cx
        >>> cx.Tally(scale=(1, 5)).add([5, 4, 99], missing_codes=(99,)).counts[5]
        1
        """
        options = answers(missing_codes, not_applicable_codes, invalid, fractional)
        with self._lock:
            _native.cx_tally_add(
                self._handle, column(scores, "scores"), column(weights, "weights"), options
            )
        return self

    def add_once(
        self,
        scores: object,
        *,
        respondent: object,
        time: object = None,
        keep: str = "last",
        window: object = None,
        weights: object = None,
        missing_codes: Sequence[float] = (),
        not_applicable_codes: Sequence[float] = (),
        invalid: str = "exclude",
        fractional: str = "invalid",
    ) -> Tally:
        """Adds answers, of each respondent one; those that give way are excluded as "duplicate".

        respondent
            a column, or a table whose columns together say who answered (about what). A row
            without one is a person of its own
        time
            when; without it the rows are in order
        keep
            "last", "first" or "all"; of a tie the last, or the first, row
        window
            one answer for each "month" (or any `every` of windows, in UTC) instead of one in all
        weights and the rest
            as in add

        Duplicates are seen within one call. A blank does not push out an answer.

        >>> import cxkit as cx
        >>> cx.Tally().add_once([3, 9, 8], respondent=[1, 1, 2]).excluded["duplicate"]
        1
        """
        options = answers(missing_codes, not_applicable_codes, invalid, fractional)
        from .windows import _calendar  # it imports this module

        calendar = None if window is None else _calendar(window, 0, "monday")[0]
        with self._lock:
            _native.cx_tally_add_once(
                self._handle,
                column(scores, "scores"),
                column(weights, "weights"),
                keys(respondent),
                None if time is None else times(time, "time"),
                number("keep", keep, KEEP),
                calendar,
                options,
            )
        return self

    def add_counts(self, scores: object, counts: object) -> Tally:
        """Adds answers that are counted already, such as the result of a GROUP BY.

        scores
            values of the scale, one a row
        counts
            how many answers have that value

        >>> import cxkit as cx
        >>> cx.Tally().add_counts([10, 7, 3], [50, 30, 20]).n
        100
        """
        with self._lock:
            _native.cx_tally_add_counts(
                self._handle, column(scores, "scores"), column(counts, "counts")
            )
        return self

    def reset(self) -> None:
        """Forgets all answers; the scale stays."""
        with self._lock:
            _native.cx_tally_reset(self._handle)

    @property
    def scale(self) -> tuple[int, int]:
        """Lowest and highest answer."""
        return (_native.cx_tally_scale_min(self._handle), _native.cx_tally_scale_max(self._handle))

    def _levels(self) -> range:
        low, high = self.scale
        return range(low, high + 1)

    @property
    def n(self) -> int:
        """Valid answers with a positive weight."""
        with self._lock:
            return int(_native.cx_tally_n(self._handle))

    @property
    def counts(self) -> dict[int, int]:
        """Answers on each step of the scale."""
        with self._lock:
            return {at: _native.cx_tally_count(self._handle, at) for at in self._levels()}

    @property
    def weights(self) -> dict[int, float]:
        """Weight on each step of the scale; the counts when no weights were given."""
        with self._lock:
            return {at: _native.cx_tally_weight(self._handle, at) for at in self._levels()}

    @property
    def weighted(self) -> bool:
        """Whether any answer came with a weight."""
        with self._lock:
            return bool(_native.cx_tally_weighted(self._handle))

    @property
    def excluded(self) -> dict[str, int]:
        """Rows left out, by reason."""
        with self._lock:
            return {
                word: _native.cx_tally_excluded(self._handle, at)
                for at, word in enumerate(EXCLUDED)
            }

    def __repr__(self) -> str:
        low, high = self.scale
        left_out = sum(self.excluded.values())
        return f"Tally of {self.n} answers, scale {low} to {high}, {left_out} left out"


class Tallies(State):
    """One tally for every key, sorted by key. Made by tally_by; adds up like a Tally.

    Iteration gives ``(key, ..., Tally)``; ``tallies["name"]`` is a key column as a list;
    ``tallies[0]`` the tally of the first key. Metrics take the whole: ``cx.nps(tallies)`` is a
    table with one row for each key.
    """

    __slots__ = ()

    _copy_of = staticmethod(_native.cx_tallies_copy)
    _merge_into = staticmethod(_native.cx_tallies_merge)
    _equal = staticmethod(_native.cx_tallies_equal)
    _size = staticmethod(_native.cx_tallies_encoded_size)
    _encode = staticmethod(_native.cx_tallies_encode)
    _decode = staticmethod(_native.cx_tallies_decode)

    def __init__(self, *, scale: tuple[int, int] = (0, 10)) -> None:
        self._own(_native.cx_tallies_new(*scale_of(scale)))

    def add(
        self,
        scores: object,
        *,
        by: object,
        weights: object = None,
        missing_codes: Sequence[float] = (),
        not_applicable_codes: Sequence[float] = (),
        invalid: str = "exclude",
        fractional: str = "invalid",
    ) -> Tallies:
        """Adds a column of answers, split by keys, and returns the set; see tally_by.

        >>> import cxkit as cx
        >>> cx.Tallies().add([10, 3], by=["a", "b"]).add([9], by=["a"])[0].n
        2
        """
        options = answers(missing_codes, not_applicable_codes, invalid, fractional)
        with self._lock:
            _native.cx_tallies_add(
                self._handle,
                column(scores, "scores"),
                column(weights, "weights"),
                keys(by),
                options,
            )
        return self

    def add_once(
        self,
        scores: object,
        *,
        by: object,
        respondent: object,
        time: object = None,
        keep: str = "last",
        window: object = None,
        weights: object = None,
        missing_codes: Sequence[float] = (),
        not_applicable_codes: Sequence[float] = (),
        invalid: str = "exclude",
        fractional: str = "invalid",
    ) -> Tallies:
        """Adds answers, of each respondent one; those that give way are excluded as "duplicate".

        respondent
            a column, or a table whose columns together say who answered (about what). A row
            without one is a person of its own
        time
            when; without it the rows are in order
        keep
            "last", "first" or "all"; of a tie the last, or the first, row
        window
            one answer for each "month" (or any `every` of windows, in UTC) instead of one in all
        by, weights and the rest
            as in add; a respondent counts once over all keys

        Duplicates are seen within one call. A blank does not push out an answer.

        >>> import cxkit as cx
        >>> shops = cx.Tallies().add_once([3, 9], by=["x", "y"], respondent=[1, 1])
        >>> [tally.n for shop, tally in shops]
        [0, 1]
        """
        options = answers(missing_codes, not_applicable_codes, invalid, fractional)
        from .windows import _calendar  # it imports this module

        calendar = None if window is None else _calendar(window, 0, "monday")[0]
        with self._lock:
            _native.cx_tallies_add_once(
                self._handle,
                column(scores, "scores"),
                column(weights, "weights"),
                keys(by),
                keys(respondent),
                None if time is None else times(time, "time"),
                number("keep", keep, KEEP),
                calendar,
                options,
            )
        return self

    def roll(self, steps: int = 1, *, empty: bool = True) -> Tallies:
        """Rolling windows of a set made by tally_windows: `steps` windows make one.

        empty
            windows without answers are there too, from the first to the last

        >>> import cxkit as cx
        >>> days = cx.tally_windows([0, 2 * 86_400_000_000], [10, 3], every="day")
        >>> [tally.n for *key, tally in days.roll(2)]
        [1, 1, 1]
        """
        with self._lock:
            return Tallies._of(_native.cx_windows_roll(self._handle, index(steps), bool(empty)))

    def total(self) -> Tally:
        """One tally of everything.

        >>> import cxkit as cx
        >>> cx.tally_by([10, 3], by=["a", "b"]).total().n
        2
        """
        with self._lock:
            return Tally._of(_native.cx_tallies_total(self._handle))

    def margin(self, keys: str | Sequence[str]) -> Tallies:
        """The tallies of some of the keys, the others totalled. It adds up like any Tallies.

        keys
            the name of a key column that stays, or several names, in any order

        Raises NameNotFoundError for another name, OptionError for none (see total).

        >>> import cxkit as cx
        >>> shops = cx.tally_by([10, 9, 3], by={"region": ["n", "n", "s"], "shop": [1, 2, 1]})
        >>> [(key, tally.n) for key, tally in shops.margin("region")]
        [('n', 2), ('s', 1)]
        """
        kept = {keys} if isinstance(keys, str) else set(keys)
        with self._lock:
            columns = self.columns
            for name in sorted(kept.difference(columns), key=str):
                raise NameNotFoundError(
                    f"there is no key column {name!r}; there are {', '.join(columns)}"
                )
            bits = sum(
                1 << at for at, name in enumerate(reversed(columns)) if name not in kept
            )
            return Tallies._of(_native.cx_tallies_margin(self._handle, bits))

    def table(self) -> Table:
        """The distribution: the keys, score, count and weight, a row for each key and step.

        >>> import cxkit as cx
        >>> sum(cx.tally_by([10, 3], by=["a", "b"]).table()["count"])
        2
        """
        with self._lock:
            return Table(_native.cx_tallies_table(self._handle))

    def _keys(self) -> dict[str, list[Any]]:
        table = self.table()
        size = len(self)
        steps = len(table) // size if size else 1
        return {name: table[name][::steps] for name in table.columns[:-3]}

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the key columns."""
        return tuple(self._keys())

    def __len__(self) -> int:
        with self._lock:
            return int(_native.cx_tallies_size(self._handle))

    def __getitem__(self, item: str | int) -> Any:
        if isinstance(item, str):
            found = self._keys()
            if item not in found:
                raise NameNotFoundError(
                    f"there is no key column {item!r}; there are {', '.join(found)}"
                )
            return found[item]
        with self._lock:
            at = item + len(self) if item < 0 else item
            if not 0 <= at < len(self):
                raise IndexError(f"there are {len(self)} tallies, {item} is not one of them")
            return Tally._of(_native.cx_tallies_take(self._handle, at))

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        rows = zip(*self._keys().values())
        return iter([(*key, self[at]) for at, key in enumerate(rows)])

    def __repr__(self) -> str:
        total = self.total()
        names = ", ".join(self.columns)
        return f"Tallies of {total.n} answers by {names or 'nothing yet'}: {len(self)} keys"


def tally_by(
    scores: object,
    *,
    by: object,
    scale: tuple[int, int] = (0, 10),
    weights: object = None,
    missing_codes: Sequence[float] = (),
    not_applicable_codes: Sequence[float] = (),
    invalid: str = "exclude",
    fractional: str = "invalid",
) -> Tallies:
    """The tallies of a column of answers by keys.

    scores, weights and the options
        as in Tally.add
    by
        one column of keys (text, integers, times, categories), or a table of several. A missing
        key is a key of its own, and comes last

    Raises what Tally.add raises.

    >>> import cxkit as cx
    >>> shops = cx.tally_by([10, 9, 3], by=["x", "x", "y"])
    >>> [(key, tally.n) for key, tally in shops]
    [('x', 2), ('y', 1)]
    """
    if by is None:
        raise OptionError("by is None; it has to be a column of keys, or a table of several")
    low, high = scale_of(scale)
    options = answers(missing_codes, not_applicable_codes, invalid, fractional)
    return Tallies._of(
        _native.cx_tally_by(
            column(scores, "scores"), column(weights, "weights"), keys(by), low, high, options
        )
    )
