# frozen_string_literal: true

module CXKit
  # Answers for each point and why; see CXKit.plan_points.
  #
  # n:: one for each point, in the order given
  # policy, unit:: the policy's word, and what n counts
  # variance, best_variance, error:: of the weighted mean: with this plan, with the best one, and by how much the
  #                                  standard error is larger
  # certificate, gap:: of an exact whole-number plan; nil for others
  # table:: a row for each point, with floor, capacity, shares of precision and evidence, and the reason
  class PointsPlan < Value.with(:n, :policy, :unit, :variance, :best_variance, :error, :certificate, :gap, :table)
    WHY = {
      "none" => "nobody can be asked there in this period",
      "fixed" => "its floor and its capacity are the same",
      "committed" => "what is answered and still expected there, %<committed>.4g, is enough",
      "floor" => "that is its floor; more answers are worth more elsewhere",
      "capacity" => "that is its capacity; it could use more",
      "spread" => "that is the largest part of the pool for a point whose capacity nobody gave",
      "evidence" => "%<evidence>.0f%% of what one more answer is worth there is evidence of a change",
      "precision" => "%<precision>.0f%% of what one more answer is worth there is precision",
      "share" => "that is its share",
      "remainder" => "the others are full, and the rest went by the order of points"
    }.freeze
    private_constant :WHY

    # Why a point got its number, in one sentence; by its name, or by its row.
    def explain(point)
      row = table[row_of(point)]
      why = format(WHY.fetch(row[:reason]), committed: row[:committed], evidence: 100 * row[:evidence],
                                            precision: 100 * row[:precision])
      drawn = row[:n] == row[:expected] ? "" : format(" (drawn from %.4g)", row[:expected])
      format("%<name>s gets %<n>.6g %<unit>s%<drawn>s: %<why>s (floor %<floor>.6g, capacity %<capacity>.6g).",
             name: row.fetch(:point, point), n: row[:n], unit: unit, drawn: drawn, why: why,
             floor: row[:floor], capacity: row[:capacity])
    end

    def to_s
      "#{short(n.sum)} #{unit} for #{n.size} points by #{policy}"
    end

    private

    def row_of(point)
      at = table.columns.include?(:point) ? table[:point].index(point) : (0...n.size).find { |i| i == point }
      at || CXKit.__send__(:refuse, :name, "there is no point #{point.inspect} in this plan")
    end
  end

  # Whole numbers drawn for a continuous plan, and P(n >= 1) of each.
  Draw = Value.with(:n, :chance)

  class << self
    POLICIES = Options.words(Native::CX_POLICY_END) { |number| Native.cx_policy_name(number) }
    PLAN_UNITS = {"answers" => Native::CX_PLAN_ANSWERS, "invitations" => Native::CX_PLAN_INVITATIONS}.freeze
    ROUNDINGS = {"auto" => Native::CX_ROUND_AUTO, "exact" => Native::CX_ROUND_EXACT,
                 "systematic" => Native::CX_ROUND_SYSTEMATIC, "none" => Native::CX_ROUND_NONE}.freeze
    POINT_COLUMNS = %i[weight s2 known log_evidence lower upper traffic response_rate cost permanent information
                       local likelihood age drift answered outstanding].freeze
    POLICY_SETTINGS = %i[seed arl boost gamma cap allowance head max_share].freeze
    private_constant :POLICIES, :PLAN_UNITS, :ROUNDINGS, :POINT_COLUMNS, :POLICY_SETTINGS

    # The plan of the next period: floors kept, the rest where it is needed.
    #
    # points:: a mapping or table of columns: weight, s2, known, log_evidence, lower, upper, traffic,
    #          response_rate, cost, permanent, information, local, likelihood, age, drift, answered, outstanding,
    #          and point, their names. Columns given as keywords take precedence; a number stands for all points.
    #          Or a Monitor: its weights, s2, log_evidence, response_rate, age and arl (index: known as well)
    # budget:: answers of the period, or invitations or money still to spend
    # policy:: evidence, precision_budget, detect, neyman, proportional, uniform, exploration, tras, tssrp, index
    # unit:: answers or invitations
    # rounding:: auto, exact, systematic or none
    # soft:: floors shrink where they do not fit, but for permanent points
    # period:: with seed, all that random numbers depend on
    #
    # Also seed, arl (200), boost (18: average shares that a point gets when its evidence reaches arl), gamma (1.5),
    # cap (8), allowance (0.05), head (1), max_share (0.2 of the pool for a point without capacity); see
    # cx_policy_options.
    def plan_points(points, budget, policy: :evidence, unit: :answers, rounding: :auto, soft: false, period: 0,
                    **more)
      unknown = more.keys - POINT_COLUMNS - POLICY_SETTINGS
      raise ArgumentError, "unknown keyword: #{unknown.join(', ')}" unless unknown.empty?

      points, more = monitor_columns(points, policy.to_s, more) if points.is_a?(Monitor)
      options = Options.build(:Cx_policy_options, policy: Options.word(:policy, policy, POLICIES),
                                                  unit: Options.word(:unit, unit, PLAN_UNITS),
                                                  rounding: Options.word(:rounding, rounding, ROUNDINGS),
                                                  soft: soft ? 1 : 0, **more.slice(*POLICY_SETTINGS))
      columns = point_columns(points, more.slice(*POINT_COLUMNS).compact)
      Input.open do |input|
        table = Table.new(Native.cx_plan_points(input.frame(columns, :points), budget, period_number(period), options))
        points_plan(table, policy.to_s.tr("_", "-"), unit.to_s)
      end
    end

    # Whole numbers for a continuous plan, by one random start: each is rounded up with the probability of its
    # fraction, and a whole sum is kept.
    def plan_draw(expected, seed: 0, period: 0)
      Input.open do |input|
        table = Table.new(Native.cx_plan_draw(input.column(expected, :expected), seed, period_number(period)))
        Draw.new(n: table[:n].map(&:to_i), chance: table[:chance])
      end
    end

    private

    def period_number(period)
      return period if period.is_a?(Integer) && !period.negative?

      refuse(:domain, "period is #{period.inspect}; periods are counted from 0")
    end

    # What is on its way belongs to earlier periods; what is known of levels counts where levels are planned for.
    def monitor_columns(monitor, policy, more)
      table = monitor.points
      names = %i[point weight s2 log_evidence response_rate age] & table.columns
      names << :known if policy == "index"
      columns = names.to_h { |name| [name, table[name]] }
      columns[:drift] = monitor.process_noise if policy == "index"
      columns[:log_evidence] = table[:log_evidence_adjusted] if table.columns.include?(:log_evidence_adjusted)
      [columns, {arl: table.figures[:arl], **more}]
    end

    def point_columns(points, extra)
      given = (points || {}).to_h.transform_keys(&:to_sym).slice(:point, *POINT_COLUMNS).merge(extra)
      size = given.each_value.find { |values| !values.is_a?(Numeric) }&.size || 0
      given.transform_values { |values| values.is_a?(Numeric) ? Array.new(size, values) : values }
    end

    def points_plan(table, policy, unit)
      figures = table.figures
      exact = !figures[:gain_high].nil?
      certificate = Certificate.new(gain_high: figures[:gain_high], gain_low: figures[:gain_low]) if exact
      PointsPlan.new(n: table[:n].map { |n| n == n.to_i ? n.to_i : n }, policy: policy, unit: unit, table: table,
                     certificate: certificate, gap: figures[:gap],
                     **figures.slice(:variance, :best_variance, :error))
    end
  end
end
