"""Words for the invented year, from the files in appraisal/demo/data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from appraisal.enums import JournalKind
from core import tables

DATA = Path(__file__).parent / "data"
GENERAL_FAMILY = "umum"
FALLBACK_PLAN = "administrasi_umum"


@dataclass(frozen=True, slots=True)
class MeasureExample:
    """One measure of an example plan."""

    aspect: str
    indicator: str
    unit: str
    polarity: str
    target: Decimal
    upper: Decimal | None


@dataclass(frozen=True, slots=True)
class ResultExample:
    """One result of an example plan with its measures."""

    kind: str
    result: str
    measures: tuple[MeasureExample, ...]


@cache
def names() -> Mapping[str, tuple[str, ...]]:
    """Parts of names by kind: given_f, given_m, sundanese_f, sundanese_m, family."""
    found: dict[str, list[str]] = {}
    for line in tables.read(DATA / "names.csv", ["kind", "name"]):
        found.setdefault(line["kind"], []).append(line["name"])
    return {kind: tuple(parts) for kind, parts in found.items()}


@cache
def plans() -> Mapping[str, tuple[ResultExample, ...]]:
    """Example results by position family."""
    columns = [
        "position_family",
        "result_kind",
        "result",
        "aspect",
        "indicator",
        "unit",
        "target",
        "polarity",
    ]
    grouped: dict[str, dict[tuple[str, str], list[MeasureExample]]] = {}
    for line in tables.read(DATA / "plan_examples.csv", columns):
        lower, _dash, upper = line["target"].partition("-")
        grouped.setdefault(line["position_family"], {}).setdefault(
            (line["result_kind"], line["result"]), []
        ).append(
            MeasureExample(
                line["aspect"],
                line["indicator"],
                line["unit"],
                line["polarity"],
                Decimal(lower),
                Decimal(upper) if upper else None,
            )
        )
    return {
        family: tuple(
            ResultExample(kind, result, tuple(measures)) for (kind, result), measures in results.items()
        )
        for family, results in grouped.items()
    }


def plan_for(family: str) -> tuple[ResultExample, ...]:
    """The example results of a family; families without any of their own borrow those of general staff."""
    return plans().get(family, plans()[FALLBACK_PLAN])


@cache
def journals() -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Journal entries by position family and kind."""
    found: dict[tuple[str, str], list[str]] = {}
    for line in tables.read(DATA / "journal_samples.csv", ["position_family", "kind", "text"]):
        found.setdefault((line["position_family"], line["kind"]), []).append(line["text"])
    return {key: tuple(texts) for key, texts in found.items()}


def journal_for(family: str, kind: JournalKind) -> Sequence[str]:
    """Entries of this kind that fit the family."""
    return journals().get((family, kind.value)) or journals()[(GENERAL_FAMILY, kind.value)]


@cache
def _texts() -> Mapping[tuple[str, str], tuple[str, ...]]:
    found: dict[tuple[str, str], list[str]] = {}
    for line in tables.read(DATA / "texts.csv", ["kind", "key", "text"]):
        found.setdefault((line["kind"], line["key"]), []).append(line["text"])
    return {key: tuple(texts) for key, texts in found.items()}


def texts(kind: str, key: str = "") -> Sequence[str]:
    """The sentences of a kind, such as `strength`, or `value_high` with the code of a core value."""
    return _texts()[(kind, key)]


@dataclass(frozen=True, slots=True)
class SchoolExample:
    """A made-up school with its figures."""

    code: str
    name: str
    kind: str
    candidates: int
    graduates: int
    teachers: int
    teachers_trained: int


@cache
def schools() -> tuple[SchoolExample, ...]:
    """The made-up state schools."""
    numbers = ["candidates", "graduates", "teachers", "teachers_trained"]
    return tuple(
        SchoolExample(line["npsn"], line["name"], line["kind"], *(int(line[column]) for column in numbers))
        for line in tables.read(DATA / "schools_sample.csv", ["npsn", "name", "kind", *numbers])
        if "Negeri" in line["name"]
    )


@dataclass(frozen=True, slots=True)
class ClinicExample:
    """A made-up health centre with its figures."""

    code: str
    name: str
    deliveries: int
    maternal_deaths: int
    infants_targeted: int
    infants_immunised: int
    outpatient_wait_minutes: int


@cache
def clinics() -> tuple[ClinicExample, ...]:
    """The made-up health centres."""
    numbers = [
        "deliveries",
        "maternal_deaths",
        "infants_targeted",
        "infants_immunised",
        "outpatient_wait_minutes",
    ]
    return tuple(
        ClinicExample(line["code"], line["name"], *(int(line[column]) for column in numbers))
        for line in tables.read(DATA / "clinics_sample.csv", ["code", "name", *numbers])
    )
