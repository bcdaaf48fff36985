"""Those who did not answer."""

import math

import pytest

import cxkit as cx
from conftest import read_vectors


def test_the_r_indicator_is_the_published_one():
    assert cx.r_indicator([0.2, 0.4, 0.3, 0.5]).value == pytest.approx(0.7418011102528389)
    assert cx.r_indicator([0.3] * 4).value == 1
    with pytest.raises(cx.DomainError, match="row 1"):
        cx.r_indicator([0.5, 1.0])


def test_the_chance_to_answer_is_that_of_statsmodels():
    numpy = pytest.importorskip("numpy")
    api = pytest.importorskip("statsmodels.api")
    rng = numpy.random.default_rng(3)
    age, shop = rng.normal(40, 10, 500), rng.integers(0, 3, 500)
    chance = 1 / (1 + numpy.exp(-(age - 40) / 10 - shop * 0.5))
    responded = (rng.random(500) < chance).astype(int)
    X = numpy.column_stack([numpy.ones(500), age, shop == 1, shop == 2]).astype(float)
    known = api.Logit(responded, X).fit(disp=0, tol=1e-12, method="newton")
    found = cx.propensity({"age": age, "shop": ["abc"[i] for i in shop]}, responded)
    assert found.coefficients["name"] == ["intercept", "age", "shop: b", "shop: c"]
    assert found.coefficients["coefficient"] == pytest.approx(list(known.params), rel=1e-7)
    assert found.coefficients["se"] == pytest.approx(list(known.bse), rel=1e-6)
    assert found.loglik == pytest.approx(known.llf)
    assert list(found.probabilities) == pytest.approx(list(known.predict(X)), rel=1e-7)
    assert cx.r_indicator(found).adjusted > cx.r_indicator(found).value


def test_separation_is_told_and_columns_that_say_the_same_are_dropped():
    found = cx.propensity({"x": [1, 2, 3, 4]}, [0, 0, 1, 1])
    assert found.separated and found.coefficients["se"] == [None, None]
    shop = ["a", "a", "b", "b", "c", "c"]
    quasi = cx.propensity({"shop": shop}, [1, 1, 0, 1, 0, 1])
    assert quasi.separated and quasi.coefficients["separates"] != [0, 0, 0]
    twice = cx.propensity({"x": [1, 2, 3, 4], "y": [2, 4, 6, 8]}, [0, 1, 0, 1])
    assert not twice.separated and twice.coefficients["se"][2] is None
    assert not cx.propensity({"x": [1, 2, 3, 4]}, [0, 0, 1, 1], ridge=1).separated
    with pytest.raises(cx.ConstantError):
        cx.propensity({"x": [1, 2]}, [1, 1])


def test_the_doubly_robust_mean_counts_everybody():
    found = cx.aipw_mean([8, None, 6, 3], [7, 5, 6, 4], [0.5, 0.4, 0.5, 0.5])
    assert (found.value, found.asked, found.n) == (5.5, 4, 3)
    with pytest.raises(cx.DomainError, match="row 1"):
        cx.aipw_mean([8, None], [7, 5], [0.5, 0.0])


def test_bounds_and_the_tipping_point():
    found = cx.bounds([8, None, 6, 10], scale=(0, 10), threshold=7)
    assert (found.low, found.high, found.tipping, found.can_flip) == (6, 8.5, 4, True)
    assert found.ci_low < 6 and math.isclose(found.tipping_gap, -4)
    assert cx.bias_range([8, None, 6, 10], [-20], scale=(0, 10))["silent"] == [0]
    with pytest.raises(cx.OptionError, match="lowest"):
        cx.bounds([1, None], scale=(5, 1))


def test_classes_of_chances_weigh_as_much_as_they_were_asked():
    numpy = pytest.importorskip("numpy")
    rng = numpy.random.default_rng(5)
    chance, weights = rng.uniform(0.1, 0.9, 1000), rng.uniform(1, 3, 1000)
    responded = (rng.random(1000) < chance).astype(int)
    found = cx.adjust_response(chance, responded, weights=weights)
    adjusted, place = numpy.array(found.weights), numpy.array(found.classes)
    fifths = numpy.argsort(numpy.argsort(chance)) // 200
    assert (place == fifths).all()
    for c in range(5):
        inside = fifths == c
        rate = weights[inside & (responded == 1)].sum() / weights[inside].sum()
        assert found.table["rate"][c] == pytest.approx(rate, rel=1e-12)
        assert adjusted[inside].sum() == pytest.approx(weights[inside].sum(), rel=1e-12)
    assert (adjusted[responded == 0] == 0).all()
    kish = cx.kish(adjusted[responded == 1])
    assert (found.deff, found.n_eff) == pytest.approx((kish.deff, kish.n_eff), rel=1e-12)
    fitted = cx.propensity({"x": chance}, responded)
    assert cx.adjust_response(fitted, responded).table["n"] == [200] * 5


def test_small_cells_join_those_that_share_the_leading_columns():
    table = {"region": ["n", "n", "n", "s", "s", "s"], "shop": ["a", "a", "b", "a", "b", "b"]}
    found = cx.adjust_response(table, [1, 0, 1, 0, 1, 0], least=1)
    assert found.table["categories"] == ["n, a", "n, b", "s, a | s, b"]
    assert list(found.weights) == [2, 0, 1, 0, 3, 0]
    few = cx.adjust_response(table, [1, 0, 1, 0, 1, 0])
    assert few.table["joined"] == [4] and few.table["flags"] != [0]
    with pytest.raises(cx.EmptyError, match="nobody"):
        cx.adjust_response(table, [0] * 6)
    with pytest.raises(cx.OptionError, match="least"):
        cx.adjust_response(table, [1] * 6, least=0)


Y = [8, None, 6, 9, None, 3, 10, None]
PREDICTED = [7, 5, 6.5, 8, 4, 4, 9, 6]
CHANCES = [0.8, 0.3, 0.6, 0.7, 0.2, 0.5, 0.9, 0.4]
WEIGHTS = [1, 2, 1, 1, 3, 2, 1, 1]


def test_figures_agree_with_the_vectors():
    came = [0 if y is None else 1 for y in Y]
    adjusted = cx.adjust_response(CHANCES, came, weights=WEIGHTS, classes=2, least=1).weights
    found = {
        "alike": cx.r_indicator([0.3] * 4),
        "representative": cx.r_indicator(
            [0.2, 0.4, 0.3, 0.5], variances=[0.001, 0.002, 0.001, 0.002]
        ),
        "aipw": cx.aipw_mean(Y, PREDICTED, CHANCES),
        "aipw weighted": cx.aipw_mean(Y, PREDICTED, CHANCES, weights=WEIGHTS),
        "aipw normalised": cx.aipw_mean(Y, PREDICTED, CHANCES, weights=WEIGHTS, normalise=True),
        "bounds": cx.bounds(Y, scale=(0, 10), threshold=5),
    }
    for row in read_vectors("nonrespondents"):
        name, known = row["figure"], float(row["value"])
        if row["id"] == "classes":
            value = adjusted[int(name.removeprefix("weight "))]
        else:
            value = getattr(found[row["id"]], name)
        assert value == pytest.approx(known, rel=float(row["tolerance"]) or 1e-15), row
