"""The rules in use, in words and with their sources: the page on which nothing is hidden."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from appraisal.enums import CycleState, Rating
from appraisal.models import Cycle
from appraisal.obstacles import OBJECTION_DAYS, RETURN_DAYS
from appraisal.scoring.matrix import RULE_VERSION
from appraisal.scoring.sheet import LegalSource
from appraisal.scoring.sources import COMPETENCIES, OBJECTION, SOURCES, VALUES
from appraisal.selectors.result_words import RULES, nine_cells
from core.components import Matrix
from core.errors import Sentence
from indicators.enums import Formula


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: what it is about, what it says, its source. Without a source it is a decision of this product."""

    name: Sentence
    says: Sentence
    source: LegalSource | None

    @property
    def basis(self) -> str:
        """`article`, `regulation` or `product`: how well the source is known."""
        if self.source is None:
            return "product"
        return "article" if self.source.verified else "regulation"


@dataclass(frozen=True, slots=True)
class LevelMeaning:
    """What a level of the anchors counts as in one cycle."""

    level: int
    rating: str


@dataclass(frozen=True, slots=True)
class RulesPage:
    """Everything that the page of the rules says; `cycle` is the newest that is not in preparation."""

    version: str
    matrix: Matrix
    computing: tuple[Rule, ...]
    measures: tuple[Rule, ...]
    peers: tuple[Rule, ...]
    process: tuple[Rule, ...]
    cycle: Cycle | None
    levels: tuple[LevelMeaning, ...]


def rules_page() -> RulesPage:
    """The rules of the computation and of the process. One query."""
    cycle = Cycle.objects.exclude(state=CycleState.DRAFT).order_by("-year").first()
    return RulesPage(
        version=RULE_VERSION,
        matrix=nine_cells(),
        computing=tuple(_computing()),
        measures=tuple(_measures()),
        peers=tuple(_peers(cycle)),
        process=tuple(_process(cycle)),
        cycle=cycle,
        levels=tuple(
            LevelMeaning(level, str(Rating(rating).label))
            for level, rating in enumerate(cycle.level_ratings if cycle else (), start=1)
        ),
    )


def _rule(name: Sentence, code: str) -> Rule:
    return Rule(name, RULES[code], SOURCES.get(code))


def _computing() -> Iterable[Rule]:
    yield _rule(_("Predicate"), "matrix.cell")
    yield _rule(_("Suggestion for the results of work"), "matrix.results")
    yield _rule(_("Suggestion for the behaviour at work"), "matrix.behavior")
    yield _rule(_("Levels of the core values"), "matrix.level")
    yield _rule(_("Rating of a plan item"), "supervisor.decides")
    yield Rule(
        _("Core values"),
        _("Seven values with three official statements each; each is rated by itself."),
        VALUES,
    )
    yield Rule(
        _("Competencies"),
        _(
            "The level shown stands beside the level that the position asks for. It does not change the predicate."
        ),
        COMPETENCIES,
    )
    yield Rule(
        _("What is missing"),
        _(
            "What was not measured or not observed is never counted as zero; the page says that it is missing."
        ),
        None,
    )


def _measures() -> Iterable[Rule]:
    for formula in Formula:
        if formula != Formula.NONE:
            yield _rule(formula.label, f"achievement.{formula.value}")
    yield Rule(
        _("Limits"),
        _("An achievement counts from 0 to 120 per cent; what was computed stands beside it."),
        None,
    )


def _peers(cycle: Cycle | None) -> Iterable[Rule]:
    """Feedback of peers and subordinates in plain words."""
    if cycle is not None:
        yield Rule(
            _("Who is asked"),
            _(
                "The employee proposes %(fewest)d to %(most)d people, the supervisor approves or changes. Whoever has too "
                "few when nomination closes gets %(drawn)d by lot. Of a head, subordinates are asked as well."
            )
            % {
                "fewest": cycle.peers_minimum,
                "most": cycle.peers_maximum,
                "drawn": cycle.peers_drawn,
            },
            None,
        )
    yield Rule(
        _("Sealed until the end"),
        _(
            "Every answer lies sealed until nobody can answer any more. Then all answers about a person are opened at once, "
            "without names and times, in an order by chance. No page shows anything of it before that."
        ),
        None,
    )
    yield _rule(_("Three answers at least"), "peers.mean")
    yield _rule(_("Mean of a group"), "peers.overall")
    yield Rule(
        _("Who reads it"),
        _(
            "The employee; the supervisor after a first rating of their own; the superior after publication. HR and the "
            "head of the agency see means over an agency of ten people or more."
        ),
        None,
    )
    yield Rule(
        _("What it does"),
        _(
            "Nothing to the predicate: its weight is zero. A supervisor may change a rating after reading it, with a "
            "reason; both ratings stay."
        ),
        None,
    )
    yield Rule(
        _("Abuse"),
        _(
            "Each reader may report a text. HR reads this one text; two people hide it with a reason that stands in its "
            "place. It is never shown who wrote it."
        ),
        None,
    )


def _process(cycle: Cycle | None) -> Iterable[Rule]:
    yield Rule(
        _("Objection"),
        _("In writing, with reasons, to the superior of the supervisor, within %(days)d days after receipt.")
        % {"days": OBJECTION_DAYS},
        OBJECTION,
    )
    yield Rule(
        _("Receipt"),
        _(
            "The result counts as received when the employee opens it. Receiving and reading are not agreeing."
        ),
        None,
    )
    yield Rule(
        _("Returning a self-assessment"),
        _(
            "Once, with a comment; the employee then has %(days)d days, or the rest of the phase if that is longer."
        )
        % {"days": RETURN_DAYS},
        None,
    )
    if cycle is not None:
        yield Rule(
            _("Shortest service"),
            _("Who served fewer than %(days)d days in a position is not appraised there.")
            % {"days": cycle.minimum_days},
            None,
        )
        yield Rule(
            _("Publication"),
            _("Supervisors see the results first; employees see theirs %(days)d days later at 00.00 WIB.")
            % {"days": cycle.publication_delay_days},
            None,
        )
