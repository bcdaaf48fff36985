#include "business/driver.h"

#include "stat/draws.h"
#include "stat/resample.h"

/* Shapley values as means over random orders [CastroGomezTejada2009]: one factorisation along an
 * order gives the gains of all drivers. Each order is followed by its reverse, whose gains are
 * large where those of the first are small. Groups stay together. */

typedef struct orders_run {
    cx_i_chain chain;
    const cx_driver_fit *fit;
    int64_t p, groups;
    int64_t *order, *turn; /* drivers; groups */
    bool *ends;            /* of each place: the last of its group */
    double *gain;
    void *memory;
} orders_run;

static cx_status orders_open(orders_run *run, const cx_driver_fit *fit, cx_error *err) {
    int64_t p = fit->p;
    int64_t *memory = cx_i_alloc_array(&fit->allocator, 4 * p, sizeof *memory);
    *run = (orders_run){.fit = fit, .p = p, .groups = fit->groups, .memory = memory};
    if (memory == NULL) return cx_i_out_of_memory(err);
    run->order = memory;
    run->turn = memory + p;
    run->gain = (double *)(memory + 2 * p);
    run->ends = (bool *)(memory + 3 * p);
    return cx_i_chain_new(&run->chain, fit->star, p + 1, fit->options.tolerance, &fit->allocator,
                          err);
}

static void orders_close(orders_run *run) {
    cx_i_free(&run->fit->allocator, run->chain.memory);
    cx_i_free(&run->fit->allocator, run->memory);
}

static void orders_shuffle(int64_t *items, int64_t count, cx_i_draws *draws) {
    for (int64_t i = count - 1; i > 0; i--) {
        int64_t k = (int64_t)(cx_i_draw_uniform(draws) * (double)(i + 1)), item = items[i];
        items[i] = items[k];
        items[k] = item;
    }
}

static void orders_draw(orders_run *run, uint32_t pair) {
    const cx_driver_fit *fit = run->fit;
    cx_i_draws draws = cx_i_draws_at(fit->options.seed, CX_I_PURPOSE_ORDERS, pair, 0);
    if (run->groups == 0) {
        for (int64_t j = 0; j < run->p; j++) run->order[j] = j, run->ends[j] = true;
        orders_shuffle(run->order, run->p, &draws);
        return;
    }
    int64_t at = 0;
    for (int64_t g = 0; g < run->groups; g++) run->turn[g] = g;
    orders_shuffle(run->turn, run->groups, &draws);
    for (int64_t t = 0; t < run->groups; t++) {
        int64_t g = run->turn[t], size = fit->first[g + 1] - fit->first[g];
        memcpy(run->order + at, fit->member + fit->first[g], (size_t)size * sizeof *run->order);
        orders_shuffle(run->order + at, size, &draws);
        for (int64_t i = 0; i < size; i++) run->ends[at++] = i == size - 1;
    }
}

static void orders_reverse(orders_run *run) {
    int64_t p = run->p;
    for (int64_t i = 0; i < p / 2; i++) {
        int64_t item = run->order[i];
        run->order[i] = run->order[p - 1 - i];
        run->order[p - 1 - i] = item;
    }
    /* a group now ends where it began */
    for (int64_t i = 0; i < (p - 1) / 2; i++) {
        bool end = run->ends[i];
        run->ends[i] = run->ends[p - 2 - i];
        run->ends[p - 2 - i] = end;
    }
}

/* Pair by pair: an order, then its reverse. */
static void orders_next(orders_run *run, int64_t number) {
    if (number % 2 == 0)
        orders_draw(run, (uint32_t)(number / 2));
    else
        orders_reverse(run);
    run->chain.size = 0;
}

int64_t cx_i_driver_orders_many(const cx_driver_fit *fit, double work, int64_t least,
                                int64_t most) {
    double p = (double)fit->p, orders = work / (p * p * p);
    if (orders > (double)most) return most;
    return orders < (double)least ? least : (int64_t)orders / 2 * 2;
}

/* Means of pairs, and their variance by updating. */
static void orders_note(const orders_run *run, int64_t pairs, double *mean, double *square) {
    for (int64_t j = 0; j < run->p; j++) {
        double value = run->gain[j] / 2, step = value - mean[j];
        mean[j] += step / (double)pairs;
        square[j] += step * (value - mean[j]);
    }
}

cx_status cx_i_driver_orders(const cx_driver_fit *fit, int64_t orders, double *importance,
                             double *mc_se, cx_error *err) {
    orders_run run;
    int64_t p = fit->p, pairs = orders / 2;
    size_t bytes = (size_t)p * sizeof(double);
    cx_status status = orders_open(&run, fit, err);
    memset(importance, 0, bytes);
    memset(mc_se, 0, bytes);
    for (int64_t pair = 0; status == CX_OK && pair < pairs; pair++) {
        memset(run.gain, 0, bytes);
        for (int64_t turn = 0; turn < 2; turn++) {
            orders_next(&run, 2 * pair + turn);
            for (int64_t i = 0; i < p; i++)
                run.gain[run.order[i]] += cx_i_chain_push(&run.chain, run.order[i]);
        }
        orders_note(&run, pair + 1, importance, mc_se);
    }
    double freedom = (double)pairs * ((double)pairs - 1);
    for (int64_t j = 0; status == CX_OK && j < p; j++) {
        importance[j] *= fit->left;
        mc_se[j] = pairs > 1 ? fit->left * sqrt(mc_se[j] / freedom) : NAN;
    }
    orders_close(&run);
    return status;
}

cx_status cx_i_driver_orders_forms(const cx_driver_fit *fit, int64_t orders, double *forms,
                                   cx_error *err) {
    orders_run run;
    int64_t p = fit->p, cells = (p + 1) * (p + 1);
    double weight = 1 / (double)orders;
    cx_status status = orders_open(&run, fit, err);
    for (int64_t number = 0; status == CX_OK && number < orders; number++) {
        orders_next(&run, number);
        for (int64_t i = 0; i < p; i++) {
            double *form = forms + run.order[i] * cells;
            int64_t before = run.chain.size;
            if (i > 0) cx_i_chain_influence(&run.chain, -weight, form);
            cx_i_chain_push(&run.chain, run.order[i]);
            if (run.chain.size > before) cx_i_chain_solve(&run.chain);
            cx_i_chain_influence(&run.chain, weight, form);
        }
    }
    orders_close(&run);
    return status;
}

/* (v_y - b'v)^2 is what a column with the correlations v, small as those of chance are, gains. */
static void orders_add_noise(orders_run *run, double weight, double *form) {
    cx_i_chain *chain = &run->chain;
    int64_t side = chain->side, y = side - 1;
    cx_i_chain_solve(chain);
    for (int64_t i = 0; i < chain->size; i++) {
        double b = weight * chain->b[i], *row = form + chain->column[i] * side;
        for (int64_t k = 0; k < i; k++) row[chain->column[k]] += 2 * b * chain->b[k];
        row[chain->column[i]] += b * chain->b[i];
        form[y * side + chain->column[i]] -= 2 * b;
    }
    form[y * side + y] += weight;
}

cx_status cx_i_driver_orders_noise(const cx_driver_fit *fit, int64_t orders, double *form,
                                   cx_error *err) {
    orders_run run;
    int64_t p = fit->p, places = (fit->groups > 0 ? fit->groups : p) + 1;
    double weight = 1 / ((double)orders * (double)places);
    cx_status status = orders_open(&run, fit, err);
    for (int64_t number = 0; status == CX_OK && number < orders; number++) {
        orders_next(&run, number);
        orders_add_noise(&run, weight, form);
        for (int64_t i = 0; i < p; i++) {
            cx_i_chain_push(&run.chain, run.order[i]);
            if (run.ends[i]) orders_add_noise(&run, weight, form);
        }
    }
    orders_close(&run);
    return status;
}
