"""The gate: who is asked, and what the log says."""

from datetime import datetime, timedelta, timezone

import pickle

import pytest

import cxkit as cx

DAY = 86_400_000_000
START = 20_000 * DAY


def gate(*rules, **options):
    return cx.Gate(rules, seed=1, points=options.pop("points", ["shop", "web", "reminder"]), **options)


def test_rules_may_be_mappings():
    made = gate({"gap": timedelta(days=7)})
    assert made.decide("Ada", "shop", START).invite
    later = made.decide("Ada", "web", START + 7 * DAY - 1)
    assert (later.invite, later.reason, later.rule, later.action) == (False, "rule", 0, "defer")
    assert later.retry_at == START + 7 * DAY
    assert made.decide("Ada", "web", START + 7 * DAY).invite


def test_times_are_datetimes_too():
    made = gate(cx.Rule(gap=timedelta(days=2)))
    now = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
    made.decide("Ada", "shop", now)
    assert made.decide("Ada", "web", now + timedelta(days=1)).retry_at == now + timedelta(days=2)


def test_exempt_points_neither_obey_nor_count():
    made = gate(cx.Rule(gap=86400, exempt=["reminder"]))
    assert made.decide("Ada", "reminder", START).invite
    assert made.decide("Ada", "shop", START).invite


def test_attributes_are_codes():
    made = gate(cx.Rule(gap=86400, attributes=[2, 5]))
    made.decide("Ada", "shop", START)
    assert made.decide("Ada", "web", START + 1, attributes=[5]).reason == "rule"
    assert made.decide("Ada", "web", START + 1, attributes=[4]).invite


def test_a_batch_is_the_log():
    made = gate(cx.Rule(gap=86400), points={"point": ["a", "b"], "group": ["x", None]})
    made.target("a", 10, start=START, end=START + DAY, traffic=100, allocation=9)
    log = made.decide_all(list(range(100)), ["a"] * 100, [START] * 100)
    assert set(log["reason"]) == {"invited", "not drawn"}
    for row in log:
        assert (row["u"] < row["probability"]) == (row["reason"] == "invited")
        assert row["allocation"] == 9
    assert sum(log["invite"]) == made.points(START)["invited"][0]


def test_a_batch_and_single_calls_agree_on_text_ids():
    one, many = gate(cx.Rule(gap=86400)), gate(cx.Rule(gap=86400))
    log = many.decide_all(["Ada", "Ben", None, "Ada"], ["shop"] * 4, [START] * 3 + [START + DAY])
    for row, who, at in zip(log, ["Ada", "Ben", None, "Ada"], [START] * 3 + [START + DAY]):
        found = one.decide(who, "shop", at)
        assert (found.reason, found.invite) == (row["reason"], bool(row["invite"]))


def test_points_come_by_themselves_when_none_are_given():
    made = cx.Gate([cx.Rule(gap=60)], seed=1)
    assert made.decide(1, "kiosk", START).invite
    made.decide_all([2, 3], ["kiosk", "gate 7"], [START, START])
    assert len(made) == 2


def test_two_machines_agree_and_share():
    a, b = gate(cx.Rule(gap=86400)), gate(cx.Rule(gap=86400))
    assert a.decide("Ada", "shop", START).u == b.decide("Ada", "shop", START).u
    a.decide("Ben", "web", START)
    assert b.merge(a).decide("Ben", "shop", START + 1).reason == "rule"
    again = cx.Ledger.from_bytes(bytes(b.ledger))
    assert again == b.ledger and len(again) == 2
    assert b.erase("Ben") and not b.erase("Ben")


def test_coverage_and_states():
    made = gate(cx.Rule(gap=30 * 86400))
    for day in range(4):
        made.decide("Ada", "shop", START + day * DAY)
    covered = made.coverage()
    assert covered["visits"][:3] == [1, 1, 2]
    assert covered.figures["quarantined_share"] == 0.75
    made.retire("web")
    assert made.points(START)["state"] == ["open", "retired", "open"]


def test_what_is_refused():
    made = gate()
    with pytest.raises(cx.NameNotFoundError, match="no point 'sho'"):
        made.decide("Ada", "sho", START)
    made.decide("Ada", "shop", START)
    with pytest.raises(cx.DomainError, match="backwards"):
        made.decide("Ada", "shop", START - DAY)
    with pytest.raises(cx.DomainError, match="row 1.*backwards"):
        made.decide_all([1, 2], ["shop", "shop"], [START, START - 1])
    with pytest.raises(cx.NameNotFoundError):
        made.decide_all([1], ["sho"], [START])
    with pytest.raises(cx.OptionError, match="either a gap"):
        gate(cx.Rule())
    with pytest.raises(cx.OptionError, match="scope is 'planet'"):
        gate(cx.Rule(gap=1, scope="planet"))
    with pytest.raises(cx.OptionError, match="event is 'opened'"):
        made.record("Ada", "shop", "opened", START)
    with pytest.raises(cx.DomainError, match="text or a whole number"):
        made.decide(1.5, "shop", START)
    with pytest.raises(cx.DomainError, match="added before"):
        made.add_points(["shop"])
    with pytest.raises(cx.FormatError):
        cx.Ledger.from_bytes(bytes(made.ledger)[:-1])


def test_a_ledger_of_another_salt_is_noticed():
    ledger = cx.Ledger(salt=7).record("Ada", "shown", 0)
    with pytest.raises(cx.MismatchError, match="salt 0"):
        cx.Ledger.from_bytes(bytes(ledger))
    for again in (
        cx.Ledger.from_bytes(bytes(ledger), salt=7),
        ledger.copy(),
        pickle.loads(pickle.dumps(ledger)),
    ):
        assert len(again.history("Ada")) == 1 and again == ledger


def test_the_name_of_one_exempt_point_is_no_text_to_search():
    made = cx.Gate(
        [cx.Rule(gap=86400, exempt="shop-web")], seed=1, points=["shop", "shop-web"], retry=0
    )
    assert made.decide("Ada", "shop", START).invite
    assert made.decide("Ada", "shop-web", START + 1).invite
    assert made.decide("Ada", "shop", START + 60_000_000).reason != "invited"
    assert made.decide("Bea", "shop", START + 60_000_000).invite
    assert made.decide("Bea", "shop", START + 3_600_000_000).reason == "rule"


@pytest.mark.parametrize("codes", [["vip"], "vip", [63], [-1], -1, 1 << 63, [1.5]])
def test_attributes_that_are_no_codes_are_refused(codes):
    with pytest.raises(cx.OptionError, match="codes 0 to 62"):
        gate(cx.Rule(gap=86400, attributes=codes))
    with pytest.raises(cx.OptionError, match="codes 0 to 62"):
        gate().decide("Ada", "web", START, attributes=codes)


def test_a_gate_without_a_seed_is_refused():
    with pytest.raises(cx.OptionError, match="seed is missing"):
        cx.Gate([], seed=None)
