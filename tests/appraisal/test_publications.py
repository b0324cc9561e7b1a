"""Publication of an agency's results: by HR, in its window, once; by the clock to employees; recallable until opened."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from django.db import connection
from django.urls import reverse

from appraisal.enums import (
    NotAssessedReason,
    Phase,
    RatingState,
    ResultState,
)
from appraisal.models import Appraisal, PhaseWindow, Publication
from appraisal.selectors.publications import (
    employees_see_at,
    preview_of,
)
from appraisal.services import publications, results
from appraisal.services.clock import tick
from core.audit import AuditDetail, AuditEvent
from core.clock import day_start, now, today
from core.errors import ActionRefused, NotAllowed
from core.notifications import Notification
from tests.appraisal.publishing import (
    REASON,
    at_stage,
    everything,
    open_publication,
    publish,
    rated,
    recall,
    refused,
    states,
)
from tests.walk import Stage, build_world

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english(settings) -> None:
    settings.LANGUAGE_CODE = "en"


# --- publishing ---------------------------------------------------------------------------------


def test_publishing_confirms_the_rated_and_closes_the_others_with_their_reason() -> None:
    world = rated()
    joko = world.appraisals["joko"]
    Appraisal.objects.filter(pk=joko.pk).update(plan_agreed_at=now())
    world.city.mira.left_on = today()
    world.city.mira.save(update_fields=["left_on"])
    moment = now()

    publication = publish(world, at=moment)

    found = states(world)
    assert found.pop("ani") == (RatingState.CONFIRMED, ResultState.WITH_SUPERVISOR, "")
    assert found.pop("joko") == (RatingState.NOT_ASSESSED, ResultState.HIDDEN, NotAssessedReason.UNRATED)
    assert found.pop("mira") == (RatingState.NOT_ASSESSED, ResultState.HIDDEN, NotAssessedReason.LEFT)
    assert set(found.values()) == {(RatingState.NOT_ASSESSED, ResultState.HIDDEN, NotAssessedReason.NO_PLAN)}
    assert (publication.included, publication.excluded) == (1, len(found) + 2)
    assert publication.left_out_reason == REASON
    assert world.ani.result.frozen_at == moment
    assert publication.to_employees_at == day_start(today(moment) + dt.timedelta(days=1))


def test_publishing_is_one_event_with_its_counts() -> None:
    world = rated()
    publication = publish(world)
    event = AuditEvent.objects.get(act="results.shown_to_supervisors")
    assert (event.actor, event.object_id, event.reason) == (world.city.dewi, publication.pk, REASON)
    assert AuditDetail.objects.get(event=event).after == {
        "agency": str(world.city.dinas.pk),
        "included": 1,
        "excluded": publication.excluded,
    }


def test_each_supervisor_is_told_once() -> None:
    world = rated()
    publish(world)
    said = Notification.objects.get(kind="result.shown")
    assert (said.recipient, said.path) == (world.city.budi, reverse("team"))
    assert not Notification.objects.filter(kind="result.published").exists()


def test_hr_may_publish_an_agency_in_which_they_are_appraised_themselves() -> None:
    world = rated()
    assert Appraisal.objects.within(world.city.dinas.path).filter(employee=world.city.dewi).exists()
    publish(world, by="dewi")
    assert states(world)["dewi"][0] == RatingState.NOT_ASSESSED


def test_hr_of_the_city_publishes_any_agency() -> None:
    assert publish(rated(), by="gita").included == 1


@pytest.mark.parametrize("by", ["ani", "budi", "citra", "kartika", "nina", "eko", "fajar", "rahmat", "surya"])
def test_nobody_else_publishes(by: str) -> None:
    world = rated()
    reasons = refused(lambda: publish(world, by=by), NotAllowed)
    assert reasons == ["Only HR of this agency or of the city may publish its results."]


def test_who_is_left_out_needs_a_reason() -> None:
    world = rated()
    assert refused(lambda: publish(world, reason=" \n")) == [
        "Some people have no rating. Write why they are left out; they can read it."
    ]


def test_a_reason_is_not_asked_and_not_kept_when_nobody_is_left_out() -> None:
    world = rated()
    Appraisal.objects.within(world.city.dinas.path).exclude(pk=world.ani.pk).delete()
    publication = publish(world, reason="")
    assert (publication.excluded, publication.left_out_reason) == (0, "")


@pytest.mark.parametrize("shift", [-1, 1])
def test_outside_its_window_nothing_is_published(shift: int) -> None:
    world = rated()
    window = PhaseWindow.objects.get(cycle=world.cycle, phase=Phase.PUBLICATION)
    moment = window.opens_at - dt.timedelta(seconds=1) if shift < 0 else window.closes_at
    assert refused(lambda: publish(world, at=moment)) == [
        "Results can be published only while the publication phase of this agency is open."
    ]


def test_the_window_of_the_agency_goes_before_that_of_the_city() -> None:
    world = rated()
    city = PhaseWindow.objects.get(cycle=world.cycle, phase=Phase.PUBLICATION)
    PhaseWindow.objects.create(
        cycle=world.cycle,
        phase=Phase.PUBLICATION,
        agency=world.city.dinas,
        opens_at=now() + dt.timedelta(days=1),
        closes_at=city.closes_at + dt.timedelta(days=2),
    )
    refused(lambda: publish(world))
    assert publish(world, at=city.closes_at + dt.timedelta(days=1)).included == 1


def test_without_a_sent_rating_there_is_nothing_to_publish() -> None:
    world = build_world(Stage.FIRST_SAVED, now=now())
    open_publication(world)
    assert refused(lambda: publish(world)) == ["There is no sent rating to publish yet."]


def test_an_agency_is_published_once() -> None:
    world = rated()
    publish(world)
    assert "This agency's results are already published." in refused(lambda: publish(world))


@pytest.mark.parametrize("place", ["root", "school"])
def test_nothing_is_published_over_or_inside_a_publication(place: str) -> None:
    world = rated()
    publish(world)
    unit = getattr(world.city, place)
    assert "This agency's results are already published." in refused(
        lambda: publications.publish_agency(
            actor=world.actor("gita"), cycle_id=world.cycle.pk, agency_id=unit.pk, reason=REASON, at=now()
        )
    )


def test_the_preview_says_what_publishing_does() -> None:
    world = rated()
    preview = preview_of(world.cycle, world.city.dinas)
    moment = now()
    publication = publish(world, at=moment)
    assert (preview.ready, preview.left_out) == (publication.included, publication.excluded)
    assert employees_see_at(world.cycle, moment) == publication.to_employees_at


# --- the clock ----------------------------------------------------------------------------------


def test_the_clock_opens_what_is_due_once() -> None:
    world = rated()
    publication = publish(world)
    due = publication.to_employees_at

    assert publications.publish_due(at=due - dt.timedelta(seconds=1)) == 0
    assert world.ani.result_state == ResultState.WITH_SUPERVISOR
    assert publications.publish_due(at=due) == 1
    assert (world.ani.result_state, world.ani.result_published_at) == (ResultState.PUBLISHED, due)
    before = everything()
    assert publications.publish_due(at=due + dt.timedelta(minutes=1)) == 0
    assert everything() == before
    assert AuditEvent.objects.filter(act="results.published", actor=None).count() == 1


def test_a_tick_after_an_outage_opens_what_was_due() -> None:
    world = rated()
    publication = publish(world)
    tick(at=publication.to_employees_at + dt.timedelta(days=3))
    assert world.ani.result_state == ResultState.PUBLISHED


def test_employees_are_told_of_their_result_or_why_there_is_none() -> None:
    world = rated()
    publication = publish(world)
    publications.publish_due(at=publication.to_employees_at)

    said = dict(
        Notification.objects.filter(kind__in=["result.published", "result.not_assessed"]).values_list(
            "recipient__login", "kind"
        )
    )
    assert said.pop("ani") == "result.published"
    assert set(said.values()) == {"result.not_assessed"}
    assert len(said) == publication.excluded
    one = Notification.objects.get(recipient=world.city.hadi, kind="result.not_assessed")
    assert one.path == reverse("result", args=[world.appraisals["hadi"].pk])
    assert REASON not in str(one.params)


# --- recalling ----------------------------------------------------------------------------------


def test_a_recall_puts_everything_back_to_where_it_stood() -> None:
    world = rated()
    intan = world.appraisals["intan"].pk
    Appraisal.objects.filter(pk=intan).update(
        rating_state=RatingState.FIRST_SAVED, rating_first_saved_at=now(), plan_agreed_at=now()
    )
    before = states(world)
    publication = publish(world)

    recall(world, publication, reason="Ada penilaian yang tertukar.")

    assert states(world) == before
    assert world.ani.result.frozen_at is None
    publication.refresh_from_db()
    assert (publication.recalled_by, publication.recall_reason) == (
        world.city.dewi,
        "Ada penilaian yang tertukar.",
    )
    event = AuditEvent.objects.get(act="results.recalled")
    assert (event.actor, event.reason) == (world.city.dewi, "Ada penilaian yang tertukar.")


def test_before_the_day_of_employees_only_supervisors_hear_of_a_recall() -> None:
    world = rated()
    recall(world, publish(world), reason="Keliru.")
    said = Notification.objects.get(kind="result.recalled")
    assert (said.recipient, said.params["reason"]) == (world.city.budi, "Keliru.")
    assert Notification.objects.get(kind="result.shown").superseded_at is not None


def test_who_was_told_is_told_of_the_recall_and_the_old_message_is_withdrawn() -> None:
    world = rated()
    publication = publish(world)
    publications.publish_due(at=publication.to_employees_at)

    recall(world, publication)

    told = set(Notification.objects.filter(kind="result.recalled").values_list("recipient__login", flat=True))
    assert {"ani", "hadi", "budi"} <= told
    old = Notification.objects.filter(kind__in=["result.published", "result.not_assessed", "result.shown"])
    assert old.count() == publication.excluded + 2
    assert not old.filter(superseded_at=None).exists()
    assert world.ani.result_published_at is None


def test_after_a_recall_it_can_be_published_again() -> None:
    world = rated()
    first = publish(world)
    recall(world, first)
    second = publish(world)
    assert (second.included, second.excluded) == (first.included, first.excluded)
    assert Publication.objects.filter(recalled_at=None).get() == second


def test_once_somebody_has_opened_nothing_is_recalled() -> None:
    world = at_stage(Stage.RECEIVED)
    publication = Publication.objects.get()
    assert refused(lambda: recall(world, publication)) == [
        "An employee has already opened a result, so it can no longer be recalled."
    ]


def test_a_recall_needs_a_reason_and_happens_once() -> None:
    world = rated()
    publication = publish(world)
    assert refused(lambda: recall(world, publication, reason=" ")) == ["Write why the results are recalled."]
    recall(world, publication)
    assert refused(lambda: recall(world, publication)) == ["These results have already been recalled."]


@pytest.mark.parametrize("by", ["budi", "kartika", "nina", "eko", "fajar"])
def test_nobody_else_recalls(by: str) -> None:
    world = rated()
    publication = publish(world)
    refused(lambda: recall(world, publication, by=by), NotAllowed)


def test_a_recalled_publication_is_not_opened_by_the_clock() -> None:
    world = rated()
    publication = publish(world)
    recall(world, publication)
    assert publications.publish_due(at=publication.to_employees_at) == 0
    assert world.ani.result_state == ResultState.HIDDEN


# --- two at the same moment ---------------------------------------------------------------------


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Run the calls in threads with a connection each, let go together; returns what each gave or raised."""
    barrier = threading.Barrier(len(calls))
    outcomes: list[object] = [None] * len(calls)

    def run(index: int, call: Callable[[], object]) -> None:
        try:
            barrier.wait(timeout=10)
            outcomes[index] = call()
        except Exception as error:  # noqa: BLE001  the test looks at it
            outcomes[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return outcomes


@pytest.mark.django_db(transaction=True)
def test_two_who_publish_at_once_publish_once() -> None:
    world = rated()
    world.actor("dewi"), world.actor("gita")

    first, second = at_once(lambda: publish(world, by="dewi"), lambda: publish(world, by="gita"))

    made = [outcome for outcome in (first, second) if isinstance(outcome, Publication)]
    turned_away = [outcome for outcome in (first, second) if isinstance(outcome, ActionRefused)]
    assert (len(made), len(turned_away)) == (1, 1)
    assert Publication.objects.get() == made[0]
    assert AuditEvent.objects.filter(act="results.shown_to_supervisors").count() == 1
    assert Notification.objects.filter(kind="result.shown").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_ticks_at_once_open_once() -> None:
    world = rated()
    due = publish(world).to_employees_at

    assert sorted(at_once(*[lambda: publications.publish_due(at=due)] * 2)) == [0, 1]
    assert AuditEvent.objects.filter(act="results.published").count() == 1
    assert Notification.objects.filter(kind="result.published").count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(3))
def test_opening_and_recalling_at_once_end_in_one_of_the_two(attempt: int) -> None:
    world = at_stage(Stage.PUBLISHED)
    publication = Publication.objects.get()
    world.actor("ani"), world.actor("dewi")

    opening, recalling = at_once(
        lambda: results.receive_result(actor=world.actor("ani"), appraisal_id=world.ani.pk, at=now()),
        lambda: recall(world, publication),
    )

    if isinstance(opening, Appraisal):
        assert isinstance(recalling, ActionRefused)
        assert world.ani.result_state == ResultState.RECEIVED
    else:
        assert isinstance(opening, ActionRefused)
        assert isinstance(recalling, Publication)
        assert (world.ani.result_state, world.ani.result_received_at) == (ResultState.HIDDEN, None)
