# frozen_string_literal: true

module CXKit
  # How a sample was drawn; what every figure of a survey needs.
  #
  # weights:: one for each row; nil for 1, or with a calibration
  # strata, clusters, fpc:: a column, or a Hash of columns, one for each stage of sampling
  # lonely:: a stratum with a single unit: fail, remove, certainty, adjust or average
  # calibration:: the Weights of CXKit.rake and the like
  # replicates:: nil for linearisation, jk1, jkn, brr, fay or bootstrap; each is calibrated again
  # about:: what replicates are compared with: estimate or mean
  class Design
    LONELY = Options.words(Native::CX_LONELY_END) { |number| Native.cx_lonely_name(number) }
    REPLICATES = Options.words(Native::CX_REPLICATES_END) { |number| Native.cx_replicates_name(number) }
    ABOUT = {"estimate" => 0, "mean" => 1}.freeze
    private_constant :LONELY, :REPLICATES, :ABOUT

    attr_reader :handle

    def initialize(weights: nil, strata: nil, clusters: nil, fpc: nil, lonely: "fail", calibration: nil,
                   replicates: nil, count: nil, seed: 1, fay: 0.5, about: "estimate")
      options = Options.build(:Cx_design_options, lonely: Options.word(:lonely, lonely, LONELY),
                                                  replicates: Options.word(:replicates, replicates || "none", REPLICATES),
                                                  about_mean: Options.word(:about, about, ABOUT), count: count || 0,
                                                  seed: seed, fay: fay)
      Input.open do |input|
        stages = {stratum: strata, cluster: clusters, fpc: fpc}.map { |name, given| given && input.frame(given, name) }
        @handle = Native.cx_design_new(input.column(weights, :weights), *stages,
                                       calibration&.instance_variable_get(:@handle), options)
      end
    end

    # Units and strata of the first stage.
    def units
      Native.cx_design_units(@handle)
    end

    def strata
      Native.cx_design_strata(@handle)
    end

    def size
      Native.cx_design_rows(@handle)
    end

    # Replicates that figures use; and those left out because their totals could not be met.
    def replicates
      Native.cx_design_replicates(@handle)
    end

    def replicates_lost
      Native.cx_design_replicates_lost(@handle)
    end
  end

  # A figure under a design: an Estimate, with deff (nil without), units and strata of its domain.
  class SurveyEstimate < Value.with(:estimate, :deff, :units, :strata)
    def self.from(raw) # :nodoc:
      new(estimate: Estimate.from(raw.estimate), deff: raw.deff.nan? ? nil : raw.deff, units: raw.units,
          strata: raw.strata)
    end

    %i[value ci_low ci_high confidence se df n n_eff sum_w flags excluded unit].each do |name|
      define_method(name) { estimate.public_send(name) }
    end
  end

  class << self
    # Mean of a column under a design.
    #
    # domain:: true for the rows that are meant
    # by:: keys: a Table in which each is a domain
    # replacement:: the design effect is against a simple sample drawn with replacement
    def survey_mean(values, design, domain: nil, by: nil, confidence: 0.95, min_n: 0, replacement: false)
      survey("mean", [values], design, domain, by, confidence: confidence, min_n: min_n, replacement: replacement)
    end

    # Total of a column; see survey_mean.
    def survey_total(values, design, domain: nil, by: nil, confidence: 0.95, min_n: 0, replacement: false)
      survey("total", [values], design, domain, by, confidence: confidence, min_n: min_n, replacement: replacement)
    end

    # Ratio of two totals; see survey_mean.
    def survey_ratio(numerator, denominator, design, domain: nil, by: nil, confidence: 0.95, min_n: 0,
                     replacement: false)
      survey("ratio", [numerator, denominator], design, domain, by, confidence: confidence, min_n: min_n,
                                                                    replacement: replacement)
    end

    # Share of rows for which the values are true; see survey_mean.
    #
    # method:: logit, arcsine, beta, likelihood or wald
    def share_of(values, design, domain: nil, by: nil, method: "logit", confidence: 0.95, min_n: 0, replacement: false)
      survey("share", [values], design, domain, by, confidence: confidence, min_n: min_n,
                                                    replacement: replacement,
                                                    method: Options.word(:method, method, Options::METHODS))
    end

    # Net Promoter Score under a design; see survey_mean.
    def survey_nps(scores, design, domain: nil, by: nil, promoters: 9, detractors: 6, scale: 0..10, confidence: 0.95,
                   method: "auto", min_n: 0, replacement: false)
      low, high = Options.scale(scale)
      survey("nps", [scores], design, domain, by, promoters: promoters, detractors: detractors, scale_min: low,
                                                  scale_max: high, confidence: confidence, min_n: min_n,
                                                  replacement: replacement,
                                                  method: Options.word(:method, method, Options::METHODS))
    end

    # The share of answers in the top boxes under a design; see survey_mean, and share_of for methods.
    def survey_csat(scores, design, domain: nil, by: nil, scale: 1..5, top: nil, confidence: 0.95, method: "logit",
                    min_n: 0, replacement: false)
      low, high = Options.scale(scale)
      survey("csat", [scores], design, domain, by, top: top, scale_min: low, scale_max: high, confidence: confidence,
                                                   min_n: min_n, replacement: replacement,
                                                   method: Options.word(:method, method, Options::METHODS))
    end

    private

    # A design says which rows count how: what else would say so is refused.
    def under_design(design, answers, **others)
      misuse("domain: belongs to a design") unless design
      others.merge(answers).each do |name, given|
        misuse("design: and #{name}: are both given; a design has its own weights and rows") unless given.nil?
      end
    end

    def survey(figure, columns, design, domain, keys, replacement:, **given)
      misuse("domain and by are both given: by makes every key a domain") if domain && keys
      options = Options.build(:Cx_survey_options, replacement: replacement ? 1 : 0, **given)
      Input.open do |input|
        columns = columns.map { |values| input.column(values, :y) }
        next survey_table(figure, columns, design, input.frame(keys, :key), options) if keys

        raw = Native.public_send(:"cx_survey_#{figure}", *columns, design.handle, input.column(domain, :domain), options)
        SurveyEstimate.from(raw)
      end
    end

    def survey_table(figure, columns, design, keys, options)
      number = (0...Native::CX_SURVEY_END).find { |i| Native.cx_survey_figure_name(i) == figure }
      Table.new(Native.cx_survey_by(number, columns[0], columns[1], design.handle, keys, options))
    end
  end
end
