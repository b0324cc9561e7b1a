"""What peers said, on the pages: to whom and when, what is suppressed and why, and words that nobody can link."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from appraisal.enums import Phase, ReviewGroup, WordKind, WordState
from appraisal.models import AgencyPeerFigures, Box, PhaseWindow, Review, WordReport
from appraisal.peer_figures import agency_figures
from appraisal.selectors.peer_figures import word_key, words_of
from indicators.models import CoreValue
from tests.appraisal.leading import open_now
from tests.appraisal.opened import PEER, STRENGTH, SUBORDINATE, WISH, answer, invited, open_box
from tests.appraisal.result_readers import address, at_stage, text_of, visitor
from tests.walk import Stage, World, publish, receive, send_rating, show_to_supervisors

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english(settings) -> None:
    settings.LANGUAGE_CODE = "en"


def four(count: int) -> list[dict[str, object]]:
    """So many answers of level 4 throughout."""
    return [answer(4) for _n in range(count)]


def opened(stage: Stage, answers=None, **kwargs) -> World:
    """A world in which the box of Ani is open; `answers` gives them once there are values."""
    world = at_stage(stage)
    given = {PEER: [answer(3), *four(3)]} if answers is None else answers()
    open_box(world.ani, given, at=world.during(Phase.PEER_REVIEW), **kwargs)
    return world


def plain(page: str) -> str:
    """The text of a page without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def seen(world: World, name: str, route: str = "peer_figures") -> str:
    return plain(text_of(visitor(world, name), address(world, route)))


# --- the employee's page ------------------------------------------------------------------------


def test_the_employee_reads_mean_count_and_words_of_each_value() -> None:
    page = seen(opened(Stage.SELF_SENT), "ani")

    assert "5 asked, 4 answered. Mean of all values: 4 of 5" in page
    assert page.count(f"{STRENGTH} (") == 4 * CoreValue.objects.count()
    assert page.count(f"{WISH} (") >= 4 * CoreValue.objects.count()
    assert "Strengths: keep doing this" in page
    assert "Wishes: start or stop this" in page
    assert page.index("Peers") < page.index("How to read this")


def test_a_group_of_two_shows_neither_figures_nor_words() -> None:
    page = seen(opened(Stage.SELF_SENT, lambda: {PEER: [answer(2), answer(5)]}, asked=4), "ani")

    assert "4 asked, 2 answered." in page
    assert "Fewer than three people answered" in page
    assert STRENGTH not in page
    assert "of 5" not in page


def test_a_value_that_two_could_judge_is_suppressed_with_its_words_and_the_overall_mean() -> None:
    code = CoreValue.objects.order_by("order").values_list("code", flat=True)
    world = at_stage(Stage.SELF_SENT)
    first = code[0]
    open_box(
        world.ani,
        {PEER: [answer(4), answer(4), answer(4, **{first: 0})]},
        at=world.during(Phase.PEER_REVIEW),
    )
    page = seen(world, "ani")

    assert "Fewer than three people could judge this value" in page
    assert f"({first})" not in page
    assert "There is no overall mean" in page


def test_groups_stand_apart() -> None:
    world = opened(
        Stage.SELF_SENT,
        lambda: {PEER: four(3), SUBORDINATE: [answer(2), answer(2), answer(1)]},
        asked=3,
    )
    page = seen(world, "ani")

    assert page.index("Peers") < page.index("Subordinates")
    assert "Mean of all values: 4 of 5" in page
    assert "Mean of all values: 1.5 of 5" in page


@pytest.mark.parametrize(
    ("phase", "sentence"),
    [
        (Phase.SELF_ASSESSMENT, "all answers are sealed: nobody sees a figure or a word."),
        (Phase.CALIBRATION, "Nobody was asked for feedback here"),
    ],
)
def test_before_the_opening_the_employee_learns_when_and_nothing_else(phase: Phase, sentence: str) -> None:
    world = at_stage(Stage.SELF_SENT)
    open_now(world.cycle, phase)
    page = seen(world, "ani")

    assert sentence in page
    assert "asked," not in page


def test_a_year_without_peers_says_so() -> None:
    world = at_stage(Stage.SELF_SENT)
    PhaseWindow.objects.filter(cycle=world.cycle, phase__in=[Phase.NOMINATION, Phase.PEER_REVIEW]).delete()

    assert "No peers are asked this year" in seen(world, "ani")


# --- supervisor and superior --------------------------------------------------------------------


def test_before_the_own_first_save_the_supervisor_learns_nothing_of_the_box() -> None:
    world = at_stage(Stage.SELF_SENT)
    before = seen(world, "budi")
    open_box(world.ani, {PEER: [answer(4)] * 3}, at=world.during(Phase.SELF_ASSESSMENT))

    assert "First your own rating" in before
    assert seen(world, "budi") == before


def test_after_the_first_save_the_supervisor_reads_it_on_its_page_and_beside_the_own_choice() -> None:
    world = opened(Stage.FIRST_SAVED)
    value = CoreValue.objects.order_by("order")[0]
    page = plain(text_of(visitor(world, "budi"), reverse("rate_value", args=[world.ani.pk, value.code])))

    assert "Mean of all values: 4 of 5" in seen(world, "budi")
    assert "mean 4 of 5 from 4 answers." in page
    assert page.count(f"{STRENGTH} ({value.code})") == 4
    others = [one.code for one in CoreValue.objects.order_by("order")[1:]]
    assert not any(f"({code})" in page for code in others)


def test_the_superior_reads_it_after_publication() -> None:
    waiting = opened(Stage.WITH_SUPERVISOR)
    assert "Shown after publication" in seen(waiting, "citra")


def test_after_publication_the_superior_reads_what_the_employee_reads() -> None:
    assert "Mean of all values: 4 of 5" in seen(opened(Stage.PUBLISHED), "citra")


@pytest.mark.parametrize("name", ["hadi", "kartika", "dewi", "gita", "fajar", "nina", "rahmat", "lukman"])
def test_nobody_else_opens_the_page(name: str) -> None:
    world = opened(Stage.PUBLISHED)
    assert visitor(world, name).get(address(world, "peer_figures")).status_code == 404


# --- words --------------------------------------------------------------------------------------


def test_the_order_of_texts_differs_between_values_and_tells_no_review() -> None:
    world = opened(Stage.SELF_SENT, lambda: {PEER: four(8)}, asked=8)
    reviews = list(Review.objects.order_by("pk"))
    orders = set()
    for code in CoreValue.objects.values_list("code", flat=True):
        by_key = {word_key(review, code, WordKind.WISH): review.pk for review in reviews}
        orders.add(tuple(by_key[word.key] for word in words_of(reviews, code, WordKind.WISH, {})))
    page = text_of(visitor(world, "ani"), address(world, "peer_figures"))

    assert len(orders) == CoreValue.objects.count()
    assert not any(str(review.pk) in page for review in reviews)


# --- with the result ----------------------------------------------------------------------------


def sent_with_peers() -> World:
    """Ani's rating was sent with the box open."""
    world = opened(Stage.FIRST_SAVED)
    for step in (send_rating, show_to_supervisors, publish, receive):
        step(world)
    return world


def test_the_rating_keeps_the_figures_and_the_tree_shows_them_with_weight_zero() -> None:
    world = sent_with_peers()
    page = seen(world, "ani", "result")

    kept = world.ani.ratings.get(stage="final").content["peers"]
    assert (kept["state"], kept["groups"]) == ("opened", Box.objects.get().figures)
    assert world.ani.ratings.get(stage="first").content["peers"] is None
    assert "Shown beside the rating with weight zero" in page
    assert "What colleagues say" in page
    assert STRENGTH not in page
    assert "Peers: 4 of 5. 5 asked, 4 answered." in seen(world, "ani", "result_document")
    assert "Computed again: the same" in seen(world, "ani", "result_verify")


@pytest.mark.parametrize("name", ["kartika", "dewi", "gita"])
def test_who_reads_the_result_without_a_right_to_peers_finds_one_line(name: str) -> None:
    world = sent_with_peers()
    for route in ("result", "result_document"):
        page = seen(world, name, route)
        assert "Read by the employee, the supervisor and the superior alone." in page
        assert "answered" not in page


def test_the_auditor_reads_aggregates_in_the_tree_and_never_a_word() -> None:
    world = sent_with_peers()
    page = seen(world, "fajar", "audit_record")

    assert "5 asked, 4 answered." in page
    assert STRENGTH not in page
    assert "What colleagues say" not in seen(world, "fajar", "result")


# --- reports ------------------------------------------------------------------------------------


def word_on(world: World) -> str:
    """The name of a text on Ani's page."""
    code = CoreValue.objects.order_by("order")[0].code
    return word_key(Review.objects.order_by("pk")[0], code, WordKind.STRENGTH)


def report(world: World, name: str, word: str) -> Client:
    browser = visitor(world, name)
    url = reverse("word_report", args=[world.ani.pk, word])
    assert browser.get(url).status_code == 200
    answer_ = browser.post(url, {"reason": "Ini tuduhan yang tidak benar."}, follow=True)
    assert answer_.status_code == 200
    return browser


def decide(world: World, name: str, choice: str) -> str:
    """HR decides on the only report; the page that follows."""
    found = WordReport.objects.get()
    browser = visitor(world, name)
    answer_ = browser.post(
        reverse("word_decision", args=[found.pk]),
        {"choice": choice, "reason": f"Menyerang pribadi, kata {name}."},
        follow=True,
    )
    return plain(answer_.content.decode())


def test_two_people_hide_a_text_with_a_reason_in_its_place_and_the_review_stays() -> None:
    world = opened(Stage.SELF_SENT)
    word = word_on(world)
    before = {review.pk: review.content for review in Review.objects.all()}
    report(world, "ani", word)
    texts = seen(world, "ani").count(f"{STRENGTH} (")

    assert "Reported. HR looks at it." in seen(world, "ani")
    assert "A second person has to agree." in decide(world, "dewi", "hide")
    assert seen(world, "ani").count(f"{STRENGTH} (") == texts
    decide(world, "gita", "hide")
    page = seen(world, "ani")

    assert "Hidden by two people: Menyerang pribadi, kata dewi. Menyerang pribadi, kata gita." in page
    assert page.count(f"{STRENGTH} (") < texts
    assert WordReport.objects.get().state == WordState.HIDDEN
    assert {review.pk: review.content for review in Review.objects.all()} == before


def test_one_person_alone_hides_nothing() -> None:
    world = opened(Stage.SELF_SENT)
    report(world, "ani", word_on(world))
    decide(world, "dewi", "hide")
    page = decide(world, "dewi", "hide")

    assert WordReport.objects.get().state == WordState.PROPOSED
    assert "hide is not one of the available choices" in page


def test_the_second_person_may_keep_what_the_first_wanted_hidden() -> None:
    world = opened(Stage.SELF_SENT)
    report(world, "ani", word_on(world))
    decide(world, "dewi", "hide")
    decide(world, "gita", "keep")

    assert WordReport.objects.get().state == WordState.KEPT
    assert "Hidden by two people" not in seen(world, "ani")


def test_nothing_in_a_report_leads_to_a_review() -> None:
    world = opened(Stage.SELF_SENT)
    report(world, "ani", word_on(world))
    stored = " ".join(str(value) for value in WordReport.objects.values()[0].values())

    assert not any(str(review.pk) in stored for review in Review.objects.all())
    assert STRENGTH not in stored


@pytest.mark.parametrize("name", ["ani", "budi", "citra", "eko", "kartika", "fajar", "nina"])
def test_nobody_but_hr_of_agency_and_city_reads_a_reported_text(name: str) -> None:
    world = opened(Stage.SELF_SENT)
    report(world, "ani", word_on(world))
    answer_ = visitor(world, name).get(reverse("word_decision", args=[WordReport.objects.get().pk]))

    assert answer_.status_code in {403, 404}
    assert STRENGTH not in answer_.content.decode()


def test_who_was_asked_for_feedback_does_not_judge_it() -> None:
    world = opened(Stage.SELF_SENT)
    invited(world.ani, world.city.dewi, at=world.during(Phase.PEER_REVIEW))
    report(world, "ani", word_on(world))

    url = reverse("word_decision", args=[WordReport.objects.get().pk])
    assert visitor(world, "dewi").get(url).status_code == 404
    assert visitor(world, "gita").get(url).status_code == 200


@pytest.mark.parametrize("word", ["f" * 64, "x"])
def test_a_text_that_is_not_there_is_not_reported(word: str) -> None:
    world = opened(Stage.SELF_SENT)
    url = reverse("word_report", args=[world.ani.pk, word])

    assert visitor(world, "ani").post(url, {"reason": "Tidak benar."}).status_code == 404
    assert not WordReport.objects.exists()


def test_a_text_is_reported_once_and_not_without_a_reason() -> None:
    world = opened(Stage.SELF_SENT)
    url = reverse("word_report", args=[world.ani.pk, word_on(world)])
    browser = visitor(world, "ani")

    assert "Fill in: What is wrong" in plain(browser.post(url, {"reason": " "}).content.decode())
    assert not WordReport.objects.exists()
    report(world, "ani", word_on(world))
    again = browser.post(url, {"reason": "Sekali lagi."}, follow=True)
    assert "already been reported" in again.content.decode()
    assert WordReport.objects.count() == 1


# --- agency -------------------------------------------------------------------------------------


def stored_figures(world: World, people: int) -> None:
    box = Box.objects.get()
    codes = list(CoreValue.objects.values_list("code", flat=True))
    AgencyPeerFigures.objects.create(
        cycle=world.cycle,
        agency=world.city.dinas,
        figures=agency_figures([box.figures] * people, codes),
        made_at=world.during(Phase.SUPERVISOR_REVIEW),
    )


@pytest.mark.parametrize("name", ["kartika", "dewi"])
def test_the_agency_reads_means_of_ten_people(name: str) -> None:
    world = opened(Stage.FIRST_SAVED)
    stored_figures(world, 10)
    page = plain(text_of(visitor(world, name), reverse("agency_peers")))

    assert "People with figures: 10." in page
    assert "Fewer than ten people have figures of this group" in page
    assert STRENGTH not in page


def test_fewer_than_ten_and_unopened_boxes_are_told_apart() -> None:
    world = opened(Stage.FIRST_SAVED)
    sealed = plain(text_of(visitor(world, "dewi"), reverse("agency_peers")))
    stored_figures(world, 9)
    few = plain(text_of(visitor(world, "dewi"), reverse("agency_peers")))

    assert "Not all boxes are open yet" in sealed
    assert "Fewer than ten people of this agency" in few


def test_hr_of_the_city_chooses_an_agency_and_nothing_finer() -> None:
    world = opened(Stage.FIRST_SAVED)
    stored_figures(world, 10)
    gita = visitor(world, "gita")
    listed = plain(text_of(gita, reverse("agency_peers")))
    unit = f"{reverse('agency_peers')}?unit="

    assert "Dinas Pendidikan Figures" in listed
    assert "SD Negeri 901" not in listed
    assert "People with figures: 10." in plain(text_of(gita, f"{unit}{world.city.dinas.pk}"))
    assert gita.get(f"{unit}{world.city.school.pk}").status_code == 404
    assert gita.get(f"{unit}x").status_code == 404
    assert visitor(world, "eko").get(f"{unit}{world.city.dinas.pk}").status_code == 404


# --- queries ------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [3, 8])
def test_the_page_takes_as_many_queries_for_three_answers_as_for_eight(
    count: int, django_assert_num_queries
) -> None:
    world = opened(Stage.SELF_SENT, lambda: {PEER: four(count)}, asked=8)
    ani = visitor(world, "ani")
    with django_assert_num_queries(7):
        ani.get(address(world, "peer_figures"))


def test_the_page_of_a_value_with_words_asks_at_most_twelve_queries(django_assert_max_num_queries) -> None:
    world = opened(Stage.FIRST_SAVED)
    budi = visitor(world, "budi")
    code = CoreValue.objects.order_by("order")[0].code
    with django_assert_max_num_queries(12):
        budi.get(reverse("rate_value", args=[world.ani.pk, code]))


def test_every_group_has_a_title() -> None:
    assert [str(group.label) for group in ReviewGroup] == ["Peers", "Subordinates"]
