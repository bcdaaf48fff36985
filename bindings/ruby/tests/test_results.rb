# frozen_string_literal: true

require_relative "helper"

class TestEstimate < Minitest::Test
  def setup
    @estimate = CXKit.nps([10, 10, 9, 8, 3, nil])
  end

  def test_it_says_what_it_stands_on
    assert_equal 40.0, @estimate.value
    assert_equal [5, 5.0, 5.0, 0.95], [@estimate.n, @estimate.n_eff, @estimate.sum_w, @estimate.confidence]
    assert_equal %w[adjusted-wald points], [@estimate.method, @estimate.unit]
    assert_equal 1, @estimate.excluded[:missing]
    assert_nil @estimate.p_value
    assert_nil @estimate.df
    assert_operator @estimate.ci_low, :<, 40
    assert_operator @estimate.ci_high, :>, 40
  end

  def test_it_cannot_be_changed
    assert_predicate @estimate, :frozen?
    assert_predicate @estimate.excluded, :frozen?
    assert_predicate @estimate.flags, :frozen?
    assert_raises(FrozenError) { @estimate.instance_variable_set(:@value, 1) }
    refute_respond_to @estimate, :value=
  end

  def test_it_matches_patterns
    case @estimate
    in {value: Float => value, n: ..29, flags: [], excluded: {missing:}}
      assert_equal [40.0, 1], [value, missing]
    end
    refute((@estimate in {n: 30..}))
  end

  def test_it_compares_by_content
    assert_equal @estimate, CXKit.nps([10, 9, 10, 8, nil, 3])
    assert_equal 1, [@estimate, CXKit.nps([10, 10, 9, 8, 3, nil])].uniq.size
    refute_equal @estimate, CXKit.nps([10, 10, 9, 8, 3])
  end

  def test_it_becomes_a_hash
    assert_equal 40.0, @estimate.to_h[:value]
    assert_equal CXKit::Estimate::FIELDS, @estimate.to_h.keys
    assert_equal @estimate, CXKit::Estimate.new(**@estimate.to_h)
    assert_raises(ArgumentError) { CXKit::Estimate.new(value: 1) }
    assert_raises(ArgumentError) { CXKit::Estimate.new(**@estimate.to_h, more: 1) }
  end

  def test_the_word_of_the_method_does_not_hide_the_object_method
    assert_equal "adjusted-wald", @estimate.method
    assert_equal 40.0, @estimate.method(:value).call
  end

  def test_inspect_is_one_line_with_value_interval_and_n
    assert_match(/\A#<CXKit::Estimate 40 points \[.*\] 95 % \(adjusted-wald, n = 5\)>\z/, @estimate.inspect)
    assert_match(/few, no-variance/, CXKit.nps([10]).inspect)
  end

  def test_it_travels_by_marshal
    assert_equal @estimate, Marshal.load(Marshal.dump(@estimate))
  end
end

class TestTable < Minitest::Test
  def setup
    @table = CXKit.nps([10, 9, 3, nil, 11], by: {team: ["b", "a", "b", nil, nil]})
  end

  def test_rows_are_hashes
    rows = @table.to_a
    assert_equal ["a", "b", nil], rows.map { |row| row[:team] }
    assert_equal [100.0, 0.0, nil], rows.map { |row| row[:value] }
    assert_equal({team: "a", n: 1, method: "score", status: "CX_OK"}, rows[0].slice(:team, :n, :method, :status))
  end

  def test_an_empty_group_has_a_status_and_no_value
    row = @table.row(2)
    assert_equal ["CX_E_EMPTY", 0, 1, 1], row.values_at(:status, :n, :missing, :out_of_range)
    assert_nil row[:value]
  end

  def test_columns_by_symbol_or_string_and_rows_by_number
    assert_equal ["a", "b", nil], @table[:team]
    assert_equal @table[:n], @table["n"]
    assert_equal @table.to_a[1], @table[1]
    assert_equal @table[-1], @table[2]
    assert_raises(CXKit::NameNotFoundError) { @table[:nothing] }
    assert_raises(IndexError) { @table[3] }
  end

  def test_it_is_enumerable_and_becomes_a_hash
    assert_equal 3, @table.each.size
    assert_equal 3, @table.count
    assert_equal "a", @table.max_by { |row| row[:value] || -200 }[:team]
    assert_equal @table.columns, @table.to_h.keys
    assert_equal({"a" => 1, "b" => 2, nil => 0}, @table.to_h { |row| [row[:team], row[:n]] })
  end

  def test_it_cannot_be_changed
    assert_predicate @table, :frozen?
    assert_predicate @table[:team], :frozen?
    assert_predicate @table.columns, :frozen?
  end

  def test_it_compares_by_content_and_matches_patterns
    assert_equal @table, CXKit.nps([nil, 11, 3, 9, 10], by: {team: [nil, nil, "b", "a", "b"]})
    assert((@table in {team: ["a", *]}))
    assert((@table.first in {team: String, value: Float}))
  end

  def test_its_columns_are_columns_again
    table = CXKit.plan([1.0, 4.0], 30).table
    assert_equal 2, CXKit.tally_by([1, 2], by: table.to_h.slice(:n)).size
    assert_equal 1.0, CXKit.correlate(table[:n] + [40], [1, 2, 3.0]).value.round
  end
end
