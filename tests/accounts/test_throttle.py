"""How often a password may be wrong: by browser, by account, by address."""

import datetime as dt
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core import signing
from django.http import HttpResponse
from django.test import RequestFactory

from accounts import throttle
from accounts.throttle import Attempt, Paused, address_of, begin, device_of, remember_browser

pytestmark = pytest.mark.usefixtures("redis_url")

NOON = dt.datetime(2026, 11, 24, 5, 0, tzinfo=dt.UTC)
ANI, BUDI = "account-of-ani", "account-of-budi"


def request_from(address: str = "203.0.113.7", cookie: str = "", **headers: str):
    """A POST from an address, with the device cookie when there is one."""
    request = RequestFactory().post("/masuk/", REMOTE_ADDR=address, headers=headers)
    if cookie:
        request.COOKIES[throttle.cookie_name()] = cookie
    return request


def cookie_after_signing_in(*accounts: str, cookie: str = "") -> str:
    """What a browser holds after it signed in to the accounts, in this order."""
    for account in accounts:
        response = HttpResponse()
        remember_browser(request_from(cookie=cookie), response, account)
        cookie = response.cookies[throttle.cookie_name()].value
    return cookie


def fail(
    times: int, *, at: dt.datetime = NOON, account: str = ANI, cookie: str = "", address: str = "203.0.113.7"
):
    """So many wrong passwords; returns the pauses that began."""
    pauses = [begin(request_from(address, cookie), account, at).failed(at) for _ in range(times)]
    return [pause for pause in pauses if pause is not None]


def try_once(
    *, at: dt.datetime = NOON, account: str = ANI, cookie: str = "", address: str = "203.0.113.7"
) -> Attempt:
    return begin(request_from(address, cookie), account, at)


def test_ten_failures_of_unknown_browsers_pause_the_account_for_five_minutes() -> None:
    assert fail(9) == []
    (pause,) = fail(1)

    assert pause.since == NOON
    assert pause.until == NOON + dt.timedelta(minutes=5)
    with pytest.raises(Paused) as refused:
        try_once(at=NOON + dt.timedelta(seconds=299))
    assert refused.value.until == NOON + dt.timedelta(minutes=5)
    assert not refused.value.by_address


def test_unknown_browsers_share_the_bucket_whatever_their_address() -> None:
    for number in range(10):
        fail(1, address=f"198.51.100.{number}")

    with pytest.raises(Paused):
        try_once(address="192.0.2.1")


def test_an_account_is_not_paused_by_failures_at_another() -> None:
    fail(10, account=BUDI)

    assert try_once().reservations[0].total == 1


def test_after_a_pause_the_count_begins_anew() -> None:
    fail(10)
    throttle.cache.delete_many([f"throttle:{try_key(ANI)}:pause"])

    assert fail(9, at=NOON + dt.timedelta(minutes=5)) == []
    assert len(fail(1, at=NOON + dt.timedelta(minutes=5))) == 1


def try_key(account: str) -> str:
    """The key of the account's bucket; its pause leaves Redis by itself, which a test does not wait for."""
    return throttle._key("account", account)


def test_failures_older_than_five_minutes_no_longer_count() -> None:
    fail(9)

    assert fail(9, at=NOON + dt.timedelta(seconds=330)) == []


def test_never_more_than_ten_failures_in_any_five_minutes() -> None:
    fail(5)
    fail(4, at=NOON + dt.timedelta(seconds=200))

    assert len(fail(1, at=NOON + dt.timedelta(seconds=299))) == 1


def test_only_failures_count() -> None:
    for _ in range(30):
        try_once().succeeded()
    fail(9)
    for _ in range(30):
        try_once().succeeded()

    assert len(fail(1)) == 1


def test_attempts_sent_all_at_once_do_not_slip_through_together() -> None:
    def attempt(_number: int) -> bool:
        try:
            try_once()
        except Paused:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        let_in = sum(pool.map(attempt, range(40)))

    assert let_in == 10


def test_a_full_account_never_stops_a_browser_that_has_signed_in_before() -> None:
    cookie = cookie_after_signing_in(ANI)
    fail(10)

    attempt = try_once(cookie=cookie)

    assert attempt.known_browser
    assert attempt.reservations[0].total == 1


def test_a_known_browser_has_its_own_bucket_and_fills_no_other() -> None:
    cookie = cookie_after_signing_in(ANI)

    (pause,) = fail(10, cookie=cookie)

    assert pause.until == NOON + dt.timedelta(minutes=5)
    with pytest.raises(Paused):
        try_once(cookie=cookie)
    assert try_once().reservations[0].total == 1
    assert try_once(cookie=cookie_after_signing_in(ANI)).reservations[0].total == 1


def test_a_browser_knows_only_the_accounts_that_signed_in_there() -> None:
    cookie = cookie_after_signing_in(BUDI)
    fail(10)

    with pytest.raises(Paused):
        try_once(cookie=cookie)


def test_several_people_share_a_browser() -> None:
    cookie = cookie_after_signing_in(ANI, BUDI, ANI)
    device = device_of(request_from(cookie=cookie))

    assert device.knows(ANI)
    assert device.knows(BUDI)
    assert len(device.marks) == 2


def test_a_browser_remembers_the_twenty_accounts_used_last() -> None:
    device = device_of(request_from(cookie=cookie_after_signing_in(*(f"account-{n}" for n in range(25)))))

    assert not device.knows("account-4")
    assert device.knows("account-5")
    assert device.knows("account-24")


def test_an_address_has_120_failures_a_minute_over_all_accounts() -> None:
    for number in range(120):
        fail(1, account=f"account-{number}")

    with pytest.raises(Paused) as refused:
        try_once(account="account-500")

    assert refused.value.by_address
    assert refused.value.until == NOON + dt.timedelta(minutes=1)
    assert try_once(account="account-500", address="203.0.113.8").reservations[1].total == 1
    assert try_once(cookie=cookie_after_signing_in(ANI)).known_browser


def test_a_full_address_costs_the_account_nothing() -> None:
    for number in range(120):
        fail(1, account=f"account-{number}")
    for _ in range(20):
        with pytest.raises(Paused):
            try_once()

    assert try_once(address="203.0.113.8").reservations[0].total == 1


def test_a_full_address_tells_no_owner() -> None:
    assert fail(0) == []
    pauses = [pause for number in range(120) for pause in fail(1, account=f"account-{number}")]
    assert pauses == []


def test_without_redis_nobody_is_stopped(settings, caplog) -> None:
    settings.CACHES = {
        "default": {
            **settings.CACHES["default"],
            "LOCATION": "redis://127.0.0.1:9/0",
        }
    }

    for _ in range(15):
        attempt = try_once()
        assert attempt.reservations == ()
        assert attempt.failed(NOON) is None
    try_once().succeeded()

    assert any("throttling fails open" in record.getMessage() for record in caplog.records)


# --- the cookie -----------------------------------------------------------------------------------


def test_the_cookie_is_long_lived_out_of_reach_of_scripts_and_names_nobody() -> None:
    response = HttpResponse()
    remember_browser(request_from(), response, ANI)
    morsel = response.cookies["device"]

    assert morsel["httponly"]
    assert not morsel["secure"]
    assert morsel["samesite"] == "Lax"
    assert morsel["path"] == "/"
    assert morsel["max-age"] == 400 * 24 * 60 * 60
    said = signing.loads(morsel.value, salt="accounts.throttle.device")
    assert set(said) == {"id", "marks"}
    assert ANI not in str(said)


def test_the_cookie_is_secure_and_bound_to_the_host_in_production(settings) -> None:
    settings.SESSION_COOKIE_SECURE = True
    response = HttpResponse()
    remember_browser(request_from(), response, ANI)

    assert response.cookies["__Host-device"]["secure"]


@pytest.mark.parametrize(
    "forge", [lambda c: c[:-1] + ("a" if c[-1] != "a" else "b"), lambda _c: "", lambda _c: "x:y:z"]
)
def test_a_forged_cookie_is_no_cookie(forge) -> None:
    assert device_of(request_from(cookie=forge(cookie_after_signing_in(ANI)))) is None


def test_a_value_signed_for_another_purpose_is_no_cookie() -> None:
    other = signing.dumps({"id": "x", "marks": []}, salt="another purpose")

    assert device_of(request_from(cookie=other)) is None


def test_no_key_in_redis_holds_an_account_or_an_address() -> None:
    fail(1)

    keys = [key.decode() for key in throttle.cache._cache.get_client().keys("*")]

    assert len(keys) == 2
    assert all(re.search(r":throttle:(account|address):[0-9a-f]{32}:\d+$", key) for key in keys)


# --- the address ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "198.51.100.1", "203.0.113.7"),
        (1, "", "203.0.113.7"),
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "192.0.2.66, 198.51.100.1", "198.51.100.1"),
        (2, "192.0.2.66, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        (2, "198.51.100.1", "203.0.113.7"),
        (1, "unknown", ""),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        (1, "::ffff:198.51.100.1", "198.51.100.1"),
    ],
)
def test_the_address_is_what_the_outermost_trusted_proxy_saw(settings, proxies, forwarded, address) -> None:
    settings.TRUSTED_PROXY_COUNT = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}

    assert address_of(request_from(**headers)) == address


def test_without_an_address_the_account_still_counts() -> None:
    assert len(fail(10, address="")) == 1
