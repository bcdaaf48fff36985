#include "business/case.h"

#include "stat/sobol.h"
#include "stat/special.h"

#include <cxkit/random.h>

/* Draws of the inputs: independent normals by inversion, made to vary together where links share
 * people, then each by its own distribution. */

enum { DRAWS_GRID = 256 }; /* of the normal variable, for quantiles of Student's t */
#define DRAWS_REACH 8.0
#define DRAWS_LARGE_DF 30.0

const cx_i_input *cx_i_case_input(const cx_case *self, int32_t slot) {
    return slot < CX_CASE_MOST_LINKS ? &self->link[slot].input
                                     : &self->cost[slot - CX_CASE_MOST_LINKS].input;
}

/* -- distributions ------------------------------------------------------------------------- */

static void draws_lognormal(const cx_i_input *input, double *mu, double *sigma) {
    double ratio = input->sd / input->value;
    *sigma = sqrt(log1p(ratio * ratio));
    *mu = log(fabs(input->value)) - *sigma * *sigma / 2;
}

static double draws_triangular(const cx_i_input *input, double p) {
    double width = input->high - input->low, left = input->value - input->low;
    if (p * width < left) return input->low + sqrt(p * width * left);
    return input->high - sqrt((1 - p) * width * (width - left));
}

/* Student's t at the probability of a normal z, by its expansion for large df, Abramowitz and
 * Stegun 26.7.5. */
static double draws_t_large(double z, double df) {
    double s = z * z;
    return z * (1 + (s + 1) / (4 * df) + ((5 * s + 16) * s + 3) / (96 * df * df) +
                (((3 * s + 19) * s + 17) * s - 15) / (384 * df * df * df));
}

static double draws_t(double z, double df) {
    if (isinf(df)) return z;
    if (df >= DRAWS_LARGE_DF) return draws_t_large(z, df);
    return z < 0 ? -cx_t_quantile_upper(cx_normal_sf(-z), df)
                 : cx_t_quantile_upper(cx_normal_sf(z), df);
}

/* The value for a standard normal z; `t` is that of Student's where there are degrees of freedom.
 */
static double draws_value(const cx_i_input *input, double z, double t) {
    double mu, sigma;
    switch (input->spread) {
    case CX_SPREAD_NORMAL:
        return input->value + input->sd * t;
    case CX_SPREAD_LOGNORMAL:
        draws_lognormal(input, &mu, &sigma);
        return input->value < 0 ? -exp(mu - sigma * z) : exp(mu + sigma * z);
    case CX_SPREAD_TRIANGULAR:
        return draws_triangular(input, cx_normal_cdf(z));
    case CX_SPREAD_UNIFORM:
        return input->low + (input->high - input->low) * cx_normal_cdf(z);
    default:
        return input->value;
    }
}

double cx_i_input_quantile(const cx_i_input *input, double p) {
    double z = cx_normal_quantile(p);
    return draws_value(input, z, draws_t(z, input->df));
}

void cx_i_input_moments(const cx_i_input *input, double *mean, double *variance) {
    double a = input->low, b = input->high, c = input->value;
    *mean = c, *variance = input->sd * input->sd;
    if (input->spread == CX_SPREAD_FIXED) *variance = 0;
    if (input->spread == CX_SPREAD_NORMAL && !isinf(input->df))
        *variance = input->df > 2 ? *variance * input->df / (input->df - 2) : (double)INFINITY;
    if (input->spread == CX_SPREAD_TRIANGULAR) {
        *mean = (a + b + c) / 3;
        *variance = (a * a + b * b + c * c - a * b - a * c - b * c) / 18;
    }
    if (input->spread == CX_SPREAD_UNIFORM) {
        *mean = (a + b) / 2;
        *variance = (b - a) * (b - a) / 12;
    }
}

/* -- correlations -------------------------------------------------------------------------- */

static double draws_shared(const cx_i_case_link *a, const cx_i_case_link *b, double *room) {
    double sum = 0;
    for (int64_t i = 0; i < a->influences; i++) room[a->people[i]] += a->influence[i];
    for (int64_t i = 0; i < b->influences; i++) sum += room[b->people[i]] * b->influence[i];
    for (int64_t i = 0; i < a->influences; i++) room[a->people[i]] = 0;
    return sum;
}

/* A person may have several rows: the variance of a sum of influences is that of persons' sums. */
static cx_status draws_influences(const cx_case *self, cx_i_case_draws *d, cx_error *err) {
    if (self->ids.count == 0) return CX_OK;
    double *room = cx_i_alloc_array(&self->allocator, self->ids.count, sizeof *room);
    double *own = cx_i_alloc_array(&self->allocator, self->ids.count, sizeof *own);
    double own_variance[CX_I_CASE_INPUTS] = {0};
    if (room == NULL || own == NULL) {
        cx_i_free(&self->allocator, room);
        cx_i_free(&self->allocator, own);
        return cx_i_out_of_memory(err);
    }
    int32_t n = d->count;
    for (int32_t i = 0; i < n; i++) {
        if (d->slot[i] >= CX_CASE_MOST_LINKS || self->link[d->slot[i]].influences == 0) continue;
        const cx_i_case_link *link = &self->link[d->slot[i]];
        for (int64_t k = 0; k < link->influences; k++) own[link->people[k]] += link->influence[k];
        for (int64_t k = 0; k < link->influences; k++) {
            own_variance[i] += own[link->people[k]] * own[link->people[k]];
            own[link->people[k]] = 0;
        }
    }
    for (int32_t i = 0; i < n; i++)
        for (int32_t j = 0; j < i; j++) {
            if (!(own_variance[i] > 0 && own_variance[j] > 0)) continue;
            double shared = draws_shared(&self->link[d->slot[i]], &self->link[d->slot[j]], room);
            double rho = shared / sqrt(own_variance[i] * own_variance[j]);
            d->rho[i * n + j] = d->rho[j * n + i] = fmax(-1, fmin(1, rho));
        }
    cx_i_free(&self->allocator, room);
    cx_i_free(&self->allocator, own);
    return CX_OK;
}

/* The factor of a matrix that may be singular: a column whose variance is used up is 0. */
static cx_status draws_factor(cx_i_case_draws *d, const cx_case *self, cx_error *err) {
    int32_t n = d->count;
    for (int32_t i = 0; i < n; i++)
        for (int32_t j = 0; j <= i; j++) {
            double sum = d->rho[i * n + j];
            for (int32_t k = 0; k < j; k++) sum -= d->factor[i * n + k] * d->factor[j * n + k];
            if (i == j && sum < -1e-9)
                return cx_i_fail(
                    err, CX_E_INFEASIBLE,
                    "the correlations cannot all be: that of %s with the others leaves "
                    "it a variance below 0",
                    cx_i_case_input(self, d->slot[i])->name);
            double pivot = i == j ? sqrt(fmax(sum, 0)) : d->factor[j * n + j];
            if (i != j && pivot < 1e-7 && fabs(sum) > 1e-6)
                return cx_i_fail(err, CX_E_INFEASIBLE,
                                 "the correlations cannot all be: those of %s and %s contradict "
                                 "the others",
                                 cx_i_case_input(self, d->slot[i])->name,
                                 cx_i_case_input(self, d->slot[j])->name);
            d->factor[i * n + j] = i == j ? pivot : pivot < 1e-7 ? 0 : sum / pivot;
        }
    return CX_OK;
}

/* Inputs that vary together have one group number. */
static void draws_groups(cx_i_case_draws *d) {
    for (int32_t i = 0; i < d->count; i++) d->group[i] = i;
    for (int32_t turn = 0; turn < d->count; turn++)
        for (int32_t i = 0; i < d->count; i++)
            for (int32_t j = 0; j < d->count; j++)
                if (i != j && d->rho[i * d->count + j] != 0 && d->group[j] < d->group[i])
                    d->group[i] = d->group[j];
}

static cx_status draws_correlations(const cx_case *self, cx_i_case_draws *d, cx_error *err) {
    int32_t n = d->count;
    CX_TRY(draws_influences(self, d, err));
    for (int32_t k = 0; k < self->pairs; k++) {
        int32_t a = -1, b = -1;
        for (int32_t i = 0; i < n; i++) {
            if (d->slot[i] == self->pair[k].a) a = i;
            if (d->slot[i] == self->pair[k].b) b = i;
        }
        if (a < 0 || b < 0) continue; /* one of them is fixed, or stands beside the chain */
        d->rho[a * n + b] = d->rho[b * n + a] = self->pair[k].rho;
    }
    for (int32_t i = 0; i < n; i++) {
        d->rho[i * n + i] = 1;
        for (int32_t j = 0; j < i; j++) d->correlated |= d->rho[i * n + j] != 0;
    }
    draws_groups(d);
    return d->correlated ? draws_factor(d, self, err) : CX_OK;
}

/* -- drawing ------------------------------------------------------------------------------- */

static void draws_normals(const cx_case_run_options *o, int32_t input, double *z) {
    bool pairs = o->antithetic == 1 && o->sobol == 0;
    for (int64_t m = 0; m < o->draws; m++) {
        if (pairs && m % 2 == 1) {
            z[m] = -z[m - 1];
            continue;
        }
        uint64_t index = (uint64_t)(pairs ? m / 2 : m);
        z[m] = cx_normal_quantile(
            cx_random_uniform(o->seed, CX_I_PURPOSE_CASE, index, (uint32_t)input));
    }
}

/* A point's bits are flipped by the seed: each point is then uniform, and all stay even. */
static void draws_sobol(const cx_case_run_options *o, int32_t dimension, double *z) {
    uint32_t direction[CX_I_SOBOL_BITS];
    cx_i_sobol_directions(dimension, direction);
    uint32_t flip = (uint32_t)(0x1p32 * cx_random_uniform(o->seed, CX_I_PURPOSE_CASE, UINT64_MAX,
                                                          (uint32_t)dimension));
    for (int64_t m = 0; m < o->draws; m++) {
        uint32_t at = cx_i_sobol_at(direction, (uint32_t)m) ^ flip;
        z[m] = cx_normal_quantile(((double)at + 0.5) * 0x1p-32);
    }
}

/* From the last row up, so that each uses those before it as they were. */
static void draws_together(cx_i_case_draws *d) {
    int32_t n = d->count;
    for (int32_t i = n - 1; i >= 0; i--)
        for (int64_t m = 0; m < d->draws; m++) {
            double sum = 0;
            for (int32_t k = 0; k <= i; k++) sum += d->factor[i * n + k] * d->value[k][m];
            d->value[i][m] = sum;
        }
}

/* Catmull-Rom's cubic on an even grid. */
static double draws_between(const double *grid, double z) {
    double at = (z + DRAWS_REACH) * (DRAWS_GRID / (2 * DRAWS_REACH));
    if (at < 1) at = 1;
    if (at > DRAWS_GRID - 2) at = DRAWS_GRID - 2;
    int i = (int)at;
    double u = at - i, a = grid[i - 1], b = grid[i], c = grid[i + 1], e = grid[i + 2];
    return b + u / 2 * (c - a + u * (2 * a - 5 * b + 4 * c - e + u * (3 * (b - c) + e - a)));
}

static void draws_values(const cx_i_input *input, int64_t draws, double *z) {
    double grid[DRAWS_GRID + 1];
    bool small = input->spread == CX_SPREAD_NORMAL && input->df < DRAWS_LARGE_DF;
    double edge = DRAWS_REACH - 4 * DRAWS_REACH / DRAWS_GRID;
    for (int g = 0; small && g <= DRAWS_GRID; g++)
        grid[g] = draws_t(2 * DRAWS_REACH * g / DRAWS_GRID - DRAWS_REACH, input->df);
    for (int64_t m = 0; m < draws; m++) {
        double t =
            small && fabs(z[m]) < edge ? draws_between(grid, z[m]) : draws_t(z[m], input->df);
        z[m] = draws_value(input, z[m], t);
    }
}

static void draws_bins(const double *z, int64_t draws, uint8_t *bin) {
    double edge[CX_I_CASE_BINS];
    for (int b = 1; b < CX_I_CASE_BINS; b++)
        edge[b] = cx_normal_quantile((double)b / CX_I_CASE_BINS);
    for (int64_t m = 0; m < draws; m++) {
        int low = 0, high = CX_I_CASE_BINS;
        while (high - low > 1) {
            int middle = (low + high) / 2;
            if (z[m] < edge[middle])
                high = middle;
            else
                low = middle;
        }
        bin[m] = (uint8_t)low;
    }
}

static void draws_inputs(const cx_case *self, cx_i_case_draws *d) {
    for (int32_t i = 0; i < self->links; i++)
        if (cx_i_case_is_chain(&self->link[i]) && self->link[i].input.spread != CX_SPREAD_FIXED)
            d->slot[d->count++] = i;
    for (int32_t c = 0; c < self->costs; c++)
        if (self->cost[c].input.spread != CX_SPREAD_FIXED)
            d->slot[d->count++] = CX_CASE_MOST_LINKS + c;
}

static cx_status draws_room(const cx_case *self, cx_i_case_draws *d, cx_error *err) {
    int64_t cells = (int64_t)d->count * d->count;
    d->rho = cx_i_alloc_array(&self->allocator, cells, sizeof(double));
    d->factor = cx_i_alloc_array(&self->allocator, cells, sizeof(double));
    if (d->rho == NULL || d->factor == NULL) return cx_i_out_of_memory(err);
    for (int32_t i = 0; i < d->count; i++) {
        d->value[i] = cx_i_alloc_room(&self->allocator, d->draws, sizeof(double));
        d->bin[i] = cx_i_alloc_room(&self->allocator, d->draws, 1);
        if (d->value[i] == NULL || d->bin[i] == NULL) return cx_i_out_of_memory(err);
    }
    return CX_OK;
}

cx_status cx_i_case_draw(const cx_case *self, const cx_case_run_options *options,
                         cx_i_case_draws *draws, cx_error *err) {
    memset(draws, 0, sizeof *draws);
    draws->draws = options->draws;
    draws_inputs(self, draws);
    CX_TRY(draws_room(self, draws, err));
    CX_TRY(draws_correlations(self, draws, err));
    for (int32_t i = 0; i < draws->count; i++)
        if (options->sobol == 1 && i < CX_I_SOBOL_MOST)
            draws_sobol(options, i, draws->value[i]);
        else
            draws_normals(options, draws->slot[i], draws->value[i]);
    if (draws->correlated) draws_together(draws);
    for (int32_t i = 0; i < draws->count; i++) {
        draws_bins(draws->value[i], draws->draws, draws->bin[i]);
        draws_values(cx_i_case_input(self, draws->slot[i]), draws->draws, draws->value[i]);
    }
    return CX_OK;
}

void cx_i_case_draws_free(const cx_case *self, cx_i_case_draws *draws) {
    for (int32_t i = 0; i < draws->count; i++) {
        cx_i_free(&self->allocator, draws->value[i]);
        cx_i_free(&self->allocator, draws->bin[i]);
    }
    cx_i_free(&self->allocator, draws->rho);
    cx_i_free(&self->allocator, draws->factor);
}
