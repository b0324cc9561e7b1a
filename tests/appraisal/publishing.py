"""Support for publication: worlds in which it is due, and what a refusal must leave as it was."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from appraisal.enums import (
    Phase,
)
from appraisal.models import Appraisal, PhaseWindow, Publication, Result
from appraisal.services import publications
from core.audit import AuditEvent
from core.clock import now
from core.errors import ActionRefused
from core.notifications import Notification
from tests.walk import Stage, World, build_world

REASON = "Penilai sakit; menyusul tahun depan."


def at_stage(stage: Stage) -> World:
    return build_world(stage, now=now())


def rated() -> World:
    """Ani is rated and the publication window is open now; nothing is published."""
    world = build_world(Stage.RATED, now=now())
    open_publication(world)
    return world


def open_publication(world: World) -> None:
    """Let the publication phase begin now, as calibration and publication may overlap."""
    PhaseWindow.objects.filter(cycle=world.cycle, phase=Phase.PUBLICATION).update(
        opens_at=now() - dt.timedelta(hours=1)
    )


def publish(
    world: World, *, by: str = "dewi", reason: str = REASON, at: dt.datetime | None = None
) -> Publication:
    return publications.publish_agency(
        actor=world.actor(by),
        cycle_id=world.cycle.pk,
        agency_id=world.city.dinas.pk,
        reason=reason,
        at=at or now(),
    )


def recall(
    world: World, publication: Publication, *, by: str = "dewi", reason: str = "Keliru."
) -> Publication:
    return publications.recall_publication(
        actor=world.actor(by), publication_id=publication.pk, reason=reason, at=now()
    )


def everything() -> tuple[object, ...]:
    """All that a refusal must leave as it was."""
    return (
        list(
            Appraisal.objects.order_by("pk").values_list(
                "pk", "rating_state", "result_state", "not_assessed_reason"
            )
        ),
        list(Publication.objects.order_by("pk").values()),
        list(Result.objects.order_by("pk").values_list("pk", "frozen_at", "digest")),
        AuditEvent.objects.count(),
        Notification.objects.count(),
    )


def refused(call: Callable[[], object], error: type[Exception] = ActionRefused) -> list[str]:
    """The reasons of a refusal, after making sure that it changed nothing."""
    before = everything()
    with pytest.raises(error) as caught:
        call()
    assert everything() == before
    return [str(reason) for reason in caught.value.reasons]


def states(world: World) -> dict[str, tuple[str, str, str]]:
    """Where everybody in the dinas stands."""
    return {
        login: (rating, result, reason)
        for login, rating, result, reason in Appraisal.objects.within(world.city.dinas.path).values_list(
            "employee__login", "rating_state", "result_state", "not_assessed_reason"
        )
    }
