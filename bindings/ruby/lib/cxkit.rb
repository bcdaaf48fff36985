# frozen_string_literal: true

require "cxkit/cxkit_native"

# Customer experience, measured: scores with intervals, where to measure next, what it is worth.
#
#   CXKit.nps([10, 9, 3, nil, 7])            # => an Estimate
#   CXKit.nps(scores, by: {region: regions}) # => a Table, one row for each region
module CXKit
  # The wrapper around the C library: not for people.
  Native = Cxkit_native
  private_constant :Native

  # The version of the library that runs.
  VERSION = Native.cx_version.freeze
end

require "cxkit/error"
require "cxkit/column"
require "cxkit/input"
require "cxkit/options"
require "cxkit/calendar"
require "cxkit/value"
require "cxkit/estimate"
require "cxkit/table"
require "cxkit/state"
require "cxkit/keyed"
require "cxkit/tally"
require "cxkit/tallies"
require "cxkit/metric"
require "cxkit/adaptive"
require "cxkit/anytime"
require "cxkit/compare"
require "cxkit/contacts"
require "cxkit/difference"
require "cxkit/sample"
require "cxkit/journey"
require "cxkit/joint"
require "cxkit/mystery"
require "cxkit/tolerance"
require "cxkit/shrink"
require "cxkit/silence"
require "cxkit/closed_loop"
require "cxkit/waits"
require "cxkit/weights"
require "cxkit/survey"
require "cxkit/strata"
require "cxkit/rates"
require "cxkit/windows"
require "cxkit/monitor"
require "cxkit/multiplicity"
require "cxkit/penalised"
require "cxkit/importance"
require "cxkit/plan"
require "cxkit/salted"
require "cxkit/gate"
require "cxkit/recent"
require "cxkit/policy"
require "cxkit/simulate"
require "cxkit/business"
require "cxkit/ppi"
require "cxkit/nonrespondents"
require "cxkit/moments"
require "cxkit/correlation"
require "cxkit/drivers"
require "cxkit/finance"
require "cxkit/evidence"
require "cxkit/case"
require "cxkit/fit"
require "cxkit/regress"
require "cxkit/models"
require "cxkit/lag"
require "cxkit/linkage"
require "cxkit/random"
require "cxkit/special"

module CXKit
  autoload :DurableLedger, "cxkit/durable" # needs the gem sqlite3
end
