"""Nobody answers to a plan that they have not read: taken back and sent anew, it is another one."""

import datetime as dt

import pytest

from appraisal.enums import Phase, PlanState
from appraisal.services import plans
from core.audit import AuditEvent
from core.errors import StaleWrite
from tests.appraisal import year as y

pytestmark = pytest.mark.django_db
AT = y.during(Phase.PLANNING)


def sent_twice():
    year = y.build_year()
    plans.add_item(actor=year.ani, appraisal_id=year.appraisal_id, data=y.item_data(), at=AT)
    seen = plans.send_plan(actor=year.ani, appraisal_id=year.appraisal_id, at=AT)
    later = AT + dt.timedelta(hours=1)
    plans.withdraw_plan(actor=year.ani, appraisal_id=year.appraisal_id, at=later)
    again = plans.send_plan(actor=year.ani, appraisal_id=year.appraisal_id, at=later)
    return year, seen.sent_at, again.sent_at


@pytest.mark.parametrize(
    ("answer", "extra"), [(plans.agree_plan, {}), (plans.return_plan, {"comment": "Tambahkan ukuran mutu."})]
)
def test_an_answer_to_an_earlier_sending_is_refused_and_changes_nothing(answer, extra):
    year, seen_at, _sent_at = sent_twice()
    events = AuditEvent.objects.count()

    with pytest.raises(StaleWrite):
        answer(actor=year.budi, appraisal_id=year.appraisal_id, at=AT, seen_at=seen_at, **extra)

    assert year.appraisal.plan_state == PlanState.SENT
    assert AuditEvent.objects.count() == events


def test_an_answer_to_the_plan_as_it_was_sent_last_holds():
    year, _seen_at, sent_at = sent_twice()
    plans.agree_plan(actor=year.budi, appraisal_id=year.appraisal_id, at=AT, seen_at=sent_at)
    assert year.appraisal.plan_state == PlanState.AGREED
