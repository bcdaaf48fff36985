#include "survey/design.h"

/* Each replicate meets the totals from its own start weights. It begins where the whole sample
 * ended, and with its factor of the equations, which is near enough for most; the others get their
 * own. What is kept of a replicate are its multipliers. */

/* Replicates need less than the weights themselves: an error of 1e-9 is far below their spread. */
#define RECALIBRATE_TOLERANCE 1e-9
/* More failures than this share and what is left is no picture of the sample any more. */
#define RECALIBRATE_LOST 0.05

typedef struct recalibration {
    cx_i_solver held, own; /* the factor of the whole sample; one of each replicate */
    cx_i_replicate replicate;
    double *start, *weight; /* of each cell */
    bool scaled;            /* one margin alone: no equations */
    bool zeros;             /* some totals are 0 */
} recalibration;

static void recalibrate_free(const cx_design *design, recalibration *r) {
    if (r->held.constraints != NULL) cx_i_solver_free(&r->held);
    if (r->own.constraints != NULL) cx_i_solver_free(&r->own);
    cx_i_replicate_free(design, &r->replicate);
    cx_i_free(&design->allocator, r->start);
    cx_i_free(&design->allocator, r->weight);
}

static bool recalibrate_is_scaled(const cx_weights *w) {
    return w->constraints.margins == 1 && w->constraints.columns == 0 &&
           (w->distance.kind == CX_DISTANCE_RAKING || w->distance.kind == CX_DISTANCE_LINEAR);
}

/* Start weights of the cells; those with a total of 0 stay without. */
static void recalibrate_start(const cx_design *design, const double *unit, recalibration *r) {
    const cx_weights *w = design->calibration;
    const cx_i_constraints *c = &w->constraints;
    const int64_t *of = design->stage[0].unit;
    const int32_t *cell = c->cell;
    double *start = r->start;
    memset(start, 0, (size_t)c->cells * sizeof *start);
    for (int64_t row = 0; row < c->rows && w->step == 0; row++)
        start[cell != NULL ? cell[row] : row] += w->start[0] * unit[of[row]];
    for (int64_t row = 0; row < c->rows && w->step == 1; row++)
        start[cell != NULL ? cell[row] : row] += w->start[row] * unit[of[row]];
    for (int64_t i = 0; i < c->cells && r->zeros; i++) start[i] *= design->replicates.used[i];
}

/* The same in the whole sample; which cells have a weight there. */
static void recalibrate_whole(cx_design *design, recalibration *r) {
    const cx_i_constraints *c = &design->calibration->constraints;
    cx_i_weights_collapse_start(design->calibration, r->start);
    for (int64_t m = 0; m < c->margins; m++)
        for (int64_t i = 0; i < c->cells; i++)
            if (c->wanted[c->first[m] + c->code[m][i]] == 0) r->start[i] = 0, r->zeros = true;
    for (int64_t i = 0; i < c->cells; i++) design->replicates.used[i] = r->start[i] > 0 ? 1 : 0;
}

static cx_status recalibrate_open(cx_design *design, recalibration *r, cx_error *err) {
    cx_weights *w = design->calibration;
    const cx_i_constraints *c = &w->constraints;
    cx_calibrate_options options;
    cx_calibrate_options_init(&options);
    options.tolerance = fmax(w->tolerance, RECALIBRATE_TOLERANCE);
    options.max_iterations = w->max_iterations;
    CX_TRY(cx_i_replicate_new(design, &r->replicate, err));
    CX_TRY(cx_i_solver_new(c, w->distance, &options, &r->held, err));
    CX_TRY(cx_i_solver_new(c, w->distance, &options, &r->own, err));
    r->start = cx_i_alloc_array(&design->allocator, c->cells, sizeof *r->start);
    r->weight = cx_i_alloc_array(&design->allocator, c->cells, sizeof *r->weight);
    if (r->start == NULL || r->weight == NULL) return cx_i_out_of_memory(err);
    r->scaled = recalibrate_is_scaled(w);
    recalibrate_whole(design, r);
    if (r->scaled || r->held.matrix == NULL) return CX_OK;
    memcpy(r->held.lambda, w->lambda, (size_t)c->count * sizeof *w->lambda);
    cx_i_solver_factor(&r->held, r->start);
    return CX_OK;
}

/* A category that the replicate lost cannot be met: its number, or -1. */
static int64_t recalibrate_lost(const cx_i_constraints *c, const recalibration *r) {
    cx_i_solver_attained(&r->held, r->start, r->held.attained);
    for (int64_t j = 0; j < c->first[c->margins]; j++)
        if (c->wanted[j] > 0 && !(r->held.attained[j] > 0)) return j;
    return -1;
}

/* Multipliers of one replicate; false when its totals cannot be met, `*worst` then being one. */
static bool recalibrate_one(const cx_weights *w, recalibration *r, double *lambda, int64_t *worst) {
    const cx_i_constraints *c = &w->constraints;
    size_t size = (size_t)c->count * sizeof *lambda;
    *worst = recalibrate_lost(c, r);
    if (*worst >= 0) return false;
    if (r->scaled) {
        for (int64_t j = 0; j < c->count; j++)
            lambda[j] = r->held.attained[j] > 0 ? c->wanted[j] / r->held.attained[j] : 0;
        return true;
    }
    if (r->held.matrix != NULL) {
        memcpy(r->held.lambda, w->lambda, size);
        if (cx_i_solver_chord(&r->held, r->start, r->weight)) {
            memcpy(lambda, r->held.lambda, size);
            return true;
        }
    }
    memcpy(r->own.lambda, w->lambda, size);
    cx_i_solver_run(&r->own, r->start, r->weight);
    memcpy(lambda, r->own.lambda, size);
    *worst = r->own.worst;
    return r->own.converged;
}

static cx_status recalibrate_unmet(const cx_design *design, int64_t worst, cx_error *err) {
    const cx_i_constraints *c = &design->calibration->constraints;
    char category[128];
    cx_i_constraints_category(c, worst, category, sizeof category);
    return cx_i_fail(err, CX_E_CONVERGENCE,
                     "%d of %d replicates cannot meet the totals, such as that of %s%s%s: merge "
                     "categories, or use linearisation",
                     design->replicates.lost, design->replicates.count,
                     cx_i_constraints_name(c, worst), category[0] != '\0' ? ", category " : "",
                     category);
}

static cx_status recalibrate_all(cx_design *design, recalibration *r, cx_error *err) {
    cx_i_replicates *all = &design->replicates;
    const cx_weights *w = design->calibration;
    int64_t p = w->constraints.count, named = 0, worst;
    for (int64_t i = 0; i < all->count; i++) {
        cx_i_replicate_units(design, i, &r->replicate);
        recalibrate_start(design, r->replicate.unit, r);
        if (recalibrate_one(w, r, all->lambda + i * p, &worst)) continue;
        all->failed[i] = true;
        all->lost++;
        named = worst;
    }
    double most = all->kind == CX_REPLICATES_BOOTSTRAP ? RECALIBRATE_LOST * (double)all->count : 0;
    return (double)all->lost > most ? recalibrate_unmet(design, named, err) : CX_OK;
}

cx_status cx_i_replicates_calibrate(cx_design *design, cx_error *err) {
    cx_i_replicates *all = &design->replicates;
    recalibration r;
    size_t numbers;
    memset(&r, 0, sizeof r);
    if (!cx_i_mul_size((size_t)all->count, (size_t)design->calibration->constraints.count,
                       &numbers))
        return cx_i_out_of_memory(err);
    all->lambda = cx_i_alloc_array(&design->allocator, (int64_t)numbers, sizeof *all->lambda);
    all->failed = cx_i_alloc_array(&design->allocator, all->count, sizeof *all->failed);
    all->used = cx_i_alloc_array(&design->allocator, design->calibration->constraints.cells,
                                 sizeof *all->used);
    if (all->lambda == NULL || all->failed == NULL || all->used == NULL)
        return cx_i_out_of_memory(err);
    cx_status status = recalibrate_open(design, &r, err);
    if (status == CX_OK) status = recalibrate_all(design, &r, err);
    recalibrate_free(design, &r);
    return status;
}

void cx_i_replicate_ratios(const cx_design *design, int64_t r, cx_i_replicate *out) {
    const cx_weights *w = design->calibration;
    const cx_i_constraints *c = &w->constraints;
    const double *lambda = design->replicates.lambda + r * c->count;
    if (recalibrate_is_scaled(w)) {
        for (int64_t i = 0; i < c->cells; i++) out->ratio[i] = lambda[c->code[0][i]];
        return;
    }
    cx_i_solver solver = {
        .constraints = c, .distance = w->distance, .factor = out->factor, .room = out->room};
    cx_i_solver_weigh(&solver, lambda, design->replicates.used, out->ratio);
}
