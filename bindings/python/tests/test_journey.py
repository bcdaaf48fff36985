"""Journeys and modes."""

import pytest
from conftest import read_vectors

import cxkit as cx

PATHS = {
    ("arrive", "desk", "app"): ((2, 1, 9), 400),
    ("arrive", "desk", "staff"): ((5, 5, 5), 900),
    ("arrive", "parking", "staff"): ((9, 3, 2), 300),
    ("depart", "gate", "screen"): ((0, 0, 6), 100),
    ("depart", "gate", "staff"): ((4, 6, 12), 700),
    ("depart", "security", "staff"): ((20, 10, 11), 1500),
    ("stay", "shop", "staff"): ((1, 0, 1), 250),
}
LEVELS = ("stage", "touchpoint", "channel")


def answers(paths=PATHS):
    rows = [
        (*path, score)
        for path, (counts, _) in paths.items()
        for score, count in zip((3, 8, 10), counts)
        for _ in range(count)
    ]
    return dict(zip((*LEVELS, "score"), map(list, zip(*rows))))


VOLUMES = {path: volume for path, (_, volume) in PATHS.items()}


@pytest.mark.parametrize(
    ("weights", "options"),
    [
        ("answers", {}),
        ("volumes", {"volumes": VOLUMES}),
        ("equal", {"weights": "equal"}),
    ],
)
def test_a_journey_agrees_with_dense_matrices(weights, options):
    found = cx.journey(answers(), scores="score", **options)
    rows = [row for row in read_vectors("journey") if row["weights"] == weights]
    assert len(rows) == len(found.table) == 16
    for row in rows:
        node = found.node(*(row["path"].split("/") if row["path"] != "-" else ()))
        assert node["rollup"] == weights
        for name in ("value", "pooled_value", "pooled_se", "own_weight"):
            assert node[name] == pytest.approx(float(row[name]), abs=2e-8), (row["path"], name)


def test_tallies_tables_and_frames_give_the_same_journey():
    pandas = pytest.importorskip("pandas")
    table = answers()
    plain = cx.journey(table, levels=LEVELS, scores="score")
    tallies = cx.tally_by(table["score"], by={name: table[name] for name in LEVELS})
    assert cx.journey(tallies).table == plain.table
    assert cx.journey(pandas.DataFrame(table), scores="score").table == plain.table
    volumes = pandas.DataFrame(
        [(*path, volume) for path, volume in VOLUMES.items()], columns=[*LEVELS, "volume"]
    )
    assert (
        cx.journey(table, scores="score", volumes=volumes).table
        == cx.journey(table, scores="score", volumes=VOLUMES).table
    )


def test_a_missing_stage_makes_a_partial_score():
    heard = {path: what for path, what in PATHS.items() if path[0] != "stay"}
    plain = cx.journey(answers(heard), scores="score")
    found = cx.journey(answers(heard), scores="score", expected=["arrive", "depart", "stay"])
    assert found.total.flags == ("partial",)
    assert found.total.value == plain.total.value
    assert found.node("stay")["value"] is None
    assert found.node("stay")["status"] == "CX_E_EMPTY"
    deep = cx.journey(answers(heard), scores="score", expected=[("stay", "shop")])
    assert deep.node("stay", "shop")["value"] is None
    assert "partial" in str(found)


def test_a_level_alone_and_another_score():
    table = {"stage": ["a", "a", "b"], "y": [5, 4, 2]}
    found = cx.journey(table, scores="y", scale=(1, 5), score="mean")
    assert found.levels == ("stage",)
    assert found.total.value == pytest.approx(11 / 3)
    assert found.total.unit == "scale"
    assert found.to_dict()["total"]["n"] == 3


def test_components_are_one_more_level():
    """A component (cognitive, emotional, ...) crosses the journey as its outermost level."""
    table = {
        "component": ["emotional"] * 4 + ["cognitive"] * 4,
        "stage": ["a", "a", "b", "b"] * 2,
        "y": [5, 4, 2, 3, 1, 2, 5, 5],
    }
    found = cx.journey(table, scores="y", scale=(1, 5), score="mean", weights="equal")
    assert found.node("emotional", "a")["value"] == 4.5
    assert found.node("cognitive")["value"] == pytest.approx(3.25)


def test_bad_journeys_say_why():
    table = answers()
    with pytest.raises(cx.OptionError, match="scores is missing"):
        cx.journey(table)
    with pytest.raises(cx.NameNotFoundError, match="no column 'note'"):
        cx.journey(table, scores="note")
    with pytest.raises(cx.OptionError, match="volume, equal"):
        cx.journey(table, scores="score", weights="answers")
    with pytest.raises(cx.DomainError, match="stay > shop > staff has answers and no stated"):
        few = {path: volume for path, volume in VOLUMES.items() if path[0] != "stay"}
        cx.journey(table, scores="score", volumes=few)
    with pytest.raises(cx.OptionError, match="one depth"):
        cx.journey(table, scores="score", expected=[("a",), ("a", "b")])
    with pytest.raises(cx.EmptyError):
        cx.journey({"stage": ["a"], "y": [None]}, scores="y")
    with pytest.raises(cx.NameNotFoundError, match="no node x > y"):
        cx.journey(table, scores="score").node("x", "y")


# -- modes --------------------------------------------------------------------------------------

MAIL, PHONE = [10, 9, 4] * 20, [10, 9, 9] * 20
ASKED = ["mail"] * 60 + ["phone"] * 60


def test_modes_that_differ_are_never_mixed_silently():
    found = cx.modes(MAIL + PHONE, mode=ASKED)
    assert "mixed-modes" in found.pooled.flags
    assert found.p_value == pytest.approx(cx.heterogeneity(MAIL + PHONE, by=ASKED).p_value)
    assert found.table["mode"] == [None, "mail", "phone"]
    assert found.table["difference"][2] == pytest.approx(200 / 3)
    assert found.standardised is None


def test_modes_that_are_alike_are_not_flagged():
    assert cx.modes(MAIL + MAIL, mode=ASKED).pooled.flags == ()


def test_a_fixed_mix_and_a_named_reference():
    found = cx.modes(
        MAIL + PHONE, mode=ASKED, mix={"mail": 1, "phone": 3}, reference="phone", by=None
    )
    assert found.standardised.value == pytest.approx((100 / 3 + 300) / 4)
    assert found.table["difference"][1] == pytest.approx(-200 / 3)
    assert found.to_dict()["standardised"]["value"] == found.standardised.value
    with pytest.raises(cx.NameNotFoundError, match="reference"):
        cx.modes(MAIL + PHONE, mode=ASKED, reference="gate")
    with pytest.raises(cx.DomainError, match="no share in the mix"):
        cx.modes(MAIL + PHONE, mode=ASKED, mix={"mail": 1})
    with pytest.raises(cx.OptionError, match="mode is missing"):
        cx.modes(MAIL)


def test_groups_have_their_own_modes():
    site = ["north"] * 30 + ["south"] * 30
    found = cx.modes(MAIL + PHONE, mode=ASKED, by={"site": site * 2})
    assert found.pooled is None
    assert len(found.table) == 6
    assert found.table["site"] == ["north"] * 3 + ["south"] * 3
    tallies = cx.tally_by(MAIL + PHONE, by={"site": site * 2, "mode": ASKED})
    assert cx.modes(tallies).table == found.table


def test_a_change_of_the_mode_mix_is_no_change_of_scores():
    found = cx.decompose(
        MAIL + PHONE, MAIL + MAIL + PHONE, by=(ASKED, ["mail"] * 120 + ["phone"] * 60)
    )
    assert found.within.value == pytest.approx(0)
    assert found.mix.value == pytest.approx(found.change.value)
    assert found.change.value < -10


def test_a_score_by_mode_says_when_the_modes_differ():
    found = cx.nps(MAIL + PHONE, mode=ASKED)
    plain = cx.nps(MAIL + PHONE)
    assert found.flags == (*plain.flags, "mixed-modes")
    assert (found.value, found.ci_low) == (plain.value, plain.ci_low)
    assert cx.nps(MAIL + MAIL, mode=ASKED) == cx.nps(MAIL + MAIL)
    assert "mixed-modes" in cx.mean_score(MAIL + PHONE, mode=ASKED).flags
    five = [1, 2, 5] * 20 + [1, 1, 2] * 20
    assert "mixed-modes" in cx.csat(five, mode=ASKED, direction="low").flags
    assert "mixed-modes" in cx.ces(five, mode=ASKED, version=1).flags
    assert "mixed-modes" in cx.ces(five, mode=ASKED, report="net").flags
    with pytest.raises(cx.OptionError, match="modes"):
        cx.nps(MAIL + PHONE, mode=ASKED, by=ASKED)
    with pytest.raises(cx.OptionError, match="modes"):
        cx.nps(cx.Tally().add(MAIL), mode=ASKED)
