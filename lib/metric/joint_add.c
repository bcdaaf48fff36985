#include "metric/joint.h"

/* Respondents into joint states. A block of rows is read column by column, then counted. */

/* -- counting ------------------------------------------------------------------------------ */

static bool joint_put(cx_i_joint_sums *sums, int64_t slot, int32_t value, const double *weight) {
    sums->plain[slot] += value;
    if (weight == NULL || value == 0) return true;
    return cx_i_sum_add(&sums->weight[slot], *weight * value) &&
           cx_i_sum_add(&sums->square[slot], *weight * *weight * value);
}

static bool joint_put_pair(cx_i_joint_sums *sums, int64_t slot, int32_t y, int32_t z,
                           const double *weight) {
    return joint_put(sums, slot + CX_I_BOTH, 1, weight) &&
           joint_put(sums, slot + CX_I_Y, y, weight) && joint_put(sums, slot + CX_I_Z, z, weight) &&
           joint_put(sums, slot + CX_I_YY, y * y, weight) &&
           joint_put(sums, slot + CX_I_ZZ, z * z, weight) &&
           joint_put(sums, slot + CX_I_YZ, y * z, weight);
}

static bool joint_put_complete(cx_joint *self, cx_i_joint_sums *sums, const int16_t *y,
                               const double *weight) {
    bool fits = joint_put(sums, cx_i_joint_complete_one(self), 1, weight);
    for (int64_t i = 0; i < self->k && fits; i++) {
        fits = joint_put(sums, cx_i_joint_complete_y(self, i), y[i], weight);
        for (int64_t j = 0; j <= i && fits; j++)
            fits = joint_put(sums, cx_i_joint_complete_yy(self, i, j), y[i] * y[j], weight);
    }
    return fits;
}

bool cx_i_joint_count(cx_joint *self, cx_i_joint_sums *sums, const int16_t *y, int32_t reason,
                      const double *weight) {
    int64_t answered = 0;
    bool fits = true;
    sums->rows++;
    for (int64_t i = 0; i < self->k && fits; i++) {
        if (y[i] == CX_I_NO_ANSWER) continue;
        answered++;
        for (int64_t j = 0; j < i && fits; j++)
            if (y[j] != CX_I_NO_ANSWER)
                fits = joint_put_pair(sums, cx_i_joint_pair(i, j), y[i], y[j], weight);
    }
    if (answered < self->k) sums->incomplete[reason]++;
    if (answered == 0) {
        sums->nobody[reason]++;
        return fits;
    }
    fits = fits && joint_put(sums, cx_i_joint_everyone(self), 1, weight);
    return fits && (answered < self->k || joint_put_complete(self, sums, y, weight));
}

/* -- counting a block without weights: six products of short integers a pair --------------- */

/* y of each component, 0 where there is no answer; `there` 1 where there is one; all rows in which
 * every component has one, or any has. Rows past the last are zero. */
static int16_t *joint_y(const cx_joint *self, int64_t i) {
    return self->block + i * CX_I_JOINT_BLOCK;
}
static int16_t *joint_there(const cx_joint *self, int64_t i) {
    return joint_y(self, self->k + i);
}

static int32_t joint_dot(const int16_t *a, const int16_t *b) {
    int32_t sum = 0;
    for (int r = 0; r < CX_I_JOINT_BLOCK; r++) sum += a[r] * b[r];
    return sum;
}

static int32_t joint_dot_square(const int16_t *a, const int16_t *b) {
    int32_t sum = 0;
    for (int r = 0; r < CX_I_JOINT_BLOCK; r++) sum += a[r] * a[r] * b[r];
    return sum;
}

static void joint_count_pair(const cx_joint *self, int64_t i, int64_t j, int64_t *plain) {
    const int16_t *y = joint_y(self, i), *z = joint_y(self, j);
    const int16_t *there_y = joint_there(self, i), *there_z = joint_there(self, j);
    plain[CX_I_BOTH] += joint_dot(there_y, there_z);
    plain[CX_I_Y] += joint_dot(y, there_z);
    plain[CX_I_Z] += joint_dot(z, there_y);
    plain[CX_I_YY] += joint_dot_square(y, there_z);
    plain[CX_I_ZZ] += joint_dot_square(z, there_y);
    plain[CX_I_YZ] += joint_dot(y, z);
}

static void joint_count_complete(cx_joint *self, const int16_t *complete, int64_t *plain) {
    int32_t count = joint_dot(complete, complete);
    plain[cx_i_joint_complete_one(self)] += count;
    if (count == 0) return;
    for (int64_t i = 0; i < self->k; i++) {
        int16_t *y = joint_y(self, i);
        for (int r = 0; r < CX_I_JOINT_BLOCK; r++) y[r] = (int16_t)(y[r] * complete[r]);
        plain[cx_i_joint_complete_y(self, i)] += joint_dot(y, complete);
        for (int64_t j = 0; j <= i; j++)
            plain[cx_i_joint_complete_yy(self, i, j)] += joint_dot(y, joint_y(self, j));
    }
}

/* The rows as read hold CX_I_NO_ANSWER. */
static void joint_mark(cx_joint *self, int64_t rows, int16_t *complete, int16_t *any) {
    for (int r = 0; r < CX_I_JOINT_BLOCK; r++) complete[r] = r < rows, any[r] = 0;
    for (int64_t i = 0; i < self->k; i++) {
        int16_t *y = joint_y(self, i), *there = joint_there(self, i);
        for (int r = 0; r < CX_I_JOINT_BLOCK; r++) {
            there[r] = (int16_t)(r < rows && y[r] != CX_I_NO_ANSWER);
            y[r] = (int16_t)(there[r] ? y[r] : 0);
            complete[r] &= there[r];
            any[r] |= there[r];
        }
    }
}

static void joint_count_block(cx_joint *self, cx_i_joint_sums *sums, const int32_t *reason,
                              int64_t rows) {
    int16_t *complete = joint_y(self, 2 * self->k), *any = joint_y(self, 2 * self->k + 1);
    joint_mark(self, rows, complete, any);
    for (int64_t i = 1; i < self->k; i++)
        for (int64_t j = 0; j < i; j++)
            joint_count_pair(self, i, j, sums->plain + cx_i_joint_pair(i, j));
    sums->plain[cx_i_joint_everyone(self)] += joint_dot(any, any);
    for (int64_t r = 0; r < rows; r++) {
        if (!complete[r]) sums->incomplete[reason[r]]++;
        if (!any[r]) sums->nobody[reason[r]]++;
    }
    sums->rows += rows;
    joint_count_complete(self, complete, sums->plain);
}

/* -- reading ------------------------------------------------------------------------------- */

void cx_i_joint_begin(cx_joint *self, bool weighted) {
    cx_i_joint_clear(self, &self->scratch);
    if (weighted) cx_i_joint_make_weighted(self, &self->scratch);
    for (int64_t i = 0; i < self->k; i++) {
        cx_tally *tally = self->component[i].tally;
        cx_i_cells_clear(&tally->scratch, cx_i_tally_levels(tally));
        if (weighted) cx_i_cells_make_weighted(&tally->scratch, cx_i_tally_levels(tally));
    }
}

cx_status cx_i_joint_answer(cx_joint *self, int64_t i, const cx_i_answers *answers, int64_t row,
                            double value, const double *weight, int16_t *y, int32_t *reason,
                            cx_error *err) {
    cx_i_component *component = &self->component[i];
    int step;
    CX_TRY(cx_i_answers_place(answers, component->tally, &component->tally->scratch, row, value,
                              weight, &step, err));
    if (step >= 0 && weight != NULL && *weight == 0) step = -1 - CX_EXCLUDED_ZERO_WEIGHT;
    *y = step >= 0 ? component->read[step] : CX_I_NO_ANSWER;
    if (step < 0) *reason = -1 - step;
    return CX_OK;
}

static cx_status joint_find_columns(cx_joint *self, const cx_frame *x, const cx_array *weights,
                                    const cx_answer_options *options, cx_error *err) {
    CX_TRY(cx_i_frame_check(x, "x", CX_I_KEYS, err));
    for (int64_t i = 0; i < self->k; i++) {
        self->found[i] = cx_i_frame_find(x, self->component[i].name);
        if (self->found[i] == NULL)
            return cx_i_fail(err, CX_E_NAME, "x has no column called %s", self->component[i].name);
        cx_i_answers answers = {self->found[i], weights, options};
        CX_TRY(cx_i_answers_check(&answers, err));
    }
    return CX_OK;
}

/* Without weights an answer is a code; what the codes leave is looked at by itself. */
static cx_status joint_read_codes(cx_joint *self, int64_t i, int64_t start, int64_t count,
                                  int32_t *reason, cx_error *err) {
    const cx_i_component *component = &self->component[i];
    const cx_i_codes *codes = &self->codes[i];
    cx_i_cells *cells = &component->tally->scratch;
    int16_t *y = joint_y(self, i);
    uint16_t code[CX_I_BLOCK];
    cx_i_codes_read(codes, start, count, code);
    for (int64_t r = 0; r < count; r++) {
        int32_t left = code[r] < codes->levels ? -1 : codes->reason[code[r] - codes->levels];
        if (left < 0) {
            cells->count[code[r]]++;
            y[r] = component->read[code[r]];
        } else if (left == CX_I_REFUSED) {
            double value;
            cx_i_array_read(self->found[i], start + r, 1, &value);
            CX_TRY(cx_i_joint_answer(self, i, codes->answers, start + r, value, NULL, &y[r],
                                     &reason[r], err));
        } else {
            cells->excluded[left]++;
            y[r] = CX_I_NO_ANSWER;
            reason[r] = left;
        }
    }
    return CX_OK;
}

/* The columns from the last to the first, so that `reason` is left by the first without answer. */
static cx_status joint_read_block(cx_joint *self, const cx_array *weights,
                                  const cx_answer_options *options, int64_t start, int64_t count,
                                  const double *weight, int32_t *reason, cx_error *err) {
    double values[CX_I_JOINT_BLOCK];
    for (int64_t i = self->k; i-- > 0;) {
        cx_i_answers answers = {self->found[i], weights, options};
        if (weight == NULL) {
            CX_TRY(joint_read_codes(self, i, start, count, reason, err));
            continue;
        }
        cx_i_array_read(self->found[i], start, count, values);
        for (int64_t r = 0; r < count; r++)
            CX_TRY(cx_i_joint_answer(self, i, &answers, start + r, values[r], &weight[r],
                                     joint_y(self, i) + r, &reason[r], err));
    }
    return CX_OK;
}

/* Rows of a block that was read, one by one. */
static cx_status joint_count_rows(cx_joint *self, cx_i_joint_sums *sums, const double *weight,
                                  const int32_t *reason, int64_t count, cx_error *err) {
    int16_t y[CX_JOINT_COLUMNS];
    for (int64_t r = 0; r < count; r++) {
        for (int64_t i = 0; i < self->k; i++) y[i] = joint_y(self, i)[r];
        if (!cx_i_joint_count(self, sums, y, reason[r], &weight[r]))
            return cx_i_joint_overflow(err);
    }
    return CX_OK;
}

cx_status cx_joint_add(cx_joint *self, const cx_frame *x, const cx_array *weights,
                       const cx_answer_options *options, cx_error *err) {
    cx_answer_options defaults;
    double weight[CX_I_JOINT_BLOCK];
    int32_t reason[CX_I_JOINT_BLOCK] = {0};
    cx_i_answers answers[CX_JOINT_COLUMNS];
    cx_answer_options_init(&defaults);
    if (options == NULL) options = &defaults;
    if (self == NULL) return cx_i_fail(err, CX_E_NULL, "self is missing");
    CX_TRY(joint_find_columns(self, x, weights, options, err));
    if (self->found[0]->length > CX_I_JOINT_ROWS) return cx_i_joint_overflow(err);
    cx_i_joint_begin(self, weights != NULL);
    for (int64_t i = 0; i < self->k; i++) {
        answers[i] = (cx_i_answers){self->found[i], weights, options};
        cx_i_codes_init(&self->codes[i], &answers[i], self->component[i].as.scale_min,
                        self->component[i].as.scale_max);
    }
    for (int64_t start = 0; start < self->found[0]->length; start += CX_I_JOINT_BLOCK) {
        int64_t left = self->found[0]->length - start;
        int64_t count = left < CX_I_JOINT_BLOCK ? left : CX_I_JOINT_BLOCK;
        if (weights != NULL) cx_i_array_read(weights, start, count, weight);
        CX_TRY(joint_read_block(self, weights, options, start, count,
                                weights != NULL ? weight : NULL, reason, err));
        if (weights == NULL)
            joint_count_block(self, &self->scratch, reason, count);
        else
            CX_TRY(joint_count_rows(self, &self->scratch, weight, reason, count, err));
    }
    return cx_i_joint_commit(self, err);
}
