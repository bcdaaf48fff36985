#include "business/case.h"

#include "base/array.h"

/* Links: read, checked against the metrics they join, and what they share. */

void cx_link_options_init(cx_link_options *options) {
    if (options == NULL) return;
    *options = (cx_link_options){.struct_size = sizeof *options,
                                 .evidence = CX_EVIDENCE_ASSOCIATED,
                                 .spread = CX_SPREAD_NORMAL,
                                 .per_person = 1,
                                 .start = 1,
                                 .low = NAN,
                                 .high = NAN,
                                 .base = NAN,
                                 .observed_low = NAN,
                                 .observed_high = NAN,
                                 .observed_periods = NAN,
                                 .held = NAN};
}

bool cx_i_case_is_chain(const cx_i_case_link *link) {
    return link->options.direct == 0;
}

bool cx_i_case_is_first(const cx_case *self, const cx_i_case_link *link) {
    return self->metric[link->from].area == CX_I_AREA_INITIATIVE;
}

static bool links_either(int32_t value) {
    return value == 0 || value == 1;
}

static cx_status links_check_words(const cx_link_options *o, cx_error *err) {
    if (o->evidence < 0 || o->evidence >= CX_EVIDENCE_END)
        return cx_i_fail(err, CX_E_OPTION, "evidence is %d and must be 0 to 5",
                         (int64_t)o->evidence);
    if (o->form < 0 || o->form >= CX_FORM_END)
        return cx_i_fail(err, CX_E_OPTION, "form is %d: linear (0), proportional or logit (2)",
                         (int64_t)o->form);
    if (!links_either(o->per_person) || !links_either(o->is_value) || !links_either(o->direct))
        return cx_i_fail(err, CX_E_OPTION, "per_person, is_value and direct are 0 or 1");
    if (o->from_direction < -1 || o->from_direction > 1 || o->to_direction < -1 ||
        o->to_direction > 1)
        return cx_i_fail(err, CX_E_OPTION, "directions are 1, -1 or 0");
    return CX_OK;
}

static cx_status links_check_times(const cx_case *self, const cx_link_options *o, cx_error *err) {
    if (o->start < 0 || o->start > self->options.horizon)
        return cx_i_fail(err, CX_E_OPTION, "start is %d: between 0 and the horizon %d", o->start,
                         self->options.horizon);
    if (!isnan(o->observed_periods) && !(o->observed_periods > 0))
        return cx_i_fail(err, CX_E_OPTION, "observed_periods is %g: above 0", o->observed_periods);
    if (!isnan(o->held) && !(o->held > 0))
        return cx_i_fail(err, CX_E_OPTION, "held is %g: periods, above 0", o->held);
    if (!(o->decay >= 0 && o->decay <= 1))
        return cx_i_fail(err, CX_E_OPTION, "decay is %g: the part left, 0 to 1", o->decay);
    if (!isnan(o->observed_low) && !(o->observed_low <= o->observed_high))
        return cx_i_fail(err, CX_E_OPTION, "the observed range is %g to %g", o->observed_low,
                         o->observed_high);
    if (o->form == CX_FORM_PROPORTIONAL && !(fabs(o->base) < 1e100))
        return cx_i_fail(err, CX_E_OPTION, "base is %g: a proportional link changes from a level",
                         o->base);
    if (o->form == CX_FORM_LOGIT && !(o->base > 0 && o->base < 1))
        return cx_i_fail(err, CX_E_OPTION, "base is %g: a logit link changes a share, 0 to 1",
                         o->base);
    return CX_OK;
}

static cx_status links_lag(const cx_array *lag, cx_i_case_link *link, cx_error *err) {
    double sum = 0;
    link->lags = 1;
    link->lag[0] = 1;
    if (lag == NULL) return CX_OK;
    CX_TRY(cx_i_array_check(lag, "lag", CX_I_NUMBERS, err));
    if (lag->length < 1 || lag->length > CX_CASE_MOST_LAGS)
        return cx_i_fail(err, CX_E_DOMAIN, "a lag profile has 1 to %d periods, not %d",
                         (int64_t)CX_CASE_MOST_LAGS, lag->length);
    for (int64_t i = 0; i < lag->length; i++) {
        cx_i_array_read(lag, i, 1, &link->lag[i]);
        if (!(fabs(link->lag[i]) < 1e6))
            return cx_i_fail_at(err, CX_E_DOMAIN, lag, i, link->lag[i], "%g is no share",
                                link->lag[i]);
        sum += link->lag[i];
    }
    if (fabs(sum - 1) > 1e-6)
        return cx_i_fail(err, CX_E_DOMAIN,
                         "the shares of the lag profile add up to %g: they are parts of the whole "
                         "effect, and add up to 1",
                         sum);
    link->lags = (int32_t)lag->length;
    return CX_OK;
}

/* -- metrics of a link --------------------------------------------------------------------- */

/* An end of a link: found, or named by its unit. Without a unit `from` is an initiative. */
static cx_status links_end(cx_case *self, const char *name, const char *unit, bool from,
                           int32_t direction, int32_t *out, cx_error *err) {
    int32_t at = cx_i_case_find_metric(self, name);
    if (unit != NULL) {
        if (at >= 0 && self->metric[at].area == CX_I_AREA_INITIATIVE)
            return cx_i_fail(err, CX_E_MISMATCH,
                             "%s is an initiative, done or not: it is not counted in \"%s\"", name,
                             unit);
        CX_TRY(cx_i_case_put(self, name, CX_AREA_END, unit, direction, err));
        *out = cx_i_case_find_metric(self, name);
        return CX_OK;
    }
    if (at >= 0 && self->metric[at].area != CX_I_AREA_INITIATIVE) {
        const cx_i_case_metric *is = &self->metric[at];
        if (is->direction != 0 && direction != 0 && is->direction != direction)
            return cx_i_case_put(self, name, is->area, is->unit, direction, err);
    }
    if (at < 0 && !from)
        return cx_i_fail(err, CX_E_DOMAIN, "the unit of %s is not known: give it with the link",
                         name);
    if (at < 0) {
        cx_i_case_metric made = {.area = CX_I_AREA_INITIATIVE};
        CX_TRY(cx_i_case_text(name, "the name of an initiative", sizeof made.name, true, made.name,
                              err));
        if (self->metrics == CX_CASE_MOST_METRICS)
            return cx_i_fail(err, CX_E_LIMIT, "a case has at most %d metrics and initiatives",
                             (int64_t)CX_CASE_MOST_METRICS);
        self->metric[at = self->metrics++] = made;
    }
    *out = at;
    return CX_OK;
}

static cx_status links_ends(cx_case *self, const char *const *names, const char *const *units,
                            cx_i_case_link *link, cx_error *err) {
    const cx_link_options *o = &link->options;
    CX_TRY(links_end(self, names[0], units[0], true, o->from_direction, &link->from, err));
    CX_TRY(links_end(self, names[1], units[1], false, o->to_direction, &link->to, err));
    const cx_i_case_metric *from = &self->metric[link->from], *to = &self->metric[link->to];
    if (link->from == link->to)
        return cx_i_fail(err, CX_E_DOMAIN, "the link %s goes from %s to itself", link->input.name,
                         from->name);
    if (to->area == CX_I_AREA_INITIATIVE)
        return cx_i_fail(err, CX_E_DOMAIN, "the link %s goes to the initiative %s: to a metric",
                         link->input.name, to->name);
    if (from->money)
        return cx_i_fail(err, CX_E_DOMAIN,
                         "the link %s starts from money: money is where chains "
                         "end",
                         link->input.name);
    if (to->money && o->per_person && isnan(self->options.population))
        return cx_i_fail(err, CX_E_OPTION,
                         "the link %s is for a person: the case needs a population, or per_person "
                         "is 0",
                         link->input.name);
    if (o->direct && (from->area != CX_I_AREA_INITIATIVE || !to->money))
        return cx_i_fail(err, CX_E_OPTION,
                         "the direct estimate %s goes from an initiative to money",
                         link->input.name);
    return CX_OK;
}

/* -- adding -------------------------------------------------------------------------------- */

static cx_status links_held(const cx_i_case_link *link, cx_error *err) {
    const cx_link_options *o = &link->options;
    bool longer = o->decay > 0 || (!isnan(o->held) && !(o->held <= o->observed_periods));
    if (longer && link->input.source[0] == '\0')
        return cx_i_fail(err, CX_E_DOMAIN,
                         "%s is taken to last longer than it was observed: the source says why",
                         link->input.name);
    if (o->is_value && link->input.source[0] == '\0')
        return cx_i_fail(err, CX_E_DOMAIN, "the value %s has no source: who says so, and where?",
                         link->input.name);
    return CX_OK;
}

static cx_status links_add(cx_case *self, const char *const *names, const char *const *units,
                           const cx_array *lag, cx_i_case_link *link, cx_error *err) {
    CX_TRY(links_check_words(&link->options, err));
    CX_TRY(links_check_times(self, &link->options, err));
    CX_TRY(cx_i_case_input_check(&link->input, err));
    CX_TRY(links_lag(lag, link, err));
    CX_TRY(links_held(link, err));
    if (cx_i_case_slot(self, link->input.name) >= 0)
        return cx_i_fail(err, CX_E_DOMAIN, "there is a link or cost called %s already",
                         link->input.name);
    if (self->links == CX_CASE_MOST_LINKS)
        return cx_i_fail(err, CX_E_LIMIT, "a case has at most %d links",
                         (int64_t)CX_CASE_MOST_LINKS);
    int32_t metrics = self->metrics;
    cx_i_case_metric from = {.area = -1}, to = {.area = -1}; /* as they were */
    int32_t at = cx_i_case_find_metric(self, names[0]), end = cx_i_case_find_metric(self, names[1]);
    if (at >= 0) from = self->metric[at];
    if (end >= 0) to = self->metric[end];
    cx_status status = links_ends(self, names, units, link, err);
    if (status != CX_OK) {
        self->metrics = metrics;
        if (at >= 0) self->metric[at] = from;
        if (end >= 0) self->metric[end] = to;
        return status;
    }
    self->link[self->links++] = *link;
    return CX_OK;
}

static cx_status links_begin(const cx_case *self, const char *const *given, const void *needed,
                             const char *source, const cx_link_options *options, bool sourced,
                             cx_i_case_link *link, cx_error *err) {
    static const char *const role[] = {"name", "from", "to"};
    memset(link, 0, sizeof *link);
    if (self == NULL) return cx_i_fail(err, CX_E_NULL, "self is NULL");
    for (int i = 0; i < 3; i++)
        if (given[i] == NULL) return cx_i_fail(err, CX_E_NULL, "%s is NULL", role[i]);
    if (needed == NULL) return cx_i_fail(err, CX_E_NULL, "estimate is NULL");
    cx_link_options_init(&link->options);
    CX_TRY(
        cx_i_options_take(options, &link->options, sizeof link->options, "cx_link_options", err));
    cx_i_input *input = &link->input;
    CX_TRY(
        cx_i_case_text(given[0], "the name of a link", sizeof input->name, true, input->name, err));
    CX_TRY(cx_i_case_text(source, "the source of what is assumed", sizeof input->source, sourced,
                          input->source, err));
    input->spread = link->options.spread;
    input->low = link->options.low, input->high = link->options.high;
    input->df = INFINITY;
    return CX_OK;
}

cx_status cx_case_link(cx_case *self, const char *name, const char *from, const char *to,
                       const char *from_unit, const char *to_unit, const cx_estimate *estimate,
                       const cx_array *lag, const char *source, const cx_link_options *options,
                       cx_error *err) {
    const char *given[] = {name, from, to}, *units[] = {from_unit, to_unit};
    cx_i_case_link link;
    CX_TRY(links_begin(self, given, estimate, source, options, false, &link, err));
    if (estimate->status != CX_OK || isnan(estimate->value))
        return cx_i_fail(err, CX_E_EMPTY, "the estimate of %s has no value", name);
    if (isnan(estimate->se))
        return cx_i_fail(err, CX_E_DOMAIN,
                         "%s has no standard error: what is estimated has one; what is not belongs "
                         "with what is assumed, with a source",
                         name);
    if (!(estimate->se > 0 && isfinite(estimate->se)))
        return cx_i_fail(err, CX_E_DOMAIN,
                         "the standard error of %s is %g: what is estimated has one, above 0; what "
                         "is assumed has a source",
                         name, estimate->se);
    if (link.options.spread != CX_SPREAD_NORMAL && link.options.spread != CX_SPREAD_LOGNORMAL)
        return cx_i_fail(err, CX_E_OPTION, "the estimate %s is normal or lognormal, not %s", name,
                         cx_spread_name(link.options.spread));
    link.input.value = estimate->value;
    link.input.sd = estimate->se;
    if (link.options.spread == CX_SPREAD_NORMAL && estimate->df > 0) link.input.df = estimate->df;
    return links_add(self, given + 1, units, lag, &link, err);
}

cx_status cx_case_assume(cx_case *self, const char *name, const char *from, const char *to,
                         const char *from_unit, const char *to_unit, double value, double sd,
                         const cx_array *lag, const char *source, const cx_link_options *options,
                         cx_error *err) {
    const char *given[] = {name, from, to}, *units[] = {from_unit, to_unit};
    cx_i_case_link link;
    CX_TRY(links_begin(self, given, "", source, options, true, &link, err));
    link.options.evidence = CX_EVIDENCE_ASSUMED;
    link.input.value = value;
    link.input.sd = sd;
    return links_add(self, given + 1, units, lag, &link, err);
}

/* -- what links share ---------------------------------------------------------------------- */

cx_status cx_case_correlate(cx_case *self, const char *a, const char *b, double rho,
                            const char *source, cx_error *err) {
    char text[CX_I_CASE_SOURCE];
    if (self == NULL || a == NULL || b == NULL || source == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is NULL",
                         self == NULL ? "self"
                         : a == NULL  ? "a"
                         : b == NULL  ? "b"
                                      : "source");
    CX_TRY(cx_i_case_text(source, "the source of a correlation", sizeof text, true, text, err));
    cx_i_pair pair = {cx_i_case_slot(self, a), cx_i_case_slot(self, b), rho};
    if (pair.a < 0 || pair.b < 0)
        return cx_i_fail(err, CX_E_NAME, "there is no link or cost called \"%s\"",
                         pair.a < 0 ? a : b);
    if (pair.a == pair.b || !(rho > -1 && rho < 1))
        return cx_i_fail(err, CX_E_DOMAIN,
                         "the correlation of %s and %s is %g: of two, between -1 and 1", a, b, rho);
    if (self->pairs == CX_CASE_MOST_LINKS)
        return cx_i_fail(err, CX_E_LIMIT, "a case has at most %d correlations",
                         (int64_t)CX_CASE_MOST_LINKS);
    self->pair[self->pairs++] = pair;
    return CX_OK;
}

static cx_status links_influence(cx_case *self, cx_i_case_link *link, const cx_array *id,
                                 const cx_array *influence, int64_t *people, double *values,
                                 cx_error *err) {
    cx_array named = *id;
    cx_frame by = {&named, 1, {0, 0}};
    named.name = "id";
    CX_TRY(cx_i_keys_bind(&self->ids, &by, err));
    for (int64_t start = 0; start < id->length; start += CX_I_BLOCK) {
        int64_t count = id->length - start < CX_I_BLOCK ? id->length - start : CX_I_BLOCK;
        CX_TRY(cx_i_keys_read(&self->ids, &by, start, count, people + start, err));
        cx_i_array_read(influence, start, count, values + start);
        for (int64_t i = start; i < start + count; i++)
            if (!(fabs(values[i]) < 1e100))
                return cx_i_fail_at(err, CX_E_DOMAIN, influence, i, values[i],
                                    "an influence is missing, or no number");
    }
    cx_i_free(&self->allocator, link->people);
    cx_i_free(&self->allocator, link->influence);
    link->people = people, link->influence = values, link->influences = id->length;
    return CX_OK;
}

cx_status cx_case_influence(cx_case *self, const char *name, const cx_array *id,
                            const cx_array *influence, cx_error *err) {
    if (self == NULL || name == NULL || id == NULL || influence == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is NULL",
                         self == NULL   ? "self"
                         : name == NULL ? "name"
                         : id == NULL   ? "id"
                                        : "influence");
    int32_t slot = cx_i_case_slot(self, name);
    if (slot < 0 || slot >= CX_CASE_MOST_LINKS)
        return cx_i_fail(err, CX_E_NAME, "there is no link called \"%s\"", name);
    CX_TRY(cx_i_array_check(id, "id", CX_I_KEYS, err));
    CX_TRY(cx_i_array_check(influence, "influence", CX_I_NUMBERS, err));
    CX_TRY(cx_i_array_same_length(id, "id", influence, "influence", err));
    if (id->length == 0) return cx_i_fail(err, CX_E_EMPTY, "there are no influences");
    int64_t *people = cx_i_alloc_array(&self->allocator, id->length, sizeof *people);
    double *values = cx_i_alloc_array(&self->allocator, id->length, sizeof *values);
    cx_status status =
        people == NULL || values == NULL
            ? cx_i_out_of_memory(err)
            : links_influence(self, &self->link[slot], id, influence, people, values, err);
    if (status != CX_OK) {
        cx_i_free(&self->allocator, people);
        cx_i_free(&self->allocator, values);
    }
    return status;
}
