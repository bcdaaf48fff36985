#include <cxkit/coverage.h>

#include "base/keys.h"
#include "base/sort.h"
#include "metric/suppress.h"
#include "stat/difference.h"
#include "stat/estimate.h"
#include "stat/keys_table.h"

void cx_coverage_options_init(cx_coverage_options *options) {
    if (options == NULL) return;
    *options = (cx_coverage_options){sizeof *options, 0, CX_I_DEFAULT_CONFIDENCE, NULL, 0};
}

/* -- counting ------------------------------------------------------------------------------ */

typedef struct coverage_counts {
    int64_t contacts, asked, answered;
} coverage_counts;

typedef struct coverage_work {
    const cx_frame *by;
    const cx_array *contacts, *asked, *answered;
    double confidence;
    cx_allocator allocator;
    cx_i_keys keys;
    coverage_counts *counts; /* by key */
    int64_t room;
    coverage_counts all;
    int64_t missing;
    int64_t *order;
    int64_t min_n;
    bool *hidden; /* by key */
} coverage_work;

static cx_status coverage_more(coverage_work *work, cx_error *err) {
    if (work->keys.count <= work->room) return CX_OK;
    int64_t room = 2 * work->room > work->keys.count ? 2 * work->room : work->keys.count;
    coverage_counts *more = cx_i_alloc_array(&work->allocator, room, sizeof *more);
    if (more == NULL) return cx_i_out_of_memory(err);
    if (work->room > 0) memcpy(more, work->counts, (size_t)work->room * sizeof *more);
    cx_i_free(&work->allocator, work->counts);
    work->counts = more;
    work->room = room;
    return CX_OK;
}

/* One number of a row: whole, from 0 to the most; NaN (missing) passes. */
static cx_status coverage_check(const cx_array *column, const char *role, int64_t row, double value,
                                double most, const char *than, cx_error *err) {
    if (isnan(value) || (value >= 0 && value == floor(value) && value <= fmin(most, 0x1p53)))
        return CX_OK;
    cx_array named = cx_i_array_named(column, role);
    if (value > most && isfinite(value))
        return cx_i_fail_at(err, CX_E_DOMAIN, &named, row, value, "%g are more than were %s (%g)",
                            value, than, most);
    return cx_i_fail_at(err, CX_E_DOMAIN, &named, row, value,
                        "%g is no number of encounters; it has to be whole and at least 0", value);
}

static cx_status coverage_add(coverage_work *work, int64_t key, const coverage_counts *row,
                              cx_error *err) {
    coverage_counts *counts = &work->counts[key];
    if (!cx_i_add_i64(work->all.contacts, row->contacts, &work->all.contacts))
        return cx_i_fail(err, CX_E_OVERFLOW, "there are more than 2^63 encounters");
    work->all.asked += row->asked; /* no more than the contacts, of which there are not too many */
    work->all.answered += row->answered;
    counts->contacts += row->contacts;
    counts->asked += row->asked;
    counts->answered += row->answered;
    return CX_OK;
}

/* Without counts of contacts each row is one encounter. */
static cx_status coverage_check_one(const coverage_work *work, int64_t row, double asked,
                                    cx_error *err) {
    if (work->contacts != NULL || !(asked > 1) || isinf(asked)) return CX_OK;
    cx_array named = cx_i_array_named(work->asked, "asked");
    return cx_i_fail_at(err, CX_E_DOMAIN, &named, row, asked,
                        "%g were asked at one encounter: for counts give contacts as counts too, "
                        "and the kinds they are of as keys (by)",
                        asked);
}

static cx_status coverage_read_block(coverage_work *work, int64_t start, int64_t count,
                                     cx_error *err) {
    double contacts[CX_I_BLOCK], asked[CX_I_BLOCK], answered[CX_I_BLOCK];
    int64_t keys[CX_I_BLOCK];
    if (work->contacts != NULL) cx_i_array_read(work->contacts, start, count, contacts);
    if (work->answered != NULL) cx_i_array_read(work->answered, start, count, answered);
    cx_i_array_read(work->asked, start, count, asked);
    CX_TRY(cx_i_keys_read(&work->keys, work->by, start, count, keys, err));
    CX_TRY(coverage_more(work, err));
    for (int64_t i = 0; i < count; i++) {
        double c = work->contacts != NULL ? contacts[i] : 1, a = asked[i];
        double r = work->answered != NULL ? answered[i] : 0;
        if (work->contacts != NULL)
            CX_TRY(coverage_check(work->contacts, "contacts", start + i, c, INFINITY, "", err));
        CX_TRY(coverage_check_one(work, start + i, a, err));
        CX_TRY(coverage_check(work->asked, "asked", start + i, a, isnan(c) ? INFINITY : c,
                              "encountered", err));
        if (work->answered != NULL)
            CX_TRY(coverage_check(work->answered, "answered", start + i, r, isnan(a) ? INFINITY : a,
                                  "asked", err));
        if (isnan(c) || isnan(a) || isnan(r)) {
            work->missing++;
            continue;
        }
        coverage_counts row = {(int64_t)c, (int64_t)a, (int64_t)r};
        CX_TRY(coverage_add(work, keys[i], &row, err));
    }
    return CX_OK;
}

/* -- small kinds --------------------------------------------------------------------------- */

static cx_status coverage_hide(coverage_work *work, cx_error *err) {
    int64_t count = work->keys.count;
    int64_t *order = cx_i_alloc_array(&work->allocator, count, 2 * sizeof *order);
    bool *hidden = cx_i_alloc_array(&work->allocator, count, sizeof *hidden);
    work->hidden = cx_i_alloc_array(&work->allocator, count, sizeof *work->hidden);
    cx_status status = order == NULL || hidden == NULL || work->hidden == NULL
                           ? cx_i_out_of_memory(err)
                           : cx_i_min_n_one(work->all.contacts, work->min_n, err);
    if (status == CX_OK) {
        int64_t *n = order + count;
        cx_i_keys_sort(&work->keys, order);
        for (int64_t i = 0; i < count; i++) n[i] = work->counts[order[i]].contacts;
        status = cx_i_rows_suppress_beside(&work->keys, order, n, work->min_n, &work->allocator,
                                           hidden, err);
        for (int64_t i = 0; i < count; i++) work->hidden[order[i]] = hidden[i];
    }
    cx_i_free(&work->allocator, order);
    cx_i_free(&work->allocator, hidden);
    return status;
}

/* The hidden kinds, those asked about and those never: what sums over them may be known? */
typedef struct coverage_veil {
    bool any, never; /* kinds are hidden; sums over those never asked are not to be told */
} coverage_veil;

static coverage_veil coverage_veil_of(const coverage_work *work) {
    int64_t kinds[2] = {0, 0}, contacts[2] = {0, 0};
    for (int64_t key = 0; key < work->keys.count; key++) {
        bool asked = work->counts[key].asked > 0;
        if (!work->hidden[key]) continue;
        kinds[asked]++;
        contacts[asked] += work->counts[key].contacts;
    }
    coverage_veil veil = {kinds[0] + kinds[1] > 0, false};
    for (int i = 0; i < 2; i++)
        veil.never = veil.never || (kinds[i] > 0 && (kinds[i] < 2 || contacts[i] < work->min_n));
    return veil;
}

/* -- order: never asked, then by gap ------------------------------------------------------- */

static double coverage_ratio(int64_t part, int64_t whole) {
    return whole > 0 ? (double)part / (double)whole : (double)NAN;
}

static double coverage_gap(const coverage_work *work, const coverage_counts *counts) {
    return coverage_ratio(counts->asked, work->all.asked) -
           coverage_ratio(counts->contacts, work->all.contacts);
}

static cx_status coverage_sort(coverage_work *work, cx_error *err) {
    int64_t count = work->keys.count;
    cx_i_sortable *items = cx_i_alloc_array(&work->allocator, count, 2 * sizeof *items);
    work->order = cx_i_alloc_array(&work->allocator, count, sizeof *work->order);
    cx_status status = items == NULL || work->order == NULL ? cx_i_out_of_memory(err) : CX_OK;
    if (status == CX_OK) {
        cx_i_keys_sort(&work->keys, work->order);
        for (int64_t i = 0; i < count; i++) {
            const coverage_counts *counts = &work->counts[work->order[i]];
            double rank = work->hidden[work->order[i]] ? 3
                          : counts->contacts == 0      ? 2
                          : counts->asked == 0         ? -2 - (double)counts->contacts
                                                       : coverage_gap(work, counts);
            items[i] = (cx_i_sortable){cx_i_sort_key_f64(rank), work->order[i]};
        }
        cx_i_sort(items, items + count, count);
        for (int64_t i = 0; i < count; i++) work->order[i] = items[i].row;
    }
    cx_i_free(&work->allocator, items);
    return status;
}

/* -- the table ----------------------------------------------------------------------------- */

typedef struct coverage_share {
    double value, low, high; /* NaN where there is nothing to divide by */
} coverage_share;

static coverage_share coverage_share_of(const coverage_work *work, int64_t part, int64_t whole) {
    if (whole == 0) return (coverage_share){NAN, NAN, NAN};
    cx_i_interval limits =
        cx_i_share_interval(CX_METHOD_WILSON, (double)part, (double)whole, work->confidence);
    return (coverage_share){coverage_ratio(part, whole), fmax(limits.low, 0), fmin(limits.high, 1)};
}

static coverage_share coverage_gap_of(const coverage_work *work, const coverage_counts *counts) {
    coverage_share gap = {coverage_gap(work, counts), 0, 0};
    int64_t rest = work->all.contacts - work->all.asked;
    if (work->all.asked == 0) return (coverage_share){NAN, NAN, NAN};
    if (rest == 0) return gap; /* all were asked */
    cx_i_two_shares shares = {(double)counts->asked, (double)work->all.asked,
                              (double)(counts->contacts - counts->asked), (double)rest};
    cx_i_difference difference =
        cx_i_share_difference(CX_METHOD_NEWCOMBE, &shares, work->confidence);
    double scale = (double)rest / (double)work->all.contacts;
    gap.low = scale * difference.low;
    gap.high = scale * difference.high;
    return gap;
}

enum { COVERAGE_ASKED, COVERAGE_ANSWERED, COVERAGE_OF_CONTACTS, COVERAGE_OF_ASKED, COVERAGE_GAP };

static coverage_share coverage_cell(const coverage_work *work, int64_t key, int what) {
    const coverage_counts *counts = &work->counts[key];
    if (work->hidden[key]) return (coverage_share){NAN, NAN, NAN};
    switch (what) {
    case COVERAGE_ASKED:
        return coverage_share_of(work, counts->asked, counts->contacts);
    case COVERAGE_ANSWERED:
        return coverage_share_of(work, counts->answered,
                                 work->answered != NULL ? counts->asked : 0);
    case COVERAGE_OF_CONTACTS:
        return coverage_share_of(work, counts->contacts, work->all.contacts);
    case COVERAGE_OF_ASKED:
        return coverage_share_of(work, counts->asked, work->all.asked);
    default:
        return coverage_gap_of(work, counts);
    }
}

/* limit: 0 the value, 1 the lower, 2 the upper limit */
static cx_status coverage_column(const coverage_work *work, const char *name, int what, int limit,
                                 cx_table *table, cx_error *err) {
    double *column;
    CX_TRY(cx_i_table_f64(table, name, &column, err));
    for (int64_t i = 0; i < work->keys.count; i++) {
        coverage_share share = coverage_cell(work, work->order[i], what);
        column[i] = limit == 0 ? share.value : limit == 1 ? share.low : share.high;
        if (isnan(column[i])) CX_TRY(cx_i_table_null(table, i, err));
    }
    return CX_OK;
}

static cx_status coverage_counts_columns(const coverage_work *work, cx_table *table,
                                         cx_error *err) {
    static const char *const names[] = {"contacts", "asked", "answered"};
    CX_TRY(cx_i_keys_to_table(&work->keys, work->order, 1, table, err));
    for (int what = 0; what < 3; what++) {
        int64_t *column;
        CX_TRY(cx_i_table_i64(table, names[what], &column, err));
        for (int64_t i = 0; i < work->keys.count; i++) {
            const coverage_counts *counts = &work->counts[work->order[i]];
            bool known = !work->hidden[work->order[i]] && (what < 2 || work->answered != NULL);
            column[i] = what == 0 ? counts->contacts : what == 1 ? counts->asked : counts->answered;
            if (!known) CX_TRY(cx_i_table_null(table, i, err));
        }
    }
    return CX_OK;
}

static cx_status coverage_share_columns(const coverage_work *work, cx_table *table, cx_error *err) {
    static const struct {
        const char *name;
        int what, limit;
    } columns[] = {{"share_asked", COVERAGE_ASKED, 0},
                   {"share_asked_ci_low", COVERAGE_ASKED, 1},
                   {"share_asked_ci_high", COVERAGE_ASKED, 2},
                   {"share_answered", COVERAGE_ANSWERED, 0},
                   {"share_answered_ci_low", COVERAGE_ANSWERED, 1},
                   {"share_answered_ci_high", COVERAGE_ANSWERED, 2},
                   {"share_of_contacts", COVERAGE_OF_CONTACTS, 0},
                   {"share_of_asked", COVERAGE_OF_ASKED, 0},
                   {"gap", COVERAGE_GAP, 0},
                   {"gap_ci_low", COVERAGE_GAP, 1},
                   {"gap_ci_high", COVERAGE_GAP, 2}};
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++)
        CX_TRY(
            coverage_column(work, columns[c].name, columns[c].what, columns[c].limit, table, err));
    return CX_OK;
}

static cx_status coverage_status_column(const coverage_work *work, cx_table *table, cx_error *err) {
    const char **words = cx_i_alloc_array(&work->allocator, work->keys.count, sizeof *words);
    if (words == NULL) return cx_i_out_of_memory(err);
    for (int64_t i = 0; i < work->keys.count; i++)
        words[i] = cx_status_name(work->hidden[work->order[i]]             ? CX_E_SUPPRESSED
                                  : work->counts[work->order[i]].asked > 0 ? (int32_t)CX_OK
                                                                           : CX_E_EMPTY);
    cx_status status = cx_i_table_words(table, "status", words, err);
    cx_i_free(&work->allocator, words);
    return status;
}

static cx_status coverage_share_figures(const coverage_share *share, const char *const names[3],
                                        cx_table *table, cx_error *err) {
    CX_TRY(cx_i_table_figure(table, names[0], share->value, err));
    CX_TRY(cx_i_table_figure(table, names[1], share->low, err));
    return cx_i_table_figure(table, names[2], share->high, err);
}

static cx_status coverage_figures(const coverage_work *work, cx_table *table, cx_error *err) {
    static const char *const asked[] = {"share_asked", "share_asked_ci_low", "share_asked_ci_high"};
    static const char *const answered[] = {"share_answered", "share_answered_ci_low",
                                           "share_answered_ci_high"};
    static const char *const never[] = {"share_never_asked", "share_never_asked_ci_low",
                                        "share_never_asked_ci_high"};
    int64_t keys_never = 0, contacts_never = 0;
    double distance = 0;
    for (int64_t key = 0; key < work->keys.count; key++) {
        const coverage_counts *counts = &work->counts[key];
        distance += fabs(coverage_gap(work, counts)) / 2;
        if (counts->contacts == 0 || counts->asked > 0) continue;
        keys_never++;
        contacts_never += counts->contacts;
    }
    const coverage_counts *all = &work->all;
    coverage_veil veil = coverage_veil_of(work);
    double never_told = veil.never ? (double)NAN : 0, all_told = veil.any ? (double)NAN : 0;
    coverage_share shares[] = {
        coverage_share_of(work, all->asked, all->contacts),
        coverage_share_of(work, all->answered, work->answered != NULL ? all->asked : 0),
        coverage_share_of(work, contacts_never, veil.never ? 0 : all->contacts)};
    CX_TRY(cx_i_table_figure(table, "contacts", (double)all->contacts, err));
    CX_TRY(cx_i_table_figure(table, "asked", (double)all->asked, err));
    CX_TRY(cx_i_table_figure(table, "answered",
                             work->answered != NULL ? (double)all->answered : (double)NAN, err));
    CX_TRY(coverage_share_figures(&shares[0], asked, table, err));
    CX_TRY(coverage_share_figures(&shares[1], answered, table, err));
    CX_TRY(cx_i_table_figure(table, "keys", (double)work->keys.count, err));
    CX_TRY(cx_i_table_figure(table, "keys_never_asked", (double)keys_never + never_told, err));
    CX_TRY(
        cx_i_table_figure(table, "contacts_never_asked", (double)contacts_never + never_told, err));
    CX_TRY(coverage_share_figures(&shares[2], never, table, err));
    CX_TRY(cx_i_table_figure(table, "dissimilarity", distance + all_told, err));
    return cx_i_table_figure(table, "missing", (double)work->missing, err);
}

static cx_status coverage_fill(const coverage_work *work, cx_table *table, cx_error *err) {
    CX_TRY(coverage_counts_columns(work, table, err));
    CX_TRY(coverage_share_columns(work, table, err));
    CX_TRY(coverage_status_column(work, table, err));
    return coverage_figures(work, table, err);
}

static cx_status coverage_run(coverage_work *work, cx_table **out, cx_error *err) {
    int64_t length = work->asked->length;
    cx_table *table;
    CX_TRY(cx_i_keys_bind(&work->keys, work->by, err));
    for (int64_t start = 0; start < length; start += CX_I_BLOCK)
        CX_TRY(coverage_read_block(work, start,
                                   length - start < CX_I_BLOCK ? length - start : CX_I_BLOCK, err));
    if (work->all.contacts == 0) return cx_i_fail(err, CX_E_EMPTY, "there is no encounter");
    CX_TRY(coverage_hide(work, err));
    CX_TRY(coverage_sort(work, err));
    CX_TRY(cx_i_table_new(work->keys.count, &work->allocator, &table, err));
    cx_status status = coverage_fill(work, table, err);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}

static cx_status coverage_check_column(const coverage_work *work, const cx_array *column,
                                       const char *role, cx_error *err) {
    CX_TRY(cx_i_array_check(column, role, CX_I_NUMBERS, err));
    return cx_i_array_same_length(&work->by->columns[0], "by", column, role, err);
}

cx_status cx_coverage(const cx_frame *by, const cx_array *contacts, const cx_array *asked,
                      const cx_array *answered, const cx_coverage_options *options, cx_table **out,
                      cx_error *err) {
    coverage_work work = {.by = by, .contacts = contacts, .asked = asked, .answered = answered};
    cx_coverage_options used;
    cx_coverage_options_init(&used);
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    CX_TRY(cx_i_options_take(options, &used, sizeof used, "cx_coverage_options", err));
    CX_TRY(cx_i_check_confidence(used.confidence, err));
    CX_TRY(cx_i_min_n_check(used.min_n, err));
    work.min_n = used.min_n;
    CX_TRY(cx_i_frame_check(by, "by", CX_I_KEYS, err));
    CX_TRY(coverage_check_column(&work, asked, "asked", err));
    if (contacts != NULL) CX_TRY(coverage_check_column(&work, contacts, "contacts", err));
    if (answered != NULL) CX_TRY(coverage_check_column(&work, answered, "answered", err));
    work.confidence = used.confidence;
    work.allocator = cx_i_allocator(used.allocator);
    cx_i_keys_init(&work.keys, &work.allocator);
    cx_status status = coverage_run(&work, out, err);
    cx_i_free(&work.allocator, work.counts);
    cx_i_free(&work.allocator, work.order);
    cx_i_free(&work.allocator, work.hidden);
    cx_i_keys_free(&work.keys);
    return status;
}
