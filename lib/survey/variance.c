#include "survey/design.h"

/* Variance of a total by stages [Wolter2007]: within each stratum that of its units' totals, times
 * n (1 - f) / (n - 1); a later stage counts with the shares drawn before it. */

static void variance_free(const cx_allocator *a, cx_i_variance_stage *v) {
    cx_i_free(a, v->total);
    cx_i_free(a, v->sum);
    cx_i_free(a, v->square);
    cx_i_free(a, v->share);
}

static cx_status variance_room(const cx_design *design, const cx_i_stage *stage,
                               cx_i_variance_stage *v, cx_error *err) {
    const cx_allocator *a = &design->allocator;
    v->total = cx_i_alloc_array(a, stage->units, sizeof *v->total);
    v->sum = cx_i_alloc_array(a, stage->strata, sizeof *v->sum);
    v->square = cx_i_alloc_array(a, stage->strata, sizeof *v->square);
    v->share = cx_i_alloc_array(a, stage->strata, sizeof *v->share);
    if (v->total != NULL && v->sum != NULL && v->square != NULL && v->share != NULL) return CX_OK;
    return cx_i_out_of_memory(err);
}

/* Totals of units, sums of strata and squared distances from their means. */
static void variance_add_up(const cx_design *design, const cx_i_stage *stage, const double *z,
                            cx_i_variance_stage *v) {
    for (int64_t row = 0; row < design->rows; row++) v->total[stage->unit[row]] += z[row];
    for (int64_t u = 0; u < stage->units; u++) {
        v->sum[stage->stratum[u]] += v->total[u];
        v->grand += v->total[u] / (double)stage->units;
    }
    for (int64_t u = 0; u < stage->units; u++) {
        int64_t h = stage->stratum[u];
        double distance = v->total[u] - v->sum[h] / (double)stage->sampled[h];
        v->square[h] += distance * distance;
    }
}

static cx_status variance_lonely(const cx_design *design, const cx_i_stage *stage, int64_t h,
                                 cx_error *err) {
    int64_t s = stage - design->stage;
    return cx_i_fail(err, CX_E_FEW,
                     "the stratum of row %d has a single unit at stage %d: it has no variance of "
                     "its own; merge strata, or choose a rule for lonely units",
                     stage->first_row[h], s + 1);
}

/* One stratum's part; lonely ones by the rule, `*averaged` counts those left to the average. */
static double variance_stratum(const cx_design *design, const cx_i_stage *stage,
                               const cx_i_variance_stage *v, int64_t h, int64_t *averaged) {
    double n = (double)stage->sampled[h], open = 1 - stage->fraction[h];
    if (!(open > 0)) return 0;
    if (stage->sampled[h] > 1) return open * n / (n - 1) * v->square[h];
    if (design->lonely == CX_LONELY_AVERAGE) ++*averaged;
    if (design->lonely != CX_LONELY_ADJUST) return 0;
    return open * (v->sum[h] - v->grand) * (v->sum[h] - v->grand);
}

cx_status cx_i_variance_sum(const cx_design *design, const cx_i_stage *stage,
                            const cx_i_variance_stage *v, double *out, cx_error *err) {
    int64_t averaged = 0;
    double sum = 0;
    for (int64_t h = 0; h < stage->strata; h++) {
        if (!(v->share[h] > 0)) continue;
        if (stage->sampled[h] == 1 && stage->fraction[h] < 1 && design->lonely == CX_LONELY_FAIL)
            return variance_lonely(design, stage, h, err);
        sum += v->share[h] * variance_stratum(design, stage, v, h, &averaged);
    }
    if (averaged > 0) {
        if (averaged == stage->strata)
            return cx_i_fail(err, CX_E_FEW, "every stratum has a single unit: nothing to average");
        sum *= (double)stage->strata / (double)(stage->strata - averaged);
    }
    *out += sum;
    return CX_OK;
}

static cx_status variance_stage_of(const cx_design *design, int64_t s, const double *z,
                                   const cx_i_variance_stage *before, cx_i_variance_stage *v,
                                   double *out, cx_error *err) {
    const cx_i_stage *stage = &design->stage[s];
    CX_TRY(variance_room(design, stage, v, err));
    for (int64_t h = 0; h < stage->strata; h++) {
        v->share[h] = 1;
        if (s == 0) continue;
        const cx_i_stage *above = &design->stage[s - 1];
        int64_t parent = above->stratum[stage->parent[h]];
        v->share[h] = before->share[parent] * above->fraction[parent];
    }
    variance_add_up(design, stage, z, v);
    return cx_i_variance_sum(design, stage, v, out, err);
}

cx_status cx_i_design_variance(const cx_design *design, const double *z, double *out,
                               cx_error *err) {
    cx_i_variance_stage now = {NULL, NULL, NULL, NULL, 0}, before = now;
    cx_status status = CX_OK;
    double variance = 0;
    int64_t stages = design->finite ? design->stages : 1;
    for (int64_t s = 0; s < stages && status == CX_OK; s++) {
        variance_free(&design->allocator, &before);
        before = now;
        now = (cx_i_variance_stage){NULL, NULL, NULL, NULL, 0};
        status = variance_stage_of(design, s, z, &before, &now, &variance, err);
    }
    variance_free(&design->allocator, &before);
    variance_free(&design->allocator, &now);
    if (status == CX_OK) *out = variance;
    return status;
}

/* -- calibration --------------------------------------------------------------------------- */

cx_status cx_i_design_fit(const cx_design *design, double *cell, cx_error *err) {
    const cx_i_constraints *c = &design->calibration->constraints;
    const cx_allocator *a = &design->allocator;
    double *side = cx_i_alloc_array(a, c->count, sizeof *side);
    double *beta = cx_i_alloc_array(a, c->count, sizeof *beta);
    cx_i_twofold *room = cx_i_alloc_array(a, c->count, sizeof *room);
    bool made = side != NULL && beta != NULL && room != NULL;
    if (made) {
        cx_i_solver solver = design->residual; /* the factor is read, the room is this call's */
        solver.side = room;
        cx_i_constraints_attained(c, cell, side);
        cx_i_solver_solve(&solver, side, beta);
        for (int64_t i = 0; i < c->cells; i++) cell[i] = cx_i_constraints_linear(c, beta, i);
    }
    cx_i_free(a, side);
    cx_i_free(a, beta);
    cx_i_free(a, room);
    return made ? CX_OK : cx_i_out_of_memory(err);
}

cx_status cx_i_design_weigh(const cx_design *design, const double *e, double *z, cx_error *err) {
    const cx_weights *w = design->calibration;
    if (w == NULL) {
        for (int64_t row = 0; row < design->rows; row++) z[row] = design->weight[row] * e[row];
        return CX_OK;
    }
    const int32_t *of = w->constraints.cell;
    double *cell = cx_i_alloc_array(&design->allocator, w->constraints.cells, sizeof *cell);
    if (cell == NULL) return cx_i_out_of_memory(err);
    for (int64_t row = 0; row < design->rows; row++)
        cell[of != NULL ? of[row] : row] += cx_i_weights_start(w, row) * e[row];
    cx_status status = cx_i_design_fit(design, cell, err);
    for (int64_t row = 0; row < design->rows && status == CX_OK; row++)
        z[row] = design->weight[row] * (e[row] - cell[of != NULL ? of[row] : row]);
    cx_i_free(&design->allocator, cell);
    return status;
}
