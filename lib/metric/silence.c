#include "metric/silence.h"

#include "base/keys_map.h"
#include "base/times.h"
#include "stat/estimate.h"
#include "stat/interval.h"
#include "stat/keys_table.h"

/* A log of contacts, customer by customer, against the rhythm of each. */

#define SILENCE_MICROS 1e6
/* The most gaps that the population is worth: from then on a customer speaks for himself, also
 * where all seem to be alike. */
#define SILENCE_MOST_SHAPE 5.0

/* -- contacts, sorted by customer ---------------------------------------------------------- */

typedef struct silence_customer {
    int64_t first, last, start; /* of the last contact: `start` is where its merged ones begin */
    int64_t gaps;
} silence_customer;

typedef struct silence_log {
    const cx_array *customer, *time;
    int64_t now;
    cx_silence_options options;
    cx_allocator allocator;
    cx_i_keys keys;
    uint32_t *number; /* of the customer, by contact */
    int64_t *times, *sorted;
    int64_t *ends; /* by customer: where his contacts end in `sorted` */
    silence_customer *customers;
    int64_t contacts, merged, missing, no_id, later;
    bool plain;                /* times are read as they stand */
    double shape, scale, rate; /* shape infinite: one rate for all */
} silence_log;

/* Times that need no conversion, without a bitmap */
static bool silence_plain(const cx_array *time) {
    bool micros =
        time->dtype == CX_I64 || (time->dtype == CX_TIMESTAMP && time->unit == CX_MICROSECONDS);
    return micros && time->validity == NULL && time->stride == (int64_t)sizeof(int64_t);
}

static cx_status silence_take(silence_log *log, int64_t row, uint32_t number, cx_error *err) {
    int64_t time;
    if (cx_i_times_missing(log->customer, row)) {
        log->no_id++;
        return CX_OK;
    }
    if (log->plain) {
        memcpy(&time, (const char *)log->time->data + row * (int64_t)sizeof time, sizeof time);
    } else {
        cx_array named = cx_i_array_named(log->time, "time");
        if (cx_i_times_missing(log->time, row)) {
            log->missing++;
            return CX_OK;
        }
        CX_TRY(cx_i_times_read(&named, row, &time, err));
    }
    if (time > log->now) {
        log->later++;
        return CX_OK;
    }
    log->number[log->contacts] = number;
    log->times[log->contacts++] = time;
    return CX_OK;
}

static cx_status silence_read_mapped(silence_log *log, cx_i_key_map *map, cx_error *err) {
    uint32_t entries[CX_I_MAP_BLOCK];
    int64_t length = log->customer->length;
    for (int64_t start = 0; start < length; start += CX_I_MAP_BLOCK) {
        int64_t count = length - start < CX_I_MAP_BLOCK ? length - start : CX_I_MAP_BLOCK;
        CX_TRY(cx_i_key_map_read(map, start, count, entries, err));
        for (int64_t i = 0; i < count; i++)
            CX_TRY(silence_take(log, start + i, entries[i] - 1, err));
    }
    return CX_OK;
}

static cx_status silence_read(silence_log *log, cx_error *err) {
    cx_i_key_map map;
    cx_array column = *log->customer;
    column.name = cx_i_array_name(log->customer, "customer");
    cx_frame by = {&column, 1, {0, 0}};
    CX_TRY(cx_i_keys_bind(&log->keys, &by, err));
    log->plain = silence_plain(log->time);
    cx_i_key_map_init(&map, &log->keys, &by, 1);
    cx_status status = silence_read_mapped(log, &map, err);
    cx_i_key_map_free(&map);
    return status;
}

/* Contacts of one customer, few and mostly in order: Shell's sort needs no memory. */
static void silence_sort(int64_t *times, int64_t count) {
    int64_t gap = 1;
    while (gap < count / 9) gap = 3 * gap + 1;
    for (; gap > 0; gap /= 3)
        for (int64_t i = gap; i < count; i++) {
            int64_t time = times[i], at = i;
            for (; at >= gap && times[at - gap] > time; at -= gap) times[at] = times[at - gap];
            times[at] = time;
        }
}

/* Counting sort by customer; what was in order stays in order. */
static cx_status silence_by_customer(silence_log *log, cx_error *err) {
    const cx_allocator *allocator = &log->allocator;
    log->ends = cx_i_alloc_array(allocator, log->keys.count, sizeof *log->ends);
    log->customers = cx_i_alloc_array(allocator, log->keys.count, sizeof *log->customers);
    log->sorted = cx_i_alloc_array(allocator, log->contacts, sizeof *log->sorted);
    if (log->ends == NULL || log->customers == NULL || log->sorted == NULL)
        return cx_i_out_of_memory(err);
    int64_t before = 0;
    for (int64_t i = 0; i < log->contacts; i++) log->ends[log->number[i]]++;
    for (int64_t key = 0; key < log->keys.count; key++) {
        int64_t here = log->ends[key];
        log->ends[key] = before;
        before += here;
    }
    for (int64_t i = 0; i < log->contacts; i++)
        log->sorted[log->ends[log->number[i]]++] = log->times[i];
    return CX_OK;
}

static void silence_gaps(silence_log *log) {
    double widest = log->options.merge_gap * SILENCE_MICROS;
    for (int64_t key = 0, from = 0; key < log->keys.count; key++) {
        silence_customer *customer = &log->customers[key];
        const int64_t *times = log->sorted + from;
        int64_t count = log->ends[key] - from;
        silence_sort(log->sorted + from, count);
        *customer = (silence_customer){0, 0, 0, count > 0 ? 0 : -1};
        if (count > 0) customer->first = customer->last = customer->start = times[0];
        for (int64_t i = 1; i < count; i++) {
            bool same = (double)times[i] - (double)customer->last <= widest;
            customer->last = times[i];
            if (same) {
                log->merged++;
                continue;
            }
            customer->start = times[i];
            customer->gaps++;
        }
        from = log->ends[key];
    }
}

/* -- the population ------------------------------------------------------------------------ */

static double silence_seconds(int64_t from, int64_t to) {
    return ((double)to - (double)from) / SILENCE_MICROS;
}

/* Contacts per second and how much it differs between customers, by moments. */
static cx_status silence_population(silence_log *log, cx_error *err) {
    double gaps = 0, time = 0, excess = 0, square = 0;
    if (!isnan(log->options.prior_shape)) {
        log->shape = log->options.prior_shape;
        log->scale = log->options.prior_scale;
        log->rate = log->shape > 0 ? log->shape / log->scale : (double)NAN;
        return CX_OK;
    }
    for (int64_t key = 0; key < log->keys.count; key++) {
        if (log->customers[key].gaps < 0) continue;
        gaps += (double)log->customers[key].gaps;
        time += silence_seconds(log->customers[key].first, log->now);
    }
    if (!(gaps > 0))
        return cx_i_fail(err, CX_E_UNIDENTIFIED,
                         "no customer made contact twice, so that there is no rhythm to compare "
                         "with; give a longer log, or a prior");
    log->rate = gaps / time;
    for (int64_t key = 0; key < log->keys.count; key++) {
        if (log->customers[key].gaps < 0) continue;
        double k = (double)log->customers[key].gaps;
        double t = silence_seconds(log->customers[key].first, log->now);
        excess += (k - log->rate * t) * (k - log->rate * t) - k;
        square += t * t;
    }
    double variance = excess / square, alike = log->rate * log->rate;
    log->shape = variance * SILENCE_MOST_SHAPE > alike ? alike / variance : SILENCE_MOST_SHAPE;
    log->scale = log->shape / log->rate;
    return CX_OK;
}

static double silence_tail(const silence_log *log, const silence_customer *customer,
                           double *rhythm) {
    double elapsed = silence_seconds(customer->last, log->now);
    double seen = log->scale + silence_seconds(customer->first, customer->start);
    double weight = log->shape + (double)customer->gaps;
    *rhythm = weight > 0 ? seen / weight : (double)NAN;
    if (!(weight > 0)) return NAN; /* a single contact, and nobody to lean on */
    return exp(-weight * log1p(elapsed / seen));
}

/* -- the table ----------------------------------------------------------------------------- */

typedef struct silence_columns {
    int64_t *last, *gaps, *silent;
    double *elapsed, *rhythm, *tail;
    const char **basis;
} silence_columns;

static cx_status silence_contact_columns(const silence_log *log, const int64_t *order,
                                         silence_columns *columns, cx_table *table, cx_error *err) {
    CX_TRY(cx_i_table_i64(table, "last", &columns->last, err));
    CX_TRY(cx_i_table_f64(table, "elapsed", &columns->elapsed, err));
    CX_TRY(cx_i_table_i64(table, "gaps", &columns->gaps, err));
    for (int64_t i = 0; i < cx_table_rows(table); i++) {
        const silence_customer *customer = &log->customers[order[i]];
        columns->last[i] = customer->last;
        columns->elapsed[i] = silence_seconds(customer->last, log->now);
        columns->gaps[i] = customer->gaps;
    }
    return CX_OK;
}

static cx_status silence_tail_columns(const silence_log *log, const int64_t *order,
                                      silence_columns *columns, cx_table *table, cx_error *err) {
    double rhythm;
    CX_TRY(cx_i_table_f64(table, "rhythm", &columns->rhythm, err));
    for (int64_t i = 0; i < cx_table_rows(table); i++) {
        silence_tail(log, &log->customers[order[i]], &columns->rhythm[i]);
        if (isnan(columns->rhythm[i])) CX_TRY(cx_i_table_null(table, i, err));
    }
    CX_TRY(cx_i_table_f64(table, "tail", &columns->tail, err));
    for (int64_t i = 0; i < cx_table_rows(table); i++) {
        columns->tail[i] = silence_tail(log, &log->customers[order[i]], &rhythm);
        if (isnan(columns->tail[i])) CX_TRY(cx_i_table_null(table, i, err));
    }
    return cx_i_table_i64(table, "silent", &columns->silent, err);
}

static cx_status silence_count_figures(const silence_log *log, int64_t single, cx_table *table,
                                       cx_error *err) {
    CX_TRY(cx_i_table_figure(table, "single", (double)single, err));
    CX_TRY(cx_i_table_figure(table, "prior_shape", log->shape, err));
    CX_TRY(cx_i_table_figure(table, "prior_scale", log->scale, err));
    CX_TRY(cx_i_table_figure(table, "rhythm", 1 / log->rate, err));
    CX_TRY(cx_i_table_figure(table, "contacts", (double)log->contacts, err));
    CX_TRY(cx_i_table_figure(table, "merged", (double)log->merged, err));
    CX_TRY(cx_i_table_figure(table, "missing", (double)log->missing, err));
    CX_TRY(cx_i_table_figure(table, "no_id", (double)log->no_id, err));
    return cx_i_table_figure(table, "later", (double)log->later, err);
}

/* order: customers with a contact, sorted by key. */
static cx_status silence_fill(const silence_log *log, const int64_t *order,
                              silence_columns *columns, cx_table *table, cx_error *err) {
    int64_t silent = 0, single = 0, known = 0, rows = cx_table_rows(table);
    CX_TRY(cx_i_keys_to_rows(&log->keys, order, rows, table, err));
    CX_TRY(silence_contact_columns(log, order, columns, table, err));
    CX_TRY(silence_tail_columns(log, order, columns, table, err));
    for (int64_t i = 0; i < rows; i++) {
        bool alone = log->customers[order[i]].gaps == 0;
        bool judged = !isnan(columns->tail[i]);
        columns->silent[i] = judged && columns->tail[i] <= log->options.level;
        if (!judged) CX_TRY(cx_i_table_null(table, i, err));
        columns->basis[i] = !alone ? "own" : judged ? "population" : "none";
        known += judged;
        silent += columns->silent[i];
        single += alone;
    }
    if (known == 0)
        return cx_i_fail(err, CX_E_UNIDENTIFIED,
                         "no customer made contact twice, and without a prior there is no rhythm");
    CX_TRY(cx_i_table_words(table, "basis", columns->basis, err));
    CX_TRY(cx_i_silence_figures(silent, known, &log->options, table, err));
    return silence_count_figures(log, single, table, err);
}

/* Keys seen only without a time, or later, are nobody yet. */
static int64_t silence_order(const silence_log *log, int64_t *order) {
    int64_t rows = 0;
    cx_i_keys_sort(&log->keys, order);
    for (int64_t i = 0; i < log->keys.count; i++)
        if (log->customers[order[i]].gaps >= 0) order[rows++] = order[i];
    return rows;
}

static cx_status silence_table(silence_log *log, cx_table **out, cx_error *err) {
    silence_columns columns;
    cx_table *table = NULL;
    memset(&columns, 0, sizeof columns);
    int64_t *order = cx_i_alloc_array(&log->allocator, log->keys.count, sizeof *order);
    if (order == NULL) return cx_i_out_of_memory(err);
    int64_t rows = silence_order(log, order);
    columns.basis = cx_i_alloc_array(&log->allocator, rows, sizeof *columns.basis);
    cx_status status = columns.basis == NULL ? cx_i_out_of_memory(err) : CX_OK;
    if (status == CX_OK) status = cx_i_table_new(rows, &log->allocator, &table, err);
    if (status == CX_OK) status = silence_fill(log, order, &columns, table, err);
    cx_i_free(&log->allocator, order);
    cx_i_free(&log->allocator, columns.basis);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}

static cx_status silence_run(silence_log *log, cx_table **out, cx_error *err) {
    int64_t length = log->customer->length;
    log->number = cx_i_alloc_array(&log->allocator, length, sizeof *log->number);
    log->times = cx_i_alloc_array(&log->allocator, length, sizeof *log->times);
    if (log->number == NULL || log->times == NULL) return cx_i_out_of_memory(err);
    CX_TRY(silence_read(log, err));
    if (log->contacts == 0)
        return cx_i_fail(err, CX_E_EMPTY, "there is no contact with a customer and a time by now");
    CX_TRY(silence_by_customer(log, err));
    silence_gaps(log);
    CX_TRY(silence_population(log, err));
    return silence_table(log, out, err);
}

cx_status cx_silence(const cx_array *customer, const cx_array *time, int64_t now,
                     const cx_silence_options *options, cx_table **out, cx_error *err) {
    silence_log log;
    memset(&log, 0, sizeof log);
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    CX_TRY(cx_i_silence_options(options, &log.options, err));
    CX_TRY(cx_i_array_check(customer, "customer", CX_I_KEYS, err));
    CX_TRY(cx_i_times_check(time, "time", err));
    CX_TRY(cx_i_array_same_length(customer, "customer", time, "time", err));
    log.customer = customer;
    log.time = time;
    log.now = now;
    log.allocator = cx_i_allocator(log.options.allocator);
    cx_i_keys_init(&log.keys, &log.allocator);
    cx_status status = silence_run(&log, out, err);
    void *memory[] = {log.number, log.times, log.sorted, log.ends, log.customers};
    for (size_t i = 0; i < sizeof memory / sizeof *memory; i++)
        cx_i_free(&log.allocator, memory[i]);
    cx_i_keys_free(&log.keys);
    return status;
}
