"""The names and keyword-only options that people call: a rename breaks someone."""

import inspect

import pytest

import cxkit as cx

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
    "Case.run": ("", "draws, seed, confidence, surely, antithetic, sobol"),
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


def test_all_is_what_there_is():
    public = {name for name in vars(cx) if not name.startswith("_")}
    modules = {name for name in public if inspect.ismodule(getattr(cx, name))}
    assert public - modules <= set(cx.__all__) | {"annotations"}
    assert {"errors", "random", "special"} <= modules
