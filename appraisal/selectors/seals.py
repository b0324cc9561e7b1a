"""Where an appraisal stands in the sealed record, for its pages, its document and its proof file."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from accounts.models.agency import ancestor_paths
from appraisal.models import Appraisal, Publication
from core.proofs import proof_of
from core.seals import AuditSeal, latest_seal, seal_over


@dataclass(frozen=True, slots=True)
class Standing:
    """The seal that holds the newest sealed act on an appraisal, and the latest one. None before the first."""

    own: AuditSeal | None
    latest: AuditSeal | None


def standing_of(appraisal: Appraisal) -> Standing:
    """The seals that a page names. Two queries."""
    return Standing(own=seal_over([appraisal.pk]), latest=latest_seal())


def objects_of(appraisal: Appraisal) -> list[uuid.UUID]:
    """What the events of an appraisal are about: itself, its cycle, its placement and its publications. One query."""
    publications = Publication.objects.filter(
        cycle=appraisal.cycle_id, agency__path__in=ancestor_paths(appraisal.agency.path)
    ).values_list("pk", flat=True)
    return [appraisal.pk, appraisal.cycle_id, appraisal.placement_id, *publications]


def proof_text(appraisal: Appraisal) -> Iterator[str]:
    """The proof file of the appraisal's events, in portions."""
    return proof_of(appraisal.pk, objects_of(appraisal))
