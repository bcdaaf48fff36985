"""Differences between groups, with their intervals and tests."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from numbers import Real
from typing import Any

from . import _native
from ._columns import column
from ._options import EXCLUDED, FLAGS, METHODS, SCORES, UNITS, fill, number, whole
from .errors import OptionError
from .estimate import Estimate, estimate_of
from .joint import paired as _paired
from .table import Table
from .tally import Tallies, Tally, tally_by

__all__ = ["BeliefGap", "belief_gap", "compare", "compare_rest", "share_difference", "shares"]

_BITS = {word: bit for bit, word in FLAGS}
_PLAIN = {"invalid": "exclude", "fractional": "invalid"}


def native_estimate(estimate: Estimate) -> Any:
    """The estimate in the form of C."""

    def known(value: float | None) -> float:
        return math.nan if value is None else float(value)

    made = _native.cx_estimate(
        known(estimate.value),
        known(estimate.ci_low),
        known(estimate.ci_high),
        estimate.confidence,
        known(estimate.se),
        math.inf if estimate.df is None else estimate.df,
    )
    made.set_sample(estimate.n, known(estimate.n_eff), known(estimate.sum_w))
    made.set_kind(
        METHODS.get(estimate.method, 0),
        UNITS.index(estimate.unit),
        sum(_BITS.get(flag, 0) for flag in estimate.flags),
        known(estimate.p_value),
    )
    for reason, word in enumerate(EXCLUDED):
        made.set_excluded(reason, estimate.excluded.get(word, 0))
    return made


def _pair(option: str, given: object) -> tuple[object, object]:
    if given is None:
        return None, None
    if isinstance(given, (tuple, list)) and len(given) == 2:
        return given[0], given[1]
    raise OptionError(f"{option} has to be a pair: of the answers of a, and of those of b")


def _refuse(reading: dict[str, Any], weights: object, by: object) -> None:
    given = [name for name in ("missing_codes", "not_applicable_codes") if len(reading[name])]
    given += [name for name, plain in _PLAIN.items() if reading[name] != plain]
    given += [name for name, what in (("weights", weights), ("by", by)) if what is not None]
    if given:
        raise OptionError(f"{given[0]} is for columns: a tally has been read already")


def _state(
    scores: object, by: object, scale: tuple[int, int], weights: object, reading: dict[str, Any]
) -> Tally | Tallies:
    if isinstance(scores, (Tally, Tallies)):
        _refuse(reading, weights, by)
        return scores
    if by is not None:
        return tally_by(scores, by=by, scale=scale, weights=weights, **reading)
    return Tally(scale=scale).add(scores, weights=weights, **reading)


def _options(
    score: str,
    promoters: int,
    detractors: int,
    top: int | None,
    method: str,
    confidence: float,
    lower_is_better: bool,
    min_n: int = 0,
) -> Any:
    return fill(
        _native.cx_compare_options(),
        score=number("score", score, SCORES),
        promoters=promoters,
        detractors=detractors,
        top=top,
        method=number("method", method, METHODS),
        confidence=confidence,
        lower_is_better=int(lower_is_better),
        min_n=min_n,
    )


def _lower(estimate: Estimate) -> Estimate:
    words = {*estimate.flags, "lower-is-better"}
    return replace(estimate, flags=tuple(word for _, word in FLAGS if word in words))


def _known(value: float, like: Estimate) -> Estimate:
    """A number that is known, as an estimate without error."""
    at = float(value)
    if not math.isfinite(at):
        raise OptionError(f"b is {value!r}; it has to be a finite number")
    return replace(
        like, value=at, ci_low=at, ci_high=at, se=0.0, df=None, p_value=None, n=0, n_eff=0.0,
        sum_w=0.0, excluded={},
    )  # fmt: skip


def _compare_estimates(a: object, b: object, method: str, confidence: float) -> Estimate:
    if isinstance(a, Estimate) and isinstance(b, Real):
        b = _known(float(b), a)
    if not isinstance(a, Estimate) or not isinstance(b, Estimate):
        raise OptionError(
            "an estimate compares with an estimate: the answers behind it are not known any more"
        )
    if method not in ("auto", "mover", "wald"):
        raise OptionError(
            f"method is {method!r}; two estimates have their limits ('mover') and errors ('wald')"
        )
    if confidence not in (0.95, a.confidence):
        raise OptionError(
            f"confidence is {confidence:g}; the estimates were made with {a.confidence:g}"
        )
    options = fill(_native.cx_compare_options(), method=number("method", method, METHODS))
    return estimate_of(
        _native.cx_compare_estimates(native_estimate(a), native_estimate(b), options)
    )


def compare(
    a: object,
    b: object,
    *,
    paired: bool = False,
    respondents: tuple[object, object] | None = None,
    cases: str | None = None,
    method: str = "auto",
    confidence: float = 0.95,
    score: str = "nps",
    scale: tuple[int, int] = (0, 10),
    promoters: int = 9,
    detractors: int = 6,
    top: int | None = None,
    lower_is_better: bool = False,
    min_n: int = 0,
    by: object = None,
    weights: object = None,
    missing_codes: Sequence[float] = (),
    not_applicable_codes: Sequence[float] = (),
    invalid: str = "exclude",
    fractional: str = "invalid",
) -> Estimate | Table:
    """The difference a - b of a score between two groups, independent or paired, with `.p_value`.

    a, b
        columns of answers, Tally objects, Tallies by the same keys, or two Estimate objects of
        the same unit, which are compared by their limits; against an Estimate b may also be a
        number that is known, such as 0
    paired
        True for columns of the same customers, row by row; `weights` is then one column
    respondents
        for waves that overlap: a pair of keys, (of a, of b), by which they are matched
    cases
        of paired answers: "complete" (both answers; the default for paired=True) or "available"
        (everyone on each side, the covariance from those on both; the default for waves)
    method
        "auto"; for paired answers "adjusted-wald" (nps), "score" or "agresti-caffo" (top-box),
        "t"; otherwise for "nps": "mover" (auto), "wald"; for "mean": "t" (auto, Welch's), "mover",
        "wald"; for "top-box": "score" (auto), "newcombe", "agresti-caffo", "mover", "wald"; for two
        estimates "mover" (auto), "wald"
    confidence
        of the interval; that of the estimates for two of them
    score
        "nps", "mean" or "top-box"
    scale
        lowest and highest answer
    promoters, detractors, top
        as in nps and csat
    lower_is_better
        True for effort and the like: the difference carries the flag "lower-is-better"
    min_n
        fewest answers of a figure that is shown; with keys each side hides what its own table
        would, and a difference needs both; not for paired answers or two estimates
    by
        for columns: a pair of keys, (of a, of b); the result is then a Table with one row a key,
        a status of its own for a key on one side only, and `p_adjusted` (Holm) beside `p_value`
    weights
        for columns: a pair, (of the answers of a, of those of b)
    missing_codes, not_applicable_codes, invalid, fractional
        as in Tally.add

    p_value is below 1 - confidence exactly when 0 lies outside the limits.
    Raises EmptyError for a side without valid answers, SuppressedError below min_n, MismatchError
    for other scales, units or keys, FewError and ConstantError for t, OptionError.

    >>> import cxkit as cx
    >>> cx.compare([10, 10, 9, 9, 10, 8, 10, 9], [7, 6, 8, 9, 3, 8, 5, 7])
    112.5 points [33.4, 152.6] 95 % (mover, n = 16)
    >>> cx.compare(cx.share(40, 50), cx.share(20, 50)).p_value < 0.001
    True
    >>> round(cx.compare(cx.nps(counts=(362, 176, 462), method="wald"), 0, method="wald").p_value, 6)
    0.000457
    >>> cx.compare([9, 8, 7, 9], [7, 8, 6, 6], paired=True, score="mean").value
    1.5
    """
    reading: dict[str, Any] = {
        "missing_codes": missing_codes,
        "not_applicable_codes": not_applicable_codes,
        "invalid": invalid,
        "fractional": fractional,
    }
    if min_n > 1 and (paired or respondents is not None or isinstance(a, Estimate)):
        raise OptionError("min_n is for answers of independent groups")
    if paired or respondents is not None:
        if by is not None:
            raise OptionError("by is not for paired answers: compare one group at a time")
        found = _paired(
            a,
            b,
            respondents=respondents,
            weights=weights,
            scale=scale,
            read="net" if score == "nps" else score,
            high=promoters,
            low=detractors,
            top=top,
            method=method,
            cases="complete" if cases is None and respondents is None else cases or "available",
            confidence=confidence,
            **reading,
        )
        return _lower(found) if lower_is_better else found
    if cases is not None:
        raise OptionError("cases is for paired answers")
    if isinstance(a, Estimate) or isinstance(b, Estimate):
        return _compare_estimates(a, b, method, confidence)
    options = _options(
        score, promoters, detractors, top, method, confidence, lower_is_better, min_n
    )
    keys, weight = _pair("by", by), _pair("weights", weights)
    first = _state(a, keys[0], scale, weight[0], reading)
    second = _state(b, keys[1], scale, weight[1], reading)
    low, high = sorted((first, second), key=id)
    with low._lock, high._lock:
        if isinstance(first, Tallies) and isinstance(second, Tallies):
            return Table(_native.cx_compare_by(first._handle, second._handle, options))
        if isinstance(first, Tallies) or isinstance(second, Tallies):
            raise OptionError("one side is split by keys and the other is not")
        return estimate_of(_native.cx_compare(first._handle, second._handle, options))


def compare_rest(
    scores: object,
    *,
    by: object = None,
    method: str = "auto",
    confidence: float = 0.95,
    score: str = "nps",
    scale: tuple[int, int] = (0, 10),
    promoters: int = 9,
    detractors: int = 6,
    top: int | None = None,
    lower_is_better: bool = False,
    min_n: int = 0,
    weights: object = None,
    missing_codes: Sequence[float] = (),
    not_applicable_codes: Sequence[float] = (),
    invalid: str = "exclude",
    fractional: str = "invalid",
) -> Table:
    """Each group against all the others together: which points stand out?

    scores
        a column of answers with `by`, or Tallies
    by
        one column of keys, or a table of several
    method, confidence, score, scale, promoters, detractors, top, lower_is_better
        as in compare
    min_n
        fewest answers of a group, and of its rest, that are shown
    weights, missing_codes, not_applicable_codes, invalid, fractional
        as in Tally.add

    One row for each key: value_a and n_a of the group, value_b and n_b of the rest, the
    difference as in compare, and `p_adjusted`, the p-values of all rows together (Holm).

    >>> import cxkit as cx
    >>> found = cx.compare_rest([10, 9, 9, 2, 3, 4], by=["x", "x", "x", "y", "y", "y"])
    >>> found["value"]
    [200.0, -200.0]
    """
    options = _options(
        score, promoters, detractors, top, method, confidence, lower_is_better, min_n
    )
    reading: dict[str, Any] = {
        "missing_codes": missing_codes,
        "not_applicable_codes": not_applicable_codes,
        "invalid": invalid,
        "fractional": fractional,
    }
    state = _state(scores, by, scale, weights, reading)
    if not isinstance(state, Tallies):
        raise OptionError("by is missing: groups need a column of keys")
    with state._lock:
        return Table(_native.cx_compare_rest(state._handle, options))


def share_difference(
    x1: int, n1: int, x2: int, n2: int, *, method: str = "auto", confidence: float = 0.95
) -> Estimate:
    """The difference x1/n1 - x2/n2 of two independent shares, with `.p_value`.

    x1, n1, x2, n2
        successes and trials of the two groups
    method
        "score" (auto; Miettinen and Nurminen), "newcombe", "agresti-caffo", "wald"
    confidence
        of the interval

    Raises EmptyError without trials, DomainError, OptionError.

    >>> import cxkit as cx
    >>> cx.share_difference(56, 70, 48, 80)
    0.200 [0.053, 0.338] 95 % (score, n = 150)
    """
    options = fill(
        _native.cx_share_difference_options(),
        method=number("method", method, METHODS),
        confidence=confidence,
    )
    return estimate_of(
        _native.cx_share_difference(
            whole("x1", x1), whole("n1", n1), whole("x2", x2), whole("n2", n2), options
        )
    )


def shares(counts: object, *, method: str = "goodman", confidence: float = 0.95) -> Table:
    """Shares of several classes, with intervals that hold all at once.

    counts
        the answers in each of two or more classes
    method
        "goodman"; "sison-glaz" for many answers in every class
    confidence
        of all intervals together

    A Table of count, value, ci_low, ci_high. Raises EmptyError when all counts are 0, FewError,
    DomainError, OptionError.

    >>> import cxkit as cx
    >>> [round(low, 3) for low in cx.shares([362, 176, 462])["ci_low"]]
    [0.326, 0.149, 0.425]
    """
    options = fill(
        _native.cx_shares_options(),
        method=number("method", method, METHODS),
        confidence=confidence,
    )
    return Table(_native.cx_shares(column(counts, "counts"), options))


@dataclass(frozen=True, slots=True)
class BeliefGap:
    """What staff believe a score to be, against what customers say; see belief_gap.

    gap
        believed - customers: positive means over-estimated
    believed, customers
        the mean belief, and the customers' score
    over
        share of the staff who believe more than the customers' value
    """

    gap: Estimate
    believed: Estimate
    customers: Estimate
    over: Estimate

    def to_dict(self) -> dict[str, Any]:
        """The fields by name; every value goes into JSON."""
        return {name: getattr(self, name).to_dict() for name in asdict(self)}


def belief_gap(
    staff: object,
    customers: object,
    *,
    staff_as: str = "beliefs",
    score: str = "nps",
    scale: tuple[int, int] = (0, 10),
    promoters: int = 9,
    detractors: int = 6,
    top: int | None = None,
    method: str = "auto",
    confidence: float = 0.95,
    weights: object = None,
    missing_codes: Sequence[float] = (),
    not_applicable_codes: Sequence[float] = (),
    invalid: str = "exclude",
    fractional: str = "invalid",
) -> BeliefGap:
    """What managers or staff believe a score to be, against what customers say.

    staff
        one belief for each member of staff, in the unit of the score (points, the scale, or a
        fraction); with staff_as="answers" their answers to the customers' question
    customers
        their answers, or a Tally
    staff_as
        "beliefs" or "answers"
    score, scale, promoters, detractors, top
        as in compare
    method
        "auto", "mover", "wald", and "t" for a mean; for answers as in compare
    confidence
        of the intervals
    weights, missing_codes, not_applicable_codes, invalid, fractional
        of the customers' answers, as in Tally.add

    Staff and customers are independent groups. Raises EmptyError without a belief or an answer.

    >>> import cxkit as cx
    >>> found = cx.belief_gap([40, 55, 10, 60, 35], [10, 9, 3, 8, 7, 9, 2, 10, 9, 5])
    >>> found.gap.value, found.over.value
    (20.0, 0.8)
    """
    options = _options(score, promoters, detractors, top, method, confidence, False)
    reading: dict[str, Any] = {
        "missing_codes": missing_codes,
        "not_applicable_codes": not_applicable_codes,
        "invalid": invalid,
        "fractional": fractional,
    }
    asked = _state(customers, None, scale, weights, reading)
    if not isinstance(asked, Tally):
        raise OptionError("customers are one group: a Tally or a column of answers")
    if staff_as == "beliefs":
        with asked._lock:
            raw = _native.cx_belief_gap(column(staff, "beliefs"), asked._handle, options)
    elif staff_as == "answers":
        said = staff if isinstance(staff, Tally) else Tally(scale=scale).add(staff)
        low, high = sorted((said, asked), key=id)
        with low._lock, high._lock:
            raw = _native.cx_belief_gap_answers(said._handle, asked._handle, options)
    else:
        raise OptionError(f"staff_as is {staff_as!r}; it has to be one of beliefs, answers")
    return BeliefGap(
        gap=estimate_of(raw.gap),
        believed=estimate_of(raw.believed),
        customers=estimate_of(raw.customers),
        over=estimate_of(raw.over),
    )
