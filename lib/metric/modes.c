#include "metric/modes.h"

#include "base/array.h"
#include "metric/suppress.h"
#include "stat/combine.h"
#include "stat/keys_table.h"

#include <cxkit/special.h>

void cx_modes_options_init(cx_modes_options *options) {
    if (options == NULL) return;
    *options = (cx_modes_options){sizeof *options,         CX_SCORE_NPS, 9, 6, 0, 0,
                                  CX_I_DEFAULT_CONFIDENCE, 0.05,         0};
}

typedef struct modes_work {
    const cx_tallies *tallies;
    cx_modes_options options;
    cx_compare_options score;
    cx_i_read_as as;
    cx_unit unit;
    double low, high;   /* range of the score */
    cx_i_keys keys;     /* groups and their modes */
    int64_t *order;     /* key number of each row */
    cx_i_mode_row *row; /* by position in order */
    cx_i_keys named;    /* the modes of the mix and the reference, by their part of the key */
    double *share;      /* by number in `named`, NULL without a mix */
    double share_sum;
    int64_t reference; /* number in `named`, or -1 */
    cx_i_cube cube;    /* what is hidden; without min_n no entries */
} modes_work;

/* -- rows ---------------------------------------------------------------------------------- */

/* Where the last part of a key begins. */
static size_t modes_split(const cx_i_keys *keys, const uint8_t *bytes, size_t size, char *text) {
    size_t used = 0;
    for (int64_t c = 0; c + 1 < keys->column_count; c++) {
        cx_i_key_part part;
        used += cx_i_key_parse(bytes + used, size - used, keys->columns[c].kind, text, &part);
    }
    return used;
}

/* Each group, then its modes: a key without its last part sorts before what it begins. */
static cx_status modes_put_rows(modes_work *work, char *text, cx_error *err) {
    const cx_i_keys *from = &work->tallies->keys;
    int64_t number;
    CX_TRY(cx_i_keys_bind_like(&work->keys, from, err));
    CX_TRY(cx_i_keys_reserve(&work->keys, 1, 1, err));
    for (int64_t i = 0; i < from->count; i++) {
        size_t size;
        const uint8_t *bytes = cx_i_keys_bytes(from, i, &size);
        CX_TRY(
            cx_i_keys_put(&work->keys, bytes, modes_split(from, bytes, size, text), &number, err));
        CX_TRY(cx_i_keys_put(&work->keys, bytes, size, &number, err));
    }
    int64_t count = work->keys.count;
    work->order = cx_i_alloc_array(&work->tallies->allocator, count, sizeof *work->order);
    work->row = cx_i_alloc_array(&work->tallies->allocator, count, sizeof *work->row);
    if (work->order == NULL || work->row == NULL) return cx_i_out_of_memory(err);
    cx_i_keys_sort(&work->keys, work->order);
    return CX_OK;
}

/* The number in `named` of the mode of a row, or -1. */
static int64_t modes_named(const modes_work *work, int64_t row, char *text) {
    size_t size;
    const uint8_t *bytes = cx_i_keys_bytes(&work->keys, work->order[row], &size);
    size_t begin = modes_split(&work->keys, bytes, size, text);
    return cx_i_keys_find(&work->named, bytes + begin, size - begin);
}

/* -- mix and reference --------------------------------------------------------------------- */

static cx_status modes_bind(modes_work *work, const cx_frame *frame, const char *role,
                            cx_error *err) {
    const cx_i_keys *keys = &work->tallies->keys;
    const cx_i_key_column *mode = &keys->columns[keys->column_count - 1];
    CX_TRY(cx_i_frame_check(frame, role, CX_I_KEYS, err));
    if (frame->count != 1)
        return cx_i_fail(err, CX_E_MISMATCH, "%s has %d columns; it has one, of modes", role,
                         frame->count);
    if (work->named.column_count == 0) {
        CX_TRY(cx_i_keys_new_columns(&work->named, 1, err));
        CX_TRY(
            cx_i_keys_set_column(&work->named, 0, mode->name, strlen(mode->name), mode->kind, err));
    }
    return cx_i_keys_bind(&work->named, frame, err);
}

static cx_status modes_read_reference(modes_work *work, const cx_frame *reference, cx_error *err) {
    work->reference = -1;
    if (reference == NULL) return CX_OK;
    CX_TRY(modes_bind(work, reference, "reference", err));
    if (reference->columns[0].length != 1)
        return cx_i_fail(err, CX_E_LENGTH, "reference has %d rows; it is one mode",
                         reference->columns[0].length);
    return cx_i_keys_read(&work->named, reference, 0, 1, &work->reference, err);
}

static cx_status modes_read_share(modes_work *work, const cx_frame *mix, const cx_array *shares,
                                  int64_t row, cx_error *err) {
    int64_t number;
    double share;
    CX_TRY(cx_i_keys_read(&work->named, mix, row, 1, &number, err));
    cx_i_array_read(shares, row, 1, &share);
    if (!(share >= 0) || isinf(share))
        return cx_i_fail_at(err, CX_E_DOMAIN, shares, row, share,
                            "a share of the mix is a finite number >= 0");
    work->share[number] = isnan(work->share[number]) ? share : work->share[number] + share;
    work->share_sum += share;
    return CX_OK;
}

static cx_status modes_read_mix(modes_work *work, const cx_frame *mix, const cx_array *shares,
                                cx_error *err) {
    if (mix == NULL) return CX_OK;
    CX_TRY(modes_bind(work, mix, "mix", err));
    CX_TRY(cx_i_array_check(shares, "shares", CX_I_NUMBERS, err));
    CX_TRY(cx_i_array_same_length(&mix->columns[0], "mix", shares, "shares", err));
    int64_t room = shares->length + 1; /* and the reference */
    work->share = cx_i_alloc_array(&work->tallies->allocator, room, sizeof *work->share);
    if (work->share == NULL) return cx_i_out_of_memory(err);
    for (int64_t i = 0; i < room; i++) work->share[i] = NAN;
    for (int64_t i = 0; i < shares->length; i++)
        CX_TRY(modes_read_share(work, mix, shares, i, err));
    if (work->share_sum > 0) return CX_OK;
    return cx_i_fail(err, CX_E_DOMAIN, "the shares of the mix are all 0");
}

/* -- a group ------------------------------------------------------------------------------- */

typedef struct modes_group {
    int64_t row, end;  /* its rows: the whole at `row`, then the modes */
    int64_t first;     /* position of the first mode in the tallies */
    cx_tally *all;     /* of its modes */
    int64_t reference; /* row, or -1 */
} modes_group;

static cx_status modes_read(const modes_work *work, const cx_tally *tally, cx_estimate *out,
                            cx_error *err) {
    cx_status status = cx_i_compare_estimate(tally, &work->score, out, err);
    out->status = (int32_t)status;
    if (status != CX_E_EMPTY) return status;
    cx_error_init(err);
    return CX_OK;
}

static const cx_tally *modes_tally(const modes_work *work, const modes_group *group, int64_t row) {
    return cx_tallies_at(work->tallies, group->first + row - group->row - 1);
}

static cx_status modes_scores(modes_work *work, modes_group *group, cx_error *err) {
    cx_i_mode_row *whole = &work->row[group->row];
    whole->whole = true;
    for (int64_t r = group->row + 1; r < group->end; r++) {
        CX_TRY(cx_tally_merge(group->all, modes_tally(work, group, r), err));
        CX_TRY(modes_read(work, modes_tally(work, group, r), &work->row[r].estimate, err));
        whole->modes += work->row[r].estimate.status == CX_OK;
    }
    CX_TRY(modes_read(work, group->all, &whole->estimate, err));
    cx_i_figures total = cx_i_tally_figures(group->all, work->as.reading, work->as.context);
    for (int64_t r = group->row; r < group->end; r++) {
        cx_i_mode_row *row = &work->row[r];
        row->share = total.sum_w > 0 ? row->estimate.sum_w / total.sum_w : 0;
    }
    return CX_OK;
}

/* The mode with the most answers, or the named one. */
static void modes_choose(const modes_work *work, modes_group *group, char *text) {
    group->reference = -1;
    for (int64_t r = group->row + 1; r < group->end; r++) {
        if (work->row[r].estimate.status != CX_OK) continue;
        if (work->reference >= 0) {
            if (modes_named(work, r, text) == work->reference) group->reference = r;
        } else if (work->row[r].hidden) {
            continue;
        } else if (group->reference < 0 ||
                   work->row[r].estimate.n > work->row[group->reference].estimate.n) {
            group->reference = r;
        }
    }
    if (group->reference >= 0) work->row[group->reference].reference = true;
}

/* The reference, and what cannot be compared (a single answer), has no difference. */
static cx_status modes_compare(modes_work *work, const modes_group *group, int64_t at,
                               cx_error *err) {
    cx_i_mode_row *row = &work->row[at];
    cx_estimate found;
    row->difference = row->difference_se = row->difference_p = row->difference_holm = NAN;
    row->difference_low = row->difference_high = NAN;
    if (group->reference < 0 || at == group->row || at == group->reference ||
        row->estimate.status != CX_OK || row->hidden || work->row[group->reference].hidden)
        return CX_OK;
    cx_status status =
        cx_i_compare_pair(modes_tally(work, group, at), modes_tally(work, group, group->reference),
                          &work->score, &work->as, &found, err);
    if (status == CX_OK) {
        row->difference = found.value, row->difference_se = found.se;
        row->difference_low = found.ci_low, row->difference_high = found.ci_high;
        row->difference_p = found.p_value;
    }
    if (status != CX_OK && status != CX_E_FEW && status != CX_E_CONSTANT) return status;
    cx_error_init(err);
    return CX_OK;
}

/* Step by step from the smallest p-value: k times it, never below one before. Each pass takes the
 * next; modes are few. */
static void modes_holm(modes_work *work, const modes_group *group) {
    int64_t left = 0;
    double before = 0;
    for (int64_t r = group->row + 1; r < group->end; r++) left += !isnan(work->row[r].difference_p);
    for (; left > 0; left--) {
        cx_i_mode_row *next = NULL;
        for (int64_t r = group->row + 1; r < group->end; r++) {
            cx_i_mode_row *row = &work->row[r];
            if (isnan(row->difference_p) || !isnan(row->difference_holm)) continue;
            if (next == NULL || row->difference_p < next->difference_p) next = row;
        }
        before = fmin(fmax(before, (double)left * next->difference_p), 1);
        next->difference_holm = before;
    }
}

/* Several modes are mixed unless the test says that they are alike, or all said the same. */
static cx_status modes_test(modes_work *work, const modes_group *group, cx_error *err) {
    cx_i_mode_row *whole = &work->row[group->row];
    whole->test.q = whole->test.df = whole->test.p_value = NAN;
    if (whole->modes < 2) return CX_OK;
    int64_t end = group->first + group->end - group->row - 1;
    cx_status status = cx_i_compare_test(work->tallies, group->first, end, group->all, &work->as,
                                         &whole->test, err);
    bool alike =
        status == CX_E_CONSTANT || (status == CX_OK && whole->test.p_value >= work->options.alpha);
    if (!alike) whole->estimate.flags |= CX_FLAG_MIXED_MODES;
    if (status != CX_OK) whole->test.q = whole->test.df = whole->test.p_value = NAN;
    if (status != CX_OK && status != CX_E_CONSTANT && status != CX_E_FEW) return status;
    cx_error_init(err);
    return CX_OK;
}

static cx_status modes_standardise(modes_work *work, const modes_group *group, char *text,
                                   cx_error *err) {
    cx_i_mode_row *whole = &work->row[group->row];
    cx_i_weighted_mean sum;
    whole->standardised = cx_i_estimate_new(work->options.confidence, work->unit);
    whole->covered = NAN;
    if (work->share == NULL) return CX_OK;
    double present = 0;
    for (int pass = 0; pass < 2; pass++) {
        cx_i_combine_start(&sum, work->options.confidence, work->unit);
        for (int64_t r = group->row + 1; r < group->end; r++) {
            if (work->row[r].estimate.status != CX_OK) continue;
            int64_t number = modes_named(work, r, text);
            if (number < 0 || isnan(work->share[number]))
                return cx_i_fail(err, CX_E_DOMAIN,
                                 "a mode with %d answers has no share in the mix: state 0 to "
                                 "leave it out",
                                 work->row[r].estimate.n);
            if (pass == 0)
                present += work->share[number];
            else
                cx_i_combine_add(&sum, &work->row[r].estimate, work->share[number] / present);
        }
        if (!(present > 0)) break;
    }
    whole->covered = present / work->share_sum;
    whole->standardised = cx_i_combine_end(&sum, work->low, work->high);
    return CX_OK;
}

static void modes_mark(modes_work *work, const modes_group *group) {
    const cx_i_cube *cube = &work->cube;
    if (cube->entries == 0) return;
    int64_t whole = cx_i_cube_parent(cube, group->first, cube->keys - 1);
    work->row[group->row].hidden = cube->hidden[whole];
    for (int64_t r = group->row + 1; r < group->end; r++)
        work->row[r].hidden = cube->hidden[group->first + r - group->row - 1];
}

/* A test or another mean of few modes could be solved for those that are hidden. */
static void modes_hide(modes_work *work, const modes_group *group) {
    cx_i_mode_row *whole = &work->row[group->row];
    for (int64_t r = group->row; r < group->end; r++) {
        cx_i_mode_row *row = &work->row[r];
        if (row->hidden) cx_i_estimate_hide(&row->estimate);
        if (row->hidden || whole->hidden) row->share = NAN;
        if (!row->hidden) continue;
        whole->test.q = whole->test.df = whole->test.p_value = NAN;
        whole->standardised = cx_i_estimate_new(work->options.confidence, work->unit);
    }
}

static cx_status modes_do_group(modes_work *work, modes_group *group, char *text, cx_error *err) {
    CX_TRY(modes_scores(work, group, err));
    modes_mark(work, group);
    modes_choose(work, group, text);
    for (int64_t r = group->row; r < group->end; r++) CX_TRY(modes_compare(work, group, r, err));
    modes_holm(work, group);
    CX_TRY(modes_test(work, group, err));
    CX_TRY(modes_standardise(work, group, text, err));
    modes_hide(work, group);
    return CX_OK;
}

/* -- all together -------------------------------------------------------------------------- */

/* A row is a whole when its key is the beginning of the next one's. */
static bool modes_is_whole(const modes_work *work, int64_t row) {
    size_t size, next_size;
    if (row + 1 >= work->keys.count) return false;
    const uint8_t *bytes = cx_i_keys_bytes(&work->keys, work->order[row], &size);
    const uint8_t *next = cx_i_keys_bytes(&work->keys, work->order[row + 1], &next_size);
    return next_size > size && memcmp(bytes, next, size) == 0;
}

static cx_status modes_do_groups(modes_work *work, char *text, cx_error *err) {
    modes_group group = {.first = 0};
    for (int64_t row = 0; row < work->keys.count; row = group.end) {
        group.row = row;
        group.end = row + 1;
        while (group.end < work->keys.count && !modes_is_whole(work, group.end)) group.end++;
        CX_TRY(cx_i_tally_new(work->tallies->scale_min, work->tallies->scale_max, 1,
                              &work->tallies->allocator, &group.all, err));
        cx_status status = modes_do_group(work, &group, text, err);
        cx_tally_free(group.all);
        if (status != CX_OK) return status;
        group.first += group.end - row - 1;
    }
    return CX_OK;
}

static cx_status modes_check_reference(const modes_work *work, cx_error *err) {
    bool found = work->reference < 0;
    for (int64_t row = 0; row < work->keys.count && !found; row++) found = work->row[row].reference;
    return found ? CX_OK : cx_i_fail(err, CX_E_NAME, "the reference mode has no answers");
}

static cx_status modes_table(const modes_work *work, cx_table **out, cx_error *err) {
    cx_table *table;
    CX_TRY(cx_i_table_new(work->keys.count, &work->tallies->allocator, &table, err));
    cx_status status = cx_i_keys_to_table(&work->keys, work->order, 1, table, err);
    if (status == CX_OK)
        status =
            cx_i_modes_columns(work->row, work->keys.count, &work->tallies->allocator, table, err);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}

static cx_status modes_check(modes_work *work, cx_error *err) {
    const cx_modes_options *options = &work->options;
    cx_compare_options_init(&work->score);
    work->score.score = options->score;
    work->score.promoters = options->promoters;
    work->score.detractors = options->detractors;
    work->score.top = options->top;
    work->score.direction = options->direction;
    work->score.confidence = options->confidence;
    CX_TRY(cx_i_compare_reading(&work->score, work->tallies->scale_min, work->tallies->scale_max,
                                &work->as, err));
    CX_TRY(cx_i_min_n_check(options->min_n, err));
    if (!(options->alpha > 0 && options->alpha < 1))
        return cx_i_fail(err, CX_E_OPTION, "alpha is %g and must lie between 0 and 1, such as 0.05",
                         options->alpha);
    bool net = options->score == CX_SCORE_NPS, mean = options->score == CX_SCORE_MEAN;
    work->unit = net ? CX_UNIT_POINTS : mean ? CX_UNIT_SCALE : CX_UNIT_FRACTION;
    work->low = net ? -100 : mean ? work->tallies->scale_min : 0;
    work->high = net ? 100 : mean ? work->tallies->scale_max : 1;
    if (work->tallies->keys.column_count > 0) return CX_OK;
    return cx_i_fail(err, CX_E_EMPTY, "there is no answer and no mode");
}

static cx_status modes_run(modes_work *work, const cx_frame *mix, const cx_array *shares,
                           const cx_frame *reference, cx_table **out, cx_error *err) {
    const cx_allocator *allocator = &work->tallies->allocator;
    CX_TRY(modes_read_reference(work, reference, err));
    CX_TRY(modes_read_mix(work, mix, shares, err));
    char *text = cx_i_alloc(allocator, work->tallies->keys.bytes_used);
    cx_status status = text == NULL ? cx_i_out_of_memory(err) : modes_put_rows(work, text, err);
    if (status == CX_OK)
        status = cx_i_tallies_suppress(work->tallies, work->options.min_n, &work->cube, err);
    if (status == CX_OK) status = modes_do_groups(work, text, err);
    if (status == CX_OK) status = modes_check_reference(work, err);
    cx_i_free(allocator, text);
    return status == CX_OK ? modes_table(work, out, err) : status;
}

cx_status cx_modes(const cx_tallies *tallies, const cx_frame *mix, const cx_array *shares,
                   const cx_frame *reference, const cx_modes_options *options, cx_table **out,
                   cx_error *err) {
    modes_work work = {.tallies = tallies};
    cx_modes_options_init(&work.options);
    if (tallies == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", tallies == NULL ? "tallies" : "out");
    if ((mix == NULL) != (shares == NULL))
        return cx_i_fail(err, CX_E_NULL, "the mix and its shares go together; %s missing",
                         mix == NULL ? "mix is" : "shares are");
    CX_TRY(cx_i_options_take(options, &work.options, sizeof work.options, "cx_modes_options", err));
    CX_TRY(modes_check(&work, err));
    cx_i_keys_init(&work.keys, &tallies->allocator);
    cx_i_keys_init(&work.named, &tallies->allocator);
    cx_status status = modes_run(&work, mix, shares, reference, out, err);
    cx_i_cube_free(&work.cube);
    cx_i_free(&tallies->allocator, work.order);
    cx_i_free(&tallies->allocator, work.row);
    cx_i_free(&tallies->allocator, work.share);
    cx_i_keys_free(&work.keys);
    cx_i_keys_free(&work.named);
    return status;
}
