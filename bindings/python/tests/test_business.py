"""Comparison, plan, moments, correlation and drivers."""

import math

import pytest

import cxkit as cx

# -- decompose and heterogeneity -------------------------------------------------------------------


def test_mix_and_within_add_up():
    before = cx.tally_by([10, 9, 3, 2, 8], by=["x", "x", "y", "y", "y"])
    after = cx.tally_by([10, 9, 9, 2, 7, 10], by=["x", "x", "x", "y", "y", "z"])
    found = cx.decompose(before, after)
    assert found.mix.value + found.within.value == pytest.approx(found.change.value)
    assert found.after - found.before == pytest.approx(found.change.value)
    assert found.table["key"] == ["x", "y", "z"]
    assert found.table["side"] == ["both", "both", "after"]
    assert found.table["mean_before"][2] is None
    assert found.change.ci_low < found.change.value < found.change.ci_high
    assert "mix" in repr(found)
    assert found.to_dict()["mix"]["value"] == found.mix.value


def test_decompose_takes_columns_with_a_pair_of_keys():
    columns = cx.decompose([10, 3], [9, 9, 3], by=(["x", "y"], ["x", "x", "y"]))
    tallies = cx.decompose(
        cx.tally_by([10, 3], by=["x", "y"]), cx.tally_by([9, 9, 3], by=["x", "x", "y"])
    )
    assert columns == tallies
    with pytest.raises(cx.OptionError, match="pair"):
        cx.decompose([1], [2], by=["x"])
    with pytest.raises(cx.OptionError, match="by"):
        cx.decompose([1], [2])
    with pytest.raises(cx.MismatchError):
        cx.decompose(cx.tally_by([1], by=["a"]), cx.tally_by([1], by={"other": [1]}))


def test_heterogeneity_tells_groups_apart():
    keys = ["x"] * 20 + ["y"] * 20
    apart = cx.heterogeneity([10] * 15 + [5] * 5 + [3] * 15 + [9] * 5, by=keys)
    alike = cx.heterogeneity(([10] * 12 + [5] * 8) * 2, by=keys)
    assert apart.p_value < 0.001 < 0.5 < alike.p_value
    assert (apart.groups, apart.df) == (2, 1)
    assert alike.sd_between == 0
    with pytest.raises(cx.FewError):
        cx.heterogeneity([1, 10, 8], by=["a", "a", "b"])
    assert apart.to_dict()["groups"] == 2


# -- plan ------------------------------------------------------------------------------------------


def test_plan_is_certified():
    found = cx.plan([4, 1, 9], 60)
    assert sum(found.n) == 60
    assert all(isinstance(value, int) for value in found.n)
    assert found.certificate.holds and found.gap == 0
    assert found.objective == pytest.approx(sum(a / n for a, n in zip([4, 1, 9], found.n)))
    assert found.table["reason"]
    assert found.to_dict()["n"] == list(found.n)
    assert "3 points" in repr(found)


def test_plan_bounds_stand_for_all_points_or_each():
    assert cx.plan([4, 1], 10, lower=3) == cx.plan([4, 1], 10, lower=[3, 3])
    assert cx.plan([4, 1], 10, upper=6).n == (6, 4)
    assert cx.plan([4, 1], 10, known=[100, 0]).n[1] > 5
    assert cx.plan([4, 1], 20, cost=2).budget_used == 20
    assert not isinstance(cx.plan([4, 1], 10, integer=False).n[0], int)


def test_plan_says_why_it_cannot_be_met():
    with pytest.raises(cx.InfeasibleError):
        cx.plan([1, 1], 3, lower=2)
    with pytest.raises(cx.UninformedError):
        cx.plan([1, 1], 1)
    assert sum(cx.plan([1, 1], 3, lower=2, soft=True).n) == 3
    with pytest.raises(cx.DomainError) as caught:
        cx.plan([1, -1], 5)
    assert (caught.value.row, caught.value.column) == (1, "a")
    with pytest.raises(cx.LengthError):
        cx.plan([1, 1], 5, lower=[1])
    with pytest.raises(cx.EmptyError):
        cx.plan([], 5)
    with pytest.raises(cx.OptionError, match="budget"):
        cx.plan([1], "much")
    with pytest.raises(cx.NullError):
        cx.plan(None, 5)


# -- moments ---------------------------------------------------------------------------------------


def test_moments_of_a_small_table():
    m = cx.Moments(["x", "y"]).add({"x": [1, 2, 3, 4], "y": [2, 4, 6, 9]})
    assert (m.n, m.names, m.n_eff, m.sum_w, m.weighted) == (4, ("x", "y"), 4, 4, False)
    assert m.mean("x") == 2.5
    assert m.variance("x") == pytest.approx(5 / 3)
    assert m.covariance("x", "y") == pytest.approx(23 / 6)
    assert m.correlation("x", "x") == 1
    assert repr(m) == "Moments of 4 rows: x, y"
    with pytest.raises(cx.NameNotFoundError, match="x, y"):
        m.mean("z")


def test_moments_of_nothing_are_none():
    m = cx.Moments(["x"])
    assert m.mean("x") is None and m.variance("x") is None and m.correlation("x", "x") is None


def test_moments_merge_and_subtract():
    old = cx.Moments(["x"]).add({"x": [1.0, 5.0]})
    new = cx.Moments(["x"]).add({"x": [2.0, 9.0, None]})
    both = old + new
    assert (both.n, both.excluded["missing"], both.missing) == (4, 1, {"x": 1})
    assert both.subtract(old).mean("x") == new.mean("x")
    with pytest.raises(cx.DomainError):
        old.subtract(cx.Moments(["x"]).add({"x": [1, 2, 3, 4, 5]}))
    with pytest.raises(cx.MismatchError):
        old.merge(cx.Moments(["y"]))


def test_moments_refuse_bad_names_and_tables():
    for names in ([], ["a", "a"], [""], [None]):
        with pytest.raises(cx.Error):
            cx.Moments(names)
    with pytest.raises(cx.OptionError, match="list"):
        cx.Moments("abc")
    with pytest.raises(cx.NameNotFoundError):
        cx.Moments(["a"]).add({"b": [1]})
    with pytest.raises(cx.LengthError):
        cx.Moments(["a", "b"]).add({"a": [1], "b": [1, 2]})
    with pytest.raises(cx.DomainError) as caught:
        cx.Moments(["a"]).add({"a": [1, math.inf]})
    assert (caught.value.row, caught.value.column) == (1, "a")


# -- correlation and drivers -----------------------------------------------------------------------


def test_correlate_agrees_with_the_moments():
    x, y = [1, 2, 3, 4, 6], [2, 1, 4, 3, 7]
    alone = cx.correlate(x, y)
    state = cx.Moments(["x", "y"]).add({"x": x, "y": y}).correlate("x", "y")
    assert alone.value == pytest.approx(state.value, rel=1e-14)
    assert alone.ci_low == pytest.approx(state.ci_low, rel=1e-13)
    assert alone.unit == "correlation"


def test_correlate_names_what_is_constant():
    with pytest.raises(cx.ConstantError) as caught:
        cx.correlate([1, 1, 1], [1, 2, 3])
    assert caught.value.column == "x"
    with pytest.raises(cx.FewError):
        cx.correlate([1], [2])
    with pytest.raises(cx.OptionError, match="pearson"):
        cx.correlate([1, 2], [2, 3], method="guess")


X = {"speed": [1, 2, 3, 4, 5, 6, 7], "price": [3, 1, 2, 6, 4, 5, 5]}
Y = [1, 2, 4, 4, 6, 5, 8]


def test_importances_add_up_to_r2():
    found = cx.drivers(X, Y)
    assert sum(found.importance.values()) == pytest.approx(found.r2)
    assert sum(found.share.values()) == pytest.approx(1)
    assert found.sign["speed"] == 1
    assert len(found.conditional["speed"]) == 2
    assert (found.n, found.rank) == (7, 2)
    assert repr(found).startswith("R2 = 0.")
    assert found.to_dict()["importance"] == found.importance


def test_every_way_of_naming_the_outcome_is_the_same():
    beside = cx.drivers(X, Y)
    assert cx.drivers({**X, "nps": Y}, "nps").importance == beside.importance
    state = cx.Moments(["speed", "price", "nps"]).add({**X, "nps": Y})
    assert cx.drivers(state, "nps").importance == beside.importance
    assert cx.drivers({**X, "y": X["price"]}, Y, drivers=["speed"]).r2 < beside.r2
    with pytest.raises(cx.OptionError, match="name of the outcome"):
        cx.drivers(state, Y)
    with pytest.raises(cx.OptionError, match="weights"):
        cx.drivers(state, "nps", weights=[1])


def test_drivers_can_be_chosen_and_adjusted_for():
    table = {**X, "segment": [0, 1, 0, 1, 0, 1, 0], "note": ["a"] * 7, "nps": Y}
    found = cx.drivers(table, "nps", drivers=["price", "speed"], adjust=["segment"])
    assert list(found.importance) == ["price", "speed"]
    assert found.r2_adjust > 0
    assert sum(found.importance.values()) == pytest.approx(found.r2 - found.r2_adjust)
    with pytest.raises(cx.ColumnTypeError, match="note"):
        cx.drivers(table, "nps")
    with pytest.raises(cx.NameNotFoundError):
        cx.drivers(table, "nps", drivers=["speed", "absent"])
    with pytest.raises(cx.OptionError, match="list"):
        cx.drivers(X, Y, adjust="speed")


def test_drivers_refuse_what_cannot_be_answered():
    with pytest.raises(cx.ConstantError):
        cx.drivers(X, [1] * 7)
    with pytest.raises(cx.FewError):
        cx.drivers({"a": [1, 2], "b": [2, 1]}, [1, 2])
    with pytest.raises(cx.LimitError):
        rows = {f"x{i}": [((i + 3) * row) % 401 for row in range(400)] for i in range(301)}
        cx.drivers(rows, list(range(400)))


def test_drivers_take_data_frames():
    for package in ("pandas", "polars"):
        module = pytest.importorskip(package)
        assert cx.drivers(module.DataFrame(X), Y).importance == cx.drivers(X, Y).importance
    pa = pytest.importorskip("pyarrow")
    assert cx.drivers(pa.table(X), Y).importance == cx.drivers(X, Y).importance
