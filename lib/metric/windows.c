#include "metric/windows.h"

/* -- adding -------------------------------------------------------------------------------- */

enum { WINDOWS_CHUNK = 1 << 20 };

typedef struct windows_batch {
    cx_i_window_rows rows;
    cx_i_answers answers;
    const cx_frame *by; /* may be NULL */
    cx_array *key;      /* the window of a chunk, then the columns of `by` for it */
    int64_t *step;
    uint8_t *known;
    char name[CX_I_CALENDAR_NAME];
} windows_batch;

cx_status cx_i_windows_check_by(const cx_frame *by, const cx_array *scores, cx_error *err) {
    if (by == NULL) return CX_OK;
    CX_TRY(cx_i_frame_check(by, "by", CX_I_KEYS, err));
    for (int64_t i = 0; i < by->count; i++)
        if (strcmp(by->columns[i].name, "window") == 0 ||
            strcmp(by->columns[i].name, "window_end") == 0)
            return cx_i_fail(err, CX_E_NAME, "by has a column called %s, as the windows are",
                             by->columns[i].name);
    return cx_i_array_same_length(scores, "scores", &by->columns[0], "by", err);
}

static cx_status windows_read_steps(windows_batch *batch, int64_t start, int64_t count,
                                    cx_error *err) {
    memset(batch->known, 0, (size_t)(count / 8 + 1));
    for (int64_t i = 0; i < count; i++) {
        bool known;
        CX_TRY(cx_i_window_rows_step(&batch->rows, start + i, &batch->step[i], &known, err));
        if (!known) batch->step[i] = 0;
        batch->known[i / 8] |= (uint8_t)(known << (i % 8));
    }
    return CX_OK;
}

/* A bitmap only where something is missing: columns without one are counted faster. */
static bool windows_all_known(const windows_batch *batch, int64_t count) {
    for (int64_t i = 0; i < count / 8; i++)
        if (batch->known[i] != 0xFF) return false;
    return batch->known[count / 8] == (1 << (count % 8)) - 1;
}

static cx_status windows_add_chunk(cx_tallies *set, windows_batch *batch, int64_t start,
                                   int64_t count, cx_error *err) {
    cx_array scores = cx_i_array_part(batch->answers.scores, start, count), weights;
    cx_i_tallies_batch part = {batch->answers, NULL};
    cx_frame by = {batch->key, batch->by == NULL ? 1 : batch->by->count + 1, {0, 0}};
    cx_tallies *more;
    CX_TRY(windows_read_steps(batch, start, count, err));
    batch->key[0] = cx_array_of(batch->step, CX_I64, count);
    batch->key[0].name = batch->name;
    if (!windows_all_known(batch, count)) batch->key[0].validity = batch->known;
    for (int64_t c = 1; c < by.count; c++)
        batch->key[c] = cx_i_array_part(&batch->by->columns[c - 1], start, count);
    part.by = &by;
    part.answers.scores = &scores;
    if (batch->answers.weights != NULL) {
        weights = cx_i_array_part(batch->answers.weights, start, count);
        part.answers.weights = &weights;
    }
    CX_TRY(cx_i_tallies_from_batch(&part, set->scale_min, set->scale_max, &set->allocator,
                                   &set->keys, &more, err));
    cx_status status = cx_tallies_merge(set, more, err);
    cx_tallies_free(more);
    return status;
}

static cx_status windows_add_chunks(cx_tallies *set, windows_batch *batch, int64_t chunk,
                                    cx_error *err) {
    int64_t length = batch->rows.time->length, start = 0;
    const cx_allocator *allocator = &set->allocator;
    if (chunk > length) chunk = length;
    batch->step = cx_i_alloc_array(allocator, chunk, sizeof *batch->step);
    batch->known = cx_i_alloc_array(allocator, chunk / 8 + 1, 1);
    cx_status status =
        batch->step == NULL || batch->known == NULL ? cx_i_out_of_memory(err) : CX_OK;
    do {
        int64_t count = length - start < chunk ? length - start : chunk;
        if (status == CX_OK) status = windows_add_chunk(set, batch, start, count, err);
        start += count;
    } while (status == CX_OK && start < length);
    cx_i_free(allocator, batch->step);
    cx_i_free(allocator, batch->known);
    return status;
}

/* A set of this batch alone. Errors name rows of a chunk, so a failing batch is read again as one
 * chunk. */
static cx_status windows_from_batch(const cx_tallies *like, windows_batch *batch, int64_t chunk,
                                    cx_tallies **out, cx_error *err) {
    CX_TRY(cx_tallies_new(like->scale_min, like->scale_max, &like->allocator, out, err));
    cx_status status = cx_i_keys_bind_like(&(*out)->keys, &like->keys, err);
    if (status == CX_OK) status = windows_add_chunks(*out, batch, chunk, err);
    if (status != CX_OK) cx_tallies_free(*out);
    bool again = status != CX_OK && status != CX_E_MEMORY && chunk < batch->rows.time->length;
    return again ? windows_from_batch(like, batch, batch->rows.time->length, out, err) : status;
}

static cx_status windows_add(cx_tallies *self, windows_batch *batch, cx_error *err) {
    cx_tallies *more;
    int64_t columns = batch->by == NULL ? 1 : batch->by->count + 1;
    batch->key = cx_i_alloc_array(&self->allocator, columns, sizeof *batch->key);
    if (batch->key == NULL) return cx_i_out_of_memory(err);
    cx_i_calendar_name(&batch->rows.calendar, batch->name, sizeof batch->name);
    cx_status status = windows_from_batch(self, batch, WINDOWS_CHUNK, &more, err);
    cx_i_free(&self->allocator, batch->key);
    CX_TRY(status);
    status = cx_tallies_merge(self, more, err);
    cx_tallies_free(more);
    return status;
}

cx_status cx_windows_add(cx_tallies *self, const cx_array *time, const cx_array *offsets,
                         const cx_array *scores, const cx_array *weights, const cx_frame *by,
                         const cx_window_options *window, const cx_answer_options *options,
                         cx_error *err) {
    cx_answer_options defaults;
    windows_batch batch = {.answers = {scores, weights, options}, .by = by};
    cx_answer_options_init(&defaults);
    if (self == NULL) return cx_i_fail(err, CX_E_NULL, "self is missing");
    if (options == NULL) batch.answers.options = &defaults;
    CX_TRY(cx_i_window_rows_init(&batch.rows, time, offsets, window, err));
    CX_TRY(cx_i_answers_check(&batch.answers, err));
    CX_TRY(cx_i_array_same_length(time, "time", scores, "scores", err));
    CX_TRY(cx_i_windows_check_by(by, scores, err));
    return windows_add(self, &batch, err);
}

/* -- reading the key ----------------------------------------------------------------------- */

cx_status cx_i_windows_calendar(const cx_tallies *tallies, cx_i_calendar *out, cx_error *err) {
    if (tallies->keys.column_count > 0 && tallies->keys.columns[0].kind == CX_I_KEY_NUMBER &&
        cx_i_calendar_parse(tallies->keys.columns[0].name, out))
        return CX_OK;
    return cx_i_fail(err, CX_E_MISMATCH, "the first key of these tallies is no window");
}

bool cx_i_windows_step(const cx_tallies *tallies, int64_t index, int64_t *step) {
    cx_i_key_part part;
    size_t size;
    const uint8_t *bytes = cx_i_keys_bytes(&tallies->keys, tallies->order[index], &size);
    cx_i_key_parse(bytes, size, CX_I_KEY_NUMBER, NULL, &part);
    *step = part.number;
    return !part.missing;
}

void cx_i_windows_flag(const cx_tallies *tallies, cx_estimate *rows) {
    cx_i_calendar calendar;
    int64_t step, first = 0;
    if (cx_i_windows_calendar(tallies, &calendar, NULL) != CX_OK || calendar.steps == 1) return;
    for (int64_t i = 0; i < tallies->keys.count && cx_i_windows_step(tallies, i, &step); i++) {
        if (i == 0) first = step; /* keys are sorted, a missing window comes last */
        if (step - first < calendar.steps - 1) rows[i].flags |= CX_FLAG_PARTIAL;
    }
}

/* -- rolling ------------------------------------------------------------------------------- */

#define WINDOWS_MOST_ROWS (INT64_C(1) << 22)

typedef struct windows_roll {
    const cx_tallies *from;
    cx_tallies *to;
    int64_t steps, first, last; /* of the windows that are made */
    cx_i_keys rest;             /* combinations of the other keys */
    uint8_t *room;              /* for one key */
} windows_roll;

/* The key of a window: its number, then the part of `bytes` behind the number there. */
static cx_status windows_roll_key(windows_roll *roll, int64_t step, const uint8_t *rest,
                                  size_t size, int64_t *number, cx_error *err) {
    size_t used = cx_i_key_put_number(roll->room, step);
    if (size > 0) memcpy(roll->room + used, rest, size);
    CX_TRY(cx_i_keys_put(&roll->to->keys, roll->room, used + size, number, err));
    return cx_i_tallies_make(roll->to, err);
}

static cx_status windows_roll_one(windows_roll *roll, int64_t index, cx_error *err) {
    const cx_tallies *from = roll->from;
    cx_i_key_part part;
    size_t size;
    int64_t key = from->order[index], number, ignored;
    const uint8_t *bytes = cx_i_keys_bytes(&from->keys, key, &size);
    size_t used = cx_i_key_parse(bytes, size, CX_I_KEY_NUMBER, NULL, &part);
    if (part.missing) {
        CX_TRY(cx_i_keys_put(&roll->to->keys, bytes, size, &number, err));
        CX_TRY(cx_i_tallies_make(roll->to, err));
        return cx_tally_merge(roll->to->tally[number], from->tally[key], err);
    }
    CX_TRY(cx_i_keys_put(&roll->rest, bytes + used, size - used, &ignored, err));
    for (int64_t step = part.number - roll->steps + 1; step <= part.number; step++) {
        if (step > roll->last) break;
        CX_TRY(windows_roll_key(roll, step, bytes + used, size - used, &number, err));
        CX_TRY(cx_tally_merge(roll->to->tally[number], from->tally[key], err));
    }
    return CX_OK;
}

static cx_status windows_roll_empty(windows_roll *roll, cx_error *err) {
    int64_t span = roll->last - roll->first + 1, rows, number;
    if (roll->rest.count == 0) return CX_OK;
    if (!cx_i_mul_i64(span, roll->rest.count, &rows) || rows > WINDOWS_MOST_ROWS)
        return cx_i_fail(
            err, CX_E_LIMIT,
            "%d windows for %d combinations of keys are more than %d rows: take longer "
            "windows, or leave out those without answers",
            span, roll->rest.count, WINDOWS_MOST_ROWS);
    for (int64_t r = 0; r < roll->rest.count; r++) {
        size_t size;
        const uint8_t *rest = cx_i_keys_bytes(&roll->rest, r, &size);
        for (int64_t step = roll->first; step <= roll->last; step++)
            CX_TRY(windows_roll_key(roll, step, rest, size, &number, err));
    }
    return CX_OK;
}

static cx_status windows_roll_bind(const windows_roll *roll, cx_i_calendar calendar,
                                   cx_error *err) {
    char name[CX_I_CALENDAR_NAME];
    const cx_i_keys *from = &roll->from->keys;
    calendar.steps = (int32_t)roll->steps;
    cx_i_calendar_name(&calendar, name, sizeof name);
    CX_TRY(cx_i_keys_new_columns(&roll->to->keys, from->column_count, err));
    for (int64_t c = 0; c < from->column_count; c++) {
        const char *column = c == 0 ? name : from->columns[c].name;
        CX_TRY(cx_i_keys_set_column(&roll->to->keys, c, column, strlen(column),
                                    from->columns[c].kind, err));
    }
    return CX_OK;
}

/* First and last step with answers; false without any. */
static bool windows_roll_range(const cx_tallies *from, int64_t *first, int64_t *last) {
    int64_t step;
    bool any = false;
    for (int64_t i = 0; i < from->keys.count && cx_i_windows_step(from, i, &step); i++) {
        if (!any) *first = step;
        *last = step;
        any = true;
    }
    return any;
}

static cx_status windows_roll_fill(windows_roll *roll, bool empty, cx_error *err) {
    const cx_tallies *from = roll->from;
    if (windows_roll_range(from, &roll->first, &roll->last)) {
        roll->first -= roll->steps - 1;
        roll->last -= roll->steps - 1;
    }
    roll->room = cx_i_alloc(&roll->to->allocator, from->keys.bytes_used + 16);
    if (roll->room == NULL) return cx_i_out_of_memory(err);
    cx_i_keys_init(&roll->rest, &roll->to->allocator);
    cx_status status = CX_OK;
    for (int64_t i = 0; i < from->keys.count && status == CX_OK; i++)
        status = windows_roll_one(roll, i, err);
    if (status == CX_OK && empty) status = windows_roll_empty(roll, err);
    if (status == CX_OK && roll->to->keys.count > 0)
        cx_i_keys_sort(&roll->to->keys, roll->to->order);
    cx_i_keys_free(&roll->rest);
    cx_i_free(&roll->to->allocator, roll->room);
    return status;
}

cx_status cx_windows_roll(const cx_tallies *self, int32_t steps, int32_t empty,
                          const cx_allocator *allocator, cx_tallies **out, cx_error *err) {
    windows_roll roll = {.from = self, .steps = steps};
    cx_i_calendar calendar;
    if (self == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "out");
    if (steps < 1)
        return cx_i_fail(err, CX_E_OPTION, "steps is %d, and has to be 1 or more", (int64_t)steps);
    if (empty != 0 && empty != 1)
        return cx_i_fail(err, CX_E_OPTION, "empty is %d, neither 0 nor 1", (int64_t)empty);
    CX_TRY(cx_i_windows_calendar(self, &calendar, err));
    if (calendar.steps > 1) return cx_i_fail(err, CX_E_MISMATCH, "these windows roll already");
    CX_TRY(cx_tallies_new(self->scale_min, self->scale_max, allocator, &roll.to, err));
    cx_status status = windows_roll_bind(&roll, calendar, err);
    if (status == CX_OK) status = windows_roll_fill(&roll, empty == 1, err);
    if (status == CX_OK)
        *out = roll.to;
    else
        cx_tallies_free(roll.to);
    return status;
}
