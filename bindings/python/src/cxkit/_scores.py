"""From columns, or states, to scores: what all metrics of a tally share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .errors import OptionError
from .estimate import Estimate, estimate_of
from .journey import mixed, mode_keys
from .table import Table
from .tally import Tallies, Tally, tally_by


@dataclass(frozen=True, slots=True)
class Answers:
    """How a column of answers is read, and which of a respondent's answers count."""

    weights: object
    missing_codes: Sequence[float]
    not_applicable_codes: Sequence[float]
    invalid: str
    fractional: str
    respondent: object = None
    time: object = None
    keep: str = "last"
    window: object = None

    def reading(self) -> dict[str, Any]:
        """The keywords of Tally.add."""
        return {
            "weights": self.weights,
            "missing_codes": self.missing_codes,
            "not_applicable_codes": self.not_applicable_codes,
            "invalid": self.invalid,
            "fractional": self.fractional,
        }

    def _once(self) -> list[str]:
        names = ("respondent", "time", "window")
        given = [name for name in names if getattr(self, name) is not None]
        return given + ["keep"] * (self.keep != "last")

    def refuse(self, by: object) -> None:
        """A tally has been read already: what concerns the reading would be ignored."""
        codes = ("missing_codes", "not_applicable_codes")
        given = [name for name in codes if len(getattr(self, name))]
        given += ["invalid"] * (self.invalid != "exclude")
        given += ["fractional"] * (self.fractional != "invalid")
        given += ["by"] * (by is not None) + ["weights"] * (self.weights is not None)
        given += self._once()
        if given:
            raise OptionError(f"{given[0]} is for columns: a tally has been read already")

    def tally(self, scores: object, by: object, scale: tuple[int, int]) -> Tally | Tallies:
        """All answers, or one of each respondent, by keys where there are any."""
        reading = self.reading()
        if self.respondent is None:
            if self._once():
                raise OptionError(f"{self._once()[0]} needs respondent: whose answers are they?")
            if by is None:
                return Tally(scale=scale).add(scores, **reading)
            return tally_by(scores, by=by, scale=scale, **reading)
        reading.update(
            respondent=self.respondent, time=self.time, keep=self.keep, window=self.window
        )
        if by is None:
            return Tally(scale=scale).add_once(scores, **reading)
        return Tallies(scale=scale).add_once(scores, by=by, **reading)


def state_of(
    scores: object, by: object, scale: tuple[int, int], answers: Answers
) -> Tally | Tallies:
    if isinstance(scores, (Tally, Tallies)):
        answers.refuse(by)
        return scores
    return answers.tally(scores, by, scale)


def pooled(
    scores: object,
    mode: object,
    by: object,
    scale: tuple[int, int],
    answers: Answers,
    one: Callable[[Any, Any], Any],
    options: Any,
    read_as: dict[str, Any],
) -> Estimate:
    """A score of all modes together, flagged when they differ."""
    if isinstance(scores, (Tally, Tallies)):
        raise OptionError("mode is for columns: modes(tallies) shows tallies by mode")
    if options.totals:
        raise OptionError("mode gives one figure of all modes: totals are for tables, with by")
    if by is not None:
        raise OptionError("mode and by together make a table of modes: call modes(..., by=...)")
    state = answers.tally(scores, dict(mode_keys(mode)), scale)
    assert isinstance(state, Tallies)
    found = estimate_of(one(state.total()._handle, options))
    if not mixed(state, **read_as):
        return found
    return replace(found, flags=(*found.flags, "mixed-modes"))


def measure(
    state: Tally | Tallies,
    one: Callable[[Any, Any], Any],
    many: Callable[[Any, Any], Any],
    options: Any,
) -> Estimate | Table:
    with state._lock:
        if isinstance(state, Tallies):
            return Table(many(state._handle, options))
        if options.totals:
            raise OptionError("totals are for tables: give by, or Tallies")
        return estimate_of(one(state._handle, options))
