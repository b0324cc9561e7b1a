"""The whole record of one appraisal for the auditor: what was said, sent, decided, told and looked at. No drafts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from accounts.actors import Actor
from accounts.models.agency import ancestor_paths
from accounts.selectors.identities import Identity, identities_on
from appraisal.enums import Phase, PlanState
from appraisal.models import (
    Appraisal,
    Extension,
    JournalEntry,
    Measure,
    Plan,
    PlanItem,
    Publication,
    RatingRecord,
    SelfSubmission,
)
from appraisal.policies import rating_visible_to, self_assessment_visible_to
from appraisal.scoring import sheet
from appraisal.selectors.access_history import Look, looks_at
from appraisal.selectors.acts import act_words
from appraisal.selectors.facts import extensions_of, window_rows
from appraisal.selectors.plans import (
    ItemRow,
    agreed_rows,
    items_of,
    journal_of,
    versions_of,
    with_evidence,
)
from appraisal.selectors.rating_changes import change_nodes
from appraisal.selectors.rating_table import RatingTable, rating_table
from appraisal.selectors.result_tree import result_tree
from appraisal.selectors.results import RELATED, Verification, result_of, verify_result
from appraisal.selectors.seals import Standing, objects_of, standing_of
from appraisal.windows import Window, windows_for
from core.audit import AuditDetail, AuditEvent
from core.canonical import canonical, fingerprint
from core.components import Node
from core.errors import Sentence
from core.notifications import Notification
from core.paging import Page, page_of
from core.verification import event_is_same

EVENTS_A_PAGE = 100
MESSAGES_SHOWN = 200
READABLE_PLANS = frozenset({PlanState.SENT, PlanState.AGREED})


@dataclass(frozen=True, slots=True)
class PhaseLine:
    """The window that holds for this appraisal in one phase, and the extension that moved its end."""

    phase: Phase
    window: Window
    extension: Extension | None


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One version of the plan with its items; None while its writer is changing it, for then it is a draft."""

    plan: Plan
    items: tuple[PlanLineItem, ...] | None


@dataclass(frozen=True, slots=True)
class PlanLineItem:
    """One result with its measures."""

    item: PlanItem
    measures: tuple[Measure, ...]


@dataclass(frozen=True, slots=True)
class SubmissionLine:
    """A self-assessment that was sent. `is_intact` says whether its content still has its fingerprint."""

    submission: SelfSubmission
    is_intact: bool
    content: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class EventLine:
    """One event. `before` and `after` are canonical text; `check` is `same`, `differs` or `erased`.

    `seal` is the number of its seal, None while it waits for one.
    """

    event: AuditEvent
    act: Sentence
    actor: str
    before: str
    after: str
    digest: str
    check: str
    seal: int | None


@dataclass(frozen=True, slots=True)
class Record:
    """Everything that the auditor's page of one appraisal shows, apart from its events."""

    appraisal: Appraisal
    employee: Identity
    supervisor: Identity | None
    rater: Identity | None
    superior: Identity | None
    phases: tuple[PhaseLine, ...]
    plans: tuple[PlanLine, ...]
    items: tuple[ItemRow, ...]
    journal: tuple[JournalEntry, ...]
    submissions: tuple[SubmissionLine, ...]
    ratings: RatingTable | None
    tree: tuple[Node, ...]
    verification: Verification | None
    publications: tuple[Publication, ...]
    messages: tuple[Notification, ...]
    looks: tuple[Look, ...]
    standing: Standing


def auditable(actor: Actor) -> QuerySet[Appraisal]:
    """The appraisals whose record the actor may read, with everything that the page names. One query."""
    return Appraisal.objects.record_visible_to(actor).select_related(*RELATED)


def record_of(appraisal: Appraisal, actor: Actor) -> Record:
    """The record of an appraisal that the actor may audit. About twenty queries, whatever its length."""
    people = identities_on(
        [appraisal.employee_id, appraisal.supervisor_id, appraisal.rated_by_id, appraisal.superior_id],
        appraisal.last_day,
    )
    may_read_rating = _passes(appraisal, rating_visible_to(actor))
    records = _ratings(appraisal) if may_read_rating else ()
    result = result_of(appraisal) if may_read_rating else None
    return Record(
        appraisal=appraisal,
        employee=people[appraisal.employee_id],
        supervisor=_of(people, appraisal.supervisor_id),
        rater=_of(people, appraisal.rated_by_id),
        superior=_of(people, appraisal.superior_id),
        phases=_phases(appraisal),
        plans=_plans(appraisal),
        items=with_evidence(appraisal, agreed_rows(appraisal)),
        journal=tuple(journal_of(appraisal, actor.id)),
        submissions=_submissions(
            appraisal, with_content=_passes(appraisal, self_assessment_visible_to(actor))
        ),
        ratings=rating_table(records) if records else None,
        tree=result_tree(sheet.from_text(result.tree), changes=change_nodes(records), with_peers=True)
        if result
        else (),
        verification=verify_result(appraisal) if result else None,
        publications=_publications(appraisal),
        messages=_messages(appraisal),
        looks=looks_at(appraisal),
        standing=standing_of(appraisal),
    )


def _of(people: Mapping[Any, Identity], person: Any) -> Identity | None:
    return people.get(person) if person else None


def _passes(appraisal: Appraisal, policy: Q) -> bool:
    """Whether the row is visible by this policy. One query."""
    return Appraisal.objects.filter(policy, pk=appraisal.pk).exists()


def _phases(appraisal: Appraisal) -> tuple[PhaseLine, ...]:
    """Two queries for the windows, one for who gave more time and why."""
    path = appraisal.agency.path
    held = windows_for(
        path,
        window_rows(appraisal.cycle_id, [path]),
        extensions_of([appraisal.pk]).get(appraisal.pk),
    )
    given = {row.phase: row for row in appraisal.extensions.select_related("granted_by")}
    return tuple(
        PhaseLine(phase=phase, window=held[phase], extension=given.get(phase))
        for phase in Phase
        if phase in held
    )


def _plans(appraisal: Appraisal) -> tuple[PlanLine, ...]:
    """Every version, oldest first. Three queries."""
    versions = versions_of(appraisal)[::-1]
    items = items_of(plan for plan in versions if plan.state in READABLE_PLANS)
    return tuple(
        PlanLine(
            plan=plan,
            items=tuple(PlanLineItem(item, tuple(item.measures.all())) for item in items[plan.pk])
            if plan.pk in items
            else None,
        )
        for plan in versions
    )


def _submissions(appraisal: Appraisal, *, with_content: bool) -> tuple[SubmissionLine, ...]:
    return tuple(
        SubmissionLine(
            submission=row,
            is_intact=fingerprint(canonical(row.content)) == row.digest,
            content=row.content if with_content else None,
        )
        for row in appraisal.submissions.order_by("version", "pk")
    )


def _ratings(appraisal: Appraisal) -> tuple[RatingRecord, ...]:
    return tuple(appraisal.ratings.select_related("author").order_by("version", "pk"))


def _publications(appraisal: Appraisal) -> tuple[Publication, ...]:
    """Every publication that covered this appraisal, recalled ones too."""
    return tuple(
        Publication.objects.filter(
            cycle=appraisal.cycle_id, agency__path__in=ancestor_paths(appraisal.agency.path)
        )
        .select_related("agency", "prepared_by", "recalled_by")
        .order_by("to_supervisors_at", "pk")
    )


def _messages(appraisal: Appraisal) -> tuple[Notification, ...]:
    return tuple(
        Notification.objects.filter(subject_id=appraisal.pk)
        .select_related("recipient")
        .order_by("created_at", "pk")[:MESSAGES_SHOWN]
    )


# --- events -------------------------------------------------------------------------------------


def events_of(appraisal: Appraisal, *, after: str = "") -> Page[EventLine]:
    """The events of the appraisal, its cycle, its placement and its publications, newest first. Two queries."""
    page = page_of(
        AuditEvent.objects.filter(object_id__in=objects_of(appraisal)).select_related(
            "actor", "detail", "place"
        ),
        order=("-id",),
        after=after,
        size=EVENTS_A_PAGE,
    )
    return page.showing(_event_lines(page.rows))


def _event_lines(events: Iterable[AuditEvent]) -> Iterable[EventLine]:
    for event in events:
        detail: AuditDetail | None = getattr(event, "detail", None)
        yield EventLine(
            event=event,
            act=act_words(event.act),
            actor=event.actor.name if event.actor else "",
            before=canonical(detail.before) if detail and detail.before else "",
            after=canonical(detail.after) if detail and detail.after else "",
            digest=bytes(event.digest).hex(),
            check=_check(event, detail),
            seal=event.place.seal_id if hasattr(event, "place") else None,
        )


def _check(event: AuditEvent, detail: AuditDetail | None) -> str:
    """Whether the event still has the digest of the moment in which it was written."""
    if detail is None:
        return "erased"
    return "same" if event_is_same(event, detail) else "differs"
