"""What stands around every view: arrival, request id, headers, language, and the door."""

import datetime as dt
import json
import logging

import pytest
from django.conf import settings
from django.core.cache import cache
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from core.middleware import ArrivalMiddleware
from tests.factories.people import EmployeeFactory, RoleGrantFactory

pytestmark = pytest.mark.urls("tests.core.pages")

UTC = dt.UTC


# --- arrival ------------------------------------------------------------------------------------


def arrived(header: str | None) -> tuple[dt.datetime, dt.datetime, dt.datetime]:
    """The arrival that is noted, between two looks at the clock."""
    seen = []

    def view(request) -> HttpResponse:
        seen.append(request.arrived_at)
        return HttpResponse()

    request = RequestFactory().get("/", headers={} if header is None else {"X-Request-Start": header})
    before = timezone.now()
    ArrivalMiddleware(view)(request)
    return before, seen[0], timezone.now()


def stated(seconds_ago: float) -> dt.datetime:
    return (timezone.now() - dt.timedelta(seconds=seconds_ago)).replace(microsecond=123000)


def stamp(at: dt.datetime) -> str:
    """Microseconds since 1970, exactly."""
    return str((at - dt.datetime(1970, 1, 1, tzinfo=UTC)) // dt.timedelta(microseconds=1))


@pytest.mark.parametrize(
    "write",
    [
        lambda micros: f"t={micros[:10]}.{micros[10:]}",
        lambda micros: f"{micros[:10]}.{micros[10:13]}",
        lambda micros: f"t={micros[:13]}",
        lambda micros: micros[:13],
        lambda micros: micros,
        lambda micros: f"  t={micros}  ",
    ],
)
def test_a_trusted_proxy_states_the_arrival(settings, write) -> None:
    settings.TRUSTED_PROXY_COUNT = 1
    at = stated(30)

    _before, noted, _after = arrived(write(stamp(at)))

    assert noted == at


def test_without_a_trusted_proxy_the_header_is_not_read(settings) -> None:
    settings.TRUSTED_PROXY_COUNT = 0

    before, noted, after = arrived(f"t={stamp(stated(30))}")

    assert before <= noted <= after


@pytest.mark.parametrize(
    ("seconds_ago", "believed"),
    [(0.5, True), (55, True), (61.5, False), (3600, False), (-5, False), (-3600, False)],
)
def test_an_arrival_is_never_older_than_a_minute_and_never_in_the_future(
    settings, seconds_ago, believed
) -> None:
    settings.TRUSTED_PROXY_COUNT = 1
    at = timezone.now() - dt.timedelta(seconds=seconds_ago)

    before, noted, after = arrived(stamp(at))

    assert noted == at if believed else before <= noted <= after


@pytest.mark.parametrize(
    "header",
    [
        "",
        "t=",
        "yesterday",
        "-1",
        "t=1e9",
        "99999999999999999999",
        "9999999999999999",
        "t=12345",
        "0x1F",
        "१७६३९५०००१",
    ],
)
def test_nonsense_is_not_believed(settings, header: str) -> None:
    settings.TRUSTED_PROXY_COUNT = 1

    before, noted, after = arrived(header)

    assert before <= noted <= after


# --- the name of a request, and its line in the log ---------------------------------------------


@pytest.mark.django_db
def test_every_answer_names_its_request_and_no_two_are_alike(client) -> None:
    names = {client.get("/public/").headers["X-Request-ID"] for _ in range(5)}

    assert len(names) == 5
    assert all(len(name) == 12 and int(name, 16) >= 0 for name in names)


@pytest.mark.django_db
def test_the_request_id_of_a_stranger_is_not_taken_over(client) -> None:
    assert client.get("/public/", headers={"X-Request-ID": "forged"}).headers["X-Request-ID"] != "forged"


@pytest.mark.django_db
def test_a_line_tells_route_and_status_but_no_query(client, caplog) -> None:
    employee = EmployeeFactory()
    client.force_login(employee)
    with caplog.at_level(logging.INFO, logger="core.request"):
        answer = client.get("/personal/?q=kenari-rahasia")

    (record,) = [record for record in caplog.records if record.name == "core.request"]
    facts = record.facts
    assert facts.pop("ms") >= 0
    assert facts == {"method": "GET", "route": "personal/", "status": 200, "user": str(employee.pk)}
    assert "kenari-rahasia" not in json.dumps(record.__dict__, default=str)
    assert answer.status_code == 200


@pytest.mark.django_db
def test_a_line_of_an_unknown_address_has_no_route(client, caplog) -> None:
    with caplog.at_level(logging.INFO, logger="core.request"):
        client.get("/kenari-rahasia/")

    (record,) = [record for record in caplog.records if record.name == "core.request"]
    assert (record.facts["route"], record.facts["status"], record.facts["user"]) == ("-", 404, "-")


# --- headers ------------------------------------------------------------------------------------

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/public/", "/personal/", "/nowhere/", "/broken/"])
def test_every_answer_has_a_strict_policy_and_is_never_cached(client, path: str) -> None:
    client.raise_request_exception = False

    headers = client.get(path).headers

    assert headers["Content-Security-Policy"] == POLICY
    assert set(headers["Cache-Control"].split(", ")) == {
        "max-age=0",
        "no-cache",
        "no-store",
        "must-revalidate",
        "private",
    }
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_the_policy_allows_nothing_inline_and_no_other_origin() -> None:
    assert "unsafe" not in POLICY
    assert "http" not in POLICY
    assert settings.SECURE_CSP["default-src"] == ["'none'"]


@pytest.mark.django_db
def test_a_view_may_set_its_own_headers(client) -> None:
    headers = client.get("/special/").headers

    assert headers["Cache-Control"] == "max-age=60"
    assert headers["Content-Security-Policy"] == "default-src 'none'"


# --- language -----------------------------------------------------------------------------------


def language_of(client, **kwargs) -> str:
    answer = client.get("/public/", **kwargs)
    language = answer.content.decode().split()[0]
    assert answer.headers["Content-Language"] == language
    return language


@pytest.mark.django_db
def test_a_stranger_reads_indonesian_whatever_the_browser_says(client) -> None:
    assert language_of(client) == "id"
    assert language_of(client, headers={"Accept-Language": "en-GB,en;q=0.9"}) == "id"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cookie", "language"), [("en", "en"), ("id", "id"), ("fr", "id"), ("", "id"), ("en-us", "id")]
)
def test_a_cookie_chooses_among_the_two_languages(client, cookie: str, language: str) -> None:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = cookie
    assert language_of(client) == language


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("profile", "cookie", "language"),
    [("en", "id", "en"), ("id", "en", "id"), ("", "en", "en"), ("", "", "id"), ("fr", "en", "en")],
)
def test_the_profile_comes_before_the_cookie(client, profile: str, cookie: str, language: str) -> None:
    client.force_login(EmployeeFactory(language=profile))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = cookie
    assert language_of(client) == language


@pytest.mark.django_db
def test_a_page_without_a_session_does_not_touch_the_database(client, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert client.get("/public/").status_code == 200


# --- the door -----------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/personal/", "/audited/", "/forgotten/"])
def test_a_stranger_is_sent_to_sign_in_and_back(client, path: str) -> None:
    answer = client.get(path + "?page=2")

    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/masuk/?next={path}%3Fpage%3D2"


@pytest.mark.django_db
@pytest.mark.parametrize("headers", [{"X-Requested-With": "fetch"}, {"HX-Request": "true"}])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_script_without_a_session_gets_401_and_keeps_its_text(client, method: str, headers: dict) -> None:
    answer = getattr(client, method)("/personal/", headers=headers)

    assert answer.status_code == 401
    assert answer.json() == {"error": "signed_out"}


@pytest.mark.django_db
def test_a_signed_in_person_enters_without_a_role_and_not_where_one_is_asked(client) -> None:
    ani = EmployeeFactory()
    client.force_login(ani)

    assert client.get("/personal/").content.decode() == str(ani.pk)
    assert client.get("/audited/").status_code == 403


@pytest.mark.django_db
def test_a_role_held_today_opens_its_pages(client) -> None:
    fajar = EmployeeFactory()
    RoleGrantFactory(employee=fajar, role="auditor", period=(None, None))
    client.force_login(fajar)

    assert client.get("/audited/").content == b"audited"


@pytest.mark.django_db
def test_a_person_who_may_no_longer_sign_in_is_a_stranger_at_once(client) -> None:
    ani = EmployeeFactory()
    client.force_login(ani)
    assert client.get("/personal/").status_code == 200

    ani.is_active = False
    ani.save(update_fields=["is_active"])

    assert client.get("/personal/").status_code == 302


@pytest.mark.django_db
def test_a_session_that_was_idle_too_long_has_ended(client) -> None:
    client.force_login(EmployeeFactory())
    assert client.get("/personal/").status_code == 200
    key = f"idle:{client.session.session_key}"
    last = cache.get(key)
    limit = settings.SESSION_IDLE_SECONDS

    cache.set(key, last - limit + 30, 3600)
    assert client.get("/personal/").status_code == 200

    cache.set(key, last - limit - 30, 3600)
    assert client.get("/personal/").status_code == 302
    assert client.get("/personal/").status_code == 302  # the session itself is gone


@pytest.mark.django_db
def test_using_a_page_keeps_the_session_awake_without_writing_to_it(
    client, django_assert_num_queries
) -> None:
    client.force_login(EmployeeFactory())
    client.get("/personal/")
    key = f"idle:{client.session.session_key}"
    cache.set(key, cache.get(key) - 1000, 3600)
    before = cache.get(key)

    with django_assert_num_queries(1):  # the person; the session comes from the cache
        client.get("/personal/")

    assert cache.get(key) >= before + 1000


@pytest.mark.django_db
def test_public_pages_ask_nothing(client) -> None:
    assert client.get("/public/").status_code == 200
    assert client.post("/public/", headers={"X-Requested-With": "fetch"}).status_code == 200
