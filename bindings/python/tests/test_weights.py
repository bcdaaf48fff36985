"""Weights: raking, calibration, post-stratification, trimming; response rates."""

import csv
import gzip
import math
import os
from itertools import groupby
from pathlib import Path

import pytest
from conftest import number, read_vectors

import cxkit as cx

PEOPLE = {"age": ["young", "old", "old", "old"], "sex": ["f", "f", "m", "m"]}
MARGINS = {"age": {"young": 40, "old": 60}, "sex": {"f": 55, "m": 45}}


def close(weights, expected, tolerance=1e-9):
    assert list(weights) == pytest.approx(list(expected), rel=tolerance)


# -- reference numbers -----------------------------------------------------------------------

CASES = [list(rows) for _, rows in groupby(read_vectors("calibrate"), key=lambda row: row["id"])]


def totals_of(case, margin):
    return {
        row["category"]: float(row["total"])
        for row in read_vectors("calibrate_totals")
        if row["id"] == case and row["margin"] == margin
    }


@pytest.mark.parametrize("rows", CASES, ids=lambda rows: rows[0]["id"])
def test_weights_agree_with_the_reference(rows):
    case, distance = rows[0]["id"], rows[0]["distance"]
    table = {name: [row[name] for row in rows] for name in ("a", "b")}
    margins = {name: totals_of(case, name) for name in ("a", "b") if totals_of(case, name)}
    start = [float(row["start"]) for row in rows]
    bounds = (float(rows[0]["lower"]), float(rows[0]["upper"]))
    bounds = None if distance in ("raking", "linear") else bounds
    whole = sum(margins["a"].values())
    if rows[0]["x"]:
        X, totals = {"x": [float(row["x"]) for row in rows]}, totals_of(case, "x")[""]
    else:
        X, totals = {"one": [1.0] * len(rows)}, whole
    found = cx.calibrate(
        X, [totals], table=table, margins=margins, weights=start, distance=distance, bounds=bounds
    )
    close(found, [float(row["weight"]) for row in rows], float(rows[0]["tolerance"]))
    assert found.converged
    if distance == "raking" and not rows[0]["x"]:
        close(cx.rake(table, margins, weights=start), found)


def school_clusters():
    folder = os.environ.get("CX_SHARED")
    if not folder:
        pytest.skip("CX_SHARED is not given: the school clusters are not in the repository")
    path = Path(folder, "data", "oracle-inputs", "apiclus1.csv.gz")
    with gzip.open(path, "rt") as lines:
        return list(csv.DictReader(lines))


def test_calibration_on_enrolment_agrees_with_published_ratios():
    schools = school_clusters()
    X = {"one": [1.0] * len(schools), "enroll": [float(row["enroll"]) for row in schools]}
    start = [float(row["pw"]) for row in schools]
    found = cx.calibrate(X, {"one": 6194, "enroll": 3811472}, weights=start)
    assert found.ratio_range == pytest.approx((0.7906782, 1.7891164), rel=1e-7)
    cut = cx.calibrate(
        X,
        {"one": 6194, "enroll": 3811472},
        weights=start,
        distance="truncated-linear",
        bounds=(0.6, 1.5),
    )
    assert cut.ratio_range == pytest.approx((0.7198751, 1.5), rel=1e-7)
    assert cut.at_upper > 0


def test_raking_the_school_clusters_agrees_with_published_weights():
    schools = school_clusters()
    table = {name: [row[name] for row in schools] for name in ("stype", "sch.wide")}
    margins = {
        "stype": {"E": 4421, "H": 755, "M": 1018},
        "sch.wide": {"No": 1072, "Yes": 5122},
    }
    found = cx.rake(table, margins, weights=[float(row["pw"]) for row in schools])
    assert found.deff == pytest.approx(1.0516566956, rel=1e-9)


# -- what goes in, what comes out -------------------------------------------------------------


def test_every_kind_of_column_gives_the_same_weights():
    np, pd, pl = (pytest.importorskip(name) for name in ("numpy", "pandas", "polars"))
    expected = list(cx.rake(PEOPLE, MARGINS))
    forms = [
        {name: np.array(values) for name, values in PEOPLE.items()},
        pd.DataFrame(PEOPLE),
        pd.DataFrame(PEOPLE).astype("category"),
        pl.DataFrame(PEOPLE),
        pl.DataFrame(PEOPLE).with_columns(pl.all().cast(pl.Categorical)),
    ]
    for form in forms:
        close(cx.rake(form, MARGINS), expected)
    start = [2.0, 1.0, 1.0, 1.0]
    one = cx.rake(PEOPLE, MARGINS, weights=start)
    for weights in (np.array(start), pd.Series(start), pl.Series(start)):
        close(cx.rake(PEOPLE, MARGINS, weights=weights), one)


def test_columns_that_no_margin_names_need_not_be_readable():
    table = {**PEOPLE, "notes": [object(), None, 3, "x"]}
    close(cx.rake(table, MARGINS), cx.rake(PEOPLE, MARGINS))


def test_weights_are_a_column_and_an_array():
    np = pytest.importorskip("numpy")
    w = cx.rake(PEOPLE, MARGINS)
    scores = [10, 3, 7, 9]
    assert cx.nps(scores, weights=w).value == cx.nps(scores, weights=list(w)).value
    array = np.asarray(w)
    assert array.dtype == float and array.tolist() == list(w)
    assert np.asarray(w, dtype="f4").dtype == "f4"
    assert w[0] == list(w)[0] and w[1:3] == list(w)[1:3] and len(w) == 4
    assert [ratio * 25 for ratio in w.ratios] == pytest.approx(list(w))  # all start at 100 / 4
    close(cx.rake(PEOPLE, MARGINS, weights=w), w)


def test_a_joint_margin_and_post_stratification_are_the_same():
    joint = {("age", "sex"): {("young", "f"): 10, ("old", "f"): 20, ("old", "m"): 70}}
    found = cx.poststratify(PEOPLE, joint)
    close(found, [10, 20, 35, 35])
    close(cx.rake(PEOPLE, joint), found)


def test_numeric_columns_come_as_an_array_or_by_name():
    np = pytest.importorskip("numpy")
    X = np.array([[1.0, 10], [1, 20], [1, 60]])
    close(cx.calibrate(X, [6, 180]), [2, 2, 2])
    close(cx.calibrate(np.array([10.0, 20, 60]), 180), [2, 2, 2], 1)
    named = {"one": [1, 1, 1], "spend": [10, 20, 60]}
    close(cx.calibrate(named, {"spend": 180, "one": 6}), [2, 2, 2])
    with pytest.raises(cx.LengthError, match="one, spend"):
        cx.calibrate(named, {"spend": 180})


def test_negative_weights_are_counted():
    X = {"one": [1, 1, 1, 1], "x": [1, 2, 3, 10]}
    assert cx.calibrate(X, {"one": 4, "x": 3.9}).negative == 1


# -- what cannot be met -----------------------------------------------------------------------


def test_what_cannot_be_met_is_named():
    with pytest.raises(cx.InfeasibleError, match="category other has the total 5 and nobody"):
        cx.rake(PEOPLE, {"sex": {"f": 50, "m": 45, "other": 5}})
    with pytest.raises(cx.DomainError, match="the category m has no total in margin sex") as info:
        cx.rake(PEOPLE, {"sex": {"f": 50}})
    assert info.value.row == 2
    with pytest.raises(cx.InfeasibleError, match="add up to 100, those of margin sex to 90"):
        cx.rake(PEOPLE, {"age": {"young": 40, "old": 60}, "sex": {"f": 45, "m": 45}})
    with pytest.raises(cx.MismatchError, match="text"):
        cx.rake({"age": [1, 2]}, {"age": {"young": 1, "old": 1}})
    with pytest.raises(cx.NameNotFoundError, match="region"):
        cx.rake(PEOPLE, {"region": {"north": 1}})


def test_what_does_not_converge_raises_or_comes_back_marked():
    twins = {"a": ["x", "y", "y"], "b": ["x", "y", "y"]}
    margins = {"a": {"x": 1, "y": 2}, "b": {"x": 2, "y": 1}}
    with pytest.raises(cx.ConvergenceError, match="instead of"):
        cx.rake(twins, margins)
    w = cx.rake(twins, margins, allow_unconverged=True)
    assert not w.converged and w.worst_margin in ("a", "b") and "NOT CONVERGED" in repr(w)
    assert abs(w.worst_attained - w.worst_wanted) > 0.1


def test_a_long_category_is_cut_at_a_whole_character():
    name = "ä" * 200
    w = cx.rake({"a": [name, name]}, {"a": {name: 3}})
    assert set(w.worst_category) == {"ä"} and len(w.worst_category) == 63
    assert w.margins["category"][0] == name and w.margins["margin"][0] == "a"


@pytest.mark.parametrize(
    "wrong", [{"age": [1, 2]}, [1], {("age", "sex"): {"young": 1}}], ids=["list", "no", "joint"]
)
def test_margins_of_another_shape_are_refused(wrong):
    with pytest.raises(cx.errors.OptionError):
        cx.rake(PEOPLE, wrong)


def test_bounds_are_a_pair_around_1():
    for bounds in ((1.2, 3), 3, (0.3, 0.9)):
        with pytest.raises(cx.errors.OptionError, match="bounds"):
            cx.rake(PEOPLE, MARGINS, bounds=bounds)


# -- trimming and Kish ------------------------------------------------------------------------


@pytest.mark.parametrize("row", read_vectors("kish"), ids=lambda row: row["id"])
def test_kish_agrees_with_the_reference(row):
    weights = [float(cell) for cell in row["weights"].split()]
    found = cx.kish(weights, zeros=row["zeros"] == "1")
    assert found.deff == pytest.approx(float(row["deff"]), rel=float(row["tolerance"]))
    assert found.n_eff == pytest.approx(float(row["n_eff"]), rel=float(row["tolerance"]))


def test_trimming_says_what_it_does_to_the_margins():
    table = {"age": ["young"] + ["old"] * 9}
    w = cx.rake(table, {"age": {"young": 60, "old": 40}})
    cut = cx.trim(w, upper=3, base="mean")
    assert cut[0] == pytest.approx(30) and cut.total == pytest.approx(100)
    assert not cut.converged and cut.worst_category == "old" and cut.caps == pytest.approx((0, 30))
    assert list(cut.margins["attained"]) == pytest.approx([30, 70])
    assert cut.deff < w.deff and w.caps is None
    assert cx.trim(w, upper=100).converged
    with pytest.raises(cx.InfeasibleError, match="at most"):
        cx.trim([1, 1, 1, 97], upper=2)


# -- response rates ---------------------------------------------------------------------------

LETTERS = {
    "complete": "I",
    "partial": "P",
    "refusal": "R",
    "noncontact": "NC",
    "other": "O",
    "unknown_household": "UH",
    "unknown_other": "UO",
    "ineligible": "NE",
}


@pytest.mark.parametrize("row", read_vectors("response_rates"), ids=lambda row: row["id"])
def test_rates_agree_with_the_reference(row):
    counts = {name: float(row[letter]) for name, letter in LETTERS.items()}
    found = cx.response_rates(**counts, e=number(row["e"]))
    assert getattr(found, row["rate"]) == pytest.approx(
        float(row["value"]), abs=float(row["tolerance"])
    )


def test_a_bucket_nothing_was_sent_in_has_no_rate():
    found = cx.response_rates()
    assert found.rr1 is found.con3 is found.e is found.coverage is None
    assert all(value is None for value in found.table["value"])
    assert cx.response_rates(noncontact=3).rr1 == 0


def test_intervals_are_those_of_whole_counts():
    table = cx.response_rates(complete=19, noncontact=19).table
    share = cx.share(19, 38)
    assert (table["ci_low"][0], table["ci_high"][0]) == pytest.approx((share.ci_low, share.ci_high))
    assert cx.response_rates(complete=1.5, noncontact=3).table["ci_low"][0] is None
    with pytest.raises(cx.errors.OptionError, match="e is 2"):
        cx.response_rates(complete=1, e=2)
    with pytest.raises(cx.DomainError, match="refusal"):
        cx.response_rates(refusal=-1)


def test_events_become_dispositions():
    pd = pytest.importorskip("pandas")
    log = pd.DataFrame(
        {
            "id": ["a", "a", "b", "b", "c", None, "d"],
            "event": ["sent", "finished", "sent", "started", "bounced", "sent", "quarantined"],
            "progress": [math.nan, 1, math.nan, 0.7, math.nan, math.nan, math.nan],
        }
    )
    found = cx.dispositions(log["event"], invitation=log["id"], progress=log["progress"])
    assert (found.complete, found.partial, found.unknown_other) == (1, 1, 1)
    assert (found.not_sampled, found.invitations, found.no_id) == (1, 4, 1)
    assert found.rates().coverage == 0.75 and found.rates().rr2 == pytest.approx(2 / 3)
    category = cx.dispositions(
        log["event"].astype("category"), invitation=log["id"], progress=log["progress"]
    )
    assert category == found
    with pytest.raises(cx.DomainError, match="clicked") as info:
        cx.dispositions(["sent", "clicked"])
    assert info.value.row == 1


def test_each_key_has_its_dispositions_and_rates():
    log = {
        "event": ["sent", "finished", "sent", "bounced", "sent", "started", "quarantined"],
        "id": [1, 1, 2, 3, 4, 4, 5],
        "wave": ["b", "b", "b", "a", "a", "a", None],
    }
    table = cx.dispositions(log["event"], invitation=log["id"], by={"wave": log["wave"]})
    assert table["wave"] == ["a", "b", None]
    assert table["invitations"] == [2, 2, 1]
    assert table["rr1"] == [0, 0.5, None] and table["coverage"] == [1, 1, 0]
    for row, wave in enumerate(table["wave"]):
        mine = [i for i, key in enumerate(log["wave"]) if key == wave]
        alone = cx.dispositions(
            [log["event"][i] for i in mine], invitation=[log["id"][i] for i in mine]
        )
        rates = alone.rates()
        for name in ("complete", "refusal", "noncontact", "unknown_other", "not_sampled"):
            assert table[name][row] == getattr(alone, name)
        for name in ("rr1", "rr3", "coop2", "ref2", "con3", "e", "coverage"):
            assert table[name][row] == getattr(rates, name)
    certain = cx.dispositions(log["event"], invitation=log["id"], by={"wave": log["wave"]}, e=0)
    assert certain["e"] == [0, 0, 0]
    with pytest.raises(cx.DomainError, match="earlier row of the same invitation") as info:
        cx.dispositions(["sent", "finished"], invitation=[1, 1], by={"wave": ["a", "b"]})
    assert info.value.row == 1
    with pytest.raises(cx.errors.OptionError, match="with by"):
        cx.dispositions(["sent"], e=0.5)
