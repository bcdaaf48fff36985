"""Tolerance on 100,000 pairs with 1,000 draws, and silent customers of 10 million contacts.

Output: name,value,unit,against. Needs numpy and an installed cxkit; pandas for the comparison.
"""

import time

import numpy as np
import pandas as pd

import cxkit as cx


def seconds(call):
    start = time.perf_counter()
    found = call()
    return time.perf_counter() - start, found


rng = np.random.default_rng(1)
wait = rng.exponential(300, 100_000)
noise = 2 * rng.standard_normal(100_000)
score = np.clip(np.round(8 - np.maximum(0, wait - 150) / 200 + noise), 0, 10)
print(f"tolerance,{seconds(lambda: cx.tolerance(wait, score, drop=1))[0]:.2f},s,")

NOW = 63_072_000_000_001
who = rng.integers(0, 1_000_000, 10_000_000).astype(np.int32)
when = np.sort(rng.integers(0, NOW - 1, 10_000_000))


def by_pandas():
    group = pd.DataFrame({"c": who, "t": when}).groupby("c")["t"].agg(["min", "max", "count"])
    k, t = group["count"] - 1, (NOW - group["min"]) / 1e6
    m = k.sum() / t.sum()
    v = ((k - m * t) ** 2 - k).sum() / (t * t).sum()
    a = min(5, m * m / v) if v > 0 else 5
    seen, quiet = a / m + (group["max"] - group["min"]) / 1e6, (NOW - group["max"]) / 1e6
    return int(((seen / (seen + quiet)) ** (a + k) <= 0.05).sum())


ours, found = seconds(lambda: cx.silence(when, customer=who, now=NOW))
theirs, count = seconds(by_pandas)
assert found.silent == count
print(f"silence,{ours:.2f},s,")
print(f"silence,{theirs / ours:.2f},times,pandas without merging or sorting")
