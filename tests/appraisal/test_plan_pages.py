"""The employee's plan in the browser's words: reading, writing, sending, changing; and what bad input meets."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from appraisal.enums import Phase, PlanState
from appraisal.models import Appraisal, Cycle, NextStep, Plan, PlanItem
from appraisal.services import plans
from core.audit import AuditEvent
from core.clock import day_end, day_start, now, today
from core.notifications import Notification
from indicators.enums import Consolidation, Polarity
from indicators.models import Indicator
from tests.appraisal.employee_pages import browser_of, items, sign_in_again, typed_item, url, words
from tests.walk import Stage, build_world

pytestmark = pytest.mark.django_db

LONG = "x" * 100_000
TEXT = "Semua siswa kelas V membaca lancar"


@pytest.fixture
def world():
    return build_world(Stage.PLANNING, now=now())


@pytest.fixture
def ani(world):
    return browser_of(world.city.ani)


def iku(world, agency, name="Angka kelulusan SD/MI"):
    return Indicator.objects.create(
        agency=agency,
        name=name,
        unit="persen",
        polarity=Polarity.MAXIMIZE,
        consolidation=Consolidation.LAST,
        formula="lulus / peserta x 100",
    )


def close(world, phase=Phase.PLANNING):
    """Planning and everything up to supervisor review is over."""
    gone = now() - dt.timedelta(days=1)
    for window in world.cycle.windows.filter(phase__in=[Phase.PLANNING, phase]):
        window.opens_at = gone - dt.timedelta(days=5)
        window.closes_at = gone
        window.save()


def last_year(world, *, agreed=True):
    """An agreed plan of the year before, with one result, and what was agreed for this year."""
    day = today(now()).replace(month=6, day=15) - dt.timedelta(days=365)
    cycle = Cycle.objects.create(
        year=world.cycle.year - 1, state="closed", opened_at=day_start(day), closed_at=day_end(day)
    )
    mine = world.ani
    earlier = Appraisal.objects.create(
        cycle=cycle,
        placement=mine.placement,
        employee=mine.employee,
        agency=mine.agency,
        first_day=day,
        last_day=day,
        plan_state=PlanState.AGREED,
        plan_agreed_at=day_start(day),
    )
    plan = Plan.objects.create(
        appraisal=earlier,
        state=PlanState.AGREED,
        created_at=day_start(day),
        sent_at=day_start(day),
        agreed_at=day_start(day),
        agreed_by=world.city.budi,
    )
    item = PlanItem.objects.create(plan=plan, position=1, result="Perpustakaan kelas terbuka setiap hari")
    item.measures.create(
        aspect="quantity", indicator="Hari buka", unit="hari", polarity=Polarity.MAXIMIZE, target=Decimal(180)
    )
    NextStep.objects.create(appraisal=earlier, position=1, text="Mengikuti pelatihan literasi.")


# --- reading ------------------------------------------------------------------------------------


def test_the_page_shows_every_result_with_its_measures(world, ani):
    page = words(ani.get(url(world, "plan")))
    assert "Main results" in page
    assert "Additional results" in page
    assert page.count("Sekolah dengan data lengkap") == 2
    assert "95 persen" in page
    assert "Higher is better" in page


def test_others_see_nothing_of_a_draft_and_everything_of_a_sent_plan(world, ani):
    budi = browser_of(world.city.budi)
    assert items(world)[1].result not in words(budi.get(url(world, "plan")))
    ani.post(url(world, "plan_send"))
    page = words(budi.get(url(world, "plan")))
    assert items(world)[1].result in page
    assert "Take the plan back" not in page
    assert "Add a result" not in page


@pytest.mark.parametrize("n", [1, 3])
def test_the_plan_costs_the_same_for_one_result_and_for_three(world, ani, n, django_assert_num_queries):
    items(world)[1].delete()
    for number in range(n - 1):
        plans.add_item(
            actor=world.actor("ani"),
            appraisal_id=world.ani.pk,
            data=plans.ItemData(
                result=f"Hasil {number}",
                kind="main",
                measures=(plans.MeasureData("quality", "Mutu", "persen", Polarity.MAXIMIZE, Decimal(90)),),
            ),
            at=now(),
        )
    page = url(world, "plan")
    with django_assert_num_queries(9):
        assert words(ani.get(page)).count("Change") == n


def test_last_years_steps_stand_beside_the_plan_and_the_form(world, ani):
    last_year(world)
    assert "Mengikuti pelatihan literasi." in words(ani.get(url(world, "plan")))
    assert "Mengikuti pelatihan literasi." in words(ani.get(url(world, "plan_item_new")))


# --- writing ------------------------------------------------------------------------------------


def test_a_result_is_added_with_its_measure(world, ani):
    answer = ani.post(url(world, "plan_item_new"), typed_item(), follow=True)
    assert answer.redirect_chain == [(url(world, "plan"), 302)]
    assert "The result stands in your plan now." in words(answer)
    item = items(world)[2]
    measure = item.measures.get()
    assert (item.result, item.kind, item.indicator) == (TEXT, "main", None)
    assert (measure.aspect, measure.target, measure.unit, measure.polarity) == (
        "quantity",
        Decimal("92.5"),
        "persen",
        "maximize",
    )


def test_the_same_form_sent_twice_adds_one_result(world, ani):
    page = ani.get(url(world, "plan_item_new")).content.decode()
    key = page.split('name="key" value="')[1].split('"')[0]
    for _click in range(2):
        assert ani.post(url(world, "plan_item_new"), typed_item(key=key)).status_code == 302
    assert [item.result for item in items(world)].count(TEXT) == 1


def test_a_result_serves_an_indicator_of_the_unit_or_of_one_above(world, ani):
    own, above, foreign = (
        iku(world, world.city.school, "Siswa membaca lancar"),
        iku(world, world.city.dinas),
        iku(world, world.city.other_dinas, "Kematian ibu"),
    )
    page = ani.get(url(world, "plan_item_new")).content.decode()
    assert page.index(f'<optgroup label="{world.city.school.name}">') < page.index(
        f'<optgroup label="{world.city.dinas.name}">'
    )
    assert str(foreign.pk) not in page
    for chosen in (own, above):
        ani.post(url(world, "plan_item_new"), typed_item(indicator=str(chosen.pk)))
    assert [item.indicator for item in items(world)[2:]] == [own, above]
    refused = ani.post(url(world, "plan_item_new"), typed_item(indicator=str(foreign.pk)))
    assert refused.status_code == 200
    assert TEXT in refused.content.decode()
    assert len(items(world)) == 4


def test_unit_and_direction_come_from_the_indicator_in_a_second_step(world, ani):
    chosen = iku(world, world.city.dinas)
    typed = typed_item(
        indicator=str(chosen.pk), prefill="yes", **{"quantity-unit": "", "quantity-polarity": ""}
    )
    page = ani.post(url(world, "plan_item_new"), typed).content.decode()
    assert 'name="quantity-unit" value="persen"' in page
    assert '<option value="maximize" selected>' in page
    assert 'name="quantity-indicator" value="Siswa yang membaca lancar"' in page
    assert TEXT in page
    assert len(items(world)) == 2


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"result": ""}, "Fill in: What do you want to bring about?"),
        ({"quantity-target": "0"}, "Where higher is better, the target cannot be zero."),
        ({"quantity-target": "sembilan"}, "Write a number, for example 12.5."),
        ({"quantity-target": ""}, "Give the target."),
        ({"quantity-unit": ""}, "Give the unit of the target."),
        ({"quantity-polarity": ""}, "Choose which way is better."),
        ({"quantity-polarity": "range"}, "A range needs an upper bound."),
        (
            {"quantity-polarity": "range", "quantity-target": "9", "quantity-target_upper": "3"},
            "The upper bound cannot be below the lower one.",
        ),
        ({"quantity-target_upper": "99"}, "Only a range has an upper bound."),
        ({"quantity-polarity": "binary", "quantity-target": "-1"}, "Give at least one milestone."),
        (
            {f"quantity-{name}": "" for name in ("indicator", "target", "unit", "polarity")},
            "Say in at least one aspect how the result is measured.",
        ),
        ({"result": LONG}, "This text has 100,000 characters. Shorten it to 300 at most."),
        ({"quantity-indicator": LONG}, "This text has 100,000 characters. Shorten it to 200 at most."),
        ({"quantity-target": "9" * 100_000}, "Write at most 18 digits."),
        ({"kind": "lain"}, "Select a valid choice."),
        ({"revision": "kemarin"}, "This form is incomplete."),
    ],
)
def test_what_cannot_be_stored_is_said_and_stays_in_the_form(world, ani, changed, sentence):
    typed = typed_item(**{"quality-indicator": "Nilai akhir", **changed})
    typed["quality-indicator"] = ""
    answer = ani.post(url(world, "plan_item_new"), typed)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert sentence in words(answer)
    for name in ("result", "quantity-indicator", "quantity-unit"):
        assert typed[name] in page
    assert len(items(world)) == 2


def test_targets_may_be_negative_and_text_may_hold_emoji(world, ani):
    typed = typed_item(
        result="Layanan 🙂 cepat\x00\x07",
        **{
            "quantity-target": "-2",
            "quantity-polarity": "minimize",
            "quantity-indicator": "Selisih anggaran",
        },
    )
    assert ani.post(url(world, "plan_item_new"), typed).status_code == 302
    item = items(world)[2]
    assert item.result == "Layanan 🙂 cepat"
    assert item.measures.get().target == Decimal(-2)


def test_a_full_plan_says_so(world, ani):
    for number in range(10):
        ani.post(url(world, "plan_item_new"), typed_item(result=f"Hasil {number}"))
    answer = ani.post(url(world, "plan_item_new"), typed_item())
    assert "A plan has at most twelve results." in words(answer)
    assert TEXT in answer.content.decode()
    assert len(items(world)) == 12


def test_a_result_is_changed_and_keeps_its_key(world, ani):
    item = items(world)[0]
    page = url(world, "plan_item", item.pk)
    assert 'name="quantity-target" value="95"' in ani.get(page).content.decode()
    answer = ani.post(page, typed_item(revision=str(item.revision)), follow=True)
    assert "The result has been changed." in words(answer)
    changed = PlanItem.objects.get(pk=item.pk)
    assert (changed.result, changed.key, changed.revision) == (TEXT, item.key, item.revision + 1)


def test_a_second_click_on_a_changed_result_changes_nothing_more(world, ani):
    item = items(world)[0]
    for _click in range(2):
        answer = ani.post(url(world, "plan_item", item.pk), typed_item(revision=str(item.revision)))
        assert answer.status_code == 302
    assert PlanItem.objects.get(pk=item.pk).revision == item.revision + 1


def test_a_stale_form_shows_both_versions_and_can_be_sent_again(world, ani):
    item = items(world)[0]
    page = url(world, "plan_item", item.pk)
    ani.post(page, typed_item(result="Versi dari tab pertama", revision=str(item.revision)))
    stale = ani.post(page, typed_item(result="Versi dari tab kedua", revision=str(item.revision)))
    assert stale.status_code == 200
    assert "This result was changed in another window or on another device." in words(stale)
    assert "Versi dari tab pertama" in words(stale)
    assert 'value="Versi dari tab kedua"' in stale.content.decode()
    assert PlanItem.objects.get(pk=item.pk).result == "Versi dari tab pertama"
    revision = stale.content.decode().split('name="revision" value="')[1].split('"')[0]
    ani.post(page, typed_item(result="Versi dari tab kedua", revision=revision))
    assert PlanItem.objects.get(pk=item.pk).result == "Versi dari tab kedua"


def test_a_result_removed_in_another_tab_comes_back_as_a_new_one(world, ani):
    item = items(world)[0]
    ani.post(url(world, "plan_item_remove", item.pk))
    answer = ani.post(url(world, "plan_item", item.pk), typed_item(revision=str(item.revision)))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "This result is not in your open plan any more." in words(answer)
    assert TEXT in page
    assert f'action="{url(world, "plan_item_new")}"' in page
    assert ani.get(url(world, "plan_item", item.pk)).status_code == 404


def test_a_result_is_removed_once_however_often_it_is_clicked(world, ani):
    item = items(world)[0]
    asked = ani.get(url(world, "plan_item_remove", item.pk))
    assert item.result in words(asked)
    assert len(items(world)) == 2
    for _click in range(2):
        assert ani.post(url(world, "plan_item_remove", item.pk)).status_code == 302
    assert [one.pk for one in items(world)] != [item.pk]
    assert len(items(world)) == 1


def test_last_years_plan_is_copied_into_an_empty_one_only(world, ani):
    last_year(world)
    assert "Copy last year's plan" not in words(ani.get(url(world, "plan")))
    refused = ani.post(url(world, "plan_copy"), follow=True)
    assert "Your plan already has results." in words(refused)
    world.ani.plans.get().items.all().delete()
    assert "Copy last year's plan" in words(ani.get(url(world, "plan")))
    answer = ani.post(url(world, "plan_copy"), follow=True)
    assert "Results copied from last year: 1." in words(answer)
    assert [item.result for item in items(world)] == ["Perpustakaan kelas terbuka setiap hari"]
    ani.post(url(world, "plan_copy"))
    assert len(items(world)) == 1


# --- sending, returning, changing ---------------------------------------------------------------


def test_a_sent_plan_is_waited_for_and_can_be_taken_back(world, ani):
    answer = ani.post(url(world, "plan_send"), follow=True)
    assert "Your plan has been sent." in words(answer)
    assert "Take the plan back" in words(answer)
    assert "Add a result" not in words(answer)
    assert world.ani.plan_state == PlanState.SENT
    again = ani.post(url(world, "plan_send"), follow=True)
    assert "This has already been done, or is not possible any more." in words(again)
    assert AuditEvent.objects.filter(act="plan.sent").count() == 1
    assert Notification.objects.filter(kind="plan.sent").count() == 1
    for _click in range(2):
        assert ani.post(url(world, "plan_withdraw")).status_code == 302
    assert world.ani.plan_state == PlanState.DRAFT


def test_an_incomplete_plan_says_what_is_missing_and_is_not_sent(world, ani):
    PlanItem.objects.filter(plan__appraisal=world.ani, kind="main").update(kind="additional")
    assert "Add at least one main result." in words(ani.get(url(world, "plan")))
    answer = ani.post(url(world, "plan_send"), follow=True)
    assert "Add at least one main result." in words(answer)
    assert world.ani.plan_state == PlanState.DRAFT
    assert not AuditEvent.objects.filter(act="plan.sent").exists()


def test_a_returned_plan_shows_the_comment_and_is_mended(world, ani):
    ani.post(url(world, "plan_send"))
    plans.return_plan(
        actor=world.actor("budi"), appraisal_id=world.ani.pk, comment="Tambahkan ukuran mutu.", at=now()
    )
    page = words(ani.get(url(world, "plan")))
    assert "Tambahkan ukuran mutu." in page
    assert "Send the plan" in page
    assert "Tambahkan ukuran mutu." not in words(browser_of(world.city.budi).get(url(world, "plan")))


def test_a_sent_plan_takes_no_new_result_and_keeps_what_was_typed(world, ani):
    ani.post(url(world, "plan_send"))
    answer = ani.post(url(world, "plan_item_new"), typed_item())
    assert "This can no longer be changed, because it has been sent." in words(answer)
    assert TEXT in answer.content.decode()
    assert len(items(world)) == 2
    assert ani.get(url(world, "plan_item_new")).status_code == 302


def test_after_planning_a_plan_is_sent_late_and_marked(world, ani):
    close(world)
    page = words(ani.get(url(world, "plan")))
    assert "The time for planning is over." in page
    ani.post(url(world, "plan_send"))
    assert "Sent late" in words(ani.get(url(world, "plan")))
    assert world.ani.plans.get().was_late is True


def test_after_supervisor_review_nothing_is_written_any_more_and_nothing_lost(world, ani):
    close(world, Phase.SUPERVISOR_REVIEW)
    page = words(ani.get(url(world, "plan")))
    assert "Time was up on" in page
    assert "Add a result" not in page
    answer = ani.post(url(world, "plan_item_new"), typed_item())
    assert "Time was up on" in words(answer)
    assert TEXT in answer.content.decode()
    assert len(items(world)) == 2


def test_what_arrived_in_time_counts_although_it_is_processed_later(world, ani, settings):
    settings.TRUSTED_PROXY_COUNT = 1
    moment = now()
    for window in world.cycle.windows.filter(phase__in=[Phase.PLANNING, Phase.SUPERVISOR_REVIEW]):
        window.opens_at = moment - dt.timedelta(days=5)
        window.closes_at = moment - dt.timedelta(seconds=5)
        window.save()
    early = str(int((moment - dt.timedelta(seconds=20)).timestamp() * 1000))
    late = str(int((moment - dt.timedelta(seconds=1)).timestamp() * 1000))
    refused = ani.post(url(world, "plan_item_new"), typed_item(), headers={"X-Request-Start": late})
    assert "Time was up on" in words(refused)
    answer = ani.post(url(world, "plan_item_new"), typed_item(), headers={"X-Request-Start": early})
    assert answer.status_code == 302
    assert len(items(world)) == 3


def test_an_agreed_plan_is_changed_as_a_new_version_with_marked_differences():
    world = build_world(Stage.EXECUTION, now=now())
    ani = browser_of(world.city.ani)
    assert "Version 1, agreed by both sides" in words(ani.get(url(world, "plan")))
    without = ani.post(url(world, "plan_revise"), {"reason": "  "})
    assert "Fill in: Why does the plan change?" in words(without)
    answer = ani.post(url(world, "plan_revise"), {"reason": "Tugas baru dari dinas."}, follow=True)
    assert "A new version has been begun." in words(answer)
    first, second = items(world)
    ani.post(
        url(world, "plan_item", first.pk),
        typed_item(
            result="Data kelulusan dan kehadiran lengkap",
            revision="1",
            **{"quantity-indicator": "Sekolah dengan data lengkap", "quantity-target": "97"},
        ),
    )
    ani.post(url(world, "plan_item_remove", second.pk))
    ani.post(url(world, "plan_item_new"), typed_item())
    answer = ani.get(url(world, "plan"))
    assert "Before: 95 persen Now: 97 persen" in words(answer)
    page = " ".join(answer.content.decode().split())
    assert f">{TEXT}</ins>" in page
    assert "<del>Panduan operator sekolah</del>" in page
    assert "This is version 2" in words(ani.get(url(world, "plan")))
    # The others go on reading the version that counts.
    budi = words(browser_of(world.city.budi).get(url(world, "plan")))
    assert TEXT not in budi
    assert "95 persen" in budi
    plans.send_plan(actor=world.actor("ani"), appraisal_id=world.ani.pk, at=now())
    plans.agree_plan(actor=world.actor("budi"), appraisal_id=world.ani.pk, at=now())
    old = ani.get(url(world, "plan_version", 1))
    new = ani.get(url(world, "plan_version", 2))
    assert "<ins" not in old.content.decode()
    assert "Tugas baru dari dinas." in words(new)
    assert f">{TEXT}</ins>" in new.content.decode()
    twice = ani.post(url(world, "plan_revise"), {"reason": "Lagi."}, follow=True)
    assert twice.status_code == 200
    assert ani.post(url(world, "plan_revise"), {"reason": "Lagi."}).status_code == 200
    assert Plan.objects.filter(appraisal=world.ani).count() == 3


@pytest.mark.parametrize("route", ["plan_send", "plan_withdraw", "plan_copy"])
def test_readers_cannot_act_and_strangers_find_nothing(world, route):
    before = world.ani.plans.get()
    assert browser_of(world.city.budi).post(url(world, route)).status_code == 403
    assert browser_of(world.city.hadi).post(url(world, route)).status_code == 404
    assert world.ani.plans.get().state == before.state
    assert not AuditEvent.objects.exclude(act__startswith="cycle.").exists()


def test_an_unknown_appraisal_or_result_is_not_found(world, ani):
    nowhere = "00000000-0000-4000-8000-000000000000"
    assert ani.get(reverse("plan", args=[nowhere])).status_code == 404
    assert ani.get(url(world, "plan_item", nowhere)).status_code == 404
    assert ani.get(url(world, "plan_item_remove", nowhere)).status_code == 404
    assert ani.get(url(world, "plan_version", 9)).status_code == 404


def test_a_session_that_ended_loses_nothing_that_was_typed(world, ani):
    ani.session.flush()
    door = ani.post(url(world, "plan_item_new"), typed_item())
    back = sign_in_again(door, ani, "ani")
    assert TEXT in back.content.decode()
    assert 'value="92,5"' in back.content.decode()
    assert len(items(world)) == 2


def test_a_get_writes_nothing(world, ani):
    before = list(Plan.objects.values()), list(PlanItem.objects.values())
    for page in (
        url(world, "plan"),
        url(world, "plan_item_new"),
        url(world, "plan_item", items(world)[0].pk),
        url(world, "plan_item_remove", items(world)[0].pk),
    ):
        assert ani.get(page).status_code == 200
    assert (list(Plan.objects.values()), list(PlanItem.objects.values())) == before
