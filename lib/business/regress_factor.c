#include "business/regress.h"

#include "base/array.h"
#include "base/keys_map.h"

/* Keys of rows as groups 0, 1, 2 ... of the rows in use. */

static cx_status factor_bind(cx_i_factor *factor, const cx_array *column, cx_array *named,
                             cx_error *err) {
    *named = *column;
    named->name = "id";
    cx_frame by = {named, 1, {0, 0}};
    factor->open = true;
    return cx_i_keys_bind(&factor->keys, &by, err);
}

/* Numbers of the keys of all rows given. */
static cx_status factor_numbers(cx_i_factor *factor, const cx_array *column, cx_error *err) {
    cx_array named;
    cx_i_key_map map;
    CX_TRY(factor_bind(factor, column, &named, err));
    cx_frame by = {&named, 1, {0, 0}};
    cx_i_key_map_init(&map, &factor->keys, &by, 1);
    cx_status status = CX_OK;
    for (int64_t start = 0; start < column->length && status == CX_OK; start += CX_I_MAP_BLOCK) {
        uint32_t entries[CX_I_MAP_BLOCK];
        int64_t left = column->length - start;
        int64_t count = left < CX_I_MAP_BLOCK ? left : CX_I_MAP_BLOCK;
        status = cx_i_key_map_read(&map, start, count, entries, err);
        for (int64_t r = 0; r < count && status == CX_OK; r++)
            factor->of[start + r] = (int32_t)(entries[r] - 1);
    }
    cx_i_key_map_free(&map);
    return status;
}

cx_status cx_i_factor_read(cx_i_rows *rows, cx_i_factor *factor, const cx_array *column,
                           const char *role, uint8_t *keep, uint8_t reason, cx_error *err) {
    const uint8_t missing = CX_I_KEY_MISSING;
    CX_TRY(cx_i_array_check(column, role, CX_I_KEYS, err));
    if (column->length != rows->given)
        return cx_i_fail(err, CX_E_LENGTH, "column %s has %d rows and y has %d",
                         cx_i_array_name(column, role), column->length, rows->given);
    factor->name = cx_i_array_name(column, role);
    factor->of = cx_i_rows_room(rows, rows->given, sizeof *factor->of);
    if (factor->of == NULL) return cx_i_out_of_memory(err);
    cx_i_keys_init(&factor->keys, &rows->allocator);
    CX_TRY(factor_numbers(factor, column, err));
    int64_t gone = cx_i_keys_find(&factor->keys, &missing, 1);
    for (int64_t r = 0; r < rows->given && gone >= 0; r++)
        if (factor->of[r] == gone) keep[r] = reason;
    return CX_OK;
}

cx_status cx_i_factor_settle(cx_i_rows *rows, cx_i_factor *factor, cx_error *err) {
    int64_t keys = factor->keys.count;
    int32_t *group = cx_i_rows_take(rows, keys, sizeof *group);
    factor->key = cx_i_rows_take(rows, keys, sizeof *factor->key);
    if (group == NULL || factor->key == NULL) return cx_i_out_of_memory(err);
    factor->count = 0;
    for (int64_t i = 0; i < rows->n; i++) {
        int32_t key = factor->of[rows->row == NULL ? i : rows->row[i]];
        if (group[key] == 0) {
            factor->key[factor->count++] = key;
            group[key] = (int32_t)factor->count;
        }
        factor->of[i] = group[key] - 1;
    }
    return CX_OK;
}

cx_status cx_i_factor_cross(cx_i_rows *rows, const cx_i_factor *a, const cx_i_factor *b,
                            cx_i_factor *out, cx_error *err) {
    int64_t *pair = cx_i_rows_room(rows, rows->n, sizeof *pair);
    if (pair == NULL) return cx_i_out_of_memory(err);
    for (int64_t i = 0; i < rows->n; i++) pair[i] = a->of[i] * b->count + b->of[i];
    cx_array column = cx_array_of(pair, CX_I64, rows->n);
    out->of = cx_i_rows_room(rows, rows->n, sizeof *out->of);
    if (out->of == NULL) return cx_i_out_of_memory(err);
    cx_i_keys_init(&out->keys, &rows->allocator);
    CX_TRY(factor_numbers(out, &column, err));
    out->count = out->keys.count;
    return CX_OK;
}

void cx_i_factor_free(cx_i_factor *factor) {
    if (factor->open) cx_i_keys_free(&factor->keys);
    factor->open = false;
}

bool cx_i_factor_nested(const cx_i_rows *rows, const cx_i_factor *inner, const cx_i_factor *outer,
                        int32_t *room) {
    for (int64_t g = 0; g < inner->count; g++) room[g] = -1;
    for (int64_t i = 0; i < rows->n; i++) {
        int32_t *seen = &room[inner->of[i]];
        if (*seen >= 0 && *seen != outer->of[i]) return false;
        *seen = outer->of[i];
    }
    return true;
}

cx_status cx_i_factor_rank(cx_i_rows *rows, const cx_i_factor *factor, int64_t **rank,
                           cx_error *err) {
    int64_t keys = factor->keys.count;
    int64_t *order = cx_i_rows_take(rows, keys, sizeof *order);
    int64_t *group = cx_i_rows_take(rows, keys, sizeof *group);
    *rank = cx_i_rows_take(rows, factor->count, sizeof **rank);
    if (order == NULL || group == NULL || *rank == NULL) return cx_i_out_of_memory(err);
    cx_i_keys_sort(&factor->keys, order);
    for (int64_t g = 0; g < factor->count; g++) group[factor->key[g]] = g + 1;
    for (int64_t i = 0, next = 0; i < keys; i++)
        if (group[order[i]] > 0) (*rank)[group[order[i]] - 1] = next++;
    return CX_OK;
}
