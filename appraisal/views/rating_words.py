"""The pages of a rating in words: names, states, the way from one to the next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from appraisal.completeness import is_level
from appraisal.enums import Rating, Topic
from appraisal.facts import Reason
from appraisal.models import Appraisal
from appraisal.scoring.matrix import Suggestion, rating_of_level
from appraisal.selectors.rating_pages import Place, places_of
from appraisal.selectors.ratings import CHANGE, RatingForm
from core.components import DONE, IN_PROGRESS, NOT_STARTED, NOT_YET, Badge, Task
from core.navigation import NavItem
from core.wording import number

_ROUTES: Mapping[Topic, str] = {
    Topic.ITEM: "rate_item",
    Topic.VALUE: "rate_value",
    Topic.COMPETENCY: "rate_competency",
    Topic.OVERALL: "rate_overall",
    Topic.FEEDBACK: "rate_feedback",
}


def url_of(appraisal: Appraisal, place: Place) -> str:
    """The page of a place."""
    keyed = place.topic in {Topic.ITEM, Topic.VALUE, Topic.COMPETENCY}
    return reverse(_ROUTES[place.topic], args=[appraisal.pk, place.key] if keyed else [appraisal.pk])


def name_of(place: Place) -> str:
    """What a place is called."""
    if place.topic == Topic.OVERALL:
        return _("Overall ratings")
    return _("Feedback") if place.topic == Topic.FEEDBACK else place.name


def url_of_reason(appraisal: Appraisal, reason: Reason) -> str:
    """Where a missing thing can be mended."""
    topic, _separator, key = reason.key.partition(":")
    if topic == CHANGE:
        return f"{reverse('rate_check', args=[appraisal.pk])}#id_reason"
    if topic not in Topic.values:
        return reverse("rate", args=[appraisal.pk])
    return url_of(appraisal, Place(Topic(topic), key))


def linked(appraisal: Appraisal, reasons: Iterable[Reason]) -> list[tuple[str, str]]:
    """Reasons as sentences, each with the page where it can be mended."""
    return [(str(reason), url_of_reason(appraisal, reason)) for reason in reasons]


# --- the way through ----------------------------------------------------------------------------


def neighbours(form: RatingForm, place: Place) -> tuple[int, int, Place | None]:
    """The number of a page among those of its topic, how many there are, and the page that follows it."""
    places = places_of(form)
    same = [one for one in places if one.topic == place.topic]
    here = next(index for index, one in enumerate(places) if (one.topic, one.key) == (place.topic, place.key))
    following = places[here + 1] if here + 1 < len(places) else None
    return [one.key for one in same].index(place.key) + 1, len(same), following


def tabs_of(appraisal: Appraisal, form: RatingForm, current: Topic | None) -> tuple[NavItem, ...]:
    """The parts of the rating; each leads to its first page that is not rated yet."""
    labels = {
        Topic.ITEM: _("Results, %(done)s of %(total)s"),
        Topic.VALUE: _("Behaviour, %(done)s of %(total)s"),
        Topic.COMPETENCY: _("Competencies, %(done)s of %(total)s"),
    }
    tabs = []
    for topic, label in labels.items():
        places = [place for place in places_of(form) if place.topic == topic]
        if not places:
            continue
        open_ones = [place for place in places if not is_rated(form, place)]
        said = {"done": number(len(places) - len(open_ones)), "total": number(len(places))}
        tabs.append(NavItem(label % said, url_of(appraisal, (open_ones or places)[0]), current == topic))
    tabs += [
        NavItem(_("Overall"), reverse("rate_overall", args=[appraisal.pk]), current == Topic.OVERALL),
        NavItem(_("Feedback"), reverse("rate_feedback", args=[appraisal.pk]), current == Topic.FEEDBACK),
        NavItem(_("Check and send"), reverse("rate_check", args=[appraisal.pk]), current is None),
    ]
    return tuple(tabs)


# --- answers in words ---------------------------------------------------------------------------


def is_rated(form: RatingForm, place: Place) -> bool:
    """Whether the choice of an item, a value or a competency has been made."""
    answer = form.answers.one(place.topic, place.key)
    if place.topic == Topic.ITEM:
        return answer.get("rating") in Rating.values
    return is_level(answer.get("level"))


def choice_text(form: RatingForm, place: Place) -> str:
    """What was chosen: the rating, or the level and what it counts as; "" when nothing was."""
    if not is_rated(form, place):
        return ""
    answer = form.answers.one(place.topic, place.key)
    if place.topic == Topic.ITEM:
        return str(Rating(answer["rating"]).label)
    level = _("Level %(level)s") % {"level": number(answer["level"])}
    if place.topic == Topic.COMPETENCY:
        return level
    meaning = rating_of_level(answer["level"], [Rating(one) for one in form.level_ratings])
    return _("%(level)s, counts as: %(rating)s") % {"level": level, "rating": meaning.label}


def _missing_at(reasons: Sequence[Reason], place: Place) -> list[Reason]:
    return [reason for reason in reasons if reason.key == f"{place.topic.value}:{place.key}"]


def next_place(form: RatingForm, *, saved_first: bool, reasons: Sequence[Reason]) -> Place | None:
    """Where to go on: the first page without a choice; after the first save, the first that still lacks something."""
    for place in places_of(form):
        keyed = place.topic in {Topic.ITEM, Topic.VALUE, Topic.COMPETENCY}
        if keyed and not is_rated(form, place):
            return place
    if not saved_first:
        return None
    return next((place for place in places_of(form) if _missing_at(reasons, place)), None)


def tasks_of(
    appraisal: Appraisal, form: RatingForm, topic: Topic, reasons: Sequence[Reason], current: Place | None
) -> list[Task]:
    """The pages of one topic as tasks; `reasons` is everything that sending lacks, `current` where to go on."""
    return [
        _task(appraisal, form, place, _missing_at(reasons, place), current=place == current)
        for place in places_of(form)
        if place.topic == topic
    ]


def _task(
    appraisal: Appraisal, form: RatingForm, place: Place, missing: list[Reason], *, current: bool
) -> Task:
    rated = is_rated(form, place)
    badge: Badge = NOT_STARTED
    if rated:
        badge = IN_PROGRESS if missing else DONE
    elif any(form.answers.one(place.topic, place.key).values()):
        badge = IN_PROGRESS
    told = [choice_text(form, place), *(str(reason) for reason in missing if rated)]
    return Task(
        name_of(place),
        badge,
        " ".join(f"{one.rstrip('.')}." for one in told if one),
        url_of(appraisal, place),
        current,
    )


def closing_tasks(
    appraisal: Appraisal, form: RatingForm, *, saved_first: bool, reasons: Sequence[Reason]
) -> list[Task]:
    """Overall ratings, feedback, and the check before sending."""
    overall, feedback = places_of(form)[-2:]
    tasks = []
    if saved_first and not form.missing:
        missing = _missing_at(reasons, overall)
        badge = NOT_STARTED if not form.answers.one(overall.topic, overall.key) else IN_PROGRESS
        tasks.append(Task(name_of(overall), badge if missing else DONE, url=url_of(appraisal, overall)))
    else:
        tasks.append(
            Task(
                name_of(overall), NOT_YET, _("Opens when everything is rated and the first rating is saved.")
            )
        )
    missing = _missing_at(reasons, feedback)
    begun = any(form.answers.one(feedback.topic, feedback.key).values())
    badge = DONE if not missing else IN_PROGRESS if begun else NOT_STARTED
    tasks.append(
        Task(
            name_of(feedback),
            badge,
            _("Strengths, what to improve, and the next step that you agree on."),
            url_of(appraisal, feedback),
        )
    )
    ready = saved_first and not form.missing and not reasons
    tasks.append(
        Task(
            _("Check and send"),
            Badge(_("Ready"), "check", "ok") if ready else NOT_YET if not saved_first else NOT_STARTED,
            "" if saved_first else _("Opens after the first save."),
            reverse("rate_check", args=[appraisal.pk]) if saved_first else "",
        )
    )
    return tasks


def suggestion_text(suggestion: Suggestion, *, of_results: bool) -> str:
    """Why the rule suggests what it does: the counts in words."""
    counts = {
        "above": number(suggestion.above),
        "below": number(suggestion.below),
        "counted": number(suggestion.counted),
        "rating": suggestion.rating.label,
    }
    text = (
        _(
            "Of %(counted)s counted results, %(above)s are above expectation and %(below)s below. The rule suggests: %(rating)s."
        )
        if of_results
        else _(
            "Of %(counted)s values, %(above)s are above expectation and %(below)s below. The rule suggests: %(rating)s."
        )
    )
    return text % counts


def all_values_equal(form: RatingForm) -> bool:
    """Whether every core value has the same level: worth a second look, never a fault."""
    levels = [form.answers.one(Topic.VALUE, page.code).get("level") for page in form.values]
    return len(levels) > 1 and is_level(levels[0]) and len(set(levels)) == 1


def hints_of(form: RatingForm) -> tuple[str, ...]:
    """What the rater may want to look at again, in words; nothing of it blocks."""
    hints = []
    if all_values_equal(form):
        hints.append(_("All seven values are the same. That may well be. Check again?"))
    ratings = [form.answers.one(Topic.ITEM, item.key).get("rating") for item in form.items]
    if len(ratings) > 2 and None not in ratings and len(set(ratings)) == 1:
        hints.append(_("All results are rated the same. That may well be. Check again?"))
    return tuple(hints)
