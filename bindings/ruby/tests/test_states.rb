# frozen_string_literal: true

require_relative "helper"

class TestTally < Minitest::Test
  SCORES = [10, 9, 8, 0, nil, 6, 12, 9.5, 3].freeze

  def test_an_empty_tally_has_no_answers
    tally = CXKit::Tally.new(scale: 1..5)
    assert_equal 0, tally.n
    assert_equal({1 => 0, 2 => 0, 3 => 0, 4 => 0, 5 => 0}, tally.counts)
    assert_equal 1..5, tally.scale
  end

  def test_what_is_left_out_is_counted_by_reason
    tally = CXKit::Tally.new.add(SCORES)
    assert_equal 6, tally.n
    counts = {missing: 1, not_applicable: 0, out_of_range: 1, non_integer: 1, zero_weight: 0, no_id: 0, duplicate: 0,
              open: 0}
    assert_equal counts, tally.excluded
  end

  def test_codes_and_fractions_can_be_told
    tally = CXKit::Tally.new.add([99, 98, 8.5, 10], missing_codes: [99], not_applicable_codes: [98],
                                                    fractional: :floor)
    assert_equal [1, 1, 2], [tally.excluded[:missing], tally.excluded[:not_applicable], tally.n]
    assert_equal 1, tally.counts[8]
  end

  def test_weights_are_summed
    tally = CXKit::Tally.new.add([10, 10, 0], weights: [0.5, 0.25, 0])
    assert_predicate tally, :weighted?
    assert_equal 0.75, tally.weights[10]
    assert_equal 1, tally.excluded[:zero_weight]
  end

  def test_add_gives_the_tally_itself
    tally = CXKit::Tally.new
    assert_same tally, tally.add([1])
    assert_same tally, tally.merge(CXKit::Tally.new)
    assert_same tally, tally.add_counts([1], [2])
    assert_equal 3, tally.n
    assert_same tally, tally.reset
    assert_equal 0, tally.n
  end

  def test_any_split_gives_the_same_bytes
    whole = CXKit::Tally.new.add(SCORES)
    SCORES.size.times do |cut|
      parts = [SCORES[0...cut], SCORES[cut..]].map { |part| CXKit::Tally.new.add(part) }
      assert_equal whole.to_bytes, (parts[0] + parts[1]).to_bytes
      assert_equal whole, parts[1] + parts[0]
    end
  end

  def test_a_sum_leaves_its_parts_alone
    one = CXKit::Tally.new.add([1])
    two = CXKit::Tally.new.add([2])
    assert_equal 2, (one + two).n
    assert_equal [1, 1], [one.n, two.n]
  end

  def test_a_tally_merges_with_itself
    tally = CXKit::Tally.new.add([1, 2])
    assert_equal 4, tally.merge(tally).n
  end

  def test_other_settings_and_kinds_do_not_merge
    assert_raises(CXKit::MismatchError) { CXKit::Tally.new.merge(CXKit::Tally.new(scale: 1..5)) }
    assert_raises(TypeError) { CXKit::Tally.new.merge(5) }
    assert_raises(TypeError) { CXKit::Tally.new.merge(CXKit::Tallies.new) }
  end

  def test_bytes_come_back
    tally = CXKit::Tally.new(scale: 1..7).add([1, 7, nil])
    assert_equal Encoding::BINARY, tally.to_bytes.encoding
    assert_equal tally, CXKit::Tally.from_bytes(tally.to_bytes)
    assert_equal tally.to_bytes, CXKit::Tally.from_bytes(tally.to_bytes).to_bytes
  end

  def test_every_truncation_and_every_flipped_bit_is_refused
    bytes = CXKit::Tally.new(scale: 0..2).add([1, 2, nil]).to_bytes
    bytes.bytesize.times { |size| assert_raises(CXKit::Error) { CXKit::Tally.from_bytes(bytes[0, size]) } }
    (bytes.bytesize * 8).times do |bit|
      damaged = bytes.dup
      damaged.setbyte(bit / 8, damaged.getbyte(bit / 8) ^ (1 << (bit % 8)))
      assert_raises(CXKit::Error) { CXKit::Tally.from_bytes(damaged) }
    end
    assert_raises(TypeError) { CXKit::Tally.from_bytes(nil) }
  end

  def test_tallies_compare_by_content
    one = CXKit::Tally.new.add([1, 2])
    two = CXKit::Tally.new.add([2, 1])
    assert_equal one, two
    assert_equal 1, {one => 1, two => 2}.size
    refute_equal one, CXKit::Tally.new.add([1])
    refute_equal one, 5
  end

  def test_copies_are_independent
    tally = CXKit::Tally.new.add([1])
    [tally.dup, tally.clone].each do |copy|
      copy.add([2])
      assert_equal [1, 2], [tally.n, copy.n]
    end
  end

  def test_marshal_carries_a_tally
    tally = CXKit::Tally.new.add(SCORES)
    assert_equal tally, Marshal.load(Marshal.dump(tally))
    assert_equal [tally, tally], Marshal.load(Marshal.dump([tally, tally]))
  end

  def test_a_frozen_tally_can_be_read_and_not_written
    tally = CXKit::Tally.new.add([1]).freeze
    assert_equal 1, tally.n
    assert_raises(FrozenError) { tally.add([2]) }
    assert_raises(FrozenError) { tally.merge(CXKit::Tally.new) }
    assert_raises(FrozenError) { tally.reset }
    assert_equal 2, tally.dup.add([2]).n
  end

  def test_a_failed_add_leaves_the_tally_as_it_was
    tally = CXKit::Tally.new.add([1])
    assert_raises(CXKit::DomainError) { tally.add([2, Float::INFINITY]) }
    assert_raises(CXKit::DomainError) { tally.add([2, 11], invalid: :error) }
    assert_equal CXKit::Tally.new.add([1]), tally
  end

  def test_inspect_is_one_line
    assert_equal "#<CXKit::Tally scale 0..10, n = 6, 3 left out>", CXKit::Tally.new.add(SCORES).inspect
  end

  def test_a_scale_is_two_integers
    assert_equal 0..9, CXKit::Tally.new(scale: 0...10).scale
    assert_equal 1..5, CXKit::Tally.new(scale: [1, 5]).scale
    [0..1.5, 5..1, 0.., 3, "x", 0..5000].each do |scale|
      assert_raises(CXKit::OptionError) { CXKit::Tally.new(scale: scale) }
    end
  end

  def test_threads_may_share_a_tally
    tally = CXKit::Tally.new
    column = CXKit.column("\x05" * 100_000, dtype: :int8)
    8.times.map { Thread.new { 20.times { tally.add(column) } } }.each(&:join)
    assert_equal 16_000_000, tally.counts[5]
  end
end

class TestTallies < Minitest::Test
  def setup
    @tallies = CXKit.tally_by([10, 9, 3, nil, 7], by: {team: ["b", "a", "b", "a", nil]})
  end

  def test_keys_are_sorted_with_the_missing_one_last
    assert_equal ["a", "b", nil], @tallies.keys
    assert_equal 3, @tallies.size
  end

  def test_each_gives_key_and_tally
    assert_equal([["a", 1], ["b", 2], [nil, 1]], @tallies.map { |key, tally| [key, tally.n] })
    assert_equal 2, @tallies["b"].n
    assert_nil @tallies["c"]
  end

  def test_the_total_is_the_tally_of_everything
    assert_equal CXKit::Tally.new.add([10, 9, 3, nil, 7]), @tallies.total
  end

  def test_any_split_gives_the_same_bytes
    other = CXKit.tally_by([7, nil, 3], by: {team: [nil, "a", "b"]})
    other.add([9, 10], by: {team: %w[a b]})
    assert_equal @tallies, other
    parts = CXKit.tally_by([10, 9], by: {team: %w[b a]}) + CXKit.tally_by([3, nil, 7], by: {team: ["b", "a", nil]})
    assert_equal @tallies.to_bytes, parts.to_bytes
  end

  def test_bytes_and_marshal_carry_them
    assert_equal @tallies, CXKit::Tallies.from_bytes(@tallies.to_bytes)
    assert_equal @tallies, Marshal.load(Marshal.dump(@tallies))
    assert_equal @tallies, @tallies.dup
  end

  def test_other_keys_do_not_join
    assert_raises(CXKit::MismatchError) { @tallies.add([1], by: {shop: ["a"]}) }
    assert_raises(CXKit::MismatchError) { @tallies.add([1], by: {team: [1]}) }
  end

  def test_the_table_is_the_distribution
    table = @tallies.table
    assert_equal %i[team score count weight], table.columns
    assert_equal 4, table[:count].sum
    assert_equal 33, table.size
  end

  def test_an_empty_set_has_no_keys
    assert_empty CXKit::Tallies.new.keys
    assert_equal 0, CXKit::Tallies.new.total.n
  end

  def test_by_is_needed
    assert_raises(ArgumentError) { CXKit.tally_by([1]) }
    assert_raises(CXKit::Error) { CXKit.tally_by([1], by: nil) }
    assert_raises(CXKit::Error) { CXKit.tally_by([1], by: {}) }
    assert_raises(CXKit::Error) { CXKit.tally_by([1], by: {team: nil}) }
  end
end

class TestMoments < Minitest::Test
  X = {a: [1, 2, 3, 4, 5, nil], b: [2, 1, 4, 3, 7, 1]}.freeze

  def test_an_empty_state_has_no_means
    moments = CXKit::Moments.new(%i[a b])
    assert_equal [0, nil, nil], [moments.n, moments.mean(:a), moments.variance(:a)]
    assert_equal %i[a b], moments.names
  end

  def test_rows_that_miss_a_column_are_left_out
    moments = CXKit::Moments.new(%i[a b]).add(X)
    assert_equal [5, 3.0, 2.5], [moments.n, moments.mean(:a), moments.variance(:a)]
    assert_equal({a: 1, b: 0}, moments.missing)
    assert_equal 1, moments.excluded[:missing]
    assert_in_delta 3.0, moments.covariance(:a, :b), 1e-12
  end

  def test_parts_join_and_leave
    first = CXKit::Moments.new(%i[a b]).add({a: [1, 2, 3], b: [2, 1, 4]})
    second = CXKit::Moments.new(%i[a b]).add({a: [4, 5], b: [3, 7]})
    whole = CXKit::Moments.new(%i[a b]).add(X.transform_values { |values| values.first(5) })
    assert_in_delta whole.variance(:b), (first + second).variance(:b), 1e-13
    assert_in_delta first.mean(:a), (whole - second).mean(:a), 1e-13
    assert_raises(CXKit::DomainError) { first - whole }
    assert_raises(TypeError) { whole - 1 }
  end

  def test_bytes_marshal_and_copies
    moments = CXKit::Moments.new(%i[a b]).add(X)
    assert_equal moments, CXKit::Moments.from_bytes(moments.to_bytes)
    assert_equal moments, Marshal.load(Marshal.dump(moments))
    copy = moments.dup
    copy.add(X)
    assert_equal [5, 10], [moments.n, copy.n]
    assert_raises(CXKit::MismatchError) { moments.merge(CXKit::Moments.new([:a])) }
  end

  def test_weights
    moments = CXKit::Moments.new([:a]).add({a: [1, 2, 100]}, weights: [3, 1, 0])
    assert_predicate moments, :weighted?
    assert_equal [1.25, 4.0, 1.6], [moments.mean(:a), moments.sum_w, moments.n_eff]
    assert_equal 1, moments.excluded[:zero_weight]
  end

  def test_columns_are_found_by_name
    moments = CXKit::Moments.new(%w[a b]).add(X)
    assert_in_delta moments.correlation("a", "b"), moments.correlate(:a, :b).value, 1e-15
    assert_raises(CXKit::NameNotFoundError) { moments.mean(:c) }
    assert_raises(CXKit::NameNotFoundError) { CXKit::Moments.new([:c]).add(X) }
    assert_raises(CXKit::NameNotFoundError) { CXKit::Moments.new(%i[a a]) }
  end
end
