# frozen_string_literal: true

module CXKit
  # Measurement points watched period by period: levels, evidence of a change, alarms.
  #
  # States add up where they do not share a history: see #fork.
  class Monitor < State
    PREFIX = "cx_monitor"
    private_constant :PREFIX

    WORDS = {form: {"bounded" => Native::CX_MONITOR_BOUNDED, "trinomial" => Native::CX_MONITOR_TRINOMIAL},
             direction: {"down" => Native::CX_MONITOR_DOWN, "up" => Native::CX_MONITOR_UP,
                         "both" => Native::CX_MONITOR_BOTH},
             reference: {"limit" => Native::CX_REFERENCE_LIMIT, "plug-in" => Native::CX_REFERENCE_PLUG_IN},
             late: {"error" => Native::CX_LATE_ERROR, "count" => Native::CX_LATE_COUNT}}.freeze
    PLAIN = %i[max_age guard cycle learn confidence baseline rate_drop half_life process_noise prior_variance fdr
               detractors promoters first_period].freeze
    private_constant :WORDS, :PLAIN

    # points:: one key for each point: whole numbers or text
    # arl:: the least mean number of periods to the first false alarm, whichever points are asked
    # drop:: points by which a score may fall: one number, or several for an unknown drop
    # weights:: how likely each point is to be the one that changes
    # form:: bounded (no assumption but the mean) or trinomial (a little faster)
    # direction:: down, up or both
    # reference:: limit (the confidence limit of the window it is frozen from) or plug-in
    # late:: error or count, for answers whose period is closed
    # prior:: counts of detractors, passives and promoters before any answer
    # others:: max_age, guard, cycle, learn, confidence, baseline, rate_drop, half_life, process_noise,
    #          prior_variance, fdr, detractors, promoters, first_period
    def initialize(points, arl:, drop: [10, 20, 40], weights: nil, form: "bounded", direction: "down",
                   reference: "limit", late: "error", common_shock: false, prior: nil, scale: 0..10, **others)
      super()
      words = {form: form, direction: direction, reference: reference, late: late}
      options = plain_options(others, words)
      options.arl = arl
      options.common_shock = common_shock ? 1 : 0
      options.scale_min, options.scale_max = Options.scale(scale)
      put_numbers(options, drop, prior)
      Input.open do |input|
        keys = input.column(points.is_a?(Column) ? points : points.to_a, :point)
        adopt(Native.cx_monitor_new(keys, input.column(weights, :weights), options))
      end
    end

    # Counts answers: scores at one point, or at one for each answer.
    #
    # period:: in which they were invited, one or one for each answer; nil: the newest
    def observe(point, scores, period = nil, **answers)
      options = Options.answers(**answers)
      call(:observe, {point: point, scores: scores, period: period}, options)
    end

    # Counts answers that are already counted by class, a row for each point.
    def observe_counts(point, detractors, passives, promoters, period = nil)
      call(:observe_counts, {point: point, detractors: detractors, passives: passives, promoters: promoters,
                             period: period})
    end

    # Counts invitations, a row for each point; with them the response rate is watched.
    def invite(point, invited, period = nil, shown: nil, declined: nil)
      call(:invite, {point: point, invited: invited, shown: shown, declined: declined, period: period})
    end

    # Gives points a reference from earlier answers; their evidence starts again at nothing.
    def set_baseline(point, detractors, passives, promoters, invited: nil)
      call(:baseline, {point: point, detractors: detractors, passives: passives, promoters: promoters,
                       invited: invited})
    end

    # Gives the offsets of the cycle, in points: of a period, that of its number modulo cycle.
    def set_cycle(offsets)
      call(:set_cycle, {offsets: offsets})
    end

    # Ends the newest period: levels and evidence take its answers in, alarms are raised.
    def end_period
      write { |handle| Native.cx_monitor_end_period(handle) }
    end

    # Ends periods until this one is the newest.
    def advance(period)
      write { |handle| Native.cx_monitor_advance(handle, period) }
    end

    # Takes notice of points: their alarms end, their evidence starts again at nothing.
    #
    # learn:: a new reference is frozen from the answers since the alarm; otherwise it stays
    def acknowledge(point, learn: false)
      call(:acknowledge, {point: point}, learn ? Native::CX_ACKNOWLEDGE_LEARN : Native::CX_ACKNOWLEDGE_KEEP)
    end

    # An empty companion for a second engine: merging it adds what it collected.
    def fork
      handle = read { |own| Native.cx_monitor_fork(own) }
      self.class.allocate.tap { |made| made.__send__(:adopt, handle) }
    end

    # Number of the newest period.
    def period
      read { |handle| Native.cx_monitor_period(handle) }
    end

    # Number of points.
    def size
      read { |handle| Native.cx_monitor_size(handle) }
    end

    # One row for each point, in key order: level, evidence, alarm, and what planning needs.
    def points
      Table.new(read { |handle| Native.cx_monitor_points(handle) })
    end

    # The variance of a level's change in a period, as the monitor was made.
    def process_noise
      read { |handle| Native.cx_monitor_settings(handle).process_noise }
    end

    # The logarithm of each point's evidence, by its key; nil while it learns.
    def evidence
      table = points
      table[table.columns.first].zip(table[:log_evidence]).to_h
    end

    # Of all points without an alarm, against arl: an alarm at 0.
    def log_evidence
      read { |handle| Native.cx_monitor_log_evidence(handle) }
    end

    # One row for each alarm that is not acknowledged, with the answers since.
    def alarms
      Table.new(read { |handle| Native.cx_monitor_alarms(handle) })
    end

    # How late answers come: one row for each age.
    def delays
      Table.new(read { |handle| Native.cx_monitor_delays(handle) })
    end

    # The offsets of the cycle: one row for each phase.
    def cycle
      Table.new(read { |handle| Native.cx_monitor_cycle(handle) })
    end

    # Answers that came after their period was closed.
    def late
      read { |handle| Native.cx_monitor_late(handle) }
    end

    # Rows left out, by reason.
    def excluded
      read do |handle|
        (0...Native::CX_EXCLUDED_END).to_h do |reason|
          [Native.cx_excluded_name(reason).to_sym, Native.cx_monitor_excluded(handle, reason)]
        end
      end
    end

    def inspect
      "#<CXKit::Monitor of #{size} points at period #{period}, #{alarms.size} alarms>"
    end

    private

    # One value stands for every row.
    def call(verb, columns, *rest)
      Input.open do |input|
        read = columns.map do |role, value|
          input.column(value.is_a?(Numeric) || value.is_a?(String) || value.is_a?(Symbol) ? [value] : value, role)
        end
        write { |handle| native(verb, handle, *read, *rest) }
      end
    end

    def plain_options(others, words)
      unknown = others.keys - PLAIN
      raise ArgumentError, "unknown keyword: #{unknown.first.inspect}" unless unknown.empty?

      words = words.to_h { |option, value| [option, Options.word(option, value, WORDS[option])] }
      Options.build(:Cx_monitor_options, **others, **words)
    end

    def put_numbers(options, drop, prior)
      drops = Array(drop)
      options.clear_drops
      if drops.empty? || drops.any? { |value| options.add_drop(value).zero? }
        CXKit.send(:refuse, :option, "drop: #{drop.inspect} is not 1 to #{Native::CX_MONITOR_MOST_DROPS} numbers")
      end
      return if prior.nil?
      return prior.each_with_index { |count, at| options.set_prior(at, count) } if prior.size == 3

      CXKit.send(:refuse, :option, "prior: #{prior.inspect} is not three counts")
    end
  end
end
