"""What the page of a result shows, and whether the result can be computed again from what was kept."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models.agency import ancestor_paths
from accounts.selectors.identities import Identity, identities_on
from appraisal.enums import OPENED_BY_EMPLOYEE, Predicate, Rating, RatingStage, RatingState, ResultState
from appraisal.models import Appraisal, Box, Publication, RatingRecord, Result
from appraisal.policies import peer_node_visible_to
from appraisal.scoring import sheet
from appraisal.scoring.content import sheet_of
from appraisal.scoring.matrix import RULE_VERSION, SAME_RULES, compute
from appraisal.selectors.peer_figures import PeerGroup, groups_from
from appraisal.selectors.rating_changes import change_nodes
from appraisal.selectors.result_tree import lines_of_peers, result_tree
from appraisal.selectors.result_words import gap_words, nine_cells
from core.clock import today
from core.components import Matrix, Node
from core.figures import Bars, Level, level_bars
from core.seals import AuditSeal, seal_over
from indicators.models import CompetencyLevel

HIGHEST_LEVEL = 5
OTHERS_SHOWN = 20
RELATED = (
    "cycle",
    "agency",
    "employee",
    "supervisor",
    "superior",
    "rated_by",
    "placement__position",
    "result",
)


def outcomes(actor: Actor) -> QuerySet[Appraisal]:
    """The appraisals whose outcome the actor may read, with everything that the page names. One query.

    `sees_peers` tells whether the actor may read what peers said inside the tree, `peers` are the figures of the box for
    those who may open their page.
    """
    boxes = Box.objects.filter(appraisal=OuterRef("pk"))
    return (
        Appraisal.objects.outcome_visible_to(actor)
        .annotate(
            sees_peers=Exists(boxes.filter(peer_node_visible_to(actor))),
            peers=Subquery(boxes.figures_visible_to(actor).values("figures")),
        )
        .select_related(*RELATED)
    )


def result_of(appraisal: Appraisal) -> Result | None:
    """The computed result, None when nobody has rated. Loaded with `outcomes` it costs no query."""
    return getattr(appraisal, "result", None)


# --- other results of the same person -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OtherResult:
    """Another part of the year, or another year. `predicate` is "" while it is not opened, or there is none."""

    appraisal_id: uuid.UUID
    year: int
    unit: str
    first_day: dt.date
    last_day: dt.date
    predicate: str
    assessed: bool


def other_results(appraisal: Appraisal, actor: Actor) -> tuple[OtherResult, ...]:
    """The newest other outcomes of the same person that the actor may read. One query."""
    rows = (
        Appraisal.objects.outcome_visible_to(actor)
        .filter(employee=appraisal.employee_id)
        .exclude(pk=appraisal.pk)
        .select_related("cycle", "agency", "result")
        .order_by("-cycle__year", "-first_day", "pk")[:OTHERS_SHOWN]
    )
    own = appraisal.employee_id == actor.id
    return tuple(
        OtherResult(
            appraisal_id=row.pk,
            year=row.cycle.year,
            unit=row.agency.name,
            first_day=row.first_day,
            last_day=row.last_day,
            predicate=_told(row, own=own),
            assessed=row.rating_state != RatingState.NOT_ASSESSED,
        )
        for row in rows
    )


def _told(row: Appraisal, *, own: bool) -> str:
    """The predicate, unless the employee has not opened the result yet: opening is the receipt."""
    result = result_of(row)
    if result is None or (own and row.result_state not in OPENED_BY_EMPLOYEE):
        return ""
    return str(Predicate(result.predicate).label)


# --- the page -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ResultPage:
    """Everything that the page of one result says."""

    appraisal: Appraisal
    result: Result
    predicate: str
    results: str
    behavior: str
    decided_at: dt.datetime
    rater: Identity | None
    superior: Identity | None
    matrix: Matrix
    tree: tuple[Node, ...]
    feedback: Mapping[str, Sequence[str]]
    gaps: Bars | None
    others: tuple[OtherResult, ...]
    peers: tuple[PeerGroup, ...]
    peer_lines: tuple[Node, ...]
    own: bool
    whole_year: bool

    @property
    def code(self) -> str:
        """The verification code that is printed."""
        return verification_code(self.appraisal, self.result)

    @property
    def may_acknowledge(self) -> bool:
        """Whether the reader can confirm having read."""
        return self.own and self.appraisal.result_state == ResultState.RECEIVED

    @property
    def other_parts(self) -> tuple[OtherResult, ...]:
        """The other parts of the same year."""
        return tuple(other for other in self.others if other.year == self.appraisal.cycle.year)

    @property
    def other_years(self) -> tuple[OtherResult, ...]:
        """The results of other years."""
        return tuple(other for other in self.others if other.year != self.appraisal.cycle.year)


def result_page(appraisal: Appraisal, actor: Actor) -> ResultPage:
    """The page of a rated appraisal, loaded with `outcomes`. Four queries. Raises Result.DoesNotExist without one."""
    result = appraisal.result
    records = kept_ratings(appraisal)
    latest = counting(records)
    root = sheet.from_text(result.tree)
    own = appraisal.employee_id == actor.id
    people = identities_on([appraisal.rated_by_id, appraisal.superior_id], today(latest.saved_at))
    year = appraisal.cycle.year
    sees_peers, figures = _peers_beside(appraisal)
    tree = result_tree(root, changes=change_nodes(records), with_peers=sees_peers)
    return ResultPage(
        appraisal=appraisal,
        result=result,
        predicate=str(Predicate(result.predicate).label),
        results=str(Rating(result.result_rating).label),
        behavior=str(Rating(result.behavior_rating).label),
        decided_at=latest.saved_at,
        rater=people.get(appraisal.rated_by_id) if appraisal.rated_by_id else None,
        superior=people.get(appraisal.superior_id) if appraisal.superior_id else None,
        matrix=nine_cells(root, here_text=_("You are here") if own else _("Here")),
        tree=tree,
        feedback=latest.content["feedback"],
        gaps=competency_figure(root),
        others=other_results(appraisal, actor),
        peers=groups_from(figures, {value["code"]: value["name"] for value in latest.content["values"]}),
        peer_lines=lines_of_peers(tree),
        own=own,
        whole_year=(appraisal.first_day, appraisal.last_day) == (dt.date(year, 1, 1), dt.date(year, 12, 31)),
    )


def _peers_beside(appraisal: Any) -> tuple[bool, Mapping[str, Any]]:
    """What `outcomes` read beside the row: whether the tree may show peers, and the figures of the box."""
    return appraisal.sees_peers, appraisal.peers or {}


def kept_ratings(appraisal: Appraisal) -> tuple[RatingRecord, ...]:
    """First saves, the sent rating and its revisions, oldest first. One query."""
    return tuple(appraisal.ratings.select_related("author").order_by("version", "pk"))


def counting(records: Sequence[RatingRecord]) -> RatingRecord:
    """The record that counts: the newest that was sent or revised. Raises IndexError when nothing was sent."""
    return [record for record in records if record.stage != RatingStage.FIRST][-1]


def competency_figure(root: sheet.Node) -> Bars | None:
    """Levels shown beside levels that the position asks for; None when no competency was rated. One query."""
    nodes = root.find("competency")
    if not nodes:
        return None
    titles = {
        (name, level): title
        for name, level, title in CompetencyLevel.objects.filter(
            competency__name__in={node.label for node in nodes}
        ).values_list("competency__name", "level", "title")
    }
    return level_bars(
        title=_("Levels shown beside the levels that the position asks for"),
        levels=[_level(node, titles) for node in nodes],
        highest=HIGHEST_LEVEL,
        label_title=_("Competency"),
    )


def _level(node: sheet.Node, titles: Mapping[tuple[str, int], str]) -> Level:
    shown, asked = int(node.value or 0), int(node.facts["required"])
    title = titles.get((node.label, shown), "")
    words = gap_words(shown, asked)
    return Level(node.label, shown, asked, f"{title}. {words}" if title else words)


def verification_code(appraisal: Appraisal, result: Result) -> str:
    """A short form of the fingerprint for paper: whoever may read the result can compare it."""
    start = result.digest[:10].upper()
    return f"HK-{appraisal.cycle.year}-{start[:5]}-{start[5:]}"


# --- not assessed -------------------------------------------------------------------------------


def left_out_by(appraisal: Appraisal) -> Publication | None:
    """The publication in force that left this appraisal out, with HR's reason. One query."""
    return (
        Publication.objects.filter(
            cycle=appraisal.cycle_id,
            agency__path__in=ancestor_paths(appraisal.agency.path),
            recalled_at=None,
        )
        .select_related("prepared_by")
        .order_by("-to_supervisors_at", "pk")
        .first()
    )


# --- the document -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ResultDocument:
    """The evaluation document (dokumen evaluasi kinerja): who, whom, by whom, with what result."""

    page: ResultPage
    employee: Identity
    rater: Identity | None
    superior: Identity | None
    seal: AuditSeal | None


def result_document(appraisal: Appraisal, actor: Actor) -> ResultDocument:
    """The page with the three people as they were on the last day of the segment, and the seal. Six queries."""
    page = result_page(appraisal, actor)
    people = identities_on(
        [appraisal.employee_id, appraisal.rated_by_id, appraisal.superior_id], appraisal.last_day
    )
    return ResultDocument(
        page=page,
        employee=people[appraisal.employee_id],
        rater=people.get(appraisal.rated_by_id) if appraisal.rated_by_id else None,
        superior=people.get(appraisal.superior_id) if appraisal.superior_id else None,
        seal=seal_over([appraisal.pk]),
    )


# --- computing again ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Verification:
    """What computing again came to. `computed` is "" when the rules have changed since and cannot be compared."""

    rule_version: str
    current_version: str
    stored: str
    of_tree: str
    computed: str

    @property
    def is_intact(self) -> bool:
        """Whether the stored tree still has its fingerprint."""
        return self.of_tree == self.stored

    @property
    def is_comparable(self) -> bool:
        """Whether the rules in force come to the same tree as those that the result was computed with."""
        return self.rule_version in SAME_RULES

    @property
    def is_same(self) -> bool:
        """Whether computing again gave the same bytes."""
        return self.is_intact and self.computed == self.stored


def verify_result(appraisal: Appraisal) -> Verification:
    """Compute the result again from the newest rating that was kept and compare the fingerprints. Two queries at most.

    Nothing is stored. Raises Result.DoesNotExist when there is no result.
    """
    result: Result = appraisal.result
    computed = ""
    if result.rule_version in SAME_RULES:
        content = counting(kept_ratings(appraisal)).content
        computed = sheet.digest_of(recomputed_text(content, rule_version=result.rule_version))
    return Verification(
        rule_version=result.rule_version,
        current_version=RULE_VERSION,
        stored=result.digest,
        of_tree=sheet.digest_of(result.tree),
        computed=computed,
    )


def recomputed_text(content: Mapping[str, Any], *, rule_version: str) -> str:
    """The canonical text that the rules of today make of a rating's content, under the version it had."""
    return sheet.to_text(compute(sheet_of(content)), rule_version=rule_version)
