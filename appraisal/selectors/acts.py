"""The acts of the record in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from core.errors import Sentence

ACTS: Mapping[str, Sentence] = {
    "cycle.prepared": _("Prepared the cycle"),
    "cycle.opened": _("Opened the cycle"),
    "cycle.extended_to_newcomers": _("Added newcomers to the cycle"),
    "cycle.windows_set": _("Set the dates of the phases"),
    "cycle.appraisals_made": _("Made the appraisals of a range of people"),
    "cycle.closed": _("Closed the year"),
    "window.extended": _("Gave more time"),
    "plan.sent": _("Sent the plan"),
    "plan.withdrawn": _("Took the plan back"),
    "plan.returned": _("Returned the plan"),
    "plan.agreed": _("Agreed to the plan"),
    "plan.reopened": _("Began a new version of the plan"),
    "evidence.added": _("Added evidence"),
    "evidence.removed": _("Removed evidence"),
    "journal.feedback_written": _("Wrote feedback into the journal"),
    "journal.removed": _("Removed an entry of the journal"),
    "self_assessment.sent": _("Sent the self-assessment"),
    "self_assessment.sent_by_clock": _("The self-assessment was sent when time was up"),
    "self_assessment.withdrawn": _("Took the self-assessment back"),
    "self_assessment.returned": _("Returned the self-assessment"),
    "self_assessment.reopened": _("Reopened the self-assessment"),
    "self_assessment.not_sent": _("Time was up; the self-assessment was not complete"),
    "self_assessment.earlier_kept": _("Time was up; the earlier version counts"),
    "rating.first_saved": _("Saved the first rating"),
    "rating.sent": _("Sent the rating"),
    "rating.revised": _("Revised the rating in calibration"),
    "rating.passed_on": _("The rating passed to the superior"),
    "rating.closed_unrated": _("Closed without a rating, with the year"),
    "cycle.peer_numbers_set": _("Set how many reviewers the year asks"),
    "cycle.reminders_set": _("Set how the year reminds"),
    "peer_word.reported": _("Reported a text of a reviewer"),
    "peer_word.hiding_asked": _("Asked for a reported text to be hidden"),
    "peer_word.hidden": _("Hid a reported text, as the second person"),
    "peer_word.kept": _("Kept a reported text"),
    "invitation.proposed": _("Proposed a reviewer"),
    "invitation.dropped": _("Took a reviewer off the own list"),
    "nomination.sent": _("Sent the list of reviewers"),
    "nomination.approved": _("Settled the list of reviewers"),
    "nomination.closed": _("Closed the nomination of a range of units"),
    "invitations.drawn": _("Reviewers were drawn by lot"),
    "invitation.made": _("Asked a reviewer"),
    "invitation.accepted": _("Accepted the invitation to give a view"),
    "invitation.declined": _("Declined the invitation to give a view"),
    "invitation.withdrawn": _("Withdrew the invitation of a reviewer"),
    "invitation.withdrawn_by_clock": _("The invitation of a reviewer who has become a supervisor ended"),
    "invitation.extended": _("Gave a reviewer more time"),
    "results.shown_to_supervisors": _("Published the agency’s results to supervisors"),
    "results.published": _("The agency’s results opened to employees"),
    "results.recalled": _("Took the agency’s results back"),
    "result.received": _("Opened the result"),
    "result.acknowledged": _("Confirmed having read the result"),
    "placement.started": _("Placed the person in the unit"),
    "placement.ended": _("Ended the placement"),
    "supervisor.decided": _("Decided who supervises"),
    "supervisor.decision_ended": _("Ended the decision on who supervises"),
}


def act_words(code: str) -> Sentence:
    """What the act was; an act without words is told by its code."""
    return ACTS.get(code, code)
