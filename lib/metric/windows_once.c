#include <cxkit/once.h>

#include "metric/windows.h"

/* One answer of each respondent in each window: the window is a key of both. */

typedef struct windows_once {
    cx_i_window_rows rows;
    cx_array *key,
        *who; /* the window, then the columns of `by`; the respondent's, then the window */
    int64_t *step;
    uint8_t *known;
    char name[CX_I_CALENDAR_NAME];
} windows_once;

static cx_status windows_once_allocate(windows_once *once, const cx_allocator *allocator,
                                       int64_t keys, int64_t columns, cx_error *err) {
    int64_t length = once->rows.time->length;
    once->key = cx_i_alloc_array(allocator, keys, sizeof *once->key);
    once->who = cx_i_alloc_array(allocator, columns, sizeof *once->who);
    once->step = cx_i_alloc_array(allocator, length, sizeof *once->step);
    once->known = cx_i_alloc_array(allocator, length / 8 + 1, 1);
    if (once->key == NULL || once->who == NULL || once->step == NULL || once->known == NULL)
        return cx_i_out_of_memory(err);
    return CX_OK;
}

static void windows_once_free(windows_once *once, const cx_allocator *allocator) {
    cx_i_free(allocator, once->key);
    cx_i_free(allocator, once->who);
    cx_i_free(allocator, once->step);
    cx_i_free(allocator, once->known);
}

/* The windows as a column of keys. */
static cx_status windows_once_read(windows_once *once, cx_array *column, cx_error *err) {
    int64_t length = once->rows.time->length;
    *column = cx_array_of(once->step, CX_I64, length);
    for (int64_t i = 0; i < length; i++) {
        bool known;
        CX_TRY(cx_i_window_rows_step(&once->rows, i, &once->step[i], &known, err));
        once->known[i / 8] |= (uint8_t)(known << (i % 8));
        if (!known) column->validity = once->known;
    }
    cx_i_calendar_name(&once->rows.calendar, once->name, sizeof once->name);
    column->name = once->name;
    return CX_OK;
}

cx_status cx_windows_add_once(cx_tallies *self, const cx_array *time, const cx_array *offsets,
                              const cx_array *scores, const cx_array *weights, const cx_frame *by,
                              const cx_frame *respondent, int32_t keep,
                              const cx_window_options *window, const cx_answer_options *options,
                              cx_error *err) {
    windows_once once = {.key = NULL};
    if (self == NULL) return cx_i_fail(err, CX_E_NULL, "self is missing");
    if (keep == CX_KEEP_ALL)
        return cx_windows_add(self, time, offsets, scores, weights, by, window, options, err);
    CX_TRY(cx_i_window_rows_init(&once.rows, time, offsets, window, err));
    CX_TRY(cx_i_array_check(scores, "scores", CX_I_NUMBERS, err));
    CX_TRY(cx_i_array_same_length(time, "time", scores, "scores", err));
    CX_TRY(cx_i_windows_check_by(by, scores, err));
    CX_TRY(cx_i_frame_check(respondent, "respondent", CX_I_KEYS, err));
    int64_t keys = by == NULL ? 1 : by->count + 1, columns = respondent->count + 1;
    cx_status status = windows_once_allocate(&once, &self->allocator, keys, columns, err);
    if (status == CX_OK) status = windows_once_read(&once, &once.key[0], err);
    if (status == CX_OK) {
        cx_frame key = {once.key, keys, {0, 0}}, who = {once.who, columns, {0, 0}};
        for (int64_t c = 1; c < keys; c++) once.key[c] = by->columns[c - 1];
        for (int64_t c = 1; c < columns; c++) once.who[c - 1] = respondent->columns[c - 1];
        once.who[columns - 1] = once.key[0];
        status =
            cx_tallies_add_once(self, scores, weights, &key, &who, time, keep, NULL, options, err);
    }
    windows_once_free(&once, &self->allocator);
    return status;
}
