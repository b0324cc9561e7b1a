"""kill -9 in the middle of a thousand mails that a real worker sends: every one arrives, in order, none lost."""

from __future__ import annotations

from collections import Counter

import pytest

from core.notifications import MailState, Notification
from tests.faults import acts
from tests.faults.machine import Machine
from tests.mail_server import MailServer, mail_server

pytestmark = [pytest.mark.long, pytest.mark.worker, pytest.mark.timeout(300)]

MESSAGES = 1_000
# Whose death ends the sending itself, so that the mail under way may be said again.
SENDING = {"worker", "postgres"}
VICTIMS = {
    "worker": ("worker",),
    "beat": ("beat",),
    "redis": ("redis",),
    "postgres": ("postgres",),
    "all at once": ("worker", "beat", "redis", "postgres"),
}


def mailing(machine: Machine, server: MailServer) -> None:
    """One process of the worker, so that two drainers never take turns and the order can be told."""
    machine.variables["EMAIL_URL"] = server.url
    machine.concurrency = 1
    machine.start("worker", "beat")


@pytest.mark.parametrize("victims", VICTIMS.values(), ids=list(VICTIMS))
def test_a_thousand_mails_survive_the_death_of(victims, machine) -> None:
    expected = acts.write_messages(MESSAGES)
    with mail_server() as server:
        mailing(machine, server)
        kills = []
        for _kill in range(2):
            left = MESSAGES - len(server.received)
            before = len(server.received)
            machine.kill_at(lambda before=before: len(server.received) - before, of=left, names=victims)
            kills.append(len(server.received))
            machine.start(*(name for name in reversed(victims) if name != "postgres"))
        machine.wait(acts.nothing_waits, what="an empty outbox")
        machine.wait_for_ticks()
        machine.stop()

    assert kills[0] < kills[1] < MESSAGES
    assert list(dict.fromkeys(server.ids)) == expected
    twice = {one: n for one, n in Counter(server.ids).items() if n > 1}
    assert set(twice.values()) <= {2}
    assert len(twice) <= (len(kills) if SENDING & set(victims) else 0)
    # Only what was under way at a kill: the same one is the next that arrives.
    assert all(server.ids[server.ids.index(one) + 1] == one for one in twice)
    assert set(Notification.objects.values_list("mail_state", flat=True)) == {MailState.MAILED}


def test_a_full_outbox_drains_in_order_and_once(machine) -> None:
    expected = acts.write_messages(5_000)
    with mail_server() as server:
        mailing(machine, server)
        machine.wait(acts.nothing_waits, what="an empty outbox", seconds=250)
    assert server.ids == expected
