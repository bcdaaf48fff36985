#include "base/sort.h"
#include "business/correlate.h"

/* -- memory ------------------------------------------------------------------------------------ */

cx_status cx_i_correlate_cells_make(int64_t count, int64_t kx, int64_t ky, bool weighted,
                                    const cx_allocator *allocator, cx_i_correlate_cells *out,
                                    cx_error *err) {
    *out = (cx_i_correlate_cells){.allocator = allocator};
    cx_i_two_way *cells = &out->cells;
    *cells =
        (cx_i_two_way){.count = count, .kx = (int32_t)kx, .ky = (int32_t)ky, .weighted = weighted};
    cells->x = cx_i_alloc_room(allocator, count, 2 * sizeof *cells->x);
    cells->w = cx_i_alloc_room(allocator, count, (weighted ? 2 : 1) * sizeof *cells->w);
    out->value[0] = cx_i_alloc_room(allocator, kx + ky, sizeof *out->value[0]);
    if (cells->x == NULL || cells->w == NULL || out->value[0] == NULL) {
        cx_i_correlate_cells_free(out);
        return cx_i_out_of_memory(err);
    }
    cells->y = cells->x + count;
    cells->w2 = weighted ? cells->w + count : cells->w;
    out->value[1] = out->value[0] + kx;
    return CX_OK;
}

void cx_i_correlate_cells_free(cx_i_correlate_cells *self) {
    cx_i_free(self->allocator, self->cells.x);
    cx_i_free(self->allocator, self->cells.w);
    cx_i_free(self->allocator, self->value[0]);
    *self = (cx_i_correlate_cells){.allocator = self->allocator};
}

/* -- reading ----------------------------------------------------------------------------------- */

/* Complete rows: x, y and weights one after the other, and what sorting takes. */
typedef struct cells_rows {
    int64_t n;
    double *x, *y, *w, largest;
    cx_i_sortable *items, *scratch;
} cells_rows;

static cx_status cells_room(cells_rows *rows, int64_t length, bool weighted,
                            const cx_allocator *allocator, cx_error *err) {
    if (length > INT32_MAX)
        return cx_i_fail(err, CX_E_LIMIT,
                         "%d rows are more than a rank correlation can take; count them in a "
                         "table of levels",
                         length);
    rows->x = cx_i_alloc_room(allocator, length, (weighted ? 3 : 2) * sizeof *rows->x);
    if (rows->x == NULL) return cx_i_out_of_memory(err);
    rows->y = rows->x + length;
    rows->w = weighted ? rows->y + length : NULL;
    return CX_OK;
}

static void cells_append(cells_rows *rows, cx_i_correlate_input *input,
                         const cx_i_correlate_block *block) {
    size_t size = (size_t)block->rows * sizeof *rows->x;
    memcpy(rows->x + rows->n, block->value[0], size);
    memcpy(rows->y + rows->n, block->value[1], size);
    if (rows->w != NULL) memcpy(rows->w + rows->n, block->value[2], size);
    for (int64_t r = 0; r < block->rows && rows->w != NULL; r++) {
        cx_i_twofold w = cx_i_tf(block->value[2][r]);
        input->w = cx_i_tf_add(input->w, w);
        input->w2 = cx_i_tf_add(input->w2, cx_i_tf_multiply(w, w));
        rows->largest = w.hi > rows->largest ? w.hi : rows->largest;
    }
    rows->n += block->rows;
}

static cx_status cells_gather(cells_rows *rows, cx_i_correlate_input *input, cx_error *err) {
    int64_t length = input->column[0]->length;
    cx_i_correlate_block block;
    for (int64_t start = 0; start < length; start += CX_I_BLOCK) {
        int64_t count = length - start < CX_I_BLOCK ? length - start : CX_I_BLOCK;
        CX_TRY(cx_i_correlate_read(input, start, count, &block, err));
        cells_append(rows, input, &block);
    }
    input->n = rows->n;
    if (rows->w == NULL) input->w = input->w2 = cx_i_tf((double)rows->n);
    return CX_OK;
}

/* -- sorting ----------------------------------------------------------------------------------- */

/* Sorts by y, then by x. An item's row then holds the level of y above, the row below; the values
 * of y become those of its levels. */
static cx_status cells_sort(cells_rows *rows, const cx_allocator *allocator, int64_t *kx,
                            int64_t *ky, cx_error *err) {
    cx_i_sortable *items = rows->items =
        cx_i_alloc_room(allocator, rows->n, 2 * sizeof *rows->items);
    if (items == NULL) return cx_i_out_of_memory(err);
    rows->scratch = items + rows->n;
    for (int64_t r = 0; r < rows->n; r++)
        items[r] = (cx_i_sortable){cx_i_sort_key_f64(rows->y[r]), r};
    cx_i_sort(items, rows->scratch, rows->n);
    uint64_t before = 0;
    *kx = *ky = 0;
    for (int64_t i = 0; i < rows->n; i++) {
        uint64_t key = items[i].key;
        if (i == 0 || key != before) rows->y[(*ky)++] = cx_i_sort_value_f64(key);
        before = key;
        items[i].key = cx_i_sort_key_f64(rows->x[items[i].row]);
        items[i].row |= (*ky - 1) << 32;
    }
    cx_i_sort(items, rows->scratch, rows->n);
    for (int64_t i = 0; i < rows->n; i++)
        if (i == 0 || items[i].key != items[i - 1].key) ++*kx;
    return CX_OK;
}

/* Weights are divided by a power of two near the largest: ratios stay, cubes fit. */
static void cells_fill(const cells_rows *rows, cx_i_correlate_cells *out) {
    cx_i_two_way *cells = &out->cells;
    double scale = rows->w == NULL ? 1 : ldexp(1, -ilogb(rows->largest));
    int64_t count = -1;
    int32_t x = -1;
    cells->n = rows->n;
    for (int64_t i = 0; i < rows->n; i++) {
        int64_t row = rows->items[i].row & UINT32_MAX;
        int32_t y = (int32_t)(rows->items[i].row >> 32);
        double w = rows->w == NULL ? 1 : rows->w[row] * scale;
        if (i == 0 || rows->items[i].key != rows->items[i - 1].key) {
            out->value[0][++x] = cx_i_sort_value_f64(rows->items[i].key);
        } else if (cells->y[count] == y) {
            cells->w[count] += w;
            if (cells->weighted) cells->w2[count] += w * w;
            continue;
        }
        cells->x[++count] = x;
        cells->y[count] = y;
        cells->w[count] = w;
        if (cells->weighted) cells->w2[count] = w * w;
    }
    cells->count = count + 1;
    memcpy(out->value[1], rows->y, (size_t)cells->ky * sizeof *rows->y);
}

/* -- without ties --------------------------------------------------------------------------------
 */

/* In place of cells, when no two rows share an x and no two a y; `found` says whether. */
static cx_status cells_untied(const double *x, const double *y, int64_t n,
                              const cx_allocator *allocator, cx_i_correlate_cells *out, bool *found,
                              cx_error *err) {
    *out = (cx_i_correlate_cells){.allocator = allocator};
    CX_TRY(cx_i_untied_count(x, y, n, allocator, found, &out->untied, err));
    if (*found)
        out->cells = (cx_i_two_way){
            .count = n, .n = n, .kx = (int32_t)n, .ky = (int32_t)n, .untied = &out->untied};
    return CX_OK;
}

/* The rows where they lie, when all are there and finite; else NULL. */
static const double *cells_lying(const cx_array *column) {
    double room;
    const double *value = cx_i_array_doubles(column, 0, 0, &room);
    if (value == &room) return NULL;
    for (int64_t i = 0; i < column->length; i++)
        if (!isfinite(value[i])) return NULL;
    return value;
}

static cx_status cells_lying_untied(cx_i_correlate_input *input, const cx_allocator *allocator,
                                    cx_i_correlate_cells *out, bool *tried, bool *found,
                                    cx_error *err) {
    int64_t n = input->column[0]->length;
    const double *x = cells_lying(input->column[0]), *y = cells_lying(input->column[1]);
    if (x == NULL || y == NULL) return CX_OK;
    *tried = true;
    CX_TRY(cells_untied(x, y, n, allocator, out, found, err));
    if (!*found) return CX_OK;
    input->n = n;
    input->w = input->w2 = cx_i_tf((double)n);
    return CX_OK;
}

/* -- both ----------------------------------------------------------------------------------------
 */

static cx_status cells_build(cells_rows *rows, cx_i_correlate_input *input, bool ranks,
                             const cx_allocator *allocator, cx_i_correlate_cells *out,
                             cx_error *err) {
    int64_t kx = 0, ky = 0, length = input->column[0]->length;
    bool weighted = input->column[2] != NULL, tried = weighted || !ranks, found = false;
    if (!tried) CX_TRY(cells_lying_untied(input, allocator, out, &tried, &found, err));
    if (found) return CX_OK;
    CX_TRY(cells_room(rows, length, weighted, allocator, err));
    CX_TRY(cells_gather(rows, input, err));
    if (!tried) CX_TRY(cells_untied(rows->x, rows->y, rows->n, allocator, out, &found, err));
    if (found) return CX_OK;
    CX_TRY(cells_sort(rows, allocator, &kx, &ky, err));
    CX_TRY(cx_i_correlate_cells_make(rows->n, kx, ky, weighted, allocator, out, err));
    cells_fill(rows, out);
    return CX_OK;
}

cx_status cx_i_correlate_cells_new(cx_i_correlate_input *input, bool ranks,
                                   const cx_allocator *allocator, cx_i_correlate_cells *out,
                                   cx_error *err) {
    cells_rows rows = {0};
    cx_status status = cells_build(&rows, input, ranks, allocator, out, err);
    cx_i_free(allocator, rows.x);
    cx_i_free(allocator, rows.items);
    return status;
}
