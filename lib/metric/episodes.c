#include "metric/contacts.h"

#include "stat/keys_table.h"

/* One row for each issue. */

typedef struct episodes_columns {
    int64_t *start, *end, *contacts, *transfers, *switches, *run_in, *open;
} episodes_columns;

static int64_t episodes_count(const cx_i_contacts *log) {
    int64_t count = 0;
    for (int64_t i = 0; i < log->count; count++) i = cx_i_contacts_issue(log, i).last;
    return count;
}

static const uint32_t *episodes_contact(const cx_i_contacts *log, int64_t i) {
    return log->words + (size_t)i * CX_I_CONTACT_WORDS;
}

/* Key columns: numbers[row] is filled with the key of each issue. */
static cx_status episodes_part(const cx_i_contacts *log, const cx_i_contacts_part *part,
                               int64_t *numbers, int64_t rows, cx_table *table, cx_error *err) {
    for (int64_t i = 0, row = 0; i < log->count; row++) {
        const uint32_t *contact = episodes_contact(log, i);
        int64_t rank =
            part == &log->customer ? cx_i_contact_id(contact) : cx_i_contact_part(part, contact);
        numbers[row] = part->order[rank];
        i = cx_i_contacts_issue(log, i).last;
    }
    return cx_i_keys_to_rows(&part->keys, numbers, rows, table, err);
}

static cx_status episodes_customers(const cx_i_contacts *log, cx_table *table, cx_error *err) {
    int64_t *customer;
    CX_TRY(cx_i_table_i64(table, "customer", &customer, err));
    for (int64_t i = 0, row = 0; i < log->count; row++) {
        customer[row] = cx_i_contact_id(episodes_contact(log, i));
        i = cx_i_contacts_issue(log, i).last;
    }
    return CX_OK;
}

static void episodes_fill(const cx_i_contacts *log, const cx_i_issue *issue, int64_t row,
                          const episodes_columns *to) {
    int64_t first = cx_i_contact_time(episodes_contact(log, issue->first));
    int64_t last = cx_i_contact_time(episodes_contact(log, issue->last - 1));
    to->start[row] = log->start + first;
    to->end[row] = log->start + last;
    to->contacts[row] = issue->last - issue->first;
    to->run_in[row] = first < log->window;
    to->open[row] = log->end - log->start - last < log->window;
    for (int64_t i = issue->first; i < issue->last; i++) {
        const uint32_t *contact = episodes_contact(log, i);
        if (to->transfers != NULL) to->transfers[row] += cx_i_contact_transfers(contact);
        if (to->switches != NULL && i > issue->first)
            to->switches[row] += cx_i_contact_part(&log->channel, contact) !=
                                 cx_i_contact_part(&log->channel, contact - CX_I_CONTACT_WORDS);
    }
}

static cx_status episodes_fill_all(const cx_i_contacts *log, cx_table *table, cx_error *err) {
    episodes_columns to = {NULL, NULL, NULL, NULL, NULL, NULL, NULL};
    CX_TRY(cx_i_table_i64(table, "start", &to.start, err));
    CX_TRY(cx_i_table_i64(table, "end", &to.end, err));
    CX_TRY(cx_i_table_i64(table, "contacts", &to.contacts, err));
    if (log->has_transfers) CX_TRY(cx_i_table_i64(table, "transfers", &to.transfers, err));
    if (log->has_channel) CX_TRY(cx_i_table_i64(table, "switches", &to.switches, err));
    CX_TRY(cx_i_table_i64(table, "run_in", &to.run_in, err));
    CX_TRY(cx_i_table_i64(table, "open", &to.open, err));
    for (int64_t i = 0, row = 0; i < log->count; row++) {
        cx_i_issue issue = cx_i_contacts_issue(log, i);
        episodes_fill(log, &issue, row, &to);
        i = issue.last;
    }
    CX_TRY(cx_i_table_figure(table, "rows", (double)log->rows, err));
    CX_TRY(cx_i_table_figure(table, "start", (double)log->start, err));
    CX_TRY(cx_i_table_figure(table, "end", (double)log->end, err));
    return cx_i_table_figure(table, "no_id_share",
                             cx_i_contacts_no_id_share(log->left, log->left_count), err);
}

static cx_status episodes_columns_of(const cx_i_contacts *log, int64_t rows, cx_table *table,
                                     cx_error *err) {
    int64_t *numbers = cx_i_alloc_array(&log->allocator, rows, sizeof *numbers);
    cx_status status = numbers == NULL ? cx_i_out_of_memory(err) : CX_OK;
    if (status == CX_OK)
        status = log->customer_text ? episodes_part(log, &log->customer, numbers, rows, table, err)
                                    : episodes_customers(log, table, err);
    if (status == CX_OK && log->has_topic)
        status = episodes_part(log, &log->topic, numbers, rows, table, err);
    if (status == CX_OK && log->by.keys.column_count > 0)
        status = episodes_part(log, &log->by, numbers, rows, table, err);
    cx_i_free(&log->allocator, numbers);
    return status == CX_OK ? episodes_fill_all(log, table, err) : status;
}

static cx_status episodes_table(const cx_i_contacts *log, cx_table **out, cx_error *err) {
    cx_table *table;
    int64_t rows = episodes_count(log);
    if (rows == 0) return cx_i_fail(err, CX_E_EMPTY, "the log has no contact that counts");
    CX_TRY(cx_i_table_new(rows, &log->allocator, &table, err));
    cx_status status = episodes_columns_of(log, rows, table, err);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}

static cx_status episodes_of(cx_i_contacts_source source, const cx_contacts_options *options,
                             cx_table **out, cx_error *err) {
    cx_i_contacts contacts;
    source.ordered = true;
    CX_TRY(cx_i_contacts_options(options, &source.options, err));
    CX_TRY(cx_i_contacts_load(&contacts, &source, err));
    cx_status status = episodes_table(&contacts, out, err);
    cx_i_contacts_free(&contacts);
    return status;
}

cx_status cx_episodes(const cx_frame *log, const cx_array *no_id, const cx_array *channels,
                      const cx_contacts_options *options, cx_table **out, cx_error *err) {
    cx_i_contacts_source source = {.log = log, .no_id = no_id, .channels = channels};
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    return episodes_of(source, options, out, err);
}

cx_status cx_episodes_by(const cx_frame *log, const cx_frame *by, const cx_array *no_id,
                         const cx_array *channels, const cx_contacts_options *options,
                         cx_table **out, cx_error *err) {
    cx_i_contacts_source source = {.log = log, .by = by, .no_id = no_id, .channels = channels};
    if (by == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", by == NULL ? "by" : "out");
    return episodes_of(source, options, out, err);
}
