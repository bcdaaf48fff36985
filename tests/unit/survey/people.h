#ifndef CX_TEST_PEOPLE_H
#define CX_TEST_PEOPLE_H

#include "calibrated.h"

/* Two columns of words and the margins they are weighted to; each test starts without any. */

enum { PEOPLE_MOST = 512 };

static words a, b, categories;
static cx_array column[4];
static cx_frame table;
static cx_margins *margins;
static cx_weights *weights, *other;
static cx_calibrate_options opts;
static double values[4][PEOPLE_MOST];

static inline void people_setup(void) {
    cx_calibrate_options_init(&opts);
    ck_assert_ok(cx_margins_new(NULL, &margins, err));
    weights = other = NULL;
}

static inline void people_teardown(void) {
    cx_margins_free(margins);
    cx_weights_free(weights);
    cx_weights_free(other);
}

/* Two columns of words, one for each row. */
static inline void people(const char *first, const char *second) {
    column[0] = *words_split(&a, "age", first);
    column[1] = *words_split(&b, "sex", second);
    table = (cx_frame){column, 2, {0, 0}};
}

static inline cx_status margin_add(const char *name, const char *text, const double *totals,
                                   cx_error *err) {
    const cx_array *names = words_split(&categories, name, text);
    cx_frame frame = {names, 1, {0, 0}};
    cx_array of = doubles(totals, names->length, "totals");
    return cx_margins_add(margins, &frame, &of, err);
}

#define MARGIN(name, text, ...)                                                                    \
    do {                                                                                           \
        double margin_totals[] = {__VA_ARGS__};                                                    \
        ck_assert_ok(margin_add(name, text, margin_totals, err));                                  \
    } while (0)

#endif
