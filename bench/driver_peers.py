"""Shapley values of p drivers from rows: cxkit against the package dominance-analysis.

python bench/driver_peers.py [drivers ...]     needs numpy, pandas, dominance-analysis, cxkit

The peer's values are held against those of cxkit before its time is believed; progress bars are off.
"""

import contextlib
import io
import os
import statistics
import sys
import time
from unittest.mock import MagicMock

os.environ["TQDM_DISABLE"] = "1"

import numpy as np
import pandas as pd

import cxkit as cx

# what it draws with is not needed, and no longer fits together
for name in ("cufflinks", "bokeh", "bokeh.plotting", "bokeh.io", "bokeh.models"):
    sys.modules[name] = MagicMock()
for name in ("bokeh.models.formatters", "plotly", "plotly.offline"):
    sys.modules[name] = MagicMock()
from dominance_analysis import Dominance  # noqa: E402

ROWS, TURNS = 1000, 7


def scores(count):
    random = np.random.default_rng(count)
    mood = random.random(ROWS)
    names = [f"x{j}" for j in range(count)]
    table = {name: np.floor(5.5 * (mood + random.random(ROWS))) for name in names}
    table["y"] = sum(table.values()) + 10 * random.random(ROWS)
    return table


def peer(frame, count):
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        return Dominance(data=frame, target="y", objective=1, top_k=count).incremental_rsquare()


def processor(run):
    start = time.process_time()
    found = run()
    return time.process_time() - start, found


def main():
    print("name,value,unit,against")
    for count in [int(word) for word in sys.argv[1:]] or [8, 10]:
        table = scores(count)
        frame = pd.DataFrame(table)
        theirs, wanted = processor(lambda: peer(frame, count))
        turns = [
            processor(lambda: cx.drivers(table, "y", intervals=False)) for _ in range(TURNS)
        ]
        ours, found = statistics.median(turn[0] for turn in turns), turns[0][1]
        for name, value in found.importance.items():
            assert abs(value - wanted[name]) < 1e-9, (name, value, wanted[name])
        print(f"drivers_peer_{count},{theirs:.3f},s,dominance-analysis")
        print(f"drivers_{count},{1000 * ours:.3f},ms,")
        print(f"drivers_ratio_{count},{theirs / ours:.0f},times,dominance-analysis", flush=True)


if __name__ == "__main__":
    main()
