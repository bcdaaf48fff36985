"""What customers did or met, by score band."""

from __future__ import annotations

import numpy as np

import cxkit as cx

from .answers import Answers
from .config import Behaviour, Config
from .measure import CODES, bands, plain
from .question import Question
from .shapes import Array, Row


def behaviour(config: Config, answers: Answers, main: Question, one: Behaviour) -> Row:
    """The share of yes in each band of the main score, in the last wave."""
    choices = answers.behaviours[one.column]
    now = main.rows(main.now)
    found: list[Row] = []
    tallies: list[cx.Tally] = []
    for title, low, high in bands(main.score):
        rows = now & (main.values >= low) & (main.values <= high)
        tallies.append(yes_no(np.ascontiguousarray(choices[rows]), main.weights(rows)))
        found.append({"band": title, "estimate": share(tallies[-1], config.confidence)})
    difference = None
    ends = [found[0]["estimate"], found[-1]["estimate"]]
    if all(ends):
        result = cx.compare(
            tallies[0], tallies[-1], score="top-box", top=1, confidence=config.confidence
        )
        assert isinstance(result, cx.Estimate)
        difference = {
            "value": -result.value,
            "se": result.se,
            "ci_low": -result.ci_high,
            "ci_high": -result.ci_low,
            "enough": True,
            "p_value": result.p_value,
        }
    return {
        "column": one.column,
        "title": one.title,
        "score": main.score.column,
        "wave": answers.waves[main.now],
        "bands": found,
        "difference": difference,
    }


def yes_no(values: Array, weights: Array | None) -> cx.Tally:
    return cx.Tally(scale=(0, 1)).add(values, weights=weights, invalid="error", **CODES)


def share(tally: cx.Tally, confidence: float) -> Row | None:
    """The share of yes; None without an answer."""
    try:
        return plain(cx.csat(tally, top=1, confidence=confidence))
    except cx.EmptyError:
        return None
