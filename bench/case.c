/* A business case with 8 links and 20,000 draws: milliseconds, one thread.
 *
 *     bench/case [turns] */

#define _POSIX_C_SOURCE 200809L

#include "bench.h"

#include <cxkit.h>

#include <string.h>

enum { MOST_TURNS = 256, LINKS = 8 };

static cx_case *chain(int32_t form) {
    static const char *const names[] = {"x", "a", "b", "c", "d", "e", "f", "g", "money"};
    double rate = 0.08;
    cx_array rates = cx_array_of(&rate, CX_F64, 1);
    cx_case_options options;
    cx_link_options link;
    cx_case *made = NULL;
    cx_case_options_init(&options);
    cx_link_options_init(&link);
    options.horizon = 36, options.population = 10000, options.periods_a_year = 12;
    if (cx_case_new("EUR", &rates, &options, NULL, &made, NULL) != CX_OK) exit(1);
    for (int i = 0; i < LINKS; i++) {
        char name[2] = {(char)('1' + i), 0};
        cx_estimate e = {.value = 1, .se = 0.1, .df = 40};
        link.form = i == 3 ? form : CX_FORM_LINEAR;
        link.base = 0.2;
        if (cx_case_link(made, name, names[i], names[i + 1], i == 0 ? NULL : "points",
                         i == LINKS - 1 ? "EUR" : "points", &e, NULL, NULL, &link, NULL) != CX_OK)
            exit(1);
    }
    if (cx_case_cost(made, "cost", 300000, 30000, 0, 0, CX_SPREAD_NORMAL, 0, 0, NULL, NULL) !=
        CX_OK)
        exit(1);
    return made;
}

static void run(const cx_case *self) {
    cx_case_result *result = NULL;
    if (cx_case_run(self, NULL, &result, NULL) != CX_OK) exit(1);
    cx_case_result_free(result);
}

int main(int argc, char **argv) {
    int turns = argc > 1 ? atoi(argv[1]) : 15;
    if (turns < 1 || turns > MOST_TURNS) return 1;
    bench_header();
    for (int form = 0; form < 2; form++) {
        double seconds[MOST_TURNS];
        cx_case *self = chain(form == 0 ? CX_FORM_LINEAR : CX_FORM_LOGIT);
        for (int t = 0; t < turns; t++) BENCH(seconds[t], run(self));
        bench_line(form == 0 ? "case, 8 links, 36 periods, 20,000 draws" : "the same, one logit",
                   1000 * bench_median(seconds, turns), "ms (median)", "");
        cx_case_free(self);
    }
    return 0;
}
