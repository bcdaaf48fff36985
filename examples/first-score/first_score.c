#include <cxkit.h>
#include <stdio.h>

int main(void) {
    const int8_t answers[] = {10, 9, 9, 8, 7, 10, 3, 9, 6, 10};
    cx_array scores = cx_array_of(answers, CX_I8, 10);
    cx_tally *tally;
    cx_estimate nps;
    cx_error err;
    if (cx_tally_new(0, 10, NULL, &tally, &err) || cx_tally_add(tally, &scores, NULL, NULL, &err) ||
        cx_nps(tally, NULL, &nps, &err))
        return fprintf(stderr, "%s\n", err.text), 1;
    printf("NPS %.0f, between %.0f and %.0f (%d answers, %s)\n", nps.value, nps.ci_low, nps.ci_high,
           (int)nps.n, cx_method_name(nps.method));
    cx_tally_free(tally);
    return 0;
}
