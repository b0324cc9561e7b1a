"""The door: allauth's views with what it does not know, the throttle's cookie and the fields carried over."""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import Any

from allauth.account import views as allauth_views
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import throttle
from accounts.actors import attach_actor, signed_in
from accounts.selectors.personas import Persona, personas_for
from core import carry_over
from core.clock import arrival


class SignInView(allauth_views.LoginView):
    """Sign in; what was being written when the session ended comes back afterwards."""

    template_name = "account/login.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """A second click on the button finds the person signed in already: give the form back again."""
        if request.user.is_authenticated and (answer := carry_over.after_sign_in(request)) is not None:
            return answer
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Try to sign in, or, in the demo, fill in the persona whose button was pressed."""
        if self.persona is not None and "persona" in request.POST:
            return self.render_to_response(self.get_context_data())
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponseBase:
        """Sign in, remember the browser, and go where the person was."""
        response = super().form_valid(form)
        person = self.request.user
        if not person.is_authenticated:
            return response
        self.request.session.set_expiry(
            arrival(self.request) + dt.timedelta(seconds=settings.SESSION_COOKIE_AGE)
        )
        attach_actor(self.request)
        language = person.language or translation.get_language()
        with translation.override(language):
            response = carry_over.after_sign_in(self.request) or response
            response.headers["Content-Language"] = language
        throttle.remember_browser(self.request, response, str(person.pk))
        return response

    @cached_property
    def persona(self) -> Persona | None:
        """The demo person asked for by ?persona= or by a button."""
        name = self.request.GET.get("persona") or self.request.POST.get("persona")
        return next((persona for persona in self.personas if persona.persona == name), None)

    @cached_property
    def personas(self) -> tuple[Persona, ...]:
        """The demo people; nobody outside the demo."""
        return personas_for(self.request)

    def get_form_kwargs(self) -> dict[str, Any]:
        """A persona's button fills the form in instead of being a sign-in."""
        kwargs = super().get_form_kwargs()
        if self.persona is not None:
            if "persona" in self.request.POST:
                kwargs.pop("data", None)
                kwargs.pop("files", None)
            kwargs["show_typed_password"] = True
        return kwargs

    def get_initial(self) -> dict[str, Any]:
        """Nothing, a persona, or the login of a page whose cookie was missing."""
        if self.persona is not None:
            return {"login": self.persona.login, "password": self.persona.password}
        return {"login": carry_over.page_for(self.request).typed.get("login", "")}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The form, what is carried, and the people of the demo."""
        return {
            **super().get_context_data(**kwargs),
            "carried": carry_over.page_for(self.request),
            "personas": self.personas,
        }


class ChangePasswordView(allauth_views.PasswordChangeView):
    """A new password; the other sessions end, this one stays."""

    template_name = "account/password_change.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Only for those who have a password; allauth would send the others to a page that we do not have."""
        if not signed_in(request).has_usable_password():
            messages.info(request, _("Your account has no password, so there is none to change."))
            return HttpResponseRedirect(reverse("account"))
        return super().dispatch(request, *args, **kwargs)

    def get_default_success_url(self) -> str:
        """Back to the account page, which shows that it worked."""
        return reverse("account")


class SignOutView(allauth_views.LogoutView):
    """Sign out, by POST only; signing out twice is no error."""

    http_method_names = ["post", "options"]


class InactiveView(allauth_views.AccountInactiveView):
    """The right password of an account that may not sign in."""

    template_name = "account/account_inactive.html"


sign_in = SignInView.as_view()
sign_out = SignOutView.as_view()
change_password = ChangePasswordView.as_view()
inactive = InactiveView.as_view()
