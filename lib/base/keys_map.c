#include "base/keys_map.h"

#define KEY_MAP_MOST_BITS 22

static int32_t key_map_bits(uint64_t distance) {
    int32_t bits = 0;
    while (distance >> bits != 0) bits++;
    return bits;
}

/* -- life ---------------------------------------------------------------------------------- */

static bool key_map_whole(const cx_array *column) {
    return column->dtype <= CX_U64 || column->dtype == CX_BOOL || column->dtype == CX_TIMESTAMP;
}

/* Values that fit 32 bits with their sign; the others take the loop of 64. */
static bool key_map_narrow(const cx_array *column) {
    bool days = column->dtype == CX_TIMESTAMP && column->unit == CX_DAYS;
    return days || column->dtype <= CX_I32 || column->dtype == CX_U8 || column->dtype == CX_U16 ||
           column->dtype == CX_BOOL;
}

void cx_i_key_map_init(cx_i_key_map *map, cx_i_keys *keys, const cx_frame *by, uint32_t stride) {
    memset(map, 0, sizeof *map);
    map->keys = keys;
    map->by = by;
    map->stride = stride;
    map->bits = -1;
    map->most = 3 + key_map_bits((uint64_t)by->columns[0].length);
    if (map->most > KEY_MAP_MOST_BITS) map->most = KEY_MAP_MOST_BITS;
    map->possible = by->count <= CX_I_MAP_COLUMNS;
    for (int64_t c = 0; map->possible && c < by->count; c++) {
        map->possible = key_map_whole(&by->columns[c]);
        map->window[c].nullable = by->columns[c].validity != NULL;
        map->window[c].narrow = !map->window[c].nullable && key_map_narrow(&by->columns[c]);
    }
}

void cx_i_key_map_free(cx_i_key_map *map) {
    cx_i_free(map->keys->allocator, map->entry);
}

/* -- indices ------------------------------------------------------------------------------- */

#define KEY_MAP_LOOP(type, step, rows)                                                             \
    for (int64_t i = 0; i < (rows); i++) {                                                         \
        type value;                                                                                \
        memcpy(&value, p + i * (step), sizeof value);                                              \
        uint32_t distance = (uint32_t)value - low;                                                 \
        all |= distance;                                                                           \
        index[i] |= distance << shift;                                                             \
    }

#if defined(__GNUC__)
#define KEY_MAP_FETCH(place) __builtin_prefetch((const void *)(place))
#else
#define KEY_MAP_FETCH(place) ((void)0)
#endif
#define KEY_MAP_STEP 16

/* A block of contiguous elements has its own loop, whose length the compiler knows. Meanwhile the
 * next block of the column comes near: with several columns no processor foresees it. */
#define KEY_MAP_NARROW(type)                                                                       \
    if (stride == sizeof(type) && count == CX_I_MAP_BLOCK) {                                       \
        for (int step = 0; step < CX_I_MAP_BLOCK / KEY_MAP_STEP; step++) {                         \
            KEY_MAP_FETCH((uintptr_t)p + CX_I_MAP_BLOCK * sizeof(type));                           \
            KEY_MAP_LOOP(type, (int64_t)sizeof(type), KEY_MAP_STEP)                                \
            p += KEY_MAP_STEP * sizeof(type);                                                      \
            index += KEY_MAP_STEP;                                                                 \
        }                                                                                          \
    } else {                                                                                       \
        KEY_MAP_LOOP(type, stride, count)                                                          \
    }                                                                                              \
    return all

/* All distances from the lowest value, or-ed together: one comparison for the block. */
static uint64_t key_map_narrow_block(const cx_array *column, const cx_i_key_window *window,
                                     int64_t start, int64_t count, uint32_t *restrict index) {
    const char *restrict p = (const char *)column->data + start * column->stride;
    int64_t stride = column->stride;
    uint32_t low = (uint32_t)window->low, all = 0;
    int shift = window->shift;
    switch (column->dtype) {
    case CX_I8:
        KEY_MAP_NARROW(int8_t);
    case CX_I16:
        KEY_MAP_NARROW(int16_t);
    case CX_U8:
    case CX_BOOL:
        KEY_MAP_NARROW(uint8_t);
    case CX_U16:
        KEY_MAP_NARROW(uint16_t);
    default:
        KEY_MAP_NARROW(int32_t);
    }
}

static uint64_t key_map_wide_block(const cx_array *column, const cx_i_key_window *window,
                                   int64_t start, int64_t count, uint32_t *index) {
    uint64_t all = 0;
    for (int64_t i = 0; i < count; i++) {
        uint64_t distance = 0;
        if (!window->nullable || cx_i_array_valid(column, start + i)) {
            distance = (uint64_t)cx_i_array_i64(column, start + i) - (uint64_t)window->low;
            if (window->nullable && distance == 0) return UINT64_MAX; /* taken by null */
        }
        all |= distance;
        index[i] |= (uint32_t)distance << window->shift;
    }
    return all;
}

static bool key_map_try(const cx_i_key_map *map, int64_t start, int64_t count, uint32_t *index) {
    memset(index, 0, (size_t)count * sizeof *index);
    for (int64_t c = 0; c < map->by->count; c++) {
        const cx_i_key_window *window = &map->window[c];
        const cx_array *column = &map->by->columns[c];
        uint64_t all = window->narrow ? key_map_narrow_block(column, window, start, count, index)
                                      : key_map_wide_block(column, window, start, count, index);
        if (all >> window->bits != 0) return false;
    }
    return true;
}

/* -- windows that grow --------------------------------------------------------------------- */

/* Room is left on the side where the window grew, as far as the type has values there. */
static void key_map_place(cx_i_key_window *window, int64_t low, int64_t high, bool down) {
    int64_t least = window->narrow ? INT32_MIN : INT64_MIN;
    int64_t most = window->narrow ? INT32_MAX : INT64_MAX;
    window->bits = key_map_bits((uint64_t)high - (uint64_t)low);
    int64_t room = (INT64_C(1) << window->bits) - 1;
    bool below = down && high >= least + room, above = low <= most - room;
    window->low = below || !above ? high - room : low;
}

/* The window of one column over the block; false when it is beyond any table. */
static bool key_map_widen(const cx_array *column, cx_i_key_window *window, bool fresh,
                          int64_t start, int64_t count) {
    int64_t low = 0, high = 0, before;
    bool any = !fresh;
    if (any) low = window->low, high = window->low + (INT64_C(1) << window->bits) - 1;
    before = low;
    for (int64_t i = 0; i < count; i++) {
        if (window->nullable && !cx_i_array_valid(column, start + i)) continue;
        int64_t value = cx_i_array_i64(column, start + i), least = value;
        if (window->nullable && value == INT64_MIN) return false;
        if (window->nullable) least--;
        if (!any) low = least, high = value;
        any = true;
        if (least < low) low = least;
        if (value > high) high = value;
    }
    if (((uint64_t)high - (uint64_t)low) >> KEY_MAP_MOST_BITS != 0) return false;
    key_map_place(window, low, high, !fresh && low < before);
    return true;
}

static uint32_t key_map_moved(const cx_i_key_map *from, const cx_i_key_map *to, uint32_t index) {
    uint32_t moved = 0;
    for (int64_t c = 0; c < from->by->count; c++) {
        const cx_i_key_window *a = &from->window[c], *b = &to->window[c];
        uint32_t part = index >> a->shift & ((UINT32_C(1) << a->bits) - 1);
        if (!a->nullable || part > 0) part += (uint32_t)(a->low - b->low);
        moved |= part << b->shift;
    }
    return moved;
}

static cx_status key_map_move(cx_i_key_map *map, const cx_i_key_map *wider, cx_error *err) {
    uint32_t *entry =
        cx_i_alloc_array(map->keys->allocator, INT64_C(1) << wider->bits, sizeof *entry);
    if (entry == NULL) return cx_i_out_of_memory(err);
    for (uint32_t i = 0; map->bits >= 0 && i < UINT32_C(1) << map->bits; i++)
        if (map->entry[i] != 0) entry[key_map_moved(map, wider, i)] = map->entry[i];
    cx_i_free(map->keys->allocator, map->entry);
    *map = *wider;
    map->entry = entry;
    return CX_OK;
}

static cx_status key_map_grow(cx_i_key_map *map, int64_t start, int64_t count, bool *grown,
                              cx_error *err) {
    cx_i_key_map wider = *map;
    wider.bits = 0;
    *grown = false;
    for (int64_t c = 0; c < map->by->count; c++) {
        cx_i_key_window *window = &wider.window[c];
        if (!key_map_widen(&map->by->columns[c], window, map->bits < 0, start, count)) return CX_OK;
        window->shift = wider.bits;
        wider.bits += window->bits;
        if (wider.bits > map->most) return CX_OK;
    }
    CX_TRY(key_map_move(map, &wider, err));
    *grown = true;
    return CX_OK;
}

cx_status cx_i_key_map_index(cx_i_key_map *map, int64_t start, int64_t count, uint32_t *index,
                             bool *mapped, cx_error *err) {
    *mapped = map->possible && map->bits >= 0 && key_map_try(map, start, count, index);
    if (*mapped || !map->possible) return CX_OK;
    CX_TRY(key_map_grow(map, start, count, mapped, err));
    if (*mapped) *mapped = key_map_try(map, start, count, index);
    return CX_OK;
}

/* Eight at a time on any CPU. */
static uint32_t key_map_plain_all(const int32_t *value, int64_t count, uint32_t low) {
    uint32_t all[8] = {0};
    int64_t i = 0;
    for (; i + 8 <= count; i += 8)
        for (int j = 0; j < 8; j++) all[j] |= (uint32_t)value[i + j] - low;
    for (; i < count; i++) all[0] |= (uint32_t)value[i] - low;
    for (int j = 1; j < 8; j++) all[0] |= all[j];
    return all[0];
}

const int32_t *cx_i_key_map_plain(const cx_i_key_map *map, int64_t start, int64_t count) {
    const cx_array *column = &map->by->columns[0];
    const cx_i_key_window *window = &map->window[0];
    bool plain = map->by->count == 1 && map->bits >= 0 && column->dtype == CX_I32 &&
                 column->stride == sizeof(int32_t) && window->narrow &&
                 (uintptr_t)column->data % sizeof(int32_t) == 0;
    if (!plain) return NULL;
    const int32_t *value = (const int32_t *)column->data + start;
    return key_map_plain_all(value, count, (uint32_t)window->low) >> window->bits == 0 ? value
                                                                                       : NULL;
}

/* -- entries ------------------------------------------------------------------------------- */

static cx_status key_map_entry(const cx_i_key_map *map, int64_t number, uint32_t *entry,
                               cx_error *err) {
    if (number >= (int64_t)(UINT32_MAX / map->stride) - 1)
        return cx_i_fail(err, CX_E_OVERFLOW, "there are too many keys");
    *entry = (uint32_t)(number + 1) * map->stride;
    return CX_OK;
}

cx_status cx_i_key_map_learn(cx_i_key_map *map, int64_t row, uint32_t index, cx_error *err) {
    int64_t number;
    CX_TRY(cx_i_keys_read(map->keys, map->by, row, 1, &number, err));
    return key_map_entry(map, number, &map->entry[index], err);
}

cx_status cx_i_key_map_spell(cx_i_key_map *map, int64_t start, int64_t count, uint32_t *entries,
                             cx_error *err) {
    int64_t numbers[CX_I_MAP_BLOCK];
    CX_TRY(cx_i_keys_read(map->keys, map->by, start, count, numbers, err));
    for (int64_t i = 0; i < count; i++) CX_TRY(key_map_entry(map, numbers[i], &entries[i], err));
    return CX_OK;
}

cx_status cx_i_key_map_read(cx_i_key_map *map, int64_t start, int64_t count, uint32_t *entries,
                            cx_error *err) {
    bool mapped;
    CX_TRY(cx_i_key_map_index(map, start, count, entries, &mapped, err));
    if (!mapped) return cx_i_key_map_spell(map, start, count, entries, err);
    for (int64_t i = 0; i < count; i++) {
        uint32_t index = entries[i];
        if (map->entry[index] == 0) CX_TRY(cx_i_key_map_learn(map, start + i, index, err));
        entries[i] = map->entry[index];
    }
    return CX_OK;
}
