"""Moments that a page of ours wrote into a form or a link and gets back."""

from __future__ import annotations

import datetime as dt

from django.utils.dateparse import parse_datetime


def read_moment(text: str) -> dt.datetime | None:
    """The moment, or None for anything that no page of ours wrote."""
    try:
        said = parse_datetime(text)
    except ValueError:
        return None
    return said if said is not None and said.tzinfo is not None else None
