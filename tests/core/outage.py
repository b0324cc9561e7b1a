"""A database that does not answer, for real: the connection is closed and the port leads nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def database_down() -> Iterator[None]:
    """Every query fails with OperationalError inside; only for transaction=True tests, where no block is open."""
    host, port = connection.settings_dict["HOST"], connection.settings_dict["PORT"]
    connection.close()
    connection.settings_dict["HOST"], connection.settings_dict["PORT"] = "127.0.0.1", "1"
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["HOST"], connection.settings_dict["PORT"] = host, port
