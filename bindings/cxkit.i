/* The order of includes. The headers are the interface; bindings/common is the grammar of their
 * parameters; <language>.i says how that language reads a column and raises an error. */
#if defined(SWIGPYTHON)
%module(package="cxkit") _native
#elif defined(SWIGRUBY)
%module "cxkit_native"
#endif

%{
#include <cxkit.h>

#include <stdlib.h>
#include <string.h>
%}

%include <stdint.i>

%insert("header") "column.h"
%insert("header") "column.c"

#if defined(SWIGPYTHON)
%include "python.i"
#elif defined(SWIGRUBY)
%include "ruby.i"
#endif

%include "call.i"
%include "column.i"
%include "handle.i"
%include "helpers.i"

%include <cxkit/export.h>
%include <cxkit/version.h>
%include <cxkit/status.h>
%include <cxkit/alloc.h>
%include <cxkit/array.h>
%include <cxkit/random.h>
%include <cxkit/estimate.h>
%include <cxkit/table.h>
%include <cxkit/special.h>
%include <cxkit/tally.h>
%include <cxkit/waits.h>
%include <cxkit/metric.h>
%include <cxkit/promises.h>
%include <cxkit/response.h>
%include <cxkit/compare.h>
%include <cxkit/contacts.h>
%include <cxkit/anytime.h>
%include <cxkit/windows.h>
%include <cxkit/trend.h>
%include <cxkit/once.h>
%include <cxkit/journey.h>
%include <cxkit/tolerance.h>
%include <cxkit/joint.h>
%include <cxkit/index.h>
%include <cxkit/belief.h>
%include <cxkit/sample.h>
%include <cxkit/shares.h>
%include <cxkit/target.h>
%include <cxkit/silence.h>
%include <cxkit/gap.h>
%include <cxkit/mystery.h>
%include <cxkit/coverage.h>
%include <cxkit/closed_loop.h>
%include <cxkit/business.h>
%include <cxkit/calibrate.h>
%include <cxkit/rates.h>
%include <cxkit/recent.h>
%include <cxkit/design.h>
%include <cxkit/survey.h>
%include <cxkit/strata.h>
%include <cxkit/shrink.h>
%include <cxkit/ppi.h>
%include <cxkit/propensity.h>
%include <cxkit/nonrespondents.h>
%include <cxkit/adaptive.h>
%include <cxkit/plan.h>
%include <cxkit/monitor.h>
%include <cxkit/lag.h>
%include <cxkit/ledger.h>
%include <cxkit/linkage.h>
%include <cxkit/gate.h>
%include <cxkit/policy.h>
%include <cxkit/simulate.h>
%include <cxkit/moments.h>
%include <cxkit/correlate.h>
%include <cxkit/crosstab.h>
%include <cxkit/driver.h>
%include <cxkit/evidence.h>
%include <cxkit/finance.h>
%include <cxkit/case.h>
%include <cxkit/fit.h>
%include <cxkit/regress.h>
%include <cxkit/models.h>
%include <cxkit/multiplicity.h>
%include <cxkit/importance.h>
%include <cxkit/penalised.h>
