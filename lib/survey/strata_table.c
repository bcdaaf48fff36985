#include "survey/strata.h"

#include "stat/keys_table.h"

/* Survey sums by key: estimates of domains, and what a calibration needs. */

/* -- domains ------------------------------------------------------------------------------- */

static cx_status strata_by_rows(cx_i_strata_view *view, cx_i_survey_rows *table, int64_t *order,
                                cx_error *err) {
    cx_i_keys_sort(table->keys, order);
    for (int64_t i = 0; i < table->count; i++) {
        cx_status status = cx_i_strata_domain(view, order[i], &table->row[i], err);
        if (status != CX_OK && status != CX_E_EMPTY && status != CX_E_DOMAIN) return status;
        table->row[i].estimate.status = (int32_t)status;
    }
    cx_error_init(err);
    return CX_OK;
}

static cx_status strata_by_table(cx_i_strata_view *view, const cx_i_keys *keys, cx_table **out,
                                 cx_error *err) {
    const cx_allocator *a = &view->allocator;
    int64_t count = keys->count;
    int64_t *order = cx_i_alloc_array(a, count, sizeof *order);
    cx_survey_estimate *row = cx_i_alloc_array(a, count, sizeof *row);
    cx_i_survey_rows table = {a, keys, order, row, count, view->options.min_n};
    cx_status status = order == NULL || row == NULL ? cx_i_out_of_memory(err) : CX_OK;
    if (status == CX_OK) status = strata_by_rows(view, &table, order, err);
    if (status == CX_OK) status = cx_i_survey_table(&table, out, err);
    cx_i_free(a, order);
    cx_i_free(a, row);
    return status;
}

static cx_status strata_check_keys(const cx_strata *self, int64_t totalled, cx_error *err) {
    int64_t by = self->keys.column_count - cx_i_strata_lead(self);
    if (by <= 0)
        return cx_i_fail(err, CX_E_OPTION,
                         "the state has no keys: add rows with by, or ask for "
                         "the estimate of all");
    if (totalled >= 0 && totalled < ((int64_t)1 << by) - 1) return CX_OK;
    return cx_i_fail(err, CX_E_OPTION,
                     "totalled is %d; of %d keys one or more have to remain (that of all is "
                     "cx_strata_estimate)",
                     totalled, by);
}

cx_status cx_strata_by(const cx_strata *self, int32_t figure, int32_t lonely,
                       const cx_weights *calibration, int64_t totalled,
                       const cx_survey_options *options, cx_table **out, cx_error *err) {
    cx_i_strata_view view;
    cx_i_keys keys;
    if (self == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "out");
    CX_TRY(cx_i_strata_view_open(self, figure, lonely, calibration, options, &view, err));
    cx_status status = strata_check_keys(self, totalled, err);
    cx_i_keys_init(&keys, &view.allocator);
    if (status == CX_OK)
        status = cx_i_strata_view_split(&view, &keys, cx_i_strata_leading(self) | totalled, err);
    if (status == CX_OK) status = strata_by_table(&view, &keys, out, err);
    cx_i_keys_free(&keys);
    cx_i_strata_view_free(&view);
    return status;
}

/* -- cells --------------------------------------------------------------------------------- */

typedef struct strata_cells {
    const cx_strata *self;
    cx_i_keys keys;
    int64_t *number, *order, *place; /* of cells; of keys; where each key stands */
} strata_cells;

static cx_status strata_fill_cells(const strata_cells *in, cx_table *table, cx_error *err) {
    int64_t *rows, *n;
    double *weight;
    CX_TRY(cx_i_keys_to_table(&in->keys, in->order, 1, table, err));
    CX_TRY(cx_i_table_i64(table, "rows", &rows, err));
    CX_TRY(cx_i_table_i64(table, "n", &n, err));
    CX_TRY(cx_i_table_f64(table, "weight", &weight, err));
    cx_i_twofold *sum = cx_i_alloc_array(&in->self->allocator, in->keys.count, sizeof *sum);
    if (sum == NULL) return cx_i_out_of_memory(err);
    for (int64_t i = 0; i < in->self->keys.count; i++) {
        int64_t cell = in->self->order[i], row = in->place[in->number[i]];
        const cx_i_wide_sum *s = cx_i_strata_at(in->self, cell);
        rows[row] += cx_i_strata_cell_rows(&in->self->cell[cell]);
        n[row] += in->self->cell[cell].n;
        sum[row] = cx_i_tf_add(sum[row], cx_i_strata_value(&s[CX_I_SUM_W]));
        sum[row] = cx_i_tf_add(sum[row], cx_i_strata_value(&s[CX_I_SUM_OUT]));
    }
    for (int64_t row = 0; row < in->keys.count; row++) weight[row] = cx_i_tf_double(sum[row]);
    cx_i_free(&in->self->allocator, sum);
    return CX_OK;
}

static cx_status strata_cells_table(strata_cells *in, cx_table **out, cx_error *err) {
    const cx_strata *self = in->self;
    cx_table *table;
    in->number = cx_i_alloc_array(&self->allocator, self->keys.count, sizeof *in->number);
    if (in->number == NULL) return cx_i_out_of_memory(err);
    CX_TRY(cx_i_strata_project(self, cx_i_strata_leading(self), &in->keys, in->number, err));
    in->order = cx_i_alloc_array(&self->allocator, in->keys.count, sizeof *in->order);
    in->place = cx_i_alloc_array(&self->allocator, in->keys.count, sizeof *in->place);
    if (in->order == NULL || in->place == NULL) return cx_i_out_of_memory(err);
    cx_i_keys_sort(&in->keys, in->order);
    for (int64_t k = 0; k < in->keys.count; k++) in->place[in->order[k]] = k;
    CX_TRY(cx_i_table_new(in->keys.count, &self->allocator, &table, err));
    cx_status status = strata_fill_cells(in, table, err);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}

cx_status cx_strata_cells(const cx_strata *self, cx_table **out, cx_error *err) {
    strata_cells in = {.self = self};
    if (self == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "out");
    CX_TRY(strata_check_keys(self, 0, err));
    cx_i_keys_init(&in.keys, &self->allocator);
    cx_status status = strata_cells_table(&in, out, err);
    cx_i_keys_free(&in.keys);
    cx_i_free(&self->allocator, in.number);
    cx_i_free(&self->allocator, in.order);
    cx_i_free(&self->allocator, in.place);
    return status;
}
