#include "metric/mystery.h"

/* Visits as a state that adds up. */

#define MYSTERY_FIRST_ROOM 8

/* -- life ---------------------------------------------------------------------------------- */

void cx_mystery_free(cx_mystery *self) {
    if (self == NULL) return;
    cx_allocator allocator = self->allocator;
    for (int64_t i = 0; i < self->k && self->item != NULL; i++)
        cx_i_free(&allocator, self->item[i].name);
    cx_i_free(&allocator, self->item);
    cx_i_free(&allocator, self->counts);
    cx_i_free(&allocator, self->cell);
    cx_i_free(&allocator, self->order);
    cx_i_keys_free(&self->keys);
    cx_i_free(&allocator, self);
}

cx_status cx_i_mystery_check_pass_mark(double pass_mark, cx_error *err) {
    if (pass_mark > 0 && pass_mark <= 1) return CX_OK;
    return cx_i_fail(err, CX_E_OPTION,
                     "pass_mark is %g and must be a share of the points above 0 and up to 1",
                     pass_mark);
}

cx_status cx_i_mystery_make(int64_t k, double pass_mark, const cx_allocator *allocator,
                            cx_mystery **out, cx_error *err) {
    cx_allocator own = cx_i_allocator(allocator);
    cx_mystery *self = cx_i_alloc(&own, sizeof *self);
    if (self == NULL) return cx_i_out_of_memory(err);
    self->allocator = own;
    self->k = k;
    self->pass_mark = pass_mark;
    cx_i_keys_init(&self->keys, &self->allocator);
    self->item = cx_i_alloc_array(&own, k, sizeof *self->item);
    self->counts = cx_i_alloc_array(&own, k, sizeof *self->counts);
    if (self->item == NULL || self->counts == NULL) {
        cx_mystery_free(self);
        return cx_i_out_of_memory(err);
    }
    *out = self;
    return CX_OK;
}

cx_status cx_i_mystery_set(cx_mystery *self, int64_t i, const char *name, int64_t length,
                           cx_error *err) {
    char *copy;
    CX_TRY(cx_i_name_copy(&self->allocator, i, name, length, &copy, err));
    self->item[i].name = copy;
    for (int64_t j = 0; j < i; j++)
        if (strcmp(copy, self->item[j].name) == 0)
            return cx_i_fail(err, CX_E_NAME, "the name %s is given twice", copy);
    return CX_OK;
}

static double *mystery_number(cx_i_mystery_item *item, bool maximum) {
    return maximum ? &item->most : &item->weight;
}

static cx_status mystery_numbers(cx_mystery *self, const cx_array *column, bool maximum,
                                 cx_error *err) {
    const char *role = maximum ? "maximum" : "importance";
    double total = 0;
    for (int64_t i = 0; i < self->k; i++) *mystery_number(&self->item[i], maximum) = 1;
    if (column == NULL) return CX_OK;
    CX_TRY(cx_i_array_check(column, role, CX_I_NUMBERS, err));
    if (column->length != self->k)
        return cx_i_fail(err, CX_E_LENGTH, "%s has %d numbers for %d items", role, column->length,
                         self->k);
    for (int64_t i = 0; i < self->k; i++) {
        double *number = mystery_number(&self->item[i], maximum);
        cx_i_array_read(column, i, 1, number);
        total += *number;
        if (!(*number >= 0 && *number <= 1e100) || (maximum && !(*number > 0)))
            return cx_i_fail_at(err, CX_E_DOMAIN, column, i, *number,
                                maximum ? "the most points of an item are a number above 0"
                                        : "an importance is a number from 0 to 1e100");
    }
    if (total > 0) return CX_OK;
    return cx_i_fail(err, CX_E_DOMAIN, "every %s is 0", role);
}

static cx_status mystery_names(cx_mystery *self, const cx_array *names, cx_error *err) {
    for (int64_t i = 0; i < self->k; i++) {
        const char *name;
        int64_t length;
        CX_TRY(cx_i_names_at(names, "names", i, &name, &length, err));
        CX_TRY(cx_i_mystery_set(self, i, name, length, err));
    }
    return CX_OK;
}

cx_status cx_mystery_new(const cx_array *names, const cx_array *maximum, const cx_array *importance,
                         double pass_mark, const cx_allocator *allocator, cx_mystery **out,
                         cx_error *err) {
    cx_mystery *self;
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    CX_TRY(cx_i_mystery_check_pass_mark(pass_mark, err));
    CX_TRY(cx_i_names_check_new(names, "items", CX_MYSTERY_ITEMS, err));
    CX_TRY(cx_i_mystery_make(names->length, pass_mark, allocator, &self, err));
    cx_status status = mystery_names(self, names, err);
    if (status == CX_OK) status = mystery_numbers(self, maximum, true, err);
    if (status == CX_OK) status = mystery_numbers(self, importance, false, err);
    if (status == CX_OK)
        *out = self;
    else
        cx_mystery_free(self);
    return status;
}

cx_status cx_i_mystery_like(const cx_mystery *self, const cx_allocator *allocator, cx_mystery **out,
                            cx_error *err) {
    cx_mystery *like;
    cx_status status = CX_OK;
    CX_TRY(cx_i_mystery_make(self->k, self->pass_mark, allocator, &like, err));
    for (int64_t i = 0; i < self->k && status == CX_OK; i++) {
        const char *name = self->item[i].name;
        status = cx_i_mystery_set(like, i, name, (int64_t)strlen(name), err);
        like->item[i].most = self->item[i].most;
        like->item[i].weight = self->item[i].weight;
    }
    if (status == CX_OK)
        *out = like;
    else
        cx_mystery_free(like);
    return status;
}

void cx_mystery_reset(cx_mystery *self) {
    if (self == NULL) return;
    cx_i_keys_free(&self->keys);
    cx_i_keys_init(&self->keys, &self->allocator);
    memset(self->counts, 0, (size_t)self->k * sizeof *self->counts);
    self->made = self->rows = self->auditor_columns = 0;
    self->shaped = false;
}

cx_status cx_mystery_copy(const cx_mystery *self, const cx_allocator *allocator, cx_mystery **out,
                          cx_error *err) {
    cx_mystery *copy;
    if (self == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "out");
    CX_TRY(cx_i_mystery_like(self, allocator, &copy, err));
    cx_status status = cx_mystery_merge(copy, self, err);
    if (status == CX_OK)
        *out = copy;
    else
        cx_mystery_free(copy);
    return status;
}

/* -- cells --------------------------------------------------------------------------------- */

static cx_status mystery_reserve(cx_mystery *self, int64_t count, cx_error *err) {
    int64_t room = self->room < MYSTERY_FIRST_ROOM ? MYSTERY_FIRST_ROOM : self->room;
    if (count <= self->room) return CX_OK;
    while (room < count) room *= 2;
    cx_i_mystery_cell *cell = cx_i_alloc_array(&self->allocator, room, sizeof *cell);
    int64_t *order = cx_i_alloc_array(&self->allocator, room, sizeof *order);
    if (cell == NULL || order == NULL) {
        cx_i_free(&self->allocator, cell);
        cx_i_free(&self->allocator, order);
        return cx_i_out_of_memory(err);
    }
    if (self->made > 0) memcpy(cell, self->cell, (size_t)self->made * sizeof *cell);
    cx_i_free(&self->allocator, self->cell);
    cx_i_free(&self->allocator, self->order);
    self->cell = cell;
    self->order = order;
    self->room = room;
    for (int64_t i = 0; i < self->made; i++) order[i] = i;
    if (self->keys.count > 0 && self->made == self->keys.count) cx_i_keys_sort(&self->keys, order);
    return CX_OK;
}

cx_status cx_i_mystery_cells(cx_mystery *self, int64_t count, cx_error *err) {
    CX_TRY(mystery_reserve(self, count, err));
    for (; self->made < count; self->made++) {
        memset(&self->cell[self->made], 0, sizeof *self->cell);
        self->order[self->made] = self->made;
    }
    return CX_OK;
}

/* -- merging: first all that can fail, then the commit ------------------------------------- */

static bool mystery_same_items(const cx_mystery *a, const cx_mystery *b) {
    bool same = a->k == b->k && a->pass_mark == b->pass_mark;
    for (int64_t i = 0; i < a->k && same; i++)
        same = strcmp(a->item[i].name, b->item[i].name) == 0 &&
               a->item[i].most == b->item[i].most && a->item[i].weight == b->item[i].weight;
    return same;
}

static cx_status mystery_check_merge(const cx_mystery *self, const cx_mystery *other,
                                     cx_error *err) {
    int64_t rows;
    if (!mystery_same_items(self, other))
        return cx_i_fail(err, CX_E_MISMATCH,
                         "the items, their points or weights, or the pass marks differ");
    if (self->shaped && other->shaped &&
        (self->auditor_columns != other->auditor_columns ||
         !cx_i_keys_same_columns(&self->keys, &other->keys)))
        return cx_i_fail(err, CX_E_MISMATCH,
                         "the key columns of auditors or outlets differ, or one side has none");
    if (!cx_i_add_i64(self->rows, other->rows, &rows))
        return cx_i_fail(err, CX_E_OVERFLOW, "there are more than 2^63 - 1 visits");
    return CX_OK;
}

static cx_status mystery_prepare(cx_mystery *self, const cx_mystery *other, cx_error *err) {
    int64_t fresh = other->made;
    if (other->keys.column_count == 0) return mystery_reserve(self, 1, err);
    CX_TRY(cx_i_keys_reserve(&self->keys, fresh, other->keys.bytes_used, err));
    return mystery_reserve(self, self->made + fresh, err);
}

/* None of these sums can overflow: scores are at most 1, and all visits were counted. */
static void mystery_join_cell(cx_i_mystery_cell *to, const cx_i_mystery_cell *from) {
    to->n += from->n;
    for (int r = 0; r < CX_EXCLUDED_END; r++) to->excluded[r] += from->excluded[r];
    (void)cx_i_sum_merge(&to->sum, &from->sum);
    (void)cx_i_sum_merge(&to->square, &from->square);
}

static void mystery_join_items(cx_mystery *self, const cx_mystery *other) {
    for (int64_t i = 0; i < self->k; i++) {
        cx_i_mystery_counts *to = &self->counts[i];
        const cx_i_mystery_counts *from = &other->counts[i];
        to->n += from->n;
        to->passed += from->passed;
        for (int r = 0; r < CX_EXCLUDED_END; r++) to->excluded[r] += from->excluded[r];
        (void)cx_i_sum_merge(&to->points, &from->points);
    }
}

static cx_status mystery_commit(cx_mystery *self, const cx_mystery *other, cx_error *err) {
    for (int64_t c = 0; c < other->made; c++) {
        int64_t number = 0;
        if (other->keys.column_count > 0) {
            size_t size;
            const uint8_t *key = cx_i_keys_bytes(&other->keys, c, &size);
            CX_TRY(cx_i_keys_put(&self->keys, key, size, &number, err));
        }
        CX_TRY(cx_i_mystery_cells(self, number + 1 > self->made ? number + 1 : self->made, err));
        mystery_join_cell(&self->cell[number], &other->cell[c]);
    }
    mystery_join_items(self, other);
    self->rows += other->rows;
    self->shaped = true;
    self->auditor_columns = other->auditor_columns;
    if (self->keys.column_count > 0 && self->made > 0) cx_i_keys_sort(&self->keys, self->order);
    return CX_OK;
}

static cx_status mystery_merge_other(cx_mystery *self, const cx_mystery *other, cx_error *err) {
    CX_TRY(mystery_check_merge(self, other, err));
    if (!other->shaped) return CX_OK;
    cx_status status = self->shaped ? CX_OK : cx_i_keys_bind_like(&self->keys, &other->keys, err);
    if (status == CX_OK) status = mystery_prepare(self, other, err);
    if (status == CX_OK) return mystery_commit(self, other, err);
    if (!self->shaped) cx_mystery_reset(self);
    return status;
}

cx_status cx_mystery_merge(cx_mystery *self, const cx_mystery *other, cx_error *err) {
    cx_mystery *copy;
    if (self == NULL || other == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "other");
    if (self != other) return mystery_merge_other(self, other, err);
    CX_TRY(cx_mystery_copy(other, &self->allocator, &copy, err));
    cx_status status = mystery_merge_other(self, copy, err);
    cx_mystery_free(copy);
    return status;
}

/* -- reading the state --------------------------------------------------------------------- */

int cx_mystery_equal(const cx_mystery *a, const cx_mystery *b) {
    if (a == NULL || b == NULL) return 0;
    if (!mystery_same_items(a, b) || a->made != b->made || a->rows != b->rows ||
        a->shaped != b->shaped || a->auditor_columns != b->auditor_columns ||
        !cx_i_keys_same_columns(&a->keys, &b->keys) ||
        memcmp(a->counts, b->counts, (size_t)a->k * sizeof *a->counts) != 0)
        return 0;
    for (int64_t i = 0; i < a->made; i++) {
        int64_t x = a->order[i], y = b->order[i];
        size_t size = 0, size_b = 0;
        const uint8_t *key = NULL, *key_b = NULL;
        if (a->keys.column_count > 0) {
            key = cx_i_keys_bytes(&a->keys, x, &size);
            key_b = cx_i_keys_bytes(&b->keys, y, &size_b);
        }
        if (size != size_b || (size > 0 && memcmp(key, key_b, size) != 0) ||
            memcmp(&a->cell[x], &b->cell[y], sizeof *a->cell) != 0)
            return 0;
    }
    return 1;
}

int64_t cx_mystery_columns(const cx_mystery *self) {
    return self == NULL ? 0 : self->k;
}

const char *cx_mystery_name(const cx_mystery *self, int64_t index) {
    return self == NULL || index < 0 || index >= self->k ? NULL : self->item[index].name;
}

int64_t cx_mystery_auditor_columns(const cx_mystery *self) {
    return self == NULL ? 0 : self->auditor_columns;
}

int64_t cx_mystery_shop_columns(const cx_mystery *self) {
    return self == NULL ? 0 : self->keys.column_count - self->auditor_columns;
}

int64_t cx_mystery_n(const cx_mystery *self) {
    int64_t n = 0;
    for (int64_t c = 0; self != NULL && c < self->made; c++) n += self->cell[c].n;
    return n;
}

int64_t cx_mystery_excluded(const cx_mystery *self, int32_t reason) {
    int64_t count = 0;
    if (self == NULL || reason < 0 || reason >= CX_EXCLUDED_END) return 0;
    for (int64_t c = 0; c < self->made; c++) count += self->cell[c].excluded[reason];
    return count;
}
