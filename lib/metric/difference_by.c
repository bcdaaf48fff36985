#include "metric/compare.h"

#include "metric/suppress.h"
#include "stat/keys_table.h"
#include "stat/multiple.h"

/* Differences of many groups, with p-values for all of them together [Holm1979]. */

typedef struct difference_row {
    cx_estimate estimate;
    double value[2];
    int64_t n[2];
    bool hidden[2];
} difference_row;

typedef struct difference_work {
    cx_allocator allocator;
    const cx_tallies *keys; /* the rows */
    const cx_compare_options *options;
    const cx_i_read_as *as;
    difference_row *row;
    cx_estimate *estimate;
    double *p;
    int64_t *order;
    bool *hidden;
} difference_work;

static void difference_work_free(difference_work *work) {
    cx_i_free(&work->allocator, work->row);
    cx_i_free(&work->allocator, work->estimate);
    cx_i_free(&work->allocator, work->p);
    cx_i_free(&work->allocator, work->order);
    cx_i_free(&work->allocator, work->hidden);
}

static cx_status difference_work_new(difference_work *work, cx_error *err) {
    int64_t count = work->keys->keys.count;
    work->row = cx_i_alloc_array(&work->allocator, count, sizeof *work->row);
    work->estimate = cx_i_alloc_array(&work->allocator, count, sizeof *work->estimate);
    work->p = cx_i_alloc_array(&work->allocator, count, sizeof *work->p);
    work->order = cx_i_alloc_array(&work->allocator, count, sizeof *work->order);
    work->hidden = cx_i_alloc_array(&work->allocator, count, sizeof *work->hidden);
    if (work->row != NULL && work->estimate != NULL && work->p != NULL && work->order != NULL &&
        work->hidden != NULL)
        return CX_OK;
    return cx_i_out_of_memory(err);
}

/* -- one row ------------------------------------------------------------------------------- */

/* A side without answers has no value; n is that of an absent one, too. */
static cx_status difference_row_side(const difference_work *work, const cx_tally *tally, int side,
                                     difference_row *row, cx_i_compare_side *out, cx_error *err) {
    cx_error ignored;
    row->value[side] = NAN;
    row->n[side] = cx_tally_n(tally);
    if (tally == NULL) return CX_E_EMPTY;
    cx_status status = cx_i_compare_read_side(tally, work->options, work->as, out, &ignored);
    if (status == CX_OK) row->value[side] = out->estimate.value;
    if (status != CX_OK && status != CX_E_EMPTY && err != NULL) *err = ignored;
    return status;
}

/* A side without answers, or too few of them for the method, concerns its row only. */
static cx_status difference_row_fill(const difference_work *work, const cx_tally *a,
                                     const cx_tally *b, difference_row *row, cx_error *err) {
    cx_i_compare_side one, two;
    cx_error ignored;
    cx_status first = difference_row_side(work, a, 0, row, &one, err);
    if (first != CX_OK && first != CX_E_EMPTY) return first;
    cx_status status = difference_row_side(work, b, 1, row, &two, err);
    if (status != CX_OK && status != CX_E_EMPTY) return status;
    cx_unit unit = cx_i_compare_unit(work->options->score);
    if (status == CX_OK) status = first;
    if (status == CX_OK)
        status = cx_i_compare_sides(&one, &two, work->options,
                                    cx_i_compare_range(a, work->options->score), &row->estimate,
                                    &ignored);
    if (status != CX_OK) {
        row->estimate = cx_i_estimate_new(work->options->confidence, unit);
        row->estimate.method = work->options->method;
        row->estimate.n = row->n[0] + row->n[1];
    }
    row->estimate.status = (int32_t)status;
    return CX_OK;
}

/* -- small cells --------------------------------------------------------------------------- */

static void difference_row_hide(difference_row *row, int side) {
    row->hidden[side] = true;
    row->value[side] = NAN;
    cx_i_estimate_hide(&row->estimate);
}

/* Each side is a table of its own, and shows what cx_nps_by shows of it. */
static cx_status difference_hide_sides(difference_work *work, cx_error *err) {
    const cx_i_keys *keys = &work->keys->keys;
    for (int side = 0; side < 2; side++) {
        for (int64_t i = 0; i < keys->count; i++) work->order[i] = work->row[i].n[side];
        CX_TRY(cx_i_rows_suppress(keys, work->keys->order, work->order, work->options->min_n,
                                  &work->allocator, work->hidden, err));
        for (int64_t i = 0; i < keys->count; i++)
            if (work->hidden[i]) difference_row_hide(&work->row[i], side);
    }
    return CX_OK;
}

/* Group and rest add up to all answers: a row is shown whole or not at all. */
static cx_status difference_hide_rest(difference_work *work, cx_error *err) {
    const cx_i_keys *keys = &work->keys->keys;
    int64_t min_n = work->options->min_n;
    for (int64_t i = 0; i < keys->count; i++) work->order[i] = work->row[i].n[0];
    CX_TRY(cx_i_rows_suppress_beside(keys, work->keys->order, work->order, min_n, &work->allocator,
                                     work->hidden, err));
    for (int64_t i = 0; i < keys->count; i++) {
        int64_t rest = work->row[i].n[1];
        if (!work->hidden[i] && (rest == 0 || rest >= min_n)) continue;
        difference_row_hide(&work->row[i], 0);
        difference_row_hide(&work->row[i], 1);
    }
    return CX_OK;
}

/* -- table --------------------------------------------------------------------------------- */

static cx_status difference_column(const difference_work *work, const char *name,
                                   const double *values, cx_table *table, cx_error *err) {
    double *column;
    CX_TRY(cx_i_table_f64(table, name, &column, err));
    for (int64_t i = 0; i < work->keys->keys.count; i++) {
        column[i] = values[i];
        if (isnan(values[i])) CX_TRY(cx_i_table_null(table, i, err));
    }
    return CX_OK;
}

static cx_status difference_side_columns(const difference_work *work, cx_table *table,
                                         cx_error *err) {
    static const char *const values[] = {"value_a", "value_b"}, *const counts[] = {"n_a", "n_b"};
    for (int side = 0; side < 2; side++) {
        int64_t *n;
        for (int64_t i = 0; i < work->keys->keys.count; i++) work->p[i] = work->row[i].value[side];
        CX_TRY(difference_column(work, values[side], work->p, table, err));
        CX_TRY(cx_i_table_i64(table, counts[side], &n, err));
        for (int64_t i = 0; i < work->keys->keys.count; i++) {
            n[i] = work->row[i].n[side];
            if (work->row[i].hidden[side]) CX_TRY(cx_i_table_null(table, i, err));
        }
    }
    return CX_OK;
}

static cx_status difference_columns(difference_work *work, cx_table *table, cx_error *err) {
    int64_t count = work->keys->keys.count;
    double *adjusted;
    CX_TRY(cx_i_keys_to_table(&work->keys->keys, work->keys->order, 1, table, err));
    CX_TRY(difference_side_columns(work, table, err));
    for (int64_t i = 0; i < count; i++) {
        work->estimate[i] = work->row[i].estimate;
        work->p[i] = work->row[i].estimate.p_value;
    }
    CX_TRY(cx_i_estimates_to_table(work->estimate, count, table, err));
    CX_TRY(cx_i_table_f64(table, "p_adjusted", &adjusted, err));
    cx_i_holm(work->p, count, work->order, adjusted);
    for (int64_t i = 0; i < count; i++)
        if (isnan(adjusted[i])) CX_TRY(cx_i_table_null(table, i, err));
    return CX_OK;
}

static cx_status difference_table(difference_work *work, cx_table **out, cx_error *err) {
    cx_table *table;
    CX_TRY(cx_i_table_new(work->keys->keys.count, &work->allocator, &table, err));
    cx_status status = difference_columns(work, table, err);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}

/* -- two sides ----------------------------------------------------------------------------- */

static cx_status difference_by_run(difference_work *work, const cx_tallies *a, const cx_tallies *b,
                                   cx_table **out, cx_error *err) {
    CX_TRY(difference_work_new(work, err));
    for (int64_t i = 0; i < work->keys->keys.count; i++)
        CX_TRY(difference_row_fill(work, cx_i_compare_find(a, work->keys, i),
                                   cx_i_compare_find(b, work->keys, i), &work->row[i], err));
    CX_TRY(difference_hide_sides(work, err));
    return difference_table(work, out, err);
}

cx_status cx_compare_by(const cx_tallies *a, const cx_tallies *b, const cx_compare_options *options,
                        cx_table **out, cx_error *err) {
    cx_compare_options used;
    cx_i_read_as as;
    cx_tallies *all;
    CX_TRY(cx_i_compare_options(options, &used, err));
    if (a == NULL || b == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing",
                         a == NULL   ? "a"
                         : b == NULL ? "b"
                                     : "out");
    CX_TRY(cx_i_compare_reading(&used, a->scale_min, a->scale_max, &as, err));
    CX_TRY(cx_i_compare_check_method(&used, err));
    CX_TRY(cx_i_compare_union(a, b, &all, err));
    difference_work work = {.allocator = a->allocator, .keys = all, .options = &used, .as = &as};
    cx_status status = difference_by_run(&work, a, b, out, err);
    difference_work_free(&work);
    cx_tallies_free(all);
    return status;
}

/* -- each against the rest ----------------------------------------------------------------- */

static cx_status difference_rest_run(difference_work *work, cx_tally *rest, cx_table **out,
                                     cx_error *err) {
    int32_t levels = cx_i_tally_levels(rest);
    CX_TRY(difference_work_new(work, err));
    for (int64_t i = 0; i < work->keys->keys.count; i++) {
        const cx_tally *group = cx_tallies_at(work->keys, i);
        cx_i_cells_subtract(&rest->cells, &group->cells, levels);
        CX_TRY(difference_row_fill(work, group, rest, &work->row[i], err));
        cx_i_cells_merge(&rest->cells, &group->cells, levels);
    }
    CX_TRY(difference_hide_rest(work, err));
    return difference_table(work, out, err);
}

cx_status cx_compare_rest(const cx_tallies *tallies, const cx_compare_options *options,
                          cx_table **out, cx_error *err) {
    cx_compare_options used;
    cx_i_read_as as;
    cx_tally *all;
    CX_TRY(cx_i_compare_options(options, &used, err));
    if (tallies == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", tallies == NULL ? "tallies" : "out");
    CX_TRY(cx_i_compare_reading(&used, tallies->scale_min, tallies->scale_max, &as, err));
    CX_TRY(cx_i_compare_check_method(&used, err));
    CX_TRY(cx_tallies_total(tallies, &tallies->allocator, &all, err));
    difference_work work = {
        .allocator = tallies->allocator, .keys = tallies, .options = &used, .as = &as};
    cx_status status = difference_rest_run(&work, all, out, err);
    difference_work_free(&work);
    cx_tally_free(all);
    return status;
}
