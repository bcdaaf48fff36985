#include "business/lag.h"

#include "base/sort.h"

/* Units and periods of rows, so that a lag is found by stepping back. */

static bool periods_whole(const cx_array *column) {
    return column->dictionary == NULL && ((column->dtype >= CX_I8 && column->dtype <= CX_F64) ||
                                          column->dtype == CX_BOOL || column->dtype == CX_BIT);
}

static cx_status periods_missing(const cx_array *column, const char *role, int64_t row,
                                 cx_error *err) {
    cx_array named = cx_i_array_named(column, role);
    return cx_i_fail_at(err, CX_E_DOMAIN, &named, row, NAN,
                        "the %s is missing; leave such rows out", role);
}

/* Numbers of the keys of a column, in order of appearance */
static cx_status periods_keys(cx_i_keys *keys, const cx_array *column, const char *role,
                              int64_t *out, cx_error *err) {
    cx_array named = cx_i_array_named(column, role);
    cx_frame frame = {&named, 1, {0, 0}};
    CX_TRY(cx_i_array_check(&named, role, CX_I_KEYS, err));
    CX_TRY(cx_i_keys_bind(keys, &frame, err));
    for (int64_t row = 0; row < column->length; row++)
        if (!cx_i_array_present(column, row)) return periods_missing(column, role, row, err);
    return cx_i_keys_read(keys, &frame, 0, column->length, out, err);
}

/* Distinct values in order are the periods. */
static cx_status periods_ranks(cx_i_periods *self, const cx_array *period, cx_error *err) {
    cx_i_keys keys;
    int64_t *order = NULL;
    cx_i_keys_init(&keys, self->allocator);
    cx_status status = periods_keys(&keys, period, "period", self->period, err);
    if (status == CX_OK) {
        order = cx_i_alloc_array(self->allocator, 2 * keys.count + 1, sizeof *order);
        if (order == NULL) status = cx_i_out_of_memory(err);
    }
    if (status == CX_OK) {
        cx_i_keys_sort(&keys, order);
        for (int64_t i = 0; i < keys.count; i++) order[keys.count + order[i]] = i;
        for (int64_t i = 0; i < self->rows; i++)
            self->period[i] = order[keys.count + self->period[i]];
    }
    cx_i_free(self->allocator, order);
    cx_i_keys_free(&keys);
    return status;
}

static cx_status periods_numbers(cx_i_periods *self, const cx_array *period, cx_error *err) {
    double block[CX_I_BLOCK];
    for (int64_t start = 0; start < self->rows; start += CX_I_BLOCK) {
        int64_t left = self->rows - start, count = left < CX_I_BLOCK ? left : CX_I_BLOCK;
        cx_i_array_read(period, start, count, block);
        for (int64_t i = 0; i < count; i++) {
            if (isnan(block[i])) return periods_missing(period, "period", start + i, err);
            if (!(fabs(block[i]) < 0x1p53) || block[i] != floor(block[i])) {
                cx_array named = cx_i_array_named(period, "period");
                return cx_i_fail_at(err, CX_E_DOMAIN, &named, start + i, block[i],
                                    "a period has to be a whole number, a time or a text");
            }
            self->period[start + i] = (int64_t)block[i];
        }
    }
    return CX_OK;
}

/* Rows of a unit that come one after the other are its periods. */
static cx_status periods_in_order(cx_i_periods *self, cx_error *err) {
    int64_t *next = cx_i_alloc_array(self->allocator, self->units + 1, sizeof *next);
    if (next == NULL) return cx_i_out_of_memory(err);
    for (int64_t i = 0; i < self->rows; i++) self->period[i] = next[self->unit[i]]++;
    cx_i_free(self->allocator, next);
    return CX_OK;
}

static cx_status periods_twice(const cx_i_periods *self, const cx_array *period, cx_error *err) {
    for (int64_t i = 1; i < self->rows; i++) {
        if (self->unit[i] != self->unit[i - 1] || self->period[i] != self->period[i - 1]) continue;
        cx_array named = cx_i_array_named(period, "period");
        return cx_i_fail_at(err, CX_E_DOMAIN, &named, self->row[i], (double)self->period[i],
                            "this period stands in row %d too; a unit has one row for each period",
                            self->row[i - 1]);
    }
    return CX_OK;
}

static cx_status periods_sort(cx_i_periods *self, cx_error *err) {
    cx_i_sortable *items = cx_i_alloc_room(self->allocator, 2 * self->rows, sizeof *items);
    int64_t *room = cx_i_alloc_room(self->allocator, self->rows, sizeof *room);
    cx_status status = items == NULL || room == NULL ? cx_i_out_of_memory(err) : CX_OK;
    if (status == CX_OK) {
        for (int64_t i = 0; i < self->rows; i++)
            items[i] = (cx_i_sortable){cx_i_sort_key_i64(self->period[i]), i};
        cx_i_sort(items, items + self->rows, self->rows);
        for (int64_t i = 0; i < self->rows; i++) items[i].key = (uint64_t)self->unit[items[i].row];
        cx_i_sort(items, items + self->rows, self->rows);
        for (int64_t i = 0; i < self->rows; i++) self->row[i] = items[i].row;
        memcpy(room, self->unit, (size_t)self->rows * sizeof *room);
        for (int64_t i = 0; i < self->rows; i++) self->unit[i] = room[self->row[i]];
        memcpy(room, self->period, (size_t)self->rows * sizeof *room);
        for (int64_t i = 0; i < self->rows; i++) self->period[i] = room[self->row[i]];
    }
    cx_i_free(self->allocator, items);
    cx_i_free(self->allocator, room);
    return status;
}

cx_status cx_i_periods_read(cx_i_periods *self, const cx_array *unit, const cx_array *period,
                            int64_t rows, const cx_allocator *allocator, cx_error *err) {
    *self = (cx_i_periods){.allocator = allocator, .rows = rows, .named = unit != NULL};
    cx_i_keys_init(&self->keys, allocator);
    self->memory = self->row = cx_i_alloc_array(allocator, 3 * rows, sizeof *self->row);
    if (self->row == NULL) return cx_i_out_of_memory(err);
    self->unit = self->row + rows;
    self->period = self->unit + rows;
    const cx_array *const columns[] = {unit, period};
    static const char *const roles[] = {"unit", "period"};
    for (int c = 0; c < 2; c++) {
        if (columns[c] == NULL) continue;
        CX_TRY(cx_i_array_check(columns[c], roles[c], CX_I_KEYS, err));
        if (columns[c]->length != rows)
            return cx_i_fail(err, CX_E_LENGTH, "%s has %d rows where x has %d", roles[c],
                             columns[c]->length, rows);
    }
    if (unit != NULL) CX_TRY(periods_keys(&self->keys, unit, "unit", self->unit, err));
    self->units = unit != NULL ? self->keys.count : rows > 0;
    if (period == NULL)
        CX_TRY(periods_in_order(self, err));
    else if (periods_whole(period))
        CX_TRY(periods_numbers(self, period, err));
    else
        CX_TRY(periods_ranks(self, period, err));
    CX_TRY(periods_sort(self, err));
    return period == NULL ? CX_OK : periods_twice(self, period, err);
}

void cx_i_periods_free(cx_i_periods *self) {
    cx_i_keys_free(&self->keys);
    cx_i_free(self->allocator, self->memory);
    self->memory = NULL;
}

int64_t cx_i_periods_back(const cx_i_periods *self, int64_t position, int64_t lag) {
    int64_t target = self->period[position] - lag, step = lag < 0 ? 1 : -1, at = position;
    while (at >= 0 && at < self->rows && self->unit[at] == self->unit[position]) {
        if (self->period[at] == target) return at;
        if (lag < 0 ? self->period[at] > target : self->period[at] < target) return -1;
        at += step;
    }
    return -1;
}

cx_status cx_i_periods_column(const cx_i_periods *self, const cx_array *column, const char *role,
                              double *out, cx_error *err) {
    double *room = cx_i_alloc_room(self->allocator, self->rows, sizeof *room);
    if (room == NULL) return cx_i_out_of_memory(err);
    cx_status status = cx_i_lag_read(column, role, room, err);
    for (int64_t i = 0; i < self->rows && status == CX_OK; i++) out[i] = room[self->row[i]];
    cx_i_free(self->allocator, room);
    return status;
}
