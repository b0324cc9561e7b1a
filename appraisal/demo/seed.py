"""Any number of employees for measuring: a regular tree, one open cycle, a plan, a self-assessment and reviewers for each.

Everything is streamed by COPY in chunks of one transaction each, so time is linear and memory constant. Ids are scattered
like random ones but computed, so that every table is written without remembering another.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.enums import AgencyKind, EmploymentType, Role, Theme
from accounts.models import Agency, Employee, PersonnelNumber, Placement, Position, RoleGrant
from appraisal.demo import phases
from appraisal.demo.copying import NULL, copy_rows
from appraisal.demo.dice import Dice, at_hour
from appraisal.demo.personas import PASSWORD_HASH
from appraisal.demo.seed_peers import Peers
from appraisal.demo.shape import (
    AGENCY,
    APPRAISAL,
    EMPLOYEE,
    ITEM,
    MEASURE,
    PLACEMENT,
    PLAN,
    REALIZATION,
    SUBMISSION,
    Shape,
    scattered,
)
from appraisal.enums import CycleState, ItemKind, Phase, PlanState, RatingState, ResultState, SelfState
from appraisal.models import (
    Appraisal,
    Cycle,
    Measure,
    PhaseWindow,
    Plan,
    PlanItem,
    Realization,
    SelfSubmission,
)
from appraisal.selectors.due import GRACE
from core.canonical import canonical, fingerprint
from core.clock import today
from indicators.enums import Aspect, Polarity
from indicators.models import Competency, CoreValue

CHUNK = 50_000
RESULTS = (
    ("Terlaksananya pembelajaran sesuai rencana", "Persentase jam mengajar yang terlaksana", 98),
    ("Meningkatnya kemampuan membaca siswa", "Persentase siswa yang membaca lancar", 95),
    ("Terjaganya kehadiran siswa", "Rata-rata kehadiran siswa", 95),
)


def seed(
    size: int,
    *,
    at: dt.datetime,
    envelopes: bool = False,
    say: Callable[[str], object] = lambda text: None,
) -> None:
    """Fill a database that has only reference data with `size` employees and one open cycle.

    With `envelopes` every reviewer has sent a sealed answer, and the keys' files are made. Raises ValueError for fewer than 50 people or when there is a cycle already.
    """
    if size < 50:
        raise ValueError("a city has at least 50 employees")
    if Cycle.objects.exists():
        raise ValueError("there is a cycle already")
    shape = Shape(size)
    with transaction.atomic():
        ground = _Ground(shape, at)
        ground.lay()
    chunks = [range(first, min(first + CHUNK, size)) for first in range(0, size, CHUNK)]
    for numbers in chunks:
        with transaction.atomic():
            ground.fill(numbers)
        say(f"{numbers.stop:,}")
    peers = ground.peers(envelopes=envelopes)
    for numbers in chunks:
        with transaction.atomic():
            peers.copy(numbers)
    with transaction.atomic():
        ground.grant()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if not connection.in_atomic_block else "ANALYZE")


class _Ground:
    """The places, the cycle, and everybody chunk by chunk."""

    def __init__(self, shape: Shape, at: dt.datetime) -> None:
        self.shape = shape
        self.day = today(at)
        self.root = Agency.objects.get(parent=None)
        self.mayor = Employee(
            login="walikota",
            name="Wali Kota Contoh",
            employment_type=EmploymentType.ELECTED,
            password=PASSWORD_HASH,
        )
        titles = {
            "agency": ("Kepala Dinas", AgencyKind.DINAS),
            "division": ("Kepala Bidang Pembinaan SD", AgencyKind.DINAS),
            "unit": ("Kepala SD Negeri", AgencyKind.SCHOOL),
            "staff": ("Guru Kelas Ahli Pertama", AgencyKind.SCHOOL),
            "city": ("Wali Kota", AgencyKind.CITY),
        }
        self.positions = {
            kind: Position.objects.get(title=title, unit_kind=unit_kind)
            for kind, (title, unit_kind) in titles.items()
        }
        self.cycle = Cycle(year=self.day.year, state=CycleState.OPEN, opened_at=at_hour(self.day, 0))
        self.windows = phases.windows_of(Phase.SELF_ASSESSMENT, self.day)
        self.drawn_at = self.windows[Phase.NOMINATION].closes_at + GRACE
        self.agreed = self.windows[Phase.PLANNING].closes_at.isoformat()
        self.sent = (at_hour(self.day, 8) - dt.timedelta(days=3)).isoformat()
        self.content = _Content()

    def lay(self) -> None:
        """The tree, the Mayor, the cycle and its windows."""
        shape = self.shape
        copy_rows(
            Agency,
            ["id", "code", "name", "short_name", "kind", "parent_id", "path"],
            (self._agency_row(place) for place in range(shape.heads + shape.units)),
        )
        self.mayor.save(force_insert=True)
        Placement.objects.create(
            employee=self.mayor,
            agency=self.root,
            position=self.positions["city"],
            is_head=True,
            period=DateRange(dt.date(self.day.year - 1, 1, 1), None),
        )
        self.cycle.save(force_insert=True)
        PhaseWindow.objects.bulk_create(phases.window_rows(Dice("seed"), self.cycle, None, self.windows))

    def _code(self, place: int) -> str:
        return f"S{place:06d}"

    def _path(self, place: int) -> str:
        parent = self.shape.parent_of(place)
        return f"{self.root.path if parent is None else self._path(parent)}{self._code(place)}/"

    def _agency_row(self, place: int) -> tuple[Any, ...]:
        parent = self.shape.parent_of(place)
        if parent is None:
            kind = AgencyKind.DINAS
        else:
            kind = AgencyKind.DIVISION if place < self.shape.heads else AgencyKind.SCHOOL
        return (
            scattered(AGENCY, place),
            self._code(place),
            f"Unit Contoh {place}",
            "",
            kind.value,
            self.root.id if parent is None else scattered(AGENCY, parent),
            self._path(place),
        )

    @transaction.atomic
    def peers(self, *, envelopes: bool) -> Peers:
        """Who is asked about whom since nomination was closed."""
        paths = [self._path(place) for place in range(self.shape.agencies)]
        return Peers(self.shape, self.cycle, self.drawn_at, paths, envelopes=envelopes)

    def grant(self) -> None:
        """One HR admin of the city and one auditor, so that their pages can be measured."""
        for number, role in enumerate((Role.HR_CITY, Role.AUDITOR)):
            RoleGrant.objects.create(
                employee_id=scattered(EMPLOYEE, self.shape.heads + 1 + number),
                role=role,
                agency=self.root,
                period=DateRange(dt.date(self.day.year, 1, 1), None),
                reason="Data ukur.",
            )

    # --- people ---------------------------------------------------------------------------------

    def fill(self, numbers: range) -> None:
        """Copy these people with everything that hangs on them."""
        served = f"[{self.day.year - 1}-01-01,)"
        copy_rows(
            Employee,
            ["id", "login", "name", "employment_type", "is_active", "language", "theme", "password"],
            (
                (
                    scattered(EMPLOYEE, n), f"p{n:07d}", f"Pegawai Contoh {n}", EmploymentType.PNS.value, "t", "",
                    Theme.AUTO.value, PASSWORD_HASH,
                )
                for n in numbers
            ),
        )  # fmt: skip
        copy_rows(
            PersonnelNumber,
            ["employee_id", "digits", "period"],
            ((scattered(EMPLOYEE, n), _digits(n), served) for n in numbers),
        )
        copy_rows(
            Placement,
            ["id", "employee_id", "agency_id", "position_id", "is_head", "period"],
            (self._placement_row(n, served) for n in numbers),
        )
        self._copy_appraisals(numbers)
        self._copy_plans(numbers)
        copy_rows(
            SelfSubmission,
            ["id", "appraisal_id", "number", "version", "content", "digest", "sent_at", "sent_by_clock"],
            (self._submission_row(n) for n in numbers),
        )

    def _placement_row(self, number: int, served: str) -> tuple[Any, ...]:
        place, is_head = self.shape.place_of(number)
        if number < self.shape.agencies:
            kind = "agency"
        elif number < self.shape.heads:
            kind = "division"
        else:
            kind = "unit" if is_head else "staff"
        return (
            scattered(PLACEMENT, number),
            scattered(EMPLOYEE, number),
            scattered(AGENCY, place),
            self.positions[kind].id,
            "t" if is_head else "f",
            served,
        )

    def _copy_appraisals(self, numbers: range) -> None:
        columns = [
            "id", "cycle_id", "placement_id", "employee_id", "agency_id", "supervisor_id", "superior_id",
            "first_day", "last_day", "plan_state", "plan_moved_at", "plan_agreed_at", "self_state", "self_sent_at",
            "self_sent_by_clock", "self_return_comment", "rating_state", "not_assessed_reason", "result_state",
            "acknowledgement_comment", "nomination_closed_at",
        ]  # fmt: skip
        copy_rows(Appraisal, columns, (self._appraisal_row(n) for n in numbers))

    def _appraisal_row(self, number: int) -> tuple[Any, ...]:
        year = self.day.year
        leader = self.shape.leader_of(number)
        superior: object = NULL
        if leader is not None:
            above = self.shape.leader_of(leader)
            superior = self.mayor.id if above is None else scattered(EMPLOYEE, above)
        return (
            scattered(APPRAISAL, number), self.cycle.id, scattered(PLACEMENT, number), scattered(EMPLOYEE, number),
            scattered(AGENCY, self.shape.place_of(number)[0]),
            self.mayor.id if leader is None else scattered(EMPLOYEE, leader), superior,
            f"{year}-01-01", f"{year}-12-31", PlanState.AGREED.value, self.agreed, self.agreed, SelfState.SENT.value,
            self.sent, "f", "", RatingState.OPEN.value, "", ResultState.HIDDEN.value, "",
            self.drawn_at.isoformat(),
        )  # fmt: skip

    def _copy_plans(self, numbers: range) -> None:
        copy_rows(
            Plan,
            [
                "id", "appraisal_id", "version", "state", "created_at", "change_reason", "sent_at", "return_comment",
                "agreed_at", "agreed_by_id", "was_late",
            ],
            (
                (
                    scattered(PLAN, n), scattered(APPRAISAL, n), 1, PlanState.AGREED.value, self.agreed, "", self.agreed,
                    "", self.agreed, self._agreed_by(n), "f",
                )
                for n in numbers
            ),
        )  # fmt: skip
        copy_rows(
            PlanItem,
            ["id", "plan_id", "key", "position", "kind", "result", "revision"],
            (
                (scattered(ITEM, i), scattered(PLAN, n), scattered(ITEM, i), k + 1, ItemKind.MAIN.value, RESULTS[k][0], 1)
                for n, k, i in _items(numbers)
            ),
        )  # fmt: skip
        copy_rows(
            Measure,
            ["id", "item_id", "key", "aspect", "indicator", "unit", "polarity", "target"],
            (
                (
                    scattered(MEASURE, i), scattered(ITEM, i), scattered(MEASURE, i), Aspect.QUALITY.value, RESULTS[k][1],
                    "persen", Polarity.MAXIMIZE.value, RESULTS[k][2],
                )
                for _n, k, i in _items(numbers)
            ),
        )  # fmt: skip
        copy_rows(
            Realization,
            ["id", "appraisal_id", "measure_key", "value", "as_of", "note", "revision", "saved_at"],
            (
                (
                    scattered(REALIZATION, i), scattered(APPRAISAL, n), scattered(MEASURE, i), RESULTS[k][2], self.day,
                    "", 1, self.sent,
                )
                for n, k, i in _items(numbers)
            ),
        )  # fmt: skip

    def _agreed_by(self, number: int) -> object:
        leader = self.shape.leader_of(number)
        return self.mayor.id if leader is None else scattered(EMPLOYEE, leader)

    def _submission_row(self, number: int) -> tuple[Any, ...]:
        text = self.content.text([scattered(ITEM, number * len(RESULTS) + k) for k in range(len(RESULTS))])
        return (
            scattered(SUBMISSION, number),
            scattered(APPRAISAL, number),
            f"PD-{self.day.year}-{number:08d}",
            1,
            text,
            fingerprint(text),
            self.sent,
            "f",
        )


def _items(numbers: Iterable[int]) -> Iterator[tuple[int, int, int]]:
    """Each person's results: (person, place in the plan, number of the item)."""
    for number in numbers:
        for place in range(len(RESULTS)):
            yield number, place, number * len(RESULTS) + place


def _digits(number: int) -> str:
    """A well-formed NIP that no other number has: the birth date and the serial count up."""
    born = dt.date(1970, 1, 1) + dt.timedelta(days=number // 900 % 9000)
    month = number // (900 * 9000) % 12 + 1
    return f"{born:%Y%m%d}{born.year + 25}{month:02d}1{number % 900 + 100}"


class _Content:
    """The text of a self-assessment, rendered once; only the keys of the items differ."""

    def __init__(self) -> None:
        words = "Contoh isian untuk pengukuran, panjangnya seperti isian biasa dari seorang pegawai."
        content = {
            "plan_version": 1,
            "items": [
                {
                    "key": f"@{place}@",
                    "name": result,
                    "kind": ItemKind.MAIN.value,
                    "process": words,
                    "impact": words,
                    "measures": [
                        {
                            "indicator": indicator,
                            "aspect": Aspect.QUALITY.value,
                            "unit": "persen",
                            "polarity": Polarity.MAXIMIZE.value,
                            "target": f"{target}.0000",
                            "upper": None,
                            "realization": f"{target}.0000",
                        }
                    ],
                    "evidence": [],
                }
                for place, (result, indicator, target) in enumerate(RESULTS)
            ],
            "values": [
                {"code": value.code, "name": value.name, "level": 3, "text": ""}
                for value in CoreValue.objects.order_by("order")
            ],
            "competencies": [
                {"code": row.code, "name": row.name, "required": 2, "level": 2, "text": ""}
                for row in Competency.objects.filter(family=None).order_by("order", "code")
            ],
        }
        self._template = canonical(content)

    def text(self, keys: list[str]) -> str:
        """The canonical text for these item keys."""
        text = self._template
        for place, key in enumerate(keys):
            text = text.replace(f"@{place}@", key)
        return text
