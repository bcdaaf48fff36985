#ifndef CX_TEST_JOINTS_H
#define CX_TEST_JOINTS_H

#include "../support.h"

/* Joint states of plain arrays: `values` row by row, NaN where there is no answer. */
enum { JOINT_ROWS = 4096 };

static const char *const joint_names = "abcdefgh";
static const int32_t joint_offsets[] = {0, 1, 2, 3, 4, 5, 6, 7, 8};

static cx_array joint_name_column(int64_t k) {
    cx_array names = cx_array_of(joint_names, CX_STRING, k);
    names.offsets = joint_offsets;
    return names;
}

static void joint_add(cx_joint *joint, const double *values, const double *weights, int64_t rows) {
    static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h"};
    cx_array columns[8], w = cx_array_of(weights, CX_F64, rows);
    int64_t k = cx_joint_columns(joint);
    cx_frame x = {columns, k, {0, 0}};
    for (int64_t i = 0; i < k; i++) {
        columns[i] = cx_array_of(values + i, CX_F64, rows);
        columns[i].stride = k * (int64_t)sizeof *values;
        columns[i].name = names[i];
    }
    ck_assert_ok(cx_joint_add(joint, &x, weights == NULL ? NULL : &w, NULL, err));
}

static cx_joint *joint_empty(int64_t k, int32_t score) {
    cx_joint *joint;
    cx_joint_options options;
    cx_array names = joint_name_column(k);
    cx_joint_options_init(&options);
    options.score = score;
    ck_assert_ok(cx_joint_new(&names, &options, NULL, &joint, err));
    return joint;
}

static cx_joint *joint_of(int64_t k, int32_t score, const double *values, const double *weights,
                          int64_t rows) {
    cx_joint *joint = joint_empty(k, score);
    joint_add(joint, values, weights, rows);
    return joint;
}

/* The respondents of tests/vectors/joint_data.csv: ease, speed, care. */
static inline int64_t joint_data(double *values, double *weights) {
    static const char *const names[] = {"ease", "speed", "care"};
    vectors v = vectors_read("joint_data");
    for (int64_t r = 0; r < v.rows; r++) {
        for (int i = 0; i < 3; i++) values[3 * r + i] = vectors_number(&v, r, names[i]);
        weights[r] = vectors_number(&v, r, "weight");
    }
    int64_t rows = v.rows;
    vectors_free(&v);
    return rows;
}

/* Holds every figure of that id against an estimate. */
static inline int joint_expect(const char *id, const cx_estimate *e) {
    static const char *const fields[] = {"value", "se", "ci_low", "ci_high", "df", "p_value"};
    const double found[] = {e->value, e->se, e->ci_low, e->ci_high, e->df, e->p_value};
    vectors v = vectors_read("joint");
    int count = 0;
    for (int64_t r = 0; r < v.rows; r++)
        for (int f = 0; f < 6 && strcmp(vectors_text(&v, r, "id"), id) == 0; f++)
            if (strcmp(vectors_text(&v, r, "figure"), fields[f]) == 0) {
                double expected = vectors_number(&v, r, "value");
                double tolerance = vectors_number(&v, r, "tolerance") * fmax(fabs(expected), 1);
                ck_assert_msg(fabs(found[f] - expected) <= tolerance, "%s: %s is %.15g, not %.15g",
                              id, fields[f], found[f], expected);
                count++;
            }
    vectors_free(&v);
    return count;
}

#endif
