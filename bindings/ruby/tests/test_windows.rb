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

  def test_the_windows_are_those_of_the_calendar
    units = %w[second day week month]
    days = %w[monday tuesday wednesday thursday friday saturday sunday]
    rows = Support.vectors("windows")
    assert_operator rows.size, :>=, 10
    rows.each do |row|
      table = CXKit.window_of([row["time"].to_i], every: "#{row['every']} #{units[row['unit'].to_i]}s",
                                                  week_starts: days[row["week_starts"].to_i - 1],
                                                  offset: row["offset"].to_i)
      assert_equal Time.at(0, row["window"].to_i, :usec).utc, table[:window][0], row["id"]
      assert_operator table[:window_end][0], :>, table[:window][0]
    end
    assert_equal [nil], CXKit.window_of([nil], every: "day")[:window]
  end

  def test_windows_pass_on_the_options_of_the_metric
    time = [0, 1, 2, DAY, DAY + 1]
    effort = CXKit.windows(time, [1, 2, 5, 3, 4], every: "day", metric: "ces", version: 1)
    assert_in_delta 8 / 3r, effort[:value][0]
    assert_equal [3, 2, 5], CXKit.windows(time, [9] * 5, every: "day", totals: true)[:n]
    assert_equal [nil, nil], CXKit.windows(time, [9] * 5, every: "day", metric: "enps")[:value]
    rolling = CXKit.windows(time, [9] * 5, every: "day", period: "2 days")
    assert_equal [3, 5], rolling[:n]
    assert_raises(CXKit::OptionError) { CXKit.windows(time, [9] * 5, every: "day", period: "36 hours") }
    assert_raises(CXKit::OptionError) { CXKit.windows(time, [9] * 5, every: "day", metric: "npx") }
    assert_raises(CXKit::OptionError) { CXKit.windows(time, [9] * 5, every: "day", period: "2 days", min_n: 5) }
    assert_raises(CXKit::OptionError) { CXKit.windows(time, [9] * 5, every: "day", period: "2 days", totals: true) }
  end

  def test_one_answer_of_each_respondent_counts
    scores, who, time = [0, 10, 9, 3, 8], [1, 1, 2, 2, nil], [1, 2, 2, 1, 5]
    last = CXKit.nps(scores, respondent: who, time: time)
    assert_equal [3, 2], [last.n, last.excluded[:duplicate]]
    assert_in_delta CXKit.nps([10, 9, 8]).value, last.value
    assert_in_delta CXKit.nps([0, 3, 8]).value, CXKit.nps(scores, respondent: who, time: time, keep: "first").value
    assert_equal 5, CXKit.nps(scores, respondent: who, keep: "all").n
    table = CXKit.mean_score(scores, respondent: who, time: time, by: %w[x y x y y])
    assert_equal [[1, 2], [1, 1]], [table[:n], table[:duplicate]]
    assert_equal 3, CXKit.nps(scores, respondent: who, mode: %w[a b a b b]).n
    assert_equal 1, CXKit::Tally.new.add_once([3, 9, 8], respondent: [1, 1, 2]).excluded[:duplicate]
    assert_raises(CXKit::OptionError) { CXKit.nps(scores, keep: "first") }
    assert_raises(CXKit::OptionError) { CXKit.nps(scores, respondent: who, keep: "best") }
    assert_raises(CXKit::OptionError) { CXKit.nps(CXKit::Tally.new.add([9]), respondent: [1]) }
  end

  def test_a_respondent_counts_once_in_each_window
    time, scores, who = [0, 1, 2, DAY], [10, 0, 9, 3], [1, 1, 2, 1]
    table = CXKit.windows(time, scores, every: "day", respondent: who)
    assert_equal [[0.0, -100.0], [1, 0]], [table[:value], table[:duplicate]]
    assert_equal [100.0, -100.0], CXKit.windows(time, scores, every: "day", respondent: who, keep: "first")[:value]
    month = CXKit::Tally.new.add_once(scores, respondent: who, time: time, window: "month")
    assert_equal 2, month.n
    assert_raises(CXKit::OptionError) { CXKit.tally_windows(time, scores, every: "day", keep: "first") }
  end

  def test_answers_lie_behind_their_events
    delay = CXKit.answer_delay([0, 0, 5_000_000, nil], [2_000_000, 4_000_000, 0, 1])
    assert_equal [2, 1, 1, 2.0, 4.0], [delay.n, delay.before, delay.missing, delay.shortest, delay.longest]
    assert_nil CXKit.answer_delay([], []).median
    assert_raises(CXKit::DomainError) { CXKit.answer_delay([5], [0], invalid: "error") }
  end

  def test_sites_that_came_are_named
    time = [0, 7 * DAY, 7 * DAY]
    state = CXKit.tally_windows(time, [10, 9, 3], every: "week", by: {site: %w[a a b]})
    assert_equal %w[always came], CXKit.trend_sites(state)[:presence]
    assert_includes CXKit.trend(state).columns, :mix_ci_low
    assert_raises(CXKit::MismatchError) { CXKit.trend_sites(CXKit.tally_windows(time, [1, 2, 3], every: "week")) }
  end
end
