"""The server's own log and ours: what PostgreSQL and Python say about an error quotes no answer."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from appraisal.models import Box, Envelope, Review
from appraisal.services.boxes import RefusedReviews
from appraisal.services.clock import tick
from config import postgres, postgres_programs
from config.postgres import Cluster
from core.logs import JsonFormatter
from tests.appraisal import peers as p

CANARY = "kenari-catatan"
# The columns of the real tables; what a refused row would be quoted with.
TABLES = """
CREATE TABLE appraisal_review (
    id uuid PRIMARY KEY, appraisal_id uuid NOT NULL, "group" varchar(12) NOT NULL CHECK ("group" IN ('peer')),
    content jsonb NOT NULL, proof bytea NOT NULL
);
CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'refused late' USING DETAIL = NEW.content::text; END $$;
"""
# Each fails, with an answer in a value: as statement, as parameter, as row, as part of a text that cannot be read.
MISTAKES = {
    "not-null": "INSERT INTO appraisal_review (id, content) VALUES (gen_random_uuid(), {answer}::jsonb)",
    "check": "INSERT INTO appraisal_review VALUES (gen_random_uuid(), gen_random_uuid(), 'nobody', {answer}::jsonb, '')",
    "unique": "INSERT INTO appraisal_review SELECT '{one}', '{one}', 'peer', {answer}::jsonb, '' FROM generate_series(1, 2)",
    "json": "SELECT ({answer} || ',')::jsonb",
    "division": "SELECT 1 / 0, {answer}",
    "syntax": "SELECT {answer} FROM FROM",
}


@dataclass(frozen=True)
class Server:
    """A server of its own, as demo and tests start it, and its log."""

    cluster: Cluster
    log: Path


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """PostgreSQL as the demo has it, with a table for reviews and a log of its own."""
    owner = postgres.service_user()
    home = postgres.private_folder("kinerja-errors-", owner)
    log = tmp_path_factory.mktemp("errors") / "postgresql.log"
    cluster = postgres.new_cluster(home, owner)
    binaries = postgres_programs.reachable_binaries(postgres_programs.find_binaries(), home, owner)
    try:
        postgres.initialise(cluster, binaries, hasty=True)
        child = postgres.serve(cluster, binaries, log=log, hasty=True)
        try:
            ask(Server(cluster, log), TABLES)
            yield Server(cluster, log)
        finally:
            child.end()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def ask(server: Server, *statements: str) -> None:
    found = psycopg2.connect(server.cluster.url("postgres"))
    found.autocommit = True
    try:
        with found.cursor() as cursor:
            for statement in filter(None, statements):
                cursor.execute(statement)
    finally:
        found.close()


def provoke(server: Server, name: str, *, before: str = "") -> str:
    """Make the mistake; returns what the server's log says about it."""
    old = len(server.log.read_text())
    answer = "'" + json.dumps({"pages": {"AK": {"wish": CANARY}}}) + "'"
    statement = MISTAKES[name].replace("{answer}", answer).replace("{one}", f"{7:032x}")
    with pytest.raises(psycopg2.Error) as error:
        ask(server, before, statement)
    said = server.log.read_text()[old:]
    assert str(error.value.diag.message_primary) in said  # it is logged, and this is the log
    return said


@pytest.mark.parametrize("name", MISTAKES)
def test_the_servers_log_quotes_no_answer(server: Server, name: str) -> None:
    assert CANARY not in provoke(server, name)


def test_a_trigger_that_speaks_of_the_row_is_not_quoted(server: Server) -> None:
    ask(server, "CREATE TRIGGER late BEFORE INSERT ON appraisal_review FOR EACH ROW EXECUTE FUNCTION late()")
    try:
        assert CANARY not in provoke(server, "unique")
    finally:
        ask(server, "DROP TRIGGER late ON appraisal_review")


@pytest.mark.parametrize(
    ("name", "careless"),
    [("check", "log_error_verbosity = 'default'"), ("syntax", "log_min_error_statement = error")],
)
def test_without_our_settings_it_would(server: Server, name: str, careless: str) -> None:
    assert CANARY in provoke(server, name, before=f"SET {careless}")


# --- our own log --------------------------------------------------------------------------------


def lines(caplog: pytest.LogCaptureFixture) -> str:
    return "\n".join(JsonFormatter().format(record) for record in caplog.records)


@pytest.mark.django_db
def test_an_opening_that_the_database_refuses_is_logged_without_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    _year, asked = p.build_box(peers=3)
    for one in asked:
        p.fill(one)
        p.save(one, "BP", p.page(5, strength=f"{CANARY} datang paling pagi dan menolong."), revision=1)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE appraisal_review ADD CONSTRAINT never CHECK (false) NOT VALID")
    with caplog.at_level(logging.DEBUG):
        tick(at=p.SWEPT)
    assert [record for record in caplog.records if record.exc_info and record.exc_info[0] is RefusedReviews]
    assert CANARY not in lines(caplog)
    # Not even a formatter that prints everything finds a word.
    assert CANARY not in caplog.text
    assert Box.objects.get().opened_at is None
    assert Envelope.objects.count() == 3
    assert not Review.objects.exists()


@pytest.mark.django_db
def test_the_text_of_such_an_error_does_quote_the_row(caplog: pytest.LogCaptureFixture) -> None:
    """What the formatter must leave out is really there."""
    year, _asked = p.build_box(peers=0)
    with pytest.raises(DatabaseError) as error, transaction.atomic():
        Review.objects.create(
            appraisal=year.appraisal, group="nobody", content={"pages": {CANARY: {}}}, proof=bytes(32)
        )
    assert CANARY in str(error.value)
    try:
        raise error.value
    except DatabaseError:
        logging.getLogger("appraisal").exception("refused")
    assert "refused" in lines(caplog)
    assert CANARY not in lines(caplog)
