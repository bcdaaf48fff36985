# frozen_string_literal: true

module CXKit
  # A fitted chance to answer: columns of everybody, a table of coefficients, whether it is separated.
  Propensity = Value.with(:probabilities, :variances, :coefficients, :separated)

  # R-indicator: value is 1 when all chances are equal; cv bounds the bias in standard deviations.
  RIndicator = Value.with(:value, :adjusted, :s2, :s2_adjusted, :mean, :cv, :cv_adjusted, :n, :sum_w, :p_min)

  # Weights that make up for those who did not answer (0 for them), everybody's class and its share of answers.
  Adjustment = Value.with(:weights, :classes, :rates, :table, :deff, :n_eff)

  # A mean over everybody who was asked.
  AipwEstimate = Value.with(:estimate, :asked, :respondents, :predictions, :correction, :trimmed, :largest_weight)

  # What is sure about a mean when some did not answer; can_flip is nil without a threshold.
  Bounds = Value.with(:low, :high, :ci_low, :ci_high, :respondents, :response, :tipping, :tipping_gap, :can_flip,
                      :n, :asked)

  class << self
    # The chance to answer, by logistic regression of responded (1 or 0) on the columns of a table.
    def propensity(table, responded, weights: nil, ridge: 0.0, max_iterations: 50)
      options = Options.build(:Cx_propensity_options, ridge: Float(ridge), max_iterations: max_iterations)
      model = Input.open do |input|
        Native.cx_propensity(input.frame(table, "X"), input.column(responded, :responded),
                             input.column(weights, :weights), options)
      end
      rows = Table.new(Native.cx_response_model_rows(model))
      Propensity.new(probabilities: rows[:probability], variances: rows[:variance],
                     coefficients: Table.new(Native.cx_response_model_coefficients(model)),
                     separated: Native.cx_response_model_separated(model) == 1)
    end

    # 1 - 2 S of the chances to answer (or of what propensity gave).
    def r_indicator(propensity, weights: nil, variances: nil, ddof: 1)
      variances ||= propensity.variances if propensity.is_a?(Propensity) && !propensity.separated
      options = Options.build(:Cx_r_indicator_options, ddof: ddof)
      Input.open do |input|
        raw = Native.cx_r_indicator(input.column(chances(propensity), :propensity),
                                    input.column(variances, :variances), input.column(weights, :weights), options)
        RIndicator.new(**figures(raw, RIndicator))
      end
    end

    # A row for each column and each of its categories: unconditional and conditional.
    def r_indicator_partial(propensity, by, weights: nil, ddof: 1)
      options = Options.build(:Cx_r_indicator_options, ddof: ddof)
      Input.open do |input|
        Table.new(Native.cx_r_indicator_partial(input.column(chances(propensity), :propensity), input.frame(by, "by"),
                                                input.column(weights, :weights), options))
      end
    end

    # Weights of those who answered, divided by the share that answered in their class: quantiles of chances to
    # answer (or of what propensity gave), or the cells of categories in a Hash or Table.
    def adjust_response(given, responded, weights: nil, classes: 5, least: 30)
      options = Options.build(:Cx_adjust_options, classes: classes, least: least)
      made = Input.open do |input|
        cells = given.is_a?(Hash) || given.is_a?(Table)
        Native.cx_adjust_response(input.column(cells ? nil : chances(given), :propensity),
                                  cells ? input.frame(given, "by") : nil, input.column(responded, :responded),
                                  input.column(weights, :weights), options)
      end
      adjustment(Table.new(Native.cx_adjustment_rows(made)), Table.new(Native.cx_adjustment_classes(made)))
    end

    # Mean over everybody who was asked: answers (nil did not answer), predictions and chances of all.
    def aipw_mean(y, predicted, propensity, weights: nil, trim: 0.0, normalise: false, confidence: 0.95)
      options = Options.build(:Cx_aipw_options, trim: Float(trim), normalise: normalise ? 1 : 0,
                                                confidence: confidence)
      Input.open do |input|
        columns = {y: y, predicted: predicted, propensity: chances(propensity), weights: weights}
        raw = Native.cx_aipw_mean(*columns.map { |name, x| input.column(x, name) }, options)
        rest = AipwEstimate::FIELDS - [:estimate]
        AipwEstimate.new(estimate: Estimate.from(raw.estimate), **rest.to_h { |name| [name, raw.public_send(name)] })
      end
    end

    # Bounds of a mean whatever those think who did not answer (nil), and where a conclusion flips.
    def bounds(y, scale:, weights: nil, threshold: nil, confidence: 0.95)
      options = Options.build(:Cx_aipw_options, low: Float(scale.first), high: Float(scale.last),
                                                threshold: threshold && Float(threshold), confidence: confidence)
      Input.open do |input|
        raw = Native.cx_bounds(input.column(y, :y), input.column(weights, :weights), options)
        Bounds.new(**figures(raw, Bounds), can_flip: threshold && (raw.can_flip == 1))
      end
    end

    # The mean of all, should the silent ones differ by each delta from those who answered.
    def bias_range(y, deltas, scale: nil, weights: nil, confidence: 0.95)
      options = Options.build(:Cx_aipw_options, low: scale && Float(scale.first), high: scale && Float(scale.last),
                                                confidence: confidence)
      Input.open do |input|
        Table.new(Native.cx_bias_range(input.column(y, :y), input.column(weights, :weights),
                                       input.column(deltas, :deltas), options))
      end
    end

    private

    def adjustment(rows, table)
      Adjustment.new(weights: rows[:weight], classes: rows[:class], rates: rows[:rate], table: table,
                     deff: table.figures[:deff], n_eff: table.figures[:n_eff])
    end

    def chances(given)
      given.is_a?(Propensity) ? given.probabilities : given
    end

    def figures(raw, type)
      type::FIELDS.to_h do |name|
        value = raw.public_send(name)
        [name, value.is_a?(Float) && value.nan? ? nil : value]
      end
    end
  end
end
