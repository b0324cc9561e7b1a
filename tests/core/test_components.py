"""Every component draws what it promises."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.messages import constants as levels
from django.contrib.messages.storage.base import Message
from django.template import TemplateSyntaxError
from django.test import Client, RequestFactory
from django.utils import translation

from core import icons
from core.clock import CITY_TIME, day_end
from core.components import (
    DONE,
    NOT_YET,
    AxisLabel,
    Badge,
    Cell,
    Fact,
    Matrix,
    Node,
    PhaseStep,
    Progress,
    Task,
    Todo,
)
from core.navigation import NavItem
from core.paging import Page
from tests.core.markup import rendered

AT = dt.datetime(2026, 12, 15, 9, tzinfo=CITY_TIME)
CLOSES = day_end(dt.date(2026, 12, 24))


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


# --- words and states -----------------------------------------------------------------------------


def test_the_sprite_holds_exactly_the_known_icons() -> None:
    sprite = (Path(settings.BASE_DIR) / "static" / "icons.svg").read_text()
    assert set(re.findall(r'id="i-(\w+)"', sprite)) == icons.NAMES


def test_an_icon_is_hidden_from_screen_readers_and_an_unknown_one_is_an_error() -> None:
    html = rendered("{% icon 'check' %}")
    assert html == '<svg class="icon" aria-hidden="true"><use href="/static/icons.svg#i-check"/></svg>'
    with pytest.raises(KeyError):
        rendered("{% icon 'unicorn' %}")


def test_a_badge_is_an_icon_and_a_word() -> None:
    assert rendered("{% badge one %}", one=Badge("Sent", "send", "info")).startswith(
        '<span class="badge is-info"><svg'
    )
    assert rendered("{% badge one %}", one=Badge("Sent", "send", "info")).endswith("</svg>Sent</span>")
    assert '<span class="badge"><svg' in rendered("{% badge word icon='ring' %}", word="<b>")
    assert "&lt;b&gt;" in rendered("{% badge word icon='ring' %}", word="<b>")


@pytest.mark.parametrize(
    ("tone", "classes", "symbol"),
    [
        ("info", "alert", "i-info"),
        ("success", "alert alert-success", "i-check"),
        ("warning", "alert alert-warning", "i-warn"),
        ("danger", "alert alert-danger", "i-stop"),
    ],
)
def test_an_alert_has_a_tone_an_icon_and_a_title(tone: str, classes: str, symbol: str) -> None:
    html = rendered("{% alert tone=tone title='All the same' %}<p>Look again?</p>{% endalert %}", tone=tone)
    assert f'<div class="{classes}" role="note">' in html
    assert symbol in html
    assert '<p class="h3 mb-1">All the same</p><p>Look again?</p>' in html


def test_all_messages_are_one_alert_in_the_tone_of_the_gravest() -> None:
    said = [Message(levels.SUCCESS, "Saved."), Message(levels.ERROR, "Not <sent>.")]
    html = rendered("{% page_messages %}", messages=said)
    assert html.count('class="alert') == 1
    assert '<div class="alert alert-danger" role="alert">' in html
    assert "<li>Saved.</li><li>Not &lt;sent&gt;.</li>" in html


def test_one_message_is_a_paragraph_and_none_is_nothing() -> None:
    html = rendered("{% page_messages %}", messages=[Message(levels.SUCCESS, "Saved.")])
    assert '<div class="alert alert-success" role="status">' in html
    assert "<p>Saved.</p>" in html
    assert rendered("{% page_messages %}", messages=[]) == ""
    assert rendered("{% page_messages %}") == ""


def test_a_section_is_named_by_its_title() -> None:
    html = rendered("{% section title='Your result' note='Since May.' %}<p>Text</p>{% endsection %}")
    assert '<section class="section" aria-labelledby="your-result">' in html
    assert '<h2 id="your-result">Your result</h2><p>Since May.</p>' in html
    assert "<div><p>Text</p></div>" in html
    first = rendered("{% section title='A' id='b' first=True wide=True %}x{% endsection %}")
    assert '<section class="section wide pt-0 border-0" aria-labelledby="b">' in first


def test_who_reads_this_and_the_status_line() -> None:
    assert '<p class="who"><svg' in rendered("{% who %}Seen by <b>you</b>.{% endwho %}")
    assert "<span>Seen by<b>you</b>.</span>" in rendered("{% who %}Seen by <b>you</b>.{% endwho %}")
    assert '<span class="status saved">' in rendered("{% status %}Saved.{% endstatus %}")
    assert '<span class="status failed">' in rendered("{% status kind='failed' %}No.{% endstatus %}")
    assert '<span class="status">' in rendered("{% status kind='saving' %}Saving{% endstatus %}")


def test_an_empty_state_says_when_something_comes() -> None:
    html = rendered("{% empty_state title='No result yet' %}<p>On 21 January.</p>{% endempty_state %}")
    assert '<p class="h3 mb-0">No result yet</p><p>On 21 January.</p>' in html


def test_a_receipt_shows_its_number() -> None:
    html = rendered("{% receipt title='Sent' number='PD-1' %}<p>Next</p>{% endreceipt %}")
    assert '<p class="no">PD-1</p><p>Next</p>' in html


def test_a_button_that_cannot_be_used_yet_says_why() -> None:
    html = rendered("{% unavailable 'Send all' 'Six are left.' id='why' %}")
    assert 'type="button" aria-disabled="true" aria-describedby="why">Send all</button>' in html
    assert '<span class="soft" id="why">Six are left.</span>' in html


def test_a_note_opens_on_demand() -> None:
    assert rendered("{% note summary='Why?' %}<p>So.</p>{% endnote %}") == (
        '<details class="note"><summary>Why?</summary><p>So.</p></details>'
    )
    assert '<details class="note" open>' in rendered("{% note summary='Why?' open=True %}x{% endnote %}")


# --- time and work --------------------------------------------------------------------------------


def test_a_deadline_is_counted_from_the_moment_of_the_request() -> None:
    assert rendered("{% due closes %}", closes=CLOSES, arrived_at=AT) == (
        '<div class="due"><b>9 days left</b>Thursday, 24 December 2026, 23:59 WIB</div>'
    )
    assert rendered("{% days_left closes %}", closes=CLOSES, arrived_at=CLOSES) == "Closed yesterday"


def test_the_year_marks_what_is_done_and_where_we_are() -> None:
    steps = (PhaseStep("Plan", "January", "done"), PhaseStep("Do", "now", "now"), PhaseStep("Rate", "later"))
    html = rendered("{% phases steps %}", steps=steps)
    assert '<li class="done"><b>Plan</b>January<span class="visually-hidden">(finished)</span></li>' in html
    assert html.count('aria-current="step"') == 1
    assert '<li class="now" aria-current="step"><b>Do</b>now</li>' in html
    assert "<li><b>Rate</b>later</li>" in html


def test_tasks_link_what_can_be_opened() -> None:
    tasks = (
        Task("Check your data", DONE, "Position and unit.", "/data/", current=True),
        Task("Send", NOT_YET, "Opens later."),
    )
    html = rendered("{% task_list tasks %}", tasks=tasks)
    assert '<li class="now"><div><a href="/data/">Check your data</a><p>Position and unit.</p></div>' in html
    assert '<li><div><span class="off">Send</span><p>Opens later.</p></div>' in html
    assert "Cannot be started yet" in html


def test_the_first_thing_to_do_is_raised_and_carries_the_button() -> None:
    todos = (
        Todo("Go on", "/a/", "Half is done.", CLOSES, "Continue", Progress(3, 6, "Parts done")),
        Todo("Read", "/b/"),
    )
    html = rendered("{% todo_list todos %}", todos=todos, arrived_at=AT)
    assert html.count('class="next"') == 1
    assert "<h3>Go on</h3><p>Half is done.</p>" in html
    assert '<a class="btn btn-primary" href="/a/">Continue</a>' in html
    assert '<h3><a href="/b/">Read</a></h3>' in html
    assert '<progress class="meter" max="6" value="3" aria-label="Parts done">3 of 6</progress>' in html
    assert html.count('class="due"') == 1


# --- results --------------------------------------------------------------------------------------


def matrix(here: tuple[int, int] | None, *, counted: bool = False) -> Matrix:
    return Matrix(
        caption="Where both meet",
        row_title="Results",
        column_title="Behaviour",
        columns=(AxisLabel("Below", "expectation"), AxisLabel("Meets", "expectation")),
        rows=(
            (AxisLabel("Above"), (Cell("Poor"), Cell("Good"))),
            (
                AxisLabel("Meets"),
                (Cell("Poor", 0), Cell("Good", 1234, "/list/", 3)) if counted else (Cell("P"), Cell("G")),
            ),
        ),
        here=here,
        here_text="You are here",
    )


def test_the_matrix_marks_one_cell_and_tints_its_row_and_column() -> None:
    html = rendered("{% matrix table %}", table=matrix((0, 1)))
    assert html.count('class="on"') == 1
    assert '<td class="on" aria-current="true">Good<small>You are here</small></td>' in html
    assert html.count('class="hit"') == 4
    assert '<span class="long">expectation</span>' in html


def test_the_matrix_counts_people_and_leads_to_them() -> None:
    html = rendered("{% matrix table %}", table=matrix(None, counted=True))
    assert '<td class="m3"><a href="/list/"><b>1,234</b>Good</a></td>' in html
    assert "<b>0</b>Poor</td>" in html
    assert "aria-current" not in html
    assert 'class="hit"' not in html


def test_the_tree_nests_and_keeps_its_rules() -> None:
    nodes = (
        Node(
            "Result",
            "Good",
            "Two parts.",
            "Rule 1.",
            (Node("Part", "98.4 %", "Target 95."), Node("Other")),
            open=True,
        ),
        Node("Not counted", "none"),
    )
    html = rendered("{% tree nodes %}", nodes=nodes)
    assert html.count("<details") == 1
    assert "<details open>" in html
    assert '<p class="rule">Rule 1.</p><ul><li><div class="leaf"><span class="k">Part</span>' in html
    assert '<span class="v">98.4 %</span><span class="why">Target 95.</span>' in html
    assert html.count('class="leaf"') == 3


def test_facts_are_pairs() -> None:
    html = rendered("{% facts items %}", items=(Fact("Plan", "SKP", "/plan/", DONE), Fact("By", "<Budi>")))
    assert '<dt>Plan</dt><dd><a href="/plan/">SKP</a><span class="badge is-plain">' in html
    assert "<dt>By</dt><dd>&lt;Budi&gt;</dd>" in html
    assert (
        rendered("{% fact 'Time' %}<b>now</b>{% endfact %}") == "<div><dt>Time</dt><dd><b>now</b></dd></div>"
    )


# --- ways -----------------------------------------------------------------------------------------


def test_a_breadcrumb_ends_with_the_page_itself() -> None:
    html = rendered("{% breadcrumb '/' 'Home' '/help/' 'Help' 'Guide' %}")
    assert '<a href="/">Home</a>' in html
    assert '<a href="/help/">Help</a>' in html
    assert 'aria-current="page">Guide</li>' in html
    with pytest.raises(TemplateSyntaxError):
        rendered("{% breadcrumb '/' 'Home' %}")


def test_tabs_are_links_and_one_is_current() -> None:
    items = (NavItem("All", "?"), NavItem("Unread", "?show=unread", current=True))
    html = rendered("{% tabs items 'Which' %}", items=items)
    assert '<ul class="tabs" aria-label="Which">' in html
    assert '<a href="?">All</a>' in html
    assert '<a href="?show=unread" aria-current="page">Unread</a>' in html


def test_pages_keep_their_filters_and_know_their_ends() -> None:
    request = RequestFactory().get("/list/", {"q": "Ani & Budi", "after": "old"})
    middle = rendered("{% pagination page %}", page=Page((), "new", first=False), request=request)
    assert 'href="?q=Ani+%26+Budi"' in middle
    assert 'href="?q=Ani+%26+Budi&amp;after=new" rel="next"' in middle
    last = rendered("{% pagination page %}", page=Page((), "", first=False), request=request)
    assert "rel=" not in last
    assert rendered("{% pagination page %}", page=Page((), "", first=True), request=request) == ""


def test_a_script_is_a_module() -> None:
    assert rendered("{% script 'once' %}") == '<script type="module" src="/static/js/once.js"></script>'


def test_the_autosave_line_holds_every_text_its_script_says() -> None:
    html = rendered("{% autosave_status saved_at=at %}", at=AT)
    script = (Path(settings.BASE_DIR) / "static" / "js" / "autosave.js").read_text()
    said = set(re.findall(r'say\("(\w+)"', script)) | {"offline", "offline_here", "busy"}
    assert set(re.findall(r'data-state="(\w+)"', html)) == said
    assert "Saved at 09:00 WIB." in html
    assert "Nothing written yet." in rendered("{% autosave_status %}")
    line = rendered("{% autosave_status written=True %}").split("</p>")[0]
    assert "Everything you wrote so far is saved." in line


# --- pages ----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_components_page_shows_everything(client: Client) -> None:
    page = client.get("/komponen/")
    assert page.status_code == 200
    text = page.content.decode()
    for mark in (
        "verdict",
        "badge",
        "alert",
        "who",
        "status",
        "todo",
        "tasks",
        "phases",
        "error-summary",
        "rating",
        "filter",
        "matrix",
        "tree",
        "facts",
        "bars",
        "empty",
        "receipt",
        "interrupt",
        "pagination",
    ):
        assert f'class="{mark}' in text, mark
    assert text.count("<h1") == 1
    assert "<title>" in text


@pytest.mark.django_db
def test_the_base_page_speaks_the_language_and_wears_the_theme(client: Client) -> None:
    client.cookies["language"] = "en"
    client.cookies["theme"] = "dark"
    text = client.get("/bantuan/").content.decode()
    assert '<html lang="en" data-bs-theme="dark">' in text
    assert '<a class="skip" href="#main">Skip to the content</a>' in text
    assert text.count("<h1") == 1


def test_a_page_that_interrupts_has_one_heading_and_no_page_head() -> None:
    source = """{% extends 'base_interrupt.html' %}
    {% block title %}Send?{% endblock %}{% block heading %}Send all?{% endblock %}
    {% block lead %}<p class="lead">It cannot be undone.</p>{% endblock %}
    {% block main %}<div class="actions">x</div>{% endblock %}{% block footer %}{% endblock %}"""
    html = rendered(source, theme="auto", user=None)
    assert html.count("<h1") == 1
    assert '<div class="interrupt"><div class="wrap"><h1>Send all?</h1><p class="lead">' in html
    assert "page-head" not in html


def test_the_gate_has_one_heading_and_its_promise() -> None:
    source = """{% extends 'base_gate.html' %}{% block title %}Sign in{% endblock %}
    {% block heading %}Sign in{% endblock %}{% block main %}form{% endblock %}{% block footer %}{% endblock %}"""
    html = rendered(source, theme="auto", user=None)
    assert html.count("<h1") == 1
    assert '<div class="gate">' in html
    assert "No step is hidden from you." in html


def test_the_menu_is_drawn_twice_from_the_same_items() -> None:
    nav = (NavItem("Home", "/", current=True), NavItem("Inbox", "/inbox/", count=2, icon="inbox"))
    html = rendered("{% include '_header.html' %}", nav=nav, csrf_token="t")
    assert html.count('<a href="/" aria-current="page">Home</a>') == 2
    assert html.count('<span class="count">2<span class="visually-hidden">unread</span></span>') == 2
    assert '<details class="menu">' in html
    assert "topnav" not in rendered("{% include '_header.html' %}")


def test_the_demo_says_that_its_people_are_invented() -> None:
    values = {"theme": "auto", "user": None}
    assert "All people here are invented." in rendered(
        "{% extends 'core/errors/not_found.html' %}", demo=True, request_id="", **values
    )
    assert "invented" not in rendered(
        "{% extends 'core/errors/not_found.html' %}", demo=False, request_id="", **values
    )
