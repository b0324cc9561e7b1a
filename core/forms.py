"""The one base of all forms: label, hint, error, control; errors in a summary; nothing typed is lost.

A page writes its own <form method="post" novalidate> with {% csrf_token %}, then {% crispy form %}.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.http import HttpRequest
from django.utils.functional import Promise, lazy
from django.utils.translation import gettext_lazy as _

from core import fields
from core.rating import RatingField

_REQUIRED = forms.Field.default_error_messages["required"]


class FormRules:
    """What every form of ours does; put it before Django's or allauth's form class.

    `version_field` names the hidden field that carries the version the form was made from; pass `version=` and
    read `cleaned_data[version_field]`. `may_stay_empty` names optional fields that are not marked as such, since
    the whole will ask for them later (a draft).
    """

    use_required_attribute = False
    mark_optional: ClassVar[bool] = True
    version_field: ClassVar[str] = ""
    may_stay_empty: ClassVar[tuple[str, ...]] = ()

    fields: dict[str, forms.Field]
    data: Any
    is_bound: bool

    def __init__(self, *args: Any, version: int | None = None, **kwargs: Any) -> None:
        if version is not None:
            # A version among the initial values was carried through a sign-in and is the one to keep.
            kwargs["initial"] = {self.version_field: version, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        if self.version_field:
            self.fields[self.version_field] = fields.VersionField()
        for name, field in self.fields.items():
            _check(name, field)
            _say_what_is_missing(field)
            field.optional_mark = (  # type: ignore[attr-defined]  # read by templates/bootstrap5/field.html
                self.mark_optional
                and not field.required
                and name not in self.may_stay_empty
                and not isinstance(field, forms.BooleanField)
            )

    @cached_property
    def helper(self) -> FormHelper:
        """How crispy draws the form: fields only, the page owns the tag and the token."""
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        helper.include_media = False
        helper.render_hidden_fields = True
        return helper

    def renew_version(self, version: int) -> None:
        """Let a refused form be sent again against the version that is stored now, which the page shows beside it."""
        name = self.add_prefix(self.version_field)  # type: ignore[attr-defined]  # a form stands behind this mixin
        self.data = self.data.copy()
        self.data[name] = str(version)


class BaseForm(FormRules, forms.Form):
    """A form of fields."""


def formfield_for(field: models.Field[Any, Any], **kwargs: Any) -> forms.Field | None:
    """The form field of a model's field: text, decimals and dates become ours.

    Raises ImproperlyConfigured for a text without max_length: the counter would know no limit.
    """
    if isinstance(field, models.TextField) or type(field) is models.CharField:
        if field.choices:
            return field.formfield(**kwargs)
        if field.max_length is None:
            raise ImproperlyConfigured(f"The model field {field.name} needs a max_length.")
        long = isinstance(field, models.TextField)
        own: type[forms.Field] = fields.TextField if long else fields.LineField
        if long:
            kwargs.setdefault("widget", fields.CountedTextarea(attrs={"rows": 4}))
        return field.formfield(**{"form_class": own, **kwargs})
    if isinstance(field, models.DecimalField):
        return field.formfield(**{"form_class": fields.DecimalField, **kwargs})
    if type(field) is models.DateField:
        return field.formfield(**{"form_class": fields.DateField, **kwargs})
    return field.formfield(**kwargs)


class BaseModelForm(FormRules, forms.ModelForm):  # type: ignore[type-arg]  # generic for the checker only
    """A form of a model's fields; its Meta inherits from this one, so that text, decimals and dates are ours."""

    class Meta:
        formfield_callback = staticmethod(formfield_for)


class FilterForm(BaseForm):
    """The filters of a list, sent by GET: nothing is required and nothing is marked."""

    mark_optional = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = False


def _check(name: str, field: forms.Field) -> None:
    """Refuse fields that fall into a known trap, at the first test rather than in November."""
    wrong = (
        (isinstance(field, forms.FloatField), "is a FloatField: results are Decimal"),
        (type(field) is forms.DecimalField, "must be core.fields.DecimalField"),
        (type(field) is forms.DateField, "must be core.fields.DateField"),
        (
            type(field) is forms.CharField and isinstance(field.widget, forms.Textarea),
            "must be core.fields.TextField",
        ),
    )
    for trapped, why in wrong:
        if trapped:
            raise ImproperlyConfigured(f"The form field {name} {why}.")


def _sentence(sentence: str | Promise, label: str | Promise) -> str:
    """The sentence with the label in it, without a full stop behind a label that is a question."""
    return str(sentence).format(label=label).replace("?.", "?")


_asked = lazy(_sentence, str)


def _say_what_is_missing(field: forms.Field) -> None:
    """Name the field in the sentence that asks for it, unless the form has its own sentence."""
    if field.error_messages.get("required") != _REQUIRED:
        return
    label = field.label
    if not label:
        field.error_messages["required"] = _("Fill in this field.")
    elif isinstance(field, RatingField):
        field.error_messages["required"] = _asked(_("Choose one level: {label}."), label)
    elif isinstance(field, forms.BooleanField):
        field.error_messages["required"] = _asked(_("Tick the box: {label}."), label)
    elif isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
        field.error_messages["required"] = _asked(_("Choose one option: {label}."), label)
    else:
        field.error_messages["required"] = _asked(_("Fill in: {label}."), label)


def initial_from_carried(request: HttpRequest, *, prefix: str = "") -> dict[str, Any]:
    """The fields carried through a sign-in as initial values, or {} when nothing was carried.

    The form comes back filled and unsaved; show components/carried.html above it. A version in the fields is the
    one the text was written from, so that a newer version stored meanwhile is noticed.
    """
    carried = getattr(request, "carried", None)
    if carried is None:
        return {}
    start = f"{prefix}-" if prefix else ""
    return {
        name.removeprefix(start): values[0] if len(values) == 1 else values
        for name, values in carried.lists()
        if name.startswith(start) and name != "csrfmiddlewaretoken" and values
    }
