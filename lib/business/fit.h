#ifndef CX_I_FIT_H
#define CX_I_FIT_H

#include <cxkit/fit.h>

#include "base/keys.h"

enum { CX_I_FIT_FIGURES = 32 };

typedef struct cx_i_fit_figure {
    const char *name; /* a static string */
    double value;
} cx_i_fit_figure;

/* A model makes one with cx_i_fit_new, fills in what it knows, and hands it out. Matrices are by
 * rows. A term whose status is not CX_TERM_OK has NaN everywhere. */
struct cx_fit {
    cx_allocator allocator;
    int64_t p; /* terms */
    char **names;
    const char *model, *method;   /* static strings */
    double *coefficient;          /* NaN at first */
    double *covariance;           /* p x p; NaN at first */
    double *df;                   /* infinite at first: normal */
    double *low, *high, *p_value; /* NaN: from the coefficient, its variance and df */
    int32_t *status;              /* cx_term */
    bool *partner;                /* p x p: term j (row) is a combination of others (columns) */
    double confidence;
    int64_t n;
    double n_eff, sum_w;
    int64_t excluded[8];
    int32_t interval; /* a cx_method for the estimates; CX_METHOD_AUTO: t, or Wald when df is
                         infinite */
    uint32_t flags;
    cx_i_fit_figure figure[CX_I_FIT_FIGURES];
    int64_t figures;
    /* The influences, when the model was asked for them: units x p, and who the units are. */
    double *influence;
    int64_t units;
    int64_t *row;   /* of each unit when units are rows; else NULL */
    cx_i_keys keys; /* else its key; the column is called id */
    int64_t *key;   /* key number of each unit; NULL: unit i is key i */
    void *memory;
};

/* Everything is NaN, infinite or zero, as above; confidence 0.95. */
cx_status cx_i_fit_new(const char *const *names, int64_t p, const cx_allocator *allocator,
                       cx_fit **out, cx_error *err);
/* Adds a figure about the whole; the name is a static string. */
void cx_i_fit_add_figure(cx_fit *fit, const char *name, double value);
/* Room for influences of so many units; `rows` says that they are rows, with room for their
 * numbers in `row`. Otherwise fill in `keys` (bound to a frame with one column called id). */
cx_status cx_i_fit_add_influence(cx_fit *fit, int64_t units, bool rows, cx_error *err);
/* The standard error of term i; NaN without. */
double cx_i_fit_se(const cx_fit *fit, int64_t i);
/* The term of that name, or -1. */
int64_t cx_i_fit_find(const cx_fit *fit, const char *term);
/* The same, refused with a reason when it was not estimated. */
cx_status cx_i_fit_term(const cx_fit *fit, const char *term, int64_t *out, cx_error *err);

#endif
