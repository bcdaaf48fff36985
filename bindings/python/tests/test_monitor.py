"""Monitors: what C says, in the words of Python."""

import copy
import math
import pickle

import cxkit as cx
import pytest

SHARES = {"reference": "plug-in", "drop": 20}


def known(points=(0, 1), **options):
    monitor = cx.Monitor(list(points), arl=200, **{**SHARES, **options})
    n = len(points)
    monitor.set_baseline(list(points), [20] * n, [30] * n, [50] * n)
    return monitor


def test_a_monitor_without_answers_says_nothing():
    monitor = cx.Monitor(["b", "a"], arl=200)
    assert monitor.points["point"] == ["a", "b"]
    assert monitor.evidence == {"a": None, "b": None}
    assert monitor.points["state"] == ["learning", "learning"]
    assert len(monitor.alarms) == 0
    assert monitor.log_evidence == -math.inf
    assert len(monitor) == 2
    assert repr(monitor) == "Monitor of 2 points at period 0, 0 alarms"


def test_evidence_grows_with_the_information_of_each_answer():
    for form, growth in (("bounded", 0.0304), ("trinomial", 0.0324)):
        monitor = known((0,), form=form)
        monitor.observe_counts(0, 3000, 3000, 4000)
        monitor.end_period()
        assert monitor.evidence[0] / 10_000 == pytest.approx(growth, abs=5e-5)


def test_the_steady_level_is_that_of_the_filter():
    monitor = cx.Monitor(
        [7], arl=200, process_noise=4, half_life=math.inf, prior=(0.2, 0.3, 0.5)
    )
    for _ in range(200):
        monitor.observe_counts(7, 6, 9, 15)
        monitor.end_period()
    row = next(iter(monitor.points))
    assert row["se"] ** 2 == pytest.approx(26.5890421898, rel=1e-9)
    assert row["known"] == pytest.approx(6100 / 30.5890421898, rel=1e-9)


def test_a_drop_is_found_and_acknowledged():
    monitor = known(range(5))
    while not len(monitor.alarms):
        for point in range(5):
            monitor.observe(point, [0, 3, 7, 9] if point == 3 else [0, 7, 9, 10, 10])
        monitor.end_period()
    (alarm,) = monitor.alarms
    assert alarm["point"] == 3 and alarm["kind"] == "down"
    assert alarm["n_after"] == 0 and alarm["change"] is None
    assert monitor.points["alarm"][3] == "down"
    monitor.acknowledge(3)
    assert len(monitor.alarms) == 0


def test_answers_come_as_columns_or_one_by_one():
    one, many = known(), known()
    for point, score in ((0, 10), (1, 3), (0, None), (1, 11)):
        one.observe(point, [score])
    many.observe([0, 1, 0, 1], [10, 3, None, 11])
    assert one == many
    assert many.excluded["missing"] == 1 and many.excluded["out_of_range"] == 1


def test_numpy_and_pandas_columns_are_read():
    np, pd = pytest.importorskip("numpy"), pytest.importorskip("pandas")
    plain, arrays, frame = known(), known(), known()
    points, scores = [0, 1, 1, 0], [10, 9, 0, 7]
    plain.observe(points, scores)
    arrays.observe(np.array(points), np.array(scores, dtype="i1"))
    frame.observe(pd.Series(points), pd.Series(scores))
    assert plain == arrays == frame


def test_categories_are_points():
    pd = pytest.importorskip("pandas")
    monitor = cx.Monitor(["Bern", "Genf"], arl=200)
    monitor.observe(pd.Series(["Genf", "Genf", "Bern"], dtype="category"), [1, 2, 3])
    assert monitor.points["open"] == [1, 2]
    with pytest.raises(cx.DomainError, match='"Basel" is not a point'):
        monitor.observe(pd.Series(["Genf", "Basel"], dtype="category"), [1, 2])


def test_late_answers_belong_to_their_cohort():
    monitor = known((0,), max_age=1)
    monitor.observe(0, [9, 9])
    monitor.end_period()
    monitor.observe(0, [0], 0)
    monitor.observe([0, 0], [10, 10], [0, 1])
    monitor.end_period()
    assert monitor.points["n"] == [4] and monitor.points["open"] == [1]
    assert monitor.delays["share"] == [0.5, 1.0]
    with pytest.raises(cx.DomainError, match="period 0 is closed"):
        monitor.observe(0, [5], 0)
    counting = known((0,), late="count")
    counting.advance(3)
    counting.observe(0, [5, 6], 1)
    assert counting.late == 2


def test_errors_name_the_row_and_change_nothing():
    monitor = known()
    before = bytes(monitor)
    with pytest.raises(cx.DomainError) as caught:
        monitor.observe([0, 1, 5], [9, 9, 9])
    assert caught.value.row == 2 and caught.value.value == 5
    with pytest.raises(cx.DomainError, match="not begun"):
        monitor.observe(0, [9], 1)
    with pytest.raises(cx.DomainError, match="runs backwards"):
        monitor.advance(-1)
    with pytest.raises(cx.ColumnTypeError):
        monitor.observe(["0"], [9])
    with pytest.raises(cx.DomainError, match="scale"):
        monitor.observe([0], [11], invalid="error")
    assert bytes(monitor) == before


def test_options_are_checked():
    with pytest.raises(cx.OptionError, match="arl"):
        cx.Monitor([1], arl=0.5)
    with pytest.raises(cx.OptionError, match="form"):
        cx.Monitor([1], arl=100, form="normal")
    with pytest.raises(cx.OptionError, match="drop"):
        cx.Monitor([1], arl=100, drop=())
    with pytest.raises(cx.OptionError, match="drop"):
        cx.Monitor([1], arl=100, drop=-3)
    with pytest.raises(cx.OptionError, match="prior"):
        cx.Monitor([1], arl=100, prior=(1, 2))
    with pytest.raises(cx.DomainError, match="twice"):
        cx.Monitor([1, 1], arl=100)
    with pytest.raises(cx.DomainError, match="no key"):
        cx.Monitor([1, None], arl=100)


def test_settings_can_be_read():
    settings = cx.Monitor([1], arl=100, drop=(5, 15), direction="both", cycle=7).settings
    assert settings["arl"] == 100 and settings["drop"] == (5.0, 15.0)
    assert settings["direction"] == "both" and settings["prior"] == (0.5, 0.5, 0.5)
    assert cx.Monitor([1], **settings).settings == settings


def test_a_restart_changes_nothing():
    monitor = known(range(3), max_age=1, direction="both", common_shock=True)
    monitor.observe([0, 1, 2, 2], [9, 0, 10, 7])
    monitor.end_period()
    other = cx.Monitor.from_bytes(bytes(monitor))
    assert other == monitor and pickle.loads(pickle.dumps(monitor)) == monitor
    assert copy.copy(monitor) == monitor
    for m in (monitor, other):
        m.observe([0, 2], [3, 10])
        m.end_period()
    assert bytes(other) == bytes(monitor)
    with pytest.raises(cx.FormatError):
        cx.Monitor.from_bytes(bytes(monitor)[:-1])


def test_engines_collect_in_forks():
    monitor = known()
    monitor.end_period()
    whole, fork = monitor.copy(), monitor.fork()
    fork.observe([0, 1], [9, 2])
    monitor.observe(1, [10])
    whole.observe([0, 1, 1], [9, 2, 10])
    assert monitor + fork == fork + monitor == whole
    with pytest.raises(cx.MismatchError, match="history in both"):
        monitor.merge(whole)


def test_disjoint_points_merge():
    left, right = known((1, 3)), known((2, 4))
    left.observe(1, [9])
    right.observe(4, [0])
    both = left + right
    assert both.points["point"] == [1, 2, 3, 4] and both.points["open"] == [1, 0, 0, 1]
    assert both == right + left


def test_response_rates_are_watched():
    monitor = cx.Monitor([0], arl=200, reference="plug-in")
    monitor.set_baseline(0, 40, 60, 100, invited=1000)
    assert monitor.points["reference_rate"] == [0.2]
    while not len(monitor.alarms):
        monitor.invite(0, 50, declined=5)
        monitor.observe_counts(0, 1, 1, 3)
        monitor.end_period()
    assert monitor.alarms["kind"] == ["rate"]
    assert monitor.points["response_rate"][0] < 0.12


def test_columns_that_are_kept_only_when_asked_for():
    assert "log_evidence_up" not in known().points.columns
    assert "log_evidence_up" in known(direction="both").points.columns
    assert "log_evidence_adjusted" in known(common_shock=True).points.columns


def test_periods_and_drops_that_are_no_numbers_are_refused():
    monitor = cx.Monitor([1], arl=200)
    monitor.advance(5.0)
    assert monitor.period == 5
    for period in (5.5, None, "6"):
        with pytest.raises(cx.DomainError, match="period is"):
            monitor.advance(period)
    for drop in (None, "20", [], [10, "20"]):
        with pytest.raises(cx.OptionError, match="drop is"):
            cx.Monitor([1], arl=200, drop=drop)
