# frozen_string_literal: true

module CXKit
  # Opens native columns for the calls of one block and releases them when it ends, however.
  class Input
    NUMO = {"Int8" => :int8, "Int16" => :int16, "Int32" => :int32, "Int64" => :int64,
            "UInt8" => :uint8, "UInt16" => :uint16, "UInt32" => :uint32, "UInt64" => :uint64,
            "SFloat" => :float32, "DFloat" => :float64}.freeze
    EPOCH = 2_440_588 # the Julian day number of 1970-01-01
    private_constant :NUMO, :EPOCH

    def self.open
      input = new
      yield input
    ensure
      input.release
    end

    def initialize
      @held = []
    end

    def release
      @held.each(&:release)
      @held.clear
    end

    # The native column of a value; nil stays nil.
    def column(value, role)
      value.nil? ? nil : hold(read(value, name_of(value, role).to_s))
    end

    # The native frame of a mapping from names to values; one value alone has its own name or `role`.
    def frame(values, role)
      return if values.nil?

      values = {name_of(values, role) => values} unless mapping?(values)
      hold(Native::Frame.of(values.to_h.map { |name, value| named(value, name.to_s) }))
    end

    private

    def hold(native)
      @held << native
      native
    end

    def name_of(value, role)
      (value.name if value.is_a?(Column)) || role
    end

    def mapping?(values)
      return true if values.is_a?(Hash) || values.is_a?(Table)
      return false unless values.respond_to?(:to_h) && !values.is_a?(Array)

      values.respond_to?(:columns) || values.respond_to?(:each_pair)
    end

    def named(value, name)
      refuse("column #{name} is nil", name) if value.nil?
      hold(read(value, name))
    end

    def read(value, role)
      case value
      when Column then value.data.is_a?(String) || value.data.nil? ? value.open(role) : view(value, role)
      when Array then array(value, role)
      when String
        refuse("column #{role}: packed bytes need a type, CXKit.column(bytes, dtype: :int8)", role)
      else object(value, role)
      end
    end

    def view(value, role)
      return value.open(role) if Native::Column.exports?(value.data)
      raise ArgumentError, "dtype: is for packed bytes and memory views" if value.dtype

      read(value.data, role)
    end

    def object(value, role)
      if Native::Column.exports?(value)
        Native::Column.view(value, nil, 0, nil, role)
      elsif value.class.name.to_s.start_with?("Numo::")
        numo(value, role)
      elsif value.respond_to?(:to_a) && !value.respond_to?(:each_pair)
        array(value.to_a, role)
      else
        refuse("column #{role}: a #{value.class} cannot be read as a column", role)
      end
    end

    # Numo::NArray has no memory view: one copy.
    def numo(value, role)
      refuse("column #{role}: an array of #{value.ndim} dimensions; one is needed", role) if value.ndim != 1
      dtype = NUMO[value.class.name.delete_prefix("Numo::")]
      return array(value.to_a, role) if dtype.nil?

      CXKit.column(value.to_binary, dtype: dtype).open(role)
    end

    def array(list, role)
      first = list.find { |value| !value.nil? }
      case first
      when Time then times(list, role)
      when ->(value) { defined?(::Date) && value.is_a?(::Date) } then dates(list, role)
      else Native::Column.array(list, role)
      end
    end

    # Microseconds where they are exact, else nanoseconds.
    def times(list, role)
      nanoseconds = list.each_with_index.map do |time, row|
        next if time.nil?

        refuse("column #{role}, row #{row}: #{time.inspect} is not a Time or nil", role, row) unless time.is_a?(Time)
        (time.to_i * 1_000_000_000) + time.nsec
      end
      if nanoseconds.all? { |value| value.nil? || (value % 1000).zero? }
        timestamps(nanoseconds.map { |value| value && (value / 1000) }, "q", :us, role)
      else
        timestamps(nanoseconds, "q", :ns, role)
      end
    end

    def dates(list, role)
      days = list.each_with_index.map do |date, row|
        next if date.nil?
        next date.jd - EPOCH if date.is_a?(::Date) && !date.is_a?(::DateTime)

        refuse("column #{role}, row #{row}: #{date.inspect} is not a Date or nil", role, row)
      end
      timestamps(days, "l", :days, role)
    end

    def timestamps(values, format, unit, role)
      range = format == "q" ? (-2**63...2**63) : (-2**31...2**31)
      row = values.index { |value| value && !range.cover?(value) }
      if row
        CXKit.send(:refuse, :domain, "column #{role}, row #{row}: the time is too far away", column: role, row: row)
      end
      validity = [values.map { |value| value.nil? ? "0" : "1" }.join].pack("b*") if values.include?(nil)
      packed = values.map { |value| value || 0 }.pack("#{format}*")
      CXKit.column(packed, dtype: :timestamp, unit: unit, validity: validity).open(role)
    end

    def refuse(message, column, row = nil)
      CXKit.send(:refuse, :type, message, column: column, row: row)
    end
  end
  private_constant :Input
end
