"""Sample sizes, detectable differences, targets."""

import pytest

import cxkit as cx


def test_a_share_within_five_points_takes_385_answers():
    found = cx.sample_size(score="top-box", margin=0.05)
    assert (found.n, found.n_b, found.difference, found.power) == (385, 0, None, None)
    found = cx.sample_size(score="top-box", margin=0.05, population=1000, response_rate=0.3)
    assert (found.n, found.invitations) == (278, 927)
    assert found.to_dict()["n"] == 278


def test_differences_take_the_answers_of_the_usual_tables():
    assert cx.sample_size(score="top-box", share=0.5, difference=0.25, power=0.9).n == 77
    assert cx.sample_size(score="mean", sd=1, difference=1, power=0.9).n == 23
    assert cx.sample_size(score="mean", sd=1, difference=0.5).n == 64


def test_what_answers_buy_is_what_they_cost():
    bought = cx.detectable(200, promoters=0.5, detractors=0.2)
    assert cx.sample_size(margin=bought.margin, promoters=0.5, detractors=0.2).n == 200
    again = cx.sample_size(difference=bought.difference * 1.0000001, promoters=0.5, detractors=0.2)
    assert again.n == 200


def test_what_cannot_be_had_is_said():
    with pytest.raises(cx.OptionError, match="one of them"):
        cx.sample_size()
    with pytest.raises(cx.InfeasibleError, match="invitations"):
        cx.sample_size(margin=5, population=1000, response_rate=0.2)
    with pytest.raises(cx.DomainError, match="150"):
        cx.sample_size(difference=150, promoters=0.5, detractors=0.2)


def test_a_target_is_met_more_surely_when_lower():
    estimate = cx.nps([10] * 50 + [8] * 30 + [0] * 20)
    chances = [cx.target(estimate, goal) for goal in (0, 20, 30, 40, 60)]
    assert chances == sorted(chances, reverse=True)
    assert chances[2] == pytest.approx(0.5, abs=0.02)
    assert cx.target(estimate, at_most=20) == pytest.approx(1 - chances[1])
    mean = cx.mean_score([4, 5, 3, 4, 2, 5, 5], scale=(1, 5))
    assert cx.target(mean, mean.ci_low) == pytest.approx(0.975)


def test_a_target_has_to_be_one():
    estimate = cx.share(18, 20)
    with pytest.raises(cx.DomainError):
        cx.target(estimate, 1)
    with pytest.raises(cx.OptionError, match="one of them"):
        cx.target(estimate)
    with pytest.raises(cx.OptionError, match="Estimate"):
        cx.target(0.9, 0.8)
