# frozen_string_literal: true

require_relative "helper"

class TestRecent < Minitest::Test
  DAY = 86_400_000_000
  START = 20_000 * DAY

  def test_who_was_asked_is_spared_for_the_window_and_at_most_a_generation_more
    made = CXKit::Recent.new(window: 4 * 86_400, capacity: 10).record("Ada", START)
    assert made.asked?("Ada", START + (4 * DAY))
    refute made.asked?("Ada", START + (5 * DAY))
    refute made.asked?("Ben", START)
    refute made.asked?(nil, START)
  end

  def test_filters_merge_and_become_bytes
    a = CXKit::Recent.new(capacity: 100).record("Ada", START)
    b = CXKit::Recent.new(capacity: 100).record(7, START)
    a.merge(b)
    assert a.asked?(7, START)
    again = CXKit::Recent.from_bytes(a.to_bytes)
    assert_equal a, again
    assert again.asked?("Ada", START)
    assert a.dup.asked?("Ada", START)
    assert Marshal.load(Marshal.dump(a)).asked?("Ada", START)
  end

  def test_the_rate_of_mistakes_is_reported
    made = CXKit::Recent.new(window: 4 * 86_400, capacity: 1000)
    1000.times { |i| made.record(i, START + (i * DAY / 250)) }
    figures = made.rates(START + (4 * DAY) - 1).figures
    assert_in_delta 0.003, figures[:rate], 0.003
    assert_in_delta 1000, figures[:contacts], 50
    assert_equal made.memory, figures[:bytes]
  end

  def test_a_gate_keeps_a_filter_in_place_of_a_ledger
    filter = CXKit::Recent.new(window: 4 * 86_400, capacity: 1000, salt: 3)
    gate, other = Array.new(2) { CXKit::Gate.new([], seed: 1, points: %w[shop web], salt: 3, recent: filter) }
    assert gate.decide("Ada", "shop", START).invite
    again = gate.decide("Ada", "web", START + DAY)
    assert_equal [false, "rule", 0, "defer"], [again.invite, again.reason, again.rule, again.action]
    assert gate.recent.asked?("Ada", START)
    refute other.merge(gate).decide("Ada", "shop", START).invite
    assert_operator gate.coverage.figures[:spared_share], :<=, 0.5
    assert_raises(CXKit::MismatchError) { gate.ledger }
    assert_raises(CXKit::MismatchError) { gate.erase?("Ada") }
    assert_raises(CXKit::OptionError) { CXKit::Gate.new([{gap: 60}], seed: 1, points: [1], salt: 3, recent: filter) }
    assert_raises(CXKit::MismatchError) { CXKit::Gate.new([], seed: 1, points: [1], recent: filter) }
  end

  def test_another_salt_is_noticed
    filter = CXKit::Recent.new(capacity: 10, salt: 3)
    ledger = CXKit::Ledger.new(salt: 3).record("Ada", "shown", START)
    assert_raises(CXKit::MismatchError) { CXKit::Recent.from_bytes(filter.to_bytes) }
    assert_raises(CXKit::MismatchError) { CXKit::Ledger.from_bytes(ledger.to_bytes) }
    assert_equal 1, CXKit::Ledger.from_bytes(ledger.to_bytes, salt: 3).history("Ada").size
    assert_equal 1, Marshal.load(Marshal.dump(ledger)).history("Ada").size
  end

  def test_what_is_refused
    assert_raises(CXKit::OptionError) { CXKit::Recent.new(capacity: 0) }
    assert_raises(CXKit::DomainError) { CXKit::Recent.new.record(nil, START) }
    assert_raises(CXKit::FormatError) { CXKit::Recent.from_bytes("CXK1") }
  end
end
