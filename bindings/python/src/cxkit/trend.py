"""A score over windows of time: which changes are more than chance, and whose they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from . import _native
from ._options import SCORES, fill, number
from .compare import Change
from .table import Table
from .tally import Tallies
from .windows import tally_windows

__all__ = ["Trend", "trend"]


@dataclass(frozen=True, slots=True)
class Trend:
    """A score over windows; see trend. Iteration goes over the rows of `table`.

    table
        a row for each window: window, window_end, the score as an estimate; `change` against the
        window before and `against` the mean of all earlier windows, each with limits, p-value,
        adjusted p-value and a flag ("up", "down", "none", "too few"; None without an answer or
        without anything before); with `by` also keys, mix, within and the panel
    slope
        change per window of a weighted line, or None below three windows
    slope_p
        its p-value
    panel
        the keys with answers in every window, as `sites` has them; None without `by`
    sites
        with `by`: for each key its answers, windows, first, last and presence ("always", "came",
        "went", "came and went", "gaps", "never")
    no_time
        answers without a time: in no window
    """

    table: Table
    slope: Change | None
    slope_p: float | None
    panel: int | None
    sites: Table | None
    no_time: int

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.table)

    def __len__(self) -> int:
        return len(self.table)

    def to_dict(self) -> dict[str, Any]:
        """The columns by name, and the figures."""
        return {
            "table": self.table.to_dict(),
            "figures": self.table.figures,
            "sites": None if self.sites is None else self.sites.to_dict(),
        }

    def __repr__(self) -> str:
        flags = [flag for flag in self.table["change_flag"] if flag in ("up", "down")]
        slope = "" if self.slope is None else f", slope {self.slope.value:+.3g} a window"
        return f"Trend over {len(self)} windows: {len(flags)} changes{slope}"


def _slope(figures: dict[str, float | None]) -> Change | None:
    value = figures["slope"]
    if value is None:
        return None
    return Change(
        value=value,
        se=figures["slope_se"],
        ci_low=figures["slope_ci_low"],
        ci_high=figures["slope_ci_high"],
    )


def trend(
    time: object,
    scores: object = None,
    *,
    every: object = None,
    by: object = None,
    offset: object = 0,
    week_starts: str = "monday",
    score: str = "nps",
    promoters: int = 9,
    detractors: int = 6,
    top: int | None = None,
    few: int = 5,
    confidence: float = 0.95,
    min_n: int = 0,
    scale: tuple[int, int] = (0, 10),
    weights: object = None,
    missing_codes: Sequence[float] = (),
    not_applicable_codes: Sequence[float] = (),
    invalid: str = "exclude",
    fractional: str = "invalid",
) -> Trend:
    """A score over windows of time, with flags for the changes that are more than chance.

    time, scores
        as in windows; or Tallies made by tally_windows, and no scores
    every, offset, week_starts
        as in windows
    by
        keys such as the site: changes are then split into mix and within, and the sites with
        answers in every window are a panel of their own beside all sites
    score, promoters, detractors, top
        as in decompose
    few
        windows with fewer answers are not tested
    confidence
        of the intervals; the chance of any false flag in a series is at most 1 - confidence
        (Holm's adjustment)
    min_n
        hides windows with fewer answers, and others beside them; changes, slope and panel pass
        them over
    scale, weights, missing_codes, not_applicable_codes, invalid, fractional
        as in tally_by

    >>> import cxkit as cx
    >>> week = 7 * 86_400_000_000
    >>> time = [w * week for w in range(4) for _ in range(50)]
    >>> scores = [10 if i % 50 < (20 if i < 100 else 45) else 0 for i in range(200)]
    >>> cx.trend(time, scores, every="week").table["change_flag"]
    [None, 'none', 'up', 'none']
    """
    if isinstance(time, Tallies) and scores is None:
        state = time
    else:
        state = tally_windows(
            time,
            scores,
            every=every,
            by=by,
            offset=offset,
            week_starts=week_starts,
            scale=scale,
            weights=weights,
            missing_codes=missing_codes,
            not_applicable_codes=not_applicable_codes,
            invalid=invalid,
            fractional=fractional,
        )
    options = fill(
        _native.cx_trend_options(),
        score=number("score", score, SCORES),
        promoters=promoters,
        detractors=detractors,
        top=top,
        few=few,
        confidence=confidence,
        min_n=min_n,
    )
    with state._lock:
        table = Table(_native.cx_trend(state._handle, options))
        keyed = "panel_value" in table.columns
        sites = Table(_native.cx_trend_keys(state._handle)) if keyed else None
    figures = table.figures
    return Trend(
        table=table,
        slope=_slope(figures),
        slope_p=figures["slope_p"],
        panel=int(figures["panel_keys"] or 0) if keyed else None,
        sites=sites,
        no_time=int(figures["no_time"] or 0),
    )
