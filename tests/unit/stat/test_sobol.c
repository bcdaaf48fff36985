#include "../support.h"

#include "stat/sobol.h"

/* Every interval of length 1 / 2^k has one of the first 2^k points, and of any 2^k after them. */
START_TEST(test_each_dimension_is_filled_evenly) {
    uint32_t direction[CX_I_SOBOL_BITS];
    for (int32_t d = 0; d < CX_I_SOBOL_MOST; d++) {
        cx_i_sobol_directions(d, direction);
        for (uint32_t start = 0; start < 2048; start += 512) {
            bool taken[512] = {false};
            for (uint32_t i = start; i < start + 512; i++) {
                uint32_t at = cx_i_sobol_at(direction, i) >> 23;
                ck_assert(!taken[at]);
                taken[at] = true;
            }
        }
    }
}
END_TEST

/* The recurrences are of the longest period: no two dimensions are the same sequence. */
START_TEST(test_squares_of_any_two_dimensions_are_even) {
    uint32_t a[CX_I_SOBOL_BITS], b[CX_I_SOBOL_BITS];
    for (int32_t d = 0; d < CX_I_SOBOL_MOST; d += 1 + d / 12)
        for (int32_t e = 0; e < d; e++) {
            int count[64] = {0}, worst = 0;
            cx_i_sobol_directions(d, a);
            cx_i_sobol_directions(e, b);
            for (uint32_t i = 0; i < 4096; i++) {
                int *cell = &count[(cx_i_sobol_at(a, i) >> 29) * 8 + (cx_i_sobol_at(b, i) >> 29)];
                *cell += 1;
            }
            for (int k = 0; k < 64; k++) worst = count[k] > worst ? count[k] : worst;
            ck_assert_int_le(worst, 64 + (d < 8 ? 0 : 64)); /* 4096 / 64 each */
        }
}
END_TEST

/* The integral of a product over a cube, ten times nearer than random points. */
START_TEST(test_a_mean_is_near) {
    enum { DIMENSIONS = 8, POINTS = 4096 };
    static uint32_t direction[DIMENSIONS][CX_I_SOBOL_BITS];
    double sum = 0;
    for (int32_t d = 0; d < DIMENSIONS; d++) cx_i_sobol_directions(d, direction[d]);
    for (uint32_t i = 0; i < POINTS; i++) {
        double product = 1;
        for (int d = 0; d < DIMENSIONS; d++) {
            double u = ((double)cx_i_sobol_at(direction[d], i) + 0.5) * 0x1p-32;
            product *= 1 + (u - 0.5) / (d + 1);
        }
        sum += product;
    }
    ck_assert_near(sum / POINTS, 1, 5e-4); /* random: 0.36 / 64 = 6e-3 */
}
END_TEST

Suite *suite_sobol(void);
Suite *suite_sobol(void) {
    Suite *suite = suite_create("sobol");
    TCase *c = tcase_create("sobol");
    tcase_add_test(c, test_each_dimension_is_filled_evenly);
    tcase_add_test(c, test_squares_of_any_two_dimensions_are_even);
    tcase_add_test(c, test_a_mean_is_near);
    suite_add_tcase(suite, c);
    return suite;
}
