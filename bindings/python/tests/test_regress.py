"""Linear regression and the result of every fitted model."""

import csv
import gzip
import json
import math
import pickle

import pytest
from conftest import read_vectors, shared

import cxkit as cx

WAIT = [1, 2, 3, 4, 5, 6, 7, 8]
TOUCH = [2, 1, 4, 3, 6, 5, 8, 7]
SCORE = [1.5, 2.5, 2, 4, 3.5, 6.5, 5, 9]
X = {"wait": WAIT, "touch": TOUCH}


def test_the_words_of_a_fit():
    f = cx.regress(X, SCORE)
    assert f.terms == ("const", "wait", "touch")
    assert f.method == "classical" and f.model == "regress"
    assert f.n == 8 and f.df["wait"] == 5
    low, high = f.ci["wait"]
    assert low < f.params["wait"] < high
    e = f.estimate("wait")
    assert (e.value, e.se, e.ci_low, e.df) == (f.params["wait"], f.se["wait"], low, 5)
    assert f.covariance["wait"][1] == pytest.approx(e.se**2)
    assert f.loglik is not None and f.deviance is None
    json.dumps(f.to_dict())
    assert f == cx.regress({**X, "score": SCORE}, "score")
    assert "wait" in repr(f)
    with pytest.raises(TypeError):
        pickle.dumps(f)


def test_what_is_dropped_keeps_its_row():
    f = cx.regress({**X, "flat": [3] * 8, "sum": [a + b for a, b in zip(WAIT, TOUCH)]}, SCORE)
    assert f.status == {
        "const": "ok", "wait": "ok", "touch": "ok", "flat": "constant", "sum": "collinear",
    }
    assert f.collinear_with["sum"] == ("wait", "touch")
    assert f.params["sum"] is None and f.se["sum"] is None and f.ci["sum"] is None
    with pytest.raises(cx.SingularError, match="wait, touch"):
        f.estimate("sum")
    with pytest.raises(cx.ConstantError):
        f.estimate("flat")
    with pytest.raises(cx.NameNotFoundError):
        f.estimate("nobody")
    assert "collinear with wait, touch" in f.summary()


def test_missing_rows_are_counted_and_infinite_ones_refused():
    f = cx.regress({"wait": [*WAIT, None, 2]}, [*SCORE, 3, math.nan])
    assert f.n == 8 and f.excluded["missing"] == 2
    with pytest.raises(cx.DomainError) as caught:
        cx.regress({"wait": [*WAIT[:7], math.inf]}, SCORE)
    assert caught.value.row == 7 and caught.value.column == "wait"


def test_errors_are_coded():
    with pytest.raises(cx.FewError, match="ridge"):
        cx.regress({"a": [1, 2, 3], "b": [2, 1, 7]}, [1, 2, 4])
    with pytest.raises(cx.ConstantError):
        cx.regress({"a": [1, 2, 3]}, [1, 1, 1])
    with pytest.raises(cx.EmptyError):
        cx.regress({"a": [None, 2]}, [1, None])
    with pytest.raises(cx.NameNotFoundError):
        cx.regress(X, "score")
    with pytest.raises(cx.NameNotFoundError, match="intercept"):
        cx.regress({"const": WAIT}, SCORE)
    with pytest.raises(cx.OptionError, match="one of"):
        cx.regress(X, SCORE, cov="robust")
    with pytest.raises(cx.OptionError, match="survey weights"):
        cx.regress(X, SCORE, weights=[1] * 8, cov="classical")


def test_three_kinds_of_weights():
    w = [1, 2, 1, 3, 1, 1, 2, 1]
    repeated = [row for row, times in zip(zip(WAIT, TOUCH, SCORE), w) for _ in range(times)]
    a, b, y = map(list, zip(*repeated))
    plain = cx.regress({"wait": a, "touch": b}, y)
    counted = cx.regress(X, SCORE, weights=w, weight_kind="frequency")
    assert counted.n == 12
    assert counted.se["wait"] == pytest.approx(plain.se["wait"])
    precise = cx.regress(X, SCORE, weights=w, weight_kind="precision")
    survey = cx.regress(X, SCORE, weights=w)
    assert precise.params == survey.params == pytest.approx(counted.params)
    assert precise.n == survey.n == 8
    assert survey.method == "hc1" and "weighted" in survey.flags
    with pytest.raises(cx.DomainError, match="whole number"):
        cx.regress(X, SCORE, weights=[0.5] * 8, weight_kind="frequency")


# -- reference numbers --------------------------------------------------------------------------


def shared_rows(relative):
    path = shared(f"data/{relative}")
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", newline="") as lines:
        return list(csv.DictReader(lines))


def columns_of(rows):
    return {name: [float(row[name]) for row in rows] for name in rows[0]}


@pytest.fixture(scope="module")
def small():
    return columns_of(read_vectors("regress_data"))


def petersen():
    rows = shared_rows("rdatasets/PetersenCL.csv.gz")
    return {name: [float(row[name]) for row in rows] for name in ("x", "y", "firm", "year")}


def macrodata():
    rows = shared_rows("macrodata/macrodata.csv")
    inv, gdp = ([math.log(float(row[name])) for row in rows] for name in ("realinv", "realgdp"))
    growth = [[400 * (b - a) for a, b in zip(c, c[1:])] for c in (inv, gdp)]
    return {"g": growth[1], "r": [float(row["realint"]) for row in rows[:-1]]}, growth[0]


def fits(case, small):
    """The fit of a case of the vectors."""
    if case.startswith("petersen"):
        d = petersen()
        firm, year = {"firm": d["firm"]}, {"year": d["year"]}
        options = {
            "classical": {}, "hc1": {"cov": "hc1"}, "hc3": {"cov": "hc3"},
            "firm": {"clusters": firm}, "year": {"clusters": year, "cov": "cr1"},
            "two ways": {"clusters": firm | year},
        }[case.partition(" ")[2]]
        return cx.regress({"x": d["x"]}, d["y"], **options)
    if case.startswith("macrodata"):
        x, y = macrodata()
        options = {
            "newey-west": {"cov": "newey-west", "lag": 4},
            "uncorrected": {"cov": "newey-west", "lag": 4, "small_sample": False},
            "hc1": {"cov": "hc1"},
        }[case.partition(" ")[2]]
        return cx.regress(x, y, **options)
    x, g, t = {"x": small["x"], "z": small["z"]}, {"g": small["g"]}, {"t": small["t"]}
    options = {
        "cr2": {"clusters": g},
        "cr1": {"clusters": g, "cov": "cr1"},
        "one fixed cr2": {"clusters": g, "fixed": g},
        "two fixed cr2": {"clusters": g, "fixed": g | t},
        "plug-in newey-west": {"cov": "newey-west", "lag": "plug-in"},
        "two ways": {"clusters": g | t},
        "wild": {"clusters": g, "cov": "wild"},
    }.get(case)
    if options is None:
        words = case.split()
        options = {"cov": words[-1], "weights": small["w"] if len(words) > 1 else None}
    return cx.regress(x, small["y"], **options)


CASES = read_vectors("regress")


@pytest.mark.parametrize("case", sorted({row["case"] for row in CASES}))
def test_the_reference_numbers(case, small):
    f = fits(case, small)
    columns = {"se": f.se, "df": f.df, "p_value": f.p_value, "coefficient": f.params}
    for row in CASES:
        if row["case"] != case:
            continue
        found = f.figures["lag"] if row["figure"] == "lag" else columns[row["figure"]][row["term"]]
        assert found == pytest.approx(float(row["value"]), rel=float(row["tolerance"])), row


# -- clusters, fixed effects, time --------------------------------------------------------------


def test_the_errors_follow_the_clusters(small):
    x, y = {"x": small["x"], "z": small["z"]}, small["y"]
    rows = range(len(y))
    for groups, method in ((2, "wild"), (4, "wild"), (5, "cr2"), (49, "cr2"), (50, "cr1")):
        f = cx.regress(x, y, clusters=[row % groups for row in rows])
        assert f.method == method and f.figures["clusters"] == groups
        assert ("few-clusters" in f.flags) == (groups < 5)
    with pytest.raises(cx.FewError, match="one cluster"):
        cx.regress(x, y, clusters=[1] * len(y))
    gone = cx.regress(x, y, clusters=[None, *[row % 30 for row in rows][1:]])
    assert gone.excluded["no_id"] == 1
    words = cx.regress(x, y, clusters=[f"shop {int(g)}" for g in small["g"]], influence=True)
    numbers = cx.regress(x, y, clusters=small["g"])
    assert words.se == numbers.se
    found = words.influence("z")
    assert found["id"][0] == "shop 0"
    assert math.hypot(*found["influence"]) == pytest.approx(words.se["z"])


def test_the_bootstrap_is_one_and_the_same(small):
    x, y = {"x": small["x"]}, small["y"]
    clusters = [row % 20 for row in range(len(y))]
    one = cx.regress(x, y, clusters=clusters, cov="wild", draws=999)
    assert one == cx.regress(x, y, clusters=clusters, cov="wild", draws=999)
    assert one != cx.regress(x, y, clusters=clusters, cov="wild", draws=999, seed=2)
    low, high = one.ci["x"]
    assert low < one.params["x"] < high
    assert one.estimate("x").method == "bootstrap"
    two = cx.regress(x, y, clusters=[row % 2 for row in range(len(y))])
    assert two.figures["draws"] == 36 and two.ci["x"] == (-math.inf, math.inf)


def test_fixed_effects_are_those_of_indicators(small):
    x, y = {"x": small["x"], "z": small["z"]}, small["y"]
    f = cx.regress(x, y, fixed={"g": small["g"], "t": small["t"]})
    dummies = dict(x)
    for key in ("g", "t"):
        for level in sorted(set(small[key]))[1:]:
            dummies[f"{key}{level}"] = [float(v == level) for v in small[key]]
    plain = cx.regress(dummies, y)
    for term in ("x", "z"):
        assert f.params[term] == pytest.approx(plain.params[term], rel=1e-12)
        assert f.se[term] == pytest.approx(plain.se[term], rel=1e-12)
        assert f.df[term] == plain.df[term]
    assert f.r2 == pytest.approx(plain.r2, rel=1e-12)
    assert f.terms == ("x", "z")
    assert f.figures["absorbed"] == 17 and f.figures["components"] == 1


def test_what_the_fixed_effects_determine_is_absorbed(small):
    shop = [3 * g + 1 for g in small["g"]]
    both = [a + b for a, b in zip(small["g"], small["t"])]
    f = cx.regress(
        {"x": small["x"], "shop": shop, "both": both, "flat": [2] * 120},
        small["y"],
        fixed={"g": small["g"], "t": small["t"]},
    )
    assert f.status == {"x": "ok", "shop": "absorbed", "both": "absorbed", "flat": "constant"}
    with pytest.raises(cx.SingularError, match="fixed effects"):
        f.estimate("shop")
    with pytest.raises(cx.ConstantError, match="fixed effects determine"):
        cx.regress({"x": small["x"]}, shop, fixed=small["g"])
    with pytest.raises(cx.OptionError, match="leverages"):
        cx.regress({"x": small["x"]}, small["y"], fixed={"g": small["g"], "t": small["t"]}, cov="hc3")


def test_components_and_singletons_are_reported():
    unit = [0, 0, 1, 1, 2, 2, 3, 3, 4]
    period = [0, 1, 0, 1, 5, 6, 5, 6, 5]
    x, y = [1, 4, 2, 3, 5, 1, 2, 6, 3], [2, 5, 3, 5, 4, 1, 3, 5, 7]
    f = cx.regress({"x": x}, y, fixed={"unit": unit, "period": period})
    assert f.figures["components"] == 2 and f.figures["singletons"] == 1
    assert f.figures["absorbed"] == 5 + 4 - 2 and f.df["x"] == 9 - 7 - 1


def test_time_orders_the_rows(small):
    x, y = small["x"], small["y"]
    order = sorted(range(120), key=lambda row: (row * 37) % 120)
    straight = cx.regress({"x": x}, y, cov="newey-west")
    mixed = cx.regress({"x": [x[i] for i in order]}, [y[i] for i in order], time=order)
    assert mixed.method == "newey-west"
    assert mixed.se["x"] == pytest.approx(straight.se["x"], rel=1e-12)
    panel = cx.regress({"x": x}, y, time=small["t"])
    assert panel.method == "driscoll-kraay" and "few-clusters" in panel.flags
    assert panel.df["x"] == 5
    with pytest.raises(cx.OptionError, match="driscoll-kraay"):
        cx.regress({"x": x}, y, time=small["t"], cov="newey-west")
    with pytest.raises(cx.OptionError, match="needs clusters"):
        cx.regress({"x": x}, y, cov="cr1")
    with pytest.raises(cx.OptionError, match="no use of clusters"):
        cx.regress({"x": x}, y, cov="hc1", clusters=small["g"])


def test_moments_give_the_classical_fit(small):
    names = ["x", "z", "y"]
    state = cx.Moments(names).add({name: small[name] for name in names})
    rows = cx.regress({"x": small["x"], "z": small["z"]}, small["y"])
    whole = cx.regress(state, "y")
    assert whole.terms == rows.terms and whole.se == pytest.approx(rows.se, rel=1e-13)
    assert cx.regress(state, "y", terms=["z"]).terms == ("const", "z")
    assert cx.regress(small, "y", terms=["z"]).se == pytest.approx(
        cx.regress(state, "y", terms=["z"]).se, rel=1e-13
    )
    with pytest.raises(cx.OptionError, match="rows"):
        cx.regress(state, "y", cov="hc1")
    with pytest.raises(cx.OptionError, match="rows"):
        cx.regress(state, "y", clusters=small["g"])


def test_a_text_among_numbers_is_named_with_its_row_and_what_to_do():
    y = [1.0, 2.0, 4.0, 3.0]
    with pytest.raises(cx.ColumnTypeError) as caught:
        cx.regress({"score": [7, 8, "n/a", 9]}, y)
    assert str(caught.value) == (
        'column score, row 2: "n/a" is text, and the rows before it are numbers; '
        "None says that there is no value"
    )
    assert (caught.value.column, caught.value.row) == ("score", 2)
    with pytest.raises(cx.ColumnTypeError) as caught:
        cx.regress({"score": ["7", "8", "n/a", "9"]}, y)
    assert str(caught.value) == (
        'column score, row 2: the column holds text, and numbers are needed; this is "n/a": '
        "give a number, or leave it missing"
    )
    assert (caught.value.column, caught.value.row) == ("score", 2)
    with pytest.raises(cx.ColumnTypeError, match="column score holds text.*: convert it first"):
        cx.regress({"score": ["7", "8", "8.5", "9"]}, y)
    with pytest.raises(cx.NameNotFoundError, match="no term nps: the first of its 2 terms is const"):
        cx.regress({"score": [7, 8, 8.5, 9]}, y).estimate("nps")
