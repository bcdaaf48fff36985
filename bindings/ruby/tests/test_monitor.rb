# frozen_string_literal: true

require_relative "helper"

# Monitors: what C says, in the words of Ruby.
class TestMonitor < Minitest::Test
  def known(points = [0, 1], **options)
    monitor = CXKit::Monitor.new(points, arl: 200, drop: 20, reference: "plug-in", **options)
    monitor.set_baseline(points, [20] * points.size, [30] * points.size, [50] * points.size)
  end

  def test_a_monitor_without_answers_says_nothing
    monitor = CXKit::Monitor.new(%w[b a], arl: 200)
    assert_equal %w[a b], monitor.points[:point]
    assert_equal({"a" => nil, "b" => nil}, monitor.evidence)
    assert_equal 0, monitor.alarms.size
    assert_equal(-Float::INFINITY, monitor.log_evidence)
    assert_includes monitor.inspect, "2 points at period 0"
  end

  def test_evidence_grows_with_the_information_of_each_answer
    {"bounded" => 0.0304, "trinomial" => 0.0324}.each do |form, growth|
      monitor = known([0], form: form)
      monitor.observe_counts(0, 3000, 3000, 4000).end_period
      assert_in_delta growth, monitor.evidence[0] / 10_000, 5e-5
    end
  end

  def test_the_steady_level_is_that_of_the_filter
    monitor = CXKit::Monitor.new([7], arl: 200, process_noise: 4, half_life: Float::INFINITY, prior: [0.2, 0.3, 0.5])
    200.times { monitor.observe_counts(7, 6, 9, 15).end_period }
    assert_in_delta 26.5890421898, monitor.points[:se][0]**2, 1e-7
  end

  def test_a_drop_is_found_and_acknowledged
    monitor = known([0, 1, 2])
    while monitor.alarms.size.zero?
      3.times { |point| monitor.observe(point, point == 1 ? [0, 3, 7, 9] : [0, 7, 9, 10, 10]) }
      monitor.end_period
    end
    alarm = monitor.alarms.first
    assert_equal [1, "down", 0], [alarm[:point], alarm[:kind], alarm[:n_after]]
    assert_nil alarm[:change]
    monitor.acknowledge(1)
    assert_equal 0, monitor.alarms.size
  end

  def test_answers_come_as_columns_or_one_by_one
    one = known
    [[0, 10], [1, 3], [0, nil], [1, 11]].each { |point, score| one.observe(point, [score]) }
    many = known.observe([0, 1, 0, 1], [10, 3, nil, 11])
    assert_equal one, many
    assert_equal [1, 1], many.excluded.values_at(:missing, :out_of_range)
  end

  def test_late_answers_belong_to_their_cohort
    monitor = known([0], max_age: 1)
    monitor.observe(0, [9, 9]).end_period
    monitor.observe(0, [0, 10], 0).end_period
    assert_equal [4], monitor.points[:n]
    assert_equal [0.5, 1.0], monitor.delays[:share]
    assert_raises(CXKit::DomainError) { monitor.observe(0, [5], 0) }
    counting = known([0], late: "count").advance(3).observe(0, [5, 6], 1)
    assert_equal 2, counting.late
  end

  def test_errors_name_the_row_and_change_nothing
    monitor = known
    before = monitor.to_bytes
    error = assert_raises(CXKit::DomainError) { monitor.observe([0, 1, 5], [9, 9, 9]) }
    assert_equal 2, error.row
    assert_raises(CXKit::DomainError) { monitor.advance(-1) }
    assert_equal before, monitor.to_bytes
    assert_raises(CXKit::OptionError) { CXKit::Monitor.new([1], arl: 100, form: "normal") }
    assert_raises(CXKit::OptionError) { CXKit::Monitor.new([1], arl: 100, drop: []) }
    assert_raises(CXKit::OptionError) { CXKit::Monitor.new([1], arl: 100, prior: [1]) }
    assert_raises(ArgumentError) { CXKit::Monitor.new([1], arl: 100, guards: 3) }
  end

  def test_a_restart_changes_nothing
    monitor = known([0, 1, 2], max_age: 1, direction: "both", common_shock: true, cycle: 7)
    monitor.set_cycle([6, 3, 0, 0, -3, -6, 0]).observe([0, 1, 2], [9, 0, 10]).end_period
    assert_equal 6.0, monitor.cycle[:offset][0]
    other = CXKit::Monitor.from_bytes(monitor.to_bytes)
    [monitor, other].each { |each| each.observe([0, 2], [3, 10]).end_period }
    assert_equal monitor, other
    assert_equal monitor, monitor.dup
    monitor.reset
    assert_equal 0, monitor.period
  end

  def test_engines_collect_in_forks
    monitor = known.end_period
    whole = monitor.dup
    fork = monitor.fork
    fork.observe([0, 1], [9, 2])
    monitor.observe(1, [10])
    whole.observe([0, 1, 1], [9, 2, 10])
    assert_equal whole, monitor + fork
    assert_raises(CXKit::MismatchError) { monitor.merge(whole) }
  end

  def test_response_rates_are_watched
    monitor = CXKit::Monitor.new(["Bern"], arl: 200, reference: "plug-in")
    monitor.set_baseline("Bern", 40, 60, 100, invited: 1000)
    while monitor.alarms.size.zero?
      monitor.invite("Bern", 50, declined: 5).observe_counts("Bern", 1, 1, 3).end_period
    end
    assert_equal ["rate"], monitor.alarms[:kind]
  end
end
