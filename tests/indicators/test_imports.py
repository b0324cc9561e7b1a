"""Reference data: complete, idempotent, updated by changed files, refused with line numbers."""

import datetime as dt
import shutil

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from accounts import imports as places
from accounts.enums import AgencyKind, PositionType
from accounts.models import Agency, Position, PositionFamily, PositionLevel
from core.audit import AuditEvent
from core.tables import TableRefused
from indicators import imports
from indicators.enums import CompetencyKind, Polarity
from indicators.models import (
    BehaviorAnchor,
    Competency,
    CompetencyLevel,
    CompetencyRequirement,
    CoreValue,
    CoreValueStatement,
    Indicator,
)
from tests.factories.people import AgencyFactory

pytestmark = pytest.mark.django_db

AT = dt.datetime(2026, 1, 2, 1, 0, tzinfo=dt.UTC)
MODELS = (
    Agency,
    PositionFamily,
    PositionLevel,
    Position,
    Indicator,
    CoreValue,
    CoreValueStatement,
    BehaviorAnchor,
    Competency,
    CompetencyLevel,
    CompetencyRequirement,
)


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def files(tmp_path):
    """A copy of all files that a test may change: (places, measures)."""
    shutil.copytree(places.DATA, tmp_path / "places")
    shutil.copytree(imports.DATA, tmp_path / "measures")
    return tmp_path / "places", tmp_path / "measures"


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def load(files):
    return imports.load_all(at=AT, places=files[0], data=files[1])


def rows():
    return {model: list(model.objects.order_by("pk").values()) for model in MODELS}


def test_the_whole_city_is_loaded():
    counts = imports.load_all(at=AT)
    assert counts == {
        "agencies": 215,
        "position_families": 27,
        "position_levels": 13,
        "positions": 121,
        "indicators": 26,
        "core_values": 7,
        "statements": 21,
        "anchors": 35,
        "competencies": 21,
        "competency_levels": 105,
        "competency_requirements": 12,
    }
    assert [model.objects.count() for model in MODELS] == list(counts.values())


def test_all_units_have_their_place_in_the_tree():
    imports.load_all(at=AT)
    for agency in Agency.objects.select_related("parent").order_by("pk"):
        assert agency.path == (agency.parent.path if agency.parent else "") + agency.code + "/"
    assert Agency.objects.get(code="32.73.02.1004").path == "KOTA/32.73.02/32.73.02.1004/"
    assert Agency.objects.get(code="RSUD").path == "KOTA/1.02.01/RSUD/"
    kinds = {
        kind: Agency.objects.filter(kind=kind).count()
        for kind in AgencyKind
        if Agency.objects.filter(kind=kind).exists()
    }
    assert kinds == {
        AgencyKind.CITY: 1,
        AgencyKind.SECRETARIAT: 2,
        AgencyKind.INSPECTORATE: 1,
        AgencyKind.BOARD: 5,
        AgencyKind.DINAS: 22,
        AgencyKind.HOSPITAL: 3,
        AgencyKind.DISTRICT: 30,
        AgencyKind.SUBDISTRICT: 151,
    }


def test_measures_are_loaded_whole():
    imports.load_all(at=AT)
    absorption = Indicator.objects.get(name="Serapan anggaran")
    assert (absorption.agency.code, absorption.polarity, absorption.unit) == (
        "KOTA",
        Polarity.RANGE,
        "persen",
    )
    school = Indicator.objects.for_agency_path("KOTA/1.01.01/X/").order_by("name")
    assert school.count() == 9
    assert [value.code for value in CoreValue.objects.order_by("order")] == [
        "BP",
        "AK",
        "KP",
        "HM",
        "LY",
        "AD",
        "KB",
    ]
    teaching = Competency.objects.get(code="GKL")
    assert (teaching.kind, teaching.family_id, teaching.order) == (CompetencyKind.TECHNICAL, "guru_sd", 101)
    integrity = CompetencyLevel.objects.get(competency_id="INT", level=1)
    assert integrity.title == "Jujur dan taat dalam tugas sendiri"
    assert len(integrity.signs) == 3
    assert CompetencyRequirement.objects.get(pk="ahli_utama").level == 5
    assert not CompetencyRequirement.objects.filter(pk="elected").exists()
    assert Position.objects.get(title="Wali Kota").position_type == PositionType.ELECTED


def test_loading_twice_makes_the_same_rows():
    imports.load_all(at=AT)
    before = rows()
    imports.load_all(at=AT)
    assert rows() == before


def test_each_load_is_on_record():
    imports.load_all(at=AT)
    events = AuditEvent.objects.order_by("pk")
    assert [(event.act, event.at, event.actor_id) for event in events] == [("reference.loaded", AT, None)] * 2
    assert events[0].detail.after["agencies"] == 215


def test_a_changed_file_updates_its_rows_and_nothing_else(files):
    load(files)
    before = rows()
    edit(files[0] / "agencies.csv", "Dinas Pendidikan,Disdik", "Dinas Pendidikan dan Olahraga,Disdikor")
    edit(files[0] / "position_levels.csv", "Administrator,3", "Administrator,4")
    edit(files[1] / "indicators.csv", "Anak tidak sekolah,orang", "Anak tidak sekolah,anak")
    edit(files[1] / "behavior_anchors.csv", "Kontraproduktif", "Merugikan")
    load(files)
    after = rows()
    changed = {
        model: [(old, new) for old, new in zip(before[model], after[model], strict=True) if old != new]
        for model in MODELS
    }
    assert {model: len(pairs) for model, pairs in changed.items() if pairs} == {
        Agency: 1,
        Indicator: 1,
        BehaviorAnchor: 1,
        CompetencyRequirement: 1,
    }
    old, new = changed[Agency][0]
    assert new == old | {"name": "Dinas Pendidikan dan Olahraga", "short_name": "Disdikor"}


def test_a_unit_whose_parent_changed_takes_along_what_stands_below(files):
    load(files)
    clinic = AgencyFactory(code="WARD", parent=Agency.objects.get(code="RSUD"), kind=AgencyKind.SECTION)
    edit(
        files[0] / "agencies.csv",
        "RSUD,RSUD Kota Bandung,RSUD,hospital,1.02.01",
        "RSUD,RSUD Kota Bandung,RSUD,hospital,SETDA",
    )
    load(files)
    clinic.refresh_from_db()
    assert clinic.path == "KOTA/SETDA/RSUD/WARD/"
    assert Agency.objects.get(code="RSUD").parent.code == "SETDA"


def test_two_parents_may_change_at_once(files):
    """A hospital moves below a board that itself moves, and brings a new unit along."""
    load(files)
    path = files[0] / "agencies.csv"
    edit(
        path,
        "BAPENDA,Badan Pendapatan Daerah,Bapenda,board,KOTA",
        "BAPENDA,Badan Pendapatan Daerah,Bapenda,board,SETDA",
    )
    edit(path, "RSUD,RSUD Kota Bandung,RSUD,hospital,1.02.01", "RSUD,RSUD Kota Bandung,RSUD,hospital,BAPENDA")
    path.write_text(path.read_text() + "ICU,Ruang ICU,ICU,section,RSUD\n")
    load(files)
    assert Agency.objects.get(code="ICU").path == "KOTA/SETDA/BAPENDA/RSUD/ICU/"


def test_rows_that_vanish_from_a_file_stay(files):
    load(files)
    edit(files[0] / "agencies.csv", "RSKGM,Rumah Sakit Khusus Gigi dan Mulut,RSKGM,hospital,1.02.01\n", "")
    load(files)
    assert Agency.objects.filter(code="RSKGM").exists()


@pytest.mark.parametrize(
    ("folder", "name", "old", "new", "sentence"),
    [
        (0, "agencies.csv", "SETDA,Sekretariat Daerah", "SETDA,", "agencies.csv, line 3: A cell is empty: name"),
        (0, "agencies.csv", "SETWAN,", "SETDA,", "agencies.csv, line 4: Stands here twice: SETDA"),
        (0, "agencies.csv", "inspectorate,KOTA", "office,KOTA", "agencies.csv, line 5: Not one of the listed options: office"),
        (0, "agencies.csv", "board,KOTA", "board,RSUD", "agencies.csv, line 6: Unknown: RSUD"),
        (0, "agencies.csv", "SETDA,", "SET/DA,", "agencies.csv, line 3: A code has no slash: SET/DA"),
        (0, "agencies.csv", "city,\n", "city,X\n", "agencies.csv, line 2: The first row is the root and has no parent: X"),
        (0, "positions.csv", "pimpinan_opd,Sekretaris D", "boss,Sekretaris D", "positions.csv, line 2: Unknown: boss"),
        (0, "positions.csv", "jpt_pratama,jpt_pratama", "jpt_pratama,top", "positions.csv, line 2: Unknown: top"),
        (0, "position_levels.csv", "Pratama,4", "Pratama,6", "position_levels.csv, line 2: Not a whole number that fits here: 6"),
        (1, "indicators.csv", "1.01.01,Angka kelulusan SD/MI", "9.9,Angka kelulusan SD/MI", "indicators.csv, line 2: Unknown: 9.9"),
        (1, "indicators.csv", "persen,maximize", "persen,upward", "indicators.csv, line 2: Not one of the listed options: upward"),
        (1, "core_values.csv", "1,BP,Berorientasi Pelayanan,2", "1,BP,Pelayanan,2", "core_values.csv, line 3: Name or order differs from the line above: BP"),
        (1, "behavior_anchors.csv", "1,BP,1,", "1,XX,1,", "behavior_anchors.csv, line 2: Unknown: XX"),
        (1, "competencies.csv", "managerial", "technicality", "competencies.csv, line 2: Not one of the listed options: technicality"),
        (1, "competency_levels.csv", "INT,2,", "INT,1,", "competency_levels.csv, line 3: Stands here twice: INT 1"),
        (1, "technical_competencies.csv", "guru_sd", "guru_sma", "technical_competencies.csv, line 2: Unknown: guru_sma"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_line_and_nothing_changes(files, folder, name, old, new, sentence):
    load(files)
    before = rows()
    edit(files[folder] / name, old, new)
    with pytest.raises(TableRefused) as refused:
        load(files)
    assert sentence in [str(reason) for reason in refused.value.reasons]
    assert rows() == before


def test_a_value_without_all_anchors_is_refused(files):
    text = (files[1] / "behavior_anchors.csv").read_text().splitlines(keepends=True)
    (files[1] / "behavior_anchors.csv").write_text("".join(text[:-1]))
    with pytest.raises(TableRefused, match="Each value needs five anchors"):
        load(files)


def test_the_command_says_what_it_loaded(capsys):
    call_command("load_reference", skip_checks=True)
    assert capsys.readouterr().out.startswith("agencies: 215, position_families: 27")
    assert Agency.objects.count() == 215


def test_the_command_names_a_fault(files):
    edit(files[0] / "agencies.csv", "SETDA,Sekretariat Daerah", "SETDA,")
    with pytest.raises(CommandError, match=r"agencies\.csv, line 3: A cell is empty: name"):
        call_command("load_reference", places=files[0], measures=files[1], skip_checks=True)
    assert not Agency.objects.exists()
