"""Support for the pages of a rating: their addresses, what was kept, what can be read."""

import re

from django.urls import reverse

from appraisal.enums import Topic
from appraisal.models import DraftAnswer
from tests.appraisal import leading as led


def page(world, route: str = "rate", *more: str) -> str:
    return reverse(route, args=[world.ani.pk, *more])


def item_key(world) -> str:
    return led.form_of(world.ani, world.city.budi).items[0].key


def item_page(world) -> str:
    return page(world, "rate_item", item_key(world))


def stored(world, topic: Topic, key: str) -> DraftAnswer | None:
    return DraftAnswer.objects.filter(
        appraisal=world.ani, author=world.city.budi, topic=topic, key=key
    ).first()


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())
