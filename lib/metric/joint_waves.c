#include "metric/joint.h"

#include "base/keys.h"

/* Two waves of one question, joined by respondent: rows of the second wave look for their id among
 * those of the first. */

typedef struct waves_join {
    cx_i_keys keys;
    const cx_array *scores[2];
    const cx_frame *ids[2];
    int64_t *key[2];   /* of each row, -1 without an id */
    int64_t *second;   /* of each key: its row in the second wave, -1 without one */
    int64_t *seen;     /* of each key: a row of the wave being read */
    int64_t key_count; /* of the first wave */
} waves_join;

static cx_status waves_check(const cx_joint *self, const waves_join *join,
                             const cx_answer_options *options, cx_error *err) {
    static const char *const roles[2][2] = {{"before", "ids_before"}, {"after", "ids_after"}};
    if (self->k != 2)
        return cx_i_fail(err, CX_E_MISMATCH,
                         "two waves need a state of two components, this has %d", self->k);
    for (int w = 0; w < 2; w++) {
        cx_i_answers answers = {join->scores[w], NULL, options};
        CX_TRY(cx_i_array_check(join->scores[w], roles[w][0], CX_I_NUMBERS, err));
        CX_TRY(cx_i_answers_check(&answers, err));
        CX_TRY(cx_i_frame_check(join->ids[w], roles[w][1], CX_I_KEYS, err));
        CX_TRY(cx_i_array_same_length(join->scores[w], roles[w][0], &join->ids[w]->columns[0],
                                      roles[w][1], err));
    }
    if (join->scores[0]->length > CX_I_JOINT_ROWS / 2 ||
        join->scores[1]->length > CX_I_JOINT_ROWS / 2)
        return cx_i_joint_overflow(err);
    return CX_OK;
}

static bool waves_has_id(const cx_frame *ids, int64_t row) {
    for (int64_t c = 0; c < ids->count; c++) {
        const cx_array *column = &ids->columns[c];
        double number = 0;
        if (!cx_i_array_present(column, row)) return false;
        if (column->dtype == CX_F32 || column->dtype == CX_F64)
            cx_i_array_read(column, row, 1, &number);
        if (isnan(number)) return false;
    }
    return true;
}

static cx_status waves_read_keys(waves_join *join, int w, cx_error *err) {
    int64_t length = join->scores[w]->length;
    CX_TRY(cx_i_keys_bind(&join->keys, join->ids[w], err));
    CX_TRY(cx_i_keys_read(&join->keys, join->ids[w], 0, length, join->key[w], err));
    for (int64_t r = 0; r < length; r++)
        if (!waves_has_id(join->ids[w], r)) join->key[w][r] = -1;
    return CX_OK;
}

/* Nobody stands twice in a wave: which of the two answers counts is not ours to choose. */
static cx_status waves_check_once(waves_join *join, int w, cx_error *err) {
    for (int64_t key = 0; key < join->keys.count; key++) join->seen[key] = -1;
    for (int64_t row = 0; row < join->scores[w]->length; row++) {
        int64_t key = join->key[w][row];
        if (key < 0) continue;
        if (join->seen[key] >= 0)
            return cx_i_fail_at(err, CX_E_DOMAIN, &join->ids[w]->columns[0], row, (double)row,
                                "the respondent of row %d stands here again: keep one answer of "
                                "each respondent in a wave",
                                join->seen[key]);
        join->seen[key] = row;
    }
    if (w == 1)
        for (int64_t key = 0; key < join->keys.count; key++) join->second[key] = join->seen[key];
    return CX_OK;
}

/* -- counting ------------------------------------------------------------------------------ */

static cx_status waves_read(cx_joint *self, const waves_join *join,
                            const cx_answer_options *options, int w, int64_t row, int16_t *y,
                            int32_t *reason, cx_error *err) {
    double value;
    cx_i_answers answers = {join->scores[w], NULL, options};
    cx_i_array_read(join->scores[w], row, 1, &value);
    return cx_i_joint_answer(self, w, &answers, row, value, NULL, &y[w], reason, err);
}

/* A respondent of one wave only has no answer in the other: nothing was asked, nothing is missing
 * there; the tally of the other wave does not hear of it. */
static cx_status waves_count(cx_joint *self, const waves_join *join,
                             const cx_answer_options *options, cx_error *err) {
    int16_t y[2];
    for (int64_t row = 0; row < join->scores[0]->length; row++) {
        int32_t reason = CX_EXCLUDED_MISSING;
        int64_t key = join->key[0][row], other = key < 0 ? -1 : join->second[key];
        y[1] = CX_I_NO_ANSWER;
        if (other >= 0) CX_TRY(waves_read(self, join, options, 1, other, y, &reason, err));
        CX_TRY(waves_read(self, join, options, 0, row, y, &reason, err));
        if (!cx_i_joint_count(self, &self->scratch, y, reason, NULL))
            return cx_i_joint_overflow(err);
    }
    for (int64_t row = 0; row < join->scores[1]->length; row++) {
        int32_t reason = CX_EXCLUDED_MISSING;
        if (join->key[1][row] >= 0 && join->key[1][row] < join->key_count &&
            join->seen[join->key[1][row]] >= 0)
            continue; /* counted with the first wave */
        y[0] = CX_I_NO_ANSWER;
        CX_TRY(waves_read(self, join, options, 1, row, y, &reason, err));
        if (!cx_i_joint_count(self, &self->scratch, y, reason, NULL))
            return cx_i_joint_overflow(err);
    }
    return CX_OK;
}

/* Duplicates are looked for in the second wave first, so that `seen` is left by the first. */
static cx_status waves_join_all(cx_joint *self, waves_join *join, const cx_answer_options *options,
                                cx_error *err) {
    CX_TRY(waves_read_keys(join, 0, err));
    join->key_count = join->keys.count;
    CX_TRY(waves_read_keys(join, 1, err));
    join->second = cx_i_alloc_array(&self->allocator, join->keys.count, sizeof *join->second);
    join->seen = cx_i_alloc_array(&self->allocator, join->keys.count, sizeof *join->seen);
    if (join->second == NULL || join->seen == NULL) return cx_i_out_of_memory(err);
    CX_TRY(waves_check_once(join, 1, err));
    CX_TRY(waves_check_once(join, 0, err));
    cx_i_joint_begin(self, false);
    CX_TRY(waves_count(self, join, options, err));
    return cx_i_joint_commit(self, err);
}

cx_status cx_joint_add_waves(cx_joint *self, const cx_array *before, const cx_frame *ids_before,
                             const cx_array *after, const cx_frame *ids_after,
                             const cx_answer_options *options, cx_error *err) {
    cx_answer_options defaults;
    cx_answer_options_init(&defaults);
    waves_join join = {.scores = {before, after}, .ids = {ids_before, ids_after}};
    if (options == NULL) options = &defaults;
    if (self == NULL) return cx_i_fail(err, CX_E_NULL, "self is missing");
    CX_TRY(waves_check(self, &join, options, err));
    cx_i_keys_init(&join.keys, &self->allocator);
    for (int w = 0; w < 2; w++)
        join.key[w] =
            cx_i_alloc_array(&self->allocator, join.scores[w]->length, sizeof *join.key[w]);
    cx_status status = join.key[0] == NULL || join.key[1] == NULL
                           ? cx_i_out_of_memory(err)
                           : waves_join_all(self, &join, options, err);
    for (int w = 0; w < 2; w++) cx_i_free(&self->allocator, join.key[w]);
    cx_i_free(&self->allocator, join.second);
    cx_i_free(&self->allocator, join.seen);
    cx_i_keys_free(&join.keys);
    return status;
}
