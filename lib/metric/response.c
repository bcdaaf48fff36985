#include "metric/waits.h"

#include <cxkit/response.h>

#include "base/times.h"
#include "stat/estimate.h"

void cx_response_options_init(cx_response_options *options) {
    if (options == NULL) return;
    *options = (cx_response_options){sizeof *options, CX_INVALID_EXCLUDE, CX_NOW_UNSET};
}

/* -- cases to waits ------------------------------------------------------------------------ */

typedef struct response_rows {
    const cx_array *opened, *answered;
    cx_response_options options;
} response_rows;

static cx_status response_judge(const response_rows *in, int64_t row, double *duration, double *end,
                                cx_error *err) {
    bool no_opened, no_answered;
    int64_t opened = 0, answered = 0, now = in->options.now;
    int32_t invalid = in->options.invalid;
    CX_TRY(cx_i_time_read(in->opened, "opened", row, &no_opened, &opened, err));
    CX_TRY(cx_i_time_read(in->answered, "answered", row, &no_answered, &answered, err));
    *end = no_answered ? 0 : 1;
    *duration = -1 - CX_EXCLUDED_MISSING;
    if (no_opened) return CX_OK;
    if (opened > now)
        return cx_i_time_impossible(in->opened, "opened", row, invalid, "it was opened after now",
                                    duration, err);
    if (!no_answered && answered > now)
        return cx_i_time_impossible(in->answered, "answered", row, invalid,
                                    "it was answered after now", duration, err);
    if (!no_answered && answered < opened)
        return cx_i_time_impossible(in->answered, "answered", row, invalid,
                                    "it was answered before it was opened", duration, err);
    *duration = (double)((no_answered ? now : answered) - opened) / 1e6;
    return CX_OK;
}

static cx_status response_read(const void *source, int64_t start, int64_t count, double *durations,
                               double *ends, cx_error *err) {
    for (int64_t i = 0; i < count; i++)
        CX_TRY(response_judge(source, start + i, &durations[i], &ends[i], err));
    return CX_OK;
}

cx_status cx_response_add(cx_waits *self, const cx_array *opened, const cx_array *answered,
                          const cx_frame *by, const cx_response_options *options, cx_error *err) {
    response_rows in = {.opened = opened, .answered = answered};
    if (self == NULL) return cx_i_fail(err, CX_E_NULL, "self is missing");
    cx_response_options_init(&in.options);
    CX_TRY(cx_i_options_take(options, &in.options, sizeof in.options, "cx_response_options", err));
    CX_TRY(cx_i_now_check(in.options.now, in.options.invalid, err));
    CX_TRY(cx_i_times_check(opened, "opened", err));
    CX_TRY(cx_i_times_check(answered, "answered", err));
    CX_TRY(cx_i_array_same_length(opened, "opened", answered, "answered", err));
    if (by != NULL) {
        CX_TRY(cx_i_frame_check(by, "by", CX_I_KEYS, err));
        CX_TRY(cx_i_array_same_length(opened, "opened", &by->columns[0], "by", err));
    }
    return cx_i_waits_add_rows(self, response_read, &in, opened->length, by, err);
}

/* -- at a glance --------------------------------------------------------------------------- */

static cx_status response_counts(const cx_waits *waits, const bool *hidden, cx_table *table,
                                 cx_error *err) {
    int64_t *answered, *waiting, count = cx_waits_size(waits);
    CX_TRY(cx_i_table_i64(table, "answered", &answered, err));
    CX_TRY(cx_i_table_hide(table, hidden, err));
    CX_TRY(cx_i_table_i64(table, "waiting", &waiting, err));
    CX_TRY(cx_i_table_hide(table, hidden, err));
    for (int64_t i = 0; i < count; i++) {
        const cx_i_waits_group *group = cx_i_waits_at(waits, i);
        if (group == NULL || hidden[i]) continue;
        answered[i] = group->table.events;
        waiting[i] = group->table.censored;
    }
    return CX_OK;
}

static cx_status response_quantile(const cx_waits *waits, double p, const char *const names[3],
                                   const cx_curve_options *options, const bool *hidden,
                                   cx_estimate *rows, cx_table *table, cx_error *err) {
    int64_t count = cx_waits_size(waits);
    for (int64_t i = 0; i < count; i++)
        (void)!cx_i_curve_quantile(cx_i_waits_at(waits, i), p, options, &rows[i], NULL);
    cx_i_waits_hide(hidden, rows, count);
    CX_TRY(cx_i_estimates_column(rows, count, offsetof(cx_estimate, value), names[0], table, err));
    CX_TRY(cx_i_estimates_column(rows, count, offsetof(cx_estimate, ci_low), names[1], table, err));
    return cx_i_estimates_column(rows, count, offsetof(cx_estimate, ci_high), names[2], table, err);
}

/* The shares that do without censoring; null where there is nothing to divide by. */
static cx_status response_naive(const cx_waits *waits, double level, const bool *hidden, bool all,
                                const char *name, cx_table *table, cx_error *err) {
    double *share;
    CX_TRY(cx_i_table_f64(table, name, &share, err));
    for (int64_t i = 0; i < cx_waits_size(waits); i++) {
        const cx_i_waits_group *group = cx_i_waits_at(waits, i);
        int64_t in_time = 0, n = 0;
        for (int64_t r = 0; group != NULL && !hidden[i] && r < group->table.size; r++) {
            const cx_i_survival_row *row = &group->table.rows[r];
            if (row->time <= level) in_time += row->events;
            n += row->events + (all ? row->censored : 0);
        }
        share[i] = n > 0 ? (double)in_time / (double)n : (double)NAN;
        if (n == 0) CX_TRY(cx_i_table_null(table, i, err));
    }
    return CX_OK;
}

static cx_status response_columns(const cx_waits *waits, double level,
                                  const cx_curve_options *options, bool *hidden, cx_estimate *rows,
                                  cx_table *table, cx_error *err) {
    static const char *const median[] = {"median", "median_ci_low", "median_ci_high"};
    static const char *const q90[] = {"q90", "q90_ci_low", "q90_ci_high"};
    int64_t count = cx_waits_size(waits);
    CX_TRY(cx_i_waits_hidden(waits, options, hidden, err));
    CX_TRY(cx_i_waits_key_columns(waits, table, err));
    CX_TRY(response_counts(waits, hidden, table, err));
    CX_TRY(response_quantile(waits, 0.5, median, options, hidden, rows, table, err));
    CX_TRY(response_quantile(waits, 0.9, q90, options, hidden, rows, table, err));
    if (isnan(level)) return CX_OK;
    for (int64_t i = 0; i < count; i++)
        rows[i].status =
            (int32_t)cx_i_curve_within(cx_i_waits_at(waits, i), level, options, &rows[i], NULL);
    cx_i_waits_hide(hidden, rows, count);
    CX_TRY(cx_i_estimates_to_table(rows, count, table, err));
    CX_TRY(response_naive(waits, level, hidden, false, "of_answered", table, err));
    return response_naive(waits, level, hidden, true, "of_all", table, err);
}

cx_status cx_response_speed(const cx_waits *waits, double level, const cx_curve_options *options,
                            cx_table **out, cx_error *err) {
    cx_curve_options used;
    cx_table *table = NULL;
    if (waits == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", waits == NULL ? "waits" : "out");
    CX_TRY(cx_i_curve_options_check(options, &used, err));
    if (level < 0 || isinf(level))
        return cx_i_fail(err, CX_E_DOMAIN, "level is %g; it has to be seconds from 0 up", level);
    int64_t count = cx_waits_size(waits);
    cx_estimate *rows = cx_i_alloc_array(&waits->allocator, count, sizeof *rows);
    bool *hidden = cx_i_alloc_array(&waits->allocator, count, sizeof *hidden);
    cx_status status = rows == NULL || hidden == NULL
                           ? cx_i_out_of_memory(err)
                           : cx_i_table_new(count, &waits->allocator, &table, err);
    if (status == CX_OK) status = response_columns(waits, level, &used, hidden, rows, table, err);
    cx_i_free(&waits->allocator, hidden);
    cx_i_free(&waits->allocator, rows);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}
