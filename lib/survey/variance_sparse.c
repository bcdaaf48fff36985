#include "survey/design.h"

/* The variance of variance.c for influence values that are 0 in most rows: only the units and
 * strata of the others are looked at, and the units of those strata that have none are counted. */

/* -- room ---------------------------------------------------------------------------------- */

static int64_t sparse_stages(const cx_design *design) {
    return design->finite ? design->stages : 1;
}

/* Less than this share of the parts of a variance is not had from their differences. */
#define SPARSE_LEFT 1e-4

/* With no lonely stratum that counts. */
bool cx_i_sparse_serves(const cx_design *design) {
    bool lonely = false;
    if (cx_i_design_repeats(design) != NULL && !cx_i_sparse_form_serves(design)) return false;
    if (design->lonely == CX_LONELY_REMOVE || design->lonely == CX_LONELY_CERTAINTY) return true;
    for (int64_t s = 0; s < sparse_stages(design); s++) {
        const cx_i_stage *stage = &design->stage[s];
        for (int64_t h = 0; h < stage->strata && !lonely; h++)
            lonely = stage->sampled[h] == 1 && stage->fraction[h] < 1;
    }
    return !lonely;
}

static bool sparse_stage_room(const cx_allocator *a, const cx_i_stage *stage,
                              cx_i_sparse_stage *out) {
    out->total = cx_i_alloc_array(a, stage->units, sizeof *out->total);
    out->unit = cx_i_alloc_array(a, stage->units, sizeof *out->unit);
    out->there = cx_i_alloc_array(a, stage->units, sizeof *out->there);
    out->sum = cx_i_alloc_array(a, stage->strata, sizeof *out->sum);
    out->square = cx_i_alloc_array(a, stage->strata, sizeof *out->square);
    out->stratum = cx_i_alloc_array(a, stage->strata, sizeof *out->stratum);
    out->count = cx_i_alloc_array(a, stage->strata, sizeof *out->count);
    return out->total != NULL && out->unit != NULL && out->there != NULL && out->sum != NULL &&
           out->square != NULL && out->stratum != NULL && out->count != NULL;
}

cx_status cx_i_sparse_new(const cx_design *design, cx_i_sparse *out, cx_error *err) {
    int64_t stages = sparse_stages(design);
    bool made = true;
    out->stage = cx_i_alloc_array(&design->allocator, stages, sizeof *out->stage);
    if (out->stage == NULL) return cx_i_out_of_memory(err);
    for (int64_t s = 0; s < stages && made; s++)
        made = sparse_stage_room(&design->allocator, &design->stage[s], &out->stage[s]);
    cx_status status = made ? CX_OK : cx_i_out_of_memory(err);
    if (made && cx_i_design_repeats(design) != NULL) {
        out->form = cx_i_alloc_array(&design->allocator, 1, sizeof *out->form);
        status = out->form != NULL ? cx_i_sparse_form_new(design, out->form, err)
                                   : cx_i_out_of_memory(err);
    }
    if (status != CX_OK) cx_i_sparse_free(design, out);
    return status;
}

void cx_i_sparse_free(const cx_design *design, cx_i_sparse *sparse) {
    const cx_allocator *a = &design->allocator;
    for (int64_t s = 0; s < sparse_stages(design) && sparse->stage != NULL; s++) {
        cx_i_sparse_stage *of = &sparse->stage[s];
        cx_i_free(a, of->total);
        cx_i_free(a, of->unit);
        cx_i_free(a, of->there);
        cx_i_free(a, of->sum);
        cx_i_free(a, of->square);
        cx_i_free(a, of->stratum);
        cx_i_free(a, of->count);
    }
    if (sparse->form != NULL) cx_i_sparse_form_free(design, sparse->form);
    cx_i_free(a, sparse->form);
    cx_i_free(a, sparse->stage);
    *sparse = (cx_i_sparse){NULL, NULL};
}

/* -- sums ---------------------------------------------------------------------------------- */

/* Lists the units of the rows with their totals; returns how many. */
static int64_t sparse_add_units(const cx_design *design, int64_t s, cx_i_sparse_stage *of,
                                const int64_t *row, const double *e, int64_t rows) {
    const cx_i_stage *stage = &design->stage[s];
    int64_t units = 0;
    for (int64_t i = 0; i < rows; i++) {
        int64_t u = stage->unit[row[i]];
        if (!of->there[u]) of->unit[units++] = u;
        of->there[u] = true;
        of->total[u] += design->weight[row[i]] * e[i];
    }
    return units;
}

/* Lists the strata of those units with sums and squared distances; returns how many. */
static int64_t sparse_add_strata(const cx_i_stage *stage, cx_i_sparse_stage *of, int64_t units) {
    int64_t strata = 0;
    for (int64_t i = 0; i < units; i++) {
        int64_t h = stage->stratum[of->unit[i]];
        if (of->count[h]++ == 0) of->stratum[strata++] = h;
        of->sum[h] += of->total[of->unit[i]];
    }
    for (int64_t i = 0; i < units; i++) {
        int64_t u = of->unit[i], h = stage->stratum[u];
        double distance = of->total[u] - of->sum[h] / (double)stage->sampled[h];
        of->square[h] += distance * distance;
    }
    return strata;
}

/* Of the same units and strata: the products with what calibration takes away. */
static double sparse_cross(const cx_design *design, const cx_i_sparse *sparse, int64_t units,
                           int64_t strata) {
    const cx_i_stage *stage = &design->stage[0];
    const cx_i_sparse_stage *of = &sparse->stage[0];
    double cross = 0;
    for (int64_t i = 0; i < units; i++) {
        int64_t u = of->unit[i];
        double scale = cx_i_sparse_scale(stage, stage->stratum[u]);
        cross += scale * of->total[u] * cx_i_sparse_form_unit(design, sparse->form, u);
    }
    for (int64_t i = 0; i < strata; i++) {
        int64_t h = of->stratum[i];
        double scale = cx_i_sparse_scale(stage, h) / (double)stage->sampled[h];
        cross -= scale * of->sum[h] * cx_i_sparse_form_stratum(design, sparse->form, h);
    }
    return cross;
}

static void sparse_clear_units(cx_i_sparse_stage *of, int64_t units) {
    for (int64_t i = 0; i < units; i++) {
        of->total[of->unit[i]] = 0;
        of->there[of->unit[i]] = false;
    }
}

/* The product of the shares drawn before this stage. */
static double sparse_share(const cx_design *design, int64_t s, int64_t h) {
    double share = 1;
    for (; s > 0; s--) {
        h = design->stage[s - 1].stratum[design->stage[s].parent[h]];
        share *= design->stage[s - 1].fraction[h];
    }
    return share;
}

static double sparse_stratum(const cx_i_stage *stage, cx_i_sparse_stage *of, int64_t h) {
    double mean = of->sum[h] / (double)stage->sampled[h], square = of->square[h];
    square += (double)(stage->sampled[h] - of->count[h]) * mean * mean;
    of->sum[h] = of->square[h] = 0;
    of->count[h] = 0;
    return cx_i_sparse_scale(stage, h) * square;
}

double cx_i_sparse_variance(const cx_design *design, cx_i_sparse *sparse, const int64_t *row,
                            const double *e, int64_t rows) {
    double variance = 0, fitted = 0, cross = 0;
    if (sparse->form != NULL) fitted = cx_i_sparse_form_fit(design, sparse->form, row, e, rows);
    for (int64_t s = 0; s < sparse_stages(design); s++) {
        const cx_i_stage *stage = &design->stage[s];
        cx_i_sparse_stage *of = &sparse->stage[s];
        int64_t units = sparse_add_units(design, s, of, row, e, rows);
        int64_t strata = sparse_add_strata(stage, of, units);
        if (sparse->form != NULL) cross = sparse_cross(design, sparse, units, strata);
        sparse_clear_units(of, units);
        for (int64_t i = 0; i < strata; i++) {
            double share = sparse_share(design, s, of->stratum[i]);
            variance += share * sparse_stratum(stage, of, of->stratum[i]);
        }
    }
    if (sparse->form == NULL) return variance;
    double left = variance - 2 * cross + fitted;
    return left > SPARSE_LEFT * (variance + fitted) ? left : (double)NAN;
}
