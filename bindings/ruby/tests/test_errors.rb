# frozen_string_literal: true

require_relative "helper"

class TestErrors < Minitest::Test
  def test_there_is_a_class_for_every_status
    loaded = CXKit.constants.reject { |name| CXKit.autoload?(name) }.map { |name| CXKit.const_get(name) }
    names = loaded.select { |klass| klass.is_a?(Class) && klass < CXKit::Error }
    native = Support::NATIVE
    assert_equal native::CX_STATUS_END - 1, names.size
    (1...native::CX_STATUS_END).each do |code|
      error = CXKit.exception_for(code, "text", 3, "x", 1.5)
      assert_equal [code, 3, "x", 1.5, "text"], [error.code, error.row, error.column, error.value, error.message]
      assert_kind_of CXKit::Error, error
      assert_includes names, error.class
    end
  end

  def test_a_status_of_a_newer_library_is_a_plain_error
    assert_instance_of CXKit::Error, CXKit.exception_for(999, "text", nil, nil, nil)
  end

  # Calls that fail with each status that Ruby can reach.
  CALLS = {
    NullError: -> { CXKit.plan(nil, 1) },
    DomainError: -> { CXKit.nps([1, Float::INFINITY]) },
    EmptyError: -> { CXKit.nps([]) },
    FewError: -> { CXKit.correlate([1], [2]) },
    ConstantError: -> { CXKit.correlate([1, 1, 1], [1, 2, 3]) },
    FormatError: -> { CXKit::Tally.from_bytes("no tally at all") },
    MismatchError: -> { CXKit::Tally.new.merge(CXKit::Tally.new(scale: 1..5)) },
    OverflowedError: -> { CXKit::Tally.new.add([1, 1], weights: [1e38, 1e38]) },
    ColumnTypeError: -> { CXKit.nps(["a"]) },
    LengthError: -> { CXKit.nps([1, 2], weights: [1]) },
    OptionError: -> { CXKit.nps([1], confidence: 2) },
    InfeasibleError: -> { CXKit.plan([1, 1], 1, lower: 1) },
    UninformedError: -> { CXKit.plan([1, 1], 1) },
    NameNotFoundError: -> { CXKit.drivers({a: [1, 2]}, :b) },
    LimitError: -> { CXKit::Moments.new((1..2000).map(&:to_s)) }
  }.freeze

  CALLS.each do |name, call|
    define_method(:"test_#{name}_is_raised_with_its_code_and_a_sentence") do
      error = assert_raises(CXKit.const_get(name), &call)
      assert_operator error.code, :>, 0
      assert_operator error.message.length, :>, 10
    end
  end

  def test_a_bad_value_is_named_with_row_column_and_value
    error = assert_raises(CXKit::DomainError) { CXKit.nps([9, 11, 10], invalid: :error) }
    assert_equal [2, 1, "scores", 11.0], [error.code, error.row, error.column, error.value]
    error = assert_raises(CXKit::DomainError) { CXKit.nps([9, 10], weights: [1, -1]) }
    assert_equal [1, "weights", -1.0], [error.row, error.column, error.value]
  end

  def test_a_column_of_a_mapping_is_named
    error = assert_raises(CXKit::DomainError) { CXKit::Moments.new([:price]).add({price: [1, Float::INFINITY]}) }
    assert_equal [1, "price"], [error.row, error.column]
  end

  def test_errors_match_patterns
    CXKit.nps([9, 11], invalid: :error)
    flunk
  rescue CXKit::Error => error
    assert((error in {row: 1, column: "scores"}))
  end

  def test_every_error_is_a_standard_error
    assert_operator CXKit::Error, :<, StandardError
  end
end
