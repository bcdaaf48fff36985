#include "metric/tally.h"

#include "base/array.h"
#include "metric/codes.h"
#include "metric/histogram.h"
#include "metric/scale.h"

/* Reading answers: which step of the scale a value stands on, or why it is left out. */

void cx_answer_options_init(cx_answer_options *options) {
    if (options == NULL) return;
    memset(options, 0, sizeof *options);
    options->struct_size = sizeof *options;
}

static cx_status answer_check_codes(const double *codes, int32_t count, const char *name,
                                    cx_error *err) {
    if (count < 0 || count > CX_MAX_CODES)
        return cx_i_fail(err, CX_E_OPTION, "there are %d %s; at most %d are kept", (int64_t)count,
                         name, (int64_t)CX_MAX_CODES);
    for (int32_t i = 0; i < count; i++)
        if (!isfinite(codes[i]))
            return cx_i_fail(err, CX_E_OPTION, "%g cannot be one of the %s", codes[i], name);
    return CX_OK;
}

cx_status cx_i_answer_options_check(const cx_answer_options *options, cx_error *err) {
    CX_TRY(cx_i_options_check(options->struct_size, sizeof *options, "cx_answer_options", err));
    if (options->invalid < CX_INVALID_EXCLUDE || options->invalid > CX_INVALID_ERROR)
        return cx_i_fail(err, CX_E_OPTION, "invalid is %d, neither exclude (0) nor error (1)",
                         (int64_t)options->invalid);
    if (options->fractional < CX_FRACTIONAL_INVALID || options->fractional > CX_FRACTIONAL_FLOOR)
        return cx_i_fail(err, CX_E_OPTION, "fractional is %d, neither invalid (0) nor floor (1)",
                         (int64_t)options->fractional);
    CX_TRY(
        answer_check_codes(options->missing_codes, options->missing_count, "missing codes", err));
    return answer_check_codes(options->not_applicable_codes, options->not_applicable_count,
                              "not-applicable codes", err);
}

static bool answer_is_code(const double *codes, int32_t count, double value) {
    for (int32_t i = 0; i < count; i++)
        if (codes[i] == value) return true;
    return false;
}

int cx_i_answer_code(const cx_answer_options *options, double value) {
    if (answer_is_code(options->missing_codes, options->missing_count, value))
        return CX_EXCLUDED_MISSING;
    if (answer_is_code(options->not_applicable_codes, options->not_applicable_count, value))
        return CX_EXCLUDED_NOT_APPLICABLE;
    return -1;
}

/* How one answer is read: a step >= 0, or -1 - reason. */
#define ANSWER_INFINITE (-100)

CX_I_INLINE int answer_step(const cx_answer_options *options, int32_t scale_min, int32_t scale_max,
                            double value, bool *rounded) {
    *rounded = false;
    bool plain = options->missing_count == 0 && options->not_applicable_count == 0;
    if (plain && value >= scale_min && value <= scale_max && (int32_t)value == value)
        return (int32_t)value - scale_min; /* nearly all answers are read here */
    double step = floor(value);
    if (isnan(value)) return -1 - CX_EXCLUDED_MISSING;
    if (isinf(value)) return ANSWER_INFINITE;
    if (answer_is_code(options->missing_codes, options->missing_count, value))
        return -1 - CX_EXCLUDED_MISSING;
    if (answer_is_code(options->not_applicable_codes, options->not_applicable_count, value))
        return -1 - CX_EXCLUDED_NOT_APPLICABLE;
    if (value < scale_min || value > scale_max) return -1 - CX_EXCLUDED_OUT_OF_RANGE;
    if (step != value && options->fractional == CX_FRACTIONAL_INVALID)
        return -1 - CX_EXCLUDED_NON_INTEGER;
    *rounded = step != value;
    return (int)(step - scale_min);
}

int cx_i_answer_step(const cx_answer_options *options, int32_t scale_min, int32_t scale_max,
                     double value, bool *rounded) {
    return answer_step(options, scale_min, scale_max, value, rounded);
}

/* CX_OK when the options allow the answer to be left out, else the sentence. */
static cx_status answer_fail(const cx_answer_options *options, const cx_array *scores, int64_t row,
                             double value, int step, int32_t scale_min, int32_t scale_max,
                             cx_error *err) {
    if (step == ANSWER_INFINITE)
        return cx_i_fail_at(err, CX_E_DOMAIN, scores, row, value, "the answer is infinite");
    if (options->invalid == CX_INVALID_EXCLUDE) return CX_OK;
    if (step == -1 - CX_EXCLUDED_OUT_OF_RANGE)
        return cx_i_fail_at(err, CX_E_DOMAIN, scores, row, value,
                            "%g is outside the scale %d to %d; name it as a missing or "
                            "not-applicable code if it stands for no answer",
                            value, (int64_t)scale_min, (int64_t)scale_max);
    if (step == -1 - CX_EXCLUDED_NON_INTEGER)
        return cx_i_fail_at(err, CX_E_DOMAIN, scores, row, value,
                            "%g lies between two steps of the scale %d to %d", value,
                            (int64_t)scale_min, (int64_t)scale_max);
    return CX_OK;
}

/* -- one column ---------------------------------------------------------------------------- */

cx_status cx_i_answers_check(const cx_i_answers *answers, cx_error *err) {
    CX_TRY(cx_i_array_check(answers->scores, "scores", CX_I_NUMBERS, err));
    if (answers->weights != NULL) {
        CX_TRY(cx_i_array_check(answers->weights, "weights", CX_I_NUMBERS, err));
        CX_TRY(cx_i_array_same_length(answers->scores, "scores", answers->weights, "weights", err));
    }
    return cx_i_answer_options_check(answers->options, err);
}

/* The inner loop of a single tally wants it inline. */
CX_I_INLINE cx_status answer_add(const cx_i_answers *answers, const cx_tally *tally,
                                 cx_i_cells *cells, int64_t row, double value, const double *weight,
                                 int *read, cx_error *err) {
    bool rounded;
    int step = answer_step(answers->options, tally->scale_min, tally->scale_max, value, &rounded);
    *read = step;
    if (step < 0)
        CX_TRY(answer_fail(answers->options, answers->scores, row, value, step, tally->scale_min,
                           tally->scale_max, err));
    if (weight != NULL) CX_TRY(cx_i_weight_check(answers->weights, row, *weight, err));
    if (!cx_i_cells_add(cells, cx_i_tally_levels(tally), step, rounded, weight))
        return cx_i_tally_overflow(err);
    return CX_OK;
}

cx_status cx_i_answers_add(const cx_i_answers *answers, const cx_tally *tally, cx_i_cells *cells,
                           int64_t row, double value, const double *weight, cx_error *err) {
    int step;
    return answer_add(answers, tally, cells, row, value, weight, &step, err);
}

cx_status cx_i_answers_place(const cx_i_answers *answers, const cx_tally *tally, cx_i_cells *cells,
                             int64_t row, double value, const double *weight, int *step,
                             cx_error *err) {
    return answer_add(answers, tally, cells, row, value, weight, step, err);
}

cx_status cx_i_answers_read(const cx_i_answers *answers, int32_t scale_min, int32_t scale_max,
                            int64_t row, double value, int *step, cx_error *err) {
    bool rounded;
    *step = answer_step(answers->options, scale_min, scale_max, value, &rounded);
    if (*step >= 0) return CX_OK;
    return answer_fail(answers->options, answers->scores, row, value, *step, scale_min, scale_max,
                       err);
}

#define ANSWER_MOST_ROWS (INT64_C(1) << 31) /* before a 32-bit count could overflow */

/* A batch on its way into one tally. */
typedef struct answer_batch {
    cx_tally *tally;
    cx_i_answers answers;
} answer_batch;

/* One row at a time: what the short ways leave, and whatever ends in a sentence. */
static cx_status answer_add_row(const answer_batch *batch, int64_t row, cx_error *err) {
    double value, weight;
    int step;
    const cx_array *weights = batch->answers.weights;
    cx_i_array_read(batch->answers.scores, row, 1, &value);
    if (weights != NULL) cx_i_array_read(weights, row, 1, &weight);
    return answer_add(&batch->answers, batch->tally, &batch->tally->scratch, row, value,
                      weights != NULL ? &weight : NULL, &step, err);
}

static cx_status answer_add_rows(const answer_batch *batch, cx_error *err) {
    for (int64_t row = 0; row < batch->answers.scores->length; row++)
        CX_TRY(answer_add_row(batch, row, err));
    return CX_OK;
}

/* Steps and their weights in blocks; an answer that is left out, or whose weight is far from the
 * others', is a row of its own. */
static cx_status answer_weigh_block(const answer_batch *batch, const cx_i_codes *codes,
                                    cx_i_scale *scale, int64_t start, int64_t count,
                                    cx_error *err) {
    double room[CX_I_BLOCK];
    uint16_t steps[CX_I_BLOCK];
    cx_i_codes_read(codes, start, count, steps);
    const double *weights = cx_i_array_doubles(batch->answers.weights, start, count, room);
    if (!cx_i_scale_ready(scale, weights, count, &batch->tally->scratch))
        return cx_i_tally_overflow(err);
    for (int64_t i = cx_i_scale_put(scale, steps, weights, 0, count); i < count;
         i = cx_i_scale_put(scale, steps, weights, i + 1, count))
        CX_TRY(answer_add_row(batch, start + i, err));
    return CX_OK;
}

static cx_status answer_weigh(const answer_batch *batch, cx_error *err) {
    cx_i_codes codes;
    cx_i_scale scale;
    cx_i_cells *cells = &batch->tally->scratch;
    int32_t levels = cx_i_tally_levels(batch->tally);
    cx_i_cells_make_weighted(cells, levels);
    if (levels > CX_I_SCALE_LEVELS) return answer_add_rows(batch, err);
    cx_i_codes_init(&codes, &batch->answers, batch->tally->scale_min, batch->tally->scale_max);
    cx_i_scale_init(&scale, levels);
    for (int64_t start = 0; start < batch->answers.scores->length; start += CX_I_BLOCK) {
        int64_t left = batch->answers.scores->length - start;
        CX_TRY(answer_weigh_block(batch, &codes, &scale, start,
                                  left < CX_I_BLOCK ? left : CX_I_BLOCK, err));
    }
    return cx_i_scale_flush(&scale, cells) ? CX_OK : cx_i_tally_overflow(err);
}

/* Without weights a block is counted by its codes; false when a row has to be looked at. */
static bool answer_count_codes(const answer_batch *batch) {
    cx_i_codes codes;
    uint32_t counts[CX_TALLY_MAX_LEVELS + CX_I_REFUSED + 1];
    uint16_t block[CX_I_BLOCK];
    int64_t length = batch->answers.scores->length;
    cx_i_codes_init(&codes, &batch->answers, batch->tally->scale_min, batch->tally->scale_max);
    for (int64_t start = 0; start < length;) {
        int64_t end = length - start < ANSWER_MOST_ROWS ? length : start + ANSWER_MOST_ROWS;
        memset(counts, 0, sizeof counts);
        for (; start < end; start += CX_I_BLOCK) {
            int64_t count = end - start < CX_I_BLOCK ? end - start : CX_I_BLOCK;
            cx_i_codes_read(&codes, start, count, block);
            for (int64_t i = 0; i < count; i++) counts[block[i]]++;
        }
        if (!cx_i_codes_commit(&codes, counts, &batch->tally->scratch)) return false;
        start = end;
    }
    return true;
}

/* -- contiguous bytes: count values first, judge each of the 256 once -------------------- */

static bool answer_is_bytes(const answer_batch *batch) {
    const cx_array *scores = batch->answers.scores;
    return batch->answers.weights == NULL && scores->validity == NULL && scores->stride == 1 &&
           (scores->dtype == CX_I8 || scores->dtype == CX_U8);
}

/* Without codes, everything outside the scale is out of range, and the short histogram will do. */
static bool answer_count_scale(const answer_batch *batch) {
    cx_tally *tally = batch->tally;
    int64_t outside = 0;
    int32_t levels = cx_i_tally_levels(tally);
    bool fits = tally->scale_min >= (batch->answers.scores->dtype == CX_I8 ? INT8_MIN : 0) &&
                tally->scale_max <= (batch->answers.scores->dtype == CX_I8 ? INT8_MAX : UINT8_MAX);
    if (!fits || levels > 16 || batch->answers.options->missing_count > 0 ||
        batch->answers.options->not_applicable_count > 0)
        return false;
    cx_i_histogram_u8(batch->answers.scores->data, batch->answers.scores->length,
                      (uint8_t)tally->scale_min, levels, tally->scratch.count, &outside);
    tally->scratch.excluded[CX_EXCLUDED_OUT_OF_RANGE] = outside;
    return outside == 0 || batch->answers.options->invalid == CX_INVALID_EXCLUDE;
}

/* false when a value is an error: the row loop will find its row. */
static bool answer_count_bytes(const answer_batch *batch) {
    int64_t counts[256] = {0};
    cx_tally *tally = batch->tally;
    cx_i_histogram_256(batch->answers.scores->data, batch->answers.scores->length, counts);
    for (int byte = 0; byte < 256; byte++) {
        double value = batch->answers.scores->dtype == CX_I8 && byte > INT8_MAX ? byte - 256 : byte;
        bool rounded;
        int step = answer_step(batch->answers.options, tally->scale_min, tally->scale_max, value,
                               &rounded);
        if (counts[byte] == 0) continue;
        if (step >= 0)
            tally->scratch.count[step] = counts[byte];
        else if (answer_fail(batch->answers.options, batch->answers.scores, 0, value, step,
                             tally->scale_min, tally->scale_max, NULL) == CX_OK)
            tally->scratch.excluded[-1 - step] += counts[byte];
        else
            return false;
    }
    return true;
}

static cx_status answer_fill(const answer_batch *batch, cx_error *err) {
    int32_t levels = cx_i_tally_levels(batch->tally);
    cx_i_cells_clear(&batch->tally->scratch, levels);
    if (answer_is_bytes(batch)) {
        if (answer_count_scale(batch)) return CX_OK;
        cx_i_cells_clear(&batch->tally->scratch, levels);
        if (answer_count_bytes(batch)) return CX_OK;
        cx_i_cells_clear(&batch->tally->scratch, levels);
    }
    if (batch->answers.weights != NULL) return answer_weigh(batch, err);
    if (answer_count_codes(batch)) return CX_OK;
    cx_i_cells_clear(&batch->tally->scratch, levels);
    return answer_add_rows(batch, err);
}

static cx_status answer_commit(cx_tally *self, cx_error *err) {
    int32_t levels = cx_i_tally_levels(self);
    if (!cx_i_cells_fit(&self->cells, &self->scratch, levels)) return cx_i_tally_overflow(err);
    cx_i_cells_merge(&self->cells, &self->scratch, levels);
    return CX_OK;
}

cx_status cx_tally_add(cx_tally *self, const cx_array *scores, const cx_array *weights,
                       const cx_answer_options *options, cx_error *err) {
    cx_answer_options defaults;
    cx_answer_options_init(&defaults);
    if (self == NULL) return cx_i_fail(err, CX_E_NULL, "self is missing");
    answer_batch batch = {self, {scores, weights, options != NULL ? options : &defaults}};
    CX_TRY(cx_i_answers_check(&batch.answers, err));
    CX_TRY(answer_fill(&batch, err));
    return answer_commit(self, err);
}

/* -- answers already counted --------------------------------------------------------------- */

/* 2^53 + 1 would round to 2^53, which is a count. */
static void answer_read_count(const cx_array *counts, int64_t row, double *count) {
    cx_i_array_read(counts, row, 1, count);
    bool wide = counts->dtype == CX_I64 || counts->dtype == CX_U64;
    if (wide && *count == 0x1p53 && cx_i_array_i64(counts, row) != INT64_C(1) << 53)
        *count = 0x1p54;
}

static cx_status answer_add_counted(cx_tally *self, const cx_array *scores, const cx_array *counts,
                                    int64_t row, cx_error *err) {
    double value, count;
    cx_i_array_read(scores, row, 1, &value);
    answer_read_count(counts, row, &count);
    if (!(value >= self->scale_min && value <= self->scale_max) || value != floor(value))
        return cx_i_fail_at(err, CX_E_DOMAIN, scores, row, value,
                            "%g is not a step of the scale %d to %d", value,
                            (int64_t)self->scale_min, (int64_t)self->scale_max);
    if (!(count >= 0 && count <= 0x1p53) || count != floor(count))
        return cx_i_fail_at(err, CX_E_DOMAIN, counts, row, count,
                            "%g is not a count; counts are whole numbers from 0 to 2^53", count);
    int64_t *cell = &self->scratch.count[(int32_t)value - self->scale_min];
    return cx_i_add_i64(*cell, (int64_t)count, cell) ? CX_OK : cx_i_tally_overflow(err);
}

cx_status cx_tally_add_counts(cx_tally *self, const cx_array *scores, const cx_array *counts,
                              cx_error *err) {
    if (self == NULL) return cx_i_fail(err, CX_E_NULL, "self is missing");
    CX_TRY(cx_i_array_check(scores, "scores", CX_I_NUMBERS, err));
    CX_TRY(cx_i_array_check(counts, "counts", CX_I_NUMBERS, err));
    CX_TRY(cx_i_array_same_length(scores, "scores", counts, "counts", err));
    cx_i_cells_clear(&self->scratch, cx_i_tally_levels(self));
    for (int64_t row = 0; row < scores->length; row++)
        CX_TRY(answer_add_counted(self, scores, counts, row, err));
    return answer_commit(self, err);
}
