# frozen_string_literal: true

module CXKit
  # Scores are a column, a Tally or a Tallies. With by:, or of Tallies, the result is a Table with
  # one row for each key; otherwise an Estimate. With mode:, the mode in which each was asked, an
  # Estimate that has the flag "mixed-modes" when the modes differ. The remaining keywords are those of Tally#add;
  # with respondent: those of Tally#add_once (time:, keep:, window:), so that one answer of each counts.
  #
  # min_n:: hides what has fewer valid answers, and in a table as many more rows as it takes that no
  #         hidden one follows by subtraction
  # totals:: with by: also a row for every margin; :grouping has the bits of the keys totalled, 1 for
  #          the last key
  CES_READ_AS = {"mean" => {score: "mean"}, "agree" => {score: "top-box", top: 3},
                 "net" => {score: "nps", promoters: 6, detractors: 3}}.freeze
  private_constant :CES_READ_AS

  class << self
    # Net Promoter Score in points, -100..100.
    #
    # counts:: [detractors, passives, promoters] in place of scores
    # method:: auto, adjusted-wald, adjusted-wald-z, score, wald, bonett-price, goodman
    # design, domain:: how the sample was drawn, and the rows that are meant: a SurveyEstimate, by: its Table
    def nps(scores = nil, counts: nil, weights: nil, by: nil, promoters: 9, detractors: 6, scale: 0..10,
            confidence: 0.95, method: "auto", mode: nil, min_n: 0, totals: false, design: nil, domain: nil, **answers)
      if design || domain
        under_design(design, answers, counts: counts, weights: weights, mode: mode, totals: totals || nil)
        return survey_nps(scores, design, domain: domain, by: by, promoters: promoters, detractors: detractors,
                                          scale: scale, confidence: confidence, method: method, min_n: min_n)
      end
      options = Options.build(:Cx_nps_options, method: Options.word(:method, method, Options::METHODS),
                                               promoters: promoters, detractors: detractors, confidence: confidence,
                                               **shown(min_n, totals))
      if counts
        misuse("counts: stand in place of scores") unless scores.nil? && weights.nil? && by.nil?

        scores = counted(counts, promoters, detractors, scale)
      end
      measure(:cx_nps, scores, options, weights: weights, by: by, scale: scale, answers: answers, mode: mode,
                                        read_as: {score: "nps", promoters: promoters, detractors: detractors})
    end

    # Employee Net Promoter Score: nps that shows nothing of fewer than five people.
    #
    # min_n:: as in nps; 1 shows everything
    def enps(scores, weights: nil, by: nil, promoters: 9, detractors: 6, scale: 0..10, confidence: 0.95,
             method: "auto", min_n: 5, totals: false, **answers)
      options = Options.build(:Cx_nps_options, method: Options.word(:method, method, Options::METHODS),
                                               promoters: promoters, detractors: detractors, confidence: confidence,
                                               **shown(min_n.zero? ? 1 : min_n, totals))
      measure(:cx_enps, scores, options, weights: weights, by: by, scale: scale, answers: answers)
    end

    # Customer satisfaction: the share of answers in the top boxes, 0..1.
    #
    # top:: how many steps count as satisfied; nil for the usual ones of that scale
    # method:: wilson, jeffreys, clopper-pearson, agresti-coull, wald
    # denominator:: valid, or answered to count what does not apply
    # direction:: high, or low when 1 is best
    # design, domain:: as in nps; the interval is then that of share_of
    def csat(scores, weights: nil, by: nil, scale: 1..5, top: nil, denominator: "valid", confidence: 0.95,
             method: nil, direction: "high", mode: nil, min_n: 0, totals: false, design: nil, domain: nil, **answers)
      if design || domain
        under_design(design, answers, weights: weights, mode: mode, totals: totals || nil,
                                      denominator: (denominator unless denominator.to_s == "valid"),
                                      direction: (direction unless direction.to_s == "high"))
        return survey_csat(scores, design, domain: domain, by: by, scale: scale, top: top, confidence: confidence,
                                           method: method || "logit", min_n: min_n)
      end
      method ||= "wilson"
      options = Options.build(:Cx_csat_options, method: Options.word(:method, method, Options::METHODS), top: top,
                                                confidence: confidence, **shown(min_n, totals),
                                                direction: Options.word(:direction, direction, Options::DIRECTIONS),
                                                denominator: Options.word(:denominator, denominator,
                                                                          Options::DENOMINATORS))
      measure(:cx_csat, scores, options, weights: weights, by: by, scale: scale, answers: answers, mode: mode,
                                         read_as: {score: "top-box", top: top, direction: direction})
    end

    # Customer Effort Score. The direction is part of the metric.
    #
    # version:: 1: effort 1-5, lower is better; 2: agreement 1-7 that it was easy
    # report:: mean, agree or net
    # ease:: true turns the effort of version 1 into ease (6 - answer)
    def ces(scores, version: 2, report: "mean", ease: false, weights: nil, by: nil, confidence: 0.95, mode: nil,
            min_n: 0, totals: false, **answers)
      options = Options.build(:Cx_ces_options, version: version, confidence: confidence, ease: ease ? 1 : 0,
                                               **shown(min_n, totals),
                                               report: Options.word(:report, report, Options::REPORTS))
      measure(:cx_ces, scores, options, weights: weights, by: by, scale: version == 1 ? 1..5 : 1..7, answers: answers,
                                        mode: mode, read_as: CES_READ_AS[report.to_s])
    end

    # Mean answer in the units of the scale.
    def mean_score(scores, weights: nil, by: nil, scale: 0..10, confidence: 0.95, mode: nil, min_n: 0, totals: false,
                   **answers)
      options = Options.build(:Cx_mean_options, confidence: confidence, **shown(min_n, totals))
      measure(:cx_mean_score, scores, options, weights: weights, by: by, scale: scale, answers: answers, mode: mode,
                                               read_as: {score: "mean"})
    end

    # A share with its interval: successes of n.
    def share(successes, n, method: "wilson", confidence: 0.95)
      options = Options.build(:Cx_share_options, method: Options.word(:method, method, Options::METHODS),
                                                 confidence: confidence)
      Estimate.from(Native.cx_share(whole(:successes, successes), whole(:n, n), options))
    end

    private

    # A count: an Integer, or a Float without a fraction.
    def whole(option, value)
      number = value.is_a?(Float) && value.finite? && value == value.floor ? value.to_i : value
      return number if number.is_a?(Integer) && number.abs < 2**63

      raise DomainError, "#{option} is #{value.inspect}; it has to be a whole number below 2^63"
    end

    def shown(min_n, totals)
      {min_n: min_n, totals: totals ? 1 : 0}
    end

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

    def measure(function, scores, options, mode: nil, read_as: nil, **reading)
      return pooled(function, scores, options, mode, read_as, **reading) unless mode.nil?

      state = state_of(scores, **reading)
      suffix = state.is_a?(Tallies) ? "_by" : ""
      misuse("totals: are for tables: give by, or Tallies") if suffix.empty? && options.totals != 0

      native = state.__send__(:read) { |handle| Native.public_send(:"#{function}#{suffix}", handle, options) }
      state.is_a?(Tallies) ? Table.new(native) : Estimate.from(native)
    end

    # All answers together, with a flag when they mix modes that differ.
    def pooled(function, scores, options, mode, read_as, by:, scale:, weights:, answers:)
      misuse("mode is for columns: modes(tallies) shows tallies by mode") if scores.is_a?(State)
      misuse("mode gives one figure of all modes: totals are for tables, with by") unless options.totals.zero?
      misuse("mode and by together make a table of modes: call modes(..., by:)") if by
      state = tally_columns(scores, by: {mode: mode}, weights: weights, scale: scale, answers: answers)
      found = Estimate.from(state.total.__send__(:read) { |handle| Native.public_send(function, handle, options) })
      return found unless modes(state, **read_as).table[0][:flags].split(",").include?("mixed-modes")

      Estimate.new(**found.to_h, flags: found.flags + ["mixed-modes"])
    end

    def state_of(scores, by:, scale:, weights:, answers:)
      case scores
      when Tally, Tallies
        return scores if weights.nil? && by.nil? && answers.empty?

        misuse("by, weights and codes are for columns: a #{scores.class} has been read already")
      when nil then misuse("there are no scores")
      else tally_columns(scores, by: by, scale: scale, weights: weights, answers: answers)
      end
    end

    # All answers, or one of each respondent, by keys where there are any.
    def tally_columns(scores, by:, scale:, weights:, answers:)
      once = answers.key?(:respondent) && !answers[:respondent].nil?
      asked = once ? nil : %i[time keep window].find { |name| answers.key?(name) }
      misuse("#{asked}: needs respondent: whose answers are they?") if asked

      state = by ? Tallies.new(scale: scale) : Tally.new(scale: scale)
      answers = answers.except(:respondent) unless once
      state.public_send(once ? :add_once : :add, scores, weights: weights, **(by ? {by: by} : {}), **answers)
    end

    def misuse(message)
      refuse(:option, message)
    end
  end
end
