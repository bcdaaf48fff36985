"""1,000 bootstrap replicates of a raked net score on 100,000 rows, each raked again; many domains.

    python bench/survey.py

Needs numpy and an installed cxkit. Times are processor times of one process, medians of five turns.
"""

from __future__ import annotations

import statistics
import time

import numpy as np

import cxkit as cx
from cxkit.weights import rake

ROWS, REPLICATES = 100_000, 1000


def sample(sizes: list[int]) -> tuple[dict[str, np.ndarray], dict[str, dict[int, float]]]:
    random = np.random.default_rng(1)
    table = {f"m{i}": random.integers(0, k, ROWS) for i, k in enumerate(sizes)}
    margins = {}
    for i, k in enumerate(sizes):
        shares = np.bincount(table[f"m{i}"], minlength=k) * random.uniform(0.7, 1.4, k)
        margins[f"m{i}"] = dict(enumerate((shares / shares.sum() * 1e6).tolist()))
    return table, margins


def run(sizes: list[int], turns: int) -> None:
    table, margins = sample(sizes)
    scores = np.random.default_rng(2).integers(0, 11, ROWS)
    weights = rake(table, margins)
    made, told = [], []
    for _ in range(turns):
        start = time.process_time()
        design = cx.Design(calibration=weights, replicates="bootstrap", count=REPLICATES)
        middle = time.process_time()
        estimate = cx.nps(scores, design=design)
        made.append(middle - start)
        told.append(time.process_time() - middle)
    linear = cx.nps(scores, design=cx.Design(calibration=weights))
    print(
        f"margins {sizes}, {REPLICATES} replicates: design {statistics.median(made):.2f} s, score "
        f"{statistics.median(told):.2f} s; se {estimate.se:.4f}, by linearisation {linear.se:.4f}"
    )


def by_key(groups: int, turns: int) -> None:
    random = np.random.default_rng(3)
    scores, key = random.integers(0, 11, ROWS), random.integers(0, groups, ROWS)
    weights = random.uniform(0.5, 2, ROWS)
    table, margins = sample([12, 2, 51, 7, 9])
    for what in ("weighted", "raked"):
        raked = rake(table, margins, weights=weights) if what == "raked" else None
        design = cx.Design(calibration=raked) if raked else cx.Design(weights=weights)
        took = []
        for _ in range(turns):
            start = time.process_time()
            cx.nps(scores, by=key, design=design)
            took.append(time.process_time() - start)
        print(f"{groups} domains of {ROWS} rows, {what}: {statistics.median(took):.3f} s")


if __name__ == "__main__":
    run([6, 2, 16], 5)
    run([12, 2, 51, 7, 9], 5)
    by_key(1000, 5)
