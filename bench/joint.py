"""Index of three components over 10 million respondents: a joint state against NumPy.

NumPy makes the same figures, value and standard error by respondent influences, from the same columns.
"""

import statistics
import time

import numpy as np

import cxkit as cx

ROWS, REPEATS = 10_000_000, 5


def by_hand(columns: dict[str, np.ndarray]) -> tuple[float, float]:
    value, influence = 0.0, np.zeros(ROWS)
    for column in columns.values():
        there = (column >= 1) & (column <= 5)
        net = np.where(there, (column >= 4).astype(np.int8) - (column <= 2), 0)
        n = there.sum()
        mean = net.sum() / n
        value += 100 * mean / 3
        influence += np.where(there, net - mean, 0) / (n - 1) ** 0.5 / n**0.5
    return value, 100 / 3 * float(np.sqrt(influence @ influence))


def seconds(call: object) -> float:
    start = time.perf_counter()
    call()  # type: ignore[operator]
    return time.perf_counter() - start


def main() -> None:
    random = np.random.default_rng(1)
    columns = {name: random.integers(0, 6, ROWS).astype(np.int8) for name in ("a", "b", "c")}
    found, (value, se) = cx.index(columns, method="t"), by_hand(columns)
    assert abs(found.value - value) < 1e-9 and abs(found.se - se) < 1e-6 * se
    ratios, own = [], []
    for _ in range(REPEATS):
        own.append(seconds(lambda: cx.index(columns)))
        ratios.append(seconds(lambda: by_hand(columns)) / own[-1])
    print(f"index of 3 components, {ROWS} respondents: {statistics.median(own):.2f} s")
    print(f"numpy takes {statistics.median(ratios):.1f} times as long")


if __name__ == "__main__":
    main()
