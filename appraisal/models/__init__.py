"""The yearly process."""

from appraisal.models.appraisal import Appraisal, Extension
from appraisal.models.assessment import DraftAnswer, NextStep, RatingRecord, Result, SelfSubmission
from appraisal.models.batch import Batch
from appraisal.models.closing import Closing
from appraisal.models.cycle import Cycle, CycleProgress, PhaseWindow, Publication, WindowChange
from appraisal.models.peer import (
    AgencyPeerFigures,
    BallotKey,
    Box,
    Envelope,
    Invitation,
    Review,
)
from appraisal.models.plan import Evidence, JournalEntry, Measure, Plan, PlanItem, Realization
from appraisal.models.word_report import WordReport

__all__ = [
    "AgencyPeerFigures",
    "Appraisal",
    "BallotKey",
    "Batch",
    "Box",
    "Closing",
    "Cycle",
    "CycleProgress",
    "DraftAnswer",
    "Envelope",
    "Evidence",
    "Extension",
    "Invitation",
    "JournalEntry",
    "Measure",
    "NextStep",
    "PhaseWindow",
    "Plan",
    "PlanItem",
    "Publication",
    "RatingRecord",
    "Realization",
    "Result",
    "Review",
    "SelfSubmission",
    "WindowChange",
    "WordReport",
]
