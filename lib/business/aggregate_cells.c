#include "business/aggregate.h"

#include "base/sort.h"

/* -- reading ------------------------------------------------------------------------------- */

/* The same numbers for the same units (or periods) on both sides; numbers of `out` by row. */
static cx_status link_keys(cx_i_link *work, int column, cx_error *err) {
    cx_i_keys keys;
    int64_t *rank = NULL;
    cx_status status = CX_OK;
    cx_i_keys_init(&keys, &work->allocator);
    for (int s = 0; s < 2 && status == CX_OK; s++) {
        cx_i_people *side = &work->side[s];
        cx_array named = side->by->columns[column];
        named.name = column == 0 ? "unit" : "period";
        cx_frame frame = {&named, 1, {0, 0}};
        int64_t *out = column == 0 ? side->unit : side->period;
        for (int64_t i = 0; i < side->rows && status == CX_OK; i++)
            if (!cx_i_array_present(&named, i))
                status = cx_i_fail_at(err, CX_E_DOMAIN, &side->by->columns[column], i, NAN,
                                      "the %s is missing; leave such rows out", named.name);
        if (status == CX_OK) status = cx_i_keys_bind(&keys, &frame, err);
        if (status == CX_OK) status = cx_i_keys_read(&keys, &frame, 0, side->rows, out, err);
    }
    if (status == CX_OK) {
        rank = cx_i_alloc_array(&work->allocator, 2 * keys.count + 1, sizeof *rank);
        if (rank == NULL) status = cx_i_out_of_memory(err);
    }
    if (status == CX_OK) {
        cx_i_keys_sort(&keys, rank + keys.count);
        for (int64_t i = 0; i < keys.count; i++) rank[rank[keys.count + i]] = i;
        for (int s = 0; s < 2; s++) {
            int64_t *out = column == 0 ? work->side[s].unit : work->side[s].period;
            for (int64_t i = 0; i < work->side[s].rows; i++) out[i] = rank[out[i]];
        }
    }
    cx_i_free(&work->allocator, rank);
    cx_i_keys_free(&keys);
    return status;
}

/* Whole numbers are periods as they are: a step of 1 is a lag of 1. */
static bool link_whole(const cx_array *column) {
    bool number = column->dtype >= CX_I8 && column->dtype <= CX_F64;
    return column->dictionary == NULL && number;
}

static cx_status link_numbers(cx_i_people *side, const char *role, cx_error *err) {
    const cx_array *column = &side->by->columns[1];
    double block[CX_I_BLOCK];
    for (int64_t start = 0; start < side->rows; start += CX_I_BLOCK) {
        int64_t left = side->rows - start, count = left < CX_I_BLOCK ? left : CX_I_BLOCK;
        cx_i_array_read(column, start, count, block);
        for (int64_t i = 0; i < count; i++) {
            if (!(fabs(block[i]) < 0x1p53) || block[i] != floor(block[i]))
                return cx_i_fail_at(err, CX_E_DOMAIN, column, start + i, block[i],
                                    "a period of %s has to be a whole number, a time or a text",
                                    role);
            side->period[start + i] = (int64_t)block[i];
        }
    }
    return CX_OK;
}

static cx_status link_periods(cx_i_link *work, cx_error *err) {
    cx_i_people *x = &work->side[0], *y = &work->side[1];
    if (x->by->count != y->by->count)
        return cx_i_fail(err, CX_E_MISMATCH, "one side has periods and the other has none");
    work->periods = x->by->count == 2;
    if (!work->periods) {
        if (work->options.max_lag == 0) return CX_OK;
        return cx_i_fail(err, CX_E_OPTION,
                         "max_lag is %d without periods; give unit and period on both sides",
                         (int64_t)work->options.max_lag);
    }
    bool whole = link_whole(&x->by->columns[1]);
    if (whole != link_whole(&y->by->columns[1]))
        return cx_i_fail(err, CX_E_MISMATCH,
                         "the periods of one side are numbers, those of the "
                         "other are not");
    if (!whole) return link_keys(work, 1, err);
    CX_TRY(link_numbers(x, "x", err));
    return link_numbers(y, "y", err);
}

/* -- cells --------------------------------------------------------------------------------- */

static cx_status link_cells(cx_i_link *work, cx_i_people *side, const char *role, cx_error *err) {
    cx_i_sortable *items = cx_i_alloc_room(&work->allocator, 2 * side->rows, sizeof *items);
    if (items == NULL) return cx_i_out_of_memory(err);
    for (int64_t i = 0; i < side->rows; i++)
        items[i] = (cx_i_sortable){cx_i_sort_key_i64(side->period[i]), i};
    cx_i_sort(items, items + side->rows, side->rows);
    for (int64_t i = 0; i < side->rows; i++) items[i].key = (uint64_t)side->unit[items[i].row];
    cx_i_sort(items, items + side->rows, side->rows);
    for (int64_t i = 0; i < side->rows; i++) {
        int64_t row = items[i].row, last = side->cells - 1;
        if (last < 0 || side->cell_unit[last] != side->unit[row] ||
            side->cell_period[last] != side->period[row]) {
            last = side->cells++;
            side->cell_unit[last] = side->unit[row];
            side->cell_period[last] = side->period[row];
        }
        side->at[row] = last;
        if (isnan(side->value[row]))
            side->missing++;
        else
            cx_i_cell_add(&side->cell[last], side->value[row]);
    }
    cx_i_free(&work->allocator, items);
    for (int64_t c = 0; c < side->cells; c++) {
        if (side->cell[c].n >= work->options.fewest)
            side->used++;
        else
            side->small++;
    }
    side->anova = cx_i_anova_of(side->cell, side->cells, work->options.fewest);
    if (side->used > 0) return CX_OK;
    return cx_i_fail(err, CX_E_EMPTY, "no unit has %d answers of %s", (int64_t)work->options.fewest,
                     role);
}

int64_t cx_i_link_find(const cx_i_link *work, const cx_i_people *side, int64_t unit,
                       int64_t period) {
    int64_t low = 0, high = side->cells;
    while (low < high) {
        int64_t middle = low + (high - low) / 2, u = side->cell_unit[middle];
        bool before = u < unit || (u == unit && side->cell_period[middle] < period);
        if (before)
            low = middle + 1;
        else
            high = middle;
    }
    bool here = low < side->cells && side->cell_unit[low] == unit &&
                side->cell_period[low] == period && side->cell[low].n >= work->options.fewest;
    return here ? low : -1;
}

cx_status cx_i_link_read(cx_i_link *work, cx_error *err) {
    static const char *const roles[] = {"x", "y"};
    for (int s = 0; s < 2; s++)
        CX_TRY(cx_i_lag_read(work->side[s].x, roles[s], work->side[s].value, err));
    CX_TRY(link_keys(work, 0, err));
    CX_TRY(link_periods(work, err));
    for (int s = 0; s < 2; s++) CX_TRY(link_cells(work, &work->side[s], roles[s], err));
    return CX_OK;
}
