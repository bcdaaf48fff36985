#include "stat/survival.h"

#include "base/sort.h"

/* From observations in any order to a table: sort their keys, then count runs. */

static double survival_sort_time(uint64_t key) {
    uint64_t bits = key >> 1;
    double time;
    memcpy(&time, &bits, sizeof time);
    return time;
}

/* -- sorted keys and the rows there are, in one pass ---------------------------------------- */

static int64_t survival_sort_distinct(const cx_i_survival *table, const uint64_t *keys,
                                      int64_t count, int64_t *events) {
    int64_t distinct = table->size, row = 0;
    *events = 0;
    for (int64_t i = 0; i < count; i++) {
        *events += (int64_t)(keys[i] & 1);
        if (i > 0 && keys[i] >> 1 == keys[i - 1] >> 1) continue;
        double time = survival_sort_time(keys[i]);
        while (row < table->size && table->rows[row].time < time) row++;
        distinct += row == table->size || table->rows[row].time != time;
    }
    return distinct;
}

/* Adds the run of one time that begins at i; returns where it ends. */
static int64_t survival_sort_run(const uint64_t *keys, int64_t i, int64_t count, bool unknown,
                                 cx_i_survival_row *row) {
    uint64_t bits = keys[i] >> 1;
    int64_t events = 0, begin = i;
    for (; i < count && keys[i] >> 1 == bits; i++) events += (int64_t)(keys[i] & 1);
    if (unknown) {
        row->unknown += i - begin;
    } else {
        row->events += events;
        row->censored += i - begin - events;
    }
    return i;
}

static void survival_sort_merge(const cx_i_survival *table, const uint64_t *keys, int64_t count,
                                bool unknown, cx_i_survival_row *out) {
    int64_t i = 0, row = 0;
    while (i < count) {
        double time = survival_sort_time(keys[i]);
        while (row < table->size && table->rows[row].time < time) *out++ = table->rows[row++];
        *out = row < table->size && table->rows[row].time == time
                   ? table->rows[row++]
                   : (cx_i_survival_row){time, 0, 0, 0};
        i = survival_sort_run(keys, i, count, unknown, out++);
    }
    while (row < table->size) *out++ = table->rows[row++];
}

static cx_status survival_sort_join(const cx_i_survival *table, const uint64_t *keys, int64_t count,
                                    bool unknown, cx_i_survival *out, cx_error *err) {
    int64_t events, distinct = survival_sort_distinct(table, keys, count, &events);
    out->rows = cx_i_alloc_room(out->allocator, distinct, sizeof *out->rows);
    if (out->rows == NULL) return cx_i_out_of_memory(err);
    out->size = distinct;
    out->events = table->events + (unknown ? 0 : events);
    out->censored = table->censored + (unknown ? 0 : count - events);
    out->unknown = table->unknown + (unknown ? count : 0);
    survival_sort_merge(table, keys, count, unknown, out->rows);
    return CX_OK;
}

/* -- whole numbers: counted, not sorted ---------------------------------------------------- */

static bool survival_sort_is_whole(double time, int64_t count) {
    return time < (double)count && (double)(int64_t)time == time;
}

/* Counts the times when all are whole numbers that fit into the scratch, a cx_i_survival_tally for
 * each. Returns the largest + 1, or 0. */
static int64_t survival_sort_tally(const uint64_t *keys, int64_t count, uint64_t *scratch) {
    int64_t largest = 0;
    if (!survival_sort_is_whole(survival_sort_time(keys[0]), count)) return 0;
    memset(scratch, 0, (size_t)count * sizeof *scratch);
    for (int64_t i = 0; i < count; i++) {
        double time = survival_sort_time(keys[i]);
        if (!survival_sort_is_whole(time, count)) return 0;
        int64_t t = (int64_t)time;
        scratch[t] += (keys[i] & 1) != 0 ? CX_I_SURVIVAL_EVENT : 1;
        largest = t > largest ? t : largest;
    }
    return largest + 1;
}

static cx_i_survival_row survival_sort_row(int64_t time, uint64_t tally, bool unknown) {
    int64_t events = (int64_t)(tally >> 32), censored = (int64_t)(tally & UINT32_MAX);
    if (unknown) return (cx_i_survival_row){(double)time, 0, 0, events + censored};
    return (cx_i_survival_row){(double)time, events, censored, 0};
}

static cx_status survival_sort_counting(const uint64_t *tallies, int64_t times, bool unknown,
                                        cx_i_survival *out, cx_error *err) {
    int64_t distinct = 0;
    for (int64_t t = 0; t < times; t++) distinct += tallies[t] != 0;
    out->rows = cx_i_alloc_room(out->allocator, distinct, sizeof *out->rows);
    if (out->rows == NULL) return cx_i_out_of_memory(err);
    for (int64_t t = 0; t < times; t++) {
        if (tallies[t] == 0) continue;
        cx_i_survival_row row = survival_sort_row(t, tallies[t], unknown);
        out->rows[out->size++] = row;
        out->events += row.events;
        out->censored += row.censored;
        out->unknown += row.unknown;
    }
    return CX_OK;
}

static cx_status survival_sort_put(cx_i_survival *table, cx_i_survival *made, cx_error *err) {
    cx_status status = CX_OK;
    if (table->size > 0)
        status = cx_i_survival_merge(table, made, err);
    else
        cx_i_survival_swap(table, made);
    cx_i_survival_free(made);
    return status;
}

cx_status cx_i_survival_add_tallies(cx_i_survival *table, const uint64_t *tallies, int64_t times,
                                    cx_error *err) {
    cx_i_survival made;
    cx_i_survival_init(&made, table->allocator);
    CX_TRY(survival_sort_counting(tallies, times, false, &made, err));
    return survival_sort_put(table, &made, err);
}

/* -- all of it ----------------------------------------------------------------------------- */

cx_status cx_i_survival_add(cx_i_survival *table, uint64_t *keys, int64_t count, bool unknown,
                            uint64_t *scratch, cx_error *err) {
    cx_i_survival made;
    if (count == 0) return CX_OK;
    if (count > INT32_MAX)
        return cx_i_fail(err, CX_E_LIMIT, "more than 2^31 observations at once: add them in parts");
    cx_i_survival_init(&made, table->allocator);
    int64_t times = survival_sort_tally(keys, count, scratch);
    if (times > 0) {
        CX_TRY(survival_sort_counting(scratch, times, unknown, &made, err));
        return survival_sort_put(table, &made, err);
    }
    cx_i_sort_u64(keys, scratch, count);
    CX_TRY(survival_sort_join(table, keys, count, unknown, &made, err));
    cx_i_survival_swap(table, &made);
    cx_i_survival_free(&made);
    return CX_OK;
}
