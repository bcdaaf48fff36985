# frozen_string_literal: true

module CXKit
  # How often each answer to one question came with each answer to another; every correlation follows from it.
  class Crosstab < State
    PREFIX = "cx_crosstab"
    private_constant :PREFIX

    # x, y:: the scales, as ranges
    def initialize(x: 0..10, y: 0..10)
      super()
      adopt(Native.cx_crosstab_new(Options.build(:Cx_crosstab_options, x_min: x.begin, x_max: x.max,
                                                                       y_min: y.begin, y_max: y.max)))
    end

    # Adds respondents: one answer to each question.
    def add(x, y, weights: nil)
      Input.open do |input|
        columns = {x: x, y: y, weights: weights}.map { |name, value| input.column(value, name) }
        write { |handle| Native.cx_crosstab_add(handle, *columns) }
      end
    end

    # Adds combinations counted elsewhere.
    def add_counts(x, y, counts)
      Input.open do |input|
        columns = {x: x, y: y, counts: counts}.map { |name, value| input.column(value, name) }
        write { |handle| Native.cx_crosstab_add_counts(handle, *columns) }
      end
    end

    # Respondents with two valid answers and a positive weight.
    def n
      read { |handle| Native.cx_crosstab_n(handle) }
    end

    def weighted?
      read { |handle| Native.cx_crosstab_weighted(handle) != 0 }
    end

    # How many gave these two answers.
    def count(x, y)
      read { |handle| Native.cx_crosstab_count(handle, x, y) }
    end

    # Respondents left out by reason.
    def excluded
      read do |handle|
        (0...Native::CX_EXCLUDED_END).to_h do |at|
          [Native.cx_excluded_name(at).to_sym, Native.cx_crosstab_excluded(handle, at)]
        end
      end
    end

    # Any correlation of the two answers.
    def correlate(method: "pearson", joint: false, levels: 11, confidence: 0.95)
      options = CXKit.__send__(:correlate_options, method, joint: joint, levels: levels, confidence: confidence)
      Estimate.from(read { |handle| Native.cx_crosstab_correlate(handle, options) })
    end

    def inspect
      "#<CXKit::Crosstab n = #{n}>"
    end
  end

  # What controls are taken out of.
  CORRELATION_PARTS = {"both" => 0, "x" => 1, "y" => 2}.freeze
  private_constant :CORRELATION_PARTS

  class << self
    # Correlation of two columns: of their values, their ranks, or the normals behind ordered answers.
    #
    # partial:: columns to hold constant, as a mapping from names to columns
    # part:: what they are taken out of: "both", or "x" or "y" only
    def correlate(x, y, method: "pearson", partial: nil, part: "both", joint: false, levels: 11, weights: nil,
                  confidence: 0.95)
      options = correlate_options(method, joint: joint, levels: levels, confidence: confidence,
                                          part: Options.word(:part, part, CORRELATION_PARTS))
      misuse("part is #{part}, and partial names no column to take out") if partial.nil? && part.to_s != "both"
      Input.open do |input|
        x, y, weights = {x: x, y: y, weights: weights}.map { |name, value| input.column(value, name) }
        next Estimate.from(Native.cx_correlate(x, y, weights, options)) if partial.nil?

        Estimate.from(Native.cx_partial(x, y, input.frame(partial, :partial), weights, options))
      end
    end

    # The correlation of every pair of columns, each over the rows that have both.
    def correlations(table, method: "mixed", joint: false, levels: 11, weights: nil, confidence: 0.95)
      options = correlate_options(method, joint: joint, levels: levels, confidence: confidence)
      Input.open do |input|
        Table.new(Native.cx_correlations(input.frame(table, :x), input.column(weights, :weights), options))
      end
    end

    private

    def correlate_options(method, joint:, **rest)
      Options.build(:Cx_correlate_options, method: Options.word(:method, method, Options::CORRELATIONS),
                                           joint: joint ? 1 : 0, **rest)
    end
  end
end
