"""Regression beside statsmodels and pyfixest: processor seconds, one thread, turns in alternation.

    python bench/regress.py [rows [turns]]
"""

from __future__ import annotations

import os
import statistics
import sys
import time

for threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[threads] = "1"  # before what reads it is imported

import numpy as np
import statsmodels.api as sm

import cxkit as cx


def seconds(call):
    start = time.process_time()
    result = call()
    return time.process_time() - start, result


def turns_of(calls, turns):
    """Medians over the turns: the seconds of both, theirs over ours within a turn; last results."""
    spent, last = {name: [] for name in calls}, {}
    for _ in range(turns):
        for name, call in calls.items():
            taken, last[name] = seconds(call)
            spent[name].append(taken)
    ours, theirs = spent.values()
    ratio = statistics.median(b / a for a, b in zip(ours, theirs))
    return statistics.median(ours), statistics.median(theirs), ratio, last


def clustered(rows, turns):
    draw = np.random.default_rng(1)
    x = draw.normal(size=(rows, 20))
    group = draw.integers(0, 1000, rows)
    y = x @ np.linspace(-1, 1, 20) + draw.normal(size=1000)[group] + draw.normal(size=rows)
    table = {f"x{j}": np.ascontiguousarray(x[:, j]) for j in range(20)}
    design = sm.add_constant(x)
    ours, theirs, ratio, last = turns_of(
        {
            "cxkit": lambda: cx.regress(table, y, clusters=group, cov="cr1").se["x3"],
            "statsmodels": lambda: sm.OLS(y, design)
            .fit(cov_type="cluster", cov_kwds={"groups": group})
            .bse[4],
        },
        turns,
    )
    assert abs(last["cxkit"] / last["statsmodels"] - 1) < 1e-9
    print(f"{rows} x 20, cr1: {ours:.3f} s, statsmodels {theirs:.3f} s: {ratio:.1f} times")


def two_ways(units, turns):
    import pandas as pd
    import pyfixest as pf

    draw = np.random.default_rng(2)
    life = draw.integers(2, 5, units)
    unit = np.repeat(np.arange(units), life)
    start = draw.integers(0, 117, units)
    period = np.concatenate([s + np.arange(k) for s, k in zip(start, life)])
    x = draw.normal(size=unit.size) + 0.02 * period
    y = 0.5 * x + draw.normal(size=units)[unit] + 0.05 * period + draw.normal(size=unit.size)
    frame = pd.DataFrame({"y": y, "x": x, "unit": unit, "period": period})
    fixed = {"unit": unit, "period": period}
    calls = {
        "cxkit": lambda: cx.regress({"x": x}, y, fixed=fixed).params["x"],
        "pyfixest": lambda: float(
            pf.feols("y ~ x | unit + period", frame, vcov="iid", fixef_rm="none").coef().iloc[0]
        ),
    }
    calls["pyfixest"]()  # compiled once, not counted
    ours, theirs, ratio, last = turns_of(calls, turns)
    apart = abs(last["cxkit"] / last["pyfixest"] - 1)
    print(
        f"{unit.size} rows of {units} units in 120 periods: {ours:.3f} s, pyfixest {theirs:.3f} s: "
        f"{ratio:.1f} times; coefficients {apart:.0e} apart"
    )


def main():
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    turns = int(sys.argv[2]) if len(sys.argv) > 2 else 7
    clustered(rows, turns)
    two_ways(rows // 10, turns)


if __name__ == "__main__":
    main()
