# frozen_string_literal: true

module CXKit
  module Options
    COVS = words(Native::CX_COV_END) { |number| Native.cx_cov_name(number) }
    WEIGHT_KINDS = words(Native::CX_WEIGHT_KIND_END) { |number| Native.cx_weight_kind_name(number) }
    FIXED_COUNTS = {"nested" => Native::CX_FIXED_NESTED, "all" => Native::CX_FIXED_ALL,
                    "none" => Native::CX_FIXED_NONE}.freeze
  end

  class << self
    # Ordinary and weighted least squares, with errors for every design.
    #
    # x:: a mapping from names to columns, each of them a term; or Moments
    # y:: the outcome: a column, or the name of one in x
    # terms:: names of the columns of x to use; nil for all but the outcome
    # weight_kind:: survey (people a row stands for), precision (one over the variance of its
    #               outcome) or frequency (how often it occurred)
    # clusters:: keys of the clusters; a Hash of two for clusters in two ways
    # fixed:: keys with an effect of their own for each level, taken out exactly; at most two
    # time:: the order of rows, and the periods of a panel
    # cov:: classical, hc0 to hc3, cr0, cr1, cr2, wild, newey_west, driscoll_kraay; auto: with
    #       clusters wild below 5 of them, cr2 below 50, else cr1; with time newey_west, or
    #       driscoll_kraay when times repeat; with survey weights hc1; else classical
    # lag:: of series: nil (by length), a number or :plug_in; small_sample:: enlarge their errors
    # fixed_count:: fixed effects that count in the correction of cr1: nested, all or none
    # draws, seed:: of wild where signs are not enumerated
    # influence:: keep what Fit#influence reads
    def regress(x, y, terms: nil, weights: nil, weight_kind: "survey", clusters: nil, fixed: nil, time: nil,
                cov: "auto", lag: nil, small_sample: true, fixed_count: "nested", draws: nil, seed: nil,
                intercept: true, influence: false, confidence: 0.95, tolerance: nil)
      options = Options.build(:Cx_regress_options,
                              cov: Options.word(:cov, cov, Options::COVS),
                              weight_kind: Options.word(:weight_kind, weight_kind, Options::WEIGHT_KINDS),
                              fixed_count: Options.word(:fixed_count, fixed_count, Options::FIXED_COUNTS),
                              small_sample: small_sample ? 1 : 0, intercept: intercept ? 1 : 0,
                              influence: influence ? 1 : 0, draws: draws, seed: seed, confidence: confidence,
                              tolerance: tolerance, **lags(lag))
      given = {weights: weights, clusters: clusters, fixed: fixed, time: time}
      return regress_moments(x, y, terms, options, given) if x.is_a?(Moments)

      regress_rows(x, y, terms, options, given)
    end

    private

    def lags(lag)
      case lag
      when nil then {lag_rule: Native::CX_LAG_LENGTH}
      when Integer then {lag_rule: Native::CX_LAG_GIVEN, lag: lag}
      else {lag_rule: Options.word(:lag, lag, {"plug-in" => Native::CX_LAG_PLUG_IN})}
      end
    end

    def regress_moments(state, outcome, terms, options, given)
      misuse("y has to be the name of the outcome: x holds moments") unless name?(outcome)
      given.each { |name, value| misuse("#{name}: moments hold no rows") if value }
      Input.open do |input|
        names = input.column(terms&.map(&:to_s), :terms)
        Fit.new(Native.cx_regress_moments(state.__send__(:copy_handle), outcome.to_s, names, options))
      end
    end

    def regress_rows(table, outcome, terms, options, given)
      columns, name = with_outcome(table.to_h.transform_keys(&:to_s), outcome)
      refuse(:name, "there is no column #{name}", column: name) unless columns.key?(name)
      values = columns[name]
      columns = columns.reject { |key, _| key == name }
      columns = chosen(columns, terms) if terms
      Input.open do |input|
        Fit.new(Native.cx_regress(input.frame(columns, :x), input.column(values, :y),
                                  input.column(given[:weights], :weights), input.frame(given[:clusters], :clusters),
                                  input.frame(given[:fixed], :fixed), input.column(given[:time], :time), options))
      end
    end

    def chosen(columns, terms)
      terms.to_h do |term|
        [term.to_s, columns.fetch(term.to_s) { refuse(:name, "there is no column #{term}", column: term.to_s) }]
      end
    end
  end
end
