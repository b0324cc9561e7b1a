"""How a person wants each kind of message: a mail at once, one mail a day, or only in the inbox."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from core.constraints import one_of
from core.notifications import Kind, kinds


class Delivery(models.TextChoices):
    """How a message leaves the inbox."""

    AT_ONCE = "at_once", _("A mail at once")
    DAILY = "daily", _("In the daily mail")
    INBOX = "inbox", _("Only in the inbox")


class MailPreference(models.Model):
    """What one person chose for one kind; without a row it is a mail at once."""

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mail_preferences"
    )
    kind = models.CharField(_("kind"), max_length=60)
    delivery = models.CharField(_("delivery"), max_length=10, choices=Delivery)

    class Meta:
        verbose_name = _("mail preference")
        verbose_name_plural = _("mail preferences")
        constraints = [
            models.UniqueConstraint(fields=["recipient", "kind"], name="mail_preference_once"),
            one_of("delivery", Delivery, name="mail_preference_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.delivery}"


def choices_for(kind: Kind) -> tuple[Delivery, ...]:
    """What may be chosen: nothing for some kinds, and compulsory ones are mailed in one way or the other."""
    if kind.urgent or not kind.choice:
        return ()
    return (Delivery.AT_ONCE, Delivery.DAILY) if kind.compulsory else tuple(Delivery)


def delivery_of(kind: Kind, chosen: str | None) -> Delivery:
    """How a message of this kind is delivered to somebody who chose this; what may not be chosen does not count."""
    return Delivery(chosen) if chosen in choices_for(kind) else Delivery.AT_ONCE


def chosen_by(recipient_id: uuid.UUID) -> dict[str, Delivery]:
    """What the person chose for which kind. One query."""
    rows = MailPreference.objects.filter(recipient=recipient_id).values_list("kind", "delivery")
    return {code: Delivery(delivery) for code, delivery in rows}


@transaction.atomic
def choose_deliveries(*, recipient_id: uuid.UUID, chosen: Mapping[str, Delivery]) -> None:
    """Store a person's choices; a kind that is not among them stays as it was. A matter of taste: no audit event.

    Raises ValueError for a choice that its kind does not offer.
    """
    known = {kind.code: kind for kind in kinds()}
    for code, delivery in chosen.items():
        if code not in known or delivery not in choices_for(known[code]):
            raise ValueError(f"{delivery} is no choice for {code}")
    MailPreference.objects.bulk_create(
        [
            MailPreference(recipient_id=recipient_id, kind=code, delivery=delivery)
            for code, delivery in chosen.items()
        ],
        update_conflicts=True,
        unique_fields=["recipient", "kind"],
        update_fields=["delivery"],
    )
