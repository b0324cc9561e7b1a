"""One year for all attackers: it happens once in a test process, is looked at, and leaves an empty database behind."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection

from tests.attacks.ballots import Seen, see_a_year


@pytest.fixture(scope="session")
def seen(django_db_setup: None, django_db_blocker: pytest.FixtureDef) -> Seen:
    """What somebody with the database saw of thirty-two boxes, from the first save to the end of the key."""
    with django_db_blocker.unblock():
        call_command("flush", verbosity=0, interactive=False)
        try:
            return see_a_year()
        finally:
            with connection.cursor() as cursor:
                cursor.execute("DROP EXTENSION IF EXISTS pageinspect, pg_walinspect")
            call_command("flush", verbosity=0, interactive=False)
