# frozen_string_literal: true

require_relative "helper"
require "date"

class TestFinance < Minitest::Test
  def found(row, flows)
    rate = row["rate"].to_f
    case row["figure"]
    when "npv" then CXKit.npv(flows, rate).value
    when "irr" then CXKit.irr(flows).value
    when "mirr" then CXKit.mirr(flows, rate, row["other"].to_f).value
    else CXKit.margin_multiple(row["other"].to_f, rate)
    end
  end

  def test_published_figures_are_reproduced
    Support.vectors("finance").each do |row|
      value = Float(row["value"])
      flows = row["flows"].to_s.split.map(&:to_f)
      assert_in_delta value, found(row, flows), Float(row["tolerance"]) * value.abs, row.to_s
    end
  end

  def test_dates_rates_and_currencies
    dates = [Date.new(2025, 1, 1), Date.new(2026, 1, 1), Date.new(2027, 1, 1)]
    assert_in_delta 0, CXKit.npv([-200, 110, 121], 0.1, dates: dates).value, 1e-12
    assert_in_delta 0.1, CXKit.irr([-200, 110, 121], dates: dates).value, 1e-12
    error = assert_raises(CXKit::MismatchError) { CXKit.npv([-1, 2], 0, currency: %w[EUR SEK]) }
    assert_match(/SEK, in row 0 it is EUR/, error.message)
    assert_in_delta CXKit.npv([-100, 50, 60], [0.01, 0.02, 0.03]).value,
                    CXKit.npv([-100, 50, 60], [0, 0.02, 1.03**2 / 1.02 - 1], rates: :forward).value, 1e-10
  end

  def test_several_rates_of_return_and_none
    several = CXKit.irr([-100, 230, -132])
    assert_predicate several, :multiple?
    assert_nil several.value
    assert_raises(CXKit::UnidentifiedError) { CXKit.irr([-1, -2]) }
  end

  def test_never_is_a_word
    back = CXKit.payback([-100, 40, 40, 40], 0.1)
    assert_equal [2.5, nil, "never"], [back.simple, back.discounted, back.discounted_end]
    assert_raises(ArgumentError) { CXKit.npv([1], 0, colour: 1) }
  end
end

class TestEvidence < Minitest::Test
  GOOD = {adjusted: true, ordered: true, split_p: 0.5, attrition: 0.0, periods: 60.0, pre_trend_p: 0.5}.freeze

  def test_levels_and_what_lowers_them
    6.times { |level| assert_equal level, CXKit.evidence(level, **GOOD).level }
    found = CXKit.evidence("ordered in time", **GOOD, adjusted: false)
    assert_equal [1, 3, "associated"], [found.level, found.claimed, found.word]
    assert_equal 1, found.reasons.size
    assert_equal 2, CXKit.evidence("quasi-experiment", **GOOD, pre_trend_p: 0.01).to_i
    assert_equal 4, CXKit.evidence(5, **GOOD, attrition: 0.06).to_i
    assert_equal ["the groups were already drifting apart before"], CXKit.evidence(4).not_checked
    assert_raises(CXKit::OptionError) { CXKit.evidence(6) }
  end

  def test_verdicts
    same = CXKit.share_difference(41, 200, 38, 200)
    assert_equal "not testable with these data", CXKit.verdict(same).to_s
    assert_equal "no link found", CXKit.verdict(same, smallest: 0.15).to_s
    assert_equal "link found", CXKit.verdict(CXKit.share_difference(80, 200, 40, 200)).to_s
    assert_equal "cells", CXKit.verdict(same, cell: 3).reason
  end
end
