"""How often a password may be wrong, so that nobody guesses one and nobody locks a colleague out.

A browser that has signed in to an account before carries a device cookie and has a bucket of its own. All other
browsers share the account's bucket, and their address's. Only failures count: an attempt is reserved before the
password is checked, so that attempts sent all at once do not slip through together, and given back when it
succeeds. A full account bucket never stops a known browser. The idea is that of OWASP's device cookies.

Counts live in the cache. Without Redis there is no throttle, and core.cache says so in the log.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import ipaddress
import secrets
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest
from django.http.response import HttpResponseBase

ACCOUNT_FAILURES = 10
ACCOUNT_SECONDS = 5 * 60
ADDRESS_FAILURES = 120
ADDRESS_SECONDS = 60

COOKIE_DAYS = 400  # browsers keep none longer
ACCOUNTS_PER_BROWSER = 20
_SALT = "accounts.throttle.device"
# A bucket counts in slots of a tenth of its time, and adds up the last ten and the running one.
_SLOTS = 10


@dataclass(frozen=True, slots=True)
class Bucket:
    """So many failures in so many seconds; then it is full for as many seconds."""

    key: str
    failures: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Pause:
    """A full bucket: from when to when nothing more is tried."""

    bucket: Bucket
    since: dt.datetime

    @property
    def until(self) -> dt.datetime:
        """The moment from which on attempts are accepted again."""
        return self.since + dt.timedelta(seconds=self.bucket.seconds)


class Paused(Exception):
    """The attempt is refused before the password is looked at."""

    def __init__(self, pause: Pause, *, by_address: bool) -> None:
        super().__init__(pause.until.isoformat())
        self.until = pause.until
        self.by_address = by_address


@dataclass(frozen=True, slots=True)
class Reservation:
    """One attempt counted in one bucket; `total` is what the bucket then held."""

    bucket: Bucket
    slot_key: str
    total: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt under way: either it failed, or it gives its reservations back."""

    known_browser: bool
    reservations: tuple[Reservation, ...]

    def succeeded(self) -> None:
        """Give the reservations back: only failures count."""
        for reservation in self.reservations:
            _give_back(reservation)

    def failed(self, at: dt.datetime) -> Pause | None:
        """Let the reservations stand. Returns the pause of the account or browser that this failure began."""
        begun = [_begin_pause(r.bucket, at) for r in self.reservations if r.total >= r.bucket.failures]
        return next((pause for pause in begun if pause and not pause.bucket.key.startswith("address:")), None)


# --- the device cookie ---------------------------------------------------------------------------


def cookie_name() -> str:
    """The name; the prefix makes browsers insist on Secure, own host and path /."""
    return "__Host-device" if settings.SESSION_COOKIE_SECURE else "device"


@dataclass(frozen=True, slots=True)
class Device:
    """A browser: a random id, and marks of the accounts that signed in there, newest first."""

    id: str
    marks: tuple[str, ...] = ()

    def mark_of(self, account: str) -> str:
        """What stands in the cookie for an account; the id of the person does not."""
        return hashlib.sha256(f"{self.id}:{account}".encode()).hexdigest()[:16]

    def knows(self, account: str) -> bool:
        """Whether somebody signed in to the account in this browser before."""
        return self.mark_of(account) in self.marks


def device_of(request: HttpRequest) -> Device | None:
    """The browser that asks, if it carries a cookie that we signed."""
    try:
        said = signing.loads(request.COOKIES.get(cookie_name(), ""), salt=_SALT)
    except signing.BadSignature:
        return None
    return Device(id=said["id"], marks=tuple(said["marks"]))


def remember_browser(request: HttpRequest, response: HttpResponseBase, account: str) -> None:
    """Set the cookie after a sign-in: from now on the browser has its own bucket for this account."""
    device = device_of(request) or Device(id=secrets.token_urlsafe(16))
    mark = device.mark_of(account)
    marks = [mark, *(other for other in device.marks if other != mark)][:ACCOUNTS_PER_BROWSER]
    response.set_cookie(
        cookie_name(),
        signing.dumps({"id": device.id, "marks": marks}, salt=_SALT),
        max_age=COOKIE_DAYS * 24 * 60 * 60,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


# --- buckets ---------------------------------------------------------------------------------------


def address_of(request: HttpRequest) -> str:
    """The address that counts: what the outermost trusted proxy saw, else the peer's; "" when there is none.

    An IPv6 network of 64 bits is one address, since that is what one household or phone is given.
    """
    seen = request.META.get("REMOTE_ADDR", "")
    count = settings.TRUSTED_PROXY_COUNT
    forwarded = [hop for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    if count and len(forwarded) >= count:
        seen = forwarded[-count]
    try:
        address = ipaddress.ip_address(seen.strip())
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.IPv6Network((address, 64), strict=False).network_address)
    return str(address)


def begin(request: HttpRequest, account: str, at: dt.datetime) -> Attempt:
    """Reserve an attempt to sign in to `account` (an id, or whatever was typed: the same for both).

    Raises Paused when a bucket is full. Without Redis the attempt has no reservations.
    """
    device = device_of(request)
    known = device is not None and device.knows(account)
    if known and device is not None:
        buckets = [Bucket(_key("browser", f"{device.id}:{account}"), ACCOUNT_FAILURES, ACCOUNT_SECONDS)]
    else:
        buckets = [Bucket(_key("account", account), ACCOUNT_FAILURES, ACCOUNT_SECONDS)]
        if address := address_of(request):
            buckets.append(Bucket(_key("address", address), ADDRESS_FAILURES, ADDRESS_SECONDS))
    reservations: list[Reservation] = []
    for bucket in buckets:
        try:
            reservation = _reserve(bucket, at)
        except Paused:
            for earlier in reservations:
                _give_back(earlier)
            raise
        if reservation is None:
            break
        reservations.append(reservation)
    return Attempt(known_browser=known, reservations=tuple(reservations))


def _key(kind: str, what: str) -> str:
    """A cache key that holds no NIP and no address."""
    return f"{kind}:{hashlib.sha256(what.encode()).hexdigest()[:32]}"


def _reserve(bucket: Bucket, at: dt.datetime) -> Reservation | None:
    """Count one attempt; None when Redis does not answer. Raises Paused when the bucket is full."""
    paused_since = cache.get(f"throttle:{bucket.key}:pause")
    if paused_since is not None:
        raise _paused(Pause(bucket, dt.datetime.fromtimestamp(paused_since, tz=dt.UTC)))
    keys = _slot_keys(bucket, at)
    cache.add(keys[-1], 0, 2 * bucket.seconds)
    try:
        # What incr returns is exact; reading the slot afterwards would count others' attempts twice over.
        running = cache.incr(keys[-1])
    except ValueError:
        return None
    reservation = Reservation(bucket, keys[-1], running + sum(cache.get_many(keys[:-1]).values()))
    if reservation.total > bucket.failures:
        # Others are under way at this moment; whether they fail is not known yet.
        _give_back(reservation)
        raise _paused(Pause(bucket, at))
    return reservation


def _slot_keys(bucket: Bucket, at: dt.datetime) -> list[str]:
    """The slots that count at this moment, the running one last."""
    slot = int(at.timestamp()) * _SLOTS // bucket.seconds
    return [f"throttle:{bucket.key}:{number}" for number in range(slot - _SLOTS, slot + 1)]


def _paused(pause: Pause) -> Paused:
    return Paused(pause, by_address=pause.bucket.key.startswith("address:"))


def _give_back(reservation: Reservation) -> None:
    try:
        cache.incr(reservation.slot_key, -1)
    except ValueError:
        return


def _begin_pause(bucket: Bucket, at: dt.datetime) -> Pause | None:
    """Close the bucket and empty it, so that it opens afresh; None when it is closed already."""
    since = int(at.timestamp())
    if not cache.add(f"throttle:{bucket.key}:pause", since, bucket.seconds):
        return None
    cache.delete_many(_slot_keys(bucket, at))
    return Pause(bucket, dt.datetime.fromtimestamp(since, tz=dt.UTC))
