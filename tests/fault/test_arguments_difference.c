#include "arguments.h"

/* Differences, shares, sample sizes, targets and belief gaps. */

static const double score_values[ROWS] = {9, 3, 10, 7, 6, 8};
static const int32_t key_values[ROWS] = {1, 1, 1, 2, 2, 2};
static cx_array scores, keys, counts_columns[2];
static cx_frame counts;
static cx_frame by;
static cx_tally *tally;
static cx_tallies *set;
static cx_estimate good;
static uint8_t before[1024], after[1024];
static size_t size;

CALL(compare, PTR(0, tally), PTR(1, tally), options, OUT(2, cx_estimate))
CALL(compare_by, PTR(0, set), PTR(1, set), options, HANDLE(2, cx_table))
CALL(compare_rest, PTR(0, set), options, HANDLE(1, cx_table))
CALL(compare_estimates, PTR(0, &good), PTR(1, &good), options, OUT(2, cx_estimate))
CALL(share_difference, 3, 10, 4, 10, options, OUT(0, cx_estimate))
CALL(shares, COL(0, &scores), options, HANDLE(1, cx_table))
CALL(chi_square, frame_with(0, &counts), OUT(1, cx_chi_square_test))
CALL(sample_size, options, OUT(0, cx_sample))
CALL(detectable, 100, options, OUT(0, cx_sample))
CALL(target, PTR(0, &good), 10, options, OUT(1, cx_target_result))
CALL(belief_gap, COL(0, &scores), PTR(1, tally), options, OUT(2, cx_belief))
CALL(belief_gap_answers, PTR(0, tally), PTR(1, tally), options, OUT(2, cx_belief))

INIT(compare)
INIT(share_difference)
INIT(shares)
INIT(sample)
INIT(target)
static void init_margin(void) {
    cx_sample_options margin;
    cx_sample_options_init(&margin);
    margin.margin = 5;
    memcpy(given.bytes, &margin, sizeof margin);
}

#define COMPARE(name, slots, bits)                                                                 \
    OPTIONS(name, slots, bits, compare, AT(compare, confidence), AT(compare, score),               \
            AT(compare, method), AT(compare, lower_is_better))

static const function functions[] = {
    PLAIN(chi_square, 2),
    COMPARE(compare, 3, 0),
    COMPARE(compare_by, 3, 0),
    COMPARE(compare_rest, 2, 0),
    OPTIONS(compare_estimates, 3, 0, compare, AT(compare, confidence), AT(compare, method)),
    OPTIONS(share_difference, 1, 0, share_difference, AT(share_difference, confidence),
            AT(share_difference, method)),
    {"shares",
     call_shares,
     2,
     1,
     init_shares,
     sizeof(cx_shares_options),
     AT(shares, confidence),
     {AT(shares, method)},
     0,
     1, /* the only column */
     0},
    {"sample_size",
     call_sample_size,
     1,
     0,
     init_margin,
     sizeof(cx_sample_options),
     AT(sample, confidence),
     {AT(sample, score)},
     0,
     0,
     0},
    OPTIONS(detectable, 1, 0, sample, AT(sample, confidence), AT(sample, score)),
    OPTIONS(target, 2, 0, target, 0, AT(target, at_most)),
    {"belief_gap",
     call_belief_gap,
     3,
     1,
     init_compare,
     sizeof(cx_compare_options),
     AT(compare, confidence),
     {AT(compare, score), AT(compare, method)},
     0,
     1, /* the only column */
     0},
    COMPARE(belief_gap_answers, 3, 0),
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

static void unchanged(const char *name) {
    ck_assert_ok(cx_tally_encode(tally, after, size, err));
    ck_assert_msg(memcmp(before, after, size) == 0, "%s changed the tally", name);
}

static void setup(void) {
    scores = cx_array_of(score_values, CX_F64, ROWS);
    keys = cx_array_of(key_values, CX_I32, ROWS);
    keys.name = "team";
    by = (cx_frame){&keys, 1, {0, 0}};
    counts_columns[0] = scores, counts_columns[1] = keys;
    counts_columns[0].name = "a", counts_columns[1].name = "b";
    counts = (cx_frame){counts_columns, 2, {0, 0}};
    ck_assert_ok(cx_tally_new(0, 10, NULL, &tally, err));
    ck_assert_ok(cx_tally_add(tally, &scores, NULL, NULL, err));
    ck_assert_ok(cx_tally_by(&scores, NULL, &by, 0, 10, NULL, &set, err));
    ck_assert_ok(cx_nps(tally, NULL, &good, err));
    size = cx_tally_encoded_size(tally);
    ck_assert(size <= sizeof before);
    ck_assert_ok(cx_tally_encode(tally, before, size, err));
    arguments_start(functions, unchanged);
}

static void teardown(void) {
    cx_tally_free(tally);
    cx_tallies_free(set);
}

Suite *suite_arguments_difference(void) {
    Suite *suite = suite_create("arguments_difference");
    TCase *tcase = tcase_create("arguments_difference");
    tcase_add_checked_fixture(tcase, setup, teardown);
    arguments_add(tcase, FUNCTIONS);
    suite_add_tcase(suite, tcase);
    return suite;
}
