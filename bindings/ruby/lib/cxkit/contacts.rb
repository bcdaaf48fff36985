# frozen_string_literal: true

module CXKit
  # A share of contacts that no other followed: the fields of an Estimate, and its counts, where
  # contacts = n + run_in + later + not_index + cut.
  #
  # rows, contacts, customers:: of the log; of identified customers, duplicates merged; who made an index contact
  # run_in, later, not_index, cut:: contacts that are no index: in the first window of the log, less than a window
  #                                 after another, not allowed to be one, without a whole window after them
  # repeats, censored:: index contacts followed by another; not followed for the whole window, so far without
  # issues, contacts_per_issue:: that began after the first window
  # no_id_share:: contacts without an id in all of them
  # start, finish:: of the log, in microseconds since 1970 UTC; the finish is exclusive
  class Resolution < Value.with(*Estimate::FIELDS, :rows, :contacts, :customers, :run_in, :later, :not_index, :cut,
                                :repeats, :censored, :issues, :contacts_per_issue, :no_id_share, :start, :finish)
    # The estimate alone.
    def estimate
      Estimate.new(**to_h.slice(*Estimate::FIELDS))
    end

    # The word of the interval's method; with an argument, Object#method.
    def method(*name)
      name.empty? ? @method : Kernel.instance_method(:method).bind_call(self, *name)
    end

    def to_f
      value
    end

    def to_s
      estimate.to_s
    end
  end

  # Effort per issue as a log shows it; see CXKit.log_effort.
  #
  # contacts, transfers, switches, duration:: means per issue, the duration in seconds; nil without the column
  # repeated, multichannel:: shares of issues with more than one contact, more than one channel
  # moves:: a Table: of the issues that began in channel from, the share in which the first other one was to; to is
  #         nil for the share that stayed
  # customers, issues, open:: with such an issue; issues; those not yet ended when the log does
  class LogEffort < Value.with(:contacts, :transfers, :switches, :duration, :repeated, :multichannel, :moves,
                               :customers, :issues, :open, :rows, :no_id_share, :start, :finish)
    def to_s
      "#{issues} issues: #{short(contacts.value)} contacts each; #{short(100 * repeated.value)} % with more than one"
    end
  end

  CONTACT_COUNTS = %i[rows contacts customers run_in later not_index cut repeats censored issues start].freeze
  private_constant :CONTACT_COUNTS

  class << self
    # First contact resolution: the share of issues that need no second contact, by Kaplan-Meier over forward windows.
    #
    # customer:: Integers or Strings; nil, "" and the values of no_id are left out, and their share is told
    # time:: Times, Dates, or microseconds since 1970 UTC, in any order
    # window, merge_gap:: seconds
    # topic, channel, abandoned, outbound, index:: columns
    # channels:: those that count; nil: all
    # abandoned_as, outbound_as:: ignored, repeat or contact
    # by:: keys of the index contact, such as a team or a period: the result is then a Table
    # start, finish:: of the log (a Time, a Date, microseconds), the finish exclusive
    # method:: kaplan-meier, complete-window or naive
    # min_n:: hides keys with fewer customers, and others beside them; without keys SuppressedError
    def fcr(customer, time, by: nil, no_id: nil, channels: nil, confidence: 0.95, method: "kaplan-meier", index: nil,
            min_n: 0, **log)
      settings = {confidence: confidence, method: method, min_n: min_n}
      resolution(:cx_fcr, customer, time, by, no_id, channels, settings, index, log)
    end

    # The non-repeat rate: as fcr, but every contact is an index. A different figure: lower where a few customers come
    # again and again, higher where most issues take two contacts, since no other follows the second.
    def non_repeat(customer, time, by: nil, no_id: nil, channels: nil, confidence: 0.95, method: "kaplan-meier",
                   index: nil, min_n: 0, **log)
      settings = {confidence: confidence, method: method, min_n: min_n}
      resolution(:cx_non_repeat, customer, time, by, no_id, channels, settings, index, log)
    end

    # Issues: contacts of one customer, each less than a window after the one before. A Table with a row for each:
    # customer, topic, start, end, contacts, transfers, switches, run_in, open. Keywords as in fcr.
    #
    # transfers:: a column: how many within each contact
    # by:: keys of the issue's first contact: more columns of the table
    def episodes(customer, time, by: nil, no_id: nil, channels: nil, transfers: nil, **log)
      with_log(customer, time, no_id, channels, {}, {transfers: transfers}, log) do |input, frame, *rest|
        next Table.new(Native.cx_episodes(frame, *rest)) if by.nil?

        Table.new(Native.cx_episodes_by(frame, input.frame(by, :key), *rest))
      end
    end

    # Customer effort as the log shows it: contacts, transfers and changes of channel per issue. Keywords as in fcr.
    #
    # transfers:: a column: how many within each contact
    # by:: keys of the issue's first contact: the result is then a Table with a row for each key and measure
    # min_n:: hides keys with fewer customers, and moves of fewer issues, and others beside them
    def log_effort(customer, time, by: nil, no_id: nil, channels: nil, confidence: 0.95, transfers: nil, min_n: 0,
                   **log)
      settings = {confidence: confidence, min_n: min_n}
      with_log(customer, time, no_id, channels, settings, {transfers: transfers}, log) do |input, *read|
        next Table.new(Native.cx_log_effort_by(read[0], input.frame(by, :key), *read.drop(1))) if by

        moves = log[:channel] && Table.new(Native.cx_channel_moves(*read))
        effort_of(Native.cx_log_effort(*read), moves)
      end
    end

    private

    def resolution(function, customer, time, by, no_id, channels, settings, index, log)
      with_log(customer, time, no_id, channels, settings, {index: index}, log) do |input, frame, *rest|
        next resolution_of(Native.public_send(function, frame, *rest)) if by.nil?

        Table.new(Native.public_send(:"#{function}_by", frame, input.frame(by, :key), *rest))
      end
    end

    def with_log(customer, time, no_id, channels, settings, extra, log)
      columns, options = contact_log(**log)
      options = contact_options(**options, **settings)
      Input.open do |input|
        columns = {time: time, customer: customer, **columns, **extra}.compact
        few = [no_id, channels].map { |given| given.nil? || given.respond_to?(:to_a) ? given : [given] }
        yield input, input.frame(columns, :log), input.column(few[0], :no_id), input.column(few[1], :channels), options
      end
    end

    def contact_log(window:, topic: nil, channel: nil, abandoned: nil, outbound: nil, start: nil, finish: nil, end: nil,
                    merge_gap: 60, abandoned_as: "repeat", outbound_as: "ignored")
      finish ||= binding.local_variable_get(:end)
      [{topic: topic, channel: channel, abandoned: abandoned, outbound: outbound},
       {window: window, start: start, finish: finish, merge_gap: merge_gap, abandoned: abandoned_as,
        outbound: outbound_as}]
    end

    def contact_options(window:, start:, finish:, merge_gap:, abandoned:, outbound:, confidence: nil, method: nil,
                        min_n: nil)
      roles = Options::CONTACT_AS
      Options.build(:Cx_contacts_options, window: duration(:window, window), merge_gap: duration(:merge_gap, merge_gap),
                                          start: instant(:start, start), end: instant(:finish, finish),
                                          abandoned: Options.word(:abandoned_as, abandoned, roles),
                                          outbound: Options.word(:outbound_as, outbound, roles),
                                          confidence: confidence, min_n: min_n,
                                          method: method && Options.word(:method, method, Options::FCR_METHODS))
    end

    def duration(option, seconds)
      return seconds.to_f if seconds.is_a?(Numeric)

      misuse("#{option}: seconds are needed")
    end

    # Microseconds since 1970 UTC.
    def instant(option, time)
      case time
      when nil, Integer then time
      when Time then (time.to_i * 1_000_000) + time.usec
      when ->(value) { defined?(::Date) && value.is_a?(::Date) } then (time.jd - 2_440_588) * 86_400_000_000
      else misuse("#{option}: a Time, a Date or microseconds since 1970 UTC are needed")
      end
    end

    def resolution_of(native)
      Resolution.new(**Estimate.from(native.estimate).to_h,
                     **CONTACT_COUNTS.to_h { |name| [name, native.public_send(name)] }, finish: native.end,
                     contacts_per_issue: finite(native.contacts_per_issue), no_id_share: finite(native.no_id_share))
    end

    def effort_of(native, moves)
      estimates = %i[contacts transfers switches duration repeated multichannel].to_h do |name|
        found = native.public_send(name)
        [name, found.status.zero? ? Estimate.from(found) : nil]
      end
      counts = %i[customers issues open rows start].to_h { |name| [name, native.public_send(name)] }
      LogEffort.new(**estimates, **counts, moves: moves, finish: native.end, no_id_share: finite(native.no_id_share))
    end

    def finite(number)
      number.nan? ? nil : number
    end
  end
end
