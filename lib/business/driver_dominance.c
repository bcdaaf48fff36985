#include "business/driver.h"

#include "stat/table.h"

/* Gains that differ by no more are equal. */
#define DOMINANCE_EQUAL 1e-12

static const char *const dominance_words[] = {"equal", "dominates", "dominated", "undecided"};

enum { DOMINANCE_AHEAD = 1, DOMINANCE_BEHIND = 2 }; /* both: undecided */

typedef struct dominance_run {
    cx_i_chain chain;
    const cx_driver_fit *fit;
    int64_t p, pairs;
    double *explained;                         /* of each set of drivers */
    double *gain;                              /* p x p: of each driver, by the number of others */
    double *difference;                        /* of each number of others */
    double *models;                            /* of each number of others */
    uint8_t *complete, *conditional, *general; /* of each pair */
    double *ahead, *behind;
    void *memory;
} dominance_run;

static void dominance_fill(dominance_run *run, int64_t j, size_t set) {
    run->explained[set] = run->fit->left * cx_i_chain_explained(&run->chain);
    int64_t mark = run->chain.size;
    for (int64_t i = j; i < run->p; i++) {
        cx_i_chain_push(&run->chain, i);
        dominance_fill(run, i + 1, set | (size_t)1 << i);
        run->chain.size = mark;
    }
}

static uint8_t dominance_side(double difference) {
    if (difference > DOMINANCE_EQUAL) return DOMINANCE_AHEAD;
    return difference < -DOMINANCE_EQUAL ? DOMINANCE_BEHIND : 0;
}

/* The set without i and k that is number `at`: zeros are put in at both places, i < k. */
static size_t dominance_others(size_t at, int64_t i, int64_t k) {
    size_t low = ((size_t)1 << i) - 1;
    at = (at & low) | (at & ~low) << 1;
    low = ((size_t)1 << k) - 1;
    return (at & low) | (at & ~low) << 1;
}

static int64_t dominance_count(size_t set) {
    int64_t count = 0;
    for (; set != 0; set &= set - 1) count++;
    return count;
}

static void dominance_pair(dominance_run *run, int64_t i, int64_t k, int64_t pair) {
    size_t sets = (size_t)1 << (run->p - 2), ahead = 0, behind = 0;
    for (size_t at = 0; at < sets; at++) {
        size_t set = dominance_others(at, i, k);
        double difference =
            run->explained[set | (size_t)1 << i] - run->explained[set | (size_t)1 << k];
        ahead += difference > DOMINANCE_EQUAL;
        behind += difference < -DOMINANCE_EQUAL;
    }
    run->complete[pair] = (uint8_t)((ahead > 0) + 2 * (behind > 0));
    run->ahead[pair] = (double)ahead / (double)sets;
    run->behind[pair] = (double)behind / (double)sets;
}

/* Conditional dominance compares mean gains at each size of model, over all models of that size:
 * those without the other driver, and those with it, in which both take the other's place. */
static void dominance_means(dominance_run *run, int64_t i, int64_t k, int64_t pair) {
    const double *gain = run->gain;
    double sum = 0;
    for (int64_t others = 0; others < run->p; others++) {
        double difference = gain[i * run->p + others] - gain[k * run->p + others];
        run->conditional[pair] |= dominance_side(difference);
        sum += difference;
    }
    run->general[pair] = dominance_side(sum / (double)run->p);
}

/* Mean gain of each driver over the models with so many others. */
static void dominance_gains(const dominance_run *run) {
    int64_t p = run->p;
    double *gain = run->gain;
    memset(gain, 0, (size_t)(p * p) * sizeof *gain);
    for (size_t set = 0; set < (size_t)1 << p; set++) {
        int64_t size = dominance_count(set);
        double models = 1, share;
        for (int64_t i = 1; i <= size; i++) models = models * (double)(p - i) / (double)i;
        share = 1 / models;
        for (int64_t j = 0; j < p; j++)
            if ((set >> j & 1) == 0)
                gain[j * p + size] +=
                    (run->explained[set | (size_t)1 << j] - run->explained[set]) * share;
    }
}

static cx_status dominance_open(dominance_run *run, const cx_driver_fit *fit, cx_error *err) {
    int64_t p = fit->p, pairs = p * (p - 1) / 2, sets = (int64_t)1 << p;
    *run = (dominance_run){.fit = fit, .p = p, .pairs = pairs};
    double *memory = cx_i_alloc_array(&fit->allocator, sets + p * p + 3 * pairs, sizeof *memory);
    run->memory = memory;
    if (memory == NULL) return cx_i_out_of_memory(err);
    run->explained = memory;
    run->gain = memory + sets;
    run->ahead = run->gain + p * p;
    run->behind = run->ahead + pairs;
    run->complete = (uint8_t *)(run->behind + pairs);
    run->conditional = run->complete + pairs;
    run->general = run->conditional + pairs;
    return cx_i_chain_new(&run->chain, fit->star, p + 1, fit->options.tolerance, &fit->allocator,
                          err);
}

static void dominance_compare(dominance_run *run) {
    dominance_fill(run, 0, 0);
    dominance_gains(run);
    for (int64_t i = 0, pair = 0; i < run->p; i++)
        for (int64_t k = i + 1; k < run->p; k++, pair++) {
            dominance_pair(run, i, k, pair);
            dominance_means(run, i, k, pair);
        }
}

static cx_status dominance_table(const dominance_run *run, cx_table *table, cx_error *err) {
    const char **names = cx_i_alloc_array(&run->fit->allocator, 2 * run->pairs, sizeof *names);
    if (names == NULL) return cx_i_out_of_memory(err);
    const char **others = names + run->pairs;
    const char *const *name = (const char *const *)run->fit->name + run->fit->adjust;
    for (int64_t i = 0, pair = 0; i < run->p; i++)
        for (int64_t k = i + 1; k < run->p; k++, pair++)
            names[pair] = name[i], others[pair] = name[k];
    cx_status status = cx_i_driver_text(table, "name", names, run->pairs, err);
    if (status == CX_OK) status = cx_i_driver_text(table, "other", others, run->pairs, err);
    cx_i_free(&run->fit->allocator, names);
    CX_TRY(status);
    CX_TRY(cx_i_table_coded(table, "complete", run->complete, dominance_words, err));
    CX_TRY(cx_i_table_coded(table, "conditional", run->conditional, dominance_words, err));
    CX_TRY(cx_i_table_coded(table, "general", run->general, dominance_words, err));
    CX_TRY(cx_i_driver_numbers(table, "ahead", run->ahead, run->pairs, err));
    CX_TRY(cx_i_driver_numbers(table, "behind", run->behind, run->pairs, err));
    return cx_i_table_figure(table, "models", ldexp(1, (int)run->p - 2), err);
}

cx_status cx_driver_fit_dominance(const cx_driver_fit *fit, cx_table **out, cx_error *err) {
    if (fit == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", fit == NULL ? "fit" : "out");
    if (fit->p > CX_DRIVERS_COMPLETE)
        return cx_i_fail(err, CX_E_LIMIT,
                         "complete dominance of %d drivers has more models than those of the %d it "
                         "is made for: name fewer",
                         fit->p, (int64_t)CX_DRIVERS_COMPLETE);
    if (fit->p < 2) return cx_i_fail(err, CX_E_EMPTY, "a single driver has no other to dominate");
    dominance_run run;
    cx_table *table = NULL;
    cx_status status = dominance_open(&run, fit, err);
    if (status == CX_OK) dominance_compare(&run);
    if (status == CX_OK) status = cx_i_table_new(run.pairs, &fit->allocator, &table, err);
    if (status == CX_OK) status = dominance_table(&run, table, err);
    cx_i_free(&fit->allocator, run.chain.memory);
    cx_i_free(&fit->allocator, run.memory);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}
