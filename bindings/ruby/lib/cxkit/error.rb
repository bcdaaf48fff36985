# frozen_string_literal: true

module CXKit
  # What the library refuses. Subclasses come from its table of status codes: CX_E_DOMAIN raises
  # DomainError. The message is the library's sentence. Four have another name than their status,
  # as it would hide Ruby's own: ColumnTypeError, NameNotFoundError, OutOfMemoryError and
  # OverflowedError.
  class Error < StandardError
    # The status code, the row counted from 0, the column's name and the value; nil where there
    # is none.
    attr_reader :code, :row, :column, :value

    def initialize(message = nil, code: nil, row: nil, column: nil, value: nil)
      super(message)
      @code = code
      @row = row
      @column = column
      @value = value
    end

    # For pattern matching: `rescue CXKit::Error => e; case e in {row: Integer => row} ...`
    def deconstruct_keys(_keys)
      {code: code, row: row, column: column, value: value, message: message}
    end
  end

  BY_CODE = (1...Native::CX_STATUS_END).to_h do |code|
    word = Native.cx_status_name(code).delete_prefix("CX_E_").split("_").map(&:capitalize).join
    word = {"Type" => "ColumnType", "Name" => "NameNotFound", "Memory" => "OutOfMemory",
            "Overflow" => "Overflowed"}.fetch(word, word)
    [code, const_set(:"#{word}Error", Class.new(Error))]
  end.freeze
  private_constant :BY_CODE

  # The exception of a status code; the wrapper calls it.
  def self.exception_for(code, message, row, column, value)
    BY_CODE.fetch(code, Error).new(message, code: code, row: row, column: column, value: value)
  end

  # Raises the exception of a status by its word, such as :option.
  def self.refuse(status, message, column: nil, row: nil)
    code = Native.const_get(:"CX_E_#{status.to_s.upcase}")
    raise exception_for(code, message, row, column, nil)
  end
  private_class_method :refuse
end
