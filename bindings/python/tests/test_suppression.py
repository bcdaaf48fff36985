"""Totals, and cells that are too small to be shown."""

import itertools
from fractions import Fraction

import pytest

import cxkit as cx

KEYS = {
    "region": ["north"] * 20 + ["south"] * 12 + [None] * 9,
    "shop": [1] * 3 + [2] * 17 + [1] * 5 + [2] * 7 + [1] * 9,
}
SCORES = [(7 * i) % 11 for i in range(41)]


def follows(table, keys, wanted):
    """Whether the hidden row `wanted` is a rational combination of the rows shown."""
    cells = [row for row in table if row["grouping"] == 0 and (row["n"] is None or row["n"] > 0)]

    def vector(row):
        kept = [k for at, k in enumerate(keys) if not row["grouping"] >> (len(keys) - 1 - at) & 1]
        return [Fraction(all(cell[k] == row[k] for k in kept)) for cell in cells]

    basis = []
    for row in [row for row in table if row["n"] is not None] + [wanted]:
        rest = vector(row)
        for pivot, other in basis:
            factor = rest[pivot] / other[pivot]
            rest = [a - factor * b for a, b in zip(rest, other)]
        if row is wanted:
            return not any(rest)
        if any(rest):
            basis.append((next(i for i, a in enumerate(rest) if a), rest))
    raise AssertionError


def test_totals_are_the_scores_of_the_margins():
    table = cx.nps(SCORES, by=KEYS, totals=True)
    assert table.columns[:4] == ("region", "shop", "grouping", "value")
    assert table["grouping"] == [0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 3]
    whole = cx.nps(SCORES)
    assert table[10]["value"] == pytest.approx(whole.value)
    assert table[10]["n"] == 41
    shops = cx.tally_by(SCORES, by=KEYS).margin("shop")
    assert cx.nps(shops)["value"] == pytest.approx(table["value"][8:10])


def test_a_missing_key_and_a_totalled_one_are_told_apart():
    table = cx.nps(SCORES, by=KEYS, totals=True)
    regions = [(row["region"], row["n"]) for row in table if row["grouping"] == 1]
    assert regions == [("north", 20), ("south", 12), (None, 9)]
    assert [row["n"] for row in table if row["grouping"] == 3] == [41]


@pytest.mark.parametrize("metric", [cx.nps, cx.mean_score, cx.anytime])
def test_a_small_cell_is_hidden_with_others(metric):
    table = metric(SCORES, by=KEYS, totals=True, min_n=5)
    hidden = [row for row in table if row["n"] is None]
    assert hidden[0]["region"] == "north" and hidden[0]["shop"] == 1
    assert len(hidden) == 4
    for row in hidden:
        assert row["status"] == "CX_E_SUPPRESSED"
        assert row["flags"] == "suppressed"
        assert row["value"] is row["ci_low"] is row["sum_w"] is row["missing"] is None
        assert not follows(table, ["region", "shop"], row)


def test_nothing_hidden_follows_in_tables_of_three_keys():
    some = 0
    for seed in range(12):
        keys = {"a": [], "b": [], "c": []}
        for at, cell in enumerate(itertools.product(range(3), range(3), range(2))):
            n = (seed * 31 + at * at * 17 + at * 7) % 13
            for name, code in zip(keys, cell):
                keys[name] += [code] * n
        scores = [9] * len(keys["a"])
        table = cx.nps(scores, by=keys, totals=True, min_n=4)
        hidden = [row for row in table if row["n"] is None]
        some += len(hidden) > 0
        for row in hidden:
            assert not follows(table, list(keys), row)
        plain = cx.nps(scores, by=keys, min_n=4)
        assert plain["n"] == [row["n"] for row in table if row["grouping"] == 0]
    assert some > 5


def test_an_empty_group_is_shown_as_empty():
    table = cx.nps([9, 9, 9, 8, 8, 99], by=["a"] * 3 + ["b"] * 2 + ["c"], min_n=2)
    assert table[2]["status"] == "CX_E_EMPTY"
    assert table[2]["n"] == 0 and table[2]["out_of_range"] == 1


def test_a_single_figure_below_the_minimum_is_refused():
    with pytest.raises(cx.SuppressedError, match="min_n = 5"):
        cx.csat([5, 4, 4], min_n=5)
    with pytest.raises(cx.SuppressedError):
        cx.enps([9, 9, 3, 8])
    assert cx.enps([9, 9, 3, 8], min_n=1).value == 25
    assert cx.enps([9, 9, 3, 8], min_n=0).value == 25
    assert cx.enps([9, 9, 3, 8, 10]).value == 40


def test_enps_hides_small_teams():
    table = cx.enps(SCORES, by=KEYS["shop"])
    assert None not in table["value"]
    table = cx.enps([9] * 4 + [3] * 6 + [8] * 7, by=["a"] * 4 + ["b"] * 6 + ["c"] * 7)
    assert table["value"] == [None, None, 0.0]
    everything = cx.enps([9] * 4 + [3] * 6, by=["a"] * 4 + ["b"] * 6, min_n=1)
    assert None not in everything["value"]


def test_ces_and_csat_have_both_options():
    table = cx.ces([7] * 3 + [6] * 9, by=["a"] * 3 + ["b"] * 9, min_n=4, totals=True)
    assert table["n"] == [None, None, 12]
    table = cx.csat([5] * 3 + [4] * 9, by=["a"] * 3 + ["b"] * 9, min_n=4, totals=True)
    assert table["value"] == [None, None, 1.0]


def test_misuse_is_named():
    with pytest.raises(cx.OptionError, match="give by"):
        cx.nps([9, 3], totals=True)
    with pytest.raises(cx.OptionError, match="min_n is -1"):
        cx.nps([9, 3], min_n=-1)
    with pytest.raises(cx.OptionError):
        cx.nps([9, 3], min_n=2.5)
    shops = cx.tally_by(SCORES, by=KEYS)
    with pytest.raises(cx.NameNotFoundError, match="town"):
        shops.margin(["region", "town"])
    with pytest.raises(cx.OptionError, match="cx_tallies_total"):
        shops.margin([])
    with pytest.raises(cx.LimitError, match="11 keys"):
        cx.nps([9], by={f"k{i}": [1] for i in range(11)}, totals=True)


def test_a_margin_adds_up_and_travels():
    one, two = cx.tally_by(SCORES, by=KEYS), cx.tally_by(SCORES[::-1], by=KEYS)
    assert (one + two).margin("region") == one.margin("region") + two.margin("region")
    assert cx.Tallies.from_bytes(bytes(one.margin("shop"))) == one.margin(("shop",))
    assert one.margin(["shop", "region"]) == one
