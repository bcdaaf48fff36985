# frozen_string_literal: true

module CXKit
  # Survey sums by stratum, cluster and key: a state that adds up to a figure with its survey error.
  # Rows on many machines give what they would give in one place.
  #
  # figure:: mean (which also gives totals), ratio, share, nps or csat
  # promoters, detractors, scale, top:: as in CXKit.nps and CXKit.csat
  class Strata < State
    PREFIX = "cx_strata"
    FIGURES = Options.words(Native::CX_SURVEY_END) { |number| Native.cx_survey_figure_name(number) }
    LONELY = Options.words(Native::CX_LONELY_END) { |number| Native.cx_lonely_name(number) }
    private_constant :PREFIX, :FIGURES, :LONELY

    def initialize(figure = "mean", promoters: 9, detractors: 6, scale: 0..10, top: nil)
      super()
      low, high = Options.scale(scale)
      options = Options.build(:Cx_survey_options, promoters: promoters, detractors: detractors, scale_min: low,
                                                  scale_max: high, top: top || 0)
      adopt(Native.cx_strata_new(Options.word(:figure, figure, FIGURES), options))
    end

    # Adds rows; the first call settles which columns there are.
    #
    # denominator:: of a ratio
    # weights:: one for each row, nil for 1; before a calibration, the start weights
    # strata, clusters:: a column of keys each
    # fpc:: units that the row's stratum has in the population, or the share of them that was drawn
    # by:: a column of keys, or several by name: domains, and categories to calibrate on
    def add(values, denominator: nil, weights: nil, strata: nil, clusters: nil, fpc: nil, by: nil)
      Input.open do |input|
        columns = {y: values, denominator: denominator, weights: weights, strata: strata, clusters: clusters, fpc: fpc}
        columns = columns.map { |role, given| input.column(given, role) }
        by = input.frame(by, :key)
        write { |handle| Native.cx_strata_add(handle, *columns, by) }
      end
    end

    # The figure of all rows; with the names of key columns (by:), a Table in which each key is a domain.
    #
    # lonely:: a stratum with a single unit: fail, remove, certainty, adjust or average
    # calibration:: the Weights that CXKit.rake gave for #cells, from its column weight
    # replacement:: the design effect is against a simple sample drawn with replacement
    # method:: of the interval, as in CXKit.share_of and CXKit.survey_nps
    def estimate(by: nil, lonely: "fail", calibration: nil, method: "auto", confidence: 0.95, min_n: 0,
                 replacement: false)
      measure(read { |handle| Native.cx_strata_figure(handle) }, by, lonely, calibration,
              method: Options.word(:method, method, Options::METHODS), confidence: confidence, min_n: min_n,
              replacement: replacement)
    end

    # The total, of a state of means; see #estimate.
    def total(by: nil, lonely: "fail", calibration: nil, confidence: 0.95, min_n: 0, replacement: false)
      measure(FIGURES["total"], by, lonely, calibration, confidence: confidence, min_n: min_n, replacement: replacement)
    end

    # The keys with their rows, n and weight: raking this Table from its weight is raking all rows.
    def cells
      Table.new(read { |handle| Native.cx_strata_cells(handle) })
    end

    # What the sums are for.
    def figure
      FIGURES.key(read { |handle| Native.cx_strata_figure(handle) })
    end

    # Rows added.
    def rows
      read { |handle| Native.cx_strata_rows(handle) }
    end

    # Strata seen.
    def size
      read { |handle| Native.cx_strata_size(handle) }
    end
    alias length size

    def inspect
      "#<CXKit::Strata of #{figure}: #{rows} rows in #{size} strata>"
    end

    private

    def measure(figure, keys, lonely, calibration, replacement:, **given)
      options = Options.build(:Cx_survey_options, replacement: replacement ? 1 : 0, **given)
      lonely = Options.word(:lonely, lonely, LONELY)
      weights = calibration&.instance_variable_get(:@handle)
      return SurveyEstimate.from(all(figure, lonely, weights, options)) unless keys

      totalled = totalled(Array(keys).map(&:to_sym))
      Table.new(read { |handle| Native.cx_strata_by(handle, figure, lonely, weights, totalled, options) })
    end

    def all(figure, lonely, weights, options)
      read { |handle| Native.cx_strata_estimate(handle, figure, lonely, weights, options) }
    end

    # The bits of the keys that are not named, the last one being 1.
    def totalled(kept)
      names = cells.columns[0...-3]
      kept.each do |name|
        next if names.include?(name)

        CXKit.send(:refuse, :name, "there is no key #{name}; there are #{names.join(', ')}", column: name.to_s)
      end
      names.reverse.each_with_index.sum { |name, at| kept.include?(name) ? 0 : 1 << at }
    end
  end
end
