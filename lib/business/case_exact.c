#include "business/case.h"

/* Mean and variance of a net present value that is a sum of products of normals, without draws.
 * Inputs that vary alone may have any distribution: each comes at most twice in a product, so that
 * their mean and variance say it all. */

enum { EXACT_STEPS = 1000000 };

typedef struct exact_sum {
    cx_i_case_work *work;
    int32_t steps;
    bool possible;
    double mean[CX_I_CASE_INPUTS], variance[CX_I_CASE_INPUTS];
    int32_t place[CX_I_CASE_INPUTS]; /* among the draws, or -1 */
} exact_sum;

/* -- terms --------------------------------------------------------------------------------- */

static void exact_add(cx_i_case_work *w, const cx_i_case_term *term) {
    double values[CX_I_CASE_INPUTS] = {0};
    if (w->terms == CX_I_CASE_TERMS) w->terms = -1;
    if (w->terms < 0) return;
    for (int32_t k = 0; k < term->count; k++) values[term->slot[k]] = 1;
    w->term[w->terms] = *term;
    w->term[w->terms++].worth = cx_i_case_model_run(&w->model, values).npv;
}

/* Chains go from an initiative on; there are no circles, so depth is bounded. */
static void exact_follow(cx_i_case_work *w, cx_i_case_term *chain, int32_t metric) {
    const cx_case *self = w->of;
    if (self->metric[metric].money) exact_add(w, chain);
    for (int32_t i = 0; i < self->links && w->terms >= 0; i++) {
        const cx_i_case_link *link = &self->link[i];
        if (!cx_i_case_is_chain(link) || link->from != metric) continue;
        if (link->options.form != CX_FORM_LINEAR || chain->count == CX_I_CASE_LENGTH) {
            w->terms = -1;
            return;
        }
        chain->slot[chain->count++] = i;
        exact_follow(w, chain, link->to);
        chain->count--;
    }
}

void cx_i_case_terms(cx_i_case_work *work) {
    const cx_case *self = work->of;
    work->terms = 0;
    for (int32_t m = 0; m < self->metrics; m++) {
        cx_i_case_term chain = {.count = 0};
        if (self->metric[m].area == CX_I_AREA_INITIATIVE) exact_follow(work, &chain, m);
    }
    for (int32_t c = 0; c < self->costs; c++) {
        cx_i_case_term cost = {.slot = {CX_CASE_MOST_LINKS + c}, .count = 1};
        exact_add(work, &cost);
    }
}

double cx_i_case_npv(cx_i_case_work *work, const double *values) {
    double sum = 0;
    if (work->terms < 0) return cx_i_case_model_run(&work->model, values).npv;
    for (int32_t i = 0; i < work->terms; i++) {
        const cx_i_case_term *term = &work->term[i];
        double product = term->worth;
        for (int32_t k = 0; k < term->count; k++) product *= values[term->slot[k]];
        sum += product;
    }
    return sum;
}

static void exact_moments(exact_sum *e) {
    const cx_i_case_draws *d = &e->work->draws;
    const cx_case *self = e->work->of;
    for (int32_t s = 0; s < CX_I_CASE_INPUTS; s++) {
        bool used =
            s < self->links || (s >= CX_CASE_MOST_LINKS && s - CX_CASE_MOST_LINKS < self->costs);
        e->place[s] = -1;
        if (used) cx_i_input_moments(cx_i_case_input(self, s), &e->mean[s], &e->variance[s]);
    }
    for (int32_t i = 0; i < d->count; i++) {
        const cx_i_input *input = cx_i_case_input(self, d->slot[i]);
        bool normal = input->spread == CX_SPREAD_NORMAL && isinf(input->df);
        e->place[d->slot[i]] = i;
        for (int32_t j = 0; j < d->count && !normal; j++)
            if (j != i && d->rho[i * d->count + j] != 0) e->possible = false;
        if (isinf(e->variance[d->slot[i]])) e->possible = false;
    }
}

/* -- products ------------------------------------------------------------------------------ */

static double exact_covariance(const exact_sum *e, int32_t a, int32_t b) {
    const cx_i_case_draws *d = &e->work->draws;
    if (a == b) return e->variance[a];
    if (e->place[a] < 0 || e->place[b] < 0) return 0;
    return d->rho[e->place[a] * d->count + e->place[b]] * sqrt(e->variance[a] * e->variance[b]);
}

/* E of a product: the last factor is its mean, or is paired with one of the others [Isserlis1918].
 */
static double exact_product(exact_sum *e, int32_t *slot, int32_t count) {
    if (count == 0) return 1;
    if (++e->steps > EXACT_STEPS) e->possible = false;
    if (!e->possible) return 0;
    int32_t last = slot[count - 1];
    double sum = e->mean[last] * exact_product(e, slot, count - 1);
    for (int32_t k = 0; k < count - 1; k++) {
        double with = exact_covariance(e, last, slot[k]);
        if (with == 0) continue;
        int32_t paired = slot[k], moved = slot[count - 2];
        slot[k] = moved;
        sum += with * exact_product(e, slot, count - 2);
        slot[k] = paired;
        slot[count - 2] = moved;
    }
    return sum;
}

static double exact_both(exact_sum *e, const cx_i_case_term *a, const cx_i_case_term *b) {
    int32_t slot[2 * CX_I_CASE_LENGTH];
    memcpy(slot, a->slot, (size_t)a->count * sizeof *slot);
    memcpy(slot + a->count, b->slot, (size_t)b->count * sizeof *slot);
    return exact_product(e, slot, a->count + b->count);
}

void cx_i_case_exact(cx_i_case_work *work) {
    exact_sum e;
    memset(&e, 0, sizeof e);
    e.work = work;
    e.possible = work->terms >= 0;
    double mean = 0, variance = 0, one[CX_I_CASE_TERMS];
    exact_moments(&e);
    for (int32_t i = 0; i < work->terms && e.possible; i++) {
        one[i] = exact_product(&e, work->term[i].slot, work->term[i].count);
        mean += work->term[i].worth * one[i];
    }
    for (int32_t i = 0; i < work->terms && e.possible; i++)
        for (int32_t j = 0; j <= i && e.possible; j++)
            variance += (i == j ? 1 : 2) * work->term[i].worth * work->term[j].worth *
                        (exact_both(&e, &work->term[i], &work->term[j]) - one[i] * one[j]);
    work->summary.npv_exact = e.possible ? mean : (double)NAN;
    work->summary.npv_exact_sd = e.possible ? sqrt(fmax(variance, 0)) : (double)NAN;
}
