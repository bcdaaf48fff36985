# frozen_string_literal: true

module CXKit
  # What a regression gives; see CXKit.regress. Hashes are by the name of the term, :const for the
  # intercept; nil where a term was dropped. Immutable.
  #
  #   fit = CXKit.regress({wait: waits}, scores)
  #   fit.params[:wait]     # the coefficient
  #   fit.ci[:wait]         # the limits of its interval
  class Fit
    # One row for each term, with the figures about the whole.
    attr_reader :table

    # Takes over a native result.
    def initialize(native)
      @native = native
      @table = Table.new(Native.cx_fit_table(native))
      @covariance = Table.new(Native.cx_fit_covariance(native))
      freeze
    end

    # The covariances of the coefficients, one row for each term.
    attr_reader :covariance

    def terms
      table[:term].map(&:to_sym)
    end

    # params:: the coefficients; se:: their standard errors; statistic:: the one over the other
    # p_value:: of the coefficient 0, two-sided; status:: "ok", or why a term was dropped
    {params: :coefficient, se: :se, statistic: :statistic, p_value: :p_value, status: :status}.each do |name, column|
      define_method(name) { by_term(column) }
    end

    # Degrees of freedom of Student's t; nil for a normal interval or a dropped term.
    def df
      by_term(:df).transform_values { |df| df unless df.nil? || df.infinite? }
    end

    # The limits of the intervals.
    def ci
      terms.zip(table[:ci_low].zip(table[:ci_high])).to_h.transform_values { |pair| pair unless pair.include?(nil) }
    end

    # The terms that a dropped one is a combination of.
    def collinear_with
      by_term(:collinear_with).transform_values { |text| text.to_s.split(", ").map(&:to_sym) }
    end

    # Figures about the whole, by name.
    def figures
      table.figures
    end

    # Rows in use; with frequencies their sum.
    def n
      figures[:n].to_i
    end

    # The explained part of the outcome's variance, the logarithm of the likelihood, the deviance:
    # nil where the model has none.
    %i[r2 loglik deviance].each { |name| define_method(name) { figures[name] } }

    # How the errors were made, such as "classical" or "cr2"; with an argument, Object#method.
    def method(*name)
      name.empty? ? Native.cx_fit_method(@native) : super
    end

    # The model, such as "regress".
    def model
      Native.cx_fit_model(@native)
    end

    # What a reader should know, such as "weighted".
    def flags
      bits = Native.cx_fit_flags(@native)
      (0...32).filter_map { |bit| Native.cx_flag_name(1 << bit)&.freeze if bits[bit] == 1 }
    end

    # Rows left out, by reason.
    def excluded
      (0...Native::CX_EXCLUDED_END).to_h { |i| [Native.cx_excluded_name(i).to_sym, Native.cx_fit_excluded(@native, i)] }
    end

    # One coefficient as an Estimate.
    def estimate(term)
      Estimate.from(Native.cx_fit_estimate(@native, term.to_s))
    end

    # What each cluster, or each row, adds to a coefficient: a Table of id and influence.
    def influence(term)
      Table.new(Native.cx_fit_influence(@native, term.to_s))
    end

    def ==(other)
      other.is_a?(Fit) && table == other.table && covariance == other.covariance
    end
    alias eql? ==

    def hash
      table.hash
    end

    # A few lines to be read.
    def summary
      r2_text = r2.nil? ? "" : format(", R2 = %.3f", r2)
      lines = ["#{model}, n = #{n}#{r2_text}, errors: #{method}"]
      lines.concat(table.map { |row| "#{row[:term]}  #{line(row)}" })
      lines << "note: #{flags.join(', ')}" unless flags.empty?
      lines.join("\n")
    end
    alias to_s summary

    def inspect
      "#<#{self.class} #{summary.lines.first.chomp}>"
    end

    private

    def by_term(column)
      terms.zip(table[column]).to_h
    end

    def line(row)
      return [row[:status], row[:collinear_with]].compact.join(" with ") if row[:coefficient].nil?
      return format("%.6g", row[:coefficient]) if row[:se].nil?

      format("%<coefficient>.6g  [%<ci_low>.6g, %<ci_high>.6g]  p = %<p_value>.3g", row)
    end
  end
end
