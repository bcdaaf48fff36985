"""Simulated allocation: the same figures however runs are split, and words for scenarios."""

import pytest

import cxkit as cx


def test_figures_do_not_depend_on_threads():
    one = cx.simulate_allocation(policy="detect", runs=5, seed=3, threads=1)
    assert one == cx.simulate_allocation(policy="detect", runs=5, seed=3, threads=3)
    assert one != cx.simulate_allocation(policy="detect", runs=5, seed=4, threads=2)
    assert one.to_dict()["runs"] == 5 and one.max_age == 0


def test_evidence_moves_the_pool_at_a_small_price():
    neyman = cx.simulate_allocation(policy="neyman", runs=20, seed=1)
    evidence = cx.simulate_allocation(policy="evidence", runs=20, seed=1)
    assert neyman.error_ratio == 1
    assert evidence.delay < 0.75 * neyman.delay
    assert 1 < evidence.error_ratio < 1.05
    assert evidence.sequence_coverage >= 0.9
    assert "against neyman" in repr(evidence)


@pytest.mark.parametrize("scenario", ["S2a", "S2b", "S2c", "S4"])
def test_other_scenarios_end(scenario):
    found = cx.simulate_allocation(scenario=scenario, runs=2, seed=1)
    assert found.scenario == scenario and found.delay > 0
    assert (found.rate_delay is None) == (scenario != "S4")


def test_without_a_change_there_is_no_delay():
    found = cx.simulate_allocation(scenario="S3-season", runs=2)
    assert found.delay is None and found.calibrated_delay is None and found.arl > 0
    assert "? days" in repr(found)


def test_the_gate_asks_evenly_and_breaks_no_rule():
    found = cx.simulate_allocation(scenario="S5", runs=2, seed=1)
    assert found.policy == "closed-loop" and "0 violations" in repr(found)
    assert found.violations == 0 and found.decisions > 1_000_000
    assert abs(found.answers - 250) < 32 and found.delay is None
    cap = cx.simulate_allocation(scenario="S5", policy="cap-then-stop", runs=1)
    assert cap.hours_fit == 0 and cap.slope is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"scenario": "S7"}, "scenario"),
        ({"policy": "best"}, "policy"),
        ({"policy": "closed-loop"}, "which only S5 knows"),
        ({"scenario": "S5", "policy": "neyman"}, "S5 knows"),
        ({"runs": 0}, "count"),
        ({"arl": 1}, "arl"),
        ({"threads": 0}, "threads"),
        ({"boost": -1}, "boost"),
        ({"first_run": -1}, "first"),
    ],
)
def test_options_that_cannot_be_are_refused(arguments, message):
    with pytest.raises(cx.OptionError, match=message):
        cx.simulate_allocation(**arguments)
