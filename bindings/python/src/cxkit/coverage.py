"""Which encounters nobody was asked about."""

from __future__ import annotations

from . import _native
from ._columns import column, keys
from ._options import fill
from .table import Table

__all__ = ["coverage"]


def coverage(
    contacts: object,
    asked: object,
    *,
    by: object = None,
    answered: object = None,
    confidence: float = 0.95,
    min_n: int = 0,
) -> Table:
    """How much of each kind of encounter was asked about, and how the asked stand for all.

    contacts
        what each encounter is told by: a column of keys, or a table of several (touchpoint,
        channel, mode, hour); with `by`: the number of encounters in each row
    asked
        0 or 1, or how many were asked
    by
        the keys, when `contacts` are numbers
    answered
        0 or 1, or how many answered
    confidence
        of the intervals
    min_n
        fewest encounters of a kind that is shown; hidden kinds stand last

    A row for each kind, those never asked first: contacts, asked, answered, share_asked,
    share_answered (None, not 0, where nobody was asked), share_of_contacts, share_of_asked and
    their gap, with limits. ``.figures`` has the whole, with share_never_asked and dissimilarity.
    Raises DomainError for more asked than encountered, EmptyError for no encounter,
    SuppressedError for fewer than min_n.

    >>> import cxkit as cx
    >>> found = cx.coverage(["shop", "shop", "phone"], [1, 0, 0], answered=[1, 0, 0])
    >>> found["key"], found["share_asked"], found["share_answered"]
    (['phone', 'shop'], [0.0, 0.5], [None, 1.0])
    """
    options = fill(_native.cx_coverage_options(), confidence=confidence, min_n=min_n)
    split = keys(contacts if by is None else by)
    volume = None if by is None else column(contacts, "contacts")
    return Table(
        _native.cx_coverage(
            split, volume, column(asked, "asked"), column(answered, "answered"), options
        )
    )
