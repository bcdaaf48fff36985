#include <cxkit/multiplicity.h>

#include <float.h>

#include "base/keys.h"
#include "stat/multiple.h"
#include "stat/table.h"

static const char *const multiplicity_names[] = {
#define MULTIPLICITY_NAME(name, number, text) [number] = text,
    CX_MULTIPLICITY_LIST(MULTIPLICITY_NAME)
#undef MULTIPLICITY_NAME
};

const char *cx_multiplicity_name(int32_t method) {
    return method >= 0 && method < CX_MULTIPLICITY_END ? multiplicity_names[method] : "unknown";
}

void cx_multiplicity_options_init(cx_multiplicity_options *options) {
    if (options == NULL) return;
    *options = (cx_multiplicity_options){
        .struct_size = sizeof *options, .method = CX_MULTIPLICITY_HOLM, .level = 0.05};
}

static cx_status multiplicity_options(const cx_multiplicity_options *given,
                                      cx_multiplicity_options *used, cx_error *err) {
    cx_multiplicity_options_init(used);
    CX_TRY(cx_i_options_take(given, used, sizeof *used, "cx_multiplicity_options", err));
    if (used->method < 0 || used->method >= CX_MULTIPLICITY_END)
        return cx_i_fail(err, CX_E_OPTION, "method %d is not a way to adjust p-values",
                         (int64_t)used->method);
    if (!(used->level > 0 && used->level < 1))
        return cx_i_fail(err, CX_E_OPTION, "level is %g and must lie between 0 and 1", used->level);
    return CX_OK;
}

/* The tests of one depth. The last level holds the rows themselves, those above it the nodes of a
 * tree; without a tree there is one level only. */
typedef struct multiplicity_level {
    int64_t count;
    int64_t *parent; /* family, and node of the level above; -1: no test of this level */
    double *p, *own; /* own: adjusted within its family */
    double *path;    /* the largest adjusted on the way down to here, its own included */
} multiplicity_level;

typedef struct multiplicity_work {
    const cx_array *p_column;
    const cx_frame *by;
    cx_multiplicity_options options;
    cx_allocator allocator;
    int64_t rows, depth;       /* levels */
    multiplicity_level *level; /* 0 .. depth - 1 */
    int64_t *node;             /* of each row, at each level but the last */
    int64_t *at;               /* the level of each row */
    int64_t *order, *ends;     /* scratch: tests by family, and where a family ends */
    double *room;
    int64_t first, families; /* families of the first level, and all of them */
} multiplicity_work;

static const multiplicity_level *multiplicity_rows(const multiplicity_work *w) {
    return &w->level[w->depth - 1];
}

/* -- one family after the other ------------------------------------------------------------ */

static void multiplicity_e_family(const double *e, const int64_t *order, int64_t count,
                                  double *room, double *out) {
    for (int64_t k = 0; k < count; k++) room[k] = e[order[count - 1 - k]];
    cx_i_e_bh_rates(room, count);
    for (int64_t k = 0; k < count; k++) out[order[count - 1 - k]] = room[k];
}

static void multiplicity_family(const multiplicity_work *w, const multiplicity_level *level,
                                int64_t *order, int64_t count) {
    int32_t method = w->options.method;
    cx_i_multiple plain = method == CX_MULTIPLICITY_FIXED          ? CX_I_HOLM
                          : method == CX_MULTIPLICITY_HIERARCHICAL ? CX_I_BH
                                                                   : (cx_i_multiple)method;
    cx_i_multiple_sort(level->p, order, count);
    if (method == CX_MULTIPLICITY_E_BH)
        multiplicity_e_family(level->p, order, count, w->room, level->own);
    else
        cx_i_multiple_adjust(plain, level->p, order, count, w->room, level->own);
}

static bool multiplicity_counts(const multiplicity_level *level, int64_t i) {
    return level->parent[i] >= 0 && !isnan(level->p[i]);
}

static void multiplicity_adjust_level(multiplicity_work *w, multiplicity_level *level,
                                      int64_t families) {
    int64_t *ends = w->ends, begin = 0;
    memset(ends, 0, (size_t)(families + 1) * sizeof *ends);
    for (int64_t i = 0; i < level->count; i++)
        if (multiplicity_counts(level, i)) ends[level->parent[i] + 1]++;
    for (int64_t f = 0; f < families; f++) ends[f + 1] += ends[f];
    for (int64_t i = 0; i < level->count; i++) { /* moves each start to the family's end */
        level->own[i] = NAN;
        if (multiplicity_counts(level, i)) w->order[ends[level->parent[i]]++] = i;
    }
    for (int64_t f = 0; f < families; begin = ends[f++]) {
        w->families += ends[f] > begin ? 1 : 0;
        multiplicity_family(w, level, w->order + begin, ends[f] - begin);
    }
}

/* -- families in order, and trees ---------------------------------------------------------- */

/* A gate opens when everything before it is rejected. Families are numbered as they appear. */
static void multiplicity_gates(multiplicity_work *w) {
    const multiplicity_level *rows = multiplicity_rows(w);
    double *worst = w->room; /* of each family, then of all up to it */
    for (int64_t f = 0; f < w->first; f++) worst[f] = NAN;
    for (int64_t i = 0; i < rows->count; i++)
        worst[rows->parent[i]] = fmax(worst[rows->parent[i]], rows->own[i]);
    for (int64_t f = 1; f < w->first; f++) worst[f] = fmax(worst[f], worst[f - 1]);
    for (int64_t i = 0; i < rows->count; i++) {
        int64_t f = rows->parent[i];
        double gate = f > 0 ? worst[f - 1] : NAN;
        rows->path[i] = isnan(rows->p[i]) ? NAN : fmax(rows->own[i], gate);
    }
}

static double multiplicity_gate(const multiplicity_work *w, int64_t row) {
    const multiplicity_level *rows = multiplicity_rows(w);
    int64_t at = w->at != NULL ? w->at[row] : 0;
    if (w->options.method == CX_MULTIPLICITY_FIXED)
        return rows->parent[row] > 0 ? w->room[rows->parent[row] - 1] : NAN;
    return at > 0 ? w->level[at - 1].path[w->node[(at - 1) * w->rows + row]] : NAN;
}

/* Simes's p-value of a family, its least adjusted p-value, for a parent without one of its own. */
static void multiplicity_combine(const multiplicity_level *below, multiplicity_level *level) {
    for (int64_t i = 0; i < level->count; i++) level->path[i] = NAN;
    for (int64_t i = 0; i < below->count; i++) {
        if (below->parent[i] < 0) continue;
        double *least = &level->path[below->parent[i]];
        *least = fmin(*least, below->own[i]);
    }
    for (int64_t i = 0; i < level->count; i++)
        if (isnan(level->p[i])) level->p[i] = level->path[i];
}

static void multiplicity_tree(multiplicity_work *w) {
    for (int64_t l = w->depth - 1; l >= 0; l--) {
        int64_t families = l > 0 ? w->level[l - 1].count : w->first;
        multiplicity_adjust_level(w, &w->level[l], families);
        if (l > 0) multiplicity_combine(&w->level[l], &w->level[l - 1]);
    }
    for (int64_t l = 0; l < w->depth; l++)
        for (int64_t i = 0; i < w->level[l].count; i++) {
            int64_t above = l > 0 ? w->level[l].parent[i] : -1;
            double gate = above >= 0 ? w->level[l - 1].path[above] : NAN;
            double own = w->level[l].own[i];
            w->level[l].path[i] = isnan(own) ? NAN : fmax(own, gate);
        }
}

static void multiplicity_compute(multiplicity_work *w) {
    multiplicity_level *rows = &w->level[w->depth - 1];
    if (w->options.method == CX_MULTIPLICITY_HIERARCHICAL) {
        multiplicity_tree(w);
        return;
    }
    multiplicity_adjust_level(w, rows, w->first);
    if (w->options.method == CX_MULTIPLICITY_FIXED)
        multiplicity_gates(w);
    else
        memcpy(rows->path, rows->own, (size_t)rows->count * sizeof *rows->own);
}

/* -- reading ------------------------------------------------------------------------------- */

static cx_status multiplicity_room(multiplicity_work *w, multiplicity_level *level, int64_t count,
                                   cx_error *err) {
    const cx_allocator *a = &w->allocator;
    level->count = count;
    level->parent = cx_i_alloc_array(a, count, sizeof *level->parent);
    level->p = cx_i_alloc_array(a, count, sizeof *level->p);
    level->own = cx_i_alloc_array(a, count, sizeof *level->own);
    level->path = cx_i_alloc_array(a, count, sizeof *level->path);
    bool made = level->parent != NULL && level->p != NULL && level->own != NULL;
    for (int64_t i = 0; i < count && made; i++) level->p[i] = NAN;
    return made && level->path != NULL ? CX_OK : cx_i_out_of_memory(err);
}

static cx_status multiplicity_read_p(const multiplicity_work *w, double *out, cx_error *err) {
    bool e = w->options.method == CX_MULTIPLICITY_E_BH;
    for (int64_t start = 0; start < w->rows; start += CX_I_BLOCK) {
        int64_t left = w->rows - start;
        cx_i_array_read(w->p_column, start, left < CX_I_BLOCK ? left : CX_I_BLOCK, out + start);
    }
    for (int64_t row = 0; row < w->rows; row++) {
        if (isnan(out[row]) || (out[row] >= 0 && out[row] <= (e ? 1.7e308 : 1))) continue;
        return cx_i_fail_at(err, CX_E_DOMAIN, w->p_column, row, out[row],
                            e ? "an e-value is 0 or more and finite"
                              : "a p-value lies between 0 and 1");
    }
    return CX_OK;
}

/* The number of each row's key in the first columns of `by`. */
static cx_status multiplicity_number(const multiplicity_work *w, int64_t columns, int64_t *numbers,
                                     int64_t *count, cx_error *err) {
    cx_frame by = {w->by->columns, columns, {0, 0}};
    cx_i_keys keys;
    cx_i_keys_init(&keys, &w->allocator);
    cx_status status = cx_i_keys_bind(&keys, &by, err);
    if (status == CX_OK) status = cx_i_keys_read(&keys, &by, 0, w->rows, numbers, err);
    *count = keys.count;
    cx_i_keys_free(&keys);
    return status;
}

static cx_status multiplicity_families(multiplicity_work *w, cx_error *err) {
    multiplicity_level *rows = &w->level[0];
    bool steps = w->options.method == CX_MULTIPLICITY_FIXED;
    CX_TRY(multiplicity_room(w, rows, w->rows, err));
    CX_TRY(multiplicity_read_p(w, rows->p, err));
    if (w->by != NULL && w->by->count > 0)
        return multiplicity_number(w, w->by->count, rows->parent, &w->first, err);
    w->first = steps ? w->rows : 1;
    for (int64_t row = 0; row < w->rows && steps; row++) rows->parent[row] = row;
    return CX_OK;
}

static cx_status multiplicity_row_level(multiplicity_work *w, int64_t row, cx_error *err) {
    int64_t level = 0;
    const cx_array *columns = w->by->columns;
    while (level < w->depth && cx_i_array_present(&columns[level], row)) level++;
    for (int64_t l = level; l < w->depth; l++)
        if (cx_i_array_present(&columns[l], row) || level == 0)
            return cx_i_fail_at(err, CX_E_DOMAIN, &columns[level], row, NAN,
                                "the path has a null before its end");
    w->at[row] = level - 1;
    return CX_OK;
}

static cx_status multiplicity_place(multiplicity_work *w, const double *p, int64_t row,
                                    cx_error *err) {
    int64_t l = w->at[row];
    multiplicity_level *level = &w->level[l];
    if (l == w->depth - 1) {
        level->p[row] = p[row];
        return CX_OK;
    }
    double *slot = &level->p[w->node[l * w->rows + row]];
    if (!isnan(*slot) && !isnan(p[row]))
        return cx_i_fail_at(err, CX_E_DOMAIN, w->p_column, row, p[row],
                            "this node of the tree has a test already");
    if (!isnan(p[row])) *slot = p[row];
    return CX_OK;
}

static cx_status multiplicity_paths(multiplicity_work *w, const double *p, cx_error *err) {
    int64_t last = w->depth - 1, count;
    for (int64_t l = 0; l < last; l++) {
        int64_t *node = w->node + l * w->rows;
        CX_TRY(multiplicity_number(w, l + 1, node, &count, err));
        CX_TRY(multiplicity_room(w, &w->level[l], count, err));
        for (int64_t row = 0; row < w->rows && l > 0; row++)
            w->level[l].parent[node[row]] = node[row - w->rows];
    }
    CX_TRY(multiplicity_room(w, &w->level[last], w->rows, err));
    for (int64_t row = 0; row < w->rows; row++) {
        CX_TRY(multiplicity_row_level(w, row, err));
        int64_t parent = last > 0 ? w->node[(last - 1) * w->rows + row] : 0;
        w->level[last].parent[row] = w->at[row] == last ? parent : -1;
        CX_TRY(multiplicity_place(w, p, row, err));
    }
    return CX_OK;
}

static cx_status multiplicity_load_tree(multiplicity_work *w, cx_error *err) {
    int64_t nodes;
    if (!cx_i_mul_i64(w->rows, w->depth, &nodes)) return cx_i_out_of_memory(err);
    double *p = cx_i_alloc_array(&w->allocator, w->rows, sizeof *p);
    w->node = cx_i_alloc_array(&w->allocator, nodes, sizeof *w->node);
    w->at = cx_i_alloc_array(&w->allocator, w->rows, sizeof *w->at);
    w->first = 1;
    bool made = p != NULL && w->node != NULL && w->at != NULL;
    cx_status status = made ? multiplicity_read_p(w, p, err) : cx_i_out_of_memory(err);
    if (status == CX_OK) status = multiplicity_paths(w, p, err);
    cx_i_free(&w->allocator, p);
    return status;
}

static cx_status multiplicity_load(multiplicity_work *w, cx_error *err) {
    const cx_allocator *a = &w->allocator;
    bool tree = w->options.method == CX_MULTIPLICITY_HIERARCHICAL;
    int64_t twice;
    if (tree && (w->by == NULL || w->by->count == 0))
        return cx_i_fail(err, CX_E_EMPTY, "by has no column: a hierarchy needs its path");
    w->depth = tree ? w->by->count : 1;
    if (!cx_i_mul_i64(w->rows, 2, &twice)) return cx_i_out_of_memory(err);
    w->level = cx_i_alloc_array(a, w->depth, sizeof *w->level);
    w->order = cx_i_alloc_array(a, w->rows, sizeof *w->order);
    w->ends = cx_i_alloc_array(a, w->rows + 2, sizeof *w->ends);
    w->room = cx_i_alloc_array(a, twice, sizeof *w->room);
    if (w->level == NULL || w->order == NULL || w->ends == NULL || w->room == NULL)
        return cx_i_out_of_memory(err);
    return tree ? multiplicity_load_tree(w, err) : multiplicity_families(w, err);
}

static void multiplicity_release(multiplicity_work *w) {
    const cx_allocator *a = &w->allocator;
    for (int64_t l = 0; l < w->depth && w->level != NULL; l++) {
        cx_i_free(a, w->level[l].parent);
        cx_i_free(a, w->level[l].p);
        cx_i_free(a, w->level[l].own);
        cx_i_free(a, w->level[l].path);
    }
    cx_i_free(a, w->level);
    cx_i_free(a, w->node);
    cx_i_free(a, w->at);
    cx_i_free(a, w->order);
    cx_i_free(a, w->ends);
    cx_i_free(a, w->room);
}

/* -- the table ----------------------------------------------------------------------------- */

/* What was given, of a row of any depth; nodes may have been combined from below. */
static double multiplicity_adjusted(const multiplicity_work *w, int64_t row) {
    int64_t l = w->at != NULL ? w->at[row] : 0;
    bool inner = l < w->depth - 1;
    return w->level[l].path[inner ? w->node[l * w->rows + row] : row];
}

/* A p-value at the level is rejected, whatever the last digit of its product with a factor. */
static bool multiplicity_rejects(double adjusted, double level) {
    return adjusted <= level * (1 + 4 * DBL_EPSILON);
}

static cx_status multiplicity_columns(const multiplicity_work *w, cx_table *table,
                                      int64_t counts[2], cx_error *err) {
    double *p, *adjusted, *gate;
    int64_t *rejected;
    CX_TRY(cx_i_table_f64(table, "p", &p, err));
    CX_TRY(multiplicity_read_p(w, p, err));
    for (int64_t i = 0; i < w->rows; i++)
        if (isnan(p[i])) CX_TRY(cx_i_table_null(table, i, err));
    CX_TRY(cx_i_table_f64(table, "adjusted", &adjusted, err));
    for (int64_t i = 0; i < w->rows; i++) {
        adjusted[i] = isnan(p[i]) ? NAN : multiplicity_adjusted(w, i);
        if (isnan(p[i])) CX_TRY(cx_i_table_null(table, i, err));
    }
    CX_TRY(cx_i_table_i64(table, "rejected", &rejected, err));
    for (int64_t i = 0; i < w->rows; i++) {
        rejected[i] = multiplicity_rejects(adjusted[i], w->options.level) ? 1 : 0;
        counts[0] += isnan(p[i]) ? 0 : 1;
        counts[1] += rejected[i];
        if (isnan(p[i])) CX_TRY(cx_i_table_null(table, i, err));
    }
    if (w->options.method != CX_MULTIPLICITY_FIXED && w->at == NULL) return CX_OK;
    CX_TRY(cx_i_table_f64(table, "gate", &gate, err));
    for (int64_t i = 0; i < w->rows; i++) {
        gate[i] = multiplicity_gate(w, i);
        if (isnan(gate[i])) CX_TRY(cx_i_table_null(table, i, err));
    }
    return CX_OK;
}

static cx_status multiplicity_fill(const multiplicity_work *w, cx_table *table, cx_error *err) {
    int64_t counts[2] = {0, 0};
    CX_TRY(multiplicity_columns(w, table, counts, err));
    CX_TRY(cx_i_table_figure(table, "tests", (double)counts[0], err));
    CX_TRY(cx_i_table_figure(table, "rejected", (double)counts[1], err));
    CX_TRY(cx_i_table_figure(table, "level", w->options.level, err));
    return cx_i_table_figure(table, "families", (double)w->families, err);
}

static cx_status multiplicity_check(const cx_array *p, const cx_frame *by, cx_error *err) {
    CX_TRY(cx_i_array_check(p, "p", CX_I_NUMBERS, err));
    if (by == NULL) return CX_OK;
    CX_TRY(cx_i_frame_check(by, "by", CX_I_KEYS, err));
    if (by->count == 0) return CX_OK;
    return cx_i_array_same_length(p, "p", &by->columns[0], "by", err);
}

cx_status cx_adjust_p(const cx_array *p, const cx_frame *by, const cx_multiplicity_options *options,
                      cx_table **out, cx_error *err) {
    cx_table *table = NULL;
    if (p == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", p == NULL ? "p" : "out");
    multiplicity_work w = {.p_column = p, .by = by};
    CX_TRY(multiplicity_options(options, &w.options, err));
    CX_TRY(multiplicity_check(p, by, err));
    w.allocator = cx_i_allocator(w.options.allocator);
    w.rows = p->length;
    cx_status status = multiplicity_load(&w, err);
    if (status == CX_OK) {
        multiplicity_compute(&w);
        status = cx_i_table_new(w.rows, &w.allocator, &table, err);
    }
    if (status == CX_OK) status = multiplicity_fill(&w, table, err);
    if (status == CX_OK)
        *out = table;
    else if (table != NULL)
        cx_table_free(table);
    multiplicity_release(&w);
    return status;
}
