#include "../support.h"

#include "base/random.h"

static void expect_block(uint64_t low, uint64_t high, uint64_t key, const uint32_t expected[4]) {
    cx_random_words words;
    cx_philox(low, high, key, &words);
    ck_assert_uint_eq(words.w0, expected[0]);
    ck_assert_uint_eq(words.w1, expected[1]);
    ck_assert_uint_eq(words.w2, expected[2]);
    ck_assert_uint_eq(words.w3, expected[3]);
}

/* Known answers published with Philox4x32-10 [Salmon2011]: zeros, ones, digits of pi. */
START_TEST(test_philox_gives_its_known_answers) {
    expect_block(0, 0, 0, (uint32_t[]){0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
    expect_block(UINT64_MAX, UINT64_MAX, UINT64_MAX,
                 (uint32_t[]){0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
    expect_block(UINT64_C(0x85a308d3243f6a88), UINT64_C(0x0370734413198a2e),
                 UINT64_C(0x299f31d0a4093822),
                 (uint32_t[]){0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}
END_TEST

/* Also where the low half of the counter runs over. */
START_TEST(test_many_blocks_at_once_are_the_same_blocks) {
    static const uint64_t first[] = {0, 5, UINT64_C(0xfffffff9), UINT64_C(0x1fffffff8),
                                     UINT64_MAX - 3};
    uint32_t many[CX_I_RANDOM_WORDS];
    for (int i = 0; i < 5; i++) {
        uint64_t high = UINT64_C(0x0370734413198a2e), key = UINT64_C(0x299f31d0a4093822);
        cx_i_random_words(first[i], high, key, many);
        for (uint64_t b = 0; b < CX_I_RANDOM_WORDS / 4; b++)
            expect_block(first[i] + b, high, key, many + 4 * b);
    }
}
END_TEST

START_TEST(test_many_counters_of_any_kind_give_the_words_of_each) {
    uint64_t low[CX_I_RANDOM_PAIRS], high[CX_I_RANDOM_PAIRS], pairs[CX_I_RANDOM_PAIRS];
    uint64_t key = UINT64_C(0x299f31d0a4093822);
    for (uint64_t i = 0; i < CX_I_RANDOM_PAIRS; i++) {
        low[i] = i * UINT64_C(0x9e3779b97f4a7c15);
        high[i] = ~i * UINT64_C(0xbf58476d1ce4e5b9);
    }
    cx_i_random_pairs(low, high, key, pairs);
    for (int i = 0; i < CX_I_RANDOM_PAIRS; i++) {
        cx_random_words words;
        cx_philox(low[i], high[i], key, &words);
        ck_assert_uint_eq(pairs[i], (uint64_t)words.w1 << 32 | words.w0);
    }
}
END_TEST

/* These numbers were promised for ever. */
START_TEST(test_the_uniform_stream_never_changes) {
    ck_assert_double_eq(cx_random_uniform(0, 0, 0, 0),
                        ((double)(UINT64_C(0xe169c58d6627e8d5) >> 12) + 0.5) * 0x1p-52);
    ck_assert_double_eq(cx_random_uniform(1, 2, 3, 4), cx_random_uniform(1, 2, 3, 4));
    ck_assert_double_ne(cx_random_uniform(1, 2, 3, 4), cx_random_uniform(1, 2, 3, 5));
    ck_assert_double_ne(cx_random_uniform(1, 2, 3, 4), cx_random_uniform(1, 2, 4, 4));
    ck_assert_double_ne(cx_random_uniform(1, 2, 3, 4), cx_random_uniform(1, 3, 3, 4));
    ck_assert_double_ne(cx_random_uniform(1, 2, 3, 4), cx_random_uniform(2, 2, 3, 4));
}
END_TEST

START_TEST(test_uniform_numbers_are_uniform) {
    int64_t bins[16] = {0};
    double chi_square = 0, n = 160000;
    for (uint64_t i = 0; i < 160000; i++) {
        double u = cx_random_uniform(7, 1, i, 0);
        ck_assert(u > 0 && u < 1);
        bins[(int)(u * 16)]++;
    }
    for (int b = 0; b < 16; b++)
        chi_square += ((double)bins[b] - n / 16) * ((double)bins[b] - n / 16) / (n / 16);
    ck_assert_double_lt(chi_square, 37.7); /* 0.1 % point with 15 df */
}
END_TEST

Suite *suite_random(void) {
    Suite *suite = suite_create("random");
    TCase *tcase = tcase_create("random");
    tcase_add_test(tcase, test_philox_gives_its_known_answers);
    tcase_add_test(tcase, test_many_blocks_at_once_are_the_same_blocks);
    tcase_add_test(tcase, test_many_counters_of_any_kind_give_the_words_of_each);
    tcase_add_test(tcase, test_the_uniform_stream_never_changes);
    tcase_add_test(tcase, test_uniform_numbers_are_uniform);
    suite_add_tcase(suite, tcase);
    return suite;
}
