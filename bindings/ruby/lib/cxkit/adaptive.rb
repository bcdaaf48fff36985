# frozen_string_literal: true

# Estimates after adaptive measuring: from logged probabilities, period by period, at every look.
module CXKit
  ADAPTIVE_ESTIMATORS = {"hajek" => Native::CX_ADAPTIVE_HAJEK, "ht" => Native::CX_ADAPTIVE_HT,
                         "aipw" => Native::CX_ADAPTIVE_AIPW,
                         "naive-pooled" => Native::CX_ADAPTIVE_NAIVE_POOLED}.freeze
  private_constant :ADAPTIVE_ESTIMATORS

  class << self
    # A score over everybody who had a chance to be asked, from the log of a gate: a mapping or table
    # with `probability` and `invite` of every decision, and if there are any `score`, `response`,
    # `predicted`, `contact` and `frequency`.
    #
    # scores:: answers beside the log, nil where there is none
    # by:: keys, such as the point: a Table, one row for each
    # method:: "hajek"; "ht" and "aipw" ask for an answer of everybody invited or `response`;
    #          "naive-pooled" is the plain mean, biased, for comparison
    # metric:: "mean" of the answers themselves, "nps" or "top-box" on `scale`
    # shares:: of the traffic, for each class of `frequency`
    # finite:: the rows are all there is: only the draw is uncertain
    def adaptive_mean(log, scores = nil, by: nil, method: "hajek", metric: "mean", scale: [0, 10], promoters: 9,
                      detractors: 6, top: nil, response: nil, predicted: nil, shares: nil, finite: false,
                      confidence: 0.95)
      options = adaptive_options(metric, scale, promoters, detractors, top, confidence,
                                 estimator: Options.word("method", method, ADAPTIVE_ESTIMATORS),
                                 finite: finite ? 1 : 0)
      given = {"score" => scores, "response" => response, "predicted" => predicted}.compact
      columns = log.to_h.transform_keys(&:to_s).slice("score", "probability", "invite", "response", "predicted",
                                                      "contact", "frequency").merge(given)
      Input.open do |input|
        rows = input.frame(columns, :log)
        parts = input.frame(adaptive_shares(shares), :shares)
        next Table.new(Native.cx_adaptive_mean_by(rows, input.frame(by, :key), parts, options)) if by

        Estimate.from(Native.cx_adaptive_mean(rows, parts, options))
      end
    end

    # How far a score has moved at a flagged point: only answers after the period of the flag count.
    # `reference` is what the score was before, `reference_se` its standard error.
    def change_since(scores, periods, flagged, reference:, reference_se: 0.0, metric: "nps", scale: [0, 10],
                     promoters: 9, detractors: 6, top: nil, confidence: 0.95)
      options = adaptive_options(metric, scale, promoters, detractors, top, confidence)
      Input.open do |input|
        Estimate.from(Native.cx_change_since(input.column(scores, :scores), input.column(periods, :periods),
                                             Float(flagged), Float(reference), Float(reference_se), options))
      end
    end

    # The company's figure period by period, and over all of them with fixed weights. `cells` has a
    # row for each point and period: period, weight, n, mean, variance; with aipw predicted and
    # chance; if wanted predicted_variance and pool.
    def period_means(cells, aipw: false, unit: "points", confidence: 0.95)
      options = Options.build(:Cx_period_options, aipw: aipw ? 1 : 0, confidence: confidence,
                                                  unit: Options.word("unit", unit, Options::UNITS))
      Input.open { |input| Table.new(Native.cx_period_means(input.frame(cells, :cells), options)) }
    end

    # The average level over all periods so far, with an interval that holds at every look. It covers
    # the running average of the levels, not the level of today.
    def running_mean(estimates, predicted: nil, scale: [-100.0, 100.0], optimise_at: 30.0, spread: nil,
                     confidence: 0.95)
      options = Options.build(:Cx_running_options, low: Float(scale.first), high: Float(scale.last),
                                                   optimise_at: Float(optimise_at), spread: spread && Float(spread),
                                                   confidence: confidence)
      Input.open do |input|
        Table.new(Native.cx_running_mean(input.column(estimates, :estimates), input.column(predicted, :predicted),
                                         options))
      end
    end

    private

    def adaptive_options(metric, scale, promoters, detractors, top, confidence, **rest)
      Options.build(:Cx_adaptive_options, score: Options.word("metric", metric, Options::SCORES),
                                          scale_min: scale.first, scale_max: scale.last, promoters: promoters,
                                          detractors: detractors, top: top, confidence: confidence, **rest)
    end

    def adaptive_shares(shares)
      return shares if shares.nil? || shares.keys.map(&:to_s).sort == %w[frequency share]

      {"frequency" => shares.keys, "share" => shares.values.map { |share| Float(share) }}
    end
  end
end
