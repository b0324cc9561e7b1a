"""Key files: made once and for their owner alone, found, restored, destroyed; what HR and the operators are told."""

import stat
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import translation

from appraisal import key_files
from appraisal.enums import CycleState, Phase
from appraisal.key_files import FileState, KeyUnavailable
from appraisal.models import BallotKey, Cycle, Envelope, PhaseWindow
from appraisal.selectors.readiness import blockers, readiness
from appraisal.services import ballot_keys
from core.audit import AuditEvent
from core.clock import today
from core.errors import ActionRefused
from tests.appraisal import peers as p
from tests.walk import Stage

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folders(settings, tmp_path: Path) -> None:
    settings.BALLOT_KEYS_DIR = tmp_path / "keys"
    settings.BALLOT_KEY_COPIES_DIR = tmp_path / "copies"


@pytest.fixture
def key() -> BallotKey:
    p.build_box(peers=1)
    assert ballot_keys.make_keys(at=p.DURING) == 1
    return BallotKey.objects.get()


def places(key: BallotKey) -> tuple[Path, Path]:
    return key_files._places(key.pk)


def states(key: BallotKey) -> tuple[FileState, FileState]:
    return key_files.states(key.pk, key.fingerprint)


def run(*arguments: str) -> tuple[str, int]:
    out = StringIO()
    try:
        call_command("ballot_keys", *arguments, stdout=out)
    except SystemExit as end:
        return out.getvalue(), int(end.code or 0)
    return out.getvalue(), 0


# --- the files ----------------------------------------------------------------------------------


def test_a_key_and_its_copy_are_for_their_owner_alone_and_in_no_row(key: BallotKey) -> None:
    secret = key_files.read(key.pk, key.fingerprint)
    assert len(secret) == 32
    for path in places(key):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert path.read_text().strip() == secret.hex()
    [event] = AuditEvent.objects.filter(act="ballot_key.made")
    assert event.actor_id is None
    assert secret.hex() not in str(event.detail.after)
    assert secret.hex() not in str(BallotKey.objects.values())


def test_making_again_makes_nothing_and_no_file_is_ever_overwritten(key: BallotKey) -> None:
    before = [path.read_text() for path in places(key)]
    assert ballot_keys.make_keys(at=p.DURING) == 0
    with pytest.raises(FileExistsError):
        key_files.write_new(key.pk, b"1" * 32)
    assert [path.read_text() for path in places(key)] == before


def test_a_cycle_without_peers_or_not_open_gets_no_key() -> None:
    year, _asked = p.build_box(peers=0)
    PhaseWindow.objects.filter(phase=Phase.PEER_REVIEW).delete()
    assert ballot_keys.make_keys(at=p.DURING) == 0
    p.peer_windows(year.cycle)
    Cycle.objects.update(state=CycleState.DRAFT, opened_at=None)
    assert ballot_keys.make_keys(at=p.DURING) == 0
    assert not BallotKey.objects.exists()


def test_a_folder_that_cannot_be_made_refuses_the_page_with_a_sentence(settings, tmp_path: Path) -> None:
    _year, [mine] = p.build_box(peers=1)
    (tmp_path / "file").write_text("")
    settings.BALLOT_KEY_COPIES_DIR = tmp_path / "file" / "copies"
    with pytest.raises(KeyUnavailable):
        p.save(mine)
    assert not BallotKey.objects.exists()
    assert not Envelope.objects.exists()
    settings.BALLOT_KEY_COPIES_DIR = tmp_path / "copies"
    assert p.save(mine).revision == 1


@pytest.mark.parametrize("broken", [0, 1])
@pytest.mark.parametrize("damage", ["missing", "wrong", "empty"])
def test_file_and_copy_restore_each_other_and_what_was_wrong_is_set_aside(
    key: BallotKey, broken: int, damage: str
) -> None:
    path = places(key)[broken]
    if damage == "missing":
        path.unlink()
    else:
        path.write_text("" if damage == "empty" else "ab" * 32)
    expected = FileState.MISSING if damage == "missing" else FileState.WRONG
    assert states(key)[broken] == expected
    assert ballot_keys.restore_copies(at=p.DURING) == [key]
    assert states(key) == (FileState.GOOD, FileState.GOOD)
    assert len(list(path.parent.glob("*.wrong-*"))) == (0 if damage == "missing" else 1)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert AuditEvent.objects.filter(act="ballot_key.restored").count() == 1
    assert ballot_keys.restore_copies(at=p.DURING) == []
    assert AuditEvent.objects.filter(act="ballot_key.restored").count() == 1


def test_destroying_twice_is_destroying_once(key: BallotKey) -> None:
    key_files.destroy(key.pk, key.fingerprint)
    key_files.destroy(key.pk, key.fingerprint)
    assert states(key) == (FileState.MISSING, FileState.MISSING)
    with pytest.raises(KeyUnavailable):
        key_files.read(key.pk, key.fingerprint)


def test_people_of_the_root_have_a_key_of_their_own_and_units_that_of_their_agency() -> None:
    assert ballot_keys.top_path("kota/") == "kota/"
    assert ballot_keys.top_path("kota/DISDIK/") == "kota/DISDIK/"
    assert ballot_keys.top_path("kota/DISDIK/SD/SD901/") == "kota/DISDIK/"


# --- the command --------------------------------------------------------------------------------


def test_the_command_lists_checks_and_restores_without_printing_a_key(key: BallotKey) -> None:
    secret = places(key)[0].read_text().strip()
    listed, code = run("--language", "en", "list")
    assert code == 0
    assert "Dinas Pendidikan: Key and copy are there." in listed
    assert run("check") == ("", 0)
    places(key)[0].unlink()
    said, code = run("--language", "en", "check")
    assert code == 1
    assert "The key is missing. There is a good copy; restore it." in said
    said, code = run("--language", "en", "restore")
    assert (said, code) == ("Restored: Dinas Pendidikan\n", 0)
    for path in places(key):
        path.unlink()
    said, code = run("--language", "en", "restore")
    assert code == 1
    assert "Key and copy are missing." in said
    assert secret not in listed + said


def test_the_command_gives_up_only_what_is_lost(key: BallotKey) -> None:
    with translation.override("en"), pytest.raises(CommandError, match="Restore it instead"):
        run("--language", "en", "give-up", str(key.pk), "--reason", "Disk rusak.")
    with pytest.raises(CommandError):
        run("give-up", str(p.uuid.uuid4()), "--reason", "Disk rusak.")
    for path in places(key):
        path.write_text("ab" * 32)
    said, code = run("--language", "en", "give-up", str(key.pk), "--reason", "Disk rusak.")
    assert (said, code) == ("A new key was made. Envelopes lost with the old one: 0.\n", 0)
    key.refresh_from_db()
    assert states(key) == (FileState.GOOD, FileState.GOOD)


def test_the_command_says_when_both_folders_are_one(key: BallotKey, settings) -> None:
    settings.BALLOT_KEY_COPIES_DIR = settings.BALLOT_KEYS_DIR
    said, code = run("--language", "en", "check")
    assert code == 1
    assert "must be different and writable" in said


# --- what HR sees -------------------------------------------------------------------------------


def test_a_year_with_peers_is_not_ready_without_two_folders(settings, world_in) -> None:
    world = world_in(Stage.PREPARED)
    day = today(world.calendar.now)
    assert [c.passed for c in readiness(world.cycle, day=day) if c.code == "key_folders"] == [True]
    settings.BALLOT_KEY_COPIES_DIR = settings.BALLOT_KEYS_DIR
    assert "key_folders" in {check.code for check in blockers(readiness(world.cycle, day=day))}
    PhaseWindow.objects.filter(phase=Phase.PEER_REVIEW).delete()
    assert "key_folders" not in {check.code for check in readiness(world.cycle, day=day)}


def test_hr_sees_a_missing_key_loudly_before_the_window_opens(client, settings, world_in) -> None:
    settings.LANGUAGE_CODE = "en"
    world = world_in(Stage.EXECUTION)
    ballot_keys.make_keys(at=world.calendar.now)
    client.force_login(world.city.gita)
    address = reverse("cycle", args=[world.cycle.pk])
    before = client.get(address).content.decode()
    assert "cannot be locked away" not in before
    for key in BallotKey.objects.all():
        places(key)[0].unlink()
    page = client.get(address).content.decode()
    assert "cannot be locked away" in page
    assert world.city.dinas.name in page
    assert "There is a good copy; restore it." in page
    ballot_keys.restore_copies(at=world.calendar.now)
    assert "cannot be locked away" not in client.get(address).content.decode()


def test_a_refusal_of_giving_up_changes_nothing(key: BallotKey) -> None:
    before = (BallotKey.objects.values().get(), [path.read_text() for path in places(key)])
    with pytest.raises(ActionRefused):
        ballot_keys.replace_lost_key(key_id=key.pk, reason="x", at=p.DURING)
    assert (BallotKey.objects.values().get(), [path.read_text() for path in places(key)]) == before
    assert not AuditEvent.objects.filter(act="ballot_key.replaced").exists()
