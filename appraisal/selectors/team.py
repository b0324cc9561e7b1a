"""The people of a team: where each appraisal stands and what comes next."""

from __future__ import annotations

import datetime as dt
import unicodedata
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import JSONObject

from accounts.actors import Actor
from accounts.models import PersonnelNumber
from appraisal.enums import RATED, UNRATED, CycleState, Party, Phase
from appraisal.facts import Facts
from appraisal.models import Appraisal, Extension
from appraisal.policies import parties_of
from appraisal.selectors.facts import assemble_facts, window_rows_by_cycle
from appraisal.selectors.rating_forms import forms_of
from appraisal.selectors.ratings import RatingForm
from appraisal.selectors.steps import FINISHED, FOR_THE_RATER, Standing, Step, standing_of
from appraisal.windows import Window, WindowRow
from core.paging import Page, page_of_rows

PAGE_SIZE = 25
NO_DEADLINE = 2**40
STATES = ("mine", "late", "rated")


@dataclass(frozen=True, slots=True)
class Segment:
    """Another part of the same year, served elsewhere."""

    unit: str
    first_day: dt.date
    last_day: dt.date
    rated: bool


@dataclass(frozen=True, slots=True)
class TeamRow:
    """One appraisal in the list of those who lead."""

    appraisal: Appraisal
    facts: Facts
    parties: frozenset[Party]
    standing: Standing
    form: RatingForm | None = None
    segments: tuple[Segment, ...] = ()
    named: bool = True

    @property
    def step(self) -> Step:
        """What comes next."""
        return self.standing.step

    @property
    def is_segment(self) -> bool:
        """Whether the appraisal covers a part of the year only, or the person has another one in it."""
        year = self.appraisal.cycle.year
        whole = (dt.date(year, 1, 1), dt.date(year, 12, 31))
        return bool(self.segments) or (self.appraisal.first_day, self.appraisal.last_day) != whole

    @property
    def waits(self) -> bool:
        """Whether the reader has a move."""
        if self.step == Step.PLAN_SENT:
            return bool(self.parties & {Party.SUPERVISOR, Party.DELEGATE})
        if self.step == Step.TO_TALK and self.appraisal.rated_by_id != self.appraisal.superior_id:
            return Party.SUPERVISOR in self.parties
        rater = Party.SUPERVISOR in self.parties or (
            Party.SUPERIOR in self.parties and self.facts.has_closed(Phase.SUPERVISOR_REVIEW)
        )
        return rater and self.step in FOR_THE_RATER

    @property
    def is_rated(self) -> bool:
        """Whether a rating was sent."""
        return self.facts.rating in RATED

    @property
    def urgency(self) -> tuple[str | int, ...]:
        """Late first, then what waits for the reader, then what waits for others; each by deadline and name."""
        waits = 0 if self.waits else 2 if self.step in FINISHED else 1
        deadline = int(self.standing.closes_at.timestamp()) if self.standing.closes_at else NO_DEADLINE
        return (0 if self.standing.late else 1, waits, deadline, *self.by_name)

    @property
    def by_name(self) -> tuple[str | int, ...]:
        """The order by name."""
        return (self.appraisal.employee.sort_name, str(self.appraisal.pk))


@dataclass(frozen=True, slots=True)
class Filters:
    """What the URL asks for: part of a name or NIP, a state of STATES ("" is all), and the order."""

    q: str = ""
    state: str = ""
    sort: str = ""


@dataclass(frozen=True, slots=True)
class Team:
    """The list with what stands above it, counted over everybody and not only over the page."""

    page: Page[TeamRow]
    total: int
    rated: int
    plans_agreed: int
    ready: int
    unrated: int
    review: Window | None


# --- reading ------------------------------------------------------------------------------------


def led_by(actor: Actor) -> Q:
    """Whom the actor leads: present people, those they rated, and ratings that were passed on to them."""
    return (
        Q(supervisor=actor.id)
        | Q(rated_by=actor.id)
        | Q(superior=actor.id, passed_on_at__isnull=False, rating_state__in=UNRATED)
    )


def stood_in_for(actor: Actor) -> Q:
    """The people of the heads whose worklist the actor has as Plh."""
    return Q(supervisor__in=actor.stands_in_for)


def oversees(actor: Actor) -> bool:
    """Whether somebody works below the actor's supervisors in an open cycle. One query."""
    return Appraisal.objects.filter(superior=actor.id, cycle__state=CycleState.OPEN).exists()


def _extensions() -> ArraySubquery:
    rows = Extension.objects.filter(appraisal=OuterRef("pk")).order_by("pk")
    return ArraySubquery(rows.values(said=JSONObject(phase="phase", closes_at="closes_at")))


def _other_segments() -> ArraySubquery:
    others = (
        Appraisal.objects.filter(employee=OuterRef("employee"), cycle=OuterRef("cycle"))
        .exclude(pk=OuterRef("pk"))
        .order_by("first_day", "pk")
    )
    return ArraySubquery(
        others.values(
            said=JSONObject(
                unit="agency__name", first_day="first_day", last_day="last_day", state="rating_state"
            )
        )
    )


def plain_name(text: str) -> str:
    """A typed name as `sort_name` is written: small letters without accents."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(one for one in letters if not unicodedata.combining(one)).split())


def _named(q: str) -> Any:
    """Whether the person's name contains the text, or their present number begins with its digits."""
    text = plain_name(q)
    found = Q(employee__sort_name__contains=text)
    digits = text.replace(" ", "").replace(".", "")
    if digits.isdecimal():
        found |= Q(
            Exists(PersonnelNumber.objects.filter(employee=OuterRef("employee"), digits__startswith=digits))
        )
    return Case(When(found, then=Value(True)), default=Value(False), output_field=BooleanField())


def leading_rows(scope: Q, q: str = "") -> QuerySet[Appraisal]:
    """The appraisals of open cycles in the scope with all that a row shows. One query."""
    rows = (
        Appraisal.objects.filter(scope, cycle__state=CycleState.OPEN)
        .select_related(
            "cycle", "agency", "employee", "placement__position", "supervisor", "superior", "rated_by"
        )
        .annotate(extended=_extensions(), elsewhere=_other_segments())
    )
    return rows.annotate(named=_named(q)) if q else rows


def facts_by_appraisal(appraisals: Sequence[Appraisal], *, at: dt.datetime) -> dict[uuid.UUID, Facts]:
    """The facts of appraisals that carry their extensions (`extended`). One query, none for none."""
    if not appraisals:
        return {}
    windows = window_rows_by_cycle(
        {one.cycle_id for one in appraisals}, {one.agency.path for one in appraisals}
    )
    return {one.pk: _facts(one, windows.get(one.cycle_id, ()), at) for one in appraisals}


def _facts(appraisal: Appraisal, rows: Iterable[WindowRow], at: dt.datetime) -> Facts:
    extensions = {
        Phase(said["phase"]): dt.datetime.fromisoformat(said["closes_at"])
        for said in appraisal.extended  # type: ignore[attr-defined]  # annotated
    }
    return assemble_facts(appraisal, at=at, rows=rows, extensions=extensions)


def segments_of(appraisal: Appraisal) -> tuple[Segment, ...]:
    """The other segments of the person's year, as `leading_rows` annotated them. No query."""
    return tuple(
        Segment(
            unit=said["unit"],
            first_day=dt.date.fromisoformat(said["first_day"]),
            last_day=dt.date.fromisoformat(said["last_day"]),
            rated=said["state"] in {state.value for state in RATED},
        )
        for said in appraisal.elsewhere  # type: ignore[attr-defined]  # annotated
    )


def team_rows(actor: Actor, scope: Q, *, at: dt.datetime, q: str = "") -> list[TeamRow]:
    """Every appraisal of the scope as a row, in no order. Five queries whatever the number."""
    appraisals = list(leading_rows(scope, q))
    facts = facts_by_appraisal(appraisals, at=at)
    parties = {one.pk: parties_of(actor, one) for one in appraisals}
    forms = _own_forms(actor, appraisals, parties, facts)
    return [
        TeamRow(
            appraisal=one,
            facts=facts[one.pk],
            parties=parties[one.pk],
            standing=standing_of(facts[one.pk], parties[one.pk], forms.get(one.pk)),
            form=forms.get(one.pk),
            segments=segments_of(one),
            named=getattr(one, "named", True),
        )
        for one in appraisals
    ]


def _own_forms(
    actor: Actor,
    appraisals: Sequence[Appraisal],
    parties: Mapping[uuid.UUID, frozenset[Party]],
    facts: Mapping[uuid.UUID, Facts],
) -> dict[uuid.UUID, RatingForm]:
    """The reader's own drafts where they rate now: a draft is its writer's alone."""
    return forms_of([one for one in appraisals if _rates_now(parties[one.pk], facts[one.pk])], actor.id)


def _rates_now(parties: frozenset[Party], facts: Facts) -> bool:
    if facts.rating not in UNRATED or not facts.has_agreed_plan:
        return False
    if facts.has_closed(Phase.SUPERVISOR_REVIEW):
        return Party.SUPERIOR in parties
    return Party.SUPERVISOR in parties and facts.is_open(Phase.SUPERVISOR_REVIEW)


# --- the list -----------------------------------------------------------------------------------


def team_of(actor: Actor, scope: Q, filters: Filters, *, after: str = "", at: dt.datetime) -> Team:
    """The list of a team, filtered, in order, one page of it. Five queries whatever the number."""
    rows = team_rows(actor, scope, at=at, q=filters.q)
    shown = [row for row in rows if row.named and _has_state(row, filters.state)]
    in_review = [row for row in rows if row.facts.is_open(Phase.SUPERVISOR_REVIEW)] or rows
    return Team(
        page=page_of_rows(
            shown,
            key=(lambda row: row.by_name) if filters.sort == "name" else (lambda row: row.urgency),
            after=after,
            size=PAGE_SIZE,
        ),
        total=len(in_review),
        rated=sum(row.is_rated for row in in_review),
        plans_agreed=sum(row.facts.has_agreed_plan for row in in_review),
        ready=sum(row.step == Step.READY for row in rows),
        unrated=sum(row.facts.rating in UNRATED for row in in_review),
        review=_next_review(in_review),
    )


def _has_state(row: TeamRow, state: str) -> bool:
    if state == "mine":
        return row.waits
    if state == "late":
        return row.standing.late
    return row.is_rated if state == "rated" else True


def _next_review(rows: Sequence[TeamRow]) -> Window | None:
    """The window in which the people of the list are rated: of those not rated yet, the one that closes first."""
    windows = [
        window
        for row in rows
        if (window := row.facts.windows.get(Phase.SUPERVISOR_REVIEW)) and not row.is_rated
    ] or [window for row in rows if (window := row.facts.windows.get(Phase.SUPERVISOR_REVIEW))]
    return min(windows, key=lambda window: window.closes_at, default=None)
