"""What a browser got back at the door."""

import re

from django.test import Client

NOT_RIGHT = "The number or the password is not right. Check both and try again."


def signed_in(client: Client) -> str | None:
    """The id of who is signed in in this browser."""
    return client.session.get("_auth_user_id")


def text_of(answer) -> str:
    """The page without its token and its number, which are others every time."""
    page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode())
    return page.replace(answer.headers["X-Request-ID"], "")


def said(answer) -> list[str]:
    """The sentences of the error summary."""
    summary = re.search(r'<div[^>]*class="error-summary".*?</div>', answer.content.decode(), re.DOTALL)
    items = re.findall(r"<li>(.*?)</li>", summary.group(0), re.DOTALL) if summary else []
    return [" ".join(re.sub(r"<[^>]*>", "", item).split()) for item in items]
