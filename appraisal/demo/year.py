"""The whole demo: people, places, figures and two years of appraisal, in one transaction, the same every time."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter

from django.db import transaction
from django.db.models import F

from appraisal.demo import phases, places
from appraisal.demo.chronicle import READ_AFTER
from appraisal.demo.dice import Dice
from appraisal.demo.last_year import make_last_year
from appraisal.demo.measures import make_measures
from appraisal.demo.people import make_people
from appraisal.demo.this_year import make_this_year
from appraisal.models import Cycle
from appraisal.services.progress import refresh_progress
from core import audit, locks
from core.clock import today
from core.notifications import MailState, Notification

LOCK = "appraisal.demo"
SEED = "Kota Bandung"
DEMO_ID = uuid.uuid5(uuid.NAMESPACE_URL, "urn:demo:year")


class AlreadyMade(Exception):
    """There are cycles already: the demo fills an empty database only."""


@transaction.atomic
def make_year(*, at: dt.datetime) -> dict[str, int]:
    """Fill the database with two years of appraisal around the day of `at`; the reference data must be loaded.

    The same day gives the same rows, whatever the machine, but for what must be random: keys, envelopes, reviews.
    The folders of the keys must be writable, since their files are made with their rows. Returns how many rows of each kind were made. Raises
    AlreadyMade when there is a cycle.
    """
    locks.hold(LOCK)
    if Cycle.objects.exists():
        raise AlreadyMade
    day = today(at)
    counts: Counter[str] = Counter()
    agencies = places.make_places(Dice(f"{SEED} places"))
    people = make_people(Dice(f"{SEED} people {day.year}"), day.year, agencies)
    counts["people"] = len(people.persons)
    counts.update(make_measures(Dice(f"{SEED} measures {day}"), agencies, year=day.year, day=day))
    counts.update(make_last_year(Dice(f"{SEED} {day.year - 1}"), people, agencies, day.year - 1, at=at))
    counts.update(make_this_year(Dice(f"{SEED} {day}"), people, agencies, at=at))
    for cycle in Cycle.objects.order_by("year"):
        refresh_progress(cycle_id=cycle.pk, at=at)
    Notification.objects.filter(created_at__lt=at - READ_AFTER, read_at=None).update(
        read_at=F("created_at") + dt.timedelta(hours=5)
    )
    # What was said before the demo began was mailed then; only what is said from now on becomes a file.
    Notification.objects.filter(created_at__lt=at, mail_state=MailState.WAITING).update(
        mail_state=MailState.MAILED, mailed_at=F("created_at")
    )
    audit.record(
        actor_id=None, act=phases.MADE, object_type="demo", object_id=DEMO_ID, at=at, after=dict(counts)
    )
    return dict(counts)
