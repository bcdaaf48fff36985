"""The reference numbers of tests/vectors, the same that the C and Ruby tests read."""

import csv
import os
from itertools import groupby
from pathlib import Path

import pytest
from conftest import number, read_vectors

import cxkit as cx
from cxkit import special


def close(actual, expected, tolerance):
    return expected is None or abs(actual - expected) <= tolerance * max(1, abs(expected))


@pytest.mark.parametrize("row", read_vectors("nps"), ids=lambda row: row["id"])
def test_nps_agrees_with_the_reference(row):
    counts = [int(row[name]) for name in ("detractors", "passives", "promoters")]
    estimate = cx.nps(counts=tuple(counts), method=row["method"])
    tolerance = float(row["tolerance"])
    for name in ("value", "ci_low", "ci_high"):
        assert close(getattr(estimate, name), number(row[name]), tolerance), name
    if row["se"]:
        assert close(estimate.se, float(row["se"]), tolerance)
    assert (estimate.n, estimate.method) == (sum(counts), row["method"])
    answers = [0] * counts[0] + [7] * counts[1] + [10] * counts[2]
    assert cx.nps(answers, method=row["method"]) == estimate


@pytest.mark.parametrize("row", read_vectors("share"), ids=lambda row: row["id"])
def test_share_agrees_with_the_reference(row):
    estimate = cx.share(int(row["successes"]), int(row["n"]), method=row["method"])
    for name in ("value", "ci_low", "ci_high"):
        assert close(getattr(estimate, name), number(row[name]), float(row["tolerance"])), name


@pytest.mark.parametrize("row", read_vectors("pearson"), ids=lambda row: row["id"])
def test_correlation_agrees_with_the_reference(row):
    x, y, weights = ([float(cell) for cell in row[name].split()] for name in ("x", "y", "weights"))
    estimate = cx.correlate(x, y, weights=weights or None, confidence=float(row["confidence"]))
    for name in ("value", "ci_low", "ci_high", "p_value", "se", "n_eff"):
        expected = number(row[name])
        if expected is not None:
            assert getattr(estimate, name) == pytest.approx(
                expected, rel=float(row["tolerance"])
            ), name


def longley():
    rows = [row for row in read_vectors("moments_nist_data") if row["set"] == "Longley"]
    return {
        name: [float(row[name]) for row in rows] for name in ("y", *(f"x{i}" for i in range(1, 7)))
    }


def test_a_regression_on_ten_powers_agrees_with_the_certified_values():
    rows = [row for row in read_vectors("moments_nist_data") if row["set"] == "Filip"]
    x, power, columns = [float(row["x1"]) for row in rows], [1.0] * len(rows), {}
    for k in range(1, 11):
        power = [a * b for a, b in zip(power, x)]
        columns[f"x{k}"] = power
    fit = cx.regress(columns, [float(row["y"]) for row in rows])
    certified = [row for row in read_vectors("moments_nist") if row["set"].startswith("Filip")]
    for row in certified:
        close = {"rel": 10 ** -float(row["digits"])}
        if row["parameter"] == "r2":
            assert fit.r2 == pytest.approx(float(row["value"]), **close)
        elif row["parameter"].isdigit():
            term = fit.terms[int(row["parameter"])]
            assert fit.params[term] == pytest.approx(float(row["value"]), **close)
            assert fit.se[term] == pytest.approx(float(row["se"]), **close)
    assert len(certified) == 25


def test_drivers_of_longley_agree_with_the_sum_over_all_models():
    found = cx.drivers(longley(), "y")
    rows = [row for row in read_vectors("driver") if row["set"] == "Longley"]
    assert list(found.importance) == [row["driver"] for row in rows]
    for row in rows:
        tolerance, name = float(row["tolerance"]), row["driver"]
        assert found.importance[name] == pytest.approx(float(row["importance"]), rel=tolerance)
        assert found.first[name] == pytest.approx(float(row["first"]), rel=tolerance)
        assert found.last[name] == pytest.approx(float(row["last"]), rel=tolerance)
        assert found.beta[name] == pytest.approx(float(row["beta"]), rel=tolerance)
        assert found.conditional[name][2] == pytest.approx(
            float(row["conditional_2"]), rel=tolerance
        )
        assert found.r2 == pytest.approx(float(row["r2"]), rel=1e-13)


@pytest.mark.parametrize(("data", "outcome"), [("mtcars", "mpg"), ("swiss", "Fertility")])
def test_published_importances_are_reproduced(data, outcome):
    if "CX_SHARED" not in os.environ:
        pytest.skip("CX_SHARED is not given")
    path = Path(os.environ["CX_SHARED"], "data", "rdatasets", f"{data}.csv")
    with path.open(newline="") as file:
        given = list(csv.DictReader(file))
    rows = [row for row in read_vectors("driver_methods") if row["set"] == data]
    table = {
        name: [float(line[name]) for line in given]
        for name in [*(row["driver"] for row in rows), outcome]
    }
    found = cx.drivers(table, outcome, method=rows[0]["method"])
    for row in rows:
        assert found.importance[row["driver"]] == pytest.approx(
            float(row["value"]), abs=float(row["tolerance"])
        )


@pytest.mark.parametrize(
    "rows",
    [list(rows) for _, rows in groupby(read_vectors("plan"), key=lambda row: row["case"])],
    ids=lambda rows: rows[0]["case"],
)
def test_plan_agrees_with_published_allocations(rows):
    whole = rows[0]["integer"] == "1"
    found = cx.plan(
        [(float(row["size"]) * float(row["sd"])) ** 2 for row in rows],
        float(rows[0]["budget"]),
        lower=[float(row["lower"]) for row in rows],
        upper=[float(row["upper"]) for row in rows],
        cost=[float(row["cost"]) for row in rows]
        if any(row["cost"] != "1" for row in rows)
        else None,
        integer=whole,
    )
    for row, n in zip(rows, found.n):
        assert n == pytest.approx(float(row["n"]), abs=float(row["tolerance"]))
    assert found.certificate.holds


def test_plan_apportions_the_house_of_representatives():
    rows = read_vectors("plan_house")
    found = cx.plan([float(row["population"]) ** 2 for row in rows], 435, lower=1)
    assert list(found.n) == [int(row["seats"]) for row in rows]


NAMES = {"norm_cdf": "normal_cdf", "norm_ppf": "normal_quantile", "chi2_sf": "chisq_sf"}


def test_special_functions_agree_with_the_high_precision_table():
    rows = read_vectors("special")
    assert len(rows) > 400
    for row in rows:
        arguments = [float(row[f"arg{at}"]) for at in range(1, 5) if row[f"arg{at}"]]
        if row["function"] == "beta_cdf":  # a, b, x
            arguments = [arguments[2], *arguments[:2]]
        function = getattr(special, NAMES.get(row["function"], row["function"]))
        value = function(*arguments)
        assert value == pytest.approx(float(row["value"]), rel=2e-13, abs=1e-320), row


KINDS = {
    "tally": cx.Tally,
    "tallies": cx.Tallies,
    "waits": cx.Waits,
    "joint": cx.Joint,
    "ledger": cx.Ledger,
    "monitor": cx.Monitor,
    "mystery": cx.Visits,
    "strata": cx.Strata,
    "moments": cx.Moments,
    "crosstab": cx.Crosstab,
    "recent": cx.Recent,
}


@pytest.mark.parametrize("row", read_vectors("golden_states"), ids=lambda row: row["id"])
def test_states_of_every_version_are_read_for_ever(row):
    data = bytes.fromhex(row["hex"])
    kind = cx.WaitsBy if row["id"].startswith("waits-by") else KINDS[row["kind"]]
    assert bytes(kind.from_bytes(data)) == data
