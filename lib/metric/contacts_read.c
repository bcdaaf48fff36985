#include "metric/contacts_read.h"

#include "base/times.h"

/* Columns into blocks of contacts. */

static const char *const contacts_roles[] = {"customer",  "time",     "topic", "channel",
                                             "abandoned", "outbound", "index", "transfers"};

static void contacts_leave(cx_i_contacts_block *block, int64_t i, int reason) {
    if (block->left[i] == CX_I_CONTACTS_KEPT) block->left[i] = (int8_t)reason;
}

/* -- columns ------------------------------------------------------------------------------- */

static cx_status contacts_take_column(cx_i_contacts_reader *reader, const cx_array *column,
                                      cx_error *err) {
    for (int role = 0; role < CX_I_CONTACTS_ROLES; role++)
        if (strcmp(column->name, contacts_roles[role]) == 0) {
            reader->column[role] = column;
            if (role == CX_I_CONTACTS_TIME) return cx_i_times_check(column, "time", err);
            bool key = role <= CX_I_CONTACTS_CHANNEL;
            return cx_i_array_check(column, "log", key ? CX_I_KEYS : CX_I_NUMBERS, err);
        }
    return cx_i_fail(err, CX_E_NAME,
                     "a log has no column %s; there are customer, time, topic, channel, abandoned, "
                     "outbound, index and transfers",
                     column->name);
}

static bool contacts_is_text(const cx_array *column) {
    return column->dictionary != NULL || column->dtype == CX_STRING ||
           column->dtype == CX_LARGE_STRING;
}

static cx_status contacts_take_columns(cx_i_contacts_reader *reader, cx_error *err) {
    const cx_frame *log = reader->source->log, *by = reader->source->by;
    CX_TRY(cx_i_frame_check(log, "log", CX_I_KEYS, err));
    for (int64_t i = 0; i < log->count; i++)
        CX_TRY(contacts_take_column(reader, &log->columns[i], err));
    for (int role = CX_I_CONTACTS_CUSTOMER; role <= CX_I_CONTACTS_TIME; role++)
        if (reader->column[role] == NULL)
            return cx_i_fail(err, CX_E_NAME, "the log has no column called %s",
                             contacts_roles[role]);
    if (by != NULL) {
        CX_TRY(cx_i_frame_check(by, "by", CX_I_KEYS, err));
        CX_TRY(cx_i_array_same_length(&log->columns[0], "log", &by->columns[0], "by", err));
    }
    if (log->columns[0].length > (int64_t)UINT32_MAX - 1)
        return cx_i_fail(err, CX_E_LIMIT, "the log has %d rows, and %d are the most",
                         log->columns[0].length, (int64_t)UINT32_MAX - 1);
    reader->to->rows = log->columns[0].length;
    reader->to->customer_text = contacts_is_text(reader->column[CX_I_CONTACTS_CUSTOMER]);
    reader->to->has_topic = reader->column[CX_I_CONTACTS_TOPIC] != NULL;
    reader->to->has_channel = reader->column[CX_I_CONTACTS_CHANNEL] != NULL;
    reader->to->has_transfers = reader->column[CX_I_CONTACTS_TRANSFERS] != NULL;
    return CX_OK;
}

/* -- ids ----------------------------------------------------------------------------------- */

/* A whole number; any 64 bits can be an id. */
static cx_status contacts_read_id(const cx_array *column, int64_t row, int64_t *id, cx_error *err) {
    double number;
    if (column->dtype != CX_F32 && column->dtype != CX_F64) {
        *id = cx_i_array_i64(column, row);
        return CX_OK;
    }
    cx_i_array_read(column, row, 1, &number);
    if (number != floor(number) || fabs(number) > 0x1p53)
        return cx_i_fail_at(err, CX_E_DOMAIN, column, row, number,
                            "%g cannot be an id; ids are whole numbers or text", number);
    *id = (int64_t)number;
    return CX_OK;
}

/* Text in an array of its own is put in first, so that its number says that it means nobody. */
static cx_status contacts_put_first(cx_i_contacts_part *part, const cx_array *words,
                                    const char *name, cx_error *err) {
    cx_array column = *words;
    cx_frame frame = {&column, 1, {0, 0}};
    int64_t number;
    column.name = name;
    CX_TRY(cx_i_keys_bind(&part->keys, &frame, err));
    for (int64_t i = 0; i < column.length; i++)
        CX_TRY(cx_i_keys_read(&part->keys, &frame, i, 1, &number, err));
    return CX_OK;
}

static cx_status contacts_take_nobody(cx_i_contacts_reader *reader, cx_error *err) {
    static const int32_t offsets[] = {0, 0};
    const cx_array *no_id = reader->source->no_id;
    bool text = reader->to->customer_text;
    cx_array empty = cx_array_of("", CX_STRING, 1);
    empty.offsets = offsets;
    if (text) CX_TRY(contacts_put_first(&reader->to->customer, &empty, "customer", err));
    reader->nobody = reader->to->customer.keys.count;
    if (no_id == NULL || no_id->length == 0) return CX_OK;
    CX_TRY(cx_i_array_check(no_id, "no_id", CX_I_KEYS, err));
    if (no_id->length > CX_I_CONTACTS_NO_IDS)
        return cx_i_fail(err, CX_E_LIMIT, "no_id holds %d values, and %d are the most",
                         no_id->length, (int64_t)CX_I_CONTACTS_NO_IDS);
    if (contacts_is_text(no_id) != text)
        return cx_i_fail(err, CX_E_TYPE, "no_id holds %s, and customer holds %s",
                         text ? "numbers" : "text", text ? "text" : "numbers");
    if (text) {
        CX_TRY(contacts_put_first(&reader->to->customer, no_id, "customer", err));
        reader->nobody = reader->to->customer.keys.count;
        return CX_OK;
    }
    for (int64_t i = 0; i < no_id->length; i++)
        if (!cx_i_times_missing(no_id, i))
            CX_TRY(contacts_read_id(no_id, i, &reader->no_id[reader->no_id_count++], err));
    return CX_OK;
}

static cx_status contacts_take_channels(cx_i_contacts_reader *reader, cx_error *err) {
    const cx_array *channels = reader->source->channels;
    if (channels == NULL) return CX_OK;
    CX_TRY(cx_i_array_check(channels, "channels", CX_I_KEYS, err));
    if (!reader->to->has_channel)
        return cx_i_fail(err, CX_E_NAME, "channels needs a column called channel in the log");
    if (channels->length == 0)
        return cx_i_fail(err, CX_E_EMPTY, "channels is empty: no contact would count");
    CX_TRY(contacts_put_first(&reader->to->channel, channels, "channel", err));
    reader->channel_count = reader->to->channel.keys.count;
    return CX_OK;
}

/* Ids that need no conversion, without a bitmap */
static bool contacts_plain_ids(const cx_array *column, int64_t start, int64_t count, int64_t *out) {
    const char *data = column->data;
    if (column->validity != NULL) return false;
    if (column->dtype == CX_I64 && column->stride == 8) {
        memcpy(out, data + start * 8, (size_t)count * 8);
        return true;
    }
    if (column->dtype != CX_I32 || column->stride != 4) return false;
    for (int64_t i = 0; i < count; i++) {
        int32_t id;
        memcpy(&id, data + (start + i) * 4, sizeof id);
        out[i] = id;
    }
    return true;
}

static cx_status contacts_read_numbers(const cx_array *column, int64_t start, int64_t count,
                                       cx_i_contacts_block *block, cx_error *err) {
    if (contacts_plain_ids(column, start, count, block->id)) return CX_OK;
    for (int64_t i = 0; i < count; i++) {
        block->id[i] = 0;
        if (cx_i_times_missing(column, start + i))
            contacts_leave(block, i, CX_EXCLUDED_NO_ID);
        else
            CX_TRY(contacts_read_id(column, start + i, &block->id[i], err));
    }
    return CX_OK;
}

static cx_status contacts_read_ids(cx_i_contacts_reader *reader, int64_t start, int64_t count,
                                   cx_i_contacts_block *block, cx_error *err) {
    const cx_array *column = reader->column[CX_I_CONTACTS_CUSTOMER];
    cx_i_contacts_part *part = &reader->to->customer;
    cx_frame frame = {column, 1, {0, 0}};
    if (!reader->to->customer_text) {
        CX_TRY(contacts_read_numbers(column, start, count, block, err));
        for (int64_t code = 0; code < reader->no_id_count; code++)
            for (int64_t i = 0; i < count; i++)
                if (block->id[i] == reader->no_id[code])
                    contacts_leave(block, i, CX_EXCLUDED_NO_ID);
        return CX_OK;
    }
    CX_TRY(cx_i_keys_read(&part->keys, &frame, start, count, block->id, err));
    for (int64_t i = 0; i < count; i++) {
        if (block->id[i] < reader->nobody || cx_i_times_missing(column, start + i))
            contacts_leave(block, i, CX_EXCLUDED_NO_ID);
        if (part->rank != NULL) block->id[i] = part->rank[block->id[i]];
    }
    return CX_OK;
}

/* -- times, marks and labels --------------------------------------------------------------- */

static bool contacts_plain_times(const cx_array *column, int64_t start, int64_t count,
                                 int64_t *out) {
    bool micros = column->dtype == CX_I64 ||
                  (column->dtype == CX_TIMESTAMP && column->unit == CX_MICROSECONDS);
    if (!micros || column->validity != NULL || column->stride != 8) return false;
    memcpy(out, (const char *)column->data + start * 8, (size_t)count * 8);
    return true;
}

cx_status cx_i_contacts_read_times(const cx_i_contacts_reader *reader, int64_t start, int64_t count,
                                   cx_i_contacts_block *block, cx_error *err) {
    const cx_array *column = reader->column[CX_I_CONTACTS_TIME];
    if (contacts_plain_times(column, start, count, block->time)) return CX_OK;
    for (int64_t i = 0; i < count; i++) {
        block->time[i] = 0;
        if (cx_i_times_missing(column, start + i))
            contacts_leave(block, i, CX_EXCLUDED_MISSING);
        else
            CX_TRY(cx_i_times_read(column, start + i, &block->time[i], err));
    }
    return CX_OK;
}

static void contacts_check_range(const cx_i_contacts_reader *reader, int64_t count,
                                 cx_i_contacts_block *block) {
    for (int64_t i = 0; i < count; i++)
        if (block->time[i] < reader->to->start || block->time[i] >= reader->to->end)
            contacts_leave(block, i, CX_EXCLUDED_OUT_OF_RANGE);
}

/* A column of 0 and 1; contacts with `value` count as `as`. */
static cx_status contacts_read_mark(const cx_i_contacts_reader *reader, int role, double value,
                                    int32_t as, int64_t start, int64_t count,
                                    cx_i_contacts_block *block, cx_error *err) {
    const cx_array *column = reader->column[role];
    if (column == NULL) return CX_OK;
    cx_i_array_read(column, start, count, block->number);
    for (int64_t i = 0; i < count; i++) {
        double mark = block->number[i];
        if (mark != 0 && mark != 1)
            return cx_i_fail_at(err, CX_E_DOMAIN, column, start + i, mark,
                                isnan(mark) ? "the mark is missing; marks are 0 or 1"
                                            : "%g is no mark; marks are 0 or 1",
                                mark);
        if (mark != value) continue;
        if (as == CX_CONTACT_IGNORED) contacts_leave(block, i, CX_EXCLUDED_NOT_APPLICABLE);
        if (as == CX_CONTACT_REPEAT) block->no_index[i] = 1;
    }
    return CX_OK;
}

static cx_status contacts_read_transfers(const cx_i_contacts_reader *reader, int64_t start,
                                         int64_t count, cx_i_contacts_block *block, cx_error *err) {
    const cx_array *column = reader->column[CX_I_CONTACTS_TRANSFERS];
    if (column == NULL) return CX_OK;
    cx_i_array_read(column, start, count, block->number);
    for (int64_t i = 0; i < count; i++) {
        double number = block->number[i];
        if (!(number >= 0 && number <= CX_I_CONTACT_TRANSFERS) || number != floor(number))
            return cx_i_fail_at(err, CX_E_DOMAIN, column, start + i, number,
                                isnan(number) ? "the number of transfers is missing"
                                              : "%g is no number of transfers; 0 to 1000 are",
                                number);
        block->transfers[i] = (uint16_t)number;
    }
    return CX_OK;
}

static cx_status contacts_read_part(cx_i_contacts_reader *reader, int role,
                                    cx_i_contacts_part *part, int64_t *out, int64_t start,
                                    int64_t count, cx_i_contacts_block *block, cx_error *err) {
    const cx_array *column = reader->column[role];
    cx_frame frame = {column, 1, {0, 0}};
    int64_t counted = role == CX_I_CONTACTS_CHANNEL ? reader->channel_count : 0;
    if (column == NULL) return CX_OK;
    CX_TRY(cx_i_keys_read(&part->keys, &frame, start, count, out, err));
    for (int64_t i = 0; i < count; i++) {
        if (cx_i_times_missing(column, start + i))
            contacts_leave(block, i, CX_EXCLUDED_MISSING);
        else if (counted > 0 && out[i] >= counted)
            contacts_leave(block, i, CX_EXCLUDED_NOT_APPLICABLE);
        if (reader->ranked) out[i] = part->rank[out[i]];
    }
    return CX_OK;
}

static cx_status contacts_read_by(cx_i_contacts_reader *reader, int64_t start, int64_t count,
                                  cx_i_contacts_block *block, cx_error *err) {
    cx_i_contacts_part *part = &reader->to->by;
    if (reader->source->by == NULL) return CX_OK;
    CX_TRY(cx_i_keys_read(&part->keys, reader->source->by, start, count, block->by, err));
    for (int64_t i = 0; i < count && reader->ranked; i++) block->by[i] = part->rank[block->by[i]];
    return CX_OK;
}

cx_status cx_i_contacts_read_block(cx_i_contacts_reader *reader, int64_t start, int64_t count,
                                   cx_i_contacts_block *block, cx_error *err) {
    cx_i_contacts *to = reader->to;
    const cx_contacts_options *as = &reader->source->options;
    memset(block->left, CX_I_CONTACTS_KEPT, (size_t)count);
    memset(block->no_index, 0, (size_t)count);
    CX_TRY(cx_i_contacts_read_times(reader, start, count, block, err));
    contacts_check_range(reader, count, block);
    CX_TRY(contacts_read_mark(reader, CX_I_CONTACTS_ABANDONED, 1, as->abandoned, start, count,
                              block, err));
    CX_TRY(contacts_read_mark(reader, CX_I_CONTACTS_OUTBOUND, 1, as->outbound, start, count, block,
                              err));
    CX_TRY(contacts_read_mark(reader, CX_I_CONTACTS_INDEX, 0, CX_CONTACT_REPEAT, start, count,
                              block, err));
    CX_TRY(contacts_read_transfers(reader, start, count, block, err));
    CX_TRY(contacts_read_part(reader, CX_I_CONTACTS_CHANNEL, &to->channel, block->channel, start,
                              count, block, err));
    CX_TRY(contacts_read_ids(reader, start, count, block, err));
    CX_TRY(contacts_read_part(reader, CX_I_CONTACTS_TOPIC, &to->topic, block->topic, start, count,
                              block, err));
    return contacts_read_by(reader, start, count, block, err);
}

/* -- start --------------------------------------------------------------------------------- */

static cx_status contacts_bind(const cx_array *column, cx_i_contacts_part *part, cx_error *err) {
    cx_frame frame = {column, 1, {0, 0}};
    return column == NULL ? CX_OK : cx_i_keys_bind(&part->keys, &frame, err);
}

cx_status cx_i_contacts_reader_start(cx_i_contacts_reader *reader, cx_error *err) {
    cx_i_contacts *to = reader->to;
    CX_TRY(contacts_take_columns(reader, err));
    CX_TRY(contacts_take_nobody(reader, err));
    CX_TRY(contacts_take_channels(reader, err));
    if (to->customer_text)
        CX_TRY(contacts_bind(reader->column[CX_I_CONTACTS_CUSTOMER], &to->customer, err));
    CX_TRY(contacts_bind(reader->column[CX_I_CONTACTS_TOPIC], &to->topic, err));
    CX_TRY(contacts_bind(reader->column[CX_I_CONTACTS_CHANNEL], &to->channel, err));
    return reader->source->by == NULL ? CX_OK
                                      : cx_i_keys_bind(&to->by.keys, reader->source->by, err);
}
