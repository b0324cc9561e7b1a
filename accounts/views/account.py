"""A person's own account."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actors import signed_in
from accounts.forms import PreferencesForm
from accounts.models import Employee
from accounts.selectors.account import account_page
from accounts.services.preferences import choose_preferences
from accounts.views.look import remember_look
from core.access import access
from core.clock import arrival, today
from core.forms import initial_from_carried


@access(reason="Everybody sees and sets their own account.")
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponseBase:
    """Show the account; a POST stores language and appearance."""
    person = signed_in(request)
    if request.method == "POST":
        form = PreferencesForm(request.POST)
        if form.is_valid():
            return _store(request, person, form)
    else:
        stored = {"language": person.language or translation.get_language(), "theme": person.theme}
        form = PreferencesForm(initial=stored | initial_from_carried(request))
    page = account_page(person, today(arrival(request)))
    return render(request, "accounts/account.html", {"account": page, "form": form})


def _store(request: HttpRequest, person: Employee, form: PreferencesForm) -> HttpResponseBase:
    language, theme = form.cleaned_data["language"], form.cleaned_data["theme"]
    choose_preferences(employee_id=person.pk, language=language, theme=theme)
    with translation.override(language):
        messages.success(request, _("Language and appearance are saved."))
    response = redirect("account")
    remember_look(response, language=language, theme=theme)
    return response
