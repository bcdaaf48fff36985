#include "metric/contacts.h"

#include "stat/estimate.h"
#include "stat/keys_table.h"

#include <cxkit/special.h>

/* Effort per issue, and moves from channel to channel. */

enum {
    EFFORT_CONTACTS,
    EFFORT_TRANSFERS,
    EFFORT_SWITCHES,
    EFFORT_DURATION,
    EFFORT_REPEATED,
    EFFORT_MULTICHANNEL,
    EFFORT_FIGURES
};
enum { EFFORT_CHANNELS = 256 };

typedef struct effort_issue {
    double figure[EFFORT_FIGURES];
    int64_t from, to; /* ranks of channels; to: of the first other one, or the number of channels */
    bool counts, open;
} effort_issue;

/* -- one issue ----------------------------------------------------------------------------- */

static const uint32_t *effort_contact(const cx_i_contacts *log, int64_t i) {
    return log->words + (size_t)i * CX_I_CONTACT_WORDS;
}

static effort_issue effort_read(const cx_i_contacts *log, const cx_i_issue *issue) {
    effort_issue read;
    memset(&read, 0, sizeof read);
    int64_t first = cx_i_contact_time(effort_contact(log, issue->first));
    int64_t last = cx_i_contact_time(effort_contact(log, issue->last - 1));
    int64_t length = log->end - log->start, none = log->channel.keys.count, before = none;
    read.from = cx_i_contact_part(&log->channel, effort_contact(log, issue->first));
    read.to = none;
    read.counts = first >= log->window && length - first >= log->window;
    read.open = length - last < log->window;
    for (int64_t i = issue->first; i < issue->last; i++) {
        const uint32_t *contact = effort_contact(log, i);
        int64_t channel = cx_i_contact_part(&log->channel, contact);
        read.figure[EFFORT_TRANSFERS] += (double)cx_i_contact_transfers(contact);
        if (i > issue->first && channel != before) read.figure[EFFORT_SWITCHES]++;
        if (read.to == none && channel != read.from) read.to = channel;
        before = channel;
    }
    read.figure[EFFORT_CONTACTS] = (double)(issue->last - issue->first);
    read.figure[EFFORT_DURATION] = (double)(last - first) / 1e6;
    read.figure[EFFORT_REPEATED] = issue->last - issue->first > 1;
    read.figure[EFFORT_MULTICHANNEL] = read.to != none;
    return read;
}

/* -- figures per issue --------------------------------------------------------------------- */

typedef struct effort_work {
    cx_i_contacts log;
    cx_i_contacts_source source;
    double total[EFFORT_FIGURES];
    int64_t issues, open, customers;
    double squares; /* of the issues of each customer */
    cx_i_jackknife jackknife[EFFORT_FIGURES];
} effort_work;

static void effort_count(effort_work *work) {
    cx_i_sum totals[EFFORT_FIGURES];
    memset(totals, 0, sizeof totals);
    for (int64_t i = 0; i < work->log.count;) {
        cx_i_issue issue = cx_i_contacts_issue(&work->log, i);
        effort_issue read = effort_read(&work->log, &issue);
        i = issue.last;
        if (!read.counts) continue;
        work->issues++;
        work->open += read.open;
        for (int f = 0; f < EFFORT_FIGURES; f++) cx_i_sum_add(&totals[f], read.figure[f]);
    }
    for (int f = 0; f < EFFORT_FIGURES; f++) work->total[f] = cx_i_sum_value(&totals[f]);
}

/* Leaving out a customer moves the mean by (its sum - mean * its issues) / (all - its issues). */
static void effort_close_customer(effort_work *work, const double *sums, double issues) {
    double all = (double)work->issues;
    if (issues == 0) return;
    for (int f = 0; f < EFFORT_FIGURES; f++)
        cx_i_jackknife_add(&work->jackknife[f],
                           (sums[f] - work->total[f] / all * issues) / (1 - issues / all));
    work->customers++;
    work->squares += issues * issues;
}

static void effort_vary(effort_work *work) {
    double sums[EFFORT_FIGURES] = {0}, issues = 0;
    for (int64_t i = 0; i < work->log.count;) {
        cx_i_issue issue = cx_i_contacts_issue(&work->log, i);
        effort_issue read = effort_read(&work->log, &issue);
        i = issue.last;
        for (int f = 0; f < EFFORT_FIGURES && read.counts; f++) sums[f] += read.figure[f];
        issues += read.counts;
        if (!issue.customer_ends) continue;
        effort_close_customer(work, sums, issues);
        memset(sums, 0, sizeof sums);
        issues = 0;
    }
}

static void effort_mean(const effort_work *work, int figure, double least, cx_estimate *out) {
    double n = (double)work->issues;
    double variance = cx_i_jackknife_variance(&work->jackknife[figure]) / (n * n);
    out->value = work->total[figure] / n;
    out->n = work->issues;
    out->sum_w = n;
    out->n_eff = fmin(n * n / work->squares, n);
    out->method = CX_METHOD_JACKKNIFE;
    if (out->n_eff < 5) out->flags |= CX_FLAG_FEW;
    if (!(variance > 0)) {
        out->flags |= CX_FLAG_NO_VARIANCE;
        return;
    }
    out->df = (double)(work->customers - 1);
    out->se = sqrt(variance);
    double half = cx_t_quantile_upper((1 - out->confidence) / 2, out->df) * out->se;
    out->ci_low = out->value - half;
    out->ci_high = out->value + half;
    cx_i_estimate_clip(out, least, INFINITY);
}

static cx_estimate effort_estimate(const effort_work *work, int figure) {
    static const cx_unit units[] = {CX_UNIT_COUNT,   CX_UNIT_COUNT,    CX_UNIT_COUNT,
                                    CX_UNIT_SECONDS, CX_UNIT_FRACTION, CX_UNIT_FRACTION};
    cx_estimate out = cx_i_estimate_new(work->source.options.confidence, units[figure]);
    bool of_channels = figure == EFFORT_SWITCHES || figure == EFFORT_MULTICHANNEL;
    if ((of_channels && !work->log.has_channel) ||
        (figure == EFFORT_TRANSFERS && !work->log.has_transfers)) {
        out.status = CX_E_NAME;
        return out;
    }
    double n = (double)work->issues;
    if (units[figure] == CX_UNIT_FRACTION)
        cx_i_jackknife_share(&work->jackknife[figure], 1 / n, work->total[figure] / n, work->issues,
                             n * n / work->squares, &out);
    else
        effort_mean(work, figure, figure == EFFORT_CONTACTS ? 1 : 0, &out);
    for (int reason = 0; reason < CX_EXCLUDED_END; reason++)
        out.excluded[reason] = work->log.left[0].excluded[reason];
    if (work->open > 0 && figure != EFFORT_REPEATED) out.flags |= CX_FLAG_PARTIAL;
    return out;
}

static void effort_result(const effort_work *work, cx_effort_result *out) {
    memset(out, 0, sizeof *out);
    out->contacts = effort_estimate(work, EFFORT_CONTACTS);
    out->transfers = effort_estimate(work, EFFORT_TRANSFERS);
    out->switches = effort_estimate(work, EFFORT_SWITCHES);
    out->duration = effort_estimate(work, EFFORT_DURATION);
    out->repeated = effort_estimate(work, EFFORT_REPEATED);
    out->multichannel = effort_estimate(work, EFFORT_MULTICHANNEL);
    out->rows = work->log.rows;
    out->customers = work->customers;
    out->issues = work->issues;
    out->open = work->open;
    out->no_id_share = cx_i_contacts_no_id_share(work->log.left, work->log.left_count);
    out->start = work->log.start;
    out->end = work->log.end;
}

static cx_status effort_empty(cx_error *err) {
    return cx_i_fail(err, CX_E_EMPTY,
                     "no issue began between the first and the last window of the log");
}

cx_status cx_log_effort(const cx_frame *log, const cx_array *no_id, const cx_array *channels,
                        const cx_contacts_options *options, cx_effort_result *out, cx_error *err) {
    effort_work work;
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    memset(&work, 0, sizeof work);
    work.source = (cx_i_contacts_source){.log = log, .no_id = no_id, .channels = channels};
    CX_TRY(cx_i_contacts_options(options, &work.source.options, err));
    CX_TRY(cx_i_contacts_load(&work.log, &work.source, err));
    effort_count(&work);
    cx_status status = work.issues == 0 ? effort_empty(err) : CX_OK;
    if (status == CX_OK) {
        effort_vary(&work);
        effort_result(&work, out);
    }
    cx_i_contacts_free(&work.log);
    return status;
}

/* -- moves --------------------------------------------------------------------------------- */

/* Cells from * (channels + 1) + to; to = channels: the issue stayed. */
typedef struct effort_moves {
    cx_i_contacts log;
    cx_i_contacts_source source;
    int64_t channels;
    int64_t *begun;  /* by from */
    double *squares; /* by from: of each customer's issues */
    int64_t *issues; /* by cell */
    cx_i_jackknife *jackknife;
    int64_t *own_begun, *own_issues; /* of one customer; zero in between */
} effort_moves;

static int64_t effort_cell(const effort_moves *moves, int64_t from, int64_t to) {
    return from * (moves->channels + 1) + to;
}

static void effort_count_moves(effort_moves *moves) {
    for (int64_t i = 0; i < moves->log.count;) {
        cx_i_issue issue = cx_i_contacts_issue(&moves->log, i);
        effort_issue read = effort_read(&moves->log, &issue);
        i = issue.last;
        moves->begun[read.from] += read.counts;
        moves->issues[effort_cell(moves, read.from, read.to)] += read.counts;
    }
}

/* What one customer does to the row of one channel; its own counts are zero afterwards. */
static void effort_close_row(effort_moves *moves, int64_t from) {
    double own = (double)moves->own_begun[from], all = (double)moves->begun[from];
    if (moves->own_begun[from] == 0) return;
    for (int64_t to = 0; to <= moves->channels; to++) {
        int64_t cell = effort_cell(moves, from, to);
        double share = (double)moves->issues[cell] / all;
        cx_i_jackknife_add(&moves->jackknife[cell],
                           ((double)moves->own_issues[cell] - share * own) / (1 - own / all));
        moves->own_issues[cell] = 0;
    }
    moves->squares[from] += own * own;
    moves->own_begun[from] = 0;
}

static void effort_vary_moves(effort_moves *moves) {
    int64_t begin = 0;
    for (int64_t i = 0; i < moves->log.count;) {
        cx_i_issue issue = cx_i_contacts_issue(&moves->log, i);
        effort_issue read = effort_read(&moves->log, &issue);
        i = issue.last;
        moves->own_begun[read.from] += read.counts;
        moves->own_issues[effort_cell(moves, read.from, read.to)] += read.counts;
        if (!issue.customer_ends) continue;
        for (int64_t k = begin; k < issue.last; k++)
            effort_close_row(
                moves, cx_i_contact_part(&moves->log.channel, effort_contact(&moves->log, k)));
        begin = issue.last;
    }
}

/* The key "from, to" of a cell. */
static cx_status effort_put_key(const effort_moves *moves, int64_t from, int64_t to,
                                uint8_t *scratch, cx_i_keys *pairs, cx_error *err) {
    const cx_i_contacts_part *channel = &moves->log.channel;
    size_t size, more = 1;
    int64_t number;
    const uint8_t *bytes = cx_i_keys_bytes(&channel->keys, channel->order[from], &size);
    memcpy(scratch, bytes, size);
    scratch[size] = CX_I_KEY_MISSING;
    if (to < moves->channels) {
        bytes = cx_i_keys_bytes(&channel->keys, channel->order[to], &more);
        memcpy(scratch + size, bytes, more);
    }
    return cx_i_keys_put(pairs, scratch, size + more, &number, err);
}

/* Pairs in order: of the pair with number i the cell is cells[i]. */
static cx_status effort_pairs(const effort_moves *moves, cx_i_keys *pairs, int64_t *cells,
                              cx_error *err) {
    const cx_i_keys *channels = &moves->log.channel.keys;
    CX_TRY(cx_i_keys_new_columns(pairs, 2, err));
    CX_TRY(cx_i_keys_set_column(pairs, 0, "from", 4, channels->columns[0].kind, err));
    CX_TRY(cx_i_keys_set_column(pairs, 1, "to", 2, channels->columns[0].kind, err));
    uint8_t *scratch = cx_i_alloc(&moves->log.allocator, 2 * channels->bytes_used + 1);
    cx_status status = scratch == NULL ? cx_i_out_of_memory(err) : CX_OK;
    for (int64_t from = 0; from < moves->channels; from++)
        for (int64_t to = 0; to <= moves->channels && status == CX_OK; to++) {
            int64_t cell = effort_cell(moves, from, to);
            bool seen = moves->issues[cell] > 0;
            if (!seen && !(to == moves->channels && moves->begun[from] > 0)) continue;
            cells[pairs->count] = cell;
            status = effort_put_key(moves, from, to, scratch, pairs, err);
        }
    cx_i_free(&moves->log.allocator, scratch);
    return status;
}

static cx_estimate effort_move(const effort_moves *moves, int64_t cell) {
    int64_t from = cell / (moves->channels + 1), n = moves->begun[from];
    double all = (double)n;
    cx_estimate out = cx_i_estimate_new(moves->source.options.confidence, CX_UNIT_FRACTION);
    cx_i_jackknife_share(&moves->jackknife[cell], 1 / all, (double)moves->issues[cell] / all, n,
                         all * all / moves->squares[from], &out);
    return out;
}

static cx_status effort_moves_columns(const effort_moves *moves, const cx_i_keys *pairs,
                                      const int64_t *order, const int64_t *cells, cx_estimate *rows,
                                      cx_table *table, cx_error *err) {
    int64_t *issues;
    CX_TRY(cx_i_keys_to_table(pairs, order, 1, table, err));
    CX_TRY(cx_i_table_i64(table, "issues", &issues, err));
    for (int64_t i = 0; i < pairs->count; i++) {
        issues[i] = moves->issues[cells[order[i]]];
        rows[i] = effort_move(moves, cells[order[i]]);
    }
    return cx_i_estimates_to_table(rows, pairs->count, table, err);
}

static cx_status effort_moves_table(const effort_moves *moves, const cx_i_keys *pairs,
                                    const int64_t *cells, cx_table **out, cx_error *err) {
    const cx_allocator *allocator = &moves->log.allocator;
    cx_table *table;
    CX_TRY(cx_i_table_new(pairs->count, allocator, &table, err));
    int64_t *order = cx_i_alloc_array(allocator, pairs->count, sizeof *order);
    cx_estimate *rows = cx_i_alloc_array(allocator, pairs->count, sizeof *rows);
    cx_status status = order == NULL || rows == NULL ? cx_i_out_of_memory(err) : CX_OK;
    if (status == CX_OK) {
        cx_i_keys_sort(pairs, order);
        status = effort_moves_columns(moves, pairs, order, cells, rows, table, err);
    }
    cx_i_free(allocator, rows);
    cx_i_free(allocator, order);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}

static cx_status effort_moves_room(effort_moves *moves, int64_t **cells, cx_error *err) {
    const cx_allocator *allocator = &moves->log.allocator;
    int64_t count = moves->channels * (moves->channels + 1);
    moves->begun = cx_i_alloc_array(allocator, moves->channels, sizeof *moves->begun);
    moves->squares = cx_i_alloc_array(allocator, moves->channels, sizeof *moves->squares);
    moves->own_begun = cx_i_alloc_array(allocator, moves->channels, sizeof *moves->own_begun);
    moves->issues = cx_i_alloc_array(allocator, count, sizeof *moves->issues);
    moves->own_issues = cx_i_alloc_array(allocator, count, sizeof *moves->own_issues);
    moves->jackknife = cx_i_alloc_array(allocator, count, sizeof *moves->jackknife);
    *cells = cx_i_alloc_array(allocator, count, sizeof **cells);
    bool all = moves->begun && moves->squares && moves->own_begun && moves->issues &&
               moves->own_issues && moves->jackknife && *cells;
    return all ? CX_OK : cx_i_out_of_memory(err);
}

static cx_status effort_moves_run(effort_moves *moves, int64_t *cells, cx_table **out,
                                  cx_error *err) {
    cx_i_keys pairs;
    int64_t issues = 0;
    effort_count_moves(moves);
    for (int64_t from = 0; from < moves->channels; from++) issues += moves->begun[from];
    if (issues == 0) return effort_empty(err);
    effort_vary_moves(moves);
    cx_i_keys_init(&pairs, &moves->log.allocator);
    cx_status status = effort_pairs(moves, &pairs, cells, err);
    if (status == CX_OK) status = effort_moves_table(moves, &pairs, cells, out, err);
    cx_i_keys_free(&pairs);
    return status;
}

static cx_status effort_moves_of(effort_moves *moves, cx_table **out, cx_error *err) {
    int64_t *cells = NULL;
    const cx_allocator *allocator = &moves->log.allocator;
    if (!moves->log.has_channel)
        return cx_i_fail(err, CX_E_NAME, "the log has no column called channel");
    moves->channels = moves->log.channel.keys.count;
    if (moves->channels > EFFORT_CHANNELS)
        return cx_i_fail(err, CX_E_LIMIT, "there are %d channels, and %d are the most",
                         moves->channels, (int64_t)EFFORT_CHANNELS);
    cx_status status = effort_moves_room(moves, &cells, err);
    if (status == CX_OK) status = effort_moves_run(moves, cells, out, err);
    void *const memory[] = {moves->begun,  moves->squares,    moves->own_begun,
                            moves->issues, moves->own_issues, moves->jackknife,
                            cells};
    for (size_t i = 0; i < sizeof memory / sizeof *memory; i++) cx_i_free(allocator, memory[i]);
    return status;
}

cx_status cx_channel_moves(const cx_frame *log, const cx_array *no_id, const cx_array *channels,
                           const cx_contacts_options *options, cx_table **out, cx_error *err) {
    effort_moves moves;
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    memset(&moves, 0, sizeof moves);
    moves.source = (cx_i_contacts_source){.log = log, .no_id = no_id, .channels = channels};
    CX_TRY(cx_i_contacts_options(options, &moves.source.options, err));
    CX_TRY(cx_i_contacts_load(&moves.log, &moves.source, err));
    cx_status status = effort_moves_of(&moves, out, err);
    cx_i_contacts_free(&moves.log);
    return status;
}
