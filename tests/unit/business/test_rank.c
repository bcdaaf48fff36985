#include "../support.h"

static uint64_t state = 1;

static double draw(void) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (double)(state >> 33) * 0x1p-31;
}

static cx_correlate_options of_method(int32_t method) {
    cx_correlate_options options;
    cx_correlate_options_init(&options);
    options.method = method;
    return options;
}

/* What counting gives of rows that are grouped into cells must be what it gives of rows alone. */
START_TEST(test_rank_rows_without_ties_agree_with_their_table) {
    enum { N = 250 };
    double x[N], y[N];
    cx_crosstab_options scales;
    cx_crosstab_options_init(&scales);
    scales.x_max = scales.y_max = 255;
    for (int64_t n = 2; n <= N; n += n < 14 ? 1 : 47) {
        cx_array a = cx_array_of(x, CX_F64, n), b = cx_array_of(y, CX_F64, n);
        cx_crosstab *table;
        for (int64_t i = 0; i < n; i++) {
            int64_t other = (int64_t)(draw() * (double)(i + 1));
            x[i] = (double)i, y[i] = y[other], y[other] = (double)i;
        }
        ck_assert_ok(cx_crosstab_new(&scales, NULL, &table, err));
        ck_assert_ok(cx_crosstab_add(table, &a, &b, NULL, err));
        for (int32_t m = CX_CORRELATION_SPEARMAN; m <= CX_CORRELATION_SOMERS; m++) {
            cx_correlate_options options = of_method(m);
            cx_estimate rows, cells;
            ck_assert_ok(cx_correlate(&a, &b, NULL, &options, &rows, err));
            ck_assert_ok(cx_crosstab_correlate(table, &options, &cells, err));
            ck_assert_double_eq(rows.value, cells.value);
            ck_assert_close(rows.p_value, cells.p_value, 0);
            ck_assert_close(rows.se, cells.se, 1e-12);
            ck_assert_close(rows.ci_low, cells.ci_low, 1e-12);
            ck_assert_close(rows.ci_high, cells.ci_high, 1e-12);
            ck_assert_int_eq(rows.n, cells.n);
            ck_assert_int_eq(rows.flags, cells.flags);
        }
        cx_crosstab_free(table);
    }
}
END_TEST

/* Tau-b and its standard error pair by pair */
static void pairs(const double *x, const double *y, int64_t n, double *value, double *se) {
    double net[600], in_x[600], in_y[600], sum = 0, ux = 0, uy = 0, variance = 0;
    for (int64_t i = 0; i < n; i++) {
        net[i] = in_x[i] = in_y[i] = 0;
        for (int64_t j = 0; j < n; j++) {
            double a = (x[i] > x[j]) - (x[i] < x[j]), b = (y[i] > y[j]) - (y[i] < y[j]);
            net[i] += a * b, in_x[i] += a * a, in_y[i] += b * b;
        }
        sum += net[i], ux += in_x[i], uy += in_y[i];
    }
    *value = sum / sqrt(ux * uy);
    for (int64_t i = 0; i < n; i++) {
        double slope = 2 * net[i] / sqrt(ux * uy) - *value * (in_x[i] / ux + in_y[i] / uy);
        variance += slope * slope;
    }
    *se = sqrt(variance);
}

START_TEST(test_rank_counts_pairs_with_and_without_ties) {
    static double x[600], y[600];
    cx_correlate_options options = of_method(CX_CORRELATION_KENDALL);
    for (int64_t n = 5; n <= 600; n += 85) {
        for (int kind = 0; kind < 6; kind++) {
            cx_array a = cx_array_of(x, CX_F64, n), b = cx_array_of(y, CX_F64, n);
            cx_estimate e;
            double value, se;
            for (int64_t i = 0; i < 2 * n; i++) {
                double *cell = i < n ? &x[i] : &y[i - n];
                *cell = draw();
                if (kind == 1 || (kind == 2 && i < n)) *cell = floor(*cell * 4);
                if (kind == 5) *cell = floor(*cell * 20); /* some rows stand in one cell */
            }
            if (kind == 3) y[n - 1] = y[n / 2]; /* one tie, in one column */
            for (int64_t i = 0; i < n && kind == 4; i += 3) x[i] *= 1e-30;
            ck_assert_ok(cx_correlate(&a, &b, NULL, &options, &e, err));
            pairs(x, y, n, &value, &se);
            ck_assert_near(e.value, value, 1e-14);
            ck_assert_close(e.se, se, 1e-10);
        }
    }
}
END_TEST

START_TEST(test_rank_rows_with_a_gap_are_the_rows_without_it) {
    double x[] = {3, 1, NAN, 4, 1.5, 9, 2, 6}, y[] = {2, 7, 1, 8, NAN, 2.5, 1.25, 8.5};
    double packed[2][6] = {{3, 1, 4, 9, 2, 6}, {2, 7, 8, 2.5, 1.25, 8.5}};
    float narrow[2][6];
    for (int i = 0; i < 12; i++) narrow[i / 6][i % 6] = (float)packed[i / 6][i % 6];
    cx_array a = cx_array_of(x, CX_F64, 8), b = cx_array_of(y, CX_F64, 8);
    for (int32_t m = CX_CORRELATION_SPEARMAN; m <= CX_CORRELATION_SOMERS; m++) {
        cx_correlate_options options = of_method(m);
        cx_estimate gap, none, floats;
        cx_array c = cx_array_of(packed[0], CX_F64, 6), d = cx_array_of(packed[1], CX_F64, 6);
        cx_array f = cx_array_of(narrow[0], CX_F32, 6), g = cx_array_of(narrow[1], CX_F32, 6);
        ck_assert_ok(cx_correlate(&a, &b, NULL, &options, &gap, err));
        ck_assert_ok(cx_correlate(&c, &d, NULL, &options, &none, err));
        ck_assert_ok(cx_correlate(&f, &g, NULL, &options, &floats, err));
        ck_assert(memcmp(&none, &floats, sizeof none) == 0);
        ck_assert_int_eq(gap.excluded[CX_EXCLUDED_MISSING], 2);
        gap.excluded[CX_EXCLUDED_MISSING] = 0;
        ck_assert(memcmp(&none, &gap, sizeof none) == 0);
        packed[1][3] = INFINITY;
        ck_assert_fails(cx_correlate(&c, &d, NULL, &options, &none, err), CX_E_DOMAIN, "infinite");
        packed[1][3] = 2.5;
    }
}
END_TEST

/* Without ties where the rows lie, without ties beside a gap, with a tie */
static cx_status rank_run(const cx_allocator *allocator, cx_error *err) {
    double x[] = {9, 10, 7, 3, 8, 1, 0, 6}, y[3][8] = {{4, 5, 3, 2, 3.5, 6, 1, 7},
                                                       {4, 5, NAN, 2, 3, 6, 1, 7},
                                                       {4, 5, 4, 2, 3, 6, 1, 7}};
    cx_array a = cx_array_of(x, CX_F64, 8);
    for (int32_t m = CX_CORRELATION_SPEARMAN; m <= CX_CORRELATION_SOMERS; m++)
        for (int k = 0; k < 3; k++) {
            cx_correlate_options options = of_method(m);
            cx_array b = cx_array_of(y[k], CX_F64, 8);
            cx_estimate e;
            options.allocator = allocator;
            cx_status status = cx_correlate(&a, &b, NULL, &options, &e, err);
            if (status != CX_OK) return status;
        }
    return CX_OK;
}

START_TEST(test_rank_survives_every_failing_allocation) {
    fault_everywhere(rank_run, 40);
}
END_TEST

Suite *suite_rank(void) {
    Suite *suite = suite_create("rank");
    TCase *tcase = tcase_create("rank");
    tcase_add_test(tcase, test_rank_rows_without_ties_agree_with_their_table);
    tcase_add_test(tcase, test_rank_counts_pairs_with_and_without_ties);
    tcase_add_test(tcase, test_rank_rows_with_a_gap_are_the_rows_without_it);
    tcase_add_test(tcase, test_rank_survives_every_failing_allocation);
    suite_add_tcase(suite, tcase);
    return suite;
}
