"""The end of a year: what stands in its way, what closing does, and that nothing can be changed afterwards."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.enums import Role
from accounts.models import Employee
from appraisal.enums import BatchState, CycleState, JournalKind, Phase, RatingState, ResultState, Topic
from appraisal.models import Appraisal, Batch, Closing, Cycle
from appraisal.selectors.closing import readiness_to_close
from appraisal.services import (
    clock,
    cycle_closing,
    cycles,
    execution,
    extensions,
    plans,
    publications,
    ratings,
    results,
    self_assessments,
)
from core.audit import AuditEvent
from core.clock import day_start
from core.errors import ActionRefused, NotAllowed
from core.notifications import Notification
from core.seals import latest_seal, seal_events
from tests.appraisal import year as y
from tests.factories.people import RoleGrantFactory

pytestmark = pytest.mark.django_db

MARCH = day_start(dt.date(2027, 3, 1))
REASON = "Tidak dinilai sampai akhir tahun."


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def _rows():
    return (
        list(Cycle.objects.order_by("pk").values()),
        list(Appraisal.objects.order_by("pk").values()),
        list(Batch.objects.order_by("pk").values()),
        Closing.objects.count(),
        AuditEvent.objects.count(),
        Notification.objects.count(),
    )


def _refused(call, error=ActionRefused, **arguments):
    before = _rows()
    with pytest.raises(error) as caught:
        call(**arguments)
    assert _rows() == before
    return [str(reason) for reason in caught.value.reasons]


def _published():
    """Ani's result is with her; the six others were left out."""
    year = y.build_year()
    y.with_rating(year)
    at = y.during(Phase.PUBLICATION)
    publications.publish_agency(
        actor=year.dewi, cycle_id=year.cycle.pk, agency_id=year.dinas.pk, reason="Belum dinilai.", at=at
    )
    clock.tick(at=at + dt.timedelta(days=1))
    return year


def _close(year, **changes):
    call = {"actor": year.gita, "cycle_id": year.cycle.pk, "reason": "", "at": MARCH} | changes
    return cycle_closing.close_cycle(**call)


def test_a_year_is_closed_with_its_counts_and_the_head_of_the_seals():
    year = _published()
    seal_events(at=MARCH)
    closing = _close(year)
    year.cycle.refresh_from_db()
    assert (year.cycle.state, year.cycle.closed_at) == (CycleState.CLOSED, MARCH)
    assert closing.counts == {
        "rating": {"confirmed": 1, "not_assessed": 6},
        "result": {"published": 1},
        "not_assessed": {"no_plan": 6},
        "predicate": {"very_good": 1},
    }
    assert (closing.left_out, closing.left_out_reason) == (0, "")
    event = AuditEvent.objects.select_related("detail").get(act="cycle.closed")
    assert (event.actor_id, event.object_id) == (year.gita.id, year.cycle.pk)
    assert event.detail.after["counts"] == closing.counts
    assert closing.seal_head == event.detail.after["seal_head"] == latest_seal().head_text


def test_who_has_no_rating_is_closed_with_a_reason_and_told():
    year = y.build_year()
    assert _refused(_close, year=year) == [
        "Some people have no rating. Write why they are left out; they can read it."
    ]
    closing = _close(year, reason=f" {REASON} ")
    assert (closing.left_out, closing.left_out_reason) == (7, REASON)
    assert set(Appraisal.objects.values_list("rating_state", "not_assessed_reason")) == {
        (RatingState.NOT_ASSESSED, "no_plan")
    }
    assert Notification.objects.filter(kind="result.not_assessed").count() == 7
    assert not Batch.objects.exclude(state=BatchState.DONE).exists()
    assert AuditEvent.objects.get(act="rating.closed_unrated").detail.after["appraisals"] == 7


@pytest.mark.parametrize("who", ["ani", "budi", "dewi"])
def test_only_the_city_closes_a_year(who):
    year = y.build_year()
    _refused(_close, NotAllowed, year=year, actor=getattr(year, who), reason=REASON)


def test_every_obstacle_is_told_at_once():
    year = y.build_year()
    y.with_rating(year)
    at = y.during(Phase.PUBLICATION)
    extensions.extend_window(
        actor=year.dewi,
        appraisal_id=year.appraisal_id,
        phase=Phase.CALIBRATION,
        until=dt.date(2027, 3, 31),
        reason="Sakit.",
        at=y.during(Phase.CALIBRATION),
    )
    Batch.objects.filter(cycle=year.cycle).update(state=BatchState.WAITING)
    assert _refused(_close, year=year, at=at, reason=REASON) == [
        "Publication is open until Sunday, 14 February 2027, 23:59\N{NO-BREAK SPACE}WIB. Close the year after that.",
        "1 sent rating is not published to its employee yet: SD Negeri 901.",
        "1 person still has more time.",
        "The system is still working on this year. Wait until it has finished.",
    ]


def test_the_grace_of_the_clock_holds_for_the_last_window_too():
    year = y.build_year()
    closes = y.after(Phase.PUBLICATION)
    assert len(_refused(_close, year=year, at=closes + dt.timedelta(minutes=1), reason=REASON)) == 1
    assert _close(year, at=closes + dt.timedelta(minutes=2), reason=REASON).left_out == 7


def test_results_that_only_supervisors_see_stand_in_the_way():
    year = y.build_year()
    y.with_rating(year)
    publications.publish_agency(
        actor=year.dewi,
        cycle_id=year.cycle.pk,
        agency_id=year.dinas.pk,
        reason="Belum dinilai.",
        at=y.during(Phase.PUBLICATION),
    )
    assert _refused(_close, year=year) == [
        "1 sent rating is not published to its employee yet: SD Negeri 901."
    ]


def test_a_year_is_closed_once():
    year = _published()
    _close(year)
    assert _refused(_close, year=year, at=MARCH + dt.timedelta(days=1)) == [
        "Only an open year can be closed."
    ]


def test_a_prepared_year_is_not_closed():
    year = y.build_year(opened=False)
    assert readiness_to_close(year.cycle, at=MARCH).obstacles == ("Only an open year can be closed.",)


CHANGES = {
    "dates": lambda year: (
        cycles.set_windows,
        {
            "actor": year.gita,
            "cycle_id": year.cycle.pk,
            "changes": {(Phase.PUBLICATION, None): None},
            "reason": "Ubah.",
        },
    ),
    "newcomers": lambda year: (cycles.open_cycle, {"actor": year.gita, "cycle_id": year.cycle.pk}),
    "more time": lambda year: (
        extensions.extend_window,
        {
            "actor": year.dewi,
            "appraisal_id": year.appraisal_id,
            "phase": Phase.CALIBRATION,
            "until": dt.date(2027, 6, 30),
            "reason": "Ubah.",
        },
    ),
    "plan": lambda year: (
        plans.revise_plan,
        {"actor": year.ani, "appraisal_id": year.appraisal_id, "reason": "Ubah."},
    ),
    "journal": lambda year: (
        execution.write_journal,
        {
            "actor": year.ani,
            "appraisal_id": year.appraisal_id,
            "kind": JournalKind.ACHIEVEMENT,
            "text": "Catatan terlambat sekali.",
            "happened_on": dt.date(2026, 12, 1),
            "shared": True,
        },
    ),
    "self-assessment": lambda year: (
        self_assessments.save_answer,
        {
            "actor": year.ani,
            "appraisal_id": year.appraisal_id,
            "topic": Topic.VALUE,
            "key": "BP",
            "data": {"level": 3, "text": ""},
            "revision": 1,
        },
    ),
    "taking back": lambda year: (
        self_assessments.withdraw_self_assessment,
        {"actor": year.ani, "appraisal_id": year.appraisal_id},
    ),
    "rating": lambda year: (
        ratings.revise_rating,
        {"actor": year.budi, "appraisal_id": year.appraisal_id, "reason": "Ubah."},
    ),
    "publishing": lambda year: (
        publications.publish_agency,
        {
            "actor": year.dewi,
            "cycle_id": year.cycle.pk,
            "agency_id": year.dinas.pk,
            "reason": "Ubah.",
        },
    ),
    "recall": lambda year: (
        publications.recall_publication,
        {
            "actor": year.dewi,
            "publication_id": year.cycle.publications.get().pk,
            "reason": "Ubah.",
        },
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_nothing_of_a_closed_year_can_be_changed(name):
    year = _published()
    _close(year)
    call, arguments = CHANGES[name](year)
    # Even at a moment at which the windows would have allowed it.
    for at in (y.during(Phase.SELF_ASSESSMENT), y.during(Phase.CALIBRATION), MARCH):
        assert any(
            "closed" in reason or "not open" in reason for reason in _refused(call, **arguments, at=at)
        )


def test_ticks_leave_a_closed_year_alone():
    year = _published()
    _close(year)
    before = _rows()[1:4]
    clock.tick(at=MARCH + dt.timedelta(days=1))
    assert _rows()[1:4] == before


def test_a_result_can_still_be_opened_and_confirmed():
    year = _published()
    _close(year)
    at = MARCH + dt.timedelta(days=1)
    results.receive_result(actor=year.ani, appraisal_id=year.appraisal_id, at=at)
    results.acknowledge_result(actor=year.ani, appraisal_id=year.appraisal_id, comment="", at=at)
    assert year.appraisal.result_state == ResultState.ACKNOWLEDGED


def test_a_killed_closing_is_finished_by_the_clock(monkeypatch):
    year = y.build_year()
    monkeypatch.setattr(cycle_closing, "AT_ONCE", 6)
    _close(year, reason=REASON)
    assert Appraisal.objects.filter(rating_state=RatingState.NOT_ASSESSED).count() == 0
    clock.tick(at=MARCH + dt.timedelta(minutes=1))
    assert Appraisal.objects.filter(rating_state=RatingState.NOT_ASSESSED).count() == 7


# --- pages --------------------------------------------------------------------------------------


def _client(person):
    client = Client(headers={"accept-language": "en"})
    client.force_login(Employee.objects.get(pk=person.id))
    client.cookies["language"] = "en"
    return client


def _move_to_the_end(year):
    """Every window of the year lies in the past of the true clock."""
    for window in year.cycle.windows.all():
        window.opens_at -= dt.timedelta(days=400)
        window.closes_at -= dt.timedelta(days=400)
        window.save(update_fields=["opens_at", "closes_at"])


def test_hr_closes_the_year_on_its_page_and_reads_the_record():
    year = y.build_year()
    _move_to_the_end(year)
    client = _client(year.gita)
    url = reverse("cycle_close", args=[year.cycle.pk])
    assert b"Yes, close the year" in client.get(url).content
    empty = client.post(url, {"reason": " "})
    assert empty.status_code == 200
    assert empty.context["form"].errors
    assert not Closing.objects.exists()
    done = client.post(url, {"reason": REASON}, follow=True)
    assert done.redirect_chain == [(reverse("cycle_closing", args=[year.cycle.pk]), 302)]
    page = done.content.decode()
    assert REASON in page
    assert "No seal had been made" in page
    again = client.get(url, follow=True)
    assert again.redirect_chain == [(reverse("cycle", args=[year.cycle.pk]), 302)]
    assert reverse("cycle_closing", args=[year.cycle.pk]) in again.content.decode()
    assert client.post(url, {"reason": REASON}).status_code == 302
    assert Closing.objects.count() == 1


def test_obstacles_are_told_instead_of_the_button():
    year = y.build_year()
    page = _client(year.gita).get(reverse("cycle_close", args=[year.cycle.pk])).content.decode()
    assert "Publication is open until Sunday, 14 February 2027, 23:59" in page
    assert "Yes, close the year" not in page
    refused = _client(year.gita).post(reverse("cycle_close", args=[year.cycle.pk]), {"reason": REASON})
    assert refused.status_code == 200
    assert not Closing.objects.exists()


def test_the_auditor_reads_the_record_and_an_employee_does_not():
    year = _published()
    _close(year)
    RoleGrantFactory(employee_id=year.stranger.id, role=Role.AUDITOR, agency=year.dinas.parent)
    url = reverse("cycle_closing", args=[year.cycle.pk])
    assert _client(year.stranger).get(url).status_code == 200
    assert _client(year.ani).get(url).status_code == 403


def test_hr_sees_how_far_the_opening_is_also_after_a_reload_and_without_a_script(monkeypatch):
    year = y.build_year(opened=False)
    monkeypatch.setattr(cycles, "AT_ONCE", 6)
    cycles.open_cycle(actor=year.gita, cycle_id=year.cycle.pk, at=day_start(dt.date(2026, 1, 2)))
    client = _client(year.gita)
    work = reverse("cycle_work", args=[year.cycle.pk])
    for _reload in range(2):
        page = client.get(reverse("cycle", args=[year.cycle.pk])).content.decode()
        assert '<progress class="meter" max="7" value="0"' in page
        assert "7 people. It begins within a minute." in page
        assert f'data-refresh="{work}"' in page
    clock.do_ranges(at=day_start(dt.date(2026, 1, 2)))
    part = client.get(work, headers={"X-Requested-With": "fetch"}).content.decode()
    assert "Finished. Nothing is waiting." in part
    assert "data-refresh=" not in part
    assert "<progress" not in client.get(reverse("cycle", args=[year.cycle.pk])).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_record_and_the_work_cost_the_same_queries(count, django_assert_num_queries):
    year = _published()
    _close(year)
    Batch.objects.bulk_create(
        Batch(
            cycle=year.cycle, act="pass_on", occurrence=9 + n, number=0, from_key=year.cycle.pk,
            to_key=year.cycle.pk, size=1,
        )
        for n in range(count)
    )  # fmt: skip
    client = _client(year.gita)
    client.get(reverse("cycle_work", args=[year.cycle.pk]))
    with django_assert_num_queries(5):
        client.get(reverse("cycle_work", args=[year.cycle.pk]))
    with django_assert_num_queries(7):
        client.get(reverse("cycle_closing", args=[year.cycle.pk]))
