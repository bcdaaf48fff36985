#include "allocate/plan.h"

/* All answers whose gain reaches a level form a prefix of the order of gains, so from there the
 * plan is finished by a heap alone: taking back the smallest gains, then adding the largest ones.
 * For equal costs at most one answer per point is in doubt at the continuous optimum's level. */

typedef struct plan_heap {
    const cx_i_plan *plan;
    cx_i_plan_item *item;
    int64_t count;
    bool
        last; /* false: gains of one more, largest first; true: gains of the last, smallest first */
} plan_heap;

static bool plan_before(const plan_heap *heap, const cx_i_plan_item *x, const cx_i_plan_item *y) {
    const cx_i_plan *plan = heap->plan;
    double back = heap->last ? 1 : 0;
    int sign = cx_i_plan_compare(plan, x->point, plan->n[x->point] - back, x->key, y->point,
                                 plan->n[y->point] - back, y->key);
    if (sign == 0) sign = x->point < y->point ? 1 : -1;
    return heap->last ? sign < 0 : sign > 0;
}

static void plan_sift(plan_heap *heap, int64_t at) {
    cx_i_plan_item moving = heap->item[at];
    for (int64_t child; (child = 2 * at + 1) < heap->count; at = child) {
        if (child + 1 < heap->count &&
            plan_before(heap, &heap->item[child + 1], &heap->item[child]))
            child++;
        if (!plan_before(heap, &heap->item[child], &moving)) break;
        heap->item[at] = heap->item[child];
    }
    heap->item[at] = moving;
}

static bool plan_has_room(const cx_i_plan *plan, int64_t i, bool last) {
    return cx_i_plan_matters(plan, i) &&
           (last ? plan->n[i] > plan->lower[i] : plan->n[i] < plan->upper[i]);
}

static void plan_heap_build(plan_heap *heap, const cx_i_plan *plan, cx_i_plan_item *item,
                            bool last) {
    *heap = (plan_heap){plan, item, 0, last};
    for (int64_t i = 0; i < plan->points; i++)
        if (plan_has_room(plan, i, last))
            item[heap->count++] =
                (cx_i_plan_item){cx_i_plan_key(plan, i, plan->n[i] - (last ? 1 : 0)), i};
    for (int64_t i = heap->count / 2; i-- > 0;) plan_sift(heap, i);
}

static void plan_heap_drop(plan_heap *heap) {
    heap->item[0] = heap->item[--heap->count];
    if (heap->count > 0) plan_sift(heap, 0);
}

/* The top point's n has changed. */
static void plan_heap_update(plan_heap *heap) {
    int64_t i = heap->item[0].point;
    if (!plan_has_room(heap->plan, i, heap->last)) {
        plan_heap_drop(heap);
        return;
    }
    heap->item[0].key = cx_i_plan_key(heap->plan, i, heap->plan->n[i] - (heap->last ? 1 : 0));
    plan_sift(heap, 0);
}

/* Answers for half of an amount: never too many, and soon all of it. */
static double plan_half(double amount, double cost) {
    return fmax(1, floor(amount / cost / 2));
}

/* How many steps the top point takes, at most, before it is another one's turn. Where gains are
 * rounded they may stand still over any number of answers. */
static double plan_stretch(const plan_heap *heap, double most) {
    const cx_i_plan *plan = heap->plan;
    int64_t i = heap->item[0].point, second = 1;
    most = fmin(most, heap->last ? plan->n[i] - plan->lower[i] : plan->upper[i] - plan->n[i]);
    if (!cx_i_plan_rounded(plan) || !(most > 1)) return 1;
    if (heap->count == 1) return most;
    if (heap->count > 2 && plan_before(heap, &heap->item[2], &heap->item[1])) second = 2;
    double low = 1, high = most + 1; /* the steps low and below are its own, high is not */
    for (double wide = 1; low + 1 < high; wide *= 2) {
        double step = fmin(low + wide, floor(low + (high - low) / 2));
        double n = plan->n[i] + (heap->last ? -step : step - 1);
        cx_i_plan_item moved = {cx_i_plan_key(plan, i, n), i};
        if (plan_before(heap, &moved, &heap->item[second]))
            low = step;
        else
            high = wide = step;
    }
    return low;
}

/* Every answer whose gain reaches the level t, and what they cost. */
static cx_i_plan_sum plan_threshold(cx_i_plan *plan, double t) {
    cx_i_plan_sum spent = {0, 0};
    for (int64_t i = 0; i < plan->points; i++) {
        double lower = plan->lower[i], upper = fmin(plan->upper[i], 0x1p53), n = lower;
        if (cx_i_plan_matters(plan, i)) {
            if (cx_i_plan_rounded(plan)) {
                n = floor(cx_i_plan_demand(plan, i, t) + 0.5);
            } else {
                double w = t * plan->root[i];
                n = floor(sqrt(0.25 + w * w) + 0.5 - plan->known[i]);
            }
            n = fmax(lower, fmin(n, upper));
            while (n > lower && cx_i_plan_compare_level(plan, i, n - 1, t) < 0) n--;
            while (n < upper && cx_i_plan_compare_level(plan, i, n, t) >= 0) n++;
        }
        plan->n[i] = n;
        cx_i_plan_add_product(&spent, cx_i_plan_cost(plan, i), n);
    }
    return spent;
}

/* What is left of the budget. Answers are counted exactly; of money the rounded sum decides, so
 * that ten times 0.1 is 1. */
static double plan_rest(const cx_i_plan *plan, const cx_i_plan_sum *spent) {
    if (plan->unit) return (plan->budget - spent->high) - spent->low;
    return plan->budget - cx_i_plan_total(spent);
}

static double plan_cheapest(const cx_i_plan *plan) {
    double least = cx_i_plan_cost(plan, 0);
    for (int64_t i = 1; i < plan->points; i++) least = fmin(least, cx_i_plan_cost(plan, i));
    return least;
}

/* Where costs differ by orders of magnitude one answer in doubt may weigh millions of others: the
 * level is moved until the heaps have no more than about two answers per point to settle. */
static cx_i_plan_sum plan_threshold_near(cx_i_plan *plan, double t, double cheapest) {
    double low = 0, high = 0, near = 2 * (double)plan->points * cheapest;
    cx_i_plan_sum spent = plan_threshold(plan, t);
    for (int pass = 0; pass < 128; pass++) {
        double over = -plan_rest(plan, &spent);
        if (fabs(over) <= near) break;
        if (over > 0)
            high = t;
        else
            low = t;
        t = high > 0 ? low + (high - low) / 2 : 2 * low;
        if (t == low || t == high) break;
        spent = plan_threshold(plan, t);
    }
    return spent;
}

static bool plan_fits(const cx_i_plan *plan, cx_i_plan_sum spent, double cost) {
    cx_i_plan_add(&spent, cost);
    return plan_rest(plan, &spent) >= 0;
}

/* What the rest of the budget would gain at point i if an answer could be bought in part. */
static double plan_part(const cx_i_plan *plan, int64_t i, double rest) {
    return rest / cx_i_plan_cost(plan, i) * cx_i_plan_gain(plan, i, plan->n[i]);
}

/* Adds while the best next answer fits; the one that does not bounds the gap to the relaxation in
 * which it may be bought in part. Then whatever fits, best gain first. */
static void plan_add(cx_i_plan *plan, cx_i_plan_sum spent, double cheapest, cx_i_plan_item *item) {
    plan_heap heap;
    bool broken = false;
    int64_t extra = 4 * plan->points + (INT64_C(1) << 20);
    plan->gap = 0;
    plan_heap_build(&heap, plan, item, false);
    while (heap.count > 0 && extra > 0 && plan_fits(plan, spent, cheapest)) {
        int64_t i = heap.item[0].point;
        double cost = cx_i_plan_cost(plan, i);
        bool fits = plan_fits(plan, spent, cost);
        if (!fits && !broken) plan->gap = plan_part(plan, i, plan_rest(plan, &spent));
        broken = broken || !fits;
        if (!fits) {
            plan_heap_drop(&heap);
            continue;
        }
        if (broken) plan->gap -= cx_i_plan_gain(plan, i, plan->n[i]), extra--;
        double run = broken ? 1 : plan_stretch(&heap, plan_half(plan_rest(plan, &spent), cost));
        plan->n[i] += run;
        cx_i_plan_add_product(&spent, cost, run);
        plan_heap_update(&heap);
    }
    double rest = plan_rest(plan, &spent);
    if (!broken && heap.count > 0 && rest > 0)
        plan->gap = plan_part(plan, heap.item[0].point, rest);
    plan->gap = fmax(plan->gap, 0);
}

void cx_i_plan_whole(cx_i_plan *plan, double t, cx_i_plan_item *item) {
    double cheapest = plan_cheapest(plan);
    cx_i_plan_sum spent = plan_threshold_near(plan, t, cheapest);
    plan_heap heap;
    if (plan_rest(plan, &spent) < 0) {
        plan_heap_build(&heap, plan, item, true);
        while (heap.count > 0 && plan_rest(plan, &spent) < 0) {
            int64_t i = heap.item[0].point;
            double cost = cx_i_plan_cost(plan, i);
            double run = plan_stretch(&heap, plan_half(-plan_rest(plan, &spent), cost));
            plan->n[i] -= run;
            cx_i_plan_add_product(&spent, -cost, run);
            plan_heap_update(&heap);
        }
    }
    plan_add(plan, spent, cheapest, item);
}

void cx_i_plan_solve(cx_i_plan *plan, cx_i_plan_item *heap) {
    bool rounded = cx_i_plan_rounded(plan);
    if (!rounded) cx_i_plan_scale(plan); /* a full plan too is certified by its roots */
    if (cx_i_plan_full(plan)) return;
    double t = rounded ? cx_i_plan_level_rounded(plan) : cx_i_plan_level(plan);
    if (plan->integer) cx_i_plan_whole(plan, t, heap);
}
