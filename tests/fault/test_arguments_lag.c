#include "arguments.h"

/* Lags and linkage: every bad argument, every failing allocation. */

enum { LONG = 48 };

static double x_values[LONG], y_values[LONG], z_values[LONG];
static int64_t unit_values[LONG], period_values[LONG];
static const double filter_values[] = {0.5, 0.1}, lag_values[] = {1, 2};
static const char area_text[] = "brandresult";
static const int32_t area_offsets[] = {0, 5, 11};
static cx_array x, y, z[2], keys[2], filter, lags, areas;
static cx_frame covariates, metrics, by;

CALL(cross_correlate, COL(0, &x), COL(1, &y), COL(3, &filter), options, HANDLE(2, cx_table))
CALL(distributed_lag, COL(0, &x), COL(1, &y), &keys[0], &keys[1], frame_with(3, &covariates),
     options, HANDLE(2, cx_table))
CALL(granger, COL(0, &x), COL(1, &y), frame_with(3, &covariates), COL(4, &lags), options,
     HANDLE(2, cx_table))
CALL(granger_panel, COL(0, &x), COL(1, &y), PTR(2, &keys[0]), &keys[1], options,
     HANDLE(3, cx_table))
CALL(linkage, PTR(0, frame_with(3, &metrics)), PTR(1, &areas), &keys[0], &keys[1], options,
     HANDLE(2, cx_table))
CALL(aggregate, COL(0, &x), PTR(1, &by), options, HANDLE(2, cx_table))
CALL(aggregate_link, COL(0, &x), PTR(1, &by), COL(2, &y), &by, options, HANDLE(3, cx_table))
INIT(cross_correlate)
INIT(distributed_lag)
INIT(granger)
INIT(linkage)
INIT(aggregate)
INIT(aggregate_link)

/* LAG(name, required slots, columns, columns with a length of their own, options noun, codes...) */
#define LAG(name, slots, bits, alone, noun, ...)                                                   \
    {                                                                                              \
#name, call_##name, slots, bits, init_##noun, sizeof(cx_##noun##_options),                 \
            AT(noun, confidence), {__VA_ARGS__ }, LONG, alone, 0                                   \
    }

static const function functions[] = {
    LAG(cross_correlate, 3, 1 | 2 | 8, 8, cross_correlate, AT(cross_correlate, max_lag),
        AT(cross_correlate, prewhiten), AT(cross_correlate, fewest)),
    LAG(distributed_lag, 3, 1 | 2 | 8, 0, distributed_lag, AT(distributed_lag, shape),
        AT(distributed_lag, max_lag), AT(distributed_lag, own_lags),
        AT(distributed_lag, covariance), AT(distributed_lag, small_sample)),
    LAG(granger, 3, 1 | 2 | 8 | 16, 16, granger, AT(granger, max_lag), AT(granger, select),
        AT(granger, covariance)),
    LAG(granger_panel, 4, 1 | 2, 0, granger, AT(granger, max_lag), AT(granger, select),
        AT(granger, covariance)),
    LAG(linkage, 3, 8, 0, linkage, AT(linkage, max_lag), AT(linkage, fewest),
        AT(linkage, covariance)),
    LAG(aggregate, 3, 1, 0, aggregate, AT(aggregate, scale_steps)),
    LAG(aggregate_link, 4, 1 | 4, 0, aggregate_link, AT(aggregate_link, max_lag),
        AT(aggregate_link, fewest)),
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

static void nothing_to_change(const char *name) {
    (void)name;
}

static double normal(uint32_t purpose, int64_t i) {
    return cx_normal_quantile(cx_random_uniform(1, purpose, 0, (uint32_t)i));
}

static void columns(void) {
    for (int64_t i = 0; i < LONG; i++) {
        x_values[i] = normal(1, i);
        y_values[i] = normal(2, i);
        z_values[i] = normal(3, i);
        unit_values[i] = i / 12, period_values[i] = i % 12;
    }
    x = cx_array_of(x_values, CX_F64, LONG);
    y = cx_array_of(y_values, CX_F64, LONG);
    z[0] = cx_array_of(z_values, CX_F64, LONG);
    z[1] = y;
    z[0].name = "z", z[1].name = "y";
    keys[0] = cx_array_of(unit_values, CX_I64, LONG);
    keys[1] = cx_array_of(period_values, CX_I64, LONG);
    keys[0].name = "unit", keys[1].name = "period";
    filter = cx_array_of(filter_values, CX_F64, 2);
    lags = cx_array_of(lag_values, CX_F64, 2);
    areas = cx_array_of(area_text, CX_STRING, 2);
    areas.offsets = area_offsets;
    covariates = (cx_frame){z, 1, {0, 0}};
    metrics = (cx_frame){z, 2, {0, 0}};
    by = (cx_frame){keys, 2, {0, 0}};
}

static void setup(void) {
    columns();
    arguments_start(functions, nothing_to_change);
}

/* -- allocations --------------------------------------------------------------------------- */

static cx_table *made;
#define RUN(call)                                                                                  \
    do {                                                                                           \
        cx_status run_status = (call);                                                             \
        if (run_status != CX_OK) return run_status;                                                \
        cx_table_free(made);                                                                       \
    } while (0)

static cx_status run_cross(const cx_allocator *allocator, cx_error *err) {
    cx_cross_correlate_options plan;
    columns();
    cx_cross_correlate_options_init(&plan);
    plan.allocator = allocator;
    RUN(cx_cross_correlate(&x, &y, NULL, &plan, &made, err));
    return CX_OK;
}

static cx_status run_lag(const cx_allocator *allocator, cx_error *err) {
    cx_distributed_lag_options plan;
    columns();
    cx_distributed_lag_options_init(&plan);
    plan.allocator = allocator;
    plan.max_lag = 3;
    for (plan.shape = 0; plan.shape < CX_LAG_SHAPE_END; plan.shape++)
        if (plan.shape != CX_LAG_KOYCK && plan.shape != CX_LAG_SMOOTHED)
            RUN(cx_distributed_lag(&x, &y, &keys[0], &keys[1], &covariates, &plan, &made, err));
    plan.shape = CX_LAG_SMOOTHED;
    plan.penalty = 1;
    RUN(cx_distributed_lag(&x, &y, NULL, NULL, &covariates, &plan, &made, err));
    return CX_OK;
}

static cx_status run_granger(const cx_allocator *allocator, cx_error *err) {
    cx_granger_options plan;
    columns();
    cx_granger_options_init(&plan);
    plan.allocator = allocator;
    plan.max_lag = 1;
    RUN(cx_granger(&x, &y, &covariates, NULL, &plan, &made, err));
    RUN(cx_granger_panel(&x, &y, &keys[0], &keys[1], &plan, &made, err));
    return CX_OK;
}

static cx_status run_linkage(const cx_allocator *allocator, cx_error *err) {
    cx_linkage_options plan;
    columns();
    cx_linkage_options_init(&plan);
    plan.allocator = allocator;
    plan.max_lag = 0;
    RUN(cx_linkage(&metrics, &areas, &keys[0], &keys[1], &plan, &made, err));
    return CX_OK;
}

static cx_status run_aggregate(const cx_allocator *allocator, cx_error *err) {
    cx_aggregate_options plain;
    cx_aggregate_link_options plan;
    columns();
    cx_aggregate_options_init(&plain);
    cx_aggregate_link_options_init(&plan);
    plain.allocator = plan.allocator = allocator;
    plan.fewest = 1;
    RUN(cx_aggregate(&x, &by, &plain, &made, err));
    RUN(cx_aggregate_link(&x, &by, &y, &by, &plan, &made, err));
    RUN(cx_aggregate_link(&x, &by, &y, NULL, &plan, &made, err));
    return CX_OK;
}

START_TEST(test_cross_correlations_survive_every_failing_allocation) {
    fault_everywhere(run_cross, 10);
}
END_TEST

START_TEST(test_distributed_lags_survive_every_failing_allocation) {
    fault_everywhere(run_lag, 30);
}
END_TEST

START_TEST(test_what_precedes_what_survives_every_failing_allocation) {
    fault_everywhere(run_granger, 30);
}
END_TEST

START_TEST(test_linkage_survives_every_failing_allocation) {
    fault_everywhere(run_linkage, 20);
}
END_TEST

START_TEST(test_aggregates_survive_every_failing_allocation) {
    fault_everywhere(run_aggregate, 30);
}
END_TEST

Suite *suite_arguments_lag(void) {
    Suite *suite = suite_create("arguments_lag");
    TCase *tcase = tcase_create("arguments");
    tcase_add_checked_fixture(tcase, setup, NULL);
    arguments_add(tcase, FUNCTIONS);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("allocations");
    tcase_add_test(tcase, test_cross_correlations_survive_every_failing_allocation);
    tcase_add_test(tcase, test_distributed_lags_survive_every_failing_allocation);
    tcase_add_test(tcase, test_what_precedes_what_survives_every_failing_allocation);
    tcase_add_test(tcase, test_linkage_survives_every_failing_allocation);
    tcase_add_test(tcase, test_aggregates_survive_every_failing_allocation);
    suite_add_tcase(suite, tcase);
    return suite;
}
