import csv
import math
import os

import pytest

import cxkit as cx
from conftest import read_vectors

KNOWN = {row["id"]: row for row in read_vectors("lag")}
DATA = read_vectors("lag_data")
CELLS = read_vectors("linkage_data")
X, Y, Z = ([float(row[name]) for row in DATA] for name in "xyz")
STAFF, GUESTS = ([float(row[name]) for row in CELLS] for name in "xy")
KEYS = {name: [int(row[name]) for row in CELLS] for name in ("unit", "period")}


def expect(known, found):
    row = KNOWN[known]
    value, tolerance = float(row["value"]), float(row["tolerance"])
    scale = 1 if row["source"].startswith("absolute") else abs(value)
    assert abs(found - value) <= tolerance * scale, (known, found, value)


def shared(path, *names):
    if "CX_SHARED" not in os.environ:
        pytest.skip("no data folder is given (CX_SHARED)")
    with open(os.path.join(os.environ["CX_SHARED"], path)) as file:
        rows = list(csv.DictReader(file))
    return [[float(row[name]) for row in rows] for name in names]


def test_the_gas_furnace_has_a_delay_of_three():
    x, y = shared("data/gasfurnace/seriesJ.csv", "X", "Y")
    found = cx.cross_correlate(x, y, max_lag=6, filter=[1.97, -1.37, 0.34])
    for lag in (-1, 0, 3, 4, 5, 6):
        expect(f"furnace_r_{lag}", found.correlation[lag])
    assert found.outside == (3, 4, 5, 6)
    assert found.peak_lag == 5 and found.difference == 0
    yule = cx.cross_correlate(x, y, order=3, difference=0)
    for at in (1, 2, 3):
        expect(f"furnace_ar_{at}", yule.filter[at - 1])
    raw = cx.cross_correlate(x, y, prewhiten=False)
    assert all(abs(raw.correlation[lag]) > 0.3 for lag in range(-2, 13))
    assert raw.outside == () and "descriptive" in repr(raw)
    automatic = cx.cross_correlate(x, y, max_lag=8)
    assert automatic.difference == 1 and automatic.outside[0] == 3 and automatic.peak_lag == 5


def test_macrodata_has_the_published_newey_west_errors():
    gdp, investment, rate = shared("data/macrodata/macrodata.csv", "realgdp", "realinv", "realint")

    def growth(level):
        return [400 * math.log(b / a) for a, b in zip(level, level[1:])]

    def fit(**options):
        return cx.distributed_lag(
            growth(gdp), growth(investment), max_lag=0, covariates={"r": rate[:-1]}, **options
        ).table

    expect("macro_coefficient", fit()["coefficient"][0])
    expect("macro_newey_small", fit(hac_lags=4)["se"][0])
    expect("macro_newey_plain", fit(hac_lags=4, small_sample=False)["se"][0])
    expect("macro_hc1", fit(cov="hc1")["se"][0])


def test_cross_correlations_agree_with_those_by_hand():
    found = cx.cross_correlate(X, Y, max_lag=4, order=2, difference=0)
    for lag in (-2, 0, 1, 2):
        expect(f"ccf_{lag}", found.correlation[lag])
    assert found.n == 78 and found.order == 2


def test_shapes_agree_with_their_vectors():
    def fit(**options):
        return cx.distributed_lag(X, Y, max_lag=4, covariates={"z": Z}, **options)

    free = fit(hac_lags=3)
    for lag in range(5):
        expect(f"free_b_{lag}", free.coefficients[lag])
        expect(f"free_se_{lag}", free.table["se"][lag])
    expect("free_long_run", free.long_run.value)
    expect("free_long_run_se", free.long_run.se)
    expect("free_share_1_low", free.table["share_ci_low"][1])
    expect("free_mean_lag", free.mean_lag.value)
    assert free.lag_50[0] == 1 and free.flags == () and free.n == 76
    almon = fit(shape="almon", far_zero=True, cov="classical")
    expect("almon_b_0", almon.coefficients[0])
    expect("almon_restriction_p", almon.table.figures["restriction_p"])
    koyck = fit(shape="koyck", cov="classical")
    expect("koyck_theta", koyck.table.figures["theta"])
    expect("koyck_long_run_se", koyck.long_run.se)
    smoothed = fit(shape="smoothed", penalty=7)
    expect("smooth_b_1", smoothed.coefficients[1])
    expect("smooth_gcv", fit(shape="smoothed").table.figures["penalty"])
    own = cx.distributed_lag(X, Y, max_lag=1, own_lags=1, horizon=5, cov="classical")
    expect("own_long_run_se", own.long_run.se)
    expect("own_effect_3", own.coefficients[3])
    assert own.fieller[1] - own.long_run.value > own.long_run.value - own.fieller[0]
    assert "long" not in repr(own) and "lags" in repr(own)


def test_granger_agrees_with_the_usual_tests():
    for lags in (1, 2, 4):
        found = cx.granger(X, Y, lags=lags)
        expect(f"granger_{lags}_f", found.table["statistic"][0])
        expect(f"granger_{lags}_reverse_f", found.table["statistic"][1])
    assert found.precedes and not found.feedback and "precedes" in repr(found)
    robust = cx.granger(X, Y, lags=[1, 3], covariates={"z": Z}, cov="newey-west", hac_lags=3)
    expect("granger_set_nw_f", robust.table["statistic"][0])
    expect("granger_set_nw_p", robust.p_value)
    assert cx.granger(X, Y, max_lag=8).table["lags"][0] <= 4


@pytest.mark.parametrize(
    "call, error",
    [
        (lambda: cx.granger([1, 2, 3], [3, 1, 2]), cx.FewError),
        (lambda: cx.granger([1.0, None, 2.0] * 9, [1, 2, 4] * 9), cx.DomainError),
        (lambda: cx.granger([1] * 30, range(30)), cx.ConstantError),
        (lambda: cx.granger(X, Y, lags="many"), cx.OptionError),
        (lambda: cx.granger(X, Y, period=range(80)), cx.OptionError),
        (lambda: cx.granger(X, Y, unit=[1] * 80, lags=[1, 2]), cx.OptionError),
        (lambda: cx.granger(X, Y, lags=[1, 0]), cx.DomainError),
        (lambda: cx.cross_correlate([1] * 30, range(30)), cx.ConstantError),
        (lambda: cx.cross_correlate(X, Y, max_lag=0), cx.OptionError),
        (lambda: cx.distributed_lag(X, Y, shape="round"), cx.OptionError),
        (lambda: cx.distributed_lag(X, Y, cov="cluster"), cx.OptionError),
        (lambda: cx.distributed_lag(X, Y, covariates={"a": X}), cx.SingularError),
        (lambda: cx.linkage({"a": X, "b": Y}, ["brand", "sales"]), cx.DomainError),
        (lambda: cx.linkage({"a": X, "b": Y}, {"c": "brand"}), cx.NameNotFoundError),
        (lambda: cx.linkage([X, Y], ["brand", "result"]), cx.OptionError),
        (lambda: cx.aggregate_link(STAFF, KEYS, GUESTS, KEYS["unit"]), cx.MismatchError),
        (lambda: cx.aggregate([None, None], [1, 2]), cx.EmptyError),
    ],
)
def test_errors_name_what_is_wrong(call, error):
    with pytest.raises(error):
        call()


def test_aggregates_agree_with_analysis_of_variance():
    found = cx.aggregate(STAFF, KEYS, scale_steps=11)
    expect("icc1_x", found.icc1[0])
    expect("icc2_x", found.icc2[0])
    expect("shrunk_0", found.table["shrunk"][0])
    assert found.cells == len(found) == 80 and found.missing == 0
    assert next(iter(found))["unit"] == 0


def test_staff_and_guests_agree_with_sums_by_unit():
    found = cx.aggregate_link(STAFF, KEYS, GUESTS, KEYS, max_lag=1)
    for lag in (0, 1):
        for name, column in (
            ("r", "correlation"),
            ("se", "se"),
            ("true", "disattenuated"),
            ("true_se", "disattenuated_se"),
            ("within", "within"),
            ("between", "between"),
        ):
            expect(f"link_{lag}_{name}", found.table[column][lag])
    assert found.ecological and found.flags == ("ecological",) and len(found) == 3
    assert found.person is None
    expect("person", cx.aggregate_link(STAFF, KEYS, GUESTS).person)


def cells():
    staff, guests = cx.aggregate(STAFF, KEYS).table, cx.aggregate(GUESTS, KEYS).table
    return staff["mean"], guests["mean"], staff["unit"], staff["period"]


def test_four_areas_agree_with_regression_within_units():
    x, y, unit, period = cells()
    found = cx.linkage(
        {"staff": x, "spare": x, "sales": y},
        {"staff": "experience", "sales": "result"},
        unit=unit,
        period=period,
        max_lag=1,
        cov="cluster",
    )
    expect("partial_r", found.table["correlation"][1])
    expect("partial_cluster_t", found.table["statistic"][1])
    assert found.flags == ("nickell",) and found.tests == len(found) == 3
    adjusted = cx.adjust_p(
        found.table["p_value"],
        method="hierarchical",
        by={"areas": [0, 0, 1], "metrics": [0, 0, 1], "lag": [0, 1, 1]},
    )
    for at in range(3):
        path = max(adjusted["adjusted"][at], adjusted["gate"][at] or 0)
        assert math.isclose(found.table["p_adjusted"][at], path)


def test_periods_may_be_texts_and_rows_in_any_order():
    x, y, unit, period = cells()
    words = [f"2026-{1 + at:02}" for at in period]
    order = sorted(range(len(x)), key=lambda at: (x[at], at))
    plain = cx.distributed_lag(x, y, max_lag=2, unit=unit, period=period)
    mixed = cx.distributed_lag(
        *([column[at] for at in order] for column in (x, y)),
        max_lag=2,
        unit=[f"store {unit[at]}" for at in order],
        period=[words[at] for at in order],
    )
    for a, b in zip(plain.coefficients, mixed.coefficients, strict=True):
        assert math.isclose(a, b, rel_tol=1e-9)
    assert plain.units == 8 and plain.df == 7


def test_the_panel_test_is_the_mean_of_units():
    x, y, unit, period = cells()
    found = cx.granger(x, y, lags=1, unit=unit, period=period)
    expect("hurlin_w", found.table["w"][0])
    expect("hurlin_z_tilde", found.table["z_tilde"][0])
    assert found.reverse_as_strong is None
