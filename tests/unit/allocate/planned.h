#ifndef CX_TEST_PLANNED_H
#define CX_TEST_PLANNED_H

#include "../support.h"

/* Reading plans. */

static inline const double *planned_column(const cx_table *table, const char *name) {
    cx_array view;
    ck_assert_ok(cx_table_column(table, cx_table_find(table, name), &view, err));
    return view.data;
}

static inline double planned_figure(const cx_table *table, const char *name) {
    for (int64_t i = 0; i < cx_table_figures(table); i++)
        if (strcmp(cx_table_figure_name(table, i), name) == 0) return cx_table_figure(table, i);
    ck_abort_msg("no figure %s", name);
    return 0;
}

static inline void planned_reason(const cx_table *table, int64_t row, const char *word) {
    cx_array view;
    ck_assert_ok(cx_table_column(table, cx_table_find(table, "reason"), &view, err));
    const int32_t *offsets = view.offsets;
    size_t length = (size_t)(offsets[row + 1] - offsets[row]);
    const char *text = (const char *)view.data + offsets[row];
    ck_assert_msg(length == strlen(word) && memcmp(text, word, length) == 0, "%.*s is not %s",
                  (int)length, text, word);
}

static inline double planned_vector(const char *id, double *tolerance) {
    vectors v = vectors_read("policy");
    double value = NAN;
    for (int64_t i = 0; i < v.rows; i++) {
        if (strcmp(vectors_text(&v, i, "id"), id) != 0) continue;
        value = vectors_number(&v, i, "value");
        *tolerance = vectors_number(&v, i, "tolerance");
    }
    ck_assert_msg(!isnan(value), "no vector %s", id);
    vectors_free(&v);
    return value;
}

#endif
