#include "base/sort.h"

/* Below this many, the tables of counts cost more than they save. */
#define SORT_SHORT 32

uint64_t cx_i_sort_key_f64(double value) {
    uint64_t bits;
    double positive_zero = value + 0.0; /* -0 and 0 are equal */
    memcpy(&bits, &positive_zero, sizeof bits);
    return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

uint64_t cx_i_sort_key_i64(int64_t value) {
    return (uint64_t)value ^ UINT64_C(1) << 63;
}

static void sort_insert(cx_i_sortable *items, int64_t count) {
    for (int64_t i = 1; i < count; i++) {
        cx_i_sortable item = items[i];
        int64_t at = i;
        for (; at > 0 && items[at - 1].key > item.key; at--) items[at] = items[at - 1];
        items[at] = item;
    }
}

static bool sort_is_done(const cx_i_sortable *items, int64_t count) {
    for (int64_t i = 1; i < count; i++)
        if (items[i].key < items[i - 1].key) return false;
    return true;
}

void cx_i_sort(cx_i_sortable *items, cx_i_sortable *scratch, int64_t count) {
    int64_t counts[8][256];
    cx_i_sortable *from = items, *to = scratch;
    if (count < SORT_SHORT) {
        sort_insert(items, count);
        return;
    }
    if (sort_is_done(items, count)) return;
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
