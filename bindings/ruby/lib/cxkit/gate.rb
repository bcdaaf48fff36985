# frozen_string_literal: true

module CXKit
  # One decision: the row of the log. See CXKit::Gate#decide.
  class Decision < Value.with(:invite, :probability, :u, :reason, :rule, :action, :retry_at, :frequency, :repeat,
                              :time, :point, :contact, :period, :policy, :allocation)
    def to_s
      "#{reason} (p #{format('%g', probability)})"
    end
  end

  # What happened to each contact lately. Ledgers of several machines merge in any order.
  class Ledger < SaltedState
    PREFIX = "cx_ledger"
    NOUN = "ledger"
    EVENTS = Options.words(Native::CX_EVENT_END) { |number| Native.cx_event_name(number) }
    private_constant :PREFIX, :NOUN

    # events:: the kinds to keep; the fewer, the more of each
    # salt:: of the keys that contacts are kept under
    def initialize(events: EVENTS.keys, capacity: 0, salt: 0)
      super()
      options = Options.build(:Cx_ledger_options, capacity: capacity, salt: salt)
      options.events = events.uniq.sum { |word| 1 << Options.word(:events, word, EVENTS) }
      @salt = salt
      adopt(Native.cx_ledger_new(options))
    end

    # Enters one event; the same one twice is one event.
    def record(contact, event, time, place: 0)
      kind = Options.word(:event, event, EVENTS)
      write { |handle| Native.cx_ledger_record(handle, key(contact), kind, place, Options.moment(:time, time)) }
    end

    # What is known of one contact, the latest first.
    def history(contact)
      Table.new(read { |handle| Native.cx_ledger_history(handle, key(contact)) })
    end

    # Forgets one contact; whether there was one.
    def erase?(contact)
      read { |handle| Native.cx_ledger_erase(handle, key(contact)) } == 1
    end

    def size
      read { |handle| Native.cx_ledger_size(handle) }
    end
  end

  # Decides who is asked: rules that spare customers, goals of points, and a fair draw.
  class Gate
    SCOPES = {"all" => 0, "type" => 1, "group" => 2, "point" => 3}.freeze
    ACTIONS = {"block" => 0, "defer" => 1}.freeze
    GOALS = {"invitations" => 0, "answers" => 1}.freeze
    REASONS = (0...Native::CX_REASON_END).map { |number| Native.cx_reason_name(number) }.freeze
    private_constant :SCOPES, :ACTIONS, :GOALS, :REASONS

    # rules:: hashes: gap: seconds, or most: in a window:; event:, scope:, action:, priority:,
    #         attributes: codes 0 to 62, exempt: points
    # seed:: of the draws: the same on all machines that share customers
    # points:: names, or a hash of columns point, group and type
    # options:: salt, policy, p_min, p_max, and in seconds period, retry, clock_slack, class_window; capacity
    # recent:: a Recent with the gate's salt, in place of the ledger and of all rules: nobody is asked again within its
    #          window; coverage says how many it spares by mistake
    def initialize(rules, seed:, points:, salt: 0, recent: nil, **options)
      @rules = rules
      @salt = salt
      @names = {}
      @lock = Mutex.new
      given = options.transform_values { |value| value.is_a?(Rational) ? value.to_f : value }
      @handle = Native.cx_gate_new(Options.build(:Cx_gate_options, seed: seed, salt: salt, **given))
      Native.cx_gate_use_recent(@handle, recent.__send__(:copy_handle)) if recent
      rules.each { |rule| Native.cx_gate_add_rule(@handle, rule_of(**rule)) }
      add_points(points)
    end

    # Adds measurement points behind those there are.
    def add_points(points)
      table = points.respond_to?(:to_hash) ? points.to_hash.transform_keys(&:to_sym) : {point: points}
      names = table.fetch(:point).to_a
      table[:exempt] = names.map do |name|
        @rules.each_with_index.sum { |rule, at| Array(rule[:exempt]).include?(name) ? 1 << at : 0 }
      end
      Input.open { |input| call { Native.cx_gate_add_points(@handle, input.frame(table, :points)) } }
      names.each { |name| @names[name] = @names.size }
      self
    end

    # Decides about one contact, and enters the invitation if there is one.
    def decide(contact, point, time, attributes: 0)
      decision_of(decide_row(contact, point, time, attributes), point, time)
    end

    # Decides about many contacts, row after row, in order of time: a Table, which is the log.
    def decide_all(contact, point, time, attributes: nil)
      Input.open do |input|
        columns = [input.column(contact, :contact), input.column(point, :point), input.column(time, :time),
                   input.column(attributes, :attributes)]
        Table.new(call { Native.cx_gate_decide_all(@handle, *columns) })
      end
    end

    # Enters what became of an invitation, or an invitation made elsewhere.
    def record(contact, point, event, time)
      kind = Options.word(:event, event, Ledger::EVENTS)
      at = Options.moment(:time, time)
      call { Native.cx_gate_record(@handle, key_of(contact), number(point), kind, at) }
      self
    end

    # Sets what a point is to collect from start to end.
    #
    # goal:: invitations or answers
    # list:: exactly traffic: contacts come, such as a mailing
    # options:: traffic, traffic_weight, traffic_memory, response, response_weight, delay, haste, allocation
    def target(point, count, start:, end:, goal: "invitations", list: false, **options)
      made = Options.build(:Cx_gate_target_options, number: count, goal: Options.word(:goal, goal, GOALS),
                                                    list: list ? 1 : 0, **options)
      made.start = Options.moment(:start, start)
      made.end = Options.moment(:end, binding.local_variable_get(:end))
      call { Native.cx_gate_target(@handle, number(point), made) }
      self
    end

    # A point that asks nobody any more, until it gets a target.
    def retire(point)
      call { Native.cx_gate_target(@handle, number(point), Options.build(:Cx_gate_target_options, retired: 1)) }
      self
    end

    # When contacts come: 168 weights from Monday 0 o'clock UTC; nil: learnt from visits.
    def profile(weights = nil)
      Input.open { |input| call { Native.cx_gate_profile(@handle, input.column(weights, :weights)) } }
      self
    end

    # Share of traffic that could be asked, by class of contact frequency: a Table.
    def coverage
      Table.new(call { Native.cx_gate_coverage(@handle) })
    end

    # Where each point stands: a Table.
    def points(time)
      Table.new(call { Native.cx_gate_points(@handle, Options.moment(:time, time)) })
    end

    # A copy of what the gate knows of contacts.
    def ledger
      CXKit.send(:refuse, :mismatch, "the gate keeps a filter, and no ledger; see recent") if filtered?
      found = call { Native.cx_gate_copy_ledger(@handle) }
      Ledger.allocate.tap do |ledger|
        ledger.instance_variable_set(:@salt, @salt)
        ledger.__send__(:adopt, found)
      end
    end

    # A copy of the filter that the gate keeps; nil when it keeps a ledger.
    def recent
      return unless filtered?

      found = call { Native.cx_gate_copy_recent(@handle) }
      Recent.allocate.tap do |filter|
        filter.instance_variable_set(:@salt, @salt)
        filter.__send__(:adopt, found)
      end
    end

    # Adds what another machine knows of contacts: a Gate, a Ledger or a Recent.
    def merge(other)
      known = other.is_a?(Gate) ? other.recent || other.ledger : other
      verb = {Ledger => :cx_gate_merge, Recent => :cx_gate_merge_recent}[known.class]
      raise ::TypeError, "a CXKit::Gate does not merge a #{other.class}" unless verb

      copy = known.__send__(:copy_handle)
      call { Native.public_send(verb, @handle, copy) }
      self
    end

    # Forgets the events of one contact; whether there were any. A filter can forget nobody: MismatchError.
    def erase?(contact)
      CXKit.send(:refuse, :mismatch, "a filter can forget nobody; keep a ledger, or make the filter anew") if filtered?
      call { Native.cx_gate_erase(@handle, key_of(contact)) } == 1
    end

    def size
      @names.size
    end

    private

    def call(&block)
      @lock.synchronize(&block)
    end

    attr_reader :handle

    def key_of(contact)
      Ledger.key(contact, @salt)
    end

    def decide_row(contact, point, time, attributes)
      at = Options.moment(:time, time)
      bits = bits_of(attributes)
      call { Native.cx_gate_decide(@handle, key_of(contact), number(point), at, bits) }
    end

    def filtered?
      call { Native.cx_gate_has_recent(@handle) } == 1
    end

    def number(point)
      @names.fetch(point) { CXKit.send(:refuse, :name, "there is no point #{point.inspect}; add_points adds one") }
    end

    def bits_of(attributes)
      return attributes if attributes.is_a?(Integer) && attributes.between?(0, (1 << 63) - 1)

      codes = attributes.respond_to?(:to_ary) ? attributes.to_ary.uniq : [nil]
      return codes.sum { |code| 1 << code } if codes.all? { |code| code.is_a?(Integer) && code.between?(0, 62) }

      CXKit.send(:refuse, :option, "attributes is #{attributes.inspect}; it has to be codes 0 to 62, or their bits")
    end

    def rule_of(gap: nil, most: 1, window: nil, event: "invited", scope: "all", action: "defer", priority: 0,
                attributes: [], exempt: [])
      _ = exempt
      CXKit.send(:refuse, :option, "a rule has either a gap, or most events in a window") if gap.nil? == window.nil?
      made = Options.build(:Cx_rule, scope: Options.word(:scope, scope, SCOPES), most: most, priority: priority,
                                     event: Options.word(:event, event, Ledger::EVENTS),
                                     action: Options.word(:action, action, ACTIONS), window: Float(gap || window))
      made.attributes = bits_of(attributes)
      made
    end

    def decision_of(found, point, time)
      refused = found.rule >= 0
      wait = found.retry_at == found.time ? nil : found.retry_at
      wait &&= Time.at(wait / 1_000_000, wait % 1_000_000, :microsecond, in: "UTC") if time.is_a?(Time)
      Decision.new(invite: found.invite == 1, probability: found.probability, u: found.u,
                   reason: REASONS[found.reason], rule: refused ? found.rule : nil,
                   action: refused ? ACTIONS.key(found.action) : nil, retry_at: wait, frequency: found.frequency,
                   repeat: found.repeat == 1, time: found.time, point: point, contact: found.contact,
                   period: found.period, policy: found.policy, allocation: found.allocation)
    end
  end
end
