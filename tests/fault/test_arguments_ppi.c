#include "arguments.h"

/* -- good arguments ------------------------------------------------------------------------ */

static const double answer_values[ROWS] = {9, 3, 10, 7, 6, 8};
static const double net_values[ROWS] = {0.5, -0.5, 0.8, 0.1, -0.2, 0};
static const double weight_values[ROWS] = {1, 2, 0.5, 1, 1, 3};
static const int32_t key_values[ROWS] = {1, 1, 1, 2, 2, 2};
static cx_array answers, net, weights, keys;
static cx_frame by;

/* -- the calls ----------------------------------------------------------------------------- */

CALL(ppi_mean, COL(0, &answers), COL(1, &net), COL(2, &net), COL(4, &weights), COL(5, &weights),
     frame_with(6, &by), frame_with(7, &by), options, OUT(3, cx_ppi_result))
CALL(ppi_nps, COL(0, &answers), COL(1, &net), COL(2, &net), COL(4, &weights), COL(5, &weights),
     frame_with(6, &by), frame_with(7, &by), options, OUT(3, cx_ppi_result))

/* -- the table ----------------------------------------------------------------------------- */

static void init_ppi(void) {
    cx_ppi_options *made = (cx_ppi_options *)(void *)given.bytes;
    cx_ppi_options_init(made);
    made->labelled = CX_LABELLED_RANDOM;
}

static const function functions[] = {
    {"ppi_mean",
     call_ppi_mean,
     4,
     0x37,
     init_ppi,
     sizeof(cx_ppi_options),
     AT(ppi, confidence),
     {AT(ppi, labelled), AT(ppi, form), AT(ppi, tuning), AT(ppi, centring), AT(ppi, alternative)},
     0,
     0x24,
     0},
    {"ppi_nps",
     call_ppi_nps,
     4,
     0x37,
     init_ppi,
     sizeof(cx_ppi_options),
     AT(ppi, confidence),
     {AT(ppi, labelled), AT(ppi, form), AT(ppi, promoters), AT(ppi, alternative)},
     0,
     0x24,
     0},
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

static void states_unchanged(const char *name) {
    (void)name; /* there are no states here */
}

static void setup(void) {
    answers = cx_array_of(answer_values, CX_F64, ROWS);
    net = cx_array_of(net_values, CX_F64, ROWS);
    weights = cx_array_of(weight_values, CX_F64, ROWS);
    keys = cx_array_of(key_values, CX_I32, ROWS);
    keys.name = "shop";
    by = (cx_frame){&keys, 1, {0, 0}};
    arguments_start(functions, states_unchanged);
}

Suite *suite_arguments_ppi(void);
Suite *suite_arguments_ppi(void) {
    Suite *suite = suite_create("arguments_ppi");
    TCase *tcase = tcase_create("arguments_ppi");
    tcase_add_checked_fixture(tcase, setup, NULL);
    arguments_add(tcase, FUNCTIONS);
    suite_add_tcase(suite, tcase);
    return suite;
}
