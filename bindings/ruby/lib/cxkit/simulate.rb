# frozen_string_literal: true

module CXKit
  # What runs of a scenario say of a policy; see CXKit.simulate_allocation and cx_simulation_result. Errors are in points,
  # times in days; nil where a scenario has no such figure.
  class SimulatedAllocation < Value.with(:scenario, :policy,
                                         :runs, :clean, :cut, :max_age, :decisions, :violations, :arl, :arl_se, :delay, :delay_se,
                                         :delay_p90, :delay_value, :clean_delay, :clean_se,
                                         :calibrated_threshold, :calibrated_delay, :calibrated_se,
                                         :calibrated_p90, :calibrated_value, :true_share, :rate_delay,
                                         :error_ratio, :error_after, :error_day, :error_week, :error_month,
                                         :neyman_day, :coverage, :bias, :bias_se, :point_bias, :point_bias_se,
                                         :pooled_bias, :pooled_bias_se, :root_bias, :root_bias_se,
                                         :company_bias, :company_bias_se, :pooled_error, :days_error,
                                         :root_error, :worst_bias, :wrong_share, :change_bias, :change_error,
                                         :change_naive, :outstanding_error, :answers, :answers_sd, :within_share,
                                         :invited, :able_share, :hours_fit, :hours_off, :days_fit, :days_off,
                                         :naive_bias, :naive_bias_se, :hajek_bias, :hajek_bias_se,
                                         :strata_bias, :strata_bias_se, :able_gap, :slope, :slope_se,
                                         :sequence_coverage, :delay_median, :found_share, :found_se, :found_delay,
                                         :found_delay_se)
    def to_s
      return "S5, #{policy}: #{short(answers)} answers, #{violations} violations, #{runs} runs" if scenario == "S5"

      loss = error_ratio && format("%+.1f %%", 100 * (error_ratio - 1))
      "#{scenario}, #{policy}: #{short(delay)} days to the alarm, #{short(arl)} to a false one, error #{loss} " \
        "against neyman, #{runs} runs"
    end
  end

  class << self
    SCENARIOS = Options.words(Native::CX_SCENARIO_END) { |number| Native.cx_scenario_name(number) }
    SIMULATED = (POLICIES.to_a + (Native::CX_SIMULATED_RANDOM...Native::CX_SIMULATED_END).map do |number|
      [Native.cx_simulated_policy_name(number), number]
    end).to_h.freeze
    SIMULATION_FORMS = {"trinomial" => Native::CX_MONITOR_TRINOMIAL, "bounded" => Native::CX_MONITOR_BOUNDED}.freeze
    SIMULATION_SETTINGS = %i[arl boost gamma allowance compensation].freeze
    private_constant :SCENARIOS, :SIMULATED, :SIMULATION_FORMS, :SIMULATION_SETTINGS

    # A policy in a simulated world: 200 points, 2,000 answers a day, and a change after 60 days.
    #
    # scenario:: S1, S2a, S2b, S2c, S3, S3-plain, S3-season, S4, S5 or S6; see cx_scenario
    # policy:: as in plan_points, or random, stay, oracle; of S5 closed-loop, open-loop, cap-then-stop. nil: evidence,
    #          closed-loop
    # runs, first_run:: a multiple of 200 lets every point change equally often
    # seed:: the same seed, the same figures
    # form:: of the monitor, trinomial or bounded
    #
    # common_shock:: plans go by evidence without what befalls all points, alarms by the exact one
    #
    # Also arl (200), boost (18), gamma (1.5), allowance (0.05), compensation (0.15); see cx_simulation_options.
    def simulate_allocation(scenario: "S1", policy: nil, runs: 200, seed: 0, first_run: 0, form: :trinomial,
                            common_shock: false, **more)
      policy ||= scenario.to_s == "S5" ? :closed_loop : :evidence
      unknown = more.keys - SIMULATION_SETTINGS
      raise ArgumentError, "unknown keyword: #{unknown.join(', ')}" unless unknown.empty?

      options = Options.build(:Cx_simulation_options, scenario: Options.word(:scenario, scenario, SCENARIOS),
                                                      policy: Options.word(:policy, policy, SIMULATED),
                                                      form: Options.word(:form, form, SIMULATION_FORMS),
                                                      common_shock: common_shock ? 1 : 0, seed: seed, runs: runs, first_run: first_run, **more)
      simulated(Native.cx_simulate_allocation(options), scenario, policy)
    end

    private

    def simulated(raw, scenario, policy)
      figures = (SimulatedAllocation::FIELDS - %i[scenario policy]).to_h do |name|
        value = raw.public_send(name)
        [name, value.is_a?(Float) && value.nan? ? nil : value]
      end
      SimulatedAllocation.new(scenario: scenario.to_s, policy: policy.to_s.tr("_", "-"), **figures)
    end
  end
end
