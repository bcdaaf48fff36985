# frozen_string_literal: true

require_relative "helper"

# Small cells of the tables that are not made of tallies.
class TestSuppression < Minitest::Test
  DAY = 86_400_000_000
  TEAMS = (["a"] * 3) + (["b"] * 6) + (["c"] * 9)
  HIDDEN = [nil, nil, 9].freeze

  def test_an_index_and_a_gap_by_team
    answers = {ease: [1, 2, 3, 4, 5, 5] * 3, speed: [2, 3, 3, 5, 4, 4] * 3}
    assert_equal HIDDEN, CXKit.index(answers, by: {team: TEAMS}, min_n: 4)[:n]
    assert_equal HIDDEN, CXKit.gap(answers[:ease], answers[:speed], by: {team: TEAMS}, min_n: 4)[:n]
    assert_raises(CXKit::SuppressedError) { CXKit.index(answers, min_n: 19) }
    assert_raises(CXKit::SuppressedError) { CXKit.gap([5], [4], min_n: 2) }
  end

  def test_waits_by_team_hide_the_same_teams_in_every_table
    waits = (0...18).map { |i| 5.0 + i }
    ended = (0...18).map { |i| i % 3 != 0 }
    groups = CXKit.patience(waits, ended, by: {team: TEAMS}, min_n: 4)
    tables = [groups.survival(8), groups.within(8), groups.restricted_mean(6), groups.rate, groups.logrank.table]
    tables.each { |table| assert_equal HIDDEN, table[:n] }
    assert_equal [nil, nil], groups.curve[:survival].first(2)
    assert_equal 4, groups.dup.min_n
    assert_raises(CXKit::SuppressedError) { groups["a"].survival(6) }
  end

  def test_promises_response_speed_and_tolerance
    due = (0...18).map { |i| i * DAY }
    options = {now: 90 * DAY, by: {team: TEAMS}, min_n: 4}
    assert_equal HIDDEN, CXKit.promises(due, due, resolution: "timestamp", **options).table[:n]
    assert_equal HIDDEN, CXKit.response_speed(due, due, level: 9, **options).table[:n]
    assert_raises(CXKit::SuppressedError) { CXKit.response_speed(due[0, 2], due[0, 2], now: 90 * DAY, min_n: 3) }
    wait = (0...18).map { |i| i * 10 }
    table = CXKit.tolerance(wait, wait.map { |t| t < 90 ? 9 : 5 }, drop: 2, by: {team: TEAMS}, min_n: 4, draws: 20)
    assert_equal HIDDEN, table[:n]
    assert_equal [nil, nil], table[:baseline].first(2)
  end

  def test_contact_logs_count_customers
    who, time, team = [], [], []
    {"a" => 2, "b" => 5, "c" => 7}.each do |name, customers|
      customers.times do |c|
        2.times do |k|
          who << "#{name}#{c}"
          time << ((8 + c + (20 * k)) * DAY)
          team << name
        end
      end
    end
    log = {window: 604_800, start: 0, finish: 60 * DAY, by: {team: team}}
    assert_equal [nil, nil, 7], CXKit.fcr(who, time, min_n: 4, **log)[:customers]
    assert_equal [nil, nil, 7], CXKit.non_repeat(who, time, min_n: 4, **log)[:customers]
    effort = CXKit.log_effort(who, time, min_n: 4, **log)
    assert_equal %w[contacts duration repeated] * 3, effort[:measure]
    assert_equal ([nil] * 6) + ([14] * 3), effort[:n]
    assert_equal %i[customer team], CXKit.episodes(who, time, **log).columns.first(2)
  end

  def test_trend_passes_hidden_windows_over
    time = [40, 3, 40, 20, 40].each_with_index.flat_map { |n, week| [week * 7 * DAY] * n }
    table = CXKit.trend(time, time.each_index.map { |i| (i % 3).zero? ? 0 : 10 }, every: "week", min_n: 5)
    assert_equal [40, nil, 40, nil, 40], table[:n]
    assert_nil table[:against][3]
  end

  def test_misuse_is_named
    assert_match(/drop/, assert_raises(CXKit::OptionError) { CXKit.tolerance([1], [1], drop: nil) }.message)
    assert_match(/whole number/, assert_raises(CXKit::OptionError) { CXKit.detectable(1.5) }.message)
    assert_match(/min_n/, assert_raises(CXKit::OptionError) { CXKit.fcr([1], [0], window: 9, min_n: -1) }.message)
  end

  SCORES = [9, 10, 3, 4, 9, 10, 7, 8, 2, 10, 9, 9, 6, 5, 10, 10, 8, 7].freeze

  def test_comparisons_by_team
    keys = {team: TEAMS}
    tallies = CXKit.tally_by(SCORES, by: keys)
    assert_equal HIDDEN, CXKit.compare(tallies, tallies, min_n: 4)[:n_a]
    assert_equal HIDDEN, CXKit.compare_rest(tallies, min_n: 4)[:n_b]
    assert_equal %w[hidden hidden both], CXKit.decompose(tallies, tallies, min_n: 4).table[:side]
    assert_raises(CXKit::SuppressedError) { CXKit.compare([9, 9], [3] * 9, min_n: 3) }
    assert_raises(CXKit::OptionError) { CXKit.compare([9, 9], [3, 4], paired: true, min_n: 3) }
    assert_raises(CXKit::OptionError) { CXKit.compare_rest(tallies, min_n: -1) }
  end

  def test_modes_journeys_and_coverage
    found = CXKit.modes(SCORES, mode: TEAMS, min_n: 4)
    assert_equal [18, nil, nil, 9], found.table[:n]
    assert_nil found.p_value
    tree = CXKit.journey({team: TEAMS, score: SCORES}, scores: :score, min_n: 4)
    assert_equal [18, nil, nil, 9], tree.table[:n]
    assert_nil CXKit.journey({team: %w[a b], score: [9, 3]}, scores: :score, min_n: 4).total
    table = CXKit.coverage({team: TEAMS}, [1, 0] * 9, min_n: 4)
    assert_equal [9, nil, nil], table[:contacts]
  end

  def test_loops_and_visits
    loop = CXKit.closed_loop([3] * 12, ([1] * 9) + ([0] * 3), [8, 4, 9, 3, 7, 8, 2, 9, 7, 8, 4, 7], min_n: 4)
    assert_nil loop.effect
    assert_equal 12, loop.contacted.n
    found = CXKit.mystery({speed: [1, 0] * 9}, shop: {team: TEAMS}, min_n: 4)
    assert_equal HIDDEN, found.shops[:n]
  end
end
