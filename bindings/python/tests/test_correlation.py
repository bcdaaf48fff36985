"""Correlations of every kind; the numbers are those of C."""

import csv
import math
import os
import pickle

import pytest
from conftest import number, read_vectors

import cxkit as cx

X = [9, 10, 7, 3, 8, 10, 0, 6, 10, 9, 8, 5, 7, 2]
Y = [4, 5, 4, 2, 3, 5, 1, 3, 4, 5, 3, 3, 4, 1]
METHODS = ["pearson", "spearman", "kendall", "gamma", "somers", "polychoric", "polyserial", "mixed"]


@pytest.mark.parametrize("row", read_vectors("correlate"), ids=lambda row: row["id"])
def test_correlations_agree_with_the_definition(row):
    x, y, weights = ([float(cell) for cell in row[name].split()] for name in ("x", "y", "weights"))
    estimate = cx.correlate(x, y, method=row["method"], weights=weights or None)
    for name in ("value", "se", "p_value", "ci_low", "ci_high"):
        expected = number(row[name])
        if expected is not None:
            assert getattr(estimate, name) == pytest.approx(
                expected, rel=float(row["tolerance"])
            ), name


def housing(case):
    table = [[282, 206, 79], [170, 189, 87], [175, 264, 229]]
    state = cx.Crosstab(x=(0, 2), y=(0, 2)).add_counts(
        [i for i in range(3) for _ in range(3)], [0, 1, 2] * 3, [c for row in table for c in row]
    )
    return state.correlate(method="polychoric", joint=case == "joint")


def partial_example():
    path = os.path.join(os.environ.get("CX_SHARED", ""), "data/pingouin/partial_corr.csv")
    if not os.path.exists(path):
        pytest.skip("CX_SHARED is not given")
    with open(path) as file:
        rows = list(csv.DictReader(file))
    x, y, given = ([float(row[name]) for row in rows] for name in ("x", "y", "cv1"))
    found = cx.correlate(x, y, partial=given)
    assert found.n == 30
    return found


@pytest.mark.parametrize("row", read_vectors("correlate_published"))
def test_published_correlations(row):
    found = partial_example() if row["case"] == "partial" else housing(row["case"])
    assert getattr(found, row["figure"]) == pytest.approx(
        float(row["value"]), abs=float(row["tolerance"])
    )


@pytest.mark.parametrize("method", METHODS)
def test_a_table_gives_the_correlations_of_its_rows(method):
    state = sum(
        (cx.Crosstab(y=(1, 5)).add(X[k : k + 5], Y[k : k + 5]) for k in range(0, 14, 5)),
    )
    rows, table = cx.correlate(X, Y, method=method), state.correlate(method=method)
    assert table.value == pytest.approx(rows.value, rel=1e-13)
    assert table.ci_low == pytest.approx(rows.ci_low, rel=1e-9)
    assert pickle.loads(pickle.dumps(state)) == state
    assert cx.Crosstab.from_bytes(bytes(state)).count(10, 5) == 2
    assert not state.weighted and state.excluded["missing"] == 0


def test_partial_takes_a_table_or_a_column():
    z = [1, 2, 2, 4, 3, 1, 5, 4, 1, 2, 3, 3, 2, 5]
    one = cx.correlate(X, Y, partial=z)
    assert one == cx.correlate(X, Y, partial={"z": z})
    xy, xz, yz = (cx.correlate(a, b).value for a, b in ((X, Y), (X, z), (Y, z)))
    expected = (xy - xz * yz) / math.sqrt((1 - xz**2) * (1 - yz**2))
    assert one.value == pytest.approx(expected, rel=1e-12)
    semi = cx.correlate(X, Y, partial=z, part="x")
    assert abs(semi.value) < abs(one.value) and semi.p_value == pytest.approx(one.p_value)
    with pytest.raises(cx.SingularError, match="column x"):
        cx.correlate(X, Y, partial=X)
    with pytest.raises(cx.OptionError, match="partial"):
        cx.correlate(X, Y, part="x")
    with pytest.raises(cx.OptionError, match="kendall"):
        cx.correlate(X, Y, partial=z, method="kendall")


def test_pairs_that_no_data_can_have_are_brought_to_the_nearest():
    none = [None] * 3
    table = {
        "a": [1, 2, 3, *none, 1, 2, 3],
        "b": [1, 2, 3, 1, 2, 3, *none],
        "c": [*none, 1, 2, 3, 3, 2, 1],
    }
    state = cx.Moments(["a", "b", "c"], missing="pairwise").add(table)
    assert state.pairwise and state.n == 9 and state.n_pair("a", "b") == 3
    found = state.correlations()
    assert found["value"] == pytest.approx([1, -1, 1])
    assert found["nearest"] == pytest.approx([0.5, -0.5, 0.5], abs=1e-9)
    assert found.figures["distance"] == pytest.approx(math.sqrt(1.5), abs=1e-9)
    assert cx.Moments.from_bytes(bytes(state)) == state
    driven = cx.drivers(state, "a")
    assert driven.pairwise and driven.n == 3
    assert driven.distance == pytest.approx(found.figures["distance"])
    assert driven.correlation == pytest.approx({"b": 0.5, "c": -0.5}, abs=1e-9)
    same = cx.drivers_matrix(found, "a")
    assert same.importance == pytest.approx(driven.importance)
    assert (same.n, same.pairwise, same.distance) == (3, True, driven.distance)
    with pytest.raises(cx.OptionError, match="missing"):
        cx.Moments(["a"], missing="guess")


def test_mixed_columns_are_read_as_they_are():
    spend = [float(v) ** 1.5 + 0.25 for v in X]
    found = cx.correlations({"score": X, "effort": Y, "spend": spend})
    assert found["correlation"] == ["polychoric", "polyserial", "polyserial"]
    assert found["x"] == ["score", "score", "effort"]
    with pytest.raises(cx.FewError):
        cx.correlations({"score": X})


def test_extremes_are_named_or_in_range():
    with pytest.raises(cx.ConstantError):
        cx.correlate([3, 3, 3], [1, 2, 3], method="kendall")
    with pytest.raises(cx.LimitError):
        cx.correlate(list(range(60)), list(range(60)), method="polychoric")
    alike = cx.correlate(range(10), range(10), method="kendall")
    assert alike.value == 1 and alike.ci_low == pytest.approx(2 * 0.025**0.2 - 1)
    assert cx.correlate([1, 2, 3], [1, 3, 2], method="kendall").p_value == pytest.approx(1)
