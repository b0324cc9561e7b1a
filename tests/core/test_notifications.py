"""A message is a row, said once, worded in the reader's language when it is read."""

import datetime as dt
import uuid

import pytest
from django.db import transaction
from django.utils import translation

from core import notifications
from core.notifications import (
    Kind,
    Message,
    Notification,
    kind_of,
    kinds,
    mark_read,
    notify,
    register,
    withdraw,
)
from tests.factories.people import EmployeeFactory

AT = dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC)
PLAN = uuid.UUID("11111111-2222-4333-8444-555555555555")

RETURNED = Kind(
    "test.plan_returned",
    title="%(by)s returned your plan",
    body="Mend it until %(due_on)s. %(percent)d%% is done.",
)


@pytest.fixture(autouse=True)
def _own_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kinds of these tests are forgotten afterwards."""
    monkeypatch.setattr(notifications, "_KINDS", {RETURNED.code: RETURNED})


def message(recipient, **changes) -> Message:
    values = {
        "kind": RETURNED,
        "recipient_id": recipient.pk,
        "subject_id": PLAN,
        "occurrence": "event-1",
        "path": "/plan/",
        "params": {"by": "Budi Hermawan", "due_on": dt.date(2026, 12, 4), "percent": 40},
    }
    return Message(**{**values, **changes})


# --- kinds --------------------------------------------------------------------------------------


def test_a_kind_is_registered_once() -> None:
    other = Kind("test.other", title="Another")

    assert register(other) is other
    assert register(other) is other
    assert kind_of("test.other") == other
    assert kinds() == (other, RETURNED)
    with pytest.raises(ValueError, match=r"test\.other is registered twice"):
        register(Kind("test.other", title="Something else"))
    with pytest.raises(KeyError):
        kind_of("test.unknown")


# --- saying -------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_message_is_a_row_with_parameters_and_no_sentence() -> None:
    ani = EmployeeFactory()
    notify([message(ani)], at=AT)

    row = Notification.objects.get()
    assert (row.kind, row.recipient, row.subject_id, row.occurrence) == (RETURNED.code, ani, PLAN, "event-1")
    assert row.params == {"by": "Budi Hermawan", "due_on": "2026-12-04", "percent": 40}
    assert (row.path, row.created_at, row.read_at, row.superseded_at) == ("/plan/", AT, None, None)


@pytest.mark.django_db
def test_the_same_message_is_said_once_and_keeps_its_first_form() -> None:
    ani, budi = EmployeeFactory(), EmployeeFactory()
    notify([message(ani)], at=AT)
    notify([message(ani, params={"by": "somebody else"}), message(ani)], at=AT + dt.timedelta(days=1))
    assert Notification.objects.count() == 1
    assert Notification.objects.get().created_at == AT
    assert Notification.objects.get().params["by"] == "Budi Hermawan"

    notify(
        [
            message(budi),
            message(ani, occurrence="event-2"),
            message(ani, subject_id=uuid.UUID(int=1)),
        ],
        at=AT,
    )
    assert Notification.objects.count() == 4


@pytest.mark.django_db
def test_messages_are_lost_with_the_act_that_failed() -> None:
    ani = EmployeeFactory()
    with transaction.atomic():
        notify([message(ani)], at=AT)
        transaction.set_rollback(True)
    assert not Notification.objects.exists()


@pytest.mark.django_db
def test_nobody_to_tell_costs_no_query(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        notify([], at=AT)


@pytest.mark.django_db
def test_a_float_is_no_parameter() -> None:
    ani = EmployeeFactory()
    with pytest.raises(TypeError):
        notify([message(ani), message(ani, params={"score": 98.4})], at=AT)
    assert not Notification.objects.exists()


# --- reading ------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "due"), [("id", "4 Desember 2026"), ("en", "4 December 2026")])
def test_the_text_is_made_when_it_is_read(language: str, due: str) -> None:
    notify([message(EmployeeFactory())], at=AT)
    row = Notification.objects.get()

    with translation.override(language):
        assert row.title == "Budi Hermawan returned your plan"
        assert row.body == f"Mend it until {due}. 40% is done."


@pytest.mark.django_db
def test_the_inbox_holds_ones_own_rows_that_are_not_superseded() -> None:
    ani, budi = EmployeeFactory(), EmployeeFactory()
    notify([message(ani), message(ani, occurrence="event-2"), message(budi)], at=AT)
    Notification.objects.filter(occurrence="event-2").update(superseded_at=AT)

    assert [row.occurrence for row in Notification.objects.of(ani.pk)] == ["event-1"]
    assert [row.recipient for row in Notification.objects.of(budi.pk).unread()] == [budi]


@pytest.mark.django_db
def test_a_person_marks_only_their_own_rows_as_read() -> None:
    ani, budi = EmployeeFactory(), EmployeeFactory()
    notify([message(ani), message(ani, occurrence="event-2"), message(budi)], at=AT)
    everything = list(Notification.objects.values_list("pk", flat=True))
    later = AT + dt.timedelta(hours=1)

    assert mark_read(recipient_id=ani.pk, notification_ids=everything, at=later) == 2
    assert mark_read(recipient_id=ani.pk, notification_ids=everything, at=later + dt.timedelta(hours=1)) == 0

    assert set(Notification.objects.filter(recipient=ani).values_list("read_at", flat=True)) == {later}
    assert Notification.objects.get(recipient=budi).read_at is None
    assert not Notification.objects.of(ani.pk).unread().exists()


@pytest.mark.django_db
def test_what_is_no_longer_true_is_withdrawn_for_its_subjects_alone() -> None:
    ani, budi = EmployeeFactory(), EmployeeFactory()
    notify([message(ani), message(budi)], at=AT)
    mine = Notification.objects.get(recipient=ani)
    Notification.objects.filter(recipient=budi).update(subject_id=budi.pk)

    assert withdraw(kinds=[kind_of(mine.kind)], subject_ids=[mine.subject_id], at=AT) == 1
    assert withdraw(kinds=[kind_of(mine.kind)], subject_ids=[mine.subject_id], at=AT) == 0

    assert Notification.objects.get(recipient=ani).superseded_at == AT
    assert not Notification.objects.of(ani.pk).exists()
    assert Notification.objects.of(budi.pk).exists()
