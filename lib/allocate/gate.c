#include "allocate/gate.h"

#include <cxkit/random.h>

/* Life of a gate, its rules and its points. */

#define GATE_PRINT 0x6770
#define GATE_LONGEST_RULE (728.0 * 86400)
#define GATE_LEAST_COUNTERS (UINT64_C(1) << 20)

static const char *const gate_reasons[] = {
#define GATE_REASON_NAME(name, number, text) text,
    CX_REASON_LIST(GATE_REASON_NAME)};

const char *cx_reason_name(int32_t reason) {
    return reason >= 0 && reason < CX_REASON_END ? gate_reasons[reason] : "unknown";
}

/* -- options ------------------------------------------------------------------------------- */

void cx_gate_options_init(cx_gate_options *options) {
    if (options == NULL) return;
    memset(options, 0, sizeof *options);
    options->struct_size = sizeof *options;
    options->p_min = 0.02;
    options->p_max = 1;
    options->period = options->class_window = 28 * 86400.0;
}

static cx_status gate_check_span(const char *name, double seconds, double least, cx_error *err) {
    if (seconds >= least && seconds <= 1e10) return CX_OK;
    return cx_i_fail(err, CX_E_OPTION, "%s is %g seconds; it has to lie between %g and 1e10", name,
                     seconds, least);
}

static cx_status gate_check_options(const cx_gate_options *given, cx_gate_options *options,
                                    cx_error *err) {
    cx_gate_options_init(options);
    if (given != NULL) {
        CX_TRY(cx_i_options_check(given->struct_size, sizeof *options, "cx_gate_options", err));
        memcpy(options, given, given->struct_size);
        options->struct_size = sizeof *options;
    }
    if (!(options->p_min >= 1e-6 && options->p_min <= 1))
        return cx_i_fail(err, CX_E_OPTION,
                         "p_min is %g; it has to lie between 1e-6 and 1: a point that is never "
                         "asked about can be estimated by nobody",
                         options->p_min);
    if (!(options->p_max >= options->p_min && options->p_max <= 1))
        return cx_i_fail(err, CX_E_OPTION, "p_max is %g; it has to lie between p_min and 1",
                         options->p_max);
    CX_TRY(gate_check_span("period", options->period, 60, err));
    CX_TRY(gate_check_span("class_window", options->class_window, 60, err));
    CX_TRY(gate_check_span("retry", options->retry, 0, err));
    CX_TRY(gate_check_span("clock_slack", options->clock_slack, 0, err));
    if (options->capacity < 0 || options->capacity > INT64_C(1) << 36)
        return cx_i_fail(err, CX_E_OPTION, "capacity is %d; it has to lie between 0 and 2^36",
                         options->capacity);
    return CX_OK;
}

/* -- life ---------------------------------------------------------------------------------- */

static int64_t gate_micros(double seconds) {
    return (int64_t)(seconds * (double)CX_I_GATE_SECOND + 0.5);
}

static void gate_init(cx_gate *gate, const cx_gate_options *options) {
    gate->options = *options;
    gate->policy = options->policy;
    gate->period = gate->longest = gate_micros(options->period);
    gate->retry = gate_micros(options->retry);
    gate->slack = gate_micros(options->clock_slack);
    gate->level = true;
    gate->counts.clock = INT64_MIN;
    gate->draws.allocator = &gate->allocator;
    gate->visits.window = gate_micros(options->class_window);
    gate->visits.current = -1;
    gate->visits.mask = GATE_LEAST_COUNTERS - 1;
    while ((int64_t)gate->visits.mask < options->capacity)
        gate->visits.mask = 2 * gate->visits.mask + 1;
    cx_i_keys_init(&gate->names, &gate->allocator);
    cx_i_keys_init(&gate->groups, &gate->allocator);
    cx_i_keys_init(&gate->types, &gate->allocator);
    cx_i_keys_init(&gate->signs, &gate->allocator);
    cx_i_gate_set_draw_key(gate);
}

cx_status cx_gate_new(const cx_gate_options *options, const cx_allocator *allocator, cx_gate **out,
                      cx_error *err) {
    cx_gate_options checked;
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    CX_TRY(gate_check_options(options, &checked, err));
    cx_allocator own = cx_i_allocator(allocator);
    cx_gate *gate = cx_i_alloc(&own, sizeof *gate);
    if (gate == NULL) return cx_i_out_of_memory(err);
    gate->allocator = own;
    gate_init(gate, &checked);
    gate->visits.counts = cx_i_alloc_array(&own, (int64_t)gate->visits.mask + 1, 1);
    if (gate->visits.counts == NULL) {
        cx_gate_free(gate);
        return cx_i_out_of_memory(err);
    }
    *out = gate;
    return CX_OK;
}

void cx_gate_free(cx_gate *self) {
    if (self == NULL) return;
    cx_allocator allocator = self->allocator;
    cx_i_keys *keys[] = {&self->names, &self->groups, &self->types, &self->signs};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) cx_i_keys_free(keys[i]);
    cx_i_lots_free(&self->draws);
    cx_ledger_free(self->ledger);
    cx_recent_free(self->filter);
    cx_i_free(&allocator, self->points);
    cx_i_free(&allocator, self->text);
    cx_i_free(&allocator, self->visits.counts);
    cx_i_free(&allocator, self);
}

int64_t cx_gate_size(const cx_gate *self) {
    return self == NULL ? 0 : self->count;
}

void cx_gate_set_policy(cx_gate *self, int64_t policy) {
    if (self == NULL || self->policy == policy) return;
    self->policy = policy;
    cx_i_gate_set_draw_key(self);
}

const cx_ledger *cx_gate_ledger(const cx_gate *self) {
    return self == NULL ? NULL : self->ledger;
}

uint64_t cx_gate_fingerprint(const cx_gate *self, int64_t points) {
    cx_random_words words;
    if (self == NULL) return 0;
    uint64_t sum = cx_i_contact_fingerprint(self->options.salt);
    cx_philox(sum, GATE_PRINT, self->options.seed, &words);
    sum = (uint64_t)words.w1 << 32 | words.w0;
    for (int64_t i = 0; i < points && i < self->count; i++) {
        cx_philox(sum, self->points[i].hash, GATE_PRINT, &words);
        sum = (uint64_t)words.w1 << 32 | words.w0;
    }
    return sum;
}

int cx_gate_erase(cx_gate *self, uint64_t contact) {
    return self == NULL || self->ledger == NULL ? 0 : cx_ledger_erase(self->ledger, contact);
}

cx_status cx_gate_merge(cx_gate *self, const cx_ledger *other, cx_error *err) {
    if (self == NULL || other == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "other");
    if (self->filter != NULL)
        return cx_i_fail(err, CX_E_MISMATCH, "the gate keeps a filter, and no ledger");
    if (self->ledger == NULL) return cx_i_fail(err, CX_E_EMPTY, "the gate has no points yet");
    return cx_ledger_merge(self->ledger, other, err);
}

/* -- rules --------------------------------------------------------------------------------- */

void cx_rule_init(cx_rule *rule) {
    if (rule == NULL) return;
    memset(rule, 0, sizeof *rule);
    rule->struct_size = sizeof *rule;
    rule->most = 1;
    rule->action = CX_ACTION_DEFER;
    rule->window = NAN;
}

static cx_status gate_check_rule(const cx_rule *given, cx_rule *rule, cx_error *err) {
    cx_rule_init(rule);
    CX_TRY(cx_i_options_check(given->struct_size, sizeof *rule, "cx_rule", err));
    memcpy(rule, given, given->struct_size);
    if (rule->scope < 0 || rule->scope >= CX_SCOPE_END)
        return cx_i_fail(err, CX_E_OPTION,
                         "scope is %d; it has to be 0 to 3: all, type, group, point",
                         (int64_t)rule->scope);
    if (rule->event < 0 || rule->event >= CX_EVENT_END)
        return cx_i_fail(err, CX_E_OPTION,
                         "event is %d; it has to be 0 to 3: invited, shown, declined, answered",
                         (int64_t)rule->event);
    if (rule->action < 0 || rule->action >= CX_ACTION_END)
        return cx_i_fail(err, CX_E_OPTION, "action is %d; it has to be 0 (block) or 1 (defer)",
                         (int64_t)rule->action);
    if (rule->most < 1 || rule->most > CX_LEDGER_EVENTS)
        return cx_i_fail(err, CX_E_OPTION, "most is %d; it has to be 1 to %d", (int64_t)rule->most,
                         (int64_t)CX_LEDGER_EVENTS);
    if (!(rule->window > 0 && rule->window <= GATE_LONGEST_RULE))
        return cx_i_fail(err, CX_E_OPTION,
                         "window is %g seconds; it has to be positive and at most 728 days",
                         rule->window);
    return CX_OK;
}

cx_status cx_gate_add_rule(cx_gate *self, const cx_rule *rule, cx_error *err) {
    cx_rule checked;
    if (self == NULL || rule == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "rule");
    CX_TRY(gate_check_rule(rule, &checked, err));
    if (self->filter != NULL)
        return cx_i_fail(err, CX_E_OPTION,
                         "the gate has a filter, which is its one rule; more rules need a ledger");
    if (self->sealed)
        return cx_i_fail(err, CX_E_LIMIT, "there are points already: rules come before points");
    if (self->rule_count == CX_I_GATE_RULES)
        return cx_i_fail(err, CX_E_LIMIT, "there are %d rules already, and no more can be added",
                         (int64_t)CX_I_GATE_RULES);
    int32_t at = self->rule_count++;
    for (; at > 0 && self->rules[at - 1].priority > checked.priority; at--)
        self->rules[at] = self->rules[at - 1];
    int64_t window = gate_micros(checked.window);
    self->rules[at] = (cx_i_rule){checked.scope,
                                  checked.event,
                                  checked.most,
                                  checked.action,
                                  checked.priority,
                                  self->rule_count - 1,
                                  window > 0 ? window : 1,
                                  checked.attributes,
                                  checked.scope == CX_SCOPE_ALL && checked.most == 1};
    return CX_OK;
}
