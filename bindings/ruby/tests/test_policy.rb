# frozen_string_literal: true

require_relative "helper"
require "csv"

class TestPolicy < Minitest::Test
  POINTS = {point: %w[desk web app shop], weight: [0.4, 0.3, 0.2, 0.1], s2: [6e3, 7e3, 5e3, 8e3],
            log_evidence: [0.2, nil, 6.0, -1], lower: [10, 10, 10, 10], traffic: [5000, 4000, 450, 900],
            response_rate: [0.2, 0.2, 0.2, 0.2]}.freeze

  def vector(id)
    rows = CSV.read(File.join(ENV.fetch("CX_VECTORS"), "policy.csv"), headers: true)
    row = rows.find { |candidate| candidate["id"] == id }
    [row["value"].to_f, row["tolerance"].to_f]
  end

  def test_a_plan_in_invitations_gives_the_answers_to_expect
    plan = CXKit.plan([9, 4], 60, rate: [0.5, 0.125])
    assert_equal 60, plan.n.sum
    assert_equal [0.5 * plan.n[0], 0.125 * plan.n[1]], plan.table[:answers]
  end

  def test_steady_plans_match_the_closed_form
    value, tolerance = vector("steady_after_update")
    assert_in_delta value, CXKit.plan_steady([6100], [4], 30).objective, tolerance
    assert_equal [10, 20], CXKit.plan_steady([6100, 6100], [4, 36], 30).n
    assert_raises(CXKit::UninformedError) { CXKit.plan_steady([1, 1], 1, 1) }
  end

  def test_domains_share_the_worst_ratio
    plan = CXKit.plan_domains([2500, 32_400], [1, 2], 16, population: [10, 20], target: [1.6, 15], integer: false)
    assert_in_delta 5.941302, plan.n[0], 1e-6
    assert_in_delta 106.7395, plan.ratio, 1e-4
    whole = CXKit.plan_domains([100, 100, 400], %w[north north south], 40)
    assert_equal [10, 10, 20], whole.n
    assert_predicate whole.certificate, :holds?
    assert_equal "3 points of 2 domains (ratio 20)", whole.to_s
  end

  def test_a_draw_keeps_the_sum_and_the_chances
    draw = CXKit.plan_draw([0.25] * 8, seed: 3, period: 4)
    assert_equal [2, [0.25] * 8], [draw.n.sum, draw.chance]
    assert_equal draw, CXKit.plan_draw([0.25] * 8, seed: 3, period: 4)
  end

  def test_every_policy_spends_the_budget_within_bounds
    %i[evidence precision_budget detect neyman proportional uniform exploration tras tssrp index].each do |policy|
      plan = CXKit.plan_points(POINTS, 500, policy: policy, local: [1, 2, 3, 4], likelihood: 0, drift: 4, known: 9)
      assert_equal 500, plan.n.sum
      assert_operator plan.n.min, :>=, 10
      assert_operator plan.n[2], :<=, 90
      assert_match(/\Aapp gets \d+ answers/, plan.explain("app"))
    end
  end

  def test_the_index_of_a_monitor_knows_how_its_levels_wander
    monitor = CXKit::Monitor.new([1, 2], arl: 200, process_noise: 4)
    monitor.observe([1, 2, 1], [9, 3, 4])
    monitor.end_period
    assert_equal 4, monitor.process_noise
    assert_equal CXKit.plan_points(monitor, 10, policy: :index, drift: 4).n,
                 CXKit.plan_points(monitor, 10, policy: :index).n
  end

  def test_periods_below_nothing_are_refused
    [-1, 1.5, nil].each do |period|
      assert_raises(CXKit::DomainError) { CXKit.plan_draw([0.5], period: period) }
      assert_raises(CXKit::DomainError) { CXKit.plan_points({weight: [1, 1]}, 3, policy: :uniform, period: period) }
    end
  end

  def test_certificates_hold_for_ratios_below_nothing
    assert CXKit::Certificate.new(gain_high: -1.0, gain_low: -1.0).holds?
    refute CXKit::Certificate.new(gain_high: -1.0, gain_low: -1.1).holds?
    assert CXKit::Certificate.new(gain_high: 0.0, gain_low: Float::INFINITY).holds?
  end

  def test_evidence_moves_the_pool_and_says_so
    calm = CXKit.plan_points(POINTS, 500, log_evidence: 0)
    alarmed = CXKit.plan_points(POINTS, 500, log_evidence: [5.3, 0, 0, 0])
    assert_operator alarmed.n[0], :>, 1.2 * calm.n[0]
    assert_predicate alarmed.certificate, :holds?
    assert_equal 0, alarmed.gap
    assert_match(/is evidence of a change \(floor 10, capacity 1000\)\.\z/, alarmed.explain("desk"))
    assert_raises(CXKit::NameNotFoundError) { alarmed.explain("nowhere") }
  end

  def test_a_period_is_solved_again_half_way
    plan = CXKit.plan_points(nil, 13, policy: :neyman, answered: [6, 1, 0], outstanding: [1.5, 0, 0],
                                      response_rate: 0.25)
    assert_equal [7.5, 3, 2], plan.n
    assert_equal [0, 8, 8], plan.table[:invitations]
    assert_match(/7\.5, is enough/, plan.explain(0))
  end

  def test_exploration_shares_match_the_formula
    plan = CXKit.plan_points({log_evidence: [0.6, 0.3, 0.1].map { |p| Math.log(p) }}, 1, policy: :exploration,
                                                                                      rounding: :none)
    plan.n.each_with_index { |n, i| assert_in_delta vector("exploration_#{i + 1}")[0], n, 1e-12 }
    assert_nil plan.certificate
  end

  def test_bad_calls_say_what_is_wrong
    assert_raises(CXKit::OptionError) { CXKit.plan_points(POINTS, 9, policy: :magic) }
    assert_raises(CXKit::NameNotFoundError) { CXKit.plan_points({weight: [1, 2]}, 9) }
    assert_raises(CXKit::InfeasibleError) { CXKit.plan_points(POINTS, 9) }
    assert_equal 9, CXKit.plan_points(POINTS, 9, soft: true, known: 1).n.sum
    assert_raises(CXKit::LengthError) { CXKit.plan_points(POINTS, 500, age: [1]) }
    assert_raises(ArgumentError) { CXKit.plan_points(POINTS, 500, budget: 1) }
  end

  def test_a_monitor_is_planned_for
    monitor = CXKit::Monitor.new(%w[a b c], arl: 300)
    monitor.set_baseline(%w[a b c], [20] * 3, [30] * 3, [50] * 3)
    monitor.observe(["b"] * 30, [0] * 30)
    monitor.end_period
    plan = CXKit.plan_points(monitor, 90, lower: 5, upper: 70)
    assert_equal 90, plan.n.sum
    assert_operator plan.n[1], :>, 2 * plan.n[0]
    assert_equal 90, CXKit.plan_points(monitor, 90, policy: :index, drift: 1).n.sum
  end

  def test_an_alarm_without_capacity_gets_a_fifth_of_the_pool
    points = {log_evidence: [20] + ([nil] * 49), lower: [2] * 50}
    plan = CXKit.plan_points(points, 600)
    assert_equal 102, plan.n[0]
    assert_match(/largest part of the pool/, plan.explain(0))
    assert_operator CXKit.plan_points(points, 600, max_share: 1).n[0], :>, 400
  end
end
