#include "metric/waits.h"

#define WAITS_FIRST_ROOM 4

/* -- life ---------------------------------------------------------------------------------- */

cx_status cx_waits_new(const cx_allocator *allocator, cx_waits **out, cx_error *err) {
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    cx_allocator own = cx_i_allocator(allocator);
    cx_waits *waits = cx_i_alloc(&own, sizeof *waits);
    if (waits == NULL) return cx_i_out_of_memory(err);
    waits->allocator = own;
    cx_i_keys_init(&waits->keys, &waits->allocator);
    *out = waits;
    return CX_OK;
}

void cx_waits_reset(cx_waits *self) {
    if (self == NULL) return;
    for (int64_t i = 0; i < self->made; i++) cx_i_survival_free(&self->groups[i].table);
    cx_i_free(&self->allocator, self->groups);
    cx_i_free(&self->allocator, self->order);
    cx_i_keys_free(&self->keys);
    cx_i_keys_init(&self->keys, &self->allocator);
    self->groups = NULL;
    self->order = NULL;
    self->room = self->made = self->count = 0;
}

void cx_waits_free(cx_waits *self) {
    if (self == NULL) return;
    cx_allocator allocator = self->allocator;
    cx_waits_reset(self);
    cx_i_free(&allocator, self);
}

cx_status cx_waits_copy(const cx_waits *self, const cx_allocator *allocator, cx_waits **out,
                        cx_error *err) {
    cx_waits *copy;
    if (self == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "out");
    CX_TRY(cx_waits_new(allocator, &copy, err));
    cx_status status = cx_waits_merge(copy, self, err);
    if (status == CX_OK)
        *out = copy;
    else
        cx_waits_free(copy);
    return status;
}

static cx_status waits_reserve(cx_waits *waits, int64_t count, cx_error *err) {
    int64_t room = waits->room < WAITS_FIRST_ROOM ? WAITS_FIRST_ROOM : waits->room;
    if (count <= waits->room) return CX_OK;
    while (room < count) room *= 2;
    cx_i_waits_group *groups = cx_i_alloc_array(&waits->allocator, room, sizeof *groups);
    int64_t *order = cx_i_alloc_array(&waits->allocator, room, sizeof *order);
    if (groups == NULL || order == NULL) {
        cx_i_free(&waits->allocator, groups);
        cx_i_free(&waits->allocator, order);
        return cx_i_out_of_memory(err);
    }
    if (waits->made > 0) {
        memcpy(groups, waits->groups, (size_t)waits->made * sizeof *groups);
        memcpy(order, waits->order, (size_t)waits->made * sizeof *order);
    }
    cx_i_free(&waits->allocator, waits->groups);
    cx_i_free(&waits->allocator, waits->order);
    waits->groups = groups;
    waits->order = order;
    waits->room = room;
    return CX_OK;
}

cx_status cx_i_waits_make(cx_waits *waits, int64_t count, cx_error *err) {
    CX_TRY(waits_reserve(waits, count, err));
    for (; waits->made < count; waits->made++) {
        cx_i_waits_group *group = &waits->groups[waits->made];
        memset(group, 0, sizeof *group);
        cx_i_survival_init(&group->table, &waits->allocator);
        waits->order[waits->made] = waits->made;
    }
    return CX_OK;
}

/* -- merging: first all that can fail, then the commit ------------------------------------- */

bool cx_i_waits_count(const cx_waits *waits, int64_t *count) {
    bool fits = true;
    *count = 0;
    for (int64_t g = 0; g < waits->made; g++) {
        const cx_i_waits_group *group = &waits->groups[g];
        for (int r = 0; r < CX_EXCLUDED_END; r++)
            fits = fits && cx_i_add_i64(*count, group->excluded[r], count);
        fits = fits && cx_i_add_i64(*count, group->table.events, count) &&
               cx_i_add_i64(*count, group->table.censored, count) &&
               cx_i_add_i64(*count, group->table.unknown, count);
    }
    return fits;
}

/* Is it known whether there are keys? */
static bool waits_settled(const cx_waits *waits) {
    return waits->made > 0 || waits->keys.column_count > 0;
}

static cx_status waits_check_merge(const cx_waits *waits, const cx_waits *other, cx_error *err) {
    int64_t both;
    if (waits_settled(waits) && waits_settled(other) &&
        !cx_i_keys_same_columns(&waits->keys, &other->keys)) {
        if (waits->keys.column_count > 0 && other->keys.column_count > 0)
            return cx_i_fail(err, CX_E_MISMATCH, "the key columns differ");
        return cx_i_fail(err, CX_E_MISMATCH, "the waits so far %s split by keys, and these %s (by)",
                         waits->keys.column_count > 0 ? "are" : "are not",
                         other->keys.column_count > 0 ? "are" : "are not");
    }
    if (cx_i_add_i64(waits->count, other->count, &both)) return CX_OK;
    return cx_i_fail(err, CX_E_OVERFLOW, "there are more than 2^63 waits");
}

/* The group of `waits` with the key of group `g` of other; behind the last for a new one. */
static int64_t waits_counterpart(const cx_waits *waits, const cx_waits *other, int64_t g,
                                 int64_t *fresh) {
    size_t size;
    if (other->keys.column_count == 0) return waits->made > 0 ? 0 : (*fresh)++;
    const uint8_t *bytes = cx_i_keys_bytes(&other->keys, g, &size);
    int64_t found = cx_i_keys_find(&waits->keys, bytes, size);
    return found >= 0 ? found : waits->keys.count + (*fresh)++;
}

/* joined[g]: the table that group g of other makes with its counterpart; empty where that table is
 * to be moved as it is. */
static cx_status waits_join(const cx_waits *waits, const cx_waits *other, bool move,
                            cx_i_survival *joined, int64_t *fresh, cx_error *err) {
    cx_i_survival nothing;
    cx_i_survival_init(&nothing, &waits->allocator);
    for (int64_t g = 0; g < other->made; g++) {
        int64_t mine = waits_counterpart(waits, other, g, fresh);
        const cx_i_survival *table = mine < waits->made ? &waits->groups[mine].table : &nothing;
        if (table->size == 0 && move) continue;
        CX_TRY(cx_i_survival_join(table, &other->groups[g].table, &joined[g], err));
    }
    return CX_OK;
}

static cx_status waits_prepare(cx_waits *waits, const cx_waits *other, int64_t fresh,
                               cx_error *err) {
    CX_TRY(waits_reserve(waits, waits->made + fresh, err));
    CX_TRY(cx_i_keys_reserve(&waits->keys, fresh, other->keys.bytes_used, err));
    return waits_settled(waits) ? CX_OK : cx_i_keys_bind_like(&waits->keys, &other->keys, err);
}

static void waits_put_table(cx_waits *waits, cx_i_survival *table, cx_i_survival *from) {
    cx_i_survival_swap(table, from);
    table->allocator = &waits->allocator;
    cx_i_survival_free(from);
}

/* Nothing can fail here: there is room for everything. */
static cx_status waits_commit(cx_waits *waits, const cx_waits *other, cx_i_survival *joined,
                              cx_waits *moved, cx_error *err) {
    int64_t groups = other->made; /* other may be waits */
    waits->count += other->count;
    for (int64_t g = 0; g < groups; g++) {
        int64_t mine = 0;
        size_t size;
        if (other->keys.column_count > 0) {
            const uint8_t *bytes = cx_i_keys_bytes(&other->keys, g, &size);
            CX_TRY(cx_i_keys_put(&waits->keys, bytes, size, &mine, err));
        }
        CX_TRY(cx_i_waits_make(waits, mine + 1, err));
        cx_i_waits_group *group = &waits->groups[mine];
        if (moved != NULL && group->table.size == 0)
            waits_put_table(waits, &group->table, &moved->groups[g].table);
        else
            waits_put_table(waits, &group->table, &joined[g]);
        for (int r = 0; r < CX_EXCLUDED_END; r++)
            group->excluded[r] += other->groups[g].excluded[r];
    }
    if (waits->keys.column_count > 0) cx_i_keys_sort(&waits->keys, waits->order);
    return CX_OK;
}

static cx_status waits_merge(cx_waits *waits, const cx_waits *other, cx_waits *moved,
                             cx_error *err) {
    int64_t fresh = 0, groups = other->made;
    CX_TRY(waits_check_merge(waits, other, err));
    cx_i_survival *joined = cx_i_alloc_array(&waits->allocator, groups, sizeof *joined);
    if (joined == NULL) return cx_i_out_of_memory(err);
    for (int64_t g = 0; g < groups; g++) cx_i_survival_init(&joined[g], &waits->allocator);
    cx_status status = waits_join(waits, other, moved != NULL, joined, &fresh, err);
    if (status == CX_OK) status = waits_prepare(waits, other, fresh, err);
    if (status == CX_OK) status = waits_commit(waits, other, joined, moved, err);
    for (int64_t g = 0; g < groups; g++) cx_i_survival_free(&joined[g]);
    cx_i_free(&waits->allocator, joined);
    return status;
}

cx_status cx_waits_merge(cx_waits *self, const cx_waits *other, cx_error *err) {
    if (self == NULL || other == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "other");
    return waits_merge(self, other, NULL, err);
}

cx_status cx_i_waits_absorb(cx_waits *waits, cx_waits *more, cx_error *err) {
    return waits_merge(waits, more, more, err);
}

/* -- reading the state --------------------------------------------------------------------- */

int64_t cx_waits_key_columns(const cx_waits *self) {
    return self == NULL ? 0 : self->keys.column_count;
}

int64_t cx_waits_size(const cx_waits *self) {
    if (self == NULL) return 0;
    return self->keys.column_count > 0 ? self->keys.count : 1;
}

const cx_i_waits_group *cx_i_waits_at(const cx_waits *waits, int64_t index) {
    return index >= 0 && index < waits->made ? &waits->groups[waits->order[index]] : NULL;
}

typedef struct waits_counts {
    int64_t events, censored, unknown;
} waits_counts;

static waits_counts waits_total_counts(const cx_waits *waits) {
    waits_counts counts = {0, 0, 0};
    for (int64_t g = 0; waits != NULL && g < waits->made; g++) {
        const cx_i_survival *table = &waits->groups[g].table;
        counts.events += table->events;
        counts.censored += table->censored;
        counts.unknown += table->unknown;
    }
    return counts;
}

int64_t cx_waits_n(const cx_waits *self) {
    waits_counts counts = waits_total_counts(self);
    return counts.events + counts.censored;
}

int64_t cx_waits_events(const cx_waits *self) {
    return waits_total_counts(self).events;
}

int64_t cx_waits_unknown(const cx_waits *self) {
    return waits_total_counts(self).unknown;
}

int64_t cx_waits_excluded(const cx_waits *self, int32_t reason) {
    int64_t count = 0;
    if (self == NULL || reason < 0 || reason >= CX_EXCLUDED_END) return 0;
    for (int64_t g = 0; g < self->made; g++) count += self->groups[g].excluded[reason];
    return count;
}

double cx_waits_longest(const cx_waits *self) {
    double longest = -1;
    for (int64_t g = 0; self != NULL && g < self->made; g++)
        longest = fmax(longest, cx_i_survival_last(&self->groups[g].table, CX_I_UNKNOWN_OMITTED));
    return longest < 0 ? (double)NAN : longest;
}

int cx_waits_equal(const cx_waits *a, const cx_waits *b) {
    if (a == NULL || b == NULL || a->made != b->made) return 0;
    if (!cx_i_keys_same_columns(&a->keys, &b->keys)) return 0;
    for (int64_t i = 0; i < a->made; i++) {
        const cx_i_waits_group *x = cx_i_waits_at(a, i), *y = cx_i_waits_at(b, i);
        if (!cx_i_survival_equal(&x->table, &y->table) ||
            memcmp(x->excluded, y->excluded, sizeof x->excluded) != 0)
            return 0;
    }
    for (int64_t i = 0; i < a->keys.count; i++) {
        size_t size_a, size_b;
        const uint8_t *bytes_a = cx_i_keys_bytes(&a->keys, a->order[i], &size_a);
        const uint8_t *bytes_b = cx_i_keys_bytes(&b->keys, b->order[i], &size_b);
        if (size_a != size_b || memcmp(bytes_a, bytes_b, size_a) != 0) return 0;
    }
    return 1;
}

/* -- parts and the whole ------------------------------------------------------------------- */

/* Adds groups first .. first + count, in key order, to one without keys. */
static cx_status waits_pool(const cx_waits *waits, int64_t first, int64_t count,
                            const cx_allocator *allocator, cx_waits **out, cx_error *err) {
    cx_waits *pooled;
    CX_TRY(cx_waits_new(allocator, &pooled, err));
    cx_status status = waits->made > 0 ? cx_i_waits_make(pooled, 1, err) : CX_OK;
    for (int64_t i = first; i < first + count && status == CX_OK; i++) {
        const cx_i_waits_group *group = cx_i_waits_at(waits, i);
        if (group == NULL) continue;
        status = cx_i_survival_merge(&pooled->groups[0].table, &group->table, err);
        for (int r = 0; r < CX_EXCLUDED_END; r++)
            pooled->groups[0].excluded[r] += group->excluded[r];
    }
    if (status == CX_OK && !cx_i_waits_count(pooled, &pooled->count))
        status = cx_i_fail(err, CX_E_OVERFLOW, "there are more than 2^63 waits");
    if (status == CX_OK)
        *out = pooled;
    else
        cx_waits_free(pooled);
    return status;
}

cx_status cx_waits_take(const cx_waits *self, int64_t index, cx_waits **out, cx_error *err) {
    if (self == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "out");
    if (index < 0 || index >= cx_waits_size(self))
        return cx_i_fail(err, CX_E_NAME, "there are %d keys and none at %d", cx_waits_size(self),
                         index);
    return waits_pool(self, index, 1, NULL, out, err);
}

cx_status cx_waits_total(const cx_waits *self, const cx_allocator *allocator, cx_waits **out,
                         cx_error *err) {
    if (self == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "out");
    return waits_pool(self, 0, self->made, allocator, out, err);
}
