#include "metric/effort.h"

#include "metric/suppress.h"
#include "stat/estimate.h"
#include "stat/keys_table.h"

#include <cxkit/special.h>

/* Effort per issue. */

/* -- one issue ----------------------------------------------------------------------------- */

static const uint32_t *effort_contact(const cx_i_contacts *log, int64_t i) {
    return log->words + (size_t)i * CX_I_CONTACT_WORDS;
}

cx_i_effort_issue cx_i_effort_read(const cx_i_contacts *log, const cx_i_issue *issue) {
    cx_i_effort_issue read;
    memset(&read, 0, sizeof read);
    int64_t first = cx_i_contact_time(effort_contact(log, issue->first));
    int64_t last = cx_i_contact_time(effort_contact(log, issue->last - 1));
    int64_t length = log->end - log->start, none = log->channel.keys.count, before = none;
    read.from = cx_i_contact_part(&log->channel, effort_contact(log, issue->first));
    read.to = none;
    read.by = cx_i_contact_part(&log->by, effort_contact(log, issue->first));
    read.counts = first >= log->window && length - first >= log->window;
    read.open = length - last < log->window;
    for (int64_t i = issue->first; i < issue->last; i++) {
        const uint32_t *contact = effort_contact(log, i);
        int64_t channel = cx_i_contact_part(&log->channel, contact);
        read.figure[CX_I_EFFORT_TRANSFERS] += (double)cx_i_contact_transfers(contact);
        if (i > issue->first && channel != before) read.figure[CX_I_EFFORT_SWITCHES]++;
        if (read.to == none && channel != read.from) read.to = channel;
        before = channel;
    }
    read.figure[CX_I_EFFORT_CONTACTS] = (double)(issue->last - issue->first);
    read.figure[CX_I_EFFORT_DURATION] = (double)(last - first) / 1e6;
    read.figure[CX_I_EFFORT_REPEATED] = issue->last - issue->first > 1;
    read.figure[CX_I_EFFORT_MULTICHANNEL] = read.to != none;
    return read;
}

/* -- figures per issue --------------------------------------------------------------------- */

/* Of one key; without keys there is one. */
typedef struct effort_group {
    cx_i_sum sums[CX_I_EFFORT_FIGURES];
    double total[CX_I_EFFORT_FIGURES];
    int64_t issues, open, customers;
    double squares; /* of the issues of each customer */
    cx_i_jackknife jackknife[CX_I_EFFORT_FIGURES];
    double own[CX_I_EFFORT_FIGURES], own_issues; /* of one customer; zero in between */
} effort_group;

typedef struct effort_work {
    cx_i_contacts log;
    cx_i_contacts_source source;
    effort_group *group;
} effort_work;

static void effort_count(effort_work *work) {
    for (int64_t i = 0; i < work->log.count;) {
        cx_i_issue issue = cx_i_contacts_issue(&work->log, i);
        cx_i_effort_issue read = cx_i_effort_read(&work->log, &issue);
        effort_group *group = &work->group[read.by];
        i = issue.last;
        if (!read.counts) continue;
        group->issues++;
        group->open += read.open;
        for (int f = 0; f < CX_I_EFFORT_FIGURES; f++) cx_i_sum_add(&group->sums[f], read.figure[f]);
    }
    for (int64_t g = 0; g < work->log.left_count; g++)
        for (int f = 0; f < CX_I_EFFORT_FIGURES; f++)
            work->group[g].total[f] = cx_i_sum_value(&work->group[g].sums[f]);
}

/* Leaving out a customer moves the mean by (its sum - mean * its issues) / (all - its issues). */
static void effort_close_customer(effort_group *group) {
    double all = (double)group->issues, issues = group->own_issues;
    if (issues == 0) return;
    for (int f = 0; f < CX_I_EFFORT_FIGURES; f++) {
        cx_i_jackknife_add(&group->jackknife[f],
                           (group->own[f] - group->total[f] / all * issues) / (1 - issues / all));
        group->own[f] = 0;
    }
    group->customers++;
    group->squares += issues * issues;
    group->own_issues = 0;
}

static void effort_vary(effort_work *work) {
    int64_t begin = 0;
    for (int64_t i = 0; i < work->log.count;) {
        cx_i_issue issue = cx_i_contacts_issue(&work->log, i);
        cx_i_effort_issue read = cx_i_effort_read(&work->log, &issue);
        effort_group *group = &work->group[read.by];
        i = issue.last;
        for (int f = 0; f < CX_I_EFFORT_FIGURES && read.counts; f++)
            group->own[f] += read.figure[f];
        group->own_issues += read.counts;
        if (!issue.customer_ends) continue;
        for (int64_t k = begin; k < issue.last; k++)
            effort_close_customer(
                &work->group[cx_i_contact_part(&work->log.by, effort_contact(&work->log, k))]);
        begin = issue.last;
    }
}

static void effort_mean(const effort_group *group, int figure, double least, cx_estimate *out) {
    double n = (double)group->issues;
    double variance = cx_i_jackknife_variance(&group->jackknife[figure]) / (n * n);
    out->value = group->total[figure] / n;
    out->n = group->issues;
    out->sum_w = n;
    out->n_eff = fmin(n * n / group->squares, n);
    out->method = CX_METHOD_JACKKNIFE;
    if (out->n_eff < 5) out->flags |= CX_FLAG_FEW;
    if (!(variance > 0)) {
        out->flags |= CX_FLAG_NO_VARIANCE;
        return;
    }
    out->df = (double)(group->customers - 1);
    out->se = sqrt(variance);
    double half = cx_t_quantile_upper((1 - out->confidence) / 2, out->df) * out->se;
    out->ci_low = out->value - half;
    out->ci_high = out->value + half;
    cx_i_estimate_clip(out, least, INFINITY);
}

static bool effort_has(const effort_work *work, int figure) {
    bool of_channels = figure == CX_I_EFFORT_SWITCHES || figure == CX_I_EFFORT_MULTICHANNEL;
    return (work->log.has_channel || !of_channels) &&
           (work->log.has_transfers || figure != CX_I_EFFORT_TRANSFERS);
}

static cx_estimate effort_estimate(const effort_work *work, int64_t at, int figure) {
    static const cx_unit units[] = {CX_UNIT_COUNT,   CX_UNIT_COUNT,    CX_UNIT_COUNT,
                                    CX_UNIT_SECONDS, CX_UNIT_FRACTION, CX_UNIT_FRACTION};
    const effort_group *group = &work->group[at];
    cx_estimate out = cx_i_estimate_new(work->source.options.confidence, units[figure]);
    for (int reason = 0; reason < CX_EXCLUDED_END; reason++)
        out.excluded[reason] = work->log.left[at].excluded[reason];
    out.status = !effort_has(work, figure) ? CX_E_NAME : group->issues == 0 ? CX_E_EMPTY : CX_OK;
    if (out.status != CX_OK) return out;
    double n = (double)group->issues;
    if (units[figure] == CX_UNIT_FRACTION)
        cx_i_jackknife_share(&group->jackknife[figure], 1 / n, group->total[figure] / n,
                             group->issues, n * n / group->squares, &out);
    else
        effort_mean(group, figure, figure == CX_I_EFFORT_CONTACTS ? 1 : 0, &out);
    if (group->open > 0 && figure != CX_I_EFFORT_REPEATED) out.flags |= CX_FLAG_PARTIAL;
    return out;
}

static void effort_result(const effort_work *work, cx_effort_result *out) {
    const effort_group *group = &work->group[0];
    memset(out, 0, sizeof *out);
    out->contacts = effort_estimate(work, 0, CX_I_EFFORT_CONTACTS);
    out->transfers = effort_estimate(work, 0, CX_I_EFFORT_TRANSFERS);
    out->switches = effort_estimate(work, 0, CX_I_EFFORT_SWITCHES);
    out->duration = effort_estimate(work, 0, CX_I_EFFORT_DURATION);
    out->repeated = effort_estimate(work, 0, CX_I_EFFORT_REPEATED);
    out->multichannel = effort_estimate(work, 0, CX_I_EFFORT_MULTICHANNEL);
    out->rows = work->log.rows;
    out->customers = group->customers;
    out->issues = group->issues;
    out->open = group->open;
    out->no_id_share = cx_i_contacts_no_id_share(work->log.left, work->log.left_count);
    out->start = work->log.start;
    out->end = work->log.end;
}

cx_status cx_i_effort_empty(cx_error *err) {
    return cx_i_fail(err, CX_E_EMPTY,
                     "no issue began between the first and the last window of the log");
}

/* -- a row for each key and figure --------------------------------------------------------- */

typedef struct effort_rows {
    int64_t count, figures;
    cx_estimate *row;
    const char **measure;
    int64_t *customers;
    bool *hidden; /* by key */
} effort_rows;

static cx_status effort_hide(const effort_work *work, effort_rows *rows, cx_error *err) {
    const cx_i_contacts_part *by = &work->log.by;
    for (int64_t g = 0; g < work->log.left_count; g++)
        rows->customers[g] = work->group[g].customers;
    return cx_i_rows_suppress(&by->keys, by->order, rows->customers, work->source.options.min_n,
                              &work->log.allocator, rows->hidden, err);
}

static void effort_fill(const effort_work *work, effort_rows *rows) {
    static const char *const names[] = {"contacts", "transfers", "switches",
                                        "duration", "repeated",  "multichannel"};
    int64_t row = 0;
    for (int64_t g = 0; g < work->log.left_count; g++)
        for (int f = 0; f < CX_I_EFFORT_FIGURES; f++) {
            if (!effort_has(work, f)) continue;
            rows->row[row] = effort_estimate(work, g, f);
            if (rows->hidden[g]) cx_i_estimate_hide(&rows->row[row]);
            rows->measure[row++] = names[f];
        }
}

static cx_status effort_counts(const effort_work *work, const effort_rows *rows, cx_table *table,
                               cx_error *err) {
    static const char *const names[] = {"customers", "still_open"};
    for (int c = 0; c < 2; c++) {
        int64_t *column;
        CX_TRY(cx_i_table_i64(table, names[c], &column, err));
        for (int64_t i = 0; i < rows->count; i++) {
            const effort_group *group = &work->group[i / rows->figures];
            if (rows->hidden[i / rows->figures])
                CX_TRY(cx_i_table_null(table, i, err));
            else
                column[i] = c == 0 ? group->customers : group->open;
        }
    }
    return CX_OK;
}

static cx_status effort_columns(const effort_work *work, effort_rows *rows, cx_table *table,
                                cx_error *err) {
    const cx_i_contacts_part *by = &work->log.by;
    CX_TRY(effort_hide(work, rows, err));
    effort_fill(work, rows);
    CX_TRY(cx_i_keys_to_table(&by->keys, by->order, rows->figures, table, err));
    CX_TRY(cx_i_table_words(table, "measure", rows->measure, err));
    CX_TRY(cx_i_estimates_to_table(rows->row, rows->count, table, err));
    CX_TRY(effort_counts(work, rows, table, err));
    CX_TRY(cx_i_table_figure(table, "rows", (double)work->log.rows, err));
    CX_TRY(cx_i_table_figure(table, "start", (double)work->log.start, err));
    return cx_i_table_figure(table, "end", (double)work->log.end, err);
}

static cx_status effort_table(const effort_work *work, cx_table **out, cx_error *err) {
    const cx_allocator *allocator = &work->log.allocator;
    effort_rows rows = {.count = 0};
    cx_table *table;
    for (int f = 0; f < CX_I_EFFORT_FIGURES; f++) rows.figures += effort_has(work, f);
    rows.count = work->log.left_count * rows.figures;
    CX_TRY(cx_i_table_new(rows.count, allocator, &table, err));
    rows.row = cx_i_alloc_array(allocator, rows.count, sizeof *rows.row);
    rows.measure = cx_i_alloc_array(allocator, rows.count, sizeof *rows.measure);
    rows.customers = cx_i_alloc_array(allocator, rows.count, sizeof *rows.customers);
    rows.hidden = cx_i_alloc_array(allocator, rows.count, sizeof *rows.hidden);
    bool room = rows.row && rows.measure && rows.customers && rows.hidden;
    cx_status status = room ? effort_columns(work, &rows, table, err) : cx_i_out_of_memory(err);
    cx_i_free(allocator, rows.hidden);
    cx_i_free(allocator, rows.customers);
    cx_i_free(allocator, (void *)rows.measure);
    cx_i_free(allocator, rows.row);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}

/* -- all together -------------------------------------------------------------------------- */

static cx_status effort_run(effort_work *work, cx_effort_result *out, cx_table **table,
                            cx_error *err) {
    int64_t issues = 0;
    work->group = cx_i_alloc_array(&work->log.allocator, work->log.left_count, sizeof *work->group);
    if (work->group == NULL) return cx_i_out_of_memory(err);
    effort_count(work);
    for (int64_t g = 0; g < work->log.left_count; g++) issues += work->group[g].issues;
    if (issues == 0) return cx_i_effort_empty(err);
    effort_vary(work);
    if (table != NULL) return effort_table(work, table, err);
    CX_TRY(cx_i_min_n_one(work->group[0].customers, work->source.options.min_n, err));
    effort_result(work, out);
    return CX_OK;
}

static cx_status effort_of(cx_i_contacts_source source, const cx_contacts_options *options,
                           cx_effort_result *out, cx_table **table, cx_error *err) {
    effort_work work;
    memset(&work, 0, sizeof work);
    work.source = source;
    CX_TRY(cx_i_contacts_options(options, &work.source.options, err));
    CX_TRY(cx_i_contacts_load(&work.log, &work.source, err));
    cx_status status = effort_run(&work, out, table, err);
    cx_i_free(&work.log.allocator, work.group);
    cx_i_contacts_free(&work.log);
    return status;
}

cx_status cx_log_effort(const cx_frame *log, const cx_array *no_id, const cx_array *channels,
                        const cx_contacts_options *options, cx_effort_result *out, cx_error *err) {
    cx_i_contacts_source source = {.log = log, .no_id = no_id, .channels = channels};
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    return effort_of(source, options, out, NULL, err);
}

cx_status cx_log_effort_by(const cx_frame *log, const cx_frame *by, const cx_array *no_id,
                           const cx_array *channels, const cx_contacts_options *options,
                           cx_table **out, cx_error *err) {
    cx_i_contacts_source source = {.log = log, .by = by, .no_id = no_id, .channels = channels};
    if (by == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", by == NULL ? "by" : "out");
    return effort_of(source, options, NULL, out, err);
}
