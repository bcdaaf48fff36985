#include "business/case.h"

#include "base/array.h"

/* The case: settings, metrics, costs, what was observed. */

#define CASE_WORD(name, number, text)                                                              \
    case name:                                                                                     \
        return text;

const char *cx_spread_name(int32_t spread) {
    switch (spread) {
        CX_SPREAD_LIST(CASE_WORD)
    default:
        return "unknown";
    }
}

const char *cx_link_form_name(int32_t form) {
    switch (form) {
        CX_LINK_FORM_LIST(CASE_WORD)
    default:
        return "unknown";
    }
}

const char *cx_case_word_name(int32_t word) {
    switch (word) {
        CX_DECISION_WORD_LIST(CASE_WORD)
    default:
        return "unknown";
    }
}

const char *cx_case_part_name(int32_t part) {
    switch (part) {
        CX_CASE_PART_LIST(CASE_WORD)
    default:
        return "unknown";
    }
}

void cx_case_options_init(cx_case_options *options) {
    if (options == NULL) return;
    *options = (cx_case_options){.struct_size = sizeof *options,
                                 .horizon = 12,
                                 .periods_a_year = 1,
                                 .population = NAN,
                                 .capacity = INFINITY};
}

static cx_status case_check(const cx_case_options *o, cx_error *err) {
    if (o->timing < CX_FLOWS_AT_END || o->timing > CX_FLOWS_MIDDLE)
        return cx_i_fail(err, CX_E_OPTION, "timing is %d: at the end (0) or in the middle (1)",
                         (int64_t)o->timing);
    if (o->horizon < 1 || o->horizon > CX_CASE_MOST_HORIZON)
        return cx_i_fail(err, CX_E_OPTION, "horizon is %d and must be 1 to %d periods", o->horizon,
                         (int64_t)CX_CASE_MOST_HORIZON);
    if (!(o->periods_a_year >= 0.01 && o->periods_a_year <= 1000))
        return cx_i_fail(err, CX_E_OPTION, "periods_a_year is %g, such as 12 for months",
                         o->periods_a_year);
    if (!isnan(o->population) && !(o->population >= 0 && o->population <= 1e12))
        return cx_i_fail(err, CX_E_OPTION, "population is %g: people, 0 or more", o->population);
    if (!(o->growth > -1 && o->growth < 10))
        return cx_i_fail(err, CX_E_OPTION, "growth is %g and must be above -1, as in 0.01 for 1 %%",
                         o->growth);
    if (!(o->capacity >= 0))
        return cx_i_fail(err, CX_E_OPTION, "capacity is %g: people, 0 or more", o->capacity);
    return CX_OK;
}

/* A currency: three capital letters. */
static bool case_is_currency(const char *text) {
    for (int i = 0; i < 3; i++)
        if (text[i] < 'A' || text[i] > 'Z') return false;
    return text[3] == '\0';
}

/* Money in other letters than those of its currency: refused before it is taken for a unit. */
static cx_status case_is_no_sign(const char *name, const char *unit, const char *currency,
                                 cx_error *err) {
    static const char *const signs[] = {"$",   "\xE2\x82\xAC", "\xC2\xA3", "\xC2\xA5", "eur",
                                        "usd", "gbp",          "jpy",      "chf",      "sek",
                                        "nok", "dkk",          "euro",     "euros",    "dollars"};
    char small[8] = {0};
    for (size_t i = 0; i < sizeof small - 1 && unit[i] != '\0'; i++)
        small[i] = unit[i] >= 'A' && unit[i] <= 'Z' ? (char)(unit[i] + 'a' - 'A') : unit[i];
    for (size_t i = 0; i < sizeof signs / sizeof *signs && strlen(unit) < sizeof small; i++)
        if (strcmp(small, signs[i]) == 0)
            return cx_i_fail(err, CX_E_MISMATCH,
                             "%s is in \"%s\": money is named by three capital letters, and this "
                             "case is in %s",
                             name, unit, currency);
    return CX_OK;
}

static cx_status case_rates(cx_case *self, const cx_array *rates, cx_error *err) {
    int64_t times = self->options.horizon + 1;
    CX_TRY(cx_i_array_check(rates, "rates", CX_I_NUMBERS, err));
    if (rates->length != 1 && rates->length != times)
        return cx_i_fail(err, CX_E_LENGTH,
                         "there are %d rates: give one, or one for each of the %d periods from 0 "
                         "to the horizon",
                         rates->length, times);
    for (int64_t t = 0; t < times; t++) {
        double rate, years = (double)t / self->options.periods_a_year;
        double half = t > 0 && self->options.timing == CX_FLOWS_MIDDLE ? 0.5 : 0;
        int64_t row = rates->length == 1 ? 0 : t;
        cx_i_array_read(rates, row, 1, &rate);
        if (!(rate > -1 && rate < 1e6))
            return cx_i_fail_at(err, CX_E_DOMAIN, rates, row, rate,
                                "the rate is %g and must be above -1, as in 0.05 for 5 %%", rate);
        self->cost_discount[t] = exp(-log1p(rate) * years);
        self->discount[t] = exp(-log1p(rate) * ((double)t - half) / self->options.periods_a_year);
        self->people[t] = fmin(self->options.population * pow(1 + self->options.growth, (double)t),
                               self->options.capacity);
        if (!(self->discount[t] < 1e100))
            return cx_i_fail_at(err, CX_E_DOMAIN, rates, row, rate,
                                "the rate is %g: money at the horizon would be worth more than a "
                                "number can hold",
                                rate);
    }
    return CX_OK;
}

cx_status cx_case_new(const char *currency, const cx_array *rates, const cx_case_options *options,
                      const cx_allocator *allocator, cx_case **out, cx_error *err) {
    cx_case_options used;
    if (currency == NULL || rates == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is NULL",
                         currency == NULL ? "currency"
                         : rates == NULL  ? "rates"
                                          : "out");
    cx_case_options_init(&used);
    CX_TRY(cx_i_options_take(options, &used, sizeof used, "cx_case_options", err));
    CX_TRY(case_check(&used, err));
    if (!case_is_currency(currency))
        return cx_i_fail(err, CX_E_OPTION,
                         "the currency is \"%s\": three capital letters, such as EUR", currency);
    cx_allocator own = cx_i_allocator(allocator);
    cx_case *self = cx_i_alloc(&own, sizeof *self);
    if (self == NULL) return cx_i_out_of_memory(err);
    self->allocator = own;
    self->options = used;
    memcpy(self->currency, currency, 4);
    cx_i_keys_init(&self->ids, &self->allocator);
    cx_status status = case_rates(self, rates, err);
    if (status != CX_OK) {
        cx_case_free(self);
        return status;
    }
    *out = self;
    return CX_OK;
}

void cx_case_free(cx_case *self) {
    if (self == NULL) return;
    for (int32_t i = 0; i < self->links; i++) {
        cx_i_free(&self->allocator, self->link[i].people);
        cx_i_free(&self->allocator, self->link[i].influence);
    }
    cx_i_keys_free(&self->ids);
    cx_allocator own = self->allocator;
    cx_i_free(&own, self);
}

cx_status cx_i_case_text(const char *text, const char *what, size_t room, bool needed, char *out,
                         cx_error *err) {
    size_t length = text == NULL ? 0 : strlen(text);
    if (length == 0 && needed)
        return cx_i_fail(err, CX_E_DOMAIN, "%s is empty: it has to be said", what);
    if (length >= room)
        return cx_i_fail(err, CX_E_LIMIT, "%s has %d bytes: at most %d", what, (int64_t)length,
                         (int64_t)room - 1);
    memset(out, 0, room);
    if (length > 0) memcpy(out, text, length);
    return CX_OK;
}

/* -- metrics ------------------------------------------------------------------------------- */

int32_t cx_i_case_find_metric(const cx_case *self, const char *name) {
    for (int32_t i = 0; i < self->metrics; i++)
        if (strcmp(self->metric[i].name, name) == 0) return i;
    return -1;
}

static cx_status case_same(const cx_i_case_metric *is, const cx_i_case_metric *given,
                           cx_error *err) {
    if (is->area == CX_I_AREA_INITIATIVE)
        return cx_i_fail(err, CX_E_MISMATCH, "%s is an initiative, done or not: not a metric",
                         is->name);
    if (given->unit[0] != '\0' && strcmp(is->unit, given->unit) != 0)
        return cx_i_fail(err, CX_E_MISMATCH,
                         "%s is counted in \"%s\", and not in \"%s\": convert the value to the "
                         "metric's unit first",
                         is->name, is->unit, given->unit);
    if (is->area < CX_AREA_END && given->area < CX_AREA_END && is->area != given->area)
        return cx_i_fail(err, CX_E_MISMATCH, "%s is in the area %s, and not in %s", is->name,
                         cx_area_name(is->area), cx_area_name(given->area));
    if (is->direction != 0 && given->direction != 0 && is->direction != given->direction)
        return cx_i_fail(err, CX_E_MISMATCH,
                         "%s is better when it is %s, and not %s: turn the sign of the value",
                         is->name, is->direction > 0 ? "higher" : "lower",
                         given->direction > 0 ? "higher" : "lower");
    return CX_OK;
}

cx_status cx_i_case_put(cx_case *self, const char *name, int32_t area, const char *unit,
                        int32_t direction, cx_error *err) {
    cx_i_case_metric given = {.area = area, .direction = direction};
    CX_TRY(cx_i_case_text(name, "the name of a metric", sizeof given.name, true, given.name, err));
    CX_TRY(cx_i_case_text(unit, "the unit of a metric", sizeof given.unit, true, given.unit, err));
    given.money = case_is_currency(unit);
    if (!given.money) CX_TRY(case_is_no_sign(name, unit, self->currency, err));
    if (given.money && strcmp(unit, self->currency) != 0)
        return cx_i_fail(err, CX_E_MISMATCH,
                         "%s is in %s, and the case is in %s: convert the money first", name, unit,
                         self->currency);
    if (given.money && area == CX_AREA_END) given.area = CX_AREA_RESULT;
    if (given.money && given.area != CX_AREA_RESULT)
        return cx_i_fail(err, CX_E_MISMATCH, "%s is money, which is a result, and not in %s", name,
                         cx_area_name(area));
    int32_t at = cx_i_case_find_metric(self, name);
    if (at >= 0) {
        CX_TRY(case_same(&self->metric[at], &given, err));
        if (direction != 0) self->metric[at].direction = direction;
        if (given.area < CX_AREA_END) self->metric[at].area = given.area;
        return CX_OK;
    }
    if (self->metrics == CX_CASE_MOST_METRICS)
        return cx_i_fail(err, CX_E_LIMIT, "a case has at most %d metrics and initiatives",
                         (int64_t)CX_CASE_MOST_METRICS);
    self->metric[self->metrics++] = given;
    return CX_OK;
}

cx_status cx_case_metric(cx_case *self, const char *name, int32_t area, const char *unit,
                         int32_t direction, cx_error *err) {
    if (self == NULL || name == NULL || unit == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is NULL",
                         self == NULL   ? "self"
                         : name == NULL ? "name"
                                        : "unit");
    if (area < 0 || area >= CX_AREA_END)
        return cx_i_fail(err, CX_E_DOMAIN,
                         "area is %d: brand (0), experience (1), relationship (2) or result (3)",
                         (int64_t)area);
    if (direction < -1 || direction > 1)
        return cx_i_fail(err, CX_E_DOMAIN, "direction is %d: 1, -1 or 0", (int64_t)direction);
    return cx_i_case_put(self, name, area, unit, direction, err);
}

/* -- costs --------------------------------------------------------------------------------- */

cx_status cx_i_case_input_check(const cx_i_input *input, cx_error *err) {
    bool bounded = input->spread == CX_SPREAD_TRIANGULAR || input->spread == CX_SPREAD_UNIFORM;
    if (input->spread < CX_SPREAD_FIXED || input->spread >= CX_SPREAD_END)
        return cx_i_fail(err, CX_E_OPTION,
                         "spread is %d: fixed (0), normal, lognormal, triangular or uniform (4)",
                         (int64_t)input->spread);
    if (bounded &&
        !(input->low < input->high && fabs(input->low) < 1e100 && fabs(input->high) < 1e100))
        return cx_i_fail(err, CX_E_DOMAIN, "%s lies between %g and %g: give low < high",
                         input->name, input->low, input->high);
    if (input->spread == CX_SPREAD_UNIFORM) return CX_OK;
    if (!(fabs(input->value) < 1e100))
        return cx_i_fail(err, CX_E_DOMAIN, "the value of %s is %g, which is not a number to use",
                         input->name, input->value);
    if (input->spread == CX_SPREAD_TRIANGULAR &&
        !(input->value >= input->low && input->value <= input->high))
        return cx_i_fail(err, CX_E_DOMAIN, "%s is most likely %g, outside %g to %g", input->name,
                         input->value, input->low, input->high);
    if ((input->spread == CX_SPREAD_NORMAL || input->spread == CX_SPREAD_LOGNORMAL) &&
        !(input->sd > 0 && input->sd < 1e100))
        return cx_i_fail(err, CX_E_DOMAIN,
                         "the standard deviation of %s is %g: it is above 0; say fixed if it is "
                         "certain",
                         input->name, input->sd);
    if (input->spread == CX_SPREAD_LOGNORMAL && input->value == 0)
        return cx_i_fail(err, CX_E_DOMAIN, "%s is lognormal with a mean of 0, which has no sign",
                         input->name);
    return CX_OK;
}

int32_t cx_i_case_slot(const cx_case *self, const char *name) {
    for (int32_t i = 0; i < self->links; i++)
        if (strcmp(self->link[i].input.name, name) == 0) return i;
    for (int32_t i = 0; i < self->costs; i++)
        if (strcmp(self->cost[i].input.name, name) == 0) return CX_CASE_MOST_LINKS + i;
    return -1;
}

cx_status cx_case_cost(cx_case *self, const char *name, double amount, double sd, int64_t first,
                       int64_t last, int32_t spread, double low, double high, const char *source,
                       cx_error *err) {
    cx_i_cost cost = {.first = first, .last = last};
    if (self == NULL || name == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is NULL", self == NULL ? "self" : "name");
    cx_i_input *input = &cost.input;
    CX_TRY(cx_i_case_text(name, "the name of a cost", sizeof input->name, true, input->name, err));
    CX_TRY(cx_i_case_text(source, "the source of a cost", sizeof input->source, false,
                          input->source, err));
    input->spread = spread, input->value = amount, input->sd = sd, input->df = INFINITY;
    input->low = low, input->high = high;
    CX_TRY(cx_i_case_input_check(input, err));
    double least = spread >= CX_SPREAD_TRIANGULAR ? low : amount;
    if (least < 0)
        return cx_i_fail(err, CX_E_DOMAIN, "the cost %s is %g: costs are 0 or more", name, least);
    if (first < 0 || last < first || last > self->options.horizon)
        return cx_i_fail(err, CX_E_DOMAIN,
                         "the cost %s is paid from period %d to %d: between 0 and the horizon %d",
                         name, first, last, self->options.horizon);
    if (cx_i_case_slot(self, name) >= 0)
        return cx_i_fail(err, CX_E_DOMAIN, "there is a link or cost called %s already", name);
    if (self->costs == CX_CASE_MOST_COSTS)
        return cx_i_fail(err, CX_E_LIMIT, "a case has at most %d costs",
                         (int64_t)CX_CASE_MOST_COSTS);
    self->cost[self->costs++] = cost;
    return CX_OK;
}

/* -- what happened ------------------------------------------------------------------------- */

static cx_status case_see(const cx_case *self, const char *metric, int64_t period, double change,
                          double se, int32_t count, cx_i_case_seen *out, cx_error *err) {
    if (self == NULL || metric == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is NULL", self == NULL ? "self" : "metric");
    int32_t at = cx_i_case_find_metric(self, metric);
    if (at < 0) return cx_i_fail(err, CX_E_NAME, "no link of the case goes to \"%s\"", metric);
    if (self->metric[at].area == CX_I_AREA_INITIATIVE)
        return cx_i_fail(err, CX_E_DOMAIN,
                         "%s is an initiative: what is observed is a metric it changes", metric);
    if (period < 1 || period > self->options.horizon)
        return cx_i_fail(err, CX_E_DOMAIN, "period is %d: between 1 and the horizon %d", period,
                         self->options.horizon);
    if (!(fabs(change) < 1e100) || !(se > 0 && se < 1e100))
        return cx_i_fail(err, CX_E_DOMAIN,
                         "a change of %g with a standard error of %g: numbers, the error above 0",
                         change, se);
    if (count == CX_CASE_MOST_OBSERVED)
        return cx_i_fail(err, CX_E_LIMIT, "a case holds at most %d of these",
                         (int64_t)CX_CASE_MOST_OBSERVED);
    *out = (cx_i_case_seen){at, period, change, se};
    return CX_OK;
}

cx_status cx_case_observe(cx_case *self, const char *metric, int64_t period, double change,
                          double se, cx_error *err) {
    cx_i_case_seen seen;
    CX_TRY(
        case_see(self, metric, period, change, se, self == NULL ? 0 : self->observed, &seen, err));
    self->seen[self->observed++] = seen;
    return CX_OK;
}

cx_status cx_case_total(cx_case *self, const char *metric, int64_t period, double change, double se,
                        cx_error *err) {
    cx_i_case_seen seen;
    CX_TRY(case_see(self, metric, period, change, se, self == NULL ? 0 : self->totals, &seen, err));
    self->total[self->totals++] = seen;
    return CX_OK;
}
