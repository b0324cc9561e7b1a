"""kill -9 in the middle of a thousand mails: every one arrives, at most the one under way arrives twice, in order."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import uuid

import pytest
from django.conf import settings

from appraisal import notices
from core.clock import now
from core.notifications import MailState, Message, Notification, notify
from tests.factories.people import EmployeeFactory
from tests.mail_server import mail_server
from tests.worker import environment

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.worker]

MESSAGES = 1000
DRAIN = """
import django
django.setup()
from core.clock import now
from core.outbox import drain
while drain(at=now(), seconds=60):
    pass
"""


def drainer(url: str) -> subprocess.Popen[bytes]:
    """A process of ours that empties the outbox, as a worker does."""
    env = {**environment(), "EMAIL_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings"}
    return subprocess.Popen([sys.executable, "-c", DRAIN], cwd=settings.BASE_DIR, env=env)


def test_a_thousand_mails_survive_two_kills() -> None:
    ani = EmployeeFactory(email="ani@bandung.example")
    began = now() - dt.timedelta(hours=2)
    for n in range(MESSAGES):
        message = Message(
            notices.PLAN_AGREED, ani.pk, uuid.uuid4(), str(n), "/", {"year": "2026", "by": "Budi"}
        )
        notify([message], at=began + dt.timedelta(seconds=n))
    expected = [
        f"<{pk}@127.0.0.1>" for pk in Notification.objects.order_by("created_at").values_list("pk", flat=True)
    ]
    with mail_server() as server:
        running: list[subprocess.Popen[bytes]] = []

        def kill_at_times() -> None:
            if len(server.received) in {300, 650} and running[-1].poll() is None:
                os.kill(running[-1].pid, signal.SIGKILL)

        server.after_data = kill_at_times
        codes = []
        for _start in range(3):
            running.append(drainer(server.url))
            codes.append(running[-1].wait(timeout=100))

    assert codes == [-signal.SIGKILL, -signal.SIGKILL, 0]
    once = list(dict.fromkeys(server.ids))
    assert once == expected
    assert len(server.ids) - MESSAGES <= 2
    states = Notification.objects.values_list("mail_state", flat=True)
    assert set(states) == {MailState.MAILED}
