"""How the one base form draws itself, names its errors, and carries versions and fields."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.http import HttpRequest, QueryDict
from django.template import Context, Template
from django.utils import translation

from core.fields import LineField, TextField
from core.forms import BaseForm, BaseModelForm, initial_from_carried
from core.rating import RatingChoice, RatingField
from core.showcase import LEVELS, SampleFilter, SampleForm
from indicators.models import Indicator
from tests.core.markup import rendered


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


def drawn(form: forms.BaseForm) -> str:
    return rendered("{% load crispy_forms_tags %}{% crispy form %}", form=form)


def test_the_order_is_label_hint_error_control() -> None:
    html = drawn(SampleForm({"email": "ani.contoh"}))
    block = html[html.index('for="id_email"') : html.index('for="id_aspect"')]
    order = [
        block.index(part)
        for part in ('for="id_email"', 'id="id_email_helptext"', 'id="id_email_error"', '<input type="email"')
    ]
    assert order == sorted(order)
    assert 'aria-describedby="id_email_helptext id_email_error"' in block
    assert 'aria-invalid="true"' in block


def test_no_field_is_required_by_the_browser() -> None:
    assert " required" not in drawn(SampleForm())
    assert "<form" not in drawn(SampleForm())
    assert "csrfmiddlewaretoken" not in drawn(SampleForm())


def test_optional_fields_say_so_and_required_ones_say_nothing() -> None:
    html = drawn(SampleForm())
    assert html.count("(optional)") == 2
    assert "*" not in html


def test_fields_that_a_draft_may_leave_empty_are_not_marked() -> None:
    class Draft(BaseForm):
        may_stay_empty = ("text",)

        text = TextField(label="Text", max_length=20, required=False)
        link = LineField(label="Link", max_length=20, required=False)

    assert drawn(Draft()).count("(optional)") == 1


def test_radios_and_checkboxes_stand_in_a_fieldset_with_a_legend() -> None:
    html = drawn(SampleForm())
    for name, legend in (("stance", "Pendapat Anda"), ("reminders", "Pengingat")):
        assert re.search(rf'<fieldset id="id_{name}">\s*<legend>{legend}', html)
    assert html.count('type="checkbox"') == 3


def test_a_rating_has_no_preset_choice_and_one_row_per_level() -> None:
    html = drawn(SampleForm())
    rating = html[html.index('<fieldset class="rating"') :]
    assert rating.count("<li") == 6
    assert 'class="apart"' in rating
    assert " checked" not in rating
    assert "aria-invalid" not in rating
    assert '<label for="id_level_0"><b>Menjadi teladan</b>' in rating


def test_a_chosen_level_is_checked_and_an_unknown_one_refused() -> None:
    class Rate(BaseForm):
        level = RatingField(label="Akuntabel", rating_choices=LEVELS)

    assert drawn(Rate(initial={"level": "3"})).count(" checked") == 1
    assert Rate({"level": "3"}).is_valid()
    assert Rate({"level": "9"}).errors["level"] == [
        "Select a valid choice. 9 is not one of the available choices."
    ]
    assert Rate({}).errors == {"level": ["Choose one level: Akuntabel."]}


def test_a_rating_may_be_turned_into_a_number() -> None:
    class Rate(BaseForm):
        level = RatingField(
            label="Level", rating_choices=(RatingChoice("1", "One"), RatingChoice("2", "Two")), coerce=int
        )

    form = Rate({"level": "2"})
    assert form.is_valid()
    assert form.cleaned_data["level"] == 2


def test_the_summary_says_every_error_once_and_leads_to_its_control() -> None:
    html = drawn(SampleForm({"revision": "1", "name": "x", "email": "ani", "target": "12"}))
    summary = html[html.index('class="error-summary"') : html.index("</ul>")]
    assert 'role="alert" tabindex="-1" data-focus' in html
    assert "There are 6 things to put right" in summary
    for target in ("id_email", "id_aspect", "id_story", "id_stance_0", "id_truthful", "id_level_0"):
        assert f'href="#{target}"' in summary
    assert summary.count("<li>") == 6


def test_a_form_that_was_not_sent_has_no_summary() -> None:
    assert "error-summary" not in drawn(SampleForm())


def test_an_error_of_the_whole_form_stands_first_and_leads_nowhere() -> None:
    class Pair(BaseForm):
        name = LineField(label="Name", max_length=5)

        def clean(self) -> dict[str, Any]:
            raise forms.ValidationError("Both at once is not possible.")

    html = drawn(Pair({"name": ""}))
    summary = html[html.index('class="error-summary"') : html.index("</ul>")]
    assert re.findall(r"<li>(.*?)</li>", summary) == [
        "Both at once is not possible.",
        '<a href="#id_name">Fill in: Name.</a>',
    ]


def test_a_question_that_was_not_answered_ends_with_its_question_mark() -> None:
    class Ask(BaseForm):
        why = LineField(label="Why?", max_length=5)

    assert Ask({"why": ""}).errors["why"] == ["Fill in: Why?"]


def test_the_title_says_that_a_form_has_errors() -> None:
    source = Template("{% title_prefix %}Title")
    assert source.render(Context({"form": SampleForm({})})) == "Error: Title"
    assert source.render(Context({"form": SampleForm()})) == "Title"
    assert source.render(Context({"other": forms.formset_factory(SampleForm)()})) == "Title"


def test_white_space_that_people_typed_is_kept() -> None:
    class Story(BaseForm):
        text = TextField(label="Text", max_length=100)

    typed = "<b>    <i>\n\n     </i>"
    html = Template("{% load crispy_forms_tags %}{% crispy form %}").render(
        Context({"form": Story({"text": typed})})
    )
    assert "&lt;b&gt;    &lt;i&gt;\n\n     &lt;/i&gt;" in html


def test_the_counter_describes_its_field() -> None:
    html = drawn(SampleForm())
    assert 'aria-describedby="id_story_helptext id_story_count"' in html
    assert 'data-counter="id_story" data-limit="1200"' in html
    assert "At most 1,200 characters." in html


# --- versions -------------------------------------------------------------------------------------


def test_the_initial_values_of_the_caller_stay_as_they_are() -> None:
    initial = {"name": "Ani"}
    SampleForm(initial=initial, version=3)
    assert initial == {"name": "Ani"}


def test_a_form_carries_the_version_it_was_made_from() -> None:
    assert '<input type="hidden" name="revision" value="3"' in drawn(SampleForm(version=3))
    form = SampleForm({"revision": "7"})
    form.is_valid()
    assert form.cleaned_data["revision"] == 7


@pytest.mark.parametrize(
    "sent", [{}, {"revision": ""}, {"revision": "x"}, {"revision": "-1"}, {"revision": "9" * 30}]
)
def test_a_form_without_a_readable_version_is_refused(sent: dict[str, str]) -> None:
    form = SampleForm(sent)
    assert form.errors["revision"] == [
        "This form is incomplete. Open the page again; what you wrote is still in the fields below."
    ]


def test_a_refused_form_can_be_sent_again_against_the_newer_version() -> None:
    form = SampleForm({"revision": "3", "name": "x"})
    form.is_valid()
    form.renew_version(8)
    assert '<input type="hidden" name="revision" value="8"' in drawn(form)
    assert 'value="x"' in drawn(form)


# --- fields carried through a sign-in -------------------------------------------------------------


def carried(text: str | None) -> HttpRequest:
    request = HttpRequest()
    if text is not None:
        request.carried = QueryDict(text)  # type: ignore[attr-defined]  # what carry_over sets
    return request


def test_carried_fields_fill_the_form_without_saving_it() -> None:
    request = carried(
        "csrfmiddlewaretoken=x&name=Ani&reminders=surel&reminders=kotak&level=3&revision=4&target=12,5"
    )
    form = SampleForm(initial={"name": "old"} | initial_from_carried(request), version=9)
    html = drawn(form)
    assert not form.is_bound
    assert 'value="Ani"' in html
    assert 'value="12,5"' in html
    assert html.count(" checked") == 3
    assert '<input type="hidden" name="revision" value="4"' in html


def test_carried_fields_of_a_prefixed_form_lose_the_prefix() -> None:
    assert initial_from_carried(carried("a-name=Ani&b-name=Budi"), prefix="b") == {"name": "Budi"}


def test_without_carried_fields_there_is_nothing() -> None:
    assert initial_from_carried(carried(None)) == {}
    assert initial_from_carried(HttpRequest()) == {}


# --- filters and models ---------------------------------------------------------------------------


def test_a_filter_requires_and_marks_nothing() -> None:
    form = SampleFilter({"q": " Ani\x00 "})
    assert form.is_valid()
    assert form.cleaned_data == {"q": "Ani", "state": ""}
    html = rendered("{% filter_form form %}", form=form)
    assert "(optional)" not in html
    assert '<form class="filter" method="get"' in html


def test_a_model_form_uses_our_fields() -> None:
    class IndicatorForm(BaseModelForm):
        class Meta(BaseModelForm.Meta):
            model = Indicator
            fields = ("name",)

    assert isinstance(IndicatorForm().fields["name"], LineField)
