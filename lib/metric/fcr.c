#include "metric/contacts.h"

#include "metric/suppress.h"
#include "stat/estimate.h"
#include "stat/keys_table.h"
#include "stat/survival.h"

/* First contact resolution. The observations, one for each index contact, are written over the
 * contacts: three words instead of five. Words 0, 1: key, and time to the next contact or to the
 * end of follow-up, times two, plus one when censored, so that events come first. Word 2: cluster,
 * a customer within a key. */

enum { FCR_WORDS = 3, FCR_AHEAD = 32 };

/* Counts of one key. */
typedef struct fcr_group {
    int64_t contacts, clusters, run_in, later, not_index, cut, index, repeats, censored;
} fcr_group;

typedef struct fcr_work {
    cx_i_contacts log;
    cx_i_contacts_source source;
    bool every; /* every contact is an index */
    fcr_group *group;
    bool *hidden; /* by key: too few customers */
    int64_t observations, clusters, issues, in_issues;
    int time_bits;
    double *change; /* by cluster, in the room that the observations leave */
} fcr_work;

static const uint32_t *fcr_contact(const fcr_work *work, int64_t i) {
    return work->log.words + (size_t)i * CX_I_CONTACT_WORDS;
}

static uint32_t *fcr_observation(const fcr_work *work, int64_t i) {
    return work->log.words + (size_t)i * FCR_WORDS;
}

/* -- observations -------------------------------------------------------------------------- */

/* One contact: its time, and the gaps to its neighbours (INT64_MAX: none). */
typedef struct fcr_contact_at {
    int64_t time, since, until;
    int64_t key;
    bool no_index, of_later_issue;
} fcr_contact_at;

static void fcr_put(fcr_work *work, const fcr_contact_at *at, int64_t time, bool event) {
    uint32_t *words = fcr_observation(work, work->observations++);
    uint64_t key = (uint64_t)at->key << work->time_bits;
    cx_i_word64_put(words, key | (uint64_t)time << 1 | (event ? 0 : 1));
}

/* An index contact: how long it is followed, and whether another contact ends that. */
static void fcr_follow(fcr_work *work, fcr_group *group, const fcr_contact_at *at) {
    int64_t window = work->log.window, end = work->log.end - work->log.start - at->time;
    if (work->source.options.method == CX_FCR_COMPLETE_WINDOW && end < window) {
        group->cut++;
        return;
    }
    group->index++;
    if (at->until < window) {
        group->repeats++;
        fcr_put(work, at, at->until, true);
        return;
    }
    bool censored = end < window;
    group->censored += censored;
    bool naive = work->source.options.method == CX_FCR_NAIVE;
    fcr_put(work, at, censored && !naive ? end : window, false);
}

static void fcr_observe(fcr_work *work, const fcr_contact_at *at) {
    fcr_group *group = &work->group[at->key];
    int64_t window = work->log.window;
    bool first = at->since >= window;
    group->contacts++;
    work->in_issues += at->of_later_issue;
    work->issues += at->of_later_issue && first;
    if (!work->every && at->time < window)
        group->run_in++;
    else if (!work->every && !first)
        group->later++;
    else if (at->no_index)
        group->not_index++;
    else
        fcr_follow(work, group, at);
}

/* Observations begin .. of one customer: each key among them is a cluster. */
static void fcr_close_customer(fcr_work *work, int64_t begin) {
    int64_t count = work->observations - begin;
    uint32_t cluster = 0;
    if (work->log.left_count > 1)
        cx_i_contacts_sort_keys(fcr_observation(work, begin), NULL, count);
    for (int64_t i = begin; i < work->observations; i++) {
        uint32_t *words = fcr_observation(work, i);
        uint64_t key = cx_i_word64(words) >> work->time_bits;
        if (i == begin || key != cx_i_word64(words - FCR_WORDS) >> work->time_bits) {
            cluster = (uint32_t)work->clusters++;
            work->log.cells[cluster] = 0;
            work->group[key].clusters++;
        }
        words[2] = cluster;
        work->log.cells[cluster]++;
    }
}

/* Every contact is read before an observation takes its place: the i-th ends at word 3 i + 3, and
 * contacts that are still to be read begin at word 5 i + 5. */
static void fcr_observe_all(fcr_work *work) {
    int64_t begin = 0, time = 0;
    bool same = false, of_later_issue = false;
    for (int64_t i = 0; i < work->log.count; i++) {
        const uint32_t *contact = fcr_contact(work, i), *next = contact + CX_I_CONTACT_WORDS;
        uint64_t customer = cx_i_contact_customer(contact);
        bool more = i + 1 < work->log.count && cx_i_contact_customer(next) == customer;
        int64_t topic = cx_i_contact_part(&work->log.topic, contact);
        bool goes_on = more && cx_i_contact_part(&work->log.topic, next) == topic;
        fcr_contact_at at = {.time = cx_i_contact_time(contact),
                             .since = INT64_MAX,
                             .until = INT64_MAX,
                             .key = cx_i_contact_part(&work->log.by, contact),
                             .no_index = cx_i_contact_no_index(contact)};
        if (same) at.since = at.time - time;
        if (goes_on) at.until = cx_i_contact_time(next) - at.time;
        if (at.since >= work->log.window) of_later_issue = at.time >= work->log.window;
        at.of_later_issue = of_later_issue;
        time = at.time, same = goes_on;
        fcr_observe(work, &at);
        if (more) continue;
        fcr_close_customer(work, begin);
        begin = work->observations;
    }
}

/* -- one key: the curve [KaplanMeier1958] and what each customer does to it ---------------- */

typedef struct fcr_curve {
    cx_i_survival_walk walk;
    int64_t followed; /* for the whole window */
} fcr_curve;

/* Adds to each cluster the derivative of log S in the weight of its observations: the sum of
 * d / (r (r - d)) over the events an observation was at risk of, less 1 / r at its own. */
static void fcr_influence(fcr_work *work, int64_t first, int64_t last, double influence) {
    for (int64_t i = first; i < last; i++) work->change[fcr_observation(work, i)[2]] += influence;
}

static void fcr_step(fcr_work *work, cx_i_survival_walk *walk, int64_t first, int64_t last,
                     uint64_t time) {
    bool event = !(time & 1);
    double own = event ? 1 / (double)walk->left : 0;
    fcr_influence(work, first, last, walk->greenwood - own);
    cx_i_survival_step(walk, (double)(time >> 1), event ? last - first : 0,
                       event ? 0 : last - first);
}

static fcr_curve fcr_walk(fcr_work *work, int64_t first, int64_t last) {
    uint64_t mask = (UINT64_C(1) << work->time_bits) - 1;
    int64_t next;
    fcr_curve curve = {cx_i_survival_begin_with(last - first), 0};
    for (int64_t at = first; at < last; at = next) {
        uint64_t time = cx_i_word64(fcr_observation(work, at)) & mask;
        if (at + FCR_AHEAD < last)
            CX_I_CONTACTS_AHEAD(&work->change[fcr_observation(work, at + FCR_AHEAD)[2]]);
        for (next = at + 1; next < last; next++)
            if ((cx_i_word64(fcr_observation(work, next)) & mask) != time) break;
        if (time >> 1 == (uint64_t)work->log.window) curve.followed = next - at;
        fcr_step(work, &curve.walk, at, next, time);
    }
    return curve;
}

/* Sums over clusters of the changes, and Kish's number of customers. Each cluster is read once: NaN
 * marks that it was. */
typedef struct fcr_clusters {
    cx_i_jackknife jackknife;
    double squares;
} fcr_clusters;

static fcr_clusters fcr_collect(fcr_work *work, int64_t first, int64_t last) {
    fcr_clusters sums;
    double n = (double)(last - first);
    memset(&sums, 0, sizeof sums);
    for (int64_t i = first; i < last; i++) {
        if (i + FCR_AHEAD < last)
            CX_I_CONTACTS_AHEAD(&work->change[fcr_observation(work, i + FCR_AHEAD)[2]]);
        uint32_t cluster = fcr_observation(work, i)[2];
        double size = work->log.cells[cluster], change = work->change[cluster];
        if (isnan(change)) continue;
        cx_i_jackknife_add(&sums.jackknife, n * change / (1 - size / n));
        sums.squares += size * size;
        work->change[cluster] = (double)NAN;
    }
    return sums;
}

/* Without a repeat only those followed for the whole window tell. */
static double fcr_kish_followed(fcr_work *work, int64_t last, int64_t followed) {
    double squares = 0;
    for (int64_t i = last - followed; i < last; i++) work->change[fcr_observation(work, i)[2]] = 0;
    for (int64_t i = last - followed; i < last; i++) work->change[fcr_observation(work, i)[2]] += 1;
    for (int64_t i = last - followed; i < last; i++)
        squares += work->change[fcr_observation(work, i)[2]];
    return (double)followed * (double)followed / squares;
}

static cx_status fcr_estimate(fcr_work *work, int64_t first, int64_t last, cx_estimate *out,
                              cx_error *err) {
    int64_t n = last - first;
    out->n = n;
    out->sum_w = (double)n;
    if (n == 0)
        return cx_i_fail(err, CX_E_EMPTY,
                         "there is no index contact: first contacts are those after the first "
                         "window of the log with no other in the window before");
    fcr_curve curve = fcr_walk(work, first, last);
    double survival = curve.walk.survival;
    if (curve.followed == 0 && survival > 0)
        return cx_i_fail(err, CX_E_UNIDENTIFIED,
                         "no index contact is followed for the whole window of %g seconds: the log "
                         "has to be longer, or the window shorter",
                         (double)work->log.window / 1e6);
    fcr_clusters sums = fcr_collect(work, first, last);
    double kish = (double)n * (double)n / sums.squares;
    if (survival >= 1) kish = fcr_kish_followed(work, last, curve.followed);
    cx_i_jackknife_share(&sums.jackknife, survival / (double)n, survival, n, kish, out);
    return CX_OK;
}

/* -- results ------------------------------------------------------------------------------- */

static void fcr_exclude(const cx_i_contacts_left *left, cx_estimate *out) {
    for (int reason = 0; reason < CX_EXCLUDED_END; reason++)
        out->excluded[reason] += left->excluded[reason];
}

static void fcr_result(const fcr_work *work, const cx_estimate *estimate, cx_fcr_result *out) {
    const fcr_group *group = &work->group[0];
    memset(out, 0, sizeof *out);
    out->estimate = *estimate;
    out->rows = work->log.rows;
    out->contacts = group->contacts;
    out->customers = group->clusters;
    out->run_in = group->run_in;
    out->later = group->later;
    out->not_index = group->not_index;
    out->cut = group->cut;
    out->repeats = group->repeats;
    out->censored = group->censored;
    out->issues = work->issues;
    out->contacts_per_issue =
        work->issues == 0 ? (double)NAN : (double)work->in_issues / (double)work->issues;
    out->no_id_share = cx_i_contacts_no_id_share(work->log.left, work->log.left_count);
    out->start = work->log.start;
    out->end = work->log.end;
}

typedef struct fcr_column {
    const char *name;
    size_t offset;
} fcr_column;

#define FCR_COLUMN(field, name)                                                                    \
    { name, offsetof(fcr_group, field) }

static cx_status fcr_count_columns(const fcr_work *work, cx_table *table, cx_error *err) {
    static const fcr_column columns[] = {
        FCR_COLUMN(contacts, "contacts"),   FCR_COLUMN(clusters, "customers"),
        FCR_COLUMN(run_in, "run_in"),       FCR_COLUMN(later, "later"),
        FCR_COLUMN(not_index, "not_index"), FCR_COLUMN(cut, "cut"),
        FCR_COLUMN(repeats, "repeats"),     FCR_COLUMN(censored, "censored")};
    double *share;
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++) {
        int64_t *counts;
        CX_TRY(cx_i_table_i64(table, columns[c].name, &counts, err));
        for (int64_t i = 0; i < work->log.left_count; i++)
            if (work->hidden[i])
                CX_TRY(cx_i_table_null(table, i, err));
            else
                memcpy(&counts[i], (const char *)&work->group[i] + columns[c].offset,
                       sizeof *counts);
    }
    CX_TRY(cx_i_table_f64(table, "no_id_share", &share, err));
    for (int64_t i = 0; i < work->log.left_count; i++) {
        share[i] = work->hidden[i] ? NAN : cx_i_contacts_no_id_share(&work->log.left[i], 1);
        if (isnan(share[i])) CX_TRY(cx_i_table_null(table, i, err));
    }
    CX_TRY(cx_i_table_figure(table, "rows", (double)work->log.rows, err));
    CX_TRY(cx_i_table_figure(table, "start", (double)work->log.start, err));
    return cx_i_table_figure(table, "end", (double)work->log.end, err);
}

static cx_status fcr_table(const fcr_work *work, const cx_estimate *rows, cx_table **out,
                           cx_error *err) {
    cx_table *table;
    int64_t count = work->log.left_count;
    CX_TRY(cx_i_table_new(count, &work->log.allocator, &table, err));
    cx_status status = cx_i_keys_to_table(&work->log.by.keys, work->log.by.order, 1, table, err);
    if (status == CX_OK) status = cx_i_estimates_to_table(rows, count, table, err);
    if (status == CX_OK) status = fcr_count_columns(work, table, err);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}

/* -- all together -------------------------------------------------------------------------- */

static cx_status fcr_check_bits(fcr_work *work, cx_error *err) {
    while (UINT64_C(1) << work->time_bits < 2 * (uint64_t)work->log.window + 2) work->time_bits++;
    if (work->time_bits + work->log.by.bits <= 64) return CX_OK;
    return cx_i_fail(err, CX_E_LIMIT, "there are %d keys, too many for a window of %g seconds",
                     work->log.by.keys.count, (double)work->log.window / 1e6);
}

/* The observations are sorted in the room behind them when there is enough. Three words for each,
 * then two for each cluster, are never more than the five of the contacts. */
static void fcr_sort(fcr_work *work) {
    int64_t words = work->observations * FCR_WORDS, room = work->log.room * CX_I_CONTACT_WORDS;
    uint32_t *behind = 2 * words <= room ? work->log.words + words : NULL;
    cx_i_contacts_sort_keys(work->log.words, behind, work->observations);
    work->change = (double *)(void *)(work->log.words + words + (words & 1));
    for (int64_t i = 0; i < work->clusters; i++) work->change[i] = 0;
}

static cx_status fcr_estimates(fcr_work *work, cx_estimate *rows, cx_error *err) {
    int64_t first = 0, count = work->log.left_count;
    bool grouped = work->source.by != NULL;
    for (int64_t i = 0; i < count; i++) {
        int64_t last = first + work->group[i].index;
        rows[i] = cx_i_estimate_new(work->source.options.confidence, CX_UNIT_FRACTION);
        fcr_exclude(&work->log.left[i], &rows[i]);
        cx_status status = fcr_estimate(work, first, last, &rows[i], grouped ? NULL : err);
        rows[i].status = (int32_t)status;
        if (!grouped) CX_TRY(status);
        first = last;
    }
    return CX_OK;
}

/* Rows by customers: contacts of one customer say nothing of others. */
static cx_status fcr_hide(fcr_work *work, cx_estimate *rows, cx_error *err) {
    int64_t count = work->log.left_count, min_n = work->source.options.min_n;
    const cx_allocator *allocator = &work->log.allocator;
    if (work->source.by == NULL) return cx_i_min_n_one(work->group[0].clusters, min_n, err);
    if (min_n < 2) return CX_OK;
    int64_t *customers = cx_i_alloc_array(allocator, count, sizeof *customers);
    if (customers == NULL) return cx_i_out_of_memory(err);
    for (int64_t i = 0; i < count; i++) customers[i] = work->group[i].clusters;
    cx_status status = cx_i_rows_suppress(&work->log.by.keys, work->log.by.order, customers, min_n,
                                          allocator, work->hidden, err);
    cx_i_free(allocator, customers);
    for (int64_t i = 0; i < count; i++)
        if (work->hidden[i]) cx_i_estimate_hide(&rows[i]);
    return status;
}

static cx_status fcr_run(fcr_work *work, cx_fcr_result *out, cx_table **table, cx_error *err) {
    int64_t count = work->log.left_count;
    CX_TRY(fcr_check_bits(work, err));
    work->group = cx_i_alloc_array(&work->log.allocator, count, sizeof *work->group);
    cx_estimate *rows = cx_i_alloc_array(&work->log.allocator, count, sizeof *rows);
    work->hidden = cx_i_alloc_array(&work->log.allocator, count, sizeof *work->hidden);
    cx_status status = work->group == NULL || rows == NULL || work->hidden == NULL
                           ? cx_i_out_of_memory(err)
                           : CX_OK;
    if (status == CX_OK) {
        fcr_observe_all(work);
        fcr_sort(work);
        status = fcr_estimates(work, rows, err);
    }
    if (status == CX_OK) status = fcr_hide(work, rows, err);
    if (status == CX_OK && out != NULL) fcr_result(work, &rows[0], out);
    if (status == CX_OK && table != NULL) status = fcr_table(work, rows, table, err);
    cx_i_free(&work->log.allocator, rows);
    cx_i_free(&work->log.allocator, work->hidden);
    cx_i_free(&work->log.allocator, work->group);
    return status;
}

static cx_status fcr_of(cx_i_contacts_source source, const cx_contacts_options *options, bool every,
                        cx_fcr_result *out, cx_table **table, cx_error *err) {
    fcr_work work;
    memset(&work, 0, sizeof work);
    work.every = every;
    work.source = source;
    CX_TRY(cx_i_contacts_options(options, &work.source.options, err));
    CX_TRY(cx_i_contacts_load(&work.log, &work.source, err));
    cx_status status = fcr_run(&work, out, table, err);
    cx_i_contacts_free(&work.log);
    return status;
}

cx_status cx_fcr(const cx_frame *log, const cx_array *no_id, const cx_array *channels,
                 const cx_contacts_options *options, cx_fcr_result *out, cx_error *err) {
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    cx_i_contacts_source source = {.log = log, .no_id = no_id, .channels = channels};
    return fcr_of(source, options, false, out, NULL, err);
}

cx_status cx_non_repeat(const cx_frame *log, const cx_array *no_id, const cx_array *channels,
                        const cx_contacts_options *options, cx_fcr_result *out, cx_error *err) {
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    cx_i_contacts_source source = {.log = log, .no_id = no_id, .channels = channels};
    return fcr_of(source, options, true, out, NULL, err);
}

static cx_status fcr_by(const cx_i_contacts_source *source, const cx_contacts_options *options,
                        bool every, cx_table **out, cx_error *err) {
    if (source->by == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", source->by == NULL ? "by" : "out");
    return fcr_of(*source, options, every, NULL, out, err);
}

cx_status cx_fcr_by(const cx_frame *log, const cx_frame *by, const cx_array *no_id,
                    const cx_array *channels, const cx_contacts_options *options, cx_table **out,
                    cx_error *err) {
    cx_i_contacts_source source = {.log = log, .by = by, .no_id = no_id, .channels = channels};
    return fcr_by(&source, options, false, out, err);
}

cx_status cx_non_repeat_by(const cx_frame *log, const cx_frame *by, const cx_array *no_id,
                           const cx_array *channels, const cx_contacts_options *options,
                           cx_table **out, cx_error *err) {
    cx_i_contacts_source source = {.log = log, .by = by, .no_id = no_id, .channels = channels};
    return fcr_by(&source, options, true, out, err);
}
