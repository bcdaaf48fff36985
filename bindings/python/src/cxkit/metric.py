"""Scores of customer experience: each a pure function of a tally.

`scores` is a column of answers, a Tally, or the Tallies of several keys.
"""

from __future__ import annotations

from .mean import mean_score, share
from .net import enps, nps
from .satisfaction import ces, csat

__all__ = ["ces", "csat", "enps", "mean_score", "nps", "share"]
