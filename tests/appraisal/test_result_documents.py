"""What proves a result and prints it: computing again, the document; and who has none."""

from __future__ import annotations

import datetime as dt

import pytest

from accounts.models import GradeHistory, PersonnelNumber
from accounts.nip import grouped
from appraisal.enums import (
    NotAssessedReason,
)
from appraisal.models import Appraisal, RatingRecord, Result
from appraisal.scoring.content import sheet_of
from appraisal.scoring.matrix import compute
from appraisal.scoring.sheet import digest_of, to_text
from appraisal.selectors.results import verification_code, verify_result
from tests.appraisal.result_readers import address, at_stage, text_of, visitor
from tests.factories.people import until
from tests.walk import CANARIES, Stage

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english(settings) -> None:
    settings.LANGUAGE_CODE = "en"


# --- computing again ----------------------------------------------------------------------------


def test_computing_again_gives_the_same() -> None:
    world = at_stage(Stage.RECEIVED)
    page = text_of(visitor(world, "ani"), address(world, "result_verify"))
    assert "Computed again: the same" in page
    assert page.count(world.ani.result.digest) == 3


def test_a_changed_tree_is_found_out() -> None:
    world = at_stage(Stage.RECEIVED)
    stored = world.ani.result
    Result.objects.filter(pk=stored.pk).update(tree=stored.tree.replace("very_good", "good"))
    page = text_of(visitor(world, "ani"), address(world, "result_verify"))
    assert "The stored result does not match its fingerprint" in page


def test_a_changed_tree_with_a_new_fingerprint_is_found_out_too() -> None:
    world = at_stage(Stage.RECEIVED)
    stored = world.ani.result
    tree = stored.tree.replace('"value":"very_good"', '"value":"poor"')
    Result.objects.filter(pk=stored.pk).update(tree=tree, digest=digest_of(tree))
    page = text_of(visitor(world, "ani"), address(world, "result_verify"))
    assert "Computed again: not the same" in page


def test_a_changed_rating_is_found_out() -> None:
    world = at_stage(Stage.RECEIVED)
    record = RatingRecord.objects.get(appraisal=world.ani, stage="final")
    record.content["values"][0]["level"] = 5
    record.save()
    assert not verify_result(world.ani).is_same
    assert verify_result(world.ani).is_intact


def test_a_result_frozen_before_peers_reads_and_computes_to_the_same() -> None:
    world = at_stage(Stage.RECEIVED)
    record = RatingRecord.objects.get(appraisal=world.ani, stage="final")
    del record.content["peers"]
    record.save()
    old = to_text(compute(sheet_of(record.content)), rule_version="2026.1")
    Result.objects.filter(pk=world.ani.pk).update(tree=old, digest=digest_of(old), rule_version="2026.1")
    ani = visitor(world, "ani")

    assert "Peer feedback is not part of this year&#x27;s result." in text_of(ani, address(world))
    assert "Computed again: the same" in text_of(ani, address(world, "result_verify"))
    assert verify_result(world.ani).is_same


def test_a_result_of_earlier_rules_is_told_as_such() -> None:
    world = at_stage(Stage.RECEIVED)
    Result.objects.filter(pk=world.ani.pk).update(rule_version="2025.3")
    page = text_of(visitor(world, "ani"), address(world, "result_verify"))
    assert "Computed with earlier rules" in page
    assert "2025.3" in page


# --- the document -------------------------------------------------------------------------------


def test_the_document_names_everybody_as_they_were_on_the_last_day() -> None:
    world = at_stage(Stage.RECEIVED)
    last = world.ani.last_day
    GradeHistory.objects.create(employee=world.city.ani, grade="III/b", period=until(last))
    GradeHistory.objects.create(
        employee=world.city.ani, grade="III/c", period=(last + dt.timedelta(days=1), None)
    )
    page = text_of(visitor(world, "ani"), address(world, "result_document"))

    digits = PersonnelNumber.objects.get(employee=world.city.ani).digits
    assert grouped(digits) in page
    assert digits not in page
    assert "III/b" in page
    assert "III/c" not in page
    for name in ("ani", "budi", "citra"):
        assert world.city.person(name).name in page
    assert verification_code(world.ani, world.ani.result) in page
    assert "Very good" in page
    assert CANARIES["feedback"] in page


def test_a_number_of_a_contract_is_called_by_its_name() -> None:
    world = at_stage(Stage.RECEIVED)
    world.city.ani.employment_type = "pppk"
    world.city.ani.save(update_fields=["employment_type"])
    page = text_of(visitor(world, "ani"), address(world, "result_document"))
    assert page.count("NI PPPK") == 2


# --- not assessed -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["hadi", "budi", "citra", "kartika", "dewi", "fajar"])
def test_who_was_left_out_reads_why(name: str) -> None:
    world = at_stage(Stage.WITH_SUPERVISOR)
    page = text_of(visitor(world, name), address(world, of="hadi"))
    assert "Belum ada penilaian sampai hari publikasi." in page
    assert "There was no agreed plan" in page
    assert ("You were not assessed" in page) == (name == "hadi")


def test_the_reason_of_a_late_rating_is_told() -> None:
    world = at_stage(Stage.WITH_SUPERVISOR)
    Appraisal.objects.filter(pk=world.appraisals["hadi"].pk).update(
        not_assessed_reason=NotAssessedReason.UNRATED
    )
    page = text_of(visitor(world, "hadi"), address(world, of="hadi"))
    assert "No rating had been sent when the results were published." in page


def test_nobody_is_not_assessed_before_the_publication() -> None:
    world = at_stage(Stage.RATED)
    for name in ("hadi", "budi", "dewi", "fajar"):
        assert visitor(world, name).get(address(world, of="hadi")).status_code == 404
