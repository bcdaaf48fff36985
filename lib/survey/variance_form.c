#include "survey/design.h"

/* Calibration leaves z = w (e - x'b) of influence values e, in every row. With the matrix A of the
 * variance z'Az that is (we)'A(we) - 2 (we)'AXb + b'X'AXb, X being the rows w x: the last matrix is
 * the design's own, and the others need the units of the domain and the strata's totals only. */

enum { FORM_MOST = 1 << 22 };

static const cx_i_constraints *form_constraints(const cx_design *design) {
    return &design->calibration->constraints;
}

static bool form_units_are_rows(const cx_design *design) {
    const cx_i_stage *stage = &design->stage[0];
    if (stage->units != design->rows) return false;
    for (int64_t row = 0; row < design->rows; row++)
        if (stage->unit[row] != row) return false;
    return true;
}

bool cx_i_sparse_form_serves(const cx_design *design) {
    int64_t each = form_constraints(design)->count;
    bool one_stage = design->stages == 1 || !design->finite;
    return one_stage && each <= FORM_MOST / each && design->stage[0].strata <= FORM_MOST / each;
}

double cx_i_sparse_scale(const cx_i_stage *stage, int64_t h) {
    double n = (double)stage->sampled[h];
    return n > 1 ? fmax(1 - stage->fraction[h], 0) * n / (n - 1) : 0;
}

/* -- room ---------------------------------------------------------------------------------- */

void cx_i_sparse_form_free(const cx_design *design, cx_i_sparse_form *form) {
    const cx_allocator *a = &design->allocator;
    cx_i_free(a, form->form);
    cx_i_free(a, form->total);
    cx_i_free(a, form->first);
    cx_i_free(a, form->row);
    cx_i_free(a, form->side);
    cx_i_free(a, form->beta);
    cx_i_free(a, form->room);
}

static cx_status form_room(const cx_design *design, cx_i_sparse_form *f, cx_error *err) {
    const cx_allocator *a = &design->allocator;
    int64_t p = form_constraints(design)->count;
    f->form = cx_i_alloc_array(a, p * p, sizeof *f->form);
    f->total = cx_i_alloc_array(a, design->stage[0].strata * p, sizeof *f->total);
    f->side = cx_i_alloc_array(a, p, sizeof *f->side);
    f->beta = cx_i_alloc_array(a, p, sizeof *f->beta);
    f->room = cx_i_alloc_array(a, p, sizeof *f->room);
    if (f->form == NULL || f->total == NULL || f->side == NULL || f->beta == NULL ||
        f->room == NULL)
        return cx_i_out_of_memory(err);
    return CX_OK;
}

static cx_status form_list_rows(const cx_design *design, cx_i_sparse_form *f, cx_error *err) {
    const cx_i_stage *stage = &design->stage[0];
    f->first = cx_i_alloc_array(&design->allocator, stage->units + 1, sizeof *f->first);
    f->row = cx_i_alloc_array(&design->allocator, design->rows, sizeof *f->row);
    if (f->first == NULL || f->row == NULL) return cx_i_out_of_memory(err);
    for (int64_t row = 0; row < design->rows; row++) f->first[stage->unit[row] + 1]++;
    for (int64_t u = 0; u < stage->units; u++) f->first[u + 1] += f->first[u];
    for (int64_t row = 0; row < design->rows; row++) f->row[f->first[stage->unit[row]]++] = row;
    for (int64_t u = stage->units; u > 0; u--) f->first[u] = f->first[u - 1];
    f->first[0] = 0;
    return CX_OK;
}

/* -- the form ------------------------------------------------------------------------------ */

/* out += times x of a row. */
static void form_add_row(const cx_i_constraints *c, int64_t row, double times, double *out) {
    int64_t cell = c->cell != NULL ? c->cell[row] : row;
    for (int64_t m = 0; m < c->margins; m++) out[c->first[m] + c->code[m][cell]] += times;
    for (int64_t k = 0; k < c->columns; k++)
        out[c->first[c->margins] + k] += times * c->column[k][row];
}

/* form += times x x' */
static void form_add_square(const double *x, double times, int64_t p, int64_t *place,
                            double *form) {
    int64_t places = 0;
    for (int64_t j = 0; j < p; j++)
        if (x[j] != 0) place[places++] = j;
    for (int64_t i = 0; i < places; i++)
        for (int64_t l = 0; l < places; l++)
            form[place[i] * p + place[l]] += times * x[place[i]] * x[place[l]];
}

static int64_t form_rows(const cx_i_sparse_form *f, int64_t unit, int64_t *first) {
    *first = f->first != NULL ? f->first[unit] : unit;
    return f->first != NULL ? f->first[unit + 1] - *first : 1;
}

static void form_fill(const cx_design *design, cx_i_sparse_form *f, int64_t *place) {
    const cx_i_constraints *c = form_constraints(design);
    const cx_i_stage *stage = &design->stage[0];
    int64_t p = c->count, first;
    for (int64_t u = 0; u < stage->units; u++) {
        int64_t h = stage->stratum[u], rows = form_rows(f, u, &first);
        memset(f->side, 0, (size_t)p * sizeof *f->side);
        for (int64_t i = first; i < first + rows; i++) {
            int64_t row = f->row != NULL ? f->row[i] : i;
            form_add_row(c, row, design->weight[row], f->side);
        }
        for (int64_t j = 0; j < p; j++) f->total[h * p + j] += f->side[j];
        form_add_square(f->side, cx_i_sparse_scale(stage, h), p, place, f->form);
    }
    for (int64_t h = 0; h < stage->strata; h++)
        form_add_square(f->total + h * p, -cx_i_sparse_scale(stage, h) / (double)stage->sampled[h],
                        p, place, f->form);
}

cx_status cx_i_sparse_form_new(const cx_design *design, cx_i_sparse_form *out, cx_error *err) {
    CX_TRY(form_room(design, out, err));
    if (!form_units_are_rows(design)) CX_TRY(form_list_rows(design, out, err));
    int64_t *place =
        cx_i_alloc_array(&design->allocator, form_constraints(design)->count, sizeof *place);
    if (place == NULL) return cx_i_out_of_memory(err);
    form_fill(design, out, place);
    cx_i_free(&design->allocator, place);
    return CX_OK;
}

/* -- one domain ---------------------------------------------------------------------------- */

double cx_i_sparse_form_fit(const cx_design *design, cx_i_sparse_form *f, const int64_t *row,
                            const double *e, int64_t rows) {
    const cx_weights *w = design->calibration;
    int64_t p = w->constraints.count;
    cx_i_solver solver = design->residual; /* the factor is read, the room is this call's */
    double square = 0;
    solver.side = f->room;
    memset(f->side, 0, (size_t)p * sizeof *f->side);
    for (int64_t i = 0; i < rows; i++)
        form_add_row(&w->constraints, row[i], cx_i_weights_start(w, row[i]) * e[i], f->side);
    cx_i_solver_solve(&solver, f->side, f->beta);
    for (int64_t j = 0; j < p; j++) {
        double sum = 0;
        for (int64_t l = 0; l < p; l++) sum += f->form[j * p + l] * f->beta[l];
        square += f->beta[j] * sum;
    }
    return square;
}

double cx_i_sparse_form_unit(const cx_design *design, const cx_i_sparse_form *f, int64_t unit) {
    const cx_i_constraints *c = form_constraints(design);
    int64_t first, rows = form_rows(f, unit, &first);
    double sum = 0;
    for (int64_t i = first; i < first + rows; i++) {
        int64_t row = f->row != NULL ? f->row[i] : i;
        int64_t cell = c->cell != NULL ? c->cell[row] : row;
        sum += design->weight[row] * cx_i_constraints_linear(c, f->beta, cell);
    }
    return sum;
}

double cx_i_sparse_form_stratum(const cx_design *design, const cx_i_sparse_form *f,
                                int64_t stratum) {
    int64_t p = form_constraints(design)->count;
    double sum = 0;
    for (int64_t j = 0; j < p; j++) sum += f->total[stratum * p + j] * f->beta[j];
    return sum;
}
