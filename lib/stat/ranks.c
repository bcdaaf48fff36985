#include "stat/ranks.h"

#include "base/sort.h"
#include "stat/resample.h"

/* -- values -------------------------------------------------------------------------------- */

/* Elements in order, the highest first. */
static void ranks_sort(const double *values, int64_t count, cx_i_sortable *items,
                       cx_i_sortable *scratch) {
    for (int64_t i = 0; i < count; i++) {
        items[i].key = cx_i_sort_key_f64(0.0 - values[i]);
        items[i].row = i;
    }
    cx_i_sort(items, scratch, count);
}

/* One past the last element with the same value as that at `start`. */
static int64_t ranks_run(const cx_i_sortable *items, int64_t start, int64_t count) {
    int64_t end = start + 1;
    while (end < count && items[end].key == items[start].key) end++;
    return end;
}

cx_status cx_i_ranks(const double *values, int64_t count, const cx_allocator *allocator,
                     int64_t *out, cx_error *err) {
    cx_i_sortable *items = cx_i_alloc_array(allocator, count, 2 * sizeof *items);
    if (items == NULL) return cx_i_out_of_memory(err);
    ranks_sort(values, count, items, items + count);
    for (int64_t start = 0, end; start < count; start = end) {
        end = ranks_run(items, start, count);
        for (int64_t i = start; i < end; i++) out[items[i].row] = start + 1;
    }
    cx_i_free(allocator, items);
    return CX_OK;
}

/* -- draws --------------------------------------------------------------------------------- */

/* The smallest numbers seen of each element: a heap with the largest of them on top. */
typedef struct ranks_tails {
    int64_t keep;
    int32_t *heap; /* two for each element: ranks, and ranks counted from below */
} ranks_tails;

static void ranks_keep(int32_t *heap, int64_t keep, int32_t rank) {
    int64_t at = 0;
    if (rank >= heap[0]) return;
    for (int64_t child = 1; child < keep; child = 2 * at + 1) {
        if (child + 1 < keep && heap[child + 1] > heap[child]) child++;
        if (heap[child] <= rank) break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = rank;
}

static void ranks_add(const ranks_tails *tails, const cx_i_sortable *items, int64_t count) {
    for (int64_t start = 0, end; start < count; start = end) {
        end = ranks_run(items, start, count);
        for (int64_t i = start; i < end; i++) {
            int32_t *heap = tails->heap + 2 * tails->keep * items[i].row;
            ranks_keep(heap, tails->keep, (int32_t)(start + 1));
            ranks_keep(heap + tails->keep, tails->keep, (int32_t)(count - end + 1));
        }
    }
}

typedef struct ranks_room {
    ranks_tails tails;
    cx_i_sortable *items;
    double *values;
} ranks_room;

static cx_status ranks_room_new(const cx_i_rank_draws *what, const cx_allocator *allocator,
                                ranks_room *room, cx_error *err) {
    int64_t cells, keep = 1 + (int64_t)floor(what->draws * (1 - what->confidence) / 2);
    if (what->count > INT32_MAX)
        return cx_i_fail(err, CX_E_LIMIT, "ranks of %d groups: at most %d", what->count,
                         (int64_t)INT32_MAX);
    if (!cx_i_mul_i64(what->count, 2 * keep, &cells)) return cx_i_out_of_memory(err);
    room->tails.keep = keep;
    room->tails.heap = cx_i_alloc_room(allocator, cells, sizeof *room->tails.heap);
    room->items = cx_i_alloc_array(allocator, what->count, 2 * sizeof *room->items);
    room->values = cx_i_alloc_array(allocator, what->count, sizeof *room->values);
    if (room->tails.heap == NULL || room->items == NULL || room->values == NULL)
        return cx_i_out_of_memory(err);
    for (int64_t i = 0; i < cells; i++) room->tails.heap[i] = INT32_MAX;
    return CX_OK;
}

static void ranks_run_draws(const cx_i_rank_draws *what, const ranks_room *room) {
    for (int32_t draw = 0; draw < what->draws; draw++) {
        for (int64_t i = 0; i < what->count; i++) {
            cx_i_draws draws = cx_i_draws_at(what->seed, CX_I_PURPOSE_RANKS, (uint32_t)draw, i);
            room->values[i] = what->draw(what->context, i, &draws);
        }
        ranks_sort(room->values, what->count, room->items, room->items + what->count);
        ranks_add(&room->tails, room->items, what->count);
    }
}

cx_status cx_i_ranks_drawn(const cx_i_rank_draws *what, const cx_allocator *allocator, int64_t *low,
                           int64_t *high, cx_error *err) {
    ranks_room room = {{0, NULL}, NULL, NULL};
    cx_status status = ranks_room_new(what, allocator, &room, err);
    if (status == CX_OK) {
        ranks_run_draws(what, &room);
        for (int64_t i = 0; i < what->count; i++) {
            const int32_t *heap = room.tails.heap + 2 * room.tails.keep * i;
            low[i] = heap[0];
            high[i] = what->count + 1 - heap[room.tails.keep];
        }
    }
    cx_i_free(allocator, room.tails.heap);
    cx_i_free(allocator, room.items);
    cx_i_free(allocator, room.values);
    return status;
}

/* -- intervals ----------------------------------------------------------------------------- */

/* How many of the sorted values are below x. */
static int64_t ranks_below(const double *sorted, int64_t count, double x) {
    int64_t low = 0, high = count;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (sorted[middle] < x)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

cx_status cx_i_ranks_of_intervals(const double *lower, const double *upper, int64_t count,
                                  const cx_allocator *allocator, int64_t *low, int64_t *high,
                                  cx_error *err) {
    double *sorted = cx_i_alloc_array(allocator, count, 2 * sizeof *sorted);
    if (sorted == NULL) return cx_i_out_of_memory(err);
    double *uppers = sorted, *lowers = sorted + count; /* these negated */
    for (int64_t i = 0; i < count; i++) uppers[i] = upper[i], lowers[i] = -lower[i];
    cx_i_resample_sort(uppers, count);
    cx_i_resample_sort(lowers, count);
    for (int64_t i = 0; i < count; i++) {
        low[i] = 1 + ranks_below(lowers, count, -upper[i]);
        high[i] = count - ranks_below(uppers, count, lower[i]);
    }
    cx_i_free(allocator, sorted);
    return CX_OK;
}
