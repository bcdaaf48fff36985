"""cxkit: what customers experienced, where to measure next, and what it is worth.

States add up (`Tally`, `Tallies`, `Moments`), estimates can be read (`Estimate`, `Table`). A
column is anything with a buffer, an Arrow capsule, or a sequence in which None is missing; a
table is a mapping of name to column, a data frame, or an Arrow table. Nothing else has to be
installed.

>>> import cxkit as cx
>>> cx.nps([10, 9, 8, 7]).value
50.0
"""

from __future__ import annotations

from . import _native, errors, random, special
from .adaptive import adaptive_mean, change_since, period_means, running_mean
from .anytime import anytime
from .business import SimulatedBusiness, simulate_business
from .case import Case
from .case_result import CaseResult
from .closed_loop import ClosedLoop, closed_loop
from .compare import (
    Change,
    ChiSquare,
    Decomposition,
    Heterogeneity,
    chi_square,
    decompose,
    heterogeneity,
)
from .contacts import Resolution, fcr, non_repeat
from .correlation import Crosstab, correlate, correlations
from .coverage import coverage
from .design import Design
from .difference import (
    BeliefGap,
    belief_gap,
    compare,
    compare_rest,
    share_difference,
    shares,
)
from .driver import Drivers, drivers, drivers_matrix
from .durable import DurableLedger
from .effort import LogEffort, episodes, log_effort
from .errors import (
    ColumnTypeError,
    ConstantError,
    ConvergenceError,
    DomainError,
    EmptyError,
    Error,
    FewError,
    FormatError,
    InfeasibleError,
    LengthError,
    LimitError,
    MismatchError,
    NameNotFoundError,
    NullError,
    OptionError,
    OutOfMemoryError,
    OverflowedError,
    SingularError,
    SuppressedError,
    UnidentifiedError,
    UninformedError,
    VersionError,
)
from .estimate import Estimate
from .evidence import Evidence, Verdict, evidence, verdict
from .finance import Irr, Mirr, Npv, Payback, irr, margin_multiple, mirr, npv, payback
from .fit import Fit
from .gap import Gap, Gaps, gap
from .gate import Decision, Gate
from .importance import importance_performance, penalty_reward
from .index import index
from .joint import Index, Joint
from .journey import Journey, Modes, journey, modes
from .ledger import Ledger
from .metric import ces, csat, enps, mean_score, nps, share
from .lag import (
    CrossCorrelation,
    DistributedLag,
    Granger,
    cross_correlate,
    distributed_lag,
    granger,
)
from .linkage import Aggregate, AggregateLink, Linkage, aggregate, aggregate_link, linkage
from .models import (
    hazard,
    logit,
    margin,
    ordinal,
    person_periods,
    poisson,
    separation,
)
from .moments import Moments
from .monitor import Monitor
from .multiplicity import adjust_p, simultaneous
from .mystery import Auditors, Mystery, Visits, mystery
from .nonrespondents import (
    Adjustment,
    AipwEstimate,
    Bounds,
    Propensity,
    RIndicator,
    adjust_response,
    aipw_mean,
    bias_range,
    bounds,
    propensity,
    r_indicator,
    r_indicator_partial,
)
from .penalised import Penalised, penalised, penalised_path
from .plan import Certificate, DomainPlan, Plan, plan, plan_domains, plan_steady
from .policy import Draw, PointsPlan, plan_draw, plan_points
from .ppi import PpiEstimate, ppi_mean, ppi_nps
from .promises import Promises, promises
from .rates import Dispositions, ResponseRates, dispositions, response_rates
from .recent import Recent
from .regress import regress
from .response import ResponseSpeed, response_speed
from .rule import Rule
from .sample import SampleSize, detectable, sample_size, target
from .shrink import Shrinkage, shrink
from .silence import Silence, silence
from .simulate import SimulatedAllocation, simulate_allocation
from .strata import Strata
from .survey import SurveyEstimate, share_of, survey_mean, survey_ratio, survey_total
from .table import Table
from .tally import Tallies, Tally, tally_by
from .tolerance import Tolerance, tolerance
from .trend import Trend, trend
from .waits import LogRank, Waits, WaitsBy, patience
from .weights import Kish, Weights, calibrate, kish, poststratify, rake, trim
from .windows import Delay, answer_delay, tally_windows, window_of, windows

__version__: str = _native.cx_version()

__all__ = [
    "Adjustment",
    "Aggregate",
    "AggregateLink",
    "AipwEstimate",
    "Auditors",
    "BeliefGap",
    "Bounds",
    "Case",
    "CaseResult",
    "Certificate",
    "Change",
    "ChiSquare",
    "ClosedLoop",
    "ColumnTypeError",
    "ConstantError",
    "ConvergenceError",
    "CrossCorrelation",
    "Crosstab",
    "Decision",
    "Decomposition",
    "Delay",
    "Design",
    "Dispositions",
    "DistributedLag",
    "DomainError",
    "DomainPlan",
    "Draw",
    "DurableLedger",
    "Drivers",
    "EmptyError",
    "Error",
    "Estimate",
    "Evidence",
    "FewError",
    "Fit",
    "FormatError",
    "Gap",
    "Gaps",
    "Gate",
    "Granger",
    "Heterogeneity",
    "Index",
    "InfeasibleError",
    "Irr",
    "Joint",
    "Journey",
    "Kish",
    "Ledger",
    "LengthError",
    "LimitError",
    "Linkage",
    "LogEffort",
    "LogRank",
    "Mirr",
    "MismatchError",
    "Modes",
    "Moments",
    "Monitor",
    "Mystery",
    "NameNotFoundError",
    "Npv",
    "NullError",
    "OptionError",
    "OutOfMemoryError",
    "OverflowedError",
    "Payback",
    "Plan",
    "PointsPlan",
    "PpiEstimate",
    "Promises",
    "Propensity",
    "RIndicator",
    "Recent",
    "Resolution",
    "ResponseRates",
    "ResponseSpeed",
    "Rule",
    "SampleSize",
    "Shrinkage",
    "Silence",
    "SimulatedAllocation",
    "SimulatedBusiness",
    "SingularError",
    "Strata",
    "SuppressedError",
    "SurveyEstimate",
    "Table",
    "Tallies",
    "Tally",
    "Tolerance",
    "Trend",
    "UnidentifiedError",
    "UninformedError",
    "Verdict",
    "VersionError",
    "Visits",
    "Waits",
    "WaitsBy",
    "Weights",
    "adaptive_mean",
    "adjust_p",
    "adjust_response",
    "aggregate",
    "aggregate_link",
    "aipw_mean",
    "answer_delay",
    "anytime",
    "belief_gap",
    "bias_range",
    "bounds",
    "calibrate",
    "ces",
    "change_since",
    "chi_square",
    "closed_loop",
    "compare",
    "compare_rest",
    "correlate",
    "correlations",
    "coverage",
    "cross_correlate",
    "csat",
    "decompose",
    "detectable",
    "dispositions",
    "distributed_lag",
    "drivers",
    "Penalised",
    "penalised",
    "penalised_path",
    "importance_performance",
    "penalty_reward",
    "drivers_matrix",
    "enps",
    "episodes",
    "errors",
    "evidence",
    "fcr",
    "gap",
    "granger",
    "hazard",
    "heterogeneity",
    "index",
    "irr",
    "journey",
    "kish",
    "linkage",
    "log_effort",
    "logit",
    "margin",
    "margin_multiple",
    "mean_score",
    "mirr",
    "modes",
    "mystery",
    "non_repeat",
    "nps",
    "npv",
    "ordinal",
    "patience",
    "payback",
    "period_means",
    "person_periods",
    "plan",
    "plan_domains",
    "plan_draw",
    "plan_points",
    "plan_steady",
    "poisson",
    "poststratify",
    "ppi_mean",
    "ppi_nps",
    "promises",
    "propensity",
    "r_indicator",
    "r_indicator_partial",
    "rake",
    "random",
    "regress",
    "response_rates",
    "response_speed",
    "running_mean",
    "sample_size",
    "separation",
    "share",
    "share_difference",
    "share_of",
    "shares",
    "shrink",
    "silence",
    "simulate_allocation",
    "simulate_business",
    "simultaneous",
    "special",
    "survey_mean",
    "survey_ratio",
    "survey_total",
    "tally_by",
    "tally_windows",
    "target",
    "tolerance",
    "trend",
    "trim",
    "verdict",
    "window_of",
    "windows",
]
