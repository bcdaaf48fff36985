#include "allocate/adaptive.h"

#include "metric/scores.h"
#include "stat/estimate.h"

/* The log of a gate with the scores beside it: options, columns, rows. */

void cx_adaptive_options_init(cx_adaptive_options *options) {
    if (options == NULL) return;
    *options = (cx_adaptive_options){.struct_size = sizeof *options,
                                     .score = CX_SCORE_MEAN,
                                     .promoters = 9,
                                     .detractors = 6,
                                     .scale_min = 0,
                                     .scale_max = 10,
                                     .confidence = CX_I_DEFAULT_CONFIDENCE};
}

/* -- options ------------------------------------------------------------------------------- */

static cx_status adaptive_check_scale(cx_i_adaptive_reading *reading, cx_error *err) {
    const cx_adaptive_options *o = &reading->options;
    reading->lowest = o->promoters;
    if (o->score == CX_SCORE_NPS)
        return cx_i_check_cuts(o->detractors, o->promoters, o->scale_min, o->scale_max, err);
    if (o->score == CX_SCORE_MEAN) return CX_OK;
    if (o->score != CX_SCORE_TOP_BOX)
        return cx_i_fail(err, CX_E_OPTION, "score is %d, which is not a cx_score",
                         (int64_t)o->score);
    if (o->scale_min >= o->scale_max)
        return cx_i_fail(err, CX_E_OPTION, "the scale %d to %d is not one", (int64_t)o->scale_min,
                         (int64_t)o->scale_max);
    return cx_i_top_boxes(o->top, o->scale_min, o->scale_max, &reading->lowest, err);
}

cx_status cx_i_adaptive_options(const cx_adaptive_options *given, cx_i_adaptive_reading *out,
                                cx_error *err) {
    cx_adaptive_options *used = &out->options;
    cx_adaptive_options_init(used);
    CX_TRY(cx_i_options_take(given, used, sizeof *used, "cx_adaptive_options", err));
    CX_TRY(cx_i_check_confidence(used->confidence, err));
    if (used->reserved != 0) return cx_i_fail(err, CX_E_OPTION, "reserved is not 0");
    if (used->estimator < 0 || used->estimator >= CX_ADAPTIVE_END)
        return cx_i_fail(err, CX_E_OPTION,
                         "estimator is %d: Hajek (0), HT (1), AIPW (2) or naive pooled (3)",
                         (int64_t)used->estimator);
    if (used->finite < 0 || used->finite > 1)
        return cx_i_fail(err, CX_E_OPTION, "finite is %d: 0 or 1", (int64_t)used->finite);
    return adaptive_check_scale(out, err);
}

uint8_t cx_i_adaptive_read(const cx_i_adaptive_reading *reading, double *score) {
    const cx_adaptive_options *o = &reading->options;
    double value = *score;
    if (isnan(value)) return CX_EXCLUDED_MISSING + 1;
    if (o->score == CX_SCORE_MEAN) return 0;
    if (!(value >= o->scale_min && value <= o->scale_max)) return CX_EXCLUDED_OUT_OF_RANGE + 1;
    if (value != floor(value)) return CX_EXCLUDED_NON_INTEGER + 1;
    *score = value >= reading->lowest ? 1 : 0;
    if (o->score == CX_SCORE_NPS) *score = 100 * (*score - (value <= o->detractors ? 1 : 0));
    return 0;
}

/* -- columns ------------------------------------------------------------------------------- */

static cx_status adaptive_columns(cx_i_adaptive_log *log, const cx_frame *frame,
                                  const cx_frame *shares, cx_error *err) {
    bool aipw = log->reading.options.estimator == CX_ADAPTIVE_AIPW;
    CX_TRY(cx_i_frame_check(frame, "log", CX_I_KEYS, err));
    CX_TRY(cx_i_frame_numbers(frame, "log", "score", true, &log->score, err));
    CX_TRY(cx_i_frame_numbers(frame, "log", "probability", true, &log->probability, err));
    CX_TRY(cx_i_frame_numbers(frame, "log", "invite", true, &log->invite, err));
    CX_TRY(cx_i_frame_numbers(frame, "log", "response", false, &log->response, err));
    CX_TRY(cx_i_frame_numbers(frame, "log", "predicted", aipw, &log->predicted, err));
    log->contact = cx_i_frame_find(frame, "contact");
    log->frequency = cx_i_frame_find(frame, "frequency");
    log->rows = log->score->length;
    if (!aipw) log->predicted = NULL;
    if (shares != NULL && log->frequency == NULL)
        return cx_i_fail(err, CX_E_NAME,
                         "log has no column called frequency, and shares are given");
    if (log->by == NULL) return CX_OK;
    CX_TRY(cx_i_frame_check(log->by, "by", CX_I_KEYS, err));
    if (log->by->count == 0) return cx_i_fail(err, CX_E_EMPTY, "by has no column");
    return cx_i_array_same_length(log->score, "log", &log->by->columns[0], "by", err);
}

static cx_status adaptive_room(cx_i_adaptive_log *log, cx_error *err) {
    const cx_allocator *own = &log->allocator;
    log->y = cx_i_alloc_array(own, log->rows, sizeof *log->y);
    log->a = cx_i_alloc_array(own, log->rows, sizeof *log->a);
    log->chance = cx_i_alloc_array(own, log->rows, sizeof *log->chance);
    log->m = cx_i_alloc_array(own, log->rows, sizeof *log->m);
    log->group = cx_i_alloc_array(own, log->rows, sizeof *log->group);
    log->unit = cx_i_alloc_array(own, log->rows, sizeof *log->unit);
    log->klass = cx_i_alloc_array(own, log->rows, sizeof *log->klass);
    if (log->y == NULL || log->a == NULL || log->chance == NULL || log->m == NULL ||
        log->group == NULL || log->unit == NULL || log->klass == NULL)
        return cx_i_out_of_memory(err);
    return CX_OK;
}

/* -- classes ------------------------------------------------------------------------------- */

static cx_status adaptive_read_shares(cx_i_adaptive_log *log, const cx_frame *shares,
                                      cx_error *err) {
    double values[CX_I_BLOCK], sum = 0;
    int64_t numbers[CX_I_BLOCK];
    const cx_array *share, *frequency = cx_i_frame_find(shares, "frequency");
    if (frequency == NULL)
        return cx_i_fail(err, CX_E_NAME, "shares has no column called frequency");
    CX_TRY(cx_i_frame_numbers(shares, "shares", "share", true, &share, err));
    cx_frame by = {frequency, 1, {0, 0}};
    log->classes = share->length;
    if (log->classes == 0 || log->classes > CX_I_BLOCK)
        return cx_i_fail(err, CX_E_LENGTH, "there are %d shares: 1 to %d", log->classes,
                         (int64_t)CX_I_BLOCK);
    CX_TRY(cx_i_keys_bind(&log->class_keys, &by, err));
    CX_TRY(cx_i_keys_read(&log->class_keys, &by, 0, log->classes, numbers, err));
    cx_i_array_read(share, 0, log->classes, values);
    for (int64_t i = 0; i < log->classes; i++) {
        if (numbers[i] != i)
            return cx_i_fail_at(err, CX_E_DOMAIN, frequency, i, NAN,
                                "the class stands twice in shares");
        if (!(values[i] >= 0 && values[i] < INFINITY))
            return cx_i_fail_at(err, CX_E_DOMAIN, share, i, values[i],
                                "%g is not a share: 0 or more", values[i]);
        sum += values[i];
    }
    if (!(sum > 0 && sum < INFINITY))
        return cx_i_fail(err, CX_E_DOMAIN, "the shares add up to %g", sum);
    for (int64_t i = 0; i < log->classes; i++) log->share[i] = values[i] / sum;
    return CX_OK;
}

static cx_status adaptive_shares(cx_i_adaptive_log *log, const cx_frame *shares, cx_error *err) {
    log->share = cx_i_alloc_array(&log->allocator, CX_I_BLOCK, sizeof *log->share);
    if (log->share == NULL) return cx_i_out_of_memory(err);
    log->classes = 1;
    log->share[0] = 1;
    if (shares == NULL) return CX_OK;
    CX_TRY(cx_i_frame_check(shares, "shares", CX_I_KEYS, err));
    return adaptive_read_shares(log, shares, err);
}

/* -- rows ---------------------------------------------------------------------------------- */

typedef struct adaptive_block {
    int64_t start, count;
    double score[CX_I_BLOCK], p[CX_I_BLOCK], invite[CX_I_BLOCK], r[CX_I_BLOCK], m[CX_I_BLOCK];
    int64_t group[CX_I_BLOCK], klass[CX_I_BLOCK];
} adaptive_block;

static cx_status adaptive_fetch(cx_i_adaptive_log *log, adaptive_block *b, cx_error *err) {
    cx_i_array_read(log->score, b->start, b->count, b->score);
    cx_i_array_read(log->probability, b->start, b->count, b->p);
    cx_i_array_read(log->invite, b->start, b->count, b->invite);
    if (log->response != NULL) cx_i_array_read(log->response, b->start, b->count, b->r);
    if (log->predicted != NULL) cx_i_array_read(log->predicted, b->start, b->count, b->m);
    for (int64_t i = 0; i < b->count; i++) b->group[i] = b->klass[i] = 0;
    if (log->by != NULL)
        CX_TRY(cx_i_keys_read(&log->group_keys, log->by, b->start, b->count, b->group, err));
    if (log->class_keys.column_count == 0) return CX_OK;
    cx_frame by = {log->frequency, 1, {0, 0}};
    return cx_i_keys_read(&log->class_keys, &by, b->start, b->count, b->klass, err);
}

static cx_status adaptive_check_row(const cx_i_adaptive_log *log, const adaptive_block *b,
                                    int64_t i, cx_error *err) {
    int64_t row = b->start + i;
    double p = b->p[i], invite = b->invite[i];
    if (!(p >= 0 && p <= 1))
        return cx_i_fail_at(err, CX_E_DOMAIN, log->probability, row, p,
                            "%g is not a probability: the one that was logged, 0 to 1", p);
    if (invite != 0 && invite != 1)
        return cx_i_fail_at(err, CX_E_DOMAIN, log->invite, row, invite, "%g is neither 0 nor 1",
                            invite);
    if (p == 0 && invite == 1)
        return cx_i_fail_at(err, CX_E_DOMAIN, log->probability, row, p,
                            "invited with probability 0: no answer can stand for this contact");
    if (isinf(b->score[i]))
        return cx_i_fail_at(err, CX_E_DOMAIN, log->score, row, b->score[i],
                            "the score is infinite");
    if (log->response != NULL && invite == 1 && !(b->r[i] > 0 && b->r[i] <= 1))
        return cx_i_fail_at(err, CX_E_DOMAIN, log->response, row, b->r[i],
                            "%g is not the chance to answer: above 0 to 1", b->r[i]);
    if (log->predicted != NULL && p > 0 && !isfinite(b->m[i]))
        return cx_i_fail_at(err, CX_E_DOMAIN, log->predicted, row, b->m[i],
                            "the prediction is missing or infinite");
    if (p > 0 && b->klass[i] >= log->classes)
        return cx_i_fail_at(err, CX_E_DOMAIN, log->frequency, row, NAN,
                            "the class has no share: give the share of every class in the log");
    return CX_OK;
}

/* What needs an answer of everybody who was invited. */
static cx_status adaptive_check_silent(const cx_i_adaptive_log *log, int64_t row, cx_error *err) {
    int32_t estimator = log->reading.options.estimator;
    if (log->response != NULL || estimator == CX_ADAPTIVE_HAJEK ||
        estimator == CX_ADAPTIVE_NAIVE_POOLED)
        return CX_OK;
    return cx_i_fail_at(err, CX_E_DOMAIN, log->score, row, NAN,
                        "invited and no answer that counts: give the chance to answer as a column "
                        "response, or use the Hajek estimator");
}

static cx_status adaptive_row(cx_i_adaptive_log *log, const adaptive_block *b, int64_t i,
                              cx_error *err) {
    int64_t row = b->start + i, group = b->group[i];
    double y = b->score[i];
    CX_TRY(adaptive_check_row(log, b, i, err));
    log->group[row] = b->p[i] > 0 ? group : -1;
    if (!(b->p[i] > 0)) log->excluded[group][CX_EXCLUDED_NOT_APPLICABLE]++;
    log->klass[row] = (int32_t)b->klass[i];
    log->unit[row] = row;
    log->m[row] = log->predicted != NULL ? b->m[i] : 0;
    if (b->invite[i] == 0) return CX_OK;
    log->chance[row] = b->p[i] * (log->response != NULL ? b->r[i] : 1);
    uint8_t reason = cx_i_adaptive_read(&log->reading, &y);
    if (reason == 0) {
        log->y[row] = y;
        log->a[row] = 1 / log->chance[row];
        return CX_OK;
    }
    log->excluded[group][reason - 1]++;
    return adaptive_check_silent(log, row, err);
}

/* New keys of groups may come with each block. */
static cx_status adaptive_groups(cx_i_adaptive_log *log, cx_error *err) {
    int64_t count = log->by != NULL ? log->group_keys.count : 1;
    if (count <= log->groups) return CX_OK;
    int64_t room = 2 * log->groups < count ? count : 2 * log->groups;
    int64_t(*grown)[CX_EXCLUDED_END] = cx_i_alloc_array(&log->allocator, room, sizeof *grown);
    if (grown == NULL) return cx_i_out_of_memory(err);
    if (log->groups > 0) memcpy(grown, log->excluded, (size_t)log->groups * sizeof *log->excluded);
    cx_i_free(&log->allocator, log->excluded);
    log->excluded = grown;
    log->groups = room;
    return CX_OK;
}

static cx_status adaptive_rows(cx_i_adaptive_log *log, cx_error *err) {
    adaptive_block b;
    if (log->by != NULL) CX_TRY(cx_i_keys_bind(&log->group_keys, log->by, err));
    CX_TRY(adaptive_groups(log, err));
    for (b.start = 0; b.start < log->rows; b.start += CX_I_BLOCK) {
        b.count = log->rows - b.start < CX_I_BLOCK ? log->rows - b.start : CX_I_BLOCK;
        CX_TRY(adaptive_fetch(log, &b, err));
        CX_TRY(adaptive_groups(log, err));
        for (int64_t i = 0; i < b.count; i++) CX_TRY(adaptive_row(log, &b, i, err));
    }
    log->groups = log->by != NULL ? log->group_keys.count : 1;
    log->units = log->rows;
    return CX_OK;
}

/* -- contacts ------------------------------------------------------------------------------ */

/* A unit is one contact within one group. */
static cx_status adaptive_read_units(cx_i_adaptive_log *log, const cx_frame *by, cx_error *err) {
    CX_TRY(cx_i_keys_bind(&log->unit_keys, by, err));
    CX_TRY(cx_i_keys_read(&log->unit_keys, by, 0, log->rows, log->unit, err));
    log->units = log->unit_keys.count;
    return CX_OK;
}

static cx_status adaptive_units(cx_i_adaptive_log *log, cx_error *err) {
    cx_array columns[2];
    if (log->contact == NULL) return CX_OK;
    columns[0] = *log->contact;
    columns[1] = cx_array_of(log->group, CX_I64, log->rows);
    columns[1].name = "group";
    cx_frame by = {columns, log->by != NULL ? 2 : 1, {0, 0}};
    return adaptive_read_units(log, &by, err);
}

/* -- all of it ----------------------------------------------------------------------------- */

void cx_i_adaptive_free(cx_i_adaptive_log *log) {
    const cx_allocator *own = &log->allocator;
    cx_i_keys_free(&log->group_keys);
    cx_i_keys_free(&log->class_keys);
    cx_i_keys_free(&log->unit_keys);
    cx_i_free(own, log->share);
    cx_i_free(own, log->y);
    cx_i_free(own, log->a);
    cx_i_free(own, log->chance);
    cx_i_free(own, log->m);
    cx_i_free(own, log->group);
    cx_i_free(own, log->unit);
    cx_i_free(own, log->klass);
    cx_i_free(own, log->excluded);
}

static cx_status adaptive_fill(cx_i_adaptive_log *log, const cx_frame *frame,
                               const cx_frame *shares, cx_error *err) {
    CX_TRY(adaptive_columns(log, frame, shares, err));
    CX_TRY(adaptive_shares(log, shares, err));
    CX_TRY(adaptive_room(log, err));
    CX_TRY(adaptive_rows(log, err));
    return adaptive_units(log, err);
}

cx_status cx_i_adaptive_open(const cx_frame *frame, const cx_frame *by, const cx_frame *shares,
                             const cx_adaptive_options *options, cx_i_adaptive_log *out,
                             cx_error *err) {
    memset(out, 0, sizeof *out);
    CX_TRY(cx_i_adaptive_options(options, &out->reading, err));
    out->allocator = cx_i_allocator(out->reading.options.allocator);
    cx_i_keys_init(&out->group_keys, &out->allocator);
    cx_i_keys_init(&out->class_keys, &out->allocator);
    cx_i_keys_init(&out->unit_keys, &out->allocator);
    out->by = by;
    cx_status status = adaptive_fill(out, frame, shares, err);
    if (status != CX_OK) cx_i_adaptive_free(out);
    return status;
}
