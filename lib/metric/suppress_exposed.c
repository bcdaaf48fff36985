#include "metric/suppress.h"

#include <cxkit/random.h>

/* Which hidden entries follow from what is shown. The relations, restricted to the hidden entries,
 * are linear equations A x = what is known; x_j is determined when and only when every solution v
 * of A v = 0 has v_j = 0. So one random solution decides for all entries at once: v_j other than 0
 * is a proof that j can be changed while nothing shown changes. Solutions are taken modulo the
 * prime 2^61 - 1: the coefficients are 1 and -1, and the verdict would differ from that over the
 * rationals only if a determinant of such coefficients were divisible by that prime. With one or
 * two keys it cannot: the relations are those of a network, whose determinants are 0, 1 and -1.
 *
 * Equations are solved in an order that makes them triangular: an entry that stands in one open
 * equation only becomes its pivot, and the equation is closed. When there is none, the largest
 * equation is put aside; those put aside are mostly implied by the others, and the rest of them is
 * solved densely over few random solutions. */

#define EXPOSED_PRIME ((UINT64_C(1) << 61) - 1)
#define EXPOSED_SEED UINT64_C(0x63656c6c73) /* the numbers need only be generic */
#define EXPOSED_BATCH 64                    /* most cuts of a component at a time */

static uint64_t exposed_reduce(uint64_t a) {
    a = (a & EXPOSED_PRIME) + (a >> 61);
    return a >= EXPOSED_PRIME ? a - EXPOSED_PRIME : a;
}

static uint64_t exposed_add(uint64_t a, uint64_t b) {
    return exposed_reduce(a + b);
}

static uint64_t exposed_negate(uint64_t a) {
    return a == 0 ? 0 : EXPOSED_PRIME - a;
}

/* By halves of 31 bits: 2^62 = 2 and 2^61 = 1. */
static uint64_t exposed_multiply(uint64_t a, uint64_t b) {
    const uint64_t half = (UINT64_C(1) << 31) - 1, thirty = (UINT64_C(1) << 30) - 1;
    uint64_t middle = (a >> 31) * (b & half) + (a & half) * (b >> 31);
    return exposed_reduce(exposed_reduce(2 * (a >> 31) * (b >> 31) + (middle >> 30)) +
                          exposed_reduce(((middle & thirty) << 31) + (a & half) * (b & half)));
}

static uint64_t exposed_inverse(uint64_t a) {
    uint64_t result = 1;
    for (uint64_t power = EXPOSED_PRIME - 2; power > 0; power >>= 1) {
        if (power & 1) result = exposed_multiply(result, a);
        a = exposed_multiply(a, a);
    }
    return result;
}

static uint64_t exposed_random(uint64_t number, uint64_t index) {
    cx_random_words words;
    cx_philox(index, number, EXPOSED_SEED, &words);
    uint64_t value = exposed_reduce(((uint64_t)words.w0 << 32 | words.w1) >> 3);
    return value == 0 ? 1 : value;
}

/* -- the equations ------------------------------------------------------------------------- */

enum { EXPOSED_OPEN = 0, EXPOSED_CLOSED = 1, EXPOSED_ASIDE = 2 };

typedef struct exposed {
    const cx_i_relations *relations;
    const cx_i_cube *cube;
    int64_t *begin, *hidden; /* by relation: its hidden entries */
    int64_t *pivot;          /* by relation: an entry */
    uint8_t *state;          /* by relation */
    bool *seen, *is_pivot;   /* by entry; seen: its component was looked at */
    bool *seen_relation;
    int64_t *degree;  /* by entry: open equations */
    uint64_t *value;  /* by entry: the solution */
    uint64_t *factor; /* by relation: of the derivation; by entry: `shown`, its sum */
    uint64_t *shown;
    int64_t *entry, *relation; /* the component's */
    int64_t entries, equations;
    int64_t *closed, closed_count; /* in order */
    int64_t *aside, aside_count;
    int64_t *free_entry, free_count; /* of the component: no pivots */
    int64_t *stack;
    cx_i_exposed *out;
} exposed;

/* An entry enters its own relations with -1, as their parent, and those of others with 1. */
static bool exposed_is_parent(const exposed *x, int64_t relation, int64_t entry) {
    return relation / x->cube->keys == entry;
}

static uint64_t exposed_signed(const exposed *x, int64_t relation, int64_t entry, uint64_t value) {
    return exposed_is_parent(x, relation, entry) ? exposed_negate(value) : value;
}

/* The sum of an equation over its hidden entries but one. */
static uint64_t exposed_sum(exposed *x, int64_t relation, int64_t but) {
    uint64_t sum = 0;
    for (int64_t i = x->begin[relation]; i < x->begin[relation + 1]; i++) {
        int64_t entry = x->hidden[i];
        if (entry != but)
            sum = exposed_add(sum, exposed_signed(x, relation, entry, x->value[entry]));
    }
    x->out->work += x->begin[relation + 1] - x->begin[relation];
    return sum;
}

/* The component of an entry, by breadth. */
static void exposed_component(exposed *x, int64_t seed) {
    int64_t keys = x->cube->keys;
    x->entries = x->equations = 0;
    x->entry[x->entries++] = seed;
    x->seen[seed] = true;
    for (int64_t at = 0; at < x->entries; at++)
        for (int64_t k = 0; k < keys; k++) {
            int64_t relation = cx_i_relation_of(x->cube, x->entry[at], k);
            if (x->seen_relation[relation]) continue;
            x->seen_relation[relation] = true;
            x->relation[x->equations++] = relation;
            for (int64_t i = x->begin[relation]; i < x->begin[relation + 1]; i++) {
                int64_t entry = x->hidden[i];
                if (!x->seen[entry]) x->entry[x->entries++] = entry;
                x->seen[entry] = true;
            }
        }
}

/* Larger equations first, then the later ones: a heap sort, since qsort takes no context. */
static bool exposed_before(const exposed *x, int64_t a, int64_t b) {
    int64_t size_a = x->begin[a + 1] - x->begin[a], size_b = x->begin[b + 1] - x->begin[b];
    return size_a != size_b ? size_a > size_b : a > b;
}

static void exposed_sift(const exposed *x, int64_t root, int64_t count) {
    int64_t *heap = x->relation;
    for (int64_t child; (child = 2 * root + 1) < count; root = child) {
        if (child + 1 < count && exposed_before(x, heap[child], heap[child + 1])) child++;
        if (!exposed_before(x, heap[root], heap[child])) return;
        int64_t swap = heap[root];
        heap[root] = heap[child], heap[child] = swap;
    }
}

static void exposed_sort(const exposed *x) {
    for (int64_t i = x->equations / 2; i-- > 0;) exposed_sift(x, i, x->equations);
    for (int64_t end = x->equations; end-- > 1;) {
        int64_t last = x->relation[0];
        x->relation[0] = x->relation[end], x->relation[end] = last;
        exposed_sift(x, 0, end);
    }
}

/* Takes an equation out of the open ones; entries left in a single one go on the stack. */
static void exposed_close(exposed *x, int64_t relation, uint8_t state, int64_t *stacked) {
    x->state[relation] = state;
    for (int64_t i = x->begin[relation]; i < x->begin[relation + 1]; i++) {
        int64_t entry = x->hidden[i];
        if (--x->degree[entry] == 1 && !x->is_pivot[entry]) x->stack[(*stacked)++] = entry;
    }
}

static void exposed_drain(exposed *x, int64_t *stacked) {
    while (*stacked > 0) {
        int64_t entry = x->stack[--*stacked];
        if (x->degree[entry] != 1) continue;
        for (int64_t k = 0; k < x->cube->keys; k++) {
            int64_t relation = cx_i_relation_of(x->cube, entry, k);
            if (x->state[relation] != EXPOSED_OPEN) continue;
            x->is_pivot[entry] = true;
            x->pivot[relation] = entry;
            x->closed[x->closed_count++] = relation;
            exposed_close(x, relation, EXPOSED_CLOSED, stacked);
            break;
        }
    }
}

static void exposed_triangle(exposed *x) {
    int64_t stacked = 0;
    x->closed_count = x->aside_count = x->free_count = 0;
    exposed_sort(x);
    for (int64_t i = 0; i < x->entries; i++) {
        x->degree[x->entry[i]] = x->cube->keys;
        if (x->cube->keys == 1) x->stack[stacked++] = x->entry[i];
    }
    exposed_drain(x, &stacked);
    for (int64_t i = 0; i < x->equations; i++) {
        if (x->state[x->relation[i]] != EXPOSED_OPEN) continue;
        x->aside[x->aside_count++] = x->relation[i];
        exposed_close(x, x->relation[i], EXPOSED_ASIDE, &stacked);
        exposed_drain(x, &stacked);
    }
    for (int64_t i = 0; i < x->entries; i++)
        if (!x->is_pivot[x->entry[i]]) x->free_entry[x->free_count++] = x->entry[i];
}

/* -- a random solution --------------------------------------------------------------------- */

/* The pivots from the free entries; what was put aside is not looked at. */
static void exposed_solve(exposed *x) {
    for (int64_t i = x->closed_count; i-- > 0;) {
        int64_t relation = x->closed[i], pivot = x->pivot[relation];
        uint64_t sum = exposed_sum(x, relation, pivot);
        x->value[pivot] = exposed_is_parent(x, relation, pivot) ? sum : exposed_negate(sum);
    }
}

/* Keeps of the equations put aside those that the solution does not satisfy. */
static void exposed_keep_broken(exposed *x) {
    int64_t kept = 0;
    for (int64_t i = 0; i < x->aside_count; i++)
        if (exposed_sum(x, x->aside[i], -1) != 0) x->aside[kept++] = x->aside[i];
    x->aside_count = kept;
}

/* Free entry i of solution number c of `columns`: unit vectors when they are few, else random. */
static uint64_t exposed_free_value(const exposed *x, int64_t c, int64_t columns, int64_t i) {
    if (columns == x->free_count) return c == i;
    return exposed_random((uint64_t)c + 1, (uint64_t)x->free_entry[i]);
}

/* Weights of the solutions whose sum satisfies the equations put aside: matrix is aside_count by
 * columns and is reduced; weights has room for columns. */
static void exposed_weights(uint64_t *matrix, int64_t rows, int64_t columns, uint64_t *weights,
                            int64_t *pivots) {
    int64_t rank = 0;
    for (int64_t c = 0; c < columns; c++) weights[c] = exposed_random(0, (uint64_t)c);
    for (int64_t c = 0; c < columns && rank < rows; c++) {
        int64_t found = rank;
        while (found < rows && matrix[found * columns + c] == 0) found++;
        if (found == rows) continue;
        for (int64_t j = 0; j < columns; j++) {
            uint64_t swap = matrix[found * columns + j];
            matrix[found * columns + j] = matrix[rank * columns + j];
            matrix[rank * columns + j] = swap;
        }
        uint64_t inverse = exposed_inverse(matrix[rank * columns + c]);
        for (int64_t j = c; j < columns; j++)
            matrix[rank * columns + j] = exposed_multiply(matrix[rank * columns + j], inverse);
        for (int64_t r = 0; r < rows; r++) {
            uint64_t factor = exposed_negate(matrix[r * columns + c]);
            for (int64_t j = c; j < columns && r != rank && factor != 0; j++)
                matrix[r * columns + j] = exposed_add(
                    matrix[r * columns + j], exposed_multiply(factor, matrix[rank * columns + j]));
        }
        pivots[rank++] = c;
    }
    for (int64_t r = 0; r < rank; r++) weights[pivots[r]] = 0;
    for (int64_t r = 0; r < rank; r++) {
        uint64_t sum = 0;
        for (int64_t j = pivots[r] + 1; j < columns; j++)
            sum = exposed_add(sum, exposed_multiply(matrix[r * columns + j], weights[j]));
        weights[pivots[r]] = exposed_negate(sum);
    }
}

static void exposed_residuals(exposed *x, uint64_t *matrix, int64_t columns) {
    for (int64_t c = 0; c < columns; c++) {
        for (int64_t i = 0; i < x->free_count; i++)
            x->value[x->free_entry[i]] = exposed_free_value(x, c, columns, i);
        exposed_solve(x);
        for (int64_t r = 0; r < x->aside_count; r++)
            matrix[r * columns + c] = exposed_sum(x, x->aside[r], -1);
    }
}

static void exposed_combine(exposed *x, const uint64_t *weights, int64_t columns) {
    for (int64_t i = 0; i < x->free_count; i++) {
        uint64_t sum = 0;
        for (int64_t c = 0; c < columns; c++)
            sum = exposed_add(sum,
                              exposed_multiply(weights[c], exposed_free_value(x, c, columns, i)));
        x->value[x->free_entry[i]] = sum;
    }
    x->out->work += columns * x->free_count;
    exposed_solve(x);
}

static cx_status exposed_dense(exposed *x, cx_error *err) {
    int64_t rows = x->aside_count, columns = rows + 1 < x->free_count ? rows + 1 : x->free_count;
    const cx_allocator *allocator = &x->cube->allocator;
    x->out->work += rows * columns * (rows < columns ? rows : columns);
    if (x->out->work > x->out->most_work) {
        x->out->solved = false;
        return CX_OK;
    }
    uint64_t *matrix = cx_i_alloc_array(allocator, rows * columns, sizeof *matrix);
    uint64_t *weights = cx_i_alloc_array(allocator, columns, sizeof *weights);
    int64_t *pivots = cx_i_alloc_array(allocator, columns, sizeof *pivots);
    bool done = matrix != NULL && weights != NULL && pivots != NULL;
    if (done) {
        exposed_residuals(x, matrix, columns);
        exposed_weights(matrix, rows, columns, weights, pivots);
        exposed_combine(x, weights, columns);
    }
    cx_i_free(allocator, matrix);
    cx_i_free(allocator, weights);
    cx_i_free(allocator, pivots);
    return done ? CX_OK : cx_i_out_of_memory(err);
}

/* -- what to hide -------------------------------------------------------------------------- */

static int64_t exposed_smaller(const exposed *x, int64_t best, int64_t entry) {
    const cx_i_cube *cube = x->cube;
    if (cube->hidden[entry] || cube->n[entry] == 0) return best;
    if (best < 0 || cube->n[entry] < cube->n[best]) return entry;
    return cube->n[entry] == cube->n[best] && entry < best ? entry : best;
}

/* The derivation of an entry: factors of the equations whose sum is that entry alone. Each pivot
 * stands in its own equation, in some closed before it and in some put aside, which are implied
 * and not needed. */
static void exposed_derive(exposed *x, int64_t target) {
    for (int64_t i = 0; i < x->aside_count; i++) x->factor[x->aside[i]] = 0;
    for (int64_t i = 0; i < x->closed_count; i++) {
        int64_t relation = x->closed[i], pivot = x->pivot[relation];
        uint64_t rest = pivot == target;
        x->factor[relation] = 0;
        for (int64_t k = 0; k < x->cube->keys; k++) {
            int64_t other = cx_i_relation_of(x->cube, pivot, k);
            if (other != relation && x->state[other] == EXPOSED_CLOSED)
                rest = exposed_add(
                    rest, exposed_negate(exposed_signed(x, other, pivot, x->factor[other])));
        }
        x->factor[relation] = exposed_signed(x, relation, pivot, rest);
    }
    x->out->work += x->closed_count * x->cube->keys;
}

/* The smallest shown entry that the derivation uses; whatever stands beside it without one. */
static int64_t exposed_cut(exposed *x) {
    const cx_i_relations *relations = x->relations;
    int64_t best = -1;
    for (int pass = 0; pass < 3; pass++) /* sum, choose, clear */
        for (int64_t i = 0; i < x->closed_count; i++) {
            int64_t relation = x->closed[i], parent = relation / x->cube->keys;
            uint64_t factor = x->factor[relation];
            for (int64_t j = relations->begin[relation] - 1;
                 factor != 0 && j < relations->begin[relation + 1]; j++) {
                bool is_parent = j < relations->begin[relation];
                int64_t entry = is_parent ? parent : relations->child[j];
                x->out->work++;
                if (pass == 0)
                    x->shown[entry] =
                        exposed_add(x->shown[entry], is_parent ? exposed_negate(factor) : factor);
                if (pass == 1 && x->shown[entry] != 0) best = exposed_smaller(x, best, entry);
                if (pass == 2) x->shown[entry] = 0;
            }
        }
    return best;
}

static int64_t exposed_neighbour(const exposed *x, int64_t entry) {
    const cx_i_relations *relations = x->relations;
    int64_t best = -1;
    for (int64_t k = 0; k < x->cube->keys; k++) {
        int64_t relation = cx_i_relation_of(x->cube, entry, k);
        for (int64_t j = relations->begin[relation]; j < relations->begin[relation + 1]; j++)
            best = exposed_smaller(x, best, relations->child[j]);
        best = exposed_smaller(x, best, relation / x->cube->keys);
    }
    return best;
}

/* true when something that is to be hidden already breaks the derivation in `factor`. */
static bool exposed_broken(const exposed *x) {
    for (int64_t i = 0; i < x->out->count; i++) {
        int64_t cut = x->out->cut[i];
        uint64_t sum = 0;
        for (int64_t k = 0; k < x->cube->keys; k++) {
            int64_t relation = cx_i_relation_of(x->cube, cut, k);
            if (x->state[relation] == EXPOSED_CLOSED)
                sum = exposed_add(sum, exposed_signed(x, relation, cut, x->factor[relation]));
        }
        if (sum != 0) return true;
    }
    return false;
}

/* What follows from what is shown, and what to hide beside it: some at a time, since one cut may
 * serve several. */
static void exposed_collect(exposed *x, bool dense) {
    cx_i_exposed *out = x->out;
    int64_t found = 0;
    for (int64_t i = 0; i < x->entries && found < EXPOSED_BATCH; i++) {
        int64_t entry = x->entry[i], cut = -1;
        if (x->value[entry] != 0) continue;
        if (!dense) {
            exposed_derive(x, entry);
            if (exposed_broken(x)) continue;
            cut = exposed_cut(x);
        }
        if (cut < 0) cut = exposed_neighbour(x, entry);
        if (cut < 0) {
            out->solved = false;
            return;
        }
        out->cut[out->count++] = cut;
        found++;
    }
}

static cx_status exposed_look(exposed *x, cx_error *err) {
    exposed_triangle(x);
    for (int64_t i = 0; i < x->free_count; i++)
        x->value[x->free_entry[i]] = exposed_random(0, (uint64_t)x->free_entry[i]);
    exposed_solve(x);
    exposed_keep_broken(x);
    bool dense = x->aside_count > 0;
    if (dense) CX_TRY(exposed_dense(x, err));
    if (x->out->work > x->out->most_work) x->out->solved = false;
    if (x->out->solved) exposed_collect(x, dense);
    return CX_OK;
}

static cx_status exposed_run(exposed *x, cx_error *err) {
    for (int64_t e = 0; e < x->cube->entries && x->out->solved; e++) {
        if (!x->cube->hidden[e] || x->seen[e]) continue;
        exposed_component(x, e);
        CX_TRY(exposed_look(x, err));
    }
    return CX_OK;
}

/* -- memory -------------------------------------------------------------------------------- */

/* The hidden entries of each relation, by counting. */
static void exposed_fill(exposed *x) {
    const cx_i_cube *cube = x->cube;
    int64_t relations = cube->entries * cube->keys;
    for (int64_t e = 0; e < cube->entries; e++)
        for (int64_t k = 0; k < cube->keys && cube->hidden[e]; k++)
            x->begin[cx_i_relation_of(cube, e, k) + 1]++;
    for (int64_t r = 0; r < relations; r++) x->begin[r + 1] += x->begin[r];
    memcpy(x->pivot, x->begin, (size_t)relations * sizeof *x->pivot); /* where the next one goes */
    for (int64_t e = 0; e < cube->entries; e++)
        for (int64_t k = 0; k < cube->keys && cube->hidden[e]; k++)
            x->hidden[x->pivot[cx_i_relation_of(cube, e, k)]++] = e;
}

static void *exposed_take(const exposed *x, int64_t count, size_t size, bool *done) {
    void *memory = cx_i_alloc_array(&x->cube->allocator, count, size);
    *done = *done && memory != NULL;
    return memory;
}

static bool exposed_allocate(exposed *x) {
    int64_t entries = x->cube->entries, relations = entries * x->cube->keys;
    bool done = true;
    x->begin = exposed_take(x, relations + 1, sizeof *x->begin, &done);
    x->hidden = exposed_take(x, relations, sizeof *x->hidden, &done);
    x->pivot = exposed_take(x, relations, sizeof *x->pivot, &done);
    x->state = exposed_take(x, relations, sizeof *x->state, &done);
    x->seen_relation = exposed_take(x, relations, sizeof *x->seen_relation, &done);
    x->factor = exposed_take(x, relations, sizeof *x->factor, &done);
    x->relation = exposed_take(x, relations, sizeof *x->relation, &done);
    x->closed = exposed_take(x, relations, sizeof *x->closed, &done);
    x->aside = exposed_take(x, relations, sizeof *x->aside, &done);
    x->seen = exposed_take(x, entries, sizeof *x->seen, &done);
    x->is_pivot = exposed_take(x, entries, sizeof *x->is_pivot, &done);
    x->degree = exposed_take(x, entries, sizeof *x->degree, &done);
    x->value = exposed_take(x, entries, sizeof *x->value, &done);
    x->shown = exposed_take(x, entries, sizeof *x->shown, &done);
    x->entry = exposed_take(x, entries, sizeof *x->entry, &done);
    x->free_entry = exposed_take(x, entries, sizeof *x->free_entry, &done);
    x->stack = exposed_take(x, entries, sizeof *x->stack, &done);
    return done;
}

static void exposed_free(exposed *x) {
    void *const memory[] = {x->begin,  x->hidden,        x->pivot,    x->state,  x->seen,
                            x->factor, x->seen_relation, x->relation, x->closed, x->aside,
                            x->degree, x->is_pivot,      x->value,    x->shown,  x->entry,
                            x->stack,  x->free_entry};
    for (size_t i = 0; i < sizeof memory / sizeof *memory; i++)
        cx_i_free(&x->cube->allocator, memory[i]);
}

cx_status cx_i_exposed_find(const cx_i_relations *relations, cx_i_exposed *out, cx_error *err) {
    exposed x;
    memset(&x, 0, sizeof x);
    x.relations = relations;
    x.cube = relations->cube;
    x.out = out;
    out->count = 0;
    out->solved = true;
    cx_status status = exposed_allocate(&x) ? CX_OK : cx_i_out_of_memory(err);
    if (status == CX_OK) {
        exposed_fill(&x);
        status = exposed_run(&x, err);
    }
    exposed_free(&x);
    return status;
}
