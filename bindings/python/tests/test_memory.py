"""Nothing is kept after a call, good or failing."""

import gc
import sys

import pytest

import cxkit as cx


def resident():
    try:
        with open("/proc/self/statm") as line:
            return int(line.read().split()[1]) * 4096
    except OSError:
        pytest.skip("no /proc/self/statm")


def failing_calls():
    text = ["a"] * 2000
    numbers = list(range(11)) * 200
    return [
        (cx.DomainError, lambda: cx.nps([*numbers, float("inf")])),
        (cx.ColumnTypeError, lambda: cx.nps(text)),
        (cx.ColumnTypeError, lambda: cx.nps([*numbers, "a"])),
        (cx.LengthError, lambda: cx.nps(numbers, weights=[1.0] * 1000)),
        (cx.LengthError, lambda: cx.tally_by(numbers, by=text[:-1])),
        (cx.OptionError, lambda: cx.nps(numbers, confidence=2)),
        (cx.EmptyError, lambda: cx.nps([None] * 2000)),
        (cx.NameNotFoundError, lambda: cx.Moments(["a"]).add({"b": numbers})),
        (cx.InfeasibleError, lambda: cx.plan([1.0] * 2000, 5, lower=1)),
        (cx.FormatError, lambda: cx.Tally.from_bytes(b"x" * 2000)),
        (cx.ConstantError, lambda: cx.correlate([1.0] * 2000, numbers[:2000])),
        (cx.DomainError, lambda: cx.share("a", 2)),
    ]


def assert_keeps_nothing(some):
    """At least one of five rounds of 1,000 calls grows neither memory nor objects."""
    some(200)
    grown = []
    for _ in range(5):
        before = resident(), len(gc.get_objects())
        some(1000)
        gc.collect()
        grown.append((resident() - before[0], len(gc.get_objects()) - before[1]))
        if grown[-1][0] < 100_000 and grown[-1][1] < 50:
            return
    raise AssertionError(f"bytes and objects kept by 1,000 calls: {grown}")


@pytest.mark.parametrize("at", range(len(failing_calls())))
def test_a_thousand_failing_calls_keep_nothing(at):
    error, call = failing_calls()[at]

    def some(times):
        for _ in range(times):
            with pytest.raises(error):
                call()

    assert_keeps_nothing(some)


def test_good_calls_keep_nothing():
    def some(times):
        for _ in range(times):
            tallies = cx.tally_by(list(range(11)) * 50, by=["a", "b", None, "c", "d"] * 110)
            table = cx.nps(tallies)
            table.__arrow_c_stream__()
            table.to_dict()
            bytes(tallies + tallies)
            [tally for _, tally in tallies]
            cx.drivers({"x": [1, 2, 3, 4], "z": [2, 1, 4, 4]}, [1, 2, 3, 5])

    assert_keeps_nothing(some)


def test_arrow_streams_are_released_also_after_a_failure():
    pa = pytest.importorskip("pyarrow")
    before = pa.total_allocated_bytes()
    for _ in range(200):
        good = pa.chunked_array([[1, 2, None] * 100, [10] * 100])
        cx.nps(good)
        with pytest.raises(cx.ColumnTypeError):
            cx.nps(pa.array(["text"] * 100))
        with pytest.raises(cx.LengthError):
            cx.nps(good, weights=pa.array([1.0]))
    del good
    gc.collect()
    assert pa.total_allocated_bytes() == before


def test_reference_counts_are_unchanged():
    scores, weights, by = [10, 9, 3], [1.0, 2.0, 3.0], ["a", "b", None]
    objects = (scores, weights, by)
    before = [sys.getrefcount(one) for one in objects]
    nothing = sys.getrefcount(None)
    for _ in range(1000):
        cx.nps(scores, weights=weights, by=by)
        with pytest.raises(cx.LengthError):
            cx.nps(scores, weights=[1.0], by=by)
    assert [sys.getrefcount(one) for one in objects] == before
    assert sys.getrefcount(None) - nothing < 500
