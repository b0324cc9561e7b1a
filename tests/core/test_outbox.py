"""Messages leave as mail in their order, once, whatever happens to the server, to the drainer or to one of them."""

from __future__ import annotations

import datetime as dt
import threading
import time
import uuid
from collections.abc import Iterator

import pytest
from django.db import connection, connections

from core import notifications, outbox
from core.heartbeat import Heartbeat
from core.mail_preferences import Delivery, MailPreference
from core.notifications import Kind, MailState, Message, Notification, notify, withdraw
from core.outbox import drain
from tests.factories.people import EmployeeFactory
from tests.mail_server import MailServer, mail_server

# Ten in the morning in Bandung.
AT = dt.datetime(2026, 11, 24, 3, tzinfo=dt.UTC)
NIGHT = dt.datetime(2026, 11, 24, 15, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)

NEWS = Kind("test.news", title="News for %(name)s", body="It is %(n)s.", compulsory=False)
MUST = Kind("test.must", title="You must know: %(n)s")
DOOR = Kind("test.door", title="Somebody was at your door", urgent=True)
BROKEN = Kind("test.broken", title="%(missing)s")

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {kind.code: kind for kind in (NEWS, MUST, DOOR, BROKEN)}
    monkeypatch.setattr(notifications, "_KINDS", known)


@pytest.fixture
def server(settings) -> Iterator[MailServer]:
    with mail_server() as running:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.port
        settings.EMAIL_TIMEOUT = 5
        settings.MAIL_HOURS = (7, 20)
        settings.SITE_URL = "https://kinerja.example.go.id"
        settings.LANGUAGE_CODE = "en"
        yield running


def person(name: str = "Ani", **values):
    return EmployeeFactory(name=name, **{"email": f"{name.lower()}@bandung.example", **values})


def say(recipient, kind: Kind = NEWS, n: int = 1, *, at: dt.datetime = AT) -> Notification:
    subject = uuid.uuid4()
    notify([Message(kind, recipient.pk, subject, str(n), "/plan/", {"name": recipient.name, "n": n})], at=at)
    return Notification.objects.get(subject_id=subject)


def states() -> list[str]:
    return list(Notification.objects.order_by("created_at", "id").values_list("mail_state", flat=True))


# --- the ordinary way ---------------------------------------------------------------------------


def test_messages_leave_in_order_once_over_one_connection(server) -> None:
    ani, budi = person(), person("Budi")
    rows = [
        say(ani, n=1, at=AT - 3 * MINUTE),
        say(budi, n=2, at=AT - 2 * MINUTE),
        say(ani, n=3, at=AT - MINUTE),
    ]

    assert drain(at=AT) == {MailState.MAILED: 3}
    assert drain(at=AT) == {}

    assert server.ids == [f"<{row.pk}@kinerja.example.go.id>" for row in rows]
    assert server.connections == 1
    assert set(Notification.objects.values_list("mail_state", "mailed_at")) == {(MailState.MAILED, AT)}
    assert Heartbeat.objects.get(name="outbox").beaten_at == AT


def test_what_is_not_due_yet_stays(server) -> None:
    say(person(), at=AT + MINUTE)
    assert drain(at=AT) == {}
    assert server.connections == 0


def test_a_night_is_quiet_but_for_ones_account(server) -> None:
    ani = person()
    say(ani, at=NIGHT - MINUTE)
    door = say(ani, DOOR, at=NIGHT)

    assert drain(at=NIGHT) == {MailState.MAILED: 1}
    assert server.ids == [f"<{door.pk}@kinerja.example.go.id>"]
    assert drain(at=AT + dt.timedelta(days=1)) == {MailState.MAILED: 1}


@pytest.mark.parametrize(
    ("hour", "minute", "leaves"), [(6, 59, 0), (7, 0, 1), (19, 59, 1), (20, 0, 0), (0, 0, 0)]
)
def test_the_hours_are_those_of_bandung(server, hour, minute, leaves) -> None:
    at = dt.datetime(2026, 11, 24, hour, minute, tzinfo=dt.timezone(dt.timedelta(hours=7)))
    say(person(), at=at - dt.timedelta(days=1))
    assert drain(at=at)[MailState.MAILED] == leaves


def test_mail_about_ones_account_overtakes_the_rest(server) -> None:
    ani = person()
    say(ani, at=AT - MINUTE)
    door = say(ani, DOOR, at=AT)
    drain(at=AT)
    assert server.ids[0] == f"<{door.pk}@kinerja.example.go.id>"


# --- the server ---------------------------------------------------------------------------------


def test_a_server_that_is_down_for_a_day_loses_nothing(server) -> None:
    ani = person()
    rows = [say(ani, n=n, at=AT + n * dt.timedelta(hours=2)) for n in range(5)]
    server.stop()
    for hour in range(24):
        assert drain(at=AT + dt.timedelta(hours=hour)) == {}
    assert states() == [MailState.WAITING] * 5
    assert set(Notification.objects.values_list("mail_attempts", flat=True)) == {0}

    server.start()
    assert drain(at=AT + dt.timedelta(hours=25)) == {MailState.MAILED: 5}
    assert drain(at=AT + dt.timedelta(hours=26)) == {}
    assert server.ids == [f"<{row.pk}@kinerja.example.go.id>" for row in rows]


def test_a_server_that_dies_in_between_gets_the_rest_later(server) -> None:
    ani = person()
    rows = [say(ani, n=n, at=AT - (9 - n) * MINUTE) for n in range(5)]

    def die() -> None:
        if len(server.received) == 2:
            server.stop()

    server.after_data = die
    drain(at=AT)
    # The second mail arrived, but its answer did not: it is the one that is sent twice.
    assert states() == [MailState.MAILED, *[MailState.WAITING] * 4]

    server.after_data = lambda: None
    server.start()
    drain(at=AT)
    assert states() == [MailState.MAILED] * 5
    ids = [f"<{row.pk}@kinerja.example.go.id>" for row in rows]
    assert server.ids == [*ids[:2], *ids[1:]]


def test_a_wrong_password_for_the_server_is_nobodys_fault(server, settings) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "kinerja", "wrong"
    say(person())
    assert drain(at=AT) == {}
    assert states() == [MailState.WAITING]


# --- single messages ----------------------------------------------------------------------------


def test_a_refused_address_is_marked_and_not_tried_again(server) -> None:
    ani, budi = person(), person("Budi")
    server.answers[ani.email] = f"550 5.1.1 <{ani.email}> unknown"
    refused = say(ani, at=AT - MINUTE)
    say(budi)

    assert drain(at=AT) == {MailState.REFUSED: 1, MailState.MAILED: 1}
    refused.refresh_from_db()
    assert (refused.mail_state, refused.mail_reply, refused.mailed_at) == (
        MailState.REFUSED,
        "550 5.1.1",
        None,
    )
    assert drain(at=AT + dt.timedelta(days=2)) == {}


def test_a_temporary_refusal_waits_longer_each_time_and_ends(server) -> None:
    ani, budi = person(), person("Budi")
    server.answers[ani.email] = "450 4.2.1 busy"
    row = say(ani, at=AT - MINUTE)
    say(budi)

    assert drain(at=AT) == {"put_off": 1, MailState.MAILED: 1}
    row.refresh_from_db()
    assert (row.mail_state, row.mail_attempts, row.mail_due_at) == (MailState.WAITING, 1, AT + MINUTE)
    assert drain(at=AT + dt.timedelta(seconds=59)) == {}

    pauses, at = [], AT
    while row.mail_state == MailState.WAITING:
        at = row.mail_due_at.replace(hour=3) + dt.timedelta(days=row.mail_due_at.hour > 12)
        at = max(at, row.mail_due_at)
        drain(at=at)
        row.refresh_from_db()
        pauses.append(row.mail_due_at - at)
    assert row.mail_state == MailState.REFUSED
    assert row.mail_attempts == outbox.MOST_ATTEMPTS
    assert pauses[0] == 2 * MINUTE
    assert max(pauses) == outbox.LONGEST_PAUSE


def test_a_temporary_refusal_that_passes_is_mailed(server) -> None:
    ani = person()
    server.answers[ani.email] = "450 4.2.1 busy"
    say(ani)
    drain(at=AT)
    server.answers.clear()
    assert drain(at=AT + 2 * MINUTE) == {MailState.MAILED: 1}


def test_a_server_that_refuses_everybody_is_itself_to_blame(server) -> None:
    people = [person(f"P{n}") for n in range(outbox.REFUSED_IN_A_ROW + 5)]
    for n, one in enumerate(people):
        say(one, at=AT - dt.timedelta(minutes=60 - n))
        server.answers[one.email] = "550 5.7.1 relaying denied"
    drain(at=AT)
    assert states().count(MailState.REFUSED) == outbox.REFUSED_IN_A_ROW - 1
    assert states().count(MailState.WAITING) == 6


def test_what_was_refused_can_be_tried_again(server) -> None:
    ani = person()
    server.answers[ani.email] = "550 5.7.1 relaying denied"
    say(ani)
    drain(at=AT)
    server.answers.clear()
    assert outbox.try_again() == 1
    assert drain(at=AT) == {MailState.MAILED: 1}
    assert outbox.try_again() == 0


@pytest.mark.parametrize(
    "address", [None, "", "ani", "ani@", "ani@@bandung.example", "ani bandung@x.example"]
)
def test_without_a_usable_address_the_inbox_has_it(server, address) -> None:
    ani = person(email=address)
    say(ani, at=AT - MINUTE)
    say(person("Budi"))
    assert drain(at=AT) == {MailState.NO_ADDRESS: 1, MailState.MAILED: 1}
    assert Notification.objects.of(ani.pk).count() == 1


def test_a_message_that_cannot_be_written_does_not_block_the_others(server, caplog) -> None:
    ani = person()
    broken, unknown = say(ani, BROKEN, at=AT - MINUTE), say(ani, at=AT - MINUTE)
    Notification.objects.filter(pk=unknown.pk).update(kind="test.no_more")
    say(ani)
    assert drain(at=AT) == {"put_off": 2, MailState.MAILED: 1}
    broken.refresh_from_db()
    unknown.refresh_from_db()
    assert broken.mail_attempts == unknown.mail_attempts == 1
    assert "could not be written" in caplog.text


def test_a_name_with_a_line_break_makes_no_header(server) -> None:
    ani = person("Ani\r\nBcc: all@bandung.example", email="ani@bandung.example")
    say(ani)
    drain(at=AT)
    assert server.received[0]["Subject"] == "News for Ani Bcc: all@bandung.example"
    assert server.received[0]["Bcc"] is None


def test_what_is_no_longer_true_is_not_mailed(server) -> None:
    row = say(person())
    withdraw(kinds=[NEWS], subject_ids=[row.subject_id], at=AT)
    assert states() == [MailState.SUPERSEDED]
    assert drain(at=AT) == {}


# --- what people chose --------------------------------------------------------------------------


def prefer(recipient, kind: Kind, delivery: Delivery) -> None:
    MailPreference.objects.create(recipient=recipient, kind=kind.code, delivery=delivery)


def test_only_in_the_inbox_means_no_mail(server) -> None:
    ani = person()
    prefer(ani, NEWS, Delivery.INBOX)
    say(ani)
    assert drain(at=AT) == {MailState.NOT_WANTED: 1}
    assert server.received == []


def test_a_compulsory_kind_cannot_be_kept_out_and_an_urgent_one_not_put_off(server) -> None:
    ani = person()
    prefer(ani, MUST, Delivery.INBOX)
    prefer(ani, DOOR, Delivery.DAILY)
    say(ani, MUST)
    say(ani, DOOR)
    assert drain(at=AT) == {MailState.MAILED: 2}


def test_the_daily_mail_lists_what_is_new_at_seven(server) -> None:
    ani, budi = person(), person("Budi")
    for one in (ani, budi):
        prefer(one, NEWS, Delivery.DAILY)
        prefer(one, MUST, Delivery.DAILY)
    first = say(ani, n=1, at=AT - 2 * MINUTE)
    say(ani, MUST, n=2, at=AT - MINUTE)
    read = say(ani, n=3)
    say(budi, n=4)
    assert drain(at=AT) == {MailState.DIGEST: 4}
    Notification.objects.filter(pk=read.pk).update(read_at=AT)
    say(ani, n=5, at=AT + MINUTE)

    seven = dt.datetime(2026, 11, 25, 0, tzinfo=dt.UTC)
    assert drain(at=seven - MINUTE) == {}
    counts = drain(at=seven) + drain(at=seven)
    assert counts == {MailState.MAILED: 4, MailState.NOT_WANTED: 1, MailState.DIGEST: 1}
    to_ani, to_budi = sorted(server.received, key=lambda mail: mail["To"])
    assert to_ani["Message-ID"].strip() == f"<digest-{first.pk}@kinerja.example.go.id>"
    assert [to_ani["Subject"], to_budi["Subject"]] == ["3 new messages", "One new message"]
    text = to_ani.get_body(("plain",)).get_content()
    assert text.index("News for Ani") < text.index("You must know: 2")
    assert "It is 3." not in text
    assert "It is 5." in text
    assert drain(at=seven + dt.timedelta(hours=2)) == {}


def test_a_daily_mail_that_was_missed_comes_late_and_once(server) -> None:
    ani = person()
    prefer(ani, NEWS, Delivery.DAILY)
    say(ani, n=1)
    drain(at=AT)
    server.stop()
    say(ani, n=2, at=AT + dt.timedelta(hours=3))
    for hour in range(48):
        drain(at=AT + dt.timedelta(hours=hour))
    server.start()
    assert drain(at=AT + dt.timedelta(days=2)) == {MailState.MAILED: 2}
    assert len(server.received) == 1


def test_a_long_daily_mail_says_how_much_more_there_is(server) -> None:
    ani = person()
    prefer(ani, NEWS, Delivery.DAILY)
    for n in range(53):
        say(ani, n=n)
    drain(at=AT)
    drain(at=AT + dt.timedelta(days=1))
    (mail,) = server.received
    text = mail.get_body(("plain",)).get_content()
    assert text.count("News for Ani") == 50
    assert "3" in text.split("It is")[-1]


# --- two drainers, and death --------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_drainers_at_once_send_each_message_once(server) -> None:
    ani = person()
    notify(
        [Message(NEWS, ani.pk, uuid.uuid4(), str(n), "", {"name": "Ani", "n": n}) for n in range(120)], at=AT
    )

    def work() -> None:
        try:
            drain(at=AT, seconds=30)
        finally:
            connections.close_all()

    both = [threading.Thread(target=work) for _n in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    # One who finds a whole batch taken leaves; the next run takes what is left.
    drain(at=AT)

    assert states() == [MailState.MAILED] * 120
    assert len(server.ids) == len(set(server.ids)) == 120
    assert server.connections >= 2


@pytest.mark.django_db(transaction=True)
def test_a_death_between_sending_and_noting_it_repeats_that_one_mail(server) -> None:
    """The database line is cut after the server has the third mail, as when the process is killed."""
    ani = person()
    rows = [say(ani, n=n, at=AT - (9 - n) * MINUTE) for n in range(5)]
    pid = []

    def cut() -> None:
        if len(server.received) == 3:
            with connections.create_connection("default").cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(%s)", pid)
            time.sleep(0.1)

    server.after_data = cut
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid.append(cursor.fetchone()[0])
    with pytest.raises(Exception, match=r"terminat|closed"):
        drain(at=AT)
    connection.close()
    assert states() == [MailState.MAILED] * 2 + [MailState.WAITING] * 3

    drain(at=AT)
    assert states() == [MailState.MAILED] * 5
    ids = [f"<{row.pk}@kinerja.example.go.id>" for row in rows]
    assert server.ids == [*ids[:3], *ids[2:]]


# --- many ---------------------------------------------------------------------------------------


def test_fifty_thousand_waiting_messages_are_found_by_their_index(server) -> None:
    ani = person()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_notification (id, kind, recipient_id, subject_id, occurrence, params, path, created_at,"
            " mail_due_at) SELECT gen_random_uuid(), %s, %s, gen_random_uuid(), n::text,"
            ' \'{"name": "Ani", "n": 1}\', \'\', moment, moment'
            " FROM generate_series(1, 50000) n, LATERAL (SELECT %s - n * interval '1 second' AS moment) m",
            [NEWS.code, ani.pk, AT],
        )
        cursor.execute("ANALYZE core_notification")
    plan = outbox._due(AT, urgent=False)[: outbox.BATCH].explain(analyze=True)
    assert "notification_outbox" in plan
    assert "Sort" not in plan
    assert "Seq Scan" not in plan

    counts = drain(at=AT, seconds=2)
    assert 0 < counts[MailState.MAILED] == len(server.received)
    assert server.connections == -(-counts[MailState.MAILED] // outbox.BATCH)
    assert states().count(MailState.WAITING) == 50_000 - counts[MailState.MAILED]
    # The oldest first.
    assert states()[: counts[MailState.MAILED]] == [MailState.MAILED] * counts[MailState.MAILED]


@pytest.mark.parametrize(("messages", "queries"), [(1, 13), (3, 21)])
def test_a_message_costs_four_queries(server, django_assert_num_queries, messages, queries) -> None:
    """A savepoint and its release, the row, the update; beside them one look for each queue, and the heartbeat."""
    ani = person()
    for n in range(messages):
        say(ani, n=n)
    with django_assert_num_queries(queries):
        drain(at=AT)
