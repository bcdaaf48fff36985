# frozen_string_literal: true

module CXKit
  # What staff believe a score to be, against what customers say; see CXKit.belief_gap.
  class BeliefGap < Value.with(:gap, :believed, :customers, :over)
    def to_s
      "gap #{gap}; believed #{believed}; customers #{customers}"
    end
  end

  class << self
    # The difference a - b of a score between two independent groups, with p_value.
    #
    # a, b:: columns of answers, Tally objects, Tallies by the same keys (the result is a Table with
    #        p_adjusted, Holm, beside p_value), or two Estimate objects, compared by their limits (auto,
    #        mover) or errors (wald); against an Estimate b may also be a number that is known, such as 0
    # paired:: true for columns of the same customers, row by row
    # respondents:: for waves that overlap: a pair of keys, [of a, of b], by which they are matched
    # cases:: of paired answers: complete (both; for paired) or available (everyone; for waves)
    # method:: auto; for nps mover or wald; for mean t, mover or wald; for top-box score,
    #          newcombe, agresti-caffo or wald
    # score:: nps, mean or top-box
    # lower_is_better:: true for effort: the difference carries the flag "lower-is-better"
    # min_n:: fewest answers of a figure that is shown
    # by, weights:: for columns: a pair, [of a, of b]
    def compare(a, b, paired: false, respondents: nil, cases: nil, method: "auto", confidence: 0.95,
                score: "nps", scale: 0..10, promoters: 9,
                detractors: 6, top: nil, lower_is_better: false, min_n: 0, by: nil, weights: nil, **answers)
      if min_n > 1 && (paired || respondents || a.is_a?(Estimate))
        misuse("min_n is for answers of independent groups")
      end
      if paired || respondents
        misuse("by is not for paired answers: compare one group at a time") if by
        state = Joint.new(%w[a b], read: score == "nps" ? "net" : score, scale: scale, high: promoters,
                                   low: detractors, top: top)
        return paired_difference(state, [a, b], respondents, weights, answers, lower_is_better,
                                 method: method, confidence: confidence,
                                 cases: cases || (respondents ? "available" : "complete"))
      end
      misuse("cases is for paired answers") if cases
      return compare_estimates(a, b, method, confidence) if a.is_a?(Estimate) || b.is_a?(Estimate)

      options = difference_options(score, promoters, detractors, top, confidence, method, lower_is_better)
      options.min_n = min_n
      states = [a, b].zip(pair(:by, by), pair(:weights, weights)).map do |scores, key, weight|
        state_of(scores, by: key, scale: scale, weights: weight, answers: answers)
      end
      handles = states.map { |state| state.__send__(:copy_handle) }
      return Estimate.from(Native.cx_compare(*handles, options)) if states.all?(Tally)
      return Table.new(Native.cx_compare_by(*handles, options)) if states.all?(Tallies)

      misuse("one side is split by keys and the other is not")
    end

    # Each group against all the others together; p_adjusted (Holm) beside p_value.
    #
    # scores:: Tallies, or a column of answers with by:
    def compare_rest(scores, by: nil, method: "auto", confidence: 0.95, score: "nps", scale: 0..10, promoters: 9,
                     detractors: 6, top: nil, lower_is_better: false, min_n: 0, weights: nil, **answers)
      options = difference_options(score, promoters, detractors, top, confidence, method, lower_is_better)
      options.min_n = min_n
      state = state_of(scores, by: by, scale: scale, weights: weights, answers: answers)
      misuse("by is missing: groups need a column of keys") unless state.is_a?(Tallies)

      Table.new(state.__send__(:read) { |handle| Native.cx_compare_rest(handle, options) })
    end

    # The difference x1/n1 - x2/n2 of two independent shares, with p_value.
    #
    # method:: score (auto; Miettinen and Nurminen), newcombe, agresti-caffo, wald
    def share_difference(x1, n1, x2, n2, method: "auto", confidence: 0.95)
      options = Options.build(:Cx_share_difference_options, method: Options.word(:method, method, Options::METHODS),
                                                            confidence: confidence)
      counts = {x1: x1, n1: n1, x2: x2, n2: n2}.map { |name, count| whole(name, count) }
      Estimate.from(Native.cx_share_difference(*counts, options))
    end

    # Shares of several classes, with intervals that hold all at once: a Table.
    #
    # method:: goodman; sison-glaz for many answers in every class
    def shares(counts, method: "goodman", confidence: 0.95)
      options = Options.build(:Cx_shares_options, method: Options.word(:method, method, Options::METHODS),
                                                  confidence: confidence)
      Input.open { |input| Table.new(Native.cx_shares(input.column(counts, :counts), options)) }
    end

    # What managers or staff believe a score to be, against what customers say.
    #
    # staff:: one belief for each, in the unit of the score; with staff_as: "answers" their answers
    #         to the customers' question
    # customers:: a Tally or a column of answers
    def belief_gap(staff, customers, staff_as: "beliefs", score: "nps", scale: 0..10, promoters: 9, detractors: 6,
                   top: nil, method: "auto", confidence: 0.95, weights: nil, **answers)
      options = difference_options(score, promoters, detractors, top, confidence, method, false)
      asked = state_of(customers, by: nil, scale: scale, weights: weights, answers: answers)
      misuse("customers are one group: a Tally or a column of answers") unless asked.is_a?(Tally)
      found = case staff_as.to_s
              when "beliefs" then beliefs_against(staff, asked, options)
              when "answers"
                said = state_of(staff, by: nil, scale: scale, weights: nil, answers: {})
                Native.cx_belief_gap_answers(said.__send__(:copy_handle), asked.__send__(:copy_handle), options)
              else misuse("staff_as: #{staff_as.inspect} is not one of beliefs, answers")
              end
      BeliefGap.new(**BeliefGap::FIELDS.to_h { |name| [name, Estimate.from(found.public_send(name))] })
    end

    private

    def paired_difference(state, sides, respondents, weights, answers, lower_is_better, **figures)
      misuse("weights and respondents are not read together: give one") if respondents && weights
      if respondents
        state.add_waves(*sides, respondents, **answers)
      else
        state.add({a: sides[0], b: sides[1]}, weights: weights, **answers)
      end
      found = state.compare(:a, :b, **figures)
      return found unless lower_is_better

      Estimate.new(**found.to_h, flags: (found.flags + ["lower-is-better"]).freeze)
    end

    def difference_options(score, promoters, detractors, top, confidence, method, lower_is_better)
      options = comparison(score, promoters, detractors, top, confidence)
      options.method = Options.word(:method, method, Options::METHODS)
      options.lower_is_better = lower_is_better ? 1 : 0
      options
    end

    def beliefs_against(staff, asked, options)
      Input.open do |input|
        column = input.column(staff, :beliefs)
        asked.__send__(:read) { |handle| Native.cx_belief_gap(column, handle, options) }
      end
    end

    # A number that is known, as an estimate without error.
    def known_estimate(value, like)
      at = Float(value)
      misuse("b: #{value} has to be a finite number") unless at.finite?
      Estimate.new(**like.to_h, value: at, ci_low: at, ci_high: at, se: 0.0, df: nil, p_value: nil,
                                n: 0, n_eff: 0.0, sum_w: 0.0, excluded: {}.freeze)
    end

    def compare_estimates(a, b, method, confidence)
      b = known_estimate(b, a) if a.is_a?(Estimate) && b.is_a?(Numeric)
      unless a.is_a?(Estimate) && b.is_a?(Estimate)
        misuse("an estimate compares with an estimate: the answers behind it are not known any more")
      end
      unless %w[auto mover wald].include?(method.to_s)
        misuse("method: #{method}: two estimates have their limits (mover) and errors (wald)")
      end
      misuse("confidence: the estimates were made with #{a.confidence}") unless [0.95, a.confidence].include?(confidence)
      options = Options.build(:Cx_compare_options, method: Options.word(:method, method, Options::METHODS))
      Estimate.from(Native.cx_compare_estimates(a.__send__(:to_native), b.__send__(:to_native), options))
    end
  end
end
