# frozen_string_literal: true

module CXKit
  # Scores are a column, a Tally or a Tallies. With by:, or of Tallies, the result is a Table with
  # one row for each key; otherwise an Estimate. The remaining keywords are those of Tally#add.
  class << self
    # Net Promoter Score in points, -100..100.
    #
    # counts:: [detractors, passives, promoters] in place of scores
    # method:: auto, adjusted-wald, adjusted-wald-z, score, wald, bonett-price, goodman
    def nps(scores = nil, counts: nil, weights: nil, by: nil, promoters: 9, detractors: 6, scale: 0..10,
            confidence: 0.95, method: "auto", **answers)
      options = Options.build(:Cx_nps_options, method: Options.word(:method, method, Options::METHODS),
                                               promoters: promoters, detractors: detractors, confidence: confidence)
      if counts
        misuse("counts: stand in place of scores") unless scores.nil? && weights.nil? && by.nil?

        scores = counted(counts, promoters, detractors, scale)
      end
      measure(:cx_nps, scores, options, weights: weights, by: by, scale: scale, answers: answers)
    end

    # Customer satisfaction: the share of answers in the top boxes, 0..1.
    #
    # top:: how many steps count as satisfied; nil for the usual ones of that scale
    # method:: wilson, jeffreys, clopper-pearson, agresti-coull, wald
    # denominator:: valid, or answered to count what does not apply
    def csat(scores, weights: nil, by: nil, scale: 1..5, top: nil, denominator: "valid", confidence: 0.95,
             method: "wilson", **answers)
      options = Options.build(:Cx_csat_options, method: Options.word(:method, method, Options::METHODS), top: top,
                                                confidence: confidence,
                                                denominator: Options.word(:denominator, denominator,
                                                                          Options::DENOMINATORS))
      measure(:cx_csat, scores, options, weights: weights, by: by, scale: scale, answers: answers)
    end

    # Customer Effort Score. The direction is part of the metric.
    #
    # version:: 1: effort 1-5, lower is better; 2: agreement 1-7 that it was easy
    # report:: mean, agree or net
    def ces(scores, version: 2, report: "mean", weights: nil, by: nil, confidence: 0.95, **answers)
      options = Options.build(:Cx_ces_options, version: version, confidence: confidence,
                                               report: Options.word(:report, report, Options::REPORTS))
      measure(:cx_ces, scores, options, weights: weights, by: by, scale: version == 1 ? 1..5 : 1..7, answers: answers)
    end

    # Mean answer in the units of the scale.
    def mean_score(scores, weights: nil, by: nil, scale: 0..10, confidence: 0.95, **answers)
      options = Options.build(:Cx_mean_options, confidence: confidence)
      measure(:cx_mean_score, scores, options, weights: weights, by: by, scale: scale, answers: answers)
    end

    # A share with its interval: successes of n.
    def share(successes, n, method: "wilson", confidence: 0.95)
      options = Options.build(:Cx_share_options, method: Options.word(:method, method, Options::METHODS),
                                                 confidence: confidence)
      Estimate.from(Native.cx_share(successes, n, options))
    end

    private

    def counted(counts, promoters, detractors, scale)
      counts = counts.to_a.dup
      misuse("counts: [detractors, passives, promoters] are needed") unless counts.size == 3

      steps = [detractors, detractors + 1, promoters]
      if steps[1] == promoters
        misuse("counts: there are no passives between #{detractors} and #{promoters}") unless counts[1].zero?

        steps.delete_at(1)
        counts.delete_at(1)
      end
      Tally.new(scale: scale).add_counts(steps, counts)
    end

    def measure(function, scores, options, **reading)
      state = state_of(scores, **reading)
      suffix = state.is_a?(Tallies) ? "_by" : ""
      native = state.__send__(:read) { |handle| Native.public_send(:"#{function}#{suffix}", handle, options) }
      state.is_a?(Tallies) ? Table.new(native) : Estimate.from(native)
    end

    def state_of(scores, by:, scale:, weights:, answers:)
      case scores
      when Tally, Tallies
        return scores if weights.nil? && by.nil? && answers.empty?

        misuse("by, weights and codes are for columns: a #{scores.class} has been read already")
      when nil then misuse("there are no scores")
      else
        state = by ? Tallies.new(scale: scale) : Tally.new(scale: scale)
        state.add(scores, weights: weights, **(by ? {by: by} : {}), **answers)
      end
    end

    def misuse(message)
      refuse(:option, message)
    end
  end
end
