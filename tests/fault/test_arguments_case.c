#include "arguments.h"

/* -- good arguments ------------------------------------------------------------------------ */

static const double amount_values[ROWS] = {-100, 30, 30, 30, 30, 30};
static const double rate_value[1] = {0.05};
static const int64_t id_values[ROWS] = {1, 2, 3, 4, 5, 6};
static cx_array amounts, rate, ids;
static cx_frame flows;
static cx_case *drawn, *changed;
static cx_case_result *result;
static cx_estimate estimate;
static cx_evidence_facts facts;

/* -- the calls ----------------------------------------------------------------------------- */

CALL(npv, frame_with(0, &flows), COL(1, &rate), options, OUT(2, cx_npv_result))
CALL(irr, frame_with(0, &flows), options, HANDLE(1, cx_table))
CALL(mirr, frame_with(0, &flows), 0.1, 0.1, options, OUT(1, cx_mirr_result))
CALL(payback, frame_with(0, &flows), COL(1, &rate), options, OUT(2, cx_payback_result))
CALL(margin_multiple, 0.9, 0.1, 0, 5, OUT(0, cx_multiple_result))
CALL(evidence, PTR(0, &facts), HANDLE(1, cx_table))
CALL(verdict, PTR(0, &estimate), options, OUT(1, cx_verdict_result))
CALL(case_new, PTR(0, "EUR"), COL(1, &rate), options, NULL, HANDLE(2, cx_case))
CALL(case_run, PTR(0, drawn), options, HANDLE(1, cx_case_result))
CALL(case_figures, PTR(0, result), OUT(1, cx_case_summary))
CALL(case_table, PTR(0, result), 0, HANDLE(1, cx_table))

/* -- the table ----------------------------------------------------------------------------- */

INIT(finance)
INIT(verdict)
INIT(case)
INIT(case_run)

static const function functions[] = {
    {"npv",
     call_npv,
     3,
     2,
     init_finance,
     sizeof(cx_finance_options),
     0,
     {AT(finance, timing), AT(finance, rate_kind), AT(finance, real_flows)},
     0,
     2,
     0},
    OPTIONS(irr, 2, 0, finance, 0, AT(finance, timing)),
    OPTIONS(mirr, 2, 0, finance, 0, AT(finance, minor_digits)),
    {"payback",
     call_payback,
     3,
     2,
     init_finance,
     sizeof(cx_finance_options),
     0,
     {AT(finance, timing), AT(finance, real_rates)},
     0,
     2,
     0},
    PLAIN(margin_multiple, 1),
    PLAIN(evidence, 2),
    OPTIONS(verdict, 2, 0, verdict, AT(verdict, confidence), 0),
    {"case_new",
     call_case_new,
     3,
     2,
     init_case,
     sizeof(cx_case_options),
     0,
     {AT(case, timing)},
     0,
     2,
     0},
    OPTIONS(case_run, 2, 0, case_run, AT(case_run, confidence), AT(case_run, antithetic)),
    PLAIN(case_figures, 2),
    PLAIN(case_table, 2),
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

static void states_unchanged(const char *name) {
    (void)name; /* what changes a case is tried below */
}

static void setup(void) {
    amounts = cx_array_of(amount_values, CX_F64, ROWS);
    rate = cx_array_of(rate_value, CX_F64, 1);
    ids = cx_array_of(id_values, CX_I64, ROWS);
    amounts.name = "amount";
    flows = (cx_frame){&amounts, 1, {0, 0}};
    estimate = (cx_estimate){.value = 1, .se = 0.5, .df = INFINITY, .p_value = NAN};
    cx_evidence_facts_init(&facts);
    cx_case **both[] = {&drawn, &changed};
    for (int i = 0; i < 2; i++) {
        cx_case_options own;
        cx_case_options_init(&own);
        own.population = 10;
        ck_assert_ok(cx_case_new("EUR", &rate, &own, NULL, both[i], err));
        ck_assert_ok(cx_case_link(*both[i], "a", "x", "money", NULL, "EUR", &estimate, NULL, NULL,
                                  NULL, err));
    }
    ck_assert_ok(cx_case_run(drawn, NULL, &result, err));
    arguments_start(functions, states_unchanged);
}

static void teardown(void) {
    cx_case_result_free(result);
    cx_case_free(drawn);
    cx_case_free(changed);
}

/* Every pointer of what changes a case, one at a time; then the case is as it was. */
static cx_status change(int which, int spoilt, cx_error *err) {
#define GIVEN(slot, good) (spoilt == (slot) ? NULL : (good))
    switch (which) {
    case 0:
        return cx_case_metric(GIVEN(0, changed), GIVEN(1, "m"), 2, GIVEN(2, "points"), 0, err);
    case 1:
        return cx_case_link(GIVEN(0, changed), GIVEN(1, "b"), GIVEN(2, "x"), GIVEN(3, "m"), NULL,
                            "points", GIVEN(4, &estimate), NULL, NULL, NULL, err);
    case 2:
        return cx_case_assume(GIVEN(0, changed), GIVEN(1, "b"), GIVEN(2, "x"), GIVEN(3, "m"), NULL,
                              "points", 1, 1, NULL, "source", NULL, err);
    case 3:
        return cx_case_influence(GIVEN(0, changed), GIVEN(1, "a"), GIVEN(2, &ids),
                                 GIVEN(3, &amounts), err);
    case 4:
        return cx_case_correlate(GIVEN(0, changed), GIVEN(1, "a"), GIVEN(2, "c"), 0.1,
                                 GIVEN(3, "source"), err);
    case 5:
        return cx_case_cost(GIVEN(0, changed), GIVEN(1, "c"), 1, 1, 0, 0, 1, 0, 0, NULL, err);
    case 6:
        return cx_case_observe(GIVEN(0, changed), GIVEN(1, "money"), 1, 1, 1, err);
    default:
        return cx_case_total(GIVEN(0, changed), GIVEN(1, "money"), 1, 1, 1, err);
    }
}

START_TEST(test_what_changes_a_case_takes_no_null) {
    static const int slots[] = {3, 5, 4, 4, 4, 2, 2, 2};
    cx_case_summary before, after;
    ck_assert_ok(cx_case_figures(result, &before, err));
    for (int which = 0; which < 8; which++)
        for (int slot = 0; slot < slots[which]; slot++) {
            cx_error error;
            cx_error_init(&error);
            ck_assert_int_eq(change(which, slot, &error), CX_E_NULL);
            ck_assert_str_ne(error.text, "");
            ck_assert_int_eq(change(which, slot, NULL), CX_E_NULL);
        }
    cx_case_result *now;
    ck_assert_ok(cx_case_run(changed, NULL, &now, err));
    ck_assert_ok(cx_case_figures(now, &after, err));
    ck_assert_mem_eq(&before, &after, sizeof before);
    cx_case_result_free(now);
}
END_TEST

/* -- memory -------------------------------------------------------------------------------- */

static cx_status run_case(const cx_allocator *allocator, cx_error *err) {
    cx_case_options own;
    cx_case_run_options few;
    cx_case *self = NULL;
    cx_case_result *made = NULL;
    cx_case_options_init(&own);
    cx_case_run_options_init(&few);
    own.population = 10;
    few.draws = 1000;
    cx_status status = cx_case_new("EUR", &rate, &own, allocator, &self, err);
    if (status != CX_OK) return status;
    status = cx_case_link(self, "a", "x", "money", NULL, "EUR", &estimate, NULL, NULL, NULL, err);
    if (status == CX_OK)
        status =
            cx_case_link(self, "b", "y", "money", NULL, "EUR", &estimate, NULL, NULL, NULL, err);
    if (status == CX_OK) status = cx_case_influence(self, "a", &ids, &amounts, err);
    if (status == CX_OK) status = cx_case_influence(self, "b", &ids, &amounts, err);
    if (status == CX_OK) status = cx_case_run(self, &few, &made, err);
    cx_case_result_free(made);
    cx_case_free(self);
    return status;
}

static cx_status run_finance(const cx_allocator *allocator, cx_error *err) {
    cx_finance_options own;
    cx_npv_result npv;
    cx_mirr_result mirr;
    cx_payback_result payback;
    cx_table *table = NULL;
    cx_finance_options_init(&own);
    own.allocator = allocator;
    cx_status status = cx_npv(&flows, &rate, &own, &npv, err);
    if (status == CX_OK) status = cx_mirr(&flows, 0.1, 0.1, &own, &mirr, err);
    if (status == CX_OK) status = cx_payback(&flows, &rate, &own, &payback, err);
    if (status == CX_OK) status = cx_irr(&flows, &own, &table, err);
    cx_table_free(table);
    return status;
}

START_TEST(test_cases_and_flows_survive_every_failing_allocation) {
    fault_everywhere(run_case, 100);
    fault_everywhere(run_finance, 15);
}
END_TEST

Suite *suite_arguments_case(void);
Suite *suite_arguments_case(void) {
    Suite *suite = suite_create("arguments_case");
    TCase *tcase = tcase_create("arguments_case");
    tcase_add_checked_fixture(tcase, setup, teardown);
    arguments_add(tcase, FUNCTIONS);
    tcase_add_test(tcase, test_what_changes_a_case_takes_no_null);
    tcase_add_test(tcase, test_cases_and_flows_survive_every_failing_allocation);
    suite_add_tcase(suite, tcase);
    return suite;
}
