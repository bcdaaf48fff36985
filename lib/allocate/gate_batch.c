#include "allocate/gate.h"
#include "base/keys_map.h"
#include "stat/table.h"

/* Many decisions. Rows are first checked and read; then decided one after the other, with the
 * memory of the next ones already on its way. What was entered is taken back when memory ends. */

typedef struct batch_columns {
    int64_t *time, *contact, *invite, *rule, *retry_at, *frequency, *repeat, *period, *policy,
        *allocation;
    double *probability, *u;
} batch_columns;

typedef struct gate_batch {
    cx_gate *gate;
    cx_array contact, point, time, attributes;
    bool text, attributed;
    uint64_t sip0, sip1;
    int64_t rows;
    int64_t *points;
    uint8_t *reasons, *codes;
    bool *hidden;
    uint64_t *bits; /* of the attributes, or NULL */
    cx_i_undo *undo;
    int64_t undo_count, undo_room;
    int64_t *undo_row;
    cx_i_point *before;
    cx_i_gate_counts counts;
    cx_recent *filter; /* as it was, where entries alone do not tell */
    batch_columns to;
    cx_table *table;
} gate_batch;

/* -- reading ------------------------------------------------------------------------------- */

static cx_status batch_check(gate_batch *b, const cx_array *contact, const cx_array *point,
                             const cx_array *time, const cx_array *attributes, cx_error *err) {
    CX_TRY(cx_i_array_check(contact, "contact", CX_I_KEYS, err));
    CX_TRY(cx_i_array_check(point, "point", CX_I_KEYS, err));
    CX_TRY(cx_i_times_check(time, "time", err));
    CX_TRY(cx_i_array_same_length(contact, "contact", point, "point", err));
    CX_TRY(cx_i_array_same_length(contact, "contact", time, "time", err));
    if (attributes != NULL) {
        CX_TRY(cx_i_array_check(attributes, "attributes", CX_I_NUMBERS, err));
        CX_TRY(cx_i_array_same_length(contact, "contact", attributes, "attributes", err));
        b->attributes = *attributes;
        b->attributes.name = cx_i_array_name(attributes, "attributes");
        b->attributed = true;
    }
    b->contact = *contact, b->point = *point, b->time = *time;
    b->contact.name = cx_i_array_name(contact, "contact");
    b->time.name = cx_i_array_name(time, "time");
    b->point.name = "point"; /* the name of the key */
    b->rows = contact->length;
    b->text = contact->dictionary != NULL || contact->dtype == CX_STRING ||
              contact->dtype == CX_LARGE_STRING;
    if (b->text || (contact->dtype >= CX_I8 && contact->dtype <= CX_U64)) return CX_OK;
    return cx_i_fail(err, CX_E_TYPE, "column %s holds %s; ids are whole numbers or text",
                     b->contact.name, cx_dtype_name(contact->dtype));
}

static cx_status batch_read_contact(const gate_batch *b, int64_t row, int64_t *key, cx_error *err) {
    const char *text;
    int64_t length;
    *key = 0;
    if (cx_i_times_missing(&b->contact, row)) return CX_OK;
    if (!b->text) {
        *key = (int64_t)cx_contact_number(cx_i_array_i64(&b->contact, row), b->gate->options.salt);
        return CX_OK;
    }
    CX_TRY(cx_i_array_text(&b->contact, "contact", row, &text, &length, err));
    if (length == 0) return CX_OK;
    uint64_t hash = cx_i_sip_hash((const uint8_t *)text, (size_t)length, b->sip0, b->sip1);
    *key = (int64_t)(hash == 0 ? 1 : hash);
    return CX_OK;
}

static cx_status batch_read_times(gate_batch *b, cx_error *err) {
    int64_t latest = b->gate->counts.clock;
    for (int64_t i = 0; i < b->rows; i++) {
        int64_t time;
        if (cx_i_times_missing(&b->time, i))
            return cx_i_fail_at(err, CX_E_DOMAIN, &b->time, i, NAN, "the time is missing");
        CX_TRY(cx_i_times_read(&b->time, i, &time, err));
        if (time < 0 || time / CX_I_GATE_SECOND >= UINT32_MAX)
            return cx_i_fail_at(err, CX_E_DOMAIN, &b->time, i, (double)time,
                                "%d microseconds since 1970 lie outside 1970 to 2106", time);
        if (latest != INT64_MIN && time < latest - b->gate->slack)
            return cx_i_fail_at(err, CX_E_DOMAIN, &b->time, i, (double)time,
                                "the clock runs backwards, by %d microseconds; sort by time, or "
                                "set clock_slack",
                                latest - time);
        if (time > latest) latest = time;
        b->to.time[i] = time;
        CX_TRY(batch_read_contact(b, i, &b->to.contact[i], err));
    }
    return CX_OK;
}

/* The numbers of the points, by name. `found` grows with the names there are. */
typedef struct batch_names {
    cx_i_keys keys;
    cx_i_key_map map;
    int64_t *found, count, room;
} batch_names;

static cx_status batch_resolve(const gate_batch *b, batch_names *names, cx_error *err) {
    if (names->keys.count > names->room) {
        int64_t room = 2 * names->keys.count;
        int64_t *found = cx_i_alloc_array(&b->gate->allocator, room, sizeof *found);
        if (found == NULL) return cx_i_out_of_memory(err);
        if (names->count > 0) memcpy(found, names->found, (size_t)names->count * sizeof *found);
        cx_i_free(&b->gate->allocator, names->found);
        names->found = found;
        names->room = room;
    }
    for (; names->count < names->keys.count; names->count++) {
        size_t size;
        const uint8_t *bytes = cx_i_keys_bytes(&names->keys, names->count, &size);
        names->found[names->count] = cx_i_keys_find(&b->gate->names, bytes, size);
    }
    return CX_OK;
}

static cx_status batch_map_points(gate_batch *b, batch_names *names, const cx_frame *by,
                                  cx_error *err) {
    uint32_t entries[CX_I_MAP_BLOCK];
    CX_TRY(cx_i_keys_bind_like(&names->keys, &b->gate->names, err));
    CX_TRY(cx_i_keys_bind(&names->keys, by, err));
    for (int64_t start = 0; start < b->rows; start += CX_I_MAP_BLOCK) {
        int64_t count = b->rows - start < CX_I_MAP_BLOCK ? b->rows - start : CX_I_MAP_BLOCK;
        CX_TRY(cx_i_key_map_read(&names->map, start, count, entries, err));
        CX_TRY(batch_resolve(b, names, err));
        for (int64_t i = 0; i < count; i++) {
            b->points[start + i] = names->found[entries[i] - 1];
            if (b->points[start + i] < 0)
                return cx_i_fail_at(err, CX_E_NAME, &b->point, start + i, NAN,
                                    "there is no such point; add it before");
        }
    }
    return CX_OK;
}

static cx_status batch_read_points(gate_batch *b, cx_error *err) {
    batch_names names;
    cx_frame by = {&b->point, 1, {0, 0}};
    if (b->gate->count == 0) return cx_i_fail(err, CX_E_NAME, "the gate has no points");
    memset(&names, 0, sizeof names);
    cx_i_keys_init(&names.keys, &b->gate->allocator);
    cx_i_key_map_init(&names.map, &names.keys, &by, 1);
    cx_status status = batch_map_points(b, &names, &by, err);
    cx_i_key_map_free(&names.map);
    cx_i_keys_free(&names.keys);
    cx_i_free(&b->gate->allocator, names.found);
    return status;
}

static cx_status batch_read_attributes(gate_batch *b, cx_error *err) {
    if (!b->attributed) return CX_OK;
    b->bits = cx_i_alloc_array(&b->gate->allocator, b->rows, sizeof *b->bits);
    if (b->bits == NULL) return cx_i_out_of_memory(err);
    for (int64_t i = 0; i < b->rows; i++) {
        double value;
        if (cx_i_times_missing(&b->attributes, i)) continue;
        cx_i_array_read(&b->attributes, i, 1, &value);
        bool whole = b->attributes.dtype != CX_F32 && b->attributes.dtype != CX_F64;
        if (!whole && !(value >= 0 && value < 0x1p53 && value == floor(value)))
            return cx_i_fail_at(err, CX_E_DOMAIN, &b->attributes, i, value,
                                "%g is no set of attributes: it has to be a sum of powers of 2",
                                value);
        b->bits[i] = whole ? (uint64_t)cx_i_array_i64(&b->attributes, i) : (uint64_t)value;
    }
    return CX_OK;
}

/* -- deciding ------------------------------------------------------------------------------ */

static void batch_write(gate_batch *b, int64_t i, const cx_decision *d) {
    b->to.invite[i] = d->invite;
    b->to.probability[i] = d->probability;
    b->to.u[i] = d->u;
    b->to.rule[i] = d->rule;
    b->to.retry_at[i] = d->retry_at;
    b->to.frequency[i] = d->frequency;
    b->to.repeat[i] = d->repeat;
    b->to.period[i] = d->period;
    b->to.policy[i] = d->policy;
    b->to.allocation[i] = d->allocation;
    b->reasons[i] = (uint8_t)((uint32_t)d->reason | (uint32_t)d->action << 7);
}

static cx_status batch_remember(gate_batch *b, int64_t row, const cx_i_undo *undo, cx_error *err) {
    const cx_allocator *allocator = &b->gate->allocator;
    if (b->undo_count == b->undo_room) {
        int64_t room = b->undo_room * 2 + 256;
        cx_i_undo *more = cx_i_alloc_array(allocator, room, sizeof *more);
        int64_t *rows = cx_i_alloc_array(allocator, room, sizeof *rows);
        if (more == NULL || rows == NULL) {
            cx_i_free(allocator, more);
            cx_i_free(allocator, rows);
            return cx_i_out_of_memory(err);
        }
        if (b->undo_count > 0) {
            memcpy(more, b->undo, (size_t)b->undo_count * sizeof *more);
            memcpy(rows, b->undo_row, (size_t)b->undo_count * sizeof *rows);
        }
        cx_i_free(allocator, b->undo);
        cx_i_free(allocator, b->undo_row);
        b->undo = more, b->undo_row = rows, b->undo_room = room;
    }
    b->undo[b->undo_count] = *undo;
    b->undo_row[b->undo_count++] = row;
    return CX_OK;
}

static void batch_given(const gate_batch *b, int64_t i, cx_decision *d) {
    memset(d, 0, sizeof *d);
    d->time = b->to.time[i];
    d->contact = (uint64_t)b->to.contact[i];
    d->point = b->points[i];
    d->attributes = b->bits == NULL ? 0 : b->bits[i];
}

static cx_status batch_decide_row(gate_batch *b, int64_t row, const cx_i_ahead *ahead,
                                  cx_error *err) {
    cx_decision decision;
    cx_i_undo undo;
    batch_given(b, row, &decision);
    CX_TRY(cx_i_gate_decide(b->gate, &decision, ahead, &undo, err));
    batch_write(b, row, &decision);
    if (!undo.drawn) return CX_OK;
    cx_status status = batch_remember(b, row, &undo, err);
    if (status == CX_OK) return CX_OK;
    cx_i_gate_undo(b->gate, &decision, &undo);
    cx_i_frequency_take(&b->gate->visits, decision.contact);
    return status;
}

/* Two blocks ahead the keys are sent for, one block ahead the cells. */
static void batch_look_ahead(const gate_batch *b, int64_t block, cx_i_ahead *ring) {
    for (int64_t k = 0; k < 2; k++) {
        int64_t at = block + 2 - k, start = at * CX_I_AHEAD;
        int64_t count = b->rows - start < CX_I_AHEAD ? b->rows - start : CX_I_AHEAD;
        cx_i_ahead *ahead = &ring[(at & 3) * CX_I_AHEAD];
        if (at < 0 || count <= 0) continue;
        if (k == 0) cx_i_ahead_keys(b->gate, b->to.contact + start, count);
        if (k == 0)
            cx_i_ahead_draws(b->gate, b->points + start, b->to.contact + start, count, ahead);
        if (k == 1) cx_i_ahead_cells(b->gate, b->to.contact + start, count, ahead);
    }
}

static cx_status batch_decide(gate_batch *b, int64_t *row, cx_error *err) {
    cx_i_ahead ring[4 * CX_I_AHEAD];
    for (int64_t block = -2; block * CX_I_AHEAD < b->rows; block++) {
        int64_t end = (block + 1) * CX_I_AHEAD < b->rows ? (block + 1) * CX_I_AHEAD : b->rows;
        batch_look_ahead(b, block, ring);
        for (int64_t i = *row; i < end; i++) {
            CX_TRY(batch_decide_row(b, i, &ring[i % (4 * CX_I_AHEAD)], err));
            *row = i + 1;
        }
    }
    return CX_OK;
}

static void batch_take_back(gate_batch *b, int64_t rows) {
    cx_gate *gate = b->gate;
    for (int64_t i = 0; i < rows; i++)
        cx_i_frequency_take(&gate->visits, (uint64_t)b->to.contact[i]);
    while (b->undo_count-- > 0) {
        cx_decision decision;
        batch_given(b, b->undo_row[b->undo_count], &decision);
        cx_i_gate_undo(gate, &decision, &b->undo[b->undo_count]);
    }
    if (b->filter != NULL) cx_i_gate_put_filter(gate, b->filter);
    memcpy(gate->points, b->before, (size_t)gate->count * sizeof *gate->points);
    gate->counts = b->counts;
}

/* -- the table ----------------------------------------------------------------------------- */

static cx_status batch_first_columns(gate_batch *b, cx_error *err) {
    CX_TRY(cx_i_table_time(b->table, "time", &b->to.time, err));
    CX_TRY(cx_i_table_i64(b->table, "contact", &b->to.contact, err));
    CX_TRY(cx_i_table_i64(b->table, "invite", &b->to.invite, err));
    CX_TRY(cx_i_table_f64(b->table, "probability", &b->to.probability, err));
    CX_TRY(cx_i_table_f64(b->table, "u", &b->to.u, err));
    CX_TRY(cx_i_table_i64(b->table, "frequency", &b->to.frequency, err));
    CX_TRY(cx_i_table_i64(b->table, "repeat", &b->to.repeat, err));
    CX_TRY(cx_i_table_time(b->table, "period", &b->to.period, err));
    CX_TRY(cx_i_table_i64(b->table, "policy", &b->to.policy, err));
    CX_TRY(cx_i_table_i64(b->table, "allocation", &b->to.allocation, err));
    CX_TRY(cx_i_table_i64(b->table, "rule", &b->to.rule, err));
    b->points = cx_i_alloc_array(&b->gate->allocator, b->rows, sizeof *b->points);
    b->reasons = cx_i_alloc_array(&b->gate->allocator, b->rows, sizeof *b->reasons);
    b->codes = cx_i_alloc_array(&b->gate->allocator, b->rows, sizeof *b->codes);
    b->hidden = cx_i_alloc_array(&b->gate->allocator, b->rows, sizeof *b->hidden);
    b->to.retry_at = cx_i_alloc_array(&b->gate->allocator, b->rows, sizeof *b->to.retry_at);
    b->before = cx_i_alloc_array(&b->gate->allocator, b->gate->count, sizeof *b->before);
    bool whole = b->points != NULL && b->reasons != NULL && b->codes != NULL && b->hidden != NULL &&
                 b->to.retry_at != NULL && b->before != NULL;
    return whole ? CX_OK : cx_i_out_of_memory(err);
}

static cx_status batch_last_columns(gate_batch *b, cx_error *err) {
    static const char *const actions[] = {"block", "defer", ""};
    const char *reasons[CX_REASON_END];
    int64_t *retry_at;
    for (int32_t r = 0; r < CX_REASON_END; r++) reasons[r] = cx_reason_name(r);
    for (int64_t i = 0; i < b->rows; i++) b->hidden[i] = b->to.rule[i] < 0;
    CX_TRY(cx_i_table_hide(b->table, b->hidden, err));
    CX_TRY(cx_i_gate_names(b->gate, b->points, b->table, err));
    for (int64_t i = 0; i < b->rows; i++) b->codes[i] = b->reasons[i] & 0x7F;
    CX_TRY(cx_i_table_coded(b->table, "reason", b->codes, reasons, err));
    for (int64_t i = 0; i < b->rows; i++)
        b->codes[i] = b->hidden[i] ? 2 : (uint8_t)(b->reasons[i] >> 7);
    CX_TRY(cx_i_table_coded(b->table, "action", b->codes, actions, err));
    CX_TRY(cx_i_table_hide(b->table, b->hidden, err));
    CX_TRY(cx_i_table_time(b->table, "retry_at", &retry_at, err));
    memcpy(retry_at, b->to.retry_at, (size_t)b->rows * sizeof *retry_at);
    for (int64_t i = 0; i < b->rows; i++) b->hidden[i] = retry_at[i] == b->to.time[i];
    return cx_i_table_hide(b->table, b->hidden, err);
}

static cx_status batch_run(gate_batch *b, cx_error *err) {
    int64_t row = 0;
    CX_TRY(cx_i_table_new(b->rows, &b->gate->allocator, &b->table, err));
    CX_TRY(batch_first_columns(b, err));
    CX_TRY(batch_read_times(b, err));
    CX_TRY(batch_read_points(b, err));
    CX_TRY(batch_read_attributes(b, err));
    memcpy(b->before, b->gate->points, (size_t)b->gate->count * sizeof *b->before);
    b->counts = b->gate->counts;
    for (int64_t i = 0; i < b->rows && b->gate->filter != NULL && b->filter == NULL; i++)
        CX_TRY(cx_i_gate_keep_filter(b->gate, b->to.time[i], &b->filter, err));
    cx_status status = batch_decide(b, &row, err);
    if (status == CX_OK) status = batch_last_columns(b, err);
    if (status != CX_OK) batch_take_back(b, row);
    return status;
}

cx_status cx_gate_decide_all(cx_gate *self, const cx_array *contact, const cx_array *point,
                             const cx_array *time, const cx_array *attributes, cx_table **out,
                             cx_error *err) {
    gate_batch b;
    if (self == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "out");
    memset(&b, 0, sizeof b);
    b.gate = self;
    CX_TRY(batch_check(&b, contact, point, time, attributes, err));
    cx_i_contact_salted(self->options.salt, &b.sip0, &b.sip1);
    cx_status status = batch_run(&b, err);
    void *scratch[] = {b.points, b.reasons,  b.codes,  b.hidden,     b.bits,
                       b.undo,   b.undo_row, b.before, b.to.retry_at};
    for (size_t i = 0; i < sizeof scratch / sizeof *scratch; i++)
        cx_i_free(&self->allocator, scratch[i]);
    cx_recent_free(b.filter);
    if (status == CX_OK)
        *out = b.table;
    else
        cx_table_free(b.table);
    return status;
}
