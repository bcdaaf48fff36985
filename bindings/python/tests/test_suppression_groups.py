"""Small cells of comparisons, journeys, modes, coverage, loops and visits."""

import random

import pytest

import cxkit as cx

TEAMS = ["a"] * 3 + ["b"] * 6 + ["c"] * 9
SCORES = [9, 10, 3, 4, 9, 10, 7, 8, 2, 10, 9, 9, 6, 5, 10, 10, 8, 7]
LATER = ["a"] * 8 + ["b"] * 4 + ["c"] * 7 + ["d"] * 7
LATER_SCORES = [10, 9, 4, 10, 8, 9, 2, 10, 9, 9, 3, 7, 10, 10, 9, 4, 6, 8, 9] + [9, 3] * 3 + [8]


def known(row, names):
    return {name for name in names if row[name] not in (None, "")}


def random_answers(seed):
    draw = random.Random(seed)
    teams = [draw.choice("aaaabbbccde") for _ in range(draw.randrange(4, 60))]
    return [draw.randrange(11) for _ in teams], teams


def test_each_side_of_a_comparison_hides_what_its_own_table_hides():
    a, b = cx.tally_by(SCORES, by=TEAMS), cx.tally_by(LATER_SCORES, by=LATER)
    found = cx.compare(a, b, min_n=5)
    one, two = cx.nps(a, min_n=5), cx.nps(b, min_n=5)
    assert found["n_a"] == [None, None, 9, 0] == one["n"] + [0]
    assert found["n_b"] == two["n"] == [8, None, None, 7] == [8, None, None, 7]
    assert found["status"] == ["CX_E_SUPPRESSED"] * 3 + ["CX_E_EMPTY"]
    for row in found:
        for side, n in (("value_a", row["n_a"]), ("value_b", row["n_b"])):
            assert (row[side] is None) == (not n)
    assert found["value"][:3] == found["p_value"][:3] == found["p_adjusted"][:3] == [None] * 3
    assert cx.compare(a, b, min_n=1)["n_a"] == [3, 6, 9, 0]


def test_hidden_p_values_are_none_of_the_family():
    scores, teams = SCORES * 3, TEAMS + ["c"] * 9 + ["d"] * 9 + ["c"] * 9 + ["d"] * 9
    others = [10 - score for score in scores]
    found = cx.compare(scores, others, by=(teams, teams), min_n=7)
    assert found["status"] == ["CX_E_SUPPRESSED"] * 2 + ["CX_OK"] * 2
    low = min(found["p_value"][2:])
    assert min(found["p_adjusted"][2:]) == pytest.approx(min(1, 2 * low))


def test_group_and_rest_are_shown_together_or_not_at_all():
    found = cx.compare_rest(SCORES, by=TEAMS, min_n=5)
    assert found["n_a"] == [None, None, 9] and found["n_b"] == [None, None, 9]
    assert found["status"] == ["CX_E_SUPPRESSED"] * 2 + ["CX_OK"]
    few = cx.compare_rest([9] * 20 + [1, 2], by=["x"] * 20 + ["y", "z"], min_n=5)
    assert few["n_a"] == few["n_b"] == [None] * 3
    for seed in range(60):
        scores, teams = random_answers(seed)
        rows = list(cx.compare_rest(scores, by=teams, min_n=5))
        shown = [row for row in rows if row["n_a"] is not None]
        assert all(row["n_a"] >= 5 and (row["n_b"] >= 5 or row["n_b"] == 0) for row in shown)
        if shown and len(shown) < len(rows):  # the total follows from any row
            left = shown[0]["n_a"] + shown[0]["n_b"] - sum(row["n_a"] for row in shown)
            assert left >= 5 and len(rows) - len(shown) >= 2


def test_a_comparison_of_too_few_is_refused():
    with pytest.raises(cx.SuppressedError):
        cx.compare([10, 9, 9], [3] * 9, min_n=4)
    with pytest.raises(cx.SuppressedError):
        cx.compare([3] * 9, [10, 9, 9], min_n=4)
    with pytest.raises(cx.OptionError, match="min_n"):
        cx.compare([3] * 9, [4] * 9, paired=True, min_n=4)
    with pytest.raises(cx.OptionError, match="min_n"):
        cx.compare_rest(SCORES, by=TEAMS, min_n=-1)


def test_a_decomposed_change_hides_a_group_on_both_sides():
    found = cx.decompose(SCORES, LATER_SCORES, by=(TEAMS, LATER), min_n=5)
    numbers = set(found.table.columns) - {"key", "side"}
    assert found.table["side"] == ["hidden", "hidden", "hidden", "after"]
    for row in list(found.table)[:3]:
        assert known(row, numbers) == set()
    whole = cx.decompose(SCORES, LATER_SCORES, by=(TEAMS, LATER))
    assert found.change == whole.change and found.mix == whole.mix
    with pytest.raises(cx.SuppressedError):
        cx.decompose(SCORES, [9, 9, 9], by=(TEAMS, ["a", "b", "c"]), min_n=4)


def test_a_hidden_part_does_not_follow_from_the_change():
    for seed in range(40):
        (before, one), (after, two) = random_answers(seed), random_answers(seed + 1000)
        if min(len(before), len(after)) < 5:
            continue
        rows = list(cx.decompose(before, after, by=(one, two), min_n=5).table)
        hidden = [row for row in rows if row["side"] == "hidden"]
        small = {t for t in "abcde" if 0 < one.count(t) < 5 or 0 < two.count(t) < 5}
        assert small <= {row["key"] for row in hidden} and len(hidden) != 1
        for row in rows:
            assert row in hidden or min(n for n in (row["n_before"], row["n_after"]) if n) >= 5


ASKED = ["mail"] * 12 + ["phone"] * 3 + ["gate"] * 9
ANSWERED = [10, 9, 4, 8] * 3 + [10, 2, 7] + [9, 10, 10, 3, 8, 7, 9, 9, 6]


def test_a_hidden_mode_follows_from_nothing_beside_it():
    found = cx.modes(ANSWERED, mode=ASKED, mix={"mail": 1, "phone": 1, "gate": 1}, min_n=5)
    by = {row["mode"] or "all": row for row in found.table}
    assert by["all"]["n"] == 24 and by["mail"]["n"] == 12
    for name in ("phone", "gate"):
        told = known(by[name], set(found.table.columns) - {"mode", "kind"})
        assert told == {"confidence", "unit", "flags", "method", "status", "reference"}
    for name in ("standardised", "standardised_low", "q", "q_df", "q_p"):
        assert by["all"][name] is None, name
    assert found.standardised is None and found.p_value is None
    assert by["mail"]["reference"] == 1 and by["mail"]["share"] == 0.5
    held = cx.modes(ANSWERED, mode=ASKED, reference="gate", min_n=5).table
    assert held["difference"] == [None] * 4


def test_a_hidden_group_does_not_follow_from_the_shares_of_its_modes():
    scores, modes = [9] * 8 + [1, 2], ["mail"] * 8 + ["phone", "gate"]
    found = cx.modes(scores, mode=modes, min_n=5).table
    shown = [row for row in found if row["n"] is not None]
    assert len(shown) == 1
    if shown[0]["kind"] == "mode":
        assert found["share"] == [None] * 4
    else:
        assert shown[0]["n"] == 10


TREE = {
    "stage": ["go"] * 14 + ["stay"] * 20,
    "point": ["desk"] * 3 + ["gate"] * 11 + ["room"] * 10 + ["bar"] * 10,
    "score": [10, 9, 2] + [9, 10, 4, 8, 7, 10, 9, 3, 9, 10, 6] + [9, 8] * 5 + [10, 7] * 5,
}


@pytest.mark.parametrize("options", [{}, {"weights": "equal"}, {"pool": False}])
def test_a_hidden_node_of_a_journey(options):
    found = cx.journey(TREE, scores="score", min_n=5, **options)
    told = {"stage", "point", "depth", "absent", "rollup"}
    told |= {"confidence", "unit", "flags", "method", "status"}
    if options.get("weights"):
        told |= {"weight", "share"}
    for point in ("desk", "gate"):
        row = found.node("go", point)
        assert known(row, found.table.columns) == told
    assert found.node("go")["n"] == 14 and found.node("stay", "bar")["n"] == 10
    assert found.total.n == 34
    tree = {"stage": ["a", "a", "b"], "score": [9, 8, 3]}
    assert cx.journey(tree, scores="score", min_n=5).total is None
    assert "None" not in repr(cx.journey(tree, scores="score", min_n=5))


def test_the_volume_of_a_journey_is_no_answer():
    volumes = {("go", "desk"): 30, ("go", "gate"): 90, ("stay", "room"): 40, ("stay", "bar"): 40}
    found = cx.journey(TREE, scores="score", volumes=volumes, min_n=5)
    assert found.node("go", "desk")["weight"] == 0.25
    assert found.node("go", "desk")["covered"] is None
    assert found.node("go", "desk")["value"] is None


def test_a_hidden_kind_of_encounter_stands_last_and_follows_from_no_figure():
    kinds = ["shop"] * 20 + ["mail"] * 2 + ["app"] * 4 + ["web"] * 30 + ["gate"] * 12
    asked = [1, 0] * 10 + [0] * 2 + [1] * 4 + [1] * 30 + [0] * 12
    found = cx.coverage(kinds, asked, answered=asked, min_n=5)
    assert found["key"] == ["gate", "shop", "web", "app", "mail"]
    assert found["status"][3:] == ["CX_E_SUPPRESSED"] * 2
    for row in list(found)[3:]:
        assert known(row, set(found.columns) - {"key", "status"}) == set()
    for name in ("dissimilarity", "keys_never_asked", "contacts_never_asked", "share_never_asked"):
        assert found.figures.get(name) is None, name
    assert found.figures["contacts"] == 68
    with pytest.raises(cx.SuppressedError):
        cx.coverage(["a", "b"], [1, 0], min_n=3)


def test_encounters_never_asked_about_are_summed_only_over_enough_hidden_ones():
    for seed in range(60):
        draw = random.Random(seed)
        sizes = {kind: draw.randrange(1, 12) for kind in "abcdefg"}
        never = {kind for kind in sizes if draw.random() < 0.5}
        rows = [(kind, int(kind not in never)) for kind, size in sizes.items() for _ in range(size)]
        found = cx.coverage([row[0] for row in rows], [row[1] for row in rows], min_n=5)
        hidden = {row["key"] for row in found if row["contacts"] is None}
        assert {kind for kind, size in sizes.items() if size < 5} <= hidden and len(hidden) != 1
        if found.figures.get("contacts_never_asked") is None:
            continue
        for part in (hidden & never, hidden - never):
            assert not part or (len(part) > 1 and sum(sizes[kind] for kind in part) >= 5)


def test_a_closed_loop_of_few():
    score, contacted = [3] * 12, [1] * 9 + [0] * 3
    again = [8, 4, 9, 3, 7, 8, 2, 9, 7, 8, 4, 7]
    whole = cx.closed_loop(score, contacted, again)
    found = cx.closed_loop(score, contacted, again, min_n=4)
    assert whole.effect is not None and whole.improved_comparison.n == 3
    assert found.effect is found.improved_treated is found.improved_comparison is None
    assert found.bounds is None and found.lee_bounds is None
    assert found.answered_comparison is None and found.contacted == whole.contacted
    with pytest.raises(cx.OptionError, match="min_n"):
        cx.closed_loop(score, contacted, again, min_n=-1)


def test_outlets_and_items_of_few_visits():
    shops = ["a"] * 2 + ["b"] * 6 + ["c"] * 8
    auditors = ["Ann", "Bob"] * 8
    visits = {"greet": [1, 0, 1, 1] * 4, "speed": [1, 1] + [None] * 14, "care": [0, 1] * 8}
    found = cx.mystery(visits, shop=shops, auditor=auditors, min_n=4)
    assert found.shops["status"] == ["CX_E_SUPPRESSED"] * 2 + ["CX_OK"]
    for name in ("adjusted", "adjusted_se", "adjusted_ci_low", "value", "n"):
        assert found.shops[name][:2] == [None, None] and found.shops[name][2] is not None, name
    assert found.items["status"].count("CX_E_SUPPRESSED") == 2
    assert found.items["points"].count(None) == 2
    with pytest.raises(cx.SuppressedError):
        cx.mystery(visits, min_n=17)

