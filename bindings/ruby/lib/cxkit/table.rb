# frozen_string_literal: true

module CXKit
  # A result of many rows: named columns, and figures about the whole. Immutable.
  #
  #   table.each { |row| puts row[:region], row[:value] }
  #   table[:value]         # a column as an Array, nil where there is no value
  #   table.figures[:r2]
  class Table
    include Enumerable

    # Names of the columns.
    attr_reader :columns
    # Figures about the whole, by name; nil where there is none.
    attr_reader :figures
    # Number of rows.
    attr_reader :size
    alias length size

    # Takes over a native table.
    def initialize(native)
      @columns = (0...Native.cx_table_columns(native)).map { |i| Native.cx_table_column_name(native, i).to_sym }.freeze
      @values = @columns.each_with_index.to_h { |name, i| [name, Native.table_values(native, i).freeze] }.freeze
      @figures = (0...Native.cx_table_figures(native)).to_h do |i|
        [Native.cx_table_figure_name(native, i).to_sym, known(Native.cx_table_figure(native, i))]
      end.freeze
      @size = Native.cx_table_rows(native)
      freeze
    end

    # Rows as hashes.
    def each
      return to_enum(:each) { size } unless block_given?

      size.times { |index| yield row(index) }
      self
    end

    # A column by name (Symbol or String), or a row by number.
    def [](key)
      return row(key) if key.is_a?(Integer)

      @values.fetch(key.to_sym) do
        CXKit.send(:refuse, :name, "there is no column #{key}; there are #{columns.join(', ')}", column: key.to_s)
      end
    end

    def row(index)
      raise IndexError, "row #{index} of #{size}" unless index.between?(-size, size - 1)

      @values.transform_values { |values| values[index] }
    end

    # Columns by name.
    def to_h(&block)
      block ? super : @values
    end

    def deconstruct_keys(_keys)
      @values
    end

    def ==(other)
      other.is_a?(Table) && @values == other.to_h && @figures == other.figures
    end
    alias eql? ==

    def hash
      [@values, @figures].hash
    end

    def inspect
      "#<#{self.class} #{size} rows: #{columns.join(', ')}>"
    end

    private

    def known(figure)
      figure.nan? ? nil : figure
    end
  end
end
