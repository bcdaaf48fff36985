#include "business/crosstab.h"

#include "base/array.h"

/* -- memory ------------------------------------------------------------------------------------ */

void cx_crosstab_options_init(cx_crosstab_options *options) {
    if (options == NULL) return;
    *options = (cx_crosstab_options){.struct_size = sizeof *options, .x_max = 10, .y_max = 10};
}

static cx_status crosstab_check_scale(int64_t low, int64_t high, const char *name, cx_error *err) {
    int64_t levels = high - low + 1;
    if (levels >= 2 && levels <= CX_CROSSTAB_LEVELS) return CX_OK;
    return cx_i_fail(err, CX_E_OPTION,
                     "the scale of %s goes from %d to %d; it has to have 2 to %d answers", name,
                     low, high, (int64_t)CX_CROSSTAB_LEVELS);
}

cx_status cx_crosstab_new(const cx_crosstab_options *options, const cx_allocator *allocator,
                          cx_crosstab **out, cx_error *err) {
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    cx_crosstab_options chosen;
    cx_crosstab_options_init(&chosen);
    CX_TRY(cx_i_options_take(options, &chosen, sizeof chosen, "cx_crosstab_options", err));
    if (chosen.reserved != 0)
        return cx_i_fail(err, CX_E_OPTION, "reserved is %d; it has to be 0",
                         (int64_t)chosen.reserved);
    CX_TRY(crosstab_check_scale(chosen.x_min, chosen.x_max, "x", err));
    CX_TRY(crosstab_check_scale(chosen.y_min, chosen.y_max, "y", err));
    cx_allocator own = cx_i_allocator(allocator);
    cx_crosstab *self = cx_i_alloc(&own, sizeof *self);
    if (self == NULL) return cx_i_out_of_memory(err);
    *self =
        (cx_crosstab){.allocator = own,
                      .low = {chosen.x_min, chosen.y_min},
                      .levels = {chosen.x_max - chosen.x_min + 1, chosen.y_max - chosen.y_min + 1}};
    int64_t cells = cx_i_crosstab_cells(self);
    self->count = cx_i_alloc_array(&own, cells, sizeof *self->count);
    self->w = cx_i_alloc_array(&own, cells, 2 * sizeof *self->w);
    if (self->count == NULL || self->w == NULL) {
        cx_crosstab_free(self);
        return cx_i_out_of_memory(err);
    }
    self->w2 = self->w + cells;
    *out = self;
    return CX_OK;
}

void cx_crosstab_free(cx_crosstab *self) {
    if (self == NULL) return;
    cx_allocator allocator = self->allocator;
    cx_i_free(&allocator, self->count);
    cx_i_free(&allocator, self->w);
    cx_i_free(&allocator, self);
}

void cx_crosstab_reset(cx_crosstab *self) {
    if (self == NULL) return;
    size_t cells = (size_t)cx_i_crosstab_cells(self);
    self->n = 0;
    self->weighted = false;
    memset(self->excluded, 0, sizeof self->excluded);
    memset(self->count, 0, cells * sizeof *self->count);
    memset(self->w, 0, 2 * cells * sizeof *self->w);
}

cx_status cx_crosstab_copy(const cx_crosstab *self, const cx_allocator *allocator,
                           cx_crosstab **out, cx_error *err) {
    if (self == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "out");
    cx_crosstab_options options;
    cx_crosstab *copy;
    cx_crosstab_options_init(&options);
    options.x_min = self->low[0], options.x_max = self->low[0] + self->levels[0] - 1;
    options.y_min = self->low[1], options.y_max = self->low[1] + self->levels[1] - 1;
    CX_TRY(cx_crosstab_new(&options, allocator, &copy, err));
    size_t cells = (size_t)cx_i_crosstab_cells(self);
    copy->n = self->n;
    copy->weighted = self->weighted;
    memcpy(copy->excluded, self->excluded, sizeof copy->excluded);
    memcpy(copy->count, self->count, cells * sizeof *copy->count);
    memcpy(copy->w, self->w, 2 * cells * sizeof *copy->w);
    *out = copy;
    return CX_OK;
}

void cx_i_crosstab_make_weighted(cx_crosstab *self) {
    if (self->weighted) return;
    self->weighted = true;
    for (int64_t c = 0; c < cx_i_crosstab_cells(self); c++) {
        cx_i_sum_add_i64(&self->w[c], self->count[c]);
        cx_i_sum_add_i64(&self->w2[c], self->count[c]);
    }
}

/* -- adding ------------------------------------------------------------------------------------ */

/* The columns of one call: a third one of weights or of counts, or none. */
typedef struct crosstab_rows {
    const cx_array *column[3];
    bool counted;
    double value[3][CX_I_BLOCK];
    int64_t rows;  /* that are to be counted */
    double square; /* of their weights */
} crosstab_rows;

static cx_status crosstab_columns(const crosstab_rows *rows, cx_error *err) {
    const char *const roles[] = {"x", "y", rows->counted ? "counts" : "weights"};
    for (int c = 0; c < 3; c++) {
        if (c == 2 && rows->column[c] == NULL && !rows->counted) break;
        CX_TRY(cx_i_array_check(rows->column[c], roles[c], CX_I_NUMBERS, err));
        CX_TRY(cx_i_array_same_length(rows->column[0], "x", rows->column[c], roles[c], err));
    }
    return CX_OK;
}

static cx_status crosstab_bad(const crosstab_rows *rows, int c, int64_t row, double value,
                              const char *what, cx_error *err) {
    cx_array named = cx_i_array_named(rows->column[c], c == 0 ? "x" : c == 1 ? "y" : "counts");
    return cx_i_fail_at(err, CX_E_DOMAIN, &named, row, value, what);
}

static cx_status crosstab_check_row(crosstab_rows *rows, int64_t r, int64_t row, cx_error *err) {
    double last = rows->column[2] == NULL ? 1 : rows->value[2][r];
    for (int c = 0; c < 2; c++)
        if (isinf(rows->value[c][r]))
            return crosstab_bad(rows, c, row, rows->value[c][r],
                                "the value is infinite; give an answer or leave it missing", err);
    if (!rows->counted) {
        if (rows->column[2] != NULL) CX_TRY(cx_i_weight_check(rows->column[2], row, last, err));
        rows->rows++;
        rows->square += last * last;
        return CX_OK;
    }
    if (!(last >= 0) || last > (double)CX_I_CROSSTAB_ROWS || last != floor(last))
        return crosstab_bad(rows, 2, row, last, "a count has to be a whole number from 0 to 2^53",
                            err);
    rows->rows += (int64_t)last;
    rows->square += last;
    return rows->rows <= CX_I_CROSSTAB_ROWS
               ? CX_OK
               : cx_i_fail(err, CX_E_OVERFLOW, "there are more rows than can be counted");
}

/* The cell of two answers, or -1 and the reason why there is none */
static int64_t crosstab_cell(const cx_crosstab *self, double x, double y, int32_t *reason) {
    double at[2] = {x - self->low[0], y - self->low[1]};
    for (int c = 0; c < 2; c++) {
        *reason = CX_EXCLUDED_MISSING;
        if (isnan(at[c])) return -1;
    }
    for (int c = 0; c < 2; c++) {
        *reason = CX_EXCLUDED_OUT_OF_RANGE;
        if (!(at[c] >= 0 && at[c] <= self->levels[c] - 1)) return -1;
    }
    *reason = CX_EXCLUDED_NON_INTEGER;
    if (at[0] != floor(at[0]) || at[1] != floor(at[1])) return -1;
    return (int64_t)at[0] * self->levels[1] + (int64_t)at[1];
}

static void crosstab_count_row(cx_crosstab *self, const crosstab_rows *rows, int64_t r) {
    int32_t reason;
    double last = rows->column[2] == NULL ? 1 : rows->value[2][r];
    int64_t cell = crosstab_cell(self, rows->value[0][r], rows->value[1][r], &reason);
    int64_t many = rows->counted ? (int64_t)last : 1;
    if (cell >= 0 && !rows->counted && last == 0) cell = -1, reason = CX_EXCLUDED_ZERO_WEIGHT;
    if (cell < 0) {
        self->excluded[reason] += many;
        return;
    }
    self->n += many;
    self->count[cell] += many;
    if (!self->weighted) return;
    if (rows->counted) {
        cx_i_sum_add_i64(&self->w[cell], many);
        cx_i_sum_add_i64(&self->w2[cell], many);
    } else {
        cx_i_sum_add(&self->w[cell], last);
        cx_i_sum_add(&self->w2[cell], last * last);
    }
}

static double crosstab_squares(const cx_crosstab *self) {
    double sum = 0;
    if (!self->weighted) return (double)self->n;
    for (int64_t c = 0; c < cx_i_crosstab_cells(self); c++) sum += cx_i_sum_value(&self->w2[c]);
    return sum;
}

static int64_t crosstab_rows_so_far(const cx_crosstab *self) {
    int64_t sum = self->n;
    for (int r = 0; r < CX_EXCLUDED_END; r++) sum += self->excluded[r];
    return sum;
}

static cx_status crosstab_fits(const cx_crosstab *self, int64_t rows, double square,
                               cx_error *err) {
    if (rows > CX_I_CROSSTAB_ROWS - crosstab_rows_so_far(self))
        return cx_i_fail(err, CX_E_OVERFLOW, "there are more rows than can be counted");
    if (square + crosstab_squares(self) > CX_I_CROSSTAB_SQUARES)
        return cx_i_fail(err, CX_E_OVERFLOW, "the weights are too large; divide them");
    return CX_OK;
}

/* Once to check everything, then once to count what can no longer fail. */
static cx_status crosstab_add(cx_crosstab *self, crosstab_rows *rows, cx_error *err) {
    CX_TRY(crosstab_columns(rows, err));
    int64_t length = rows->column[0]->length;
    for (int pass = 0; pass < 2; pass++) {
        for (int64_t start = 0; start < length; start += CX_I_BLOCK) {
            int64_t count = length - start < CX_I_BLOCK ? length - start : CX_I_BLOCK;
            for (int c = 0; c < 3; c++)
                if (rows->column[c] != NULL)
                    cx_i_array_read(rows->column[c], start, count, rows->value[c]);
            for (int64_t r = 0; r < count; r++)
                if (pass == 0)
                    CX_TRY(crosstab_check_row(rows, r, start + r, err));
                else
                    crosstab_count_row(self, rows, r);
        }
        if (pass == 1) break;
        CX_TRY(crosstab_fits(self, rows->rows, rows->square, err));
        if (rows->column[2] != NULL && !rows->counted) cx_i_crosstab_make_weighted(self);
    }
    return CX_OK;
}

cx_status cx_crosstab_add(cx_crosstab *self, const cx_array *x, const cx_array *y,
                          const cx_array *weights, cx_error *err) {
    if (self == NULL) return cx_i_fail(err, CX_E_NULL, "self is missing");
    crosstab_rows rows;
    rows.column[0] = x, rows.column[1] = y, rows.column[2] = weights;
    rows.counted = false, rows.rows = 0, rows.square = 0;
    return crosstab_add(self, &rows, err);
}

cx_status cx_crosstab_add_counts(cx_crosstab *self, const cx_array *x, const cx_array *y,
                                 const cx_array *counts, cx_error *err) {
    if (self == NULL) return cx_i_fail(err, CX_E_NULL, "self is missing");
    crosstab_rows rows;
    rows.column[0] = x, rows.column[1] = y, rows.column[2] = counts;
    rows.counted = true, rows.rows = 0, rows.square = 0;
    return crosstab_add(self, &rows, err);
}

cx_status cx_crosstab_merge(cx_crosstab *self, const cx_crosstab *other, cx_error *err) {
    if (self == NULL || other == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "other");
    for (int c = 0; c < 2; c++)
        if (self->low[c] != other->low[c] || self->levels[c] != other->levels[c])
            return cx_i_fail(err, CX_E_MISMATCH,
                             "the scale of %s is %d to %d in one table and %d to %d in the other",
                             c == 0 ? "x" : "y", (int64_t)self->low[c],
                             (int64_t)self->low[c] + self->levels[c] - 1, (int64_t)other->low[c],
                             (int64_t)other->low[c] + other->levels[c] - 1);
    CX_TRY(crosstab_fits(self, crosstab_rows_so_far(other), crosstab_squares(other), err));
    bool other_weighted = other->weighted;
    if (other_weighted) cx_i_crosstab_make_weighted(self);
    self->n += other->n;
    for (int r = 0; r < CX_EXCLUDED_END; r++) self->excluded[r] += other->excluded[r];
    for (int64_t c = 0; c < cx_i_crosstab_cells(self); c++) {
        int64_t more = other->count[c];
        if (self->weighted && other_weighted) {
            cx_i_sum w = other->w[c], w2 = other->w2[c];
            cx_i_sum_merge(&self->w[c], &w);
            cx_i_sum_merge(&self->w2[c], &w2);
        } else if (self->weighted) {
            cx_i_sum_add_i64(&self->w[c], more);
            cx_i_sum_add_i64(&self->w2[c], more);
        }
        self->count[c] += more;
    }
    return CX_OK;
}
