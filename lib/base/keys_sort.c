#include "base/keys.h"
#include "base/sort.h"

/* Keys in order of their bytes: eight at a time as numbers; where there is no memory for that, by a
 * heap, since sorting cannot fail. */

/* -- in place ------------------------------------------------------------------------------ */

static bool keys_before(const cx_i_keys *keys, int64_t a, int64_t b) {
    size_t size_a, size_b;
    const uint8_t *bytes_a = cx_i_keys_bytes(keys, a, &size_a);
    const uint8_t *bytes_b = cx_i_keys_bytes(keys, b, &size_b);
    int order = memcmp(bytes_a, bytes_b, size_a < size_b ? size_a : size_b);
    return order != 0 ? order < 0 : size_a < size_b;
}

static void keys_sift_down(const cx_i_keys *keys, int64_t *heap, int64_t root, int64_t count) {
    for (int64_t child; (child = 2 * root + 1) < count; root = child) {
        if (child + 1 < count && keys_before(keys, heap[child], heap[child + 1])) child++;
        if (!keys_before(keys, heap[root], heap[child])) return;
        int64_t swap = heap[root];
        heap[root] = heap[child], heap[child] = swap;
    }
}

static void keys_sort_heap(const cx_i_keys *keys, int64_t *order, int64_t count) {
    for (int64_t i = count / 2; i-- > 0;) keys_sift_down(keys, order, i, count);
    for (int64_t end = count; end-- > 1;) {
        int64_t last = order[0];
        order[0] = order[end], order[end] = last;
        keys_sift_down(keys, order, 0, end);
    }
}

/* -- by eight bytes ------------------------------------------------------------------------ */

enum { KEYS_SORT_FEW = 16, KEYS_SORT_DEPTH = 64 };

/* How many bytes all of these keys share; *shortest: the size of the shortest. */
static size_t keys_shared(const cx_i_keys *keys, const int64_t *order, int64_t count, size_t from,
                          size_t *shortest) {
    size_t shared, size;
    const uint8_t *first = cx_i_keys_bytes(keys, order[0], &shared);
    *shortest = shared;
    for (int64_t i = 1; i < count; i++) {
        const uint8_t *bytes = cx_i_keys_bytes(keys, order[i], &size);
        size_t at = from;
        if (size < *shortest) *shortest = size;
        if (size < shared) shared = size;
        while (at < shared && bytes[at] == first[at]) at++;
        shared = at;
    }
    return shared;
}

static uint64_t keys_eight(const uint8_t *bytes, size_t size, size_t from) {
    uint64_t word = 0;
    for (size_t i = from; i < from + 8; i++) word = word << 8 | (i < size ? bytes[i] : 0);
    return word;
}

/* Keys that share their first `from` bytes. Runs of equal words are sorted by what follows. */
static void keys_sort_words(const cx_i_keys *keys, int64_t *order, int64_t count, size_t from,
                            int depth, cx_i_sortable *items, cx_i_sortable *scratch) {
    size_t shortest, size;
    if (count < 2) return;
    size_t at = keys_shared(keys, order, count, from, &shortest);
    if (count < KEYS_SORT_FEW || depth == KEYS_SORT_DEPTH || at >= shortest) {
        keys_sort_heap(keys, order, count);
        return;
    }
    for (int64_t i = 0; i < count; i++) {
        const uint8_t *bytes = cx_i_keys_bytes(keys, order[i], &size);
        items[i] = (cx_i_sortable){keys_eight(bytes, size, at), order[i]};
    }
    cx_i_sort(items, scratch, count);
    for (int64_t i = 0; i < count; i++) order[i] = items[i].row;
    for (int64_t start = 0, end; start < count; start = end) {
        for (end = start + 1; end < count && items[end].key == items[start].key;) end++;
        if (end - start > 1)
            keys_sort_words(keys, order + start, end - start, at, depth + 1, items + start,
                            scratch + start);
    }
}

void cx_i_keys_sort(const cx_i_keys *keys, int64_t *order) {
    int64_t count = keys->count;
    bool sorted = true;
    for (int64_t i = 0; i < count; i++) order[i] = i;
    for (int64_t i = 1; i < count && sorted; i++) sorted = keys_before(keys, i - 1, i);
    if (sorted) return;
    cx_i_sortable *items = NULL;
    if (count >= KEYS_SORT_FEW) items = cx_i_alloc_array(keys->allocator, 2 * count, sizeof *items);
    if (items == NULL)
        keys_sort_heap(keys, order, count);
    else
        keys_sort_words(keys, order, count, 0, 0, items, items + count);
    cx_i_free(keys->allocator, items);
}
