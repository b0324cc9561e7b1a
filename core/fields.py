"""The form fields of every page: text that survives, decimals as people write them, dates that browsers understand."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from core import wording
from core.decimals import Ambiguous, Unreadable, parse_decimal
from core.text import clean_line, clean_text


class CountedTextarea(forms.Textarea):
    """A text area that a screen reader describes with its counter too."""

    def build_attrs(
        self, base_attrs: dict[str, Any], extra_attrs: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Add the counter's id to what describes the field."""
        attrs = super().build_attrs(base_attrs, extra_attrs)
        if attrs.get("id"):
            attrs["aria-describedby"] = f"{attrs.get('aria-describedby', '')} {attrs['id']}_count".strip()
        return attrs


class _CleanedText(forms.CharField):
    """Text without control characters, whose length is counted after cleaning, as the counter does.

    No maxlength goes to the browser: it would cut a pasted text without a word.
    """

    default_error_messages = {
        "max_length": _("This text has %(length)s characters. Shorten it to %(limit)s at most."),
    }

    def __init__(self, *, max_length: int, **kwargs: Any) -> None:
        super().__init__(strip=False, **kwargs)
        self.limit = max_length

    def validate(self, value: str) -> None:
        """Refuse a text that is missing or too long."""
        super().validate(value)
        if len(value) > self.limit:
            raise ValidationError(
                self.error_messages["max_length"],
                code="max_length",
                params={"length": wording.number(len(value)), "limit": wording.number(self.limit)},
            )


class TextField(_CleanedText):
    """Several lines, with a counter under the field."""

    counted = True

    def __init__(self, *, max_length: int, rows: int = 4, **kwargs: Any) -> None:
        kwargs.setdefault("widget", CountedTextarea(attrs={"rows": rows}))
        super().__init__(max_length=max_length, **kwargs)

    def to_python(self, value: Any) -> str:
        """Clean the typed text."""
        return "" if value in self.empty_values else clean_text(str(value))


class LineField(_CleanedText):
    """One line."""

    def to_python(self, value: Any) -> str:
        """Clean the typed line."""
        return "" if value in self.empty_values else clean_line(str(value))


class DecimalField(forms.DecimalField):
    """A decimal typed as text, in the reader's notation; see core.decimals.

    `localize` stays off on purpose: reading and showing are done here, with the language's separator.
    """

    default_error_messages = {
        "invalid": _("Write a number, for example %(example)s."),
        "ambiguous": _("“%(typed)s” can be read in two ways. Write %(whole)s or %(fraction)s."),
        "min_value": _("Write a number of %(limit_value)s or more."),
        "max_value": _("Write a number of %(limit_value)s or less."),
        "max_digits": _("Write at most %(max)s digits."),
        "max_decimal_places": _("Write at most %(max)s digits behind the comma."),
        "max_whole_digits": _("Write at most %(max)s digits before the comma."),
    }

    def __init__(self, *, max_digits: int, decimal_places: int, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(max_digits=max_digits, decimal_places=decimal_places, **kwargs)

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]  # the stubs say int
        """Read the number. Raises ValidationError with a sentence for what is no number or could be two."""
        if value in self.empty_values:
            return None
        if isinstance(value, Decimal | int):
            return Decimal(value)
        if not str(value).strip():
            return None
        try:
            return parse_decimal(str(value), separator=formats.get_format("DECIMAL_SEPARATOR"))
        except Ambiguous as error:
            raise ValidationError(
                self.error_messages["ambiguous"],
                code="ambiguous",
                params={
                    "typed": error.typed,
                    "whole": wording.number(error.whole, grouping=False),
                    "fraction": wording.number(error.fraction, grouping=False),
                },
            ) from error
        except Unreadable as error:
            raise ValidationError(
                self.error_messages["invalid"],
                code="invalid",
                params={"example": wording.number(Decimal("12.5"))},
            ) from error

    def run_validators(self, value: Any) -> None:
        """The usual limits, their numbers said in the reader's notation."""
        try:
            super().run_validators(value)
        except ValidationError as refused:
            for error in refused.error_list:
                limit = (error.params or {}).get("limit_value")
                if isinstance(limit, Decimal | int):
                    error.params = {**(error.params or {}), "limit_value": wording.number(limit)}
            raise

    def prepare_value(self, value: Any) -> Any:
        """A stored number in the reader's notation; what was typed stays as it was typed."""
        return wording.number(value, grouping=False) if isinstance(value, Decimal | int) else value

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """None: min, max and step belong to type=number, which this is not."""
        return {}


class DateInput(forms.DateInput):
    """The browser's own date control, which reads and writes ISO dates whatever the language."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs={"class": "w-date", **(attrs or {})}, format="%Y-%m-%d")


class DateField(forms.DateField):
    """A day. Without a date control people may type 24-12-2026."""

    widget = DateInput
    default_error_messages = {"invalid": _("Write a date, for example 24-12-2026.")}

    def prepare_value(self, value: Any) -> Any:
        """A stored day as the browser wants it."""
        return value.isoformat() if isinstance(value, dt.date) else value


class VersionField(forms.IntegerField):
    """The hidden number of the version that the form was made from."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        super().__init__(
            min_value=0,
            max_value=2**31 - 1,
            error_messages=dict.fromkeys(
                ("required", "invalid", "min_value", "max_value"),
                _(
                    "This form is incomplete. Open the page again; what you wrote is still in the fields below."
                ),
            ),
        )
