"""One appraisal from plan to acknowledged result, through the real services."""

import datetime as dt

import pytest

from appraisal.enums import Phase, PlanState, RatingState, ResultState, SelfState
from appraisal.models import NextStep, RatingRecord, Result
from appraisal.services import publications, results
from appraisal.services.clock import tick
from core.audit import AuditEvent
from core.clock import day_end
from core.notifications import Notification
from tests.appraisal import year as y

pytestmark = pytest.mark.django_db


def test_a_year_from_plan_to_acknowledgement():
    year = y.build_year()
    y.with_rating(year)
    mine = year.appraisal
    assert mine.plan_state == PlanState.AGREED
    assert mine.self_state == SelfState.SENT
    assert mine.rating_state == RatingState.SENT
    assert mine.supervisor_id == mine.rated_by_id == year.budi.id
    assert mine.superior_id == year.citra.id
    assert Result.objects.get(appraisal=mine).predicate == "very_good"
    assert [record.stage for record in RatingRecord.objects.order_by("version")] == ["first", "final"]
    assert NextStep.objects.get().text == "Mengirim rangkuman data setiap akhir bulan."

    at = y.during(Phase.PUBLICATION)
    publication = publications.publish_agency(
        actor=year.dewi, cycle_id=year.cycle.pk, agency_id=year.dinas.pk, reason="Belum dinilai.", at=at
    )
    assert (publication.included, publication.excluded) == (1, 6)
    assert year.appraisal.result_state == ResultState.WITH_SUPERVISOR
    tick(at=at)
    assert year.appraisal.result_state == ResultState.WITH_SUPERVISOR
    tick(at=at + dt.timedelta(days=1))
    assert year.appraisal.result_state == ResultState.PUBLISHED

    received = at + dt.timedelta(days=2)
    results.receive_result(actor=year.ani, appraisal_id=year.appraisal_id, at=received)
    assert year.appraisal.objection_due_at == day_end(dt.date(2027, 2, 7))
    results.acknowledge_result(
        actor=year.ani, appraisal_id=year.appraisal_id, comment="Terima kasih.", at=received
    )
    assert year.appraisal.result_state == ResultState.ACKNOWLEDGED
    acts = list(
        AuditEvent.objects.filter(object_id=year.appraisal_id).order_by("id").values_list("act", flat=True)
    )
    assert acts == [
        "plan.sent",
        "plan.agreed",
        "self_assessment.sent",
        "rating.first_saved",
        "rating.sent",
        "result.received",
        "result.acknowledged",
    ]
    assert sorted(Notification.objects.filter(recipient=year.ani.id).values_list("kind", flat=True)) == [
        "plan.agreed",
        "result.published",
    ]
