# frozen_string_literal: true

module CXKit
  class << self
    # Logistic regression: the log odds of y = 1. Columns that split the outcomes without error have
    # no estimate: their terms are "separated" in status; see separation and firth.
    #
    # x:: a mapping from names to columns, each of them a term
    # y:: 0 or 1: a column, or the name of one in x
    # weights, weight_kind:: as in regress
    # clusters:: keys of units that were drawn or treated together
    # offset:: added to the linear predictor
    # options:: cov (auto, classical, hc0, hc1), firth, intercept, influence, small_sample,
    #           confidence, max_iterations, allow_unconverged
    def logit(x, y, weights: nil, weight_kind: "survey", clusters: nil, offset: nil, **options)
      model(x, y, weight_kind, options, %i[firth intercept]) do |input, columns, outcome, chosen|
        Native.cx_logit(columns, outcome, input.column(weights, :weights), input.frame(clusters, :clusters),
                        input.column(offset, :offset), chosen)
      end
    end

    # Poisson regression of counts: the logarithm of the rate.
    #
    # exposure:: persons, days or contacts behind each count
    # options:: those of logit, and quasi: errors times the square root of the dispersion
    def poisson(x, y, exposure: nil, offset: nil, weights: nil, weight_kind: "survey", clusters: nil, **options)
      model(x, y, weight_kind, options, %i[firth intercept quasi]) do |input, columns, outcome, chosen|
        Native.cx_poisson(columns, outcome, input.column(weights, :weights), input.frame(clusters, :clusters),
                          input.column(exposure, :exposure), input.column(offset, :offset), chosen)
      end
    end

    # The hazard of an event in discrete time: one row for each customer and period at risk.
    #
    # period:: a baseline for each value; nil: const and columns of x
    # options:: those of logit
    def hazard(x, event, period: nil, weights: nil, weight_kind: "survey", clusters: nil, offset: nil, **options)
      model(x, event, weight_kind, options, %i[firth intercept]) do |input, columns, outcome, chosen|
        Native.cx_hazard(columns, outcome, input.column(period, :period), input.column(weights, :weights),
                         input.frame(clusters, :clusters), input.column(offset, :offset), chosen)
      end
    end

    # Ordered classes, such as 1 to 5: P(y <= k) = F(cut k - x'b).
    #
    # options:: those of logit without firth and intercept, and probit
    def ordinal(x, y, weights: nil, weight_kind: "survey", clusters: nil, offset: nil, **options)
      model(x, y, weight_kind, options, %i[probit]) do |input, columns, outcome, chosen|
        Native.cx_ordinal(columns, outcome, input.column(weights, :weights), input.frame(clusters, :clusters),
                          input.column(offset, :offset), chosen)
      end
    end

    # What each value of each column says of a yes or no: a table of exact rates of groups.
    def separation(x, y, confidence: 0.95)
      columns, outcome = parted(x, y)
      Input.open do |input|
        Table.new(Native.cx_separation(input.frame(columns, :x), input.column(outcome, :y), confidence))
      end
    end

    # Customers as rows for each period at risk: a table of row, period and event.
    #
    # exit:: whole periods completed when the watch ended; entry:: when it began
    # event:: 1: the event ended it; 0: it was still to come
    def person_periods(exit, event, entry: nil)
      Input.open do |input|
        columns = {entry: entry, exit: exit, event: event}.map { |role, value| input.column(value, role) }
        Table.new(Native.cx_person_periods(*columns))
      end
    end

    # What a change of one column does to the mean prediction of a logit, Poisson or hazard model.
    #
    # x:: the columns of the model, one row for each customer
    # horizon:: hazards: periods of the retention
    # population:: the rows are a sample of those spoken of
    def margin(fit, x, column, change: 1, horizon: 12, weights: nil, population: false, confidence: 0.95)
      misuse("margin is for a Fit, not for a #{fit.class}") unless fit.is_a?(Fit)
      options = Options.build(:Cx_margin_options, change: change.to_f, horizon: horizon, confidence: confidence,
                                                  population: population ? 1 : 0)
      Input.open do |input|
        columns = [input.frame(x, :x), input.column(weights, :weights)]
        Estimate.from(Native.cx_margin(fit.instance_variable_get(:@native), *columns, column.to_s, options))
      end
    end

    private

    MODEL_OPTIONS = %i[cov influence small_sample confidence max_iterations allow_unconverged].freeze
    private_constant :MODEL_OPTIONS

    def model(table, outcome, weight_kind, options, more)
      columns, values = parted(table, outcome)
      chosen = model_options(weight_kind, options, MODEL_OPTIONS + more)
      Input.open do |input|
        Fit.new(yield(input, input.frame(columns, :x), input.column(values, :y), chosen))
      end
    end

    def model_options(weight_kind, options, known)
      unknown = options.keys - known
      raise ArgumentError, "unknown keyword: #{unknown.map(&:inspect).join(', ')}" unless unknown.empty?

      fields = options.transform_values { |value| {true => 1, false => 0}.fetch(value, value) }
      fields[:cov] = Options.word(:cov, options.fetch(:cov, "auto"), Options::COVS)
      kind = Options.word(:weight_kind, weight_kind, Options::WEIGHT_KINDS)
      Options.build(:Cx_model_options, weight_kind: kind, **fields)
    end

    # The table without its outcome, and the outcome: the name of a column, or one.
    def parted(table, outcome)
      columns, name = with_outcome(table.to_h.transform_keys(&:to_s), outcome)
      misuse("there is no column #{name}") unless columns.key?(name)
      [columns.reject { |key, _| key == name }, columns[name]]
    end
  end
end
