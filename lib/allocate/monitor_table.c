#include "allocate/monitor.h"

#include "base/sort.h"
#include "stat/interval.h"
#include "stat/keys_table.h"
#include "stat/multiple.h"

/* What a monitor says, as tables. */

/* -- columns ------------------------------------------------------------------------------- */

typedef double (*monitor_figure)(const cx_monitor *self, int64_t i);

/* A column of doubles: NaN is a null. */
static cx_status monitor_real_column(const cx_monitor *self, cx_table *table, const char *name,
                                     monitor_figure figure, cx_error *err) {
    double *out;
    CX_TRY(cx_i_table_f64(table, name, &out, err));
    for (int64_t i = 0; i < self->count; i++) {
        out[i] = figure(self, i);
        if (isnan(out[i])) CX_TRY(cx_i_table_null(table, i, err));
    }
    return CX_OK;
}

/* A column of whole numbers: -infinity is a null. */
static cx_status monitor_whole_column(const cx_monitor *self, cx_table *table, const char *name,
                                      monitor_figure figure, cx_error *err) {
    int64_t *out;
    CX_TRY(cx_i_table_i64(table, name, &out, err));
    for (int64_t i = 0; i < self->count; i++) {
        double value = figure(self, i);
        out[i] = isnan(value) ? 0 : (int64_t)value;
        if (isnan(value)) CX_TRY(cx_i_table_null(table, i, err));
    }
    return CX_OK;
}

#define MONITOR_FIELD(name, expression)                                                            \
    static double monitor_of_##name(const cx_monitor *self, int64_t i) {                           \
        const cx_i_monitor_point *point = &self->points[i];                                        \
        (void)point;                                                                               \
        return (double)(expression);                                                               \
    }

/* NaN where the point has no reference. */
static double monitor_if(bool there, double value) {
    return there ? value : (double)NAN;
}

static double monitor_share(const cx_monitor *self, int64_t i, int k) {
    double shares[3];
    cx_i_monitor_shares(self, i, shares);
    return shares[k];
}

static double monitor_open_answers(const cx_monitor *self, int64_t i) {
    double n = 0;
    for (int64_t slot = 0; slot < self->ring; slot++)
        n += (double)cx_i_monitor_answers(cx_i_monitor_cell_of(self, i, slot));
    return n;
}

static double monitor_reference(const cx_monitor *self, int64_t i, int64_t side) {
    double shares[3];
    if (self->points[i].watching == 0) return (double)NAN;
    cx_i_monitor_reference_of(self, i, side, shares);
    return 100 * (shares[2] - shares[0]);
}

/* log R of one side. */
static double monitor_side(const cx_monitor *self, int64_t i, int64_t side) {
    if (self->points[i].watching == 0) return (double)NAN;
    return cx_i_monitor_log_mean(cx_i_monitor_bank_of(self, i, false) +
                                     side * self->options.drop_count,
                                 self->options.drop_count);
}

MONITOR_FIELD(weight, point->weight / self->weight_total)
MONITOR_FIELD(n, point->answered)
MONITOR_FIELD(open, monitor_open_answers(self, i))
MONITOR_FIELD(level, point->level)
MONITOR_FIELD(se, sqrt(point->variance))
MONITOR_FIELD(s2, cx_i_monitor_s2(self, i))
MONITOR_FIELD(variance, cx_i_monitor_predicted(self, i))
MONITOR_FIELD(known, cx_i_monitor_s2(self, i) / cx_i_monitor_predicted(self, i))
MONITOR_FIELD(detractors, monitor_share(self, i, 0))
MONITOR_FIELD(passives, monitor_share(self, i, 1))
MONITOR_FIELD(promoters, monitor_share(self, i, 2))
MONITOR_FIELD(invited, point->invited)
MONITOR_FIELD(shown, point->shown)
MONITOR_FIELD(declined, point->declined)
MONITOR_FIELD(response_rate, cx_i_monitor_response_rate(self, i))
MONITOR_FIELD(outstanding, cx_i_monitor_outstanding(self, i))
MONITOR_FIELD(log_evidence, monitor_if(point->watching == 1, self->log_r[i]))
MONITOR_FIELD(log_first, monitor_side(self, i, 0))
MONITOR_FIELD(log_second, monitor_side(self, i, 1))
MONITOR_FIELD(log_adjusted, monitor_if(point->watching == 1,
                                       cx_i_monitor_log_mean(cx_i_monitor_bank_of(self, i, true),
                                                             cx_i_monitor_bank_size(self))))
MONITOR_FIELD(log_rate, monitor_if(point->rate_reference > 0, point->log_rate))
MONITOR_FIELD(reference, monitor_reference(self, i, 0))
MONITOR_FIELD(reference_up, monitor_reference(self, i, self->sides - 1))
MONITOR_FIELD(reference_n, point->reference_n)
MONITOR_FIELD(reference_rate, monitor_if(point->rate_reference > 0, point->rate_reference))
MONITOR_FIELD(last, monitor_if(point->last >= 0, (double)(self->base + point->last)))
MONITOR_FIELD(age,
              monitor_if(point->last >= 0, (double)(cx_i_monitor_next(self) - 1 - point->last)))

typedef struct monitor_column {
    const char *name;
    monitor_figure figure;
    bool whole, shown;
} monitor_column;

static cx_status monitor_columns(const cx_monitor *self, cx_table *table,
                                 const monitor_column *columns, size_t count, cx_error *err) {
    for (size_t c = 0; c < count; c++) {
        if (!columns[c].shown) continue;
        if (columns[c].whole)
            CX_TRY(monitor_whole_column(self, table, columns[c].name, columns[c].figure, err));
        else
            CX_TRY(monitor_real_column(self, table, columns[c].name, columns[c].figure, err));
    }
    return CX_OK;
}

/* -- e-BH ---------------------------------------------------------------------------------- */

/* R / t is an e-value of a point that was watched for t cohorts. The k largest are flagged, k the
 * largest number with the k-th e-value at least K / (fdr k). */
static double monitor_log_e(const cx_monitor *self, int64_t i) {
    int64_t t = cx_i_monitor_next(self) - self->points[i].since;
    if (self->points[i].watching == 0 || t <= 0) return (double)-INFINITY;
    return self->log_r[i] - log((double)t);
}

static cx_status monitor_flags(const cx_monitor *self, cx_table *table, int64_t *count,
                               cx_error *err) {
    int64_t *flag;
    CX_TRY(cx_i_table_i64(table, "flag", &flag, err));
    cx_i_sortable *items = cx_i_alloc_array(&self->allocator, self->count, 2 * sizeof *items);
    double *log_e = cx_i_alloc_array(&self->allocator, self->count, sizeof *log_e);
    bool made = items != NULL && log_e != NULL;
    for (int64_t i = 0; i < self->count && made; i++)
        items[i] = (cx_i_sortable){cx_i_sort_key_f64(monitor_log_e(self, i)), i};
    if (made) {
        cx_i_sort(items, items + self->count, self->count);
        for (int64_t k = 0; k < self->count; k++)
            log_e[k] = monitor_log_e(self, items[self->count - 1 - k].row);
        *count = cx_i_e_bh(log_e, self->count, self->options.fdr);
        for (int64_t k = 1; k <= *count; k++) flag[items[self->count - k].row] = 1;
    }
    cx_i_free(&self->allocator, log_e);
    cx_i_free(&self->allocator, items);
    return made ? CX_OK : cx_i_out_of_memory(err);
}

/* -- points -------------------------------------------------------------------------------- */

/* Is the alarm of a point that moved one of a rise? */
static bool monitor_is_up(const cx_monitor *self, int64_t i) {
    if (self->options.direction != CX_MONITOR_BOTH) return self->options.direction == CX_MONITOR_UP;
    return monitor_side(self, i, 1) > monitor_side(self, i, 0);
}

static const char *monitor_alarm_word(const cx_monitor *self, int64_t i) {
    const cx_i_monitor_point *point = &self->points[i];
    if (point->alarm >= 0 && point->rate_alarm >= 0) return "score and rate";
    if (point->rate_alarm >= 0) return "rate";
    if (point->alarm < 0) return "none";
    return monitor_is_up(self, i) ? "up" : "down";
}

static cx_status monitor_words(const cx_monitor *self, cx_table *table, cx_error *err) {
    const char **words = cx_i_alloc_array(&self->allocator, self->count, sizeof *words);
    if (words == NULL) return cx_i_out_of_memory(err);
    for (int64_t i = 0; i < self->count; i++)
        words[i] = self->points[i].watching == 1 ? "watching" : "learning";
    cx_status status = cx_i_table_words(table, "state", words, err);
    for (int64_t i = 0; i < self->count; i++) words[i] = monitor_alarm_word(self, i);
    if (status == CX_OK) status = cx_i_table_words(table, "alarm", words, err);
    cx_i_free(&self->allocator, words);
    return status;
}

static cx_status monitor_keys_column(const cx_monitor *self, cx_table *table, cx_error *err) {
    int64_t *order = cx_i_alloc_array(&self->allocator, self->count, sizeof *order);
    if (order == NULL) return cx_i_out_of_memory(err);
    for (int64_t i = 0; i < self->count; i++) order[i] = i;
    cx_status status = cx_i_keys_to_table(&self->keys, order, 1, table, err);
    cx_i_free(&self->allocator, order);
    return status;
}

static cx_status monitor_figures(const cx_monitor *self, cx_table *table, int64_t flags,
                                 cx_error *err) {
    int64_t learning = 0;
    for (int64_t i = 0; i < self->count; i++) learning += self->points[i].watching == 0;
    CX_TRY(cx_i_table_figure(table, "period", (double)cx_monitor_period(self), err));
    CX_TRY(cx_i_table_figure(table, "arl", self->options.arl, err));
    CX_TRY(cx_i_table_figure(table, "log_evidence", self->log_evidence, err));
    CX_TRY(cx_i_table_figure(table, "log_evidence_rate", self->log_rate, err));
    CX_TRY(cx_i_table_figure(table, "alarms", (double)cx_monitor_alarm_count(self), err));
    CX_TRY(cx_i_table_figure(table, "flags", (double)flags, err));
    CX_TRY(cx_i_table_figure(table, "learning", (double)learning, err));
    return cx_i_table_figure(table, "late", (double)self->late, err);
}

static cx_status monitor_fill_points(const cx_monitor *self, cx_table *table, cx_error *err) {
    bool both = self->sides == 2, shock = self->options.common_shock == 1;
    int64_t flags = 0;
    const monitor_column first[] = {
        {"weight", monitor_of_weight, false, true},
        {"n", monitor_of_n, true, true},
        {"open", monitor_of_open, true, true},
        {"level", monitor_of_level, false, true},
        {"se", monitor_of_se, false, true},
        {"s2", monitor_of_s2, false, true},
        {"variance", monitor_of_variance, false, true},
        {"known", monitor_of_known, false, true},
        {"detractors", monitor_of_detractors, false, true},
        {"passives", monitor_of_passives, false, true},
        {"promoters", monitor_of_promoters, false, true},
        {"invited", monitor_of_invited, true, true},
        {"shown", monitor_of_shown, true, true},
        {"declined", monitor_of_declined, true, true},
        {"response_rate", monitor_of_response_rate, false, true},
        {"outstanding", monitor_of_outstanding, false, true},
        {"log_evidence", monitor_of_log_evidence, false, true},
        {"log_evidence_down", monitor_of_log_first, false, both},
        {"log_evidence_up", monitor_of_log_second, false, both},
        {"log_evidence_adjusted", monitor_of_log_adjusted, false, shock},
        {"log_evidence_rate", monitor_of_log_rate, false, true},
        {"reference", monitor_of_reference, false, true},
        {"reference_up", monitor_of_reference_up, false, both},
        {"reference_n", monitor_of_reference_n, true, true},
        {"reference_rate", monitor_of_reference_rate, false, true},
        {"last", monitor_of_last, true, true},
        {"age", monitor_of_age, true, true},
    };
    CX_TRY(monitor_keys_column(self, table, err));
    CX_TRY(monitor_columns(self, table, first, sizeof first / sizeof *first, err));
    CX_TRY(monitor_words(self, table, err));
    CX_TRY(monitor_flags(self, table, &flags, err));
    return monitor_figures(self, table, flags, err);
}

typedef cx_status (*monitor_filler)(const cx_monitor *self, cx_table *table, cx_error *err);

static cx_status monitor_table(const cx_monitor *self, int64_t rows, monitor_filler fill,
                               cx_table **out, cx_error *err) {
    cx_table *table;
    CX_TRY(cx_i_table_new(rows, &self->allocator, &table, err));
    cx_status status = fill(self, table, err);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}

static cx_status monitor_missing(const cx_monitor *self, cx_error *err) {
    return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "out");
}

cx_status cx_monitor_points(const cx_monitor *self, cx_table **out, cx_error *err) {
    if (self == NULL || out == NULL) return monitor_missing(self, err);
    return monitor_table(self, self->count, monitor_fill_points, out, err);
}

/* -- alarms -------------------------------------------------------------------------------- */

/* One row: a point and which of its alarms. */
typedef struct monitor_alarm_row {
    int64_t point;
    bool rate;
    double n, after, low, high, reference, log_r;
} monitor_alarm_row;

static int64_t monitor_count_rows(const cx_monitor *self) {
    int64_t rows = 0;
    for (int64_t i = 0; i < self->count; i++)
        rows += (self->points[i].alarm >= 0) + (self->points[i].rate_alarm >= 0);
    return rows;
}

/* Answers, or invitations, of cohorts after the newest alarm. */
static monitor_alarm_row monitor_read_alarm(const cx_monitor *self, int64_t i, bool rate) {
    const cx_i_monitor_point *p = &self->points[i];
    double n[3], asked = (double)p->window.invited + (double)p->recent.invited;
    for (int k = 0; k < 3; k++) n[k] = (double)p->window.n[k] + (double)p->recent.n[k];
    double all = n[0] + n[1] + n[2], confidence = self->options.confidence;
    monitor_alarm_row row = {i, rate, rate ? asked : all, NAN, NAN, NAN, NAN, NAN};
    row.log_r = rate ? p->log_rate : self->log_r[i];
    row.reference = rate ? p->rate_reference
                         : monitor_reference(self, i, monitor_is_up(self, i) ? self->sides - 1 : 0);
    if (!(row.n > 0)) return row;
    if (rate) {
        double answered = fmin(all, asked);
        cx_i_interval ci =
            cx_i_share_interval(CX_METHOD_CLOPPER_PEARSON, answered, asked, confidence);
        row.after = answered / asked, row.low = ci.low, row.high = ci.high;
    } else {
        cx_i_interval ci =
            cx_i_net_interval(CX_METHOD_SCORE, (cx_i_trinomial){n[0], n[1], n[2]}, confidence);
        row.after = 100 * (n[2] - n[0]) / all, row.low = 100 * ci.low, row.high = 100 * ci.high;
    }
    return row;
}

static void monitor_list_alarms(const cx_monitor *self, monitor_alarm_row *rows) {
    int64_t r = 0;
    for (int64_t i = 0; i < self->count; i++) {
        if (self->points[i].alarm >= 0) rows[r++] = monitor_read_alarm(self, i, false);
        if (self->points[i].rate_alarm >= 0) rows[r++] = monitor_read_alarm(self, i, true);
    }
}

static cx_status monitor_alarm_real(const monitor_alarm_row *rows, int64_t count, cx_table *table,
                                    const char *name, size_t offset, cx_error *err) {
    double *out;
    CX_TRY(cx_i_table_f64(table, name, &out, err));
    for (int64_t r = 0; r < count; r++) {
        memcpy(&out[r], (const char *)&rows[r] + offset, sizeof *out);
        if (isnan(out[r])) CX_TRY(cx_i_table_null(table, r, err));
    }
    return CX_OK;
}

static cx_status monitor_alarm_change(const monitor_alarm_row *rows, int64_t count, cx_table *table,
                                      cx_error *err) {
    double *out;
    CX_TRY(cx_i_table_f64(table, "change", &out, err));
    for (int64_t r = 0; r < count; r++) {
        out[r] = rows[r].after - rows[r].reference;
        if (isnan(out[r])) CX_TRY(cx_i_table_null(table, r, err));
    }
    return CX_OK;
}

static cx_status monitor_alarm_columns(const cx_monitor *self, const monitor_alarm_row *rows,
                                       int64_t count, const int64_t *keys, const char **words,
                                       cx_table *table, cx_error *err) {
    int64_t *since, *n;
    CX_TRY(cx_i_keys_to_rows(&self->keys, keys, count, table, err));
    CX_TRY(cx_i_table_words(table, "kind", words, err));
    CX_TRY(cx_i_table_i64(table, "since", &since, err));
    for (int64_t r = 0; r < count; r++) {
        const cx_i_monitor_point *p = &self->points[rows[r].point];
        since[r] = self->base + (rows[r].rate ? p->rate_alarm : p->alarm);
    }
    CX_TRY(monitor_alarm_real(rows, count, table, "log_evidence",
                              offsetof(monitor_alarm_row, log_r), err));
    CX_TRY(monitor_alarm_real(rows, count, table, "reference",
                              offsetof(monitor_alarm_row, reference), err));
    CX_TRY(cx_i_table_i64(table, "n_after", &n, err));
    for (int64_t r = 0; r < count; r++) n[r] = (int64_t)rows[r].n;
    CX_TRY(
        monitor_alarm_real(rows, count, table, "after", offsetof(monitor_alarm_row, after), err));
    CX_TRY(monitor_alarm_real(rows, count, table, "ci_low", offsetof(monitor_alarm_row, low), err));
    CX_TRY(
        monitor_alarm_real(rows, count, table, "ci_high", offsetof(monitor_alarm_row, high), err));
    return monitor_alarm_change(rows, count, table, err);
}

static cx_status monitor_fill_alarms(const cx_monitor *self, cx_table *table, cx_error *err) {
    const cx_allocator *allocator = &self->allocator;
    int64_t count = monitor_count_rows(self);
    monitor_alarm_row *rows = cx_i_alloc_array(allocator, count, sizeof *rows);
    int64_t *keys = cx_i_alloc_array(allocator, count, sizeof *keys);
    const char **words = cx_i_alloc_array(allocator, count, sizeof *words);
    cx_status status =
        rows == NULL || keys == NULL || words == NULL ? cx_i_out_of_memory(err) : (cx_status)CX_OK;
    if (status == CX_OK) {
        monitor_list_alarms(self, rows);
        for (int64_t r = 0; r < count; r++) {
            keys[r] = rows[r].point;
            words[r] = rows[r].rate ? "rate" : monitor_is_up(self, rows[r].point) ? "up" : "down";
        }
        status = monitor_alarm_columns(self, rows, count, keys, words, table, err);
    }
    cx_i_free(allocator, rows);
    cx_i_free(allocator, keys);
    cx_i_free(allocator, words);
    return status;
}

cx_status cx_monitor_alarms(const cx_monitor *self, cx_table **out, cx_error *err) {
    if (self == NULL || out == NULL) return monitor_missing(self, err);
    return monitor_table(self, monitor_count_rows(self), monitor_fill_alarms, out, err);
}

/* -- delays and the cycle ------------------------------------------------------------------ */

static cx_status monitor_fill_delays(const cx_monitor *self, cx_table *table, cx_error *err) {
    int64_t *age, *answers;
    double *share, all = 0, come = 0;
    CX_TRY(cx_i_table_i64(table, "age", &age, err));
    CX_TRY(cx_i_table_i64(table, "answers", &answers, err));
    CX_TRY(cx_i_table_f64(table, "share", &share, err));
    for (int64_t k = 0; k < self->ring; k++) all += (double)self->arrived[k];
    for (int64_t k = 0; k < self->ring; k++) {
        come += (double)self->arrived[k];
        age[k] = k;
        answers[k] = self->arrived[k];
        share[k] = come / all;
        if (!(all > 0)) CX_TRY(cx_i_table_null(table, k, err));
    }
    return CX_OK;
}

cx_status cx_monitor_delays(const cx_monitor *self, cx_table **out, cx_error *err) {
    if (self == NULL || out == NULL) return monitor_missing(self, err);
    return monitor_table(self, self->ring, monitor_fill_delays, out, err);
}

/* A column of the phases, null where it is NaN. */
static cx_status monitor_phase_column(const cx_monitor *self, cx_table *table, const char *name,
                                      double (*figure)(const cx_monitor *, int64_t),
                                      cx_error *err) {
    double *out;
    CX_TRY(cx_i_table_f64(table, name, &out, err));
    for (int64_t k = 0; k < self->options.cycle; k++) {
        out[k] = figure(self, k);
        if (isnan(out[k])) CX_TRY(cx_i_table_null(table, k, err));
    }
    return CX_OK;
}

static double monitor_phase_offset(const cx_monitor *self, int64_t k) {
    return monitor_if(self->cycle_known == 1, self->phases[k].offset);
}

static double monitor_phase_se(const cx_monitor *self, int64_t k) {
    return monitor_if(self->cycle_known == 1 && self->phases[k].se > 0, self->phases[k].se);
}

static double monitor_phase_learned(const cx_monitor *self, int64_t k) {
    const cx_i_monitor_phase *phase = &self->phases[k];
    return monitor_if(phase->weight > 0, phase->sum / phase->weight);
}

static double monitor_phase_reference(const cx_monitor *self, int64_t k) {
    return monitor_if(self->cycle_known == 1, cx_i_monitor_phase_shift(self, k, 0));
}

static cx_status monitor_fill_cycle(const cx_monitor *self, cx_table *table, cx_error *err) {
    int64_t *phase;
    CX_TRY(cx_i_table_i64(table, "phase", &phase, err));
    for (int64_t k = 0; k < self->options.cycle; k++) phase[k] = k;
    CX_TRY(monitor_phase_column(self, table, "offset", monitor_phase_offset, err));
    CX_TRY(monitor_phase_column(self, table, "se", monitor_phase_se, err));
    CX_TRY(monitor_phase_column(self, table, "learned", monitor_phase_learned, err));
    return monitor_phase_column(self, table, "reference", monitor_phase_reference, err);
}

cx_status cx_monitor_cycle(const cx_monitor *self, cx_table **out, cx_error *err) {
    if (self == NULL || out == NULL) return monitor_missing(self, err);
    return monitor_table(self, self->options.cycle, monitor_fill_cycle, out, err);
}
