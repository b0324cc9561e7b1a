"""Peers' voices: who is asked, the sealed envelopes, and what comes out of an opened box.

Between an invitation and a review there is no link once the box is open: a review has no author and no time, its key
is random, and the envelope that led to it is gone (ADR 10).
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.models import Agency, Employee
from appraisal import policies
from appraisal.enums import (
    ENDED_INVITATIONS,
    DeclineReason,
    InvitationOrigin,
    InvitationState,
    ReviewGroup,
)
from appraisal.models.appraisal import Appraisal
from appraisal.models.cycle import Cycle
from core.constraints import one_of


class BoxQuerySet(models.QuerySet["Box"]):
    """Filters on boxes; who may see is said by policies alone."""

    def figures_visible_to(self, actor: Actor) -> BoxQuerySet:
        """Opened boxes whose figures and words the actor may read."""
        return self.filter(policies.peer_figures_visible_to(actor))


class Box(models.Model):
    """The box of one appraisal: from the first name proposed until it is opened, once.

    `figures` are the aggregates of each group as appraisal.peer_figures made them; `digest` is the fingerprint of the
    reviews that came out, as the audit event of the opening has it.
    """

    appraisal = models.OneToOneField(
        Appraisal, on_delete=models.CASCADE, primary_key=True, related_name="box"
    )
    proposed_at = models.DateTimeField(_("reviewers proposed"), null=True, blank=True)
    approved_at = models.DateTimeField(_("reviewers approved"), null=True, blank=True)
    drawn_at = models.DateTimeField(_("reviewers drawn by lot"), null=True, blank=True)
    opened_at = models.DateTimeField(_("opened"), null=True, blank=True)
    figures = models.JSONField(_("figures"), null=True, blank=True)
    digest = models.CharField(_("fingerprint"), max_length=64, blank=True)

    objects = BoxQuerySet.as_manager()

    class Meta:
        verbose_name = _("box of peer answers")
        verbose_name_plural = _("boxes of peer answers")
        constraints = [
            models.CheckConstraint(
                condition=Q(opened_at__isnull=True, figures__isnull=True, digest="")
                | (Q(opened_at__isnull=False, figures__isnull=False) & Q(digest__regex=r"^[0-9a-f]{64}$")),
                name="box_opened_with_figures",
            ),
        ]
        indexes = [
            models.Index(fields=["appraisal"], name="box_still_closed", condition=Q(opened_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"box of {self.appraisal_id}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Filters on invitations; who may see is said by policies alone."""

    def of_reviewer(self, actor: Actor) -> InvitationQuerySet:
        """The invitations that the actor has received: approved ones and what became of them."""
        return self.filter(policies.is_invited(actor))

    def visible_to(self, actor: Actor) -> InvitationQuerySet:
        """Invitations of which the actor may know who was asked and where they stand."""
        return self.filter(policies.invitations_visible_to(actor))


class Invitation(models.Model):
    """One person asked to look at somebody's work. Moved by appraisal.services alone, as workflow.TRANSITIONS allows.

    `answered` is written when the box opens and says only whether there was a complete answer. `extended_to` is more time
    for this one invitation; the box waits for it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    appraisal = models.ForeignKey(Appraisal, on_delete=models.CASCADE, related_name="invitations")
    reviewer = models.ForeignKey(Employee, on_delete=models.RESTRICT, related_name="invitations")
    group = models.CharField(_("group"), max_length=12, choices=ReviewGroup)
    origin = models.CharField(_("origin"), max_length=12, choices=InvitationOrigin)
    state = models.CharField(
        _("state"), max_length=12, choices=InvitationState, default=InvitationState.PROPOSED
    )
    proposed_at = models.DateTimeField(_("proposed"))
    approved_at = models.DateTimeField(_("invited"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    decline_reason = models.CharField(
        _("why declined"), max_length=12, choices=DeclineReason, blank=True, default=""
    )
    comment = models.TextField(_("comment"), blank=True)
    extended_to = models.DateTimeField(_("more time until"), null=True, blank=True)
    answered = models.BooleanField(_("answered"), null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(
                fields=["appraisal", "reviewer"],
                name="invitation_once",
                violation_error_message=_("This person has already been asked."),
            ),
            one_of("group", ReviewGroup, name="invitation_group_known"),
            one_of("origin", InvitationOrigin, name="invitation_origin_known"),
            one_of("state", InvitationState, name="invitation_state_known"),
            models.CheckConstraint(
                condition=~Q(state__in=[InvitationState.APPROVED, InvitationState.ACCEPTED])
                | Q(approved_at__isnull=False),
                name="invitation_invited_when",
            ),
            models.CheckConstraint(
                condition=~Q(state=InvitationState.ACCEPTED) | Q(accepted_at__isnull=False),
                name="invitation_accepted_when",
            ),
            models.CheckConstraint(
                condition=Q(state__in=sorted(ENDED_INVITATIONS), ended_at__isnull=False)
                | (~Q(state__in=sorted(ENDED_INVITATIONS)) & Q(ended_at__isnull=True)),
                name="invitation_ended_when",
            ),
            models.CheckConstraint(
                condition=Q(state=InvitationState.DECLINED, decline_reason__in=DeclineReason.values)
                | (~Q(state=InvitationState.DECLINED) & Q(decline_reason="")),
                name="invitation_declined_with_reason",
                violation_error_message=_("Say why you cannot review this person."),
            ),
            models.CheckConstraint(
                condition=~Q(state=InvitationState.WITHDRAWN) | Q(comment__regex=r"\S"),
                name="invitation_withdrawn_with_reason",
                violation_error_message=_("Write why this invitation is withdrawn."),
            ),
            models.CheckConstraint(
                condition=Q(answered__isnull=True) | Q(state=InvitationState.CLOSED),
                name="invitation_answered_when_closed",
            ),
        ]
        indexes = [
            models.Index(fields=["reviewer", "state"], name="invitation_of_reviewer"),
            models.Index(
                fields=["appraisal"],
                name="invitation_standing",
                condition=~Q(state__in=sorted(ENDED_INVITATIONS)),
            ),
        ]

    def __str__(self) -> str:
        return f"invitation {self.id}"


class Envelope(models.Model):
    """A sealed answer, draft and sent alike: unreadable without the key, which never enters the database.

    Only two things stand in clear: whether what lies inside can be counted, and whether it was sent. There is no time
    and no revision; both lie inside. `key` is the one it was sealed with last, which a unit that moves to another
    agency leaves as it is.
    """

    invitation = models.OneToOneField(
        Invitation, on_delete=models.CASCADE, primary_key=True, related_name="envelope"
    )
    key = models.ForeignKey("BallotKey", on_delete=models.RESTRICT, related_name="envelopes")
    sealed = models.BinaryField(_("sealed answer"))
    complete = models.BooleanField(_("complete"), default=False)
    sent = models.BooleanField(_("sent"), default=False)

    class Meta:
        verbose_name = _("sealed envelope")
        verbose_name_plural = _("sealed envelopes")
        constraints = [
            models.CheckConstraint(
                condition=Q(sent=False) | Q(complete=True), name="envelope_sent_is_complete"
            ),
        ]

    def __str__(self) -> str:
        return f"envelope of {self.invitation_id}"


class Review(models.Model):
    """One counted answer: no author, no time, a random key. `proof` is HMAC-SHA-256 of the receipt over the content."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    appraisal = models.ForeignKey(Appraisal, on_delete=models.CASCADE, related_name="reviews")
    group = models.CharField(_("group"), max_length=12, choices=ReviewGroup)
    content = models.JSONField(_("content"))
    proof = models.BinaryField(_("proof of the receipt"), max_length=32)

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        constraints = [one_of("group", ReviewGroup, name="review_group_known")]

    def __str__(self) -> str:
        return f"review {self.id}"


class BallotKey(models.Model):
    """That there is a key for the boxes of a cycle in one top-level agency; the key itself lies in a file.

    `fingerprint` recognises the right file. `destroyed_at` is set when key and copy are gone, which is when nobody can
    link a review to its author any more.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    cycle = models.ForeignKey(Cycle, on_delete=models.RESTRICT, related_name="ballot_keys")
    agency = models.ForeignKey(Agency, on_delete=models.RESTRICT, related_name="ballot_keys")
    fingerprint = models.CharField(_("fingerprint"), max_length=64)
    made_at = models.DateTimeField(_("made"))
    destroyed_at = models.DateTimeField(_("destroyed"), null=True, blank=True)

    class Meta:
        verbose_name = _("key of the boxes")
        verbose_name_plural = _("keys of the boxes")
        constraints = [
            models.UniqueConstraint(fields=["cycle", "agency"], name="ballot_key_once"),
            models.CheckConstraint(
                condition=Q(fingerprint__regex=r"^[0-9a-f]{64}$"), name="ballot_key_has_a_fingerprint"
            ),
            models.CheckConstraint(
                condition=Q(destroyed_at__isnull=True) | Q(destroyed_at__gte=F("made_at")),
                name="ballot_key_made_first",
            ),
        ]

    def __str__(self) -> str:
        return f"key {self.cycle_id} {self.agency_id}"


class AgencyPeerFigures(models.Model):
    """Peers' figures of a whole top-level agency, of ten appraisals or more; written once, when its last box is open."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, related_name="peer_figures")
    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="peer_figures")
    figures = models.JSONField(_("figures"))
    made_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("peers' figures of an agency")
        verbose_name_plural = _("peers' figures of agencies")
        constraints = [
            models.UniqueConstraint(fields=["cycle", "agency"], name="agency_peer_figures_once"),
        ]

    def __str__(self) -> str:
        return f"figures {self.cycle_id} {self.agency_id}"
