#ifndef CX_I_EVIDENCE_H
#define CX_I_EVIDENCE_H

#include <cxkit/evidence.h>

#include "base/base.h"

/* What was said of a link's level: a rule that lowered it, or a fact that was wanted. */
typedef struct cx_i_evidence_note {
    int32_t rule, from, to;
    bool lowered;
    double value, limit;
} cx_i_evidence_note;

typedef struct cx_i_evidence {
    int32_t level, claimed, count;
    cx_i_evidence_note note[CX_RULE_END];
} cx_i_evidence;

cx_status cx_i_evidence_of(const cx_evidence_facts *facts, cx_i_evidence *out, cx_error *err);
const char *cx_i_evidence_sentence(int32_t rule);

#endif
