"""The page on which a person chooses how each kind of message reaches them."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.access import access
from core.clock import arrival
from core.forms import BaseForm, initial_from_carried
from core.inbox import refused_on
from core.mail_preferences import Delivery, choices_for, choose_deliveries, chosen_by, delivery_of
from core.notifications import Kind, kinds
from core.post import has_usable_address


def _by_topic() -> list[tuple[str, list[Kind]]]:
    """The kinds that leave a choice, by topic, in the order of their codes."""
    offered = [kind for kind in kinds() if choices_for(kind)]
    order = list(dict.fromkeys(map(_topic, offered)))
    offered.sort(key=lambda kind: order.index(_topic(kind)))
    return [(topic, list(group)) for topic, group in groupby(offered, key=_topic)]


def _topic(kind: Kind) -> str:
    return str(kind.topic) or _("Other messages")


class PreferencesForm(BaseForm):
    """One choice for each kind, gathered by topic. The field of a kind is named after its code."""

    def __init__(self, *args: Any, chosen: dict[str, Delivery], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.topics: list[tuple[str, list[str]]] = []
        for topic, group in _by_topic():
            for kind in group:
                self.fields[kind.code] = forms.ChoiceField(
                    label=kind.name,
                    help_text=_("Compulsory: it always comes by mail, too.") if kind.compulsory else "",
                    choices=[(choice.value, choice.label) for choice in choices_for(kind)],
                    initial=delivery_of(kind, chosen.get(kind.code)),
                    error_messages={"required": _("Choose one option: %(kind)s.") % {"kind": kind.name}},
                )
            self.topics.append((topic, [kind.code for kind in group]))

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields under the heading of their topic."""
        return [(topic, [self[name] for name in names]) for topic, names in self.topics]

    @property
    def chosen(self) -> dict[str, Delivery]:
        """What the person chose, by kind."""
        return {code: Delivery(value) for code, value in self.cleaned_data.items()}


@access(reason="Everybody chooses how their own messages reach them.")
@require_http_methods(["GET", "HEAD", "POST"])
def mail_preferences(request: HttpRequest) -> HttpResponse:
    """Show the choices and the address; a POST stores the choices."""
    person: Any = request.user
    form = PreferencesForm(
        request.POST if request.method == "POST" else None,
        initial=initial_from_carried(request),
        chosen=chosen_by(person.pk),
    )
    if request.method == "POST" and form.is_valid():
        choose_deliveries(recipient_id=person.pk, chosen=form.chosen)
        messages.success(request, _("Your choice is saved."))
        return redirect("mail_preferences")
    usable = has_usable_address(person.email)
    return render(
        request,
        "core/mail_preferences.html",
        {
            "form": form,
            "address": person.email or "",
            "usable": usable,
            "refused_on": refused_on(person.pk, at=arrival(request)) if usable else None,
        },
    )
