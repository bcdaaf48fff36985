"""Plans in invitations, for levels that wander, for domains; policies."""

import csv
import math
import os
import pathlib

import pytest

import cxkit as cx

with (pathlib.Path(os.environ["CX_VECTORS"]) / "policy.csv").open() as file:
    VECTORS = {
        row["id"]: (float(row["value"]), float(row["tolerance"])) for row in csv.DictReader(file)
    }

POINTS = {
    "point": ["desk", "web", "app", "shop"],
    "weight": [0.4, 0.3, 0.2, 0.1],
    "s2": [6e3, 7e3, 5e3, 8e3],
    "log_evidence": [0.2, None, 6.0, -1],
    "lower": [10, 10, 10, 10],
    "traffic": [5000, 4000, 450, 900],
    "response_rate": [0.2, 0.2, 0.2, 0.2],
}


def test_a_plan_in_invitations_gives_the_answers_to_expect():
    plan = cx.plan([9, 4], 60, rate=[0.5, 0.125])
    assert sum(plan.n) == 60
    assert plan.table["answers"] == [0.5 * plan.n[0], 0.125 * plan.n[1]]
    first, second = plan.table["answers"]
    assert plan.objective == pytest.approx(9 / first + 4 / second)
    assert cx.plan([9, 4], 60, rate=0.3).n == cx.plan([9, 4], 60).n
    with pytest.raises(cx.DomainError, match="rate"):
        cx.plan([9, 4], 60, rate=0)


def test_steady_plans_match_the_closed_form():
    value, tolerance = VECTORS["steady_after_update"]
    assert cx.plan_steady([6100], [4], 30).objective == pytest.approx(value, abs=tolerance)
    plan = cx.plan_steady([6100, 900], 4, 30)
    assert plan.certificate.holds and sum(plan.n) == 30
    assert cx.plan_steady([6100, 900], 4, 30.5, integer=False).budget_used == pytest.approx(30.5)
    with pytest.raises(cx.UninformedError):
        cx.plan_steady([1, 1, 1], 1, 2)


def test_domains_share_the_worst_ratio():
    plan = cx.plan_domains(
        [2500, 32400], [1, 2], 16, population=[10, 20], target=[1.6, 15], integer=False
    )
    assert plan.n == pytest.approx((5.941302, 10.058698), abs=1e-6)
    assert plan.ratio == pytest.approx(106.7395, abs=1e-4)
    assert repr(plan).startswith("Plan for 2 points of 2 domains")
    whole = cx.plan_domains([4, 1, 9], {"country": ["n", "n", "s"]}, 30)
    assert sum(whole.n) == 30 and whole.certificate.holds
    assert whole.table["country"] == ["n", "n", "s"]
    with pytest.raises(cx.InfeasibleError):
        cx.plan_domains([1, 1], [1, 2], 3, lower=2)


def test_a_draw_keeps_the_sum_and_the_chances():
    draw = cx.plan_draw([0.25] * 8, seed=3, period=4)
    assert sum(draw.n) == 2 and draw.chance == (0.25,) * 8
    assert draw == cx.plan_draw([0.25] * 8, seed=3, period=4)
    assert len({cx.plan_draw([0.25] * 8, seed=3, period=p).n for p in range(20)}) == 4
    with pytest.raises(cx.DomainError):
        cx.plan_draw([-1])


def test_every_policy_spends_the_budget_within_bounds():
    for policy in (
        "evidence precision-budget detect neyman proportional uniform exploration tras tssrp index"
    ).split():
        plan = cx.plan_points(
            POINTS, 500, policy=policy, local=[1, 2, 3, 4], likelihood=0, drift=4, known=9
        )
        assert sum(plan.n) == 500
        assert min(plan.n) >= 10 and plan.n[2] <= 90
        assert plan.policy == policy
        for name in POINTS["point"]:
            assert plan.explain(name).startswith(f"{name} gets ")
        assert "for 4 points" in repr(plan)


def test_evidence_moves_the_pool_and_says_so():
    calm = cx.plan_points(POINTS, 500, log_evidence=0)
    alarmed = cx.plan_points(POINTS, 500, log_evidence=[5.3, 0, 0, 0])
    assert alarmed.n[0] > 1.2 * calm.n[0]
    assert calm.error < 0.001 < alarmed.error
    assert alarmed.table["reason"][0] == "evidence"
    assert "is evidence of a change" in alarmed.explain("desk")
    assert alarmed.certificate.holds and alarmed.gap == 0
    with pytest.raises(cx.NameNotFoundError, match="no point"):
        alarmed.explain("nowhere")


def test_points_without_names_are_explained_by_row():
    plan = cx.plan_points(None, 4, policy="uniform", weight=[1, 1, 1], rounding="none")
    assert plan.n == pytest.approx((4 / 3,) * 3)
    assert plan.explain(2).startswith("2 gets 1.33333 answers: that is its share")
    assert plan.certificate is None and plan.gap is None


def test_a_period_is_solved_again_half_way():
    plan = cx.plan_points(
        None, 13, policy="neyman", answered=[6, 1, 0], outstanding=[1.5, 0, 0], response_rate=0.25
    )
    assert plan.n == (7.5, 3, 2)
    assert plan.table["invitations"] == [0, 8, 8]
    assert "7.5, is enough" in plan.explain(0)


def test_reference_numbers_of_a_company():
    z = [cx.special.normal_quantile((i + 0.5) / 200) for i in range(200)]
    traffic = [250 * math.exp(0.8 * x - 0.32) for x in z]
    d = [0.2 + 0.08 * math.sin(i) for i in range(1, 201)]
    p = [0.5 - 0.08 * math.sin(i) for i in range(1, 201)]
    points = {
        "weight": [t / sum(traffic) for t in traffic],
        "s2": [1e4 * (x + y - (x - y) ** 2) for x, y in zip(p, d)],
        "traffic": traffic,
        "response_rate": [0.2] * 200,
        "lower": [min(t // 5, 2 if i % 5 else 10) for i, t in enumerate(traffic, 1)],
    }
    value, tolerance = VECTORS["s1_neyman_rmse"]
    neyman = cx.plan_points(points, 2000, policy="neyman")
    assert neyman.variance**0.5 == pytest.approx(value, abs=tolerance)
    for policy in ("uniform", "proportional"):
        value, tolerance = VECTORS[f"s1_{policy}_error"]
        found = cx.plan_points(points, 2000, policy=policy)
        assert found.error == pytest.approx(value, abs=tolerance)
    # a pool that goes anywhere: the variances of many periods add up
    value, tolerance = VECTORS["s1_random_error"]
    plans = [
        cx.plan_points(points, 2000, policy="tras", local=0, period=period) for period in range(200)
    ]
    mean = sum(plan.variance for plan in plans) / len(plans)
    assert (mean / plans[0].best_variance) ** 0.5 - 1 == pytest.approx(value, abs=tolerance)


def test_exploration_shares_match_the_formula():
    plan = cx.plan_points(
        {"log_evidence": [math.log(x) for x in (0.6, 0.3, 0.1)]},
        1,
        policy="exploration",
        rounding="none",
    )
    for found, at in zip(plan.n, "123"):
        value, tolerance = VECTORS[f"exploration_{at}"]
        assert found == pytest.approx(value, abs=tolerance)


def test_bad_calls_say_what_is_wrong():
    with pytest.raises(cx.OptionError, match="one of evidence, precision-budget"):
        cx.plan_points(POINTS, 9, policy="magic")
    with pytest.raises(cx.NameNotFoundError, match="needs a column log_evidence"):
        cx.plan_points({"weight": [1, 2]}, 9)
    with pytest.raises(cx.InfeasibleError, match="soft = 1"):
        cx.plan_points(POINTS, 9)
    assert sum(cx.plan_points(POINTS, 9, soft=True, known=1).n) == 9
    with pytest.raises(cx.OptionError, match="budget"):
        cx.plan_points(POINTS, "much")
    with pytest.raises(cx.OptionError, match="arl"):
        cx.plan_points(POINTS, 500, arl=0)
    with pytest.raises(cx.LengthError):
        cx.plan_points(POINTS, 500, age=[1])
    with pytest.raises(cx.Error):
        cx.plan_points(None, 500)


def test_frames_and_tables_are_read(tmp_path):
    pandas = pytest.importorskip("pandas")
    polars = pytest.importorskip("polars")
    plain = cx.plan_points(POINTS, 500).n
    assert cx.plan_points(pandas.DataFrame(POINTS), 500).n == plain
    assert cx.plan_points(polars.DataFrame(POINTS, strict=False), 500).n == plain
    table = cx.plan_points(POINTS, 500).table
    assert cx.plan_points(table, 500, policy="uniform", lower=1).n == (125,) * 4


def test_a_monitor_is_planned_for():
    monitor = cx.Monitor(["a", "b", "c"], arl=300)
    monitor.set_baseline(["a", "b", "c"], [20] * 3, [30] * 3, [50] * 3)
    monitor.observe(["b"] * 30, [0] * 30)
    monitor.end_period()
    for policy in ("evidence", "precision-budget", "detect", "exploration", "neyman", "index"):
        plan = cx.plan_points(monitor, 90, policy=policy, lower=5, upper=70)
        assert sum(plan.n) == 90 and min(plan.n) >= 5
        assert plan.table["point"] == ["a", "b", "c"]
    plan = cx.plan_points(monitor, 90, lower=5, upper=70)
    assert plan.n[1] > 2 * plan.n[0]
    assert plan.explain("b").startswith("b gets ")
    assert cx.plan_points(monitor, 90, weight=[9, 1, 1], policy="neyman").n[0] > 40


def test_an_alarm_without_capacity_gets_a_fifth_of_the_pool():
    points = {"log_evidence": [20.0] + [None] * 49, "lower": [2] * 50}
    plan = cx.plan_points(points, 600)
    assert plan.n[0] == 102 and plan.table.figures["spread"] == 100
    assert "largest part of the pool for a point whose capacity nobody gave" in plan.explain(0)
    assert cx.plan_points(points, 600, max_share=1).n[0] > 400
    assert cx.plan_points(points, 600, upper=[400] * 50).n[0] > 300
    with pytest.raises(cx.OptionError, match="max_share"):
        cx.plan_points(points, 600, max_share=0)


def test_whole_numbers_of_any_size_are_importances():
    sizes, deviations = (215, 65, 252), (26787207, 10645109, 6909676)
    a = [(n * s) ** 2 for n, s in zip(sizes, deviations)]  # the first needs 65 bits
    assert cx.plan(a, 100).n == cx.plan([float(x) for x in a], 100).n
    with pytest.raises(cx.DomainError, match="column a, row 1: a is missing"):
        cx.plan([a[0], None], 3)
    with pytest.raises(cx.ColumnTypeError, match="^column a, row 1"):
        cx.plan(["x", 2], 3)
    with pytest.raises(cx.OptionError, match="budget"):
        cx.plan([1, 2], 10**400)


def test_certificates_hold_for_ratios_below_nothing():
    assert cx.Certificate(-1.0, -1.0).holds and not cx.Certificate(-1.0, -1.1).holds
    assert cx.Certificate(0.0, math.inf).holds and not cx.Certificate(1.1, 1.0).holds
    plan = cx.plan_domains([9, 9, 9], [1, 2, 3], 7, lower=[0, 1, 1], upper=[9, 9, 4], integer=False)
    assert plan.certificate.holds and sum(plan.n) == pytest.approx(7)


def test_levels_that_stand_still_take_what_is_left():
    assert cx.plan_steady([335], [0], 10**9).n == (10**9,)
    assert cx.plan_steady([335, 8], 0, 6, integer=False).n == (5, 1)


def test_flags_that_are_no_flags_are_refused():
    for given in ({"integer": "no"}, {"soft": "yes"}, {"integer": 2}, {"soft": None}):
        with pytest.raises(cx.OptionError, match="True or False"):
            cx.plan([1, 2], 3, **given)


def test_periods_and_seeds_below_nothing_are_refused():
    with pytest.raises(cx.DomainError, match="period is -1"):
        cx.plan_points(POINTS, 100, period=-1)
    with pytest.raises(cx.DomainError, match="period is -1"):
        cx.plan_draw([0.5], period=-1)
    for seed in (-1, 1 << 64):
        with pytest.raises(cx.OptionError, match="seed is"):
            cx.plan_draw([0.5], seed=seed)
        with pytest.raises(cx.OptionError, match="seed is"):
            cx.plan_points(POINTS, 100, seed=seed)
    assert cx.plan_draw([0.5], seed=(1 << 64) - 1).chance == (0.5,)


def test_small_points_are_asked_in_the_order_of_their_evidence():
    large, small = 4, 20
    points = {
        "weight": [1] * large + [1e-3] * small,
        "known": [100] * large + [10] * small,
        "upper": [1000] * large + [1] * small,
        "log_evidence": [0.0] * large + [k / 10 for k in range(small)],
    }
    plan = cx.plan_points(points, 100)
    assert list(plan.n[large:]) == [0] * 11 + [1] * 9
    assert list(plan.table["reason"])[-9:] == ["evidence"] * 9 and plan.error <= 0.05
    assert sum(cx.plan_points(points, 100, allowance=0).n[large:]) == 0
