#include "survey/survey.h"

#include "metric/scores.h"
#include "stat/estimate.h"

void cx_survey_options_init(cx_survey_options *options) {
    if (options == NULL) return;
    *options = (cx_survey_options){.struct_size = sizeof *options,
                                   .method = CX_METHOD_AUTO,
                                   .promoters = 9,
                                   .detractors = 6,
                                   .scale_min = 0,
                                   .scale_max = 10,
                                   .confidence = CX_I_DEFAULT_CONFIDENCE};
}

const char *cx_survey_figure_name(int32_t figure) {
    static const char *const names[] = {"mean", "total", "ratio", "share", "nps", "csat"};
    return figure >= 0 && figure < CX_SURVEY_END ? names[figure] : "unknown";
}

/* -- options ------------------------------------------------------------------------------- */

static bool survey_is_share(int32_t figure) {
    return figure == CX_SURVEY_SHARE || figure == CX_SURVEY_CSAT;
}

static cx_status survey_check_method(const cx_survey_options *o, int32_t figure, cx_error *err) {
    static const cx_method shares[] = {CX_METHOD_AUTO, CX_METHOD_LOGIT,      CX_METHOD_ARCSINE,
                                       CX_METHOD_BETA, CX_METHOD_LIKELIHOOD, CX_METHOD_WALD};
    static const cx_method nets[] = {CX_METHOD_AUTO, CX_METHOD_SCORE, CX_METHOD_ADJUSTED_WALD,
                                     CX_METHOD_WALD};
    static const cx_method numbers[] = {CX_METHOD_AUTO, CX_METHOD_T};
    if (survey_is_share(figure)) return cx_i_check_method(o->method, shares, 6, err);
    if (figure == CX_SURVEY_NPS) return cx_i_check_method(o->method, nets, 4, err);
    return cx_i_check_method(o->method, numbers, 2, err);
}

/* With `promoters` becoming the lowest of the top boxes of a satisfaction score. */
static cx_status survey_check_scale(cx_survey_options *o, int32_t figure, cx_error *err) {
    if (figure == CX_SURVEY_NPS)
        return cx_i_check_cuts(o->detractors, o->promoters, o->scale_min, o->scale_max, err);
    if (figure != CX_SURVEY_CSAT) return CX_OK;
    if (o->scale_min >= o->scale_max)
        return cx_i_fail(err, CX_E_OPTION, "the scale %d to %d is not one", (int64_t)o->scale_min,
                         (int64_t)o->scale_max);
    return cx_i_top_boxes(o->top, o->scale_min, o->scale_max, &o->promoters, err);
}

cx_status cx_i_survey_check_options(const cx_survey_options *given, int32_t figure,
                                    cx_survey_options *used, cx_error *err) {
    cx_survey_options_init(used);
    CX_TRY(cx_i_options_take(given, used, sizeof *used, "cx_survey_options", err));
    CX_TRY(cx_i_check_confidence(used->confidence, err));
    if (used->replacement < 0 || used->replacement > 1)
        return cx_i_fail(err, CX_E_OPTION, "replacement is %d: 0 or 1", (int64_t)used->replacement);
    if (used->min_n < 0)
        return cx_i_fail(err, CX_E_OPTION, "min_n is %d: 0 or more answers", used->min_n);
    CX_TRY(survey_check_method(used, figure, err));
    return survey_check_scale(used, figure, err);
}

static cx_status survey_check_column(const cx_design *design, const cx_array *column,
                                     const char *role, cx_error *err) {
    if (column == NULL) return CX_OK;
    CX_TRY(cx_i_array_check(column, role, CX_I_NUMBERS, err));
    if (column->length == design->rows) return CX_OK;
    return cx_i_fail(err, CX_E_LENGTH, "%s has %d rows and the design has %d",
                     cx_i_array_name(column, role), column->length, design->rows);
}

static cx_status survey_check(const cx_design *design, const cx_i_survey_given *given,
                              cx_error *err) {
    CX_TRY(survey_check_column(design, given->y, "y", err));
    CX_TRY(survey_check_column(design, given->x, "denominator", err));
    CX_TRY(survey_check_column(design, given->domain, "domain", err));
    if (given->by == NULL) return CX_OK;
    CX_TRY(cx_i_frame_check(given->by, "by", CX_I_KEYS, err));
    if (given->by->count == 0) return cx_i_fail(err, CX_E_EMPTY, "by has no column");
    if (given->by->columns[0].length == design->rows) return CX_OK;
    return cx_i_fail(err, CX_E_LENGTH, "by has %d rows and the design has %d",
                     given->by->columns[0].length, design->rows);
}

/* -- domains ------------------------------------------------------------------------------- */

static int64_t survey_block(const cx_i_survey *s, int64_t start) {
    int64_t left = s->design->rows - start;
    return left < CX_I_BLOCK ? left : CX_I_BLOCK;
}

static cx_status survey_read_domain(cx_i_survey *s, const cx_array *domain, cx_error *err) {
    double values[CX_I_BLOCK];
    s->domains = 1;
    if (domain == NULL) return CX_OK;
    for (int64_t start = 0; start < s->design->rows; start += CX_I_BLOCK) {
        int64_t count = survey_block(s, start);
        cx_i_array_read(domain, start, count, values);
        for (int64_t i = 0; i < count; i++) {
            if (isinf(values[i]))
                return cx_i_fail_at(err, CX_E_DOMAIN, domain, start + i, values[i],
                                    "the value is infinite: a domain is true or false");
            s->domain[start + i] = !isnan(values[i]) && values[i] != 0 ? 0 : -1;
        }
    }
    return CX_OK;
}

static cx_status survey_read_keys(cx_i_survey *s, const cx_frame *by, cx_error *err) {
    cx_i_keys_init(&s->keys, &s->design->allocator);
    s->keyed = true;
    CX_TRY(cx_i_keys_bind(&s->keys, by, err));
    CX_TRY(cx_i_keys_read(&s->keys, by, 0, s->design->rows, s->domain, err));
    s->domains = s->keys.count;
    return CX_OK;
}

/* -- columns ------------------------------------------------------------------------------- */

uint8_t cx_i_survey_reason(int32_t figure, const cx_survey_options *o, double value) {
    if (isnan(value)) return CX_EXCLUDED_MISSING + 1;
    if (figure != CX_SURVEY_NPS && figure != CX_SURVEY_CSAT) return 0;
    if (!(value >= o->scale_min && value <= o->scale_max)) return CX_EXCLUDED_OUT_OF_RANGE + 1;
    return value == floor(value) ? 0 : CX_EXCLUDED_NON_INTEGER + 1;
}

double cx_i_survey_read(int32_t figure, const cx_survey_options *o, double value) {
    if (figure == CX_SURVEY_SHARE) return value != 0 ? 1 : 0;
    if (figure == CX_SURVEY_CSAT) return value >= o->promoters ? 1 : 0;
    if (figure == CX_SURVEY_NPS)
        return (value >= o->promoters ? 1 : 0) - (value <= o->detractors ? 1 : 0);
    return value;
}

static cx_status survey_read_column(cx_i_survey *s, const cx_array *column, double *out,
                                    cx_error *err) {
    double values[CX_I_BLOCK];
    for (int64_t start = 0; start < s->design->rows; start += CX_I_BLOCK) {
        int64_t count = survey_block(s, start);
        cx_i_array_read(column, start, count, values);
        for (int64_t i = 0; i < count; i++) {
            int64_t row = start + i;
            if (isinf(values[i]))
                return cx_i_fail_at(err, CX_E_DOMAIN, column, row, values[i],
                                    "the value is infinite");
            if (s->reason[row] != 0) continue;
            s->reason[row] = cx_i_survey_reason(s->figure, &s->options, values[i]);
            if (s->reason[row] == 0) out[row] = cx_i_survey_read(s->figure, &s->options, values[i]);
        }
    }
    return CX_OK;
}

/* Counts what is left out, and lists the other rows domain by domain. */
static void survey_list(cx_i_survey *s) {
    for (int64_t row = 0; row < s->design->rows; row++) {
        int64_t d = s->domain[row];
        if (d < 0) continue;
        if (s->reason[row] == 0 && s->design->weight[row] == 0)
            s->reason[row] = CX_EXCLUDED_ZERO_WEIGHT + 1;
        if (s->reason[row] == 0)
            s->first[d + 1]++;
        else
            s->excluded[d][s->reason[row] - 1]++;
    }
    for (int64_t d = 0; d < s->domains; d++) s->first[d + 1] += s->first[d];
    for (int64_t row = 0; row < s->design->rows; row++)
        if (s->domain[row] >= 0 && s->reason[row] == 0) s->row[s->first[s->domain[row]]++] = row;
    for (int64_t d = s->domains; d > 0; d--) s->first[d] = s->first[d - 1];
    s->first[0] = 0;
}

/* -- one reading --------------------------------------------------------------------------- */

static cx_status survey_room(cx_i_survey *s, bool ratio, cx_error *err) {
    const cx_allocator *a = &s->design->allocator;
    int64_t rows = s->design->rows;
    s->y = cx_i_alloc_array(a, rows, sizeof *s->y);
    s->e = cx_i_alloc_array(a, rows, sizeof *s->e);
    s->z = cx_i_alloc_array(a, rows, sizeof *s->z);
    s->reason = cx_i_alloc_array(a, rows, sizeof *s->reason);
    s->domain = cx_i_alloc_array(a, rows, sizeof *s->domain);
    s->row = cx_i_alloc_array(a, rows, sizeof *s->row);
    s->unit_seen = cx_i_alloc_array(a, s->design->stage[0].units, sizeof *s->unit_seen);
    s->stratum_seen = cx_i_alloc_array(a, s->design->stage[0].strata, sizeof *s->stratum_seen);
    s->room = cx_i_alloc_array(a, s->design->stage[0].strata, sizeof *s->room);
    if (ratio) s->x = cx_i_alloc_array(a, rows, sizeof *s->x);
    if (s->y == NULL || s->e == NULL || s->z == NULL || s->reason == NULL || s->domain == NULL ||
        s->row == NULL || s->unit_seen == NULL || s->room == NULL || s->stratum_seen == NULL ||
        (ratio && s->x == NULL))
        return cx_i_out_of_memory(err);
    return CX_OK;
}

static cx_status survey_room_domains(cx_i_survey *s, cx_error *err) {
    const cx_allocator *a = &s->design->allocator;
    s->first = cx_i_alloc_array(a, s->domains + 1, sizeof *s->first);
    s->excluded = cx_i_alloc_array(a, s->domains, sizeof *s->excluded);
    if (s->first == NULL || s->excluded == NULL) return cx_i_out_of_memory(err);
    return CX_OK;
}

static cx_status survey_read(cx_i_survey *s, const cx_i_survey_given *given, cx_error *err) {
    CX_TRY(survey_room(s, given->x != NULL, err));
    CX_TRY(given->by != NULL ? survey_read_keys(s, given->by, err)
                             : survey_read_domain(s, given->domain, err));
    CX_TRY(survey_room_domains(s, err));
    CX_TRY(survey_read_column(s, given->y, s->y, err));
    if (given->x != NULL) CX_TRY(survey_read_column(s, given->x, s->x, err));
    survey_list(s);
    if (s->design->replicates.kind != CX_REPLICATES_NONE) return cx_i_survey_replicate(s, err);
    bool sparse = s->keyed && s->domains > 1 && cx_i_sparse_serves(s->design);
    return sparse ? cx_i_sparse_new(s->design, &s->sparse, err) : CX_OK;
}

cx_status cx_i_survey_open(const cx_design *design, const cx_i_survey_given *given,
                           cx_i_survey *out, cx_error *err) {
    cx_i_survey made;
    memset(&made, 0, sizeof made);
    made.design = design;
    made.figure = given->figure;
    CX_TRY(cx_i_survey_check_options(given->options, given->figure, &made.options, err));
    CX_TRY(survey_check(design, given, err));
    cx_status status = survey_read(&made, given, err);
    if (status != CX_OK) {
        cx_i_survey_free(&made);
        return status;
    }
    *out = made;
    return CX_OK;
}

void cx_i_survey_free(cx_i_survey *s) {
    const cx_allocator *a = &s->design->allocator;
    if (s->keyed) cx_i_keys_free(&s->keys);
    cx_i_sparse_free(s->design, &s->sparse);
    cx_i_free(a, s->y);
    cx_i_free(a, s->x);
    cx_i_free(a, s->reason);
    cx_i_free(a, s->domain);
    cx_i_free(a, s->row);
    cx_i_free(a, s->first);
    cx_i_free(a, s->excluded);
    cx_i_free(a, s->variance);
    cx_i_free(a, s->partial);
    cx_i_free(a, s->e);
    cx_i_free(a, s->z);
    cx_i_free(a, s->unit_seen);
    cx_i_free(a, s->stratum_seen);
    cx_i_free(a, s->room);
}
