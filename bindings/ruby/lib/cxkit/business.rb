# frozen_string_literal: true

module CXKit
  # Key drivers: columns name, importance, share, sign, coefficient, beta, correlation, first, last
  # and conditional_0, ...
  class Drivers < Table
    # Importance by name; they add up to r2, without adjustment.
    def importance
      by_name(:importance)
    end

    # Part of the outcome's variance explained by everything.
    def r2
      figures[:r2]
    end

    # -1, 0 or 1 by name; nil for a redundant driver.
    def sign
      by_name(:sign)
    end

    # Mean gain over the models with 0, 1, ... other drivers, by name.
    def conditional
      columns = to_h.select { |name, _values| name.to_s.start_with?("conditional_") }.values
      names.each_with_index.to_h { |name, i| [name, columns.map { |values| values[i] }] }
    end

    # Rank by importance, 1 for the largest, by name; equal ones share the best rank.
    def ranks
      importance.transform_values { |value| 1 + importance.values.count { |other| other > value } }
    end

    private

    def names
      self[:name].map(&:to_sym)
    end

    def by_name(column)
      names.zip(self[column]).to_h
    end
  end

  class << self
    # Correlation of two columns.
    def correlate(x, y, method: "pearson", weights: nil, confidence: 0.95)
      kinds = Options.words(Native::CX_CORRELATION_END) { |number| Native.cx_correlation_name(number) }
      options = Options.build(:Cx_correlate_options, method: Options.word(:method, method, kinds), confidence: confidence)
      Input.open do |input|
        columns = {x: x, y: y, weights: weights}.map { |name, value| input.column(value, name) }
        Estimate.from(Native.cx_correlate(*columns, options))
      end
    end

    # What drives an outcome: the explained variance shared out over the drivers.
    #
    # x:: a mapping from names to columns, or Moments
    # y:: the outcome: a column, or its name when it is in x
    # drivers:: names; nil for all but the outcome and those of adjust
    # adjust:: names of columns whose share is taken out first
    def drivers(x, y, method: "shapley", drivers: nil, adjust: nil, weights: nil, tolerance: nil)
      kinds = Options.words(Native::CX_IMPORTANCE_END) { |number| Native.cx_importance_name(number) }
      options = Options.build(:Cx_driver_options, method: Options.word(:method, method, kinds), tolerance: tolerance)
      moments, outcome = moments_of(x, y, weights)
      Input.open do |input|
        names = {drivers: drivers, adjust: adjust}.map { |name, value| input.column(value && Array(value), name) }
        Drivers.new(Native.cx_drivers(moments.__send__(:copy_handle), names[0], outcome, options, names[1]))
      end
    end

    private

    def moments_of(x, y, weights)
      if x.is_a?(Moments)
        raise ArgumentError, "Moments have their rows: y is a name, and there are no weights" if weights || !name?(y)

        return [x, y.to_s]
      end
      columns = x.to_h.transform_keys(&:to_s)
      outcome = name?(y) ? y.to_s : outcome_name(columns)
      columns[outcome] = y unless name?(y)
      [Moments.new(columns.keys).add(columns, weights: weights), outcome]
    end

    def name?(value)
      value.is_a?(Symbol) || value.is_a?(String)
    end

    def outcome_name(columns)
      name = +"outcome"
      name << "_" while columns.key?(name)
      name
    end
  end
end
