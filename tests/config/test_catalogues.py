"""The catalogue follows the sources, is written the same way each time, and says what is wrong with it."""

import json
from pathlib import Path

import pytest
from django.template import Context, Engine
from django.utils import translation

from config import catalogues

MODULE = '''
"""A module."""
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, npgettext, pgettext

# Translators: the button under a plan
SEND = _("Send the plan")
AGAIN = _("Shared text")
MONTH = pgettext("month", "May")
DAYS = ngettext("%(n)d day", "%(n)d days", 3)
PEERS = npgettext("people", "%(n)d peer", "%(n)d peers", 2)
LONG = _("Two parts " "of one sentence, {name}")
'''

PAGE = """
{% load i18n %}
<h1>{% translate "Shared text" %}</h1>
        <p>{% translate "Read" context "past" %} {{ missing|default:_("Nothing yet") }}</p>
    {% blocktranslate trimmed with name=person.name %}
        Good morning,
        {{ name }}! 100% done.
    {% endblocktranslate %}
  {% blocktranslate count n=total trimmed %}
    {{ n }} appraisal
  {% plural %}
    {{ n }} appraisals
  {% endblocktranslate %}
<p>It's (odd} text['</p>
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "core" / "migrations").mkdir(parents=True)
    (tmp_path / "core" / "words.py").write_text(MODULE, encoding="utf-8")
    (tmp_path / "core" / "migrations" / "0001_initial.py").write_text('_("not a message")', encoding="utf-8")
    (tmp_path / "templates" / "core").mkdir(parents=True)
    (tmp_path / "templates" / "core" / "page.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_words.py").write_text('_("of a test")', encoding="utf-8")
    return tmp_path


@pytest.fixture
def complete(tree: Path) -> Path:
    """The tree with every message translated by itself, in capitals where there is no placeholder."""
    catalogues.run_extract(tree)
    catalog = catalogues.stored(tree)
    for message in catalogues.messages_of(catalog):
        forms = catalogues.forms_of(message.id)
        message.string = (forms[-1],) if isinstance(message.id, tuple) else forms[0]
    catalogues.write(tree, catalog)
    assert catalogues.problems(tree) == []
    return tree


def own_messages(root: Path) -> set[tuple[str | None, object]]:
    foreign = {text for messages in catalogues.FOREIGN.values() for text in messages}
    return {
        (message.context, message.id)
        for message in catalogues.messages_of(catalogues.stored(root))
        if message.id not in foreign
    }


def text_of(root: Path) -> str:
    return catalogues.catalogue_path(root).read_text(encoding="utf-8")


def rewrite(root: Path, old: str, new: str) -> None:
    text = text_of(root)
    assert text.count(old) == 1, text
    catalogues.catalogue_path(root).write_text(text.replace(old, new), encoding="utf-8")


def test_extract_finds_every_message_of_modules_and_templates_once(tree: Path) -> None:
    catalogues.run_extract(tree)

    assert own_messages(tree) == {
        (None, "Send the plan"),
        (None, "Shared text"),
        ("month", "May"),
        (None, ("%(n)d day", "%(n)d days")),
        ("people", ("%(n)d peer", "%(n)d peers")),
        (None, "Two parts of one sentence, {name}"),
        ("past", "Read"),
        (None, "Nothing yet"),
        (None, "Good morning, %(name)s! 100%% done."),
        (None, ("%(n)s appraisal", "%(n)s appraisals")),
    }


def test_the_file_names_sources_without_lines_and_carries_no_date(tree: Path) -> None:
    catalogues.run_extract(tree)

    assert '#: core/words.py templates/core/page.html\nmsgid "Shared text"' in text_of(tree)
    assert "#. Translators: the button under a plan\n" in text_of(tree)
    assert "Date" not in text_of(tree)


def test_messages_are_sorted(tree: Path) -> None:
    catalogues.run_extract(tree)

    starts = [line for line in text_of(tree).splitlines() if line.startswith("msgid ")][1:]
    assert starts == sorted(starts)


def test_extracting_twice_changes_nothing(tree: Path) -> None:
    catalogues.run_extract(tree)
    first = text_of(tree)
    catalogues.run_extract(tree)

    assert text_of(tree) == first


def test_extract_keeps_translations_and_comments_and_removes_what_is_no_longer_used(complete: Path) -> None:
    rewrite(
        complete,
        'msgid "Send the plan"\nmsgstr "Send the plan"',
        'msgid "Send the plan"\nmsgstr "Kirim rencana"',
    )
    rewrite(complete, "#. Translators: the button", "# checked by a reader\n#. Translators: the button")
    (complete / "core" / "words.py").write_text(
        MODULE.replace('AGAIN = _("Shared text")', 'NEW = _("Fresh text")').replace(
            'MONTH = pgettext("month", "May")', ""
        ),
        encoding="utf-8",
    )

    catalogues.run_extract(complete)

    catalog = catalogues.stored(complete)
    assert catalog.get("Send the plan").string == "Kirim rencana"
    assert catalog.get("Send the plan").user_comments == ["checked by a reader"]
    assert catalog.get("Fresh text").string == ""
    assert catalog.get("May", "month") is None
    assert catalog.get("Shared text").string == "Shared text"  # the template still uses it
    assert list(catalog.obsolete) == []


def test_a_message_that_gains_a_plural_loses_its_translation(complete: Path) -> None:
    (complete / "core" / "words.py").write_text(
        MODULE.replace('SEND = _("Send the plan")', 'SEND = ngettext("Send the plan", "Send the plans", 2)'),
        encoding="utf-8",
    )

    catalogues.run_extract(complete)

    assert catalogues.stored(complete).get("Send the plan").string == ("",)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            'msgid "Nothing yet"\nmsgstr "Nothing yet"',
            'msgid "Nothing yet"\nmsgstr ""',
            "untranslated: 'Nothing yet'",
        ),
        (
            'msgid "%(n)d day"\nmsgid_plural "%(n)d days"\nmsgstr[0] "%(n)d days"',
            'msgid "%(n)d day"\nmsgid_plural "%(n)d days"\nmsgstr[0] ""',
            "untranslated: ('%(n)d day', '%(n)d days')",
        ),
        ('#: templates/core/page.html\nmsgid "Nothing', '#, fuzzy\nmsgid "Nothing', "fuzzy: 'Nothing yet'"),
        (
            'msgstr "Good morning, %(name)s! 100%% done."',
            'msgstr "Selamat pagi! 100%% selesai."',
            "placeholders differ: 'Good morning, %(name)s! 100%% done.' → 'Selamat pagi! 100%% selesai.'",
        ),
        (
            'msgstr "Two parts of one sentence, {name}"',
            'msgstr "Dua bagian, {nama}"',
            "placeholders differ: 'Two parts of one sentence, {name}' → 'Dua bagian, {nama}'",
        ),
        (
            'msgstr[0] "%(n)d peers"',
            'msgstr[0] "%(n)s rekan"',
            "placeholders differ: ('%(n)d peer', '%(n)d peers') → ('%(n)s rekan',)",
        ),
    ],
)
def test_check_fails_and_names(complete: Path, capsys, old: str, new: str, problem: str) -> None:
    rewrite(complete, old, new)
    before = text_of(complete)
    capsys.readouterr()

    assert catalogues.run_check(complete) == 1
    assert problem in capsys.readouterr().out.splitlines()
    assert text_of(complete) == before


def test_check_names_new_and_unused_messages(complete: Path, capsys) -> None:
    (complete / "core" / "words.py").write_text(MODULE.replace("Send the plan", "Send it"), encoding="utf-8")

    assert catalogues.run_check(complete) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "missing, run extract: 'Send it'" in lines
    assert "no longer used, run extract: 'Send the plan'" in lines


def test_check_names_obsolete_entries(complete: Path, capsys) -> None:
    catalogues.catalogue_path(complete).write_text(
        text_of(complete) + '\n#~ msgid "Long ago"\n#~ msgstr "Dahulu"\n', encoding="utf-8"
    )

    assert catalogues.run_check(complete) == 1
    assert "obsolete: 'Long ago'" in capsys.readouterr().out.splitlines()


def test_check_fails_when_the_file_is_missing_or_broken(complete: Path, capsys) -> None:
    catalogues.catalogue_path(complete).write_text(
        text_of(complete) + '\nmsgid "never closed\n', encoding="utf-8"
    )
    assert catalogues.run_check(complete) == 1
    assert "unreadable" in capsys.readouterr().out

    catalogues.catalogue_path(complete).unlink()
    assert catalogues.run_check(complete) == 1
    assert "missing, run extract: 'Send the plan'" in capsys.readouterr().out.splitlines()


def test_check_accepts_a_complete_catalogue(complete: Path, capsys) -> None:
    assert catalogues.run_check(complete) == 0
    assert capsys.readouterr().out == "The catalogue is complete.\n"


def test_a_plural_form_may_leave_out_its_number() -> None:
    catalog = catalogues.Catalog(locale="id")
    message = catalog.add(("One day left", "%(n)s days left"), ("Tinggal %(n)s hari",))
    assert not catalogues.wrong_placeholders(message)
    message.string = ("Tinggal %(hari)s hari",)
    assert catalogues.wrong_placeholders(message)


def test_a_percent_sign_alone_is_no_placeholder() -> None:
    assert catalogues.placeholders("50% done, 50% dari semua") == frozenset()
    assert catalogues.placeholders("%s of {total:d} at %(hour)02d.%(minute)02d, %d%% and {{raw}}") == {
        "%s",
        "{total}",
        "%(hour)d",
        "%(minute)d",
        "%d",
    }


def test_merge_fills_empty_translations_and_says_what_did_not_fit(tree: Path, tmp_path: Path, capsys) -> None:
    first, second = tmp_path / "a.json", tmp_path / "b.json"
    first.write_text(
        json.dumps(
            {
                "Send the plan": "Kirim rencana",
                "month\x04May": "Mei",
                "%(n)d day": "%(n)d hari",
                "Gone": "Hilang",
            }
        ),
        encoding="utf-8",
    )
    second.write_text(json.dumps({"Send the plan": "Kirimkan rencana"}), encoding="utf-8")

    assert catalogues.run_merge(tree, [second, first]) == 0

    catalog = catalogues.stored(tree)
    assert catalog.get("Send the plan").string == "Kirim rencana"
    assert catalog.get("May", "month").string == "Mei"
    assert catalog.get("%(n)d day").string == ("%(n)d hari",)
    said = capsys.readouterr().out
    assert "a.json: in no source: 'Gone'" in said
    assert "b.json: kept the other translation: 'Send the plan'" in said

    catalogues.run_merge(tree, [second], replace=True)
    assert catalogues.stored(tree).get("Send the plan").string == "Kirimkan rencana"


def test_the_compiled_catalogue_is_what_templates_look_up(complete: Path, settings) -> None:
    rewrite(
        complete,
        'msgstr "Good morning, %(name)s! 100%% done."',
        'msgstr "Selamat pagi, %(name)s! 100%% selesai."',
    )
    rewrite(
        complete,
        'msgctxt "past"\nmsgid "Read"\nmsgstr "Read"',
        'msgctxt "past"\nmsgid "Read"\nmsgstr "Dibaca"',
    )
    rewrite(complete, 'msgstr[0] "%(n)s appraisals"', 'msgstr[0] "%(n)s penilaian"')

    assert catalogues.run_compile(complete) == 0

    settings.LOCALE_PATHS = [complete / "locale"]
    source = (complete / "templates" / "core" / "page.html").read_text(encoding="utf-8")
    page = Engine(libraries={"i18n": "django.templatetags.i18n"}).from_string(source)
    with translation.override("id"):
        shown = page.render(Context({"person": {"name": "Ani"}, "total": 1, "missing": ""}))
    assert "Selamat pagi, Ani! 100% selesai." in shown
    assert "Dibaca" in shown
    assert "1 penilaian" in shown


def test_compiling_twice_gives_the_same_bytes(complete: Path) -> None:
    assert catalogues.compiled(catalogues.stored(complete)) == catalogues.compiled(
        catalogues.stored(complete)
    )


def test_foreign_messages_stay_in_the_catalogue(tree: Path) -> None:
    catalogues.run_extract(tree)

    catalog = catalogues.stored(tree)
    kept = [(package, text) for package, texts in catalogues.FOREIGN.items() for text in texts]
    assert len(kept) == 6
    for package, text in kept:
        assert catalog.get(text).locations == [(package, None)]


def test_foreign_messages_exist_in_their_packages() -> None:
    with translation.override("id"):
        same = [
            text
            for texts in catalogues.FOREIGN.values()
            for text in texts
            if translation.gettext(text) == text
        ]
    assert same == []


def test_english_needs_no_catalogue() -> None:
    assert not (catalogues.ROOT / "locale" / "en").exists()
    with translation.override("en"):
        assert (
            translation.gettext("Please type your current password.") == "Please type your current password."
        )
        assert translation.get_language() == "en"


def test_the_catalogue_of_the_repository_is_complete() -> None:
    assert catalogues.problems(catalogues.ROOT) == []
