/* One turn of the loop: what customers say, where to ask next, what drives it. The answers are made
 * by a formula, so that all three languages have the same. */

#include <cxkit.h>
#include <stdio.h>
#include <stdlib.h>

enum { ANSWERS = 600, BUDGET = 300 };

static const char *const shops = "citylakeport";
static const int32_t shop_ends[] = {0, 4, 8, 12};

static void must(cx_status status, const cx_error *err) {
    if (status == CX_OK) return;
    fprintf(stderr, "%s\n", err->text);
    exit(1);
}

static double number(const cx_table *table, const char *column, int64_t row) {
    cx_array view;
    cx_error err;
    must(cx_table_column(table, cx_table_find(table, column), &view, &err), &err);
    return ((const double *)view.data)[row];
}

int main(void) {
    static int8_t score[ANSWERS], shop[ANSWERS], queue[ANSWERS], staff[ANSWERS];
    for (int i = 0; i < ANSWERS; i++) {
        shop[i] = (int8_t)(i % 10 < 6 ? 0 : i % 10 < 9 ? 1 : 2);
        queue[i] = (int8_t)(1 + i * 7 % 5);
        staff[i] = (int8_t)(1 + i * 11 % 13 % 5);
        score[i] = (int8_t)(queue[i] + staff[i] - (shop[i] == 2 ? 2 : 0) + i % 3);
        if (score[i] > 10) score[i] = 10;
        if (score[i] < 0) score[i] = 0;
    }
    cx_error err;

    /* what customers say, by shop */
    cx_array names = cx_array_of(shops, CX_STRING, 3), key = cx_array_of(shop, CX_I8, ANSWERS);
    names.offsets = shop_ends;
    key.dictionary = &names;
    key.name = "shop";
    cx_frame by = {&key, 1, {0, 0}};
    cx_array scores = cx_array_of(score, CX_I8, ANSWERS);
    cx_tallies *tallies;
    cx_table *nps;
    must(cx_tally_by(&scores, NULL, &by, 0, 10, NULL, &tallies, &err), &err);
    must(cx_nps_by(tallies, NULL, &nps, &err), &err);
    for (int64_t i = 0; i < cx_table_rows(nps); i++)
        printf("%.4s: NPS %.1f, between %.1f and %.1f\n", shops + shop_ends[i],
               number(nps, "value", i), number(nps, "ci_low", i), number(nps, "ci_high", i));

    /* where to ask next: a = (share of customers x spread of answers)^2, at least 20 each */
    double a[3], floor_of_each[] = {20, 20, 20};
    for (int64_t i = 0; i < 3; i++) {
        double n = (double)cx_tally_n(cx_tallies_at(tallies, i)), se = number(nps, "se", i);
        a[i] = n / ANSWERS * (n / ANSWERS) * se * se * n;
    }
    cx_array importance = cx_array_of(a, CX_F64, 3), lower = cx_array_of(floor_of_each, CX_F64, 3);
    cx_table *plan;
    must(cx_plan(&importance, BUDGET, &lower, NULL, NULL, NULL, NULL, NULL, NULL, &plan, &err),
         &err);
    for (int64_t i = 0; i < 3; i++)
        printf("%.4s: ask %.0f next\n", shops + shop_ends[i], number(plan, "n", i));

    /* what drives it */
    cx_array columns[] = {cx_array_of(queue, CX_I8, ANSWERS), cx_array_of(staff, CX_I8, ANSWERS),
                          scores};
    columns[0].name = "queue", columns[1].name = "staff", columns[2].name = "score";
    const int32_t name_ends[] = {0, 5, 10, 15};
    cx_array labels = cx_array_of("queuestaffscore", CX_STRING, 3);
    labels.offsets = name_ends;
    cx_frame frame = {columns, 3, {0, 0}};
    cx_moments *moments;
    cx_table *drivers;
    must(cx_moments_new(&labels, NULL, &moments, &err), &err);
    must(cx_moments_add(moments, &frame, NULL, &err), &err);
    must(cx_drivers(moments, NULL, "score", NULL, &drivers, &err), &err);
    for (int64_t i = 0; i < 2; i++)
        printf("%s: %.1f %% of the differences in score\n", i == 0 ? "queue" : "staff",
               100 * number(drivers, "importance", i));

    cx_table_free(nps);
    cx_table_free(plan);
    cx_table_free(drivers);
    cx_tallies_free(tallies);
    cx_moments_free(moments);
    return 0;
}
