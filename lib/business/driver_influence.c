#include "business/driver_rows.h"

/* Influences of p + 1 figures, row by row; their variance is that of the sample. */
typedef struct driver_influence_run {
    cx_driver_fit *fit;
    cx_i_driver_rows *rows;
    int64_t count;
    double *forms; /* count of side^2, pairs once */
    double *block; /* count of CX_I_BLOCK: of the rows at hand */
    double *all;   /* with a design: count of all rows */
    double *sum;   /* a row that is the sum of two */
} driver_influence_run;

/* sum_i z_i sum_{k <= i} q_ik z_k, with what belongs to a pair on one side */
static void driver_influence_of(const driver_influence_run *run, const double *form, int64_t count,
                                double *out) {
    int64_t side = run->fit->side;
    double part[CX_I_BLOCK];
    memset(out, 0, (size_t)count * sizeof *out);
    for (int64_t i = 0; i < side; i++) {
        const double *q = form + i * side, *own = run->rows->z + i * CX_I_BLOCK;
        memset(part, 0, (size_t)count * sizeof *part);
        for (int64_t k = 0; k <= i; k++) {
            const double *z = run->rows->z + k * CX_I_BLOCK;
            double factor = k < i ? 2 * q[k] : q[k];
            for (int64_t r = 0; r < count; r++) part[r] += factor * z[r];
        }
        for (int64_t r = 0; r < count; r++) out[r] += own[r] * part[r];
    }
}

/* Weighted squares and products of the block. */
static void driver_influence_add(driver_influence_run *run, int64_t count) {
    int64_t figures = run->count;
    double *covariance = run->fit->covariance;
    for (int64_t i = 0; i < figures; i++) {
        double *own = run->block + i * CX_I_BLOCK;
        for (int64_t r = 0; r < count; r++) own[r] *= run->rows->weight[r];
        for (int64_t k = 0; k <= i; k++) {
            const double *other = run->block + k * CX_I_BLOCK;
            double sum = 0;
            for (int64_t r = 0; r < count; r++) sum += own[r] * other[r];
            covariance[i * figures + k] += sum;
        }
    }
}

static void driver_influence_pass(driver_influence_run *run) {
    int64_t rows = run->rows->rows;
    double total = run->rows->total;
    for (int64_t start = 0; start < rows; start += CX_I_BLOCK) {
        int64_t count = rows - start < CX_I_BLOCK ? rows - start : CX_I_BLOCK;
        cx_i_driver_rows_read(run->rows, start, count);
        for (int64_t i = 0; i < run->count; i++)
            driver_influence_of(run, run->forms + i * run->fit->side * run->fit->side, count,
                                run->block + i * CX_I_BLOCK);
        if (run->all == NULL) {
            driver_influence_add(run, count);
            continue;
        }
        for (int64_t i = 0; i < run->count; i++)
            for (int64_t r = 0; r < count; r++)
                run->all[i * rows + start + r] = run->block[i * CX_I_BLOCK + r] / total;
    }
}

static void driver_influence_finish(driver_influence_run *run, double factor) {
    int64_t figures = run->count;
    double *covariance = run->fit->covariance;
    for (int64_t i = 0; i < figures; i++)
        for (int64_t k = 0; k <= i; k++)
            covariance[k * figures + i] = covariance[i * figures + k] *= factor;
}

/* The design gives variances: a covariance is what is left of that of a sum. */
static cx_status driver_influence_design(driver_influence_run *run, cx_error *err) {
    int64_t rows = run->rows->rows, figures = run->count;
    double *covariance = run->fit->covariance;
    for (int64_t i = 0; i < figures; i++) {
        CX_TRY(cx_i_design_weigh(run->rows->design, run->all + i * rows, run->sum, err));
        memcpy(run->all + i * rows, run->sum, (size_t)rows * sizeof *run->sum);
        CX_TRY(
            cx_i_design_variance(run->rows->design, run->sum, &covariance[i * figures + i], err));
    }
    for (int64_t i = 0; i < figures; i++)
        for (int64_t k = 0; k < i; k++) {
            double both;
            for (int64_t r = 0; r < rows; r++)
                run->sum[r] = run->all[i * rows + r] + run->all[k * rows + r];
            CX_TRY(cx_i_design_variance(run->rows->design, run->sum, &both, err));
            covariance[i * figures + k] =
                (both - covariance[i * figures + i] - covariance[k * figures + k]) / 2;
        }
    return CX_OK;
}

static cx_status driver_influence_run_all(driver_influence_run *run, cx_error *err) {
    cx_driver_fit *fit = run->fit;
    double freedom = fit->n - (double)fit->rank - 1, total = run->rows->total;
    CX_TRY(cx_i_driver_forms(fit, run->forms, err));
    driver_influence_pass(run);
    if (run->all != NULL) {
        const cx_design *design = run->rows->design;
        CX_TRY(driver_influence_design(run, err));
        driver_influence_finish(run, freedom > 0 ? (fit->n - 1) / freedom : 1);
        fit->df = (double)(cx_design_units(design) - cx_design_strata(design));
        if (fit->df < 1) fit->df = 1;
        return CX_OK;
    }
    driver_influence_finish(run, freedom > 0 ? fit->n / freedom / (total * total) : NAN);
    fit->df = freedom;
    return CX_OK;
}

cx_status cx_i_driver_influence(cx_driver_fit *fit, cx_i_driver_rows *rows, cx_error *err) {
    int64_t count = fit->p + 1, designed = rows->design != NULL ? rows->rows : 0;
    const cx_allocator *a = &fit->allocator;
    driver_influence_run run = {.fit = fit, .rows = rows, .count = count};
    run.forms = cx_i_alloc_array(a, count * fit->side * fit->side, sizeof *run.forms);
    run.block = cx_i_alloc_array(a, count * CX_I_BLOCK, sizeof *run.block);
    int64_t cells;
    bool fits = cx_i_mul_i64(count, designed, &cells);
    if (designed > 0 && fits) {
        run.all = cx_i_alloc_array(a, cells, sizeof *run.all);
        run.sum = cx_i_alloc_array(a, designed, sizeof *run.sum);
    }
    fit->covariance = cx_i_driver_take(fit, count * count, sizeof *fit->covariance);
    bool made = run.forms != NULL && run.block != NULL && fit->covariance != NULL &&
                (designed == 0 || (run.all != NULL && run.sum != NULL));
    cx_status status = made ? driver_influence_run_all(&run, err) : cx_i_out_of_memory(err);
    cx_i_free(a, run.forms);
    cx_i_free(a, run.block);
    cx_i_free(a, run.all);
    cx_i_free(a, run.sum);
    return status;
}
