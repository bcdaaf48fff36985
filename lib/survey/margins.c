#include "survey/margins.h"

/* -- one margin ---------------------------------------------------------------------------- */

void cx_i_margin_free(const cx_allocator *allocator, cx_i_margin *margin) {
    cx_i_free(allocator, margin->name);
    cx_i_free(allocator, margin->totals);
    cx_i_keys_free(&margin->keys);
}

static cx_status margin_set_name(const cx_allocator *allocator, cx_i_margin *margin,
                                 cx_error *err) {
    const cx_i_keys *keys = &margin->keys;
    size_t size = 1;
    for (int64_t i = 0; i < keys->column_count; i++)
        if (!cx_i_add_size(size, strlen(keys->columns[i].name) + 3, &size))
            return cx_i_out_of_memory(err);
    margin->name = cx_i_alloc(allocator, size);
    if (margin->name == NULL) return cx_i_out_of_memory(err);
    size_t used = 0;
    for (int64_t i = 0; i < keys->column_count; i++)
        used += cx_i_text(margin->name + used, size - used, i > 0 ? " x %s" : "%s",
                          keys->columns[i].name);
    return CX_OK;
}

static size_t margin_put(char *out, size_t size, size_t used, const char *text, size_t length) {
    for (size_t i = 0; i < length; i++, used++)
        if (used + 1 < size) out[used] = text[i];
    if (size > 0) out[used < size ? used : size - 1] = '\0';
    return used;
}

static size_t margin_put_part(char *out, size_t size, size_t used, const cx_i_key_part *part,
                              int32_t kind, const char *text) {
    char digits[32];
    if (part->missing) return margin_put(out, size, used, "(none)", 6);
    if (kind == CX_I_KEY_TEXT) return margin_put(out, size, used, text, (size_t)part->length);
    return margin_put(out, size, used, digits,
                      cx_i_text(digits, sizeof digits, "%d", part->number));
}

size_t cx_i_margin_category(const cx_i_margin *margin, int64_t key, char *out, size_t size) {
    size_t left, used = 0;
    const uint8_t *bytes = cx_i_keys_bytes(&margin->keys, key, &left);
    char stack[512], *text = stack;
    if (left > sizeof stack && (text = cx_i_alloc(margin->keys.allocator, left)) == NULL) return 0;
    for (int64_t c = 0; c < margin->keys.column_count; c++) {
        cx_i_key_part part;
        size_t step = cx_i_key_parse(bytes, left, margin->keys.columns[c].kind, text, &part);
        if (c > 0) used = margin_put(out, size, used, ", ", 2);
        used = margin_put_part(out, size, used, &part, margin->keys.columns[c].kind, text);
        bytes += step, left -= step;
    }
    if (text != stack) cx_i_free(margin->keys.allocator, text);
    return used;
}

static cx_status margin_copy_keys(const cx_i_keys *from, cx_i_keys *to, cx_error *err) {
    CX_TRY(cx_i_keys_bind_like(to, from, err));
    CX_TRY(cx_i_keys_reserve(to, from->count, from->bytes_used, err));
    for (int64_t i = 0; i < from->count; i++) {
        size_t size;
        int64_t number;
        const uint8_t *bytes = cx_i_keys_bytes(from, i, &size);
        CX_TRY(cx_i_keys_put(to, bytes, size, &number, err));
    }
    return CX_OK;
}

cx_status cx_i_margin_copy(const cx_i_margin *margin, const cx_allocator *allocator,
                           cx_i_margin *out, cx_error *err) {
    cx_i_margin copy = {.sum = margin->sum};
    cx_i_keys_init(&copy.keys, allocator);
    cx_status status = margin_copy_keys(&margin->keys, &copy.keys, err);
    if (status == CX_OK) status = margin_set_name(allocator, &copy, err);
    if (status == CX_OK) {
        copy.totals = cx_i_alloc_array(allocator, margin->keys.count, sizeof *copy.totals);
        if (copy.totals == NULL) status = cx_i_out_of_memory(err);
    }
    if (status != CX_OK) {
        cx_i_margin_free(allocator, &copy);
        return status;
    }
    memcpy(copy.totals, margin->totals, (size_t)margin->keys.count * sizeof *copy.totals);
    *out = copy;
    return CX_OK;
}

/* -- reading a margin ---------------------------------------------------------------------- */

static cx_status margin_read_total(cx_i_margin *margin, const cx_frame *categories,
                                   const cx_array *totals, int64_t row, int64_t key, double total,
                                   cx_error *err) {
    if (key < row)
        return cx_i_fail_at(err, CX_E_DOMAIN, &categories->columns[0], row, (double)NAN,
                            "the category is named twice in the margin: give each one total");
    if (!(total >= 0) || !isfinite(total))
        return cx_i_fail_at(err, CX_E_DOMAIN, totals, row, total,
                            isnan(total) ? "the total is missing: leave the category out, or give "
                                           "it 0"
                                         : "%g is not a total: it has to be finite and >= 0",
                            total);
    margin->totals[key] = total;
    margin->sum += total;
    return CX_OK;
}

static cx_status margin_read(const cx_allocator *allocator, const cx_frame *categories,
                             const cx_array *totals, cx_i_margin *margin, cx_error *err) {
    int64_t numbers[CX_I_BLOCK];
    double values[CX_I_BLOCK];
    margin->totals = cx_i_alloc_array(allocator, totals->length, sizeof *margin->totals);
    if (margin->totals == NULL) return cx_i_out_of_memory(err);
    CX_TRY(cx_i_keys_bind(&margin->keys, categories, err));
    CX_TRY(margin_set_name(allocator, margin, err));
    for (int64_t start = 0; start < totals->length; start += CX_I_BLOCK) {
        int64_t count = totals->length - start < CX_I_BLOCK ? totals->length - start : CX_I_BLOCK;
        CX_TRY(cx_i_keys_read(&margin->keys, categories, start, count, numbers, err));
        cx_i_array_read(totals, start, count, values);
        for (int64_t i = 0; i < count; i++)
            CX_TRY(margin_read_total(margin, categories, totals, start + i, numbers[i], values[i],
                                     err));
    }
    if (!(margin->sum > 0))
        return cx_i_fail(err, CX_E_EMPTY, "margin %s: its totals are all 0", margin->name);
    return CX_OK;
}

static cx_status margins_check(const cx_frame *categories, const cx_array *totals, cx_error *err) {
    CX_TRY(cx_i_frame_check(categories, "categories", CX_I_KEYS, err));
    CX_TRY(cx_i_array_check(totals, "totals", CX_I_NUMBERS, err));
    if (categories->count == 0)
        return cx_i_fail(err, CX_E_EMPTY, "the margin has no column of categories");
    CX_TRY(cx_i_array_same_length(&categories->columns[0], "categories", totals, "totals", err));
    if (totals->length == 0) return cx_i_fail(err, CX_E_EMPTY, "the margin has no category");
    return CX_OK;
}

/* -- the set ------------------------------------------------------------------------------- */

cx_status cx_margins_new(const cx_allocator *allocator, cx_margins **out, cx_error *err) {
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    cx_allocator used = cx_i_allocator(allocator);
    cx_margins *made = cx_i_alloc(&used, sizeof *made);
    if (made == NULL) return cx_i_out_of_memory(err);
    made->allocator = used;
    *out = made;
    return CX_OK;
}

void cx_margins_free(cx_margins *self) {
    if (self == NULL) return;
    cx_allocator allocator = self->allocator;
    for (int64_t i = 0; i < self->count; i++) cx_i_margin_free(&allocator, &self->margin[i]);
    cx_i_free(&allocator, self->margin);
    cx_i_free(&allocator, self);
}

int64_t cx_margins_size(const cx_margins *self) {
    return self == NULL ? 0 : self->count;
}

static cx_status margins_append(cx_margins *self, const cx_i_margin *margin, cx_error *err) {
    for (int64_t i = 0; i < self->count; i++)
        if (cx_i_keys_same_columns(&self->margin[i].keys, &margin->keys))
            return cx_i_fail(err, CX_E_MISMATCH, "there is already a margin of %s", margin->name);
    cx_i_margin *grown = cx_i_alloc_array(&self->allocator, self->count + 1, sizeof *grown);
    if (grown == NULL) return cx_i_out_of_memory(err);
    if (self->count > 0) memcpy(grown, self->margin, (size_t)self->count * sizeof *grown);
    grown[self->count] = *margin;
    cx_i_free(&self->allocator, self->margin);
    self->margin = grown;
    self->count++;
    return CX_OK;
}

cx_status cx_margins_add(cx_margins *self, const cx_frame *categories, const cx_array *totals,
                         cx_error *err) {
    if (self == NULL || categories == NULL || totals == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing",
                         self == NULL         ? "self"
                         : categories == NULL ? "categories"
                                              : "totals");
    CX_TRY(margins_check(categories, totals, err));
    cx_i_margin margin = {.sum = 0};
    cx_i_keys_init(&margin.keys, &self->allocator);
    cx_status status = margin_read(&self->allocator, categories, totals, &margin, err);
    if (status == CX_OK) status = margins_append(self, &margin, err);
    if (status != CX_OK) cx_i_margin_free(&self->allocator, &margin);
    return status;
}
