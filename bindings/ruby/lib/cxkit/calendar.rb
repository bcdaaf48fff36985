# frozen_string_literal: true

module CXKit
  # Words for windows of time to the options of the library.
  module Calendar
    module_function

    UNITS = {"second" => [Native::CX_WINDOW_SECOND, 1], "minute" => [Native::CX_WINDOW_SECOND, 60],
             "hour" => [Native::CX_WINDOW_SECOND, 3600], "day" => [Native::CX_WINDOW_DAY, 1],
             "week" => [Native::CX_WINDOW_WEEK, 1], "month" => [Native::CX_WINDOW_MONTH, 1],
             "quarter" => [Native::CX_WINDOW_MONTH, 3], "year" => [Native::CX_WINDOW_MONTH, 12]}.freeze
    SECONDS = {Native::CX_WINDOW_SECOND => 1, Native::CX_WINDOW_DAY => 86_400,
               Native::CX_WINDOW_WEEK => 7 * 86_400}.freeze
    WEEKDAYS = %w[monday tuesday wednesday thursday friday saturday sunday].each_with_index
                                                                          .to_h { |day, at| [day, at + 1] }.freeze

    # The options of a calendar; an offset that is a column stands beside them.
    def of(every, offset = 0, week_starts = "monday")
      unit, many = span(:every, every)
      Options.build(:Cx_window_options, unit: unit, every: many, offset: offset.is_a?(Integer) ? offset : 0,
                                        week_starts: Options.word(:week_starts, week_starts, WEEKDAYS))
    end

    # How many windows of `every` make one of `period`.
    def steps(every, period)
      return 1 if period.nil?

      (unit, many), (whole_unit, whole) = span(:every, every), span(:period, period)
      many, whole = many * SECONDS.fetch(unit, 0), whole * SECONDS.fetch(whole_unit, 0) if unit != whole_unit
      return whole / many if many.positive? && whole.positive? && (whole % many).zero?

      CXKit.send(:refuse, :option, "period #{period.inspect} is no multiple of every #{every.inspect}")
    end

    # [unit, how many] of "week", "2 weeks" or a number of seconds.
    def span(option, given)
      return [Native::CX_WINDOW_SECOND, given] if given.is_a?(Integer)

      found = /\A\s*(\d+)?\s*([a-z]+?)s?\s*\z/.match(given.to_s)
      unit, many = UNITS[found && found[2]]
      return [unit, many * (found[1] || 1).to_i] if unit

      CXKit.send(:refuse, :option, "#{option}: #{given.inspect} is not one of #{UNITS.keys.join(', ')}, a multiple " \
                                   "such as \"2 weeks\", or seconds")
    end
  end
  private_constant :Calendar
end
