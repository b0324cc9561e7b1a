"""The tree of units: what changes it keeps `Agency.path` true, and nothing else writes that column.

`path` is the parent's path, the code and a slash, so a subtree is a prefix. Every act here holds one advisory lock,
because a move rewrites rows that a second act may be reading.
"""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Concat, Length, Substr
from django.utils.translation import gettext_lazy as _

from accounts import policies
from accounts.actors import Actor
from accounts.enums import AgencyKind
from accounts.models import Acting, Agency, Placement
from accounts.services.periods import refuse, without_reason
from core import audit, locks
from core.errors import NotAllowed, Sentence

TREE_LOCK = "accounts.agency-tree"
CODE_LENGTH = 40
PATH_LENGTH = 400


def path_below(parent_path: str, code: str) -> str:
    """The path of a unit with this code below a parent (of the root, when the parent's path is empty)."""
    return f"{parent_path}{code}/"


@transaction.atomic
def create_agency(
    *,
    actor: Actor,
    at: dt.datetime,
    code: str,
    name: str,
    kind: AgencyKind,
    parent_id: uuid.UUID,
    short_name: str = "",
) -> Agency:
    """Add a unit below a parent. The root comes with the reference data.

    Raises NotAllowed for anybody but HR of the city, ActionRefused when the code is taken or unfit for a path, the
    name is blank, or the parent is closed.
    """
    locks.hold(TREE_LOCK)
    parent = Agency.objects.get(pk=parent_id)
    _require_tree_rights(actor, parent.path)
    code, name = code.strip(), name.strip()
    path = path_below(parent.path, code)
    reasons: list[Sentence] = []
    if not 1 <= len(code) <= CODE_LENGTH or "/" in code:
        reasons.append(_("A code has 1 to 40 characters and no slash."))
    elif Agency.objects.filter(code=code).exists():
        reasons.append(_("This code is already in use."))
    if not name:
        reasons.append(_("The unit needs a name."))
    if parent.closed_on is not None:
        reasons.append(_("The unit above is closed."))
    if len(path) > PATH_LENGTH:
        reasons.append(_("The tree would become too deep here."))
    refuse(reasons)
    agency = Agency.objects.create(
        code=code, name=name, short_name=short_name.strip(), kind=kind, parent=parent, path=path
    )
    audit.record(
        actor_id=actor.id,
        act="agency.created",
        object_type="agency",
        object_id=agency.id,
        at=at,
        after={"code": code, "name": name, "kind": kind, "path": path},
    )
    return agency


@transaction.atomic
def move_agency(
    *, actor: Actor, at: dt.datetime, agency_id: uuid.UUID, parent_id: uuid.UUID, reason: str
) -> Agency:
    """Hang a unit, with everything below it, under another parent; one statement rewrites the whole subtree.

    Raises ActionRefused when the unit is the root, the new parent is the unit itself or stands below it, is closed,
    or is the parent already; NotAllowed unless the actor may shape both places.
    """
    locks.hold(TREE_LOCK)
    agency = Agency.objects.select_for_update(of=("self",)).get(pk=agency_id)
    parent = Agency.objects.get(pk=parent_id)
    _require_tree_rights(actor, agency.path)
    _require_tree_rights(actor, parent.path)
    old_path, new_path = agency.path, path_below(parent.path, agency.code)
    reasons: list[Sentence] = []
    if agency.parent_id is None:
        reasons.append(_("The root of the tree cannot be moved."))
    if parent.path.startswith(old_path):
        reasons.append(_("A unit cannot stand below itself."))
    if parent.closed_on is not None:
        reasons.append(_("The unit above is closed."))
    if agency.parent_id == parent.id:
        reasons.append(_("The unit already stands there."))
    if _longest_path_below(old_path) - len(old_path) + len(new_path) > PATH_LENGTH:
        reasons.append(_("The tree would become too deep here."))
    refuse([*reasons, *without_reason(reason)])
    moved = rewrite_paths(agency, parent)
    agency.refresh_from_db()
    audit.record(
        actor_id=actor.id,
        act="agency.moved",
        object_type="agency",
        object_id=agency.id,
        at=at,
        reason=reason,
        before={"path": old_path},
        after={"path": new_path, "units": moved},
    )
    return agency


def rewrite_paths(agency: Agency, parent: Agency) -> int:
    """Hang the unit below the parent and rewrite every path of its subtree; returns how many. Needs TREE_LOCK."""
    new_path = path_below(parent.path, agency.code)
    Agency.objects.filter(pk=agency.pk).update(parent=parent)
    return Agency.objects.within(agency.path).update(
        path=Concat(Value(new_path), Substr("path", len(agency.path) + 1))
    )


@transaction.atomic
def rename_agency(
    *, actor: Actor, at: dt.datetime, agency_id: uuid.UUID, name: str, short_name: str = ""
) -> Agency:
    """Give a unit a new name; its code and path stay. Raises ActionRefused for a blank name, NotAllowed without rights."""
    agency = Agency.objects.select_for_update(of=("self",)).get(pk=agency_id)
    _require_tree_rights(actor, agency.path)
    if not name.strip():
        refuse([_("The unit needs a name.")])
    before = {"name": agency.name, "short_name": agency.short_name}
    agency.name, agency.short_name = name.strip(), short_name.strip()
    agency.save(update_fields=["name", "short_name"])
    audit.record(
        actor_id=actor.id,
        act="agency.renamed",
        object_type="agency",
        object_id=agency.id,
        at=at,
        before=before,
        after={"name": agency.name, "short_name": agency.short_name},
    )
    return agency


@transaction.atomic
def close_agency(
    *, actor: Actor, at: dt.datetime, agency_id: uuid.UUID, last_day: dt.date, reason: str
) -> Agency:
    """Close a unit after its last day. Its history stays; nobody may serve in it later.

    Raises ActionRefused for the root, a closed unit, one with an open unit below it, or one in which somebody still
    serves or acts after the last day.
    """
    locks.hold(TREE_LOCK)
    agency = Agency.objects.select_for_update(of=("self",)).get(pk=agency_id)
    _require_tree_rights(actor, agency.path)
    later = (last_day + dt.timedelta(days=1), None)
    reasons: list[Sentence] = []
    if agency.parent_id is None:
        reasons.append(_("The root of the tree cannot be closed."))
    if agency.closed_on is not None:
        reasons.append(_("The unit is already closed."))
    if Agency.objects.filter(parent=agency, closed_on=None).exists():
        reasons.append(_("A unit below this one is still open."))
    if Placement.objects.filter(agency=agency, period__overlap=later).exists():
        reasons.append(_("Somebody still serves in this unit after that day."))
    if Acting.objects.filter(agency=agency, period__overlap=later).exists():
        reasons.append(_("Somebody still acts for the head of this unit after that day."))
    refuse([*reasons, *without_reason(reason)])
    agency.closed_on = last_day
    agency.save(update_fields=["closed_on"])
    audit.record(
        actor_id=actor.id,
        act="agency.closed",
        object_type="agency",
        object_id=agency.id,
        at=at,
        reason=reason,
        after={"closed_on": last_day},
    )
    return agency


def _longest_path_below(path: str) -> int:
    lengths = Agency.objects.within(path).annotate(n=Length("path")).order_by("-n", "pk")
    return int(lengths.values_list("n", flat=True)[0])


def _require_tree_rights(actor: Actor, path: str) -> None:
    if not policies.may_shape_tree(actor, path):
        raise NotAllowed(_("Only HR of the city changes the tree of units."))
