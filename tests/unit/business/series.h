#ifndef CX_TEST_SERIES_H
#define CX_TEST_SERIES_H

#include "../support.h"

/* Series to be lagged, and what is known of them. */

static vectors known;
static double data[3][400];
static cx_array x, y, z;
static cx_frame beside;

static inline void expect(const char *id, double found) {
    for (int64_t i = 0; i < known.rows; i++) {
        if (strcmp(vectors_text(&known, i, "id"), id) != 0) continue;
        double wanted = vectors_number(&known, i, "value");
        double tolerance = vectors_number(&known, i, "tolerance");
        bool absolute = strncmp(vectors_text(&known, i, "source"), "absolute", 8) == 0;
        double scale = absolute ? 1 : fabs(wanted);
        ck_assert_msg(fabs(found - wanted) <= tolerance * scale, "%s is %.15g, not %.15g", id,
                      found, wanted);
        return;
    }
    ck_abort_msg("no vector %s", id);
}

static inline void expect_at(const char *name, int64_t lag, double found) {
    char id[64];
    snprintf(id, sizeof id, "%s_%d", name, (int)lag);
    expect(id, found);
}

static inline void setup(void) {
    static const char *const names[] = {"x", "y", "z"};
    known = vectors_read("lag");
    vectors rows = vectors_read("lag_data");
    for (int c = 0; c < 3; c++)
        for (int64_t i = 0; i < rows.rows; i++) data[c][i] = vectors_number(&rows, i, names[c]);
    x = cx_array_of(data[0], CX_F64, rows.rows);
    y = cx_array_of(data[1], CX_F64, rows.rows);
    z = cx_array_of(data[2], CX_F64, rows.rows);
    x.name = "x", y.name = "y", z.name = "z";
    beside = (cx_frame){&z, 1, {0, 0}};
    vectors_free(&rows);
}

static inline void teardown(void) {
    vectors_free(&known);
}

/* Independent normal numbers */
static inline void noise(double *out, int64_t n, uint32_t purpose, uint64_t run) {
    for (int64_t i = 0; i < n; i++)
        out[i] = cx_normal_quantile(cx_random_uniform(20261123, purpose, run, (uint32_t)i));
}

/* Two columns of a file with a header; false without the data */
static inline bool shared_columns(const char *path, const char *const *names, int count) {
    char room[512];
    const char *found = shared_path(path, room, sizeof room);
    if (found == NULL) return false;
    vectors rows = vectors_read_path(found);
    for (int c = 0; c < count; c++)
        for (int64_t i = 0; i < rows.rows; i++) data[c][i] = vectors_number(&rows, i, names[c]);
    x.length = y.length = z.length = rows.rows;
    vectors_free(&rows);
    return true;
}

/* Four series of twenty periods, levels far apart, rows shuffled */
static inline void panel(double effect, int64_t unit[80], int64_t period[80]) {
    noise(data[0], 80, 3, 1);
    noise(data[1], 80, 4, 1);
    for (int64_t i = 0; i < 80; i++) unit[i] = i / 20, period[i] = 100 + i % 20;
    for (int64_t i = 79; i >= 0; i--) {
        data[1][i] = 0.1 * data[1][i] + 50.0 * (double)unit[i];
        if (i % 20 > 0) data[1][i] += effect * data[0][i - 1];
    }
    for (int64_t i = 0; i < 40; i++) {
        int64_t j = 79 - i, u = unit[i], p = period[i];
        double a = data[0][i], b = data[1][i];
        unit[i] = unit[j], period[i] = period[j], data[0][i] = data[0][j], data[1][i] = data[1][j];
        unit[j] = u, period[j] = p, data[0][j] = a, data[1][j] = b;
    }
}

#endif
