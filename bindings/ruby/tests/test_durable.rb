# frozen_string_literal: true

require_relative "helper"
require "open3"
require "tmpdir"

# The gem sqlite3 is not a dependency: without it the class says so, and there is nothing more to test.
class TestDurable < Minitest::Test
  MINUTE = 60_000_000
  START = 20_000 * 1440 * MINUTE
  POINTS = [1, 2, 3].freeze

  def setup
    CXKit::DurableLedger
    skip "SQLite is older than 3.37" if SQLite3::SQLITE_VERSION_NUMBER < 3_037_000
    @folder = Dir.mktmpdir
    @path = File.join(@folder, "asked.db")
  rescue LoadError => e
    assert_match(/gem install sqlite3/, e.message)
    skip "the gem sqlite3 is not installed"
  end

  def teardown
    FileUtils.rm_rf(@folder) if @folder
  end

  # That of tests/property/store.c.
  def gate(seed: 1, points: POINTS)
    made = CXKit::Gate.new([{gap: 7 * 86_400}], seed: seed, points: points)
    made.target(1, 1000, traffic: 3000, start: START, end: START + (365 * 1440 * MINUTE))
  end

  def open(path = @path, given = gate, **options, &block)
    CXKit::DurableLedger.open(path, given, **options, &block)
  end

  def write(log, rows)
    (log.size...(log.size + rows)).each do |i|
      contact = i % 17 == 16 ? nil : i % 97
      if i % 5 == 4 && contact
        log.record(contact, POINTS[i % 3], "answered", START + (i * MINUTE))
      else
        log.decide(contact, POINTS[i % 3], START + (i * MINUTE))
      end
    end
  end

  def test_what_was_decided_is_there_when_the_file_is_opened_again
    ledger = open do |log|
      write(log, 60)
      log.gate.ledger
    end
    open do |log|
      assert_equal 60, log.size
      assert_equal ledger, log.gate.ledger
    end
  end

  def test_either_library_opens_what_the_other_wrote
    store = File.join(ENV.fetch("CX_BUILD", "."), "tests/property/store")
    skip "CX_BUILD has no tests/property/store: libcxkit-ledger was not built" unless File.exist?(store)
    other = File.join(@folder, "other.db")
    assert_equal "70", Open3.capture2(store, "write", @path, "70").first.strip
    open(other) { |log| write(log, 70) }
    assert_equal File.binread("#{@path}-mark"), File.binread("#{other}-mark")
    open { |log| write(log, 20) }
    assert_equal "90", Open3.capture2(store, "write", other, "20").first.strip
    found = open(other) { |log| log.decide(5, 1, START + (90 * MINUTE), attributes: 3) }
    said = Open3.capture2(store, "read", @path).first.split
    assert_equal [90, found.u, found.probability], said.first(3).map(&:to_f)
  end

  def test_many_rows_share_a_commit_and_a_contact_can_be_erased
    open(group: true) do |log|
      write(log, 40)
      log.commit
      assert log.erase?(3)
      refute log.erase?(3)
      assert_equal 39, log.size
    end
    open { |log| assert_equal 39, log.size }
  end

  def test_damage_and_loss_are_refused
    open { |log| write(log, 10) }
    early = File.binread(@path)
    open { |log| write(log, 10) }
    File.binwrite(@path, early)
    assert_match(/row 20 was acknowledged/, assert_raises(CXKit::FormatError) { open }.message)
    open(accept_loss: true) { |log| assert_equal 10, log.size }
    open { |log| assert_equal 10, log.size }
    File.delete("#{@path}-mark")
    assert_match(/missing/, assert_raises(CXKit::FormatError) { open }.message)
    File.binwrite(@path, early.sub("contact", "contbct"))
    assert_raises(CXKit::FormatError) { open(accept_loss: true) }
  end

  def test_what_is_refused
    open { |log| write(log, 25) }
    assert_raises(CXKit::MismatchError) { open(@path, gate(seed: 2)) }
    assert_raises(CXKit::MismatchError) { open(@path, gate(points: [1, 2, 4])) }
    assert_raises(CXKit::OptionError) { open(@path, nil) }
    log = open
    assert_raises(CXKit::LimitError) { open }
    assert_raises(CXKit::NameNotFoundError) { log.decide(1, 99, START + (99 * MINUTE)) }
    assert_raises(CXKit::DomainError) { log.decide(1, 1, START - MINUTE) }
    assert_equal 25, log.size
    log.close
    assert_match(/closed/, assert_raises(CXKit::LimitError) { log.decide(1, 1, START + (99 * MINUTE)) }.message)
  end
end
