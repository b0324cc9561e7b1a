"""HTML without the white space that means nothing, so that tests do not depend on how a template is laid out."""

from __future__ import annotations

import re

from django.template import Context, Template


def squeezed(html: str) -> str:
    """One space for many, none around a tag's brackets."""
    return re.sub(r"\s*([<>])\s*", r"\1", re.sub(r"\s+", " ", html)).strip()


def rendered(source: str, **values: object) -> str:
    """A piece of template with these values, squeezed."""
    return squeezed(Template(source).render(Context(values)))
