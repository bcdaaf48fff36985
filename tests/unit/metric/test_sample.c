#include "../support.h"

static cx_sample_options options;
static cx_sample sample;

static void setup(void) {
    cx_sample_options_init(&options);
}

START_TEST(test_a_margin_or_a_difference_has_to_be_given) {
    ck_assert_fails(cx_sample_size(NULL, &sample, err), CX_E_OPTION, "one of them");
    options.margin = options.difference = 5;
    ck_assert_fails(cx_sample_size(&options, &sample, err), CX_E_OPTION, "one of them");
}
END_TEST

START_TEST(test_a_share_within_five_points_takes_385_answers) {
    options.score = CX_SCORE_TOP_BOX;
    options.margin = 0.05;
    ck_assert_ok(cx_sample_size(&options, &sample, err));
    ck_assert_int_eq(sample.n, 385);
    ck_assert_int_eq(sample.n_b, 0);
    ck_assert(sample.margin <= 0.05 && isnan(sample.difference) && isnan(sample.power));
    options.margin = 0.03;
    ck_assert_ok(cx_sample_size(&options, &sample, err));
    ck_assert_int_eq(sample.n, 1068);
    options.margin = 0.05;
    options.population = 1000;
    options.response_rate = 0.3;
    ck_assert_ok(cx_sample_size(&options, &sample, err));
    ck_assert_int_eq(sample.n, 278);
    ck_assert_int_eq(sample.invitations, 927);
}
END_TEST

/* z^2 10^4 / 25 = 1536.6 in the worst case; p + d - (p - d)^2 of it otherwise. */
START_TEST(test_a_net_score_takes_four_times_the_answers_of_a_share) {
    options.margin = 5;
    ck_assert_ok(cx_sample_size(&options, &sample, err));
    ck_assert_int_eq(sample.n, 1537);
    options.promoters = 0.5;
    options.detractors = 0.2;
    ck_assert_ok(cx_sample_size(&options, &sample, err));
    ck_assert_int_eq(sample.n, (int64_t)ceil(1536.5835 * 0.61));
    ck_assert_close(sample.sd, 100 * sqrt(0.61), 1e-12);
    options.design_effect = 2;
    ck_assert_ok(cx_sample_size(&options, &sample, err));
    ck_assert_int_eq(sample.n, (int64_t)ceil(2 * 1536.5835 * 0.61));
}
END_TEST

/* R: power.prop.test(p1 = .5, p2 = .75, power = .9) has n = 76.7; power.t.test(delta = 1, power =
 * .9) n = 22.02 and power.t.test(delta = .5, power = .8) n = 63.77 */
START_TEST(test_differences_take_the_answers_of_the_usual_tables) {
    options.score = CX_SCORE_TOP_BOX;
    options.share = 0.5;
    options.difference = 0.25;
    options.power = 0.9;
    ck_assert_ok(cx_sample_size(&options, &sample, err));
    ck_assert_int_eq(sample.n, 77);
    ck_assert_int_eq(sample.n_b, 77);
    ck_assert_double_ge(sample.power, 0.9);
    setup();
    options.score = CX_SCORE_MEAN;
    options.sd = 1;
    options.difference = 1;
    options.power = 0.9;
    ck_assert_ok(cx_sample_size(&options, &sample, err));
    ck_assert_int_eq(sample.n, 23);
    options.difference = -0.5;
    options.power = 0.8;
    ck_assert_ok(cx_sample_size(&options, &sample, err));
    ck_assert_int_eq(sample.n, 64);
}
END_TEST

/* statsmodels TTestIndPower: 20 a side detect 0.90912904 sd with power 0.8 */
START_TEST(test_what_an_answer_buys_is_what_it_costs) {
    options.score = CX_SCORE_MEAN;
    options.sd = 1;
    ck_assert_ok(cx_detectable(20, &options, &sample, err));
    ck_assert_close(sample.difference, 0.9091290410935777, 2e-6); /* counts both tails */
    setup();
    options.promoters = 0.5;
    options.detractors = 0.2;
    for (int64_t n = 30; n < 40000; n *= 5) {
        cx_sample back;
        ck_assert_ok(cx_detectable(n, &options, &sample, err));
        options.difference = sample.difference * (1 + 1e-9);
        ck_assert_ok(cx_sample_size(&options, &back, err));
        ck_assert_int_eq(back.n, n);
        options.difference = NAN;
        options.margin = sample.margin;
        ck_assert_ok(cx_sample_size(&options, &back, err));
        ck_assert_int_eq(back.n, n);
        options.margin = NAN;
    }
    ck_assert_ok(cx_detectable(4, &options, &sample, err));
    ck_assert(isnan(sample.difference));
    ck_assert_int_eq(sample.n_b, 4);
}
END_TEST

START_TEST(test_groups_may_be_of_unequal_size) {
    options.difference = 20;
    ck_assert_ok(cx_sample_size(&options, &sample, err));
    int64_t equal = sample.n;
    options.ratio = 3;
    ck_assert_ok(cx_sample_size(&options, &sample, err));
    ck_assert_int_eq(sample.n_b, 3 * sample.n);
    ck_assert(sample.n < equal && sample.n > equal / 2);
}
END_TEST

START_TEST(test_what_cannot_be_had_is_said) {
    options.difference = 80;
    options.promoters = 0.5;
    options.detractors = 0.2;
    ck_assert_fails(cx_sample_size(&options, &sample, err), CX_E_DOMAIN, "80");
    setup();
    options.margin = 5;
    options.population = 1000;
    options.response_rate = 0.2;
    ck_assert_fails(cx_sample_size(&options, &sample, err), CX_E_INFEASIBLE, "invitations");
    setup();
    options.margin = 1e-8;
    ck_assert_fails(cx_sample_size(&options, &sample, err), CX_E_LIMIT, "2^53");
    setup();
    options.population = 10;
    ck_assert_fails(cx_detectable(11, &options, &sample, err), CX_E_DOMAIN, "population");
    ck_assert_fails(cx_detectable(1, &options, &sample, err), CX_E_DOMAIN, "n is 1");
}
END_TEST

START_TEST(test_assumptions_that_make_no_sense_are_refused) {
    const double bad[] = {0, -1, NAN};
    double *const field[] = {&options.power, &options.ratio, &options.population,
                             &options.response_rate, &options.design_effect};
    for (int i = 0; i < 5; i++)
        for (int j = 0; j < 3; j++) {
            setup();
            options.margin = 5;
            *field[i] = bad[j];
            ck_assert_fails(cx_sample_size(&options, &sample, err), CX_E_OPTION, "");
        }
    setup();
    options.score = CX_SCORE_MEAN;
    options.margin = 1;
    ck_assert_fails(cx_sample_size(&options, &sample, err), CX_E_OPTION, "standard deviation");
    setup();
    options.margin = 5;
    options.promoters = 0.5;
    ck_assert_fails(cx_sample_size(&options, &sample, err), CX_E_OPTION, "together");
    options.detractors = 0.6;
    ck_assert_fails(cx_sample_size(&options, &sample, err), CX_E_OPTION, "fit into 1");
    setup();
    options.margin = -5;
    ck_assert_fails(cx_sample_size(&options, &sample, err), CX_E_OPTION, "margin is -5");
    setup();
    options.difference = 0;
    ck_assert_fails(cx_sample_size(&options, &sample, err), CX_E_OPTION, "must not be 0");
    ck_assert_fails(cx_detectable(100, &options, &sample, err), CX_E_OPTION, "leave them out");
}
END_TEST

Suite *suite_sample(void) {
    Suite *suite = suite_create("sample");
    TCase *tcase = tcase_create("sample");
    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_test(tcase, test_a_margin_or_a_difference_has_to_be_given);
    tcase_add_test(tcase, test_a_share_within_five_points_takes_385_answers);
    tcase_add_test(tcase, test_a_net_score_takes_four_times_the_answers_of_a_share);
    tcase_add_test(tcase, test_differences_take_the_answers_of_the_usual_tables);
    tcase_add_test(tcase, test_what_an_answer_buys_is_what_it_costs);
    tcase_add_test(tcase, test_groups_may_be_of_unequal_size);
    tcase_add_test(tcase, test_what_cannot_be_had_is_said);
    tcase_add_test(tcase, test_assumptions_that_make_no_sense_are_refused);
    suite_add_tcase(suite, tcase);
    return suite;
}
