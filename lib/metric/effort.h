#ifndef CX_I_EFFORT_H
#define CX_I_EFFORT_H

#include "metric/contacts.h"

enum {
    CX_I_EFFORT_CONTACTS,
    CX_I_EFFORT_TRANSFERS,
    CX_I_EFFORT_SWITCHES,
    CX_I_EFFORT_DURATION,
    CX_I_EFFORT_REPEATED,
    CX_I_EFFORT_MULTICHANNEL,
    CX_I_EFFORT_FIGURES
};

typedef struct cx_i_effort_issue {
    double figure[CX_I_EFFORT_FIGURES];
    int64_t from, to; /* ranks of channels; to: of the first other one, or the number of channels */
    int64_t by;       /* rank of the key of its first contact */
    bool counts, open;
} cx_i_effort_issue;

cx_i_effort_issue cx_i_effort_read(const cx_i_contacts *log, const cx_i_issue *issue);
cx_status cx_i_effort_empty(cx_error *err);

#endif
