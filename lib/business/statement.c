#include "business/statement.h"

#include "business/case.h"
#include "stat/table.h"

#include <stddef.h>

/* The one-page statement: sentences by the level of evidence, with the numbers behind them. */

enum { STATEMENT_LENGTH = 768, STATEMENT_NUMBER = 48 };

typedef struct statement_row {
    const char *key;
    char sentence[STATEMENT_LENGTH];
    double value, low, high;
} statement_row;

typedef struct statement_page {
    const cx_i_case_work *work;
    const cx_i_phrases *say;
    bool finnish;
    statement_row *row;
    int64_t rows;
} statement_page;

/* -- numbers ------------------------------------------------------------------------------- */

typedef struct statement_text {
    char text[STATEMENT_NUMBER];
} statement_text;

/* Digits in threes, by the custom of the language. */
static size_t statement_whole(char *out, uint64_t value, bool finnish) {
    char digits[24];
    size_t count = 0, used = 0;
    do digits[count++] = (char)('0' + value % 10), value /= 10;
    while (value > 0);
    for (size_t i = count; i > 0; i--) {
        out[used++] = digits[i - 1];
        if (i > 1 && (i - 1) % 3 == 0) {
            if (finnish) out[used++] = '\xC2'; /* a space that does not break */
            out[used++] = finnish ? '\xA0' : ',';
        }
    }
    return used;
}

/* To so many significant digits; from `units` on whole numbers. */
static statement_text statement_number(double value, int significant, bool finnish) {
    statement_text out = {{0}};
    size_t used = 0;
    double size = fabs(value);
    if (isnan(value) || size >= 1e15) {
        cx_i_text(out.text, sizeof out.text, "%g", value);
        return out;
    }
    int exponent = size > 0 ? (int)floor(log10(size)) : 0, decimals = significant - 1 - exponent;
    if (decimals > 12) decimals = 12;
    double scale = pow(10, decimals > 0 ? decimals : -decimals);
    double rounded = decimals > 0 ? floor(size * scale + 0.5) : floor(size / scale + 0.5) * scale;
    if (decimals < 0) decimals = 0;
    uint64_t all = (uint64_t)rounded, unit = (uint64_t)pow(10, decimals);
    while (decimals > 0 && all % 10 == 0) all /= 10, unit /= 10, decimals--;
    if (value < 0 && all > 0) { /* a minus sign, not a hyphen */
        memcpy(out.text, "\xE2\x88\x92", 3);
        used = 3;
    }
    used += statement_whole(out.text + used, all / unit, finnish);
    if (decimals == 0) return out;
    out.text[used++] = finnish ? ',' : '.';
    for (uint64_t part = all % unit, place = unit / 10; place > 0; place /= 10)
        out.text[used++] = (char)('0' + part / place % 10);
    return out;
}

static statement_text statement_money(const statement_page *page, double value) {
    return statement_number(value, 3, page->finnish);
}

static statement_text statement_figure(const statement_page *page, double value) {
    return statement_number(value, 3, page->finnish);
}

/* A share as whole percents; never 0 or 100 when it is neither. */
static statement_text statement_percent(const statement_page *page, double share) {
    double percent = floor(100 * share + 0.5);
    statement_text out;
    if (percent == 0 && share > 0) {
        out = statement_number(1, 3, page->finnish);
        memmove(out.text + 2, out.text, 2);
        memcpy(out.text, "< ", 2);
        return out;
    }
    if (percent == 100 && share < 1) {
        out = statement_number(99, 3, page->finnish);
        memmove(out.text + 2, out.text, 3);
        memcpy(out.text, "> ", 2);
        return out;
    }
    return statement_number(percent, 3, page->finnish);
}

static statement_text statement_count(const statement_page *page, int64_t count) {
    return statement_number((double)count, 15, page->finnish);
}

/* -- sentences ----------------------------------------------------------------------------- */

static statement_row *statement_add(statement_page *page, const char *key, double value, double low,
                                    double high) {
    statement_row *row = &page->row[page->rows++];
    row->key = key, row->value = value, row->low = low, row->high = high;
    return row;
}

#define STATEMENT_SAY(row, ...) cx_i_text((row)->sentence, sizeof(row)->sentence, __VA_ARGS__)

/* The initiative, or a word for several; the money that chains end in. */
static const char *statement_initiative(const statement_page *page) {
    const cx_case *self = page->work->of;
    const char *name = NULL;
    for (int32_t m = 0; m < self->metrics; m++) {
        if (self->metric[m].area != CX_I_AREA_INITIATIVE) continue;
        if (name != NULL) return page->say->initiatives;
        name = self->metric[m].name;
    }
    return name;
}

static const char *statement_money_name(const statement_page *page) {
    const cx_case *self = page->work->of;
    const char *name = NULL;
    for (int32_t m = 0; m < self->metrics; m++) {
        if (!self->metric[m].money) continue;
        if (name != NULL) return self->currency;
        name = self->metric[m].name;
    }
    return name == NULL ? self->currency : name;
}

/* What periods are called: `after` a number of them. */
static const char *statement_periods(const statement_page *page, bool after) {
    static const double a_year[] = {0, 4, 12, 52};
    for (int i = 1; i < 4; i++)
        if (page->work->of->options.periods_a_year == a_year[i]) return page->say->period[i][after];
    return page->say->period[0][after];
}

static void statement_decision(statement_page *page) {
    const cx_case_summary *s = &page->work->summary;
    const cx_case *self = page->work->of;
    statement_row *row = statement_add(page, "decision", s->npv, s->npv_low, s->npv_high);
    STATEMENT_SAY(
        row, page->say->decision[s->word], statement_count(page, self->options.horizon).text,
        statement_periods(page, false), statement_money(page, s->npv).text, self->currency,
        statement_percent(page, s->confidence).text, statement_money(page, s->npv_low).text,
        statement_money(page, s->npv_high).text, statement_percent(page, s->p_positive).text);
}

static void statement_evidence(statement_page *page) {
    int32_t level = page->work->summary.evidence;
    statement_row *row = statement_add(page, "evidence", level, NAN, NAN);
    STATEMENT_SAY(row, page->say->evidence[level], statement_initiative(page),
                  statement_money_name(page));
}

static void statement_links(statement_page *page) {
    const cx_case *self = page->work->of;
    for (int32_t i = 0; i < self->links; i++) {
        const cx_i_case_link *link = &self->link[i];
        double mean, variance, even = page->work->factor[i] * page->work->centre[i];
        if (!cx_i_case_is_chain(link)) continue;
        cx_i_input_moments(&link->input, &mean, &variance);
        statement_row *row = statement_add(page, "link", mean, NAN, even);
        int32_t level = page->work->level[i];
        STATEMENT_SAY(row, link->options.is_value ? page->say->value : page->say->link,
                      self->metric[link->from].name, self->metric[link->to].name,
                      statement_figure(page, mean).text, self->metric[link->to].unit,
                      statement_figure(page, sqrt(variance)).text, page->say->level[level],
                      statement_count(page, level).text);
        row->low = sqrt(variance);
    }
}

static void statement_weakest(statement_page *page) {
    const cx_i_case_work *w = page->work;
    if (w->weakest < 0) return;
    const cx_i_case_link *link = &w->of->link[w->weakest];
    int32_t level = w->level[w->weakest];
    statement_row *row = statement_add(page, "weakest", level, NAN, NAN);
    STATEMENT_SAY(row, page->say->weakest, link->input.name, w->of->metric[link->from].name,
                  w->of->metric[link->to].name, statement_count(page, level).text,
                  page->say->level[level]);
}

static int32_t statement_first(const cx_i_case_work *w) {
    int32_t first = -1;
    for (int32_t i = 0; i < w->of->links; i++) {
        const cx_i_case_link *link = &w->of->link[i];
        if (cx_i_case_is_chain(link) && cx_i_case_is_first(w->of, link)) first = i;
    }
    return first;
}

static void statement_break_even(statement_page *page) {
    const cx_i_case_work *w = page->work;
    double factor = w->summary.break_even_factor, even = w->summary.break_even;
    bool none = isnan(factor) || factor < 0;
    statement_row *row = statement_add(page, "break-even", isnan(even) ? factor : even, NAN, NAN);
    if (none) {
        STATEMENT_SAY(row, page->say->never_even);
    } else if (isnan(even)) {
        STATEMENT_SAY(row, page->say->factor, statement_figure(page, factor).text);
    } else {
        int32_t first = statement_first(w);
        const cx_i_case_link *link = &w->of->link[first];
        STATEMENT_SAY(row, page->say->break_even, w->of->metric[link->from].name,
                      w->of->metric[link->to].name, statement_figure(page, even).text,
                      w->of->metric[link->to].unit, statement_figure(page, w->centre[first]).text);
    }
}

static void statement_robust(statement_page *page) {
    const cx_i_case_work *w = page->work;
    int32_t least = -1;
    for (int32_t i = 0; i < w->of->links; i++) {
        if (isnan(w->robust[i])) continue;
        if (least < 0 || w->robust[i] < w->robust[least]) least = i;
    }
    if (least < 0) return;
    statement_row *row = statement_add(page, "robustness", w->robust[least], NAN, NAN);
    STATEMENT_SAY(row, page->say->robust, statement_percent(page, w->robust[least]).text,
                  w->of->link[least].input.name);
}

static void statement_next(statement_page *page) {
    const cx_i_case_work *w = page->work;
    int32_t best = -1;
    for (int32_t i = 0; i < w->draws.count; i++) {
        int32_t slot = w->draws.slot[i];
        if (best < 0 || w->evppi[slot] > w->evppi[best]) best = slot;
    }
    double worth = best < 0 ? 0 : w->evppi[best];
    /* less than a thousandth of the spread is the noise of the bins */
    bool none = !(worth > 1e-3 * w->summary.npv_sd);
    statement_row *row = statement_add(page, "next", worth, NAN, NAN);
    if (none)
        STATEMENT_SAY(row, page->say->no_next);
    else
        STATEMENT_SAY(row, page->say->next, cx_i_case_input(w->of, best)->name,
                      statement_money(page, worth).text, w->of->currency);
}

static void statement_payback(statement_page *page) {
    const cx_case_summary *s = &page->work->summary;
    statement_row *row = statement_add(page, "payback", s->payback, s->p_paid_back, NAN);
    if (isnan(s->payback))
        STATEMENT_SAY(row, page->say->no_payback, statement_percent(page, s->p_paid_back).text);
    else
        STATEMENT_SAY(row, page->say->payback, statement_percent(page, s->p_paid_back).text,
                      statement_figure(page, s->payback).text, statement_periods(page, true));
}

static void statement_loss(statement_page *page) {
    const cx_case_summary *s = &page->work->summary;
    const char *currency = page->work->of->currency;
    statement_row *row = statement_add(page, "loss", s->loss_if_wrong, s->shortfall, NAN);
    if (isnan(s->loss_if_wrong))
        STATEMENT_SAY(row, page->say->no_loss, statement_money(page, s->shortfall).text, currency);
    else
        STATEMENT_SAY(row, page->say->loss, statement_money(page, -s->loss_if_wrong).text, currency,
                      statement_money(page, s->shortfall).text, currency);
}

static const char *statement_note(const statement_page *page, const char *note) {
    for (size_t i = 0; i < sizeof page->say->note / sizeof *page->say->note; i++)
        if (strcmp(page->say->note[i][0], note) == 0) return page->say->note[i][1];
    return page->say->unknown_note;
}

static void statement_notes(statement_page *page) {
    const cx_i_case_work *w = page->work;
    for (int32_t i = 0; i < w->summary.notes; i++) {
        const cx_i_case_note *note = &w->note[i];
        const char *about = note->about[0] == '\0' ? w->of->currency : note->about, *source = "";
        int32_t slot = cx_i_case_slot(w->of, note->about);
        if (slot >= 0) source = cx_i_case_input(w->of, slot)->source;
        statement_row *row = statement_add(page, note->note, note->value, NAN, NAN);
        if (source[0] == '\0')
            STATEMENT_SAY(row, page->say->about, about, statement_note(page, note->note));
        else
            STATEMENT_SAY(row, page->say->source, about, statement_note(page, note->note), source);
    }
}

/* -- the table ----------------------------------------------------------------------------- */

static cx_status statement_column(const statement_page *page, const char *name, size_t offset,
                                  cx_table *table, cx_error *err) {
    double *column;
    CX_TRY(cx_i_table_f64(table, name, &column, err));
    for (int64_t r = 0; r < page->rows; r++) {
        memcpy(&column[r], (const char *)&page->row[r] + offset, sizeof(double));
        if (isnan(column[r])) CX_TRY(cx_i_table_null(table, r, err));
    }
    return CX_OK;
}

static cx_status statement_table(const statement_page *page, cx_table *table, const char **words,
                                 cx_error *err) {
    for (int64_t r = 0; r < page->rows; r++) words[r] = page->row[r].key;
    CX_TRY(cx_i_table_words(table, "key", words, err));
    for (int64_t r = 0; r < page->rows; r++) words[r] = page->row[r].sentence;
    CX_TRY(cx_i_table_words(table, "sentence", words, err));
    CX_TRY(statement_column(page, "value", offsetof(statement_row, value), table, err));
    CX_TRY(statement_column(page, "low", offsetof(statement_row, low), table, err));
    return statement_column(page, "high", offsetof(statement_row, high), table, err);
}

static void statement_write(statement_page *page) {
    statement_decision(page);
    statement_evidence(page);
    statement_weakest(page);
    statement_break_even(page);
    statement_robust(page);
    statement_next(page);
    statement_payback(page);
    statement_loss(page);
    statement_links(page);
    statement_notes(page);
}

cx_status cx_i_case_statement(const cx_i_case_work *work, bool finnish, cx_table **out,
                              cx_error *err) {
    const cx_allocator *own = &work->of->allocator;
    int64_t room = 8 + work->of->links + work->summary.notes;
    statement_page page = {work, finnish ? &cx_i_phrases_fi : &cx_i_phrases_en, finnish, NULL, 0};
    page.row = cx_i_alloc_array(own, room, sizeof *page.row);
    const char **words = cx_i_alloc_array(own, room, sizeof *words);
    cx_status status = page.row == NULL || words == NULL ? cx_i_out_of_memory(err) : CX_OK;
    if (status == CX_OK) {
        statement_write(&page);
        status = cx_i_table_new(page.rows, own, out, err);
    }
    if (status == CX_OK) status = statement_table(&page, *out, words, err);
    cx_i_free(own, words);
    cx_i_free(own, page.row);
    return status;
}
