"""What a person reads when something went wrong, and that nothing typed is lost."""

from __future__ import annotations

import io
import re
from html import unescape

import pytest
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path

from accounts.models import Employee
from config import urls as product
from core import handlers
from core.access import access
from tests.core.outage import database_down
from tests.factories.people import EmployeeFactory

CANARY = "kenari-rahasia"


@access(public=True, reason="Breaks.")
def breaks(request: HttpRequest) -> HttpResponse:
    """Fails as `?with=` says."""
    raise {"runtime": RuntimeError, "operational": OperationalError, "interface": InterfaceError}[
        request.GET["with"]
    ](CANARY)


@access(public=True, reason="Breaks.")
def too_big(request: HttpRequest) -> HttpResponse:
    """Refuses the size of what was sent."""
    raise RequestDataTooBig(CANARY)


@access(public=True, roles=(), reason="Breaks.")
def denied(request: HttpRequest) -> HttpResponse:
    """Is somebody else's."""
    return handlers.permission_denied(request, PermissionError(CANARY))


urlpatterns = [
    path("rusak/", breaks, name="breaks"),
    path("besar/", too_big, name="too_big"),
    path("dilarang/", denied, name="denied"),
    *product.urlpatterns,
]
handler400, handler403 = product.handler400, product.handler403
handler404, handler500 = product.handler404, product.handler500


@pytest.fixture
def visitor(settings, client: Client) -> Client:
    settings.ROOT_URLCONF = __name__
    client.cookies["language"] = "en"
    client.raise_request_exception = False
    return client


def hidden_fields(html: str) -> list[tuple[str, str]]:
    found = re.findall(r'<input\s+type="hidden"\s+name="([^"]*)"\s+value="([^"]*)"', html)
    return [(unescape(name), unescape(value)) for name, value in found if name != "csrfmiddlewaretoken"]


@pytest.mark.parametrize(
    ("address", "status", "sentence"),
    [
        ("/tidak-ada/", 404, "Check the address"),
        ("/dilarang/", 403, "ask the performance manager of your agency to check your role"),
        ("/besar/", 400, "What was sent is too large."),
        ("/rusak/?with=runtime", 500, "Go back and try once more"),
        ("/rusak/?with=operational", 503, "Wait a few seconds, then try again."),
        ("/rusak/?with=interface", 503, "Wait a few seconds, then try again."),
    ],
)
def test_an_error_page_says_what_to_do_its_number_and_a_way_back(
    visitor: Client, address: str, status: int, sentence: str
) -> None:
    answer = visitor.get(address)
    text = answer.content.decode()
    assert answer.status_code == status
    assert sentence in text
    assert f"Number of this event: {answer.headers['X-Request-ID']}." in text
    assert 'href="/"' in text
    assert text.count("<h1") == 1
    assert CANARY not in text
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize(
    ("address", "status", "error"),
    [
        ("/tidak-ada/", 404, "not_found"),
        ("/dilarang/", 403, "forbidden"),
        ("/rusak/?with=runtime", 500, "error"),
        ("/rusak/?with=operational", 503, "unavailable"),
    ],
)
def test_a_script_gets_data(visitor: Client, address: str, status: int, error: str) -> None:
    answer = visitor.post(address, {"text": CANARY}, headers={"X-Requested-With": "fetch"})
    assert (answer.status_code, answer.json()) == (status, {"error": error})


def test_a_busy_service_says_when_to_come_back(visitor: Client) -> None:
    assert visitor.get("/rusak/?with=operational").headers["Retry-After"] == "5"


def test_a_posted_text_can_be_sent_again_from_the_error_page(visitor: Client) -> None:
    text = 'Baris "satu"\n<b>dua</b> \U0001f642'
    answer = visitor.post(
        "/rusak/?with=operational", {"text": text, "level": ["3", "4"], "csrfmiddlewaretoken": "old"}
    )
    html = answer.content.decode()
    assert answer.status_code == 503
    assert "nothing you wrote is lost" in html
    assert 'action="/rusak/?with=operational"' in html
    assert hidden_fields(html) == [("text", text), ("level", "3"), ("level", "4")]
    assert re.search(r'name="csrfmiddlewaretoken"\s+value="\w{64}"', html)


@pytest.mark.parametrize(
    "posted", [{"login": "ani", "password": CANARY}, {"text": "x" * (handlers.LONGEST_REPOST + 1)}]
)
def test_secrets_and_very_long_texts_are_not_repeated(visitor: Client, posted: dict[str, str]) -> None:
    html = visitor.post("/rusak/?with=operational", posted).content.decode()
    assert hidden_fields(html) == []
    assert CANARY not in html
    assert "Go back with the back button of your browser" in html


def test_an_error_page_needs_no_context_processor_and_survives_a_bare_request() -> None:
    request = RequestFactory().get("/x/")
    for handler in (handlers.bad_request, handlers.permission_denied, handlers.page_not_found):
        assert handler(request, None).status_code in {400, 403, 404}
    assert handlers.server_error(request).status_code == 500


@pytest.fixture
def ani(transactional_db: None) -> Employee:
    return EmployeeFactory(name="Ani Lestari")


def test_a_signed_in_person_gets_the_page_while_the_database_is_down(ani: Employee, visitor: Client) -> None:
    visitor.force_login(ani)
    with database_down():
        answer = visitor.post("/kotak-masuk/dibaca-semua/", {"text": CANARY})
    html = answer.content.decode()
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert hidden_fields(html) == [("text", CANARY)]
    assert "Ani Lestari" not in html


@pytest.mark.parametrize("address", ["/bantuan/", "/healthz", "/komponen/"])
@pytest.mark.usefixtures("ani")
def test_pages_without_a_person_work_without_a_database(visitor: Client, address: str) -> None:
    with database_down():
        assert visitor.get(address).status_code == 200


def test_a_fetch_is_told_that_the_service_is_away(ani: Employee, visitor: Client) -> None:
    visitor.force_login(ani)
    with database_down():
        answer = visitor.post("/kotak-masuk/dibaca-semua/", headers={"X-Requested-With": "fetch"})
    assert (answer.status_code, answer.json()) == (503, {"error": "unavailable"})


def test_files_cannot_be_kept_and_the_page_says_so(visitor: Client) -> None:
    sent = {"file": io.BytesIO(b"x"), "text": "y"}
    html = visitor.post("/rusak/?with=interface", sent).content.decode()
    assert hidden_fields(html) == [("text", "y")]
    assert "Files cannot be kept here." in html
