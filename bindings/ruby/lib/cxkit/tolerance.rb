# frozen_string_literal: true

module CXKit
  # A waiting-time tolerance in seconds; see CXKit.tolerance. value is nil and identified? false
  # where the waits do not determine it; an infinite ci_high lies beyond the longest wait.
  #
  # baseline:: an Estimate of the measure in the reference band
  # band, level, longest:: waits of the band, the baseline less the drop, the longest wait
  # beyond:: share of the bootstrap samples in which the drop is not reached
  # curve:: the fitted curve, a Table
  class Tolerance < Value.with(:value, :ci_low, :ci_high, :confidence, :se, :n, :flags, :excluded, :baseline, :band,
                               :level, :longest, :beyond, :curve)
    def identified?
      !value.nil?
    end

    def to_s
      limit = ci_high&.infinite? ? "beyond #{short(longest)}" : short(ci_high)
      "#{identified? ? "#{short(value)} seconds" : 'not identified'} [#{short(ci_low)}, #{limit}] " \
        "#{format('%g', 100 * confidence)} % (n = #{n})"
    end
  end

  class << self
    # The longest wait before a score falls by drop, against its mean in a band of short waits and
    # along a curve that never rises. With by: a Table with a row for each key.
    #
    # wait:: seconds
    # band:: shortest and longest wait of the reference band; nil: the lowest quarter of the waits
    # shape:: isotonic, one-knot or plateau
    # measure:: mean, detractors, promoters or nps
    # respondents:: keys: pairs of one respondent are drawn together
    # min_n:: hides groups, baselines and parts of the curve with fewer pairs, and others beside them
    def tolerance(wait, score, drop:, by: nil, band: nil, shape: "isotonic", measure: "mean", scale: 0..10,
                  promoters: 9, detractors: 6, weights: nil, respondents: nil, draws: 1000, seed: 1, confidence: 0.95,
                  min_n: 0, **answers)
      misuse("drop: a number is needed, not #{drop.inspect}") unless drop.is_a?(Numeric) && drop.real?
      low, high = Options.scale(scale)
      from, to = band_of(band)
      options = Options.build(:Cx_tolerance_options, shape: Options.word(:shape, shape, Options::SHAPES),
                                                     measure: Options.word(:measure, measure, Options::MEASURES),
                                                     scale_min: low, scale_max: high, promoters: promoters,
                                                     detractors: detractors, band_low: from, band_high: to,
                                                     draws: draws, seed: seed, confidence: confidence,
                                                     min_n: min_n)
      options.reading = reading = Options.answers(**answers)
      Input.open do |input|
        columns = [input.column(wait, :wait), input.column(score, :score)]
        others = [input.column(weights, :weights), input.column(respondents, :respondents)]
        found = tolerance_of(columns, Float(drop), others, by && input.frame(by, :key), options)
        reading && found # the options point into it until here
      end
    end

    private

    def band_of(band)
      return [Float::NAN, Float::NAN] if band.nil?

      ends = band.is_a?(Range) ? [band.begin, band.end] : Array(band)
      misuse("band: the shortest and the longest wait are needed") unless ends.size == 2 && ends.all?(Numeric)
      ends.map(&:to_f)
    end

    def tolerance_of(columns, drop, others, by, options)
      return Table.new(Native.cx_tolerance_by(*columns, drop, *others, by, options)) if by

      raw = Native.cx_tolerance(*columns, drop, *others, options)
      found = Estimate.from(raw.tolerance)
      Tolerance.new(**%i[value ci_low ci_high confidence se n flags excluded].to_h { |name| [name, found.public_send(name)] },
                    **%i[longest beyond].to_h { |name| [name, raw.public_send(name)] },
                    level: raw.level.nan? ? nil : raw.level,
                    baseline: Estimate.from(raw.baseline), band: [raw.band_low, raw.band_high],
                    curve: Table.new(Native.cx_tolerance_curve(*columns, others.first, options)))
    end
  end
end
