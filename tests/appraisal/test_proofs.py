"""The sealed record as people meet it: pages, document, the daily head, and a proof file that a script verifies."""

import copy
import datetime as dt
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.enums import Role
from appraisal.services import clock
from appraisal.services.record import seal_record, tell_head
from core.access_log import AccessLogEntry
from core.audit import AuditEvent
from core.clock import day_start, now, today
from core.merkle import root_of
from core.notifications import Notification, kind_of
from core.seals import AuditSeal, SealedEvent, latest_seal, leaves_of, seal_events
from core.verification import check_record
from tests.core.record import act, rewrite_chain
from tests.factories.people import EmployeeFactory, RoleGrantFactory, since
from tests.walk import CANARIES, Stage, World, build_world

pytestmark = pytest.mark.django_db

SCRIPT = Path(django_settings.BASE_DIR) / "docs" / "verify_proof.py"


@pytest.fixture(autouse=True)
def _english(settings) -> None:
    settings.LANGUAGE_CODE = "en"


def sealed(stage: Stage = Stage.RECEIVED) -> World:
    """A world whose acts are sealed, with the acts of others before, between and after."""
    world = build_world(stage, now=now())
    seal_events(at=now())
    for _n in range(5):
        act(at=now(), object_id=world.ani.pk)
        act(at=now())
        seal_events(at=now())
    return world


def asked(world: World, name: str, route: str, of: str = "ani"):
    client = Client()
    client.force_login(world.city.person(name))
    return client.get(reverse(route, args=[world.appraisals[of].pk]))


def downloaded(world: World) -> bytes:
    """The proof file of Ani's appraisal as the auditor gets it."""
    answer = asked(world, "fajar", "audit_proof")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="bukti-{world.ani.pk}.json"'
    return b"".join(answer.streaming_content)


def verified(folder: Path, content: bytes, *head: str) -> tuple[int, str]:
    """The exit code and words of the script, in an interpreter that sees nothing but the standard library."""
    file = folder / "bukti.json"
    file.write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(SCRIPT), str(file), *head],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        timeout=60,
    )
    return done.returncode, done.stdout + done.stderr


# --- the proof file -----------------------------------------------------------------------------


def test_a_downloaded_proof_is_verified_without_the_system(tmp_path: Path) -> None:
    world = sealed()
    content = downloaded(world)
    proof = json.loads(content)

    code, words = verified(tmp_path, content)
    latest = latest_seal()
    assert (code, words) == (
        0,
        f"VALID: {len(proof['events'])} events, 0 not sealed yet, head {latest.head_text}\n",
    )
    told = AuditEvent.objects.filter(object_id__in=[world.ani.pk, world.cycle.pk]).values_list(
        "pk", flat=True
    )
    assert set(told) <= {each["event"]["id"] for each in proof["events"]}
    assert "results.published" in {each["event"]["act"] for each in proof["events"]}
    assert {each["seal"] for each in proof["events"]} == {1, 2, 3, 4, 5, 6}
    assert [seal["number"] for seal in proof["seals"]] == [1, 2, 3, 4, 5, 6]


def test_every_head_since_the_first_event_can_be_compared(tmp_path: Path) -> None:
    world = sealed()
    content = downloaded(world)
    for seal in AuditSeal.objects.order_by("number"):
        assert verified(tmp_path, content, seal.head_text.upper())[0] == 0
    code, words = verified(tmp_path, content, "ab" * 32)
    assert code == 1
    assert "the head you kept is not in this chain" in words


def test_the_script_has_at_most_fifty_lines_and_uses_the_standard_library() -> None:
    lines = SCRIPT.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 50
    imports = {line.split()[1] for line in lines if line.startswith(("import ", "from "))}
    assert imports <= set(sys.stdlib_module_names)


def first_event(proof: dict) -> dict:
    return proof["events"][0]


def change_detail(proof: dict) -> None:
    changed = next(each for each in proof["events"] if each["detail"] and each["detail"]["after"])
    changed["detail"]["after"] = {"state": "draft"}


TAMPERINGS: dict[str, Callable[[dict], object]] = {
    **{
        f"event {key}": lambda proof, key=key: first_event(proof)["event"].update({key: value_of(key)})
        for key in ("id", "transaction", "actor", "act", "object_type", "object_id", "at", "reason", "digest")
    },
    "detail": change_detail,
    "salt": lambda proof: first_event(proof)["detail"].update(salt="00" * 16),
    "seal of an event": lambda proof: first_event(proof).update(seal=3),
    "seal that does not exist": lambda proof: first_event(proof).update(seal=99),
    "position": lambda proof: first_event(proof).update(position=first_event(proof)["position"] ^ 1),
    "position outside": lambda proof: first_event(proof).update(position=-1),
    "path": lambda proof: first_event(proof)["path"].reverse(),
    "shorter path": lambda proof: first_event(proof)["path"].pop(),
    "longer path": lambda proof: first_event(proof)["path"].append("00" * 32),
    "root": lambda proof: proof["seals"][2].update(root="00" * 32),
    "count": lambda proof: proof["seals"][2].update(count=9),
    "date of a seal": lambda proof: proof["seals"][2].update(sealed_at="2020-01-01T00:00:00+00:00"),
    "removed seal": lambda proof: proof["seals"].pop(3),
    "removed last seal": lambda proof: proof["seals"].pop(),
    "swapped seals": lambda proof: proof["seals"].insert(1, proof["seals"].pop(3)),
    "renumbered seals": lambda proof: [seal.update(number=seal["number"] + 1) for seal in proof["seals"]],
    "head before": lambda proof: proof.update(before="00" * 31 + "01"),
    "head": lambda proof: proof.update(head="00" * 32),
    "no events": lambda proof: proof.pop("events"),
    "no numbers": lambda proof: first_event(proof).update(position="first"),
}


def value_of(key: str) -> object:
    """Another legal value."""
    return (
        10**9 if key in {"id", "transaction"} else "2020-01-01T00:00:00+00:00" if key == "at" else "ab" * 16
    )


def test_every_tampered_file_is_refused(tmp_path: Path) -> None:
    world = sealed()
    whole = json.loads(downloaded(world))
    accepted = []
    for name, tamper in TAMPERINGS.items():
        proof = copy.deepcopy(whole)
        tamper(proof)
        code, words = verified(tmp_path, json.dumps(proof).encode())
        if code != 1 or "NOT VALID" not in words or "Traceback" in words:
            accepted.append((name, words))
    assert accepted == []
    assert verified(tmp_path, json.dumps(whole).encode())[0] == 0
    for broken in (b"", b"[]", b"{}", b"\xff", b'{"seals": 1}'):
        code, words = verified(tmp_path, broken)
        assert (code, "this is no proof file" in words) == (1, True), broken


def test_a_record_rewritten_whole_makes_a_file_that_only_a_kept_head_refuses(tmp_path: Path) -> None:
    world = sealed()
    kept = latest_seal().head_text
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE core_auditevent SET reason = 'Diubah' WHERE id = (SELECT min(id) FROM core_auditevent)"
        )
        cursor.execute("DELETE FROM core_auditdetail WHERE event_id = (SELECT min(id) FROM core_auditevent)")
        cursor.execute("SET LOCAL session_replication_role = origin")
    rewrite_chain()
    content = downloaded(world)
    assert verified(tmp_path, content)[0] == 0
    assert verified(tmp_path, content, kept)[0] == 1


def test_an_erased_detail_and_an_unsealed_act_are_told_apart(tmp_path: Path) -> None:
    world = sealed()
    act(at=now(), object_id=world.ani.pk)
    erased = AuditEvent.objects.filter(object_id=world.ani.pk).earliest("pk")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL kinerja.retention = 'on'")
        cursor.execute("DELETE FROM core_auditdetail WHERE event_id = %s", [erased.pk])
    content = downloaded(world)
    proof = json.loads(content)
    assert [each["event"]["id"] for each in proof["events"] if each["detail"] is None] == [erased.pk]
    code, words = verified(tmp_path, content)
    assert code == 0
    assert "1 not sealed yet" in words


def test_before_any_seal_the_file_proves_nothing_and_says_so(tmp_path: Path) -> None:
    world = build_world(Stage.EXECUTION, now=now())
    code, words = verified(tmp_path, downloaded(world))
    assert code == 0
    assert words.startswith("VALID: 0 events, ")
    assert "0 not sealed yet" not in words


def test_a_look_at_the_proof_is_logged() -> None:
    world = sealed()
    downloaded(world)
    entry = AccessLogEntry.objects.get()
    assert (entry.actor, entry.object_id, entry.purpose) == (world.city.fajar, world.ani.pk, "audit")


@pytest.mark.parametrize("more", [0, 6])
def test_a_file_takes_as_many_queries_for_few_events_as_for_many(
    more: int, django_assert_num_queries
) -> None:
    world = build_world(Stage.EXECUTION, now=now())
    for _n in range(more):
        act(at=now(), object_id=world.ani.pk)
    seal_events(at=now())
    client = Client()
    client.force_login(world.city.fajar)
    url = reverse("audit_proof", args=[world.ani.pk])
    list(client.get(url).streaming_content)
    with django_assert_num_queries(10):
        list(client.get(url).streaming_content)


# --- pages --------------------------------------------------------------------------------------


def test_record_and_document_name_the_seal_with_its_head() -> None:
    world = sealed()
    act(at=now())
    seal_events(at=now())
    own, latest = AuditSeal.objects.get(number=6), latest_seal()
    assert latest.number == 7

    page = " ".join(asked(world, "fajar", "audit_record").content.decode().split())
    for words in (
        own.head_text,
        latest.head_text,
        "Seal 6,",
        "Seal 7,",
        reverse("audit_proof", args=[world.ani.pk]),
    ):
        assert words in page
    document = " ".join(asked(world, "ani", "result_document").content.decode().split())
    assert "is sealed in seal 6 of" in document
    assert own.head_text in document
    client = Client()
    client.force_login(world.city.fajar)
    assert latest.head_text in client.get(reverse("audit")).content.decode()


def test_before_the_first_seal_the_pages_say_so() -> None:
    world = build_world(Stage.RECEIVED, now=now())
    page = asked(world, "fajar", "audit_record").content.decode()
    assert "Nothing is sealed yet." in page
    assert "Not sealed yet" in page
    assert "is sealed in seal" not in asked(world, "ani", "result_document").content.decode()


# --- the tick and the daily head ----------------------------------------------------------------


def heads() -> list[Notification]:
    return list(Notification.objects.filter(kind="audit.head").order_by("created_at", "recipient__login"))


def test_the_tick_seals_what_has_happened() -> None:
    build_world(Stage.RECEIVED, now=now())
    clock.tick(at=now())
    seal = latest_seal()
    assert bytes(seal.root) == root_of(leaves_of(seal.number))
    assert SealedEvent.objects.count() == AuditEvent.objects.count()
    assert check_record(at=now()).is_whole


def test_every_auditor_of_the_city_is_told_the_head_once_a_day() -> None:
    world = build_world(Stage.EXECUTION, now=now())
    second = EmployeeFactory(login="zahra")
    RoleGrantFactory(
        employee=second, role=Role.AUDITOR, agency=world.city.root, period=since(dt.date(2020, 1, 1))
    )
    for login, agency, period in (
        ("narrow", world.city.dinas, since(dt.date(2020, 1, 1))),
        ("former", world.city.root, (dt.date(2020, 1, 1), dt.date(2021, 1, 1))),
    ):
        RoleGrantFactory(
            employee=EmployeeFactory(login=login), role=Role.AUDITOR, agency=agency, period=period
        )
    morning = day_start(today(now())) + dt.timedelta(hours=7)

    seal_record(at=morning)
    seal = latest_seal()
    act(at=morning)
    seal_record(at=morning + dt.timedelta(hours=16, minutes=59))
    tell_head(at=morning + dt.timedelta(hours=16, minutes=59))

    told = heads()
    assert [message.recipient.login for message in told] == ["fajar", "zahra"]
    assert {message.occurrence for message in told} == {today(morning).isoformat()}
    assert {message.params["head"] for message in told} == {seal.head_text}
    with translation.override("en"):
        assert told[0].title.endswith(": seal 1")
        assert seal.head_text in told[0].body
    assert kind_of("audit.head").compulsory
    assert told[0].path == reverse("audit")

    seal_record(at=morning + dt.timedelta(hours=17))  # after midnight in Bandung
    assert len(heads()) == 4
    assert heads()[-1].params["number"] == "2"


def test_without_a_seal_no_head_is_told() -> None:
    build_world(Stage.PREPARED, now=now())
    tell_head(at=now())
    assert heads() == []


def test_the_record_of_private_words_holds_no_draft() -> None:
    world = sealed(Stage.SELF_DRAFT)
    assert CANARIES["self"] not in downloaded(world).decode()
    assert CANARIES["private_note"] not in downloaded(world).decode()
