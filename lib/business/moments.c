#include "business/moments.h"

#include <float.h>

#include <cxkit/estimate.h>

#include "base/array.h"

#define MOMENTS_ROWS CX_I_MOMENTS_BLOCK
#define MOMENTS_VANISH 1e-300 /* squares below lose digits, and their products exceed them */

/* -- memory -------------------------------------------------------------------------------- */

/* Hands out pieces of one zeroed allocation; without memory it only counts. */
typedef struct moments_arena {
    char *memory;
    size_t used;
    bool failed;
} moments_arena;

static void *moments_take(moments_arena *arena, int64_t count, size_t element) {
    size_t bytes, used;
    if (!cx_i_mul_size((size_t)count, element, &bytes) ||
        !cx_i_add_size(bytes, (32 - bytes % 32) % 32, &bytes) ||
        !cx_i_add_size(arena->used, bytes, &used)) {
        arena->failed = true;
        return NULL;
    }
    void *piece = arena->memory == NULL ? NULL : arena->memory + arena->used;
    arena->used = used;
    return piece;
}

static void moments_lay_out(cx_moments *self, size_t name_bytes, moments_arena *arena) {
    int64_t p = self->p, cells = (p + 1) * MOMENTS_ROWS;
    cx_i_block *block = &self->block;
    self->names = moments_take(arena, p, sizeof *self->names);
    char *text = moments_take(arena, (int64_t)name_bytes, 1);
    if (self->names != NULL) self->names[0] = text;
    for (int s = 0; s < 2; s++) {
        self->sums[s].missing_in = moments_take(arena, p, sizeof(int64_t));
        self->sums[s].mean = moments_take(arena, p, sizeof(cx_i_twofold));
        self->sums[s].product = moments_take(arena, cx_i_packed_size(p), sizeof(cx_i_twofold));
    }
    double **columns[] = {&block->hi, &block->lo, &block->weighted_hi, &block->weighted_lo};
    for (size_t c = 0; c < 4; c++) *columns[c] = moments_take(arena, cells, sizeof(double));
    block->origin = moments_take(arena, p + 1, sizeof(double));
    block->is_short = moments_take(arena, p + 1, sizeof(bool));
    block->weighted_short = moments_take(arena, p + 1, sizeof(bool));
    block->total = moments_take(arena, p + 1, sizeof(cx_i_twofold));
    block->step = moments_take(arena, p + 1, sizeof(cx_i_twofold));
    self->keep = moments_take(arena, MOMENTS_ROWS, 1);
    self->found = moments_take(arena, p, sizeof *self->found);
}

cx_status cx_i_moments_make(int64_t p, size_t name_bytes, const cx_allocator *allocator,
                            cx_moments **out, cx_error *err) {
    cx_allocator chosen = cx_i_allocator(allocator);
    cx_moments *self = cx_i_alloc(&chosen, sizeof *self);
    if (self == NULL) return cx_i_out_of_memory(err);
    self->allocator = chosen;
    self->p = p;
    moments_arena arena = {NULL, 0, false};
    moments_lay_out(self, name_bytes, &arena);
    if (!arena.failed) arena.memory = self->memory = cx_i_alloc(&chosen, arena.used);
    if (arena.memory == NULL) {
        cx_moments_free(self);
        return cx_i_out_of_memory(err);
    }
    arena.used = 0;
    moments_lay_out(self, name_bytes, &arena);
    *out = self;
    return CX_OK;
}

void cx_moments_free(cx_moments *self) {
    if (self == NULL) return;
    cx_allocator allocator = self->allocator;
    cx_i_moments_free_pairs(self);
    cx_i_free(&allocator, self->memory);
    cx_i_free(&allocator, self);
}

/* -- names --------------------------------------------------------------------------------- */

cx_status cx_i_moments_set_name(cx_moments *self, int64_t i, const char *bytes, int64_t length,
                                char **room, cx_error *err) {
    if (length < 1 || memchr(bytes, 0, (size_t)length) != NULL)
        return cx_i_fail(err, CX_E_NAME, "name %d is empty or holds a zero byte", i);
    self->names[i] = *room;
    memcpy(*room, bytes, (size_t)length);
    (*room)[length] = 0;
    *room += length + 1;
    for (int64_t j = 0; j < i; j++)
        if (strcmp(self->names[i], self->names[j]) == 0)
            return cx_i_fail(err, CX_E_NAME, "the name %s is given twice", self->names[i]);
    return CX_OK;
}

static cx_status moments_check_names(const cx_array *names, size_t *bytes, cx_error *err) {
    CX_TRY(cx_i_names_check_new(names, "columns", CX_MOMENTS_COLUMNS, err));
    *bytes = 0;
    for (int64_t i = 0; i < names->length; i++) {
        int64_t length = 0;
        const char *text;
        CX_TRY(cx_i_names_at(names, "names", i, &text, &length, err));
        if (!cx_i_add_size(*bytes, (size_t)length + 1, bytes)) return cx_i_out_of_memory(err);
    }
    return CX_OK;
}

static cx_status moments_new(const cx_array *names, bool pairwise, const cx_allocator *allocator,
                             cx_moments **out, cx_error *err) {
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    size_t bytes = 0;
    CX_TRY(moments_check_names(names, &bytes, err));
    cx_moments *self;
    CX_TRY(cx_i_moments_make(names->length, bytes, allocator, &self, err));
    char *room = self->names[0];
    for (int64_t i = 0; i < self->p; i++) {
        int64_t length;
        const char *name;
        cx_status status = cx_i_array_text(names, "names", i, &name, &length, err);
        if (status == CX_OK) status = cx_i_moments_set_name(self, i, name, length, &room, err);
        if (status == CX_OK && pairwise && i == self->p - 1)
            status = cx_i_moments_make_pairs(self, err);
        if (status != CX_OK) {
            cx_moments_free(self);
            return status;
        }
    }
    *out = self;
    return CX_OK;
}

cx_status cx_moments_new(const cx_array *names, const cx_allocator *allocator, cx_moments **out,
                         cx_error *err) {
    return moments_new(names, false, allocator, out, err);
}

cx_i_named cx_i_moments_named(const cx_moments *self) {
    return (cx_i_named){(const char *const *)self->names, self->p, "the moments have"};
}

cx_status cx_i_moments_of(const cx_frame *x, const cx_array *weights, const cx_allocator *allocator,
                          cx_moments **out, cx_error *err) {
    size_t bytes = 0;
    for (int64_t j = 0; j < x->count; j++) bytes += strlen(x->columns[j].name) + 1;
    cx_moments *self;
    CX_TRY(cx_i_moments_make(x->count, bytes, allocator, &self, err));
    char *room = self->names[0];
    cx_status status = CX_OK;
    for (int64_t j = 0; j < x->count && status == CX_OK; j++) {
        const char *name = x->columns[j].name;
        status = cx_i_moments_set_name(self, j, name, (int64_t)strlen(name), &room, err);
    }
    if (status == CX_OK) status = cx_moments_add(self, x, weights, err);
    if (status == CX_OK)
        *out = self;
    else
        cx_moments_free(self);
    return status;
}

cx_status cx_moments_new_pairwise(const cx_array *names, const cx_allocator *allocator,
                                  cx_moments **out, cx_error *err) {
    return moments_new(names, true, allocator, out, err);
}

/* -- the two sums: the state, and the one being prepared ----------------------------------- */

void cx_i_moments_copy_sums(const cx_i_sums *from, cx_i_sums *to, int64_t p) {
    cx_i_sums arrays = *to;
    *to = *from;
    to->missing_in = arrays.missing_in;
    to->mean = arrays.mean;
    to->product = arrays.product;
    memcpy(to->missing_in, from->missing_in, (size_t)p * sizeof *to->missing_in);
    memcpy(to->mean, from->mean, (size_t)p * sizeof *to->mean);
    memcpy(to->product, from->product, (size_t)cx_i_packed_size(p) * sizeof *to->product);
}

cx_i_sums *cx_i_moments_next(cx_moments *self) {
    cx_i_sums *next = &self->sums[1 - self->now];
    cx_i_moments_copy_sums(&self->sums[self->now], next, self->p);
    if (self->pairs != NULL) cx_i_moments_copy_pairs(self, self, 1 - self->now);
    return next;
}

void cx_i_moments_commit(cx_moments *self) {
    self->now = 1 - self->now;
}

bool cx_i_sums_finite(const cx_i_sums *sums, int64_t p) {
    bool finite = isfinite(sums->w.hi) && isfinite(sums->w2.hi);
    for (int64_t j = 0; j < p && finite; j++) finite = isfinite(sums->mean[j].hi);
    for (int64_t k = 0; k < cx_i_packed_size(p) && finite; k++)
        finite = isfinite(sums->product[k].hi) && isfinite(sums->product[k].lo);
    return finite;
}

void cx_i_sums_flatten(cx_i_sums *sums, int64_t p, int64_t j) {
    for (int64_t i = 0; i < p; i++)
        sums->product[i > j ? cx_i_packed(i, j) : cx_i_packed(j, i)] = cx_i_tf(0);
}

void cx_i_sums_settle(cx_i_sums *sums, int64_t p) {
    for (int64_t j = 0; j < p; j++)
        if (sums->product[cx_i_packed(j, j)].hi < MOMENTS_VANISH) cx_i_sums_flatten(sums, p, j);
}

static void moments_clear(cx_i_sums *sums, int64_t p) {
    cx_i_sums arrays = *sums;
    *sums = (cx_i_sums){
        .missing_in = arrays.missing_in, .mean = arrays.mean, .product = arrays.product};
    memset(sums->missing_in, 0, (size_t)p * sizeof *sums->missing_in);
    memset(sums->mean, 0, (size_t)p * sizeof *sums->mean);
    memset(sums->product, 0, (size_t)cx_i_packed_size(p) * sizeof *sums->product);
}

void cx_moments_reset(cx_moments *self) {
    if (self == NULL) return;
    moments_clear(&self->sums[self->now], self->p);
    for (int64_t i = 0; i < self->p && self->pairs != NULL; i++)
        for (int64_t j = 0; j <= i; j++)
            moments_clear(cx_i_moments_pair(self, self->now, i, j), cx_i_pair_width(i, j));
}

cx_status cx_moments_copy(const cx_moments *self, const cx_allocator *allocator, cx_moments **out,
                          cx_error *err) {
    if (self == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "out");
    size_t bytes = 0;
    for (int64_t i = 0; i < self->p; i++) bytes += strlen(self->names[i]) + 1;
    cx_moments *copy;
    CX_TRY(cx_i_moments_make(self->p, bytes, allocator, &copy, err));
    memcpy(copy->names[0], self->names[0], bytes);
    for (int64_t i = 1; i < self->p; i++)
        copy->names[i] = copy->names[0] + (self->names[i] - self->names[0]);
    cx_i_moments_copy_sums(cx_i_moments_now(self), &copy->sums[0], self->p);
    if (self->pairs != NULL) {
        cx_status status = cx_i_moments_make_pairs(copy, err);
        if (status != CX_OK) {
            cx_moments_free(copy);
            return status;
        }
        cx_i_moments_copy_pairs(self, copy, 0);
    }
    *out = copy;
    return CX_OK;
}

/* -- adding rows --------------------------------------------------------------------------- */

static cx_status moments_find_columns(const cx_moments *self, const cx_frame *x,
                                      const cx_array *weights, cx_error *err) {
    CX_TRY(cx_i_frame_check(x, "x", CX_I_KEYS, err));
    for (int64_t j = 0; j < self->p; j++) {
        self->found[j] = cx_i_frame_find(x, self->names[j]);
        if (self->found[j] == NULL)
            return cx_i_blame(
                err, self->names[j],
                cx_i_fail(err, CX_E_NAME, "x has no column called %s", self->names[j]));
        CX_TRY(cx_i_array_check(self->found[j], "x", CX_I_NUMBERS, err));
    }
    if (weights == NULL) return CX_OK;
    CX_TRY(cx_i_array_check(weights, "weights", CX_I_NUMBERS, err));
    return cx_i_array_same_length(self->found[0], "x", weights, "weights", err);
}

bool cx_i_all_finite(const double *x, int64_t rows) {
    double bad[16] = {0}, any = 0;
    int64_t r = 0;
    for (; r + 16 <= rows; r += 16)
        for (int l = 0; l < 16; l++) bad[l] += x[r + l] * 0;
    for (; r < rows; r++) any += x[r] * 0;
    for (int l = 0; l < 16; l++) any += bad[l];
    return any == 0;
}

/* Marks and counts the rows in which x is missing. */
static cx_status moments_mark(const cx_array *column, const char *role, int64_t start,
                              const double *x, int64_t rows, uint8_t *keep, int64_t *missing,
                              cx_error *err) {
    if (cx_i_all_finite(x, rows)) return CX_OK;
    for (int64_t r = 0; r < rows; r++) {
        if (isinf(x[r])) {
            return cx_i_array_infinite(column, role, start + r, x[r], err);
        }
        *missing += isnan(x[r]);
        if (isnan(x[r])) keep[r] = 0;
    }
    return CX_OK;
}

static void moments_squeeze(double *x, const uint8_t *keep, int64_t rows) {
    int64_t kept = 0;
    for (int64_t r = 0; r < rows; r++)
        if (keep[r]) x[kept++] = x[r];
}

/* Counts what is left out, and closes the gaps. */
static void moments_select(cx_moments *self, cx_i_sums *sums, int64_t rows) {
    cx_i_block *block = &self->block;
    int64_t complete = 0;
    for (int64_t r = 0; r < rows; r++) complete += self->keep[r];
    sums->missing += rows - complete;
    block->rows = complete;
    for (int64_t r = 0; r < rows && block->weighted; r++)
        if (self->keep[r] && block->weighted_hi[r] == 0) self->keep[r] = 0, block->rows--;
    sums->zero += complete - block->rows;
    sums->n += block->rows;
    if (block->rows == rows) return;
    for (int64_t j = 1; j <= self->p; j++)
        moments_squeeze(block->hi + j * MOMENTS_ROWS, self->keep, rows);
    if (block->weighted) moments_squeeze(block->weighted_hi, self->keep, rows);
}

/* Pairwise: a row counts when it has any value; only counts go into the sums. */
static void moments_select_any(cx_moments *self, cx_i_sums *sums, int64_t rows) {
    cx_i_block *block = &self->block;
    for (int64_t r = 0; r < rows; r++) {
        bool any = false;
        double w = block->weighted ? block->weighted_hi[r] : 1;
        for (int64_t j = 1; j <= self->p && !any; j++)
            any = !isnan(block->hi[j * MOMENTS_ROWS + r]);
        self->keep[r] = any && w > 0;
        sums->missing += !any;
        sums->zero += any && w == 0;
        if (!self->keep[r]) continue;
        sums->n++;
        sums->w = cx_i_tf_add(sums->w, cx_i_tf(w));
        sums->w2 = cx_i_tf_add(sums->w2, cx_i_tf_product(w, w));
    }
}

static cx_status moments_add_block(cx_moments *self, cx_i_sums *sums, const cx_array *weights,
                                   int64_t start, int64_t rows, cx_error *err) {
    cx_i_block *block = &self->block;
    memset(self->keep, 1, (size_t)rows);
    block->weighted = weights != NULL;
    for (int64_t j = 0; j < self->p; j++) {
        double *x = block->hi + (j + 1) * MOMENTS_ROWS;
        cx_i_array_read(self->found[j], start, rows, x);
        CX_TRY(moments_mark(self->found[j], self->names[j], start, x, rows, self->keep,
                            &sums->missing_in[j], err));
    }
    if (weights != NULL) {
        cx_i_array_read(weights, start, rows, block->weighted_hi);
        for (int64_t r = 0; r < rows; r++)
            CX_TRY(cx_i_weight_check(weights, start + r, block->weighted_hi[r], err));
    }
    if (self->pairs != NULL) {
        moments_select_any(self, sums, rows);
        cx_i_moments_join_pairs(self, rows);
        return CX_OK;
    }
    moments_select(self, sums, rows);
    cx_i_moments_join(sums, self->p, block);
    return CX_OK;
}

cx_status cx_moments_add(cx_moments *self, const cx_frame *x, const cx_array *weights,
                         cx_error *err) {
    if (self == NULL) return cx_i_fail(err, CX_E_NULL, "self is missing");
    CX_TRY(moments_find_columns(self, x, weights, err));
    cx_i_sums *next = cx_i_moments_next(self);
    int64_t rows = self->found[0]->length, ignored;
    if (!cx_i_add_i64(next->n + next->zero + next->missing, rows, &ignored))
        return cx_i_fail(err, CX_E_OVERFLOW, "there are more rows than can be counted");
    cx_i_moments_mark_weighted(self, weights != NULL);
    for (int64_t start = 0; start < rows; start += MOMENTS_ROWS) {
        int64_t count = rows - start < MOMENTS_ROWS ? rows - start : MOMENTS_ROWS;
        CX_TRY(moments_add_block(self, next, weights, start, count, err));
    }
    if (!cx_i_moments_settle(self))
        return cx_i_fail(err, CX_E_OVERFLOW,
                         "the squares of these values exceed the range of double; rescale them");
    cx_i_moments_commit(self);
    return CX_OK;
}
