# frozen_string_literal: true

module CXKit
  # Keywords to the options of the library: words become numbers, the rest is passed on.
  module Options
    module_function

    # Words of the library, such as "wilson", to their numbers: name(0), name(1), ...
    def words(count)
      (0...count).to_h { |number| [yield(number), number] }.freeze
    end

    METHODS = words(Native::CX_METHOD_END) { |number| Native.cx_method_name(number) }
    UNITS = words(Native::CX_UNIT_END) { |number| Native.cx_unit_name(number) }
    INVALID = {"exclude" => Native::CX_INVALID_EXCLUDE, "error" => Native::CX_INVALID_ERROR}.freeze
    FRACTIONAL = {"invalid" => Native::CX_FRACTIONAL_INVALID,
                  "floor" => Native::CX_FRACTIONAL_FLOOR}.freeze
    DENOMINATORS = {"valid" => Native::CX_DENOMINATOR_VALID,
                    "answered" => Native::CX_DENOMINATOR_ANSWERED}.freeze
    KEEP = {"last" => Native::CX_KEEP_LAST, "first" => Native::CX_KEEP_FIRST, "all" => Native::CX_KEEP_ALL}.freeze
    REPORTS = {"mean" => Native::CX_CES_MEAN, "agree" => Native::CX_CES_AGREE,
               "net" => Native::CX_CES_NET}.freeze
    SCORES = {"nps" => Native::CX_SCORE_NPS, "mean" => Native::CX_SCORE_MEAN,
              "top-box" => Native::CX_SCORE_TOP_BOX}.freeze
    READINGS = SCORES.transform_keys("nps" => "net").freeze
    CASES = {"available" => Native::CX_CASES_AVAILABLE, "complete" => Native::CX_CASES_COMPLETE}.freeze

    DIRECTIONS = {"high" => Native::CX_HIGH_IS_BEST, "low" => Native::CX_LOW_IS_BEST}.freeze
    WEIGHTINGS = {"volume" => Native::CX_JOURNEY_VOLUME, "equal" => Native::CX_JOURNEY_EQUAL}.freeze

    ZERO = {"keep" => Native::CX_ZERO_KEEP, "censor" => Native::CX_ZERO_CENSOR,
            "exclude" => Native::CX_ZERO_EXCLUDE}.freeze
    UNKNOWN = {"exclude" => Native::CX_UNKNOWN_EXCLUDE, "censored" => Native::CX_UNKNOWN_CENSORED,
               "event" => Native::CX_UNKNOWN_EVENT}.freeze
    RESOLUTIONS = {"as-due" => Native::CX_RESOLUTION_AS_DUE, "timestamp" => Native::CX_RESOLUTION_TIMESTAMP,
                   "minute" => Native::CX_RESOLUTION_MINUTE, "hour" => Native::CX_RESOLUTION_HOUR,
                   "day" => Native::CX_RESOLUTION_DAY}.freeze

    FCR_METHODS = words(Native::CX_FCR_NAIVE + 1) { |number| Native.cx_fcr_method_name(number) }
    CONTACT_AS = words(Native::CX_CONTACT_FULL + 1) { |number| Native.cx_contact_as_name(number) }
    SHAPES = {"isotonic" => Native::CX_SHAPE_ISOTONIC, "one-knot" => Native::CX_SHAPE_ONE_KNOT,
              "plateau" => Native::CX_SHAPE_PLATEAU}.freeze
    MEASURES = {"mean" => Native::CX_MEASURE_MEAN, "detractors" => Native::CX_MEASURE_DETRACTORS,
                "promoters" => Native::CX_MEASURE_PROMOTERS, "nps" => Native::CX_MEASURE_NPS}.freeze
    FOLLOWED = {"detractors" => Native::CX_FOLLOWED_DETRACTORS, "passives" => Native::CX_FOLLOWED_PASSIVES,
                "promoters" => Native::CX_FOLLOWED_PROMOTERS}.freeze
    LABELLED = words(Native::CX_LABELLED_END) { |number| Native.cx_labelled_name(number) }
    PPI_FORMS = {"default" => Native::CX_PPI_DEFAULT, "published" => Native::CX_PPI_PUBLISHED}.freeze
    PPI_TUNINGS = {"auto" => Native::CX_PPI_POOLED, "optimal" => Native::CX_PPI_OPTIMAL}.freeze
    PPI_CENTRINGS = {"auto" => Native::CX_PPI_CENTRING_AUTO, "hajek" => Native::CX_PPI_LINEARISED,
                     "published" => Native::CX_PPI_PLAIN}.freeze
    ALTERNATIVES = {"two-sided" => Native::CX_TWO_SIDED, "larger" => Native::CX_LARGER,
                    "smaller" => Native::CX_SMALLER}.freeze
    CORRELATIONS = words(Native::CX_CORRELATION_END) { |number| Native.cx_correlation_name(number) }
    PENALTIES = words(Native::CX_PENALTY_END) { |number| Native.cx_penalty_name(number) }
    IMPORTANCES = words(Native::CX_IMPORTANCE_END) { |number| Native.cx_importance_name(number) }
    DRIVER_OUTCOMES = words(Native::CX_DRIVER_OUTCOME_END) { |number| Native.cx_driver_outcome_name(number) }
    DRIVER_ERRORS = words(Native::CX_DRIVER_ERRORS_END) { |number| Native.cx_driver_errors_name(number) }

    MULTIPLICITIES = words(Native::CX_MULTIPLICITY_END) { |number| Native.cx_multiplicity_name(number) }

    def word(option, value, table)
      table.fetch(value.to_s.tr("_", "-")) do
        CXKit.send(:refuse, :option, "#{option}: #{value.inspect} is not one of #{table.keys.join(', ')}")
      end
    end

    # One time in microseconds since 1970 UTC.
    def moment(option, value)
      case value
      when Integer then value
      when Time then (value.to_r * 1_000_000).floor
      when ->(given) { defined?(::Date) && given.is_a?(::Date) }
        moment(option, Time.utc(value.year, value.month, value.day))
      else CXKit.send(:refuse, :option, "#{option}: #{value.inspect} is not a Time, a Date or microseconds")
      end
    end

    # An options object of the library; nil keeps its default.
    def build(type, **fields)
      options = Native.const_get(type).new
      fields.each { |name, value| options.public_send(:"#{name}=", value) unless value.nil? }
      options
    end

    # How answers are read; nil for the defaults.
    def answers(invalid: :exclude, fractional: :invalid, missing_codes: [], not_applicable_codes: [])
      options = build(:Cx_answer_options, invalid: word(:invalid, invalid, INVALID),
                                          fractional: word(:fractional, fractional, FRACTIONAL))
      {missing_code: missing_codes, not_applicable_code: not_applicable_codes}.each do |kind, codes|
        codes.each do |code|
          next unless options.public_send(:"add_#{kind}", code).zero?

          CXKit.send(:refuse, :option, "#{kind}s: at most #{Native::CX_MAX_CODES} codes")
        end
      end
      options
    end

    # The first and last step of a scale given as a Range or a pair.
    def scale(scale)
      steps = scale.is_a?(Range) ? [scale.begin, scale.end] : Array(scale)
      if steps.size == 2 && steps.all?(Integer)
        steps[1] -= 1 if scale.is_a?(Range) && scale.exclude_end?
        return steps
      end

      CXKit.send(:refuse, :option, "scale: #{scale.inspect} is not a range of integers such as 0..10")
    end
  end
  private_constant :Options
end
