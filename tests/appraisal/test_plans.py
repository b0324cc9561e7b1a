"""Services of the plan: refusals change nothing, agreed versions never change, late is marked."""

import datetime as dt
import uuid
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from appraisal.enums import ItemKind, Phase, PlanState
from appraisal.models import Measure, Plan, PlanItem
from appraisal.services import plans
from core.audit import AuditEvent
from core.errors import ActionRefused, NotAllowed, StaleWrite
from core.notifications import Notification
from indicators.enums import Aspect, Consolidation, Polarity
from indicators.models import Indicator
from tests.appraisal import year as y
from tests.appraisal.year import agreed_plan
from tests.factories.people import AgencyFactory

pytestmark = pytest.mark.django_db
AT = y.during(Phase.PLANNING)


def _rows():
    return (
        list(Plan.objects.order_by("pk").values()),
        list(PlanItem.objects.order_by("pk").values()),
        list(Measure.objects.order_by("pk").values()),
        AuditEvent.objects.count(),
        Notification.objects.count(),
    )


def _refused(call, error=ActionRefused, **arguments):
    before = _rows()
    with pytest.raises(error) as caught:
        call(**arguments)
    assert _rows() == before
    return caught.value


def test_the_first_item_makes_the_first_version():
    year = y.build_year()
    item = plans.add_item(actor=year.ani, appraisal_id=year.appraisal_id, data=y.item_data(), at=AT)
    assert (item.plan.version, item.plan.state, item.position) == (1, PlanState.DRAFT, 1)
    assert item.measures.get().target == Decimal(95)


@pytest.mark.parametrize("who", ["budi", "citra", "gita", "stranger"])
def test_only_the_employee_writes_the_plan(who):
    year = y.build_year()
    _refused(
        plans.add_item,
        NotAllowed,
        actor=getattr(year, who),
        appraisal_id=year.appraisal_id,
        data=y.item_data(),
        at=AT,
    )


def test_a_plan_without_a_main_item_is_not_sent():
    year = y.build_year()
    plans.add_item(
        actor=year.ani,
        appraisal_id=year.appraisal_id,
        data=y.item_data(kind=ItemKind.ADDITIONAL),
        at=AT,
    )
    _refused(plans.send_plan, actor=year.ani, appraisal_id=year.appraisal_id, at=AT)


def test_an_empty_plan_is_not_sent():
    year = y.build_year()
    _refused(plans.send_plan, actor=year.ani, appraisal_id=year.appraisal_id, at=AT)


def test_sending_twice_is_refused_and_said_once():
    year = y.build_year()
    plans.add_item(actor=year.ani, appraisal_id=year.appraisal_id, data=y.item_data(), at=AT)
    plans.send_plan(actor=year.ani, appraisal_id=year.appraisal_id, at=AT)
    _refused(plans.send_plan, actor=year.ani, appraisal_id=year.appraisal_id, at=AT)
    assert list(Notification.objects.values_list("kind", "recipient")) == [("plan.sent", year.budi.id)]


def test_a_sent_plan_is_not_edited():
    year = y.build_year()
    item = plans.add_item(actor=year.ani, appraisal_id=year.appraisal_id, data=y.item_data(), at=AT)
    plans.send_plan(actor=year.ani, appraisal_id=year.appraisal_id, at=AT)
    _refused(plans.add_item, actor=year.ani, appraisal_id=year.appraisal_id, data=y.item_data(), at=AT)
    _refused(
        plans.change_item,
        actor=year.ani,
        appraisal_id=year.appraisal_id,
        item_id=item.pk,
        data=y.item_data("Lain"),
        revision=1,
        at=AT,
    )
    _refused(plans.remove_item, actor=year.ani, appraisal_id=year.appraisal_id, item_id=item.pk, at=AT)


def test_a_withdrawn_plan_can_be_edited_again():
    year = y.build_year()
    plans.add_item(actor=year.ani, appraisal_id=year.appraisal_id, data=y.item_data(), at=AT)
    plans.send_plan(actor=year.ani, appraisal_id=year.appraisal_id, at=AT)
    plans.withdraw_plan(actor=year.ani, appraisal_id=year.appraisal_id, at=AT)
    plans.add_item(actor=year.ani, appraisal_id=year.appraisal_id, data=y.item_data("Kedua"), at=AT)
    assert PlanItem.objects.count() == 2


def test_an_older_revision_is_refused_with_the_stored_item():
    year = y.build_year()
    item = plans.add_item(actor=year.ani, appraisal_id=year.appraisal_id, data=y.item_data(), at=AT)
    change = {"actor": year.ani, "appraisal_id": year.appraisal_id, "item_id": item.pk, "at": AT}
    plans.change_item(**change, data=y.item_data("Pertama"), revision=1)
    error = _refused(plans.change_item, StaleWrite, **change, data=y.item_data("Kedua"), revision=1)
    assert error.current.result == "Pertama"


def test_a_changed_measure_keeps_its_key_by_aspect():
    year = y.build_year()
    item = plans.add_item(actor=year.ani, appraisal_id=year.appraisal_id, data=y.item_data(), at=AT)
    key = item.measures.get().key
    changed = replace(y.item_data(), measures=(replace(y.item_data().measures[0], target=Decimal(97)),))
    plans.change_item(
        actor=year.ani, appraisal_id=year.appraisal_id, item_id=item.pk, data=changed, revision=1, at=AT
    )
    assert (item.measures.get().key, item.measures.get().target) == (key, Decimal(97))


def test_twelve_results_are_the_most():
    year = y.build_year()
    for number in range(12):
        plans.add_item(
            actor=year.ani, appraisal_id=year.appraisal_id, data=y.item_data(f"Hasil {number}"), at=AT
        )
    _refused(plans.add_item, actor=year.ani, appraisal_id=year.appraisal_id, data=y.item_data(), at=AT)


def test_an_indicator_must_be_of_the_own_agency_or_above():
    year = y.build_year()
    elsewhere = AgencyFactory(code="DINKES", parent=year.dinas.parent)

    def iku(agency):
        return Indicator.objects.create(
            agency=agency,
            name="Angka",
            unit="persen",
            polarity=Polarity.MAXIMIZE,
            consolidation=Consolidation.LAST,
            formula="a / b",
        )

    own, foreign = iku(year.dinas), iku(elsewhere)
    data = replace(y.item_data(), indicator_id=own.pk)
    assert plans.add_item(actor=year.ani, appraisal_id=year.appraisal_id, data=data, at=AT).indicator == own
    _refused(
        plans.add_item,
        actor=year.ani,
        appraisal_id=year.appraisal_id,
        data=replace(data, indicator_id=foreign.pk),
        at=AT,
    )
    _refused(
        plans.add_item,
        actor=year.ani,
        appraisal_id=year.appraisal_id,
        data=replace(data, indicator_id=uuid.uuid4()),
        at=AT,
    )


def test_returning_needs_a_comment_and_tells_the_employee():
    year = y.build_year()
    plans.add_item(actor=year.ani, appraisal_id=year.appraisal_id, data=y.item_data(), at=AT)
    plans.send_plan(actor=year.ani, appraisal_id=year.appraisal_id, at=AT)
    _refused(plans.return_plan, actor=year.budi, appraisal_id=year.appraisal_id, comment="  ", at=AT)
    plan = plans.return_plan(
        actor=year.budi, appraisal_id=year.appraisal_id, comment="Tambahkan ukuran mutu.", at=AT
    )
    assert (plan.state, plan.return_comment) == (PlanState.RETURNED, "Tambahkan ukuran mutu.")
    assert year.appraisal.plan_state == PlanState.RETURNED
    assert Notification.objects.get(recipient=year.ani.id).kind == "plan.returned"


@pytest.mark.parametrize("who", ["ani", "citra", "gita", "stranger"])
def test_only_the_supervisor_agrees(who):
    year = y.build_year()
    plans.add_item(actor=year.ani, appraisal_id=year.appraisal_id, data=y.item_data(), at=AT)
    plans.send_plan(actor=year.ani, appraisal_id=year.appraisal_id, at=AT)
    _refused(plans.agree_plan, NotAllowed, actor=getattr(year, who), appraisal_id=year.appraisal_id, at=AT)


def test_a_plan_sent_after_planning_is_marked_late_and_still_agreed():
    year = y.build_year()
    at = y.during(Phase.EXECUTION)
    plans.add_item(actor=year.ani, appraisal_id=year.appraisal_id, data=y.item_data(), at=at)
    plan = plans.send_plan(actor=year.ani, appraisal_id=year.appraisal_id, at=at)
    assert plan.was_late is True
    plans.agree_plan(actor=year.budi, appraisal_id=year.appraisal_id, at=at)
    assert year.appraisal.plan_state == PlanState.AGREED


def test_arriving_before_the_last_closing_counts_and_at_it_does_not():
    year = y.build_year()
    plans.add_item(actor=year.ani, appraisal_id=year.appraisal_id, data=y.item_data(), at=AT)
    closing = y.after(Phase.SUPERVISOR_REVIEW)
    _refused(plans.send_plan, actor=year.ani, appraisal_id=year.appraisal_id, at=closing)
    plans.send_plan(actor=year.ani, appraisal_id=year.appraisal_id, at=closing - dt.timedelta(microseconds=1))
    assert year.appraisal.plan_state == PlanState.SENT


def test_a_revised_plan_is_a_new_version_and_the_agreed_one_counts_meanwhile():
    year = y.build_year()
    y.with_agreed_plan(year)
    at = y.during(Phase.EXECUTION)
    _refused(plans.revise_plan, actor=year.ani, appraisal_id=year.appraisal_id, reason="", at=at)
    second = plans.revise_plan(
        actor=year.ani, appraisal_id=year.appraisal_id, reason="Anggaran berubah.", at=at
    )
    assert (second.version, second.state) == (2, PlanState.DRAFT)
    assert agreed_plan(year.appraisal).version == 1
    first_keys = set(PlanItem.objects.filter(plan__version=1).values_list("key", flat=True))
    assert set(second.items.values_list("key", flat=True)) == first_keys
    plans.send_plan(actor=year.ani, appraisal_id=year.appraisal_id, at=at)
    plans.agree_plan(actor=year.budi, appraisal_id=year.appraisal_id, at=at)
    assert agreed_plan(year.appraisal).version == 2
    assert Plan.objects.get(version=1).state == PlanState.AGREED


def test_last_years_plan_is_copied_with_fresh_keys_into_an_empty_plan():
    year = y.build_year()
    _refused(plans.copy_last_year, actor=year.ani, appraisal_id=year.appraisal_id, at=AT)
    y.with_agreed_plan(year)
    year.cycle.year = 2025
    year.cycle.save(update_fields=["year"])
    old = year.appraisal
    cycle = type(year.cycle).objects.create(year=2026, state="open", opened_at=AT)
    y.windows(cycle)
    new = type(old).objects.create(
        cycle=cycle,
        placement=old.placement,
        employee=old.employee,
        agency=old.agency,
        supervisor=old.supervisor,
        first_day=dt.date(2026, 1, 1),
        last_day=dt.date(2026, 12, 31),
    )
    assert plans.copy_last_year(actor=year.ani, appraisal_id=new.pk, at=AT) == 2
    copied = PlanItem.objects.filter(plan__appraisal=new)
    assert sorted(copied.values_list("result", flat=True)) == [
        "Data kelulusan lengkap",
        "Panduan operator sekolah",
    ]
    assert not set(copied.values_list("key", flat=True)) & set(
        PlanItem.objects.filter(plan__appraisal=old).values_list("key", flat=True)
    )
    _refused(plans.copy_last_year, actor=year.ani, appraisal_id=new.pk, at=AT)


def test_a_closed_cycle_refuses_every_move():
    year = y.build_year()
    y.with_agreed_plan(year)
    year.cycle.state, year.cycle.closed_at = "closed", AT
    year.cycle.save()
    _refused(plans.revise_plan, actor=year.ani, appraisal_id=year.appraisal_id, reason="x", at=AT)


def test_maximize_with_target_zero_is_refused_by_the_database():
    year = y.build_year()
    item = plans.add_item(actor=year.ani, appraisal_id=year.appraisal_id, data=y.item_data(), at=AT)
    with pytest.raises(IntegrityError, match="measure_maximize_target_not_zero"), transaction.atomic():
        Measure.objects.create(
            item=item, aspect=Aspect.TIME, indicator="x", unit="hari", polarity=Polarity.MAXIMIZE, target=0
        )
