#include "support.h"

START_TEST(test_version_of_library_is_that_of_headers) {
    ck_assert_str_eq(cx_version(), CX_VERSION_TEXT);
}
END_TEST

START_TEST(test_version_numbers_make_the_text) {
    char text[64];
    snprintf(text, sizeof text, "%d.%d.%d", CX_VERSION_MAJOR, CX_VERSION_MINOR, CX_VERSION_PATCH);
    ck_assert_str_eq(text, CX_VERSION_TEXT);
}
END_TEST

Suite *suite_version(void);
Suite *suite_version(void) {
    Suite *suite = suite_create("version");
    TCase *cases = tcase_create("version");
    tcase_add_test(cases, test_version_of_library_is_that_of_headers);
    tcase_add_test(cases, test_version_numbers_make_the_text);
    suite_add_tcase(suite, cases);
    return suite;
}
