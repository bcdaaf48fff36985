# frozen_string_literal: true

module CXKit
  # Packed values with their type: what an Array cannot say. See CXKit.column.
  class Column
    DTYPES = %i[int8 int16 int32 int64 uint8 uint16 uint32 uint64 float32 float64 bool]
             .each_with_index.to_h { |name, index| [name, index + 1] }
             .merge(timestamp: Native::CX_TIMESTAMP).freeze
    UNITS = {s: Native::CX_SECONDS, ms: Native::CX_MILLISECONDS, us: Native::CX_MICROSECONDS,
             ns: Native::CX_NANOSECONDS, days: Native::CX_DAYS}.freeze
    private_constant :DTYPES, :UNITS

    attr_reader :data, :dtype, :unit, :validity, :name

    def initialize(data, dtype: nil, unit: nil, validity: nil, name: nil)
      @dtype = check(:dtype, dtype, DTYPES)
      @unit = check(:unit, unit, UNITS)
      if (@dtype == :timestamp) != !@unit.nil?
        raise ArgumentError, "unit: goes with dtype: :timestamp, and has to"
      end
      raise ArgumentError, "packed bytes need a dtype:" if data.is_a?(String) && @dtype.nil?

      @data = data.is_a?(String) && !data.frozen? ? data.dup.freeze : data
      @validity = validity&.dup&.freeze
      @name = name&.to_s&.freeze
      freeze
    end

    # The native column, called `role` in messages; the caller releases it.
    def open(role)
      dtype = DTYPES[@dtype]
      unit = UNITS.fetch(@unit, 0)
      case data
      when String then Native::Column.packed(data, dtype, unit, validity, role)
      else Native::Column.view(data, dtype, unit, validity, role)
      end
    end

    def inspect
      "#<CXKit::Column #{[name, dtype, unit].compact.join(' ')}>"
    end

    private

    def check(option, word, table)
      return if word.nil?

      word = word.to_sym
      return word if table.key?(word)

      raise ArgumentError, "#{option}: #{word.inspect} is not one of #{table.keys.join(', ')}"
    end
  end

  # A column of packed values in this machine's byte order, read without a copy.
  #
  # data:: a String such as `[1, 2, 3].pack("c*")`, or an object with a memory view
  # dtype:: :int8 ... :uint64, :float32, :float64, :bool or :timestamp; a memory view has its own,
  #         but bytes can be read as another
  # unit:: of timestamps since 1970 UTC: :s, :ms, :us, :ns, or :days (int32)
  # validity:: a String of bits, least significant first; a 0 is a missing value
  # name:: for messages
  #
  # Later changes of the String do not show. A memory view's memory must stay as it is during a
  # call: other threads may run.
  def self.column(data, dtype: nil, unit: nil, validity: nil, name: nil)
    Column.new(data, dtype: dtype, unit: unit, validity: validity, name: name)
  end
end
