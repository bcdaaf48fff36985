#ifndef CX_TEST_CHAIN_H
#define CX_TEST_CHAIN_H

#include "../support.h"

/* A case under construction. */

/* A chain: a call-back service changes NPS, NPS changes retention, retention is worth money. */

static cx_case *c;
static cx_case_options options;
static cx_link_options link_options;
static cx_case_run_options run_options;

static inline cx_case *case_of(double rate, double population) {
    cx_array rates = cx_array_of(&rate, CX_F64, 1);
    cx_case *made;
    options.population = population;
    ck_assert_ok(cx_case_new("EUR", &rates, &options, NULL, &made, err));
    return made;
}

static inline void setup(void) {
    cx_case_options_init(&options);
    cx_link_options_init(&link_options);
    cx_case_run_options_init(&run_options);
    run_options.draws = thinned(20000) < 1000 ? 1000 : 20000;
    c = case_of(0, 1000);
}

static inline void teardown(void) {
    cx_case_free(c);
    c = NULL;
}

static inline cx_estimate slope(double value, double se, double df) {
    return (cx_estimate){.value = value, .se = se, .df = df, .p_value = NAN, .confidence = 0.95};
}

static inline void add(const char *name, const char *from, const char *to, const char *from_unit,
                       const char *to_unit, double value, double se) {
    cx_estimate e = slope(value, se, INFINITY);
    ck_assert_ok(
        cx_case_link(c, name, from, to, from_unit, to_unit, &e, NULL, NULL, &link_options, err));
}

/* Mean 5 x 0.002 x 300 x 1000 = 3000 a period. */
static inline void chain(void) {
    link_options.evidence = 4;
    link_options.observed_periods = 12;
    add("callback", "call-back", "nps", NULL, "NPS points", 5, 1.5);
    cx_link_options_init(&link_options);
    link_options.evidence = 2;
    add("slope", "nps", "retention", "NPS points", "share", 0.002, 0.0004);
    link_options.is_value = 1;
    ck_assert_ok(cx_case_assume(c, "margin", "retention", "money", "share", "EUR", 300, 30, NULL,
                                "Finance, 2025", &link_options, err));
    cx_link_options_init(&link_options);
}

static inline void cost(double amount) {
    ck_assert_ok(cx_case_cost(c, "staff", amount, 0, 0, 0, CX_SPREAD_FIXED, 0, 0, NULL, err));
}

static inline cx_case_summary summary(cx_case_result **result) {
    cx_case_summary s;
    cx_case_result *own;
    ck_assert_ok(cx_case_run(c, &run_options, &own, err));
    ck_assert_ok(cx_case_figures(own, &s, err));
    if (result != NULL)
        *result = own;
    else
        cx_case_result_free(own);
    return s;
}

static inline cx_table *part(const cx_case_result *result, int32_t which) {
    cx_table *table;
    ck_assert_ok(cx_case_table(result, which, &table, err));
    return table;
}

static inline double cell(const cx_case_result *result, int32_t which, const char *column,
                          int64_t row) {
    cx_table *table = part(result, which);
    double found = table_number(table, column, row);
    cx_table_free(table);
    return found;
}

/* All text of a column, each on a line. */
static inline char *words(const cx_case_result *result, int32_t which, const char *column) {
    static char text[1 << 16];
    cx_table *table = part(result, which);
    cx_array x;
    size_t used = 0;
    ck_assert_ok(cx_table_column(table, cx_table_find(table, column), &x, err));
    const int32_t *ends = x.offsets;
    for (int64_t r = 0; r < x.length; r++) {
        size_t length = (size_t)(ends[r + 1] - ends[r]);
        memcpy(text + used, (const char *)x.data + ends[r], length);
        used += length;
        text[used++] = '\n';
    }
    text[used] = '\0';
    cx_table_free(table);
    return text;
}

#endif
