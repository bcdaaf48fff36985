#include "metric/waits.h"

#include <cxkit/promises.h>

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

static cx_status promise_one(const cx_waits *lateness, bool settled,
                             const cx_share_options *options, cx_estimate *out, cx_error *err) {
    cx_estimate estimate;
    if (lateness == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", lateness == NULL ? "lateness" : "out");
    if (options != NULL) CX_TRY(cx_share(0, 1, options, &estimate, err)); /* are they sound? */
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

static cx_status promise_count_columns(const cx_waits *lateness, cx_table *table, cx_error *err) {
    static const char *const names[] = {"kept", "late", "overdue", "cancelled"};
    int64_t *columns[4], count = cx_waits_size(lateness);
    for (int c = 0; c < 4; c++) CX_TRY(cx_i_table_i64(table, names[c], &columns[c], err));
    for (int64_t i = 0; i < count; i++) {
        const cx_i_waits_group *group = cx_i_waits_at(lateness, i);
        promise_counts counts = promise_count(group);
        columns[0][i] = counts.kept;
        columns[1][i] = counts.late;
        columns[2][i] = counts.overdue;
        columns[3][i] = group != NULL ? group->excluded[CX_EXCLUDED_NOT_APPLICABLE] : 0;
    }
    return CX_OK;
}

static cx_status promise_columns(const cx_waits *lateness, const cx_share_options *options,
                                 cx_estimate *rows, cx_table *table, cx_error *err) {
    int64_t count = cx_waits_size(lateness);
    CX_TRY(cx_i_waits_key_columns(lateness, table, err));
    CX_TRY(promise_count_columns(lateness, table, err));
    for (int64_t i = 0; i < count; i++)
        rows[i].status =
            (int32_t)promise_share(cx_i_waits_at(lateness, i), false, options, &rows[i], NULL);
    CX_TRY(cx_i_estimates_to_table(rows, count, table, err));
    for (int64_t i = 0; i < count; i++)
        (void)!promise_share(cx_i_waits_at(lateness, i), true, options, &rows[i], NULL);
    CX_TRY(cx_i_estimates_column(rows, count, offsetof(cx_estimate, value), "settled_value", table,
                                 err));
    CX_TRY(cx_i_estimates_column(rows, count, offsetof(cx_estimate, ci_low), "settled_ci_low",
                                 table, err));
    return cx_i_estimates_column(rows, count, offsetof(cx_estimate, ci_high), "settled_ci_high",
                                 table, err);
}

cx_status cx_promises_by(const cx_waits *lateness, const cx_share_options *options, cx_table **out,
                         cx_error *err) {
    cx_table *table = NULL;
    cx_estimate estimate;
    if (lateness == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", lateness == NULL ? "lateness" : "out");
    if (options != NULL) CX_TRY(cx_share(0, 1, options, &estimate, err));
    int64_t count = cx_waits_size(lateness);
    cx_estimate *rows = cx_i_alloc_array(&lateness->allocator, count, sizeof *rows);
    if (rows == NULL) return cx_i_out_of_memory(err);
    cx_status status = cx_i_table_new(count, &lateness->allocator, &table, err);
    if (status == CX_OK) status = promise_columns(lateness, options, rows, table, err);
    cx_i_free(&lateness->allocator, rows);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}
