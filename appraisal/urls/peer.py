"""The reviewer's pages: invitations, and the answer to one."""

from django.urls import path

from appraisal.views import invitations, peer_sending, peer_values

_ONE = "rekan/<uuid:invitation_id>/"

urlpatterns = [
    path("rekan/", invitations.invitations, name="invitations"),
    path(_ONE, invitations.invitation, name="invitation"),
    path(f"{_ONE}tolak/", invitations.invitation_decline, name="invitation_decline"),
    path(f"{_ONE}nilai/<slug:code>/", peer_values.peer_value, name="peer_value"),
    path(f"{_ONE}periksa/", peer_sending.peer_check, name="peer_check"),
    path(f"{_ONE}kirim/", peer_sending.peer_send, name="peer_send"),
    path(f"{_ONE}ganti/", peer_sending.peer_replace, name="peer_replace"),
    path(f"{_ONE}bukti/", peer_sending.peer_receipt, name="peer_receipt"),
]
