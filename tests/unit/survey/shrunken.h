#ifndef CX_TEST_SHRUNKEN_H
#define CX_TEST_SHRUNKEN_H

#include "../metric/figures.h"

/* Groups to be shrunk, and what is known of them. */

enum { MOST = 64 };

static double value[MOST], variance[MOST], number[MOST], covariate[MOST];
static double detractors[MOST], passives[MOST], promoters[MOST];
static char team_text[MOST];
static int32_t team_offsets[MOST + 1];
static cx_array values, variances, n, x[2], count[3];
static cx_frame covariates, counts;
static cx_shrink_options options;
static cx_table *table;
static vectors known;

static inline void length(int64_t rows) {
    values = cx_array_of(value, CX_F64, rows);
    variances = cx_array_of(variance, CX_F64, rows);
    n = cx_array_of(number, CX_F64, rows);
    x[0] = cx_array_of(covariate, CX_F64, rows);
    x[1] = cx_array_of(team_text, CX_STRING, rows);
    x[1].offsets = team_offsets;
    x[0].name = "x", x[1].name = "team";
    count[0] = cx_array_of(detractors, CX_F64, rows);
    count[1] = cx_array_of(passives, CX_F64, rows);
    count[2] = cx_array_of(promoters, CX_F64, rows);
    covariates = (cx_frame){x, 2, {0, 0}};
    count[0].name = "a", count[1].name = "b", count[2].name = "c";
    counts = (cx_frame){count, 3, {0, 0}};
}

static inline void setup(void) {
    vectors v = vectors_read("shrink_data");
    known = vectors_read("shrink");
    for (int64_t r = 0; r < v.rows; r++) {
        value[r] = vectors_number(&v, r, "value");
        variance[r] = vectors_number(&v, r, "variance");
        number[r] = vectors_number(&v, r, "n");
        covariate[r] = vectors_number(&v, r, "x");
        detractors[r] = vectors_number(&v, r, "detractors");
        passives[r] = vectors_number(&v, r, "passives");
        promoters[r] = vectors_number(&v, r, "promoters");
        team_text[r] = *vectors_text(&v, r, "team");
        team_offsets[r + 1] = (int32_t)(r + 1);
    }
    length(v.rows);
    vectors_free(&v);
    cx_shrink_options_init(&options);
    table = NULL;
}

static inline void teardown(void) {
    cx_table_free(table);
    vectors_free(&known);
}

static inline double figure(const char *name) {
    return table_figure(table, name);
}

/* Every number of an id in the vectors; returns how many there were. */
static inline int expect(const char *id) {
    int found = 0;
    for (int64_t r = 0; r < known.rows; r++) {
        if (strcmp(vectors_text(&known, r, "id"), id) != 0) continue;
        const char *name = vectors_text(&known, r, "figure");
        int64_t row = (int64_t)vectors_number(&known, r, "row");
        double actual = row < 0                    ? figure(name)
                        : strcmp(name, "mse") == 0 ? pow(table_number(table, "se", row), 2)
                                                   : table_number(table, name, row);
        ck_assert_close(actual, vectors_number(&known, r, "value"),
                        vectors_number(&known, r, "tolerance"));
        found++;
    }
    return found;
}

static inline void again(void) {
    cx_table_free(table);
    table = NULL;
}

static inline void shares(void) { /* x = not a detractor, of n */
    static double hits[MOST];
    for (int64_t i = 0; i < count[0].length; i++) hits[i] = number[i] - detractors[i];
    count[0].data = hits, count[1].data = number;
    counts.count = 2;
}

#define VALUES(err) cx_shrink(&values, &variances, &n, NULL, &options, &table, err)
#define COUNTS(err) cx_shrink_counts(&counts, &options, &table, err)

static inline cx_tallies *tallies_of(double weight) {
    static double score[4096], weights[4096];
    static int32_t key[4096];
    static const double *const classes[] = {detractors, passives, promoters};
    int64_t rows = 0;
    cx_tallies *set;
    for (int g = 0; g < 12; g++)
        for (int k = 0; k < 3; k++)
            for (int i = 0; i < (int)classes[k][g]; i++, rows++)
                score[rows] = k == 0 ? 3 : k == 1 ? 8 : 10, key[rows] = g, weights[rows] = weight;
    cx_array scores = cx_array_of(score, CX_F64, rows), w = cx_array_of(weights, CX_F64, rows);
    cx_array keys = cx_array_of(key, CX_I32, rows);
    cx_frame by = {&keys, 1, {0, 0}};
    keys.name = "team";
    ck_assert_ok(cx_tally_by(&scores, weight == 1 ? NULL : &w, &by, 0, 10, NULL, &set, err));
    return set;
}

#endif
