import csv
import gzip
import math
import os
import statistics

import pytest

import cxkit as cx

X = {
    "score": [2, 9, 7, 10, 4, 5, 8, 9, 1, 6, 3, 10, 7, 5, 8, 2, 9, 6, 4, 10, 3, 7, 8, 5],
    "new": [0, 1, 0, 1, 0, 1, 1, 0, 0, 1, 0, 1, 1, 0, 0, 1, 0, 1, 0, 1, 1, 0, 1, 0],
}
Y = [1, 0, 0, 0, 1, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 1, 1, 0, 1, 1, 0, 0]
TEAM = [i // 3 for i in range(24)]


def published(name):
    with open(os.path.join(os.environ["CX_VECTORS"], "models.csv")) as file:
        return [row for row in csv.DictReader(file) if row["set"] == name]


def quantity(fit, text):
    words = {"se": fit.se, "p": fit.p_value}
    first, _, term = text.partition(" ")
    if first in ("low", "high"):
        return fit.ci[term][first == "high"]
    if term and first in words:
        return words[first][term]
    return fit.figures[text] if text in fit.figures else fit.params[text]


def matches(fit, name):
    rows = published(name)
    assert rows
    for row in rows:
        expected, tolerance = float(row["value"]), float(row["tolerance"])
        assert quantity(fit, row["quantity"]) == pytest.approx(expected, rel=tolerance)


def shared(path):
    root = os.environ.get("CX_SHARED")
    if root is None or not os.path.exists(os.path.join(root, path)):
        pytest.skip("CX_SHARED is not given")
    reading = gzip.open if path.endswith(".gz") else open
    with reading(os.path.join(root, path), "rt") as file:
        rows = list(csv.DictReader(file))
    return {name: [row[name] for row in rows] for name in rows[0]}


def test_models_match_independent_fits():
    matches(cx.logit(X, Y), "small logit")
    matches(cx.logit(X, Y, clusters=TEAM), "small logit clusters")
    matches(cx.logit(X, Y, firth=True), "small firth")
    matches(cx.hazard(X, Y), "small hazard")
    assert cx.logit({**X, "left": Y}, "left") == cx.logit(X, Y)


def test_poisson_of_the_sicilian_smoking_ban():
    data = shared("data/sicily/sicily.csv")
    time = [float(value) for value in data["time"]]
    x = {"smokban": [float(value) for value in data["smokban"]], "time": time}
    y = [float(value) for value in data["aces"]]
    exposure = [float(value) for value in data["stdpop"]]
    fit = cx.poisson(x, y, exposure=exposure)
    matches(fit, "sicily")
    assert math.exp(fit.params["smokban"]) == pytest.approx(0.894376508, abs=1e-9)
    for k in (1, 2):
        x[f"s{k}"] = [math.sin(2 * math.pi * k * t / 12) for t in time]
        x[f"c{k}"] = [math.cos(2 * math.pi * k * t / 12) for t in time]
    matches(cx.poisson(x, y, exposure=exposure, quasi=True), "sicily seasonal")


def nhefs_terms(data):
    """The confounders of What If, chapter 12."""
    x = {name: data[name] for name in ("sex", "race")}
    for name in ("age", "smokeintensity", "smokeyrs", "wt71"):
        x[name] = data[name]
        x[name + "2"] = [value**2 for value in data[name]]
    for name in ("education", "exercise", "active"):
        for level in sorted(set(data[name]))[1:]:
            x[f"{name} {level}"] = [float(value == level) for value in data[name]]
    return x


def predictor(fit, x):
    terms = [x[name] for name in fit.terms[1:]]
    weights = [fit.params[name] for name in fit.terms[1:]]
    return [
        fit.params["const"] + sum(b * v for b, v in zip(weights, row)) for row in zip(*terms)
    ]


def test_quitting_smoking_by_weights_standardisation_and_both():
    raw = shared("data/rdatasets/nhefs_complete.csv.gz")
    used = {"qsmk", "wt82_71", "sex", "race", "age", "smokeintensity", "smokeyrs", "wt71"}
    used |= {"education", "exercise", "active"}
    data = {name: [float(value) for value in raw[name]] for name in used}
    quit, gain, x = data["qsmk"], data["wt82_71"], nhefs_terms(data)
    p = [1 / (1 + math.exp(-eta)) for eta in predictor(cx.logit(x, quit), x)]
    weights = [1 / (q if a else 1 - q) for a, q in zip(quit, p)]
    weighted = cx.regress({"quit": quit}, gain, weights=weights, cov="hc0")
    full = {**x, "quit": quit}
    full["both"] = [a * s for a, s in zip(quit, x["smokeintensity"])]
    outcome, n = cx.regress(full, gain), len(gain)
    one = predictor(outcome, {**x, "quit": [1.0] * n, "both": x["smokeintensity"]})
    none = predictor(outcome, {**x, "quit": [0.0] * n, "both": [0.0] * n})
    psi = [
        m1 - m0 + (g - m1) / q * a - (g - m0) / (1 - q) * (1 - a)
        for m1, m0, g, a, q in zip(one, none, gain, quit, p)
    ]
    found = {
        "unadjusted": cx.regress({"quit": quit}, gain).params["quit"],
        "weighted": weighted.params["quit"],
        "se weighted": weighted.se["quit"],
        "standardised": statistics.fmean(m1 - m0 for m1, m0 in zip(one, none)),
        "doubly robust": statistics.fmean(psi),
        "se doubly robust": statistics.stdev(psi) / math.sqrt(n),
    }
    for row in published("nhefs"):
        expected = pytest.approx(float(row["value"]), rel=float(row["tolerance"]))
        assert found[row["quantity"]] == expected, row["quantity"]


def test_ordinal_of_the_graduate_school_answers():
    data = shared("data/ologit/ologit_ucla.csv")
    words = ["unlikely", "somewhat likely", "very likely"]
    y = [words.index(answer) for answer in data["apply"]]
    x = {name: [float(v) for v in data[name]] for name in ("pared", "public", "gpa")}
    matches(cx.ordinal(x, y), "ucla")
    matches(cx.ordinal(x, y, probit=True), "ucla probit")


def test_separated_groups_have_no_coefficient_but_exact_rates():
    satisfaction = [1] * 9 + [3] * 20 + [5] * 11
    left = [1] * 9 + [1, 0, 0, 0, 0] * 4 + [0] * 11
    x = {f"sat {k}": [int(value == k) for value in satisfaction] for k in (1, 5)}
    fit = cx.logit(x, left)
    assert fit.status == {"const": "ok", "sat 1": "separated", "sat 5": "separated"}
    assert fit.params["sat 1"] is None
    assert fit.params["const"] == pytest.approx(math.log(4 / 16), rel=1e-10)
    assert "not-identified" in fit.flags
    with pytest.raises(cx.UnidentifiedError):
        fit.estimate("sat 1")
    groups = cx.separation({"satisfaction": satisfaction}, left)
    assert groups["side"] == ["all", "mixed", "none"]
    assert groups["ci_high"][2] == pytest.approx(1 - 0.025 ** (1 / 11), rel=1e-9)
    firth = cx.logit(x, left, firth=True)
    assert firth.params["sat 1"] == pytest.approx(
        math.log(9.5 / 0.5) - math.log(4.5 / 16.5), rel=1e-6
    )
    assert firth.ci["sat 1"][0] > 0


def test_retention_from_customers():
    exit = [1, 3, 4, 4, 2, 4, 3, 4, 1, 4, 4, 2]
    event = [1, 1, 0, 0, 1, 0, 1, 0, 1, 0, 1, 1]
    score = [3, 5, 9, 8, 4, 7, 2, 9, 1, 10, 6, 8]
    rows = cx.person_periods(exit, event)
    assert rows.figures["customers"] == 12
    x = {"score": [score[int(row)] for row in rows["row"]]}
    fit = cx.hazard(x, rows["event"], period=rows["period"], clusters=rows["row"])
    assert fit.params["score"] < 0
    gain = cx.margin(fit, {"score": score}, "score", horizon=4)
    assert 0 < gain.value < 1
    assert gain.method == "delta"
    with pytest.raises(cx.NameNotFoundError, match="period 5"):
        cx.margin(fit, {"score": score}, "score")


def test_influences_join_to_the_reported_variance():
    fit = cx.logit(X, Y, clusters=TEAM, influence=True)
    psi = fit.influence("score")["influence"]
    assert math.sqrt(sum(value**2 for value in psi)) == pytest.approx(fit.se["score"], rel=1e-10)
    with pytest.raises(cx.OptionError):
        cx.logit(X, Y).influence("score")


def test_bad_input_is_named():
    with pytest.raises(cx.DomainError) as caught:
        cx.logit(X, [2, *Y[1:]])
    assert caught.value.row == 0
    with pytest.raises(cx.ConvergenceError) as unconverged:
        cx.logit(X, Y, max_iterations=2)
    assert unconverged.value.value > 1e-9
    assert "partial" in cx.logit(X, Y, max_iterations=2, allow_unconverged=True).flags
    with pytest.raises(cx.FewError):
        cx.logit({"score": [1, 2]}, [0, 1])
    with pytest.raises(cx.ConstantError):
        cx.ordinal({"score": [1, 2, 3]}, [4, 4, 4])
    with pytest.raises(cx.OptionError):
        cx.logit(X, Y, cov="hc3")
    with pytest.raises(cx.MismatchError):
        cx.margin(cx.ordinal(X, Y), X, "score")
