# frozen_string_literal: true

module CXKit
  class << self
    # p-values that many tests share: a table with p, adjusted, rejected, and gate for the last two
    # methods. What is missing stays missing and is no test.
    #
    # p:: p-values from 0 to 1, or e-values for e_bh
    # method:: bonferroni, holm, hochberg, hommel, bh, by, e_bh, fixed_sequence, hierarchical
    # by:: families; the gates in order for fixed_sequence, the path for hierarchical
    # level:: rejected is what is adjusted to at most this
    def adjust_p(p, method: "holm", by: nil, level: 0.05)
      options = Options.build(:Cx_multiplicity_options, level: level,
                                                        method: Options.word(:method, method, Options::MULTIPLICITIES))
      Input.open do |input|
        Table.new(Native.cx_adjust_p(input.column(p, :p), input.frame(by, :by), options))
      end
    end

    # Intervals and p-values of many estimates of the same people, all of them right at once.
    #
    # estimates:: one number for each column of influence
    # influence:: a row for each person or cluster; squares that sum to the variance of the estimate
    # confidence:: of all intervals together
    # draws, seed:: of the simulation for three estimates or more
    def simultaneous(estimates, influence, confidence: 0.95, draws: nil, seed: nil)
      options = Options.build(:Cx_simultaneous_options, confidence: confidence, draws: draws, seed: seed)
      Input.open do |input|
        columns = [input.column(estimates, :estimates), input.frame(influence, :influence)]
        Table.new(Native.cx_simultaneous(*columns, options))
      end
    end
  end
end
