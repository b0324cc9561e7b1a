"""allauth as it is used here: closed to sign-up, throttled by us, silent about who exists."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import time_format
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from accounts import throttle
from accounts.models import Employee
from accounts.selectors.sign_in import find_account
from accounts.services.passwords import change_password
from accounts.services.sign_in import note_pause
from core.clock import arrival

LONGEST_NEXT = 1500


class AccountAdapter(DefaultAccountAdapter):
    """The decisions of design.md, section 5, row "sign-in"."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _("The number or the password is not right. Check both and try again."),
        "enter_current_password": _("This is not your current password."),
    }

    _attempt: throttle.Attempt
    _employee_id: uuid.UUID | None = None

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: people come from the city's records."""
        return False

    def is_ajax(self, request: HttpRequest) -> bool:
        """Never: allauth's JSON twin of a form would repeat the password that was typed."""
        return False

    def is_safe_url(self, url: str) -> bool:
        """Whether one may be sent on to `url`: this host only, not every host the server answers to."""
        request = context.request
        return len(url) <= LONGEST_NEXT and url_has_allowed_host_and_scheme(
            url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        )

    def save_user(
        self, request: HttpRequest, user: AbstractBaseUser, form: BaseForm, commit: bool = True
    ) -> AbstractBaseUser:
        """Refused: no form makes a person."""
        raise NotImplementedError("People come from the city's records.")

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Change the password through our service."""
        if not isinstance(user, Employee):
            raise TypeError("Only an employee has a password.")
        change_password(
            employee=user, password=password, at=arrival(context.request), path=reverse("account")
        )

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Check login and password; only failures count. Raises ValidationError while sign-in pauses.

        Whether the account exists or not, the same queries run and one password is hashed.
        """
        typed = credentials.get("username", "")
        account = find_account(typed)
        self._employee_id = account.employee_id if account else None
        credentials["username"] = account.login if account else typed
        user = super().authenticate(request, **credentials)
        if user is not None:
            self._attempt.succeeded()
        return user

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Reserve the attempt before the password is looked at."""
        key = str(self._employee_id) if self._employee_id else credentials["username"]
        try:
            self._attempt = throttle.begin(request, key, arrival(request))
        except throttle.Paused as paused:
            raise ValidationError(paused_sentence(paused), code="paused") from paused

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Let the failure count, and tell the owner when it closed the account's bucket.

        The notice is the one thing that takes longer for an account that exists; it comes once in five minutes.
        """
        at = arrival(request)
        pause = self._attempt.failed(at)
        if pause is not None and self._employee_id is not None:
            note_pause(
                employee_id=self._employee_id,
                pause=pause,
                known_browser=self._attempt.known_browser,
                at=at,
                path=reverse("account"),
            )


def paused_sentence(paused: throttle.Paused) -> str:
    """What the refused person reads: why, and from when on it goes on. The same for unknown accounts."""
    until = localtime(paused.until)
    if until.second or until.microsecond:
        until = until.replace(second=0, microsecond=0) + dt.timedelta(minutes=1)
    text = (
        _("There were too many wrong passwords from this network. Try again at %(time)s WIB.")
        if paused.by_address
        else _("There were too many wrong passwords. Try again at %(time)s WIB.")
    )
    return str(text) % {"time": time_format(until, "TIME_FORMAT")}
