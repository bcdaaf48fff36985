#ifndef CX_I_STATEMENT_H
#define CX_I_STATEMENT_H

#include <cxkit/case.h>

/* The sentences of a statement in one language. Formats are those of cx_i_text; all arguments are
 * strings, in the order that the comments give. */
typedef struct cx_i_phrases {
    const char *period[4][2]; /* the word over a number of them, and after it: of rates for a
                                 period, or 4, 12, 52 a year */
    const char
        *decision[CX_CASE_WORD_END]; /* number, periods, npv, currency, confidence, low, high, p */
    const char *evidence[CX_EVIDENCE_END]; /* initiative, metric it ends in */
    const char *level[CX_EVIDENCE_END];    /* the word of a level */
    const char *link;         /* from, to, value, unit, standard error, word of the level, level */
    const char *value;        /* from, to, value, unit, standard error */
    const char *weakest;      /* name, from, to, level, word */
    const char *break_even;   /* initiative, metric, value, unit, estimate */
    const char *factor;       /* factor */
    const char *never_even;   /* none */
    const char *robust;       /* percent, link */
    const char *next;         /* input, money, currency */
    const char *no_next;      /* none */
    const char *payback;      /* percent, number, periods */
    const char *no_payback;   /* percent */
    const char *loss;         /* money, currency, money, currency */
    const char *no_loss;      /* money, currency: of the worst 5 % */
    const char *about;        /* what, sentence */
    const char *source;       /* what, sentence, source */
    const char *initiatives;  /* in place of the name, where there are several */
    const char *unknown_note; /* a note without a sentence of its own */
    const char *note[10][2];  /* word of the note, sentence */
} cx_i_phrases;

extern const cx_i_phrases cx_i_phrases_en, cx_i_phrases_fi;

#endif
