"""The names and keyword-only options that people call: a rename breaks someone."""

import doctest
import importlib
import inspect

import pytest

import cxkit as cx
from cxkit import _native, special

READING = "weights, missing_codes, not_applicable_codes, invalid, fractional"
CONTACTS = (
    "window, topic, abandoned, outbound, channel, channels, no_id, start, end, merge_gap, "
    "abandoned_as, outbound_as"
)
SHOWN = "min_n, totals"
ONCE = "respondent, time, keep, window"
SURFACE = {
    "npv": (
        "flows, rate",
        "times, dates, currency, rates, mid_period, real_flows, real_rates, inflation, minor_digits, "
        "year_days",
    ),
    "irr": ("flows", "times, dates, currency, mid_period, minor_digits, year_days"),
    "mirr": (
        "flows, finance_rate, reinvest_rate",
        "times, dates, currency, mid_period, minor_digits, year_days",
    ),
    "payback": (
        "flows, rate",
        "times, dates, currency, rates, mid_period, real_flows, real_rates, inflation, minor_digits, "
        "year_days",
    ),
    "margin_multiple": ("retention, rate", "growth, horizon"),
    "Case": (
        "",
        "currency, rate, horizon, population, growth, capacity, periods_a_year, mid_period",
    ),
    "Case.metric": ("name", "area, unit, better"),
    "Case.link": (
        "start_of, end_of, value",
        "se, df, name, from_unit, to_unit, evidence, lag, form, base, spread, per, direct, start, "
        "observed, observed_periods, held, decay, influence, source",
    ),
    "Case.assume": (
        "start_of, end_of, value",
        "source, sd, bounds, name, from_unit, to_unit, lag, form, base, spread, per, start, held, decay",
    ),
    "Case.value": (
        "start_of, end_of, value",
        "source, sd, bounds, name, from_unit, to_unit, lag, spread, per",
    ),
    "Case.cost": ("name, amount", "first, last, sd, bounds, spread, source"),
    "Case.influence": ("link, id, influence", ""),
    "Case.correlate": ("a, b, rho", "source"),
    "Case.observe": ("metric, period, change", "se"),
    "Case.total": ("metric, period, change", "se"),
    "Case.run": ("", "draws, seed, confidence, surely, antithetic"),
    "evidence": (
        "method",
        "adjusted, ordered, reverse, separated, unidentified, through, selected, treated, periods, "
        "overlap, pre_trend_p, breakdown, placebo_p, split_p, attrition",
    ),
    "verdict": (
        "estimate",
        "smallest, power, confidence, reliability, cell, least_cell",
    ),
    "Gate": (
        "rules",
        "seed, points, salt, policy, p_min, p_max, period, retry, clock_slack, class_window, capacity, "
        "recent",
    ),
    "DurableLedger": ("path, gate", "group, accept_loss"),
    "Ledger": ("", "events, capacity, salt"),
    "Recent": ("", "window, capacity, generations, bits, salt"),
    "Rule": ("", "gap, most, window, event, scope, action, priority, attributes, exempt"),
    "anytime": (
        "scores",
        "scale, score, promoters, detractors, top, alpha, method, optimise_at, by, missing_codes, "
        f"not_applicable_codes, invalid, fractional, {SHOWN}",
    ),
    "enps": (
        "scores",
        f"by, promoters, detractors, scale, confidence, method, {READING}, {SHOWN}, {ONCE}",
    ),
    "nps": (
        "scores",
        f"counts, by, mode, promoters, detractors, scale, confidence, method, {READING}, {SHOWN}, "
        f"{ONCE}, design, domain",
    ),
    "csat": (
        "scores",
        f"scale, top, direction, by, mode, denominator, confidence, method, {READING}, {SHOWN}, "
        f"{ONCE}, design, domain",
    ),
    "ces": ("scores", f"version, report, ease, by, mode, confidence, {READING}, {SHOWN}, {ONCE}"),
    "mean_score": ("scores", f"scale, by, mode, confidence, {READING}, {SHOWN}, {ONCE}"),
    "share": ("successes, n", "method, confidence"),
    "tally_by": ("scores", f"by, scale, {READING}"),
    "decompose": (
        "before, after",
        "by, weights, scale, score, promoters, detractors, top, confidence, min_n",
    ),
    "episodes": ("customer, time", f"transfers, by, {CONTACTS}"),
    "fcr": ("customer, time", f"index, by, method, confidence, min_n, {CONTACTS}"),
    "chi_square": ("counts", ""),
    "logit": (
        "x, y",
        "weights, weight_kind, clusters, offset, cov, firth, intercept, influence, small_sample, "
        "confidence, max_iterations, allow_unconverged",
    ),
    "poisson": (
        "x, y",
        "exposure, offset, quasi, weights, weight_kind, clusters, cov, firth, intercept, influence, "
        "small_sample, confidence, max_iterations, allow_unconverged",
    ),
    "hazard": (
        "x, event",
        "period, weights, weight_kind, clusters, offset, cov, firth, intercept, influence, "
        "small_sample, confidence, max_iterations, allow_unconverged",
    ),
    "ordinal": (
        "x, y",
        "probit, weights, weight_kind, clusters, offset, cov, influence, small_sample, confidence, "
        "max_iterations, allow_unconverged",
    ),
    "separation": ("x, y", "confidence"),
    "person_periods": ("exit, event", "entry"),
    "margin": ("fit, x, column_name", "change, horizon, weights, population, confidence"),
    "adjust_p": ("p", "method, by, level"),
    "simultaneous": ("estimates, influence", "confidence, draws, seed"),
    "heterogeneity": ("scores", "by, weights, scale, score, promoters, detractors, top"),
    "journey": (
        "tree",
        "levels, scores, scale, score, promoters, detractors, top, direction, weights, volumes, expected, pool, "
        "confidence, min_n, survey_weights, missing_codes, not_applicable_codes, invalid, fractional",
    ),
    "log_effort": ("customer, time", f"transfers, by, confidence, min_n, {CONTACTS}"),
    "modes": (
        "scores",
        "mode, by, scale, score, promoters, detractors, top, direction, reference, mix, alpha, confidence, "
        f"min_n, {READING}",
    ),
    "compare": (
        "a, b",
        "paired, respondents, cases, method, confidence, score, scale, promoters, detractors, top, lower_is_better, "
        f"min_n, by, {READING}",
    ),
    "compare_rest": (
        "scores",
        "by, method, confidence, score, scale, promoters, detractors, top, lower_is_better, "
        f"min_n, {READING}",
    ),
    "share_difference": ("x1, n1, x2, n2", "method, confidence"),
    "shares": ("counts", "method, confidence"),
    "belief_gap": (
        "staff, customers",
        "staff_as, score, scale, promoters, detractors, top, method, confidence, "
        f"{READING}",
    ),
    "sample_size": (
        "",
        "margin, difference, score, power, confidence, promoters, detractors, share, sd, ratio, "
        "population, response_rate, design_effect",
    ),
    "detectable": (
        "n",
        "score, power, confidence, promoters, detractors, share, sd, ratio, population, "
        "response_rate, design_effect",
    ),
    "target": ("estimate, at_least", "at_most"),
    "index": (
        "columns",
        f"high, low, scale, read, top, importance, by, cases, method, confidence, min_n, {READING}",
    ),
    "gap": (
        "expectation, experience",
        f"importance, scale, by, cut, cases, confidence, min_n, {READING}",
    ),
    "mystery": (
        "items, weights",
        "maximum, auditor, shop, pass_mark, confidence, min_n, missing_codes, not_applicable_codes, "
        "invalid",
    ),
    "Monitor": (
        "points",
        "arl, drop, weights, form, direction, reference, confidence, baseline, guard, cycle, learn, "
        "common_shock, max_age, late, rate_drop, half_life, process_noise, prior_variance, prior, "
        "fdr, scale, detractors, promoters, first_period",
    ),
    "Monitor.observe": (
        "point, scores, period",
        "missing_codes, not_applicable_codes, invalid, fractional",
    ),
    "Monitor.observe_counts": ("point, detractors, passives, promoters, period", ""),
    "Monitor.invite": ("point, invited, period", "shown, declined"),
    "Monitor.set_baseline": ("point, detractors, passives, promoters", "invited"),
    "Monitor.acknowledge": ("point", "learn"),
    "Visits": ("items, weights", "maximum, pass_mark"),
    "Visits.add": (
        "items", "auditor, shop, missing_codes, not_applicable_codes, invalid"
    ),
    "Visits.mystery": ("", "confidence, min_n"),
    "Joint": ("names", "read, scale, high, low, top"),
    "Joint.add": ("columns", READING),
    "Joint.index": ("", "importance, cases, method, confidence, min_n"),
    "Joint.compare": ("one, other", "cases, method, confidence"),
    "Gaps": ("names", "scale"),
    "Gaps.add": ("expectation, experience", READING),
    "Gaps.total": ("", "importance, cut, cases, confidence, min_n"),
    "non_repeat": ("customer, time", f"index, by, method, confidence, min_n, {CONTACTS}"),
    "Design": (
        "",
        "weights, strata, clusters, fpc, lonely, calibration, replicates, count, seed, fay, about",
    ),
    "Strata": ("figure", "promoters, detractors, scale, top"),
    "Strata.add": ("y", "denominator, weights, strata, clusters, fpc, by"),
    "Strata.estimate": (
        "",
        "by, lonely, calibration, method, confidence, min_n, replacement",
    ),
    "Strata.total": ("", "by, lonely, calibration, confidence, min_n, replacement"),
    "survey_mean": ("y, design", "domain, by, confidence, min_n, replacement"),
    "survey_total": ("y, design", "domain, by, confidence, min_n, replacement"),
    "survey_ratio": ("numerator, denominator, design", "domain, by, confidence, min_n"),
    "share_of": ("y, design", "domain, by, method, confidence, min_n, replacement"),
    "tolerance": (
        "wait, score",
        "drop, by, band, shape, measure, scale, promoters, detractors, weights, respondents, "
        "draws, seed, confidence, min_n, missing_codes, not_applicable_codes, invalid",
    ),
    "shrink": (
        "values",
        "method, variances, X, n, ranks, ascending, confidence, correction, intervals, intercept, "
        "promoters, detractors, top, draws, seed",
    ),
    "silence": (
        "last_contact",
        "now, customer, rhythm, gaps, level, merge_gap, prior, confidence",
    ),
    "coverage": ("contacts, asked", "by, answered, confidence, min_n"),
    "closed_loop": (
        "score, contacted, score_again",
        "control, reasked, acted, alerted, contacted_at, now, level, followed, scale, promoters, "
        "detractors, confidence, min_n, missing_codes, not_applicable_codes, invalid",
    ),
    "rake": (
        "table, margins",
        "weights, bounds, tol, total, rescale, max_iterations, allow_unconverged",
    ),
    "calibrate": (
        "X, totals",
        "weights, distance, bounds, table, margins, tol, total, rescale, max_iterations, "
        "allow_unconverged",
    ),
    "poststratify": ("table, totals", "weights, total"),
    "trim": ("weights", "lower, upper, base, redistribute"),
    "kish": ("weights", "zeros"),
    "response_rates": (
        "",
        "complete, partial, refusal, noncontact, other, unknown_household, unknown_other, "
        "ineligible, not_sampled, e, confidence, method",
    ),
    "dispositions": (
        "event",
        "invitation, progress, weights, by, e, bounced, sent, delivered, opened, partial_at",
    ),
    "adaptive_mean": (
        "log, scores",
        "by, method, metric, scale, promoters, detractors, top, response, predicted, shares, "
        "finite, confidence",
    ),
    "change_since": (
        "scores, periods, flagged",
        "reference, reference_se, metric, scale, promoters, detractors, top, confidence",
    ),
    "period_means": ("cells", "aipw, unit, confidence"),
    "running_mean": ("estimates", "predicted, scale, optimise_at, spread, confidence"),
    "plan": ("a, budget", "lower, upper, known, cost, rate, integer, permanent, soft"),
    "plan_steady": (
        "a, drift, budget",
        "lower, upper, cost, rate, integer, permanent, soft",
    ),
    "plan_domains": (
        "a, by, budget",
        "lower, upper, known, population, target, integer",
    ),
    "plan_draw": ("expected", "seed, period"),
    "plan_points": (
        "points, budget",
        "policy, unit, rounding, soft, period, seed, arl, boost, gamma, cap, allowance, head, "
        "max_share, weight, s2, known, log_evidence, lower, upper, traffic, response_rate, cost, permanent, "
        "information, local, likelihood, age, drift, answered, outstanding",
    ),
    "simulate_allocation": (
        "",
        "scenario, policy, runs, seed, first_run, threads, form, arl, boost, gamma, allowance, "
        "compensation, common_shock",
    ),
    "simulate_business": (
        "",
        "stores, months, customers, seed, first_store, store_count, price_month, ease, efficiency, "
        "emotion, engagement, icc, hazard, hazard_ratio, spend, theta, confounder_cx, confounder_spend, "
        "confounder_hazard, confounder_moves, asked, response_cx, response_leaving",
    ),
    "propensity": ("X, responded", "weights, ridge, max_iterations"),
    "r_indicator": ("propensity", "weights, variances, ddof"),
    "r_indicator_partial": ("propensity, by", "weights, ddof"),
    "adjust_response": ("given, responded", "weights, classes, least"),
    "aipw_mean": ("y, predicted, propensity", "weights, trim, normalise, confidence"),
    "bounds": ("y", "scale, weights, threshold, confidence"),
    "bias_range": ("y, deltas", "scale, weights, confidence"),
    "ppi_mean": (
        "y, predicted, predicted_unlabelled",
        "labelled, lam, weights, weights_unlabelled, clusters, clusters_unlabelled, form, "
        "centring, alternative, confidence",
    ),
    "ppi_nps": (
        "scores, predicted, predicted_unlabelled",
        "labelled, lam, weights, weights_unlabelled, clusters, clusters_unlabelled, promoters, "
        "detractors, scale, form, centring, alternative, confidence",
    ),
    "cross_correlate": (
        "x, y",
        "max_lag, prewhiten, filter, order, difference, fewest, confidence",
    ),
    "distributed_lag": (
        "x, y",
        "max_lag, shape, unit, period, covariates, degree, near_zero, far_zero, own_lags, "
        "horizon, cov, hac_lags, small_sample, penalty, confidence",
    ),
    "granger": (
        "x, y",
        "lags, max_lag, covariates, cov, hac_lags, unit, period, confidence",
    ),
    "linkage": (
        "metrics, areas",
        "unit, period, max_lag, level, effect, power, cov, fewest, confidence",
    ),
    "aggregate": ("x, by", "scale_steps, confidence"),
    "aggregate_link": ("x, x_by, y, y_by", "max_lag, fewest, confidence"),
    "correlate": ("x, y", "method, partial, part, joint, levels, weights, confidence"),
    "correlations": ("table", "method, joint, levels, weights, confidence"),
    "Crosstab": ("", "x, y"),
    "Crosstab.add": ("x, y", "weights"),
    "Crosstab.add_counts": ("x, y, counts", ""),
    "Crosstab.count": ("x, y", ""),
    "Crosstab.correlate": ("", "method, joint, levels, confidence"),
    "regress": (
        "x, y",
        "terms, weights, weight_kind, clusters, fixed, time, cov, lag, small_sample, fixed_count, draws, "
        "seed, intercept, influence, confidence, tolerance",
    ),
    "penalised": (
        "x, y",
        "method, penalty, mix, non_negative, one_error, weights, clusters, columns, penalties, "
        "folds, seed",
    ),
    "penalised_path": (
        "x, y",
        "method, mix, non_negative, one_error, weights, clusters, penalties, folds, seed",
    ),
    "importance_performance": (
        "importance, performance",
        "best, reachable, cost, cut_importance, cut_performance, confidence",
    ),
    "penalty_reward": ("x, y", "neutral, weights, confidence"),
    "drivers": (
        "x, y",
        "method, outcome, drivers, groups, adjust, weights, design, clusters, intervals, confidence, "
        "orders, draws, seed, tolerance",
    ),
    "drivers_matrix": (
        "correlations, y",
        "n, method, drivers, groups, adjust, intervals, confidence, orders, draws, seed, tolerance",
    ),
    "patience": ("wait, abandoned", "by, zero, invalid, min_n"),
    "promises": (
        "due, done",
        "now, resolution, made, cancelled, offset, by, invalid, confidence, method, min_n",
    ),
    "response_speed": (
        "opened, answered",
        "now, level, resolved, by, invalid, confidence, min_n",
    ),
    "Waits.add": ("waits, ended", "zero, invalid"),
    "Waits.survival": ("t", "confidence, method, unknown"),
    "Waits.within": ("t", "confidence, method, unknown"),
    "Waits.quantile": ("q", "confidence, method, unknown"),
    "Waits.restricted_mean": ("t", "confidence, unknown"),
    "Waits.curve": ("", "confidence, method, unknown"),
    "WaitsBy.add": ("waits, ended", "by, zero, invalid"),
    "WaitsBy.quantile": ("q", "confidence, method, unknown"),
    "windows": (
        "time, scores",
        "every, period, by, metric, offset, week_starts, empty, scale, promoters, detractors, top, "
        "direction, denominator, version, report, ease, method, respondent, keep, confidence, "
        f"{READING}, {SHOWN}",
    ),
    "trend": (
        "time, scores",
        "every, by, offset, week_starts, score, promoters, detractors, top, few, confidence, min_n, "
        f"scale, {READING}",
    ),
    "tally_windows": (
        "time, scores", f"every, by, offset, week_starts, into, respondent, keep, scale, {READING}"
    ),
    "window_of": ("time", "every, offset, week_starts"),
    "answer_delay": ("event, answered", "invalid"),
    "Tally.add_once": ("scores", f"respondent, time, keep, window, {READING}"),
    "Tallies.add_once": ("scores", f"by, respondent, time, keep, window, {READING}"),
    "Tallies.roll": ("steps", "empty"),
    "Tally": ("", "scale"),
    "Tally.add": ("scores", READING),
    "Tally.merge": ("other", ""),
    "Tally.from_bytes": ("data", ""),
    "Tallies.margin": ("keys", ""),
    "Tallies.add": ("scores", f"by, {READING}"),
    "Moments": ("names", "missing"),
    "Moments.add": ("table", "weights"),
    "Table.to_frame": ("backend", ""),
}
DEFAULTS = {
    "nps": {
        "promoters": 9,
        "detractors": 6,
        "scale": (0, 10),
        "confidence": 0.95,
        "method": "auto",
    },
    "anytime": {"scale": (0, 10), "score": None, "alpha": 0.05, "method": "auto", "by": None},
    "enps": {"min_n": 5, "totals": False},
    "csat": {"scale": (1, 5), "top": None, "method": "wilson"},
    "ces": {"version": 2, "report": "mean"},
    "fcr": {"topic": None, "merge_gap": 60, "method": "kaplan-meier", "confidence": 0.95},
    "share": {"method": "wilson", "confidence": 0.95},
    "compare": {"paired": False, "method": "auto", "confidence": 0.95, "score": "nps"},
    "plan": {"lower": 0, "upper": None, "known": 0, "cost": None, "integer": True},
    "plan_points": {"policy": "evidence", "unit": "answers", "rounding": "auto", "seed": 0},
    "simulate_allocation": {"scenario": "S1", "policy": None, "runs": 200, "seed": 0},
    "correlate": {
        "method": "pearson",
        "partial": None,
        "part": "both",
        "joint": False,
        "levels": 11,
        "weights": None,
        "confidence": 0.95,
    },
    "drivers": {"method": "shapley", "groups": None, "adjust": None, "weights": None, "seed": 1},
    "Tally": {"scale": (0, 10)},
}


def words(text):
    return {word for word in text.split(", ") if word}


def signature(name):
    found = cx
    for part in name.split("."):
        found = getattr(found, part)
    parameters = dict(inspect.signature(found).parameters)
    parameters.pop("self", None)
    return parameters


@pytest.mark.parametrize("name", SURFACE)
def test_the_signature_is_explicit(name):
    given, options = SURFACE[name]
    parameters = signature(name)
    kinds = {parameter.kind for parameter in parameters.values()}
    assert not kinds & {inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL}
    keyword_only = {n for n, p in parameters.items() if p.kind is inspect.Parameter.KEYWORD_ONLY}
    assert set(parameters) - keyword_only == words(given)
    assert keyword_only == words(options)
    for option, default in DEFAULTS.get(name, {}).items():
        assert parameters[option].default == default


@pytest.mark.parametrize("name", [name for name in cx.__all__ if callable(getattr(cx, name))])
def test_everything_public_is_documented(name):
    found = getattr(cx, name)
    assert found.__doc__ and not found.__doc__.startswith(f"{name}(")
    for member, what in vars(found).items() if inspect.isclass(found) else ():
        if not member.startswith("_") and callable(what):
            assert what.__doc__, f"{name}.{member}"


EXAMPLES = [
    cx.adjust_p, cx.simultaneous, cx.hazard, cx.logit, cx.margin, cx.ordinal, cx.person_periods, cx.poisson,
    cx.separation,
    cx.adaptive_mean, cx.change_since, cx.period_means, cx.running_mean,
    cx.Strata, cx.Strata.add, cx.Strata.estimate, cx.Strata.total,
    cx.Gate, cx.Gate.add_points, cx.Gate.coverage, cx.Gate.decide, cx.Gate.decide_all, cx.Gate.merge,
    cx.Gate.points, cx.Gate.profile, cx.Gate.record, cx.Gate.retire, cx.Gate.target, cx.DurableLedger, cx.Ledger, cx.Ledger.from_bytes, cx.Rule,
    cx.Recent, cx.Recent.asked, cx.Recent.rates, cx.Recent.record,
    cx.Design, cx.survey_mean, cx.survey_total, cx.survey_ratio, cx.share_of,
    cx.anytime, cx.enps, cx.Tallies.margin,
    cx.nps, cx.csat, cx.ces, cx.mean_score, cx.share, cx.tally_by, cx.decompose, cx.heterogeneity,
    cx.patience, cx.promises, cx.response_speed, cx.Waits, cx.Waits.add, cx.Waits.survival,
    cx.Waits.survival_bounds, cx.Waits.within, cx.Waits.quantile, cx.Waits.restricted_mean,
    cx.Waits.curve, cx.WaitsBy, cx.WaitsBy.add, cx.WaitsBy.total,
    cx.fcr, cx.non_repeat, cx.episodes, cx.log_effort,
    cx.chi_square, cx.journey, cx.modes, cx.Journey.node,
    cx.compare, cx.compare_rest, cx.share_difference, cx.shares, cx.belief_gap, cx.sample_size,
    cx.detectable, cx.target,
    cx.index, cx.gap, cx.mystery, cx.Visits, cx.Visits.add, cx.Visits.mystery, cx.Joint, cx.Joint.add, cx.Joint.tally, cx.Joint.index,
    cx.Joint.compare, cx.Gaps, cx.Gaps.add, cx.Gaps.total,
    cx.windows, cx.tally_windows, cx.window_of, cx.answer_delay, cx.Tallies.roll, cx.trend,
    cx.windows, cx.tally_windows, cx.window_of, cx.answer_delay, cx.Tallies.roll,
    cx.shrink, cx.tolerance, cx.silence, cx.coverage, cx.closed_loop,
    cx.Tally.add_once, cx.Tallies.add_once,
    cx.ppi_mean, cx.ppi_nps,
    cx.rake, cx.calibrate, cx.poststratify, cx.trim, cx.kish, cx.Weights,
    cx.response_rates, cx.dispositions,
    cx.ppi_mean, cx.ppi_nps, cx.propensity, cx.r_indicator, cx.r_indicator_partial, cx.aipw_mean,
    cx.adjust_response,
    cx.bounds, cx.bias_range,
    cx.Monitor, cx.Monitor.observe, cx.Monitor.observe_counts, cx.Monitor.invite,
    cx.Monitor.advance, cx.Monitor.set_baseline, cx.Monitor.set_cycle, cx.Monitor.acknowledge,
    cx.Monitor.fork,
    cx.plan, cx.plan_steady, cx.plan_domains, cx.plan_points, cx.plan_draw,
    cx.cross_correlate, cx.distributed_lag, cx.granger, cx.linkage, cx.aggregate, cx.aggregate_link,
    cx.simulate_allocation, cx.simulate_business, cx.correlate, cx.correlations,
    cx.Crosstab, cx.Crosstab.add, cx.Crosstab.add_counts, cx.Crosstab.correlate, cx.Moments.correlations,
    cx.Fit, cx.Fit.estimate, cx.Fit.influence, cx.Fit.summary, cx.regress,
    cx.npv, cx.irr, cx.mirr, cx.payback, cx.margin_multiple, cx.evidence, cx.verdict,
    cx.Case, cx.Case.metric, cx.Case.link, cx.Case.assume, cx.Case.value, cx.Case.cost, cx.Case.influence,
    cx.Case.correlate, cx.Case.observe, cx.Case.total, cx.Case.run, cx.CaseResult.sentences,
    cx.drivers, cx.Tally, cx.Tally.add, cx.Tally.add_counts, cx.Tallies.add,
    cx.drivers, cx.penalised, cx.penalised_path, cx.importance_performance, cx.penalty_reward,
    cx.Tally, cx.Tally.add, cx.Tally.add_counts, cx.Tallies.add,
    cx.drivers_matrix,
    cx.Tallies.total, cx.Tallies.table, cx.Moments, cx.Moments.add, cx.Moments.subtract,
    cx.Moments.correlate, cx.Estimate, cx.Table, cx.Table.column, cx.random.uniform, cx.random.philox,
]  # fmt: skip


@pytest.mark.parametrize("found", EXAMPLES, ids=lambda found: found.__qualname__)
def test_there_is_an_example(found):
    assert ">>> " in found.__doc__


MODULES = [
    f"cxkit.{name}"
    for name in (
        "adaptive anytime business case case_result closed_loop compare contacts correlation "
        "coverage curves design difference driver durable effort errors estimate evidence "
        "finance fit gap gate importance index joint journey lag ledger linkage mean models "
        "moments monitor multiplicity mystery net nonrespondents penalised plan policy ppi "
        "promises random rates recent regress response rule sample satisfaction silence simulate "
        "special strata survey table tally tolerance trend waits weights windows"
    ).split()
]


@pytest.mark.parametrize("name", ["cxkit", *MODULES])
def test_the_examples_are_right(name):
    done = doctest.testmod(importlib.import_module(name))
    assert done.attempted > 0
    assert done.failed == 0


def test_all_is_what_there_is():
    public = {name for name in vars(cx) if not name.startswith("_")}
    modules = {name for name in public if inspect.ismodule(getattr(cx, name))}
    assert public - modules <= set(cx.__all__) | {"annotations"}
    assert {"errors", "random", "special"} <= modules


# Read by the facade under another form, or of no use in Python.
ELSEWHERE = {
    "cx_array_of", "cx_drivers", "cx_error_init", "cx_evidence_facts_init", "cx_gate_ledger", "cx_gate_recent", "cx_policy_free", "cx_policy_new", "cx_policy_plan", "cx_rule_init",
    "cx_table_column", "cx_table_export", "cx_table_stream", "cx_tallies_at", "cx_version",
}  # fmt: skip


def exported():
    from conftest import vectors_folder

    symbols = vectors_folder().parents[1] / "lib" / "cxkit.sym"
    if not symbols.exists():
        pytest.skip("the tree of the sources is not there")
    return symbols.read_text().split()


def test_every_exported_function_can_be_reached():
    missing = [
        name
        for name in exported()
        if name not in ELSEWHERE
        and not name.endswith(("_free", "_options_init"))
        and not hasattr(_native, name)
    ]
    assert missing == []
    for name in exported():
        if name.endswith("_options_init"):
            assert hasattr(_native, name.removesuffix("_init"))
        if name.endswith("_free") and name not in ELSEWHERE:
            assert hasattr(_native, name.removesuffix("_free"))


def test_every_special_function_is_in_its_module():
    for name in special.__all__:
        assert hasattr(_native, f"cx_{name}")
        count = len(inspect.signature(getattr(special, name)).parameters)
        assert isinstance(getattr(special, name)(*[0.5] * count), float)


def test_random_numbers_are_those_of_the_golden_stream():
    assert cx.random.philox(0, 0, 0)[0] == 0x6627E8D5
    assert cx.random.uniform(1, index=2) != cx.random.uniform(1, index=3)
    with pytest.raises((OverflowError, TypeError)):
        cx.random.uniform(-1)


def test_private_objects_have_destructors_and_options_take_no_wrong_types():
    options = _native.cx_nps_options()
    assert (options.promoters, options.detractors, options.confidence) == (9, 6, 0.95)
    with pytest.raises(TypeError):
        options.confidence = "x"
    assert _native.cx_tally.__swig_destroy__
    with pytest.raises((AttributeError, TypeError)):
        _native.cx_tally()
