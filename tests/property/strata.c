/* Survey sums against the rows: random designs, figures and calibrations, split over machines in
 * any way and merged in any order. The bytes are the same, and every figure is that of the rows. */

#include <cxkit.h>

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/tables.h"

enum { ROWS = 160, RUNS = 600, PARTS = 4 };

static uint64_t state = 0x9E3779B97F4A7C15u;

static uint32_t draw(uint32_t below) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 32) % below;
}

static int run, failed;

static void fail(const char *what, double got, double expected) {
    printf("# run %d: %s is %.17g, not %.17g\n", run, what, got, expected);
    failed = 1;
}

static void check(cx_status status, const cx_error *error, const char *what) {
    if (status == CX_OK) return;
    printf("# run %d: %s: %s\n", run, what, error->text);
    exit(1);
}

/* -- a random sample ----------------------------------------------------------------------- */

typedef struct sample {
    int64_t rows;
    double y[ROWS], x[ROWS], w[ROWS], fpc[ROWS];
    int64_t stratum[ROWS], cluster[ROWS], a[ROWS], b[ROWS];
} sample;

typedef struct kind {
    int32_t figure, lonely;
    bool strata, clusters, finite, shares, weights;
    double scale; /* of the weights */
    double shift; /* of the values */
} kind;

static kind draw_kind(void) {
    static const double scales[] = {1, 1, 1e-7, 1e5}, shifts[] = {0, 0, 1e6};
    kind k = {0};
    k.figure = (int32_t)draw(CX_SURVEY_END);
    k.lonely = (int32_t)(1 + draw(4));
    k.strata = draw(3) > 0, k.clusters = draw(2) > 0, k.finite = draw(3) == 0;
    k.shares = draw(2) == 0, k.weights = draw(3) > 0;
    k.scale = scales[draw(4)];
    k.shift = k.figure <= CX_SURVEY_RATIO ? shifts[draw(3)] : 0;
    return k;
}

static void draw_sample(sample *s, const kind *k) {
    s->rows = ROWS / 2 + draw(ROWS / 2);
    for (int64_t i = 0; i < s->rows; i++) {
        s->stratum[i] = draw(20) == 0 ? 9 + draw(2) : draw(4);
        s->cluster[i] = draw(6) - 2 * s->stratum[i];
        s->a[i] = draw(3), s->b[i] = draw(2);
        s->y[i] = k->shift + draw(12);
        if (k->figure <= CX_SURVEY_RATIO) s->y[i] += draw(1000) / 999.0 * (draw(2) ? 1 : -1);
        if (draw(15) == 0) s->y[i] = NAN;
        s->x[i] = draw(20) == 0 ? NAN : 1 + draw(4) / 3.0;
        s->w[i] = draw(20) == 0 ? 0 : k->scale * (1 + draw(1000) / 7.0);
        int64_t h = k->strata ? s->stratum[i] : 0;
        s->fpc[i] = k->shares ? 0.25 + 0.01 * (double)h : (double)(200 + 10 * h);
    }
}

/* -- columns ------------------------------------------------------------------------------- */

typedef struct columns {
    cx_array y, x, w, stratum, cluster, fpc, by[2];
    cx_frame strata, clusters, population, keys;
} columns;

static cx_array named(const void *values, cx_dtype type, int64_t rows, const char *name) {
    cx_array array = cx_array_of(values, type, rows);
    array.name = name;
    return array;
}

static void lay_out(columns *c, const sample *s) {
    c->y = named(s->y, CX_F64, s->rows, "y"), c->x = named(s->x, CX_F64, s->rows, "x");
    c->w = named(s->w, CX_F64, s->rows, "w"), c->fpc = named(s->fpc, CX_F64, s->rows, "fpc");
    c->stratum = named(s->stratum, CX_I64, s->rows, "stratum");
    c->cluster = named(s->cluster, CX_I64, s->rows, "cluster");
    c->by[0] = named(s->a, CX_I64, s->rows, "a"), c->by[1] = named(s->b, CX_I64, s->rows, "b");
    c->strata = (cx_frame){&c->stratum, 1, {0, 0}};
    c->clusters = (cx_frame){&c->cluster, 1, {0, 0}};
    c->population = (cx_frame){&c->fpc, 1, {0, 0}};
    c->keys = (cx_frame){c->by, 2, {0, 0}};
}

static void add(cx_strata *to, const sample *s, const kind *k) {
    columns c;
    cx_error error;
    lay_out(&c, s);
    check(cx_strata_add(to, &c.y, k->figure == CX_SURVEY_RATIO ? &c.x : NULL,
                        k->weights ? &c.w : NULL, k->strata ? &c.stratum : NULL,
                        k->clusters ? &c.cluster : NULL, k->finite ? &c.fpc : NULL, &c.keys,
                        &error),
          &error, "add");
}

static cx_survey_options survey_options(const kind *k) {
    cx_survey_options o;
    cx_survey_options_init(&o);
    if (k->figure == CX_SURVEY_CSAT) o.top = 3;
    return o;
}

static cx_strata *made(const kind *k) {
    cx_strata *out = NULL;
    cx_error error;
    cx_survey_options o = survey_options(k);
    check(cx_strata_new(k->figure, &o, NULL, &out, &error), &error, "new");
    return out;
}

static cx_strata *whole(const sample *s, const kind *k) {
    cx_strata *out = made(k);
    add(out, s, k);
    return out;
}

/* -- any split and order gives the same bytes ---------------------------------------------- */

static cx_strata *split(const sample *s, const kind *k) {
    static sample part[PARTS];
    cx_strata *states[PARTS], *out = made(k);
    cx_error error;
    for (int p = 0; p < PARTS; p++) part[p].rows = 0, states[p] = made(k);
    for (int64_t at = 0, i = draw((uint32_t)s->rows); at < s->rows; at++, i = (i + 1) % s->rows) {
        sample *to = &part[draw(PARTS)];
        int64_t j = to->rows++;
        to->y[j] = s->y[i], to->x[j] = s->x[i], to->w[j] = s->w[i], to->fpc[j] = s->fpc[i];
        to->stratum[j] = s->stratum[i], to->cluster[j] = s->cluster[i];
        to->a[j] = s->a[i], to->b[j] = s->b[i];
    }
    for (int p = 0; p < PARTS; p++) add(states[p], &part[p], k);
    for (uint32_t p = draw(PARTS), at = 0; at < PARTS; at++, p = (p + 1) % PARTS)
        check(cx_strata_merge(out, states[p], &error), &error, "merge");
    for (int p = 0; p < PARTS; p++) cx_strata_free(states[p]);
    return out;
}

static uint8_t *encoded(const cx_strata *s, size_t *size) {
    cx_error error;
    *size = cx_strata_encoded_size(s);
    uint8_t *bytes = malloc(*size);
    if (bytes == NULL) exit(1);
    check(cx_strata_encode(s, bytes, *size, &error), &error, "encode");
    return bytes;
}

static void same_bytes(const cx_strata *a, const cx_strata *b) {
    size_t size_a, size_b;
    cx_strata *again = NULL;
    cx_error error;
    uint8_t *bytes_a = encoded(a, &size_a), *bytes_b = encoded(b, &size_b);
    if (size_a != size_b || memcmp(bytes_a, bytes_b, size_a) != 0)
        fail("size of the bytes", (double)size_b, (double)size_a);
    check(cx_strata_decode(bytes_a, size_a, NULL, &again, &error), &error, "decode");
    if (!cx_strata_equal(again, b) || !cx_strata_equal(a, b)) fail("equal", 0, 1);
    cx_strata_free(again);
    free(bytes_a);
    free(bytes_b);
}

/* -- figures are those of the rows --------------------------------------------------------- */

static void near(const char *what, double got, double expected, double tolerance) {
    if (isnan(got) && isnan(expected)) return;
    if (got == expected || fabs(got - expected) <= tolerance * fabs(expected)) return;
    fail(what, got, expected);
}

static void compare(const cx_survey_estimate *a, const cx_survey_estimate *b, double tolerance) {
    const cx_estimate *e = &a->estimate, *f = &b->estimate;
    double wide = tolerance * fmax(1, fabs(f->value / f->se)); /* where limits are near 0 */
    near("value", e->value, f->value, f->unit == CX_UNIT_POINTS ? 1e-10 : 1e-12);
    near("se", e->se, f->se, tolerance);
    near("df", e->df, f->df, 0);
    near("sum_w", e->sum_w, f->sum_w, 1e-12);
    near("n_eff", e->n_eff, f->n_eff, 2 * tolerance);
    near("deff", a->deff, b->deff, 2 * tolerance);
    near("limits", e->ci_high - e->ci_low, f->ci_high - f->ci_low, wide + 1e-9);
    near("n", (double)e->n, (double)f->n, 0);
    near("units", (double)a->units, (double)b->units, 0);
    near("strata", (double)a->strata, (double)b->strata, 0);
    near("flags", e->flags, f->flags, 0);
    near("method", e->method, f->method, 0);
    for (int r = 0; r < CX_EXCLUDED_END; r++)
        near("excluded", (double)e->excluded[r], (double)f->excluded[r], 0);
}

static cx_status of_rows(const kind *k, const columns *c, const cx_design *design,
                         cx_survey_estimate *out, cx_error *error) {
    cx_survey_options o = survey_options(k);
    switch (k->figure) {
    case CX_SURVEY_MEAN:
        return cx_survey_mean(&c->y, design, NULL, &o, out, error);
    case CX_SURVEY_TOTAL:
        return cx_survey_total(&c->y, design, NULL, &o, out, error);
    case CX_SURVEY_RATIO:
        return cx_survey_ratio(&c->y, &c->x, design, NULL, &o, out, error);
    case CX_SURVEY_SHARE:
        return cx_survey_share(&c->y, design, NULL, &o, out, error);
    case CX_SURVEY_NPS:
        return cx_survey_nps(&c->y, design, NULL, &o, out, error);
    default:
        return cx_survey_csat(&c->y, design, NULL, &o, out, error);
    }
}

static void compare_tables(const cx_table *a, const cx_table *b, double tolerance) {
    static const char *const names[] = {"a", "value", "se", "df", "n", "units", "strata", "deff"};
    if (cx_table_rows(a) != cx_table_rows(b)) {
        fail("rows", (double)cx_table_rows(a), (double)cx_table_rows(b));
        return;
    }
    for (int64_t row = 0; row < cx_table_rows(a); row++)
        for (int i = 0; i < 8; i++)
            near(names[i], table_number(a, names[i], row), table_number(b, names[i], row),
                 i == 7 ? 2 * tolerance : tolerance);
}

static void figures(const sample *s, const kind *k, const cx_strata *sums,
                    const cx_weights *of_cells, const cx_weights *of_row, double tolerance) {
    columns c;
    cx_error error;
    cx_design *design = NULL;
    cx_design_options d;
    cx_survey_estimate a, b;
    cx_table *ours = NULL, *rows = NULL;
    lay_out(&c, s);
    cx_frame one = {c.by, 1, {0, 0}};
    cx_design_options_init(&d);
    d.lonely = k->lonely;
    cx_array unit = named(s->stratum, CX_I64, s->rows, "one");
    unit.stride = 0;
    cx_frame all = {&unit, 1, {0, 0}};
    check(cx_design_new(k->weights && of_row == NULL ? &c.w : NULL, k->strata ? &c.strata : &all,
                        k->clusters ? &c.clusters : NULL, k->finite ? &c.population : NULL, of_row,
                        &d, &design, &error),
          &error, "design");
    cx_status left = of_rows(k, &c, design, &b, &error);
    cx_survey_options o = survey_options(k);
    cx_status ours_status =
        cx_strata_estimate(sums, k->figure, k->lonely, of_cells, &o, &a, &error);
    if (left != ours_status) fail("status", ours_status, left);
    if (left == CX_OK && ours_status == CX_OK) compare(&a, &b, tolerance);
    left = cx_survey_by(k->figure, &c.y, k->figure == CX_SURVEY_RATIO ? &c.x : NULL, design, &one,
                        &o, &rows, &error);
    ours_status = cx_strata_by(sums, k->figure, k->lonely, of_cells, 1, &o, &ours, &error);
    if (left != ours_status) fail("status by key", ours_status, left);
    if (left == CX_OK && ours_status == CX_OK) compare_tables(ours, rows, tolerance);
    cx_table_free(ours);
    cx_table_free(rows);
    cx_design_free(design);
}

/* -- calibration --------------------------------------------------------------------------- */

static cx_margins *margins_of(void) {
    static const int64_t a[] = {0, 1, 2}, b[] = {0, 1};
    static const double of_a[] = {500, 300, 200}, of_b[] = {450, 550};
    cx_margins *out = NULL;
    cx_error error;
    cx_array categories = named(a, CX_I64, 3, "a"), totals = cx_array_of(of_a, CX_F64, 3);
    cx_frame frame = {&categories, 1, {0, 0}};
    check(cx_margins_new(NULL, &out, &error), &error, "margins");
    check(cx_margins_add(out, &frame, &totals, &error), &error, "margin");
    categories = named(b, CX_I64, 2, "b"), totals = cx_array_of(of_b, CX_F64, 2);
    check(cx_margins_add(out, &frame, &totals, &error), &error, "margin");
    return out;
}

static void calibrated(const sample *s, const kind *k, const cx_strata *sums) {
    cx_margins *margins = margins_of();
    cx_weights *of_cells = NULL, *of_row = NULL;
    cx_table *table = NULL;
    cx_error error;
    cx_array key[2], start;
    double ones[ROWS];
    columns c;
    lay_out(&c, s);
    for (int i = 0; i < ROWS; i++) ones[i] = 1;
    cx_array w = k->weights ? c.w : named(ones, CX_F64, s->rows, "w");
    check(cx_rake(&c.keys, margins, &w, NULL, &of_row, &error), &error, "rake");
    check(cx_strata_cells(sums, &table, &error), &error, "cells");
    for (int i = 0; i < 2; i++) {
        check(cx_table_column(table, i, &key[i], &error), &error, "key");
        key[i].name = i == 0 ? "a" : "b";
    }
    cx_frame keys = {key, 2, {0, 0}};
    check(cx_table_column(table, cx_table_find(table, "weight"), &start, &error), &error, "w");
    check(cx_rake(&keys, margins, &start, NULL, &of_cells, &error), &error, "rake cells");
    figures(s, k, sums, of_cells, of_row, 1e-7);
    cx_weights_free(of_cells);
    cx_weights_free(of_row);
    cx_table_free(table);
    cx_margins_free(margins);
}

/* Weights and values are random: what rows lose by rounding, and sums do not, is the tolerance. */
int main(void) {
    static sample s;
    for (run = 0; run < RUNS && !failed; run++) {
        kind k = draw_kind();
        draw_sample(&s, &k);
        cx_strata *a = whole(&s, &k), *b = split(&s, &k);
        same_bytes(a, b);
        figures(&s, &k, b, NULL, NULL, k.shift > 0 ? 1e-8 : 1e-12);
        if (k.shift == 0) calibrated(&s, &k, b);
        if (failed)
            printf("# figure %d lonely %d strata %d clusters %d finite %d weights %d scale %g "
                   "shift %g\n",
                   (int)k.figure, (int)k.lonely, k.strata, k.clusters, k.finite, k.weights, k.scale,
                   k.shift);
        cx_strata_free(a);
        cx_strata_free(b);
    }
    printf("1..1\n%sok 1 - survey sums of %d samples are those of their rows\n",
           failed ? "not " : "", run);
    return failed;
}
