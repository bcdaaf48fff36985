# frozen_string_literal: true

module CXKit
  class Tallies
    # Rolling windows of a set made by CXKit.tally_windows: `steps` windows make one.
    #
    # empty:: windows without answers are there too, from the first to the last
    def roll(steps = 1, empty: true)
      handle = read { |state| Native.cx_windows_roll(state, steps, empty ? 1 : 0) }
      Tallies.allocate.tap { |made| made.__send__(:adopt, handle) }
    end
  end

  class << self
    WINDOW_UNITS = { "second" => [0, 1], "minute" => [0, 60], "hour" => [0, 3600], "day" => [1, 1], "week" => [2, 1],
                     "month" => [3, 1], "quarter" => [3, 3], "year" => [3, 12] }.freeze
    WEEKDAYS = %w[monday tuesday wednesday thursday friday saturday sunday].each_with_index
                                                                          .to_h { |day, at| [day, at + 1] }.freeze
    private_constant :WINDOW_UNITS, :WEEKDAYS

    # The tallies of a column of answers by windows of time: a state that merges and encodes.
    #
    # time:: when it happened: microseconds since 1970 UTC, or timestamps
    # every:: "second" to "year", a multiple such as "2 weeks", or seconds
    # offset:: seconds from UTC to local time, or a column of them
    def tally_windows(time, scores, every:, by: nil, offset: 0, week_starts: "monday", scale: 0..10, weights: nil,
                      **answers)
      options = Options.answers(**answers)
      state = Tallies.new(scale: scale)
      Input.open do |input|
        columns = [input.column(time, :time), offset.is_a?(Integer) ? nil : input.column(offset, :offset),
                   input.column(scores, :scores), input.column(weights, :weights), by && input.frame(by, :by)]
        calendar = window_calendar(every, offset, week_starts)
        state.__send__(:write) { |handle| Native.cx_windows_add(handle, *columns, calendar, options) }
      end
      state
    end

    # A score over windows, each against the one before and against all earlier ones; a Table whose
    # figures hold the slope.
    #
    # time, scores, every:: as in tally_windows, with its other options; or Tallies made by it, not rolling,
    #                      and no scores
    # score:: nps, mean or top-box
    def trend(time, scores = nil, every: nil, score: "nps", promoters: 9, detractors: 6, top: nil, few: 5,
              confidence: 0.95, **reading)
      if scores.nil?
        given = reading.keys.first || (every && :every)
        misuse("#{given} is for columns: these windows have been made already") if given
        misuse("scores are missing: give columns, or Tallies made by tally_windows") unless time.is_a?(Tallies)
      end
      windows = scores.nil? ? time : tally_windows(time, scores, every: every, **reading)
      options = Options.build(:Cx_trend_options, score: Options.word(:score, score, Options::SCORES),
                                                 promoters: promoters, detractors: detractors, top: top, few: few,
                                                 confidence: confidence)
      Table.new(windows.__send__(:read) { |handle| Native.cx_trend(handle, options) })
    end

    private

    def window_calendar(every, offset, week_starts)
      unit, many = window_span(every)
      Options.build(:Cx_window_options, unit: unit, every: many, offset: offset.is_a?(Integer) ? offset : 0,
                                        week_starts: Options.word(:week_starts, week_starts, WEEKDAYS))
    end

    def window_span(every)
      return [0, every] if every.is_a?(Integer)

      found = /\A(\d+)?\s*([a-z]+?)s?\z/.match(every.to_s)
      unit, many = WINDOW_UNITS[found && found[2]]
      raise OptionError, "every is #{every.inspect}; one of #{WINDOW_UNITS.keys.join(', ')} or a multiple" unless unit

      [unit, many * (found[1] || 1).to_i]
    end
  end
end
