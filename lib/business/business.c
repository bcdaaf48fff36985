#include "business/business.h"

static const char *const business_part_names[] = {
#define BUSINESS_PART_NAME(name, number, text) [number] = text,
    CX_BUSINESS_PART_LIST(BUSINESS_PART_NAME)
#undef BUSINESS_PART_NAME
};

const char *cx_business_part_name(int32_t part) {
    return part >= 0 && part < CX_BUSINESS_PART_END ? business_part_names[part] : "unknown";
}

void cx_business_options_init(cx_business_options *options) {
    if (options == NULL) return;
    *options = (cx_business_options){.struct_size = sizeof *options,
                                     .stores = 200,
                                     .months = 36,
                                     .customers = 60000,
                                     .store_count = -1,
                                     .price_month = 20,
                                     .ease = 0.25,
                                     .efficiency = 0.15,
                                     .emotion = 0.4,
                                     .engagement = 0.4,
                                     .icc = 0.15,
                                     .hazard = 0.02,
                                     .hazard_ratio = 0.8,
                                     .spend = 0.8,
                                     .theta = 0.6,
                                     .confounder_cx = 0.3,
                                     .confounder_spend = 0.2,
                                     .confounder_hazard = 0.15,
                                     .asked = 0.1,
                                     .response_cx = 0.3,
                                     .response_leaving = -1};
}

/* -- options ------------------------------------------------------------------------------- */

static cx_status business_whole(const char *name, int64_t value, int64_t low, int64_t high,
                                cx_error *err) {
    if (value >= low && value <= high) return CX_OK;
    return cx_i_fail(err, CX_E_OPTION, "%s is %d; it has to lie between %d and %d", name, value,
                     low, high);
}

static cx_status business_counts(const cx_business_options *o, cx_error *err) {
    CX_TRY(business_whole("stores", o->stores, 2, CX_BUSINESS_MOST_STORES, err));
    CX_TRY(business_whole("months", o->months, 12, CX_BUSINESS_MOST_MONTHS, err));
    CX_TRY(business_whole("customers", o->customers, 0, CX_BUSINESS_MOST_CUSTOMERS, err));
    CX_TRY(business_whole("first_store", o->first_store, 0, o->stores - 1, err));
    CX_TRY(business_whole("store_count", o->store_count, -1, o->stores - o->first_store, err));
    return business_whole("price_month", o->price_month, 0, INT32_MAX, err);
}

static cx_status business_numbers(const cx_business_options *o, cx_error *err) {
    const struct {
        const char *name;
        double value, low, high;
    } list[] = {{"ease", o->ease, -3, 3},
                {"efficiency", o->efficiency, -3, 3},
                {"emotion", o->emotion, -3, 3},
                {"engagement", o->engagement, 0, 1},
                {"icc", o->icc, 0.001, 0.999},
                {"hazard", o->hazard, 1e-6, 0.5},
                {"hazard_ratio", o->hazard_ratio, 0.3, 3},
                {"spend", o->spend, -10, 10},
                {"theta", o->theta, 0, 0.9},
                {"confounder_cx", o->confounder_cx, 0, 0.8},
                {"confounder_spend", o->confounder_spend, 0, 0.8},
                {"confounder_hazard", o->confounder_hazard, -1, 1},
                {"confounder_moves", o->confounder_moves, 0, 1},
                {"asked", o->asked, 0, 1},
                {"response_cx", o->response_cx, -2, 2},
                {"response_leaving", o->response_leaving, -5, 5}};
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        if (!(list[i].value >= list[i].low && list[i].value <= list[i].high))
            return cx_i_fail(err, CX_E_OPTION, "%s is %g; it has to lie between %g and %g",
                             list[i].name, list[i].value, list[i].low, list[i].high);
    if (cx_i_business_own_variance(o) >= 0) return CX_OK;
    return cx_i_fail(err, CX_E_OPTION,
                     "confounder_cx %g and engagement %g leave stores no variance of their own: "
                     "make one of them smaller",
                     o->confounder_cx, o->engagement);
}

static cx_status business_options(const cx_business_options *given, cx_business_options *used,
                                  cx_error *err) {
    cx_business_options_init(used);
    CX_TRY(cx_i_options_take(given, used, sizeof *used, "cx_business_options", err));
    CX_TRY(business_counts(used, err));
    return business_numbers(used, err);
}

/* -- columns of numbers -------------------------------------------------------------------- */

enum { BUSINESS_COLUMNS = 16 };

/* Columns of one table, some whole and some not, and the row to write next. */
typedef struct business_rows {
    int64_t *whole[BUSINESS_COLUMNS], at;
    double *real[BUSINESS_COLUMNS];
    bool *hidden; /* rows without a score */
    double score, sum;
    int64_t asked, answers;
} business_rows;

/* Names up to NULL; those that begin with '#' are of whole numbers. */
static cx_status business_columns(cx_table *table, const char *const *names, business_rows *rows,
                                  cx_error *err) {
    for (int i = 0; names[i] != NULL; i++)
        if (names[i][0] == '#')
            CX_TRY(cx_i_table_i64(table, names[i] + 1, &rows->whole[i], err));
        else
            CX_TRY(cx_i_table_f64(table, names[i], &rows->real[i], err));
    return CX_OK;
}

/* -- tables -------------------------------------------------------------------------------- */

static void business_tally(void *to, const cx_i_business_visit *visit) {
    const cx_i_business *b = to;
    cx_i_business_cell *cell =
        &b->cells[(visit->store - b->first) * b->options.months + visit->month - 1];
    cell->customers++;
    cell->left += visit->event;
    cell->asked += visit->asked;
    if (!visit->answered) return;
    cell->responses++;
    cell->score += (double)visit->score;
}

static void business_store_row(const cx_i_business *b, const business_rows *rows, int64_t at) {
    const cx_i_business_cell *cell = &b->cells[at];
    int64_t row = at / b->options.months, month = at % b->options.months + 1;
    rows->whole[0][at] = b->first + row;
    rows->whole[1][at] = month;
    rows->real[2][at] = cell->cx;
    rows->whole[3][at] = (int64_t)cell->asked;
    rows->whole[4][at] = (int64_t)cell->responses;
    rows->whole[5][at] = (int64_t)cell->customers;
    rows->whole[6][at] = (int64_t)cell->left;
    rows->real[7][at] = cell->engagement;
    rows->real[8][at] = cell->staffed;
    rows->real[9][at] = cell->spend;
    rows->real[10][at] = cell->competitor;
    for (int i = 0; i < CX_I_BUSINESS_INITIATIVES; i++)
        rows->whole[11 + i][at] = month >= b->start[CX_I_BUSINESS_INITIATIVES * row + i] ? 1 : 0;
    rows->whole[14][at] = cx_i_business_price(&b->options, month) ? 1 : 0;
}

static cx_status business_stores(cx_i_business *b, cx_table **table, cx_error *err) {
    static const char *const names[] = {"#store",      "#month",     "cx",
                                        "#asked",      "#responses", "#customers",
                                        "#left",       "engagement", "surveyed_engagement",
                                        "spend",       "competitor", "#ease",
                                        "#efficiency", "#emotion",   "#price",
                                        NULL};
    business_rows rows = {.at = 0};
    int64_t count = b->count * b->options.months;
    double *surveyed;
    cx_i_business_customers(b, business_tally, b);
    CX_TRY(cx_i_table_new(count, &b->allocator, table, err));
    CX_TRY(business_columns(*table, names, &rows, err));
    for (int64_t at = 0; at < count; at++) business_store_row(b, &rows, at);
    CX_TRY(cx_i_table_f64(*table, "surveyed", &surveyed, err));
    for (int64_t at = 0; at < count; at++) {
        surveyed[at] = b->cells[at].score / b->cells[at].responses;
        if (b->cells[at].responses < 1) CX_TRY(cx_i_table_null(*table, at, err));
    }
    return CX_OK;
}

static void business_customer_row(void *to, const cx_i_business_visit *visit) {
    business_rows *rows = to;
    int64_t at = rows->at;
    if (visit->first) {
        rows->asked = rows->answers = 0;
        rows->sum = rows->score = 0;
        rows->whole[0][at] = visit->customer;
        rows->whole[1][at] = visit->store;
        rows->whole[2][at] = visit->month;
        rows->whole[3][at] = visit->entry;
    }
    rows->sum += visit->cx;
    rows->asked += visit->asked;
    rows->answers += visit->answered;
    if (visit->answered) rows->score = (double)visit->score;
    if (!visit->last) return;
    rows->whole[4][at] = visit->tenure;
    rows->whole[5][at] = visit->event;
    rows->real[6][at] = rows->sum / (double)(visit->tenure - visit->entry);
    rows->whole[7][at] = rows->asked;
    rows->whole[8][at] = rows->answers;
    rows->real[9][at] = rows->score;
    rows->hidden[at] = rows->answers == 0;
    rows->at++;
}

static void business_month_row(void *to, const cx_i_business_visit *visit) {
    business_rows *rows = to;
    int64_t at = rows->at++;
    const int64_t whole[] = {visit->customer, visit->store,    visit->month,
                             visit->tenure,   visit->event,    visit->leaving,
                             visit->asked,    visit->answered, visit->price};
    for (int i = 0; i < 9; i++) rows->whole[i][at] = whole[i];
    rows->real[9][at] = visit->cx;
    rows->real[10][at] = visit->competitor;
    rows->real[11][at] = visit->answered ? (double)visit->score : 0;
    rows->hidden[at] = !visit->answered;
}

static void business_count(void *to, const cx_i_business_visit *visit) {
    int64_t *count = to;
    (void)visit;
    ++*count;
}

/* One row for each customer, or for each of their months; the score comes last. */
static cx_status business_people(cx_i_business *b, int64_t count, const char *const *names,
                                 cx_i_business_see *see, cx_table **table, cx_error *err) {
    business_rows rows = {.at = 0};
    CX_TRY(cx_i_table_new(count, &b->allocator, table, err));
    CX_TRY(business_columns(*table, names, &rows, err));
    rows.hidden = cx_i_alloc_array(&b->allocator, count, sizeof *rows.hidden);
    if (rows.hidden == NULL) return cx_i_out_of_memory(err);
    cx_i_business_customers(b, see, &rows);
    cx_status status = cx_i_table_hide(*table, rows.hidden, err);
    cx_i_free(&b->allocator, rows.hidden);
    return status;
}

static cx_status business_customers(cx_i_business *b, cx_table **table, cx_error *err) {
    static const char *const names[] = {"#customer", "#store", "#first", "#entry",
                                        "#exit",     "#event", "cx",     "#asked",
                                        "#answers",  "score",  NULL};
    int64_t count =
        cx_i_business_customer(b, b->first + b->count) - cx_i_business_customer(b, b->first);
    return business_people(b, count, names, business_customer_row, table, err);
}

static cx_status business_months(cx_i_business *b, cx_table **table, cx_error *err) {
    static const char *const names[] = {"#customer",  "#store", "#month",    "#tenure", "#event",
                                        "#leaving",   "#asked", "#answered", "#price",  "cx",
                                        "competitor", "score",  NULL};
    int64_t count = 0;
    cx_i_business_customers(b, business_count, &count);
    return business_people(b, count, names, business_month_row, table, err);
}

static cx_status business_employees(cx_i_business *b, cx_table **table, cx_error *err) {
    static const char *const names[] = {"#store", "#month", "#employee", "engagement", NULL};
    business_rows rows = {.at = 0};
    int64_t cells = b->count * b->options.months;
    CX_TRY(cx_i_table_new(cells * CX_I_BUSINESS_STAFF, &b->allocator, table, err));
    CX_TRY(business_columns(*table, names, &rows, err));
    for (int64_t cell = 0; cell < cells; cell++) {
        int64_t store = b->first + cell / b->options.months, month = cell % b->options.months + 1;
        cx_i_draws draws = cx_i_business_staff(b, store, month);
        for (int64_t i = 0; i < CX_I_BUSINESS_STAFF; i++, rows.at++) {
            rows.whole[0][rows.at] = store;
            rows.whole[1][rows.at] = month;
            rows.whole[2][rows.at] = i + 1;
            rows.real[3][rows.at] = b->cells[cell].engagement + b->staff * cx_i_draw_normal(&draws);
        }
    }
    return CX_OK;
}

static cx_status business_truth(cx_i_business *b, cx_table **table, cx_error *err) {
    cx_i_business_fact facts[CX_I_BUSINESS_FACTS];
    const char *quantity[CX_I_BUSINESS_FACTS], *meaning[CX_I_BUSINESS_FACTS];
    double *value;
    cx_i_business_facts(b, facts);
    CX_TRY(cx_i_table_new(CX_I_BUSINESS_FACTS, &b->allocator, table, err));
    for (int i = 0; i < CX_I_BUSINESS_FACTS; i++)
        quantity[i] = facts[i].quantity, meaning[i] = facts[i].meaning;
    CX_TRY(cx_i_table_words(*table, "quantity", quantity, err));
    CX_TRY(cx_i_table_f64(*table, "value", &value, err));
    for (int i = 0; i < CX_I_BUSINESS_FACTS; i++) value[i] = facts[i].value;
    return cx_i_table_words(*table, "meaning", meaning, err);
}

/* -- the call ------------------------------------------------------------------------------ */

static cx_status business_table(cx_i_business *b, int32_t part, cx_table **table, cx_error *err) {
    static cx_status (*const make[])(cx_i_business *, cx_table **, cx_error *) = {
        business_stores, business_customers, business_months, business_employees, business_truth};
    cx_i_business_fact facts[CX_I_BUSINESS_FACTS];
    CX_TRY(make[part](b, table, err));
    cx_i_business_facts(b, facts);
    for (int i = 0; i < CX_I_BUSINESS_FACTS; i++)
        CX_TRY(cx_i_table_figure(*table, facts[i].quantity, facts[i].value, err));
    return CX_OK;
}

cx_status cx_simulate_business(int32_t part, const cx_business_options *options, cx_table **out,
                               cx_error *err) {
    cx_business_options used;
    cx_i_business b;
    cx_table *table = NULL;
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    if (part < 0 || part >= CX_BUSINESS_PART_END)
        return cx_i_fail(err, CX_E_OPTION, "part %d is no table of the company", (int64_t)part);
    CX_TRY(business_options(options, &used, err));
    cx_status status = cx_i_business_open(&b, &used, err);
    if (status == CX_OK) status = business_table(&b, part, &table, err);
    cx_i_business_close(&b);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}
