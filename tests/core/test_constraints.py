"""The recurring shapes of a constraint, each tried on a table of its own in a real database."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.test.utils import isolate_apps

from core.constraints import not_blank, one_of, ordered, stamped_when

AT = dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC)
LATER = AT + dt.timedelta(microseconds=1)


class State(models.TextChoices):
    """Three states."""

    DRAFT = "draft"
    SENT = "sent"
    AGREED = "agreed"


@pytest.fixture
def paper(db: None) -> Iterator[type[models.Model]]:
    """A model with one constraint of each kind, and its table."""
    with isolate_apps("core"):

        class Paper(models.Model):
            state = models.CharField(max_length=10, default=State.DRAFT)
            mood = models.CharField(max_length=10, null=True, default=None)  # noqa: DJ001  # null is what the test is about
            title = models.TextField(default="A title")
            sent_at = models.DateTimeField(null=True)
            opens_at = models.DateTimeField(null=True)
            closes_at = models.DateTimeField(null=True)

            class Meta:
                app_label = "core"
                constraints = [
                    one_of("state", State, name="paper_state_known"),
                    one_of("mood", State, name="paper_mood_known", null=True),
                    not_blank("title", name="paper_has_a_title"),
                    stamped_when("state", [State.SENT, State.AGREED], "sent_at", name="paper_sent_when"),
                    ordered("opens_at", "closes_at", name="paper_in_order", message="Open first."),
                ]

            def __str__(self) -> str:
                return self.title

        with connection.schema_editor() as editor:
            editor.create_model(Paper)
        yield Paper


ACCEPTED = [
    {},
    {"state": "sent", "sent_at": AT},
    {"state": "agreed", "sent_at": AT},
    {"state": "draft", "sent_at": AT},
    {"mood": "draft"},
    {"title": " x "},
    {"title": "\u00a0ü"},
    {"opens_at": AT, "closes_at": LATER},
    {"opens_at": AT},
    {"closes_at": AT},
]
REFUSED = [
    ({"state": "lost"}, "paper_state_known", "Choose one of the listed options."),
    ({"state": ""}, "paper_state_known", "Choose one of the listed options."),
    ({"state": "SENT", "sent_at": AT}, "paper_state_known", "Choose one of the listed options."),
    ({"mood": "lost"}, "paper_mood_known", "Choose one of the listed options."),
    ({"mood": ""}, "paper_mood_known", "Choose one of the listed options."),
    ({"title": ""}, "paper_has_a_title", "Write at least a few words."),
    ({"title": " \n\t "}, "paper_has_a_title", "Write at least a few words."),
    ({"state": "sent"}, "paper_sent_when", "The state and its time do not agree."),
    ({"state": "agreed"}, "paper_sent_when", "The state and its time do not agree."),
    ({"opens_at": AT, "closes_at": AT}, "paper_in_order", "Open first."),
    ({"opens_at": LATER, "closes_at": AT}, "paper_in_order", "Open first."),
]


@pytest.mark.parametrize("values", ACCEPTED)
def test_the_database_accepts(paper, values: dict) -> None:
    paper.objects.create(**values)
    paper(**values).validate_constraints()


@pytest.mark.parametrize(("values", "constraint", "sentence"), REFUSED)
def test_the_database_refuses_and_people_get_a_sentence(
    paper, values, constraint, sentence, settings
) -> None:
    settings.LANGUAGE_CODE = "en"
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        paper.objects.create(**values)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        paper.objects.bulk_create([paper(), paper(**values)])
    assert not paper.objects.exists()

    with pytest.raises(ValidationError) as refusal:
        paper(**values).validate_constraints()
    assert refusal.value.messages == [sentence]


def test_an_update_in_bulk_cannot_pass_either(paper) -> None:
    paper.objects.create()
    with pytest.raises(IntegrityError, match="paper_state_known"), transaction.atomic():
        paper.objects.update(state="lost")
    assert paper.objects.get().state == "draft"


def test_a_message_of_ones_own_is_kept() -> None:
    assert not_blank("title", name="x", message="Name it.").violation_error_message == "Name it."
    assert (
        stamped_when("state", ["sent"], "sent_at", name="x", message="When?").violation_error_message
        == "When?"
    )
