"""cxkit.fcr against pandas doing the same definition, on a log in no order.

    python bench/contacts_pandas.py [contacts [turns]]

Needs numpy, pandas and an installed cxkit. pandas sorts by customer and time, looks at the neighbours
and takes the Kaplan-Meier product with numpy; it merges no duplicates (merge_gap=0 here too) and
makes no interval, which cxkit does. Both must give the same figure. Processor times of one thread.
"""

import statistics
import sys
import time

import numpy as np
import pandas as pd

import cxkit as cx

DAY = 86_400_000_000
WINDOW = 7 * DAY
END = 90 * DAY


def a_log(contacts):
    """A tenth as many customers, some of whom call much more often, in 90 days."""
    chance = np.random.default_rng(1)
    customers = max(contacts // 10, 1)
    customer = (customers * chance.random(contacts) ** 2).astype("i8")
    return customer, (END // 1_000_000 * chance.random(contacts)).astype("i8") * 1_000_000


def with_pandas(customer, moment):
    log = pd.DataFrame({"customer": customer, "time": moment}).sort_values(["customer", "time"])
    same = log["customer"].eq(log["customer"].shift())
    since = log["time"].diff().where(same)
    until = -log["time"].diff(-1).where(same.shift(-1, fill_value=False))
    first = (log["time"] >= WINDOW) & ~(since < WINDOW)
    until = until[first].to_numpy()
    follow = np.minimum(END - log["time"][first].to_numpy(), WINDOW)
    event = until < WINDOW
    times, deaths = np.unique(until[event], return_counts=True)
    every = np.sort(np.where(event, until, follow))
    at_risk = len(every) - np.searchsorted(every, times)
    return float(np.prod(1 - deaths / at_risk)), int(first.sum()), int(event.sum())


def seconds(function, *arguments):
    start = time.process_time()
    result = function(*arguments)
    return time.process_time() - start, result


def with_cxkit(customer, moment):
    return cx.fcr(customer, moment, window=WINDOW / 1e6, start=0, end=END, merge_gap=0)


def main(contacts=10_000_000, turns=3):
    customer, moment = a_log(contacts)
    ours, theirs = [], []
    for _ in range(turns):
        took, found = seconds(with_cxkit, customer, moment)
        ours.append(took)
        took, (value, n, repeats) = seconds(with_pandas, customer, moment)
        theirs.append(took)
        if (found.n, found.repeats) != (n, repeats) or abs(found.value - value) > 1e-9:
            sys.exit(f"the figures differ: {found.value} of {found.n}, {value} of {n}")
    print("name,value,unit,against")
    ratio = statistics.median(b / a for a, b in zip(ours, theirs))
    print(f"cxkit.fcr,{ratio:.2f},times as fast,pandas")
    print(f"cxkit.fcr,{statistics.median(ours):.3f},s,")
    print(f"pandas,{statistics.median(theirs):.3f},s,", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
