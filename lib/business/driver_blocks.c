#include "business/driver.h"

/* The Owen value [Owen1977]: of each group in turn, all coalitions of the others, whole, and with
 * each all models within the group. A gain counts with the share of orders that keep groups
 * together in which it occurs. Without groups all drivers are of one. */

typedef struct blocks_walk {
    cx_i_chain chain;
    const cx_driver_fit *fit;
    int64_t groups, p;
    const int64_t *first, *member;
    int64_t own, others, inside; /* the group at hand, groups and members that are in */
    bool *in;                    /* of each driver of the group at hand */
    double *weight_groups, *weight_members;
    double *importance, *steps, *forms;
    void *memory;
} blocks_walk;

/* k! (n - 1 - k)! / n!, k = 0 .. n - 1 */
static void blocks_weights(double *weight, int64_t n) {
    weight[0] = 1 / (double)n;
    for (int64_t k = 1; k < n; k++) weight[k] = weight[k - 1] * (double)k / (double)(n - k);
}

static int64_t blocks_size(const blocks_walk *w, int64_t group) {
    return w->first[group + 1] - w->first[group];
}

static void blocks_visit(blocks_walk *w) {
    int64_t size = blocks_size(w, w->own), cells = (w->p + 1) * (w->p + 1);
    double explained = cx_i_chain_explained(&w->chain), *whole = w->weight_groups;
    if (w->forms != NULL) cx_i_chain_solve(&w->chain);
    for (int64_t i = 0; i < size; i++) {
        int64_t j = w->member[w->first[w->own] + i];
        double weight = w->in[i] ? w->weight_members[w->inside - 1] : -w->weight_members[w->inside];
        weight *= whole[w->others];
        w->importance[j] += weight * explained;
        if (w->forms != NULL) cx_i_chain_influence(&w->chain, weight, w->forms + j * cells);
    }
    if (w->steps == NULL || (w->inside != 0 && w->inside != size)) return;
    double mean = whole[w->others] * (double)w->groups;
    double *step = w->steps + w->own * w->groups + w->others;
    *step += w->inside == 0 ? -mean * explained : mean * explained;
}

static void blocks_members(blocks_walk *w, int64_t i) {
    if (i == blocks_size(w, w->own)) {
        blocks_visit(w);
        return;
    }
    int64_t mark = w->chain.size;
    w->in[i] = false;
    blocks_members(w, i + 1);
    w->in[i] = true;
    w->inside++;
    cx_i_chain_push(&w->chain, w->member[w->first[w->own] + i]);
    blocks_members(w, i + 1);
    w->inside--;
    w->chain.size = mark;
}

static void blocks_others(blocks_walk *w, int64_t group) {
    if (group == w->own) group++;
    if (group >= w->groups) {
        blocks_members(w, 0);
        return;
    }
    int64_t mark = w->chain.size;
    blocks_others(w, group + 1);
    w->others++;
    for (int64_t i = w->first[group]; i < w->first[group + 1]; i++)
        cx_i_chain_push(&w->chain, w->member[i]);
    blocks_others(w, group + 1);
    w->others--;
    w->chain.size = mark;
}

double cx_i_driver_blocks_models(const cx_driver_fit *fit) {
    double models = 0;
    if (fit->groups == 0) return ldexp(1, (int)fit->p);
    for (int64_t g = 0; g < fit->groups; g++)
        models += ldexp(1, (int)(fit->groups - 1 + fit->first[g + 1] - fit->first[g]));
    return models;
}

static cx_status blocks_open(blocks_walk *w, const cx_driver_fit *fit, cx_error *err) {
    int64_t p = fit->p;
    double *memory = cx_i_alloc_array(&fit->allocator, 2 * p + p + 2 + p, sizeof *memory);
    *w = (blocks_walk){.fit = fit, .p = p, .memory = memory};
    if (memory == NULL) return cx_i_out_of_memory(err);
    w->weight_groups = memory;
    w->weight_members = memory + p;
    int64_t *member = (int64_t *)(memory + 2 * p), *first = member + p;
    w->in = (bool *)(first + 2);
    w->groups = fit->groups > 0 ? fit->groups : 1;
    w->first = fit->groups > 0 ? fit->first : first;
    w->member = fit->groups > 0 ? fit->member : member;
    for (int64_t j = 0; j < p; j++) member[j] = j;
    first[1] = p;
    blocks_weights(w->weight_groups, w->groups);
    return cx_i_chain_new(&w->chain, fit->star, p + 1, fit->options.tolerance, &fit->allocator,
                          err);
}

cx_status cx_i_driver_blocks(const cx_driver_fit *fit, double *importance, double *steps,
                             double *forms, cx_error *err) {
    blocks_walk w;
    cx_status status = blocks_open(&w, fit, err);
    w.importance = importance;
    w.steps = steps;
    w.forms = forms;
    memset(importance, 0, (size_t)fit->p * sizeof *importance);
    for (w.own = 0; status == CX_OK && w.own < w.groups; w.own++) {
        blocks_weights(w.weight_members, blocks_size(&w, w.own));
        blocks_others(&w, 0);
    }
    for (int64_t j = 0; status == CX_OK && j < fit->p; j++) importance[j] *= fit->left;
    for (int64_t i = 0; status == CX_OK && steps != NULL && i < w.groups * w.groups; i++)
        steps[i] *= fit->left;
    cx_i_free(&fit->allocator, w.chain.memory);
    cx_i_free(&fit->allocator, w.memory);
    return status;
}
