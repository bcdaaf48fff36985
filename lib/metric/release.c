#include "metric/scores.h"

#include "metric/suppress.h"
#include "metric/tallies.h"
#include "metric/windows.h"
#include "stat/keys_table.h"

/* A metric for every key: which rows there are, and which of them may be seen. */

cx_status cx_i_release_check(cx_i_release release, cx_error *err) {
    CX_TRY(cx_i_min_n_check(release.min_n, err));
    if (release.totals != 0 && release.totals != 1)
        return cx_i_fail(err, CX_E_OPTION, "totals is %d, neither 0 nor 1",
                         (int64_t)release.totals);
    return CX_OK;
}

cx_status cx_i_release_one(const cx_tally *tally, int64_t min_n, cx_error *err) {
    return cx_i_min_n_one(cx_tally_n(tally), min_n, err);
}

/* -- rows ---------------------------------------------------------------------------------- */

typedef struct release_rows {
    const cx_tallies *tallies;
    cx_i_metric metric;
    const void *options;
    cx_estimate *row;
    cx_i_cube cube; /* in use when `cubed` */
    bool cubed, totals;
    int64_t count;
} release_rows;

/* An empty group is a row with its own status; any other failure concerns the call. */
static cx_status release_estimate(const release_rows *rows, const cx_tally *tally, int64_t at,
                                  cx_error *err) {
    cx_status status = rows->metric(tally, rows->options, &rows->row[at], err);
    rows->row[at].status = (int32_t)status;
    if (status != CX_OK && status != CX_E_EMPTY) return status;
    if (rows->cubed && rows->cube.hidden[at]) cx_i_estimate_hide(&rows->row[at]);
    return CX_OK;
}

static cx_status release_margins(const release_rows *rows, cx_tally *margin, cx_error *err) {
    const cx_i_cube *cube = &rows->cube;
    for (int64_t e = rows->tallies->keys.count; e < rows->count; e++) {
        cx_tally_reset(margin);
        for (int64_t i = cube->start[e]; i < cube->start[e + 1]; i++)
            CX_TRY(cx_tally_merge(margin, cx_tallies_at(rows->tallies, cube->member[i]), err));
        CX_TRY(release_estimate(rows, margin, e, err));
    }
    return CX_OK;
}

static cx_status release_fill(const release_rows *rows, cx_error *err) {
    const cx_tallies *tallies = rows->tallies;
    cx_tally *margin;
    for (int64_t i = 0; i < tallies->keys.count; i++)
        CX_TRY(release_estimate(rows, cx_tallies_at(tallies, i), i, err));
    if (rows->count == tallies->keys.count) return CX_OK;
    CX_TRY(cx_i_tally_new(tallies->scale_min, tallies->scale_max, 1, &tallies->allocator, &margin,
                          err));
    cx_status status = release_margins(rows, margin, err);
    cx_tally_free(margin);
    return status;
}

/* -- table --------------------------------------------------------------------------------- */

static cx_status release_cube_columns(const release_rows *rows, cx_table *table, cx_error *err) {
    const cx_tallies *tallies = rows->tallies;
    int64_t *grouping;
    int64_t *key = cx_i_alloc_array(&tallies->allocator, rows->count, sizeof *key);
    if (key == NULL) return cx_i_out_of_memory(err);
    for (int64_t i = 0; i < rows->count; i++)
        key[i] = tallies->order[rows->cube.member[rows->cube.start[i]]];
    cx_status status =
        cx_i_keys_cube_to_table(&tallies->keys, key, rows->cube.grouping, rows->count, table, err);
    cx_i_free(&tallies->allocator, key);
    CX_TRY(status);
    CX_TRY(cx_i_table_i64(table, "grouping", &grouping, err));
    for (int64_t i = 0; i < rows->count; i++) grouping[i] = rows->cube.grouping[i];
    return CX_OK;
}

static cx_status release_columns(const release_rows *rows, cx_table *table, cx_error *err) {
    const cx_tallies *tallies = rows->tallies;
    if (rows->totals)
        CX_TRY(release_cube_columns(rows, table, err));
    else
        CX_TRY(cx_i_keys_to_table(&tallies->keys, tallies->order, 1, table, err));
    return cx_i_estimates_to_table(rows->row, rows->count, table, err);
}

static cx_status release_table(release_rows *rows, cx_table **out, cx_error *err) {
    const cx_allocator *allocator = &rows->tallies->allocator;
    cx_table *table = NULL;
    rows->row = cx_i_alloc_array(allocator, rows->count, sizeof *rows->row);
    cx_status status = rows->row == NULL ? cx_i_out_of_memory(err) : release_fill(rows, err);
    if (status == CX_OK) {
        cx_error_init(err);
        cx_i_windows_flag(rows->tallies, rows->row);
        status = cx_i_table_new(rows->count, allocator, &table, err);
    }
    if (status == CX_OK) status = release_columns(rows, table, err);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    cx_i_free(allocator, rows->row);
    return status;
}

/* -- cells --------------------------------------------------------------------------------- */

static cx_status release_cube(const cx_tallies *tallies, cx_i_cube *out, cx_error *err) {
    int64_t *n = cx_i_alloc_array(&tallies->allocator, tallies->keys.count, sizeof *n);
    if (n == NULL) return cx_i_out_of_memory(err);
    for (int64_t i = 0; i < tallies->keys.count; i++) n[i] = cx_tally_n(cx_tallies_at(tallies, i));
    cx_status status =
        cx_i_cube_of_keys(&tallies->keys, tallies->order, n, &tallies->allocator, out, err);
    cx_i_free(&tallies->allocator, n);
    return status;
}

cx_status cx_i_tallies_suppress(const cx_tallies *tallies, int64_t min_n, cx_i_cube *out,
                                cx_error *err) {
    memset(out, 0, sizeof *out);
    if (min_n < 2 || tallies->keys.count == 0) return CX_OK;
    CX_TRY(release_cube(tallies, out, err));
    cx_status status = cx_i_cube_suppress(out, min_n, err);
    if (status != CX_OK) cx_i_cube_free(out);
    if (status != CX_OK) memset(out, 0, sizeof *out);
    return status;
}

/* A set without groups has nobody to check the options but an empty tally. */
static cx_status release_check_options(const cx_tallies *tallies, cx_i_metric metric,
                                       const void *options, cx_error *err) {
    cx_tally *empty;
    cx_estimate ignored;
    CX_TRY(cx_i_tally_new(tallies->scale_min, tallies->scale_max, 1, &tallies->allocator, &empty,
                          err));
    cx_status status = metric(empty, options, &ignored, err);
    cx_tally_free(empty);
    return status == CX_E_EMPTY ? CX_OK : status;
}

cx_status cx_i_metric_by(const cx_tallies *tallies, cx_i_metric metric, const void *options,
                         cx_i_release release, cx_table **out, cx_error *err) {
    release_rows rows = {.tallies = tallies, .metric = metric, .options = options};
    if (tallies == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", tallies == NULL ? "tallies" : "out");
    CX_TRY(cx_i_release_check(release, err));
    if (tallies->keys.count == 0) CX_TRY(release_check_options(tallies, metric, options, err));
    rows.count = tallies->keys.count;
    rows.totals = release.totals == 1;
    rows.cubed = rows.totals || release.min_n > 1;
    if (!rows.cubed) return release_table(&rows, out, err);
    CX_TRY(release_cube(tallies, &rows.cube, err));
    if (rows.totals) rows.count = rows.cube.entries;
    cx_status status = cx_i_cube_suppress(&rows.cube, release.min_n, err);
    if (status == CX_OK) status = release_table(&rows, out, err);
    cx_i_cube_free(&rows.cube);
    return status;
}
