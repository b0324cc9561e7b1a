"""What is wrong with a form, said once for the summary above it and for the page's title."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms


@dataclass(frozen=True, slots=True)
class ErrorLine:
    """A sentence and the id of the control to go to ("" when it belongs to the whole form)."""

    text: str
    target: str


def has_errors(form: forms.BaseForm | forms.BaseFormSet[Any]) -> bool:
    """Whether the form was sent and refused."""
    if not form.is_bound:
        return False
    if isinstance(form, forms.BaseFormSet):
        return not form.is_valid()
    return bool(form.errors)


def summary_of(form: forms.BaseForm | forms.BaseFormSet[Any]) -> list[ErrorLine]:
    """Every error in the order of the page, first those of the whole form."""
    if not form.is_bound:
        return []
    if isinstance(form, forms.BaseFormSet):
        lines = [ErrorLine(str(text), "") for text in form.non_form_errors()]
        return lines + [line for inner in form.forms for line in summary_of(inner)]
    lines = [ErrorLine(str(text), "") for text in form.non_field_errors()]
    for field in form:
        lines += [ErrorLine(str(text), _target(field)) for text in field.errors]
    return lines


def _target(field: forms.BoundField) -> str:
    """The id of the first control: of radios and checkboxes the first one."""
    if field.is_hidden:
        return ""
    several = isinstance(field.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple)
    return f"{field.auto_id}_0" if several else field.auto_id
