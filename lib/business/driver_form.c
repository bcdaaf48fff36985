#include "business/driver.h"

/* Influences as quadratic forms of a row's standardised values: sum_ij q_ij z_i z_j. */

/* Exact up to so many models, else over sampled orders. */
#define FORM_MODELS 65536.0

/* One correlation's influence is z_i z_k - r_ik (z_i^2 + z_k^2) / 2; times a derivative. */
static void form_add(double *form, const cx_driver_fit *fit, int64_t i, int64_t k, double slope) {
    int64_t side = fit->p + 1;
    double half = slope * fit->star[i * side + k] / 2;
    form[i * side + k] += slope;
    form[i * side + i] -= half;
    form[k * side + k] -= half;
}

/* -- methods in closed form ---------------------------------------------------------------- */

typedef struct driver_form_room {
    const cx_driver_fit *fit;
    cx_i_chain chain;          /* the model with all drivers */
    double *vectors, *roots;   /* of the drivers' correlations */
    double *matrix, *half;     /* p x p */
    double *beta, *slope, *at; /* p; at: slope in the eigenvectors' axes */
    double *weight, *weight_at, *g_at;
    void *memory;
} driver_form_room;

static cx_status driver_form_open(driver_form_room *room, const cx_driver_fit *fit, cx_error *err) {
    int64_t p = fit->p;
    double *memory = cx_i_alloc_array(&fit->allocator, 2 * p * p + 6 * p, sizeof *memory);
    *room = (driver_form_room){.fit = fit, .memory = memory};
    if (memory == NULL) return cx_i_out_of_memory(err);
    room->vectors = fit->eigen + p * p;
    room->roots = room->vectors + p * p;
    room->matrix = memory;
    room->half = memory + p * p;
    double **pieces[] = {&room->beta,   &room->slope,     &room->at,
                         &room->weight, &room->weight_at, &room->g_at};
    for (int i = 0; i < 6; i++) *pieces[i] = memory + 2 * p * p + i * p;
    CX_TRY(cx_i_chain_new(&room->chain, fit->star, p + 1, fit->options.tolerance, &fit->allocator,
                          err));
    for (int64_t j = 0; j < p; j++) cx_i_chain_push(&room->chain, j);
    cx_i_chain_solve(&room->chain);
    for (int64_t i = 0; i < room->chain.size; i++)
        room->beta[room->chain.column[i]] = room->chain.b[i];
    return CX_OK;
}

static void driver_form_close(driver_form_room *room) {
    cx_i_free(&room->fit->allocator, room->chain.memory);
    cx_i_free(&room->fit->allocator, room->memory);
}

/* Row `at` of R^-1 among the columns that came in, by driver. */
static void form_inverse(const driver_form_room *room, int64_t j, double *out) {
    const cx_i_chain *chain = &room->chain;
    double *x = room->half;
    for (int64_t i = 0; i < chain->size; i++) x[i] = chain->column[i] == j ? 1 : 0;
    cx_i_chain_inverse(chain, x);
    memset(out, 0, (size_t)room->fit->p * sizeof *out);
    for (int64_t i = 0; i < chain->size; i++) out[chain->column[i]] = x[i];
}

/* With c = R^-1 e_j: of b_j^2 2 b_j c (dr - dR b); of b_j r_j that and b_j dr_j. */
static void form_coefficient(const driver_form_room *room, int64_t j, bool squared, double *form) {
    const cx_driver_fit *fit = room->fit;
    int64_t p = fit->p;
    double *c = room->slope, b = room->beta[j];
    double factor = squared ? 2 * b : fit->star[j * (p + 1) + p];
    form_inverse(room, j, c);
    for (int64_t i = 0; i < p; i++) {
        form_add(form, fit, p, i, factor * c[i]);
        for (int64_t k = 0; k < p; k++)
            if (k != i) form_add(form, fit, i, k, -factor * c[i] * room->beta[k]);
    }
    if (!squared) form_add(form, fit, p, j, b);
}

static void form_axes(const driver_form_room *room, const double *x, double *out) {
    int64_t p = room->fit->p;
    for (int64_t e = 0; e < p; e++) {
        out[e] = 0;
        for (int64_t k = 0; k < p; k++) out[e] += room->vectors[e * p + k] * x[k];
    }
}

/* The derivative by the correlations, of a function whose derivative by their root A is
 * e_j weight' - slope g': dA solves A dA + dA A = dR, which is a division in the axes of the
 * eigenvectors. */
static void form_root(const driver_form_room *room, int64_t j, double *form) {
    const cx_driver_fit *fit = room->fit;
    int64_t p = fit->p;
    const double *v = room->vectors, *s = room->roots;
    double *matrix = room->matrix, *half = room->half;
    form_axes(room, room->slope, room->at);
    form_axes(room, room->weight, room->weight_at);
    for (int64_t a = 0; a < p; a++)
        for (int64_t b = 0; b < p; b++) {
            double own = v[a * p + j] * room->weight_at[b] - room->at[a] * room->g_at[b];
            double turned = v[b * p + j] * room->weight_at[a] - room->at[b] * room->g_at[a];
            double sum = s[a] + s[b];
            matrix[a * p + b] = s[a] > 0 && s[b] > 0 ? (own + turned) / (2 * sum) : 0;
        }
    memset(half, 0, (size_t)(p * p) * sizeof *half);
    for (int64_t a = 0; a < p; a++)
        for (int64_t b = 0; b < p; b++)
            for (int64_t k = 0; k < p; k++) half[a * p + k] += matrix[a * p + b] * v[b * p + k];
    memset(matrix, 0, (size_t)(p * p) * sizeof *matrix);
    for (int64_t a = 0; a < p; a++)
        for (int64_t i = 0; i < p; i++)
            for (int64_t k = 0; k < p; k++) matrix[i * p + k] += v[a * p + i] * half[a * p + k];
    for (int64_t i = 0; i < p; i++)
        for (int64_t k = 0; k < i; k++)
            form_add(form, fit, i, k, matrix[i * p + k] + matrix[k * p + i]);
    for (int64_t i = 0; i < p; i++) form_add(form, fit, p, i, room->slope[i]);
}

/* sum_k A_jk^2 g_k^2 with A g = r */
static void form_johnson(const driver_form_room *room, int64_t j, double *form) {
    const cx_driver_fit *fit = room->fit;
    int64_t p = fit->p;
    const double *a = fit->root + j * p;
    for (int64_t k = 0; k < p; k++) room->weight[k] = 2 * a[k] * fit->g[k] * fit->g[k];
    for (int64_t i = 0; i < p; i++) {
        room->slope[i] = 0;
        for (int64_t k = 0; k < p; k++)
            room->slope[i] += fit->pull[i * p + k] * 2 * a[k] * a[k] * fit->g[k];
    }
    form_root(room, j, form);
}

static void form_car(const driver_form_room *room, int64_t j, double *form) {
    const cx_driver_fit *fit = room->fit;
    int64_t p = fit->p;
    for (int64_t i = 0; i < p; i++) {
        room->weight[i] = 0;
        room->slope[i] = 2 * fit->g[j] * fit->pull[i * p + j];
    }
    form_root(room, j, form);
}

/* -- gains of single models ---------------------------------------------------------------- */

static void form_first(driver_form_room *room, int64_t j, double *form) {
    room->chain.size = 0;
    cx_i_chain_push(&room->chain, j);
    cx_i_chain_solve(&room->chain);
    cx_i_chain_influence(&room->chain, 1, form);
}

static void form_last(driver_form_room *room, int64_t j, double *form) {
    room->chain.size = 0;
    for (int64_t i = 0; i < room->fit->p; i++)
        if (i != j) cx_i_chain_push(&room->chain, i);
    cx_i_chain_solve(&room->chain);
    cx_i_chain_influence(&room->chain, -1, form);
    cx_i_chain_push(&room->chain, j);
    cx_i_chain_solve(&room->chain);
    cx_i_chain_influence(&room->chain, 1, form);
}

static void form_driver(driver_form_room *room, int64_t j, double *form) {
    switch (room->fit->options.method) {
    case CX_IMPORTANCE_FIRST:
        form_first(room, j, form);
        break;
    case CX_IMPORTANCE_LAST:
        form_last(room, j, form);
        break;
    case CX_IMPORTANCE_PRATT:
    case CX_IMPORTANCE_BETA_SQUARED:
        form_coefficient(room, j, room->fit->options.method == CX_IMPORTANCE_BETA_SQUARED, form);
        break;
    case CX_IMPORTANCE_CAR:
        form_car(room, j, form);
        break;
    default:
        form_johnson(room, j, form);
    }
}

static cx_status form_closed(const cx_driver_fit *fit, double *forms, cx_error *err) {
    driver_form_room room;
    int64_t p = fit->p, cells = (p + 1) * (p + 1);
    cx_status status = driver_form_open(&room, fit, err);
    if (status == CX_OK) form_axes(&room, fit->g, room.g_at);
    for (int64_t j = 0; status == CX_OK && j < p; j++)
        if (fit->scale[j] > 0) form_driver(&room, j, forms + j * cells);
    driver_form_close(&room);
    return status;
}

static cx_status form_shapley(const cx_driver_fit *fit, double *forms, cx_error *err) {
    if (cx_i_driver_blocks_models(fit) > FORM_MODELS)
        return cx_i_driver_orders_forms(fit, cx_i_driver_orders_many(fit, 4e9, 100, 4000), forms,
                                        err);
    double *importance = cx_i_alloc_array(&fit->allocator, fit->p, sizeof *importance);
    if (importance == NULL) return cx_i_out_of_memory(err);
    cx_status status = cx_i_driver_blocks(fit, importance, NULL, forms, err);
    cx_i_free(&fit->allocator, importance);
    return status;
}

/* -- before adjusting ---------------------------------------------------------------------- */

/* Each driver and the outcome less what the adjusting columns say, in units of what is left; by
 * rows of `side`. */
static cx_status form_residuals(const cx_driver_fit *fit, double *rows, cx_error *err) {
    cx_i_chain chain;
    int64_t side = fit->side;
    CX_TRY(cx_i_chain_new(&chain, fit->r, side, fit->options.tolerance, &fit->allocator, err));
    for (int64_t a = 0; a < fit->adjust; a++) cx_i_chain_push(&chain, a);
    for (int64_t i = 0; i <= fit->p; i++) {
        double scale = i < fit->p ? fit->scale[i] : sqrt(fit->left), *row = rows + i * side;
        const double *r = fit->r + (fit->adjust + i) * side;
        if (!(scale > 0)) continue;
        for (int64_t k = 0; k < chain.size; k++) chain.b[k] = r[chain.column[k]];
        cx_i_chain_inverse(&chain, chain.b);
        row[fit->adjust + i] = 1 / scale;
        for (int64_t k = 0; k < chain.size; k++) row[chain.column[k]] = -chain.b[k] / scale;
    }
    cx_i_free(&fit->allocator, chain.memory);
    return CX_OK;
}

/* out += left T'QT + value (e_y^2 - y^2), for the form Q of residuals T z. */
static void form_back(const cx_driver_fit *fit, const double *rows, const double *q, double value,
                      double *half, double *out) {
    int64_t side = fit->side, kept = fit->p + 1;
    const double *y = rows + fit->p * side;
    memset(half, 0, (size_t)(kept * side) * sizeof *half);
    for (int64_t i = 0; i < kept; i++)
        for (int64_t k = 0; k < kept; k++)
            for (int64_t c = 0; c < side; c++)
                half[i * side + c] += q[i * kept + k] * rows[k * side + c];
    for (int64_t i = 0; i < kept; i++)
        for (int64_t a = 0; a < side; a++)
            for (int64_t c = 0; c < side; c++)
                out[a * side + c] += fit->left * rows[i * side + a] * half[i * side + c];
    for (int64_t a = 0; a < side; a++)
        for (int64_t c = 0; c < side; c++) out[a * side + c] += value * y[a] * y[c];
    out[side * side - 1] -= value;
}

static void form_symmetric(double *form, int64_t side) {
    for (int64_t i = 0; i < side; i++)
        for (int64_t k = 0; k < i; k++) {
            double mean = (form[i * side + k] + form[k * side + i]) / 2;
            form[i * side + k] = form[k * side + i] = mean;
        }
}

static cx_status form_adjusted(const cx_driver_fit *fit, double *forms, cx_error *err) {
    int64_t p = fit->p, kept = p + 1, side = fit->side;
    double *memory =
        cx_i_alloc_array(&fit->allocator, p * kept * kept + 2 * kept * side, sizeof *memory);
    if (memory == NULL) return cx_i_out_of_memory(err);
    double *rows = memory + p * kept * kept, *half = rows + kept * side;
    bool shapley = fit->options.method == CX_IMPORTANCE_SHAPLEY;
    cx_status status = form_residuals(fit, rows, err);
    if (status == CX_OK)
        status = shapley ? form_shapley(fit, memory, err) : form_closed(fit, memory, err);
    for (int64_t j = 0; status == CX_OK && j < p; j++) {
        double *q = memory + j * kept * kept;
        form_symmetric(q, kept);
        /* the value that belongs to this form, so that its mean is 0 whatever was sampled */
        double value = shapley ? -fit->left * q[kept * kept - 1] : fit->importance[j];
        form_back(fit, rows, q, value, half, forms + j * side * side);
    }
    cx_i_free(&fit->allocator, memory);
    return status;
}

static cx_status form_explained(const cx_driver_fit *fit, double *form, cx_error *err) {
    cx_i_chain chain;
    CX_TRY(cx_i_chain_new(&chain, fit->r, fit->side, fit->options.tolerance, &fit->allocator, err));
    for (int64_t i = 0; i < fit->all; i++) cx_i_chain_push(&chain, i);
    cx_i_chain_solve(&chain);
    cx_i_chain_influence(&chain, 1, form);
    cx_i_free(&fit->allocator, chain.memory);
    return CX_OK;
}

cx_status cx_i_driver_forms(const cx_driver_fit *fit, double *forms, cx_error *err) {
    int64_t p = fit->p, side = fit->side;
    if (fit->adjust > 0)
        CX_TRY(form_adjusted(fit, forms, err));
    else
        CX_TRY(fit->options.method == CX_IMPORTANCE_SHAPLEY ? form_shapley(fit, forms, err)
                                                            : form_closed(fit, forms, err));
    CX_TRY(form_explained(fit, forms + p * side * side, err));
    for (int64_t j = 0; j <= p; j++) form_symmetric(forms + j * side * side, side);
    return CX_OK;
}
