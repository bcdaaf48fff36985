"""The interpreter lock is released while C reads many rows, and one state has one writer."""

import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import cxkit as cx

np = pytest.importorskip("numpy")
ROWS = 4_000_000


class Counter:
    """How far another thread gets."""

    def __enter__(self):
        self.count, self.stop = 0, False
        self.thread = threading.Thread(target=self.run)
        self.thread.start()
        return self

    def run(self):
        while not self.stop:
            for _ in range(100):
                self.count += 1
            time.sleep(0)  # gives way

    def __exit__(self, *what):
        self.stop = True
        self.thread.join()


def progress_during(call):
    """Steps of another thread during a call. The switch interval is longer than the call, so it
    moves only when the lock is given back."""
    interval = sys.getswitchinterval()
    with Counter() as counter:
        sys.setswitchinterval(30)
        time.sleep(0.01)  # from here on the other thread waits that long
        try:
            before = counter.count
            call()
            return counter.count - before
        finally:
            sys.setswitchinterval(interval)


@pytest.fixture(scope="module")
def scores():
    return np.random.default_rng(1).integers(0, 11, ROWS).astype("float32")


def test_the_measurement_sees_a_held_lock():
    assert [progress_during(lambda: pow(3, 200_000)) for _ in range(5)] == [0] * 5


@pytest.mark.parametrize(
    "name",
    ["tally", "weighted", "by", "mean", "correlate", "moments", "drivers", "plan", "simulate"]
    + ["business"],
)
def test_another_thread_makes_progress(scores, name):
    weights = np.ones(ROWS)
    keys = (np.arange(ROWS) % 7).astype("int8")
    importance = np.arange(1.0, 300_001.0)
    names = [f"x{i}" for i in range(24)]
    generator = np.random.default_rng(2)
    wide = cx.Moments(names).add({name: generator.normal(size=100) for name in names})
    calls = {
        "tally": lambda: cx.Tally().add(scores),
        "weighted": lambda: cx.Tally().add(scores, weights=weights),
        "by": lambda: cx.tally_by(scores, by=keys),
        "mean": lambda: cx.mean_score(scores),
        "correlate": lambda: cx.correlate(scores, keys),
        "moments": lambda: cx.Moments(["a", "b"]).add({"a": scores, "b": scores}),
        "drivers": lambda: cx.drivers(wide, "x0"),
        "plan": lambda: cx.plan(importance, 10_000_000),
        "business": lambda: cx.simulate_business(customers=20_000).months,
        "simulate": lambda: cx.simulate_allocation(policy="uniform", runs=10, threads=1),
    }
    # on a busy machine the other thread may not get a processor during the first call
    assert any(progress_during(calls[name]) for _ in range(10))


def test_few_rows_keep_the_lock():
    assert progress_during(lambda: cx.nps([10, 9])) == 0


def test_one_state_takes_turns():
    tally = cx.Tally()
    rows = np.full(50_000, 9, dtype="int8")
    with ThreadPoolExecutor(8) as pool:
        for future in [pool.submit(tally.add, rows) for _ in range(64)]:
            future.result()
    assert tally.n == 64 * len(rows)


def test_merging_both_ways_at_once_does_not_block():
    a, b = cx.Tally().add([1]), cx.Tally().add([2])
    with ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(x.__add__, y) for x, y in [(a, b), (b, a)] * 200]
        assert {future.result(timeout=30).n for future in futures} == {2}


def test_reading_while_writing_sees_whole_calls():
    tally = cx.Tally(scale=(1, 5)).add([5, 1])
    rows = np.tile(np.array([5, 1], dtype="int8"), 20_000)
    with ThreadPoolExecutor(4) as pool:
        writing = [pool.submit(tally.add, rows) for _ in range(30)]
        values = [pool.submit(cx.csat, tally) for _ in range(100)]
        assert {future.result().value for future in values} == {0.5}
        for future in writing:
            future.result()
