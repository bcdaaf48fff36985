#include "business/business.h"

/* -- what all stores share ----------------------------------------------------------------- */

bool cx_i_business_price(const cx_business_options *o, int64_t month) {
    return o->price_month > 0 && month >= o->price_month;
}

/* Month 36 of 36 is the last; a shorter history has its waves closer together. */
int64_t cx_i_business_start(const cx_business_options *o, int initiative, int64_t wave) {
    return 1 + o->months * (4 + 3 * initiative + 3 * wave) / 36;
}

static void business_common(cx_i_business *b) {
    const cx_business_options *o = &b->options;
    for (int64_t at = 0; at < CX_I_BUSINESS_BEFORE + o->months; at++) {
        int64_t month = at - CX_I_BUSINESS_BEFORE + 1;
        cx_i_draws draws = cx_i_draws_at(o->seed, CX_I_PURPOSE_BUSINESS_COMMON, 0, at);
        double season = sin(0.52359877559829887 * (double)month);
        b->common_cx[at] = 0.15 * season + 0.1 * cx_i_draw_normal(&draws);
        b->common_spend[at] = season + 0.3 * cx_i_draw_normal(&draws);
        if (!cx_i_business_price(o, month)) continue;
        b->common_cx[at] += CX_I_BUSINESS_PRICE_CX;
        b->common_spend[at] += CX_I_BUSINESS_PRICE_SPEND;
    }
}

static double business_lot(const cx_i_business *b, int initiative, int64_t store) {
    return cx_random_uniform(b->options.seed, CX_I_PURPOSE_BUSINESS_WAVE, (uint64_t)store,
                             (uint32_t)initiative);
}

/* Waves of equal size, by rank in a lottery of all stores. */
static void business_roll_out(cx_i_business *b, int64_t store) {
    const cx_business_options *o = &b->options;
    for (int i = 0; i < CX_I_BUSINESS_INITIATIVES; i++) {
        double lot = business_lot(b, i, store);
        int64_t rank = 0;
        for (int64_t other = 0; other < o->stores; other++)
            rank += business_lot(b, i, other) < lot ? 1 : 0;
        b->start[CX_I_BUSINESS_INITIATIVES * (store - b->first) + i] =
            cx_i_business_start(o, i, rank * CX_I_BUSINESS_WAVES / o->stores);
    }
}

/* -- one store ----------------------------------------------------------------------------- */

/* A stationary autoregression of variance 1. */
static double business_walk(cx_i_draws *draws, double before, double memory) {
    return memory * before + sqrt(1 - memory * memory) * cx_i_draw_normal(draws);
}

typedef struct business_store {
    cx_i_draws draws;
    double own, spend, competitor, engagement; /* what stays */
    double moving, mood[CX_I_BUSINESS_LAG + 1], noise, stock;
} business_store;

static business_store business_begin(const cx_i_business *b, int64_t store) {
    const cx_business_options *o = &b->options;
    business_store s = {.draws = cx_i_draws_at(o->seed, CX_I_PURPOSE_BUSINESS_STORE, 0, store)};
    s.own = b->own * cx_i_draw_normal(&s.draws);
    s.spend = CX_I_BUSINESS_SPEND_STORE * cx_i_draw_normal(&s.draws);
    s.competitor = sqrt(1 - o->confounder_moves) * cx_i_draw_normal(&s.draws);
    s.engagement = CX_I_BUSINESS_ENGAGED_STORE * cx_i_draw_normal(&s.draws);
    s.moving = cx_i_draw_normal(&s.draws);
    for (int i = 0; i <= CX_I_BUSINESS_LAG; i++)
        s.mood[i] = i == 0 ? cx_i_draw_normal(&s.draws)
                           : business_walk(&s.draws, s.mood[i - 1], CX_I_BUSINESS_ENGAGED_MEMORY);
    s.noise = cx_i_draw_normal(&s.draws);
    s.stock =
        (s.own - b->competitor_cx * s.competitor + o->engagement * s.engagement) / (1 - o->theta);
    return s;
}

static double business_engaged(const business_store *s, int ago) {
    return CX_I_BUSINESS_ENGAGED + s->engagement +
           CX_I_BUSINESS_ENGAGED_MONTH * s->mood[CX_I_BUSINESS_LAG - ago];
}

static void business_step(business_store *s) {
    for (int i = 0; i < CX_I_BUSINESS_LAG; i++) s->mood[i] = s->mood[i + 1];
    s->mood[CX_I_BUSINESS_LAG] =
        business_walk(&s->draws, s->mood[CX_I_BUSINESS_LAG - 1], CX_I_BUSINESS_ENGAGED_MEMORY);
    s->moving = business_walk(&s->draws, s->moving, CX_I_BUSINESS_COMPETITOR_MEMORY);
    s->noise = business_walk(&s->draws, s->noise, CX_I_BUSINESS_SPEND_MEMORY);
}

static double business_initiatives(const cx_i_business *b, int64_t row, int64_t month) {
    const double effects[] = {b->options.ease, b->options.efficiency, b->options.emotion};
    double sum = 0;
    for (int i = 0; i < CX_I_BUSINESS_INITIATIVES; i++)
        if (month >= b->start[CX_I_BUSINESS_INITIATIVES * row + i]) sum += effects[i];
    return sum;
}

static cx_i_business_cell business_cell(const cx_i_business *b, business_store *s, int64_t row,
                                        int64_t at) {
    const cx_business_options *o = &b->options;
    cx_i_business_cell cell = {.engagement = business_engaged(s, 0)};
    cell.competitor = s->competitor + sqrt(o->confounder_moves) * s->moving;
    double engaged = business_engaged(s, CX_I_BUSINESS_LAG) - CX_I_BUSINESS_ENGAGED;
    double x = s->own - b->competitor_cx * cell.competitor + o->engagement * engaged +
               business_initiatives(b, row, at - CX_I_BUSINESS_BEFORE + 1) + b->common_cx[at] +
               CX_I_BUSINESS_WITHIN * cx_i_draw_normal(&s->draws);
    s->stock = x + o->theta * s->stock;
    cell.cx = CX_I_BUSINESS_LEVEL + x;
    cell.spend = CX_I_BUSINESS_SPEND + s->spend + o->spend * s->stock -
                 b->competitor_spend * cell.competitor + b->common_spend[at] +
                 CX_I_BUSINESS_SPEND_MONTH * s->noise;
    return cell;
}

cx_i_draws cx_i_business_staff(const cx_i_business *b, int64_t store, int64_t month) {
    return cx_i_draws_at(b->options.seed, CX_I_PURPOSE_BUSINESS_STAFF, (uint32_t)month, store);
}

static double business_staff_mean(const cx_i_business *b, int64_t store, int64_t month,
                                  double mean) {
    cx_i_draws draws = cx_i_business_staff(b, store, month);
    double sum = 0;
    for (int i = 0; i < CX_I_BUSINESS_STAFF; i++) sum += mean + b->staff * cx_i_draw_normal(&draws);
    return sum / CX_I_BUSINESS_STAFF;
}

static void business_live(cx_i_business *b, int64_t row) {
    int64_t months = b->options.months, store = b->first + row;
    business_store s = business_begin(b, store);
    for (int64_t at = 0; at < CX_I_BUSINESS_BEFORE + months; at++) {
        business_step(&s);
        cx_i_business_cell cell = business_cell(b, &s, row, at);
        if (at < CX_I_BUSINESS_BEFORE) continue;
        int64_t month = at - CX_I_BUSINESS_BEFORE;
        cell.staffed = business_staff_mean(b, store, month + 1, cell.engagement);
        b->cells[row * months + month] = cell;
    }
}

/* -- all of them --------------------------------------------------------------------------- */

double cx_i_business_own_variance(const cx_business_options *o) {
    double staff = o->engagement * CX_I_BUSINESS_ENGAGED_STORE;
    return CX_I_BUSINESS_BETWEEN * (1 - o->confounder_cx) - staff * staff;
}

static void business_sizes(cx_i_business *b) {
    const cx_business_options *o = &b->options;
    double odds = o->confounder_spend / (1 - o->confounder_spend);
    double engaged = CX_I_BUSINESS_ENGAGED_STORE * CX_I_BUSINESS_ENGAGED_STORE +
                     CX_I_BUSINESS_ENGAGED_MONTH * CX_I_BUSINESS_ENGAGED_MONTH;
    b->own = sqrt(fmax(cx_i_business_own_variance(o), 0));
    b->competitor_cx = sqrt(CX_I_BUSINESS_BETWEEN * o->confounder_cx);
    b->competitor_spend = CX_I_BUSINESS_SPEND_STORE * sqrt(odds / (1 - o->confounder_cx));
    b->staff = sqrt(engaged * (1 - o->icc) / o->icc);
}

cx_status cx_i_business_open(cx_i_business *b, const cx_business_options *options, cx_error *err) {
    memset(b, 0, sizeof *b);
    b->options = *options;
    b->allocator = cx_i_allocator(options->allocator);
    b->first = options->first_store;
    b->count = options->store_count < 0 ? options->stores - b->first : options->store_count;
    business_sizes(b);
    business_common(b);
    b->start =
        cx_i_alloc_array(&b->allocator, b->count * CX_I_BUSINESS_INITIATIVES, sizeof *b->start);
    b->cells = cx_i_alloc_array(&b->allocator, b->count * options->months, sizeof *b->cells);
    if (b->start == NULL || b->cells == NULL) return cx_i_out_of_memory(err);
    for (int64_t row = 0; row < b->count; row++) {
        business_roll_out(b, b->first + row);
        business_live(b, row);
    }
    return CX_OK;
}

void cx_i_business_close(cx_i_business *b) {
    cx_i_free(&b->allocator, b->start);
    cx_i_free(&b->allocator, b->cells);
}
