#include "base/keys_map.h"
#include "metric/codes.h"
#include "metric/tallies.h"

/* From a batch to a set of tallies. Long batches without weights are counted in one array of
 * 32-bit cells, a row of codes for each key; everything else goes answer by answer. */

enum { FILL_SHORT = 256, FILL_FIRST_ROOM = 64 };
#define FILL_MOST_ROWS (INT64_C(1) << 31) /* before a cell could overflow */

cx_status cx_i_tallies_make(cx_tallies *set, cx_error *err) {
    if (set->made == set->keys.count) return CX_OK;
    CX_TRY(cx_i_tallies_reserve(set, set->keys.count, err));
    while (set->made < set->keys.count) {
        CX_TRY(cx_i_tally_new(set->scale_min, set->scale_max, 1, &set->allocator,
                              &set->tally[set->made], err));
        set->made++;
    }
    return CX_OK;
}

/* -- answer by answer ---------------------------------------------------------------------- */

/* `map` may be NULL: a short batch is not worth a table. */
static cx_status fill_numbers(cx_tallies *set, const cx_i_tallies_batch *batch, cx_i_key_map *map,
                              int64_t start, int64_t count, int64_t *numbers, cx_error *err) {
    uint32_t entries[CX_I_BLOCK];
    if (map == NULL) return cx_i_keys_read(&set->keys, batch->by, start, count, numbers, err);
    CX_TRY(cx_i_key_map_read(map, start, count, entries, err));
    for (int64_t i = 0; i < count; i++) numbers[i] = (int64_t)entries[i] - 1;
    return CX_OK;
}

static cx_status fill_block(cx_tallies *set, const cx_i_tallies_batch *batch, cx_i_key_map *map,
                            int64_t start, int64_t count, cx_error *err) {
    double values[CX_I_BLOCK], weights[CX_I_BLOCK];
    int64_t keys[CX_I_BLOCK];
    CX_TRY(fill_numbers(set, batch, map, start, count, keys, err));
    CX_TRY(cx_i_tallies_make(set, err));
    cx_i_array_read(batch->answers.scores, start, count, values);
    if (batch->answers.weights != NULL)
        cx_i_array_read(batch->answers.weights, start, count, weights);
    for (int64_t i = 0; i < count; i++)
        CX_TRY(cx_i_answers_add(&batch->answers, set->tally[keys[i]], &set->tally[keys[i]]->cells,
                                start + i, values[i],
                                batch->answers.weights != NULL ? &weights[i] : NULL, err));
    return CX_OK;
}

static cx_status fill_blocks(cx_tallies *set, const cx_i_tallies_batch *batch, cx_i_key_map *map,
                             cx_error *err) {
    for (int64_t start = 0; start < batch->answers.scores->length; start += CX_I_BLOCK) {
        int64_t left = batch->answers.scores->length - start;
        CX_TRY(fill_block(set, batch, map, start, left < CX_I_BLOCK ? left : CX_I_BLOCK, err));
    }
    return CX_OK;
}

static cx_status fill_rows(cx_tallies *set, const cx_i_tallies_batch *batch, cx_error *err) {
    cx_i_key_map map;
    if (batch->answers.scores->length < FILL_SHORT) return fill_blocks(set, batch, NULL, err);
    cx_i_key_map_init(&map, &set->keys, batch->by, 1);
    cx_status status = fill_blocks(set, batch, &map, err);
    cx_i_key_map_free(&map);
    return status;
}

/* -- by cells ------------------------------------------------------------------------------ */

/* Row 0 of the cells takes answers whose key has not been seen; they are given their own row at
 * the end of each block. */
typedef struct fill_counts {
    cx_tallies *set;
    const cx_i_tallies_batch *batch;
    cx_i_codes codes;
    cx_i_key_map map;
    uint32_t *cells;
    int64_t room; /* rows of cells */
} fill_counts;

static cx_status fill_reserve(fill_counts *counts, cx_error *err) {
    int64_t room = counts->room, need = counts->set->keys.count + 1, width = counts->codes.width;
    if (need <= counts->room) return CX_OK;
    while (room < need) room = room == 0 ? FILL_FIRST_ROOM : 2 * room;
    uint32_t *cells =
        cx_i_alloc_array(&counts->set->allocator, room, (size_t)width * sizeof *cells);
    if (cells == NULL) return cx_i_out_of_memory(err);
    if (counts->room > 0)
        memcpy(cells, counts->cells, (size_t)(counts->room * width) * sizeof *cells);
    cx_i_free(&counts->set->allocator, counts->cells);
    counts->cells = cells;
    counts->room = room;
    return CX_OK;
}

static bool fill_has_unseen(const fill_counts *counts) {
    uint32_t any = 0;
    for (int32_t i = 0; i < counts->codes.width; i++) any |= counts->cells[i];
    return any != 0;
}

/* Adds the answers of a block that stand in row 0 to the rows of their keys. */
static cx_status fill_unseen(fill_counts *counts, int64_t start, int64_t count,
                             const uint32_t *index, const uint8_t *answers, cx_error *err) {
    uint32_t unseen[CX_I_MAP_BLOCK];
    int64_t found = 0;
    if (!fill_has_unseen(counts)) return CX_OK;
    for (int64_t i = 0; i < count; i++) {
        unseen[found] = (uint32_t)i;
        found += counts->map.entry[index[i]] == 0;
    }
    for (int64_t i = 0; i < found; i++) {
        int64_t row = unseen[i];
        if (counts->map.entry[index[row]] == 0)
            CX_TRY(cx_i_key_map_learn(&counts->map, start + row, index[row], err));
        CX_TRY(fill_reserve(counts, err));
        counts->cells[counts->map.entry[index[row]] + counts->codes.byte[answers[row]]]++;
    }
    memset(counts->cells, 0, (size_t)counts->codes.width * sizeof *counts->cells);
    return CX_OK;
}

static void fill_indexed(fill_counts *counts, const uint32_t *index, const uint8_t *answers,
                         int64_t count) {
    const uint32_t *entry = counts->map.entry;
    const uint16_t *byte = counts->codes.byte;
    uint32_t *cells = counts->cells;
    for (int64_t i = 0; i < count; i++) cells[entry[index[i]] + byte[answers[i]]]++;
}

/* The case that matters most has no array of indices in between. */
static void fill_plain(fill_counts *counts, const int32_t *key, const uint8_t *answers,
                       int64_t count) {
    const uint32_t *entry = counts->map.entry;
    const uint16_t *byte = counts->codes.byte;
    uint32_t *cells = counts->cells, low = (uint32_t)counts->map.window[0].low;
    for (int64_t i = 0; i < count; i++) cells[entry[(uint32_t)key[i] - low] + byte[answers[i]]]++;
}

static cx_status fill_codes(fill_counts *counts, int64_t start, int64_t count,
                            const uint32_t *entries, cx_error *err) {
    uint16_t codes[CX_I_BLOCK];
    CX_TRY(fill_reserve(counts, err));
    for (int64_t done = 0; done < count; done += CX_I_BLOCK) {
        int64_t some = count - done < CX_I_BLOCK ? count - done : CX_I_BLOCK;
        cx_i_codes_read(&counts->codes, start + done, some, codes);
        for (int64_t i = 0; i < some; i++) counts->cells[entries[done + i] + codes[i]]++;
    }
    return CX_OK;
}

static cx_status fill_bytes(fill_counts *counts, int64_t start, int64_t count, cx_error *err) {
    uint32_t index[CX_I_MAP_BLOCK];
    bool mapped;
    const uint8_t *answers = (const uint8_t *)counts->batch->answers.scores->data + start;
    const int32_t *key = cx_i_key_map_plain(&counts->map, start, count);
    if (key != NULL) fill_plain(counts, key, answers, count);
    if (key != NULL && !fill_has_unseen(counts)) return CX_OK;
    CX_TRY(cx_i_key_map_index(&counts->map, start, count, index, &mapped, err));
    if (mapped && key == NULL) fill_indexed(counts, index, answers, count);
    if (mapped) return fill_unseen(counts, start, count, index, answers, err);
    CX_TRY(cx_i_key_map_spell(&counts->map, start, count, index, err));
    return fill_codes(counts, start, count, index, err);
}

static cx_status fill_counts_block(fill_counts *counts, int64_t start, int64_t count,
                                   cx_error *err) {
    uint32_t entries[CX_I_MAP_BLOCK];
    if (counts->codes.bytes && counts->batch->answers.scores->stride == 1)
        return fill_bytes(counts, start, count, err);
    CX_TRY(cx_i_key_map_read(&counts->map, start, count, entries, err));
    return fill_codes(counts, start, count, entries, err);
}

/* Moves the counts into the tallies; *refused when a row has to be looked at. */
static cx_status fill_commit(fill_counts *counts, bool *refused, cx_error *err) {
    cx_tallies *set = counts->set;
    int64_t width = counts->codes.width;
    CX_TRY(cx_i_tallies_make(set, err));
    for (int64_t key = 0; key < set->keys.count; key++)
        if (!cx_i_codes_commit(&counts->codes, counts->cells + (key + 1) * width,
                               &set->tally[key]->cells))
            *refused = true;
    memset(counts->cells, 0, (size_t)(counts->room * width) * sizeof *counts->cells);
    return CX_OK;
}

static cx_status fill_all_counts(fill_counts *counts, bool *refused, cx_error *err) {
    int64_t length = counts->batch->answers.scores->length;
    CX_TRY(fill_reserve(counts, err));
    for (int64_t start = 0; start < length; start += CX_I_MAP_BLOCK) {
        int64_t left = length - start;
        CX_TRY(
            fill_counts_block(counts, start, left < CX_I_MAP_BLOCK ? left : CX_I_MAP_BLOCK, err));
        if ((start + CX_I_MAP_BLOCK) % FILL_MOST_ROWS == 0)
            CX_TRY(fill_commit(counts, refused, err));
    }
    return fill_commit(counts, refused, err);
}

/* *refused: nothing can be said of this batch but row by row. */
static cx_status fill_cells(cx_tallies *set, const cx_i_tallies_batch *batch, bool *refused,
                            cx_error *err) {
    fill_counts counts = {.set = set, .batch = batch};
    *refused = false;
    cx_i_codes_init(&counts.codes, &batch->answers, set->scale_min, set->scale_max);
    cx_i_key_map_init(&counts.map, &set->keys, batch->by, (uint32_t)counts.codes.width);
    cx_status status = fill_all_counts(&counts, refused, err);
    cx_i_key_map_free(&counts.map);
    cx_i_free(&set->allocator, counts.cells);
    if (status == CX_OK || status == CX_E_MEMORY) return status;
    cx_error_init(err); /* the row loop says what comes first */
    *refused = true;
    return CX_OK;
}

cx_status cx_i_tallies_fill(cx_tallies *set, const cx_i_tallies_batch *batch, cx_error *err) {
    bool refused = true;
    CX_TRY(cx_i_keys_bind(&set->keys, batch->by, err));
    if (batch->answers.weights == NULL && batch->answers.scores->length >= FILL_SHORT)
        CX_TRY(fill_cells(set, batch, &refused, err));
    if (refused) {
        for (int64_t i = 0; i < set->made; i++)
            cx_i_cells_clear(&set->tally[i]->cells, cx_i_tally_levels(set->tally[i]));
        CX_TRY(fill_rows(set, batch, err));
    }
    cx_i_keys_sort(&set->keys, set->order);
    return CX_OK;
}
