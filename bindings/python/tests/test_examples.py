"""Everything public is documented, with examples that are right."""

import doctest
import importlib
import inspect

import pytest

import cxkit as cx


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
        "_salted adaptive anytime business case case_result closed_loop compare contacts "
        "correlation coverage curves design difference driver durable effort errors estimate "
        "evidence finance fit gap gate importance index joint journey lag ledger linkage mean "
        "models moments monitor multiplicity mystery net nonrespondents penalised plan policy "
        "ppi promises random rates recent regress response rule sample satisfaction silence "
        "simulate special strata survey table tally tolerance trend waits weights windows"
    ).split()
]


@pytest.mark.parametrize("name", ["cxkit", *MODULES])
def test_the_examples_are_right(name):
    done = doctest.testmod(importlib.import_module(name))
    assert done.attempted > 0
    assert done.failed == 0
