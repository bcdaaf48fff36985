#include "stat/survival.h"

#include "base/sort.h"

/* From observations in any order to a table: sort their keys, then count runs. */

static double survival_sort_time(uint64_t key) {
    uint64_t bits = key >> 1;
    double time;
    memcpy(&time, &bits, sizeof time);
    return time;
}

/* -- sorted keys to rows ------------------------------------------------------------------- */

static int64_t survival_sort_distinct(const uint64_t *keys, int64_t count) {
    int64_t distinct = count > 0;
    for (int64_t i = 1; i < count; i++) distinct += keys[i] >> 1 != keys[i - 1] >> 1;
    return distinct;
}

static void survival_sort_count_runs(const uint64_t *keys, int64_t count, bool unknown,
                                     cx_i_survival_row *rows) {
    cx_i_survival_row *row = rows - 1;
    for (int64_t i = 0; i < count; i++) {
        if (i == 0 || keys[i] >> 1 != keys[i - 1] >> 1) *++row = (cx_i_survival_row){0, 0, 0, 0};
        row->time = survival_sort_time(keys[i]);
        row->unknown += unknown;
        row->events += !unknown && (keys[i] & 1) != 0;
        row->censored += !unknown && (keys[i] & 1) == 0;
    }
}

static cx_status survival_sort_to_rows(const uint64_t *keys, int64_t count, bool unknown,
                                       cx_i_survival *out, cx_error *err) {
    int64_t distinct = survival_sort_distinct(keys, count);
    out->rows = cx_i_alloc_room(out->allocator, distinct, sizeof *out->rows);
    if (out->rows == NULL) return cx_i_out_of_memory(err);
    out->size = distinct;
    survival_sort_count_runs(keys, count, unknown, out->rows);
    return CX_OK;
}

/* -- whole numbers: counted, not sorted ---------------------------------------------------- */

/* The largest time + 1 when all are whole numbers that fit into the scratch, else 0. */
static int64_t survival_sort_whole(const uint64_t *keys, int64_t count) {
    double largest = 0;
    bool whole = true;
    for (int64_t i = 0; i < count && whole; i++) {
        double time = survival_sort_time(keys[i]);
        whole = time < (double)count && (double)(int64_t)time == time;
        largest = time > largest ? time : largest;
    }
    return whole ? (int64_t)largest + 1 : 0;
}

/* Two counts of 32 bits for each time share the scratch: fewer than 2^32 keys. */
static cx_status survival_sort_counting(const uint64_t *keys, int64_t count, int64_t times,
                                        bool unknown, uint64_t *scratch, cx_i_survival *out,
                                        cx_error *err) {
    int64_t distinct = 0;
    memset(scratch, 0, (size_t)times * sizeof *scratch);
    for (int64_t i = 0; i < count; i++)
        scratch[(int64_t)survival_sort_time(keys[i])] += (keys[i] & 1) != 0 ? UINT64_C(1) << 32 : 1;
    for (int64_t t = 0; t < times; t++) distinct += scratch[t] != 0;
    out->rows = cx_i_alloc_room(out->allocator, distinct, sizeof *out->rows);
    if (out->rows == NULL) return cx_i_out_of_memory(err);
    for (int64_t t = 0; t < times; t++) {
        int64_t events = (int64_t)(scratch[t] >> 32), censored = (int64_t)(scratch[t] & UINT32_MAX);
        if (scratch[t] == 0) continue;
        out->rows[out->size++] =
            (cx_i_survival_row){(double)t, unknown ? 0 : events, unknown ? 0 : censored,
                                unknown ? events + censored : 0};
    }
    return CX_OK;
}

/* -- all of it ----------------------------------------------------------------------------- */

static cx_status survival_sort_fill(cx_i_survival *out, uint64_t *keys, int64_t count, bool unknown,
                                    uint64_t *scratch, cx_error *err) {
    int64_t times = survival_sort_whole(keys, count);
    if (times > 0) return survival_sort_counting(keys, count, times, unknown, scratch, out, err);
    cx_i_sort_u64(keys, scratch, count);
    return survival_sort_to_rows(keys, count, unknown, out, err);
}

cx_status cx_i_survival_add(cx_i_survival *table, uint64_t *keys, int64_t count, bool unknown,
                            uint64_t *scratch, cx_error *err) {
    cx_i_survival more;
    if (count == 0) return CX_OK;
    if (count > INT32_MAX)
        return cx_i_fail(err, CX_E_LIMIT, "more than 2^31 observations at once: add them in parts");
    cx_i_survival_init(&more, table->allocator);
    CX_TRY(survival_sort_fill(&more, keys, count, unknown, scratch, err));
    cx_status status = CX_OK;
    if (table->size == 0)
        cx_i_survival_swap(table, &more);
    else
        status = cx_i_survival_merge(table, &more, err);
    cx_i_survival_free(&more);
    return status;
}
