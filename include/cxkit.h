#ifndef CXKIT_H
#define CXKIT_H

/** @mainpage cxkit
 *
 * The only supported include. A state is built by add, joined by merge, carried by encode and
 * decode; an estimate is a pure function of a state.
 *
 * Objects are not synchronised: distinct objects may be used from any thread, one object has one
 * writer, const calls on one object may run in parallel. The library starts no thread, prints
 * nothing, and reads no clock, locale or environment.
 */

#include <cxkit/version.h>
#include <cxkit/export.h>
#include <cxkit/status.h>
#include <cxkit/strata.h>
#include <cxkit/alloc.h>
#include <cxkit/array.h>
#include <cxkit/arrow.h>
#include <cxkit/random.h>
#include <cxkit/estimate.h>
#include <cxkit/table.h>
#include <cxkit/simulate.h>
#include <cxkit/special.h>
#include <cxkit/tally.h>
#include <cxkit/trend.h>
#include <cxkit/waits.h>
#include <cxkit/windows.h>
#include <cxkit/metric.h>
#include <cxkit/promises.h>
#include <cxkit/response.h>
#include <cxkit/compare.h>
#include <cxkit/contacts.h>
#include <cxkit/anytime.h>
#include <cxkit/journey.h>
#include <cxkit/tolerance.h>
#include <cxkit/joint.h>
#include <cxkit/importance.h>
#include <cxkit/index.h>
#include <cxkit/belief.h>
#include <cxkit/sample.h>
#include <cxkit/shares.h>
#include <cxkit/target.h>
#include <cxkit/silence.h>
#include <cxkit/gap.h>
#include <cxkit/mystery.h>
#include <cxkit/coverage.h>
#include <cxkit/closed_loop.h>
#include <cxkit/once.h>
#include <cxkit/business.h>
#include <cxkit/calibrate.h>
#include <cxkit/rates.h>
#include <cxkit/recent.h>
#include <cxkit/design.h>
#include <cxkit/survey.h>
#include <cxkit/shrink.h>
#include <cxkit/ppi.h>
#include <cxkit/propensity.h>
#include <cxkit/nonrespondents.h>
#include <cxkit/penalised.h>
#include <cxkit/adaptive.h>
#include <cxkit/plan.h>
#include <cxkit/monitor.h>
#include <cxkit/lag.h>
#include <cxkit/ledger.h>
#include <cxkit/linkage.h>
#include <cxkit/gate.h>
#include <cxkit/policy.h>
#include <cxkit/moments.h>
#include <cxkit/correlate.h>
#include <cxkit/crosstab.h>
#include <cxkit/driver.h>
#include <cxkit/evidence.h>
#include <cxkit/finance.h>
#include <cxkit/case.h>
#include <cxkit/fit.h>
#include <cxkit/regress.h>
#include <cxkit/models.h>
#include <cxkit/multiplicity.h>

#endif
