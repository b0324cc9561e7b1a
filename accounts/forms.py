"""Sign-in, a new password, and how the pages look and speak."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.enums import Theme
from accounts.selectors.sign_in import clean_login
from core.forms import BaseForm, FormRules

# Longer than any login, so that a number written with a space after every digit fits.
LONGEST_TYPED_LOGIN = 100


def _password_input(autocomplete: str, *, render_value: bool = False) -> forms.PasswordInput:
    """A password control that may be pasted into and, by static/js/show-password.js, read."""
    return forms.PasswordInput(
        render_value=render_value,
        attrs={
            "class": "w-nip",
            "autocomplete": autocomplete,
            "data-show-password": "",
            "data-show-label": _("Show the password"),
            "data-hide-label": _("Hide the password"),
        },
    )


class _LoginFields(allauth_forms.LoginForm):
    """allauth's form with our two fields."""

    def __init__(self, *args: Any, show_typed_password: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = forms.CharField(
            label=_("NIP or NI PPPK"),
            help_text=_("18 digits; spaces are fine. If you were given another login, write that."),
            max_length=LONGEST_TYPED_LOGIN,
            error_messages={
                "required": _("Write your NIP, your NI PPPK or your login."),
                "max_length": _("This is too long for a NIP, an NI PPPK or a login."),
            },
            widget=forms.TextInput(
                attrs={
                    "class": "w-nip",
                    "autocomplete": "username",
                    "autocapitalize": "none",
                    "spellcheck": "false",
                }
            ),
        )
        self.fields["password"] = forms.CharField(
            label=_("Password"),
            help_text=_("You may paste it from a password manager."),
            strip=False,
            error_messages={"required": _("Write your password.")},
            widget=_password_input("current-password", render_value=show_typed_password),
        )


class LoginForm(FormRules, _LoginFields):
    """NIP, NI PPPK or another login, and the password. Set as ACCOUNT_FORMS["login"]."""

    def clean_login(self) -> str:
        """The login meant, without the signs by which people group digits."""
        return clean_login(self.cleaned_data["login"])


class _ChangePasswordFields(allauth_forms.ChangePasswordForm):
    """allauth's form in our words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        old, new, again = (self.fields[name] for name in ("oldpassword", "password1", "password2"))
        old.label = _("Current password")
        old.help_text = ""
        old.widget = _password_input("current-password")
        new.label = _("New password")
        new.help_text = _(
            "At least 12 characters; a short sentence is easy to remember. Not your name, your NIP, your birth date or "
            "your login."
        )
        new.widget = _password_input("new-password")
        again.label = _("New password again")
        again.widget = _password_input("new-password")


class ChangePasswordForm(FormRules, _ChangePasswordFields):
    """The current password, and the new one twice. Set as ACCOUNT_FORMS["change_password"]."""

    def clean_oldpassword(self) -> str:
        """Check the current password, with the throttle of sign-in: an open session is no way to guess it."""
        adapter = get_adapter()
        if not adapter.reauthenticate(self.user, self.cleaned_data["oldpassword"]):
            raise adapter.validation_error("enter_current_password")
        return self.cleaned_data["oldpassword"]

    def clean(self) -> dict[str, Any]:
        """Compare the two new ones."""
        new, again = self.cleaned_data.get("password1"), self.cleaned_data.get("password2")
        if new and again and new != again:
            self.add_error("password2", _("The two new passwords differ. Write the same one twice."))
        return self.cleaned_data


class PreferencesForm(BaseForm):
    """Language and appearance."""

    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES, widget=forms.RadioSelect)
    theme = forms.ChoiceField(label=_("Appearance"), choices=Theme.choices, widget=forms.RadioSelect)
