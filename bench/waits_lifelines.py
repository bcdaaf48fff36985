"""cxkit.patience against lifelines.KaplanMeierFitter on the same waits.

    python bench/waits_lifelines.py [waits [turns]]

Needs numpy, lifelines and an installed cxkit. The two take turns on one pair of columns, whole
seconds and continuous ones; ours includes reading the median with its limits. Times are processor
times of one thread. Medians are compared before a time is believed.
"""

import statistics
import sys
import time
import warnings

import lifelines
import numpy as np

import cxkit as cx


def seconds(function):
    start = time.process_time()
    result = function()
    return time.process_time() - start, result


def ours(wait, gave_up):
    return cx.patience(wait, gave_up).quantile(0.5).value


def theirs(wait, gave_up):
    return lifelines.KaplanMeierFitter().fit(wait, gave_up).median_survival_time_


def main(waits=10_000_000, turns=3):
    warnings.filterwarnings("ignore")
    rng = np.random.default_rng(1)
    patience, offered = rng.exponential(100, waits), rng.exponential(200, waits)
    gave_up, wait = patience <= offered, np.minimum(patience, offered)
    print("name,value,unit,against")
    for name, column in (("whole seconds", np.floor(wait)), ("continuous", wait)):
        mine, peer = [], []
        for _ in range(turns):
            took, a = seconds(lambda: ours(column, gave_up))
            mine.append(took)
            took, b = seconds(lambda: theirs(column, gave_up))
            peer.append(took)
            if a != b:
                sys.exit(f"the medians differ: {a} and {b}")
        ratio = statistics.median(b / a for a, b in zip(mine, peer))
        print(f"{name},{ratio:.1f},times as fast,lifelines {lifelines.__version__}", flush=True)
        print(f"{name},{waits / statistics.median(mine) / 1e6:.1f},1e6/s,", flush=True)


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:]))
