"""cxkit.rake against ipfn, weightipy and balance on the same rows and margins.

    python bench/rake.py [rows [turns]]

Needs numpy, pandas, ipfn, weightipy, balance and an installed cxkit. Five margins of 12, 2, 51, 7
and 9 categories, integer codes in a data frame; everyone is asked for 1e-10. Times are processor
times of one process, from the frame to an array of weights; each peer is divided by cxkit in the
same turn. What everyone attained is shown beside the time: the largest |share attained - share
wanted|. The margins are whole numbers of 10,000ths, since balance makes a frame of that many rows of
them.
"""

import logging
import statistics
import sys
import time
import warnings

import numpy as np
import pandas as pd

SIZES = {"age": 12, "sex": 2, "state": 51, "income": 7, "education": 9}


def seconds(function):
    start = time.process_time()
    weights = np.asarray(function(), dtype=float)
    return time.process_time() - start, weights


def population(rows):
    rng = np.random.default_rng(1)
    frame, margins = {}, {}
    for name, size in SIZES.items():
        frame[name] = rng.choice(size, rows, p=rng.dirichlet(np.full(size, 20))).astype("i4")
        wanted = np.diff(np.round(10_000 * np.r_[0, rng.dirichlet(np.full(size, 20)).cumsum()])) / 1e4
        margins[name] = {code: float(share) for code, share in enumerate(wanted)}
    return pd.DataFrame(frame), margins


def ours(frame, margins):
    import cxkit as cx

    return cx.rake(frame, margins, tol=1e-10)


def with_ipfn(frame, margins):
    from ipfn import ipfn

    cells = frame.assign(total=1.0)
    wanted = [pd.Series(shares, name="total") * len(frame) for shares in margins.values()]
    for name, series in zip(margins, wanted):
        series.index.name = name
    names = [[name] for name in margins]
    fit = ipfn.ipfn(cells, wanted, names, convergence_rate=1e-10, rate_tolerance=0)
    return fit.iteration()["total"]


def with_weightipy(frame, margins):
    import weightipy

    percent = {name: {c: 100 * s for c, s in shares.items()} for name, shares in margins.items()}
    scheme = weightipy.scheme_from_dict(percent)
    for group in scheme.groups.values():
        group["iterations_"] = 1000
    scheme.convcrit = 1e-10
    return weightipy.weight_dataframe(frame, scheme)["weights"]


def with_balance(frame, margins):
    from balance.weighting_methods.rake import rake

    made = rake(
        frame,
        pd.Series(1.0, index=frame.index),
        None,
        None,
        variables=list(margins),
        transformations=None,
        target_margins=margins,
        convergence_rate=1e-10,
        rate_tolerance=0,
    )
    return made["weight"]


def missed(frame, margins, weights):
    weights = weights / weights.sum()
    return max(
        np.abs(np.bincount(frame[name], weights, len(shares)) - list(shares.values())).max()
        for name, shares in margins.items()
    )


def main(rows=1_000_000, turns=3):
    warnings.filterwarnings("ignore")
    logging.disable(logging.CRITICAL)
    frame, margins = population(rows)
    runs = {"cxkit": ours, "ipfn": with_ipfn, "weightipy": with_weightipy, "balance": with_balance}
    few, few_margins = population(1000)
    for run in runs.values():
        run(few, few_margins)  # imports are nobody's time
    took, ratio, attained = ({name: [] for name in runs} for _ in range(3))
    for _ in range(turns):
        for name, run in runs.items():
            copy = frame.copy()
            try:
                spent, weights = seconds(lambda run=run, copy=copy: run(copy, margins))
            except Exception as error:
                print(f"# {name}: {type(error).__name__}: {error}", file=sys.stderr)
                continue
            took[name].append(spent)
            attained[name].append(missed(frame, margins, weights))
            ratio[name].append(spent / took["cxkit"][-1])
    print("name,seconds,times,missed")
    for name in runs:
        if took[name]:
            print(
                f"{name},{statistics.median(took[name]):.3f},{statistics.median(ratio[name]):.1f},"
                f"{max(attained[name]):.1e}"
            )


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
