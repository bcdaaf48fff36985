# frozen_string_literal: true

require_relative "helper"
require "date"

class TestTolerance < Minitest::Test
  N = 240
  WAIT = Array.new(N) { |i| (i * 37 % N * 3).to_f }
  SCORE = WAIT.each_with_index.map do |w, i|
    ((9.5 - ([0, w - 150].max / 110)).floor + (((i * i % 7) - 3) * 0.5)).clamp(0.0, 10.0)
  end
  DAY = 86_400

  def test_tolerances_match_the_independent_numbers
    Support.vectors("tolerance").each do |row|
      band = row["band_low"].to_s.empty? ? nil : [row["band_low"].to_f, row["band_high"].to_f]
      found = CXKit.tolerance(WAIT, SCORE, drop: row["drop"].to_f, band: band, shape: row["shape"],
                                           measure: row["measure"], draws: 200, seed: row["seed"].to_i,
                                           weights: row["weighted"] == "1" ? Array.new(N) { |i| 1 + (i % 7 * 0.5) } : nil,
                                           respondents: row["respondents"] == "0" ? nil : Array.new(N) { |i| i % 60 })
      {"value" => found.value, "ci_low" => found.ci_low, "ci_high" => found.ci_high,
       "baseline" => found.baseline.value, "band_end" => found.band.last}.each do |name, value|
        next if row[name].to_s.empty?

        assert_in_delta Float(row[name]), value, Float(row["tolerance"]) * [Float(row[name]).abs, 1].max,
                        "#{row['id']}: #{name}"
      end
    end
  end

  def test_a_tolerance_that_is_not_identified_says_so
    found = CXKit.tolerance(WAIT, SCORE, drop: 9.5, draws: 50)
    refute_predicate found, :identified?
    assert_nil found.value
    assert_includes found.flags, "not-identified"
    assert_predicate found.ci_high, :infinite?
    assert_match(/not identified .*beyond 717/, found.to_s)
  end

  def test_groups_are_rows
    table = CXKit.tolerance(WAIT, SCORE, drop: 1, draws: 50, by: Array.new(N) { |i| i % 2 })
    assert_equal 2, table.size
    assert_equal %w[CX_OK CX_OK], table[:status]
    assert_raises(CXKit::DomainError) { CXKit.tolerance(WAIT, SCORE, drop: 0) }
    assert_raises(CXKit::OptionError) { CXKit.tolerance(WAIT, SCORE, drop: 1, shape: "spline") }
  end

  def test_customers_are_silent_against_their_own_rhythm
    who = (["a"] * 11) + (["b"] * 5) + ["c"]
    at = ->(days) { Time.utc(2024, 1, 1) + (days * DAY) }
    times = ((0..10).to_a + [0, 10, 20, 30, 40, 45]).map(&at)
    found = CXKit.silence(times, customer: who, now: at.call(50), prior: nil)
    assert_in_delta 0.2**10, found.table[:tail][0], 1e-15
    assert_in_delta 0.8**4, found.table[:tail][1], 1e-12
    assert_nil found.table[:tail][2]
    assert_equal [1, 2], [found.silent, found.customers]
    assert_in_delta Math.exp(-5), CXKit.silence([at.call(0)], rhythm: [2 * DAY], now: at.call(10)).table[:tail][0], 1e-12
    assert_raises(CXKit::OptionError) { CXKit.silence(times, now: at.call(50)) }
    assert_raises(CXKit::UnidentifiedError) { CXKit.silence([at.call(0)], customer: ["a"], now: at.call(50)) }
  end

  def test_kinds_never_asked_have_no_response_rate
    found = CXKit.coverage([100, 40, 60, 200], [50, 0, 0, 20], by: %w[shop mail phone web], answered: [20, 0, 0, 5])
    assert_equal %w[phone mail web shop], found[:key]
    assert_equal [nil, nil], found[:share_answered].first(2)
    assert_in_delta 0.25, found.figures[:share_never_asked], 1e-15
    assert_raises(CXKit::DomainError) { CXKit.coverage(["a"], [2]) }
  end

  def test_the_effect_of_a_closed_loop_needs_a_comparison
    found = CXKit.closed_loop([1, 2, 3, 4, 5, 6], [1, 0, 1, 0, 0, 1], [9, 1, 8, 7, 2, 3], control: [0, 0, 0, 1, 1, 1])
    assert_in_delta 1.0 / 3, found.effect.value, 1e-15
    assert_nil found.left_class_without_control
    alone = CXKit.closed_loop([3, 5, 6], [1, 1, 1], [8, 4, nil])
    refute_predicate alone, :identified?
    assert_in_delta 0.5, alone.left_class_without_control.value, 1e-15
    assert_raises(CXKit::EmptyError) { CXKit.closed_loop([9], [1], [9]) }
  end
end
