"""Cycles: preparing, dates, readiness, opening for everybody in scope, more time for one person."""

import datetime as dt

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.enums import EmploymentType
from accounts.models import Placement
from appraisal.enums import CycleState, Phase, SelfState
from appraisal.models import Appraisal, Cycle, CycleProgress, Extension, PhaseWindow, WindowChange
from appraisal.selectors.facts import facts_of
from appraisal.selectors.readiness import blockers, readiness
from appraisal.services import cycles, extensions, progress
from appraisal.services.progress import refresh_progress
from core.audit import AuditEvent
from core.clock import day_end, day_start
from core.errors import ActionRefused, NotAllowed
from core.notifications import Notification
from indicators.models import BehaviorAnchor
from tests.appraisal import year as y
from tests.appraisal.ranges import close_self
from tests.factories.people import EmployeeFactory, PlacementFactory

pytestmark = pytest.mark.django_db
JANUARY = day_start(dt.date(2026, 1, 2))
MAY = day_start(dt.date(2026, 5, 4))


def _rows():
    return (
        list(Cycle.objects.order_by("pk").values()),
        list(PhaseWindow.objects.order_by("pk").values()),
        list(Appraisal.objects.order_by("pk").values()),
        list(Extension.objects.order_by("pk").values()),
        WindowChange.objects.count(),
        AuditEvent.objects.count(),
        Notification.objects.count(),
    )


def _refused(call, error=ActionRefused, **arguments):
    before = _rows()
    with pytest.raises(error) as caught:
        call(**arguments)
    assert _rows() == before
    return caught.value


def test_next_year_copies_dates_and_settings_moved_by_a_year():
    year = y.build_year()
    year.cycle.publication_delay_days = 3
    year.cycle.save(update_fields=["publication_delay_days"])
    cycle = cycles.prepare_cycle(actor=year.gita, year=2027, at=MAY)
    assert (cycle.state, cycle.publication_delay_days) == (CycleState.DRAFT, 3)
    assert cycle.windows.count() == 6
    assert cycle.windows.get(phase=Phase.PLANNING).opens_at == day_start(dt.date(2027, 1, 2))
    _refused(cycles.prepare_cycle, actor=year.gita, year=2027, at=MAY)


@pytest.mark.parametrize("who", ["ani", "budi", "dewi"])
def test_only_the_city_prepares_and_opens(who):
    year = y.build_year(opened=False)
    _refused(cycles.prepare_cycle, NotAllowed, actor=getattr(year, who), year=2030, at=MAY)
    _refused(cycles.open_cycle, NotAllowed, actor=getattr(year, who), cycle_id=year.cycle.pk, at=MAY)


def test_opening_makes_an_appraisal_for_everybody_in_scope_once():
    year = y.build_year(opened=False)
    made = cycles.open_cycle(actor=year.gita, cycle_id=year.cycle.pk, at=JANUARY)
    # Everybody but the Mayor, who is elected.
    assert made == Appraisal.objects.count() == 7
    ani = Appraisal.objects.get(employee=year.ani.id)
    assert (ani.supervisor_id, ani.superior_id) == (year.budi.id, year.citra.id)
    assert (ani.first_day, ani.last_day) == (dt.date(2026, 1, 1), dt.date(2026, 12, 31))
    assert cycles.open_cycle(actor=year.gita, cycle_id=year.cycle.pk, at=JANUARY) == 0
    assert Appraisal.objects.count() == 7


def test_two_segments_of_a_transferred_person_and_no_short_ones():
    year = y.build_year(opened=False)
    Placement.objects.filter(employee=year.ani.id).update(
        period=DateRange(dt.date(2025, 1, 1), dt.date(2026, 7, 1))
    )
    position = Placement.objects.get(employee=year.ani.id).position
    PlacementFactory(
        employee_id=year.ani.id,
        agency=year.dinas,
        position=position,
        period=DateRange(dt.date(2026, 7, 1), None),
    )
    newcomer = EmployeeFactory(name="Baru")
    PlacementFactory(employee=newcomer, agency=year.school, period=DateRange(dt.date(2026, 12, 1), None))
    cycles.open_cycle(actor=year.gita, cycle_id=year.cycle.pk, at=day_start(dt.date(2026, 12, 2)))
    segments = list(
        Appraisal.objects.filter(employee=year.ani.id)
        .order_by("first_day")
        .values_list("first_day", "last_day", "supervisor__name")
    )
    assert segments == [
        (dt.date(2026, 1, 1), dt.date(2026, 6, 30), "Budi"),
        (dt.date(2026, 7, 1), dt.date(2026, 12, 31), "Kartika"),
    ]
    assert not Appraisal.objects.filter(employee=newcomer).exists()


def test_newcomers_are_added_to_an_open_cycle():
    year = y.build_year()
    PlacementFactory(employee=EmployeeFactory(name="Baru"), agency=year.school)
    assert cycles.open_cycle(actor=year.gita, cycle_id=year.cycle.pk, at=MAY) == 1


def test_elected_people_are_not_appraised():
    y.build_year()
    assert not Appraisal.objects.filter(employee__employment_type=EmploymentType.ELECTED).exists()


def test_missing_dates_and_anchors_block_the_opening():
    year = y.build_year(opened=False)
    year.cycle.windows.filter(phase=Phase.CALIBRATION).delete()
    BehaviorAnchor.objects.filter(level=5).delete()
    found = {check.code for check in blockers(readiness(year.cycle, day=dt.date(2026, 1, 2)))}
    assert found == {"windows", "anchors"}
    error = _refused(cycles.open_cycle, actor=year.gita, cycle_id=year.cycle.pk, at=JANUARY)
    assert len(error.reasons) == 2


def _dates(first, last):
    return cycles.WindowDates(day_start(first), day_end(last))


def test_dates_of_an_open_cycle_move_only_with_a_reason():
    year = y.build_year()
    changes = {(Phase.SELF_ASSESSMENT, None): _dates(dt.date(2026, 12, 10), dt.date(2026, 12, 26))}
    call = {"actor": year.gita, "cycle_id": year.cycle.pk, "changes": changes, "at": MAY}
    _refused(cycles.set_windows, **call, reason=" ")
    cycles.set_windows(**call, reason="Banjir di dua kecamatan.")
    assert WindowChange.objects.get().reason == "Banjir di dua kecamatan."
    assert year.cycle.windows.get(phase=Phase.SELF_ASSESSMENT).closes_at == day_end(dt.date(2026, 12, 26))
    _refused(cycles.set_windows, **call, reason="Sekali lagi.")


def test_what_has_passed_stays_as_it_was():
    year = y.build_year()
    _refused(
        cycles.set_windows,
        actor=year.gita,
        cycle_id=year.cycle.pk,
        changes={(Phase.PLANNING, None): _dates(dt.date(2026, 1, 2), dt.date(2026, 6, 30))},
        reason="Terlambat.",
        at=MAY,
    )
    _refused(
        cycles.set_windows,
        actor=year.gita,
        cycle_id=year.cycle.pk,
        changes={(Phase.EXECUTION, None): _dates(dt.date(2026, 3, 1), dt.date(2026, 12, 9))},
        reason="Terlambat.",
        at=MAY,
    )


def test_dates_out_of_order_are_refused():
    year = y.build_year()
    _refused(
        cycles.set_windows,
        actor=year.gita,
        cycle_id=year.cycle.pk,
        changes={(Phase.SELF_ASSESSMENT, None): _dates(dt.date(2026, 12, 10), dt.date(2027, 1, 15))},
        reason="Lebih lama.",
        at=MAY,
    )


def test_hr_of_an_agency_sets_dates_of_its_own_units_only():
    year = y.build_year()
    change = _dates(dt.date(2026, 12, 12), dt.date(2026, 12, 26))
    call = {"actor": year.dewi, "cycle_id": year.cycle.pk, "reason": "Ujian sekolah.", "at": MAY}
    _refused(cycles.set_windows, NotAllowed, **call, changes={(Phase.SELF_ASSESSMENT, None): change})
    _refused(
        cycles.set_windows,
        NotAllowed,
        **call,
        changes={(Phase.SELF_ASSESSMENT, year.dinas.parent_id): change},
    )
    cycles.set_windows(**call, changes={(Phase.SELF_ASSESSMENT, year.school.pk): change})
    window = facts_of(year.appraisal, at=MAY).windows[Phase.SELF_ASSESSMENT]
    assert window.closes_at == day_end(dt.date(2026, 12, 26))


def _more_time(year, *, actor=None, until=dt.date(2026, 12, 28), reason="Sakit.", at=None):
    return {
        "actor": actor or year.dewi,
        "appraisal_id": year.appraisal_id,
        "phase": Phase.SELF_ASSESSMENT,
        "until": until,
        "reason": reason,
        "at": at or y.during(Phase.SELF_ASSESSMENT),
    }


def test_more_time_for_one_person_is_told_and_counts():
    year = y.build_year()
    extensions.extend_window(**_more_time(year))
    at = y.after(Phase.SELF_ASSESSMENT) + dt.timedelta(days=1)
    assert facts_of(year.appraisal, at=at).is_open(Phase.SELF_ASSESSMENT)
    assert Notification.objects.get(kind="window.extended").recipient_id == year.ani.id
    assert close_self(year.cycle, at=at) == 6
    assert year.appraisal.self_state == SelfState.DRAFT


@pytest.mark.parametrize(
    "change",
    [{"reason": "  "}, {"until": dt.date(2026, 12, 24)}, {"until": dt.date(2027, 3, 1)}],
    ids=["no reason", "not later", "past supervisor review"],
)
def test_more_time_is_refused(change):
    year = y.build_year()
    _refused(extensions.extend_window, **_more_time(year, **change))


@pytest.mark.parametrize("who", ["ani", "budi", "citra", "stranger"])
def test_only_hr_gives_more_time(who):
    year = y.build_year()
    _refused(extensions.extend_window, NotAllowed, **_more_time(year, actor=getattr(year, who)))


def test_nobody_gives_more_time_to_themselves():
    year = y.build_year()
    mine = Appraisal.objects.get(employee=year.dewi.id)
    _refused(extensions.extend_window, NotAllowed, **{**_more_time(year), "appraisal_id": mine.pk})


def test_more_time_opens_a_self_assessment_that_time_had_closed():
    year = y.build_year()
    at = y.after(Phase.SELF_ASSESSMENT) + dt.timedelta(minutes=5)
    close_self(year.cycle, at=at)
    assert year.appraisal.self_state == SelfState.NOT_SENT
    extensions.extend_window(**_more_time(year, at=at))
    assert year.appraisal.self_state == SelfState.DRAFT


def test_a_draft_with_something_in_it_counts_as_begun():
    year = y.build_year()
    y.with_agreed_plan(year)
    y.fill_self_assessment(year)
    refresh_progress(cycle_id=year.cycle.pk, at=MAY)
    counted = dict(
        CycleProgress.objects.filter(track="self_assessment", agency=year.school).values_list("state", "n")
    )
    assert counted == {"begun": 1, "draft": 1}


def test_progress_is_counted_by_agency_track_and_state():
    year = y.build_year()
    y.with_agreed_plan(year)
    for _run in range(2):
        refresh_progress(cycle_id=year.cycle.pk, at=MAY)
    counted = {
        (row.agency.code, row.state): row.n
        for row in CycleProgress.objects.filter(track="plan").select_related("agency")
    }
    assert counted == {
        ("SD901", "agreed"): 1,
        ("SD901", "draft"): 1,
        ("SD", "draft"): 1,
        ("DISDIK", "draft"): 4,
    }


def test_a_very_large_city_is_counted_less_often(monkeypatch):
    year = y.build_year()
    monkeypatch.setattr(progress, "APPRAISALS_A_MINUTE", 2)  # seven appraisals: every three minutes
    counted = []
    for minutes in (0, 1, 2, 3, 4, 5, 6):
        progress.refresh_open_cycles(at=MAY + dt.timedelta(minutes=minutes))
        counted.append(set(year.cycle.progress.values_list("as_of", flat=True)).pop() - MAY)
    assert [one // dt.timedelta(minutes=1) for one in counted] == [0, 0, 0, 3, 3, 3, 6]
    # A clock that was set back counts at once.
    progress.refresh_open_cycles(at=MAY - dt.timedelta(hours=1))
    assert set(year.cycle.progress.values_list("as_of", flat=True)) == {MAY - dt.timedelta(hours=1)}
