"""Linear regression and the result of every fitted model."""

import json
import math
import pickle

import pytest

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
