#include "metric/suppress.h"

/* The entries of a table of counts and of all its margins. */

int64_t cx_i_cube_bit(const cx_i_cube *cube, int64_t key) {
    return (int64_t)1 << (cube->keys - 1 - key);
}

int64_t cx_i_cube_parent(const cx_i_cube *cube, int64_t entry, int64_t key) {
    int64_t grouping = cube->grouping[entry] | cx_i_cube_bit(cube, key);
    return cube->of_cell[grouping * cube->cells + cube->member[cube->start[entry]]];
}

void cx_i_cube_free(cx_i_cube *cube) {
    cx_i_free(&cube->allocator, cube->first);
    cx_i_free(&cube->allocator, cube->of_cell);
    cx_i_free(&cube->allocator, cube->member);
    cx_i_free(&cube->allocator, cube->start);
    cx_i_free(&cube->allocator, cube->grouping);
    cx_i_free(&cube->allocator, cube->n);
    cx_i_free(&cube->allocator, cube->hidden);
}

/* -- entries ------------------------------------------------------------------------------- */

typedef struct cube_sort {
    const int64_t *codes;
    int64_t *other, *count;
} cube_sort;

/* Cells sorted by the keys that are kept, the last one first; each pass is stable. */
static void cube_sort_cells(const cx_i_cube *cube, const cube_sort *sort, int64_t grouping,
                            int64_t *member) {
    int64_t cells = cube->cells, *count = sort->count;
    for (int64_t i = 0; i < cells; i++) member[i] = i;
    for (int64_t k = cube->keys; k-- > 0;) {
        const int64_t *code = sort->codes + k * cells;
        if (grouping & cx_i_cube_bit(cube, k)) continue;
        memset(count, 0, (size_t)(cells + 1) * sizeof *count);
        for (int64_t i = 0; i < cells; i++) count[code[i] + 1]++;
        for (int64_t i = 0; i < cells; i++) count[i + 1] += count[i];
        for (int64_t i = 0; i < cells; i++) sort->other[count[code[member[i]]]++] = member[i];
        memcpy(member, sort->other, (size_t)cells * sizeof *member);
    }
}

static bool cube_same(const cx_i_cube *cube, const int64_t *codes, int64_t grouping, int64_t a,
                      int64_t b) {
    for (int64_t k = 0; k < cube->keys; k++)
        if (!(grouping & cx_i_cube_bit(cube, k)) &&
            codes[k * cube->cells + a] != codes[k * cube->cells + b])
            return false;
    return true;
}

static void cube_number(cx_i_cube *cube, const cube_sort *sort, int64_t grouping) {
    int64_t *member = cube->member + grouping * cube->cells, entry = cube->first[grouping] - 1;
    int64_t *of_cell = cube->of_cell + grouping * cube->cells;
    cube_sort_cells(cube, sort, grouping, member);
    for (int64_t i = 0; i < cube->cells; i++) {
        if (i == 0 || !cube_same(cube, sort->codes, grouping, member[i - 1], member[i])) entry++;
        of_cell[member[i]] = entry;
    }
    cube->first[grouping + 1] = entry + 1;
}

static cx_status cube_count(cx_i_cube *cube, const int64_t *n, cx_error *err) {
    int64_t groupings = (int64_t)1 << cube->keys;
    for (int64_t g = 0; g < groupings; g++)
        for (int64_t i = cube->cells; i-- > 0;) {
            int64_t at = g * cube->cells + i, cell = cube->member[at],
                    entry = cube->of_cell[g * cube->cells + cell];
            cube->start[entry] = at;
            cube->grouping[entry] = g;
            if (!cx_i_add_i64(cube->n[entry], n[cell], &cube->n[entry]))
                return cx_i_fail(err, CX_E_OVERFLOW, "there are more than 2^63 answers");
        }
    cube->start[cube->entries] = groupings * cube->cells;
    return CX_OK;
}

static cx_status cube_build(cx_i_cube *cube, const cube_sort *sort, const int64_t *n,
                            cx_error *err) {
    const cx_allocator *allocator = &cube->allocator;
    for (int64_t g = 0; g < (int64_t)1 << cube->keys; g++) cube_number(cube, sort, g);
    cube->entries = cube->first[(int64_t)1 << cube->keys];
    cube->start = cx_i_alloc_array(allocator, cube->entries + 1, sizeof *cube->start);
    cube->grouping = cx_i_alloc_array(allocator, cube->entries, sizeof *cube->grouping);
    cube->n = cx_i_alloc_array(allocator, cube->entries, sizeof *cube->n);
    cube->hidden = cx_i_alloc_array(allocator, cube->entries, sizeof *cube->hidden);
    if (cube->start == NULL || cube->grouping == NULL || cube->n == NULL || cube->hidden == NULL)
        return cx_i_out_of_memory(err);
    return cube_count(cube, n, err);
}

static cx_status cube_allocate(cx_i_cube *cube, cube_sort *sort, const int64_t *n, cx_error *err) {
    int64_t groupings = (int64_t)1 << cube->keys, all;
    const cx_allocator *allocator = &cube->allocator;
    if (!cx_i_mul_i64(groupings, cube->cells, &all)) return cx_i_out_of_memory(err);
    cube->first = cx_i_alloc_array(allocator, groupings + 1, sizeof *cube->first);
    cube->of_cell = cx_i_alloc_array(allocator, all, sizeof *cube->of_cell);
    cube->member = cx_i_alloc_array(allocator, all, sizeof *cube->member);
    sort->other = cx_i_alloc_array(allocator, cube->cells, sizeof *sort->other);
    sort->count = cx_i_alloc_array(allocator, cube->cells + 1, sizeof *sort->count);
    bool done = cube->first != NULL && cube->of_cell != NULL && cube->member != NULL &&
                sort->other != NULL && sort->count != NULL;
    cx_status status = done ? cube_build(cube, sort, n, err) : cx_i_out_of_memory(err);
    cx_i_free(allocator, sort->other);
    cx_i_free(allocator, sort->count);
    return status;
}

cx_status cx_i_cube_new(const int64_t *codes, int64_t keys, const int64_t *n, int64_t cells,
                        const cx_allocator *allocator, cx_i_cube *out, cx_error *err) {
    cube_sort sort = {codes, NULL, NULL};
    cx_i_cube cube;
    if (keys > CX_I_CUBE_KEYS)
        return cx_i_fail(err, CX_E_LIMIT,
                         "%d keys have %d margins; totals and hidden cells are for at most %d keys",
                         keys, ((int64_t)1 << (keys < 62 ? keys : 62)) - 1,
                         (int64_t)CX_I_CUBE_KEYS);
    memset(&cube, 0, sizeof cube);
    cube.allocator = cx_i_allocator(allocator);
    cube.keys = keys;
    cube.cells = cells;
    cx_status status = cube_allocate(&cube, &sort, n, err);
    if (status == CX_OK)
        *out = cube;
    else
        cx_i_cube_free(&cube);
    return status;
}

/* -- codes of keys ------------------------------------------------------------------------- */

/* Where the parts of each cell's key begin: by key and cell, one more key at the end. */
static void cube_parts(const cx_i_keys *keys, const int64_t *order, char *text, size_t *begin) {
    for (int64_t i = 0; i < keys->count; i++) {
        size_t size, used = 0;
        const uint8_t *bytes = cx_i_keys_bytes(keys, order[i], &size);
        for (int64_t k = 0; k <= keys->column_count; k++) {
            cx_i_key_part part;
            begin[k * keys->count + i] = used;
            if (k < keys->column_count)
                used +=
                    cx_i_key_parse(bytes + used, size - used, keys->columns[k].kind, text, &part);
        }
    }
}

typedef struct cube_column {
    const cx_i_keys *keys;
    const int64_t *order;
    const size_t *begin, *end;
} cube_column;

static int cube_compare(const cube_column *column, int64_t a, int64_t b) {
    size_t size, size_a = column->end[a] - column->begin[a],
                 size_b = column->end[b] - column->begin[b];
    const uint8_t *bytes_a = cx_i_keys_bytes(column->keys, column->order[a], &size);
    const uint8_t *bytes_b = cx_i_keys_bytes(column->keys, column->order[b], &size);
    int order = memcmp(bytes_a + column->begin[a], bytes_b + column->begin[b],
                       size_a < size_b ? size_a : size_b);
    return order != 0 ? order : (size_a > size_b) - (size_a < size_b);
}

/* Merge sort of the cells by one part of their keys. */
static void cube_merge(const cube_column *column, int64_t *cells, int64_t *other, int64_t count) {
    for (int64_t width = 1; width < count; width *= 2) {
        for (int64_t low = 0; low < count; low += 2 * width) {
            int64_t middle = low + width < count ? low + width : count;
            int64_t high = low + 2 * width < count ? low + 2 * width : count;
            for (int64_t i = low, a = low, b = middle; i < high; i++) {
                bool left =
                    a < middle && (b >= high || cube_compare(column, cells[a], cells[b]) <= 0);
                other[i] = left ? cells[a++] : cells[b++];
            }
        }
        memcpy(cells, other, (size_t)count * sizeof *cells);
    }
}

static void cube_codes(const cx_i_keys *keys, const int64_t *order, const size_t *begin,
                       int64_t *sorted, int64_t *codes) {
    int64_t count = keys->count;
    for (int64_t k = 0; k < keys->column_count; k++) {
        cube_column column = {keys, order, begin + k * count, begin + (k + 1) * count};
        int64_t code = 0;
        for (int64_t i = 0; i < count; i++) sorted[i] = i;
        cube_merge(&column, sorted, sorted + count, count);
        for (int64_t i = 0; i < count; i++) {
            if (i > 0 && cube_compare(&column, sorted[i - 1], sorted[i]) != 0) code++;
            codes[k * count + sorted[i]] = code;
        }
    }
}

cx_status cx_i_cube_of_keys(const cx_i_keys *keys, const int64_t *order, const int64_t *n,
                            const cx_allocator *allocator, cx_i_cube *out, cx_error *err) {
    int64_t all, pairs;
    if (!cx_i_mul_i64(keys->column_count + 1, keys->count, &all) ||
        !cx_i_mul_i64(2, keys->count, &pairs))
        return cx_i_out_of_memory(err);
    char *text = cx_i_alloc(allocator, keys->bytes_used);
    size_t *begin = cx_i_alloc_array(allocator, all, sizeof *begin);
    int64_t *codes = cx_i_alloc_array(allocator, all, sizeof *codes);
    int64_t *sorted = cx_i_alloc_array(allocator, pairs, sizeof *sorted);
    bool done = text != NULL && begin != NULL && codes != NULL && sorted != NULL;
    cx_status status = done ? CX_OK : cx_i_out_of_memory(err);
    if (done) {
        cube_parts(keys, order, text, begin);
        cube_codes(keys, order, begin, sorted, codes);
        status = cx_i_cube_new(codes, keys->column_count, n, keys->count, allocator, out, err);
    }
    cx_i_free(allocator, text);
    cx_i_free(allocator, begin);
    cx_i_free(allocator, codes);
    cx_i_free(allocator, sorted);
    return status;
}
