# frozen_string_literal: true

module CXKit
  # A part of a change: value, standard error and limits, in the units of the score.
  class Change < Value.with(:value, :se, :ci_low, :ci_high)
    def to_s
      "#{format('%+.4g', value)} [#{short(ci_low)}, #{short(ci_high)}]"
    end
  end

  # A change, split; see CXKit.decompose. The table has one row for each group.
  class Decomposition < Value.with(:before, :after, :change, :mix, :within, :p_value, :table)
    def to_s
      "#{short(before)} -> #{short(after)}: change #{change}, mix #{mix}, within #{within}"
    end
  end

  # Whether groups can be told apart; see CXKit.heterogeneity.
  class Heterogeneity < Value.with(:q, :df, :p_value, :mean, :sd_between, :share_between, :groups, :left_out)
    def to_s
      "#{groups} groups: Q = #{short(q)}, p = #{short(p_value)}, #{format('%.0f', 100 * share_between)} % between"
    end
  end

  # Do groups fall into classes alike? See CXKit.chi_square; few are the cells expected to hold fewer than 5.
  class ChiSquare < Value.with(:chi2, :df, :p_value, :least_expected, :few, :n, :groups, :classes)
    def to_s
      "chi2 = #{short(chi2)}, df = #{short(df)}, p = #{short(p_value)}#{" (few)" if few.positive?}"
    end
  end

  class << self
    # Pearson's chi-square test across groups of class counts.
    #
    # counts:: a mapping from classes to columns of whole numbers, one row for each group
    def chi_square(counts)
      Input.open do |input|
        test = Native.cx_chi_square(input.frame(counts, :counts))
        ChiSquare.new(**ChiSquare::FIELDS.to_h { |name| [name, test.public_send(name)] })
      end
    end

    # Splits a change of a score into mix (other customers) and within (other scores). They add up
    # to the change; a group on one side only goes to mix.
    #
    # before, after:: Tallies by the same keys, or two columns of answers
    # by, weights:: for columns: a pair, [of the answers before, of those after]
    # score:: nps, mean or top-box
    # min_n:: fewest answers of a group that is shown; others have the side "hidden"
    def decompose(before, after, by: nil, weights: nil, scale: 0..10, score: "nps", promoters: 9, detractors: 6,
                  top: nil, confidence: 0.95, min_n: 0)
      options = comparison(score, promoters, detractors, top, confidence, min_n)
      keys = pair(:by, by)
      weights = pair(:weights, weights)
      tallies = [before, after].zip(keys, weights).map { |scores, key, weight| grouped(scores, key, weight, scale) }
      table = Table.new(Native.cx_decompose(*tallies.map { |state| state.__send__(:copy_handle) }, options))
      figures = table.figures
      Decomposition.new(before: figures[:before], after: figures[:after], p_value: figures[:change_p], table: table,
                        **%i[change mix within].to_h { |name| [name, change_of(figures, name)] })
    end

    # Whether groups have the same mean score.
    #
    # scores:: Tallies, or a column of answers with by:
    def heterogeneity(scores, by: nil, weights: nil, scale: 0..10, score: "nps", promoters: 9, detractors: 6, top: nil)
      options = comparison(score, promoters, detractors, top, 0.95)
      test = grouped(scores, by, weights, scale).__send__(:read) { |handle| Native.cx_heterogeneity(handle, options) }
      Heterogeneity.new(**Heterogeneity::FIELDS.to_h { |name| [name, test.public_send(name)] })
    end

    private

    def comparison(score, promoters, detractors, top, confidence, min_n = 0)
      Options.build(:Cx_compare_options, score: Options.word(:score, score, Options::SCORES), promoters: promoters,
                                         detractors: detractors, top: top, confidence: confidence,
                                         min_n: min_n)
    end

    def grouped(scores, by, weights, scale)
      if scores.is_a?(Tallies)
        misuse("by and weights are for columns: Tallies have been read already") if by || weights
        return scores
      end
      misuse("by is missing: columns of answers need a column of keys") if by.nil?
      tally_by(scores, by: by, weights: weights, scale: scale)
    end

    def pair(option, given)
      return [nil, nil] if given.nil?
      return given if given.is_a?(Array) && given.size == 2

      misuse("#{option} has to be a pair: of the answers before, and of those after")
    end

    def change_of(figures, name)
      Change.new(value: figures[name], se: figures[:"#{name}_se"], ci_low: figures[:"#{name}_ci_low"],
                 ci_high: figures[:"#{name}_ci_high"])
    end
  end
end
