#include "arguments.h"

/* -- good arguments ------------------------------------------------------------------------ */

static const double x_values[ROWS] = {1, 4, 2, 8, 5, 7};
static const double y_values[ROWS] = {2, 3, 9, 4, 7, 1};
static const double weight_values[ROWS] = {1, 2, 1, 2, 3, 1};
static const int64_t key_values[ROWS] = {1, 1, 2, 2, 3, 3};
static cx_array x, y, weights, key;
static cx_frame frame, by;
static cx_moments *moments;
static cx_fit *fit;

/* -- the calls ----------------------------------------------------------------------------- */

CALL(regress, frame_with(0, &frame), COL(1, &y), COL(3, &weights), NULL, NULL, NULL, options,
     HANDLE(2, cx_fit))
CALL(regress_moments, PTR(0, moments), PTR(1, "y"), NULL, options, HANDLE(2, cx_fit))
CALL(fit_table, PTR(0, fit), HANDLE(1, cx_table))
CALL(fit_covariance, PTR(0, fit), HANDLE(1, cx_table))
CALL(fit_estimate, PTR(0, fit), PTR(1, "x"), OUT(2, cx_estimate))
CALL(fit_influence, PTR(0, fit), PTR(1, "x"), HANDLE(2, cx_table))
INIT(regress)

/* -- the table ----------------------------------------------------------------------------- */

static const function functions[] = {
    OPTIONS(regress, 3, 0xB, regress, AT(regress, confidence), AT(regress, cov),
            AT(regress, weight_kind), AT(regress, intercept), AT(regress, influence),
            AT(regress, fixed_count), AT(regress, lag_rule)),
    OPTIONS(regress_moments, 3, 0, regress, AT(regress, confidence), AT(regress, cov),
            AT(regress, weight_kind), AT(regress, intercept), AT(regress, influence),
            AT(regress, small_sample)),
    PLAIN(fit_table, 2),
    PLAIN(fit_covariance, 2),
    PLAIN(fit_estimate, 3),
    PLAIN(fit_influence, 3),
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

static void states_unchanged(const char *name) {
    ck_assert_msg(cx_moments_n(moments) == ROWS, "%s changed the moments", name);
    ck_assert_msg(cx_fit_terms(fit) == 2, "%s changed the fit", name);
}

static void setup(void) {
    static cx_array both[2];
    x = cx_array_of(x_values, CX_F64, ROWS);
    y = cx_array_of(y_values, CX_F64, ROWS);
    weights = cx_array_of(weight_values, CX_F64, ROWS);
    key = cx_array_of(key_values, CX_I64, ROWS);
    x.name = "x", y.name = "y", key.name = "shop";
    frame = (cx_frame){&x, 1, {0, 0}};
    by = (cx_frame){&key, 1, {0, 0}};
    both[0] = x, both[1] = y;
    cx_frame table = {both, 2, {0, 0}};
    const int32_t offsets[] = {0, 1, 2};
    cx_array names = {.data = "xy", .length = 2, .offsets = offsets, .dtype = CX_STRING};
    cx_regress_options with;
    cx_regress_options_init(&with);
    with.influence = 1;
    with.cov = CX_COV_CR1;
    ck_assert_ok(cx_moments_new(&names, NULL, &moments, err));
    ck_assert_ok(cx_moments_add(moments, &table, NULL, err));
    ck_assert_ok(cx_regress(&frame, &y, NULL, &by, NULL, NULL, &with, &fit, err));
    arguments_start(functions, states_unchanged);
}

static void teardown(void) {
    cx_fit_free(fit);
    cx_moments_free(moments);
}

Suite *suite_arguments_regress(void);
Suite *suite_arguments_regress(void) {
    Suite *suite = suite_create("arguments_regress");
    TCase *tcase = tcase_create("arguments_regress");
    tcase_add_checked_fixture(tcase, setup, teardown);
    arguments_add(tcase, FUNCTIONS);
    suite_add_tcase(suite, tcase);
    return suite;
}
