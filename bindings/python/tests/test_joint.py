"""Indices, paired differences, gaps and mystery shopping against independent numbers."""

import pickle

import pytest
from conftest import number, read_vectors

import cxkit as cx


def figures(name):
    found = {}
    for row in read_vectors(name):
        found.setdefault(row["id"], {})[row["figure"]] = (
            float(row["value"]),
            float(row["tolerance"]),
        )
    return found


def columns(name, wanted):
    rows = read_vectors(name)
    return {column: [number(row[column]) for row in rows] for column in wanted}


KNOWN, GAPS, VISITS = figures("joint"), figures("gap"), figures("mystery")
PARTS = ("ease", "speed", "care")
DATA = columns("joint_data", PARTS)
WEIGHT = columns("joint_data", ("weight",))["weight"]


def expect(known, found):
    for name, (value, tolerance) in known.items():
        given = found[name] if isinstance(found, dict) else getattr(found, name)
        assert given == pytest.approx(value, rel=tolerance, abs=tolerance), name


# -- index --------------------------------------------------------------------------------------


def test_an_index_of_nothing_is_an_error():
    with pytest.raises(cx.EmptyError, match="no component"):
        cx.index({"a": [], "b": []})
    with pytest.raises(cx.OptionError, match="table"):
        cx.index([5, 4])


def test_an_index_matches_the_independent_numbers():
    expect(KNOWN["available"], cx.index(DATA, high=4, low=2))
    expect(KNOWN["weighted"], cx.index(DATA, importance=[5, 3, 2], weights=WEIGHT))
    expect(KNOWN["complete-t"], cx.index(DATA, cases="complete", method="t"))
    by_name = cx.index(DATA, importance={"care": 2, "speed": 3, "ease": 5}, weights=WEIGHT)
    assert by_name.value == pytest.approx(KNOWN["weighted"]["value"][0])


def test_an_index_says_what_it_is_made_of():
    found = cx.index(DATA)
    assert isinstance(found, cx.Estimate)
    assert found.unit == "points" and found.method == "adjusted-wald"
    assert found.components["component"] == list(PARTS)
    assert found.components["importance"] == pytest.approx([1 / 3] * 3)
    for row, name in zip(found.components, PARTS):
        own = cx.nps(DATA[name], promoters=4, detractors=2, scale=(1, 5))
        assert row["value"] == own.value and row["ci_low"] == own.ci_low
        assert row["n"] + row["missing"] == len(WEIGHT)
    assert found.to_dict()["components"]["n"] == found.components["n"]
    assert "points" in repr(found)


def test_marketr_missing_answers_are_not_middling_ones():
    """There `case_when` falls through for NA: it counts as neither high nor low."""
    given = {"ease": [5, 4, 4, 1, None, None], "needs": [5, 5, 5, 5, 5, 5]}
    found = cx.index(given, high=4, low=2)
    assert found.components["value"] == [50, 100]
    assert found.value == pytest.approx(75)
    assert found.components["missing"] == [2, 0]


def test_a_component_nobody_answered_is_partial_and_not_zero():
    found = cx.index({"a": [5, 5, 2], "b": [None, None, None]})
    assert found.value == pytest.approx(100 / 3)
    assert "partial" in found.flags
    assert found.components["value"][1] is None


def test_an_index_by_key_has_a_row_for_each():
    keys = ["x"] * 7 + ["y"] * 7
    table = cx.index(DATA, by={"shop": keys})
    first = cx.index({name: values[:7] for name, values in DATA.items()})
    assert table["shop"] == ["x", "y"]
    assert table["value"][0] == pytest.approx(first.value)
    assert table["ci_high"][0] == pytest.approx(first.ci_high)


def test_scales_may_differ_between_net_components():
    given = {"nps": [10, 9, 3, 7], "csat": [5, 4, 1, 3]}
    found = cx.index(
        given, scale={"nps": (0, 10)}, high={"nps": 9, "csat": 4}, low={"nps": 6, "csat": 2}
    )
    assert found.components["value"] == [25, 25]
    with pytest.raises(cx.MismatchError, match="scale"):
        cx.index(given, scale={"nps": (0, 10)}, read="mean")
    with pytest.raises(cx.NameNotFoundError, match="no component"):
        cx.Joint(["a"], scale={"b": (0, 10)})


# -- states -------------------------------------------------------------------------------------


def test_joint_states_add_up_in_any_order():
    def part(low, high):
        return {name: values[low:high] for name, values in DATA.items()}

    whole = cx.Joint(PARTS).add(DATA, weights=WEIGHT)
    one = cx.Joint(PARTS).add(part(0, 5), weights=WEIGHT[:5])
    two = cx.Joint(PARTS).add(part(5, None), weights=WEIGHT[5:])
    assert bytes(one + two) == bytes(two + one) == bytes(whole)
    assert cx.Joint.from_bytes(bytes(whole)) == whole
    assert pickle.loads(pickle.dumps(whole)) == whole
    assert whole.index().value == cx.index(whole).value
    assert (whole.n, whole.complete, whole.both("ease", "care")) == (13, 10, 10)
    assert whole.weighted and whole.excluded["missing"] == 1
    with pytest.raises(cx.MismatchError):
        whole.merge(cx.Joint(PARTS, read="mean"))
    with pytest.raises(cx.NameNotFoundError):
        whole.both("ease", "nothing")


def test_golden_joint_states_are_read_for_ever():
    rows = [row for row in read_vectors("golden_states") if row["kind"] == "joint"]
    assert rows
    for row in rows:
        data = bytes.fromhex(row["hex"])
        assert bytes(cx.Joint.from_bytes(data)) == data


# -- paired -------------------------------------------------------------------------------------


def test_paired_differences_match_the_independent_numbers():
    state = cx.Joint(PARTS, read="mean").add(DATA)
    expect(KNOWN["paired-t"], state.compare("ease", "speed", cases="complete"))
    pairs = {"a": [5] * 2 + [1] * 19, "b": [5] + [1] + [5] * 7 + [1] * 12}
    shares = cx.Joint(["a", "b"], read="top-box").add(pairs).compare("a", "b")
    expect(KNOWN["tango"], shares)
    assert shares.method == "score"


def test_compare_takes_the_same_people_and_overlapping_waves():
    """Pairs as they stand, and the same pairs matched by id."""
    pairs = cx.compare(DATA["ease"], DATA["speed"], paired=True, score="mean", scale=(1, 5))
    expect(KNOWN["paired-t"], pairs)
    a, b = [9, 3, 10, 7, 6], [8, 10, 2, 9]
    ids = (["u", "v", "w", "x", "y"], ["z", "w", "v", "u"])
    found = cx.compare(a, b, respondents=ids, score="mean")
    rows = {"a": [9, 3, 10, 7, 6, None], "b": [9, 2, 10, None, None, 8]}
    state = cx.Joint(["a", "b"], read="mean", scale=(0, 10)).add(rows)
    expected = state.compare("a", "b").to_dict()
    assert found.to_dict() == expected | {"excluded": found.excluded}
    assert (found.n, sum(found.excluded.values())) == (6, 0)  # not asked is not missing
    alone = cx.compare(a, b, score="mean")
    assert found.value == pytest.approx(alone.value)
    nobody = cx.compare(a, b, respondents=([1, 2, 3, 4, 5], [6, 7, 8, 9]), score="mean")
    assert nobody.p_value == pytest.approx(alone.p_value)
    assert nobody.df == pytest.approx(alone.df)
    assert "lower-is-better" in cx.compare(a, a, paired=True, lower_is_better=True).flags
    with pytest.raises(cx.DomainError, match="stands here again"):
        cx.compare([1, 2], [1, 2], respondents=([1, 1], [1, 2]))
    with pytest.raises(cx.OptionError, match="pair"):
        cx.compare([1], [1], respondents=[1])
    with pytest.raises(cx.OptionError, match="by is not"):
        cx.compare([1], [1], paired=True, by=([1], [1]))


def test_paired_answers_all_alike_are_not_certain():
    for score in ("nps", "mean", "top-box"):
        found = cx.compare([9] * 20, [9] * 20, paired=True, score=score, top=2)
        assert found.value == 0 and found.ci_low < 0 < found.ci_high


# -- gap ----------------------------------------------------------------------------------------

ITEMS = ("food", "room", "staff")
EXPECTED = columns("gap_data", [f"expect_{name}" for name in ITEMS])
EXPECTED = {name: EXPECTED[f"expect_{name}"] for name in ITEMS}
EXPERIENCED = columns("gap_data", ITEMS)


def test_gaps_match_the_independent_numbers():
    found = cx.gap(EXPECTED, EXPERIENCED, importance=[3, 2, 5])
    expect(GAPS["total"], found)
    expect(GAPS["complete"], cx.gap(EXPECTED, EXPERIENCED, importance=[3, 2, 5], cases="complete"))
    for row in found.items:
        expect(GAPS[row["item"]], row)
        assert row["quadrant"] in ("keep", "concentrate", "low-priority", "overkill", "undecided")


def test_one_gap_is_a_paired_difference():
    found = cx.gap(EXPECTED["food"], EXPERIENCED["food"])
    expect({k: GAPS["food"][k] for k in ("value", "se", "ci_low", "ci_high", "p_value")}, found)
    assert found.items["quadrant"] == [None]
    by = cx.gap(EXPECTED["food"], EXPERIENCED["food"], by=["x"] * len(EXPECTED["food"]))
    assert by["value"] == [pytest.approx(found.value)]


def test_gap_states_add_up():
    whole = cx.Gaps(ITEMS).add(EXPECTED, EXPERIENCED)
    assert whole.names == ITEMS
    assert cx.Gaps.from_bytes(bytes(whole)) == whole
    assert (whole + whole).total().value == pytest.approx(whole.total().value)
    with pytest.raises(cx.LengthError, match="experience has"):
        cx.gap({"a": [1]}, {"b": [1]})
    with pytest.raises(cx.MismatchError, match="does not hold"):
        cx.Gaps.from_bytes(bytes(cx.Joint(["a"]))).total()


# -- mystery ------------------------------------------------------------------------------------

ROWS = read_vectors("mystery_data")
POINTS = columns("mystery_data", ("smile", "speed", "tidy"))
MOST, WEIGHTS = [5, 10, 1], {"smile": 2, "speed": 1, "tidy": 3}


def visit(**more):
    return cx.mystery(POINTS, WEIGHTS, maximum=MOST, pass_mark=0.8, **more)


def test_mystery_scores_match_the_independent_numbers():
    found = visit(
        auditor=[int(row["auditor"]) for row in ROWS], shop=[row["shop"] for row in ROWS]
    )
    known = dict(VISITS["score"])
    assert found.se_visits == pytest.approx(known.pop("se_visits")[0])
    expect(known, found.score)
    expect(VISITS["anova"], found.auditors)
    assert found.auditors.n == 4 and not found.confounded
    for row in found.shops:
        expect(VISITS[row["key"]], row)
    for row in found.items:
        expect(VISITS[row["item"]], row)
    assert found.to_dict()["visits"] == found.visits == 39
    assert "between auditors" in repr(found)


def test_auditors_with_shops_of_their_own_are_not_identified():
    shops = [row["shop"] for row in ROWS]
    found = visit(auditor=shops, shop=shops)
    assert found.confounded
    assert found.shops["adjusted"] == [None] * 6
    assert all("not-identified" in flags for flags in found.shops["flags"])


def test_mystery_edge_cases_say_so():
    assert visit().auditors is None and visit().shops is None
    with pytest.raises(cx.EmptyError, match="no visit"):
        cx.mystery({"a": [None, None]})
    with pytest.raises(cx.DomainError, match="row 1"):
        cx.mystery({"a": [1, 2]}, invalid="error")
    with pytest.raises(cx.OptionError, match="pass_mark"):
        cx.mystery({"a": [1]}, pass_mark=0)
    one = cx.mystery({"a": [1]}, auditor=["x"])
    assert one.score.method == "bounded" and "not-identified" in one.score.flags


def visits_of(rows, **more):
    state = cx.Visits(["smile", "speed", "tidy"], WEIGHTS, maximum=MOST, pass_mark=0.8)
    chosen = {name: [values[i] for i in rows] for name, values in POINTS.items()}
    keys = {name: [ROWS[i][name] for i in rows] for name in ("auditor", "shop")}
    return state.add(chosen, **keys, **more)


def test_visits_add_up_to_the_same_bytes_and_figures():
    everyone = list(range(len(ROWS)))
    whole = visits_of(everyone)
    for cut in (0, 1, 13, 40):
        mixed = [(7 * i) % 40 for i in everyone]
        parts = visits_of(mixed[:cut]) + visits_of(mixed[cut:])
        assert bytes(parts) == bytes(whole) and parts == whole
        assert parts.mystery().to_dict() == whole.mystery().to_dict()
    again = cx.Visits.from_bytes(bytes(whole))
    assert again == whole == pickle.loads(pickle.dumps(whole))
    assert again.items == ("smile", "speed", "tidy") and again.n + sum(again.excluded.values()) == 40
    assert again.mystery().shops["key"] == whole.mystery().shops["key"]


def test_visits_that_do_not_fit_are_refused():
    whole = visits_of(range(40))
    with pytest.raises(cx.MismatchError, match="key"):
        whole.add(POINTS)
    with pytest.raises(cx.MismatchError, match="pass marks"):
        whole.merge(cx.Visits(["smile", "speed", "tidy"], WEIGHTS, maximum=MOST))
    with pytest.raises(cx.FormatError):
        cx.Visits.from_bytes(bytes(whole)[:-1])
    with pytest.raises(cx.OptionError, match="list of names"):
        cx.Visits("smile")
    assert whole == visits_of(range(40))
    whole.reset()
    assert whole.n == 0 and whole.add({name: [1] for name in POINTS}).n == 1


def test_golden_visits_are_read_for_ever():
    rows = [row for row in read_vectors("golden_states") if row["kind"] == "mystery"]
    assert len(rows) == 2
    for row in rows:
        data = bytes.fromhex(row["hex"])
        assert bytes(cx.Visits.from_bytes(data)) == data
