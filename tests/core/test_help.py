"""Help and the page that says what to pass on."""

from __future__ import annotations

import pytest
from django.test import Client

from core.help import guides
from tests.core.markup import squeezed


@pytest.fixture
def reader(client: Client) -> Client:
    client.cookies["language"] = "en"
    return client


def test_the_help_page_lists_every_guide_without_a_session(reader: Client) -> None:
    text = reader.get("/bantuan/").content.decode()
    for guide in guides():
        assert f'href="/bantuan/{guide.slug}/"' in text


@pytest.mark.parametrize("slug", [guide.slug for guide in guides()])
def test_every_guide_has_its_page(reader: Client, slug: str) -> None:
    answer = reader.get(f"/bantuan/{slug}/")
    assert answer.status_code == 200
    assert '<article class="prose" lang="id">' in answer.content.decode()


def test_an_unknown_guide_is_not_found(reader: Client) -> None:
    assert reader.get("/bantuan/rahasia/").status_code == 404


def test_a_report_carries_page_and_number(reader: Client) -> None:
    text = reader.get("/bantuan/laporkan/", {"page": "/penilaian/<b>/", "id": "abc123"}).content.decode()
    assert "/penilaian/&lt;b&gt;/" in text
    assert "abc123" in text


@pytest.mark.parametrize("page", ["https://evil.example/", "//evil.example/", "", "x" * 5000])
def test_a_report_shows_no_address_that_is_not_ours(reader: Client, page: str) -> None:
    text = squeezed(reader.get("/bantuan/laporkan/", {"page": page}).content.decode())
    assert text.count('class="copyable"') == 1


def test_the_footer_leads_to_the_report_of_this_page(reader: Client) -> None:
    answer = reader.get("/bantuan/")
    assert (
        f"/bantuan/laporkan/?page=/bantuan/&amp;id={answer.headers['X-Request-ID']}"
        in answer.content.decode()
    )
