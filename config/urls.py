"""Every route of the product; of allauth only those that are used, each by name."""

from django.urls import URLPattern, URLResolver, include, path

from accounts.views import account, preferences, session, sign_in
from core.access import access

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("core.urls")),
    path(
        "masuk/",
        access(public=True, reason="Everybody begins here.")(sign_in.sign_in),
        name="account_login",
    ),
    path(
        "keluar/",
        access(public=True, reason="Signing out twice is no error.")(sign_in.sign_out),
        name="account_logout",
    ),
    path(
        "akun-ditutup/",
        access(public=True, reason="Told to who gave the right password of a closed account.")(
            sign_in.inactive
        ),
        name="account_inactive",
    ),
    path(
        "kata-sandi/",
        access(reason="Everybody changes their own password.")(sign_in.change_password),
        name="account_change_password",
    ),
    path("akun/", account.account, name="account"),
    path("sesi/perpanjang/", session.extend, name="session_extend"),
    path("tampilan/", preferences.theme, name="theme"),
    path("bahasa/", preferences.language, name="language"),
    path("", include("appraisal.urls")),
]

handler400 = "core.handlers.bad_request"
handler403 = "core.handlers.permission_denied"
handler404 = "core.handlers.page_not_found"
handler500 = "core.handlers.server_error"
