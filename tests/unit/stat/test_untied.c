#include "../support.h"

#include "stat/untied.h"

enum { MOST = 9000 };

static double x[MOST], y[MOST];
static uint64_t state;

static double draw(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return ((double)(state >> 12) + 0.5) * 0x1p-52;
}

static bool count(int64_t n, cx_i_untied *out) {
    fault f = {.fail_at = -1};
    cx_allocator allocator = fault_allocator(&f);
    bool apart = true;
    ck_assert_ok(cx_i_untied_count(x, y, n, &allocator, &apart, out, err));
    ck_assert_int_eq(f.live, 0);
    return apart;
}

/* By the definition, pair by pair */
static void check(int64_t n, const char *what) {
    cx_i_untied found;
    int64_t sum = 0, squares = 0, product = 0;
    for (int64_t i = 0; i < n; i++) {
        int64_t net = 0, a = 0, b = 0;
        for (int64_t j = 0; j < n; j++) {
            int64_t right = (x[i] > x[j]) - (x[i] < x[j]), up = (y[i] > y[j]) - (y[i] < y[j]);
            net += right * up, a += right, b += up;
        }
        sum += net, squares += net * net, product += a * b;
    }
    ck_assert_msg(count(n, &found), "%s, %d rows: no order was found", what, (int)n);
    ck_assert_int_eq(found.n, n);
    ck_assert_msg(cx_i_tf_double(found.net) == (double)sum, "%s, %d rows: net", what, (int)n);
    ck_assert_msg(cx_i_tf_double(found.squares) == (double)squares, "%s, %d: squares", what,
                  (int)n);
    ck_assert_msg(cx_i_tf_double(found.product) == (double)product, "%s, %d: product", what,
                  (int)n);
}

static void fill(int64_t n) {
    state = 88172645463325252 + (uint64_t)n;
    for (int64_t i = 0; i < n; i++) {
        x[i] = draw();
        y[i] = x[i] * (double)(n % 3) / 2 + draw();
    }
}

START_TEST(test_untied_counts_pairs_of_any_number_of_rows) {
    for (int64_t n = 2; n <= 600; n += n < 70 ? 1 : 53) {
        fill(n);
        check(n, "random");
    }
    check(255, "bits of one range"), check(256, "a whole range"), check(257, "two ranges");
}
END_TEST

/* Three levels: 16 x 16 x 256 rows and more */
START_TEST(test_untied_counts_pairs_in_ranges_of_ranges) {
    const int64_t sizes[] = {4095, 4096, 4097, MOST};
    int most = thinned(4) < 4 ? 1 : 4;
    for (int k = 0; k < most; k++) {
        cx_i_untied up, down;
        fill(sizes[k]);
        check(k == 0 ? sizes[k] : 600, "random");
        for (int64_t i = 0; i < sizes[k]; i++) x[i] = (double)i, y[i] = (double)(i * 3);
        ck_assert(count(sizes[k], &up));
        for (int64_t i = 0; i < sizes[k]; i++) y[i] = -y[i];
        ck_assert(count(sizes[k], &down));
        double n = (double)sizes[k];
        ck_assert_double_eq(up.net.hi, n * (n - 1));
        ck_assert_double_eq(down.net.hi, -n * (n - 1));
        ck_assert_double_eq(up.squares.hi, n * (n - 1) * (n - 1));
        ck_assert_double_eq(up.product.hi, n * (n * n - 1) / 3);
    }
}
END_TEST

START_TEST(test_untied_copes_with_columns_of_any_shape) {
    enum { N = 300 };
    for (int kind = 0; kind < 7; kind++) {
        fill(N);
        for (int64_t i = 0; i < N; i++) {
            double u = y[i];
            if (kind == 0) x[i] = pow(u, -20);         /* up to 1e50 */
            if (kind == 1) x[i] = (u - 0.5) * 1.7e308; /* further apart than a double holds */
            if (kind == 2) x[i] = 5e-324 * (double)(i * 7 % N); /* the smallest there are */
            if (kind == 3) x[i] = i % 12 == 5 ? 40 + 0x1p-47 * (double)(i * 7 % N) : u;
            if (kind == 4) x[i] = i == 9 ? 1e308 : i == 8 ? -1e308 : u;
            if (kind == 5) x[i] = log(u) * exp(30 * draw()); /* both sides, many sizes */
            if (kind == 6) x[i] = 1e15 + (double)(i * 7 % N);
        }
        char what[] = "shape 0";
        what[6] = (char)('0' + kind);
        check(N, what);
    }
}
END_TEST

START_TEST(test_untied_finds_every_tie) {
    cx_i_untied found;
    for (int64_t n = 2; n <= 400; n += 7) {
        for (int side = 0; side < 2; side++) {
            fill(n);
            double *column = side == 0 ? x : y;
            column[n - 1] = column[(n - 1) / 2];
            if (n > 2) ck_assert(!count(n, &found));
            column[0] = 0.0, column[n - 1] = -0.0;
            ck_assert(!count(n, &found));
        }
    }
    for (int64_t i = 0; i < 400; i++) x[i] = 3;
    ck_assert(!count(400, &found));
    ck_assert(!count(1, &found));
    ck_assert(!count(0, &found));
}
END_TEST

/* A third of the rows differ by less than a number near the middle can. */
START_TEST(test_untied_gives_up_where_too_many_share_a_key) {
    enum { N = 9000 };
    cx_i_untied found;
    fill(N);
    for (int64_t i = 0; i < N; i++) x[i] = i % 3 == 0 ? 1e-30 * (double)(i * 7 % N) : 1 + x[i];
    ck_assert(!count(N, &found));
}
END_TEST

START_TEST(test_untied_needs_memory) {
    for (int64_t at = 0; at < 2; at++) {
        fault f = {.fail_at = at};
        cx_allocator allocator = fault_allocator(&f);
        cx_i_untied found;
        bool apart;
        fill(10);
        ck_assert_fails(cx_i_untied_count(x, y, 10, &allocator, &apart, &found, err), CX_E_MEMORY,
                        "memory");
        ck_assert_int_eq(f.live, 0);
    }
}
END_TEST

Suite *suite_untied(void) {
    Suite *suite = suite_create("untied");
    TCase *tcase = tcase_create("untied");
    tcase_add_test(tcase, test_untied_counts_pairs_of_any_number_of_rows);
    tcase_add_test(tcase, test_untied_counts_pairs_in_ranges_of_ranges);
    tcase_add_test(tcase, test_untied_copes_with_columns_of_any_shape);
    tcase_add_test(tcase, test_untied_finds_every_tie);
    tcase_add_test(tcase, test_untied_gives_up_where_too_many_share_a_key);
    tcase_add_test(tcase, test_untied_needs_memory);
    suite_add_tcase(suite, tcase);
    return suite;
}
