# frozen_string_literal: true

module CXKit
  # What every linear method needs of several columns: means and products about the means.
  class Moments < State
    PREFIX = "cx_moments"
    private_constant :PREFIX

    # names:: of the columns
    # missing:: "listwise": a row that misses any is left out of all; "pairwise": of that column's pairs only
    def initialize(names, missing: "listwise")
      super()
      make = {"listwise" => :cx_moments_new, "pairwise" => :cx_moments_new_pairwise}[missing.to_s]
      CXKit.__send__(:misuse, "missing is #{missing}; it has to be listwise or pairwise") if make.nil?
      Input.open { |input| adopt(Native.__send__(make, input.column(names, :names))) }
    end

    # Adds the rows of a mapping from names to columns. A row that misses any of them is left out.
    def add(table, weights: nil)
      Input.open do |input|
        table = input.frame(table, :x)
        weights = input.column(weights, :weights)
        write { |handle| Native.cx_moments_add(handle, table, weights) }
      end
    end

    # Takes another state's rows out again.
    def subtract(other)
      combine(:subtract, other)
    end

    def -(other)
      dup.subtract(other)
    end

    # Names of the columns.
    def names
      read { |handle| (0...Native.cx_moments_columns(handle)).map { |i| Native.cx_moments_name(handle, i).to_sym } }
    end

    # Complete rows with a positive weight.
    def n
      read { |handle| Native.cx_moments_n(handle) }
    end

    # Rows that two columns stand on together.
    def n_pair(one, other)
      read { |handle| Native.cx_moments_n_pair(handle, find(handle, one), find(handle, other)) }
    end

    # Whether each pair of columns stands on its own rows.
    def pairwise?
      read { |handle| Native.cx_moments_pairwise(handle) != 0 }
    end

    def n_eff
      read { |handle| Native.cx_moments_n_eff(handle) }
    end

    def sum_w
      read { |handle| Native.cx_moments_sum_w(handle) }
    end

    def weighted?
      read { |handle| Native.cx_moments_weighted(handle) != 0 }
    end

    # Rows left out by reason.
    def excluded
      read do |handle|
        {missing: Native.cx_moments_excluded(handle, Native::CX_EXCLUDED_MISSING),
         zero_weight: Native.cx_moments_excluded(handle, Native::CX_EXCLUDED_ZERO_WEIGHT)}
      end
    end

    # Rows in which each column was missing.
    def missing
      names.each_with_index.to_h { |name, i| [name, read { |handle| Native.cx_moments_missing(handle, i) }] }
    end

    # The weighted mean of a column; nil for an empty state.
    def mean(name)
      read { |handle| number(Native.cx_moments_mean(handle, find(handle, name))) }
    end

    # The variance of a column; nil below two rows.
    def variance(name)
      read { |handle| number(Native.cx_moments_variance(handle, find(handle, name))) }
    end

    def covariance(one, other)
      read { |handle| number(Native.cx_moments_covariance(handle, find(handle, one), find(handle, other))) }
    end

    def correlation(one, other)
      read { |handle| number(Native.cx_moments_correlation(handle, find(handle, one), find(handle, other))) }
    end

    # The same as an Estimate, with its interval.
    def correlate(one, other, confidence: 0.95)
      options = Options.build(:Cx_correlate_options, confidence: confidence)
      Estimate.from(read do |handle|
        Native.cx_moments_pearson(handle, find(handle, one), find(handle, other), options)
      end)
    end

    # Pearson's correlation of every pair of columns, with the nearest matrix that data can have.
    def correlations(confidence: 0.95)
      options = Options.build(:Cx_correlate_options, confidence: confidence)
      Table.new(read { |handle| Native.cx_moments_correlations(handle, options) })
    end

    def inspect
      "#<CXKit::Moments #{names.join(', ')}; n = #{n}>"
    end

    private

    def number(value)
      value.nan? ? nil : value
    end

    def find(handle, name)
      position = Native.cx_moments_find(handle, name.to_s)
      return position unless position.negative?

      CXKit.send(:refuse, :name, "there is no column #{name}", column: name.to_s)
    end
  end
end
