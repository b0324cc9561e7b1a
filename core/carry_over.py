"""A session died while somebody wrote: sign-in carries the posted fields, and nothing typed is lost.

A POST without a session is answered with the sign-in page (status 200) at the same address. The page holds one
hidden field, `carried`: the form's path and fields, compressed and signed, good for thirty minutes. The sign-in
form posts to that same address, so after signing in the person is where they were and an empty form action, a
reload and the back button all mean the right page. `reopen` then calls the form's own view with a GET request
whose `carried` holds the fields (core.forms.initial_from_carried reads them): filled, unsaved, and only if the
person may see that page. Nothing is stored and no GET writes.

core knows no account: the sign-in page is whatever view settings.LOGIN_URL leads to. It finds what it must show and
send back with `page_for(request)`, includes components/sign_in_carried.html in its form, and returns
`after_sign_in(request)` when that is not None.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render, resolve_url
from django.urls import resolve
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError, Sentence
from core.inner_requests import answer, as_get, path_of

FIELD = "carried"
KEPT = "kept"
LONGEST = 64 * 1024
MAX_AGE = 30 * 60
_SALT = "core.carry_over"

# Never carried: tokens, secrets, and the fields of this machinery itself.
_SECRET = re.compile(r"passw|secret|token|^next$|^carried$|^kept$", re.IGNORECASE)
# Text worth showing for copying where it cannot be put back into its form; the rest are choices and numbers.
_SHORTEST_TEXT = 20

CARRIED = _(
    "Your session had ended before this was saved. Sign in: the form comes back with what you wrote, not saved yet."
)
TOO_LONG = _(
    "Your session had ended before this was saved, and the text is too long to be carried through signing in. Copy it "
    "from the box below first."
)
EXPIRED = _(
    "The sign-in page stood open for more than 30 minutes, so what had been written before could no longer be kept."
)
DAMAGED = _("What had been written before signing in arrived damaged and could not be put back.")
NOT_YOURS = _(
    "You are signed in. The page on which something was being written cannot be opened with this account."
)
DO_AGAIN = _(
    "You are signed in again. The last step was not carried out. If it is still needed, do it once more."
)
BACK = _("You are signed in again. What you wrote is back in the form, not saved yet. Check it and send it.")
NO_COOKIE = _("The browser sent no cookie with this page. Allow cookies for this address and try again.")
NOT_SENT = _(
    "This page was older than your session, so nothing was saved. What you wrote is back in the form. Send it again."
)


@dataclass(frozen=True, slots=True)
class Carried:
    """What travels in the hidden field. `author` is the person whose session ended, where that is known."""

    path: str
    query: str
    back: str
    author: str
    fields: tuple[tuple[str, str], ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """The longer texts among the fields."""
        return tuple(value for _name, value in self.fields if len(value) >= _SHORTEST_TEXT)

    def sealed(self) -> str:
        """The hidden value."""
        said = [self.path, self.query, self.back, self.author, self.fields]
        return signing.dumps(said, salt=_SALT, compress=True)


@dataclass(frozen=True, slots=True)
class SignInPage:
    """What the sign-in page shows and sends back; empty on an ordinary visit.

    `action` is where its form posts to, `texts` are too long to be carried and stand in read-only boxes, `typed` is
    what had been posted to the sign-in page itself, when only its cookie was missing.
    """

    value: str = ""
    action: str = ""
    note: Sentence = ""
    problem: Sentence = ""
    texts: tuple[str, ...] = ()
    typed: dict[str, str] = field(default_factory=dict)


# --- the hidden value ------------------------------------------------------------------------------


def unseal(value: str) -> Carried:
    """Read the hidden value. Raises signing.SignatureExpired after thirty minutes, else signing.BadSignature."""
    path, query, back, author, fields = signing.loads(value, salt=_SALT, max_age=MAX_AGE)
    return Carried(path, query, back, author, tuple((name, text) for name, text in fields))


def _posted_fields(request: HttpRequest) -> Iterator[tuple[str, str]]:
    for name, values in request.POST.lists():
        if not _SECRET.search(name):
            for value in values:
                yield name, value


def _carried_from(request: HttpRequest, author: str) -> Carried:
    return Carried(
        path=request.path_info,
        query=request.META.get("QUERY_STRING", ""),
        back=_page_before(request),
        author=author,
        fields=tuple(_posted_fields(request)),
    )


def _size(fields: tuple[tuple[str, str], ...]) -> int:
    return sum(len(name.encode()) + len(value.encode()) for name, value in fields)


def _page_before(request: HttpRequest) -> str:
    """The page of ours that held the form, from the Referer; "" when it is not ours."""
    before = request.headers.get("Referer", "")
    return before if _is_own(request, before) else ""


def _is_own(request: HttpRequest, url: str) -> bool:
    return url_has_allowed_host_and_scheme(
        url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )


# --- before signing in -----------------------------------------------------------------------------


def is_sign_in(request: HttpRequest) -> bool:
    """Whether this POST comes from a sign-in page that stands at a form's address."""
    return request.method == "POST" and FIELD in request.POST


def sign_in_with_fields(request: HttpRequest, *, author: str = "") -> HttpResponseBase:
    """Answer a POST without a session with the sign-in page; from that page, let the sign-in view handle it.

    `author` is the id of the person whose idle session was just ended: to anybody else the fields are not given back.
    """
    if is_sign_in(request):
        sign_in: Callable[[HttpRequest], HttpResponseBase] = resolve(_sign_in_path()).func
        return sign_in(request)
    carried = _carried_from(request, author)
    if _size(carried.fields) <= LONGEST:
        page = SignInPage(value=carried.sealed(), action=request.get_full_path(), note=CARRIED)
    else:
        bare = Carried(carried.path, carried.query, carried.back, carried.author, ())
        page = SignInPage(
            value=bare.sealed(), action=request.get_full_path(), problem=TOO_LONG, texts=carried.texts
        )
    return _show_sign_in(request, page)


def sign_in_again(request: HttpRequest) -> HttpResponseBase:
    """Show the sign-in page once more, with what was typed, after its own POST came without a cookie."""
    page = page_for(request)
    typed = dict(_posted_fields(request))
    return _show_sign_in(
        request,
        SignInPage(
            value=page.value,
            action=request.get_full_path(),
            problem=NO_COOKIE,
            texts=page.texts,
            typed=typed,
        ),
    )


def page_for(request: HttpRequest) -> SignInPage:
    """What the sign-in view must show and send back: on its first showing, and again after a wrong password."""
    page: SignInPage | None = getattr(request, "sign_in_page", None)
    if page is not None:
        return page
    if not is_sign_in(request):
        return SignInPage()
    texts = tuple(request.POST.getlist(KEPT))
    action = request.get_full_path()
    try:
        unseal(request.POST[FIELD])
    except signing.SignatureExpired:
        return SignInPage(value=request.POST[FIELD], action=action, problem=EXPIRED, texts=texts)
    except signing.BadSignature:
        return SignInPage(action=action, problem=DAMAGED, texts=texts)
    note, problem = ("", TOO_LONG) if texts else (CARRIED, "")
    return SignInPage(value=request.POST[FIELD], action=action, note=note, problem=problem, texts=texts)


def _sign_in_path() -> str:
    return path_of(resolve_url(settings.LOGIN_URL))


def _show_sign_in(request: HttpRequest, page: SignInPage) -> HttpResponseBase:
    inner = as_get(request, _sign_in_path())
    inner.sign_in_page = page  # type: ignore[attr-defined]  # read by the views that are called next
    return answer(request, inner)


# --- after signing in ------------------------------------------------------------------------------


def after_sign_in(request: HttpRequest) -> HttpResponseBase | None:
    """The answer to a sign-in that carried something, or None for an ordinary one.

    Called once `request.user` is the person. Where the form cannot be shown, the person is sent on with a sentence.
    """
    if not is_sign_in(request):
        return None
    if texts := tuple(request.POST.getlist(KEPT)):
        return _show_texts(request, texts, request.get_full_path())
    try:
        carried = unseal(request.POST[FIELD])
    except signing.SignatureExpired:
        messages.warning(request, EXPIRED)
        return _go_home()
    except signing.BadSignature:
        messages.warning(request, DAMAGED)
        return _go_home()
    if carried.author and carried.author != str(request.user.pk):
        messages.warning(request, NOT_YOURS)
        return _go_home()
    return _reopen(request, carried, BACK)


def reopen_unsaved(request: HttpRequest) -> HttpResponseBase:
    """Give a signed-in person's form back, filled: it was posted from a page older than their session."""
    return after_sign_in(request) or _reopen(request, _carried_from(request, ""), NOT_SENT)


def _reopen(request: HttpRequest, carried: Carried, note: Sentence) -> HttpResponseBase:
    """Call the form's view with a GET that has the fields, and say why above the form."""
    try:
        inner = as_get(request, carried.path, carried.query)
        inner.carried = _as_querydict(carried.fields)  # type: ignore[attr-defined]  # read by the views that are called next
        inner.carried_note = note if carried.fields else ""  # type: ignore[attr-defined]  # read by the views that are called next
        response = answer(request, inner)
    except (Http404, PermissionDenied, DomainError):
        messages.warning(request, NOT_YOURS)
        return _go_home()
    if response.status_code == HTTPStatus.OK:
        return response
    # The address takes a POST only, or its page has moved on: the step is not repeated on the person's behalf.
    onward = response.headers.get("Location", "") or carried.back
    onward = onward if _is_own(request, onward) else ""
    if carried.texts:
        return _show_texts(request, carried.texts, onward)
    messages.info(request, DO_AGAIN)
    return HttpResponseRedirect(onward) if onward else _go_home()


def _as_querydict(fields: tuple[tuple[str, str], ...]) -> QueryDict:
    """The fields as a view expects them."""
    posted = QueryDict(mutable=True)
    for name, value in fields:
        posted.appendlist(name, value)
    return posted


def _show_texts(request: HttpRequest, texts: tuple[str, ...], onward: str) -> HttpResponse:
    """The page that gives back text which no form can take at this moment."""
    return render(
        request,
        "core/kept_text.html",
        {"texts": texts, "onward": onward or resolve_url(settings.LOGIN_REDIRECT_URL)},
    )


def _go_home() -> HttpResponseRedirect:
    return HttpResponseRedirect(resolve_url(settings.LOGIN_REDIRECT_URL))
