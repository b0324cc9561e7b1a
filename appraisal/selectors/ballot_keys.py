"""Where the keys of the boxes stand: for HR on the page of a cycle, for the readiness check, for the command."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from appraisal import key_files
from appraisal.enums import CycleState, Phase
from appraisal.key_files import FileState
from appraisal.models import BallotKey, Cycle, PhaseWindow
from core.errors import Sentence

KEY_TEXTS: dict[tuple[FileState, bool], Sentence] = {
    (FileState.MISSING, True): _("The key is missing. There is a good copy; restore it."),
    (FileState.WRONG, True): _("The key file is damaged. There is a good copy; restore it."),
    (FileState.MISSING, False): _("Key and copy are missing."),
    (FileState.WRONG, False): _("The key file is damaged, and there is no good copy."),
    (FileState.GOOD, False): _("The key is there, but its copy is missing or damaged."),
    (FileState.GOOD, True): _("Key and copy are there."),
}


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One key and how its two files were found; `is_loud` when nothing can be sealed or opened until it is restored."""

    key: BallotKey
    file: FileState
    copy: FileState

    @property
    def agency(self) -> Agency:
        """The top-level agency whose boxes it locks."""
        return self.key.agency

    @property
    def text(self) -> Sentence:
        """How it stands, in a sentence."""
        return KEY_TEXTS[self.file, self.copy == FileState.GOOD]

    @property
    def is_good(self) -> bool:
        """Whether both files are there and right."""
        return self.file == self.copy == FileState.GOOD

    @property
    def is_loud(self) -> bool:
        """Whether people are kept from writing, or boxes from opening."""
        return self.file != FileState.GOOD


@dataclass(frozen=True, slots=True)
class KeysPart:
    """What the page of a cycle says about keys. `loud` stops people, `quiet` only lacks a copy."""

    loud: tuple[KeyRow, ...]
    quiet: tuple[KeyRow, ...]
    good: int
    destroyed: int
    folders_in_order: bool

    @property
    def needs_attention(self) -> bool:
        """Whether HR should call the people who run the server."""
        return bool(self.loud or self.quiet) or not self.folders_in_order


def key_rows(cycle: Cycle | None = None) -> list[KeyRow]:
    """The keys that are not destroyed, of one cycle or of all, with a look at their files. One query."""
    keys = BallotKey.objects.filter(destroyed_at=None).select_related("agency", "cycle")
    if cycle is not None:
        keys = keys.filter(cycle=cycle)
    return [
        KeyRow(key, *key_files.states(key.pk, key.fingerprint))
        for key in keys.order_by("cycle__year", "agency__path", "pk")
    ]


def has_peer_review(cycle: Cycle) -> bool:
    """Whether the cycle asks peers at all. One query."""
    return PhaseWindow.objects.filter(cycle=cycle, phase=Phase.PEER_REVIEW).exists()


def keys_part(cycle: Cycle) -> KeysPart | None:
    """How the keys of an open cycle stand; None when it is not open or asks no peers. Three queries."""
    if cycle.state != CycleState.OPEN or not has_peer_review(cycle):
        return None
    rows = key_rows(cycle)
    return KeysPart(
        loud=tuple(row for row in rows if row.is_loud),
        quiet=tuple(row for row in rows if not row.is_loud and not row.is_good),
        good=sum(row.is_good for row in rows),
        destroyed=BallotKey.objects.filter(cycle=cycle).exclude(destroyed_at=None).count(),
        folders_in_order=key_files.folders_in_order(),
    )
