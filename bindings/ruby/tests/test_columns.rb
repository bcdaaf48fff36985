# frozen_string_literal: true

require_relative "helper"
require "bigdecimal"
require "date"
require "fiddle"

class TestColumns < Minitest::Test
  PACKED = {int8: "c*", int16: "s*", int32: "l*", int64: "q*", uint8: "C*", uint16: "S*", uint32: "L*",
            uint64: "Q*", float32: "f*", float64: "d*"}.freeze

  def counts(scores, **options)
    CXKit::Tally.new(scale: 0..10).add(scores, **options).counts.select { |_score, count| count.positive? }
  end

  def missing(scores)
    CXKit::Tally.new(scale: 0..10).add(scores).excluded[:missing]
  end

  def view(values, template, format, item_size, stride: item_size, items: values.size, offset: 0, ndim: 1)
    Support.exporter.new(values.pack(template), format, item_size, stride, items, offset, ndim)
  end

  def test_an_empty_array_adds_nothing
    assert_equal 0, CXKit::Tally.new.add([]).n
  end

  def test_an_array_of_one_nil_is_one_missing_answer
    assert_equal 1, missing([nil])
  end

  def test_integers_with_nil
    assert_equal({3 => 1, 9 => 2}, counts([9, nil, 3, 9]))
    assert_equal 1, missing([9, nil, 3, 9])
  end

  def test_floats_with_nil_and_nan
    assert_equal({3 => 1, 9 => 1}, counts([9.0, nil, 3.0, Float::NAN]))
    assert_equal 2, missing([9.0, nil, 3.0, Float::NAN])
  end

  def test_numbers_of_all_kinds_mix
    assert_equal({9 => 4, 10 => 1}, counts([9, 9.0, Rational(9), BigDecimal("9"), 10, nil]))
  end

  def test_true_and_false_are_one_and_zero
    assert_equal({0 => 1, 1 => 2}, counts([true, false, nil, true]))
  end

  def test_nils_around_byte_borders_are_found
    values = Array.new(1000) { |i| (i % 7).zero? ? nil : i % 11 }
    tally = CXKit::Tally.new.add(values)
    assert_equal values.count(nil), tally.excluded[:missing]
    assert_equal values.compact.tally, tally.counts
  end

  def test_a_range_an_enumerator_and_a_frozen_array_are_columns
    assert_equal 11, CXKit::Tally.new.add(0..10).n
    assert_equal 3, CXKit::Tally.new.add([1, 2, 3].each).n
    assert_equal 3, CXKit::Tally.new.add([1, 2, 3].freeze).n
  end

  def test_an_integer_beyond_64_bits_names_its_row
    error = assert_raises(CXKit::DomainError) { counts([1, 2**64]) }
    assert_equal [1, "scores"], [error.row, error.column]
    assert_raises(CXKit::DomainError) { counts([-2**63 - 1]) }
  end

  def test_integers_of_64_bits_are_keys_without_rounding
    keys = [2**63 - 1, 2**63 - 2, -2**63, 2**62]
    tallies = CXKit.tally_by([1, 2, 3, 4], by: keys)
    assert_equal keys.sort, tallies.keys
  end

  def test_text_and_numbers_do_not_mix
    error = assert_raises(CXKit::ColumnTypeError) { counts([1, nil, "2"]) }
    assert_equal [13, 2, "scores", nil], [error.code, error.row, error.column, error.value]
    assert_match(/"2"/, error.message)
    assert_raises(CXKit::ColumnTypeError) { counts([true, 1]) }
    assert_raises(CXKit::ColumnTypeError) { CXKit.tally_by([1, 2], by: ["a", 1]) }
    assert_raises(CXKit::ColumnTypeError) { counts([1, Object.new]) }
    assert_raises(CXKit::ColumnTypeError) { counts([1, Complex(1, 1)]) }
  end

  def test_text_is_not_a_score
    assert_raises(CXKit::ColumnTypeError) { counts(%w[1 2]) }
  end

  def test_keys_are_text_symbols_integers_booleans_and_nil
    assert_equal ["a", "b", nil], CXKit.tally_by([1, 2, 3, 4], by: ["b", :a, nil, "a"]).keys
    assert_equal [-1, 7, nil], CXKit.tally_by([1, 2, 3], by: [7, nil, -1]).keys
    assert_equal [0, 1], CXKit.tally_by([1, 2], by: [true, false]).keys
  end

  def test_text_is_read_as_utf8_whatever_its_encoding
    latin = "Zürich".encode("ISO-8859-1")
    assert_equal ["Zürich"], CXKit.tally_by([1, 2], by: [latin, "Zürich"]).keys
    error = assert_raises(CXKit::ColumnTypeError) { CXKit.tally_by([1, 2], by: ["a", "\xff"]) }
    assert_equal 1, error.row
  end

  def test_text_with_a_zero_byte_and_empty_text_are_keys
    assert_equal ["", "a\0b", "ab"], CXKit.tally_by([1, 2, 3], by: ["a\0b", "ab", ""]).keys.sort
  end

  def test_times_and_dates_are_keys
    day = Date.new(2026, 3, 1)
    assert_equal 2, CXKit.tally_by([1, 2, 3], by: [day, day + 1, day]).size
    assert_equal 3, CXKit.tally_by([1, 2, 3], by: [Time.at(0), Time.at(0, 1, :usec), nil]).size
    days = CXKit.tally_by([1, 2], by: [Date.new(1970, 1, 2), Date.new(1970)]).keys
    assert_equal [0, 86_400_000_000], days.flatten
    assert_raises(CXKit::DomainError) { CXKit.tally_by([1, 2], by: [Time.at(0), Time.at(0, 1, :nsec)]) }
    assert_equal 1, CXKit.tally_by([1, 2], by: [Time.at(5), Time.at(5).utc]).size
    assert_raises(CXKit::ColumnTypeError) { CXKit.tally_by([1, 2], by: [Time.at(0), 5]) }
    assert_raises(CXKit::ColumnTypeError) { counts([Time.at(0)]) }
  end

  def test_several_keys_by_name
    tallies = CXKit.tally_by([1, 2, 3], by: {team: %w[a b a], month: [1, 1, 2]})
    assert_equal [["a", 1], ["a", 2], ["b", 1]], tallies.keys
    assert_raises(CXKit::LengthError) { CXKit.tally_by([1, 2, 3], by: {team: %w[a b]}) }
  end

  PACKED.each do |dtype, template|
    define_method(:"test_packed_#{dtype}_is_read") do
      assert_equal({3 => 1, 10 => 2}, counts(CXKit.column([10, 3, 10].pack(template), dtype: dtype)))
    end
  end

  def test_a_packed_string_needs_a_type
    error = assert_raises(CXKit::ColumnTypeError) { counts("\x01\x02") }
    assert_match(/CXKit\.column/, error.message)
    assert_raises(ArgumentError) { CXKit.column("\x01") }
    assert_raises(ArgumentError) { CXKit.column("\x01", dtype: :int7) }
    assert_raises(CXKit::LengthError) { counts(CXKit.column("\x01", dtype: :int16)) }
  end

  def test_a_packed_string_can_miss_values
    column = CXKit.column([1, 2, 3].pack("c*"), dtype: :int8, validity: "\x05")
    assert_equal({1 => 1, 3 => 1}, counts(column))
    assert_raises(CXKit::LengthError) { counts(CXKit.column("\1" * 9, dtype: :int8, validity: "\1")) }
  end

  def test_a_packed_string_changed_later_does_not_show
    bytes = +"#{[9].pack('c')}#{[3].pack('c') * 100}"
    column = CXKit.column(bytes, dtype: :int8)
    bytes.clear
    assert_equal({3 => 100, 9 => 1}, counts(column))
  end

  def test_a_column_has_its_own_name_unless_a_mapping_gives_one
    column = CXKit.column("\x05\x7f".b, dtype: :int8, name: "q1")
    assert_equal "q1", assert_raises(CXKit::DomainError) { CXKit.nps(column, invalid: :error) }.column
    assert_equal "q1", assert_raises(CXKit::ColumnTypeError) { CXKit.nps(CXKit.column([1, "a"], name: :q1)) }.column
    assert_equal %i[q1 score], CXKit.tally_by([1, 2], by: column).table.columns.first(2)
    assert_equal %i[team score], CXKit.tally_by([1, 2], by: {team: column}).table.columns.first(2)
    assert_equal %i[by score], CXKit.tally_by([1, 2], by: [1, 2]).table.columns.first(2)
  end

  def test_packed_timestamps_are_keys
    seconds = CXKit.column([0, 60, 0].pack("q*"), dtype: :timestamp, unit: :s)
    assert_equal 2, CXKit.tally_by([1, 2, 3], by: {time: seconds}).size
    assert_raises(ArgumentError) { CXKit.column("", dtype: :timestamp) }
    assert_raises(ArgumentError) { CXKit.column("", dtype: :int8, unit: :s) }
  end

  def test_a_pointer_is_a_column_of_bytes
    pointer = Fiddle::Pointer.to_ptr([10, 3, 10].pack("C*"))
    assert_equal({3 => 1, 10 => 2}, counts(pointer))
  end

  def test_a_pointer_can_be_read_as_another_type
    pointer = Fiddle::Pointer.to_ptr([10.0, 3.0].pack("d*"))
    assert_equal({3 => 1, 10 => 1}, counts(CXKit.column(pointer, dtype: :float64)))
    short = Fiddle::Pointer.to_ptr("123")
    assert_raises(CXKit::ColumnTypeError) { counts(CXKit.column(short, dtype: :float64)) }
  end

  def test_a_view_of_every_format_is_read
    formats = {"c" => 1, "C" => 1, "s" => 2, "S" => 2, "l" => 4, "L" => 4, "i" => 4, "I" => 4, "q" => 8, "Q" => 8,
               "j" => 8, "J" => 8, "f" => 4, "d" => 8, "e" => 4, "E" => 8, "v" => 2, "V" => 4}
    formats.each do |format, size|
      assert_equal({3 => 1, 10 => 2}, counts(view([10, 3, 10], "#{format}*", format, size)), format)
    end
    assert_equal({7 => 1}, counts(view([7], "C*", nil, 1)))
    assert_equal({3 => 1, 10 => 1}, counts(view([10, 3], "l!*", "l!", 8)))
  end

  def test_a_strided_and_a_backward_view_are_read
    values = [1, 9, 2, 9, 3, 9]
    assert_equal({1 => 1, 2 => 1, 3 => 1}, counts(view(values, "s*", "s", 2, stride: 4, items: 3)))
    back = view(values, "s*", "s", 2, stride: -4, items: 3, offset: 8)
    assert_equal({1 => 1, 2 => 1, 3 => 1}, counts(back))
  end

  def test_a_view_that_is_no_column_is_refused
    assert_raises(CXKit::ColumnTypeError) { counts(view([1, 2], "g*", "g", 4)) }
    assert_raises(CXKit::ColumnTypeError) { counts(view([1, 2], "n*", "n", 2)) }
    assert_raises(CXKit::ColumnTypeError) { counts(view([1, 2], "c*", "cc", 2, items: 1)) }
    assert_raises(CXKit::ColumnTypeError) { counts(view([1, 2], "c*", "c", 1, ndim: 2)) }
    assert_equal 0, Support.exporter.exported
  end

  # Where C reads a column.
  def seen(column)
    Support::NATIVE.cx_column_see(column)
  end

  def test_packed_strings_and_views_are_read_where_they_are
    bytes = ("\x05" * 1000).freeze
    packed = CXKit.column(bytes, dtype: :int8).open("x")
    assert_equal Fiddle::Pointer[bytes].to_i, seen(packed).address
    pointer = Fiddle::Pointer.malloc(80, Fiddle::RUBY_FREE)
    doubles = CXKit.column(pointer, dtype: :float64).open("x")
    assert_equal [pointer.to_i, 10, 8], [seen(doubles).address, seen(doubles).length, seen(doubles).stride]
    [packed, doubles].each(&:release)
    assert_raises(TypeError) { seen(packed) }
  end

  def test_a_view_is_released_after_every_call
    before = Support.exporter.exported
    counts(view([1, 2], "c*", "c", 1))
    assert_raises(CXKit::LengthError) { counts(view([1, 2], "c*", "c", 1), weights: [1]) }
    assert_equal before, Support.exporter.exported
  end

  # The class of numo-narray, as far as a column looks at it.
  module ::Numo
    class DFloat
      def initialize(values, dimensions = 1)
        @values = values
        @dimensions = dimensions
      end

      def ndim
        @dimensions
      end

      def to_binary
        @values.pack("d*")
      end
    end
  end

  def test_a_numo_array_is_copied
    assert_equal({3 => 1, 10 => 1}, counts(Numo::DFloat.new([10, 3])))
    assert_raises(CXKit::ColumnTypeError) { counts(Numo::DFloat.new([10, 3], 2)) }
  end

  def test_what_is_no_column_is_refused
    [5, {a: 1}, Object.new, 1.5, :a].each do |value|
      error = assert_raises(CXKit::ColumnTypeError) { counts(value) }
      assert_equal "scores", error.column
    end
  end

  def test_an_array_that_changes_while_it_is_read_does_no_harm
    values = Array.new(100, 1.5)
    shrinking = Class.new(Numeric) { define_method(:to_f) { values.clear && 2.0 } }
    values[3] = shrinking.new
    tally = CXKit::Tally.new.add(values)
    assert_equal 100, tally.n + tally.excluded.values.sum
  end
end
