#include "metric/waits.h"

#include <cxkit/promises.h>

#include "metric/suppress.h"
#include "stat/estimate.h"

typedef struct promise_counts {
    int64_t kept, late, overdue;
} promise_counts;

static promise_counts promise_count(const cx_i_waits_group *group) {
    if (group == NULL || group->table.size == 0) return (promise_counts){0, 0, 0};
    const cx_i_survival_row *first = &group->table.rows[0];
    int64_t kept = first->time == 0 ? first->events : 0;
    return (promise_counts){kept, group->table.events - kept, group->table.censored};
}

static cx_status promise_share(const cx_i_waits_group *group, bool settled,
                               const cx_share_options *options, cx_estimate *out, cx_error *err) {
    promise_counts counts = promise_count(group);
    int64_t n = counts.kept + counts.late + (settled ? 0 : counts.overdue);
    *out = cx_i_estimate_new(options != NULL ? options->confidence : CX_I_DEFAULT_CONFIDENCE,
                             CX_UNIT_FRACTION);
    cx_status status = n > 0 ? cx_share(counts.kept, n, options, out, err)
                             : cx_i_fail(err, CX_E_EMPTY, "no promise was due");
    if (group != NULL) memcpy(out->excluded, group->excluded, sizeof group->excluded);
    if (settled) out->excluded[CX_EXCLUDED_OPEN] += counts.overdue;
    return status;
}

/* Are they sound? Asked of a share of more than any min_n. */
static cx_status promise_check_share(const cx_share_options *given, cx_share_options *used,
                                     cx_error *err) {
    cx_estimate ignored;
    cx_share_options_init(used);
    if (given == NULL) return CX_OK;
    CX_TRY(cx_share(0, INT64_MAX, given, &ignored, err));
    *used = *given;
    return CX_OK;
}

static cx_status promise_one(const cx_waits *lateness, bool settled,
                             const cx_share_options *options, cx_estimate *out, cx_error *err) {
    cx_share_options used;
    cx_estimate estimate;
    if (lateness == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", lateness == NULL ? "lateness" : "out");
    CX_TRY(promise_check_share(options, &used, err));
    if (lateness->keys.column_count > 0)
        return cx_i_fail(err, CX_E_MISMATCH,
                         "these promises are split by keys: ask for a row for each key, or take "
                         "their total first");
    CX_TRY(promise_share(cx_i_waits_at(lateness, 0), settled, options, &estimate, err));
    *out = estimate;
    return CX_OK;
}

cx_status cx_promises(const cx_waits *lateness, const cx_share_options *options, cx_estimate *out,
                      cx_error *err) {
    return promise_one(lateness, false, options, out, err);
}

cx_status cx_promises_settled(const cx_waits *lateness, const cx_share_options *options,
                              cx_estimate *out, cx_error *err) {
    return promise_one(lateness, true, options, out, err);
}

/* -- rows ---------------------------------------------------------------------------------- */

typedef struct promise_table {
    const cx_waits *lateness;
    cx_share_options options; /* of one share; small groups are hidden by what follows */
    int64_t min_n, count;
    cx_estimate *rows;
    bool *hidden;
    int64_t *n;
} promise_table;

static cx_status promise_hide(promise_table *of, cx_error *err) {
    const cx_waits *lateness = of->lateness;
    if (of->min_n < 2) return CX_OK;
    for (int64_t i = 0; i < of->count; i++) {
        promise_counts counts = promise_count(cx_i_waits_at(lateness, i));
        of->n[i] = counts.kept + counts.late + counts.overdue;
    }
    if (lateness->keys.column_count == 0) {
        of->hidden[0] = of->n[0] > 0 && of->n[0] < of->min_n;
        return CX_OK;
    }
    return cx_i_rows_suppress(&lateness->keys, lateness->order, of->n, of->min_n,
                              &lateness->allocator, of->hidden, err);
}

static cx_status promise_count_columns(const promise_table *of, cx_table *table, cx_error *err) {
    static const char *const names[] = {"kept", "late", "overdue", "cancelled"};
    int64_t *columns[4];
    for (int c = 0; c < 4; c++) {
        CX_TRY(cx_i_table_i64(table, names[c], &columns[c], err));
        CX_TRY(cx_i_table_hide(table, of->hidden, err));
    }
    for (int64_t i = 0; i < of->count; i++) {
        const cx_i_waits_group *group = cx_i_waits_at(of->lateness, i);
        promise_counts counts = promise_count(group);
        if (of->hidden[i]) continue;
        columns[0][i] = counts.kept;
        columns[1][i] = counts.late;
        columns[2][i] = counts.overdue;
        columns[3][i] = group != NULL ? group->excluded[CX_EXCLUDED_NOT_APPLICABLE] : 0;
    }
    return CX_OK;
}

static void promise_shares(const promise_table *of, bool settled) {
    for (int64_t i = 0; i < of->count; i++)
        of->rows[i].status = (int32_t)promise_share(cx_i_waits_at(of->lateness, i), settled,
                                                    &of->options, &of->rows[i], NULL);
    cx_i_waits_hide(of->hidden, of->rows, of->count);
}

static cx_status promise_columns(promise_table *of, cx_table *table, cx_error *err) {
    CX_TRY(promise_hide(of, err));
    CX_TRY(cx_i_waits_key_columns(of->lateness, table, err));
    CX_TRY(promise_count_columns(of, table, err));
    promise_shares(of, false);
    CX_TRY(cx_i_estimates_to_table(of->rows, of->count, table, err));
    promise_shares(of, true);
    CX_TRY(cx_i_estimates_column(of->rows, of->count, offsetof(cx_estimate, value), "settled_value",
                                 table, err));
    CX_TRY(cx_i_estimates_column(of->rows, of->count, offsetof(cx_estimate, ci_low),
                                 "settled_ci_low", table, err));
    return cx_i_estimates_column(of->rows, of->count, offsetof(cx_estimate, ci_high),
                                 "settled_ci_high", table, err);
}

cx_status cx_promises_by(const cx_waits *lateness, const cx_share_options *options, cx_table **out,
                         cx_error *err) {
    promise_table of = {.lateness = lateness};
    cx_table *table = NULL;
    if (lateness == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", lateness == NULL ? "lateness" : "out");
    CX_TRY(promise_check_share(options, &of.options, err));
    of.min_n = of.options.min_n;
    of.options.min_n = 0;
    const cx_allocator *allocator = &lateness->allocator;
    of.count = cx_waits_size(lateness);
    of.rows = cx_i_alloc_array(allocator, of.count, sizeof *of.rows);
    of.hidden = cx_i_alloc_array(allocator, of.count, sizeof *of.hidden);
    of.n = cx_i_alloc_array(allocator, of.count, sizeof *of.n);
    cx_status status = of.rows == NULL || of.hidden == NULL || of.n == NULL
                           ? cx_i_out_of_memory(err)
                           : cx_i_table_new(of.count, allocator, &table, err);
    if (status == CX_OK) status = promise_columns(&of, table, err);
    cx_i_free(allocator, of.n);
    cx_i_free(allocator, of.hidden);
    cx_i_free(allocator, of.rows);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}
