"""Realisation against target: every polarity, every edge, exact and without a float."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.achievement import (
    Achievement,
    UnusableTarget,
    Weighted,
    WeightsNotHundred,
    achievement,
    consolidate,
    light,
    measured_quarters,
    unusable,
    weighted,
)
from indicators.enums import AchievementReason, Consolidation, Formula, Light, Polarity, RangeType

MAX, MIN, STABLE, RANGE, BINARY = (
    Polarity.MAXIMIZE,
    Polarity.MINIMIZE,
    Polarity.STABILIZE,
    Polarity.RANGE,
    Polarity.BINARY,
)
D = Decimal


def percent(polarity, target, realization, **options):
    options = {key: D(value) if key == "upper" else value for key, value in options.items()}
    return achievement(polarity, D(target), D(realization), **options).percent


@pytest.mark.parametrize(
    ("polarity", "target", "realization", "expected", "formula"),
    [
        # the worked pairs of the text
        (MIN, "30", "24", "120.00", Formula.INVERSE),
        (MIN, "30", "36", "80.00", Formula.INVERSE),
        (MAX, "95", "97.1", "102.21", Formula.RATIO),
        # the regulation's examples
        (MIN, "7", "6.5", "107.14", Formula.INVERSE),
        (MIN, "8", "9", "87.50", Formula.INVERSE),
        (MAX, "80", "70", "87.50", Formula.RATIO),
        # higher is better
        (MAX, "100", "100", "100.00", Formula.RATIO),
        (MAX, "100", "0", "0.00", Formula.RATIO),
        (MAX, "100", "120", "120.00", Formula.RATIO),
        (MAX, "100", "120.01", "120.00", Formula.RATIO),
        (MAX, "100", "-5", "0.00", Formula.RATIO),
        (MAX, "3", "1", "33.33", Formula.RATIO),
        (MAX, "3", "2", "66.67", Formula.RATIO),
        (MAX, "8", "0.0004", "0.01", Formula.RATIO),
        # signed: growth that is expected to be negative
        (MAX, "-2", "-2", "100.00", Formula.SIGNED),
        (MAX, "-2", "-1", "120.00", Formula.SIGNED),
        (MAX, "-2", "-2.5", "75.00", Formula.SIGNED),
        (MAX, "-2", "-4", "0.00", Formula.SIGNED),
        (MAX, "-2", "-9", "0.00", Formula.SIGNED),
        # lower is better
        (MIN, "30", "30", "100.00", Formula.INVERSE),
        (MIN, "30", "60", "0.00", Formula.INVERSE),
        (MIN, "30", "61", "0.00", Formula.INVERSE),
        (MIN, "30", "0", "120.00", Formula.INVERSE),
        (MIN, "-2", "-2", "100.00", Formula.SIGNED_INVERSE),
        (MIN, "-2", "-2.2", "110.00", Formula.SIGNED_INVERSE),
        (MIN, "-2", "-1", "50.00", Formula.SIGNED_INVERSE),
        (MIN, "0", "0", "100.00", Formula.ZERO_TARGET),
        (MIN, "0", "1", "0.00", Formula.ZERO_TARGET),
        (MIN, "0", "0.0001", "0.00", Formula.ZERO_TARGET),
        (MIN, "0", "-1", "100.00", Formula.ZERO_TARGET),
        # closest to the point
        (STABLE, "50", "50", "100.00", Formula.DISTANCE),
        (STABLE, "50", "45", "90.00", Formula.DISTANCE),
        (STABLE, "50", "55", "90.00", Formula.DISTANCE),
        (STABLE, "50", "100", "0.00", Formula.DISTANCE),
        (STABLE, "50", "101", "0.00", Formula.DISTANCE),
        (STABLE, "-50", "-45", "90.00", Formula.DISTANCE),
        (STABLE, "0", "0", "100.00", Formula.ZERO_TARGET),
        (STABLE, "0", "1", "0.00", Formula.ZERO_TARGET),
        # milestones
        (BINARY, "1", "1", "100.00", Formula.MILESTONES),
        (BINARY, "1", "0", "0.00", Formula.MILESTONES),
        (BINARY, "4", "3", "75.00", Formula.MILESTONES),
        (BINARY, "4", "5", "100.00", Formula.MILESTONES),
        (BINARY, "4", "-1", "0.00", Formula.MILESTONES),
    ],
)
def test_each_polarity_has_its_formula(polarity, target, realization, expected, formula):
    got = achievement(polarity, D(target), D(realization))
    assert (got.percent, got.formula) == (D(expected), formula)
    assert str(got.percent) == expected


@pytest.mark.parametrize(
    ("realization", "range_type", "expected", "formula"),
    [
        ("95", RangeType.BAND, "100.00", Formula.WITHIN),
        ("97.5", RangeType.BAND, "100.00", Formula.WITHIN),
        ("100", RangeType.BAND, "100.00", Formula.WITHIN),
        ("76", RangeType.BAND, "80.00", Formula.BELOW_RANGE),
        ("0", RangeType.BAND, "0.00", Formula.BELOW_RANGE),
        ("110", RangeType.BAND, "90.00", Formula.ABOVE_BAND),
        ("200", RangeType.BAND, "0.00", Formula.ABOVE_BAND),
        ("250", RangeType.BAND, "0.00", Formula.ABOVE_BAND),
        ("110", RangeType.MAXIMIZE, "110.00", Formula.ABOVE_MAXIMIZE),
        ("150", RangeType.MAXIMIZE, "120.00", Formula.ABOVE_MAXIMIZE),
        ("76", RangeType.MAXIMIZE, "80.00", Formula.BELOW_RANGE),
    ],
)
def test_a_range_of_95_to_100(realization, range_type, expected, formula):
    got = achievement(RANGE, D(95), D(realization), upper=D(100), range_type=range_type)
    assert (str(got.percent), got.formula) == (expected, formula)


def test_the_regulations_range_of_80_to_90():
    assert percent(RANGE, "80", "70", upper="90") == D("87.50")
    assert percent(RANGE, "80", "92", upper="90", range_type=RangeType.MAXIMIZE) == D("102.22")


@pytest.mark.parametrize(
    ("lower", "upper", "realization", "range_type", "expected"),
    [
        ("0", "5", "-1", RangeType.BAND, "0.00"),
        ("0", "0", "0", RangeType.BAND, "100.00"),
        ("-5", "0", "1", RangeType.BAND, "0.00"),
        ("-5", "0", "1", RangeType.MAXIMIZE, "120.00"),
        ("-4", "-2", "-5", RangeType.BAND, "75.00"),
        ("-4", "-2", "-1", RangeType.BAND, "50.00"),
        ("-4", "-2", "-1.8", RangeType.MAXIMIZE, "110.00"),
        ("10", "10", "10", RangeType.BAND, "100.00"),
    ],
)
def test_ranges_that_touch_zero_or_lie_below_it(lower, upper, realization, range_type, expected):
    assert str(percent(RANGE, lower, realization, upper=upper, range_type=range_type)) == expected


def test_the_most_that_can_be_reached_counts_as_120():
    got = achievement(MIN, D(0), D(0), maximum_attainable=True)
    assert got == Achievement(
        D("120.00"),
        D("120.00"),
        Formula.ZERO_TARGET,
        (AchievementReason.ZERO_REACHED, AchievementReason.MAXIMUM),
    )
    assert percent(MIN, "0", "1", maximum_attainable=True) == 0
    assert percent(STABLE, "50", "50", maximum_attainable=True) == 120
    assert percent(STABLE, "50", "49", maximum_attainable=True) == 98
    assert percent(STABLE, "0", "0", maximum_attainable=True) == 120
    assert percent(MAX, "100", "100", maximum_attainable=True) == 100
    assert percent(MIN, "30", "30", maximum_attainable=True) == 100


def test_the_figure_before_the_cap_is_kept_with_the_reason():
    got = achievement(MAX, D(50), D(90))
    assert (got.percent, got.uncapped, got.reasons) == (D(120), D(180), (AchievementReason.CAPPED,))
    got = achievement(MIN, D(10), D(25))
    assert (got.percent, got.uncapped, got.reasons) == (D(0), D(-50), (AchievementReason.FLOORED,))
    assert achievement(MAX, D(50), D(60)).reasons == ()


@pytest.mark.parametrize("polarity", Polarity)
def test_what_is_not_measured_is_not_zero(polarity):
    got = achievement(polarity, D(10), None, upper=D(20) if polarity == RANGE else None)
    assert got == Achievement(None, None, Formula.NONE, (AchievementReason.NOT_MEASURED,))
    assert not got.is_measured
    assert got.light == Light.NONE


def test_a_provisional_figure_is_computed_and_marked():
    got = achievement(MAX, D(95), D("97.1"), provisional=True)
    assert (got.percent, got.reasons) == (D("102.21"), (AchievementReason.PROVISIONAL,))
    assert achievement(MAX, D(95), None, provisional=True).reasons == (AchievementReason.NOT_MEASURED,)


@pytest.mark.parametrize(
    ("polarity", "target", "upper"),
    [
        (MAX, "0", None),
        (MAX, "0.0000", None),
        (BINARY, "0", None),
        (BINARY, "-1", None),
        (RANGE, "95", None),
        (RANGE, "95", "94.9999"),
        (MAX, "95", "100"),
        (MIN, "95", "100"),
    ],
)
@pytest.mark.parametrize("realization", [D(1), None])
def test_a_target_that_cannot_be_computed_with_is_refused_at_entry(polarity, target, upper, realization):
    upper = D(upper) if upper else None
    sentence = unusable(polarity, D(target), upper)
    with pytest.raises(UnusableTarget) as refused:
        achievement(polarity, D(target), realization, upper=upper)
    assert isinstance(refused.value, ValueError)
    assert refused.value.sentence == sentence


def test_usable_targets_have_no_objection():
    assert unusable(MAX, D(-1)) is None
    assert unusable(MIN, D(0)) is None
    assert unusable(RANGE, D(5), D(5)) is None


@pytest.mark.parametrize("value", [97.1, 97, "97.1", True])
def test_only_decimals_are_taken(value):
    with pytest.raises(TypeError):
        achievement(MAX, D(95), value)
    with pytest.raises(TypeError):
        achievement(MAX, value, D(95))
    with pytest.raises(TypeError):
        consolidate({1: value}, Consolidation.SUM)
    with pytest.raises(TypeError):
        weighted([(D(100), value)])
    with pytest.raises(TypeError):
        weighted([(value, D(100))])


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
def test_only_finite_numbers_are_taken(value):
    with pytest.raises(ValueError, match="number is needed"):
        achievement(MAX, D(95), D(value))


# --- properties ---------------------------------------------------------------------------------

numbers = st.decimals(
    min_value=D("-1e13"), max_value=D("1e13"), places=4, allow_nan=False, allow_infinity=False
)
positive = numbers.map(abs).filter(lambda n: n > 0)
plain_polarities = st.sampled_from([MAX, MIN, STABLE, BINARY])


@st.composite
def settings_and_realization(draw):
    polarity = draw(st.sampled_from(list(Polarity)))
    target = draw(positive if polarity == BINARY else numbers.filter(lambda n: polarity != MAX or n != 0))
    upper = target + draw(numbers.map(abs)) if polarity == RANGE else None
    options = {
        "upper": upper,
        "range_type": draw(st.sampled_from(list(RangeType))),
        "maximum_attainable": draw(st.booleans()),
    }
    return polarity, target, options


@given(settings_and_realization(), numbers)
def test_every_achievement_is_a_decimal_between_0_and_120(case, realization):
    polarity, target, options = case
    got = achievement(polarity, target, realization, **options)
    assert isinstance(got.percent, Decimal)
    assert isinstance(got.uncapped, Decimal)
    assert got.percent.as_tuple().exponent == -2
    assert D(0) <= got.percent <= D(120)
    assert got.percent == min(max(got.uncapped, D(0)), D(120))
    if polarity in {STABLE, BINARY} and not options["maximum_attainable"]:
        assert got.percent <= 100


@given(numbers.filter(bool), numbers, numbers)
def test_more_is_never_worse_where_higher_is_better(target, one, other):
    less, more = sorted([one, other])
    assert achievement(MAX, target, less).percent <= achievement(MAX, target, more).percent


@given(numbers, numbers, numbers)
def test_less_is_never_worse_where_lower_is_better(target, one, other):
    less, more = sorted([one, other])
    assert achievement(MIN, target, less).percent >= achievement(MIN, target, more).percent


@given(numbers, numbers, numbers)
def test_nearer_is_never_worse_where_closest_is_best(target, one, other):
    nearer, farther = sorted([one, other], key=lambda value: abs(value - target))
    assert achievement(STABLE, target, nearer).percent >= achievement(STABLE, target, farther).percent


@given(positive, positive, positive, positive)
def test_a_band_falls_on_both_sides_and_a_maximize_range_never_falls(lower, width, one, other):
    upper = lower + width
    less, more = sorted([one, other])

    def band(value):
        return achievement(RANGE, lower, value, upper=upper).percent

    def rising(value):
        return achievement(RANGE, lower, value, upper=upper, range_type=RangeType.MAXIMIZE).percent

    assert rising(less) <= rising(more)
    if more <= upper:
        assert band(less) <= band(more)
    if less >= lower:
        assert band(less) >= band(more)


@given(positive, positive)
def test_reaching_the_target_exactly_is_100_whatever_the_polarity(target, width):
    for polarity in (MAX, MIN, STABLE, BINARY):
        assert achievement(polarity, target, target).percent == 100
    assert achievement(RANGE, target, target + width, upper=target + width).percent == 100


@given(positive, positive, st.integers(min_value=1, max_value=1000))
def test_the_unit_of_measurement_does_not_matter(target, realization, factor):
    for polarity in (MAX, MIN, STABLE, BINARY):
        assert (
            achievement(polarity, target, realization).percent
            == achievement(polarity, target * factor, realization * factor).percent
        )


# --- quarters -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        (Consolidation.SUM, {1: "10", 2: "20", 3: "30", 4: "40"}, "100"),
        (Consolidation.SUM, {1: "10", 2: None, 3: "30"}, "40"),
        (Consolidation.AVERAGE, {1: "10", 2: "20", 3: "30", 4: "41"}, "25.2500"),
        (Consolidation.AVERAGE, {1: "10", 2: None, 3: "21"}, "15.5000"),
        (Consolidation.AVERAGE, {1: "1", 2: "1", 3: "0"}, "0.6667"),
        (Consolidation.LAST, {1: "10", 2: "20", 3: None, 4: None}, "20"),
        (Consolidation.LAST, {4: "7", 1: "10"}, "7"),
        (Consolidation.SUM, {1: "0"}, "0"),
    ],
)
def test_quarters_become_a_year(kind, values, expected):
    got = consolidate({quarter: D(v) if v is not None else None for quarter, v in values.items()}, kind)
    assert str(got) == expected


@pytest.mark.parametrize("kind", Consolidation)
@pytest.mark.parametrize("values", [{}, {1: None, 2: None}])
def test_a_year_without_a_measured_quarter_has_no_value(kind, values):
    assert consolidate(values, kind) is None


def test_a_cumulative_realisation_meets_the_cumulative_target_of_the_same_quarters():
    targets = {1: D(10), 2: D(20), 3: D(30), 4: D(40)}
    measured = {1: D(9), 2: D(18), 3: None, 4: None}
    assert measured_quarters(measured) == (1, 2)
    target = consolidate(targets, Consolidation.SUM, quarters=measured_quarters(measured))
    realization = consolidate(measured, Consolidation.SUM)
    assert (target, realization) == (30, 27)
    assert achievement(MAX, target, realization).percent == D("90.00")


# --- weights ------------------------------------------------------------------------------------


def test_weights_of_exactly_one_hundred_give_the_weighted_mean():
    pairs = [(D("33.33"), D(100)), (D("33.33"), D(80)), (D("33.34"), D("102.21"))]
    assert weighted(pairs) == Weighted(D("94.07"), D("100.00"))


def test_what_is_not_measured_is_left_out_and_shown():
    assert weighted([(D(60), D(90)), (D(40), None)]) == Weighted(D("90.00"), D("60.00"))
    assert weighted([(D(60), None), (D(40), None)]) == Weighted(None, D("0.00"))


@pytest.mark.parametrize("weights", [["99.99"], ["33.33"] * 3, ["50", "50.01"], []])
def test_weights_that_do_not_add_up_are_refused(weights):
    with pytest.raises(WeightsNotHundred) as refused:
        weighted([(D(weight), D(100)) for weight in weights])
    assert refused.value.total == sum((D(weight) for weight in weights), D(0))


@pytest.mark.parametrize("weights", [["100", "0"], ["110", "-10"]])
def test_each_weight_is_more_than_zero(weights):
    with pytest.raises(ValueError, match="more than zero"):
        weighted([(D(weight), D(100)) for weight in weights])


@given(
    st.lists(st.decimals(min_value=0, max_value=120, places=2), min_size=1, max_size=20),
    st.data(),
)
def test_a_weighted_mean_lies_between_its_parts(percents, data):
    cuts = sorted(
        data.draw(
            st.lists(
                st.integers(1, 9_999),
                min_size=len(percents) - 1,
                max_size=len(percents) - 1,
                unique=True,
            )
        )
    )
    weights = [D(b - a) / 100 for a, b in zip([0, *cuts], [*cuts, 10_000], strict=True)]
    got = weighted(zip(weights, percents, strict=True))
    assert min(percents) <= got.percent <= max(percents)
    assert got.measured == 100


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("120", Light.GREEN),
        ("100.00", Light.GREEN),
        ("99.99", Light.YELLOW),
        ("80.00", Light.YELLOW),
        ("79.99", Light.RED),
        ("0", Light.RED),
        (None, Light.NONE),
    ],
)
def test_the_traffic_light_has_words(value, expected):
    got = light(D(value) if value else None)
    assert got == expected
    assert str(got.label)
