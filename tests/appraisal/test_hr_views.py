"""HR's pages: who enters, what they say, what bad input meets, how many queries they cost."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Employee
from appraisal.enums import CycleState, Phase, SelfState
from appraisal.models import Appraisal, Cycle, Extension, PhaseWindow, WindowChange
from appraisal.services.progress import refresh_progress
from core.clock import day_end, day_start, now, today
from tests.appraisal import year as y
from tests.factories.people import AgencyFactory, EmployeeFactory, PlacementFactory

pytestmark = pytest.mark.django_db


def _client(person):
    client = Client()
    client.force_login(Employee.objects.get(pk=person.id))
    return client


def _shift(cycle, *, self_closes_in_days):
    """Move the windows so that self-assessment closes so many days from today."""
    start = today() + dt.timedelta(days=self_closes_in_days)
    dates = {
        Phase.PLANNING: (start - dt.timedelta(days=200), start - dt.timedelta(days=170)),
        Phase.EXECUTION: (start - dt.timedelta(days=169), start - dt.timedelta(days=15)),
        Phase.SELF_ASSESSMENT: (start - dt.timedelta(days=14), start),
        Phase.SUPERVISOR_REVIEW: (start + dt.timedelta(days=2), start + dt.timedelta(days=12)),
        Phase.CALIBRATION: (start + dt.timedelta(days=13), start + dt.timedelta(days=20)),
        Phase.PUBLICATION: (start + dt.timedelta(days=21), start + dt.timedelta(days=40)),
    }
    for phase, (first, last) in dates.items():
        PhaseWindow.objects.filter(cycle=cycle, phase=phase, agency=None).update(
            opens_at=day_start(first), closes_at=day_end(last)
        )


@pytest.mark.parametrize("name", ["cycles", "progress", "late"])
@pytest.mark.parametrize(
    ("who", "status"),
    [("ani", 403), ("budi", 403), ("citra", 403), ("dewi", 200), ("gita", 200), ("stranger", 403)],
)
def test_only_hr_enters(name, who, status):
    year = y.build_year()
    assert _client(getattr(year, who)).get(reverse(name)).status_code == status


def test_the_next_year_is_prepared_and_shown_with_its_checks():
    year = y.build_year()
    client = _client(year.gita)
    answer = client.post(reverse("cycles"), {"year": "2027"}, follow=True)
    made = Cycle.objects.get(year=2027)
    assert answer.redirect_chain == [(reverse("cycle", args=[made.pk]), 302)]
    assert b"Ready to open?" in answer.content or b"Siap dibuka?" in answer.content
    again = client.post(reverse("cycles"), {"year": "2027"})
    assert again.status_code == 200
    assert Cycle.objects.count() == 2


@pytest.mark.parametrize("typed", ["", "dua ribu", "99999999999999999999", "2027\x00", "😀"])
def test_a_year_that_is_no_year_is_said_and_changes_nothing(typed):
    year = y.build_year()
    answer = _client(year.gita).post(reverse("cycles"), {"year": typed})
    assert answer.status_code == 200
    assert Cycle.objects.count() == 1


def test_hr_of_an_agency_does_not_prepare_a_year():
    year = y.build_year()
    assert _client(year.dewi).post(reverse("cycles"), {"year": "2027"}).status_code == 403
    assert Cycle.objects.count() == 1


def test_dates_move_with_a_reason_and_keep_what_was_typed_without():
    year = y.build_year()
    _shift(year.cycle, self_closes_in_days=5)
    client = _client(year.gita)
    url = reverse("cycle", args=[year.cycle.pk])
    page = client.get(url)
    form = page.context["form"]
    data = {name: form[name].value() or "" for name in form.fields if name != "reason"}
    later = today() + dt.timedelta(days=6)
    data["self_assessment_last"] = later.isoformat()
    refused = client.post(url, {**data, "reason": ""})
    assert refused.status_code == 200
    assert later.isoformat().encode() in refused.content
    assert not WindowChange.objects.exists()
    done = client.post(url, {**data, "reason": "Jaringan terputus dua hari."})
    assert done.status_code == 302
    assert WindowChange.objects.get().phase == Phase.SELF_ASSESSMENT
    assert PhaseWindow.objects.get(phase=Phase.SELF_ASSESSMENT).closes_at == day_end(later)


def test_dates_out_of_order_stay_on_the_page_with_the_reason():
    year = y.build_year()
    _shift(year.cycle, self_closes_in_days=5)
    client = _client(year.gita)
    url = reverse("cycle", args=[year.cycle.pk])
    form = client.get(url).context["form"]
    data = {name: form[name].value() or "" for name in form.fields if name != "reason"}
    data["self_assessment_last"] = (today() + dt.timedelta(days=90)).isoformat()
    answer = client.post(url, {**data, "reason": "Lebih lama."})
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert not WindowChange.objects.exists()


def test_a_unit_gets_dates_of_its_own_and_gives_them_up_again():
    year = y.build_year()
    _shift(year.cycle, self_closes_in_days=5)
    client = _client(year.dewi)
    url = reverse("cycle_unit", args=[year.cycle.pk, year.school.pk])
    first, last = today() - dt.timedelta(days=3), today() + dt.timedelta(days=6)
    own = {"self_assessment_first": first.isoformat(), "self_assessment_last": last.isoformat()}
    assert client.post(url, {**own, "reason": "Ujian."}).status_code == 302
    assert PhaseWindow.objects.get(agency=year.school).closes_at == day_end(last)
    half = client.post(url, {"self_assessment_last": "", "reason": "Kembali."})
    assert half.status_code == 200
    assert PhaseWindow.objects.filter(agency=year.school).exists()


def test_a_unit_outside_ones_own_agency_is_not_found():
    year = y.build_year()
    root = year.dinas.parent
    assert _client(year.dewi).get(reverse("cycle_unit", args=[year.cycle.pk, root.pk])).status_code == 404


def test_the_list_of_units_with_own_dates_links_only_to_units_of_ones_own():
    year = y.build_year()
    other = AgencyFactory(code="DINKES", name="Dinas Kesehatan", parent=year.dinas.parent)
    for unit in (other, year.school):
        window = PhaseWindow.objects.filter(cycle=year.cycle, phase=Phase.PUBLICATION, agency=None).get()
        window.pk, window.agency = None, unit
        window.save()

    html = _client(year.dewi).get(reverse("cycle", args=[year.cycle.pk])).content.decode()

    assert reverse("cycle_unit", args=[year.cycle.pk, year.school.pk]) in html
    assert other.name in html
    assert reverse("cycle_unit", args=[year.cycle.pk, other.pk]) not in html


def test_opening_twice_says_that_nothing_was_to_do():
    year = y.build_year()
    client = _client(year.gita)
    before = Appraisal.objects.count()
    for _click in range(2):
        answer = client.post(reverse("cycle_open", args=[year.cycle.pk]), follow=True)
        assert answer.status_code == 200
    assert Appraisal.objects.count() == before


def test_a_cycle_that_is_not_ready_is_not_opened_and_says_why():
    year = y.build_year(opened=False)
    year.cycle.windows.all().delete()
    answer = _client(year.gita).post(reverse("cycle_open", args=[year.cycle.pk]), follow=True)
    assert answer.status_code == 200
    year.cycle.refresh_from_db()
    assert year.cycle.state == CycleState.DRAFT


def test_more_time_for_a_person_through_the_page():
    year = y.build_year()
    _shift(year.cycle, self_closes_in_days=-1)
    client = _client(year.dewi)
    url = reverse("extend", args=[year.appraisal_id])
    until = today() + dt.timedelta(days=3)
    bad = client.post(url, {"phase": Phase.SELF_ASSESSMENT, "until": until.isoformat(), "reason": ""})
    assert bad.status_code == 200
    assert not Extension.objects.exists()
    good = {"phase": Phase.SELF_ASSESSMENT, "until": until.isoformat(), "reason": "Rawat inap."}
    assert client.post(url, good).status_code == 302
    assert Extension.objects.get().closes_at == day_end(until)
    assert client.post(url, good).status_code == 200
    assert Extension.objects.count() == 1


@pytest.mark.parametrize("who", ["ani", "budi", "stranger"])
def test_others_do_not_give_more_time(who):
    year = y.build_year()
    url = reverse("extend", args=[year.appraisal_id])
    assert _client(getattr(year, who)).post(url, {}).status_code == 403


def test_the_late_are_listed_with_whose_move_it_is_and_filters_stay_in_the_url():
    year = y.build_year()
    _shift(year.cycle, self_closes_in_days=-3)
    client = _client(year.gita)
    page = client.get(reverse("late"), {"phase": Phase.SELF_ASSESSMENT, "q": "ani"})
    rows = page.context["page"].rows
    assert [row.appraisal.employee.name for row in rows] == ["Ani"]
    assert (rows[0].whose, rows[0].days) == ("Ani", 3)
    assert page.context["counts"][1] == (Phase.SELF_ASSESSMENT, 7)
    nobody = client.get(reverse("late"), {"phase": Phase.SUPERVISOR_REVIEW})
    assert nobody.context["page"].rows == ()


def test_whoever_has_more_time_is_not_late():
    year = y.build_year()
    _shift(year.cycle, self_closes_in_days=-3)
    Extension.objects.create(
        appraisal=year.appraisal,
        phase=Phase.SELF_ASSESSMENT,
        closes_at=day_end(today() + dt.timedelta(days=2)),
        reason="Sakit.",
        granted_by_id=year.dewi.id,
        granted_at=now(),
    )
    page = _client(year.gita).get(reverse("late"), {"phase": Phase.SELF_ASSESSMENT, "q": "ani"})
    assert page.context["page"].rows == ()


@pytest.mark.parametrize("query", ["phase=nonsense", "unit=nonsense", "after=%00", "q=%00%F0%9F%98%80"])
def test_odd_filters_are_no_error(query):
    year = y.build_year()
    assert _client(year.gita).get(f"{reverse('late')}?{query}").status_code == 200


def test_the_list_costs_the_same_for_one_and_for_three(django_assert_num_queries):
    year = y.build_year()
    _shift(year.cycle, self_closes_in_days=-3)
    client = _client(year.gita)
    Appraisal.objects.exclude(pk=year.appraisal_id).update(self_state=SelfState.SENT, self_sent_at=now())
    url = reverse("late")
    client.get(url)
    with django_assert_num_queries(11):
        assert len(client.get(url, {"phase": Phase.SELF_ASSESSMENT}).context["page"].rows) == 1
    ids = Appraisal.objects.exclude(pk=year.appraisal_id).values_list("pk", flat=True)[:2]
    Appraisal.objects.filter(pk__in=list(ids)).update(self_state=SelfState.NOT_SENT)
    with django_assert_num_queries(11):
        assert len(client.get(url, {"phase": Phase.SELF_ASSESSMENT}).context["page"].rows) == 3


def test_progress_sums_each_unit_with_all_below_and_goes_down_by_links():
    year = y.build_year()
    y.with_agreed_plan(year)
    refresh_progress(cycle_id=year.cycle.pk, at=now())
    client = _client(year.gita)
    page = client.get(reverse("progress"), {"track": "plan"})
    rows = {row.unit.code: (row.finished, row.waiting) for row in page.context["progress"].rows}
    assert rows == {"DISDIK": (1, 6)}
    below = client.get(reverse("progress"), {"track": "plan", "unit": str(year.dinas.pk)})
    rows = {row.unit.code: (row.finished, row.waiting) for row in below.context["progress"].rows}
    assert rows == {"SD": (1, 2), "DISDIK": (0, 4)}


def test_progress_of_a_unit_outside_ones_own_is_not_found():
    year = y.build_year()
    assert _client(year.dewi).get(reverse("progress"), {"unit": str(year.dinas.parent_id)}).status_code == 404


def test_progress_costs_the_same_for_one_and_for_three_units(django_assert_num_queries):
    year = y.build_year()
    client = _client(year.gita)
    page = {"unit": str(year.dinas.pk)}
    Appraisal.objects.exclude(agency=year.school).delete()
    refresh_progress(cycle_id=year.cycle.pk, at=now())
    client.get(reverse("progress"), page)
    with django_assert_num_queries(8):
        assert len(client.get(reverse("progress"), page).context["progress"].rows) == 1
    for code in ("PAUD", "SMP"):
        unit = AgencyFactory(code=code, parent=year.dinas)
        placement = PlacementFactory(employee=EmployeeFactory(), agency=unit)
        Appraisal.objects.create(
            cycle=year.cycle,
            placement=placement,
            employee=placement.employee,
            agency=unit,
            first_day=dt.date(2026, 1, 1),
            last_day=dt.date(2026, 12, 31),
        )
    refresh_progress(cycle_id=year.cycle.pk, at=now())
    with django_assert_num_queries(8):
        assert len(client.get(reverse("progress"), page).context["progress"].rows) == 3


def test_before_any_cycle_the_pages_say_so():
    year = y.build_year(opened=False)
    client = _client(year.gita)
    assert client.get(reverse("progress")).status_code == 200
    assert client.get(reverse("late")).status_code == 200
