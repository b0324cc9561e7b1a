"""The yearly process."""

from appraisal.models.appraisal import Appraisal, Extension
from appraisal.models.assessment import DraftAnswer, NextStep, RatingRecord, Result, SelfSubmission
from appraisal.models.cycle import Cycle, CycleProgress, PhaseWindow, Publication, WindowChange
from appraisal.models.plan import Evidence, JournalEntry, Measure, Plan, PlanItem, Realization

__all__ = [
    "Appraisal",
    "Cycle",
    "CycleProgress",
    "DraftAnswer",
    "Evidence",
    "Extension",
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
    "SelfSubmission",
    "WindowChange",
]
