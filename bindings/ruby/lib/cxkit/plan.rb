# frozen_string_literal: true

module CXKit
  # Proof that a plan is optimal: no gain still to be had (gain_high) exceeds one already taken
  # (gain_low).
  class Certificate < Value.with(:gain_high, :gain_low)
    def holds?
      gain_low.infinite? == 1 || gain_high <= gain_low + (1e-9 * gain_low.abs)
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
  # rate:: answers to one invitation: everything but known is then in invitations
  # integer:: whole numbers, or the continuous optimum
  # permanent, soft:: with soft, lower bounds that do not fit are scaled, but for permanent points
  def self.plan(a, budget, lower: 0, upper: nil, known: 0, cost: nil, rate: nil, integer: true, permanent: nil,
                soft: false)
    options = Options.build(:Cx_plan_options, integer: integer ? 1 : 0, soft: soft ? 1 : 0)
    Input.open do |input|
      points = input.column(a, :a)
      each = plan_columns(input, points, lower: lower, upper: upper, known: known, cost: cost, rate: rate,
                                         permanent: permanent)
      plan_of(Table.new(Native.cx_plan(points, budget, *each, options)), integer)
    end
  end

  # The best constant split of a budget per period over points whose levels wander: minimises the variances
  # with which they are known in the long run, (drift / 2) (sqrt(1 + 4 a / (drift n)) - 1).
  #
  # a:: (weight times standard deviation of one answer) squared
  # drift:: weight squared times the variance of the level's step in a period
  def self.plan_steady(a, drift, budget, lower: 0, upper: nil, cost: nil, rate: nil, integer: true,
                       permanent: nil, soft: false)
    options = Options.build(:Cx_plan_options, integer: integer ? 1 : 0, soft: soft ? 1 : 0)
    Input.open do |input|
      points = input.column(a, :a)
      steps, *each = plan_columns(input, points, drift: drift, lower: lower, upper: upper, cost: cost, rate: rate,
                                                 permanent: permanent)
      plan_of(Table.new(Native.cx_plan_steady(points, steps, budget, *each, options)), integer)
    end
  end

  # Answers for each point, when the worst-off domain counts; see CXKit.plan_domains.
  #
  # n:: one for each point
  # ratio:: the largest of the domains' ratios
  # certificate:: the worst ratio that can be helped, and the smallest one after giving an answer away
  # table:: a row for each point
  class DomainPlan < Value.with(:n, :ratio, :certificate, :table)
    def to_s
      "#{n.size} points of #{table.figures[:domains].to_i} domains (ratio #{short(ratio)})"
    end
  end

  # The split of a budget that serves the worst-off domain best: minimises the largest, over domains, of
  # (sum of a / (n + known) - a / population) / target.
  #
  # by:: the domain of each point: a column, or a mapping of several
  # population:: customers of each point; nil: infinitely many
  # target:: the variance that is good enough, alike within a domain
  def self.plan_domains(a, by, budget, lower: 0, upper: nil, known: 0, population: nil, target: 1, integer: true)
    options = Options.build(:Cx_plan_options, integer: integer ? 1 : 0)
    Input.open do |input|
      points = input.column(a, :a)
      each = plan_columns(input, points, lower: lower, upper: upper, known: known, population: population,
                                         target: target)
      table = Table.new(Native.cx_plan_domains(points, input.frame(by, :key), budget, *each, options))
      figures = table.figures
      DomainPlan.new(n: integer ? table[:n].map(&:to_i) : table[:n], ratio: figures[:ratio], table: table,
                     certificate: Certificate.new(gain_high: figures[:ratio_high], gain_low: figures[:ratio_low]))
    end
  end

  # A number stands for every point.
  def self.plan_columns(input, points, **given)
    given.map do |name, value|
      input.column(value.is_a?(Numeric) ? Array.new(points&.length || 0, value) : value, name)
    end
  end

  def self.plan_of(table, integer)
    figures = table.figures
    Plan.new(n: integer ? table[:n].map(&:to_i) : table[:n], table: table,
             certificate: Certificate.new(gain_high: figures[:gain_high], gain_low: figures[:gain_low]),
             **figures.slice(:objective, :gap, :budget_used, :multiplier))
  end
  private_class_method :plan_of, :plan_columns
end
