# frozen_string_literal: true

module CXKit
  # How many answers each point gets from a budget: columns n, marginal, share, reason, ...
  class Plan < Table
    # Answers for each point.
    def n
      self[:n]
    end

    # sum a / (n + known)
    def objective
      figures[:objective]
    end

    # How far from the optimum at most.
    def gap
      figures[:gap]
    end

    # [gain_high, gain_low]: the largest gain still to be had and the smallest one taken. The plan
    # is optimal when the first is not larger.
    def certificate
      figures.values_at(:gain_high, :gain_low)
    end
  end

  # Minimises sum a / (n + known) within a budget.
  #
  # a:: importance of each point: (weight times standard deviation) squared
  # lower, upper, known, cost:: numbers for each point, or one for all
  # soft:: scales lower bounds that do not fit, but those of permanent points
  def self.plan(a, budget, lower: nil, upper: nil, known: nil, cost: nil, permanent: nil, integer: true, soft: false)
    options = Native::Cx_plan_options.new
    options.integer = integer ? 1 : 0
    options.soft = soft ? 1 : 0
    Input.open do |input|
      points = input.column(a, :a)
      bounds = {lower: lower, upper: upper, known: known, cost: cost, permanent: permanent}.map do |name, value|
        input.column(value.is_a?(Numeric) ? Array.new(points&.length || 0, value) : value, name)
      end
      Plan.new(Native.cx_plan(points, Float(budget), *bounds, options))
    end
  end
end
