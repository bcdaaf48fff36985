"""Tallies: they add up, travel as bytes, and are compared by content."""

import copy
import pickle
import random

import pytest

import cxkit as cx


def some(seed=1, n=200):
    generator = random.Random(seed)
    return [generator.choice([None, 12, *range(11)]) for _ in range(n)]


def test_an_empty_tally():
    tally = cx.Tally()
    assert (tally.n, tally.scale, tally.weighted) == (0, (0, 10), False)
    assert tally.counts == {step: 0 for step in range(11)}
    with pytest.raises(cx.EmptyError):
        cx.nps(tally)


def test_add_returns_the_tally_and_counts():
    tally = cx.Tally(scale=(1, 5))
    assert tally.add([5, 5, 1, None, 7, 2.5]) is tally
    assert tally.counts == {1: 1, 2: 0, 3: 0, 4: 0, 5: 2}
    assert tally.weights == {1: 1.0, 2: 0.0, 3: 0.0, 4: 0.0, 5: 2.0}
    excluded = {
        "missing": 1,
        "not_applicable": 0,
        "out_of_range": 1,
        "non_integer": 1,
        "zero_weight": 0,
    }
    assert {why: n for why, n in tally.excluded.items() if n or why in excluded} == excluded
    assert repr(tally) == "Tally of 3 answers, scale 1 to 5, 3 left out"


def test_a_failed_add_changes_nothing():
    tally = cx.Tally().add([1, 2])
    before = bytes(tally)
    with pytest.raises(cx.DomainError):
        tally.add([3, float("inf")])
    with pytest.raises(cx.LengthError):
        tally.add([3, 4], weights=[1])
    with pytest.raises(cx.DomainError):
        tally.add([3, 4], weights=[1, -1])
    assert bytes(tally) == before


def test_any_split_and_order_gives_the_same_bytes():
    rows = some()
    weights = [random.Random(2).random() for _ in rows]
    whole = cx.Tally().add(rows, weights=weights)
    pairs = list(zip(rows, weights))
    random.Random(3).shuffle(pairs)
    parts = [
        cx.Tally().add([row for row, _ in part], weights=[weight for _, weight in part])
        for part in (pairs[:7], pairs[7:50], pairs[50:])
    ]
    assert bytes(sum(parts)) == bytes(whole)
    assert bytes(parts[2].merge(parts[1]).merge(parts[0])) == bytes(whole)


def test_plus_makes_a_new_tally_and_merge_changes_one():
    a, b = cx.Tally().add([1]), cx.Tally().add([2])
    both = a + b
    assert (a.n, b.n, both.n) == (1, 1, 2)
    assert a.merge(b) is a and a == both
    a += b
    assert a.n == 3
    a.merge(a)
    assert a.n == 6
    with pytest.raises(TypeError):
        a + 1
    with pytest.raises(TypeError):
        a += 1


def test_other_settings_do_not_merge():
    with pytest.raises(cx.MismatchError):
        cx.Tally() + cx.Tally(scale=(1, 5))
    with pytest.raises(cx.MismatchError, match="Tallies"):
        cx.Tally().merge(cx.Tallies())


STATES = {
    "Tally": lambda: cx.Tally().add(some()),
    "weighted Tally": lambda: cx.Tally().add([1, 2], weights=[0.5, 1.5]),
    "empty Tally": cx.Tally,
    "Tallies": lambda: cx.tally_by(
        some(), by=[row if row is None else str(row) for row in some(2)]
    ),
    "empty Tallies": lambda: cx.Tallies(scale=(1, 7)),
    "Moments": lambda: cx.Moments(["x", "y"]).add({"x": [1, 2.5, 4], "y": [3, 1, None]}),
}


@pytest.mark.parametrize("make", STATES.values(), ids=STATES)
def test_states_are_copied_pickled_and_compared(make):
    state = make()
    for twin in (
        copy.copy(state),
        copy.deepcopy(state),
        state.copy(),
        pickle.loads(pickle.dumps(state)),
        type(state).from_bytes(bytes(state)),
        type(state).from_bytes(bytearray(bytes(state))),
        type(state).from_bytes(memoryview(bytes(state))),
    ):
        assert twin is not state
        assert twin == state
        assert bytes(twin) == bytes(state)
    assert state != 1
    with pytest.raises(TypeError):
        hash(state)


@pytest.mark.parametrize("make", STATES.values(), ids=STATES)
def test_a_copy_is_not_an_alias(make):
    state = make()
    twin, before = copy.copy(state), bytes(state)
    twin.merge(state)
    if hasattr(twin, "reset"):
        twin.reset()
    assert bytes(state) == before


@pytest.mark.parametrize("make", STATES.values(), ids=STATES)
def test_damaged_bytes_are_refused(make):
    state, generator = make(), random.Random(5)
    data = bytes(state)
    for _ in range(50):
        at = generator.randrange(len(data))
        broken = bytearray(data)
        broken[at] ^= 1 << generator.randrange(8)
        with pytest.raises((cx.FormatError, cx.VersionError)):
            type(state).from_bytes(broken)
        with pytest.raises((cx.FormatError, cx.VersionError)):
            type(state).from_bytes(data[:at])
    with pytest.raises(TypeError):
        type(state).from_bytes("text")


def test_counts_are_added_as_they_are():
    assert cx.Tally().add_counts([10, 3], [2, 1]) == cx.Tally().add([10, 10, 3])
    with pytest.raises(cx.DomainError):
        cx.Tally().add_counts([11], [1])
    with pytest.raises(cx.DomainError):
        cx.Tally().add_counts([1], [-1])
    with pytest.raises(cx.OverflowedError):
        large = cx.Tally().add_counts([1], [2**53])
        for _ in range(10):
            before = large.counts[1]
            large.merge(large)
    assert large.counts[1] == before >= 2**62


def test_tallies_are_a_mapping_of_keys_to_tallies():
    tallies = cx.tally_by([10, 9, 3, None], by=["b", "a", "b", None])
    assert len(tallies) == 3
    assert tallies.columns == ("key",)
    assert tallies["key"] == ["a", "b", None]
    assert [(key, tally.n) for key, tally in tallies] == [("a", 1), ("b", 2), (None, 0)]
    assert tallies[1] == cx.Tally().add([10, 3])
    assert tallies[-1].excluded["missing"] == 1
    assert tallies.total() == cx.Tally().add([10, 9, 3, None])
    with pytest.raises(IndexError):
        tallies[3]
    with pytest.raises(cx.NameNotFoundError):
        tallies["shop"]
    assert repr(tallies) == "Tallies of 3 answers by key: 3 keys"


def test_a_taken_tally_is_your_own():
    tallies = cx.tally_by([10], by=["a"])
    taken = tallies[0]
    taken.add([1, 2, 3])
    assert tallies[0].n == 1
    del tallies
    assert taken.n == 4


def test_tallies_add_up_like_tallies():
    rows, keys = some(), [str(row) for row in some(7)]
    whole = cx.tally_by(rows, by=keys)
    first = cx.tally_by(rows[:60], by=keys[:60])
    second = cx.Tallies().add(rows[60:], by=keys[60:])
    assert first + second == whole == second + first
    assert bytes(first + second) == bytes(whole)
    with pytest.raises(cx.MismatchError):
        first.add([1], by={"other": ["a"], "names": ["b"]})


def test_several_keys_and_their_distribution():
    tallies = cx.tally_by([1, 0], by={"a": [2, 1], "b": ["x", "y"]}, scale=(0, 1))
    table = tallies.table()
    assert table.columns == ("a", "b", "score", "count", "weight")
    assert list(table)[1] == {"a": 1, "b": "y", "score": 1, "count": 0, "weight": 0.0}
    assert [key[:2] for key in tallies] == [(1, "y"), (2, "x")]


def test_no_keys_are_refused():
    with pytest.raises(cx.OptionError, match="by"):
        cx.tally_by([1], by=None)
    with pytest.raises(cx.Error):
        cx.tally_by([1], by={})
