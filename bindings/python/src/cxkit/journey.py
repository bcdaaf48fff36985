"""Journeys (stage > touchpoint > channel), and the mode in which people were asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import _native
from ._columns import column, frame, is_table, keys
from ._options import DIRECTIONS, SCORES, WEIGHTINGS, answers, fill, number, scale_of
from .compare import Change
from .errors import NameNotFoundError, OptionError
from .estimate import Estimate, estimate_of_row
from .table import Table
from .tally import Tallies

__all__ = ["Journey", "Modes", "journey", "modes"]

_Frame = list[tuple[str, object]]


@dataclass(frozen=True, slots=True)
class Journey:
    """A score at every node of a journey; see journey.

    total
        the score of the whole; None when it is hidden
    levels
        the names of the levels, from the outside in
    table
        one row for each node, each before its parts; see journey
    """

    total: Estimate | None
    levels: tuple[str, ...]
    table: Table

    def node(self, *path: object) -> dict[str, Any]:
        """The row of a node: ``found.node("arrival", "desk")``; without a path, of the whole.

        Raises NameNotFoundError for a path that is not there.

        >>> import cxkit as cx
        >>> found = cx.journey({"stage": ["a", "a", "b"], "score": [10, 9, 3]}, scores="score")
        >>> round(found.node("a")["value"])
        100
        """
        for row in self.table:
            if row["depth"] == len(path) and all(
                row[level] == wanted for level, wanted in zip(self.levels, path)
            ):
                return row
        raise NameNotFoundError(f"there is no node {' > '.join(map(str, path))}")

    def to_dict(self) -> dict[str, Any]:
        """The whole, the levels and the table by name."""
        return {
            "total": self.total.to_dict() if self.total else None,
            "levels": list(self.levels),
            "table": self.table.to_dict(),
        }

    def __repr__(self) -> str:
        lines = []
        for row in self.table:
            depth = row["depth"]
            name = "all" if depth == 0 else row[self.levels[depth - 1]]
            value = "-" if row["value"] is None else f"{row['value']:.4g}"
            pooled = row.get("pooled_value")
            more = "" if pooled is None else f", pooled {pooled:.4g}"
            flags = f" ({row['flags']})" if row["flags"] else ""
            n = "-" if row["n"] is None else row["n"]
            lines.append(f"{'  ' * depth}{name}: {value}{more}, n = {n}{flags}")
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Modes:
    """Scores by mode of asking; see modes.

    table
        for each group a row "all" and one for each mode; see modes
    pooled
        all answers together, with the flag "mixed-modes" when the modes differ; None with `by`
    standardised
        the score by the given mix; None without one, or with `by`
    p_value
        of equal scores in all modes; None where there is no test, or with `by`
    """

    table: Table
    pooled: Estimate | None
    standardised: Change | None
    p_value: float | None

    def to_dict(self) -> dict[str, Any]:
        """The fields by name."""
        given = self.standardised
        parts = ("value", "se", "ci_low", "ci_high")
        return {
            "table": self.table.to_dict(),
            "pooled": self.pooled.to_dict() if self.pooled else None,
            "standardised": {name: getattr(given, name) for name in parts} if given else None,
            "p_value": self.p_value,
        }

    def __repr__(self) -> str:
        return repr(self.table)


# -- columns ----------------------------------------------------------------------------------


def _names(option: str, given: object) -> list[str]:
    words = [given] if isinstance(given, str) else given
    if isinstance(words, Sequence) and words and all(isinstance(word, str) for word in words):
        return list(words)
    raise OptionError(f"{option} is {given!r}; it has to be the names of the level columns")


def _pairs(table: object) -> _Frame:
    found = frame(table)
    if not isinstance(found, list):
        raise OptionError("the table has to be a mapping of name to column, or a data frame")
    return found


def _paths(option: str, levels: Sequence[str], paths: Sequence[object]) -> _Frame:
    """Paths as columns: ("arrival", "desk") or "arrival" each, all of the same depth."""
    rows = [tuple(path) if isinstance(path, (tuple, list)) else (path,) for path in paths]
    depth = {len(row) for row in rows}
    if len(depth) != 1 or not 1 <= depth.copy().pop() <= len(levels):
        raise OptionError(f"{option} needs paths of one depth, at most {len(levels)} levels")
    return [(name, list(cells)) for name, cells in zip(levels, zip(*rows))]


def _volumes(levels: Sequence[str], given: object) -> tuple[_Frame | None, object]:
    if given is None:
        return None, None
    if isinstance(given, Mapping) and not set(levels) & set(given):
        return _paths("volumes", levels, list(given)), list(given.values())
    found = dict(_pairs(given))
    absent = [name for name in (*levels, "volume") if name not in found]
    if absent:
        raise NameNotFoundError(
            f"volumes has no column {absent[0]!r}: give the levels and 'volume', or path: volume",
            column=absent[0],
        )
    return [(name, found[name]) for name in levels], found["volume"]


def _expected(levels: Sequence[str], given: object) -> _Frame | None:
    if given is None:
        return None
    if is_table(given):
        return _pairs(given)
    if isinstance(given, (str, bytes)) or not isinstance(given, Sequence):
        raise OptionError("expected has to be a list of stages or paths, or a table of paths")
    return _paths("expected", levels, given)


def _grouped(
    tree: object, levels: object, scores: object, scale: tuple[int, int], weights: object, read: Any
) -> Tallies:
    if isinstance(tree, Tallies):
        if levels is not None or scores is not None or weights is not None:
            raise OptionError("levels, scores and survey_weights are for tables of answers")
        return tree
    if scores is None:
        raise OptionError("scores is missing: the name of the column of answers")
    table = _pairs(tree)
    by_name = dict(table)
    aside = {name for name in (scores, weights) if isinstance(name, str)}
    wanted = _names("levels", levels) if levels is not None else [
        name for name, _ in table if name not in aside
    ]
    for name in (*wanted, *sorted(aside)):
        if name not in by_name:
            raise NameNotFoundError(
                f"there is no column {name!r}; there are {', '.join(by_name)}", column=name
            )
    low, high = scale_of(scale)
    return Tallies._of(
        _native.cx_tally_by(
            by_name[scores] if isinstance(scores, str) else column(scores, "scores"),
            by_name[weights] if isinstance(weights, str) else column(weights, "weights"),
            [(name, by_name[name]) for name in wanted],
            low,
            high,
            read,
        )
    )


# -- functions --------------------------------------------------------------------------------


def journey(
    tree: object,
    *,
    levels: str | Sequence[str] | None = None,
    scores: object = None,
    scale: tuple[int, int] = (0, 10),
    score: str = "nps",
    promoters: int = 9,
    detractors: int = 6,
    top: int | None = None,
    direction: str = "high",
    weights: str = "volume",
    volumes: object = None,
    expected: object = None,
    pool: bool = True,
    confidence: float = 0.95,
    min_n: int = 0,
    survey_weights: object = None,
    missing_codes: Sequence[float] = (),
    not_applicable_codes: Sequence[float] = (),
    invalid: str = "exclude",
    fractional: str = "invalid",
) -> Journey:
    """A score at every node of a journey, rolled up and pooled.

    tree
        a table of answers with a column for each level, or Tallies by the levels
    levels
        the level columns from the outside in; None: all columns but the scores, in order
    scores, survey_weights
        the column of answers, and one of weights: names in the table, or columns
    scale, missing_codes, not_applicable_codes, invalid, fractional
        as in tally_by
    score, promoters, detractors, top
        as in decompose
    direction
        of a top-box score, as in csat
    weights
        "volume" weights the parts of a node by `volumes`, or by their answers without any; "equal"
        gives every part the same weight
    volumes
        {("arrival", "desk"): 1200, ...}, or a table of the levels and "volume"
    expected
        stages, or paths, that should have answers: without any, the score above is "partial"
    pool
        also draw each node towards the one above it, as far as its answers are few and its
        siblings alike: pooled_value, pooled_se, pooled_low, pooled_high, and own_weight, the part
        of its own answers in that
    confidence
        of the intervals
    min_n
        fewest answers of a node that is shown; see Small cells and totals

    Raises EmptyError without a valid answer, MismatchError for volumes or paths by other levels,
    DomainError for a bad volume.

    >>> import cxkit as cx
    >>> answers = {"stage": ["arrive", "arrive", "stay", "stay"], "score": [10, 7, 3, 9]}
    >>> cx.journey(answers, scores="score", pool=False)
    all: 25, n = 4 (few)
      arrive: 50, n = 2 (few)
      stay: 0, n = 2 (few)
    """
    read = answers(missing_codes, not_applicable_codes, invalid, fractional)
    state = _grouped(tree, levels, scores, scale, survey_weights, read)
    names = state.columns
    options = fill(
        _native.cx_journey_options(),
        score=number("score", score, SCORES),
        promoters=promoters,
        detractors=detractors,
        top=top,
        direction=number("direction", direction, DIRECTIONS),
        weights=number("weights", weights, WEIGHTINGS),
        pool=int(bool(pool)),
        confidence=confidence,
        min_n=min_n,
    )
    paths, sizes = _volumes(names, volumes)
    with state._lock:
        table = Table(
            _native.cx_journey(
                state._handle, paths, sizes, _expected(names, expected), options
            )
        )
    whole = table[0]
    total = None if whole["value"] is None else estimate_of_row(whole)
    return Journey(total=total, levels=names, table=table)


def modes(
    scores: object,
    *,
    mode: object = None,
    by: object = None,
    weights: object = None,
    scale: tuple[int, int] = (0, 10),
    score: str = "nps",
    promoters: int = 9,
    detractors: int = 6,
    top: int | None = None,
    direction: str = "high",
    reference: object = None,
    mix: Mapping[Any, float] | None = None,
    alpha: float = 0.05,
    confidence: float = 0.95,
    min_n: int = 0,
    missing_codes: Sequence[float] = (),
    not_applicable_codes: Sequence[float] = (),
    invalid: str = "exclude",
    fractional: str = "invalid",
) -> Modes:
    """Scores by mode of asking (mail, phone, at the gate), and whether they may be mixed.

    scores
        answers with `mode`, or Tallies of which the last key is the mode
    mode
        the mode of each answer
    by
        one column of keys, or a table of several: each group then has its own modes
    weights, scale, missing_codes, not_applicable_codes, invalid, fractional
        as in tally_by
    score, promoters, detractors, top
        as in decompose
    direction
        of a top-box score, as in csat
    reference
        the mode others are compared with; None: that with the most answers
    mix
        {mode: share}: a fixed mix for a standardised score, so that periods compare
    alpha
        the pooled figure has the flag "mixed-modes" when equal scores have a smaller p-value, or
        when nobody can tell
    confidence
        of the intervals
    min_n
        fewest answers of a mode, and of a group, that are shown; a group with a hidden mode has
        neither test nor standardised score

    The table has a row "all" for each group, then one for each mode with its difference to the
    reference, and p-values alone and for all modes together (Holm). What a change of the mode mix
    did to a score is told by ``decompose(before, after, by=(mode_before, mode_after))``.
    Raises NameNotFoundError for a reference without answers, DomainError for a mode that the mix
    does not hold.

    >>> import cxkit as cx
    >>> asked = ["mail"] * 60 + ["phone"] * 60
    >>> found = cx.modes([10, 9, 4] * 20 + [10, 9, 9] * 20, mode=asked)
    >>> round(found.pooled.value), found.pooled.flags
    (67, ('mixed-modes',))
    """
    if isinstance(scores, Tallies):
        if mode is not None or by is not None or weights is not None:
            raise OptionError("mode, by and weights are for columns: a tally has been read already")
        state = scores
    else:
        if mode is None:
            raise OptionError("mode is missing: columns of answers need a column of modes")
        read = answers(missing_codes, not_applicable_codes, invalid, fractional)
        low, high = scale_of(scale)
        state = Tallies._of(
            _native.cx_tally_by(
                column(scores, "scores"), column(weights, "weights"), mode_keys(mode, by), low,
                high, read,
            )
        )  # fmt: skip
    options = fill(
        _native.cx_modes_options(),
        score=number("score", score, SCORES),
        promoters=promoters,
        detractors=detractors,
        top=top,
        direction=number("direction", direction, DIRECTIONS),
        alpha=alpha,
        confidence=confidence,
        min_n=min_n,
    )
    names = state.columns
    last = names[-1] if names else "mode"
    asked = None if mix is None else [(last, list(mix))]
    shares = None if mix is None else list(mix.values())
    held = None if reference is None else [(last, [reference])]
    with state._lock:
        table = Table(_native.cx_modes(state._handle, asked, shares, held, options))
    if len(names) > 1:
        return Modes(table=table, pooled=None, standardised=None, p_value=None)
    row = table[0]
    part = "standardised"
    return Modes(
        table=table,
        pooled=None if row["value"] is None else estimate_of_row(row),
        standardised=None
        if row[part] is None
        else Change(
            value=row[part],
            se=row[f"{part}_se"],
            ci_low=row[f"{part}_low"],
            ci_high=row[f"{part}_high"],
        ),
        p_value=row["q_p"],
    )


def mode_keys(mode: object, by: object = None) -> _Frame:
    """The key columns of answers by mode: the groups first, the mode last."""
    groups = keys(by) if by is not None else []
    if not isinstance(groups, list):
        raise OptionError("by has to be a column, a mapping of name to column, or a data frame")
    own = keys(mode)
    if not isinstance(own, list) or len(own) != 1:
        raise OptionError("mode has to be one column")
    name = own[0][0]
    return [*groups, ("mode" if name == "key" else name, own[0][1])]


def mixed(
    state: Tallies,
    *,
    score: str,
    promoters: int = 9,
    detractors: int = 6,
    top: int | None = None,
    direction: str = "high",
) -> bool:
    """Whether all answers together mix modes that differ; see modes."""
    options = fill(
        _native.cx_modes_options(),
        score=number("score", score, SCORES),
        promoters=promoters,
        detractors=detractors,
        top=top,
        direction=number("direction", direction, DIRECTIONS),
    )
    with state._lock:
        table = Table(_native.cx_modes(state._handle, None, None, None, options))
    return "mixed-modes" in table[0]["flags"].split(",")
