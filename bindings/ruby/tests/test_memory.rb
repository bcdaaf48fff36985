# frozen_string_literal: true

require_relative "helper"
require "fiddle"
require "timeout"

class TestMemory < Minitest::Test
  HANDLES = Support::NATIVE.constants.grep(/\ACx_/).map { |name| Support::NATIVE.const_get(name) }.freeze

  # Every way in, and the two results.
  def every_call
    values = [10, nil, 3, 9.5, 7]
    CXKit.nps(values)
    CXKit.nps([1, 2, 2**63 - 1])
    CXKit.nps(CXKit.column("\x01\x09", dtype: :int8, validity: "\x03"))
    CXKit.nps(Fiddle::Pointer.to_ptr("\x01\x09"))
    CXKit.nps(values, weights: [1.0] * 5, by: {team: ["a", :b, nil, "a", "Zürich"]}).to_a
    CXKit.tally_by([1, 2], by: [Time.at(1), nil]).keys
    CXKit.plan([4, 1], 30).table.to_h
    CXKit.drivers({a: [1, 2, 3, 4], b: [2, 1, 4, 3]}, [1, 2, 3, 5])
    Marshal.load(Marshal.dump(CXKit::Tally.new.add(values))) + CXKit::Tally.new
  end

  # Every allocation collects the young: all that a call makes is young.
  def stressed
    GC.stress = 1
    before = GC.count
    yield
    assert_operator GC.count - before, :>, 500
  ensure
    GC.stress = false
  end

  def test_every_call_stands_a_collection_at_every_allocation
    expected = CXKit.nps([10, nil, 3, 7])
    stressed do
      every_call
      assert_equal expected, CXKit.nps([10, nil, 3, 7])
      assert_raises(CXKit::DomainError) { CXKit.nps([1, Float::INFINITY]) }
      assert_raises(CXKit::ColumnTypeError) { CXKit.nps([1, "a"]) }
    end
  end

  def test_columns_stay_in_place_when_the_heap_is_compacted
    skip "no compaction here" unless GC.respond_to?(:compact)
    bytes = "\x01\x09\x0a" # short enough to live inside the object
    columns = Array.new(2000) { |i| Support::NATIVE::Column.packed(bytes + [i % 11].pack("c"), 1, 0, nil, "x") }
    columns = columns.each_slice(2).map(&:first) # holes to move into
    GC.compact
    GC.verify_compaction_references(toward: :empty)
    tally = Support::NATIVE.cx_tally_new(0, 10)
    columns.each { |column| Support::NATIVE.cx_tally_add(tally, column, nil, nil) }
    last = columns.each_index.map { |i| (2 * i) % 11 }.tally
    expected = (0..10).map { |score| last[score] + (bytes.bytes.include?(score) ? 1000 : 0) }
    assert_equal expected, (0..10).map { |score| Support::NATIVE.cx_tally_count(tally, score) }
    columns.each(&:release)
  end

  def failing_calls
    [-> { CXKit.nps([1, Float::INFINITY]) },
     -> { CXKit.nps([1, nil, "a"]) },
     -> { CXKit.nps([1, 2**70]) },
     -> { CXKit.nps([nil, 1], weights: [1]) },
     -> { CXKit.nps([1], weights: Object.new) },
     -> { CXKit.nps(CXKit.column("\x01\x02\x03", dtype: :int16)) },
     -> { CXKit.nps(CXKit.column("\x0b" * 20, dtype: :int8, validity: "\xff\xff\xff"), invalid: :error) },
     -> { CXKit.nps(Fiddle::Pointer.to_ptr("\x0b\x0c"), invalid: :error) },
     -> { CXKit.nps(Support.exporter.new("\x01\x02", "c", 1, 1, 2, 0, 1), weights: [1]) },
     -> { CXKit.nps(Support.exporter.new("\x01\x02", "c", 1, 1, 2, 0, 2)) },
     -> { CXKit.nps([1, 2], by: {a: %w[x y], b: %w[z]}) },
     -> { CXKit.nps([1, 2], by: {a: %w[x y], b: ["z", 1]}) },
     -> { CXKit.plan([1, 1], 3, lower: [2, 2]) },
     -> { CXKit.drivers({a: [1, 2, 3]}, [1, 1, 1]) },
     -> { CXKit.correlate([1, 2], [1]) },
     -> { CXKit::Tally.from_bytes("x" * 100) },
     -> { CXKit::Moments.new(%w[a a]) }]
  end

  def test_a_thousand_failing_calls_leave_nothing_behind
    failing_calls.each_with_index do |call, index|
      assert_raises(CXKit::Error, "call #{index}", &call)
      before = [held, Support.exporter.exported]
      1000.times { begin call.call; rescue CXKit::Error; nil; end }
      # Nothing waits for the collector: columns and views went back at once.
      assert_equal before[1], Support.exporter.exported, "call #{index}"
      after = [held, Support.exporter.exported]
      assert_in_delta before[0], after[0], 8, "call #{index}"
    end
  end

  def test_columns_go_back_before_the_collector_comes
    GC.start
    GC.disable
    before = Support::NATIVE.live
    100.times { every_call }
    100.times { failing_calls.each { |call| begin call.call; rescue CXKit::Error; nil; end } }
    assert_equal before, Support::NATIVE.live
  ensure
    GC.enable
  end

  # Native objects of every kind and the blocks of columns; some may be on the stack still.
  def held
    3.times { GC.start }
    HANDLES.sum { |klass| ObjectSpace.each_object(klass).count } + Support::NATIVE.live
  end

  def test_results_do_not_pile_up
    every_call
    before = held
    200.times { every_call }
    assert_in_delta before, held, 20
  end

  def test_frozen_inputs_are_enough
    scores = [10, nil, 3].freeze
    keys = {team: %w[a b a].map(&:freeze).freeze}.freeze
    assert_equal 2, CXKit.nps(scores, weights: [1, 1, 1].freeze, by: keys).size
    assert_equal 1, CXKit.nps(CXKit.column("\x01".b.freeze, dtype: :int8).freeze).n
  end
end

class TestThreads < Minitest::Test
  # Times at which another thread ran in the middle half of a call. With the lock held there are
  # none; a loaded machine may need a second try.
  def ticks_in_the_middle_of
    5.times do
      ticks = []
      ticker = Thread.new { loop { ticks << now and sleep 0.0005 } }
      sleep 0.005
      start = now
      yield
      finish = now
      ticker.kill.join
      assert_operator finish - start, :>, 0.004, "the call was too short to tell"
      middle = (start + ((finish - start) / 4))..(finish - ((finish - start) / 4))
      inside = ticks.count { |tick| middle.cover?(tick) }
      return inside if inside.positive?
    end
    0
  end

  def now
    Process.clock_gettime(Process::CLOCK_MONOTONIC)
  end

  def doubles(period)
    CXKit.column(Array.new(1000) { |i| (i * 7 % period).to_f }.pack("d*") * 8000, dtype: :float64)
  end

  def test_the_check_sees_a_thread_that_stands_still
    bytes = "x" * 50_000_000
    assert_equal 0, ticks_in_the_middle_of { bytes.sum }
  end

  def test_other_threads_run_during_add
    column = doubles(11)
    assert_operator ticks_in_the_middle_of { CXKit::Tally.new.add(column) }, :>, 0
  end

  def test_other_threads_run_during_by
    column = doubles(11)
    assert_operator ticks_in_the_middle_of { CXKit.tally_by(column, by: column) }, :>, 0
  end

  def test_other_threads_run_during_correlate_and_moments
    columns = {a: doubles(11), b: doubles(13)}
    assert_operator ticks_in_the_middle_of { CXKit.correlate(columns[:a], columns[:b]) }, :>, 0
    assert_operator ticks_in_the_middle_of { CXKit::Moments.new(%i[a b]).add(columns) }, :>, 0
  end

  def test_other_threads_run_during_models
    x = CXKit.column(Array.new(200_000) { |i| Math.sin(i * 0.37) }.pack("d*"), dtype: :float64)
    y = CXKit.column(Array.new(200_000) { |i| i * 7 % 3 > 1 ? 1.0 : 0.0 }.pack("d*"), dtype: :float64)
    many = {x: doubles(11), y: doubles(13)}
    assert_operator ticks_in_the_middle_of { CXKit.regress(many, :y) }, :>, 0
    assert_operator ticks_in_the_middle_of { CXKit.logit({x: x}, y) }, :>, 0
    assert_operator ticks_in_the_middle_of { CXKit.correlations(many, method: :spearman) }, :>, 0
    table = (0...30).to_h { |j| ["x#{j}", Array.new(400) { |i| Math.sin(i * (j + 1)) }] }
    outcome = Array.new(400) { |i| Math.cos(i * 1.3) + table["x3"][i] }
    assert_operator ticks_in_the_middle_of { CXKit.penalised(table, outcome, method: "elastic-net") }, :>, 0
  end

  # The bare call: making the table holds the lock and lets others in between.
  def test_other_threads_run_during_plan
    native = Support::NATIVE
    importance = native::Column.array(Array.new(200_000) { |i| i + 1.0 }, "a")
    known = native::Column.array([1.0] * 200_000, "known")
    options = native::Cx_plan_options.new
    ticks = ticks_in_the_middle_of do
      native.cx_plan(importance, 10_000_000.0, nil, nil, known, nil, nil, nil, options)
    end
    assert_operator ticks, :>, 0
  end

  def test_other_threads_run_during_drivers
    table = (0...22).to_h { |j| ["x#{j}", Array.new(200) { |i| Math.sin(i * (j + 1)) }] }
    moments = CXKit::Moments.new([*table.keys, "y"]).add(table.merge("y" => Array.new(200) { |i| Math.cos(i) + i }))
    assert_operator ticks_in_the_middle_of { CXKit.drivers(moments, "y") }, :>, 0
  end

  def test_a_timeout_during_a_long_call_leaves_nothing_behind
    column = CXKit.column("\x05" * 3_000_000, dtype: :int8)
    keys = CXKit.column((0...3000).map { |i| i % 7 }.pack("c*") * 1000, dtype: :int8)
    before = Support.live
    3.times do
      Timeout.timeout(0.03) { loop { CXKit.tally_by(column, by: keys) } }
      flunk
    rescue Timeout::Error
      nil
    end
    assert_equal before, Support.live
  end

  def test_a_killed_thread_leaves_the_state_usable
    tally = CXKit::Tally.new
    column = CXKit.column("\x05" * 1_000_000, dtype: :int8)
    thread = Thread.new { loop { tally.add(column) } }
    sleep 0.02
    thread.kill.join
    whole = tally.n
    assert_equal 0, whole % 1_000_000
    assert_equal whole + 1, tally.add([5]).n
  end
end
