#ifndef CX_TEST_MODELLED_H
#define CX_TEST_MODELLED_H

#include "columns.h"

/* A small data set and its models. */

enum { SMALL = 24 };

static const double SMALL_X[] = {2, 9, 7, 10, 4, 5, 8, 9, 1, 6, 3, 10, 7, 5, 8, 2,
                                 9, 6, 4, 10, 3, 7, 8, 5, 0, 1, 0, 1,  0, 1, 1, 0,
                                 0, 1, 0, 1,  1, 0, 0, 1, 0, 1, 0, 1,  1, 0, 1, 0};
static const double SMALL_Y[] = {1, 0, 0, 0, 1, 1, 0, 0, 1, 0, 0, 0,
                                 1, 0, 0, 1, 0, 1, 1, 0, 1, 1, 0, 0};
static const char *const SMALL_NAMES[] = {"score", "new", "third"};

typedef struct model {
    numbers x;
    cx_array y, clusters;
    cx_frame by;
    cx_model_options options;
} model;

static inline model small(void) {
    static int32_t team[SMALL];
    model m;
    for (int i = 0; i < SMALL; i++) team[i] = i / 3;
    numbers_set(&m.x, SMALL_NAMES, SMALL_X, SMALL, 2);
    m.y = cx_array_of(SMALL_Y, CX_F64, SMALL);
    m.clusters = cx_array_of(team, CX_I32, SMALL);
    m.clusters.name = "team";
    cx_model_options_init(&m.options);
    return m;
}

static const cx_frame *frame_of(model *m) {
    m->x.frame.columns = m->x.columns;
    m->by = (cx_frame){&m->clusters, 1, {0, 0}};
    return &m->x.frame;
}

static inline cx_fit *logit(model *m) {
    cx_fit *fit;
    ck_assert_ok(cx_logit(frame_of(m), &m->y, NULL, NULL, NULL, &m->options, &fit, err));
    return fit;
}

static inline double model_cell(const cx_fit *fit, const char *name, const char *term) {
    cx_table *table;
    double found = NAN;
    ck_assert_ok(cx_fit_table(fit, &table, err));
    for (int64_t i = 0; i < cx_fit_terms(fit); i++)
        if (strcmp(cx_fit_term(fit, i), term) == 0) found = table_number(table, name, i);
    cx_table_free(table);
    return found;
}

static inline bool model_is(const cx_fit *fit, const char *term, const char *status) {
    cx_table *table;
    bool found = false;
    ck_assert_ok(cx_fit_table(fit, &table, err));
    for (int64_t i = 0; i < cx_fit_terms(fit); i++)
        if (strcmp(cx_fit_term(fit, i), term) == 0)
            found = table_word_is(table, "status", i, status);
    cx_table_free(table);
    return found;
}

static inline double coefficient(const cx_fit *fit, const char *term) {
    return model_cell(fit, "coefficient", term);
}

/* "se x", "low x", "p x", a figure, or a coefficient. */
static inline double quantity(const cx_fit *fit, const char *text) {
    if (strncmp(text, "se ", 3) == 0) return model_cell(fit, "se", text + 3);
    if (strncmp(text, "low ", 4) == 0) return model_cell(fit, "ci_low", text + 4);
    if (strncmp(text, "high ", 5) == 0) return model_cell(fit, "ci_high", text + 5);
    if (strncmp(text, "p ", 2) == 0) return model_cell(fit, "p_value", text + 2);
    double figure = cx_fit_figure(fit, text);
    return isnan(figure) ? coefficient(fit, text) : figure;
}

static inline void matches(const cx_fit *fit, const char *set) {
    vectors v = vectors_read("models");
    int found = 0;
    for (int64_t row = 0; row < v.rows; row++) {
        if (strcmp(vectors_text(&v, row, "set"), set) != 0) continue;
        found++;
        ck_assert_close(quantity(fit, vectors_text(&v, row, "quantity")),
                        vectors_number(&v, row, "value"), vectors_number(&v, row, "tolerance"));
    }
    ck_assert_int_gt(found, 0);
    vectors_free(&v);
}

/* A group of n customers, of whom `events` left, for each value of a column. */
static inline int64_t groups(const int *n, const int *events, int count, double *x, double *y) {
    int64_t rows = 0;
    for (int g = 0; g < count; g++)
        for (int i = 0; i < n[g]; i++, rows++) x[rows] = g, y[rows] = i < events[g] ? 1 : 0;
    return rows;
}

#endif
