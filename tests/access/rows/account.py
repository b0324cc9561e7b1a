"""The door, and one's own account."""

from tests.access.matrix import EVERYBODY, SIGN_IN, STRANGER, Row

ROWS = [
    Row("account_login", {302: EVERYBODY, 200: STRANGER}),
    Row("account_logout", {405: f"{EVERYBODY} {STRANGER}"}),
    Row("account_logout", {SIGN_IN: f"{EVERYBODY} {STRANGER}"}, method="post"),
    Row("account_inactive", {200: f"{EVERYBODY} {STRANGER}"}),
    Row("account_change_password", {200: EVERYBODY, SIGN_IN: STRANGER}),
    Row("account", {200: EVERYBODY, SIGN_IN: STRANGER}),
    Row("session_extend", {200: EVERYBODY, SIGN_IN: STRANGER}, method="post"),
    Row(
        "session_extend",
        {200: EVERYBODY, 401: STRANGER},
        method="post",
        headers={"X-Requested-With": "fetch"},
    ),
    Row("session_extend", {405: EVERYBODY, SIGN_IN: STRANGER}),
    Row("theme", {302: f"{EVERYBODY} {STRANGER}"}, method="post", data=lambda _world: {"theme": "dark"}),
    Row("theme", {405: f"{EVERYBODY} {STRANGER}"}),
    Row("language", {302: f"{EVERYBODY} {STRANGER}"}, method="post", data=lambda _world: {"language": "en"}),
    Row("language", {405: f"{EVERYBODY} {STRANGER}"}),
]
