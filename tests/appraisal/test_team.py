"""The lists of those who lead: rows, order, filters, pages, and a constant number of queries."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.enums import ActingKind
from accounts.models import PersonnelNumber, Placement
from appraisal.enums import Phase, Topic
from appraisal.models import Appraisal, DraftAnswer
from core.clock import now
from tests.appraisal import leading as led
from tests.factories.people import ActingFactory, PlacementFactory, since, until
from tests.walk import Stage, build_world

pytestmark = pytest.mark.django_db
ONE = {"level": 3, "reason": "", "incident_on": None}


@pytest.fixture
def world():
    """Ani has sent her self-assessment, whose window is still open."""
    return build_world(Stage.SELF_SENT, now=now())


def rows_of(html: str) -> list[tuple[str, str, str, str]]:
    """Name, badges, notes and button of each row of the tables of people, in order."""

    def text(part: str) -> str:
        return " ".join(re.sub(r"<[^>]+>", " ", part).split())

    found = []
    for table in re.findall(r"<tbody role=\"rowgroup\">(.*?)</tbody>", html, re.DOTALL):
        for row in re.findall(r"<tr role=\"row\"[^>]*>(.*?)</tr>", table, re.DOTALL):
            name = text(re.search(r"<a class=\"fw-bold\"[^>]*>(.*?)</a>", row, re.DOTALL).group(1))
            badge, note, action = re.findall(r"<td role=\"cell\"[^>]*>(.*?)</td>", row, re.DOTALL)
            found.append((name, text(badge), text(note), text(action).removesuffix(f" {name}")))
    return found


def shown(client, route: str = "team", **query) -> list[tuple[str, str, str, str]]:
    answer = client.get(reverse(route), query)
    assert answer.status_code == 200
    return rows_of(answer.content.decode())


def names(rows) -> list[str]:
    return [row[0] for row in rows]


def lead_of(client, route: str = "team") -> str:
    html = client.get(reverse(route)).content.decode()
    return " ".join(
        re.sub(r"<[^>]+>", "", re.search(r"<p class=\"lead\">(.*?)</p>", html, re.DOTALL).group(1)).split()
    )


# --- what stands in a row -----------------------------------------------------------------------


def test_everybody_stands_where_they_are_and_the_late_come_first(world):
    hadi, joko, mira = (led.appraisal_of(world, name) for name in ("hadi", "joko", "mira"))
    led.send_plan(world, hadi)
    led.send_self(world, joko)
    led.send_self(world, mira)
    led.open_now(world.cycle, Phase.SUPERVISOR_REVIEW)
    at = timezone.now()
    led.make_ready(mira, world.city.budi, at)
    led.save(world.ani, world.city.budi, Topic.VALUE, "BP", ONE, at)

    rows = shown(led.signed_in(world.city.budi))

    assert [(name, badge, action) for name, badge, _note, action in rows] == [
        ("Hadi Gunawan", "Overdue", "Read the plan"),
        ("Intan Permata", "Overdue", "View Intan Permata Remind"),
        ("Lukman Hakim", "Overdue", "View Lukman Hakim Remind"),
        ("Ani Suryani", "Draft", "Go on"),
        ("Joko Prasetyo", "To rate", "Rate"),
        ("Mira Rahayu", "Ready to send", "Check"),
    ]
    notes = {name: note for name, _badge, note, _action in rows}
    assert notes["Hadi Gunawan"] == "Plan waits for agreement, 21 days late"
    assert notes["Intan Permata"] == "Plan not sent, 21 days late"
    assert notes["Ani Suryani"] == "1 of 11 parts are rated"
    assert notes["Joko Prasetyo"].startswith("Self-assessment received on ")
    assert notes["Mira Rahayu"] == "Checked for completeness, not sent yet"


def test_before_review_the_line_tells_of_plans_and_a_row_when_rating_opens(world):
    client = led.signed_in(world.city.budi)

    assert lead_of(client).startswith("1 of 6 plans are agreed. Rating opens on ")
    rows = {row[0]: row for row in shown(client)}
    assert rows["Ani Suryani"][1] == "Handed in"
    assert "Rating opens on " in rows["Ani Suryani"][2]
    assert rows["Ani Suryani"][3] == "Read"


def test_the_line_counts_who_is_rated_and_names_the_last_minute(world):
    joko = led.appraisal_of(world, "joko")
    led.send_self(world, joko)
    led.open_now(world.cycle, Phase.SUPERVISOR_REVIEW)
    led.send(joko, world.city.budi, timezone.now())

    said = lead_of(led.signed_in(world.city.budi))

    assert said.startswith("You have rated 1 of 6 people. 4 days left: until ")
    assert said.endswith("WIB.")


def test_after_review_what_was_not_rated_is_passed_on_and_the_superior_finds_it(world):
    led.open_now(world.cycle, Phase.CALIBRATION)
    Appraisal.objects.filter(pk=world.ani.pk).update(passed_on_at=timezone.now())

    mine = {row[0]: row for row in shown(led.signed_in(world.city.budi))}
    assert mine["Ani Suryani"][1:] == (
        "Passed on",
        "Not rated in time. Citra Lestari rates during calibration",
        "View",
    )
    citra = led.signed_in(world.city.citra)
    assert ("Ani Suryani", "To rate") in [row[:2] for row in shown(citra)]
    below = citra.get(reverse("team_below")).content.decode()
    assert "Passed on to you" in below
    assert ("Ani Suryani", "To rate", "Rate") in [(row[0], row[1], row[3]) for row in rows_of(below)]


def test_a_result_that_the_supervisor_talks_about_has_not_passed_to_the_superior():
    world = build_world(Stage.WITH_SUPERVISOR, now=now())

    below = led.signed_in(world.city.citra).get(reverse("team_below")).content.decode()

    assert ("Ani Suryani", "Result is ready") in [row[:2] for row in rows_of(below)]
    assert "Passed on to you" not in below
    assert "Ani Suryani" in names(shown(led.signed_in(world.city.budi), state="mine"))


def test_a_person_without_an_agreed_plan_cannot_be_rated_by_anybody(world):
    led.open_now(world.cycle, Phase.CALIBRATION)
    rows = {row[0]: row for row in shown(led.signed_in(world.city.budi))}
    assert rows["Hadi Gunawan"][2] == "No plan was agreed, so there is nothing to rate"


def test_a_part_of_the_year_names_the_other_parts(world):
    mine = world.ani
    middle = dt.date(world.cycle.year, 6, 30)
    Placement.objects.filter(pk=mine.placement_id).update(period=since(middle + dt.timedelta(days=1)))
    earlier = PlacementFactory(
        employee=world.city.ani,
        agency=world.city.other_school,
        position=mine.placement.position,
        period=until(middle),
    )
    Appraisal.objects.filter(pk=mine.pk).update(first_day=middle + dt.timedelta(days=1))
    Appraisal.objects.create(
        cycle=world.cycle,
        placement=earlier,
        employee=world.city.ani,
        agency=world.city.other_school,
        supervisor=world.city.lukman,
        superior=world.city.citra,
        first_day=dt.date(world.cycle.year, 1, 1),
        last_day=middle,
    )
    (row,) = [row for row in shown(led.signed_in(world.city.budi)) if row[0] == "Ani Suryani"]

    assert row[1] == "Handed in Part of the year"
    year = world.cycle.year
    assert f"Covers 1 July {year} to 31 December {year}" in row[2]
    assert f"At SD Negeri 902 from 1 January {year} to 30 June {year}: not rated yet" in row[2]


def test_who_rated_keeps_the_person_on_the_list_also_when_somebody_else_supervises_now():
    world = build_world(Stage.RATED, now=now())
    Appraisal.objects.filter(pk=world.ani.pk).update(supervisor=world.city.lukman)

    rows = {row[0]: row for row in shown(led.signed_in(world.city.budi))}
    assert rows["Ani Suryani"][1] == "Sent"


# --- filters, order, pages ----------------------------------------------------------------------


EVERYBODY = ["Ani Suryani", "Hadi Gunawan", "Intan Permata", "Joko Prasetyo", "Lukman Hakim", "Mira Rahayu"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"q": "suryani"}, ["Ani Suryani"]),
        ({"q": "  SURYÁNI "}, ["Ani Suryani"]),
        ({"q": "tidak ada"}, []),
        ({"state": "mine"}, ["Ani Suryani"]),
        ({"state": "rated"}, []),
        ({"state": "late", "sort": "name"}, EVERYBODY[1:]),
        ({"sort": "name", "q": "a"}, EVERYBODY),
        ({"state": "unsinn", "sort": "'; drop"}, [*EVERYBODY[1:], EVERYBODY[0]]),
    ],
)
def test_filters_and_order_come_from_the_address(world, query, expected):
    led.open_now(world.cycle, Phase.SUPERVISOR_REVIEW)
    assert names(shown(led.signed_in(world.city.budi), **query)) == expected


def test_a_nip_finds_its_person_and_nobody_else(world):
    digits = PersonnelNumber.objects.get(employee=world.city.ani).digits
    client = led.signed_in(world.city.budi)
    spaced = f"{digits[:8]} {digits[8:14]} {digits[14]} {digits[15:]}"
    assert names(shown(client, q=digits)) == ["Ani Suryani"]
    assert names(shown(client, q=spaced)) == ["Ani Suryani"]
    assert names(shown(client, q="9" * 18)) == []


@pytest.mark.parametrize("q", ["x" * 100_000, "\x00\x01", "🌧️", "%", "_", "'"])
def test_a_strange_search_finds_nobody_and_breaks_nothing(world, q):
    answer = led.signed_in(world.city.budi).get(reverse("team"), {"q": q})
    assert answer.status_code == 200


def test_pages_follow_each_other_and_keep_the_filter(world):
    led.colleagues(world, 40)
    client = led.signed_in(world.city.budi)
    seen, query = [], {"sort": "name"}
    for _page in range(2):
        html = client.get(reverse("team"), query).content.decode()
        seen += names(rows_of(html))
        following = re.search(r"href=\"\?sort=name&amp;after=([^\"]+)\" rel=\"next\"", html)
        query = {"sort": "name", "after": following.group(1)} if following else {}
    assert query == {}
    assert len(seen) == 46
    assert seen == sorted(seen)
    assert names(shown(client, after="unleserlich"))[:1] == names(shown(client))[:1]


def test_the_list_of_somebody_who_leads_nobody_is_empty_and_says_when_it_fills(world):
    html = led.signed_in(world.city.ani).get(reverse("team")).content.decode()
    assert "Nobody is on this list yet" in html
    assert "Send all that are ready" not in html


# --- standing in, and the superior --------------------------------------------------------------


def test_a_plh_sees_the_worklist_of_the_head_answers_to_plans_and_cannot_rate(world):
    led.send_plan(world, led.appraisal_of(world, "hadi"))
    ActingFactory(employee=world.city.intan, agency=world.city.school, kind=ActingKind.PLH)
    client = led.signed_in(world.city.intan)

    answer = client.get(reverse("team"))

    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("team_stand_in"))
    html = client.get(reverse("team_stand_in")).content.decode()
    assert "You see the worklist of Budi Hermawan." in html
    assert "A Plh does not rate" in html
    rows = {row[0]: row for row in rows_of(html)}
    assert rows["Hadi Gunawan"][3] == "Read the plan"
    led.open_now(world.cycle, Phase.SUPERVISOR_REVIEW)
    rows = {row[0]: row for row in shown(client, "team_stand_in")}
    assert rows["Ani Suryani"][3] == "View"
    page = client.get(reverse("rate", args=[world.ani.pk])).content.decode()
    assert "A Plh does not rate" in page
    posted = client.post(reverse("rate_value", args=[world.ani.pk, "BP"]), {"level": "3", "revision": "0"})
    assert posted.status_code == 403
    assert not DraftAnswer.objects.filter(author=world.city.intan).exists()


def test_the_superior_sees_people_by_supervisor_without_any_draft(world):
    led.open_now(world.cycle, Phase.SUPERVISOR_REVIEW)
    led.rate_parts(world.ani, world.city.budi, timezone.now())
    client = led.signed_in(world.city.citra)

    html = client.get(reverse("team_below")).content.decode()

    assert re.findall(r"<h2[^>]*>(.*?)</h2>", html) == ["Budi Hermawan"]
    assert "0 of 6 people are rated." in html
    rows = {row[0]: row for row in rows_of(html)}
    assert rows["Ani Suryani"][1] == "To rate"
    assert "parts are rated" not in html
    assert rows["Ani Suryani"][3] == "View"
    assert names(shown(client, "team_below", q="hadi")) == ["Hadi Gunawan"]


def test_the_tabs_stand_there_only_for_who_has_more_than_one_list(world):
    assert "Below my supervisors" in led.signed_in(world.city.citra).get(reverse("team")).content.decode()
    assert "Below my supervisors" not in led.signed_in(world.city.budi).get(reverse("team")).content.decode()


def test_people_below_come_in_pages(world):
    led.colleagues(world, 60)
    client = led.signed_in(world.city.citra)
    html = client.get(reverse("team_below")).content.decode()
    assert len(rows_of(html)) == 50
    assert "of 66 people are rated." in html
    after = re.search(r"after=([^\"]+)\" rel=\"next\"", html).group(1)
    rest = client.get(reverse("team_below"), {"after": after}).content.decode()
    assert len(rows_of(rest)) == 16
    assert "of 66 people are rated." in rest


# --- queries ------------------------------------------------------------------------------------


@pytest.mark.parametrize("more", [0, 2, 39])
def test_the_lists_ask_the_same_number_of_queries_for_any_number_of_people(world, more):
    Appraisal.objects.filter(supervisor=world.city.budi).exclude(pk=world.ani.pk).update(supervisor=None)
    for one in led.colleagues(world, more):
        if more < 10:
            led.send_self(world, one)
    led.open_now(world.cycle, Phase.SUPERVISOR_REVIEW)
    for client, route, expected in (
        (led.signed_in(world.city.budi), "team", 9),
        (led.signed_in(world.city.budi), "send_ready", 8),
        (led.signed_in(world.city.citra), "team_below", 6),
    ):
        client.get(reverse(route))
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(reverse(route))
        assert answer.status_code == 200
        assert len(asked) == expected, [query["sql"][:120] for query in asked]
