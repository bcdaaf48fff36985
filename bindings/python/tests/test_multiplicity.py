import csv
import itertools
import os

import pytest

import cxkit as cx


def published():
    with open(os.path.join(os.environ["CX_VECTORS"], "multiplicity.csv")) as file:
        rows = list(csv.DictReader(file))
    for _, group in itertools.groupby(rows, key=lambda row: (row["set"], row["method"])):
        yield list(group)


@pytest.mark.parametrize("rows", list(published()), ids=lambda rows: rows[0]["set"] + rows[0]["method"])
def test_adjust_p_matches_published_values(rows):
    found = cx.adjust_p([float(row["p"]) for row in rows], method=rows[0]["method"])
    for row, adjusted in zip(rows, found["adjusted"]):
        assert adjusted == pytest.approx(float(row["adjusted"]), abs=float(row["tolerance"]))


def test_missing_p_values_stay_missing():
    found = cx.adjust_p([0.01, None, 0.04], method="bonferroni", level=0.05)
    assert found["adjusted"] == [0.02, None, 0.08]
    assert found["rejected"] == [1, None, 0]
    assert found.figures["tests"] == 2


def test_gates_and_hierarchies_read_their_path():
    area = ["brand", "brand", "experience"]
    found = cx.adjust_p([0.03, 0.04, 0.001], method="fixed-sequence", by=area)
    assert found["adjusted"] == [0.06, 0.06, 0.06]
    assert found["gate"] == [None, None, 0.06]
    path = {"area": area, "metric": ["nps", "ces", "nps"]}
    found = cx.adjust_p([0.03, 0.04, 0.001], method="hierarchical", by=path)
    assert found["adjusted"] == pytest.approx([0.04, 0.04, 0.002])


def test_bad_input_is_named():
    with pytest.raises(cx.DomainError) as caught:
        cx.adjust_p([0.1, 2])
    assert caught.value.row == 1
    with pytest.raises(cx.EmptyError):
        cx.adjust_p([0.1], method="hierarchical")
    with pytest.raises(cx.OptionError, match="e-bh"):
        cx.adjust_p([0.1], method="fdr")
    with pytest.raises(cx.OptionError):
        cx.adjust_p([0.1], level=0)


def test_simultaneous_is_no_wider_than_bonferroni():
    psi = {"a": [1, -1, 2, -2], "b": [1, -1, 2, -1], "c": [-1, 2, 0, -1]}
    found = cx.simultaneous([1, 2, 3], psi, draws=20000, seed=3)
    assert 1.96 < found.figures["critical"] < 2.40
    assert found.figures["draws"] == 20000
    again = cx.simultaneous([1, 2, 3], psi, draws=20000, seed=3)
    assert again.to_dict() == found.to_dict()
    with pytest.raises(cx.LengthError):
        cx.simultaneous([1, 2], psi)
