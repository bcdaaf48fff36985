"""1,000 bootstrap replicates of a raked net score on 100,000 rows: each is raked again."""

from __future__ import annotations

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


def run(sizes: list[int], replicates: int) -> None:
    table, margins = sample(sizes)
    scores = np.random.default_rng(2).integers(0, 11, ROWS)
    weights = rake(table, margins)
    start = time.process_time()
    design = cx.Design(calibration=weights, replicates="bootstrap", count=replicates)
    middle = time.process_time()
    estimate = cx.nps(scores, design=design)
    end = time.process_time()
    linear = cx.nps(scores, design=cx.Design(calibration=weights))
    print(
        f"margins {sizes}, {replicates} replicates: made {middle - start:.2f} s, score "
        f"{end - middle:.2f} s; se {estimate.se:.4f}, by linearisation {linear.se:.4f}"
    )


if __name__ == "__main__":
    run([6, 2, 16], REPLICATES)
    run([12, 2, 51, 7, 9], REPLICATES // 5)
