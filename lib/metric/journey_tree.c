#include "metric/journey.h"

#include "base/array.h"

/* -- paths --------------------------------------------------------------------------------- */

/* Every beginning of the keys is a node. */
static cx_status journey_put_paths(cx_i_journey *tree, const cx_i_keys *from, cx_error *err) {
    char *text = cx_i_alloc(&tree->tallies->allocator, from->bytes_used);
    cx_status status = text == NULL ? cx_i_out_of_memory(err) : CX_OK;
    for (int64_t i = 0; i < from->count && status == CX_OK; i++) {
        size_t size, used = 0;
        int64_t number;
        const uint8_t *bytes = cx_i_keys_bytes(from, i, &size);
        for (int64_t c = 0; c < from->column_count && status == CX_OK; c++) {
            cx_i_key_part part;
            used += cx_i_key_parse(bytes + used, size - used, from->columns[c].kind, text, &part);
            status = cx_i_keys_put(&tree->keys, bytes, used, &number, err);
        }
    }
    cx_i_free(&tree->tallies->allocator, text);
    return status;
}

static cx_status journey_check_columns(const cx_i_keys *levels, const cx_frame *paths,
                                       const char *role, bool all, cx_error *err) {
    CX_TRY(cx_i_frame_check(paths, role, CX_I_KEYS, err));
    if (paths->count > levels->column_count || (all && paths->count < levels->column_count))
        return cx_i_fail(err, CX_E_MISMATCH,
                         "%s has %d columns; the journey has %d levels, and %s are needed", role,
                         paths->count, levels->column_count, all ? "all" : "the first ones");
    return CX_OK;
}

/* The distinct keys of a frame, held against the levels they name. */
static cx_status journey_bind(cx_i_keys *keys, const cx_i_keys *levels, int64_t count,
                              cx_error *err) {
    CX_TRY(cx_i_keys_new_columns(keys, count, err));
    for (int64_t i = 0; i < count; i++)
        CX_TRY(cx_i_keys_set_column(keys, i, levels->columns[i].name,
                                    strlen(levels->columns[i].name), levels->columns[i].kind, err));
    return CX_OK;
}

static cx_status journey_expect(cx_i_journey *tree, const cx_frame *expected, cx_error *err) {
    int64_t numbers[CX_I_BLOCK];
    cx_i_keys keys;
    if (expected == NULL) return CX_OK;
    CX_TRY(journey_check_columns(&tree->tallies->keys, expected, "expected", false, err));
    cx_i_keys_init(&keys, &tree->tallies->allocator);
    cx_status status = journey_bind(&keys, &tree->tallies->keys, expected->count, err);
    if (status == CX_OK) status = cx_i_keys_bind(&keys, expected, err);
    for (int64_t at = 0; at < expected->columns[0].length && status == CX_OK; at += CX_I_BLOCK) {
        int64_t left = expected->columns[0].length - at;
        status = cx_i_keys_read(&keys, expected, at, left < CX_I_BLOCK ? left : CX_I_BLOCK, numbers,
                                err);
    }
    if (status == CX_OK) status = journey_put_paths(tree, &keys, err);
    cx_i_keys_free(&keys);
    return status;
}

/* -- volumes ------------------------------------------------------------------------------- */

typedef struct journey_volumes {
    cx_i_keys keys;
    double *sum; /* by key number */
} journey_volumes;

static cx_status journey_add_volumes(journey_volumes *volumes, const cx_frame *paths,
                                     const cx_array *column, int64_t start, int64_t count,
                                     cx_error *err) {
    int64_t numbers[CX_I_BLOCK];
    double values[CX_I_BLOCK];
    CX_TRY(cx_i_keys_read(&volumes->keys, paths, start, count, numbers, err));
    cx_i_array_read(column, start, count, values);
    for (int64_t i = 0; i < count; i++) {
        if (!(values[i] >= 0) || isinf(values[i]))
            return cx_i_fail_at(err, CX_E_DOMAIN, column, start + i, values[i],
                                isnan(values[i]) ? "a volume is missing; state 0 for a path nobody "
                                                   "takes"
                                                 : "a volume is a finite number >= 0");
        volumes->sum[numbers[i]] += values[i];
    }
    return CX_OK;
}

static cx_status journey_read_volumes(cx_i_journey *tree, const cx_frame *paths,
                                      const cx_array *column, journey_volumes *volumes,
                                      cx_error *err) {
    CX_TRY(journey_check_columns(&tree->tallies->keys, paths, "volume_paths", true, err));
    CX_TRY(cx_i_array_check(column, "volumes", CX_I_NUMBERS, err));
    CX_TRY(cx_i_array_same_length(&paths->columns[0], "volume_paths", column, "volumes", err));
    CX_TRY(cx_i_keys_bind_like(&volumes->keys, &tree->tallies->keys, err));
    CX_TRY(cx_i_keys_bind(&volumes->keys, paths, err));
    volumes->sum =
        cx_i_alloc_array(&tree->tallies->allocator, column->length, sizeof *volumes->sum);
    if (volumes->sum == NULL) return cx_i_out_of_memory(err);
    for (int64_t at = 0; at < column->length; at += CX_I_BLOCK) {
        int64_t left = column->length - at;
        CX_TRY(journey_add_volumes(volumes, paths, column, at,
                                   left < CX_I_BLOCK ? left : CX_I_BLOCK, err));
    }
    return journey_put_paths(tree, &volumes->keys, err);
}

/* -- nodes --------------------------------------------------------------------------------- */

static int32_t journey_depth(const cx_i_keys *keys, const uint8_t *bytes, size_t size, char *text) {
    int32_t depth = 0;
    cx_i_key_part part;
    for (size_t used = 0; used < size; depth++)
        used += cx_i_key_parse(bytes + used, size - used, keys->columns[depth].kind, text, &part);
    return depth;
}

static const cx_tally *journey_tally(const cx_tallies *tallies, const uint8_t *bytes, size_t size) {
    int64_t key = cx_i_keys_find(&tallies->keys, bytes, size);
    return key < 0 ? NULL : tallies->tally[key];
}

static void journey_fill(cx_i_journey *tree, const journey_volumes *volumes, char *text) {
    int64_t above[CX_JOURNEY_MAX_DEPTH + 1] = {0};
    for (int64_t i = 0; i < tree->count; i++) {
        size_t size;
        const uint8_t *bytes = cx_i_keys_bytes(&tree->keys, tree->order[i], &size);
        cx_i_journey_node *node = &tree->node[i];
        node->depth = journey_depth(&tree->keys, bytes, size, text);
        node->parent = node->depth == 0 ? -1 : above[node->depth - 1];
        above[node->depth] = i;
        if (node->parent >= 0) tree->node[node->parent].parts++;
        node->tally = journey_tally(tree->tallies, bytes, size);
        int64_t at = volumes->sum == NULL ? -1 : cx_i_keys_find(&volumes->keys, bytes, size);
        node->volume = at < 0 ? NAN : volumes->sum[at];
    }
}

static cx_status journey_lay_out(cx_i_journey *tree, const journey_volumes *volumes,
                                 cx_error *err) {
    const cx_allocator *allocator = &tree->tallies->allocator;
    tree->count = tree->keys.count;
    tree->order = cx_i_alloc_array(allocator, tree->count, sizeof *tree->order);
    tree->node = cx_i_alloc_array(allocator, tree->count, sizeof *tree->node);
    char *text = cx_i_alloc(allocator, tree->keys.bytes_used);
    bool made = tree->order != NULL && tree->node != NULL && text != NULL;
    if (made) cx_i_keys_sort(&tree->keys, tree->order);
    if (made) journey_fill(tree, volumes, text);
    cx_i_free(allocator, text);
    return made ? CX_OK : cx_i_out_of_memory(err);
}

cx_status cx_i_journey_build(cx_i_journey *tree, const cx_tallies *tallies,
                             const cx_frame *volume_paths, const cx_array *volumes,
                             const cx_frame *expected, cx_error *err) {
    static const uint8_t root = 0;
    journey_volumes stated = {.sum = NULL};
    int64_t number;
    *tree = (cx_i_journey){.tallies = tallies, .stated = volumes != NULL};
    cx_i_keys_init(&tree->keys, &tallies->allocator);
    cx_i_keys_init(&stated.keys, &tallies->allocator);
    CX_TRY(cx_i_keys_bind_like(&tree->keys, &tallies->keys, err));
    CX_TRY(cx_i_keys_reserve(&tree->keys, 1, 1, err));
    CX_TRY(cx_i_keys_put(&tree->keys, &root, 0, &number, err));
    CX_TRY(journey_put_paths(tree, &tallies->keys, err));
    CX_TRY(journey_expect(tree, expected, err));
    cx_status status =
        volumes == NULL ? CX_OK : journey_read_volumes(tree, volume_paths, volumes, &stated, err);
    if (status == CX_OK) status = journey_lay_out(tree, &stated, err);
    cx_i_free(&tallies->allocator, stated.sum);
    cx_i_keys_free(&stated.keys);
    return status;
}

void cx_i_journey_release(cx_i_journey *tree) {
    for (int64_t i = 0; tree->node != NULL && i < tree->count; i++)
        cx_tally_free(tree->node[i].merged);
    cx_i_free(&tree->tallies->allocator, tree->node);
    cx_i_free(&tree->tallies->allocator, tree->order);
    cx_i_keys_free(&tree->keys);
}

void cx_i_journey_words(const cx_i_journey *tree, int64_t node, char *out, size_t size) {
    char text[256];
    size_t bytes_size, used = 0, length = 0;
    const uint8_t *bytes = cx_i_keys_bytes(&tree->keys, tree->order[node], &bytes_size);
    cx_i_text(out, size, "%s", "");
    for (int32_t level = 0; used < bytes_size; level++) {
        cx_i_key_part part;
        if (bytes_size - used >= sizeof text) return;
        used += cx_i_key_parse(bytes + used, bytes_size - used, tree->keys.columns[level].kind,
                               text, &part);
        text[part.length] = '\0';
        const char *join = level == 0 ? "" : " > ";
        if (part.missing)
            length += cx_i_text(out + length, size - length, "%smissing", join);
        else if (tree->keys.columns[level].kind == CX_I_KEY_TEXT)
            length += cx_i_text(out + length, size - length, "%s%s", join, text);
        else
            length += cx_i_text(out + length, size - length, "%s%d", join, part.number);
    }
}
