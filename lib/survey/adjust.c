#include "survey/adjust.h"

#include "base/sort.h"
#include "survey/chances.h"

void cx_adjust_options_init(cx_adjust_options *options) {
    if (options == NULL) return;
    *options = (cx_adjust_options){.struct_size = sizeof *options, .classes = 5, .least = 30};
}

static cx_status adjust_options(const cx_adjust_options *given, cx_adjust_options *used,
                                cx_error *err) {
    cx_adjust_options_init(used);
    CX_TRY(cx_i_options_take(given, used, sizeof *used, "cx_adjust_options", err));
    if (used->reserved != 0) return cx_i_fail(err, CX_E_OPTION, "reserved is not 0");
    if (used->classes < 1 || used->classes > 1000)
        return cx_i_fail(err, CX_E_OPTION, "classes is %d: 1 to 1000", (int64_t)used->classes);
    if (used->least < 1)
        return cx_i_fail(err, CX_E_OPTION, "least is %d: a class needs 1 answer or more",
                         (int64_t)used->least);
    return CX_OK;
}

void cx_adjustment_free(cx_adjustment *self) {
    if (self == NULL) return;
    cx_allocator a = self->allocator;
    if (self->cells.keys.allocator != NULL) cx_i_keys_free(&self->cells.keys);
    cx_i_free(&a, self->cell);
    cx_i_free(&a, self->end);
    cx_i_free(&a, self->of_row);
    cx_i_free(&a, self->weight);
    cx_i_free(&a, self);
}

/* -- rows ---------------------------------------------------------------------------------- */

/* w of those who answered, -w of those who did not, until the shares are known. */
static cx_status adjust_answers(cx_adjustment *a, const cx_array *responded,
                                const cx_array *weights, cx_error *err) {
    double y[CX_I_BLOCK], w[CX_I_BLOCK];
    for (int64_t start = 0; start < a->rows; start += CX_I_BLOCK) {
        int64_t left = a->rows - start, count = left < CX_I_BLOCK ? left : CX_I_BLOCK;
        cx_i_array_read(responded, start, count, y);
        if (weights != NULL) cx_i_array_read(weights, start, count, w);
        for (int64_t i = 0; i < count; i++) {
            if (weights == NULL) w[i] = 1;
            if (weights != NULL) CX_TRY(cx_i_weight_check(weights, start + i, w[i], err));
            CX_TRY(cx_i_responded_check(responded, start + i, y[i], err));
            a->weight[start + i] = y[i] > 0 ? w[i] : -w[i];
        }
    }
    return CX_OK;
}

static void adjust_add(cx_adjustment *a, int64_t row, int64_t at, double rho) {
    cx_i_adjust_cell *cell = &a->cell[at];
    double w = fabs(a->weight[row]);
    a->of_row[row] = w > 0 ? at : -1;
    if (!(w > 0)) return;
    cell->low = cell->n > 0 ? fmin(cell->low, rho) : rho;
    cell->high = cell->n > 0 ? fmax(cell->high, rho) : rho;
    cell->n++;
    cell->w += w;
    cell->rho += w * rho;
    if (!(a->weight[row] > 0)) return;
    cell->responded++;
    cell->answered += w;
}

static cx_status adjust_cells(cx_adjustment *a, int64_t count, cx_error *err) {
    a->cell = cx_i_alloc_array(&a->allocator, count, sizeof *a->cell);
    if (a->cell == NULL) return cx_i_out_of_memory(err);
    a->count = count;
    for (int64_t i = 0; i < count; i++) a->cell[i].joined_to = i;
    return CX_OK;
}

/* -- classes of chances -------------------------------------------------------------------- */

static cx_status adjust_chances(cx_adjustment *a, cx_i_chances *chances, double *rho,
                                cx_i_sortable *item, int64_t *used, cx_error *err) {
    cx_status status = CX_OK;
    while (cx_i_chances_next(chances, &status, err))
        for (int64_t i = 0; i < chances->count; i++) {
            int64_t row = chances->start + i;
            rho[row] = chances->rho[i];
            a->of_row[row] = -1;
            if (a->weight[row] != 0)
                item[(*used)++] = (cx_i_sortable){cx_i_sort_key_f64(rho[row]), row};
        }
    return status;
}

/* A run of equal chances goes where its middle falls. */
static void adjust_quantiles(cx_adjustment *a, const cx_i_sortable *item, int64_t used,
                             const double *rho) {
    for (int64_t start = 0, end = 0; start < used; start = end) {
        while (end < used && item[end].key == item[start].key) end++;
        int64_t at = (start + end) * a->options.classes / (2 * used);
        for (int64_t i = start; i < end; i++) adjust_add(a, item[i].row, at, rho[item[i].row]);
    }
}

static cx_status adjust_by_chance(cx_adjustment *a, const cx_array *propensity, cx_error *err) {
    const cx_allocator *memory = &a->allocator;
    cx_i_chances chances = {.propensity = propensity};
    int64_t used = 0;
    double *rho = cx_i_alloc_array(memory, a->rows, sizeof *rho);
    cx_i_sortable *item = cx_i_alloc_array(memory, a->rows, sizeof *item);
    cx_i_sortable *room = cx_i_alloc_array(memory, a->rows, sizeof *room);
    cx_status status = rho == NULL || item == NULL || room == NULL
                           ? cx_i_out_of_memory(err)
                           : adjust_cells(a, a->options.classes, err);
    if (status == CX_OK) status = adjust_chances(a, &chances, rho, item, &used, err);
    if (status == CX_OK) {
        cx_i_sort(item, room, used);
        adjust_quantiles(a, item, used, rho);
    }
    cx_i_free(memory, rho);
    cx_i_free(memory, item);
    cx_i_free(memory, room);
    return status;
}

/* -- cells of categories ------------------------------------------------------------------- */

static cx_status adjust_read_cells(cx_adjustment *a, const cx_frame *by, cx_error *err) {
    int64_t numbers[CX_I_BLOCK];
    cx_i_keys_init(&a->cells.keys, &a->allocator);
    CX_TRY(cx_i_keys_bind(&a->cells.keys, by, err));
    for (int64_t start = 0; start < a->rows; start += CX_I_BLOCK) {
        int64_t left = a->rows - start, count = left < CX_I_BLOCK ? left : CX_I_BLOCK;
        CX_TRY(cx_i_keys_read(&a->cells.keys, by, start, count, numbers, err));
        memcpy(a->of_row + start, numbers, (size_t)count * sizeof *numbers);
        if (a->cells.keys.count > CX_I_ADJUST_CELLS)
            return cx_i_fail(err, CX_E_LIMIT,
                             "by has more than %d cells: leave columns out, or take classes of "
                             "chances",
                             (int64_t)CX_I_ADJUST_CELLS);
    }
    return CX_OK;
}

/* Where the parts of each key end, so that leading columns can be compared. */
static cx_status adjust_parts(cx_adjustment *a, cx_error *err) {
    const cx_i_keys *keys = &a->cells.keys;
    size_t longest = 1, size;
    int64_t parts;
    if (!cx_i_mul_i64(keys->count, keys->column_count, &parts)) return cx_i_out_of_memory(err);
    for (int64_t i = 0; i < keys->count; i++) {
        cx_i_keys_bytes(keys, i, &size);
        if (size > longest) longest = size;
    }
    char *text = cx_i_alloc(&a->allocator, longest);
    a->end = cx_i_alloc_array(&a->allocator, parts, sizeof *a->end);
    for (int64_t i = 0; i < keys->count && text != NULL && a->end != NULL; i++) {
        const uint8_t *bytes = cx_i_keys_bytes(keys, i, &size);
        cx_i_key_part part;
        size_t at = 0;
        for (int64_t c = 0; c < keys->column_count; c++) {
            at += cx_i_key_parse(bytes + at, size - at, keys->columns[c].kind, text, &part);
            a->end[i * keys->column_count + c] = at;
        }
    }
    bool whole = text != NULL && a->end != NULL;
    cx_i_free(&a->allocator, text);
    return whole ? CX_OK : cx_i_out_of_memory(err);
}

static cx_status adjust_by_category(cx_adjustment *a, const cx_frame *by, cx_error *err) {
    CX_TRY(adjust_read_cells(a, by, err));
    CX_TRY(adjust_parts(a, err));
    int64_t count = a->cells.keys.count;
    CX_TRY(adjust_cells(a, count, err));
    int64_t *order = cx_i_alloc_array(&a->allocator, count, sizeof *order);
    int64_t *place = cx_i_alloc_array(&a->allocator, count, sizeof *place);
    cx_status status = order == NULL || place == NULL ? cx_i_out_of_memory(err) : CX_OK;
    if (status == CX_OK) {
        cx_i_keys_sort(&a->cells.keys, order);
        for (int64_t i = 0; i < count; i++) {
            place[order[i]] = i;
            a->cell[i].key = order[i];
            a->cell[i].shared = by->count;
        }
        for (int64_t row = 0; row < a->rows; row++) adjust_add(a, row, place[a->of_row[row]], NAN);
    }
    cx_i_free(&a->allocator, order);
    cx_i_free(&a->allocator, place);
    return status;
}

/* -- the whole ----------------------------------------------------------------------------- */

static cx_status adjust_check(const cx_array *propensity, const cx_frame *by,
                              const cx_array *responded, const cx_array *weights, cx_error *err) {
    CX_TRY(cx_i_array_check(responded, "responded", CX_I_NUMBERS, err));
    if (weights != NULL) {
        CX_TRY(cx_i_array_check(weights, "weights", CX_I_NUMBERS, err));
        CX_TRY(cx_i_array_same_length(responded, "responded", weights, "weights", err));
    }
    if (propensity != NULL) {
        CX_TRY(cx_i_array_check(propensity, "propensity", CX_I_NUMBERS, err));
        return cx_i_array_same_length(responded, "responded", propensity, "propensity", err);
    }
    CX_TRY(cx_i_frame_check(by, "by", CX_I_KEYS, err));
    if (by->count == 0) return cx_i_fail(err, CX_E_EMPTY, "by has no column");
    return cx_i_array_same_length(responded, "responded", &by->columns[0], "by", err);
}

static void adjust_weigh(cx_adjustment *a) {
    for (int64_t row = 0; row < a->rows; row++) {
        int64_t at = a->of_row[row];
        if (at >= 0) a->of_row[row] = at = a->cell[at].joined_to;
        double w = a->weight[row] > 0 ? a->weight[row] : 0;
        a->weight[row] = w > 0 ? w * a->cell[at].w / a->cell[at].answered : 0;
    }
}

static cx_status adjust_build(cx_adjustment *a, const cx_array *propensity, const cx_frame *by,
                              const cx_array *responded, const cx_array *weights, cx_error *err) {
    int64_t answered = 0;
    a->weight = cx_i_alloc_array(&a->allocator, a->rows, sizeof *a->weight);
    a->of_row = cx_i_alloc_array(&a->allocator, a->rows, sizeof *a->of_row);
    if (a->weight == NULL || a->of_row == NULL) return cx_i_out_of_memory(err);
    CX_TRY(adjust_answers(a, responded, weights, err));
    CX_TRY(propensity != NULL ? adjust_by_chance(a, propensity, err)
                              : adjust_by_category(a, by, err));
    for (int64_t i = 0; i < a->count; i++) answered += a->cell[i].responded;
    if (answered == 0) return cx_i_fail(err, CX_E_EMPTY, "nobody with a weight answered");
    cx_i_adjust_join(a);
    adjust_weigh(a);
    return CX_OK;
}

cx_status cx_adjust_response(const cx_array *propensity, const cx_frame *by,
                             const cx_array *responded, const cx_array *weights,
                             const cx_adjust_options *options, cx_adjustment **out, cx_error *err) {
    cx_adjust_options used;
    if (responded == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", responded == NULL ? "responded" : "out");
    if (propensity == NULL && by == NULL)
        return cx_i_fail(err, CX_E_NULL, "propensity is missing, and so is by");
    if (propensity != NULL && by != NULL)
        return cx_i_fail(err, CX_E_MISMATCH,
                         "classes are made of propensity or of by, not of both");
    CX_TRY(adjust_options(options, &used, err));
    CX_TRY(adjust_check(propensity, by, responded, weights, err));
    cx_allocator allocator = cx_i_allocator(used.allocator);
    cx_adjustment *made = cx_i_alloc(&allocator, sizeof *made);
    if (made == NULL) return cx_i_out_of_memory(err);
    made->allocator = allocator;
    made->options = used;
    made->rows = responded->length;
    cx_status status = adjust_build(made, propensity, by, responded, weights, err);
    if (status == CX_OK)
        *out = made;
    else
        cx_adjustment_free(made);
    return status;
}
