#include "arguments.h"

static const double x_values[ROWS] = {9, 3, 10, 7, 6, 8};
static const double z_values[ROWS] = {1, 4, 2, 2, 5, 1};
static const double y_values[ROWS] = {1, 2, 0.5, 1, 1, 3};
static const double square_values[9] = {1, 0.5, 0.3, 0.5, 1, 0.2, 0.3, 0.2, 1};
static const int32_t name_offsets[] = {0, 1, 2, 3};
static cx_array weights, columns[3], corner[3], names;
static cx_frame rows, square;
static cx_moments *moments;
static cx_driver_fit *fit;
static uint8_t before[2048], after[2048];
static size_t size;

CALL(driver_fit_moments, PTR(0, moments), NULL, PTR(1, "y"), options, HANDLE(2, cx_driver_fit))
CALL(driver_fit_rows, frame_with(0, &rows), NULL, PTR(1, "y"), COL(3, &weights), NULL, options,
     HANDLE(2, cx_driver_fit))
CALL(driver_fit_matrix, frame_with(0, &square), NULL, PTR(1, "y"), 50, options,
     HANDLE(2, cx_driver_fit))
CALL(driver_fit_table, PTR(0, fit), HANDLE(1, cx_table))
CALL(driver_fit_groups, PTR(0, fit), HANDLE(1, cx_table))
CALL(driver_fit_ranks, PTR(0, fit), HANDLE(1, cx_table))
CALL(driver_fit_dominance, PTR(0, fit), HANDLE(1, cx_table))

INIT(driver)

#define FIT(name, bits, length)                                                                    \
    {                                                                                              \
#name, call_##name, 3, bits, init_driver, sizeof(cx_driver_options),                       \
            AT(driver, confidence),                                                                \
            {AT(driver, method), AT(driver, errors), AT(driver, outcome) }, length, 0, 0           \
    }

static const function functions[] = {
    FIT(driver_fit_moments, 0, 0),  FIT(driver_fit_rows, 9, 0),  FIT(driver_fit_matrix, 1, 3),
    PLAIN(driver_fit_table, 2),     PLAIN(driver_fit_groups, 2), PLAIN(driver_fit_ranks, 2),
    PLAIN(driver_fit_dominance, 2),
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

static void unchanged(const char *name) {
    ck_assert_ok(cx_moments_encode(moments, after, size, err));
    ck_assert_msg(memcmp(before, after, size) == 0, "%s changed the moments", name);
}

static void setup_fit(void) {
    cx_driver_options wanted;
    cx_driver_options_init(&wanted);
    cx_array drivers = cx_array_of("xz", CX_STRING, 2);
    drivers.offsets = name_offsets;
    wanted.groups = &drivers;
    wanted.errors = CX_DRIVER_ERRORS_NORMAL;
    wanted.draws = 100;
    ck_assert_ok(cx_driver_fit_moments(moments, &drivers, "y", &wanted, &fit, err));
}

static void setup(void) {
    static const char *const words[] = {"x", "z", "y"};
    static const double *const values[] = {x_values, z_values, y_values};
    for (int i = 0; i < 3; i++) {
        columns[i] = cx_array_of(values[i], CX_F64, ROWS);
        corner[i] = cx_array_of(square_values + 3 * i, CX_F64, 3);
        columns[i].name = corner[i].name = words[i];
    }
    weights = cx_array_of(z_values, CX_F64, ROWS);
    names = cx_array_of("xzy", CX_STRING, 3);
    names.offsets = name_offsets;
    rows = (cx_frame){columns, 3, {0, 0}};
    square = (cx_frame){corner, 3, {0, 0}};
    ck_assert_ok(cx_moments_new(&names, NULL, &moments, err));
    ck_assert_ok(cx_moments_add(moments, &rows, NULL, err));
    size = cx_moments_encoded_size(moments);
    ck_assert(size <= sizeof before);
    ck_assert_ok(cx_moments_encode(moments, before, size, err));
    setup_fit();
    arguments_start(functions, unchanged);
}

static void teardown(void) {
    cx_moments_free(moments);
    cx_driver_fit_free(fit);
}

Suite *suite_arguments_driver(void);
Suite *suite_arguments_driver(void) {
    Suite *suite = suite_create("arguments_driver");
    TCase *tcase = tcase_create("arguments_driver");
    tcase_add_checked_fixture(tcase, setup, teardown);
    arguments_add(tcase, FUNCTIONS);
    suite_add_tcase(suite, tcase);
    return suite;
}
