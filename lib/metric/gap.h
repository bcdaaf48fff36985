#ifndef CX_I_GAP_H
#define CX_I_GAP_H

#include <cxkit/gap.h>

#include "metric/index.h"

/* A joint state made by cx_gap_new, by its components. */
cx_status cx_i_gap_check(const cx_joint *joint, cx_error *err);
/* Opens rows of both frames; close the source when CX_OK. */
cx_status cx_i_gap_source(cx_i_joint_source *source, const cx_joint *joint,
                          const cx_frame *expectation, const cx_frame *experience, cx_error *err);

#endif
