#include "allocate/simulate.h"

static const char *const simulate_scenarios[CX_SCENARIO_END] = {
    "S1", "S2a", "S2b", "S2c", "S3", "S3-plain", "S3-season", "S4", "S5", "S6"};

static const char *const simulate_policies[] = {"random",      "stay",      "oracle",
                                                "closed-loop", "open-loop", "cap-then-stop"};

const char *cx_scenario_name(int32_t scenario) {
    return scenario >= 0 && scenario < CX_SCENARIO_END ? simulate_scenarios[scenario] : "unknown";
}

const char *cx_simulated_policy_name(int32_t policy) {
    if (policy < CX_SIMULATED_RANDOM || policy >= CX_SIMULATED_END) return cx_policy_name(policy);
    return simulate_policies[policy - CX_SIMULATED_RANDOM];
}

/* -- options ------------------------------------------------------------------------------- */

void cx_simulation_options_init(cx_simulation_options *options) {
    if (options == NULL) return;
    memset(options, 0, sizeof *options);
    options->struct_size = (uint32_t)sizeof *options;
    options->form = CX_MONITOR_TRINOMIAL;
    options->runs = 200;
    options->arl = 200;
    options->boost = 18;
    options->gamma = 1.5;
    options->allowance = 0.05;
    options->compensation = 0.15;
}

static cx_status simulate_between(const char *name, double value, double least, double most,
                                  cx_error *err) {
    if (value >= least && value <= most) return CX_OK;
    return cx_i_fail(err, CX_E_OPTION, "%s is %g; it must be between %g and %g", name, value, least,
                     most);
}

/* S5 is about the gate, all others about plans. */
static cx_status simulate_fits(const cx_simulation_options *given, cx_error *err) {
    bool gate = given->scenario == CX_SCENARIO_S5, of_gate = given->policy >= CX_SIMULATED_CLOSED;
    int32_t rule = given->policy;
    if (given->scenario == CX_SCENARIO_S6 &&
        (rule >= CX_POLICY_END || rule == CX_POLICY_TRAS || rule == CX_POLICY_TSSRP))
        return cx_i_fail(err, CX_E_OPTION,
                         "policy is %s; S6 knows those of cx_policy_rule but tras and tssrp",
                         cx_simulated_policy_name(rule));
    if (gate == of_gate) return CX_OK;
    return cx_i_fail(err, CX_E_OPTION,
                     gate ? "policy is %s; S5 knows closed-loop, open-loop and cap-then-stop"
                          : "policy is %s, which only S5 knows",
                     cx_simulated_policy_name(given->policy));
}

static cx_status simulate_check(const cx_simulation_options *given, cx_simulation_options *out,
                                cx_error *err) {
    cx_simulation_options_init(out);
    if (given == NULL) return CX_OK;
    CX_TRY(cx_i_options_check(given->struct_size, sizeof *given, "cx_simulation_options", err));
    CX_TRY(simulate_between("scenario", given->scenario, 0, CX_SCENARIO_END - 1, err));
    if (strcmp(cx_simulated_policy_name(given->policy), "unknown") == 0)
        return cx_i_fail(err, CX_E_OPTION,
                         "policy is %d; it must be a cx_policy_rule or a cx_simulated_policy",
                         (int64_t)given->policy);
    CX_TRY(simulate_fits(given, err));
    CX_TRY(simulate_between("form", given->form, 0, CX_MONITOR_TRINOMIAL, err));
    CX_TRY(simulate_between("common_shock", given->common_shock, 0, 1, err));
    CX_TRY(simulate_between("first_run", (double)given->first_run, 0, 0x1p32 - 1, err));
    CX_TRY(simulate_between("runs", (double)given->runs, 1, 1e6, err));
    CX_TRY(simulate_between("arl", given->arl, 20, 2000, err));
    CX_TRY(simulate_between("boost", given->boost, 0, 1e6, err));
    CX_TRY(simulate_between("gamma", given->gamma, 0.1, 10, err));
    CX_TRY(simulate_between("allowance", given->allowance, 0, 100, err));
    CX_TRY(simulate_between("compensation", given->compensation, 0, 10, err));
    *out = *given;
    return CX_OK;
}

/* -- life ---------------------------------------------------------------------------------- */

static cx_status simulate_missing(const char *name, cx_error *err) {
    return cx_i_fail(err, CX_E_NULL, "%s is missing", name);
}

static cx_status simulate_make(cx_simulation *self, cx_error *err) {
    if (self->options.scenario == CX_SCENARIO_S5)
        return cx_i_asked_make(&self->asked, &self->options, &self->allocator, err);
    if (self->options.scenario == CX_SCENARIO_S6)
        return cx_i_many_make(&self->many, &self->options, &self->allocator, err);
    self->world = cx_i_alloc(&self->allocator, sizeof *self->world);
    if (self->world == NULL) return cx_i_out_of_memory(err);
    return cx_i_world_make(self->world, &self->options, &self->allocator, err);
}

cx_status cx_simulation_new(const cx_simulation_options *options, cx_simulation **out,
                            cx_error *err) {
    cx_simulation_options checked;
    if (out == NULL) return simulate_missing("out", err);
    CX_TRY(simulate_check(options, &checked, err));
    cx_allocator allocator = cx_i_allocator(checked.allocator);
    cx_simulation *self = cx_i_alloc(&allocator, sizeof *self);
    if (self == NULL) return cx_i_out_of_memory(err);
    self->allocator = allocator;
    self->options = checked;
    cx_status status = simulate_make(self, err);
    if (status == CX_OK)
        *out = self;
    else
        cx_simulation_free(self);
    return status;
}

void cx_simulation_free(cx_simulation *self) {
    if (self == NULL) return;
    cx_allocator allocator = self->allocator;
    if (self->world != NULL) cx_i_world_free(self->world);
    cx_i_free(&allocator, self->world);
    cx_i_free(&allocator, self->asked);
    cx_i_many_free(self->many, &allocator);
    cx_i_free(&allocator, self->runs);
    cx_i_free(&allocator, self);
}

int64_t cx_simulation_size(const cx_simulation *self) {
    return self == NULL ? 0 : self->count;
}

/* -- runs ---------------------------------------------------------------------------------- */

/* Both in order, put together in order. */
static cx_status simulate_join(cx_simulation *self, const cx_i_simulation_run *more, int64_t count,
                               cx_error *err) {
    int64_t all = self->count + count, a = 0, b = 0;
    cx_i_simulation_run *runs = cx_i_alloc_room(&self->allocator, all, sizeof *runs);
    if (runs == NULL) return cx_i_out_of_memory(err);
    while (a < self->count || b < count) {
        bool first = b == count || (a < self->count && self->runs[a].run < more[b].run);
        if (a < self->count && b < count && self->runs[a].run == more[b].run) {
            cx_i_free(&self->allocator, runs);
            return cx_i_fail(err, CX_E_MISMATCH, "run %d is already there", more[b].run);
        }
        runs[a + b] = first ? self->runs[a] : more[b];
        if (first)
            a++;
        else
            b++;
    }
    cx_i_free(&self->allocator, self->runs);
    self->runs = runs;
    self->count = all;
    return CX_OK;
}

static cx_status simulate_one(cx_simulation *self, int64_t run, cx_i_simulation_run *out,
                              cx_error *err) {
    if (self->asked != NULL) return cx_i_asked_simulate(self->asked, run, out, err);
    if (self->many != NULL) return cx_i_many_simulate(self->many, run, out, err);
    return cx_i_simulate_run(self->world, run, out, err);
}

static cx_status simulate_runs(cx_simulation *self, int64_t first, int64_t count,
                               cx_i_simulation_run *more, cx_error *err) {
    for (int64_t k = 0; k < count; k++) CX_TRY(simulate_one(self, first + k, &more[k], err));
    return simulate_join(self, more, count, err);
}

cx_status cx_simulation_run(cx_simulation *self, int64_t first, int64_t count, cx_error *err) {
    if (self == NULL) return simulate_missing("self", err);
    CX_TRY(simulate_between("first", (double)first, 0, 0x1p32 - 1, err));
    CX_TRY(simulate_between("count", (double)count, 1, 1e6, err));
    for (int64_t r = 0; r < self->count; r++)
        if (self->runs[r].run >= first && self->runs[r].run - first < count)
            return cx_i_fail(err, CX_E_MISMATCH, "run %d is already there", self->runs[r].run);
    cx_i_simulation_run *more = cx_i_alloc_room(&self->allocator, count, sizeof *more);
    if (more == NULL) return cx_i_out_of_memory(err);
    cx_status status = simulate_runs(self, first, count, more, err);
    cx_i_free(&self->allocator, more);
    return status;
}

static bool simulate_same(const cx_simulation_options *a, const cx_simulation_options *b) {
    return a->scenario == b->scenario && a->policy == b->policy && a->form == b->form &&
           a->common_shock == b->common_shock && a->seed == b->seed && a->arl == b->arl &&
           a->boost == b->boost && a->gamma == b->gamma && a->allowance == b->allowance &&
           a->compensation == b->compensation;
}

cx_status cx_simulation_merge(cx_simulation *self, const cx_simulation *other, cx_error *err) {
    if (self == NULL || other == NULL)
        return simulate_missing(self == NULL ? "self" : "other", err);
    if (!simulate_same(&self->options, &other->options))
        return cx_i_fail(err, CX_E_MISMATCH,
                         "these simulations have different options; only runs of the same add up");
    return simulate_join(self, other->runs, other->count, err);
}

cx_status cx_simulation_read(const cx_simulation *self, cx_simulation_result *out, cx_error *err) {
    if (self == NULL || out == NULL) return simulate_missing(self == NULL ? "self" : "out", err);
    return cx_i_simulate_read(self, out, err);
}

cx_status cx_simulate_allocation(const cx_simulation_options *options, cx_simulation_result *out,
                                 cx_error *err) {
    cx_simulation *made;
    if (out == NULL) return simulate_missing("out", err);
    CX_TRY(cx_simulation_new(options, &made, err));
    cx_status status = cx_simulation_run(made, made->options.first_run, made->options.runs, err);
    if (status == CX_OK) status = cx_simulation_read(made, out, err);
    cx_simulation_free(made);
    return status;
}
