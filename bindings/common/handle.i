/* One macro for each kind of struct. */

/* An opaque state: made by `TYPE **out`, released by FREE when its object goes. */
%define %cx_handle(TYPE, FREE)
%ignore FREE;
%nodefaultctor TYPE;
struct TYPE {};
%extend TYPE {
    ~TYPE() { FREE($self); }
}
%typemap(in, numinputs=0, noblock=1) TYPE **out (TYPE *made) {
    made = NULL;
    $1 = &made;
}
%typemap(argout, noblock=1) TYPE **out {
    if (cx_this.error.code == CX_OK)
        cx_set_result($result, SWIG_NewPointerObj(made$argnum, $*1_descriptor, SWIG_POINTER_OWN));
}
%enddef

/* A plain struct that a function fills in: `TYPE *out` becomes the return value. */
%define %cx_record(TYPE)
%typemap(in, numinputs=0, noblock=1) TYPE *out (TYPE made) {
    memset(&made, 0, sizeof made);
    $1 = &made;
}
%typemap(argout, noblock=1) TYPE *out {
    if (cx_this.error.code == CX_OK) {
        TYPE *cx_copy = (TYPE *)malloc(sizeof *cx_copy);
        if (cx_copy) *cx_copy = made$argnum;
        cx_set_result($result, SWIG_NewPointerObj(cx_copy, $1_descriptor, SWIG_POINTER_OWN));
    }
}
%enddef

/* The same for one that nobody makes and nobody changes. */
%define %cx_result(TYPE)
%nodefaultctor TYPE;
%immutable TYPE;
%ignore TYPE::reserved;
%cx_record(TYPE)
%enddef

/* An options struct: made with the defaults of C, its fields can be set. */
%define %cx_options(TYPE)
%ignore TYPE ## _init;
%ignore TYPE::struct_size;
%ignore TYPE::reserved;
%extend TYPE {
    TYPE()
    {
        TYPE *made = (TYPE *)calloc(1, sizeof *made);
        if (made) TYPE ## _init(made);
        return made;
    }
}
%enddef

%cx_handle(cx_table, cx_table_free)
%cx_handle(cx_tally, cx_tally_free)
%cx_handle(cx_tallies, cx_tallies_free)
%cx_handle(cx_joint, cx_joint_free)
%cx_handle(cx_case, cx_case_free)
%cx_handle(cx_case_result, cx_case_result_free)
%cx_handle(cx_moments, cx_moments_free)
%cx_handle(cx_crosstab, cx_crosstab_free)
%cx_handle(cx_fit, cx_fit_free)
%cx_handle(cx_driver_fit, cx_driver_fit_free)
%cx_handle(cx_monitor, cx_monitor_free)
%cx_handle(cx_mystery, cx_mystery_free)
%cx_handle(cx_waits, cx_waits_free)
%cx_handle(cx_margins, cx_margins_free)
%cx_handle(cx_weights, cx_weights_free)
%cx_handle(cx_design, cx_design_free)
%cx_handle(cx_strata, cx_strata_free)
%cx_handle(cx_response_model, cx_response_model_free)
%cx_handle(cx_adjustment, cx_adjustment_free)
%cx_handle(cx_ledger, cx_ledger_free)
%cx_handle(cx_gate, cx_gate_free)
%cx_handle(cx_recent, cx_recent_free)
%cx_handle(cx_simulation, cx_simulation_free)

%cx_result(cx_contact)
%ignore cx_decision::reserved;
%cx_record(cx_decision)
%cx_result(cx_effort_result)
%cx_result(cx_estimate)
%cx_result(cx_fcr_result)
%cx_result(cx_belief)
%cx_result(cx_chi_square_test)
%cx_result(cx_heterogeneity_test)
%cx_result(cx_mystery_result)
%cx_record(cx_dispositions)
%cx_result(cx_kish_result)
%cx_result(cx_rates)
%cx_result(cx_weights_summary)
%cx_result(cx_aipw_result)
%cx_result(cx_bounds_result)
%cx_result(cx_ppi_result)
%cx_result(cx_r_indicator_result)
%cx_result(cx_survey_estimate)
%cx_result(cx_random_words)
%cx_result(cx_delay)
%cx_result(cx_tolerance_result)
%cx_result(cx_closed_loop_result)
%cx_result(cx_sample)
%cx_result(cx_target_result)
%cx_result(cx_simulation_result)
%cx_result(cx_npv_result)
%cx_result(cx_case_summary)
%cx_result(cx_verdict_result)
%cx_result(cx_mirr_result)
%cx_result(cx_payback_result)
%cx_result(cx_multiple_result)

%cx_options(cx_adaptive_options)
%cx_options(cx_answer_options)
%cx_options(cx_anytime_options)
%cx_options(cx_nps_options)
%cx_options(cx_importance_options)
%ignore cx_importance_options::allocator;
%cx_options(cx_penalty_reward_options)
%ignore cx_penalty_reward_options::allocator;
%cx_options(cx_penalised_options)
%ignore cx_penalised_options::allocator;
%cx_options(cx_csat_options)
%cx_options(cx_ces_options)
%cx_options(cx_gap_options)
%cx_options(cx_gate_options)
%cx_options(cx_gate_target_options)
%cx_options(cx_rule)
%cx_options(cx_ledger_options)
%cx_options(cx_recent_options)
%cx_options(cx_index_options)
%cx_options(cx_joint_options)
%cx_options(cx_mean_options)
%cx_options(cx_mystery_options)
%cx_options(cx_paired_options)
%cx_options(cx_sample_options)
%cx_options(cx_share_difference_options)
%cx_options(cx_share_options)
%cx_options(cx_shares_options)
%ignore cx_shares_options::allocator;
%cx_options(cx_target_options)
%cx_options(cx_compare_options)
%cx_options(cx_contacts_options)
%ignore cx_contacts_options::allocator;
%cx_options(cx_journey_options)
%cx_options(cx_modes_options)
%cx_options(cx_correlate_options)
%cx_options(cx_crosstab_options)
%ignore cx_correlate_options::allocator;
%cx_options(cx_driver_options)
%cx_options(cx_cross_correlate_options)
%ignore cx_cross_correlate_options::allocator;
%cx_options(cx_distributed_lag_options)
%ignore cx_distributed_lag_options::allocator;
%cx_options(cx_linkage_options)
%ignore cx_linkage_options::allocator;
%cx_options(cx_aggregate_options)
%ignore cx_aggregate_options::allocator;
%cx_options(cx_aggregate_link_options)
%ignore cx_aggregate_link_options::allocator;
%cx_options(cx_granger_options)
%ignore cx_granger_options::allocator;
%cx_options(cx_business_options)
%ignore cx_business_options::allocator;
%cx_options(cx_regress_options)
%ignore cx_regress_options::allocator;
%cx_options(cx_margin_options)
%ignore cx_margin_options::allocator;
%cx_options(cx_model_options)
%ignore cx_model_options::allocator;
%cx_options(cx_multiplicity_options)
%ignore cx_multiplicity_options::allocator;
%cx_options(cx_simultaneous_options)
%ignore cx_simultaneous_options::allocator;
%cx_options(cx_monitor_options)
%cx_record(cx_monitor_options)
%cx_options(cx_period_options)
%cx_options(cx_running_options)
%cx_options(cx_evidence_facts)
%cx_options(cx_verdict_options)
%cx_options(cx_case_options)
%cx_options(cx_link_options)
%cx_options(cx_case_run_options)
%cx_options(cx_finance_options)
%ignore cx_finance_options::allocator;
%cx_options(cx_plan_options)
%cx_options(cx_calibrate_options)
%ignore cx_calibrate_options::allocator;
%cx_options(cx_dispositions_options)
%ignore cx_dispositions_options::allocator;
%cx_options(cx_kish_options)
%cx_options(cx_rates_options)
%ignore cx_rates_options::allocator;
%cx_options(cx_trim_options)
%ignore cx_trim_options::allocator;
%cx_options(cx_design_options)
%ignore cx_design_options::allocator;
%cx_options(cx_survey_options)
%cx_options(cx_shrink_options)
%ignore cx_shrink_options::allocator;
%cx_options(cx_aipw_options)
%ignore cx_aipw_options::allocator;
%cx_options(cx_adjust_options)
%ignore cx_adjust_options::allocator;
%cx_options(cx_propensity_options)
%ignore cx_propensity_options::allocator;
%cx_options(cx_r_indicator_options)
%ignore cx_r_indicator_options::allocator;
%cx_options(cx_ppi_options)
%ignore cx_ppi_options::allocator;
%ignore cx_plan_options::allocator;
/* The bare arrays of C; tables are for other languages. */
%ignore cx_points;
%ignore cx_policy_free;
%ignore cx_policy_new;
%ignore cx_policy_plan;
%ignore cx_policy_options::allocator;
%cx_options(cx_policy_options)
%ignore cx_simulation_options::allocator;
%cx_options(cx_simulation_options)
%cx_options(cx_waits_options)
%cx_options(cx_curve_options)
%cx_options(cx_promise_options)
%cx_options(cx_response_options)
%cx_options(cx_tolerance_options)
%cx_options(cx_trend_options)
%cx_options(cx_window_options)
%ignore cx_tolerance_options::allocator;
%cx_options(cx_silence_options)
%ignore cx_silence_options::allocator;
%cx_options(cx_coverage_options)
%ignore cx_coverage_options::allocator;
%cx_options(cx_closed_loop_options)
%ignore cx_closed_loop_options::allocator;

/* The ledger inside a gate is the gate's: cx_gate_copy_ledger gives one of your own. */
%ignore cx_gate_ledger;
%ignore cx_gate_recent;

/* A tally inside a set is the set's: cx_tallies_take gives one of your own. */
%ignore cx_tallies_at;

/* Encoded states: (buffer, size) takes the size and gives bytes, (bytes, size) takes bytes. The
 * language gives
 *
 *     cx_nothing, cx_is_nothing(object)
 *     cx_bytes_new(size object)   bytes of that size, or nothing with an exception pending
 *     cx_bytes_data, cx_bytes_size, cx_bytes_drop   of such bytes
 *     cx_bytes                    a struct with data, size and what has to be released
 *     int cx_bytes_take(object, cx_bytes *, call), cx_bytes_release(cx_bytes *) */
%typemap(arginit, noblock=1) (uint8_t *buffer, size_t size) {
    cx_value cx_encoded = cx_nothing;
}
%typemap(in, noblock=1) (uint8_t *buffer, size_t size) {
    cx_encoded = cx_bytes_new($input);
    if (cx_is_nothing(cx_encoded)) SWIG_fail;
    $1 = (uint8_t *)cx_bytes_data(cx_encoded);
    $2 = (size_t)cx_bytes_size(cx_encoded);
}
%typemap(argout, noblock=1) (uint8_t *buffer, size_t size) {
    if (cx_this.error.code == CX_OK) {
        cx_set_result($result, cx_encoded);
        cx_encoded = cx_nothing;
    }
}
%typemap(freearg, noblock=1) (uint8_t *buffer, size_t size) {
    cx_bytes_drop(cx_encoded);
}
%typemap(arginit, noblock=1) (const uint8_t *bytes, size_t size) {
    cx_bytes cx_given;
    memset(&cx_given, 0, sizeof cx_given);
}
%typemap(in, noblock=1) (const uint8_t *bytes, size_t size) {
    if (cx_bytes_take($input, &cx_given, &cx_this)) cx_argument_failed;
    $1 = (uint8_t *)cx_given.data;
    $2 = cx_given.size;
}
%typemap(freearg, noblock=1) (const uint8_t *bytes, size_t size) {
    cx_bytes_release(&cx_given);
}
