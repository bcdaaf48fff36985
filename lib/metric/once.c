#include <cxkit/once.h>

#include "base/keys_map.h"
#include "base/times.h"
#include "metric/codes.h"
#include "metric/windows.h"

/* One answer of each respondent. Rows that give way are hidden by a bitmap, counted as missing, and
 * their counts are moved to where they belong. */

typedef struct once_best {
    int64_t time, row;
} once_best;

typedef struct once_batch {
    cx_i_answers answers;
    const cx_frame *respondent;
    const cx_array *time; /* may be NULL */
    int32_t keep;
    bool windowed;
    cx_i_window_rows rows;
    const cx_allocator *allocator;
    cx_array *who; /* the respondent's columns, and the window's number */
    cx_frame keys;
    int64_t *step;
    uint8_t *window_known, *shown, *hidden; /* bitmaps: rows that are counted, rows that are not */
    cx_i_keys found;
    once_best *best; /* by number of the respondent */
    int64_t room;
} once_batch;

static bool once_bit(const uint8_t *bits, int64_t i) {
    return (bits[i / 8] >> (i % 8) & 1) != 0;
}

static void once_set(uint8_t *bits, int64_t i, bool on) {
    uint8_t bit = (uint8_t)(1 << (i % 8));
    bits[i / 8] = (uint8_t)(on ? bits[i / 8] | bit : bits[i / 8] & ~bit);
}

static cx_status once_reserve(once_batch *batch, cx_error *err) {
    int64_t room = batch->room == 0 ? 64 : batch->room;
    if (batch->found.count <= batch->room) return CX_OK;
    while (room < batch->found.count) room *= 2;
    once_best *best = cx_i_alloc_array(batch->allocator, room, sizeof *best);
    if (best == NULL) return cx_i_out_of_memory(err);
    if (batch->room > 0) memcpy(best, batch->best, (size_t)batch->room * sizeof *best);
    for (int64_t i = batch->room; i < room; i++) best[i].row = -1;
    cx_i_free(batch->allocator, batch->best);
    batch->best = best;
    batch->room = room;
    return CX_OK;
}

/* Does the row take part: an answer on the scale, of someone, at a known time? */
static cx_status once_takes_part(const once_batch *batch, int64_t row, int64_t *time, bool *part,
                                 cx_error *err) {
    *part = !batch->windowed || once_bit(batch->window_known, row);
    *time = row;
    for (int64_t c = 0; *part && c < batch->respondent->count; c++)
        *part = !cx_i_times_missing(&batch->respondent->columns[c], row);
    if (!*part || batch->time == NULL) return CX_OK;
    *part = !cx_i_times_missing(batch->time, row);
    return *part ? cx_i_times_read(batch->time, row, time, err) : CX_OK;
}

static void once_contest(once_batch *batch, int64_t number, int64_t row, int64_t time) {
    once_best *best = &batch->best[number];
    bool wins =
        best->row < 0 || (batch->keep == CX_KEEP_LAST ? time >= best->time : time < best->time);
    int64_t loser = wins ? best->row : row;
    if (loser >= 0) {
        once_set(batch->shown, batch->answers.scores->offset + loser, false);
        once_set(batch->hidden, loser, true);
    }
    if (wins) *best = (once_best){time, row};
}

static cx_status once_block(once_batch *batch, cx_i_key_map *map, const cx_i_codes *codes,
                            int64_t start, int64_t count, cx_error *err) {
    uint32_t entries[CX_I_BLOCK];
    uint16_t code[CX_I_BLOCK];
    CX_TRY(cx_i_key_map_read(map, start, count, entries, err));
    CX_TRY(once_reserve(batch, err));
    cx_i_codes_read(codes, start, count, code);
    for (int64_t i = 0; i < count; i++) {
        int64_t row = start + i, time;
        bool part = code[i] < codes->levels;
        once_set(batch->shown, batch->answers.scores->offset + row,
                 cx_i_array_valid(batch->answers.scores, row));
        if (part) CX_TRY(once_takes_part(batch, row, &time, &part, err));
        if (part) once_contest(batch, (int64_t)entries[i] - 1, row, time);
    }
    return CX_OK;
}

static cx_status once_read(once_batch *batch, int32_t scale_min, int32_t scale_max, cx_error *err) {
    cx_i_codes codes;
    cx_i_key_map map;
    int64_t length = batch->answers.scores->length;
    cx_i_codes_init(&codes, &batch->answers, scale_min, scale_max);
    CX_TRY(cx_i_keys_bind(&batch->found, &batch->keys, err));
    cx_i_key_map_init(&map, &batch->found, &batch->keys, 1);
    cx_status status = CX_OK;
    for (int64_t start = 0; start < length && status == CX_OK; start += CX_I_BLOCK)
        status = once_block(batch, &map, &codes, start,
                            length - start < CX_I_BLOCK ? length - start : CX_I_BLOCK, err);
    cx_i_key_map_free(&map);
    return status;
}

/* -- preparing ----------------------------------------------------------------------------- */

static cx_status once_check(once_batch *batch, const cx_window_options *window, cx_error *err) {
    CX_TRY(cx_i_answers_check(&batch->answers, err));
    CX_TRY(cx_i_frame_check(batch->respondent, "respondent", CX_I_KEYS, err));
    CX_TRY(cx_i_array_same_length(batch->answers.scores, "scores", &batch->respondent->columns[0],
                                  "respondent", err));
    if (batch->keep < CX_KEEP_LAST || batch->keep > CX_KEEP_ALL)
        return cx_i_fail(err, CX_E_OPTION, "keep is %d: last (0), first (1) or all (2)",
                         (int64_t)batch->keep);
    if (batch->time != NULL) {
        CX_TRY(cx_i_times_check(batch->time, "time", err));
        CX_TRY(cx_i_array_same_length(batch->answers.scores, "scores", batch->time, "time", err));
    }
    batch->windowed = window != NULL;
    if (window == NULL) return CX_OK;
    if (batch->time == NULL)
        return cx_i_fail(err, CX_E_OPTION, "one answer for each window needs the times");
    return cx_i_window_rows_init(&batch->rows, batch->time, NULL, window, err);
}

static cx_status once_windows(once_batch *batch, cx_error *err) {
    int64_t length = batch->answers.scores->length;
    for (int64_t row = 0; row < length; row++) {
        bool known;
        CX_TRY(cx_i_window_rows_step(&batch->rows, row, &batch->step[row], &known, err));
        once_set(batch->window_known, row, known);
    }
    return CX_OK;
}

static cx_status once_prepare(once_batch *batch, cx_error *err) {
    int64_t length = batch->answers.scores->length, columns = batch->respondent->count;
    cx_i_keys_init(&batch->found, batch->allocator);
    batch->who = cx_i_alloc_array(batch->allocator, columns + 1, sizeof *batch->who);
    batch->shown =
        cx_i_alloc_array(batch->allocator, (length + batch->answers.scores->offset) / 8 + 1, 1);
    batch->hidden = cx_i_alloc_array(batch->allocator, length / 8 + 1, 1);
    batch->window_known = cx_i_alloc_array(batch->allocator, length / 8 + 1, 1);
    batch->step = cx_i_alloc_array(batch->allocator, batch->windowed ? length : 0, 8);
    if (batch->who == NULL || batch->shown == NULL || batch->hidden == NULL ||
        batch->window_known == NULL || batch->step == NULL)
        return cx_i_out_of_memory(err);
    memcpy(batch->who, batch->respondent->columns, (size_t)columns * sizeof *batch->who);
    batch->keys = (cx_frame){batch->who, columns + batch->windowed, {0, 0}};
    if (!batch->windowed) return CX_OK;
    batch->who[columns] = cx_array_of(batch->step, CX_I64, length);
    batch->who[columns].name = "";
    return once_windows(batch, err);
}

static void once_free(once_batch *batch) {
    cx_i_free(batch->allocator, batch->who);
    cx_i_free(batch->allocator, batch->shown);
    cx_i_free(batch->allocator, batch->hidden);
    cx_i_free(batch->allocator, batch->window_known);
    cx_i_free(batch->allocator, batch->step);
    cx_i_free(batch->allocator, batch->best);
    cx_i_keys_free(&batch->found);
}

/* -- counting ------------------------------------------------------------------------------ */

/* The rows that are left, and a column of equal answers where rows have given way. */
static cx_array once_shown(const once_batch *batch) {
    cx_array scores = *batch->answers.scores;
    scores.validity = batch->shown; /* bits from `offset` on, as the data of CX_BIT */
    return scores;
}

static cx_array once_hidden(const once_batch *batch, const int32_t *score) {
    cx_array rows = cx_array_of(score, CX_I32, batch->answers.scores->length);
    rows.stride = 0;
    rows.validity = batch->hidden;
    return rows;
}

static cx_status once_fill(once_batch *batch, const cx_tallies *like, const cx_frame *by,
                           const cx_array *scores, const cx_array *weights, cx_tallies **out,
                           cx_error *err) {
    cx_i_tallies_batch part = {batch->answers, by};
    part.answers.scores = scores;
    part.answers.weights = weights;
    return cx_i_tallies_from_batch(&part, like->scale_min, like->scale_max, &like->allocator,
                                   &like->keys, out, err);
}

static cx_status once_count(once_batch *batch, cx_tallies *self, const cx_frame *by,
                            cx_error *err) {
    cx_tallies *more, *gone;
    cx_array shown = once_shown(batch), hidden = once_hidden(batch, &self->scale_min);
    cx_answer_options plain;
    cx_answer_options_init(&plain);
    CX_TRY(once_fill(batch, self, by, &shown, batch->answers.weights, &more, err));
    batch->answers.options = &plain;
    cx_status status = once_fill(batch, self, by, &hidden, NULL, &gone, err);
    if (status == CX_OK) {
        for (int64_t key = 0; key < more->keys.count; key++) {
            int64_t count = gone->tally[key]->cells.count[0]; /* the same rows: the same numbers */
            more->tally[key]->cells.excluded[CX_EXCLUDED_MISSING] -= count;
            more->tally[key]->cells.excluded[CX_EXCLUDED_DUPLICATE] += count;
        }
        cx_tallies_free(gone);
        status = cx_tallies_merge(self, more, err);
    }
    cx_tallies_free(more);
    return status;
}

static cx_status once_add(once_batch *batch, cx_tallies *self, const cx_frame *by, cx_error *err) {
    cx_status status = once_prepare(batch, err);
    if (status == CX_OK) status = once_read(batch, self->scale_min, self->scale_max, err);
    if (status == CX_OK) status = once_count(batch, self, by, err);
    once_free(batch);
    return status;
}

cx_status cx_tallies_add_once(cx_tallies *self, const cx_array *scores, const cx_array *weights,
                              const cx_frame *by, const cx_frame *respondent, const cx_array *time,
                              int32_t keep, const cx_window_options *window,
                              const cx_answer_options *options, cx_error *err) {
    cx_answer_options defaults;
    cx_answer_options_init(&defaults);
    if (self == NULL) return cx_i_fail(err, CX_E_NULL, "self is missing");
    once_batch batch = {.answers = {scores, weights, options != NULL ? options : &defaults},
                        .respondent = respondent,
                        .time = time,
                        .keep = keep,
                        .allocator = &self->allocator};
    CX_TRY(once_check(&batch, window, err));
    CX_TRY(cx_i_frame_check(by, "by", CX_I_KEYS, err));
    CX_TRY(cx_i_array_same_length(scores, "scores", &by->columns[0], "by", err));
    if (keep == CX_KEEP_ALL) return cx_tallies_add(self, scores, weights, by, options, err);
    return once_add(&batch, self, by, err);
}

cx_status cx_tally_add_once(cx_tally *self, const cx_array *scores, const cx_array *weights,
                            const cx_frame *respondent, const cx_array *time, int32_t keep,
                            const cx_window_options *window, const cx_answer_options *options,
                            cx_error *err) {
    static const int8_t zero = 0;
    cx_tallies *set;
    if (self == NULL) return cx_i_fail(err, CX_E_NULL, "self is missing");
    CX_TRY(cx_i_array_check(scores, "scores", CX_I_NUMBERS, err));
    cx_array everyone = cx_array_of(&zero, CX_I8, scores->length);
    everyone.stride = 0;
    everyone.name = "all";
    cx_frame by = {&everyone, 1, {0, 0}};
    CX_TRY(cx_tallies_new(self->scale_min, self->scale_max, &self->allocator, &set, err));
    cx_status status = cx_tallies_add_once(set, scores, weights, &by, respondent, time, keep,
                                           window, options, err);
    if (status == CX_OK && set->keys.count > 0) status = cx_tally_merge(self, set->tally[0], err);
    cx_tallies_free(set);
    return status;
}
