#include "base/keys_map.h"
#include "base/sort.h"
#include "survey/constraints.h"

/* Which cell each row belongs to. Where the combinations of categories are few the cell's number is
 * its place among all of them, found in one pass over the columns; else combinations are hashed. */

/* The columns of one margin, and what one step of its categories counts in a cell's key. */
typedef struct cells_margin {
    cx_array *room;
    cx_frame columns;
    cx_i_key_map map;
    uint64_t radix;
} cells_margin;

typedef struct cells_reader {
    cells_margin *margin;
    int64_t *order; /* margins, fewest categories first: the last one's are next to each other */
    uint64_t range; /* how many combinations; 0 when beyond 2^63 */
} cells_reader;

/* -- columns ------------------------------------------------------------------------------- */

/* The columns of the table that a margin names. */
static cx_status cells_find_columns(const cx_frame *table, const cx_i_margin *margin,
                                    cx_array *columns, cx_error *err) {
    for (int64_t i = 0; i < margin->keys.column_count; i++) {
        const char *name = margin->keys.columns[i].name;
        const cx_array *found = cx_i_frame_find(table, name);
        if (found == NULL)
            return cx_i_fail(err, CX_E_NAME, "the table has no column %s, which a margin needs",
                             name);
        columns[i] = *found;
    }
    return CX_OK;
}

static cx_status cells_bind(cx_i_margin *margin, const cx_frame *columns, cx_error *err) {
    cx_status status = cx_i_keys_bind(&margin->keys, columns, err);
    if (status != CX_E_MISMATCH) return status;
    return cx_i_fail(err, CX_E_MISMATCH,
                     "margin %s: its categories are text and the table holds numbers, or the other "
                     "way round",
                     margin->name);
}

static cx_status cells_no_total(const cells_margin *of, const cx_i_margin *margin, int64_t row,
                                int64_t key, cx_error *err) {
    char category[128];
    cx_i_margin_category(margin, key, category, sizeof category);
    return cx_i_fail_at(err, CX_E_DOMAIN, &of->columns.columns[0], row, (double)NAN,
                        "the category %s has no total in margin %s: give it one, or leave the row "
                        "out",
                        category, margin->name);
}

static void cells_close(const cx_i_constraints *c, cells_reader *reader) {
    for (int64_t m = 0; m < c->margins && reader->margin != NULL; m++)
        cx_i_free(c->allocator, reader->margin[m].room);
    cx_i_free(c->allocator, reader->margin);
    cx_i_free(c->allocator, reader->order);
}

static void cells_order(const cx_i_constraints *c, cells_reader *reader) {
    for (int64_t m = 0; m < c->margins; m++) {
        int64_t at = m;
        for (; at > 0 && c->margin[reader->order[at - 1]].keys.count > c->margin[m].keys.count;
             at--)
            reader->order[at] = reader->order[at - 1];
        reader->order[at] = m;
    }
    reader->range = 1;
    for (int64_t d = c->margins; d-- > 0;) {
        uint64_t categories = (uint64_t)c->margin[reader->order[d]].keys.count;
        reader->margin[reader->order[d]].radix = reader->range;
        if (reader->range > UINT64_MAX / 2 / categories) {
            reader->range = 0;
            return;
        }
        reader->range *= categories;
    }
}

static cx_status cells_open(cx_i_constraints *c, const cx_frame *table, cells_reader *reader,
                            cx_error *err) {
    reader->margin = cx_i_alloc_array(c->allocator, c->margins, sizeof *reader->margin);
    reader->order = cx_i_alloc_array(c->allocator, c->margins, sizeof *reader->order);
    if (reader->margin == NULL || reader->order == NULL) return cx_i_out_of_memory(err);
    for (int64_t m = 0; m < c->margins; m++) {
        cells_margin *of = &reader->margin[m];
        cx_i_margin *margin = &c->margin[m];
        of->room = cx_i_alloc_array(c->allocator, margin->keys.column_count, sizeof *of->room);
        if (of->room == NULL) return cx_i_out_of_memory(err);
        of->columns = (cx_frame){of->room, margin->keys.column_count, {0, 0}};
        CX_TRY(cells_find_columns(table, margin, of->room, err));
        CX_TRY(cells_bind(margin, &of->columns, err));
    }
    cells_order(c, reader);
    return CX_OK;
}

/* -- few combinations ---------------------------------------------------------------------- */

enum { CELLS_DIRECT = 1 << 21 };

static bool cells_are_few(const cx_i_constraints *c, uint64_t range) {
    return range > 0 && range <= CELLS_DIRECT && range <= 1024 + 4 * (uint64_t)c->rows;
}

/* A whole block has its own loop, whose length the compiler knows. */
static void cells_add(int32_t *restrict cell, const uint32_t *restrict entries, uint32_t radix,
                      int64_t count) {
    if (count == CX_I_MAP_BLOCK)
        for (int i = 0; i < CX_I_MAP_BLOCK; i++) cell[i] += (int32_t)(entries[i] - radix);
    else
        for (int64_t i = 0; i < count; i++) cell[i] += (int32_t)(entries[i] - radix);
}

/* Adds what the categories of one margin count to the keys of a block. */
static cx_status cells_add_block(cx_i_constraints *c, cells_reader *reader, int64_t m,
                                 int64_t start, int64_t count, cx_error *err) {
    uint32_t entries[CX_I_MAP_BLOCK];
    cells_margin *of = &reader->margin[m];
    int64_t radix = (int64_t)of->radix, known = c->margin[m].keys.count;
    CX_TRY(cx_i_key_map_read(&of->map, start, count, entries, err));
    cells_add(c->cell + start, entries, (uint32_t)radix, count);
    if (c->margin[m].keys.count == known) return CX_OK;
    for (int64_t i = 0; i < count; i++)
        if (entries[i] > known * radix)
            return cells_no_total(of, &c->margin[m], start + i, entries[i] / radix - 1, err);
    return CX_OK;
}

static cx_status cells_add_blocks(cx_i_constraints *c, cells_reader *reader, cx_error *err) {
    for (int64_t start = 0; start < c->rows; start += CX_I_MAP_BLOCK) {
        int64_t left = c->rows - start, count = left < CX_I_MAP_BLOCK ? left : CX_I_MAP_BLOCK;
        memset(c->cell + start, 0, (size_t)count * sizeof *c->cell);
        for (int64_t m = 0; m < c->margins; m++)
            CX_TRY(cells_add_block(c, reader, m, start, count, err));
        const int32_t *cell = c->cell + start;
        for (int64_t i = 0; i < count; i++) c->size[cell[i]]++;
    }
    return CX_OK;
}

static cx_status cells_read_keys(cx_i_constraints *c, cells_reader *reader, cx_error *err) {
    for (int64_t m = 0; m < c->margins; m++) {
        cells_margin *of = &reader->margin[m];
        cx_i_key_map_init(&of->map, &c->margin[m].keys, &of->columns, (uint32_t)of->radix);
    }
    cx_status status = cells_add_blocks(c, reader, err);
    for (int64_t m = 0; m < c->margins; m++) cx_i_key_map_free(&reader->margin[m].map);
    return status;
}

/* Leaves out the combinations that nobody has, when they are many: rows are numbered again. */
static cx_status cells_drop_empty(cx_i_constraints *c, int32_t *key, cx_error *err) {
    int64_t used = 0;
    for (int64_t k = 0; k < c->cells; k++) used += c->size[k] > 0 ? 1 : 0;
    if (2 * used >= c->cells) {
        for (int64_t k = 0; k < c->cells; k++) key[k] = (int32_t)k;
        return CX_OK;
    }
    int32_t *number = cx_i_alloc_array(c->allocator, c->cells, sizeof *number);
    if (number == NULL) return cx_i_out_of_memory(err);
    used = 0;
    for (int64_t k = 0; k < c->cells; k++) {
        if (c->size[k] == 0) continue;
        number[k] = (int32_t)used;
        c->size[used] = c->size[k];
        key[used++] = (int32_t)k;
    }
    c->cells = used;
    for (int64_t row = 0; row < c->rows; row++) c->cell[row] = number[c->cell[row]];
    cx_i_free(c->allocator, number);
    return CX_OK;
}

static cx_status cells_spell_codes(cx_i_constraints *c, const cells_reader *reader,
                                   const int32_t *key, cx_error *err) {
    for (int64_t m = 0; m < c->margins; m++) {
        uint32_t radix = (uint32_t)reader->margin[m].radix;
        uint32_t categories = (uint32_t)c->margin[m].keys.count;
        c->code[m] = cx_i_alloc_array(c->allocator, c->cells, sizeof *c->code[m]);
        if (c->code[m] == NULL) return cx_i_out_of_memory(err);
        for (int64_t i = 0; i < c->cells; i++)
            c->code[m][i] = (int32_t)((uint32_t)key[i] / radix % categories);
    }
    return CX_OK;
}

static cx_status cells_read_direct(cx_i_constraints *c, cells_reader *reader, cx_error *err) {
    c->cells = (int64_t)reader->range;
    c->cell = cx_i_alloc_room(c->allocator, c->rows, sizeof *c->cell);
    c->size = cx_i_alloc_array(c->allocator, c->cells, sizeof *c->size);
    int32_t *key = cx_i_alloc_room(c->allocator, c->cells, sizeof *key);
    cx_status status = CX_OK;
    if (c->cell == NULL || c->size == NULL || key == NULL) status = cx_i_out_of_memory(err);
    if (status == CX_OK) status = cells_read_keys(c, reader, err);
    if (status == CX_OK) status = cells_drop_empty(c, key, err);
    if (status == CX_OK) status = cells_spell_codes(c, reader, key, err);
    cx_i_free(c->allocator, key);
    return status == CX_OK ? cx_i_tree_make(c, reader->order, err) : status;
}

/* -- many combinations --------------------------------------------------------------------- */

static cx_status cells_read_codes(cx_i_constraints *c, cells_margin *of, int64_t m, cx_error *err) {
    uint32_t entries[CX_I_MAP_BLOCK];
    cx_i_margin *margin = &c->margin[m];
    int64_t known = margin->keys.count;
    int32_t *code = cx_i_alloc_array(c->allocator, c->rows, sizeof *code);
    cx_status status = CX_OK;
    c->code[m] = code;
    if (code == NULL) return cx_i_out_of_memory(err);
    cx_i_key_map_init(&of->map, &margin->keys, &of->columns, 1);
    for (int64_t start = 0; start < c->rows && status == CX_OK; start += CX_I_MAP_BLOCK) {
        int64_t left = c->rows - start, count = left < CX_I_MAP_BLOCK ? left : CX_I_MAP_BLOCK;
        status = cx_i_key_map_read(&of->map, start, count, entries, err);
        for (int64_t i = 0; i < count && status == CX_OK; i++) {
            code[start + i] = (int32_t)entries[i] - 1;
            if (code[start + i] >= known)
                status = cells_no_total(of, margin, start + i, code[start + i], err);
        }
    }
    cx_i_key_map_free(&of->map);
    return status;
}

static uint64_t cells_mix(uint64_t key) {
    key = (key ^ key >> 31) * UINT64_C(0x9E3779B97F4A7C15);
    return key ^ key >> 29;
}

/* Numbers the cells in the order of their first rows; item[cell] is its key. */
static cx_status cells_hash(cx_i_constraints *c, const uint64_t *key, cx_i_sortable *item,
                            cx_error *err) {
    uint64_t slots = 1024;
    while (slots < 2 * (uint64_t)c->rows) slots *= 2;
    int32_t *slot = cx_i_alloc_array(c->allocator, (int64_t)slots, sizeof *slot);
    if (slot == NULL) return cx_i_out_of_memory(err);
    for (int64_t row = 0; row < c->rows; row++) {
        uint64_t at = cells_mix(key[row]) & (slots - 1);
        while (slot[at] != 0 && item[slot[at] - 1].key != key[row]) at = (at + 1) & (slots - 1);
        if (slot[at] == 0) {
            item[c->cells] = (cx_i_sortable){key[row], row};
            slot[at] = (int32_t)++c->cells;
        }
        c->cell[row] = slot[at] - 1;
    }
    cx_i_free(c->allocator, slot);
    return CX_OK;
}

/* Cells in the order of their keys, each with the codes of its first row. */
static cx_status cells_sort_keys(cx_i_constraints *c, cx_i_sortable *item, cx_i_sortable *room,
                                 cx_error *err) {
    int32_t *number = cx_i_alloc_array(c->allocator, c->cells, sizeof *number);
    int32_t *code = cx_i_alloc_array(c->allocator, c->cells, sizeof *code);
    c->size = cx_i_alloc_array(c->allocator, c->cells, sizeof *c->size);
    bool made = number != NULL && code != NULL && c->size != NULL;
    if (made) {
        cx_i_sort(item, room, c->cells);
        for (int64_t i = 0; i < c->cells; i++) number[c->cell[item[i].row]] = (int32_t)i;
        for (int64_t m = 0; m < c->margins; m++) {
            for (int64_t i = 0; i < c->cells; i++) code[i] = c->code[m][item[i].row];
            memcpy(c->code[m], code, (size_t)c->cells * sizeof *code);
        }
        for (int64_t row = 0; row < c->rows; row++) {
            c->cell[row] = number[c->cell[row]];
            c->size[c->cell[row]]++;
        }
    }
    cx_i_free(c->allocator, number);
    cx_i_free(c->allocator, code);
    return made ? CX_OK : cx_i_out_of_memory(err);
}

static cx_status cells_collapse(cx_i_constraints *c, const cells_reader *reader, cx_error *err) {
    const cx_allocator *a = c->allocator;
    if (c->rows >= INT32_MAX)
        return cx_i_fail(err, CX_E_LIMIT,
                         "%d rows are too many for so many combinations of categories", c->rows);
    uint64_t *key = cx_i_alloc_array(a, c->rows, sizeof *key);
    cx_i_sortable *item = cx_i_alloc_room(a, c->rows, sizeof *item);
    cx_i_sortable *room = cx_i_alloc_room(a, c->rows, sizeof *room);
    c->cell = cx_i_alloc_room(a, c->rows, sizeof *c->cell);
    cx_status status = CX_OK;
    if (key == NULL || item == NULL || room == NULL || c->cell == NULL)
        status = cx_i_out_of_memory(err);
    for (int64_t m = 0; m < c->margins && status == CX_OK; m++)
        for (int64_t row = 0; row < c->rows; row++)
            key[row] += reader->margin[m].radix * (uint64_t)c->code[m][row];
    if (status == CX_OK) status = cells_hash(c, key, item, err);
    if (status == CX_OK) status = cells_sort_keys(c, item, room, err);
    cx_i_free(a, key);
    cx_i_free(a, item);
    cx_i_free(a, room);
    return status == CX_OK ? cx_i_tree_make(c, reader->order, err) : status;
}

/* -- the call ------------------------------------------------------------------------------ */

static cx_status cells_read(cx_i_constraints *c, cells_reader *reader, bool apart, cx_error *err) {
    if (!apart && cells_are_few(c, reader->range)) return cells_read_direct(c, reader, err);
    for (int64_t m = 0; m < c->margins; m++)
        CX_TRY(cells_read_codes(c, &reader->margin[m], m, err));
    if (!apart && reader->range > 0) return cells_collapse(c, reader, err);
    c->cells = c->rows;
    return CX_OK;
}

cx_status cx_i_cells_read(cx_i_constraints *c, const cx_frame *table, bool apart, cx_error *err) {
    cells_reader reader = {NULL, NULL, 0};
    cx_status status = cells_open(c, table, &reader, err);
    if (status == CX_OK) status = cells_read(c, &reader, apart, err);
    cells_close(c, &reader);
    return status;
}
