#include "business/finance.h"

#include <float.h>

/* Roots of sums of exponentials. Level k is the sum from term k on, over its first exponential and
 * differentiated k times: one term less and one root less a level, and the roots of level k + 1 are
 * all the places where level k turns. */

typedef struct roots_sum {
    const double *amount, *time;
    double *log_size; /* of the coefficients at this level */
    int64_t first, count;
} roots_sum;

typedef struct roots_value {
    double value, slope; /* to one scale */
    double error;        /* of the value, to that scale */
} roots_value;

static roots_value roots_at(const roots_sum *s, double x) {
    double top = -(double)INFINITY, origin = s->time[s->first], size = 0;
    roots_value found = {0, 0, 0};
    for (int64_t i = s->first; i < s->count; i++)
        top = fmax(top, s->log_size[i] - (s->time[i] - origin) * x);
    for (int64_t i = s->first; i < s->count; i++) {
        double t = s->time[i] - origin, term = exp(s->log_size[i] - t * x - top);
        size += term * (1 + fabs(t * x) + fabs(s->log_size[i]));
        if (s->amount[i] < 0) term = -term;
        found.value += term;
        found.slope -= t * term;
    }
    found.error = 4 * DBL_EPSILON * size;
    return found;
}

static int32_t roots_sign(double value) {
    return value > 0 ? 1 : value < 0 ? -1 : 0;
}

static bool roots_touches(const roots_value *at) {
    return fabs(at->value) <= at->error;
}

/* Newton's steps from a bracket, halved where they leave it or are slow. sign: of the value at
 * `high`. */
static double roots_polish(const roots_sum *s, double low, double high, int32_t sign) {
    double x = low + (high - low) / 2;
    for (int i = 0; i < 200; i++) {
        roots_value at = roots_at(s, x);
        if (at.value == 0) return x;
        if (roots_sign(at.value) == sign) {
            high = x;
        } else {
            low = x;
        }
        double next = x - at.value / at.slope, middle = low + (high - low) / 2;
        if (!(next > low && next < high)) next = middle;
        if (i > 8 && i % 3 == 0) next = middle; /* a bracket that shrinks from one side only */
        if (fabs(next - x) <= 2 * DBL_EPSILON * fmax(fabs(x), 1e-3)) return next;
        x = next;
    }
    return x;
}

/* From `from` outwards (direction -1 or 1) until the value has the sign it tends to. */
static bool roots_reach(const roots_sum *s, double from, int32_t direction, int32_t sign,
                        double *end) {
    double step = 0.5;
    for (int i = 0; i < 100; i++, step *= 2) {
        double x = from + direction * step;
        roots_value at = roots_at(s, x);
        if (roots_sign(at.value) == sign && !roots_touches(&at)) {
            *end = x;
            return true;
        }
    }
    return false;
}

typedef struct roots_list {
    double *x;
    int32_t *slope; /* NULL where it is of no interest */
    int64_t count;
} roots_list;

static void roots_put(roots_list *list, double x, int32_t slope) {
    if (list->slope != NULL) list->slope[list->count] = slope;
    list->x[list->count++] = x;
}

/* The roots of one level, given where it turns. */
static void roots_level(const roots_sum *s, const double *turn, int64_t turns, roots_list *out) {
    int32_t low_end = roots_sign(s->amount[s->count - 1]), high_end;
    int32_t before = low_end; /* the sign on the left of this stretch */
    double left = NAN;        /* its left end; NaN: without end */
    high_end = roots_sign(s->amount[s->first]);
    for (int64_t i = 0; i <= turns; i++) {
        roots_value at = {0, 0, 0};
        bool last = i == turns;
        double right = last ? NAN : turn[i];
        if (!last) at = roots_at(s, right);
        bool touch = !last && roots_touches(&at);
        int32_t after = last ? high_end : touch ? before : roots_sign(at.value);
        if (after != before) {
            double low = left, high = right, from = isnan(left) ? isnan(right) ? 0 : right : left;
            bool found = true;
            if (isnan(low)) found = roots_reach(s, from, -1, before, &low);
            if (isnan(high)) found = found && roots_reach(s, from, 1, after, &high);
            if (found) roots_put(out, roots_polish(s, low, high, after), after);
        } else if (touch) {
            roots_put(out, right, 0);
        }
        if (!touch) before = after;
        left = right;
    }
}

static int64_t roots_changes(const double *amount, int64_t first, int64_t count) {
    int64_t changes = 0;
    for (int64_t i = first + 1; i < count; i++) changes += (amount[i] < 0) != (amount[i - 1] < 0);
    return changes;
}

/* The sizes of the coefficients at a level. */
static void roots_sizes(roots_sum *s) {
    for (int64_t i = s->first; i < s->count; i++) {
        s->log_size[i] = log(fabs(s->amount[i]));
        for (int64_t j = 0; j < s->first; j++) s->log_size[i] += log(s->time[i] - s->time[j]);
    }
}

cx_status cx_i_flow_roots(const double *amount, const double *time, int64_t count, double *room,
                          double *root, int32_t *slope, int64_t *found, cx_error *err) {
    double *turns = room + count, *other = room + 2 * count;
    roots_sum s = {amount, time, room, 0, count};
    roots_list list = {other, NULL, 0};
    int64_t turn_count = 0;
    /* with one change of sign there is one root, wherever the sum turns */
    while (roots_changes(amount, s.first, count) > 1) s.first++;
    for (;; s.first--) {
        /* levels below alternate in sign together, which no root sees */
        list = (roots_list){s.first == 0 ? root : other, s.first == 0 ? slope : NULL, 0};
        roots_sizes(&s);
        roots_level(&s, turns, turn_count, &list);
        if (s.first == 0) break;
        turn_count = list.count;
        memcpy(turns, other, (size_t)turn_count * sizeof *turns);
    }
    *found = list.count;
    for (int64_t i = 0; i < list.count; i++)
        if (root[i] > 690)
            return cx_i_fail(err, CX_E_OVERFLOW,
                             "a rate of return lies beyond 1e300: look at the first flow");
    return CX_OK;
}
