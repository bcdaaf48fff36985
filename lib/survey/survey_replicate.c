#include "survey/survey.h"

/* Variances of all domains at once: each replicate is made one time, its weights are added up by
 * domain, and the squared distances of its estimates from those of the whole sample are kept. */

double cx_i_survey_value(int32_t figure, cx_i_survey_sums sums) {
    if (figure == CX_SURVEY_TOTAL) return sums.y;
    return sums.y / (figure == CX_SURVEY_RATIO ? sums.x : sums.w);
}

typedef struct replication {
    cx_i_replicate replicate;
    cx_i_survey_sums *sums; /* of each domain, in the replicate at hand */
    double *value;          /* of each domain, in the whole sample */
    double *mean;           /* of each domain: sum of its distances */
    double *cross;          /* the same, each times its share */
    double shares, used;
} replication;

static void replication_free(const cx_i_survey *s, replication *r) {
    const cx_allocator *a = &s->design->allocator;
    cx_i_replicate_free(s->design, &r->replicate);
    cx_i_free(a, r->sums);
    cx_i_free(a, r->value);
    cx_i_free(a, r->mean);
    cx_i_free(a, r->cross);
}

static cx_status replication_room(cx_i_survey *s, replication *r, cx_error *err) {
    const cx_allocator *a = &s->design->allocator;
    CX_TRY(cx_i_replicate_new(s->design, &r->replicate, err));
    r->sums = cx_i_alloc_array(a, s->domains, sizeof *r->sums);
    r->value = cx_i_alloc_array(a, s->domains, sizeof *r->value);
    r->mean = cx_i_alloc_array(a, s->domains, sizeof *r->mean);
    r->cross = cx_i_alloc_array(a, s->domains, sizeof *r->cross);
    s->variance = cx_i_alloc_array(a, s->domains, sizeof *s->variance);
    s->partial = cx_i_alloc_array(a, s->domains, sizeof *s->partial);
    if (r->sums == NULL || r->value == NULL || r->mean == NULL || r->cross == NULL ||
        s->variance == NULL || s->partial == NULL)
        return cx_i_out_of_memory(err);
    return CX_OK;
}

static void replication_add(cx_i_survey_sums *sums, const cx_i_survey *s, int64_t row, double w) {
    sums->w += w;
    sums->y += w * s->y[row];
    if (s->x != NULL) sums->x += w * s->x[row];
}

/* Sums of every domain, under the weights times the replicate's multipliers. */
static void replication_sum(const cx_i_survey *s, replication *r) {
    const cx_design *design = s->design;
    const cx_weights *w = design->calibration;
    const int64_t *unit = design->stage[0].unit;
    const int32_t *cell = w == NULL ? NULL : w->constraints.cell;
    const double *times = r->replicate.unit, *ratio = r->replicate.ratio;
    memset(r->sums, 0, (size_t)s->domains * sizeof *r->sums);
    for (int64_t d = 0; d < s->domains; d++) {
        cx_i_survey_sums sums = {0, 0, 0};
        for (int64_t i = s->first[d]; i < s->first[d + 1]; i++) {
            int64_t row = s->row[i];
            double weight = times[unit[row]];
            if (w == NULL)
                weight *= design->weight[row];
            else
                weight *= cx_i_weights_start(w, row) * ratio[cell != NULL ? cell[row] : row];
            replication_add(&sums, s, row, weight);
        }
        r->sums[d] = sums;
    }
}

static void replication_whole(const cx_i_survey *s, replication *r) {
    for (int64_t d = 0; d < s->domains; d++) {
        cx_i_survey_sums sums = {0, 0, 0};
        for (int64_t i = s->first[d]; i < s->first[d + 1]; i++)
            replication_add(&sums, s, s->row[i], s->design->weight[s->row[i]]);
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
    if (status == CX_OK) replication_whole(s, &r);
    for (int64_t i = 0; i < all->count && status == CX_OK; i++) {
        if (all->failed != NULL && all->failed[i]) continue;
        cx_i_replicate_units(s->design, i, &r.replicate);
        if (s->design->calibration != NULL) cx_i_replicate_ratios(s->design, i, &r.replicate);
        replication_sum(s, &r);
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
