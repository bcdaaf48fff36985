import csv
import gzip
import math
import os

import pytest

import cxkit as cx
from conftest import read_vectors

DATA = read_vectors("shrink_data")
KNOWN = read_vectors("shrink")


def numbers(name):
    return [float(row[name]) for row in DATA]


VALUES, VARIANCES, N = numbers("value"), numbers("variance"), numbers("n")
COVARIATES = {"x": numbers("x"), "team": [row["team"] for row in DATA]}
CLASSES = {name: numbers(name) for name in ("detractors", "passives", "promoters")}
SHARES = {"x": [n - d for n, d in zip(N, CLASSES["detractors"], strict=True)], "n": N}


def expect(known, table, figures=None):
    rows = [row for row in KNOWN if row["id"] == known]
    assert rows
    for row in rows:
        at, name = int(row["row"]), row["figure"]
        if at < 0:
            found = (figures or table.figures)[name]
        else:
            found = table["se"][at] ** 2 if name == "mse" else table[name][at]
        assert math.isclose(found, float(row["value"]), rel_tol=float(row["tolerance"])), row


def test_fay_herriot_agrees_with_dense_matrices():
    found = cx.shrink(VALUES, variances=VARIANCES, X=COVARIATES)
    assert found.method == "fay-herriot"
    expect("fay_herriot", found.table)
    expect("fay_herriot_terms", found.coefficients)
    assert found.coefficients["term"] == ["intercept", "x", "team: b", "team: c"]
    expect("fay_herriot_plain", cx.shrink(VALUES, variances=VARIANCES, n=N).table)


def test_milk_expenditure_agrees_with_the_published_figures():
    if "CX_SHARED" not in os.environ:
        pytest.skip("no data folder is given (CX_SHARED)")
    path = os.path.join(os.environ["CX_SHARED"], "data/oracle-inputs/milk.csv.gz")
    with gzip.open(path, "rt") as file:
        rows = list(csv.DictReader(file))
    found = cx.shrink(
        [float(row["yi"]) for row in rows],
        variances=[float(row["SD"]) ** 2 for row in rows],
        X={"area": [row["MajorArea"] for row in rows]},
    )
    expect("milk", found.table)
    expect("milk_terms", found.coefficients)


def test_counts_agree_with_forty_digits():
    expect("dirichlet", cx.shrink(CLASSES).table)
    expect("dirichlet_plain", cx.shrink(CLASSES, correction=False).table)
    expect("beta_binomial", cx.shrink(SHARES, method="beta-binomial").table)
    assert cx.shrink(SHARES).method == "beta-binomial"


def test_intervals_agree_with_adaptive_quadrature():
    expect("fay_herriot_interval", cx.shrink(VALUES, variances=VARIANCES, X=COVARIATES).table)
    expect("fay_herriot_plain_interval", cx.shrink(VALUES, variances=VARIANCES, n=N).table)
    expect("dirichlet_interval", cx.shrink(CLASSES).table)
    expect("beta_binomial_interval", cx.shrink(SHARES).table)
    plain = cx.shrink(VALUES, variances=VARIANCES, intervals="plug-in").table
    half = 1.959963984540054 * plain["se"][0]
    assert math.isclose(plain["ci_high"][0], plain["value"][0] + half)
    with pytest.raises(cx.OptionError, match="intervals"):
        cx.shrink(CLASSES, intervals="short")


def test_surgeries_agree_with_the_published_figures():
    rows = read_vectors("fft")
    steps = ("s1", "s2", "s3", "s4", "s5", "dont_know")
    happy = [int(row["s4"]) + int(row["s5"]) for row in rows]
    answered = [sum(int(row[step]) for step in steps) for row in rows]
    expect("fft", cx.shrink({"happy": happy, "answered": answered}).table)


def test_batting_averages_are_those_of_the_paper():
    averages = [0.400, 0.378, 0.356, 0.333, 0.311, 0.311, 0.289, 0.267, 0.244, 0.244]
    averages += [0.222] * 5 + [0.200, 0.178, 0.156]
    found = cx.shrink(averages, variances=0.265 * 0.735 / 45, method="james-stein")
    expect("baseball", found.table)
    assert found.coefficients is None


def test_tallies_are_their_counts():
    scores, teams = [], []
    for team in range(12):
        for name, score in (("detractors", 3), ("passives", 8), ("promoters", 10)):
            scores += [score] * int(CLASSES[name][team])
            teams += [team] * int(CLASSES[name][team])
    tallies = cx.tally_by(scores, by={"team": teams})
    expect("dirichlet", cx.shrink(tallies).table)
    expect("beta_binomial", cx.shrink(tallies, method="beta-binomial", top=3).table)
    direct = cx.shrink(tallies, method="fay-herriot")
    assert direct.table["raw"][3] == 100
    assert direct.table["own_weight"][3] < 0.6
    assert direct.table["team"] == list(range(12))


def test_a_point_of_promoters_only_does_not_break_it():
    found = cx.shrink(CLASSES).table[3]
    assert found["raw"] == 100
    assert found["value"] < 60
    assert found["flags"] == "no-variance"
    smoothed = cx.shrink(VALUES, variances=[0, *VARIANCES[1:]], n=N)
    assert smoothed.figures["smoothed"] == 1


def test_ranks_are_reproducible_and_simultaneous_ones_wider():
    first, again = cx.shrink(CLASSES, seed=5), cx.shrink(CLASSES, seed=5)
    assert first.table == again.table
    together = cx.shrink(CLASSES, ranks="simultaneous").table
    width = sum(b - a for a, b in zip(first.table["rank_low"], first.table["rank_high"], strict=True))
    wide = sum(b - a for a, b in zip(together["rank_low"], together["rank_high"], strict=True))
    assert wide > width
    assert "rank_low" not in cx.shrink(CLASSES, ranks="none").table.columns
    low = cx.shrink(VALUES, variances=VARIANCES, ascending=True).table["rank"]
    high = cx.shrink(VALUES, variances=VARIANCES).table["rank"]
    assert [a + b for a, b in zip(low, high, strict=True)] == [13] * 12


def test_a_missing_value_is_predicted():
    found = cx.shrink([None, *VALUES[1:]], variances=[None, *VARIANCES[1:]], X=COVARIATES).table[0]
    assert found["raw"] is None
    assert found["own_weight"] == 0
    assert found["se"] > 0


def test_a_result_can_be_read_and_kept():
    found = cx.shrink(CLASSES)
    assert "12 groups by dirichlet" in repr(found)
    assert set(found.to_dict()) == {"table", "method", "figures", "coefficients"}
    assert found.figures["answers"] == sum(N)


def test_bad_input_says_why():
    with pytest.raises(cx.DomainError, match="row 2"):
        cx.shrink([1, 2, 3], variances=[1, 1, -1])
    with pytest.raises(cx.OptionError, match="method"):
        cx.shrink(VALUES, variances=VARIANCES, method="stein")
    with pytest.raises(cx.OptionError, match="needs counts"):
        cx.shrink(VALUES, variances=VARIANCES, method="dirichlet")
    with pytest.raises(cx.OptionError, match="X belongs"):
        cx.shrink(CLASSES, X=COVARIATES)
    with pytest.raises(cx.MismatchError, match="one for all"):
        cx.shrink(VALUES, variances=VARIANCES, method="james-stein")
    with pytest.raises(cx.NullError):
        cx.shrink(VALUES)
    with pytest.raises(cx.DomainError, match="more than the n"):
        cx.shrink({"x": [5, 2], "n": [4, 9]})
