# frozen_string_literal: true

module CXKit
  # Shrunken values; see CXKit.shrink.
  #
  # table:: a row a group: raw, own_weight, rank, rank_low, rank_high, value with its interval
  # figures:: about all groups
  # coefficients:: of a Fay-Herriot model, a row a term; nil otherwise
  class Shrinkage < Value.with(:table, :method_name, :figures, :coefficients)
    def to_s
      "#{table.size} groups by #{method_name}"
    end
  end

  class << self
    SHRINK_METHODS = (0...Native::CX_SHRINK_END).to_h { |i| [Native.cx_shrink_method_name(i), i] }.freeze
    SHRINK_RANKS = {"marginal" => Native::CX_RANKS_MARGINAL, "simultaneous" => Native::CX_RANKS_SIMULTANEOUS,
                    "none" => Native::CX_RANKS_NONE}.freeze
    SHRINK_INTERVALS = {"integrated" => Native::CX_SHRINK_INTEGRATED, "plug-in" => Native::CX_SHRINK_PLUG_IN}.freeze
    private_constant :SHRINK_METHODS, :SHRINK_RANKS, :SHRINK_INTERVALS

    # Shrinks the figures of small groups towards the others, or what covariates predict.
    #
    # values:: a column of estimates (with variances:), a mapping of counts (x and n, or detractors,
    #          passives, promoters), or Tallies
    # method:: auto, fay_herriot, beta_binomial, dirichlet, james_stein
    # variances:: of each value, or one number for all; 0 is smoothed
    # x:: covariates by name; text becomes indicators
    # n:: answers behind each value
    # ranks:: marginal, simultaneous or none
    # intervals:: integrated over how much the groups may differ, or plug_in: of the standard error
    def shrink(values, method: :auto, variances: nil, x: nil, n: nil, ranks: :marginal, ascending: false,
               confidence: 0.95, correction: true, intercept: true, intervals: :integrated, **classes)
      options = Options.build(:Cx_shrink_options, **shrink_classes(classes), confidence: confidence,
                              method: Options.word(:method, method, SHRINK_METHODS),
                              intervals: Options.word(:intervals, intervals, SHRINK_INTERVALS),
                              ranks: Options.word(:ranks, ranks, SHRINK_RANKS), ascending: ascending ? 1 : 0,
                              correction: correction ? 1 : 0, intercept: intercept ? 1 : 0)
      word = Options.word(:method, method, SHRINK_METHODS.to_h { |name, _| [name, name] })
      return shrink_values(values, [variances, n, x], word, options) if variances || !counted?(values)

      misuse("variances, n and x belong to a column of values") if n || x
      table = values.is_a?(Tallies) ? shrink_tallies(values, options) : shrink_counts(values, options)
      usual = values.is_a?(Tallies) || table.figures.key?(:alpha_3) ? "dirichlet" : "beta-binomial"
      shrinkage(table, word, usual, nil)
    end

    private

    def shrink_classes(classes)
      unknown = classes.keys - %i[promoters detractors top draws seed]
      raise ArgumentError, "unknown keyword: #{unknown.join(', ')}" unless unknown.empty?

      classes
    end

    def counted?(values)
      values.is_a?(Tallies) || values.is_a?(Hash) || values.is_a?(Table)
    end

    def shrink_tallies(tallies, options)
      Table.new(tallies.__send__(:read) { |handle| Native.cx_shrink_tallies(handle, options) })
    end

    def shrink_counts(counts, options)
      Input.open { |input| Table.new(Native.cx_shrink_counts(input.frame(counts, :counts), options)) }
    end

    def shrink_values(values, others, word, options)
      variances, n, x = others
      variances = [variances] if variances.is_a?(Numeric)
      Input.open do |input|
        given = [input.column(values, :values), input.column(variances, :variances), input.column(n, :n),
                 input.frame(x, :x)]
        table = Table.new(Native.cx_shrink(*given, options))
        terms = Table.new(Native.cx_shrink_coefficients(*given, options)) if table.figures.key?(:between_se)
        shrinkage(table, word, "fay-herriot", terms)
      end
    end

    def shrinkage(table, word, usual, terms)
      Shrinkage.new(table: table, method_name: word == "auto" ? usual : word, figures: table.figures,
                    coefficients: terms)
    end
  end
end
