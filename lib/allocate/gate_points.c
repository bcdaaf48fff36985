#include "allocate/gate.h"

/* Adding points: all checks first, then room, then the entry that cannot fail. What is only a
 * dictionary (names of groups, types, signs of places) may keep words of a refused call. */

typedef struct points_batch {
    cx_gate *gate;
    cx_array point, group, type, exempt;
    bool has_group, has_type, has_exempt;
    int64_t length;
    cx_i_keys fresh; /* the new points among themselves */
    cx_i_point *made;
} points_batch;

/* -- columns ------------------------------------------------------------------------------- */

static cx_status points_columns(points_batch *batch, const cx_frame *points, cx_error *err) {
    bool found = false;
    CX_TRY(cx_i_frame_check(points, "points", CX_I_KEYS, err));
    for (int64_t i = 0; i < points->count; i++) {
        const cx_array *column = &points->columns[i];
        const char *name = column->name == NULL ? "" : column->name;
        if (strcmp(name, "point") == 0)
            batch->point = *column, found = true;
        else if (strcmp(name, "group") == 0)
            batch->group = *column, batch->has_group = true;
        else if (strcmp(name, "type") == 0)
            batch->type = *column, batch->has_type = true;
        else if (strcmp(name, "exempt") == 0)
            batch->exempt = *column, batch->has_exempt = true;
        else
            return cx_i_fail(err, CX_E_NAME,
                             "points has a column %s; it may have point, group, type and exempt",
                             name);
    }
    if (!found) return cx_i_fail(err, CX_E_NAME, "points has no column called point");
    if (batch->has_exempt) CX_TRY(cx_i_array_check(&batch->exempt, "exempt", CX_I_NUMBERS, err));
    batch->length = batch->point.length;
    return CX_OK;
}

/* Numbers of one key column, -1 where it is missing. */
static cx_status points_words(cx_i_keys *keys, const cx_array *column, points_batch *batch,
                              size_t offset, cx_error *err) {
    cx_frame by = {column, 1, {0, 0}};
    int64_t numbers[CX_I_BLOCK];
    CX_TRY(cx_i_keys_bind(keys, &by, err));
    for (int64_t start = 0; start < batch->length; start += CX_I_BLOCK) {
        int64_t count = batch->length - start < CX_I_BLOCK ? batch->length - start : CX_I_BLOCK;
        CX_TRY(cx_i_keys_read(keys, &by, start, count, numbers, err));
        for (int64_t i = 0; i < count; i++) {
            int32_t number = cx_i_times_missing(column, start + i) ? -1 : (int32_t)numbers[i];
            memcpy((char *)&batch->made[start + i] + offset, &number, sizeof number);
        }
    }
    return CX_OK;
}

/* -- names --------------------------------------------------------------------------------- */

static cx_status points_refuse(const points_batch *batch, int64_t row, const char *what,
                               cx_error *err) {
    return cx_i_fail_at(err, CX_E_DOMAIN, &batch->point, row, NAN, "%s", what);
}

static cx_status points_names(points_batch *batch, cx_error *err) {
    cx_frame by = {&batch->point, 1, {0, 0}};
    int64_t numbers[CX_I_BLOCK];
    size_t size;
    if (batch->gate->names.column_count > 0)
        CX_TRY(cx_i_keys_bind_like(&batch->fresh, &batch->gate->names, err));
    CX_TRY(cx_i_keys_bind(&batch->fresh, &by, err));
    for (int64_t start = 0; start < batch->length; start += CX_I_BLOCK) {
        int64_t count = batch->length - start < CX_I_BLOCK ? batch->length - start : CX_I_BLOCK;
        CX_TRY(cx_i_keys_read(&batch->fresh, &by, start, count, numbers, err));
        for (int64_t i = 0; i < count; i++) {
            if (cx_i_times_missing(&batch->point, start + i))
                return points_refuse(batch, start + i, "a point has to have a name", err);
            if (numbers[i] != start + i)
                return points_refuse(batch, start + i, "this point comes twice", err);
            const uint8_t *name = cx_i_keys_bytes(&batch->fresh, numbers[i], &size);
            if (cx_i_keys_find(&batch->gate->names, name, size) >= 0)
                return points_refuse(batch, start + i, "this point was added before", err);
            batch->made[start + i].hash = cx_i_sip_hash(name, size, 0x706f, 0x696e74);
        }
    }
    return CX_OK;
}

/* -- places -------------------------------------------------------------------------------- */

static cx_status points_exempt(points_batch *batch, cx_error *err) {
    double bits, most = ldexp(1, batch->gate->rule_count) - 1;
    for (int64_t i = 0; i < batch->length && batch->has_exempt; i++) {
        cx_i_array_read(&batch->exempt, i, 1, &bits);
        if (isnan(bits)) continue;
        if (!(bits >= 0 && bits <= most && bits == floor(bits)))
            return cx_i_fail_at(err, CX_E_DOMAIN, &batch->exempt, i, bits,
                                "%g are no rules: there are %d, and the bits of all are %g", bits,
                                (int64_t)batch->gate->rule_count, most);
        batch->made[i].exempt = (uint32_t)bits;
    }
    return CX_OK;
}

static cx_status points_place(points_batch *batch, int64_t i, bool *scopes, cx_error *err) {
    cx_gate *gate = batch->gate;
    cx_i_point *point = &batch->made[i];
    int64_t number;
    cx_i_place place = {scopes[CX_SCOPE_POINT] ? (int32_t)(gate->count + i) : -1,
                        scopes[CX_SCOPE_GROUP] ? point->group : -1,
                        scopes[CX_SCOPE_TYPE] ? point->type : -1, point->exempt};
    number = cx_i_keys_find(&gate->signs, (const uint8_t *)&place, sizeof place);
    if (number < 0 && gate->place_count == CX_LEDGER_PLACES)
        return cx_i_fail_at(err, CX_E_LIMIT, &batch->point, i, NAN,
                            "the rules tell more than %d places apart; group the points and use "
                            "rules of scope group, type or all",
                            (int64_t)CX_LEDGER_PLACES);
    if (number < 0) {
        CX_TRY(cx_i_keys_put(&gate->signs, (const uint8_t *)&place, sizeof place, &number, err));
        gate->places[gate->place_count++] = place;
    }
    point->place = (int32_t)number;
    return CX_OK;
}

static cx_status points_places(points_batch *batch, cx_error *err) {
    bool scopes[CX_SCOPE_END] = {false, false, false, false};
    for (int32_t r = 0; r < batch->gate->rule_count; r++)
        scopes[batch->gate->rules[r].scope] = true;
    for (int64_t i = 0; i < batch->length; i++) CX_TRY(points_place(batch, i, scopes, err));
    return CX_OK;
}

/* -- the ledger, when all rules are known --------------------------------------------------- */

static cx_status points_seal(cx_gate *gate, cx_error *err) {
    cx_ledger_options options;
    if (gate->ledger != NULL || gate->filter != NULL) return CX_OK;
    cx_ledger_options_init(&options);
    options.events = 1u << CX_EVENT_INVITED;
    options.salt = gate->options.salt;
    options.capacity = gate->options.capacity;
    for (int32_t r = 0; r < gate->rule_count; r++) options.events |= 1u << gate->rules[r].event;
    int32_t kinds = 0;
    for (int kind = 0; kind < CX_EVENT_END; kind++) kinds += (int32_t)(options.events >> kind & 1);
    for (int32_t r = 0; r < gate->rule_count; r++)
        if (gate->rules[r].most > CX_LEDGER_EVENTS + 1 - kinds)
            return cx_i_fail(err, CX_E_OPTION,
                             "rule %d allows %d events in its window; with %d kinds of event the "
                             "ledger tells at most %d apart",
                             (int64_t)gate->rules[r].number, (int64_t)gate->rules[r].most,
                             (int64_t)kinds, (int64_t)(CX_LEDGER_EVENTS + 1 - kinds));
    return cx_ledger_new(&options, &gate->allocator, &gate->ledger, err);
}

/* -- room and entry ------------------------------------------------------------------------ */

static cx_status points_grow(cx_gate *gate, int64_t more, int64_t bytes, cx_error *err) {
    if (gate->count + more > gate->room) {
        int64_t room = gate->room * 2 > gate->count + more ? gate->room * 2 : gate->count + more;
        cx_i_point *points = cx_i_alloc_array(&gate->allocator, room, sizeof *points);
        if (points == NULL) return cx_i_out_of_memory(err);
        if (gate->count > 0) memcpy(points, gate->points, (size_t)gate->count * sizeof *points);
        cx_i_free(&gate->allocator, gate->points);
        gate->points = points;
        gate->room = room;
    }
    if (gate->text_used + bytes > gate->text_room) {
        int64_t room = 2 * gate->text_room > gate->text_used + bytes ? 2 * gate->text_room
                                                                     : gate->text_used + bytes;
        char *text = cx_i_alloc_room(&gate->allocator, room, 1);
        if (text == NULL) return cx_i_out_of_memory(err);
        if (gate->text_used > 0) memcpy(text, gate->text, (size_t)gate->text_used);
        cx_i_free(&gate->allocator, gate->text);
        gate->text = text;
        gate->text_room = room;
    }
    return CX_OK;
}

static void points_rules(cx_gate *gate, cx_i_point *point) {
    for (int32_t r = 0; r < gate->rule_count; r++) {
        cx_i_rule *rule = &gate->rules[r];
        if ((point->exempt >> rule->number & 1) != 0)
            rule->plain = false;
        else
            point->wanted |= 1u << rule->event;
    }
}

static void points_enter(points_batch *batch, cx_error *err) {
    cx_gate *gate = batch->gate;
    for (int64_t i = 0; i < batch->length; i++) {
        size_t size;
        int64_t number;
        cx_i_key_part part;
        cx_i_point *point = &batch->made[i];
        const uint8_t *name = cx_i_keys_bytes(&batch->fresh, i, &size);
        cx_i_key_parse(name, size, batch->fresh.columns[0].kind, gate->text + gate->text_used,
                       &part);
        point->number = part.number;
        point->text = gate->text_used;
        point->length = batch->fresh.columns[0].kind == CX_I_KEY_TEXT ? part.length : 0;
        gate->text_used += point->length;
        points_rules(gate, point);
        gate->points[gate->count++] = *point;
        if (cx_i_keys_put(&gate->names, name, size, &number, err) != CX_OK) return; /* reserved */
    }
}

static cx_status points_add(points_batch *batch, cx_error *err) {
    cx_gate *gate = batch->gate;
    cx_frame by = {&batch->point, 1, {0, 0}};
    batch->made = cx_i_alloc_array(&gate->allocator, batch->length, sizeof *batch->made);
    if (batch->made == NULL) return cx_i_out_of_memory(err);
    for (int64_t i = 0; i < batch->length; i++) batch->made[i].group = batch->made[i].type = -1;
    CX_TRY(points_names(batch, err));
    CX_TRY(points_exempt(batch, err));
    if (batch->has_group)
        CX_TRY(points_words(&gate->groups, &batch->group, batch, offsetof(cx_i_point, group), err));
    if (batch->has_type)
        CX_TRY(points_words(&gate->types, &batch->type, batch, offsetof(cx_i_point, type), err));
    CX_TRY(points_seal(gate, err));
    CX_TRY(points_grow(gate, batch->length, (int64_t)batch->fresh.bytes_used, err));
    CX_TRY(cx_i_keys_bind(&gate->names, &by, err));
    CX_TRY(cx_i_keys_reserve(&gate->names, batch->length, batch->fresh.bytes_used, err));
    CX_TRY(points_places(batch, err));
    points_enter(batch, err);
    gate->sealed = true;
    return CX_OK;
}

cx_status cx_gate_add_points(cx_gate *self, const cx_frame *points, cx_error *err) {
    points_batch batch;
    if (self == NULL || points == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "points");
    memset(&batch, 0, sizeof batch);
    batch.gate = self;
    CX_TRY(points_columns(&batch, points, err));
    if (batch.length == 0) return cx_i_fail(err, CX_E_EMPTY, "points has no rows");
    cx_i_keys_init(&batch.fresh, &self->allocator);
    cx_status status = points_add(&batch, err);
    cx_i_keys_free(&batch.fresh);
    cx_i_free(&self->allocator, batch.made);
    return status;
}
