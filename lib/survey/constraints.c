#include "survey/constraints.h"

/* -- memory -------------------------------------------------------------------------------- */

void cx_i_constraints_free(cx_i_constraints *c) {
    for (int64_t i = 0; i < c->margins && c->margin != NULL; i++)
        cx_i_margin_free(c->allocator, &c->margin[i]);
    for (int64_t i = 0; i < c->margins && c->code != NULL; i++) cx_i_free(c->allocator, c->code[i]);
    for (int64_t i = 0; i < c->columns && c->column != NULL; i++)
        cx_i_free(c->allocator, c->column[i]);
    for (int64_t i = 0; i < c->columns && c->column_name != NULL; i++)
        cx_i_free(c->allocator, c->column_name[i]);
    cx_i_free(c->allocator, c->margin);
    cx_i_free(c->allocator, c->first);
    cx_i_free(c->allocator, c->code);
    cx_i_free(c->allocator, c->column);
    cx_i_free(c->allocator, c->column_name);
    cx_i_free(c->allocator, c->cell);
    cx_i_free(c->allocator, c->size);
    cx_i_tree_free(c);
    cx_i_free(c->allocator, c->wanted);
}

static cx_status constraints_room(cx_i_constraints *c, int64_t margins, int64_t columns,
                                  cx_error *err) {
    c->margin = cx_i_alloc_array(c->allocator, margins, sizeof *c->margin);
    c->code = cx_i_alloc_array(c->allocator, margins, sizeof *c->code);
    c->first = cx_i_alloc_array(c->allocator, margins + 1, sizeof *c->first);
    c->column = cx_i_alloc_array(c->allocator, columns, sizeof *c->column);
    c->column_name = cx_i_alloc_array(c->allocator, columns, sizeof *c->column_name);
    if (c->margin == NULL || c->code == NULL || c->first == NULL || c->column == NULL ||
        c->column_name == NULL)
        return cx_i_out_of_memory(err);
    return CX_OK;
}

/* -- numeric columns ----------------------------------------------------------------------- */

static cx_status constraints_read_column(cx_i_constraints *c, const cx_array *x, cx_error *err) {
    double *values = cx_i_alloc_array(c->allocator, c->rows, sizeof *values);
    size_t length = strlen(x->name);
    c->column[c->columns] = values;
    c->column_name[c->columns] = cx_i_alloc(c->allocator, length + 1);
    char *name = c->column_name[c->columns++];
    if (values == NULL || name == NULL) return cx_i_out_of_memory(err);
    memcpy(name, x->name, length);
    for (int64_t start = 0; start < c->rows; start += CX_I_BLOCK) {
        int64_t count = c->rows - start < CX_I_BLOCK ? c->rows - start : CX_I_BLOCK;
        cx_i_array_read(x, start, count, values + start);
        for (int64_t i = start; i < start + count; i++)
            if (!isfinite(values[i]))
                return cx_i_fail_at(err, CX_E_DOMAIN, x, i, values[i],
                                    isnan(values[i]) ? "the value is missing: every row needs one "
                                                       "to be calibrated"
                                                     : "the value is infinite");
    }
    return CX_OK;
}

static cx_status constraints_read_columns(cx_i_constraints *c, const cx_i_calibration *given,
                                          cx_error *err) {
    for (int64_t i = 0; i < given->x->count; i++)
        CX_TRY(constraints_read_column(c, &given->x->columns[i], err));
    double total;
    for (int64_t i = 0; i < c->columns; i++) {
        cx_i_array_read(given->totals, i, 1, &total);
        if (!isfinite(total))
            return cx_i_fail_at(err, CX_E_DOMAIN, given->totals, i, total,
                                "the total of %s is not a finite number", c->column_name[i]);
        c->wanted[c->first[c->margins] + i] = total;
    }
    return CX_OK;
}

/* -- reading ------------------------------------------------------------------------------- */

static cx_status constraints_fill(cx_i_constraints *c, const cx_i_calibration *given,
                                  cx_error *err) {
    int64_t columns = given->x == NULL ? 0 : given->x->count;
    int64_t margins = cx_margins_size(given->margins);
    CX_TRY(constraints_room(c, margins, columns, err));
    for (int64_t m = 0; m < margins; m++) {
        CX_TRY(cx_i_margin_copy(&given->margins->margin[m], c->allocator, &c->margin[m], err));
        c->margins++;
        c->first[m + 1] = c->first[m] + c->margin[m].keys.count;
    }
    c->count = c->first[margins] + columns;
    c->wanted = cx_i_alloc_array(c->allocator, c->count, sizeof *c->wanted);
    if (c->wanted == NULL) return cx_i_out_of_memory(err);
    CX_TRY(cx_i_cells_read(c, given->table, columns > 0, err));
    return columns > 0 ? constraints_read_columns(c, given, err) : CX_OK;
}

cx_status cx_i_constraints_read(const cx_i_calibration *given, int64_t rows,
                                const cx_allocator *allocator, cx_i_constraints *out,
                                cx_error *err) {
    cx_i_constraints made = {.allocator = allocator, .rows = rows};
    cx_status status = constraints_fill(&made, given, err);
    if (status != CX_OK) {
        cx_i_constraints_free(&made);
        return status;
    }
    *out = made;
    return CX_OK;
}

/* -- totals -------------------------------------------------------------------------------- */

static bool constraints_are_shares(const cx_i_margin *margin) {
    return fabs(margin->sum - 1) <= 1e-6;
}

static bool constraints_differ(double a, double b) {
    return fabs(a - b) > 1e-6 * b;
}

/* Shares that were rounded until they no longer add up would pass for totals of one unit. */
static cx_status constraints_check_shares(const cx_i_margin *margin, cx_error *err) {
    if (constraints_are_shares(margin) || fabs(margin->sum - 1) > 0.1) return CX_OK;
    return cx_i_fail(
        err, CX_E_INFEASIBLE,
        "margin %s: its shares add up to %g, not 1: correct them, or ask for rescaling",
        margin->name, margin->sum);
}

/* What the margins are margins of. */
static cx_status constraints_whole(const cx_i_constraints *c, const cx_calibrate_options *options,
                                   double start, double *whole, cx_error *err) {
    const cx_i_margin *first = NULL;
    bool free_sums = options->rescale == 1;
    *whole = isnan(options->total) ? start : options->total;
    for (int64_t m = 0; m < c->margins; m++) {
        const cx_i_margin *margin = &c->margin[m];
        if (!free_sums) CX_TRY(constraints_check_shares(margin, err));
        if (fabs(margin->sum - 1) <= 0.1) continue;
        if (first == NULL) first = margin;
        if (!free_sums && constraints_differ(margin->sum, first->sum))
            return cx_i_fail(err, CX_E_INFEASIBLE,
                             "the totals of margin %s add up to %g, those of margin %s to %g: "
                             "correct them, or ask for rescaling",
                             first->name, first->sum, margin->name, margin->sum);
    }
    if (first == NULL) return CX_OK;
    if (!isnan(options->total) && !free_sums && constraints_differ(first->sum, options->total))
        return cx_i_fail(err, CX_E_INFEASIBLE,
                         "the totals of margin %s add up to %g and total is %g: correct one, or "
                         "ask for rescaling",
                         first->name, first->sum, options->total);
    if (isnan(options->total)) *whole = first->sum;
    return CX_OK;
}

cx_status cx_i_constraints_scale(cx_i_constraints *c, const cx_calibrate_options *options,
                                 double start, double *whole, cx_error *err) {
    CX_TRY(constraints_whole(c, options, start, whole, err));
    for (int64_t m = 0; m < c->margins; m++)
        for (int64_t i = c->first[m]; i < c->first[m + 1]; i++)
            c->wanted[i] = c->margin[m].totals[i - c->first[m]] * (*whole / c->margin[m].sum);
    return CX_OK;
}

/* -- readers ------------------------------------------------------------------------------- */

int64_t cx_i_constraints_margin(const cx_i_constraints *c, int64_t constraint) {
    for (int64_t m = 0; m < c->margins; m++)
        if (constraint < c->first[m + 1]) return m;
    return -1;
}

const char *cx_i_constraints_name(const cx_i_constraints *c, int64_t constraint) {
    int64_t m = cx_i_constraints_margin(c, constraint);
    return m >= 0 ? c->margin[m].name : c->column_name[constraint - c->first[c->margins]];
}

void cx_i_constraints_category(const cx_i_constraints *c, int64_t constraint, char *out,
                               size_t size) {
    int64_t m = cx_i_constraints_margin(c, constraint);
    out[0] = '\0';
    if (m >= 0) cx_i_margin_category(&c->margin[m], constraint - c->first[m], out, size);
}

void cx_i_constraints_attained(const cx_i_constraints *c, const double *weight, double *out) {
    memset(out, 0, (size_t)c->count * sizeof *out);
    for (int64_t m = 0; m < c->margins; m++) {
        double *sums = out + c->first[m];
        const int32_t *code = c->code[m];
        for (int64_t i = 0; i < c->cells; i++) sums[code[i]] += weight[i];
    }
    for (int64_t k = 0; k < c->columns; k++) {
        double sum = 0;
        for (int64_t i = 0; i < c->cells; i++) sum += weight[i] * c->column[k][i];
        out[c->first[c->margins] + k] = sum;
    }
}
