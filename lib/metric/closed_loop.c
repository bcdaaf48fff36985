#include <cxkit/closed_loop.h>

#include "base/times.h"
#include "metric/scores.h"
#include "metric/suppress.h"
#include "stat/difference.h"
#include "stat/survival.h"

void cx_closed_loop_options_init(cx_closed_loop_options *options) {
    if (options == NULL) return;
    *options = (cx_closed_loop_options){.struct_size = sizeof *options,
                                        .scale_max = 10,
                                        .promoters = 9,
                                        .detractors = 6,
                                        .level = 172800,
                                        .confidence = CX_I_DEFAULT_CONFIDENCE};
}

/* -- the request --------------------------------------------------------------------------- */

typedef struct loop_request {
    const cx_array *score, *contacted, *again, *reasked, *control, *alerted, *contacted_at, *acted;
    int64_t now;
    cx_closed_loop_options options;
    cx_answer_options reading;
    cx_allocator allocator;
} loop_request;

static cx_status loop_check_options(const cx_closed_loop_options *options, cx_error *err) {
    CX_TRY(
        cx_i_options_check(options->struct_size, sizeof *options, "cx_closed_loop_options", err));
    CX_TRY(cx_i_check_confidence(options->confidence, err));
    CX_TRY(cx_i_min_n_check(options->min_n, err));
    if (options->followed < CX_FOLLOWED_DETRACTORS || options->followed > CX_FOLLOWED_PROMOTERS)
        return cx_i_fail(err, CX_E_OPTION,
                         "followed is %d: detractors (0), passives (1) or promoters (2)",
                         (int64_t)options->followed);
    if (!(options->level > 0 && isfinite(options->level)))
        return cx_i_fail(err, CX_E_OPTION, "level is %g seconds; it must be finite and above 0",
                         options->level);
    CX_TRY(cx_i_tally_check_scale(options->scale_min, options->scale_max, err));
    return cx_i_check_cuts(options->detractors, options->promoters, options->scale_min,
                           options->scale_max, err);
}

static cx_status loop_check_column(const loop_request *request, const cx_array *column,
                                   const char *role, cx_error *err) {
    if (column == NULL) return CX_OK;
    CX_TRY(cx_i_array_check(column, role, CX_I_NUMBERS, err));
    return cx_i_array_same_length(request->score, "score", column, role, err);
}

static cx_status loop_check_times(const loop_request *request, cx_error *err) {
    if (request->alerted == NULL && request->contacted_at == NULL) return CX_OK;
    if (request->alerted == NULL || request->contacted_at == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing: time to contact needs both times",
                         request->alerted == NULL ? "alerted" : "contacted_at");
    CX_TRY(cx_i_times_check(request->alerted, "alerted", err));
    CX_TRY(cx_i_times_check(request->contacted_at, "contacted_at", err));
    CX_TRY(cx_i_array_same_length(request->score, "score", request->alerted, "alerted", err));
    return cx_i_array_same_length(request->score, "score", request->contacted_at, "contacted_at",
                                  err);
}

static cx_status loop_check(loop_request *request, const cx_closed_loop_options *options,
                            cx_error *err) {
    cx_closed_loop_options_init(&request->options);
    if (options != NULL) {
        CX_TRY(loop_check_options(options, err));
        request->options = *options;
    }
    cx_answer_options_init(&request->reading);
    if (request->options.reading != NULL) request->reading = *request->options.reading;
    request->allocator = cx_i_allocator(request->options.allocator);
    cx_i_answers answers = {request->score, NULL, &request->reading};
    CX_TRY(cx_i_answers_check(&answers, err));
    CX_TRY(cx_i_array_check(request->score, "score", CX_I_NUMBERS, err));
    CX_TRY(cx_i_array_check(request->contacted, "contacted", CX_I_NUMBERS, err));
    CX_TRY(loop_check_column(request, request->contacted, "contacted", err));
    CX_TRY(loop_check_column(request, request->again, "score_again", err));
    CX_TRY(loop_check_column(request, request->reasked, "reasked", err));
    CX_TRY(loop_check_column(request, request->control, "control", err));
    CX_TRY(loop_check_column(request, request->acted, "acted", err));
    CX_TRY(loop_check_times(request, err));
    if (request->acted != NULL) return CX_OK;
    if (request->again == NULL)
        return cx_i_fail(err, CX_E_NULL, "score_again is missing, and so is acted");
    if (request->options.followed == CX_FOLLOWED_PROMOTERS)
        return cx_i_fail(err, CX_E_OPTION,
                         "there is no class above promoters: say what they did with acted");
    return CX_OK;
}

/* -- rows ---------------------------------------------------------------------------------- */

typedef struct loop_arm {
    int64_t all, asked, known, improved;
} loop_arm;

typedef struct loop_work {
    const loop_request *request;
    cx_closed_loop_result *out;
    loop_arm arms[2];       /* comparison, treated */
    int64_t open, done;     /* not held out: not contacted, contacted */
    int64_t cases, in_time; /* with times: all, contacted within the level */
    int64_t young;          /* open for less than the level */
    uint64_t *keys;         /* for the survival table */
    int64_t observations;
} loop_work;

typedef enum loop_bit { LOOP_NO, LOOP_YES, LOOP_MISSING } loop_bit;

/* A column of 0 and 1; `absent` is what a column that is not there says. */
static cx_status loop_read_bit(const cx_array *column, const char *role, int64_t row,
                               loop_bit absent, loop_bit *out, cx_error *err) {
    double value;
    *out = absent;
    if (column == NULL) return CX_OK;
    cx_i_array_read(column, row, 1, &value);
    *out = isnan(value) ? LOOP_MISSING : value != 0 ? LOOP_YES : LOOP_NO;
    if (isnan(value) || value == 0 || value == 1) return CX_OK;
    cx_array named = cx_i_array_named(column, role);
    return cx_i_fail_at(err, CX_E_DOMAIN, &named, row, value, "%g is neither 0 nor 1", value);
}

/* 0 detractor, 1 passive, 2 promoter, or -1 - reason */
static cx_status loop_read_class(const loop_request *request, const cx_array *column,
                                 const char *role, int64_t row, int *out, cx_error *err) {
    const cx_closed_loop_options *options = &request->options;
    double value;
    int step;
    cx_array named = cx_i_array_named(column, role);
    cx_i_answers answers = {&named, NULL, &request->reading};
    cx_i_array_read(column, row, 1, &value);
    CX_TRY(cx_i_answers_read(&answers, options->scale_min, options->scale_max, row, value, &step,
                             err));
    *out = step;
    if (step < 0) return CX_OK;
    int32_t score = options->scale_min + step;
    *out = score >= options->promoters ? 2 : score <= options->detractors ? 0 : 1;
    return CX_OK;
}

static cx_status loop_read_outcome(const loop_request *request, int64_t row, loop_bit *out,
                                   cx_error *err) {
    int again;
    if (request->acted != NULL)
        return loop_read_bit(request->acted, "acted", row, LOOP_MISSING, out, err);
    CX_TRY(loop_read_class(request, request->again, "score_again", row, &again, err));
    *out = again < 0 ? LOOP_MISSING : again > request->options.followed ? LOOP_YES : LOOP_NO;
    return CX_OK;
}

/* One case as time until contact: an event, or open until now. */
static cx_status loop_read_times(loop_work *work, int64_t row, loop_bit contacted, cx_error *err) {
    const loop_request *request = work->request;
    int64_t *excluded = work->out->in_time.excluded, from, to = request->now;
    cx_array alerted = *request->alerted, until = *request->contacted_at;
    alerted.name = cx_i_array_name(request->alerted, "alerted");
    until.name = cx_i_array_name(request->contacted_at, "contacted_at");
    bool none = cx_i_times_missing(&until, row);
    if (cx_i_times_missing(&alerted, row) || (none && contacted == LOOP_YES)) {
        excluded[CX_EXCLUDED_MISSING]++;
        return CX_OK;
    }
    CX_TRY(cx_i_times_read(&alerted, row, &from, err));
    if (contacted == LOOP_YES) CX_TRY(cx_i_times_read(&until, row, &to, err));
    bool event = contacted == LOOP_YES && to <= request->now;
    if (to > request->now) to = request->now; /* not yet, as of now */
    double seconds = ((double)to - (double)from) / 1e6;
    if (seconds < 0) {
        excluded[CX_EXCLUDED_OUT_OF_RANGE]++;
        return CX_OK;
    }
    work->keys[work->observations++] = cx_i_survival_key(seconds, event);
    work->cases++;
    work->in_time += event && seconds <= request->options.level;
    work->young += !event && seconds < request->options.level;
    return CX_OK;
}

static cx_status loop_read_row(loop_work *work, int64_t row, cx_error *err) {
    const loop_request *request = work->request;
    loop_bit contacted, held, asked, improved;
    int class;
    CX_TRY(loop_read_class(request, request->score, "score", row, &class, err));
    CX_TRY(loop_read_bit(request->contacted, "contacted", row, LOOP_NO, &contacted, err));
    CX_TRY(loop_read_bit(request->control, "control", row, LOOP_NO, &held, err));
    CX_TRY(loop_read_bit(request->reasked, "reasked", row, LOOP_NO, &asked, err));
    if (class >= 0 && class != request->options.followed) {
        work->out->others++;
        return CX_OK;
    }
    if (class >= 0 && (contacted == LOOP_MISSING || held == LOOP_MISSING))
        class = -1 - CX_EXCLUDED_MISSING;
    if (class < 0) {
        work->out->contacted.excluded[-1 - class]++;
        return CX_OK;
    }
    CX_TRY(loop_read_outcome(request, row, &improved, err));
    bool treated = request->control != NULL ? held == LOOP_NO : contacted == LOOP_YES;
    loop_arm *arm = &work->arms[treated];
    arm->all++;
    arm->asked += asked == LOOP_YES || improved != LOOP_MISSING;
    arm->known += improved != LOOP_MISSING;
    arm->improved += improved == LOOP_YES;
    work->out->followed++;
    work->out->crossed += held == LOOP_YES && contacted == LOOP_YES;
    if (held == LOOP_YES) return CX_OK;
    work->done += contacted == LOOP_YES;
    work->open += contacted == LOOP_NO;
    return request->alerted != NULL ? loop_read_times(work, row, contacted, err) : CX_OK;
}

/* -- figures ------------------------------------------------------------------------------- */

static void loop_share(const loop_work *work, int64_t part, int64_t whole, cx_estimate *out) {
    out->n = whole;
    out->n_eff = out->sum_w = (double)whole;
    if (whole == 0) {
        out->status = CX_E_EMPTY;
        return;
    }
    double share = (double)part / (double)whole, n = (double)whole;
    cx_i_interval limits = cx_i_share_interval(CX_METHOD_WILSON, (double)part, (double)whole,
                                               work->request->options.confidence);
    out->status = CX_OK;
    out->method = CX_METHOD_WILSON;
    out->value = share;
    out->ci_low = fmax(limits.low, 0);
    out->ci_high = fmin(limits.high, 1);
    if (part > 0 && part < whole)
        out->se = sqrt(share * (1 - share) / n);
    else
        out->flags |= CX_FLAG_NO_VARIANCE;
    if (whole < 5) out->flags |= CX_FLAG_FEW;
}

static cx_status loop_in_time(loop_work *work, uint64_t *scratch, cx_error *err) {
    cx_estimate *out = &work->out->in_time;
    double level = work->request->options.level;
    cx_i_survival table;
    loop_share(work, work->in_time, work->cases, &work->out->in_time_naive);
    memcpy(work->out->in_time_naive.excluded, out->excluded, sizeof out->excluded);
    out->n = work->cases;
    out->n_eff = out->sum_w = (double)work->cases;
    out->excluded[CX_EXCLUDED_OPEN] = work->young;
    out->status = CX_E_EMPTY;
    if (work->cases == 0) return CX_OK;
    cx_i_survival_init(&table, &work->request->allocator);
    cx_status status =
        cx_i_survival_add(&table, work->keys, work->observations, false, scratch, err);
    if (status == CX_OK && !cx_i_survival_reaches(&table, CX_I_UNKNOWN_OMITTED, level)) {
        out->status = CX_E_UNIDENTIFIED;
        out->flags |= CX_FLAG_UNIDENTIFIED;
    } else if (status == CX_OK) {
        cx_i_survival_walk walk = cx_i_survival_at(&table, CX_I_UNKNOWN_OMITTED, level);
        cx_i_interval limits = cx_i_survival_limits(&walk, CX_METHOD_LOG_LOG, out->confidence);
        out->status = CX_OK;
        out->method = CX_METHOD_LOG_LOG;
        out->value = 1 - walk.survival;
        out->ci_low = 1 - limits.high;
        out->ci_high = 1 - limits.low;
        if (walk.survival > 0 && walk.survival < 1) out->se = cx_i_survival_se(&walk);
        if (work->cases < 5) out->flags |= CX_FLAG_FEW;
    }
    cx_i_survival_free(&table);
    return status;
}

/* Each side's share, whatever those without an outcome would say. */
static void loop_bounds(const loop_arm *treated, const loop_arm *other,
                        cx_closed_loop_result *out) {
    double least[2], most[2];
    const loop_arm *arms[2] = {other, treated};
    for (int i = 0; i < 2; i++) {
        double all = (double)arms[i]->all;
        least[i] = (double)arms[i]->improved / all;
        most[i] = ((double)arms[i]->improved + (double)(arms[i]->all - arms[i]->known)) / all;
    }
    out->bounds_low = least[1] - most[0];
    out->bounds_high = most[1] - least[0];
}

/* Trims the side that answers more down to those who would answer on the other side too. */
static void loop_lee(const loop_arm *treated, const loop_arm *other, cx_closed_loop_result *out) {
    double answers[2] = {(double)other->known / (double)other->all,
                         (double)treated->known / (double)treated->all};
    double share[2] = {(double)other->improved / (double)other->known,
                       (double)treated->improved / (double)treated->known};
    int more = answers[1] >= answers[0];
    double kept = answers[!more] / answers[more];
    double low = fmax(0, (share[more] - (1 - kept)) / kept);
    double high = fmin(1, share[more] / kept);
    out->lee_low = more ? low - share[0] : share[1] - high;
    out->lee_high = more ? high - share[0] : share[1] - low;
}

static void loop_effect(const loop_work *work, cx_closed_loop_result *out) {
    const loop_arm *treated = &work->arms[1], *other = &work->arms[0];
    cx_estimate *effect = &out->effect;
    cx_i_two_shares shares = {(double)treated->improved, (double)treated->known,
                              (double)other->improved, (double)other->known};
    cx_i_difference found = cx_i_share_difference(CX_METHOD_NEWCOMBE, &shares, effect->confidence);
    double p1 = shares.x1 / shares.n1, p2 = shares.x2 / shares.n2;
    double variance = p1 * (1 - p1) / shares.n1 + p2 * (1 - p2) / shares.n2;
    effect->method = CX_METHOD_NEWCOMBE;
    effect->value = p1 - p2;
    effect->ci_low = found.low;
    effect->ci_high = found.high;
    effect->p_value = found.p;
    if (variance > 0)
        effect->se = sqrt(variance);
    else
        effect->flags |= CX_FLAG_NO_VARIANCE;
    effect->n = treated->known + other->known;
    effect->n_eff = effect->sum_w = (double)effect->n;
    effect->excluded[CX_EXCLUDED_MISSING] = treated->all + other->all - effect->n;
    if (effect->excluded[CX_EXCLUDED_MISSING] > 0) effect->flags |= CX_FLAG_PARTIAL;
    if (fmin(shares.n1, shares.n2) < 5) effect->flags |= CX_FLAG_FEW;
    if (work->request->control == NULL) effect->flags |= CX_FLAG_OBSERVATIONAL;
    loop_share(work, treated->improved, treated->known, &out->improved_treated);
    loop_share(work, other->improved, other->known, &out->improved_comparison);
    loop_bounds(treated, other, out);
    loop_lee(treated, other, out);
}

static void loop_figures(const loop_work *work, cx_closed_loop_result *out) {
    const loop_arm *treated = &work->arms[1], *other = &work->arms[0];
    bool reasked = work->request->reasked != NULL;
    loop_share(work, work->done, work->done + work->open, &out->contacted);
    loop_share(work, treated->asked, reasked ? treated->all : 0, &out->reasked_treated);
    loop_share(work, other->asked, reasked ? other->all : 0, &out->reasked_comparison);
    loop_share(work, treated->known, treated->all, &out->answered_treated);
    loop_share(work, other->known, other->all, &out->answered_comparison);
    if (treated->known > 0 && other->known > 0) {
        loop_effect(work, out);
        out->left_class_without_control.status = CX_E_EMPTY;
        return;
    }
    out->effect.status = CX_E_UNIDENTIFIED;
    out->effect.flags |= CX_FLAG_UNIDENTIFIED;
    out->improved_treated.status = out->improved_comparison.status = CX_E_EMPTY;
    loop_share(work, treated->improved + other->improved, treated->known + other->known,
               &out->left_class_without_control);
}

/* -- small cells --------------------------------------------------------------------------- */

/* Figures that tell of each other are hidden together. */
static bool loop_hide(cx_estimate *const *estimates, int count, int64_t min_n) {
    bool small = false;
    for (int i = 0; i < count; i++)
        small = small || (estimates[i]->n > 0 && estimates[i]->n < min_n);
    for (int i = 0; i < count && small; i++)
        if (estimates[i]->status != CX_E_EMPTY) cx_i_estimate_hide(estimates[i]);
    return small;
}

static void loop_hide_all(int64_t min_n, cx_closed_loop_result *out) {
    cx_estimate *alone[] = {&out->contacted,           &out->reasked_treated,
                            &out->reasked_comparison,  &out->answered_treated,
                            &out->answered_comparison, &out->left_class_without_control};
    cx_estimate *times[] = {&out->in_time, &out->in_time_naive};
    cx_estimate *effect[] = {&out->improved_treated, &out->improved_comparison, &out->effect};
    for (size_t i = 0; i < sizeof alone / sizeof *alone; i++) (void)loop_hide(&alone[i], 1, min_n);
    (void)loop_hide(times, 2, min_n);
    if (loop_hide(effect, 3, min_n))
        out->bounds_low = out->bounds_high = out->lee_low = out->lee_high = NAN;
}

/* -- all together -------------------------------------------------------------------------- */

static void loop_start(const loop_request *request, cx_closed_loop_result *out) {
    memset(out, 0, sizeof *out);
    cx_estimate *estimates[] = {&out->contacted,
                                &out->in_time,
                                &out->in_time_naive,
                                &out->reasked_treated,
                                &out->reasked_comparison,
                                &out->answered_treated,
                                &out->answered_comparison,
                                &out->improved_treated,
                                &out->improved_comparison,
                                &out->effect,
                                &out->left_class_without_control};
    for (size_t i = 0; i < sizeof estimates / sizeof *estimates; i++)
        *estimates[i] = cx_i_estimate_new(request->options.confidence, CX_UNIT_FRACTION);
    out->bounds_low = out->bounds_high = out->lee_low = out->lee_high = NAN;
    out->in_time.status = out->in_time_naive.status = CX_E_EMPTY;
}

static cx_status loop_run(const loop_request *request, loop_work *work, uint64_t *scratch,
                          cx_error *err) {
    static const char *const followed[] = {"detractor", "passive", "promoter"};
    for (int64_t row = 0; row < request->score->length; row++)
        CX_TRY(loop_read_row(work, row, err));
    if (work->out->followed == 0)
        return cx_i_fail(err, CX_E_EMPTY, "there is no %s to follow",
                         followed[request->options.followed]);
    loop_figures(work, work->out);
    if (request->alerted != NULL) CX_TRY(loop_in_time(work, scratch, err));
    loop_hide_all(request->options.min_n, work->out);
    return CX_OK;
}

cx_status cx_closed_loop(const cx_array *score, const cx_array *contacted,
                         const cx_array *score_again, const cx_array *reasked,
                         const cx_array *control, const cx_array *alerted,
                         const cx_array *contacted_at, const cx_array *acted, int64_t now,
                         const cx_closed_loop_options *options, cx_closed_loop_result *out,
                         cx_error *err) {
    loop_request request = {.score = score,
                            .contacted = contacted,
                            .again = score_again,
                            .reasked = reasked,
                            .control = control,
                            .alerted = alerted,
                            .contacted_at = contacted_at,
                            .acted = acted,
                            .now = now};
    cx_closed_loop_result result;
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    if (score == NULL) return cx_i_fail(err, CX_E_NULL, "score is missing");
    CX_TRY(loop_check(&request, options, err));
    loop_work work = {.request = &request, .out = &result};
    loop_start(&request, &result);
    uint64_t *scratch = NULL;
    if (alerted != NULL) {
        work.keys = cx_i_alloc_array(&request.allocator, score->length, sizeof *work.keys);
        scratch = cx_i_alloc_array(&request.allocator, score->length, sizeof *scratch);
    }
    cx_status status = alerted != NULL && (work.keys == NULL || scratch == NULL)
                           ? cx_i_out_of_memory(err)
                           : loop_run(&request, &work, scratch, err);
    cx_i_free(&request.allocator, work.keys);
    cx_i_free(&request.allocator, scratch);
    if (status == CX_OK) *out = result;
    return status;
}
