# frozen_string_literal: true

module CXKit
  # Proof that a plan is optimal: no gain still to be had (gain_high) exceeds one already taken
  # (gain_low).
  class Certificate < Value.with(:gain_high, :gain_low)
    def holds?
      gain_high <= gain_low * (1 + 1e-12)
    end

    def to_s
      "#{short(gain_high)} <= #{short(gain_low)}"
    end
  end

  # Answers for each point; see CXKit.plan.
  #
  # n:: one for each point, in the order given
  # objective:: sum of a / (n + known)
  # certificate, gap:: proof of optimality, and an upper bound of objective minus optimum
  # budget_used, multiplier:: cost of the plan, and what one more unit of budget takes off
  # table:: all of it, one row for each point
  class Plan < Value.with(:n, :objective, :certificate, :gap, :budget_used, :multiplier, :table)
    def to_s
      shown = n.first(8).map { |value| format("%g", value) }.join(", ")
      "#{n.size} points: #{shown}#{', ...' if n.size > 8} (objective #{short(objective)})"
    end
  end

  # The best split of a budget over measurement points: minimises sum a / (n + known) subject to
  # lower <= n <= upper and sum cost n = budget.
  #
  # a:: importance of each point: (weight times standard deviation) squared makes the sum the
  #     variance of the weighted mean
  # lower, upper, known, cost:: one number for each point, or one for all
  # integer:: whole numbers, or the continuous optimum
  # permanent, soft:: with soft, lower bounds that do not fit are scaled, but for permanent points
  def self.plan(a, budget, lower: 0, upper: nil, known: 0, cost: nil, integer: true, permanent: nil, soft: false)
    options = Options.build(:Cx_plan_options, integer: integer ? 1 : 0, soft: soft ? 1 : 0)
    Input.open do |input|
      points = input.column(a, :a)
      each = {lower: lower, upper: upper, known: known, cost: cost, permanent: permanent}.map do |name, value|
        input.column(value.is_a?(Numeric) ? Array.new(points&.length || 0, value) : value, name)
      end
      plan_of(Table.new(Native.cx_plan(points, budget, *each, options)), integer)
    end
  end

  def self.plan_of(table, integer)
    figures = table.figures
    Plan.new(n: integer ? table[:n].map(&:to_i) : table[:n], table: table,
             certificate: Certificate.new(gain_high: figures[:gain_high], gain_low: figures[:gain_low]),
             **figures.slice(:objective, :gap, :budget_used, :multiplier))
  end
  private_class_method :plan_of
end
