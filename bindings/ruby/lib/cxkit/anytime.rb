# frozen_string_literal: true

module CXKit
  class << self
    # A score whose interval holds at every look, for dashboards that are looked at daily: the
    # probability that any of the intervals, however often one looks, excludes the true score is at
    # most alpha. All options have to be chosen before the first answer; there are no weights.
    #
    # score:: nps, mean or top-box; nil: nps on a scale of 0 to 10 or with other cut points, top-box (the share
    #         of the higher answer) on a scale of two steps, else mean
    # method:: auto (beta-binomial for top boxes, else betting), beta-binomial, normal-mixture, betting
    # optimise_at:: planned number of answers, where the interval is narrow; nil: 500
    def anytime(scores, scale: 0..10, score: nil, promoters: 9, detractors: 6, top: nil, alpha: 0.05,
                method: "auto", optimise_at: nil, by: nil, min_n: 0, totals: false, **answers)
      score, top = anytime_reading(scores, scale, [detractors, promoters], top) if score.nil?
      options = Options.build(:Cx_anytime_options, score: Options.word(:score, score, Options::SCORES),
                                                   method: Options.word(:method, method, Options::METHODS),
                                                   promoters: promoters, detractors: detractors, top: top,
                                                   confidence: 1 - alpha, optimise_at: optimise_at,
                                                   **shown(min_n, totals))
      measure(:cx_anytime, scores, options, weights: nil, by: by, scale: scale, answers: answers)
    end

    private

    def anytime_reading(scores, scale, cuts, top)
      scores = scores.total if scores.is_a?(Tallies)
      scale = scores.scale if scores.is_a?(Tally)
      return ["top-box", top] if top
      return ["nps", nil] if scale == (0..10) || cuts != [6, 9]

      scale.max - scale.min == 1 ? ["top-box", 1] : ["mean", nil]
    end
  end
end
