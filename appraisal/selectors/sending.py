"""What "send all that are ready" would do: who is ready, who is not and why, who has been sent."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from appraisal.enums import Action, RatingState
from appraisal.facts import Reason
from appraisal.selectors.team import TeamRow, led_by, team_rows
from appraisal.workflow import obstacles_to


@dataclass(frozen=True, slots=True)
class Unsent:
    """Somebody whose rating is not ready, with the reasons."""

    row: TeamRow
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Sending:
    """Who can be sent now, who cannot and why, and who was sent since `since`."""

    ready: tuple[TeamRow, ...]
    unready: tuple[Unsent, ...]
    sent: tuple[TeamRow, ...]


def sending_of(actor: Actor, *, at: dt.datetime, since: dt.datetime | None = None) -> Sending:
    """What "send all that are ready" would do now, by name. Five queries whatever the number."""
    rows = sorted(team_rows(actor, led_by(actor), at=at), key=lambda row: row.by_name)
    mine = [row for row in rows if row.form is not None]
    unready = [Unsent(row, _why_not(row)) for row in mine]
    return Sending(
        ready=tuple(found.row for found in unready if not found.reasons),
        unready=tuple(found for found in unready if found.reasons),
        sent=tuple(
            row
            for row in rows
            if since is not None
            and row.appraisal.rated_by_id == actor.id
            and row.appraisal.rating_sent_at is not None
            and row.appraisal.rating_sent_at >= since
        ),
    )


def _why_not(row: TeamRow) -> tuple[Reason, ...]:
    """Why this rating cannot be sent now: in the words of the table, pages that are not rated yet as one count."""
    if row.form is None:
        return ()
    if row.facts.rating == RatingState.FIRST_SAVED:
        facts = replace(
            row.facts,
            missing_in_rating=row.form.missing,
            missing_in_feedback=row.form.missing_for_sending,
        )
        return obstacles_to(Action.SEND_RATING, facts, row.parties)
    reasons = obstacles_to(Action.SAVE_FIRST, row.facts, row.parties)
    if (
        row.standing.rated == row.standing.asked
    ):  # where rating cannot begin yet, nothing is asked: not "everything"
        return reasons or (Reason("no_first_save", _("Everything is rated. Save the first rating.")),)
    count = {"rated": str(row.standing.rated), "asked": str(row.standing.asked)}
    return (*reasons, Reason("unrated", _("%(rated)s of %(asked)s parts are rated."), values=count))
