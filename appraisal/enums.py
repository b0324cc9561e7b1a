"""States, phases, parties, actions: the words of the process."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CycleState(models.TextChoices):
    """A cycle is prepared, then open, then closed."""

    DRAFT = "draft", _("In preparation")
    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")


class Scheme(models.TextChoices):
    """How ratings become a predicate."""

    CATEGORICAL = "categorical", _("Nine cells (PermenPANRB 6/2022)")


class Phase(models.TextChoices):
    """A window of time in a cycle. Phases are windows, never states."""

    PLANNING = "planning", _("Planning")
    EXECUTION = "execution", _("Execution")
    SELF_ASSESSMENT = "self_assessment", _("Self-assessment")
    NOMINATION = "nomination", _("Nomination of peers")
    PEER_REVIEW = "peer_review", _("Peer review")
    SUPERVISOR_REVIEW = "supervisor_review", _("Supervisor review")
    CALIBRATION = "calibration", _("Calibration")
    PUBLICATION = "publication", _("Publication")


# A cycle may do without peers; then it has neither of these windows.
PEER_PHASES = (Phase.NOMINATION, Phase.PEER_REVIEW)


class Track(models.TextChoices):
    """The tracks of an appraisal, overlapping in time, each with its own state; each invitation has one of its own."""

    PLAN = "plan", _("Plan")
    SELF_ASSESSMENT = "self_assessment", _("Self-assessment")
    INVITATION = "invitation", _("Reviewers")
    RATING = "rating", _("Rating")
    RESULT = "result", _("Result")


class PlanState(models.TextChoices):
    """Where the latest version of the plan stands."""

    DRAFT = "draft", _("Draft")
    SENT = "sent", _("Sent")
    RETURNED = "returned", _("Returned")
    AGREED = "agreed", _("Agreed")


class SelfState(models.TextChoices):
    """Where the self-assessment stands."""

    DRAFT = "draft", _("Draft")
    SENT = "sent", _("Sent")
    RETURNED = "returned", _("Returned")
    NOT_SENT = "not_sent", _("Not sent")


class InvitationState(models.TextChoices):
    """Where the invitation of one reviewer stands."""

    PROPOSED = "proposed", _("Proposed")
    APPROVED = "approved", _("Invited")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    CLOSED = "closed", _("Closed")


# Asked and not gone: such an invitation may lead to an answer.
INVITED = frozenset({InvitationState.APPROVED, InvitationState.ACCEPTED})
# Counts among the people who look at somebody's work.
STANDING_INVITATIONS = INVITED | {InvitationState.PROPOSED}
ENDED_INVITATIONS = frozenset({InvitationState.DECLINED, InvitationState.WITHDRAWN, InvitationState.CLOSED})


class ReviewGroup(models.TextChoices):
    """As whom a reviewer answers. Each group is opened, counted and suppressed by itself."""

    PEER = "peer", _("Peers")
    SUBORDINATE = "subordinate", _("Subordinates")


class InvitationOrigin(models.TextChoices):
    """Who thought of this reviewer."""

    EMPLOYEE = "employee", _("Proposed by the employee")
    SUPERVISOR = "supervisor", _("Added by the supervisor")
    DRAW = "draw", _("Drawn by lot")


class DeclineReason(models.TextChoices):
    """Why somebody cannot review; the supervisor reads it and replaces."""

    TOO_LITTLE = "too_little", _("I have worked with this person too little")
    NO_TIME = "no_time", _("I cannot do it in this time")
    CONFLICT = "conflict", _("I have a conflict of interest")
    OTHER = "other", _("Another reason")


class WordKind(models.TextChoices):
    """What a text of a reviewer is."""

    STRENGTH = "strength", _("Strength")
    WISH = "wish", _("Wish")


class WordState(models.TextChoices):
    """What became of a text of a reviewer that was reported as abuse. Hiding takes two people."""

    REPORTED = "reported", _("Reported")
    PROPOSED = "proposed", _("One person wants it hidden")
    HIDDEN = "hidden", _("Hidden by two people")
    KEPT = "kept", _("Kept")


class RatingState(models.TextChoices):
    """Where the supervisor's rating stands."""

    OPEN = "open", _("Open")
    FIRST_SAVED = "first_saved", _("First rating saved")
    SENT = "sent", _("Sent")
    REVISED = "revised", _("Revised")
    CONFIRMED = "confirmed", _("Confirmed")
    NOT_ASSESSED = "not_assessed", _("Not assessed")


RATED = frozenset({RatingState.SENT, RatingState.REVISED, RatingState.CONFIRMED})
UNRATED = frozenset({RatingState.OPEN, RatingState.FIRST_SAVED})


class ResultState(models.TextChoices):
    """Who may see the result."""

    HIDDEN = "hidden", _("Not published")
    WITH_SUPERVISOR = "with_supervisor", _("Shown to supervisors")
    PUBLISHED = "published", _("Published")
    RECEIVED = "received", _("Received")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")


SEEN_BY_EMPLOYEE = frozenset({ResultState.PUBLISHED, ResultState.RECEIVED, ResultState.ACKNOWLEDGED})
SEEN_BY_SUPERVISOR = SEEN_BY_EMPLOYEE | {ResultState.WITH_SUPERVISOR}
OPENED_BY_EMPLOYEE = frozenset({ResultState.RECEIVED, ResultState.ACKNOWLEDGED})


class Party(models.TextChoices):
    """Who somebody is to one appraisal. `clock` is time itself."""

    EMPLOYEE = "employee", _("Employee")
    SUPERVISOR = "supervisor", _("Supervisor")
    DELEGATE = "delegate", _("Day-to-day head (Plh)")
    SUPERIOR = "superior", _("Superior")
    PEER = "peer", _("Reviewer")
    HR = "hr", _("HR admin")
    CLOCK = "clock", _("The clock")


class Action(models.TextChoices):
    """Every move that can be made."""

    SEND_PLAN = "send_plan", _("Send the plan")
    WITHDRAW_PLAN = "withdraw_plan", _("Take the plan back")
    RETURN_PLAN = "return_plan", _("Return the plan")
    AGREE_PLAN = "agree_plan", _("Agree to the plan")
    REVISE_PLAN = "revise_plan", _("Change the agreed plan")
    SEND_SELF = "send_self", _("Send the self-assessment")
    RESEND_SELF = "resend_self", _("Send the self-assessment again")
    WITHDRAW_SELF = "withdraw_self", _("Take the self-assessment back")
    RETURN_SELF = "return_self", _("Return the self-assessment")
    CLOSE_SELF_COMPLETE = "close_self_complete", _("Sent when time was up")
    CLOSE_SELF_INCOMPLETE = "close_self_incomplete", _("Closed without being sent")
    KEEP_EARLIER_SELF = "keep_earlier_self", _("The earlier version counts")
    REOPEN_SELF = "reopen_self", _("Reopen the self-assessment")
    APPROVE_INVITATION = "approve_invitation", _("Approve the reviewer")
    WITHDRAW_INVITATION = "withdraw_invitation", _("Withdraw the invitation")
    CANCEL_INVITATION = "cancel_invitation", _("Cancel an accepted invitation")
    ACCEPT_INVITATION = "accept_invitation", _("Accept the invitation")
    DECLINE_INVITATION = "decline_invitation", _("Decline the invitation")
    SEND_ANSWER = "send_answer", _("Send the answer")
    CLOSE_INVITATION = "close_invitation", _("Close the invitation")
    SAVE_FIRST = "save_first", _("Save the first rating")
    SEND_RATING = "send_rating", _("Send the rating")
    REVISE_RATING = "revise_rating", _("Revise the rating")
    PASS_ON = "pass_on", _("Pass the rating on to the superior")
    CONFIRM_RATING = "confirm_rating", _("Confirm the rating")
    UNCONFIRM_RATING = "unconfirm_rating", _("Open a confirmed rating after a recall")
    CLOSE_UNRATED = "close_unrated", _("Close without a rating")
    REOPEN_UNRATED = "reopen_unrated", _("Open again for rating after a recall")
    REOPEN_SAVED = "reopen_saved", _("Go back to the first rating after a recall")
    SHOW_SUPERVISOR = "show_supervisor", _("Show the result to the supervisor")
    PUBLISH = "publish", _("Publish the result")
    RECALL = "recall", _("Recall the result")
    RECEIVE = "receive", _("Open the result")
    ACKNOWLEDGE = "acknowledge", _("Confirm having read")


class ItemKind(models.TextChoices):
    """Main results come from the duty; additional ones are agreed beside it."""

    MAIN = "main", _("Main")
    ADDITIONAL = "additional", _("Additional")


class Rating(models.TextChoices):
    """Against the expectation."""

    BELOW = "below", _("Below expectation")
    MEETS = "meets", _("Meets expectation")
    ABOVE = "above", _("Above expectation")


class Predicate(models.TextChoices):
    """The predicate of an employee."""

    VERY_GOOD = "very_good", _("Very good")
    GOOD = "good", _("Good")
    NEEDS_IMPROVEMENT = "needs_improvement", _("Needs improvement")
    POOR = "poor", _("Poor")
    VERY_POOR = "very_poor", _("Very poor")


class Topic(models.TextChoices):
    """What one page of a form asks about."""

    ITEM = "item", _("Plan item")
    VALUE = "value", _("Core value")
    COMPETENCY = "competency", _("Competency")
    OVERALL = "overall", _("Overall rating")
    FEEDBACK = "feedback", _("Feedback")


class RatingStage(models.TextChoices):
    """Which of the kept ratings a record is."""

    FIRST = "first", _("First save")
    FINAL = "final", _("Sent")
    REVISED = "revised", _("Revised in calibration")


class JournalKind(models.TextChoices):
    """What an entry of the year is."""

    ACHIEVEMENT = "achievement", _("Achievement")
    FEEDBACK_POSITIVE = "feedback_positive", _("Feedback: keep doing this")
    FEEDBACK_IMPROVE = "feedback_improve", _("Feedback: do this differently")
    EVIDENCE = "evidence", _("Note on evidence")


class NotAssessedReason(models.TextChoices):
    """Why there is no rating at publication."""

    UNRATED = "unrated", _("Nobody rated in time")
    NO_PLAN = "no_plan", _("No agreed plan")
    LEFT = "left", _("Left the service")


class LookPurpose(models.TextChoices):
    """As whom somebody looked at an appraisal: what the access log keeps and the employee reads."""

    SUPERVISOR = "result.supervisor", _("Read the result as the supervisor")
    SUPERIOR = "result.superior", _("Read the result as the superior")
    AGENCY_HEAD = "result.agency_head", _("Read the result as head of the agency")
    HR = "result.hr", _("Read the result as HR")
    AUDITOR = "audit", _("Read the record as auditor")


class BulkAct(models.TextChoices):
    """An act on very many rows, done range by range."""

    CREATE = "create", _("Making the appraisals")
    CLOSE_SELF = "close_self", _("Closing the self-assessments")
    INVITE = "invite", _("Inviting reviewers")
    OPEN_BOXES = "open_boxes", _("Opening the boxes of peers' answers")
    KEEP_EARLIER = "keep_earlier", _("Keeping earlier self-assessments")
    PASS_ON = "pass_on", _("Passing ratings on to the superiors")
    CLOSE_UNRATED = "close_unrated", _("Closing what has no rating")


class BatchState(models.TextChoices):
    """A range waits, is done, or is a single row that an error keeps from being done; it is tried again each time."""

    WAITING = "waiting", _("Waiting")
    DONE = "done", _("Done")
    STUCK = "stuck", _("Stuck")
