"""Which window holds for whom, and whether a cycle's windows are in order."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appraisal.enums import PEER_PHASES, Phase
from appraisal.windows import IN_ORDER, Disorder, Window, WindowRow, disorders, window_for, windows_for
from core.clock import day_end, day_start

CITY = ""
DISDIK = "KOTA/DISDIK/"
SCHOOL = "KOTA/DISDIK/SDN-001/"
DINKES = "KOTA/DINKES/"
SHORT = dt.timedelta(microseconds=1)


def row(phase: Phase, first: dt.date, last: dt.date, path: str = CITY) -> WindowRow:
    return WindowRow(phase, path, day_start(first), day_end(last))


def day(month: int, number: int) -> dt.date:
    return dt.date(2026, month, number)


YEAR = (
    row(Phase.PLANNING, day(1, 5), day(1, 31)),
    row(Phase.EXECUTION, day(1, 5), day(12, 10)),
    row(Phase.SELF_ASSESSMENT, day(12, 1), day(12, 10)),
    row(Phase.SUPERVISOR_REVIEW, day(12, 5), day(12, 20)),
    row(Phase.CALIBRATION, day(12, 21), day(12, 24)),
    row(Phase.PUBLICATION, day(12, 28), day(12, 31)),
)

PEERS = (
    row(Phase.NOMINATION, day(11, 1), day(11, 15)),
    row(Phase.PEER_REVIEW, day(11, 16), day(12, 19)),
)


def changed(phase: Phase, first: dt.date, last: dt.date, path: str = CITY) -> tuple[WindowRow, ...]:
    """The year with one row replaced, or added for a unit."""
    kept = tuple(each for each in YEAR if path or each.phase != phase)
    return (*kept, row(phase, first, last, path))


# --- one window ---------------------------------------------------------------------------------


def test_a_window_includes_its_opening_and_excludes_its_closing() -> None:
    window = Window(day_start(day(12, 1)), day_end(day(12, 10)))

    assert not window.is_open(window.opens_at - SHORT)
    assert window.is_open(window.opens_at)
    assert window.is_open(window.closes_at - SHORT)
    assert not window.is_open(window.closes_at)
    assert not window.has_closed(window.closes_at - SHORT)
    assert window.has_closed(window.closes_at)


# --- whose window -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "closes_on"),
    [
        (SCHOOL, day(12, 15)),
        ("KOTA/DISDIK/SDN-001/TU/", day(12, 15)),
        (DISDIK, day(12, 12)),
        ("KOTA/DISDIK/SDN-002/", day(12, 12)),
        (DINKES, day(12, 10)),
        ("KOTA/", day(12, 10)),
        ("KOTA/DISDIKPORA/", day(12, 10)),  # a similar name is another unit
    ],
)
def test_the_nearest_unit_upwards_that_has_a_row_decides(path: str, closes_on: dt.date) -> None:
    rows = (
        row(Phase.SELF_ASSESSMENT, day(12, 1), day(12, 15), SCHOOL),
        row(Phase.SELF_ASSESSMENT, day(12, 1), day(12, 10)),
        row(Phase.SELF_ASSESSMENT, day(12, 1), day(12, 12), DISDIK),
        row(Phase.PLANNING, day(1, 1), day(1, 31), SCHOOL),
    )
    for order in (rows, tuple(reversed(rows))):
        assert window_for(Phase.SELF_ASSESSMENT, path, order) == Window(
            day_start(day(12, 1)), day_end(closes_on)
        )


def test_without_a_row_there_is_no_window() -> None:
    assert window_for(Phase.PEER_REVIEW, SCHOOL, YEAR) is None
    assert window_for(Phase.PLANNING, DINKES, [row(Phase.PLANNING, day(1, 1), day(1, 31), DISDIK)]) is None
    assert window_for(Phase.PLANNING, SCHOOL, YEAR, day_end(day(2, 28))) == Window(
        day_start(day(1, 5)), day_end(day(2, 28)), extended=True
    )
    assert window_for(Phase.PEER_REVIEW, SCHOOL, YEAR, day_end(day(12, 31))) is None


@pytest.mark.parametrize(
    ("extension", "closes_on", "extended"),
    [
        (None, day(12, 10), False),
        (day_end(day(12, 9)), day(12, 10), False),
        (day_end(day(12, 10)), day(12, 10), False),
        (day_end(day(12, 13)), day(12, 13), True),
    ],
)
def test_an_extension_moves_the_end_and_only_later(extension, closes_on: dt.date, extended: bool) -> None:
    assert window_for(Phase.SELF_ASSESSMENT, SCHOOL, YEAR, extension) == Window(
        day_start(day(12, 1)), day_end(closes_on), extended=extended
    )


def test_all_windows_of_a_person_with_their_extensions() -> None:
    rows = (*YEAR, *PEERS, row(Phase.PUBLICATION, day(12, 29), day(12, 30), DISDIK))

    found = windows_for(SCHOOL, iter(rows), {Phase.SELF_ASSESSMENT: day_end(day(12, 14))})

    assert list(found) == list(Phase)
    assert found[Phase.SELF_ASSESSMENT] == Window(day_start(day(12, 1)), day_end(day(12, 14)), extended=True)
    assert found[Phase.PUBLICATION] == Window(day_start(day(12, 29)), day_end(day(12, 30)))
    assert found[Phase.PLANNING] == Window(day_start(day(1, 5)), day_end(day(1, 31)))


# --- in order? ----------------------------------------------------------------------------------


def test_a_year_in_order_has_no_disorder() -> None:
    assert disorders(YEAR) == ()


def test_windows_may_overlap_and_open_or_close_together() -> None:
    same = tuple(row(phase, day(12, 1), day(12, 31)) for phase in Phase if phase not in PEER_PHASES)
    assert disorders(same) == ()


@pytest.mark.parametrize("phase", list(Phase))
def test_each_phase_is_required_where_one_of_the_peers_phases_is_the_other_too(phase: Phase) -> None:
    assert disorders([each for each in (*YEAR, *PEERS) if each.phase != phase]) == (
        Disorder("missing", CITY, later=phase),
    )


def test_a_year_may_do_without_peers() -> None:
    assert not {each.phase for each in YEAR} & set(PEER_PHASES)
    assert disorders(YEAR) == ()


def test_nothing_at_all_names_every_phase_that_a_year_needs() -> None:
    assert disorders([]) == tuple(
        Disorder("missing", CITY, later=phase) for phase in Phase if phase not in PEER_PHASES
    )


@pytest.mark.parametrize("minutes", [0, -1])
def test_a_window_opens_before_it_closes(minutes: int) -> None:
    start = day_start(day(1, 20))
    rows = [
        *(each for each in YEAR if each.phase != Phase.EXECUTION),
        WindowRow(Phase.EXECUTION, CITY, start, start + dt.timedelta(minutes=minutes)),
    ]
    assert disorders(rows) == (Disorder("empty", CITY, later=Phase.EXECUTION),)


@pytest.mark.parametrize(
    ("phase", "first", "last", "expected"),
    [
        (
            Phase.SELF_ASSESSMENT,
            day(1, 4),
            day(12, 10),
            Disorder("opens_before", CITY, Phase.PLANNING, Phase.SELF_ASSESSMENT),
        ),
        (
            Phase.PLANNING,
            day(1, 5),
            day(12, 11),
            Disorder("closes_before", CITY, Phase.PLANNING, Phase.SELF_ASSESSMENT),
        ),
        (
            Phase.SUPERVISOR_REVIEW,
            day(11, 30),
            day(12, 20),
            Disorder("opens_before", CITY, Phase.SELF_ASSESSMENT, Phase.SUPERVISOR_REVIEW),
        ),
        (
            Phase.SUPERVISOR_REVIEW,
            day(12, 5),
            day(12, 9),
            Disorder("closes_before", CITY, Phase.SELF_ASSESSMENT, Phase.SUPERVISOR_REVIEW),
        ),
        (
            Phase.CALIBRATION,
            day(12, 4),
            day(12, 24),
            Disorder("opens_before", CITY, Phase.SUPERVISOR_REVIEW, Phase.CALIBRATION),
        ),
        (
            Phase.CALIBRATION,
            day(12, 5),
            day(12, 19),
            Disorder("closes_before", CITY, Phase.SUPERVISOR_REVIEW, Phase.CALIBRATION),
        ),
        (
            Phase.PUBLICATION,
            day(12, 20),
            day(12, 31),
            Disorder("opens_before", CITY, Phase.CALIBRATION, Phase.PUBLICATION),
        ),
        (
            Phase.PUBLICATION,
            day(12, 21),
            day(12, 23),
            Disorder("closes_before", CITY, Phase.CALIBRATION, Phase.PUBLICATION),
        ),
    ],
)
def test_opens_and_closes_never_decrease(phase, first, last, expected: Disorder) -> None:
    assert disorders(changed(phase, first, last)) == (expected,)


def test_peers_are_nominated_and_heard_before_the_supervisor_ends() -> None:
    assert disorders((*YEAR, *PEERS)) == ()


def test_peer_review_closes_before_supervisor_review_closes() -> None:
    late = row(Phase.PEER_REVIEW, day(11, 16), day(12, 20))
    assert disorders((*YEAR, PEERS[0], late)) == (
        Disorder("closes_after", CITY, Phase.PEER_REVIEW, Phase.SUPERVISOR_REVIEW),
    )


def test_nomination_closes_before_peer_review_opens() -> None:
    long = row(Phase.NOMINATION, day(11, 1), day(11, 16))
    assert disorders((*YEAR, long, PEERS[1])) == (
        Disorder("closes_after_opening", CITY, Phase.NOMINATION, Phase.PEER_REVIEW),
    )


def test_a_unit_with_a_row_of_its_own_is_checked_with_what_it_inherits() -> None:
    rows = changed(Phase.SELF_ASSESSMENT, day(12, 1), day(12, 22), DISDIK)

    assert disorders(rows) == (
        Disorder("closes_before", DISDIK, Phase.SELF_ASSESSMENT, Phase.SUPERVISOR_REVIEW),
    )
    assert disorders((*rows, row(Phase.SUPERVISOR_REVIEW, day(12, 5), day(12, 22), DISDIK))) == ()
    assert disorders((*rows, row(Phase.SUPERVISOR_REVIEW, day(12, 5), day(12, 25), DISDIK))) == (
        Disorder("closes_before", DISDIK, Phase.SUPERVISOR_REVIEW, Phase.CALIBRATION),
    )


def test_disorder_of_the_city_is_told_for_the_units_that_inherit_it_too() -> None:
    rows = (
        *changed(Phase.PUBLICATION, day(12, 20), day(12, 31)),
        row(Phase.PLANNING, day(1, 5), day(1, 30), DISDIK),
    )

    assert disorders(rows) == (
        Disorder("opens_before", CITY, Phase.CALIBRATION, Phase.PUBLICATION),
        Disorder("opens_before", DISDIK, Phase.CALIBRATION, Phase.PUBLICATION),
    )


# --- properties ---------------------------------------------------------------------------------

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
PATHS = st.sampled_from([CITY, "KOTA/", DISDIK, SCHOOL, DINKES])
MOMENTS = st.integers(0, 400).map(lambda days: START + dt.timedelta(days=days))


@st.composite
def window_rows(draw) -> tuple[WindowRow, ...]:
    """Rows as the database admits them: once per phase and unit."""
    keys = draw(st.lists(st.tuples(st.sampled_from(Phase), PATHS), unique=True, max_size=20))
    return tuple(WindowRow(phase, path, draw(MOMENTS), draw(MOMENTS)) for phase, path in keys)


@given(window_rows(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_never_matters(rows, random) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)

    assert disorders(shuffled) == disorders(rows)
    assert windows_for(SCHOOL, shuffled) == windows_for(SCHOOL, rows)


@given(st.lists(MOMENTS, min_size=10, max_size=10))
def test_windows_drawn_in_order_are_in_order(moments) -> None:
    opens, closes = sorted(moments[:5]), sorted(moments[5:])
    rows = [
        WindowRow(phase, CITY, opens_at, closes_at + dt.timedelta(days=401))
        for phase, opens_at, closes_at in zip(IN_ORDER, opens, closes, strict=True)
    ]
    rows.append(WindowRow(Phase.EXECUTION, CITY, opens[0], closes[-1] + dt.timedelta(days=402)))

    assert disorders(rows) == ()


@given(window_rows())
def test_what_passes_the_check_is_in_order_for_everybody(rows) -> None:
    if disorders(rows):
        return
    for path in (SCHOOL, DISDIK, DINKES, "KOTA/"):
        found = windows_for(path, rows)
        assert {Phase.EXECUTION, *IN_ORDER} <= found.keys()
        assert [found[p].opens_at for p in IN_ORDER] == sorted(found[p].opens_at for p in IN_ORDER)
        assert [found[p].closes_at for p in IN_ORDER] == sorted(found[p].closes_at for p in IN_ORDER)
        assert all(window.opens_at < window.closes_at for window in found.values())


@given(window_rows(), st.one_of(st.none(), MOMENTS))
def test_an_extension_never_shortens_a_window(rows, extension) -> None:
    for phase in Phase:
        plain, longer = window_for(phase, SCHOOL, rows), window_for(phase, SCHOOL, rows, extension)
        if plain is None or longer is None:
            assert plain is longer is None
            continue
        assert longer.opens_at == plain.opens_at
        assert longer.closes_at >= plain.closes_at
        assert longer.extended == (longer.closes_at > plain.closes_at)
