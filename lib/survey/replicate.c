#include "survey/design.h"

#include "stat/resample.h"

/* Replicates [Wolter2007]: each multiplies the weights of the units of the first stage; the
 * variance is the sum of squared distances of the replicates' estimates, each counted by its share.
 */

enum { REPLICATE_MOST = 65536, REPLICATE_DEFAULT = 1000 };

static bool replicate_is_jackknife(int32_t kind) {
    return kind == CX_REPLICATES_JK1 || kind == CX_REPLICATES_JKN;
}

static bool replicate_is_balanced(int32_t kind) {
    return kind == CX_REPLICATES_BRR || kind == CX_REPLICATES_FAY;
}

/* -- Hadamard matrices --------------------------------------------------------------------- */

/* Kronecker products of [1 1; 1 -1] and one matrix of Paley's, of order q + 1 for a prime q = 3
 * modulo 4 [Paley1933]. */

static bool replicate_is_prime(int64_t q) {
    for (int64_t d = 2; d * d <= q; d++)
        if (q % d == 0) return false;
    return q > 1;
}

/* The order of the factor by Paley, 1 when there is none, 0 when neither makes the order. */
static int64_t replicate_paley(int64_t order) {
    for (int64_t core = order;; core /= 2) {
        if (core == 1) return 1;
        if (core % 4 == 0 && replicate_is_prime(core - 1)) return core;
        if (core % 2 != 0) return 0;
    }
}

static bool replicate_is_square(int64_t value, int64_t q) {
    int64_t power = 1, base = value % q;
    for (int64_t e = (q - 1) / 2; e > 0; e /= 2) {
        if (e % 2 == 1) power = power * base % q;
        base = base * base % q;
    }
    return power == 1;
}

static int replicate_paley_sign(int64_t row, int64_t column, int64_t q) {
    if (column == 0) return 1;
    if (row == 0) return -1;
    if (row == column) return 1;
    return replicate_is_square((column - row + q) % q, q) ? 1 : -1;
}

/* The sign at (row, column); the first column is all 1. */
static int replicate_sign(int64_t paley, int64_t row, int64_t column) {
    int sign = paley > 1 ? replicate_paley_sign(row % paley, column % paley, paley - 1) : 1;
    int64_t common = (row / paley) & (column / paley);
    for (; common > 0; common &= common - 1) sign = -sign;
    return sign;
}

/* -- how many ------------------------------------------------------------------------------ */

cx_status cx_i_replicates_check(const cx_design_options *o, cx_error *err) {
    if (o->replicates < 0 || o->replicates >= CX_REPLICATES_END)
        return cx_i_fail(err, CX_E_OPTION, "replicates is %d, which is not a cx_replicates",
                         (int64_t)o->replicates);
    if (o->about_mean < 0 || o->about_mean > 1)
        return cx_i_fail(err, CX_E_OPTION, "about_mean is %d: 0 or 1", (int64_t)o->about_mean);
    if (o->count != 0 && o->replicates != CX_REPLICATES_BOOTSTRAP)
        return cx_i_fail(err, CX_E_OPTION,
                         "count is %d: only a bootstrap can be told how many replicates it has",
                         o->count);
    if (o->count != 0 && (o->count < 2 || o->count > REPLICATE_MOST))
        return cx_i_fail(err, CX_E_OPTION, "count is %d: 2 to %d replicates, or 0 for the default",
                         o->count, (int64_t)REPLICATE_MOST);
    if (!(o->fay >= 0 && o->fay < 1))
        return cx_i_fail(err, CX_E_OPTION, "fay is %g: at least 0 and less than 1", o->fay);
    if (o->replicates != CX_REPLICATES_NONE && o->lonely >= CX_LONELY_ADJUST)
        return cx_i_fail(err, CX_E_OPTION,
                         "replicates know no lonely rule %s: fail, remove or certainty",
                         cx_lonely_name(o->lonely));
    return CX_OK;
}

static cx_status replicate_check_strata(const cx_design *design, int32_t kind, cx_error *err) {
    const cx_i_stage *stage = &design->stage[0];
    const cx_weights *repeated = cx_i_design_repeats(design);
    if (repeated != NULL && repeated->lambda == NULL)
        return cx_i_fail(err, CX_E_OPTION,
                         "weights that were trimmed cannot be made again in replicates: calibrate "
                         "with bounds, or use linearisation");
    if (design->rows > INT32_MAX)
        return cx_i_fail(err, CX_E_LIMIT, "%d rows are too many for replicates: use linearisation",
                         design->rows);
    if (kind == CX_REPLICATES_JK1 && stage->strata > 1)
        return cx_i_fail(err, CX_E_OPTION, "jk1 knows no strata, and there are %d: use jkn",
                         stage->strata);
    for (int64_t h = 0; h < stage->strata; h++) {
        bool open = stage->fraction[h] < 1;
        if (open && stage->sampled[h] == 1 && design->lonely == CX_LONELY_FAIL)
            return cx_i_fail(err, CX_E_FEW,
                             "the stratum of row %d has a single unit: it has no variance of its "
                             "own; merge strata, or choose a rule for lonely units",
                             stage->first_row[h]);
        if (open && stage->sampled[h] > 2 && replicate_is_balanced(kind))
            return cx_i_fail(err, CX_E_FEW,
                             "the stratum of row %d has %d units and balanced halves need 2: use "
                             "jkn or the bootstrap",
                             stage->first_row[h], stage->sampled[h]);
    }
    return CX_OK;
}

static cx_status replicate_count(cx_design *design, const cx_design_options *o, cx_error *err) {
    cx_i_replicates *r = &design->replicates;
    const cx_i_stage *stage = &design->stage[0];
    if (r->kind == CX_REPLICATES_BOOTSTRAP) r->count = o->count > 0 ? o->count : REPLICATE_DEFAULT;
    if (replicate_is_jackknife(r->kind)) r->count = stage->units;
    if (replicate_is_balanced(r->kind)) {
        r->order = 4 * (stage->strata / 4 + 1); /* one column more than strata: the first is even */
        while (replicate_paley(r->order) == 0) r->order += 4;
        r->count = r->order;
    }
    if (r->count <= REPLICATE_MOST) return CX_OK;
    return cx_i_fail(err, CX_E_LIMIT,
                     "%d units would need as many replicates, and %d are the most: use the "
                     "bootstrap",
                     stage->units, (int64_t)REPLICATE_MOST);
}

/* -- room ---------------------------------------------------------------------------------- */

static cx_status replicate_order_units(cx_design *design, cx_error *err) {
    const cx_i_stage *stage = &design->stage[0];
    cx_i_replicates *r = &design->replicates;
    r->first = cx_i_alloc_array(&design->allocator, stage->strata + 1, sizeof *r->first);
    r->member = cx_i_alloc_array(&design->allocator, stage->units, sizeof *r->member);
    if (r->first == NULL || r->member == NULL) return cx_i_out_of_memory(err);
    for (int64_t h = 0; h < stage->strata; h++) r->first[h + 1] = r->first[h] + stage->sampled[h];
    for (int64_t u = 0; u < stage->units; u++) r->member[r->first[stage->stratum[u]]++] = u;
    for (int64_t h = stage->strata; h > 0; h--) r->first[h] = r->first[h - 1];
    r->first[0] = 0;
    return CX_OK;
}

cx_status cx_i_replicates_make(cx_design *design, const cx_design_options *o, cx_error *err) {
    cx_i_replicates *r = &design->replicates;
    if (o->replicates == CX_REPLICATES_NONE) return CX_OK;
    r->kind = o->replicates;
    r->about_mean = o->about_mean == 1;
    r->seed = o->seed;
    r->fay = r->kind == CX_REPLICATES_FAY ? o->fay : 0;
    CX_TRY(replicate_check_strata(design, r->kind, err));
    CX_TRY(replicate_count(design, o, err));
    CX_TRY(replicate_order_units(design, err));
    return cx_i_design_repeats(design) == NULL ? CX_OK : cx_i_replicates_calibrate(design, err);
}

void cx_i_replicates_free(cx_design *design) {
    cx_i_free(&design->allocator, design->replicates.first);
    cx_i_free(&design->allocator, design->replicates.member);
    cx_i_free(&design->allocator, design->replicates.lambda);
    cx_i_free(&design->allocator, design->replicates.used);
    cx_i_free(&design->allocator, design->replicates.failed);
}

cx_status cx_i_replicate_new(const cx_design *design, cx_i_replicate *out, cx_error *err) {
    const cx_allocator *a = &design->allocator;
    int64_t units = design->stage[0].units;
    const cx_weights *repeated = cx_i_design_repeats(design);
    const cx_i_constraints *c = repeated == NULL ? NULL : &repeated->constraints;
    *out =
        (cx_i_replicate){cx_i_alloc_array(a, units, sizeof *out->unit),
                         cx_i_alloc_array(a, units, sizeof *out->drawn),
                         cx_i_alloc_array(a, c == NULL ? 0 : c->cells, sizeof *out->ratio),
                         cx_i_alloc_array(a, c == NULL ? 0 : c->count, sizeof *out->factor),
                         cx_i_alloc_array(a, c == NULL ? 0 : 2 * c->tree.nodes, sizeof *out->room)};
    if (out->unit != NULL && out->drawn != NULL && out->ratio != NULL && out->factor != NULL &&
        out->room != NULL)
        return CX_OK;
    cx_i_replicate_free(design, out);
    return cx_i_out_of_memory(err);
}

void cx_i_replicate_free(const cx_design *design, cx_i_replicate *replicate) {
    cx_i_free(&design->allocator, replicate->unit);
    cx_i_free(&design->allocator, replicate->drawn);
    cx_i_free(&design->allocator, replicate->ratio);
    cx_i_free(&design->allocator, replicate->factor);
    cx_i_free(&design->allocator, replicate->room);
    *replicate = (cx_i_replicate){NULL, NULL, NULL, NULL, NULL};
}

/* -- multipliers --------------------------------------------------------------------------- */

static void replicate_leave_out(const cx_design *design, int64_t r, double *unit) {
    const cx_i_replicates *all = &design->replicates;
    const cx_i_stage *stage = &design->stage[0];
    int64_t out = all->member[r], h = stage->stratum[out];
    double n = (double)stage->sampled[h];
    if (stage->sampled[h] == 1) return;
    for (int64_t i = all->first[h]; i < all->first[h + 1]; i++) unit[all->member[i]] = n / (n - 1);
    unit[out] = 0;
}

static void replicate_halve(const cx_design *design, int64_t r, double *unit) {
    const cx_i_replicates *all = &design->replicates;
    const cx_i_stage *stage = &design->stage[0];
    int64_t paley = replicate_paley(all->order);
    for (int64_t h = 0; h < stage->strata; h++) {
        if (stage->sampled[h] != 2) continue;
        double part = (1 - all->fay) * sqrt(fmax(1 - stage->fraction[h], 0));
        part *= replicate_sign(paley, r, h + 1);
        unit[all->member[all->first[h]]] = 1 + part;
        unit[all->member[all->first[h] + 1]] = 1 - part;
    }
}

/* n - 1 draws in each stratum; the finite population draws the multipliers towards 1. */
static void replicate_draw(const cx_design *design, int64_t r, cx_i_replicate *out) {
    const cx_i_replicates *all = &design->replicates;
    const cx_i_stage *stage = &design->stage[0];
    for (int64_t h = 0; h < stage->strata; h++) {
        int64_t n = stage->sampled[h];
        double open = sqrt(fmax(1 - stage->fraction[h], 0));
        if (n == 1 || open == 0) continue;
        double each = open * (double)n / (double)(n - 1);
        const int64_t *member = all->member + all->first[h];
        bool together = member[n - 1] - member[0] == n - 1; /* members ascend */
        cx_i_resample(all->seed, CX_I_PURPOSE_STRATUM + (uint32_t)h, (uint32_t)r, n, n - 1,
                      out->drawn);
        for (int64_t i = 0; i < n && together; i++)
            out->unit[member[0] + i] = 1 - open + each * (int32_t)out->drawn[i];
        for (int64_t i = 0; i < n && !together; i++)
            out->unit[member[i]] = 1 - open + each * out->drawn[i];
    }
}

void cx_i_replicate_units(const cx_design *design, int64_t r, cx_i_replicate *out) {
    int32_t kind = design->replicates.kind;
    for (int64_t u = 0; u < design->stage[0].units; u++) out->unit[u] = 1;
    if (replicate_is_jackknife(kind)) replicate_leave_out(design, r, out->unit);
    if (replicate_is_balanced(kind)) replicate_halve(design, r, out->unit);
    if (kind == CX_REPLICATES_BOOTSTRAP) replicate_draw(design, r, out);
}

double cx_i_replicate_share(const cx_design *design, int64_t r) {
    const cx_i_replicates *all = &design->replicates;
    const cx_i_stage *stage = &design->stage[0];
    double kept = (double)(all->count - all->lost);
    if (replicate_is_jackknife(all->kind)) {
        int64_t h = stage->stratum[all->member[r]];
        double n = (double)stage->sampled[h];
        return fmax(1 - stage->fraction[h], 0) * (n - 1) / n;
    }
    if (replicate_is_balanced(all->kind)) return 1 / (kept * (1 - all->fay) * (1 - all->fay));
    return 1 / (all->about_mean ? kept - 1 : kept);
}
