# frozen_string_literal: true

require_relative "helper"

class TestWindows < Minitest::Test
  DAY = 86_400_000_000

  def test_windows_are_tallies_that_merge
    state = CXKit.tally_windows([0, 2 * DAY, nil], [10, 3, 8], every: "day")
    assert_equal 3, state.size
    table = CXKit.nps(state.roll)
    assert_equal [Time.at(0).utc, Time.at(86_400).utc], table[:window][0, 2]
    assert_equal [100.0, nil, -100.0], table[:value][0, 3]
    assert_raises(CXKit::MismatchError) { state.merge(CXKit.tally_windows([0], [1], every: "week")) }
    assert_raises(CXKit::OptionError) { CXKit.tally_windows([0], [1], every: "fortnight") }
  end

  def test_a_step_is_flagged
    time = (0...4).flat_map { |week| [week * 7 * DAY] * 50 }
    scores = (0...4).flat_map { |week| ([10] * (week < 2 ? 20 : 45)) + ([0] * (week < 2 ? 30 : 5)) }
    table = CXKit.trend(CXKit.tally_windows(time, scores, every: "week"))
    assert_equal [nil, "none", "up", "none"], table[:change_flag]
    assert_operator table.figures[:slope], :>, 0
  end
end
