#include "metric/effort.h"

#include "metric/suppress.h"
#include "stat/estimate.h"
#include "stat/keys_table.h"

/* Moves from channel to channel. */

enum { MOVES_CHANNELS = 256 };

static const uint32_t *moves_contact(const cx_i_contacts *log, int64_t i) {
    return log->words + (size_t)i * CX_I_CONTACT_WORDS;
}

/* Cells from * (channels + 1) + to; to = channels: the issue stayed. */
typedef struct moves_work {
    cx_i_contacts log;
    cx_i_contacts_source source;
    int64_t channels;
    int64_t *begun;  /* by from */
    double *squares; /* by from: of each customer's issues */
    int64_t *issues; /* by cell */
    cx_i_jackknife *jackknife;
    int64_t *own_begun, *own_issues; /* of one customer; zero in between */
} moves_work;

static int64_t moves_cell(const moves_work *moves, int64_t from, int64_t to) {
    return from * (moves->channels + 1) + to;
}

static void moves_count(moves_work *moves) {
    for (int64_t i = 0; i < moves->log.count;) {
        cx_i_issue issue = cx_i_contacts_issue(&moves->log, i);
        cx_i_effort_issue read = cx_i_effort_read(&moves->log, &issue);
        i = issue.last;
        moves->begun[read.from] += read.counts;
        moves->issues[moves_cell(moves, read.from, read.to)] += read.counts;
    }
}

/* What one customer does to the row of one channel; its own counts are zero afterwards. */
static void moves_close_row(moves_work *moves, int64_t from) {
    double own = (double)moves->own_begun[from], all = (double)moves->begun[from];
    if (moves->own_begun[from] == 0) return;
    for (int64_t to = 0; to <= moves->channels; to++) {
        int64_t cell = moves_cell(moves, from, to);
        double share = (double)moves->issues[cell] / all;
        cx_i_jackknife_add(&moves->jackknife[cell],
                           ((double)moves->own_issues[cell] - share * own) / (1 - own / all));
        moves->own_issues[cell] = 0;
    }
    moves->squares[from] += own * own;
    moves->own_begun[from] = 0;
}

static void moves_vary(moves_work *moves) {
    int64_t begin = 0;
    for (int64_t i = 0; i < moves->log.count;) {
        cx_i_issue issue = cx_i_contacts_issue(&moves->log, i);
        cx_i_effort_issue read = cx_i_effort_read(&moves->log, &issue);
        i = issue.last;
        moves->own_begun[read.from] += read.counts;
        moves->own_issues[moves_cell(moves, read.from, read.to)] += read.counts;
        if (!issue.customer_ends) continue;
        for (int64_t k = begin; k < issue.last; k++)
            moves_close_row(moves,
                            cx_i_contact_part(&moves->log.channel, moves_contact(&moves->log, k)));
        begin = issue.last;
    }
}

/* The key "from, to" of a cell. */
static cx_status moves_put_key(const moves_work *moves, int64_t from, int64_t to, uint8_t *scratch,
                               cx_i_keys *pairs, cx_error *err) {
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
static cx_status moves_pairs(const moves_work *moves, cx_i_keys *pairs, int64_t *cells,
                             cx_error *err) {
    const cx_i_keys *channels = &moves->log.channel.keys;
    CX_TRY(cx_i_keys_new_columns(pairs, 2, err));
    CX_TRY(cx_i_keys_set_column(pairs, 0, "from", 4, channels->columns[0].kind, err));
    CX_TRY(cx_i_keys_set_column(pairs, 1, "to", 2, channels->columns[0].kind, err));
    uint8_t *scratch = cx_i_alloc(&moves->log.allocator, 2 * channels->bytes_used + 1);
    cx_status status = scratch == NULL ? cx_i_out_of_memory(err) : CX_OK;
    for (int64_t from = 0; from < moves->channels; from++)
        for (int64_t to = 0; to <= moves->channels && status == CX_OK; to++) {
            int64_t cell = moves_cell(moves, from, to);
            bool seen = moves->issues[cell] > 0;
            if (!seen && !(to == moves->channels && moves->begun[from] > 0)) continue;
            cells[pairs->count] = cell;
            status = moves_put_key(moves, from, to, scratch, pairs, err);
        }
    cx_i_free(&moves->log.allocator, scratch);
    return status;
}

static cx_estimate moves_one(const moves_work *moves, int64_t cell) {
    int64_t from = cell / (moves->channels + 1), n = moves->begun[from];
    double all = (double)n;
    cx_estimate out = cx_i_estimate_new(moves->source.options.confidence, CX_UNIT_FRACTION);
    cx_i_jackknife_share(&moves->jackknife[cell], 1 / all, (double)moves->issues[cell] / all, n,
                         all * all / moves->squares[from], &out);
    return out;
}

/* Hidden are the moves of too few issues, as in a table of "from" and "to"; when the number of a
 * channel goes too, all its rows do. */
static cx_status moves_hide(const moves_work *moves, const cx_i_keys *pairs, const int64_t *order,
                            const int64_t *cells, bool *hidden, cx_error *err) {
    const cx_allocator *allocator = &moves->log.allocator;
    cx_i_cube cube;
    if (moves->source.options.min_n < 2) return CX_OK;
    int64_t *n = cx_i_alloc_array(allocator, pairs->count, sizeof *n);
    if (n == NULL) return cx_i_out_of_memory(err);
    for (int64_t i = 0; i < pairs->count; i++) n[i] = moves->issues[cells[order[i]]];
    cx_status status = cx_i_cube_of_keys(pairs, order, n, allocator, &cube, err);
    cx_i_free(allocator, n);
    CX_TRY(status);
    status = cx_i_cube_suppress(&cube, moves->source.options.min_n, err);
    for (int64_t i = 0; i < pairs->count && status == CX_OK; i++)
        hidden[i] = cube.hidden[i] || cube.hidden[cx_i_cube_parent(&cube, i, 1)];
    cx_i_cube_free(&cube);
    return status;
}

static cx_status moves_columns(const moves_work *moves, const cx_i_keys *pairs,
                               const int64_t *order, const int64_t *cells, const bool *hidden,
                               cx_estimate *rows, cx_table *table, cx_error *err) {
    int64_t *issues;
    CX_TRY(cx_i_keys_to_table(pairs, order, 1, table, err));
    CX_TRY(cx_i_table_i64(table, "issues", &issues, err));
    CX_TRY(cx_i_table_hide(table, hidden, err));
    for (int64_t i = 0; i < pairs->count; i++) {
        rows[i] = moves_one(moves, cells[order[i]]);
        if (hidden[i])
            cx_i_estimate_hide(&rows[i]);
        else
            issues[i] = moves->issues[cells[order[i]]];
    }
    return cx_i_estimates_to_table(rows, pairs->count, table, err);
}

static cx_status moves_table(const moves_work *moves, const cx_i_keys *pairs, const int64_t *cells,
                             cx_table **out, cx_error *err) {
    const cx_allocator *allocator = &moves->log.allocator;
    cx_table *table;
    CX_TRY(cx_i_table_new(pairs->count, allocator, &table, err));
    int64_t *order = cx_i_alloc_array(allocator, pairs->count, sizeof *order);
    cx_estimate *rows = cx_i_alloc_array(allocator, pairs->count, sizeof *rows);
    bool *hidden = cx_i_alloc_array(allocator, pairs->count, sizeof *hidden);
    cx_status status =
        order == NULL || rows == NULL || hidden == NULL ? cx_i_out_of_memory(err) : CX_OK;
    if (status == CX_OK) {
        cx_i_keys_sort(pairs, order);
        status = moves_hide(moves, pairs, order, cells, hidden, err);
    }
    if (status == CX_OK)
        status = moves_columns(moves, pairs, order, cells, hidden, rows, table, err);
    cx_i_free(allocator, hidden);
    cx_i_free(allocator, rows);
    cx_i_free(allocator, order);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}

static cx_status moves_room(moves_work *moves, int64_t **cells, cx_error *err) {
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

static cx_status moves_run(moves_work *moves, int64_t *cells, cx_table **out, cx_error *err) {
    cx_i_keys pairs;
    int64_t issues = 0;
    moves_count(moves);
    for (int64_t from = 0; from < moves->channels; from++) issues += moves->begun[from];
    if (issues == 0) return cx_i_effort_empty(err);
    moves_vary(moves);
    cx_i_keys_init(&pairs, &moves->log.allocator);
    cx_status status = moves_pairs(moves, &pairs, cells, err);
    if (status == CX_OK) status = moves_table(moves, &pairs, cells, out, err);
    cx_i_keys_free(&pairs);
    return status;
}

static cx_status moves_of(moves_work *moves, cx_table **out, cx_error *err) {
    int64_t *cells = NULL;
    const cx_allocator *allocator = &moves->log.allocator;
    if (!moves->log.has_channel)
        return cx_i_fail(err, CX_E_NAME, "the log has no column called channel");
    moves->channels = moves->log.channel.keys.count;
    if (moves->channels > MOVES_CHANNELS)
        return cx_i_fail(err, CX_E_LIMIT, "there are %d channels, and %d are the most",
                         moves->channels, (int64_t)MOVES_CHANNELS);
    cx_status status = moves_room(moves, &cells, err);
    if (status == CX_OK) status = moves_run(moves, cells, out, err);
    void *const memory[] = {moves->begun,  moves->squares,    moves->own_begun,
                            moves->issues, moves->own_issues, moves->jackknife,
                            cells};
    for (size_t i = 0; i < sizeof memory / sizeof *memory; i++) cx_i_free(allocator, memory[i]);
    return status;
}

cx_status cx_channel_moves(const cx_frame *log, const cx_array *no_id, const cx_array *channels,
                           const cx_contacts_options *options, cx_table **out, cx_error *err) {
    moves_work moves;
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    memset(&moves, 0, sizeof moves);
    moves.source = (cx_i_contacts_source){.log = log, .no_id = no_id, .channels = channels};
    CX_TRY(cx_i_contacts_options(options, &moves.source.options, err));
    CX_TRY(cx_i_contacts_load(&moves.log, &moves.source, err));
    cx_status status = moves_of(&moves, out, err);
    cx_i_contacts_free(&moves.log);
    return status;
}
