# frozen_string_literal: true

require_relative "helper"
require "date"
require "zlib"

class TestWaits < Minitest::Test
  def parse(text)
    words = text.split
    [words.map { |word| word.delete_suffix("+").to_f }, words.map { |word| !word.end_with?("+") }]
  end

  # The columns of a gzipped file of the data folder, or a skip that says so.
  def shared(relative)
    path = File.join(ENV.fetch("CX_SHARED", ""), relative)
    skip "no data folder with #{relative} is given (CX_SHARED)" unless File.exist?(path)
    CSV.parse(Zlib::GzipReader.open(path, &:read), headers: true, strip: true)
  end

  def test_figures_match_those_of_others
    rows = Support.vectors("waits")
    assert_operator rows.size, :>, 30
    rows.each do |row|
      curve = CXKit.patience(*parse(row["waits"]))
      arguments = row["at"].to_s.empty? ? [] : [row["at"].to_f]
      found = curve.public_send(row["figure"].tr("-", "_"), *arguments)
      %w[value se ci_low ci_high].each do |name|
        next if row[name].to_s.empty?

        expected = row[name] == "inf" ? Float::INFINITY : Float(row[name])
        next assert_equal expected, found.public_send(name), row["id"] if expected.infinite?

        assert_in_delta expected, found.public_send(name), (row["tolerance"].to_f + 1e-15) * expected.abs, row["id"]
      end
    end
  end

  def test_log_rank_matches_that_of_others
    Support.vectors("logrank").each do |row|
      groups = CXKit::Waits.new
      row["groups"].split(" | ").each_with_index do |text, at|
        waits, ended = parse(text)
        groups.add(waits, ended, by: {group: [at] * waits.size})
      end
      assert_in_delta row["chi2"].to_f, groups.logrank.chi2, 1e-8
      assert_equal row["df"].to_f, groups.logrank.df
    end
  end

  def test_patience_of_the_callers_of_a_bank
    calls = shared("data/bank-calls/bank_calls_1999_02.csv.gz").select do |row|
      row["q_time"].to_i.positive? && row["outcome"] != "PHANTOM" && %w[NW IN PS NE].include?(row["type"])
    end
    groups = CXKit.patience(calls.map { |row| row["q_time"].to_i }, calls.map { |row| row["outcome"] == "HANG" },
                            by: {type: calls.map { |row| row["type"] }})
    medians = groups.median.to_h { |row| [row[:type], [row[:value], row[:ci_low], row[:ci_high]]] }
    assert_equal [165, 152, 171], medians["NW"]
    assert_equal([339, 439, 508], %w[IN PS NE].map { |type| medians[type].first })
    assert_in_delta 819.8, groups.logrank.chi2, 0.05
  end

  def test_deliveries_promised_as_days_are_compared_by_day
    rows = shared("data/olist/orders.csv.gz")
    read = ->(name) { rows.map { |row| utc(row[name]) } }
    due = read["order_estimated_delivery_date"]
    done = read["order_delivered_customer_date"]
    off = rows.map { |row| %w[canceled unavailable].include?(row["order_status"]) }
    found = CXKit.promises(due, done, now: Time.utc(2018, 10, 24), cancelled: off)
    assert_in_delta 0.932401773744, found.settled.value, 1e-12
    assert_in_delta 0.9167089, found.kept.value, 1e-7
    assert_equal [332, 274], found.table[0].values_at(:overdue, :cancelled)
  end

  def utc(text)
    text.to_s.empty? ? nil : Time.utc(*text.scan(/\d+/).map(&:to_i))
  end

  def test_unknown_ends_give_two_bounds
    curve = CXKit.patience([1, 2, 3, 4], [true, nil, nil, false])
    assert_equal [2, 2], [curve.n, curve.unknown]
    assert_includes curve.survival(3).flags, "partial"
    assert_equal [0.25, 0.75], %w[event censored].map { |bound| curve.survival(3, unknown: bound).value }
  end

  def test_what_the_curve_does_not_reach_is_not_a_number
    curve = CXKit.patience([10, 20, 30], [true, false, false])
    assert_nil curve.median
    assert_nil curve.median_ci
    assert_raises(CXKit::UnidentifiedError) { curve.quantile(0.5) }
    assert_raises(CXKit::EmptyError) { CXKit.patience([], []).survival(1) }
    error = assert_raises(CXKit::DomainError) { curve.add([1, Float::INFINITY], [1, 1]) }
    assert_equal 1, error.row
    assert_equal 3, curve.n
  end

  def test_waits_add_up_and_travel
    one = CXKit.patience([5, 9], [1, 0], by: {team: %w[a b]})
    two = CXKit.patience([7], [1], by: {team: ["a"]})
    both = one + two
    assert_equal %w[a b], both.keys
    assert_equal 2, both["a"].n
    assert_equal 3, both.total.n
    assert_equal both, CXKit::Waits.from_bytes(both.to_bytes)
    assert_equal [5.0, nil], both.quantile(0.4)[:value]
    assert_raises(CXKit::MismatchError) { both.add([1], [1]) }
    assert_equal 3, both.curve.size
  end

  def test_promises_end_with_the_day_and_open_ones_count
    due = [Date.new(2024, 5, 2)] * 4
    done = [Time.utc(2024, 5, 2, 18), Time.utc(2024, 5, 1), Time.utc(2024, 5, 3, 1), nil]
    found = CXKit.promises(due, done, now: Date.new(2024, 5, 6))
    assert_equal 0.5, found.kept.value
    assert_in_delta 2 / 3.0, found.settled.value
    assert_equal 0.75, CXKit.promises(due, done, now: Date.new(2024, 5, 6), offset: -5 * 3600).kept.value
    grouped = CXKit.promises(due, done, now: Date.new(2024, 5, 6), by: %w[x x y y])
    assert_equal [1, 0], grouped.table[:value]
    assert_raises(CXKit::OptionError) { CXKit.promises(due, done, now: "today") }
  end

  def test_open_cases_are_censored_and_not_dropped
    start = Time.utc(2024, 5, 2, 9)
    answered = [start + 10, start + 20, start + 90, nil, nil]
    resolved = [nil, nil, nil, nil, start + 5]
    found = CXKit.response_speed([start] * 5, answered, now: start + 100, level: 30, resolved: resolved)
    assert_in_delta 0.4, found.within.value
    assert_in_delta 2 / 3.0, found.of_answered
    assert_equal 90, found.median.value
    assert_nil found.q90
    assert_in_delta 0.2, found.resolution.within.value
  end
end
