"""Who may see what, each as a Q. Nothing else decides visibility; views load through it.

Invisible is 404. Parties (employee, supervisor, superior) are read from the appraisal itself; granted roles come
dated and scoped to a subtree in the Actor. docs/permissions.md is generated from this and from @access.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from accounts.actors import Actor
from accounts.enums import Role
from appraisal.enums import (
    SEEN_BY_EMPLOYEE,
    SEEN_BY_SUPERVISOR,
    InvitationOrigin,
    LookPurpose,
    Party,
    Phase,
    RatingState,
    SelfState,
)

if TYPE_CHECKING:
    from appraisal.facts import Facts
    from appraisal.models import Appraisal, Invitation

NOTHING = Q(pk__in=[])


def _within(actor: Actor, *roles: str) -> Q:
    """Appraisals of others in a subtree in which the actor holds one of the roles: no role reaches one's own."""
    found = NOTHING
    for path in actor.paths(*roles):
        found |= Q(agency__path__startswith=path)
    return found & ~Q(employee=actor.id)


def is_rater(actor: Actor) -> Q:
    """The present supervisor, or whoever rated (a former supervisor keeps what falls into their dates)."""
    return Q(supervisor=actor.id) | Q(rated_by=actor.id)


def leads(actor: Actor) -> Q:
    """The rater, or the Plh who has the rater's worklist today (and does not rate)."""
    return is_rater(actor) | Q(supervisor__in=actor.stands_in_for) if actor.stands_in_for else is_rater(actor)


def visible_to(actor: Actor) -> Q:
    """Where an appraisal stands and its dates: the parties, heads, HR and performance managers, the auditor."""
    return (
        Q(employee=actor.id)
        | leads(actor)
        | Q(superior=actor.id)
        | _within(
            actor, Role.AGENCY_HEAD, Role.HR_AGENCY, Role.HR_CITY, Role.PERFORMANCE_MANAGER, Role.AUDITOR
        )
    )


def content_visible_to(actor: Actor) -> Q:
    """Plan, realisation, evidence and the shared journal: employee, supervisor, superior, agency head, auditor."""
    return (
        Q(employee=actor.id)
        | leads(actor)
        | Q(superior=actor.id)
        | _within(actor, Role.AGENCY_HEAD, Role.AUDITOR)
    )


def self_assessment_visible_to(actor: Actor) -> Q:
    """The sent self-assessment: its writer always; the same readers as the plan once it was sent."""
    return Q(employee=actor.id) | (
        Q(self_state__in=[SelfState.SENT, SelfState.RETURNED]) & content_visible_to(actor)
    )


def rating_visible_to(actor: Actor) -> Q:
    """A rating before publication, once it was sent: its author, superior and agency head, and the auditor.

    What is not sent is a draft and belongs to its writer alone. Superior and agency head wait for calibration, which
    is a matter of the moment: `must_wait_for_calibration`.
    """
    sent = Q(rating_state__in=[RatingState.SENT, RatingState.REVISED, RatingState.CONFIRMED])
    return Q(rated_by=actor.id) | (
        sent & (Q(superior=actor.id) | _within(actor, Role.AGENCY_HEAD, Role.AUDITOR))
    )


def must_wait_for_calibration(actor: Actor, appraisal: Appraisal, facts: Facts) -> bool:
    """Whether the actor would see a sent rating before calibration has opened to it: nobody but who rated may.

    The supervisor decides alone; what the superior thinks comes when the ratings are looked at together.
    """
    if actor.id == appraisal.rated_by_id or facts.rating == RatingState.CONFIRMED:
        return False
    window = facts.windows.get(Phase.CALIBRATION)
    return window is None or facts.at < window.opens_at


def result_visible_to(actor: Actor) -> Q:
    """The published result with its tree.

    Supervisor, superior and agency head from the day it is shown to supervisors; the employee, and HR of the
    agency and of the city, from publication; the auditor whatever is stored.
    """
    return (
        (
            Q(result_state__in=SEEN_BY_EMPLOYEE)
            & (Q(employee=actor.id) | _within(actor, Role.HR_AGENCY, Role.HR_CITY))
        )
        | (
            Q(result_state__in=SEEN_BY_SUPERVISOR)
            & (is_rater(actor) | Q(superior=actor.id) | _within(actor, Role.AGENCY_HEAD))
        )
        | _within(actor, Role.AUDITOR)
    )


def outcome_visible_to(actor: Actor) -> Q:
    """The result, or why there is none: that a person was not assessed is no rating and is told without delay.

    Readable by the employee, the rater, the superior, the agency head, HR and the auditor.
    """
    readers = (
        Q(employee=actor.id)
        | is_rater(actor)
        | Q(superior=actor.id)
        | _within(actor, Role.AGENCY_HEAD, Role.HR_AGENCY, Role.HR_CITY)
    )
    return result_visible_to(actor) | (Q(rating_state=RatingState.NOT_ASSESSED) & readers)


def record_visible_to(actor: Actor) -> Q:
    """Appraisals whose whole record the actor may read as auditor."""
    return _within(actor, Role.AUDITOR)


def is_invited(actor: Actor) -> Q:
    """Invitations that reached this reviewer; a name that was only proposed is not told to the person yet."""
    return Q(reviewer=actor.id, approved_at__isnull=False)


def invitations_visible_to(actor: Actor) -> Q:
    """Who was asked and where it stands, never whether or what they answered.

    The supervisor (or Plh), the superior and HR always; the employee until the box is open only whom they proposed
    themselves; the reviewer their own. Others never.
    """
    own = Q(appraisal__employee=actor.id, origin=InvitationOrigin.EMPLOYEE)
    leading = Q(appraisal__supervisor=actor.id) | Q(appraisal__superior=actor.id)
    if actor.stands_in_for:
        leading |= Q(appraisal__supervisor__in=actor.stands_in_for)
    watched = NOTHING
    for path in actor.paths(Role.HR_AGENCY, Role.HR_CITY):
        watched |= Q(appraisal__agency__path__startswith=path)
    return own | is_invited(actor) | ((leading | watched) & ~Q(appraisal__employee=actor.id))


def peer_figures_visible_to(actor: Actor) -> Q:
    """Peers' figures and words of an opened box: the employee, the rater after their own first save, the superior after
    publication. Others never, whatever role they hold.
    """
    rater = (
        Q(appraisal__rated_by=actor.id)
        | Q(appraisal__supervisor=actor.id, appraisal__passed_on_at__isnull=True)
        | Q(appraisal__superior=actor.id, appraisal__passed_on_at__isnull=False)
    )
    return Q(opened_at__isnull=False) & (
        Q(appraisal__employee=actor.id)
        | (rater & Q(appraisal__rating_first_saved_at__isnull=False))
        | (Q(appraisal__superior=actor.id) & Q(appraisal__result_state__in=SEEN_BY_EMPLOYEE))
    )


def peer_page_visible_to(actor: Actor) -> Q:
    """The page on which peers' figures will stand: employee, rater and superior; it says when, or shows them."""
    return Q(employee=actor.id) | is_rater(actor) | Q(superior=actor.id)


def peer_node_visible_to(actor: Actor) -> Q:
    """Peers' aggregates inside the tree of a result, as a Q on boxes: who may see the figures, and the auditor.

    Of those who read a result, agency head and HR do not: they find one line that says so.
    """
    audited = NOTHING
    for path in actor.paths(Role.AUDITOR):
        audited |= Q(appraisal__agency__path__startswith=path)
    return peer_figures_visible_to(actor) | (
        Q(opened_at__isnull=False) & audited & ~Q(appraisal__employee=actor.id)
    )


def judges_words(actor: Actor) -> Q:
    """Reported texts that the actor may read and judge, as a Q on reports: HR of the agency and of the city.

    Never the parties of the appraisal, and nobody who was asked for feedback there: the text could be their own.
    """
    within = NOTHING
    for path in actor.paths(Role.HR_AGENCY, Role.HR_CITY):
        within |= Q(appraisal__agency__path__startswith=path)
    parties = (
        Q(appraisal__employee=actor.id)
        | Q(appraisal__supervisor=actor.id, appraisal__supervisor__isnull=False)
        | Q(appraisal__rated_by=actor.id, appraisal__rated_by__isnull=False)
        | Q(appraisal__superior=actor.id, appraisal__superior__isnull=False)
        | Q(reported_by=actor.id)
    )
    return within & ~parties


def look_purpose(actor: Actor, appraisal: Appraisal) -> LookPurpose | None:
    """As whom the actor reads the result of this appraisal; None for the employee, whose own look is not logged."""
    if appraisal.employee_id == actor.id:
        return None
    if actor.id in {appraisal.supervisor_id, appraisal.rated_by_id}:
        return LookPurpose.SUPERVISOR
    if actor.id == appraisal.superior_id:
        return LookPurpose.SUPERIOR
    path = appraisal.agency.path
    if actor.holds(Role.AGENCY_HEAD, path):
        return LookPurpose.AGENCY_HEAD
    if actor.holds(Role.HR_AGENCY, path) or actor.holds(Role.HR_CITY, path):
        return LookPurpose.HR
    return LookPurpose.AUDITOR


def parties_of(actor: Actor, appraisal: Appraisal) -> frozenset[Party]:
    """Who the actor is to this appraisal. HR is a party to every appraisal in its subtree but their own.

    Once somebody has rated, that person is the supervisor in the table's sense, whoever supervises today.
    """
    parties = set()
    if appraisal.employee_id == actor.id:
        parties.add(Party.EMPLOYEE)
    else:
        rater_id = appraisal.rated_by_id or appraisal.supervisor_id
        if rater_id == actor.id:
            parties.add(Party.SUPERVISOR)
        elif rater_id in actor.stands_in_for:
            parties.add(Party.DELEGATE)
        if appraisal.superior_id == actor.id:
            parties.add(Party.SUPERIOR)
        if any(actor.holds(role, appraisal.agency.path) for role in (Role.HR_AGENCY, Role.HR_CITY)):
            parties.add(Party.HR)
    return frozenset(parties)


def parties_to_invitation(actor: Actor, invitation: Invitation) -> frozenset[Party]:
    """Who the actor is to one invitation: the parties of its appraisal, and the reviewer."""
    parties = parties_of(actor, invitation.appraisal)
    return parties | {Party.PEER} if invitation.reviewer_id == actor.id else parties
