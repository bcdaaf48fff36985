#include "metric/index.h"

#include "metric/suppress.h"
#include "stat/keys_table.h"

/* Rows of a call into one joint state, or into one for each key. */

/* -- the rows ------------------------------------------------------------------------------ */

cx_status cx_i_joint_source_find(cx_i_joint_source *source, const cx_joint *names, int64_t count,
                                 const cx_frame *x, const char *role, int64_t first,
                                 cx_error *err) {
    CX_TRY(cx_i_frame_check(x, role, CX_I_KEYS, err));
    for (int64_t i = 0; i < count; i++) {
        const cx_array *found = cx_i_frame_find(x, names->component[i].name);
        if (found == NULL)
            return cx_i_fail(err, CX_E_NAME, "%s has no column called %s", role,
                             names->component[i].name);
        source->columns[first + i] = found;
    }
    return CX_OK;
}

cx_status cx_i_joint_source_open(cx_i_joint_source *source, const cx_allocator *allocator,
                                 cx_error *err) {
    for (int64_t c = 0; c < source->count; c++) {
        cx_i_answers answers = {source->columns[c], source->weights, source->answers};
        CX_TRY(cx_i_answers_check(&answers, err));
        CX_TRY(cx_i_array_same_length(source->columns[0], "x", source->columns[c], "x", err));
    }
    if (source->columns[0]->length > CX_I_JOINT_ROWS) return cx_i_joint_overflow(err);
    source->values =
        cx_i_alloc_array(allocator, source->count * CX_I_JOINT_BLOCK, sizeof *source->values);
    return source->values != NULL ? CX_OK : cx_i_out_of_memory(err);
}

void cx_i_joint_source_close(cx_i_joint_source *source, const cx_allocator *allocator) {
    cx_i_free(allocator, source->values);
}

static cx_status source_row(const cx_i_joint_source *source, cx_joint *target, int64_t row,
                            int64_t r, const double *weight, cx_error *err) {
    int16_t y[CX_JOINT_COLUMNS];
    int32_t reason = CX_EXCLUDED_MISSING;
    CX_TRY(source->read(source, target, row, r, weight, y, &reason, err));
    return cx_i_joint_count(target, &target->scratch, y, reason, weight) ? CX_OK
                                                                         : cx_i_joint_overflow(err);
}

static int64_t source_load(cx_i_joint_source *source, int64_t start, double *weight) {
    int64_t left = source->columns[0]->length - start;
    int64_t count = left < CX_I_JOINT_BLOCK ? left : CX_I_JOINT_BLOCK;
    for (int64_t c = 0; c < source->count; c++)
        cx_i_array_read(source->columns[c], start, count, source->values + c * CX_I_JOINT_BLOCK);
    if (source->weights != NULL) cx_i_array_read(source->weights, start, count, weight);
    return count;
}

cx_status cx_i_joint_source_add(cx_i_joint_source *source, cx_joint *self, cx_error *err) {
    double weight[CX_I_JOINT_BLOCK];
    cx_i_joint_begin(self, source->weights != NULL);
    for (int64_t start = 0; start < source->columns[0]->length; start += CX_I_JOINT_BLOCK) {
        int64_t count = source_load(source, start, weight);
        for (int64_t r = 0; r < count; r++)
            CX_TRY(source_row(source, self, start + r, r,
                              source->weights != NULL ? &weight[r] : NULL, err));
    }
    return cx_i_joint_commit(self, err);
}

/* -- one state for each key ---------------------------------------------------------------- */

typedef struct joint_groups {
    const cx_joint *like;
    cx_i_joint_metric metric;
    const void *context;
    int64_t min_n;
    const cx_allocator *allocator;
    cx_i_keys keys;
    cx_joint **state;
    int64_t made, room;
    int64_t *order;
} joint_groups;

static cx_status groups_reserve(joint_groups *groups, cx_error *err) {
    int64_t room = groups->room > 0 ? groups->room : 16;
    if (groups->keys.count <= groups->room) return CX_OK;
    while (room < groups->keys.count) room *= 2;
    cx_joint **state = cx_i_alloc_array(groups->allocator, room, sizeof *state);
    if (state == NULL) return cx_i_out_of_memory(err);
    if (groups->made > 0) memcpy(state, groups->state, (size_t)groups->made * sizeof *state);
    cx_i_free(groups->allocator, groups->state);
    groups->state = state;
    groups->room = room;
    return CX_OK;
}

static cx_status groups_make_missing(joint_groups *groups, bool weighted, cx_error *err) {
    CX_TRY(groups_reserve(groups, err));
    while (groups->made < groups->keys.count) {
        cx_joint **state = &groups->state[groups->made];
        CX_TRY(cx_i_joint_like(groups->like, groups->allocator, state, err));
        groups->made++;
        cx_i_joint_begin(*state, weighted);
    }
    return CX_OK;
}

static cx_status groups_fill(joint_groups *groups, cx_i_joint_source *source, const cx_frame *by,
                             cx_error *err) {
    double weight[CX_I_JOINT_BLOCK];
    int64_t keys[CX_I_JOINT_BLOCK];
    CX_TRY(cx_i_keys_bind(&groups->keys, by, err));
    for (int64_t start = 0; start < source->columns[0]->length; start += CX_I_JOINT_BLOCK) {
        int64_t count = source_load(source, start, weight);
        CX_TRY(cx_i_keys_read(&groups->keys, by, start, count, keys, err));
        CX_TRY(groups_make_missing(groups, source->weights != NULL, err));
        for (int64_t r = 0; r < count; r++)
            CX_TRY(source_row(source, groups->state[keys[r]], start + r, r,
                              source->weights != NULL ? &weight[r] : NULL, err));
    }
    for (int64_t g = 0; g < groups->made; g++) CX_TRY(cx_i_joint_commit(groups->state[g], err));
    return CX_OK;
}

static cx_status groups_table(const joint_groups *groups, const cx_estimate *rows, cx_table **out,
                              cx_error *err) {
    cx_table *table;
    CX_TRY(cx_i_table_new(groups->made, groups->allocator, &table, err));
    cx_status status = cx_i_keys_to_table(&groups->keys, groups->order, 1, table, err);
    if (status == CX_OK) status = cx_i_estimates_to_table(rows, groups->made, table, err);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}

static cx_status groups_read(joint_groups *groups, cx_estimate *rows, cx_table **out,
                             cx_error *err) {
    cx_i_keys_sort(&groups->keys, groups->order);
    for (int64_t g = 0; g < groups->made; g++) {
        cx_status status =
            groups->metric(groups->state[groups->order[g]], groups->context, &rows[g], err);
        rows[g].status = (int32_t)status;
        if (status != CX_OK && status != CX_E_EMPTY) return status;
    }
    cx_error_init(err);
    CX_TRY(cx_i_estimates_suppress(&groups->keys, groups->order, rows, groups->min_n,
                                   groups->allocator, err));
    return groups_table(groups, rows, out, err);
}

static cx_status groups_run(joint_groups *groups, cx_i_joint_source *source, const cx_frame *by,
                            cx_table **out, cx_error *err) {
    CX_TRY(groups_fill(groups, source, by, err));
    groups->order = cx_i_alloc_array(groups->allocator, groups->made, sizeof *groups->order);
    cx_estimate *rows = cx_i_alloc_array(groups->allocator, groups->made, sizeof *rows);
    cx_status status = groups->order == NULL || rows == NULL ? cx_i_out_of_memory(err)
                                                             : groups_read(groups, rows, out, err);
    cx_i_free(groups->allocator, rows);
    return status;
}

/* The options are judged before the rows, by a state without any. */
static cx_status groups_check(const cx_joint *like, cx_i_joint_metric metric, const void *context,
                              cx_error *err) {
    cx_joint *empty;
    cx_estimate ignored;
    CX_TRY(cx_i_joint_like(like, &like->allocator, &empty, err));
    cx_status status = metric(empty, context, &ignored, err);
    cx_joint_free(empty);
    if (status != CX_OK && status != CX_E_EMPTY) return status;
    cx_error_init(err);
    return CX_OK;
}

cx_status cx_i_joint_by(cx_i_joint_source *source, const cx_joint *like, const cx_frame *by,
                        cx_i_joint_metric metric, const void *context, int64_t min_n,
                        cx_table **out, cx_error *err) {
    joint_groups groups = {.like = like,
                           .metric = metric,
                           .context = context,
                           .min_n = min_n,
                           .allocator = &like->allocator};
    CX_TRY(cx_i_frame_check(by, "by", CX_I_KEYS, err));
    CX_TRY(
        cx_i_array_same_length(source->columns[0], "x", &by->columns[0], by->columns[0].name, err));
    CX_TRY(groups_check(like, metric, context, err));
    cx_i_keys_init(&groups.keys, groups.allocator);
    cx_status status = groups_run(&groups, source, by, out, err);
    for (int64_t g = 0; g < groups.made; g++) cx_joint_free(groups.state[g]);
    cx_i_free(groups.allocator, groups.state);
    cx_i_free(groups.allocator, groups.order);
    cx_i_keys_free(&groups.keys);
    return status;
}
