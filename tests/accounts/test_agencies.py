"""The tree of units keeps its paths true, whatever is done to it."""

import datetime as dt
import threading

import pytest
from django.db import connection
from django.utils import translation

from accounts.enums import AgencyKind, Role
from accounts.models import Agency
from accounts.services import agencies
from core.audit import AuditDetail, AuditEvent
from core.errors import ActionRefused, NotAllowed
from tests.factories.people import ActingFactory, AgencyFactory, PlacementFactory, actor_with, city, until

pytestmark = pytest.mark.django_db

AT = dt.datetime(2026, 3, 2, 3, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 3, 2)


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def gita():
    return actor_with(Role.HR_CITY)


@pytest.fixture
def tree():
    root = city()
    disdik = AgencyFactory(code="1.01.01", name="Dinas Pendidikan", parent=root)
    smp = AgencyFactory(code="DISDIK-SMP", parent=disdik, kind=AgencyKind.DIVISION)
    school = AgencyFactory(code="99279594", parent=smp, kind=AgencyKind.SCHOOL)
    dinkes = AgencyFactory(code="1.02.01", name="Dinas Kesehatan", parent=root)
    return {"root": root, "disdik": disdik, "smp": smp, "school": school, "dinkes": dinkes}


def paths():
    return dict(Agency.objects.order_by("pk").values_list("code", "path"))


def refusal(**changes):
    return {"at": AT, "reason": "Reorganisation", **changes}


def test_a_new_unit_stands_below_its_parent(gita, tree):
    agency = agencies.create_agency(
        actor=gita,
        at=AT,
        code=" DISDIK-SD ",
        name="Bidang Pembinaan SD",
        short_name="Bidang SD",
        kind=AgencyKind.DIVISION,
        parent_id=tree["disdik"].id,
    )
    assert agency.path == "KOTA/1.01.01/DISDIK-SD/"
    assert agency.parent == tree["disdik"]
    event = AuditEvent.objects.get()
    assert (event.act, event.object_id, event.actor_id, event.at) == (
        "agency.created",
        agency.id,
        gita.id,
        AT,
    )
    assert event.detail.after == {
        "code": "DISDIK-SD",
        "name": "Bidang Pembinaan SD",
        "kind": "division",
        "path": "KOTA/1.01.01/DISDIK-SD/",
    }


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"code": "1.02.01"}, "This code is already in use."),
        ({"code": "a/b"}, "A code has 1 to 40 characters and no slash."),
        ({"code": "  "}, "A code has 1 to 40 characters and no slash."),
        ({"code": "x" * 41}, "A code has 1 to 40 characters and no slash."),
        ({"name": " "}, "The unit needs a name."),
    ],
)
def test_an_unfit_unit_is_refused_with_every_reason(gita, tree, change, sentence):
    before = paths()
    fields = {"code": "NEW", "name": "New", **change}
    with pytest.raises(ActionRefused) as refused:
        agencies.create_agency(
            actor=gita, at=AT, kind=AgencyKind.DIVISION, parent_id=tree["disdik"].id, **fields
        )
    assert [str(reason) for reason in refused.value.reasons] == [sentence]
    assert paths() == before
    assert not AuditEvent.objects.exists()


def test_nothing_is_created_below_a_closed_unit(gita, tree):
    Agency.objects.filter(pk=tree["school"].pk).update(closed_on=TODAY)
    with pytest.raises(ActionRefused, match="The unit above is closed"):
        agencies.create_agency(
            actor=gita, at=AT, code="X", name="X", kind=AgencyKind.SECTION, parent_id=tree["school"].id
        )


def test_moving_rewrites_the_whole_subtree_and_nothing_else(gita, tree):
    before = paths()
    moved = agencies.move_agency(
        actor=gita,
        at=AT,
        agency_id=tree["smp"].id,
        parent_id=tree["dinkes"].id,
        reason="Perwal 12/2026",
    )
    assert moved.path == "KOTA/1.02.01/DISDIK-SMP/"
    assert moved.parent == tree["dinkes"]
    assert paths() == before | {
        "DISDIK-SMP": "KOTA/1.02.01/DISDIK-SMP/",
        "99279594": "KOTA/1.02.01/DISDIK-SMP/99279594/",
    }
    detail = AuditDetail.objects.get()
    assert detail.event.reason == "Perwal 12/2026"
    assert detail.before == {"path": "KOTA/1.01.01/DISDIK-SMP/"}
    assert detail.after == {"path": "KOTA/1.02.01/DISDIK-SMP/", "units": 2}


def test_a_path_with_wildcard_characters_moves_only_its_own_subtree(gita, tree):
    wild = AgencyFactory(code="A_%", parent=tree["disdik"])
    AgencyFactory(code="ABC", parent=tree["disdik"])
    below = AgencyFactory(code="D", parent=wild)
    agencies.move_agency(
        actor=gita, at=AT, agency_id=wild.id, parent_id=tree["dinkes"].id, reason="Reorganisation"
    )
    below.refresh_from_db()
    assert below.path == "KOTA/1.02.01/A_%/D/"
    assert paths()["ABC"] == "KOTA/1.01.01/ABC/"


@pytest.mark.parametrize(
    ("unit", "parent", "sentence"),
    [
        ("disdik", "school", "A unit cannot stand below itself."),
        ("disdik", "disdik", "A unit cannot stand below itself."),
        ("root", "dinkes", "The root of the tree cannot be moved."),
        ("smp", "disdik", "The unit already stands there."),
    ],
)
def test_a_loop_and_an_empty_move_are_refused(gita, tree, unit, parent, sentence):
    before = paths()
    with pytest.raises(ActionRefused) as refused:
        agencies.move_agency(actor=gita, agency_id=tree[unit].id, parent_id=tree[parent].id, **refusal())
    assert sentence in [str(reason) for reason in refused.value.reasons]
    assert paths() == before
    assert not AuditEvent.objects.exists()


def test_a_tree_that_would_become_too_deep_is_refused(gita, tree):
    parent = tree["dinkes"]
    for depth in range(9):
        parent = AgencyFactory(code=f"{depth:040}", parent=parent)
    assert len(parent.path) == 382
    before = paths()
    with pytest.raises(ActionRefused, match="too deep"):
        agencies.create_agency(
            actor=gita, at=AT, code="E" * 20, name="E", kind=AgencyKind.SECTION, parent_id=parent.id
        )
    with pytest.raises(ActionRefused, match="too deep"):
        agencies.move_agency(actor=gita, agency_id=tree["smp"].id, parent_id=parent.id, **refusal())
    assert paths() == before


def test_a_move_needs_a_reason_and_an_open_parent(gita, tree):
    Agency.objects.filter(pk=tree["dinkes"].pk).update(closed_on=TODAY)
    with pytest.raises(ActionRefused) as refused:
        agencies.move_agency(
            actor=gita, agency_id=tree["smp"].id, parent_id=tree["dinkes"].id, **refusal(reason=" ")
        )
    assert [str(reason) for reason in refused.value.reasons] == [
        "The unit above is closed.",
        "Write why, so that others understand it later.",
    ]


def test_renaming_keeps_code_and_path(gita, tree):
    agency = agencies.rename_agency(
        actor=gita,
        at=AT,
        agency_id=tree["disdik"].id,
        name="Dinas Pendidikan dan Olahraga",
        short_name="Disdikor",
    )
    agency.refresh_from_db()
    assert (agency.name, agency.short_name, agency.path) == (
        "Dinas Pendidikan dan Olahraga",
        "Disdikor",
        "KOTA/1.01.01/",
    )
    with pytest.raises(ActionRefused, match="needs a name"):
        agencies.rename_agency(actor=gita, at=AT, agency_id=tree["disdik"].id, name=" ")
    agency.refresh_from_db()
    assert agency.name == "Dinas Pendidikan dan Olahraga"
    assert AuditEvent.objects.count() == 1


def test_an_empty_unit_can_be_closed(gita, tree):
    agency = agencies.close_agency(
        actor=gita, agency_id=tree["school"].id, last_day=TODAY, **refusal(reason="Merged")
    )
    agency.refresh_from_db()
    assert agency.closed_on == TODAY
    assert AuditEvent.objects.get().act == "agency.closed"
    with pytest.raises(ActionRefused, match="already closed"):
        agencies.close_agency(actor=gita, agency_id=tree["school"].id, last_day=TODAY, **refusal())


def test_a_unit_in_use_cannot_be_closed(gita, tree):
    PlacementFactory(agency=tree["disdik"])
    ActingFactory(agency=tree["disdik"])
    with pytest.raises(ActionRefused) as refused:
        agencies.close_agency(actor=gita, agency_id=tree["disdik"].id, last_day=TODAY, **refusal(reason=""))
    assert [str(reason) for reason in refused.value.reasons] == [
        "A unit below this one is still open.",
        "Somebody still serves in this unit after that day.",
        "Somebody still acts for the head of this unit after that day.",
        "Write why, so that others understand it later.",
    ]
    tree["disdik"].refresh_from_db()
    assert tree["disdik"].closed_on is None


def test_past_placements_do_not_keep_a_unit_open(gita, tree):
    PlacementFactory(agency=tree["school"], period=until(TODAY))
    assert (
        agencies.close_agency(actor=gita, agency_id=tree["school"].id, last_day=TODAY, **refusal()).closed_on
        == TODAY
    )


def test_the_root_cannot_be_closed(gita, tree):
    with pytest.raises(ActionRefused, match="root of the tree cannot be closed"):
        agencies.close_agency(actor=gita, agency_id=tree["root"].id, last_day=TODAY, **refusal())


@pytest.mark.parametrize("role", [role for role in Role if role != Role.HR_CITY])
def test_only_hr_of_the_city_shapes_the_tree(tree, role):
    before = paths()
    actor = actor_with(role)
    calls = [
        lambda: agencies.create_agency(
            actor=actor, at=AT, code="X", name="X", kind=AgencyKind.SECTION, parent_id=tree["disdik"].id
        ),
        lambda: agencies.move_agency(
            actor=actor, agency_id=tree["smp"].id, parent_id=tree["dinkes"].id, **refusal()
        ),
        lambda: agencies.rename_agency(actor=actor, at=AT, agency_id=tree["smp"].id, name="X"),
        lambda: agencies.close_agency(actor=actor, agency_id=tree["school"].id, last_day=TODAY, **refusal()),
    ]
    for call in calls:
        with pytest.raises(NotAllowed):
            call()
    assert paths() == before
    assert not AuditEvent.objects.exists()


def test_rights_in_one_subtree_do_not_reach_another(tree):
    actor = actor_with(Role.HR_CITY, path="KOTA/1.01.01/")
    with pytest.raises(NotAllowed):
        agencies.move_agency(actor=actor, agency_id=tree["smp"].id, parent_id=tree["dinkes"].id, **refusal())


@pytest.mark.django_db(transaction=True)
def test_two_moves_at_once_cannot_make_a_loop():
    root = city()
    one = AgencyFactory(code="ONE", parent=root)
    two = AgencyFactory(code="TWO", parent=root)
    actor = actor_with(Role.HR_CITY)
    start = threading.Barrier(2)
    outcomes = []

    def move(agency, parent):
        start.wait(timeout=10)
        try:
            agencies.move_agency(actor=actor, agency_id=agency.id, parent_id=parent.id, **refusal())
            outcomes.append("moved")
        except ActionRefused:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=move, args=pair) for pair in [(one, two), (two, one)]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["moved", "refused"]
    assert sorted(paths().values()) in (
        ["KOTA/", "KOTA/ONE/", "KOTA/ONE/TWO/"],
        ["KOTA/", "KOTA/TWO/", "KOTA/TWO/ONE/"],
    )
