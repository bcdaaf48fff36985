"""Rank correlations of a million pairs beside SciPy: processor seconds, turns in alternation.

    python bench/correlate.py [rows [turns]]
"""

from __future__ import annotations

import statistics
import sys
import time

import numpy as np
import scipy.stats

import cxkit as cx


def seconds(call):
    start = time.process_time()
    result = call()
    return time.process_time() - start, result


def compare(method, what, theirs, x, y, turns):
    """Medians over the turns: seconds of both, and of the ratio within a turn."""
    ours, their, ratios = [], [], []
    for turn in range(turns + 1):
        mine, estimate = seconds(lambda: cx.correlate(x, y, method=method))
        other, result = seconds(lambda: theirs(x, y))
        assert abs(estimate.value - result.statistic) < 1e-12
        if turn > 0:  # the first is for the caches
            ours.append(mine)
            their.append(other)
            ratios.append(other / mine)
    print(
        f"{method}, {len(x)} {what} pairs: {1e3 * statistics.median(ours):.1f} ms, "
        f"SciPy {1e3 * statistics.median(their):.1f} ms: {statistics.median(ratios):.2f} times"
    )


def main():
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    turns = int(sys.argv[2]) if len(sys.argv) > 2 else 9
    draw = np.random.default_rng(1)
    x = draw.normal(size=rows)
    y = 0.5 * x + draw.normal(size=rows)
    kendall, spearman = scipy.stats.kendalltau, scipy.stats.spearmanr
    compare("kendall", "continuous", kendall, x, y, turns)
    compare("spearman", "continuous", spearman, x, y, turns)
    compare("kendall", "six-digit", kendall, np.round(x, 5), np.round(y, 5), turns)
    compare("kendall", "three-digit", kendall, np.round(x, 2), np.round(y, 2), turns)


main()
