# frozen_string_literal: true

require_relative "helper"

class TestGate < Minitest::Test
  DAY = 86_400_000_000
  START = 20_000 * DAY

  def gate(*rules, points: %w[shop web reminder], **options)
    CXKit::Gate.new(rules, seed: 1, points: points, **options)
  end

  def test_a_gap_that_has_elapsed_passes
    made = gate({gap: 7 * 86_400})
    assert made.decide("Ada", "shop", START).invite
    later = made.decide("Ada", "web", START + (7 * DAY) - 1)
    assert_equal [false, "rule", 0, "defer", START + (7 * DAY)],
                 [later.invite, later.reason, later.rule, later.action, later.retry_at]
    assert made.decide("Ada", "web", START + (7 * DAY)).invite
  end

  def test_the_name_of_one_exempt_point_is_no_text_to_search
    made = gate({gap: 86_400, exempt: "shop-web"}, points: %w[shop shop-web])
    assert made.decide("Ada", "shop", START).invite
    assert_equal "rule", made.decide("Ada", "shop", START + 3_600_000_000).reason
    assert made.decide("Ada", "shop-web", START + 3_600_000_000).invite
  end

  def test_attributes_that_are_no_codes_are_refused
    [["vip"], "vip", [63], [-1], -1, 1 << 63].each do |codes|
      assert_raises(CXKit::OptionError) { gate({gap: 86_400, attributes: codes}) }
      assert_raises(CXKit::OptionError) { gate.decide("Ada", "web", START, attributes: codes) }
    end
  end

  def test_a_retry_gets_the_same_answer
    made = gate
    made.target("shop", 10, start: START, end: START + DAY, traffic: 20)
    first = made.decide(7, "shop", START)
    again = made.decide(7, "shop", START)
    assert_equal [first.invite, first.probability, first.u], [again.invite, again.probability, again.u]
    assert again.repeat
  end

  def test_a_batch_is_the_log
    made = gate({gap: 86_400})
    log = made.decide_all(["Ada", "Ben", nil, "Ada"], %w[shop shop web web], [START] * 4)
    assert_equal ["invited", "invited", "no id", "rule"], log[:reason]
    assert_in_delta 1 / 4r, made.coverage.figures[:quarantined_share]
  end

  def test_machines_share_what_they_know
    a = gate({gap: 86_400})
    b = gate({gap: 86_400})
    a.decide("Ben", "web", START)
    assert_equal "rule", b.merge(a).decide("Ben", "shop", START + 1).reason
    again = CXKit::Ledger.from_bytes(b.ledger.to_bytes)
    assert_equal b.ledger, again
    assert_equal 1, again.size
    assert b.erase?("Ben")
    refute b.erase?("Ben")
  end

  def test_a_ledger_by_itself
    ledger = CXKit::Ledger.new.record("Ada", "shown", 0).record("Ada", :shown, 0)
    assert_equal ["shown"], ledger.history("Ada")[:event]
    assert_raises(CXKit::OptionError) { ledger.record("Ada", "opened", 0) }
  end

  def test_exempt_points_and_retired_ones
    made = gate({gap: 86_400, exempt: ["reminder"]})
    assert made.decide("Ada", "reminder", START).invite
    assert made.decide("Ada", "shop", START).invite
    assert_equal "retired", made.retire("web").decide("Ben", "web", START).reason
    assert_equal %w[open retired open], made.points(START)[:state]
  end

  def test_what_is_refused
    made = gate
    assert_raises(CXKit::NameNotFoundError) { made.decide("Ada", "sho", START) }
    made.decide("Ada", "shop", START)
    error = assert_raises(CXKit::DomainError) { made.decide("Ada", "shop", START - DAY) }
    assert_match(/backwards/, error.message)
    assert_raises(CXKit::OptionError) { gate({most: 2}) }
    assert_raises(CXKit::DomainError) { made.decide(1.5, "shop", START) }
    assert_raises(::TypeError) { made.merge(3) }
  end
end
