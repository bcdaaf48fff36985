"""Logit and Poisson models of a million rows: cxkit beside statsmodels, in one run."""

import time
import warnings

import numpy as np
import statsmodels.api as sm

import cxkit as cx

ROWS, COLUMNS = 1_000_000, 10
rng = np.random.default_rng(1)
x = rng.normal(size=(ROWS, COLUMNS))
eta = x @ np.linspace(-0.4, 0.4, COLUMNS) - 0.5
yes = (rng.random(ROWS) < 1 / (1 + np.exp(-eta))).astype(float)
counts = rng.poisson(np.exp(eta)).astype(float)
table = {f"x{j}": np.ascontiguousarray(x[:, j]) for j in range(COLUMNS)}
design = sm.add_constant(x)
warnings.filterwarnings("ignore")


def once(run):
    start = time.perf_counter()
    found = run()
    return time.perf_counter() - start, found


PAIRS = {
    "logit": (
        lambda: cx.logit(table, yes),
        lambda: sm.Logit(yes, design).fit(disp=0, method="newton", tol=1e-10),
    ),
    "logit, clusters of 10": (
        lambda: cx.logit(table, yes, clusters=np.arange(ROWS) // 10),
        lambda: sm.Logit(yes, design).fit(
            disp=0, tol=1e-10, cov_type="cluster", cov_kwds={"groups": np.arange(ROWS) // 10}
        ),
    ),
    "poisson": (
        lambda: cx.poisson(table, counts),
        lambda: sm.GLM(counts, design, family=sm.families.Poisson()).fit(tol=1e-10),
    ),
}
for name, (ours, theirs) in PAIRS.items():
    ratios, times = [], []
    for _ in range(3):
        a, fit = once(ours)
        b, peer = once(theirs)
        ratios.append(b / a)
        times.append((a, b))
    gap = np.abs(np.array(list(fit.params.values())) / peer.params - 1).max()
    mine, other = np.median(times, axis=0)
    print(f"{name}: {mine:.2f} s, statsmodels {other:.2f} s, ratio {np.median(ratios):.1f}; {gap:.0e} apart")
