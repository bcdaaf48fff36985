# frozen_string_literal: true

module CXKit
  # A level of evidence and why it is not higher; see CXKit.evidence.
  class Evidence < Value.with(:level, :word, :claimed, :phrase, :reasons, :not_checked, :table)
    def to_i
      level
    end

    def to_s
      "#{level} #{word}"
    end
  end

  # What a test of a link says; see CXKit.verdict.
  class Verdict < Value.with(:words, :reason, :direction, :negligible, :value, :p_value, :power, :detectable,
                             :smallest, :reliability, :n, :cell)
    def to_s
      words
    end
  end

  class << self
    EVIDENCE_LEVELS = (0...Native::CX_EVIDENCE_END).to_h { |i| [Native.cx_evidence_name(i), i] }.freeze
    EVIDENCE_TRUTHS = %i[adjusted ordered reverse separated unidentified through selected].freeze
    EVIDENCE_NUMBERS = %i[treated periods overlap pre_trend_p breakdown placebo_p split_p attrition].freeze
    private_constant :EVIDENCE_LEVELS, :EVIDENCE_TRUTHS, :EVIDENCE_NUMBERS

    # The level of evidence of a link, and why it is not higher.
    #
    # method:: level of the method: 0 to 5, or its word, such as "quasi-experiment"
    # adjusted, ordered, reverse, separated, unidentified, through, selected:: true or false
    # treated, periods, overlap, pre_trend_p, breakdown, placebo_p, split_p, attrition:: numbers; nil: not known
    def evidence(method, **facts)
      unknown = facts.keys - EVIDENCE_TRUTHS - EVIDENCE_NUMBERS
      raise ArgumentError, "unknown keyword: #{unknown.join(', ')}" unless unknown.empty?

      truths = facts.slice(*EVIDENCE_TRUTHS).transform_values { |value| value ? 1 : 0 }
      given = Options.build(:Cx_evidence_facts, level: evidence_level(:method, method), **truths,
                                                **facts.slice(*EVIDENCE_NUMBERS))
      evidence_of(Table.new(Native.cx_evidence(given)))
    end

    # One of three: "link found", "no link found", "not testable with these data".
    #
    # smallest:: smallest effect of interest; without it "no link found" cannot be said
    # power:: wanted at that effect
    # reliability:: of the explaining measure
    # cell, least_cell:: smallest cell behind the estimate, and the smallest allowed
    def verdict(estimate, smallest: nil, power: 0.8, confidence: 0.95, reliability: 1, cell: nil, least_cell: 5)
      misuse("verdict is for an Estimate, not for a #{estimate.class}") unless estimate.is_a?(Estimate)
      options = Options.build(:Cx_verdict_options, smallest: smallest&.to_f, power: power, confidence: confidence,
                                                   reliability: reliability.to_f, cell: cell, least_cell: least_cell)
      verdict_of(Native.cx_verdict(estimate.__send__(:to_native), options))
    end

    private

    def evidence_level(option, level)
      return Options.word(option, level.to_s.tr("_", " "), evidence_words) unless level.is_a?(Integer)
      return level if (0...Native::CX_EVIDENCE_END).cover?(level)

      refuse(:option, "#{option}: #{level} is not one of 0 to 5")
    end

    # With hyphens in place of spaces too: "ordered-in-time".
    def evidence_words
      EVIDENCE_LEVELS.merge(EVIDENCE_LEVELS.transform_keys { |word| word.tr(" ", "-") })
    end

    def evidence_of(table)
      level = table.figures[:level].to_i
      said = table.group_by { |row| row[:effect] }.transform_values { |rows| rows.map { |row| row[:sentence] } }
      Evidence.new(level: level, word: Native.cx_evidence_name(level), claimed: table.figures[:claimed].to_i,
                   phrase: Native.cx_evidence_phrase(level), reasons: said["lowered"] || [],
                   not_checked: said["not-checked"] || [], table: table)
    end

    def verdict_of(raw)
      Verdict.new(words: Native.cx_verdict_name(raw.verdict), reason: Native.cx_verdict_reason_name(raw.reason),
                  direction: raw.direction, negligible: raw.negligible == 1, value: known(raw.value),
                  p_value: known(raw.p_value), power: known(raw.power), detectable: known(raw.detectable),
                  smallest: known(raw.smallest), reliability: raw.reliability, n: raw.n,
                  cell: raw.cell.negative? ? nil : raw.cell)
    end
  end
end
