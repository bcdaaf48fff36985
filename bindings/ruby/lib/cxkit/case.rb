# frozen_string_literal: true

module CXKit
  # What a case comes to; see Case#run. Money is in the case's currency, times in periods.
  class CaseResult < Value.with(:npv, :npv_sd, :npv_median, :npv_low, :npv_high, :npv_exact, :npv_exact_sd,
                                :p_positive, :p_positive_se, :shortfall, :loss_if_wrong, :benefit, :cost, :roi,
                                :roi_low, :roi_high, :p_paid_back, :payback, :break_even_factor, :break_even,
                                :value_of_information, :confidence, :draws, :evidence, :level, :decision, :currency,
                                :tables)
    PARTS = (0...Native::CX_CASE_PART_END).to_h { |i| [Native.cx_case_part_name(i), i] }.freeze
    private_constant :PARTS

    def self.of(handle, currency)
      raw = Native.cx_case_figures(handle)
      figures = FIELDS.select { |name| raw.respond_to?(name) && name != :tables }.to_h do |name|
        value = raw.public_send(name)
        [name, value.is_a?(Float) && value.nan? ? nil : value]
      end
      new(**figures, level: Native.cx_evidence_name(raw.evidence), decision: Native.cx_case_word_name(raw.word),
                     currency: currency, tables: PARTS.transform_values { |i| Table.new(Native.cx_case_table(handle, i)) })
    end

    {links: "links", tornado: "tornado", information: "information", flows: "flows", quantiles: "quantiles",
     paid_back: "payback", direct: "direct", totals: "totals", ledger: "ledger", notes: "notes",
     outcomes: "draws"}.each { |name, part| define_method(name) { tables.fetch(part) } }

    # The statement as data: key, sentence, and the numbers in it; language en or fi.
    def sentences(language = "en")
      tables.fetch("statement-#{language}") do
        CXKit.send(:refuse, :option, "language: #{language.inspect} is not one of en, fi")
      end
    end

    # The one-page statement in English.
    def statement
      sentences.map { |row| row[:sentence] }.join("\n")
    end

    def to_s
      "#{decision}: #{short(npv)} #{currency} (#{short(npv_low)} to #{short(npv_high)}), evidence #{evidence} (#{level})"
    end
  end

  # A business case: links from initiatives over metrics to money, costs, and what came of it.
  #
  # currency:: three letters, such as "EUR"
  # rate:: discount rate for a period (a year of `periods_a_year` periods), or one for each of 0 to the horizon
  # horizon:: periods
  # population, growth, capacity:: people it is about now, growth for a period, most that can be reached
  # mid_period:: money of a period comes all along
  class Case
    AREAS = (0...Native::CX_AREA_END).to_h { |i| [Native.cx_area_name(i), i] }.freeze
    SPREADS = (0...Native::CX_SPREAD_END).to_h { |i| [Native.cx_spread_name(i), i] }.freeze
    FORMS = (0...Native::CX_FORM_END).to_h { |i| [Native.cx_link_form_name(i), i] }.freeze
    BETTER = {"higher" => 1, "lower" => -1}.freeze
    PER = {"person" => 1, "total" => 0}.freeze
    ENDS = %i[name from_unit to_unit lag source].freeze
    SETTINGS = %i[evidence form spread per direct start bounds base observed observed_periods held decay].freeze
    private_constant :AREAS, :SPREADS, :FORMS, :BETTER, :PER, :ENDS, :SETTINGS

    attr_reader :currency

    def initialize(currency:, rate:, horizon:, population: nil, growth: 0, capacity: nil, periods_a_year: 1,
                   mid_period: false)
      options = Options.build(:Cx_case_options, horizon: horizon, population: population&.to_f, growth: growth.to_f,
                                                capacity: capacity&.to_f, periods_a_year: periods_a_year.to_f,
                                                timing: mid_period ? 1 : 0)
      @currency = currency
      @handle = Input.open do |input|
        Native.cx_case_new(currency, input.column(rate.is_a?(Numeric) ? [rate.to_f] : rate, :rate), options)
      end
    end

    # Names a metric: its area (brand, experience, relationship, result), its unit, and what is better.
    def metric(name, area:, unit:, better: nil)
      direction = better.nil? ? 0 : Options.word(:better, better, BETTER)
      Native.cx_case_metric(@handle, name.to_s, Options.word(:area, area, AREAS), unit, direction)
      self
    end

    # Adds a link that was estimated: the change of one metric for a unit of another.
    #
    # value, se, df:: an Estimate, or a value with its standard error and degrees of freedom
    # name, from_unit, to_unit, lag, source:: without a from_unit it starts from an initiative
    # evidence:: 0 to 5, its word, or an Evidence
    # influence:: id and influence of each person, as columns: links of the same people vary together
    # form, base, spread, per, direct, start, observed, observed_periods, held, decay:: see cx_link_options
    def link(from, to, value, se: nil, df: nil, influence: nil, **more)
      ends, options = settings(more)
      label = (ends[:name] || "#{from} to #{to}").to_s
      add(ends) do |lag|
        Native.cx_case_link(@handle, label, from.to_s, to.to_s, ends[:from_unit], ends[:to_unit],
                            estimate(value, se, df), lag, ends[:source], options)
      end
      self.influence(label, influence[:id], influence[:influence]) if influence
      self
    end

    # Adds a link that nobody observed: level 0, and a source that answers for it.
    #
    # sd, bounds, spread:: normal or lognormal with sd, triangular or uniform between bounds, fixed
    def assume(from, to, value, source:, sd: nil, **more)
      assumed(from, to, value, source, sd, more, 0)
    end

    # Adds what a unit of behaviour is worth, from the books: not counted in the level of evidence.
    def value(from, to, value, source:, sd: nil, **more)
      assumed(from, to, value, source, sd, {to_unit: @currency}.merge(more), 1)
    end

    # Adds a cost: an amount in each period from first to last (nil: only the first).
    def cost(name, amount, first: 0, last: nil, sd: nil, bounds: nil, spread: nil, source: nil)
      low, high = bounds || [Float::NAN, Float::NAN]
      Native.cx_case_cost(@handle, name.to_s, amount.to_f, (sd || 0).to_f, first, last || first,
                          SPREADS.fetch(spread_of(spread, sd, bounds)), low.to_f, high.to_f, source)
      self
    end

    # The influence of each person or cluster on a link.
    def influence(link, id, influence)
      Input.open do |input|
        Native.cx_case_influence(@handle, link.to_s, input.column(id, :id), input.column(influence, :influence))
      end
      self
    end

    # States the correlation of two links or costs, with a source.
    def correlate(one, other, rho, source:)
      Native.cx_case_correlate(@handle, one.to_s, other.to_s, rho.to_f, source)
      self
    end

    # What happened: the change of a metric by the end of a period (of money: the sum so far).
    def observe(metric, period, change, se:)
      Native.cx_case_observe(@handle, metric.to_s, period, change.to_f, se.to_f)
      self
    end

    # The whole change of a metric, whatever its causes: what initiatives claim has to fit in.
    def total(metric, period, change, se:)
      Native.cx_case_total(@handle, metric.to_s, period, change.to_f, se.to_f)
      self
    end

    # Draws the case: the same seed gives the same figures.
    #
    # antithetic:: draws in mirrored pairs; sobol:: draws from a Sobol sequence instead
    def run(draws: 20_000, seed: 0, confidence: 0.9, surely: 0.8, antithetic: true, sobol: false)
      options = Options.build(:Cx_case_run_options, draws: draws, seed: seed, confidence: confidence, surely: surely,
                                                    antithetic: antithetic ? 1 : 0, sobol: sobol ? 1 : 0)
      CaseResult.of(Native.cx_case_run(@handle, options), @currency)
    end

    def inspect
      "#<#{self.class} in #{@currency}>"
    end

    private

    def settings(more, fields = {})
      unknown = more.keys - ENDS - SETTINGS
      raise ArgumentError, "unknown keyword: #{unknown.join(', ')}" unless unknown.empty?

      low, high = more[:bounds]
      observed_low, observed_high = more[:observed]
      numbers = more.slice(:base, :observed_periods, :held, :decay).transform_values { |value| value&.to_f }
      options = Options.build(:Cx_link_options, **words_of(more), **numbers, start: more[:start], low: low&.to_f,
                                                high: high&.to_f, observed_low: observed_low&.to_f,
                                                observed_high: observed_high&.to_f, **fields)
      [more.slice(*ENDS), options]
    end

    def words_of(more)
      {evidence: level_of(more.fetch(:evidence, 1)), form: Options.word(:form, more.fetch(:form, "linear"), FORMS),
       spread: Options.word(:spread, more.fetch(:spread, "normal"), SPREADS),
       per_person: Options.word(:per, more.fetch(:per, "person"), PER), direct: more[:direct] ? 1 : 0}
    end

    def level_of(evidence)
      evidence.is_a?(Evidence) ? evidence.level : CXKit.send(:evidence_level, :evidence, evidence)
    end

    def spread_of(spread, sd, bounds)
      return spread.to_s.tap { |word| Options.word(:spread, word, SPREADS) } if spread
      return "triangular" if bounds

      sd.nil? ? "fixed" : "normal"
    end

    def assumed(from, to, value, source, sd, more, is_value)
      more = more.merge(source: source, spread: spread_of(more[:spread], sd, more[:bounds]))
      ends, options = settings(more, {is_value: is_value})
      label = (ends[:name] || "#{from} to #{to}").to_s
      add(ends) do |lag|
        Native.cx_case_assume(@handle, label, from.to_s, to.to_s, ends[:from_unit], ends[:to_unit], value.to_f,
                              (sd || 0).to_f, lag, source, options)
      end
      self
    end

    def add(ends)
      Input.open { |input| yield input.column(ends[:lag], :lag) }
    end

    def estimate(value, se, df)
      return value.__send__(:to_native) if value.is_a?(Estimate)

      Native::Cx_estimate.new(value.to_f, Float::NAN, Float::NAN, 0.95, (se || Float::NAN).to_f,
                              (df || Float::INFINITY).to_f)
    end
  end
end
