# frozen_string_literal: true

require_relative "helper"
require "date"
require "time"
require "zlib"

class TestContacts < Minitest::Test
  DAY = 86_400_000_000
  WEEK = 7 * 86_400
  SPAN = {window: WEEK, start: 0, finish: 100 * DAY}.freeze

  def test_only_first_contacts_of_an_issue_are_an_index
    customer = [1] * 10 + [2]
    time = (0...10).map { |i| (20 + (2 * i)) * DAY } + [40 * DAY]
    found = CXKit.fcr(customer, time, **SPAN)
    assert_equal [2, 0.5, 9, 1], [found.n, found.value, found.later, found.repeats]
    assert_equal [2, 5.5, 2], [found.issues, found.contacts_per_issue, found.customers]
    assert_equal %w[jackknife fraction], [found.method, found.unit]
    every = CXKit.non_repeat(customer, time, **SPAN)
    assert_equal 11, every.n
    assert_in_delta 2.0 / 11, every.value, 1e-14
    assert_kind_of CXKit::Estimate, found.estimate
  end

  def test_times_come_in_any_form
    days = [1, 9, 10, 12, 20, 31].map { |day| Date.new(2026, 1, day) }
    who = %w[a b b c d e]
    expected = CXKit.fcr(who, days, window: WEEK)
    times = days.map { |day| Time.utc(day.year, day.month, day.day) }
    assert_equal expected, CXKit.fcr(who, times, window: WEEK)
    assert_equal expected, CXKit.fcr(who, times, window: WEEK, start: days.first)
    assert_equal expected, CXKit.fcr(who, times, window: WEEK, start: times.first)
  end

  def test_what_is_left_out_is_counted_by_reason
    customer = [0, nil, 3, 3, 4, 5, 6]
    time = [20 * DAY, 20 * DAY, 20 * DAY, (20 * DAY) + 1, nil, 200 * DAY, 30 * DAY]
    found = CXKit.fcr(customer, time, no_id: 0, **SPAN)
    assert_equal [2, 1, 1, 1], found.excluded.values_at(:no_id, :duplicate, :missing, :out_of_range)
    assert_equal found.rows, found.contacts + found.excluded.values.sum
    assert_in_delta 0.4, found.no_id_share
  end

  def test_abandoned_contacts_count_as_repeats
    customer = [1, 1, 2, 2]
    time = [20, 22, 20, 22].map { |day| day * DAY }
    mark = [false, true, false, false]
    assert_equal 2, CXKit.fcr(customer, time, abandoned: mark, **SPAN).repeats
    assert_equal 1, CXKit.fcr(customer, time, outbound: mark, **SPAN).repeats
    assert_equal 1, CXKit.fcr(customer, time, abandoned: mark, abandoned_as: :ignored, **SPAN).repeats
    error = assert_raises(CXKit::DomainError) { CXKit.fcr(customer, time, abandoned: [0, nil, 0, 0], **SPAN) }
    assert_equal [1, "abandoned"], [error.row, error.column]
    assert_raises(CXKit::OptionError) { CXKit.fcr(customer, time, method: :greenwood, **SPAN) }
    assert_raises(CXKit::OptionError) { CXKit.fcr(customer, time, window: 0) }
    assert_raises(ArgumentError) { CXKit.fcr(customer, time, window: WEEK, topics: [1]) }
    assert_raises(CXKit::UnidentifiedError) { CXKit.fcr([1, 2, 3], [0, 8 * DAY, 9 * DAY], window: WEEK) }
  end

  def test_keys_give_a_table
    customer = (0...600).map { |i| i * 7919 % 149 }
    time = (0...600).map { |i| i * 104_729 % 8_640_000 * 1_000_000 }
    team = (0...600).map { |i| %w[north south][i % 2] }
    table = CXKit.fcr(customer, time, by: {team: team}, **SPAN)
    whole = CXKit.fcr(customer, time, **SPAN)
    assert_equal %w[north south], table[:team]
    assert_equal [whole.n, whole.repeats], [table[:n].sum, table[:repeats].sum]
    one = CXKit.fcr(customer, time, index: team.map { |name| name == "north" }, **SPAN)
    assert_equal one.value, table[:value][0]
  end

  def test_episodes_are_rows
    table = CXKit.episodes(%w[Eve Ann Eve Eve], [40, 2, 41, 99].map { |day| day * DAY }, transfers: [0, 0, 2, 0],
                           channel: %w[chat phone phone chat], **SPAN)
    assert_equal [%w[Ann Eve Eve], [1, 2, 1], [0, 2, 0], [0, 1, 0], [1, 0, 0], [0, 0, 1]],
                 %i[customer contacts transfers switches run_in open].map { |name| table[name] }
  end

  def test_effort_and_moves
    customer = [0, 0, 1, 1, 2, 2, 3]
    time = [30, 31, 30, 31, 30, 31, 30].map { |day| day * DAY }
    channel = %w[web web web phone web phone web]
    effort = CXKit.log_effort(customer, time, channel: channel, **SPAN)
    assert_equal [7.0 / 4, 0.5, 0.75, 0.5], [effort.contacts.value, effort.switches.value, effort.repeated.value,
                                             effort.multichannel.value]
    assert_nil effort.transfers
    assert_equal({["web", "phone"] => 0.5, ["web", nil] => 0.5},
                 effort.moves.to_h { |row| [row.values_at(:from, :to), row[:value]] })
  end

  def test_a_real_log
    folder = ENV.fetch("CX_SHARED", nil)
    skip "CX_SHARED does not name the folder with data/bank-calls" unless folder
    path = File.join(folder, "data", "bank-calls", "bank_calls_1999_02.csv.gz")
    rows = CSV.parse(Zlib::GzipReader.open(path, &:read), headers: true).reject { |row| row["outcome"] == "PHANTOM" }
    days = Hash.new { |found, day| found[day] = Date.strptime("19#{day}", "%Y%m%d").jd - 2_440_588 }
    time = rows.map do |row|
      hours, minutes, seconds = row["vru_entry"].split(":").map(&:to_i)
      ((days[row["date"]] * 86_400) + (hours * 3600) + (minutes * 60) + seconds) * 1_000_000
    end
    customer = rows.map { |row| row["customer_id"].to_f.to_i }
    abandoned = rows.map { |row| row["outcome"] != "AGENT" }
    Support.vectors("contacts").each do |row|
      found = CXKit.public_send(row["figure"], customer, time, method: row["method"], abandoned: abandoned, no_id: 0,
                                window: WEEK, start: Date.new(1999, 2, 1), finish: Date.new(1999, 3, 1))
      assert_in_delta Float(row["value"]), found.value, Float(row["tolerance"]), row["id"]
      assert_equal [row["n"].to_i, row["repeats"].to_i], [found.n, found.repeats], row["id"]
    end
  end
end
