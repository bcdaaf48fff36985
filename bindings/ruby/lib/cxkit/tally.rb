# frozen_string_literal: true

module CXKit
  # How many answers, and how much weight, stand on each step of a scale, and what was left out.
  class Tally < State
    PREFIX = "cx_tally"
    private_constant :PREFIX

    def initialize(scale: 0..10)
      super()
      adopt(Native.cx_tally_new(*Options.scale(scale)))
    end

    # Adds answers; nil and NaN are missing.
    #
    # weights:: one number >= 0 for each answer
    # invalid:: :exclude counts what is off the scale, :error refuses it
    # fractional:: :floor counts 8.5 as 8
    # missing_codes, not_applicable_codes:: values such as 99 with that meaning
    def add(scores, weights: nil, **answers)
      options = Options.answers(**answers)
      Input.open do |input|
        scores = input.column(scores, :scores)
        weights = input.column(weights, :weights)
        write { |handle| Native.cx_tally_add(handle, scores, weights, options) }
      end
    end

    # Adds answers, of each respondent one; those that give way are excluded as :duplicate.
    #
    # respondent:: a column, or several by name that together say who answered; without one a row is a
    #              person of its own
    # time:: when; without it the rows are in order
    # keep:: last, first or all; of a tie the last, or the first, row
    # window:: one answer for each "month" (any `every` of windows, in UTC) in place of one in all
    def add_once(scores, respondent:, time: nil, keep: "last", window: nil, weights: nil, **answers)
      options = Options.answers(**answers)
      Input.open do |input|
        columns = [input.column(scores, :scores), input.column(weights, :weights),
                   input.frame(respondent, :respondent), input.column(time, :time),
                   Options.word(:keep, keep, Options::KEEP), window && Calendar.of(window)]
        write { |handle| Native.cx_tally_add_once(handle, *columns, options) }
      end
    end

    # Adds answers that are already counted, such as the result of a GROUP BY.
    def add_counts(scores, counts)
      Input.open do |input|
        scores = input.column(scores, :scores)
        counts = input.column(counts, :counts)
        write { |handle| Native.cx_tally_add_counts(handle, scores, counts) }
      end
    end

    def scale
      read { |handle| Native.cx_tally_scale_min(handle)..Native.cx_tally_scale_max(handle) }
    end

    # Valid answers with a positive weight.
    def n
      read { |handle| Native.cx_tally_n(handle) }
    end
    alias size n

    # Answers by step.
    def counts
      steps = scale
      read { |handle| steps.to_h { |score| [score, Native.cx_tally_count(handle, score)] } }
    end

    # Weight by step.
    def weights
      steps = scale
      read { |handle| steps.to_h { |score| [score, Native.cx_tally_weight(handle, score)] } }
    end

    # Rows left out by reason.
    def excluded
      read do |handle|
        (0...Native::CX_EXCLUDED_END).to_h do |reason|
          [Native.cx_excluded_name(reason).to_sym, Native.cx_tally_excluded(handle, reason)]
        end
      end
    end

    def weighted?
      read { |handle| Native.cx_tally_weighted(handle) != 0 }
    end

    def inspect
      left_out = excluded.values.sum
      "#<CXKit::Tally scale #{scale}, n = #{n}#{', weighted' if weighted?}#{", #{left_out} left out" if left_out.positive?}>"
    end
  end
end
