"""cxkit.Tally.add against numpy.bincount on the same int8 column.

    python bench/tally_numpy.py [answers [turns]]

Needs numpy and an installed cxkit. The two take turns on one buffer; the ratio is the median over
the turns. numpy.bincount is called as a user would, on the column itself; the second figure spares
it the conversion of int8 to its own integer type, at eight times the memory.
"""

import statistics
import sys
import time

import numpy as np

import cxkit as cx

LEVELS = 11


def seconds(function):
    start = time.perf_counter()
    result = function()
    return time.perf_counter() - start, result


def tally(scores):
    t = cx.Tally(scale=(0, LEVELS - 1))
    t.add(scores)
    return t


def line(name, value, unit, against):
    print(f"{name},{value:.3f},{unit},{against}", flush=True)


def main(answers=100_000_000, turns=5):
    common = np.array([0, 1, 2, 3, 4, 5, 6, 7, 7, 8, 8, 8, 9, 9, 10, 10], dtype=np.int8)
    scores = common[np.random.default_rng(1).integers(0, 16, answers, dtype=np.int8)]
    wide = scores.astype(np.intp)
    tally(scores)
    ours, bincount, converted = [], [], []
    for _ in range(turns):
        took, t = seconds(lambda: tally(scores))
        ours.append(took)
        took, counts = seconds(lambda: np.bincount(scores, minlength=LEVELS))
        bincount.append(took)
        took, _ = seconds(lambda: np.bincount(wide, minlength=LEVELS))
        converted.append(took)
        if list(t.counts.values()) != counts.tolist():
            sys.exit(f"the counts differ: {list(t.counts.values())} and {counts.tolist()}")
    print("name,value,unit,against")
    for name, theirs in (("numpy.bincount", bincount), ("numpy.bincount on intp", converted)):
        ratio = statistics.median(b / a for a, b in zip(ours, theirs))
        line("cxkit.Tally.add", ratio, "times as fast", name)
        line(name, answers / statistics.median(theirs) / 1e9, "1e9/s", "")
    line("cxkit.Tally.add", answers / statistics.median(ours) / 1e9, "1e9/s", "")


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:]))
