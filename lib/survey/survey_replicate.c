#include "survey/survey.h"

/* Variances of all domains at once: each replicate is made one time, its weights are added up by
 * domain, and the squared distances of its estimates from those of the whole sample are kept. */

double cx_i_survey_value(int32_t figure, cx_i_survey_sums sums) {
    if (figure == CX_SURVEY_TOTAL) return sums.y;
    return sums.y / (figure == CX_SURVEY_RATIO ? sums.x : sums.w);
}

typedef struct replication {
    cx_i_replicate replicate;
    /* of each row that is used, domain by domain, so that replicates read what they need in a row
     */
    double *base;           /* weight, before calibration when that is repeated */
    double *y, *x;          /* x: NULL but for a ratio */
    int32_t *unit, *cell;   /* cell: NULL without calibration */
    cx_i_survey_sums *sums; /* of each domain, in the replicate at hand */
    double *value;          /* of each domain, in the whole sample */
    double *mean;           /* of each domain: sum of its distances */
    double *cross;          /* the same, each times its share */
    double shares, used;
} replication;

static void replication_free(const cx_i_survey *s, replication *r) {
    const cx_allocator *a = &s->design->allocator;
    cx_i_replicate_free(s->design, &r->replicate);
    cx_i_free(a, r->base);
    cx_i_free(a, r->y);
    cx_i_free(a, r->x);
    cx_i_free(a, r->unit);
    cx_i_free(a, r->cell);
    cx_i_free(a, r->sums);
    cx_i_free(a, r->value);
    cx_i_free(a, r->mean);
    cx_i_free(a, r->cross);
}

static cx_status replication_room(cx_i_survey *s, replication *r, cx_error *err) {
    const cx_allocator *a = &s->design->allocator;
    int64_t rows = s->first[s->domains];
    bool ratio = s->x != NULL, calibrated = cx_i_design_repeats(s->design) != NULL;
    CX_TRY(cx_i_replicate_new(s->design, &r->replicate, err));
    r->base = cx_i_alloc_array(a, rows, sizeof *r->base);
    r->y = cx_i_alloc_array(a, rows, sizeof *r->y);
    r->unit = cx_i_alloc_array(a, rows, sizeof *r->unit);
    if (ratio) r->x = cx_i_alloc_array(a, rows, sizeof *r->x);
    if (calibrated) r->cell = cx_i_alloc_array(a, rows, sizeof *r->cell);
    r->sums = cx_i_alloc_array(a, s->domains, sizeof *r->sums);
    r->value = cx_i_alloc_array(a, s->domains, sizeof *r->value);
    r->mean = cx_i_alloc_array(a, s->domains, sizeof *r->mean);
    r->cross = cx_i_alloc_array(a, s->domains, sizeof *r->cross);
    s->variance = cx_i_alloc_array(a, s->domains, sizeof *s->variance);
    s->partial = cx_i_alloc_array(a, s->domains, sizeof *s->partial);
    if (r->base == NULL || r->y == NULL || r->unit == NULL || (ratio && r->x == NULL) ||
        (calibrated && r->cell == NULL) || r->sums == NULL || r->value == NULL || r->mean == NULL ||
        r->cross == NULL || s->variance == NULL || s->partial == NULL)
        return cx_i_out_of_memory(err);
    return CX_OK;
}

static void replication_read(const cx_i_survey *s, replication *r) {
    const cx_design *design = s->design;
    const cx_weights *w = cx_i_design_repeats(design);
    for (int64_t i = 0; i < s->first[s->domains]; i++) {
        int64_t row = s->row[i];
        r->unit[i] = (int32_t)design->stage[0].unit[row];
        r->base[i] = w == NULL ? design->weight[row] : cx_i_weights_start(w, row);
        r->y[i] = s->y[row];
        if (r->x != NULL) r->x[i] = s->x[row];
        if (w == NULL) continue;
        r->cell[i] = w->constraints.cell != NULL ? w->constraints.cell[row] : (int32_t)row;
    }
}

enum { REPLICATION_LANES = 4 };

/* Sums over rows start .. end; the lanes are for speed. */
static cx_i_survey_sums replication_add(const replication *r, int64_t start, int64_t end) {
    cx_i_survey_sums lane[REPLICATION_LANES] = {{0, 0, 0}}, sums = {0, 0, 0};
    const double *times = r->replicate.unit, *ratio = r->replicate.ratio;
    for (int64_t i = start; i < end; i++) {
        cx_i_survey_sums *of = &lane[i % REPLICATION_LANES];
        double weight = r->base[i] * times[r->unit[i]];
        if (r->cell != NULL) weight *= ratio[r->cell[i]];
        of->w += weight;
        of->y += weight * r->y[i];
        if (r->x != NULL) of->x += weight * r->x[i];
    }
    for (int l = 0; l < REPLICATION_LANES; l++)
        sums.w += lane[l].w, sums.y += lane[l].y, sums.x += lane[l].x;
    return sums;
}

static void replication_whole(const cx_i_survey *s, replication *r) {
    for (int64_t d = 0; d < s->domains; d++) {
        cx_i_survey_sums sums = {0, 0, 0};
        for (int64_t i = s->first[d]; i < s->first[d + 1]; i++) {
            double weight = s->design->weight[s->row[i]];
            sums.w += weight;
            sums.y += weight * r->y[i];
            if (r->x != NULL) sums.x += weight * r->x[i];
        }
        r->value[d] = cx_i_survey_value(s->figure, sums);
    }
}

static void replication_compare(cx_i_survey *s, replication *r, double share) {
    r->used++;
    for (int64_t d = 0; d < s->domains; d++) {
        double distance = cx_i_survey_value(s->figure, r->sums[d]) - r->value[d];
        if (!isfinite(distance)) {
            s->partial[d] = true;
            continue;
        }
        s->variance[d] += share * distance * distance;
        r->mean[d] += distance;
        r->cross[d] += share * distance;
    }
    r->shares += share;
}

cx_status cx_i_survey_replicate(cx_i_survey *s, cx_error *err) {
    const cx_i_replicates *all = &s->design->replicates;
    replication r;
    memset(&r, 0, sizeof r);
    cx_status status = replication_room(s, &r, err);
    if (status == CX_OK) {
        replication_read(s, &r);
        replication_whole(s, &r);
    }
    for (int64_t i = 0; i < all->count && status == CX_OK; i++) {
        if (all->failed != NULL && all->failed[i]) continue;
        cx_i_replicate_units(s->design, i, &r.replicate);
        if (cx_i_design_repeats(s->design) != NULL)
            cx_i_replicate_ratios(s->design, i, &r.replicate);
        for (int64_t d = 0; d < s->domains; d++)
            r.sums[d] = replication_add(&r, s->first[d], s->first[d + 1]);
        replication_compare(s, &r, cx_i_replicate_share(s->design, i));
    }
    for (int64_t d = 0; d < s->domains && status == CX_OK && all->about_mean; d++) {
        double mean = r.mean[d] / r.used;
        s->variance[d] += mean * (mean * r.shares - 2 * r.cross[d]);
        s->variance[d] = fmax(s->variance[d], 0);
    }
    replication_free(s, &r);
    return status;
}
