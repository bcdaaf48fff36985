#include "metric/suppress.h"

/* Which entries of a table are hidden [Cox1980]. Primary: those with too few answers. Then, until
 * nothing changes: a relation with a single hidden entry gives it away, and so does a total of
 * hidden entries that is itself too small; the smallest entries are hidden beside them. What
 * several relations give away together is found by cx_i_exposed_find. */

typedef struct suppress {
    cx_i_cube *cube;
    cx_i_relations relations;
    int64_t min_n, items;
    int64_t *count; /* by relation: hidden entries */
    int64_t *total; /* by relation: answers of its hidden children */
    int64_t *under; /* by entry: answers of the hidden cells in it */
    int64_t *queue; /* a ring of items: relations, then entries */
    bool *queued;
    int64_t head, waiting;
} suppress;

int64_t cx_i_relation_of(const cx_i_cube *cube, int64_t entry, int64_t key) {
    bool parent = (cube->grouping[entry] & cx_i_cube_bit(cube, key)) != 0;
    return (parent ? entry : cx_i_cube_parent(cube, entry, key)) * cube->keys + key;
}

static void suppress_push(suppress *s, int64_t item) {
    if (s->queued[item]) return;
    s->queued[item] = true;
    s->queue[(s->head + s->waiting++) % s->items] = item;
}

static void suppress_hide(suppress *s, int64_t entry) {
    cx_i_cube *cube = s->cube;
    if (cube->hidden[entry]) return;
    cube->hidden[entry] = true;
    for (int64_t k = 0; k < cube->keys; k++) {
        int64_t relation = cx_i_relation_of(cube, entry, k);
        s->count[relation]++;
        if (relation / cube->keys != entry) s->total[relation] += cube->n[entry];
        suppress_push(s, relation);
    }
    if (cube->grouping[entry] != 0) return;
    int64_t cell = cube->member[cube->start[entry]];
    for (int64_t g = 1; g < (int64_t)1 << cube->keys; g++) {
        int64_t holder = cube->of_cell[g * cube->cells + cell];
        s->under[holder] += cube->n[entry];
        suppress_push(s, s->items - cube->entries + holder);
    }
}

/* Relations in which the entry would stand alone when hidden: each asks for one more. */
static int64_t suppress_alone(const suppress *s, int64_t entry) {
    int64_t alone = 0;
    for (int64_t k = 0; k < s->cube->keys; k++)
        alone += s->count[cx_i_relation_of(s->cube, entry, k)] == 0;
    return alone;
}

/* The better of two entries that could be hidden: the one that asks for fewer others, then the one
 * with fewer answers, then the earlier one. */
static int64_t suppress_better(const suppress *s, int64_t best, int64_t entry) {
    const cx_i_cube *cube = s->cube;
    if (cube->hidden[entry] || cube->n[entry] == 0) return best;
    if (best < 0) return entry;
    int64_t alone = suppress_alone(s, entry), alone_best = suppress_alone(s, best);
    if (alone != alone_best) return alone < alone_best ? entry : best;
    return cube->n[entry] < cube->n[best] ? entry : best;
}

static void suppress_check_relation(suppress *s, int64_t relation) {
    cx_i_cube *cube = s->cube;
    int64_t parent = relation / cube->keys, best = -1;
    bool alone = s->count[relation] == 1;
    bool small = !cube->hidden[parent] && s->total[relation] > 0 && s->total[relation] < s->min_n;
    if (!alone && !small) return;
    for (int64_t i = s->relations.begin[relation]; i < s->relations.begin[relation + 1]; i++)
        best = suppress_better(s, best, s->relations.child[i]);
    if (best < 0) best = suppress_better(s, best, parent);
    if (best >= 0) suppress_hide(s, best);
}

/* The hidden cells under a shown margin, whatever lies between. */
static void suppress_check_margin(suppress *s, int64_t entry) {
    cx_i_cube *cube = s->cube;
    int64_t best = -1;
    if (cube->hidden[entry] || s->under[entry] == 0 || s->under[entry] >= s->min_n) return;
    for (int64_t i = cube->start[entry]; i < cube->start[entry + 1]; i++)
        best = suppress_better(s, best, cube->of_cell[cube->member[i]]);
    if (best < 0) return;
    suppress_hide(s, best);
    suppress_push(s, s->items - cube->entries + entry);
}

static void suppress_settle(suppress *s) {
    int64_t relations = s->items - s->cube->entries;
    while (s->waiting > 0) {
        int64_t item = s->queue[s->head];
        s->head = (s->head + 1) % s->items;
        s->waiting--;
        s->queued[item] = false;
        if (item < relations)
            suppress_check_relation(s, item);
        else
            suppress_check_margin(s, item - relations);
    }
}

/* All but the grand total and what equals it: nothing but that total can be told from it. */
static void suppress_all(suppress *s) {
    cx_i_cube *cube = s->cube;
    int64_t whole = cube->n[cube->entries - 1];
    for (int64_t e = 0; e < cube->entries; e++)
        cube->hidden[e] = cube->n[e] > 0 && (cube->n[e] < whole || whole < s->min_n);
}

static cx_status suppress_run(suppress *s, cx_i_exposed *exposed, cx_error *err) {
    cx_i_cube *cube = s->cube;
    for (int64_t e = 0; e < cube->entries; e++)
        if (cube->n[e] > 0 && cube->n[e] < s->min_n) suppress_hide(s, e);
    for (;;) {
        suppress_settle(s);
        CX_TRY(cx_i_exposed_find(&s->relations, exposed, err));
        if (!exposed->solved) suppress_all(s);
        if (!exposed->solved || exposed->count == 0) return CX_OK;
        for (int64_t i = 0; i < exposed->count; i++) suppress_hide(s, exposed->cut[i]);
    }
}

/* -- the relations ------------------------------------------------------------------------- */

static cx_status suppress_relate(cx_i_cube *cube, cx_i_relations *relations, int64_t *count,
                                 cx_error *err) {
    int64_t size = cube->entries * cube->keys, *begin = relations->begin;
    for (int64_t pass = 0; pass < 2; pass++) {
        for (int64_t e = 0; e < cube->entries; e++)
            for (int64_t k = 0; k < cube->keys && cube->n[e] > 0; k++) {
                if (cube->grouping[e] & cx_i_cube_bit(cube, k)) continue;
                int64_t relation = cx_i_relation_of(cube, e, k);
                if (pass == 1) relations->child[begin[relation] + count[relation]] = e;
                count[relation]++;
            }
        if (pass == 1) break;
        for (int64_t r = 0; r < size; r++) begin[r + 1] = begin[r] + count[r];
        memset(count, 0, (size_t)size * sizeof *count);
        relations->child = cx_i_alloc_array(&cube->allocator, begin[size], sizeof *begin);
        if (relations->child == NULL) return cx_i_out_of_memory(err);
    }
    memset(count, 0, (size_t)size * sizeof *count);
    return CX_OK;
}

static void suppress_free(suppress *s, cx_i_exposed *exposed) {
    const cx_allocator *allocator = &s->cube->allocator;
    cx_i_free(allocator, s->relations.begin);
    cx_i_free(allocator, s->relations.child);
    cx_i_free(allocator, s->count);
    cx_i_free(allocator, s->total);
    cx_i_free(allocator, s->under);
    cx_i_free(allocator, s->queue);
    cx_i_free(allocator, s->queued);
    cx_i_free(allocator, exposed->cut);
}

static cx_status suppress_allocate(suppress *s, cx_i_exposed *exposed, cx_error *err) {
    const cx_allocator *allocator = &s->cube->allocator;
    int64_t entries = s->cube->entries, relations;
    if (!cx_i_mul_i64(entries, s->cube->keys, &relations) ||
        !cx_i_add_i64(relations, entries, &s->items))
        return cx_i_out_of_memory(err);
    s->relations.begin = cx_i_alloc_array(allocator, relations + 1, sizeof(int64_t));
    s->count = cx_i_alloc_array(allocator, relations, sizeof(int64_t));
    s->total = cx_i_alloc_array(allocator, relations, sizeof(int64_t));
    s->under = cx_i_alloc_array(allocator, entries, sizeof(int64_t));
    s->queue = cx_i_alloc_array(allocator, s->items, sizeof(int64_t));
    s->queued = cx_i_alloc_array(allocator, s->items, sizeof(bool));
    exposed->cut = cx_i_alloc_array(allocator, entries, sizeof(int64_t));
    if (s->relations.begin == NULL || s->count == NULL || s->total == NULL || s->under == NULL ||
        s->queue == NULL || s->queued == NULL || exposed->cut == NULL)
        return cx_i_out_of_memory(err);
    return suppress_relate(s->cube, &s->relations, s->count, err);
}

#define SUPPRESS_WORK INT64_C(2000000000)

cx_status cx_i_cube_suppress(cx_i_cube *cube, int64_t min_n, cx_error *err) {
    return cx_i_cube_suppress_within(cube, min_n, SUPPRESS_WORK, err);
}

cx_status cx_i_cube_suppress_within(cx_i_cube *cube, int64_t min_n, int64_t most_work,
                                    cx_error *err) {
    cx_i_exposed exposed = {0, NULL, 0, most_work, false};
    suppress s;
    if (min_n < 2 || cube->cells == 0) return CX_OK;
    memset(&s, 0, sizeof s);
    s.cube = cube;
    s.relations.cube = cube;
    s.min_n = min_n;
    cx_status status = suppress_allocate(&s, &exposed, err);
    if (status == CX_OK) status = suppress_run(&s, &exposed, err);
    suppress_free(&s, &exposed);
    return status;
}
