#include "allocate/domains.h"

/* The smallest largest ratio. For one ratio T each domain needs a number of answers that falls as T
 * rises; T is halved until these numbers spend the budget. Within a domain Neyman's allocation is
 * the cheapest way to a variance: n = clip(t root - known), whose variance is C + R / t, C and R
 * sums over the points at and between their bounds. */

double cx_i_domain_ratio(const cx_i_domain *domain) {
    const cx_i_plan *part = &domain->part;
    cx_i_plan_sum sum = {-domain->base, 0};
    for (int64_t i = 0; i < part->points; i++)
        cx_i_plan_add(&sum, cx_i_plan_value(part, i, part->n[i]));
    return cx_i_plan_total(&sum) / domain->target;
}

/* At the first and the last level all points are at a bound, whatever t * root rounds to. */
static double domain_answer(const cx_i_domain *domain, int64_t i, double t) {
    const cx_i_plan *part = &domain->part;
    if (part->a[i] == 0 || t <= domain->first) return part->lower[i];
    if (t >= domain->last) return part->upper[i];
    return fmax(part->lower[i], fmin(t * sqrt(part->a[i]) - part->known[i], part->upper[i]));
}

static void domain_place(cx_i_domain *domain, double t) {
    domain->level = t;
    for (int64_t i = 0; i < domain->part.points; i++)
        domain->part.n[i] = domain_answer(domain, i, t);
}

/* C and R at t */
static void domain_parts(const cx_i_domain *domain, double t, double *fixed, double *slope) {
    const cx_i_plan *part = &domain->part;
    *fixed = *slope = 0;
    for (int64_t i = 0; i < part->points; i++) {
        double root = sqrt(part->a[i]), n = t * root - part->known[i];
        if (root == 0) continue;
        if (n > part->lower[i] && n < part->upper[i])
            *slope += root;
        else
            *fixed += part->a[i] /
                      ((n <= part->lower[i] ? part->lower[i] : part->upper[i]) + part->known[i]);
    }
}

enum { DOMAIN_NEWTON = 200, DOMAIN_HALVINGS = 200 };

/* Below the first level all points are at their floor, above the second all at capacity. */
static void domain_levels(cx_i_domain *domain) {
    const cx_i_plan *part = &domain->part;
    domain->first = INFINITY;
    domain->last = 0;
    for (int64_t i = 0; i < part->points; i++) {
        double root = sqrt(part->a[i]);
        if (root == 0) continue;
        domain->first = fmin(domain->first, (part->lower[i] + part->known[i]) / root);
        domain->last = fmax(domain->last, (part->upper[i] + part->known[i]) / root);
    }
    domain->level = isfinite(domain->last) ? domain->last : 2 * domain->first + 1;
}

static double domain_variance(const cx_i_domain *domain, double t) {
    double fixed, slope;
    domain_parts(domain, t, &fixed, &slope);
    return slope > 0 ? fixed + slope / t : fixed;
}

/* Between two levels, which may be many orders of magnitude apart. */
static double domain_middle(double low, double high) {
    if (!isfinite(high)) return INFINITY;
    if (low > 0 && high > 16 * low) return sqrt(low) * sqrt(high);
    return low == 0 ? high / 1024 : low + (high - low) / 2;
}

/* The level at which the variance comes down to `wanted`; the bounds when it cannot, or need not.
 */
static void domain_reach(cx_i_domain *domain, double wanted) {
    double low = domain->first, high = domain->last, t = domain->level, fixed, slope;
    if (low >= high || domain_variance(domain, low) <= wanted) {
        domain_place(domain, low < high ? low : 0);
        return;
    }
    if (isfinite(high) && domain_variance(domain, high) >= wanted) {
        domain_place(domain, high);
        return;
    }
    if (!(t > low && t < high)) t = isfinite(high) ? low + (high - low) / 2 : 2 * low + 1;
    for (int pass = 0; pass < DOMAIN_NEWTON; pass++) {
        domain_parts(domain, t, &fixed, &slope);
        double rest = wanted - fixed, next = rest > 0 ? slope / rest : INFINITY;
        if (next == t) break;
        if (next < t)
            high = t;
        else
            low = t;
        if (!(next > low && next < high)) next = fmin(domain_middle(low, high), 2 * t);
        if (!(next > low && next < high) || next > 1e290) break;
        t = next;
    }
    domain_place(domain, t);
}

static double domain_answers(const cx_i_domain *domain) {
    cx_i_plan_sum sum = {0, 0};
    for (int64_t i = 0; i < domain->part.points; i++) cx_i_plan_add(&sum, domain->part.n[i]);
    return cx_i_plan_total(&sum);
}

static double domains_spend(cx_i_domains *all, double ratio) {
    cx_i_plan_sum sum = {0, 0};
    for (int64_t d = 0; d < all->count; d++) {
        cx_i_domain *domain = &all->domain[d];
        domain_reach(domain, fmax(ratio * domain->target + domain->base, 0));
        cx_i_plan_add(&sum, domain_answers(domain));
    }
    return cx_i_plan_total(&sum);
}

/* Ratios are positive below the size of the population and may fall below 0 beyond it. */
static void domains_bracket(cx_i_domains *all, double *low, double *high) {
    double step = 1, x = 1;
    while (domains_spend(all, x) > all->budget && x < 1e300) x *= 16;
    *high = x;
    while (x > 1e-300 && domains_spend(all, x) <= all->budget) *high = x, x /= 16;
    *low = x;
    if (x > 1e-300) return;
    for (*low = 0; domains_spend(all, *low) <= all->budget && step < 1e300; step *= 16)
        *high = *low, *low = -step;
}

static void domains_continuous(cx_i_domains *all) {
    double low, high;
    for (int64_t d = 0; d < all->count; d++) domain_levels(&all->domain[d]);
    domains_bracket(all, &low, &high);
    for (int pass = 0; pass < DOMAIN_HALVINGS; pass++) {
        double middle = low + (high - low) / 2;
        if (middle <= low || middle >= high || high - low <= 1e-15 * fabs(high)) break;
        double spent = domains_spend(all, middle);
        if (spent <= all->budget)
            high = middle;
        else
            low = middle;
        if (spent == all->budget) break;
    }
    (void)domains_spend(all, high);
}

/* Points without importance take what nobody else can use, first row first. */
static void domains_remainder(cx_i_domains *all, double rest) {
    for (int64_t d = 0; d < all->count; d++) {
        cx_i_plan *part = &all->domain[d].part;
        for (int64_t i = 0; i < part->points && rest > 0; i++) {
            if (part->a[i] > 0) continue;
            double more = fmin(rest, part->upper[i] - part->n[i]);
            part->n[i] += more;
            rest -= more;
        }
    }
}

/* Room for rounding: at points between their bounds, which stay there. */
static double domain_room(const cx_i_plan *part, int64_t i) {
    if (part->a[i] == 0 || part->n[i] <= part->lower[i]) return 0;
    return (fmin(part->upper[i], 2 * part->n[i]) - part->n[i]) / 2;
}

/* What rounding of the ratio left over, in proportion to that room. */
static double domains_level(cx_i_domains *all) {
    cx_i_plan_sum rest = {all->budget, 0}, room = {0, 0};
    for (int64_t d = 0; d < all->count; d++) {
        cx_i_plan *part = &all->domain[d].part;
        for (int64_t i = 0; i < part->points; i++) {
            cx_i_plan_add(&rest, -part->n[i]);
            cx_i_plan_add(&room, domain_room(part, i));
        }
    }
    double left = cx_i_plan_total(&rest), share = left / cx_i_plan_total(&room);
    if (!(share > 0) || share > 1) return left;
    for (int64_t d = 0; d < all->count; d++) {
        cx_i_plan *part = &all->domain[d].part;
        for (int64_t i = 0; i < part->points; i++) part->n[i] += share * domain_room(part, i);
    }
    return 0;
}

/* -- whole numbers ------------------------------------------------------------------------- */

/* The point whose next answer gains most, or whose last answer gained least; -1: none. */
static int64_t domain_best(const cx_i_plan *part, bool last) {
    int64_t best = -1;
    double back = last ? 1 : 0, best_key = 0;
    for (int64_t i = 0; i < part->points; i++) {
        if (part->a[i] == 0) continue;
        if (last ? part->n[i] <= part->lower[i] : part->n[i] >= part->upper[i]) continue;
        double key = cx_i_plan_key(part, i, part->n[i] - back);
        int sign = best < 0 ? 0
                            : cx_i_plan_compare(part, i, part->n[i] - back, key, best,
                                                part->n[best] - back, best_key);
        if (best >= 0 && (last ? sign >= 0 : sign <= 0)) continue;
        best = i;
        best_key = key;
    }
    return best;
}

/* The domain that is worst off among those that can be helped, and the point to help it at. */
static int64_t domains_worst(const cx_i_domains *all, int64_t *point) {
    int64_t worst = -1;
    for (int64_t d = 0; d < all->count; d++) {
        const cx_i_domain *domain = &all->domain[d];
        if (worst >= 0 && !(domain->ratio > all->domain[worst].ratio)) continue;
        int64_t at = domain_best(&domain->part, false);
        if (at >= 0) worst = d, *point = at;
    }
    return worst;
}

/* The domain that is best off after giving an answer away, and the point to take it from. */
static int64_t domains_richest(cx_i_domains *all, int64_t *point, double *ratio) {
    int64_t richest = -1;
    *ratio = INFINITY;
    for (int64_t d = 0; d < all->count; d++) {
        cx_i_domain *domain = &all->domain[d];
        if (!(domain->ratio < *ratio)) continue;
        int64_t at = domain_best(&domain->part, true);
        if (at < 0) continue;
        domain->part.n[at]--;
        double left = cx_i_domain_ratio(domain);
        domain->part.n[at]++;
        if (left < *ratio) richest = d, *point = at, *ratio = left;
    }
    return richest;
}

static void domain_change(cx_i_domain *domain, int64_t point, double by) {
    domain->part.n[point] += by;
    domain->ratio = cx_i_domain_ratio(domain);
}

/* Each domain's best plan of a whole number of answers that the continuous plan affords. */
static double domains_floor(cx_i_domains *all, cx_i_plan_item *heap) {
    double rest = all->budget;
    for (int64_t d = 0; d < all->count; d++) {
        cx_i_domain *domain = &all->domain[d];
        cx_i_plan *part = &domain->part;
        part->budget = fmax(domain->least, fmin(floor(domain_answers(domain)), domain->most));
        part->integer = true;
        rest -= part->budget;
        cx_i_plan_solve(part, heap);
        cx_i_plan_scale(part);
        domain->ratio = cx_i_domain_ratio(domain);
    }
    return rest;
}

static void domains_whole(cx_i_domains *all, cx_i_plan_item *heap) {
    int64_t to = -1, from = -1, limit = 16 * (all->points + all->count) + 1024;
    double rest = domains_floor(all, heap), left;
    for (; rest > 0; rest--) {
        int64_t worst = domains_worst(all, &to);
        if (worst < 0) break;
        domain_change(&all->domain[worst], to, 1);
    }
    for (; limit > 0; limit--) {
        int64_t worst = domains_worst(all, &to), richest = domains_richest(all, &from, &left);
        all->high = worst < 0 ? -INFINITY : all->domain[worst].ratio;
        all->low = left;
        if (worst < 0 || richest < 0 || worst == richest || all->high <= left) break;
        domain_change(&all->domain[richest], from, -1);
        domain_change(&all->domain[worst], to, 1);
    }
    domains_remainder(all, rest);
}

static void domains_certify(cx_i_domains *all) {
    all->high = -INFINITY, all->low = INFINITY;
    for (int64_t d = 0; d < all->count; d++) {
        const cx_i_plan *part = &all->domain[d].part;
        bool less = false, more = false;
        for (int64_t i = 0; i < part->points; i++) {
            less = less || (part->a[i] > 0 && part->n[i] > part->lower[i]);
            more = more || (part->a[i] > 0 && part->n[i] < part->upper[i]);
        }
        if (more) all->high = fmax(all->high, all->domain[d].ratio);
        if (less) all->low = fmin(all->low, all->domain[d].ratio);
    }
}

void cx_i_domains_solve(cx_i_domains *all, cx_i_plan_item *heap) {
    domains_continuous(all);
    if (all->integer) {
        domains_whole(all, heap);
    } else {
        domains_remainder(all, domains_level(all));
    }
    for (int64_t d = 0; d < all->count; d++)
        all->domain[d].ratio = cx_i_domain_ratio(&all->domain[d]);
    if (!all->integer) domains_certify(all);
}
