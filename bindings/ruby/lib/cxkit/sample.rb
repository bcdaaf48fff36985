# frozen_string_literal: true

module CXKit
  # A number of answers and what it buys; see CXKit.sample_size and CXKit.detectable.
  class SampleSize < Value.with(:n, :n_b, :invitations, :invitations_b, :margin, :difference, :power, :confidence, :sd)
    def to_s
      "#{n}#{" and #{n_b}" if n_b.positive?} answers: margin #{short(margin)}" \
        "#{", difference #{short(difference)}" if difference}"
    end
  end

  class << self
    # The answers needed for a margin, or to detect a difference between two groups.
    #
    # margin, difference:: one of them, in the unit of the score
    # score:: nps, mean or top-box
    # promoters, detractors, share:: assumed shares; nil for the worst case
    # sd:: standard deviation of an answer, for a mean
    # ratio:: answers of group b for each of group a
    # population:: of each group; nil: large
    # response_rate, design_effect:: answers for each invitation; variance against a simple sample
    def sample_size(margin: nil, difference: nil, score: "nps", power: 0.8, confidence: 0.95, promoters: nil,
                    detractors: nil, share: nil, sd: nil, ratio: 1, population: nil, response_rate: 1, design_effect: 1)
      options = sample_options(score, margin: margin, difference: difference, power: power, confidence: confidence,
                                      promoters: promoters, detractors: detractors, share: share, sd: sd, ratio: ratio,
                                      population: population, response_rate: response_rate,
                                      design_effect: design_effect)
      sample_of(Native.cx_sample_size(options))
    end

    # What n answers buy: their margin, and the difference two groups of that size detect.
    #
    # The keywords are those of sample_size.
    def detectable(n, score: "nps", power: 0.8, confidence: 0.95, promoters: nil, detractors: nil, share: nil,
                   sd: nil, ratio: 1, population: nil, response_rate: 1, design_effect: 1)
      misuse("n: a whole number of answers is needed, not #{n.inspect}") unless n.is_a?(Integer)
      options = sample_options(score, power: power, confidence: confidence, promoters: promoters,
                                      detractors: detractors, share: share, sd: sd, ratio: ratio,
                                      population: population, response_rate: response_rate,
                                      design_effect: design_effect)
      sample_of(Native.cx_detectable(n, options))
    end

    # The probability that the true value meets a target, given the answers.
    #
    # at_least:: met at or above it, in the unit of the estimate
    # at_most:: instead: met at or below it
    def target(estimate, goal = nil, at_least: goal, at_most: nil)
      misuse("target is for an Estimate, not for a #{estimate.class}") unless estimate.is_a?(Estimate)
      misuse("give at_least or at_most: one of them") if at_least.nil? == at_most.nil?

      options = Options.build(:Cx_target_options, at_most: at_most.nil? ? 0 : 1)
      Native.cx_target(estimate.__send__(:to_native), (at_most || at_least).to_f, options).probability
    end

    private

    def sample_options(score, **fields)
      Options.build(:Cx_sample_options, score: Options.word(:score, score, Options::SCORES), **fields)
    end

    def sample_of(native)
      SampleSize.new(**SampleSize::FIELDS.to_h do |name|
        value = native.public_send(name)
        [name, value.is_a?(Float) && value.nan? ? nil : value]
      end)
    end
  end
end
