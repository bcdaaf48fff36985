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

  # How far answers lie behind what they are about, in seconds: n rows with both times, missing rows
  # without one of the two, before rows whose answer precedes the event; 9 of 10 answers are no later
  # than late.
  Delay = Value.with(:n, :missing, :before, :shortest, :median, :late, :longest)

  class Delay
    def to_s
      "#{n} answers, median #{short(median)} s, #{before} before their event, #{missing} without a time"
    end
  end

  class << self
    WINDOW_METRICS = {"nps" => 0..10, "enps" => 0..10, "csat" => 1..5, "ces" => 1..7, "mean_score" => 0..10}.freeze
    private_constant :WINDOW_METRICS

    # The tallies of a column of answers by windows of time: a state that merges and encodes.
    #
    # time:: when it happened: microseconds since 1970 UTC, or timestamps
    # every:: "second" to "year", a multiple such as "2 weeks", or seconds
    # offset:: seconds from UTC to local time, or a column of them
    # respondent, keep:: one answer of each respondent in each window, as in Tally#add_once
    def tally_windows(time, scores, every:, by: nil, offset: 0, week_starts: "monday", respondent: nil, keep: "last",
                      scale: 0..10, weights: nil, **answers)
      refuse(:option, "keep needs respondent: whose answers are they?") if respondent.nil? && keep.to_s != "last"

      options = Options.answers(**answers)
      calendar = Calendar.of(every, offset, week_starts)
      state = Tallies.new(scale: scale)
      Input.open do |input|
        columns = [input.column(time, :time), offset.is_a?(Integer) ? nil : input.column(offset, :offset),
                   input.column(scores, :scores), input.column(weights, :weights), by && input.frame(by, :by)]
        once = respondent && [input.frame(respondent, :respondent), Options.word(:keep, keep, Options::KEEP)]
        add = once ? :cx_windows_add_once : :cx_windows_add
        state.__send__(:write) { |handle| Native.public_send(add, handle, *columns, *once, calendar, options) }
      end
      state
    end

    # A score for each window of time, calendar or rolling: a Table.
    #
    # every, by, offset, week_starts, respondent, keep:: as in tally_windows
    # period:: length of rolling windows, a multiple of every: one ends with each window of every
    # metric:: nps, enps, csat, ces or mean
    # empty:: windows without answers are rows without a value; false leaves them out
    # options:: keywords of the metric, such as top:, version:, method:; min_n: and totals: are not for
    #           rolling windows, whose answers are counted several times
    # answers:: how the answers are read: keywords of Tally#add
    def windows(time, scores, every:, period: nil, by: nil, metric: "nps", offset: 0, week_starts: "monday",
                empty: true, respondent: nil, keep: "last", scale: nil, weights: nil, answers: {}, **options)
      metric = metric.to_s == "mean" ? "mean_score" : metric.to_s
      usual = Options.word(:metric, metric.tr("_", "-"), WINDOW_METRICS.transform_keys { |name| name.tr("_", "-") })
      usual = 1..5 if metric == "ces" && options[:version] == 1
      steps = Calendar.steps(every, period)
      misuse("totals of rolling windows would count answers several times") if steps > 1 && options[:totals]
      hides = options.fetch(:min_n, metric == "enps" ? 5 : 0) > 1
      misuse("min_n does not protect rolling windows: one less the next is a window again") if steps > 1 && hides

      state = tally_windows(time, scores, every: every, by: by, offset: offset, week_starts: week_starts,
                                          respondent: respondent, keep: keep, scale: scale || usual,
                                          weights: weights, **answers)
      public_send(metric, state.size.zero? ? state : state.roll(steps, empty: empty), **options)
    end

    # The window of each row: columns window and window_end, nil where there is no time.
    def window_of(time, every:, offset: 0, week_starts: "monday")
      calendar = Calendar.of(every, offset, week_starts)
      Input.open do |input|
        columns = [input.column(time, :time), offset.is_a?(Integer) ? nil : input.column(offset, :offset)]
        Table.new(Native.cx_window_of(*columns, calendar))
      end
    end

    # How far the answers lie behind the events: a Delay.
    #
    # invalid:: exclude counts answers that precede their event under before; error refuses them
    def answer_delay(event, answered, invalid: "exclude")
      Input.open do |input|
        found = Native.cx_answer_delay(input.column(event, :event), input.column(answered, :answered),
                                       Options.word(:invalid, invalid, Options::INVALID))
        seconds = %i[shortest median late longest].to_h { |name| [name, found.public_send(name)] }
        Delay.new(n: found.n, missing: found.missing, before: found.before,
                  **seconds.transform_values { |value| value.nan? ? nil : value })
      end
    end

    # A score over windows, each against the one before and against all earlier ones; a Table whose
    # figures hold the slope. With other keys also mix, within and the panel of those always there.
    #
    # time, scores, every:: as in tally_windows, with its other options; or Tallies made by it, not rolling,
    #                      and no scores
    # score:: nps, mean or top-box
    # min_n:: hides windows with fewer answers, and others beside them; changes, slope and panel pass them over
    def trend(time, scores = nil, every: nil, score: "nps", promoters: 9, detractors: 6, top: nil, few: 5,
              confidence: 0.95, min_n: 0, **reading)
      if scores.nil?
        given = reading.keys.first || (every && :every)
        misuse("#{given} is for columns: these windows have been made already") if given
        misuse("scores are missing: give columns, or Tallies made by tally_windows") unless time.is_a?(Tallies)
      end
      windows = scores.nil? ? time : tally_windows(time, scores, every: every, **reading)
      options = Options.build(:Cx_trend_options, score: Options.word(:score, score, Options::SCORES),
                                                 promoters: promoters, detractors: detractors, top: top, few: few,
                                                 confidence: confidence, min_n: min_n)
      Table.new(windows.__send__(:read) { |handle| Native.cx_trend(handle, options) })
    end

    # When each of the other keys of windows had answers, and which are there always, came or went.
    def trend_sites(windows)
      Table.new(windows.__send__(:read) { |handle| Native.cx_trend_keys(handle) })
    end
  end
end
