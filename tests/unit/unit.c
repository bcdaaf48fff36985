#include <check.h>
#include <stdlib.h>

#define SUITE(noun) Suite *suite_##noun(void);
#include "suites.h"
#undef SUITE

/* One program runs every suite and prints TAP; CK_RUN_SUITE and CK_RUN_CASE choose among them. */
int main(void) {
    SRunner *runner = srunner_create(NULL);
#define SUITE(noun) srunner_add_suite(runner, suite_##noun());
#include "suites.h"
#undef SUITE
    srunner_set_tap(runner, "-");
    srunner_run_all(runner, CK_SILENT);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
