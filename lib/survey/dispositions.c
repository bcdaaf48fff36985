#include "survey/rates.h"

#include "base/keys_map.h"
#include "stat/keys_table.h"

/* From the events of invitations to what became of each. */

const char *cx_disposition_name(int32_t disposition) {
    static const char *const names[] = {"complete",      "partial",    "refusal",
                                        "noncontact",    "other",      "unknown-household",
                                        "unknown-other", "ineligible", "not-sampled"};
    return disposition >= 0 && disposition < CX_DISPOSITION_END ? names[disposition] : "unknown";
}

const char *cx_invitation_name(int32_t invitation) {
    static const char *const names[] = {"sent",        "bounced",  "delivered", "opened",
                                        "started",     "finished", "refused",   "ineligible",
                                        "quarantined", "opted-out"};
    return invitation >= 0 && invitation < CX_INVITATION_END ? names[invitation] : "unknown";
}

/* -- options ------------------------------------------------------------------------------- */

void cx_dispositions_options_init(cx_dispositions_options *options) {
    if (options == NULL) return;
    *options = (cx_dispositions_options){.struct_size = sizeof *options,
                                         .bounced = CX_DISPOSITION_UNKNOWN_OTHER,
                                         .sent = CX_DISPOSITION_NONCONTACT,
                                         .delivered = CX_DISPOSITION_NONCONTACT,
                                         .opened = CX_DISPOSITION_NONCONTACT,
                                         .partial_at = 0.5};
}

static cx_status dispositions_check_code(const char *name, int32_t code, cx_error *err) {
    if (code >= 0 && code < CX_DISPOSITION_END) return CX_OK;
    return cx_i_fail(err, CX_E_OPTION, "%s is %d, which is not a cx_disposition", name,
                     (int64_t)code);
}

static cx_status dispositions_check_options(const cx_dispositions_options *given,
                                            cx_dispositions_options *used, cx_error *err) {
    cx_dispositions_options_init(used);
    CX_TRY(cx_i_options_take(given, used, sizeof *used, "cx_dispositions_options", err));
    CX_TRY(dispositions_check_code("bounced", used->bounced, err));
    CX_TRY(dispositions_check_code("sent", used->sent, err));
    CX_TRY(dispositions_check_code("delivered", used->delivered, err));
    CX_TRY(dispositions_check_code("opened", used->opened, err));
    if (used->reserved != 0) return cx_i_fail(err, CX_E_OPTION, "reserved is not 0");
    if (!(used->partial_at >= 0 && used->partial_at <= 1))
        return cx_i_fail(err, CX_E_OPTION, "partial_at is %g: a share between 0 and 1",
                         used->partial_at);
    return CX_OK;
}

/* -- the log ------------------------------------------------------------------------------- */

typedef struct dispositions_log {
    const cx_array *progress, *weights; /* NULL without */
    const cx_frame *by;                 /* NULL without */
    cx_array event, invitation;         /* named */
    cx_frame event_frame, invitation_frame;
    cx_i_keys events, invitations, keys;
    cx_i_key_map event_map, invitation_map, by_map;
    uint8_t *code; /* of each event key: a cx_invitation */
    int64_t code_count, code_room;
    uint16_t *seen;   /* of each invitation: the events, one bit for each */
    double *furthest; /* progress, -1 unknown */
    double *weight;   /* -1 before the first row */
    uint32_t *group;  /* its key + 1, 0 before the first row; NULL without keys */
    int64_t *no_id;   /* rows without an id, of each key; of all without keys */
    const cx_allocator *allocator;
} dispositions_log;

static void dispositions_free(dispositions_log *log) {
    cx_i_key_map_free(&log->event_map);
    cx_i_key_map_free(&log->invitation_map);
    cx_i_key_map_free(&log->by_map);
    cx_i_keys_free(&log->events);
    cx_i_keys_free(&log->invitations);
    cx_i_keys_free(&log->keys);
    cx_i_free(log->allocator, log->code);
    cx_i_free(log->allocator, log->seen);
    cx_i_free(log->allocator, log->furthest);
    cx_i_free(log->allocator, log->weight);
    cx_i_free(log->allocator, log->group);
    cx_i_free(log->allocator, log->no_id);
}

static cx_array dispositions_named(const cx_array *column, const char *role) {
    cx_array named = cx_i_array_named(column, role);
    return named;
}

static cx_status dispositions_room(dispositions_log *log, int64_t rows, cx_error *err) {
    log->seen = cx_i_alloc_array(log->allocator, rows, sizeof *log->seen);
    log->furthest = cx_i_alloc_room(log->allocator, rows, sizeof *log->furthest);
    log->weight = cx_i_alloc_room(log->allocator, rows, sizeof *log->weight);
    log->no_id = cx_i_alloc_array(log->allocator, log->by != NULL ? rows : 1, sizeof *log->no_id);
    if (log->by != NULL) {
        log->group = cx_i_alloc_array(log->allocator, rows, sizeof *log->group);
        if (log->group == NULL) return cx_i_out_of_memory(err);
    }
    if (log->seen == NULL || log->furthest == NULL || log->weight == NULL || log->no_id == NULL)
        return cx_i_out_of_memory(err);
    for (int64_t i = 0; i < rows; i++) log->furthest[i] = log->weight[i] = -1;
    return CX_OK;
}

static cx_status dispositions_start(dispositions_log *log, const cx_array *event,
                                    const cx_array *invitation, cx_error *err) {
    log->event = dispositions_named(event, "event");
    log->event_frame = (cx_frame){&log->event, 1, {0, 0}};
    cx_i_keys_init(&log->events, log->allocator);
    cx_i_keys_init(&log->invitations, log->allocator);
    cx_i_key_map_init(&log->event_map, &log->events, &log->event_frame, 1);
    cx_i_keys_init(&log->keys, log->allocator);
    log->invitation_map.keys = &log->invitations;
    log->by_map.keys = &log->keys;
    CX_TRY(cx_i_keys_bind(&log->events, &log->event_frame, err));
    if (invitation != NULL) {
        log->invitation = dispositions_named(invitation, "invitation");
        log->invitation_frame = (cx_frame){&log->invitation, 1, {0, 0}};
        cx_i_key_map_init(&log->invitation_map, &log->invitations, &log->invitation_frame, 1);
        CX_TRY(cx_i_keys_bind(&log->invitations, &log->invitation_frame, err));
    }
    if (log->by != NULL) {
        cx_i_key_map_init(&log->by_map, &log->keys, log->by, 1);
        CX_TRY(cx_i_keys_bind(&log->keys, log->by, err));
    }
    return dispositions_room(log, event->length, err);
}

/* -- events -------------------------------------------------------------------------------- */

static int32_t dispositions_event_of(const char *text, int64_t length) {
    int32_t code = 0;
    for (; code < CX_INVITATION_END; code++) {
        const char *name = cx_invitation_name(code);
        int64_t i = 0;
        while (i < length && name[i] != '\0' &&
               (name[i] == text[i] || (name[i] == '-' && (text[i] == '_' || text[i] == ' '))))
            i++;
        if (i == length && name[i] == '\0') break;
    }
    return code;
}

/* The event of a key that is new. */
static cx_status dispositions_learn(dispositions_log *log, int64_t row, int64_t key,
                                    cx_error *err) {
    size_t size;
    cx_i_key_part part;
    const uint8_t *bytes = cx_i_keys_bytes(&log->events, key, &size);
    bool words = log->events.columns[0].kind == CX_I_KEY_TEXT;
    char text[64];
    if (words && size > sizeof text)
        return cx_i_fail_at(err, CX_E_DOMAIN, &log->event, row, (double)NAN,
                            "this is not an event: use sent, bounced, delivered, opened, started, "
                            "finished, refused, ineligible, quarantined or opted-out");
    cx_i_key_parse(bytes, size, log->events.columns[0].kind, text, &part);
    if (part.missing)
        return cx_i_fail_at(err, CX_E_DOMAIN, &log->event, row, (double)NAN,
                            "the event is missing");
    int64_t code = words ? dispositions_event_of(text, part.length) : part.number;
    if (code < 0 || code >= CX_INVITATION_END) {
        if (words) text[part.length] = '\0';
        return words ? cx_i_fail_at(err, CX_E_DOMAIN, &log->event, row, (double)NAN,
                                    "%s is not an event: use sent, bounced, delivered, opened, "
                                    "started, finished, refused, ineligible, quarantined or "
                                    "opted-out",
                                    text)
                     : cx_i_fail_at(err, CX_E_DOMAIN, &log->event, row, (double)part.number,
                                    "%d is not the number of an event", part.number);
    }
    log->code[key] = (uint8_t)code;
    return CX_OK;
}

static cx_status dispositions_event(dispositions_log *log, int64_t row, int64_t key,
                                    cx_error *err) {
    if (key < log->code_count) return CX_OK;
    if (key >= log->code_room) {
        int64_t room = 2 * key + 16;
        uint8_t *grown = cx_i_alloc_array(log->allocator, room, sizeof *grown);
        if (grown == NULL) return cx_i_out_of_memory(err);
        if (log->code_count > 0) memcpy(grown, log->code, (size_t)log->code_count);
        cx_i_free(log->allocator, log->code);
        log->code = grown;
        log->code_room = room;
    }
    CX_TRY(dispositions_learn(log, row, key, err));
    log->code_count = key + 1;
    return CX_OK;
}

/* -- rows ---------------------------------------------------------------------------------- */

static cx_status dispositions_see(dispositions_log *log, int64_t row, int64_t at, int32_t event,
                                  double progress, double weight, cx_error *err) {
    log->seen[at] |= (uint16_t)(1U << event);
    if (!isnan(progress) && !(progress >= 0 && progress <= 1))
        return cx_i_fail_at(err, CX_E_DOMAIN, log->progress, row, progress,
                            "progress is a share between 0 and 1, not %g", progress);
    if (progress > log->furthest[at]) log->furthest[at] = progress;
    if (log->weights != NULL) CX_TRY(cx_i_weight_check(log->weights, row, weight, err));
    if (log->weight[at] >= 0 && log->weight[at] != weight)
        return cx_i_fail_at(err, CX_E_DOMAIN, log->weights, row, weight,
                            "the weight is %g, and %g in an earlier row of the same invitation",
                            weight, log->weight[at]);
    log->weight[at] = weight;
    return CX_OK;
}

/* An invitation has one key. */
static cx_status dispositions_group(dispositions_log *log, int64_t row, int64_t at, uint32_t key,
                                    cx_error *err) {
    if (log->group[at] != 0 && log->group[at] != key)
        return cx_i_fail_at(err, CX_E_DOMAIN, &log->by->columns[0], row, (double)NAN,
                            "the key differs from that of an earlier row of the same invitation: "
                            "give the invitation's own to all its rows");
    log->group[at] = key;
    return CX_OK;
}

/* Whether the row has an id: that of NULL is the key that parses as missing. */
static bool dispositions_has_id(const dispositions_log *log, int64_t key) {
    size_t size;
    return cx_i_keys_bytes(&log->invitations, key, &size)[0] != CX_I_KEY_MISSING;
}

static cx_status dispositions_block(dispositions_log *log, int64_t start, int64_t count,
                                    bool grouped, cx_error *err) {
    uint32_t event[CX_I_BLOCK], invitation[CX_I_BLOCK], group[CX_I_BLOCK];
    double progress[CX_I_BLOCK], weight[CX_I_BLOCK];
    CX_TRY(cx_i_key_map_read(&log->event_map, start, count, event, err));
    if (grouped) CX_TRY(cx_i_key_map_read(&log->invitation_map, start, count, invitation, err));
    if (log->by != NULL) CX_TRY(cx_i_key_map_read(&log->by_map, start, count, group, err));
    if (log->progress != NULL) cx_i_array_read(log->progress, start, count, progress);
    if (log->weights != NULL) cx_i_array_read(log->weights, start, count, weight);
    for (int64_t i = 0; i < count; i++) {
        int64_t row = start + i, key = (int64_t)event[i] - 1;
        int64_t at = grouped ? (int64_t)invitation[i] - 1 : row;
        CX_TRY(dispositions_event(log, row, key, err));
        if (grouped && !dispositions_has_id(log, at)) {
            log->no_id[log->by != NULL ? group[i] - 1 : 0]++;
            continue;
        }
        if (log->by != NULL) CX_TRY(dispositions_group(log, row, at, group[i], err));
        CX_TRY(dispositions_see(log, row, at, log->code[key],
                                log->progress != NULL ? progress[i] : (double)NAN,
                                log->weights != NULL ? weight[i] : 1, err));
    }
    return CX_OK;
}

/* -- what became of one -------------------------------------------------------------------- */

static bool dispositions_saw(uint16_t seen, cx_invitation event) {
    return ((uint32_t)seen >> (uint32_t)event & 1U) != 0;
}

static int32_t dispositions_one(uint16_t seen, double progress,
                                const cx_dispositions_options *options) {
    const uint16_t went = 1U << CX_INVITATION_SENT | 1U << CX_INVITATION_BOUNCED |
                          1U << CX_INVITATION_DELIVERED | 1U << CX_INVITATION_OPENED |
                          1U << CX_INVITATION_STARTED;
    if (dispositions_saw(seen, CX_INVITATION_FINISHED)) return CX_DISPOSITION_COMPLETE;
    if (dispositions_saw(seen, CX_INVITATION_QUARANTINED)) return CX_DISPOSITION_NOT_SAMPLED;
    if (dispositions_saw(seen, CX_INVITATION_INELIGIBLE)) return CX_DISPOSITION_INELIGIBLE;
    if (dispositions_saw(seen, CX_INVITATION_REFUSED)) return CX_DISPOSITION_REFUSAL;
    if (dispositions_saw(seen, CX_INVITATION_OPTED_OUT))
        return (seen & went) != 0 ? CX_DISPOSITION_REFUSAL : CX_DISPOSITION_NOT_SAMPLED;
    if (dispositions_saw(seen, CX_INVITATION_STARTED))
        return progress >= 0 && progress >= options->partial_at ? CX_DISPOSITION_PARTIAL
                                                                : CX_DISPOSITION_REFUSAL;
    if (dispositions_saw(seen, CX_INVITATION_OPENED)) return options->opened;
    if (dispositions_saw(seen, CX_INVITATION_BOUNCED)) return options->bounced;
    if (dispositions_saw(seen, CX_INVITATION_DELIVERED)) return options->delivered;
    return options->sent;
}

typedef struct dispositions_sums {
    double of[CX_DISPOSITION_END];
    int64_t invitations;
} dispositions_sums;

/* One set of sums for each key, or one for all. */
static void dispositions_sum(const dispositions_log *log, int64_t rows,
                             const cx_dispositions_options *options, dispositions_sums *sums) {
    for (int64_t at = 0; at < rows; at++) {
        if (log->seen[at] == 0) continue;
        dispositions_sums *sum = &sums[log->by != NULL ? log->group[at] - 1 : 0];
        sum->invitations++;
        sum->of[dispositions_one(log->seen[at], log->furthest[at], options)] += log->weight[at];
    }
}

static cx_dispositions dispositions_counts(const dispositions_sums *sum, int64_t no_id) {
    return (cx_dispositions){
        .complete = sum->of[CX_DISPOSITION_COMPLETE],
        .partial = sum->of[CX_DISPOSITION_PARTIAL],
        .refusal = sum->of[CX_DISPOSITION_REFUSAL],
        .noncontact = sum->of[CX_DISPOSITION_NONCONTACT],
        .other = sum->of[CX_DISPOSITION_OTHER],
        .unknown_household = sum->of[CX_DISPOSITION_UNKNOWN_HOUSEHOLD],
        .unknown_other = sum->of[CX_DISPOSITION_UNKNOWN_OTHER],
        .ineligible = sum->of[CX_DISPOSITION_INELIGIBLE],
        .not_sampled = sum->of[CX_DISPOSITION_NOT_SAMPLED],
        .invitations = sum->invitations,
        .no_id = no_id,
    };
}

/* -- the table of keys --------------------------------------------------------------------- */

typedef struct dispositions_keys {
    dispositions_sums *sums;
    int64_t *order;
    cx_dispositions *counts; /* in the order of the table */
} dispositions_keys;

static cx_status dispositions_put_sums(const dispositions_log *log, const dispositions_keys *keys,
                                       cx_table *table, cx_error *err) {
    static const char *const names[CX_DISPOSITION_END] = {
        "complete",          "partial",       "refusal",    "noncontact", "other",
        "unknown_household", "unknown_other", "ineligible", "not_sampled"};
    int64_t *invitations, *no_id;
    for (int column = 0; column < CX_DISPOSITION_END; column++) {
        double *figure;
        CX_TRY(cx_i_table_f64(table, names[column], &figure, err));
        for (int64_t i = 0; i < log->keys.count; i++)
            figure[i] = keys->sums[keys->order[i]].of[column];
    }
    CX_TRY(cx_i_table_i64(table, "invitations", &invitations, err));
    CX_TRY(cx_i_table_i64(table, "no_id", &no_id, err));
    for (int64_t i = 0; i < log->keys.count; i++) {
        invitations[i] = keys->counts[i].invitations;
        no_id[i] = keys->counts[i].no_id;
    }
    return CX_OK;
}

static cx_status dispositions_fill(const dispositions_log *log, dispositions_keys *keys,
                                   const cx_rates_options *rates, cx_table *table, cx_error *err) {
    cx_i_keys_sort(&log->keys, keys->order);
    for (int64_t i = 0; i < log->keys.count; i++) {
        int64_t key = keys->order[i];
        keys->counts[i] = dispositions_counts(&keys->sums[key], log->no_id[key]);
    }
    CX_TRY(cx_i_keys_to_table(&log->keys, keys->order, 1, table, err));
    CX_TRY(dispositions_put_sums(log, keys, table, err));
    return cx_i_rates_to_table(keys->counts, log->keys.count, rates, table, err);
}

static cx_status dispositions_table(const dispositions_log *log, int64_t rows,
                                    const cx_dispositions_options *options,
                                    const cx_rates_options *rates, cx_table **out, cx_error *err) {
    const cx_allocator *a = log->allocator;
    int64_t count = log->keys.count;
    dispositions_keys keys = {cx_i_alloc_array(a, count, sizeof *keys.sums),
                              cx_i_alloc_array(a, count, sizeof *keys.order),
                              cx_i_alloc_array(a, count, sizeof *keys.counts)};
    cx_table *table = NULL;
    cx_status status = keys.sums == NULL || keys.order == NULL || keys.counts == NULL
                           ? cx_i_out_of_memory(err)
                           : cx_i_table_new(count, a, &table, err);
    if (status == CX_OK) {
        dispositions_sum(log, rows, options, keys.sums);
        status = dispositions_fill(log, &keys, rates, table, err);
    }
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    cx_i_free(a, keys.sums);
    cx_i_free(a, keys.order);
    cx_i_free(a, keys.counts);
    return status;
}

/* -- the call ------------------------------------------------------------------------------ */

static cx_status dispositions_check(const cx_array *event, const cx_array *column, const char *role,
                                    int accepts, cx_error *err) {
    if (column == NULL) return CX_OK;
    CX_TRY(cx_i_array_check(column, role, accepts, err));
    return cx_i_array_same_length(event, "event", column, role, err);
}

static cx_status dispositions_read(dispositions_log *log, const cx_array *event,
                                   const cx_array *invitation, cx_error *err) {
    CX_TRY(dispositions_start(log, event, invitation, err));
    for (int64_t start = 0; start < event->length; start += CX_I_BLOCK) {
        int64_t left = event->length - start, count = left < CX_I_BLOCK ? left : CX_I_BLOCK;
        CX_TRY(dispositions_block(log, start, count, invitation != NULL, err));
    }
    return CX_OK;
}

typedef struct dispositions_given {
    const cx_array *event, *invitation, *progress, *weights;
    const cx_frame *by;
    const cx_dispositions_options *options;
} dispositions_given;

static cx_status dispositions_check_all(const dispositions_given *in, cx_dispositions_options *used,
                                        cx_error *err) {
    CX_TRY(dispositions_check_options(in->options, used, err));
    CX_TRY(cx_i_array_check(in->event, "event", CX_I_KEYS, err));
    CX_TRY(dispositions_check(in->event, in->invitation, "invitation", CX_I_KEYS, err));
    CX_TRY(dispositions_check(in->event, in->progress, "progress", CX_I_NUMBERS, err));
    CX_TRY(dispositions_check(in->event, in->weights, "weights", CX_I_NUMBERS, err));
    if (in->by != NULL) {
        CX_TRY(cx_i_frame_check(in->by, "by", CX_I_KEYS, err));
        if (in->by->count == 0) return cx_i_fail(err, CX_E_EMPTY, "by has no column");
        CX_TRY(cx_i_array_same_length(in->event, "event", &in->by->columns[0], "by", err));
    }
    if (in->event->length == 0) return cx_i_fail(err, CX_E_EMPTY, "there is no invitation");
    return CX_OK;
}

cx_status cx_dispositions_of(const cx_array *event, const cx_array *invitation,
                             const cx_array *progress, const cx_array *weights,
                             const cx_dispositions_options *options, cx_dispositions *out,
                             cx_error *err) {
    dispositions_given in = {event, invitation, progress, weights, NULL, options};
    cx_dispositions_options used;
    if (event == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", event == NULL ? "event" : "out");
    CX_TRY(dispositions_check_all(&in, &used, err));
    cx_allocator allocator = cx_i_allocator(used.allocator);
    dispositions_log log = {.progress = progress, .weights = weights, .allocator = &allocator};
    cx_status status = dispositions_read(&log, event, invitation, err);
    if (status == CX_OK) {
        dispositions_sums sums = {{0}, 0};
        dispositions_sum(&log, event->length, &used, &sums);
        *out = dispositions_counts(&sums, log.no_id[0]);
    }
    dispositions_free(&log);
    return status;
}

cx_status cx_dispositions_by(const cx_array *event, const cx_array *invitation,
                             const cx_array *progress, const cx_array *weights, const cx_frame *by,
                             const cx_dispositions_options *options, const cx_rates_options *rates,
                             cx_table **out, cx_error *err) {
    dispositions_given in = {event, invitation, progress, weights, by, options};
    cx_dispositions_options used;
    cx_rates_options shown;
    if (event == NULL || by == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing",
                         event == NULL ? "event"
                         : by == NULL  ? "by"
                                       : "out");
    CX_TRY(dispositions_check_all(&in, &used, err));
    CX_TRY(cx_i_rates_options(rates, &shown, err));
    cx_allocator allocator = cx_i_allocator(used.allocator);
    dispositions_log log = {
        .progress = progress, .weights = weights, .by = by, .allocator = &allocator};
    cx_status status = dispositions_read(&log, event, invitation, err);
    if (status == CX_OK) status = dispositions_table(&log, event->length, &used, &shown, out, err);
    dispositions_free(&log);
    return status;
}
