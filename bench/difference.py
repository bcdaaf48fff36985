"""Differences against the tools one would pick instead, in one run: medians of paired rounds.

    python bench/difference.py
"""

import statistics
import time

import numpy as np
from statsmodels.stats.proportion import (
    confint_proportions_2indep,
    multinomial_proportions_confint,
)

import cxkit as cx


def seconds(work, times):
    start = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - start) / times


def paired(name, ours, theirs, times, rounds=5):
    pairs = [(seconds(ours, times), seconds(theirs, times)) for _ in range(rounds)]
    ratio = statistics.median(b / a for a, b in pairs)
    fastest = min(a for a, _ in pairs)
    print(f"{name}: {ratio:.0f} times statsmodels ({1e6 * fastest:.1f} us)")


def main():
    paired(
        "difference of two shares, score method",
        lambda: cx.share_difference(240, 507, 110, 259, method="score"),
        lambda: confint_proportions_2indep(240, 507, 110, 259, method="score", compare="diff"),
        20,
    )
    paired(
        "difference of two shares, Newcombe",
        lambda: cx.share_difference(240, 507, 110, 259),
        lambda: confint_proportions_2indep(240, 507, 110, 259, method="newcomb", compare="diff"),
        50,
    )
    counts = [56, 72, 73, 59, 62, 87, 58]
    paired(
        "Sison-Glaz, seven classes",
        lambda: cx.shares(counts, method="sison-glaz"),
        lambda: multinomial_proportions_confint(counts, method="sison-glaz"),
        5,
    )
    rng = np.random.default_rng(1)
    keys = rng.integers(0, 1000, 100_000).astype(np.int32)
    tallies = cx.tally_by(rng.integers(0, 11, 100_000).astype(np.int8), by=keys)
    for score in ("nps", "mean", "top-box"):
        took = min(seconds(lambda: cx.compare_rest(tallies, score=score, top=2), 1) for _ in range(5))
        print(f"each of 1,000 groups against the rest, {score}: {1e3 * took:.1f} ms")


if __name__ == "__main__":
    main()
