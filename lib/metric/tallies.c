#include "metric/tallies.h"

#include "base/array.h"

#define TALLIES_FIRST_ROOM 16

/* -- life ---------------------------------------------------------------------------------- */

cx_status cx_tallies_new(int32_t scale_min, int32_t scale_max, const cx_allocator *allocator,
                         cx_tallies **out, cx_error *err) {
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    CX_TRY(cx_i_tally_check_scale(scale_min, scale_max, err));
    cx_allocator own = cx_i_allocator(allocator);
    cx_tallies *tallies = cx_i_alloc(&own, sizeof *tallies);
    if (tallies == NULL) return cx_i_out_of_memory(err);
    tallies->allocator = own;
    tallies->scale_min = scale_min;
    tallies->scale_max = scale_max;
    cx_i_keys_init(&tallies->keys, &tallies->allocator);
    *out = tallies;
    return CX_OK;
}

void cx_tallies_free(cx_tallies *self) {
    if (self == NULL) return;
    cx_allocator allocator = self->allocator;
    for (int64_t i = 0; i < self->made; i++) cx_tally_free(self->tally[i]);
    cx_i_free(&allocator, self->tally);
    cx_i_free(&allocator, self->order);
    cx_i_keys_free(&self->keys);
    cx_i_free(&allocator, self);
}

cx_status cx_tallies_copy(const cx_tallies *self, const cx_allocator *allocator, cx_tallies **out,
                          cx_error *err) {
    cx_tallies *copy;
    if (self == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "out");
    CX_TRY(cx_tallies_new(self->scale_min, self->scale_max, allocator, &copy, err));
    cx_status status = cx_tallies_merge(copy, self, err);
    if (status == CX_OK)
        *out = copy;
    else
        cx_tallies_free(copy);
    return status;
}

cx_status cx_i_tallies_reserve(cx_tallies *self, int64_t count, cx_error *err) {
    int64_t room = self->room < TALLIES_FIRST_ROOM ? TALLIES_FIRST_ROOM : self->room;
    if (count <= self->room) return CX_OK;
    while (room < count) room *= 2;
    cx_tally **tally = cx_i_alloc_array(&self->allocator, room, sizeof *tally);
    int64_t *order = cx_i_alloc_array(&self->allocator, room, sizeof *order);
    if (tally == NULL || order == NULL) {
        cx_i_free(&self->allocator, tally);
        cx_i_free(&self->allocator, order);
        return cx_i_out_of_memory(err);
    }
    if (self->made > 0) memcpy(tally, self->tally, (size_t)self->made * sizeof *tally);
    if (self->made > 0) memcpy(order, self->order, (size_t)self->made * sizeof *order);
    cx_i_free(&self->allocator, self->tally);
    cx_i_free(&self->allocator, self->order);
    self->tally = tally;
    self->order = order;
    self->room = room;
    return CX_OK;
}

/* -- batches ------------------------------------------------------------------------------- */

static cx_status tallies_check(const cx_i_tallies_batch *batch, cx_error *err) {
    CX_TRY(cx_i_answers_check(&batch->answers, err));
    CX_TRY(cx_i_frame_check(batch->by, "by", CX_I_KEYS, err));
    return cx_i_array_same_length(batch->answers.scores, "scores", &batch->by->columns[0], "by",
                                  err);
}

/* A new set from one batch; keys as in `like`, where that has some. */
cx_status cx_i_tallies_from_batch(const cx_i_tallies_batch *batch, int32_t scale_min,
                                  int32_t scale_max, const cx_allocator *allocator,
                                  const cx_i_keys *like, cx_tallies **out, cx_error *err) {
    cx_tallies *set;
    CX_TRY(tallies_check(batch, err));
    CX_TRY(cx_tallies_new(scale_min, scale_max, allocator, &set, err));
    cx_status status = like == NULL ? CX_OK : cx_i_keys_bind_like(&set->keys, like, err);
    if (status == CX_OK) status = cx_i_tallies_fill(set, batch, err);
    if (status == CX_OK)
        *out = set;
    else
        cx_tallies_free(set);
    return status;
}

cx_status cx_tally_by(const cx_array *scores, const cx_array *weights, const cx_frame *by,
                      int32_t scale_min, int32_t scale_max, const cx_answer_options *options,
                      cx_tallies **out, cx_error *err) {
    cx_answer_options defaults;
    cx_answer_options_init(&defaults);
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    cx_i_tallies_batch batch = {{scores, weights, options != NULL ? options : &defaults}, by};
    return cx_i_tallies_from_batch(&batch, scale_min, scale_max, NULL, NULL, out, err);
}

cx_status cx_tallies_add(cx_tallies *self, const cx_array *scores, const cx_array *weights,
                         const cx_frame *by, const cx_answer_options *options, cx_error *err) {
    cx_answer_options defaults;
    cx_tallies *more;
    cx_answer_options_init(&defaults);
    if (self == NULL) return cx_i_fail(err, CX_E_NULL, "self is missing");
    cx_i_tallies_batch batch = {{scores, weights, options != NULL ? options : &defaults}, by};
    CX_TRY(cx_i_tallies_from_batch(&batch, self->scale_min, self->scale_max, &self->allocator,
                                   &self->keys, &more, err));
    cx_status status = cx_tallies_merge(self, more, err);
    cx_tallies_free(more);
    return status;
}

/* -- merging: first all that can fail, then the commit ------------------------------------- */

static int64_t tallies_find(const cx_tallies *self, const cx_tallies *other, int64_t key) {
    size_t size;
    const uint8_t *bytes = cx_i_keys_bytes(&other->keys, key, &size);
    return cx_i_keys_find(&self->keys, bytes, size);
}

static cx_status tallies_check_merge(const cx_tallies *self, const cx_tallies *other,
                                     int64_t *fresh, cx_error *err) {
    if (self->scale_min != other->scale_min || self->scale_max != other->scale_max)
        return cx_i_fail(err, CX_E_MISMATCH, "the scales differ: %d to %d and %d to %d",
                         (int64_t)self->scale_min, (int64_t)self->scale_max,
                         (int64_t)other->scale_min, (int64_t)other->scale_max);
    if (self->keys.column_count > 0 && other->keys.column_count > 0 &&
        !cx_i_keys_same_columns(&self->keys, &other->keys))
        return cx_i_fail(err, CX_E_MISMATCH, "the key columns differ");
    *fresh = 0;
    for (int64_t key = 0; key < other->keys.count; key++) {
        int64_t mine = tallies_find(self, other, key);
        if (mine < 0)
            ++*fresh;
        else if (!cx_i_cells_fit(&self->tally[mine]->cells, &other->tally[key]->cells,
                                 cx_i_tally_levels(other->tally[key])))
            return cx_i_tally_overflow(err);
    }
    return CX_OK;
}

/* Empty tallies for the new keys, in the room behind those in use. */
static cx_status tallies_prepare(cx_tallies *self, const cx_tallies *other, int64_t fresh,
                                 cx_error *err) {
    int64_t count = self->made;
    cx_status status = cx_i_tallies_reserve(self, count + fresh, err);
    if (status == CX_OK)
        status = cx_i_keys_reserve(&self->keys, fresh, other->keys.bytes_used, err);
    while (status == CX_OK && self->made < count + fresh) {
        status = cx_i_tally_new(self->scale_min, self->scale_max, 1, &self->allocator,
                                &self->tally[self->made], err);
        if (status == CX_OK) self->made++;
    }
    if (status == CX_OK) status = cx_i_keys_bind_like(&self->keys, &other->keys, err);
    while (status != CX_OK && self->made > count) cx_tally_free(self->tally[--self->made]);
    return status;
}

cx_status cx_tallies_merge(cx_tallies *self, const cx_tallies *other, cx_error *err) {
    int64_t fresh = 0, number = 0, count;
    if (self == NULL || other == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "other");
    CX_TRY(tallies_check_merge(self, other, &fresh, err));
    CX_TRY(tallies_prepare(self, other, fresh, err));
    count = other->keys.count;
    for (int64_t key = 0; key < count; key++) {
        size_t size;
        const uint8_t *bytes = cx_i_keys_bytes(&other->keys, key, &size);
        CX_TRY(cx_i_keys_put(&self->keys, bytes, size, &number, err));
        cx_i_cells_merge(&self->tally[number]->cells, &other->tally[key]->cells,
                         cx_i_tally_levels(other->tally[key]));
    }
    if (fresh > 0) cx_i_keys_sort(&self->keys, self->order);
    return CX_OK;
}

/* -- reading ------------------------------------------------------------------------------- */

int64_t cx_tallies_size(const cx_tallies *self) {
    return self == NULL ? 0 : self->keys.count;
}

const cx_tally *cx_tallies_at(const cx_tallies *self, int64_t index) {
    if (index < 0 || index >= cx_tallies_size(self)) return NULL;
    return self->tally[self->order[index]];
}

cx_status cx_tallies_take(const cx_tallies *self, int64_t index, cx_tally **out, cx_error *err) {
    if (self == NULL) return cx_i_fail(err, CX_E_NULL, "self is missing");
    if (cx_tallies_at(self, index) == NULL)
        return cx_i_fail(err, CX_E_NAME, "there are %d keys and none at %d", cx_tallies_size(self),
                         index);
    return cx_tally_copy(cx_tallies_at(self, index), NULL, out, err);
}

cx_status cx_tallies_total(const cx_tallies *self, const cx_allocator *allocator, cx_tally **out,
                           cx_error *err) {
    cx_tally *total;
    if (self == NULL) return cx_i_fail(err, CX_E_NULL, "self is missing");
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    CX_TRY(cx_tally_new(self->scale_min, self->scale_max, allocator, &total, err));
    for (int64_t i = 0; i < self->keys.count; i++) {
        cx_status status = cx_tally_merge(total, self->tally[i], err);
        if (status != CX_OK) {
            cx_tally_free(total);
            return status;
        }
    }
    *out = total;
    return CX_OK;
}

/* -- margins ------------------------------------------------------------------------------- */

static cx_status tallies_fill_margin(const cx_tallies *self, int64_t totalled, cx_tallies *margin,
                                     cx_error *err) {
    size_t room_size;
    if (!cx_i_mul_size(self->keys.bytes_used, 2, &room_size)) return cx_i_out_of_memory(err);
    uint8_t *room = cx_i_alloc(&margin->allocator, room_size);
    cx_status status = room == NULL ? cx_i_out_of_memory(err) : CX_OK;
    for (int64_t key = 0; key < self->keys.count && status == CX_OK; key++) {
        int64_t number;
        size_t size = cx_i_keys_project(&self->keys, totalled, key, room);
        status = cx_i_keys_put(&margin->keys, room, size, &number, err);
        if (status == CX_OK) status = cx_i_tallies_make(margin, err);
        if (status == CX_OK) status = cx_tally_merge(margin->tally[number], self->tally[key], err);
    }
    cx_i_free(&margin->allocator, room);
    if (status == CX_OK && margin->keys.count > 0) cx_i_keys_sort(&margin->keys, margin->order);
    return status;
}

cx_status cx_tallies_margin(const cx_tallies *self, int64_t totalled, const cx_allocator *allocator,
                            cx_tallies **out, cx_error *err) {
    cx_tallies *margin;
    if (self == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "out");
    if (totalled == 0) return cx_tallies_copy(self, allocator, out, err);
    if (totalled < 0 || self->keys.column_count > 62 ||
        totalled >= ((int64_t)1 << self->keys.column_count) - 1)
        return cx_i_fail(err, CX_E_OPTION,
                         "totalled is %d; of %d keys one or more have to remain (the total of all "
                         "is cx_tallies_total)",
                         totalled, self->keys.column_count);
    CX_TRY(cx_tallies_new(self->scale_min, self->scale_max, allocator, &margin, err));
    cx_status status = cx_i_keys_bind_part(&margin->keys, &self->keys, totalled, err);
    if (status == CX_OK) status = tallies_fill_margin(self, totalled, margin, err);
    if (status == CX_OK)
        *out = margin;
    else
        cx_tallies_free(margin);
    return status;
}

static bool tallies_same_key(const cx_tallies *a, const cx_tallies *b, int64_t index) {
    size_t size_a, size_b;
    const uint8_t *bytes_a = cx_i_keys_bytes(&a->keys, a->order[index], &size_a);
    const uint8_t *bytes_b = cx_i_keys_bytes(&b->keys, b->order[index], &size_b);
    return size_a == size_b && memcmp(bytes_a, bytes_b, size_a) == 0;
}

int cx_tallies_equal(const cx_tallies *a, const cx_tallies *b) {
    if (a == NULL || b == NULL || a->keys.count != b->keys.count) return 0;
    if (a->scale_min != b->scale_min || a->scale_max != b->scale_max ||
        !cx_i_keys_same_columns(&a->keys, &b->keys))
        return 0;
    for (int64_t i = 0; i < a->keys.count; i++)
        if (!tallies_same_key(a, b, i) || !cx_tally_equal(cx_tallies_at(a, i), cx_tallies_at(b, i)))
            return 0;
    return 1;
}
