"""The calendar of one's own deadlines: a feed at a secret address, and the page that shows and renews it."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from icalendar import Calendar, Event

from accounts.actors import signed_in
from accounts.calendars import token_for
from accounts.selectors.calendars import find_calendar_owner
from accounts.services.calendars import renew_calendar, switch_calendar_off
from appraisal.selectors.deadlines import Deadline, deadlines_of
from core.access import access
from core.clock import arrival, last_day
from core.mails import host, link
from core.wording import deadline as until


@access(reason="Everybody shows, renews and switches off their own calendar.")
@require_http_methods(["GET", "HEAD", "POST"])
def calendar_page(request: HttpRequest) -> HttpResponse:
    """The address to copy; a POST renews it or switches it off."""
    person = signed_in(request)
    if request.method == "POST":
        if "off" in request.POST:
            switch_calendar_off(employee_id=person.pk)
            messages.success(request, _("The calendar is off. Its address no longer answers."))
        else:
            renew_calendar(employee_id=person.pk)
            messages.success(request, _("The calendar has a new address. An earlier one no longer answers."))
        return redirect("calendar")
    address = ""
    if person.has_calendar:
        token = token_for(person.pk, person.calendar_number)
        address = link(reverse("calendar_feed", args=[token]))
    return render(
        request,
        "appraisal/calendar.html",
        {"address": address, "deadlines": [_words(one) for one in deadlines_of(person.pk)]},
    )


@access(
    public=True, reason="A calendar program has no session; the address is the secret, and can be renewed."
)
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The deadlines as iCalendar, without a name or any content. 404 for an address that is not in use."""
    person = find_calendar_owner(token)
    if person is None:
        raise Http404
    with translation.override(person.language or settings.LANGUAGE_CODE):
        calendar = Calendar()
        calendar.add("prodid", "-//Kota Bandung//Penilaian Kinerja//ID")
        calendar.add("version", "2.0")
        calendar.add("x-wr-calname", _("Appraisal: my deadlines"))
        for one in deadlines_of(person.pk):
            calendar.add_component(_event(one, arrival(request)))
    response = HttpResponse(calendar.to_ical(), content_type="text/calendar; charset=utf-8")
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


def _words(one: Deadline) -> tuple[str, str]:
    """What ends, and until when."""
    name = f"{one.phase.label} {one.year}"
    if one.returned:
        name = _("Returned self-assessment %(year)s") % {"year": one.year}
    elif one.leads:
        name = _("%(phase)s of your team") % {"phase": name}
    return name, until(one.closes_at)


def _event(one: Deadline, at: dt.datetime) -> Event:
    """An all-day event on the last day."""
    name, moment = _words(one)
    event = Event()
    event.add("uid", f"{one.key}@{host()}")
    event.add("dtstamp", at.astimezone(dt.UTC))
    event.add("summary", _("Last day: %(name)s") % {"name": name})
    event.add("description", _("Open until %(moment)s.") % {"moment": moment})
    event.add("dtstart", last_day(one.closes_at))
    event.add("dtend", last_day(one.closes_at) + dt.timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    event.add("url", link(reverse("home")))
    return event
