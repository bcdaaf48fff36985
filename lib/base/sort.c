#include "base/sort.h"

/* Below this many, the tables of counts cost more than they save. */
#define SORT_SHORT 24
#define SORT_DIGIT 11
/* Parts of at most so many are put right by insertion, all in one run. */
#define SORT_NEAR 16

uint64_t cx_i_sort_key_f64(double value) {
    uint64_t bits;
    double positive_zero = value + 0.0; /* -0 and 0 are equal */
    memcpy(&bits, &positive_zero, sizeof bits);
    return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

double cx_i_sort_value_f64(uint64_t key) {
    uint64_t bits = key >> 63 ? key ^ UINT64_C(1) << 63 : ~key;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

uint64_t cx_i_sort_key_i64(int64_t value) {
    return (uint64_t)value ^ UINT64_C(1) << 63;
}

/* `to` may be `from`. */
static void sort_insert(const cx_i_sortable *from, cx_i_sortable *to, int64_t count) {
    for (int64_t i = 0; i < count; i++) {
        cx_i_sortable item = from[i];
        int64_t at = i;
        for (; at > 0 && to[at - 1].key > item.key; at--) to[at] = to[at - 1];
        to[at] = item;
    }
}

static bool sort_is_done(const cx_i_sortable *items, int64_t count) {
    for (int64_t i = 1; i < count; i++)
        if (items[i].key < items[i - 1].key) return false;
    return true;
}

/* Of any number: byte after byte, from the least significant. */
static void sort_bytes(cx_i_sortable *items, cx_i_sortable *scratch, int64_t count) {
    int64_t counts[8][256];
    cx_i_sortable *from = items, *to = scratch;
    memset(counts, 0, sizeof counts);
    for (int64_t i = 0; i < count; i++)
        for (int byte = 0; byte < 8; byte++) counts[byte][items[i].key >> (8 * byte) & 255]++;
    for (int byte = 0; byte < 8; byte++) {
        int64_t *bucket = counts[byte], before = 0;
        if (bucket[from[0].key >> (8 * byte) & 255] == count) continue;
        for (int value = 0; value < 256; value++) {
            int64_t here = bucket[value];
            bucket[value] = before;
            before += here;
        }
        for (int64_t i = 0; i < count; i++) to[bucket[from[i].key >> (8 * byte) & 255]++] = from[i];
        cx_i_sortable *swap = from;
        from = to;
        to = swap;
    }
    if (from != items) memcpy(items, from, (size_t)count * sizeof *items);
}

/* -- from the most significant end, so that parts soon fit the cache ----------------------- */

/* The bits in which the keys differ */
static uint64_t sort_difference(const uint64_t *keys, int64_t count) {
    uint64_t all = keys[0], any = keys[0];
    for (int64_t i = 1; i < count; i++) all &= keys[i], any |= keys[i];
    return all ^ any;
}

/* How far to shift for a digit that begins at the highest bit of the difference and leaves about
 * one key for each value; its width goes to `bits`. */
static int sort_shift(uint64_t difference, int64_t count, int *bits) {
    int top = 63, width = 4;
    while (difference >> top == 0) top--;
    while (width < SORT_DIGIT && count >> width > 0) width++;
    *bits = width < top + 1 ? width : top + 1;
    return top + 1 - *bits;
}

/* From counts of each value of a digit to where its part begins; the largest part */
static uint32_t sort_starts(uint32_t *counts, int bits) {
    uint32_t place = 0, most = 0;
    for (int64_t b = 0; b < INT64_C(1) << bits; b++) {
        uint32_t here = counts[b];
        counts[b] = place;
        place += here;
        most = here > most ? here : most;
    }
    return most;
}

static uint64_t sort_item_difference(const cx_i_sortable *items, int64_t count) {
    uint64_t all = items[0].key, any = items[0].key;
    for (int64_t i = 1; i < count; i++) all &= items[i].key, any |= items[i].key;
    return all ^ any;
}

/* As sort_parts() below, with rows; stable. */
static void sort_items(cx_i_sortable *from, cx_i_sortable *to, int64_t count, bool across) {
    uint32_t ends[1 << SORT_DIGIT];
    uint64_t difference = count < SORT_SHORT ? 0 : sort_item_difference(from, count);
    int bits;
    if (count < SORT_SHORT) sort_insert(from, across ? to : from, count);
    if (difference == 0) {
        if (count >= SORT_SHORT && across) memcpy(to, from, (size_t)count * sizeof *to);
        return;
    }
    int shift = sort_shift(difference, count, &bits);
    uint64_t mask = (UINT64_C(1) << bits) - 1;
    memset(ends, 0, sizeof *ends << bits);
    for (int64_t i = 0; i < count; i++) ends[from[i].key >> shift & mask]++;
    bool near = sort_starts(ends, bits) <= SORT_NEAR;
    for (int64_t i = 0; i < count; i++) to[ends[from[i].key >> shift & mask]++] = from[i];
    if (near) sort_insert(to, across ? to : from, count);
    for (uint64_t b = 0; b <= mask && !near; b++) {
        uint32_t begin = b == 0 ? 0 : ends[b - 1];
        if (ends[b] > begin) sort_items(to + begin, from + begin, ends[b] - begin, !across);
    }
}

void cx_i_sort(cx_i_sortable *items, cx_i_sortable *scratch, int64_t count) {
    if (count < SORT_SHORT) {
        sort_insert(items, items, count);
        return;
    }
    if (sort_is_done(items, count)) return;
    if (count > UINT32_MAX)
        sort_bytes(items, scratch, count);
    else
        sort_items(items, scratch, count, false);
}

/* As sort_insert(), plain keys */
static void sort_put(const uint64_t *from, uint64_t *to, int64_t count) {
    for (int64_t i = 0; i < count; i++) {
        uint64_t key = from[i];
        int64_t at = i;
        for (; at > 0 && to[at - 1] > key; at--) to[at] = to[at - 1];
        to[at] = key;
    }
}

/* Sorts `from`; the result stands in `to` when `across`. Each level takes four bits or more. */
static void sort_parts(uint64_t *from, uint64_t *to, int64_t count, bool across) {
    uint32_t ends[1 << SORT_DIGIT];
    uint64_t difference = count < SORT_SHORT ? 0 : sort_difference(from, count);
    int bits;
    if (count < SORT_SHORT) sort_put(from, across ? to : from, count);
    if (difference == 0) {
        if (count >= SORT_SHORT && across) memcpy(to, from, (size_t)count * sizeof *to);
        return;
    }
    int shift = sort_shift(difference, count, &bits);
    uint64_t mask = (UINT64_C(1) << bits) - 1;
    memset(ends, 0, sizeof *ends << bits);
    for (int64_t i = 0; i < count; i++) ends[from[i] >> shift & mask]++;
    bool near = sort_starts(ends, bits) <= SORT_NEAR;
    for (int64_t i = 0; i < count; i++) to[ends[from[i] >> shift & mask]++] = from[i];
    if (near) sort_put(to, across ? to : from, count);
    for (uint64_t b = 0; b <= mask && !near; b++) {
        uint32_t begin = b == 0 ? 0 : ends[b - 1];
        if (ends[b] > begin) sort_parts(to + begin, from + begin, ends[b] - begin, !across);
    }
}

void cx_i_sort_u64(uint64_t *keys, uint64_t *scratch, int64_t count) {
    sort_parts(keys, scratch, count, false);
}
