#include "stat/survival.h"

#include <cxkit/special.h>

void cx_i_survival_init(cx_i_survival *table, const cx_allocator *allocator) {
    *table = (cx_i_survival){.allocator = allocator};
}

void cx_i_survival_free(cx_i_survival *table) {
    cx_i_free(table->allocator, table->rows);
    cx_i_survival_init(table, table->allocator);
}

void cx_i_survival_swap(cx_i_survival *a, cx_i_survival *b) {
    cx_i_survival held = *a;
    *a = *b;
    *b = held;
}

bool cx_i_survival_equal(const cx_i_survival *a, const cx_i_survival *b) {
    if (a->size != b->size) return false;
    for (int64_t i = 0; i < a->size; i++)
        if (a->rows[i].time != b->rows[i].time || a->rows[i].events != b->rows[i].events ||
            a->rows[i].censored != b->rows[i].censored || a->rows[i].unknown != b->rows[i].unknown)
            return false;
    return true;
}

/* -- merging ------------------------------------------------------------------------------- */

static void survival_add_counts(cx_i_survival_row *row, const cx_i_survival_row *more) {
    row->events += more->events;
    row->censored += more->censored;
    row->unknown += more->unknown;
}

/* The totals of two tables, which bound every row; false beyond 2^63. */
static bool survival_add_totals(const cx_i_survival *a, const cx_i_survival *b,
                                cx_i_survival *out) {
    int64_t all;
    return cx_i_add_i64(a->events, b->events, &out->events) &&
           cx_i_add_i64(a->censored, b->censored, &out->censored) &&
           cx_i_add_i64(a->unknown, b->unknown, &out->unknown) &&
           cx_i_add_i64(out->events, out->censored, &all) && cx_i_add_i64(all, out->unknown, &all);
}

static int64_t survival_joined_size(const cx_i_survival *a, const cx_i_survival *b) {
    int64_t i = 0, j = 0, size = 0;
    for (; i < a->size && j < b->size; size++) {
        double x = a->rows[i].time, y = b->rows[j].time;
        i += x <= y;
        j += y <= x;
    }
    return size + (a->size - i) + (b->size - j);
}

cx_status cx_i_survival_join(const cx_i_survival *a, const cx_i_survival *b, cx_i_survival *out,
                             cx_error *err) {
    int64_t i = 0, j = 0, size = survival_joined_size(a, b);
    cx_i_survival made = *out;
    if (!survival_add_totals(a, b, &made))
        return cx_i_fail(err, CX_E_OVERFLOW, "there are more than 2^63 observations");
    made.rows = cx_i_alloc_room(out->allocator, size, sizeof *made.rows);
    if (made.rows == NULL) return cx_i_out_of_memory(err);
    made.size = size;
    for (int64_t k = 0; k < size; k++) {
        double x = i < a->size ? a->rows[i].time : INFINITY;
        double y = j < b->size ? b->rows[j].time : INFINITY;
        made.rows[k] = x <= y ? a->rows[i] : b->rows[j];
        if (x == y) survival_add_counts(&made.rows[k], &b->rows[j]);
        i += x <= y;
        j += y <= x;
    }
    *out = made;
    return CX_OK;
}

cx_status cx_i_survival_merge(cx_i_survival *table, const cx_i_survival *other, cx_error *err) {
    cx_i_survival joined;
    if (other->size == 0) return CX_OK;
    cx_i_survival_init(&joined, table->allocator);
    CX_TRY(cx_i_survival_join(table, other, &joined, err));
    cx_i_survival_swap(table, &joined);
    cx_i_survival_free(&joined);
    return CX_OK;
}

/* -- the curve ----------------------------------------------------------------------------- */

static int64_t survival_events(const cx_i_survival_row *row, cx_i_unknown_end unknown) {
    return row->events + (unknown == CX_I_UNKNOWN_EVENT ? row->unknown : 0);
}

static int64_t survival_censored(const cx_i_survival_row *row, cx_i_unknown_end unknown) {
    return row->censored + (unknown == CX_I_UNKNOWN_CENSORED ? row->unknown : 0);
}

int64_t cx_i_survival_count(const cx_i_survival *table, cx_i_unknown_end unknown) {
    return table->events + table->censored + (unknown == CX_I_UNKNOWN_OMITTED ? 0 : table->unknown);
}

double cx_i_survival_last(const cx_i_survival *table, cx_i_unknown_end unknown) {
    for (int64_t i = table->size; i-- > 0;)
        if (survival_events(&table->rows[i], unknown) +
                survival_censored(&table->rows[i], unknown) >
            0)
            return table->rows[i].time;
    return -1;
}

cx_i_survival_walk cx_i_survival_begin_with(int64_t count) {
    return (cx_i_survival_walk){.time = -1,
                                .at_risk = count,
                                .left = count,
                                .survival = 1,
                                .survival_before = 1,
                                .base = 1,
                                .base_left = count};
}

cx_i_survival_walk cx_i_survival_begin(const cx_i_survival *table, cx_i_unknown_end unknown) {
    cx_i_survival_walk walk = cx_i_survival_begin_with(cx_i_survival_count(table, unknown));
    walk.table = table;
    walk.unknown = unknown;
    return walk;
}

void cx_i_survival_step(cx_i_survival_walk *walk, double time, int64_t events, int64_t censored) {
    walk->time = time;
    walk->events = events;
    walk->censored = censored;
    walk->at_risk = walk->left;
    walk->survival_before = walk->survival;
    walk->greenwood_before = walk->greenwood;
    walk->left = walk->at_risk - walk->events;
    if (walk->events > 0) {
        walk->seen += walk->events;
        walk->survival = walk->base * ((double)walk->left / (double)walk->base_left);
        walk->greenwood += (double)walk->events / ((double)walk->at_risk * (double)walk->left);
    }
    if (walk->censored > 0) {
        walk->left -= walk->censored;
        walk->base = walk->survival;
        walk->base_left = walk->left;
    }
}

bool cx_i_survival_next(cx_i_survival_walk *walk) {
    while (walk->next < walk->table->size) {
        const cx_i_survival_row *row = &walk->table->rows[walk->next++];
        int64_t events = survival_events(row, walk->unknown);
        int64_t censored = survival_censored(row, walk->unknown);
        if (events + censored == 0) continue;
        cx_i_survival_step(walk, row->time, events, censored);
        return true;
    }
    return false;
}

cx_i_survival_walk cx_i_survival_at(const cx_i_survival *table, cx_i_unknown_end unknown,
                                    double t) {
    cx_i_survival_walk walk = cx_i_survival_begin(table, unknown);
    while (walk.next < table->size && table->rows[walk.next].time <= t)
        if (!cx_i_survival_next(&walk)) break;
    if (walk.time < t) { /* nothing happens at t itself */
        walk.at_risk = walk.left;
        walk.events = walk.censored = 0;
    }
    return walk;
}

bool cx_i_survival_reaches(const cx_i_survival *table, cx_i_unknown_end unknown, double t) {
    if (t <= cx_i_survival_last(table, unknown)) return true;
    for (int64_t i = table->size; i-- > 0;) {
        if (survival_censored(&table->rows[i], unknown) > 0) return false;
        if (survival_events(&table->rows[i], unknown) > 0) return true;
    }
    return false;
}

double cx_i_survival_se(const cx_i_survival_walk *walk) {
    return walk->survival > 0 ? walk->survival * sqrt(walk->greenwood) : 0;
}

/* -- limits -------------------------------------------------------------------------------- */

/* 0 < survival < 1 */
static cx_i_interval survival_limits_inside(double survival, double greenwood, cx_method method,
                                            double z) {
    if (method == CX_METHOD_WALD) {
        double half = z * survival * sqrt(greenwood);
        return (cx_i_interval){fmax(survival - half, 0), fmin(survival + half, 1)};
    }
    double stretch = exp(z * sqrt(greenwood) / -log(survival));
    return (cx_i_interval){pow(survival, stretch), pow(survival, 1 / stretch)};
}

/* All of m lasted longer: the Clopper-Pearson limit. With nobody left nothing is known. */
static double survival_exact(double confidence, int64_t m) {
    return m > 0 ? pow((1 - confidence) / 2, 1 / (double)m) : 0;
}

cx_i_interval cx_i_survival_limits_z(const cx_i_survival_walk *walk, cx_method method,
                                     double confidence, double z) {
    if (walk->survival > 0 && walk->survival < 1)
        return survival_limits_inside(walk->survival, walk->greenwood, method, z);
    if (walk->survival >= 1)
        return (cx_i_interval){survival_exact(confidence, walk->left + walk->censored), 1};
    if (walk->survival_before < 1 && walk->survival_before > 0) {
        cx_i_interval before =
            survival_limits_inside(walk->survival_before, walk->greenwood_before, method, z);
        return (cx_i_interval){0, before.high};
    }
    return (cx_i_interval){0, 1 - survival_exact(confidence, walk->seen)};
}

cx_i_interval cx_i_survival_limits(const cx_i_survival_walk *walk, cx_method method,
                                   double confidence) {
    return cx_i_survival_limits_z(walk, method, confidence,
                                  cx_normal_quantile_upper((1 - confidence) / 2));
}
