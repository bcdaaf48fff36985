# frozen_string_literal: true

module CXKit
  # Are the curves of groups the same? chi2, df and p_value of the log-rank test; the table has the
  # observed and expected events of each group.
  class LogRank < Value.with(:chi2, :df, :p_value, :table)
    def to_s
      "chi2 = #{short(chi2)}, df = #{short(df)}, p = #{short(p_value)}"
    end
  end

  # Waits until something happens, when some have not got there yet: a state that adds up, and the
  # Kaplan-Meier curve that is read from it. Made by CXKit.patience, or empty.
  #
  # The first add says whether waits are split by keys. Without keys, figures are Estimates; with
  # keys, Tables with one row for each key.
  class Waits < State
    include Keyed

    PREFIX = "cx_waits"
    private_constant :PREFIX

    # Fewest waits of a figure that is shown: below it keys are hidden in every table, and others beside them, so that
    # none follows from the rest; without keys SuppressedError. It belongs to this object and not to its bytes.
    attr_writer :min_n

    def initialize(min_n: 0)
      super()
      adopt(Native.cx_waits_new)
      @min_n = min_n
    end

    def min_n
      @min_n || 0
    end

    # Adds waits in seconds.
    #
    # ended:: true where the wait ended in the event, false where it was cut off, nil where nobody knows
    # by:: a column of keys, or several by name
    # zero:: waits of 0: keep, censor, or exclude (counted under not_applicable)
    # invalid:: exclude counts negative waits under out_of_range; error raises
    def add(waits, ended, by: nil, zero: "keep", invalid: "exclude")
      options = Options.build(:Cx_waits_options, zero: Options.word(:zero, zero, Options::ZERO),
                                                 invalid: Options.word(:invalid, invalid, Options::INVALID))
      Input.open do |input|
        waits = input.column(waits, :waits)
        ended = input.column(ended, :ended)
        by = input.frame(by, :by)
        write { |handle| Native.cx_waits_add(handle, waits, ended, by, options) }
      end
    end

    # Waits whose end is known.
    def n
      read { |handle| Native.cx_waits_n(handle) }
    end

    # Waits that ended in the event.
    def events
      read { |handle| Native.cx_waits_events(handle) }
    end

    # Waits whose end is unknown.
    def unknown
      read { |handle| Native.cx_waits_unknown(handle) }
    end

    # The longest wait with a known end; nil without any.
    def longest
      found = read { |handle| Native.cx_waits_longest(handle) }
      found.nan? ? nil : found
    end

    # Rows left out, by reason.
    def excluded
      (0...Native::CX_EXCLUDED_END).to_h do |code|
        [Native.cx_excluded_name(code).to_sym, read { |handle| Native.cx_waits_excluded(handle, code) }]
      end
    end

    # Whether the waits are split by keys.
    def keyed?
      read { |handle| Native.cx_waits_key_columns(handle) }.positive?
    end

    # Number of keys; 1 without keys.
    def size
      read { |handle| Native.cx_waits_size(handle) }
    end
    alias length size

    # The keys in order: values, or arrays of values when there are several columns.
    def keys
      columns = read { |handle| Native.cx_waits_key_columns(handle) }
      return [] if columns.zero?

      rows = rate
      keys = rows.columns.first(columns).map { |name| rows[name] }.transpose
      columns == 1 ? keys.flatten(1) : keys
    end

    # The waits of all keys together.
    def total
      wrap(read { |handle| Native.cx_waits_total(handle) })
    end

    # The curve: a row for each distinct wait (and key).
    def curve(**options)
      options = curve_options(**options)
      Table.new(read { |handle| Native.cx_waits_curve(handle, options) })
    end
    alias table curve

    # The share that lasts longer than t seconds, by Kaplan and Meier.
    #
    # method:: of the limits: log-log or wald
    # unknown:: waits of unknown end: exclude, or the two bounds censored and event
    def survival(at, **options)
      figure(:survival, at, **options)
    end

    # The share that has had the event by t.
    def within(at, **options)
      figure(:within, at, **options)
    end

    # The time by which a share q has had the event; UnidentifiedError where the curve does not come
    # down that far.
    def quantile(share, **options)
      figure(:quantile, share, **options)
    end

    # The median in seconds, nil where fewer than half have had the event; with keys, a Table.
    def median
      return quantile(0.5) if keyed?

      quantile(0.5).value
    rescue UnidentifiedError
      nil
    end

    # The 95 % limits of the median; nil without one.
    def median_ci
      found = quantile(0.5)
      [found.ci_low, found.ci_high]
    rescue UnidentifiedError
      nil
    end

    # The mean wait when every wait is cut at t; nil for the longest wait.
    def restricted_mean(at = nil, **options)
      figure(:restricted_mean, at || longest || 0, **options)
    end

    # Events for each second waited, with exact limits (the theta of Erlang-A).
    def rate(**options)
      figure(:rate, **options)
    end

    # The log-rank test of equal curves.
    def logrank
      options = curve_options
      table = Table.new(read { |handle| Native.cx_waits_logrank(handle, options) })
      LogRank.new(**table.figures, table: table)
    end

    def inspect
      "#<CXKit::Waits #{n} waits, #{events} events#{", #{size} keys" if keyed?}>"
    end

    private

    def curve_options(confidence: 0.95, method: "log-log", unknown: "exclude")
      Options.build(:Cx_curve_options, method: Options.word(:method, method, Options::METHODS), confidence: confidence,
                                       unknown: Options.word(:unknown, unknown, Options::UNKNOWN), min_n: min_n)
    end

    def figure(name, *arguments, **options)
      options = curve_options(**options)
      split = keyed?
      function = :"cx_waits_#{name}#{'_by' if split}"
      native = read { |handle| Native.public_send(function, handle, *arguments, options) }
      split ? Table.new(native) : Estimate.from(native)
    end

    def take(index)
      wrap(read { |handle| Native.cx_waits_take(handle, index) })
    end

    def wrap(handle)
      Waits.allocate.tap do |waits|
        waits.__send__(:adopt, handle)
        waits.min_n = min_n
      end
    end
  end

  # Promises kept; see CXKit.promises.
  #
  # kept:: the share kept of all that were due; nil with by:
  # settled:: the same without open ones; nil with by:, or when none is settled
  # table:: a row for each key
  # lateness:: Waits beyond the due time
  class Promises < Value.with(:kept, :settled, :table, :lateness)
    def to_s
      kept ? "kept #{kept}" : "#{table.size} keys"
    end
  end

  # How fast cases are answered; see CXKit.response_speed.
  class ResponseSpeed < Value.with(:within, :of_answered, :of_all, :median, :q90, :table, :waits, :resolution)
    def to_s
      within ? "in time #{within}" : "#{table.size} keys"
    end
  end

  class << self
    # How long customers are ready to wait: those who are answered hide how long they would have.
    # abandoned is true where the customer gave up; the remaining keywords are those of Waits#add.
    #
    # min_n:: as in Waits#min_n
    def patience(wait, abandoned, by: nil, zero: "keep", invalid: "exclude", min_n: 0)
      Waits.new(min_n: min_n).add(wait, abandoned, by: by, zero: zero, invalid: invalid)
    end

    # The share of promises kept, compared as finely as the promise was made.
    #
    # due, done, made:: Times or Dates; a missing due is no promise, a missing done is open
    # now:: from when open promises are seen: overdue ones are broken
    # resolution:: as due (days for dates or midnights, else the time), timestamp, minute, hour, day
    # cancelled:: true where the promise was called off
    # offset:: of the customers' clock from UTC in seconds: where days end
    # min_n:: as in Waits#min_n
    def promises(due, done, now:, resolution: "as due", made: nil, cancelled: nil, offset: 0, by: nil,
                 invalid: "exclude", confidence: 0.95, method: "wilson", min_n: 0)
      options = Options.build(:Cx_promise_options, now: Options.moment(:now, now), offset: Float(offset),
                                                   resolution: Options.word(:resolution, resolution.to_s.tr(" ", "-"),
                                                                            Options::RESOLUTIONS),
                                                   invalid: Options.word(:invalid, invalid, Options::INVALID))
      share = Options.build(:Cx_share_options, method: Options.word(:method, method, Options::METHODS),
                                               confidence: confidence, min_n: min_n)
      lateness = Waits.new(min_n: min_n)
      Input.open do |input|
        columns = {due: due, done: done, made: made, cancelled: cancelled}.map { |name, data| input.column(data, name) }
        keys = input.frame(by, :by)
        lateness.__send__(:write) { |handle| Native.cx_promises_add(handle, *columns, keys, options) }
      end
      promises_of(lateness, share, by.nil?)
    end

    # How long inquiries or complaints wait for their first answer, and for their resolution. Open
    # cases are censored, not dropped. Time runs on the clock; take opening hours out before.
    #
    # now:: from when open cases are seen
    # level:: seconds within which an answer is in time
    # resolved:: times of the resolution, for the same figures under resolution
    def response_speed(opened, answered, now:, level: nil, resolved: nil, by: nil, invalid: "exclude",
                       confidence: 0.95, min_n: 0)
      options = Options.build(:Cx_response_options, now: Options.moment(:now, now),
                                                    invalid: Options.word(:invalid, invalid, Options::INVALID))
      last = resolved && speed_of(opened, resolved, by, options, level, [confidence, min_n], nil)
      speed_of(opened, answered, by, options, level, [confidence, min_n], last)
    end

    private

    def promises_of(lateness, share, whole)
      read = ->(function) { lateness.__send__(:read) { |handle| Native.public_send(function, handle, share) } }
      table = Table.new(read[:cx_promises_by])
      return Promises.new(kept: nil, settled: nil, table: table, lateness: lateness) unless whole

      kept = Estimate.from(read[:cx_promises])
      settled = (table[0][:kept] + table[0][:late]) >= [share.min_n, 1].max
      Promises.new(kept: kept, settled: settled ? Estimate.from(read[:cx_promises_settled]) : nil, table: table,
                   lateness: lateness)
    end

    def speed_of(opened, ended, by, options, level, (confidence, min_n), resolution)
      waits = Waits.new(min_n: min_n)
      Input.open do |input|
        columns = {opened: opened, answered: ended}.map { |name, data| input.column(data, name) }
        keys = input.frame(by, :by)
        waits.__send__(:write) { |handle| Native.cx_response_add(handle, *columns, keys, options) }
      end
      curve = Options.build(:Cx_curve_options, confidence: confidence, min_n: min_n)
      at = level ? Float(level) : Float::NAN
      table = Table.new(waits.__send__(:read) { |handle| Native.cx_response_speed(handle, at, curve) })
      few = "there are fewer answers than min_n = #{min_n}: too few to be shown"
      refuse(:suppressed, few) if by.nil? && waits.n.positive? && waits.n < min_n

      ResponseSpeed.new(**(by.nil? ? speed_figures(table[0], waits) : SPEEDLESS), table: table, waits: waits,
                        resolution: resolution)
    end

    SPEEDLESS = {within: nil, of_answered: nil, of_all: nil, median: nil, q90: nil}.freeze
    private_constant :SPEEDLESS

    def speed_figures(row, waits)
      {within: row[:value] && Estimate.from_row(row), of_answered: row[:of_answered], of_all: row[:of_all],
       median: row[:median] && waits.quantile(0.5), q90: row[:q90] && waits.quantile(0.9)}
    end
  end
end
