#include "metric/trend.h"

#include "metric/suppress.h"
#include "stat/keys_table.h"
#include "stat/table.h"

/* The other keys of windows: here called sites. */

typedef struct trend_presence {
    int64_t windows, first, last; /* with answers; positions in the series */
} trend_presence;

/* A key without its window. */
static const uint8_t *trend_rest(const cx_tallies *state, int64_t index, size_t *size) {
    cx_i_key_part part;
    size_t whole;
    const uint8_t *bytes = cx_i_keys_bytes(&state->keys, state->order[index], &whole);
    size_t used = cx_i_key_parse(bytes, whole, CX_I_KEY_NUMBER, NULL, &part);
    *size = whole - used;
    return bytes + used;
}

/* Which windows each of the sites had answers in. */
static void trend_read_presence(const cx_tallies *state, const cx_tallies *sites, int64_t first,
                                const cx_i_trend *trend, trend_presence *presence) {
    int64_t step;
    for (int64_t i = 0; i < state->keys.count && cx_i_windows_step(state, i, &step); i++) {
        size_t size;
        const uint8_t *rest = trend_rest(state, i, &size);
        trend_presence *one = &presence[cx_i_keys_find(&sites->keys, rest, size)];
        if (cx_tally_n(cx_tallies_at(state, i)) == 0) continue;
        if (trend != NULL && trend->window[step - first].estimate.status != CX_OK) continue;
        if (one->windows++ == 0) one->first = step - first;
        one->last = step - first;
    }
}

/* -- slices -------------------------------------------------------------------------------- */

/* The sites of one window, of the state's positions from .. end - 1. */
static cx_status trend_slice(const cx_tallies *state, const cx_tallies *sites, int64_t from,
                             int64_t end, cx_tallies **out, cx_error *err) {
    CX_TRY(cx_tallies_new(state->scale_min, state->scale_max, &state->allocator, out, err));
    cx_status status = cx_i_keys_bind_like(&(*out)->keys, &sites->keys, err);
    for (int64_t i = from; i < end && status == CX_OK; i++) {
        size_t size;
        int64_t number;
        const uint8_t *rest = trend_rest(state, i, &size);
        status = cx_i_keys_put(&(*out)->keys, rest, size, &number, err);
        if (status == CX_OK) status = cx_i_tallies_make(*out, err);
        if (status == CX_OK)
            status = cx_tally_merge((*out)->tally[number], cx_tallies_at(state, i), err);
    }
    if (status == CX_OK && (*out)->keys.count > 0) cx_i_keys_sort(&(*out)->keys, (*out)->order);
    if (status != CX_OK) cx_tallies_free(*out);
    return status;
}

static double trend_named(const cx_table *table, const char *name) {
    for (int64_t i = 0; i < cx_table_figures(table); i++)
        if (strcmp(cx_table_figure_name(table, i), name) == 0) return cx_table_figure(table, i);
    return NAN;
}

typedef struct trend_slices {
    cx_i_trend *trend;
    const cx_tallies *sites;
    const trend_presence *presence; /* by number of the site */
    int64_t windows;                /* with answers */
    cx_tallies *before;             /* the last slice with answers, or NULL */
    const cx_estimate *panel_before;
} trend_slices;

static cx_status trend_split(const trend_slices *slices, const cx_tallies *now,
                             cx_i_trend_window *window, cx_error *err) {
    static const char *const names[] = {"mix",    "mix_ci_low",    "mix_ci_high",
                                        "within", "within_ci_low", "within_ci_high"};
    cx_table *table;
    if (slices->before == NULL) return CX_OK;
    CX_TRY(cx_decompose(slices->before, now, &slices->trend->score, &table, err));
    for (int i = 0; i < 6; i++) window->parts[i] = trend_named(table, names[i]);
    cx_table_free(table);
    return CX_OK;
}

static cx_status trend_panel(trend_slices *slices, const cx_tallies *now, cx_i_trend_window *window,
                             cx_error *err) {
    cx_tally *panel;
    CX_TRY(cx_i_tally_new(now->scale_min, now->scale_max, 1, &now->allocator, &panel, err));
    cx_status status = CX_OK;
    for (int64_t i = 0; i < now->keys.count && status == CX_OK; i++) {
        size_t size;
        const uint8_t *bytes = cx_i_keys_bytes(&now->keys, i, &size);
        int64_t site = cx_i_keys_find(&slices->sites->keys, bytes, size);
        if (slices->presence[site].windows == slices->windows)
            status = cx_tally_merge(panel, now->tally[i], err);
        window->keys += cx_tally_n(now->tally[i]) > 0;
    }
    if (status == CX_OK)
        status = cx_i_compare_estimate(panel, &slices->trend->score, &window->panel, err);
    cx_tally_free(panel);
    window->panel.status = (int32_t)status;
    if (status == CX_E_EMPTY) {
        cx_error_init(err); /* no key is always there: nothing went wrong */
        return CX_OK;
    }
    if (status != CX_OK || slices->panel_before == NULL) return status;
    CX_TRY(cx_compare_estimates(&window->panel, slices->panel_before, NULL, &window->panel_change,
                                err));
    window->panel_change.status = CX_OK;
    return CX_OK;
}

static cx_status trend_one_slice(trend_slices *slices, int64_t from, int64_t end,
                                 cx_i_trend_window *window, cx_error *err) {
    cx_tallies *now;
    if (window->estimate.status != CX_OK) return CX_OK;
    CX_TRY(trend_slice(slices->trend->state, slices->sites, from, end, &now, err));
    cx_status status = trend_split(slices, now, window, err);
    if (status == CX_OK) status = trend_panel(slices, now, window, err);
    cx_tallies_free(slices->before);
    slices->before = now;
    slices->panel_before = window->panel.status == CX_OK ? &window->panel : NULL;
    return status;
}

/* The state is sorted by window: each is a run of positions. */
static cx_status trend_all_slices(trend_slices *slices, cx_error *err) {
    const cx_tallies *state = slices->trend->state;
    int64_t from = 0, step, next = 0;
    while (from < state->keys.count && cx_i_windows_step(state, from, &step)) {
        int64_t end = from + 1;
        while (end < state->keys.count && cx_i_windows_step(state, end, &next) && next == step)
            end++;
        CX_TRY(trend_one_slice(slices, from, end,
                               &slices->trend->window[step - slices->trend->first], err));
        from = end;
    }
    return CX_OK;
}

/* trend: count only the windows that it shows; NULL: all */
static cx_status trend_sites_of(const cx_tallies *state, const cx_i_trend *trend,
                                cx_tallies **sites, trend_presence **presence, int64_t first,
                                cx_error *err) {
    int64_t window = (int64_t)1 << (state->keys.column_count - 1);
    CX_TRY(cx_tallies_margin(state, window, &state->allocator, sites, err));
    *presence = cx_i_alloc_array(&state->allocator, (*sites)->keys.count, sizeof **presence);
    if (*presence == NULL) {
        cx_tallies_free(*sites);
        return cx_i_out_of_memory(err);
    }
    trend_read_presence(state, *sites, first, trend, *presence);
    return CX_OK;
}

/* -- small parts --------------------------------------------------------------------------- */

/* Hides the panel of a window, and what the window's changes say of it. */
static void trend_hide_panel(cx_i_trend *trend, int64_t at) {
    cx_i_estimate_hide(&trend->window[at].panel);
    for (int64_t i = at; i < trend->count; i++) {
        cx_i_trend_window *window = &trend->window[i];
        if (window->estimate.status != CX_OK) continue;
        for (int part = 0; part < 6; part++) window->parts[part] = NAN;
        window->panel_change.status = CX_E_SUPPRESSED;
        if (i > at) return;
    }
}

/* Cells 2 w and 2 w + 1: the panel and the rest of the w-th window that is shown. */
static cx_status trend_cells(const cx_i_trend *trend, int64_t shown, int64_t *codes, int64_t *n,
                             cx_i_cube *out, cx_error *err) {
    int64_t cell = 0;
    for (int64_t i = 0; i < trend->count; i++) {
        const cx_i_trend_window *window = &trend->window[i];
        if (window->estimate.status != CX_OK) continue;
        for (int64_t rest = 0; rest < 2; rest++, cell++) {
            codes[cell] = cell / 2;
            codes[2 * shown + cell] = rest;
            n[cell] = rest == 1 ? window->estimate.n - window->panel.n : window->panel.n;
        }
    }
    return cx_i_cube_new(codes, 2, n, cell, &trend->state->allocator, out, err);
}

/* When it takes a window itself, no panel is shown at all. */
static void trend_hide_panels(cx_i_trend *trend, const cx_i_cube *cube) {
    int64_t cell = 0;
    bool all = false;
    for (int64_t e = cube->cells; e < cube->entries; e++) all = all || cube->hidden[e];
    for (int64_t i = 0; i < trend->count; i++) {
        if (trend->window[i].estimate.status != CX_OK) continue;
        if (all || cube->hidden[cell] || cube->hidden[cell + 1]) trend_hide_panel(trend, i);
        cell += 2;
    }
}

static cx_status trend_hide_sites(cx_i_trend *trend, int64_t shown, cx_error *err) {
    const cx_allocator *allocator = &trend->state->allocator;
    cx_i_cube cube;
    if (trend->min_n < 2) return CX_OK;
    int64_t *codes = cx_i_alloc_array(allocator, shown, 4 * sizeof *codes);
    int64_t *n = cx_i_alloc_array(allocator, shown, 2 * sizeof *n);
    cx_status status = codes == NULL || n == NULL ? cx_i_out_of_memory(err)
                                                  : trend_cells(trend, shown, codes, n, &cube, err);
    cx_i_free(allocator, codes);
    cx_i_free(allocator, n);
    CX_TRY(status);
    status = cx_i_cube_suppress(&cube, trend->min_n, err);
    if (status == CX_OK) trend_hide_panels(trend, &cube);
    cx_i_cube_free(&cube);
    return status;
}

cx_status cx_i_trend_sites(cx_i_trend *trend, cx_error *err) {
    cx_tallies *sites;
    trend_presence *presence;
    CX_TRY(trend_sites_of(trend->state, trend, &sites, &presence, trend->first, err));
    trend_slices slices = {trend, sites, presence, 0, NULL, NULL};
    for (int64_t i = 0; i < trend->count; i++)
        slices.windows += trend->window[i].estimate.status == CX_OK;
    for (int64_t i = 0; i < sites->keys.count; i++) {
        trend->keys += presence[i].windows > 0;
        trend->panel_keys += presence[i].windows > 0 && presence[i].windows == slices.windows;
    }
    cx_status status = trend_all_slices(&slices, err);
    if (status == CX_OK) status = trend_hide_sites(trend, slices.windows, err);
    cx_tallies_free(slices.before);
    cx_i_free(&trend->state->allocator, presence);
    cx_tallies_free(sites);
    return status;
}

/* -- who came and who went ----------------------------------------------------------------- */

static const char *trend_word(const trend_presence *one, int64_t windows, int64_t last) {
    bool early = one->first == 0, late = one->last == last;
    if (one->windows == 0) return "never";
    if (one->windows == windows) return "always";
    if (early && late) return "gaps";
    return early ? "went" : late ? "came" : "came and went";
}

typedef struct trend_span {
    int64_t first, last, windows; /* steps with answers */
} trend_span;

static trend_span trend_span_of(const cx_tallies *state) {
    trend_span span = {0, 0, 0};
    int64_t step;
    for (int64_t i = 0; i < state->keys.count && cx_i_windows_step(state, i, &step); i++) {
        if (cx_tally_n(cx_tallies_at(state, i)) == 0) continue;
        if (span.windows == 0) span.first = step;
        span.windows += span.windows == 0 || span.last != step;
        span.last = step;
    }
    return span;
}

static cx_status trend_key_columns(const cx_tallies *sites, const trend_presence *presence,
                                   const trend_span *span, const cx_i_calendar *calendar,
                                   const char **words, cx_table *table, cx_error *err) {
    int64_t *n, *windows, *edge;
    CX_TRY(cx_i_keys_to_table(&sites->keys, sites->order, 1, table, err));
    CX_TRY(cx_i_table_i64(table, "n", &n, err));
    CX_TRY(cx_i_table_i64(table, "windows", &windows, err));
    for (int64_t i = 0; i < sites->keys.count; i++) {
        const trend_presence *one = &presence[sites->order[i]];
        n[i] = cx_tally_n(cx_tallies_at(sites, i));
        windows[i] = one->windows;
        words[i] = trend_word(one, span->windows, span->last - span->first);
    }
    for (int last = 0; last < 2; last++) {
        CX_TRY(cx_i_table_time(table, last == 1 ? "last" : "first", &edge, err));
        for (int64_t i = 0; i < sites->keys.count; i++) {
            const trend_presence *one = &presence[sites->order[i]];
            int64_t step = span->first + (last == 1 ? one->last + 1 : one->first);
            edge[i] = cx_i_calendar_start(calendar, step);
            if (one->windows == 0) CX_TRY(cx_i_table_null(table, i, err));
        }
    }
    return cx_i_table_words(table, "presence", words, err);
}

static cx_status trend_keys_table(const cx_tallies *sites, const trend_presence *presence,
                                  const trend_span *span, const cx_i_calendar *calendar,
                                  cx_table **out, cx_error *err) {
    cx_table *table;
    CX_TRY(cx_i_table_new(sites->keys.count, &sites->allocator, &table, err));
    const char **words = cx_i_alloc_array(&sites->allocator, sites->keys.count, sizeof *words);
    cx_status status = words == NULL
                           ? cx_i_out_of_memory(err)
                           : trend_key_columns(sites, presence, span, calendar, words, table, err);
    cx_i_free(&sites->allocator, (void *)words);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}

cx_status cx_trend_keys(const cx_tallies *windows, cx_table **out, cx_error *err) {
    cx_i_calendar calendar;
    cx_tallies *sites;
    trend_presence *presence;
    if (windows == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", windows == NULL ? "windows" : "out");
    CX_TRY(cx_i_windows_calendar(windows, &calendar, err));
    if (calendar.steps > 1 || windows->keys.column_count < 2)
        return cx_i_fail(err, CX_E_MISMATCH, "%s",
                         calendar.steps > 1 ? "the windows roll"
                                            : "the windows have no other keys");
    trend_span span = trend_span_of(windows);
    CX_TRY(trend_sites_of(windows, NULL, &sites, &presence, span.first, err));
    cx_status status = trend_keys_table(sites, presence, &span, &calendar, out, err);
    cx_i_free(&windows->allocator, presence);
    cx_tallies_free(sites);
    return status;
}
