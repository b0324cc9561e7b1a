"""The promises that hold for the whole repository."""

import ast
import re
import tomllib
from collections import Counter
from collections.abc import Iterable

import pytest
from django.apps import apps
from django.core.management import get_commands, load_command_class
from django.db import models
from django.template.base import TokenType
from django.template.loader import get_template

from config import catalogues
from core.access import Access
from core.templatetags import ui
from tests.house import (
    APPS,
    PACKAGES,
    ROOT,
    allowed_values,
    functions,
    imported,
    layer,
    lines_of_code,
    modules,
    public_definitions,
    routes,
    templates,
    untranslated_words,
)

PURE = (
    "accounts.nip",
    "appraisal.completeness",
    "appraisal.enums",
    "appraisal.facts",
    "appraisal.obstacles",
    "appraisal.reminding",
    "appraisal.scoring",
    "appraisal.windows",
    "appraisal.workflow",
    "indicators.achievement",
)


def none(found: Iterable[object]) -> None:
    """Nothing was found; else everything that was, one a line."""
    lines = [str(each) for each in found]
    assert not lines, "\n" + "\n".join(lines)


OUR_MODELS = [model for app in APPS for model in apps.get_app_config(app).get_models()]


# --- routes -------------------------------------------------------------------------------------


def test_every_route_has_a_name_of_its_own() -> None:
    names = Counter(pattern.name for _path, pattern in routes())

    none([path for path, pattern in routes() if not pattern.name])
    none([name for name, n in names.items() if n > 1])


def test_every_view_carries_its_entry_rule() -> None:
    assert [
        path
        for path, pattern in routes()
        if not isinstance(getattr(pattern.callback, "access", None), Access)
    ] == []


def test_every_entry_rule_gives_its_reason_in_a_sentence() -> None:
    reasons = {path: pattern.callback.access.reason for path, pattern in routes()}

    none([path for path, reason in reasons.items() if not re.fullmatch(r"[A-Z].{8,}\.", reason)])


def test_no_route_of_a_package_is_taken_over_whole() -> None:
    views = {path: pattern.callback.__module__ for path, pattern in routes()}

    none([path for path, module in views.items() if module.split(".")[0] not in PACKAGES])


# --- files and modules --------------------------------------------------------------------------


def test_there_is_no_module_without_a_subject() -> None:
    forbidden = {
        "utils",
        "helpers",
        "misc",
        "common",
        "signals",
        "admin",
        "base",
        "services",
        "models",
        "views",
    }
    allowed = {"core.models", "core.views", "indicators.models"}
    found = {module.name for module in modules() if module.path.stem in forbidden}

    none(found - allowed)


def test_every_module_has_a_docstring() -> None:
    silent = [m.where for m in modules() if m.source.strip() and not ast.get_docstring(m.tree)]

    none(silent)


def test_public_functions_and_classes_of_the_rules_have_docstrings() -> None:
    spoken = (
        *layer("services", "selectors", "policies", "notices", "access", "tasks", "imports"),
        *(module for module in modules() if module.is_below(*PURE)),
    )
    silent = [
        f"{module.where}:{node.lineno} {node.name}"
        for module in spoken
        for node in public_definitions(module)
        if not ast.get_docstring(node)
    ]

    none(silent)


def test_a_function_fits_a_screen_and_a_module_stays_small() -> None:
    long_functions = [
        f"{module.where}:{node.lineno} {node.name}"
        for module in modules()
        for node in functions(module)
        if lines_of_code(node) > 60
    ]
    long_modules = [module.where for module in modules() if module.source.count("\n") > 500]

    none(long_functions)
    none(long_modules)


def test_nothing_is_left_for_later() -> None:
    marks = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    empty = [
        f"{module.where}:{node.lineno} {node.name}"
        for module in modules()
        for node in module.tree.body
        if isinstance(node, ast.FunctionDef)
        and ast.unparse(node.body[-1]).startswith("raise NotImplementedError")
    ]

    none(module.where for module in modules() if marks.search(module.source))
    none(page.name for page in templates() if marks.search(page.source))
    none(empty)


# --- layers that import contracts cannot see ----------------------------------------------------


def test_pure_modules_do_not_know_the_database() -> None:
    known = [
        f"{module.where}: {name}"
        for module in modules()
        if module.is_below(*PURE) and not module.is_below("appraisal.enums")
        for name in imported(module)
        if name.startswith("django.db")
    ]

    none(known)


def test_no_float_in_what_is_computed() -> None:
    found = [
        f"{module.where}:{node.lineno}"
        for module in modules()
        if module.is_below("appraisal.scoring", "indicators.achievement")
        for node in ast.walk(module.tree)
        if (isinstance(node, ast.Name) and node.id == "float")
        or (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.ImportFrom | ast.Import) and "math" in ast.unparse(node))
    ]

    none(found)


def test_no_signal_of_a_model() -> None:
    found = [
        module.where
        for module in modules()
        for name in imported(module)
        if name.startswith("django.db.models.signals")
    ]

    none(found)


def test_the_clock_is_read_at_the_edge_only() -> None:
    inner = (
        *layer("services", "selectors", "models", "policies", "notices"),
        *(m for m in modules() if m.is_below(*PURE)),
    )
    found = [
        f"{module.where}: {name}"
        for module in inner
        for name in imported(module)
        if name in {"core.clock.now", "django.utils.timezone", "django.utils.timezone.now", "time.time"}
    ]

    none(found)


def test_views_reach_rows_only_through_what_is_visible() -> None:
    found = [
        f"{module.where}:{node.lineno} .objects.{node.attr}"
        for module in layer("views")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Attribute)
        and node.value.attr == "objects"
        and not node.attr.endswith("visible_to")
    ]

    none(found)


def test_jobs_are_never_scheduled_for_a_moment() -> None:
    found = [
        f"{module.where}:{node.lineno}"
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.keyword) and node.arg in {"eta", "countdown"}
    ]

    none(found)


def test_the_web_process_never_speaks_to_the_broker() -> None:
    found = [
        f"{module.where}:{node.lineno}"
        for module in modules()
        if not module.is_below("config")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and node.attr in {"delay", "apply_async", "send_task"}
    ]

    none(found)


def test_advisory_locks_end_with_their_transaction() -> None:
    session_lock = re.compile(r"pg_(?:try_)?advisory_(?:lock|unlock)")
    found = [
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
    ]

    none([where for where in found if session_lock.search((ROOT / where).read_text(encoding="utf-8"))])


def test_every_command_says_what_it_does_and_lives_in_an_app_of_ours() -> None:
    ours = {name: app for name, app in get_commands().items() if app in APPS}
    silent = [name for name, app in ours.items() if not load_command_class(app, name).help.strip()]

    none(silent)


# --- models -------------------------------------------------------------------------------------


def test_every_field_with_choices_has_a_check_constraint() -> None:
    loose = []
    for model in OUR_MODELS:
        for field in model._meta.local_concrete_fields:
            if field.choices is None:
                continue
            known = {value for value, _label in field.flatchoices}
            if field.blank:
                known |= {""}
            allowed = allowed_values(model, field.name)
            if allowed is None or not allowed <= known:
                loose.append(f"{model._meta.label}.{field.name}")

    none(loose)


def test_no_model_has_an_order_of_its_own() -> None:
    none([model._meta.label for model in OUR_MODELS if model._meta.ordering])


def test_who_acted_cannot_be_deleted() -> None:
    loose = [
        f"{model._meta.label}.{field.name}"
        for model in OUR_MODELS
        for field in model._meta.local_fields
        if isinstance(field, models.ForeignKey)
        and (field.name in {"actor", "author"} or field.name.endswith("_by"))
        and field.remote_field.on_delete is not models.RESTRICT
    ]

    none(loose)


def test_names_of_constraints_and_indexes_are_unique() -> None:
    names = Counter(
        each.name for model in OUR_MODELS for each in (*model._meta.constraints, *model._meta.indexes)
    )

    none([name for name, n in names.items() if n > 1])
    none([name for name in names if len(name) > 63])


# --- templates ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("an inline style", r"<[^>]*\sstyle\s*="),
        ("a style element", r"<style\b"),
        ("an inline script", r"<script\b(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")"),
        ("an event handler", r"<[^>]*\son[a-z]+\s*="),
        ("a script address", r"(?i)javascript:"),
        ("a page elsewhere", r"(?:src|href)=\"(?:https?:)?//"),
    ],
)
def test_no_template_has(what: str, pattern: str) -> None:
    # Mail programs know no style sheet, so a mail may style its elements, but nothing else.
    mails = ("emails/",) if what == "an inline style" else ()
    none(
        [
            page.name
            for page in templates()
            if re.search(pattern, page.source) and not page.name.startswith(mails)
        ]
    )


def test_no_quote_is_escaped_inside_a_tag() -> None:
    found = [
        f"{page.name}:{token.lineno}"
        for page in templates()
        for token in page.tags()
        if re.search(r"\\[\"']", token.contents)
    ]

    none(found)


def test_every_template_compiles() -> None:
    for page in templates():
        get_template(page.name)


def test_every_template_is_used() -> None:
    # These replace templates of packages, which look them up by name.
    replaced = (
        "account/",
        "bootstrap5/",
        "allauth/",
        "400.html",
        "403.html",
        "403_csrf.html",
        "404.html",
        "500.html",
    )
    text = "\n".join([*(module.source for module in modules()), *(page.source for page in templates())])

    def is_named(name: str) -> bool:
        folder, _slash, file = name.rpartition("/")
        stem = file.removesuffix(".html")
        # Components and error pages are named by their last part: f"components/{name}.html".
        by_stem = f'f"{folder}/{{' in text and f'"{stem}"' in text
        return f'"{name}"' in text or by_stem

    none(page.name for page in templates() if not page.name.startswith(replaced) and not is_named(page.name))


def blocks_of(source_tokens) -> list[str]:
    return [
        token.contents.split()[1]
        for token in source_tokens
        if token.token_type == TokenType.BLOCK and token.contents.split()[0] == "block"
    ]


def parent_of(page) -> str | None:
    for token in page.tags():
        if token.contents.split()[0] == "extends":
            return token.contents.split()[1].strip("\"'")
    return None


def test_blocks_stand_in_the_order_of_the_template_they_fill() -> None:
    by_name = {page.name: page for page in templates()}
    disorder = []
    for page in templates():
        order: list[str] = []
        above = parent_of(page)
        while above in by_name:
            order = [*blocks_of(by_name[above].tokens()), *order]
            above = parent_of(by_name[above])
        own = blocks_of(page.tokens())
        known = [name for name in own if name in order]
        if parent_of(page) in by_name and known != sorted(known, key=order.index):
            disorder.append(page.name)

    none(disorder)


def test_a_template_asks_the_database_nothing() -> None:
    asking = re.compile(r"\.(objects|all|filter|exclude|aggregate|order_by)\b")
    found = [
        f"{page.name}:{token.lineno}"
        for page in templates()
        for token in page.tags()
        if asking.search(token.contents)
    ]

    none(found)


def test_every_word_of_a_template_can_be_translated() -> None:
    # Names are the same in both languages.
    names = re.compile(
        r"Penilaian Kinerja|ASN|Kota|Bandung|BKPSDM|BerAKHLAK|English|Bahasa Indonesia|WIB|NIP|&\w+;"
    )
    found = {}
    for page in templates():
        words = [text for text in untranslated_words(page) if re.search(r"[^\W\d_]{2}", names.sub("", text))]
        if words and page.name != "core/components.html":  # shown to developers only, with samples
            found[page.name] = words
    none(found.items())


def test_the_formatter_knows_every_block_component() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    blocks = {name for name in ui.register.tags if f"end{name}" in _end_names()}

    assert settings["tool"]["djangofmt"]["custom-blocks"] == sorted(blocks)


def _end_names() -> set[str]:
    """The closing tags that templates use for components of ours."""
    return {
        token.contents.split()[0]
        for page in templates()
        for token in page.tags()
        if token.token_type == TokenType.BLOCK and token.contents.startswith("end")
    }


# --- words --------------------------------------------------------------------------------------


def test_source_strings_are_english() -> None:
    indonesian = re.compile(
        r"\b(yang|dan|untuk|dengan|tidak|adalah|akan|dari|pada|atau|sudah|belum|anda|pegawai|penilaian|atasan|bawahan"
        r"|rencana|kirim|simpan|batal|hapus|masuk|keluar|tambah|ubah|kembali|nilai|bukti|sampai|oleh|dapat|harus)\b",
        re.IGNORECASE,
    )
    messages = [
        form
        for message in catalogues.messages_of(catalogues.extracted(ROOT))
        for form in catalogues.forms_of(message.id)
    ]

    none(
        text for text in messages if indonesian.search(text.replace("Penilaian Kinerja", ""))
    )  # the product's name


def test_no_sentence_is_translated_inside_an_f_string() -> None:
    # the extraction does not look into f-strings: such a sentence would stay English for everybody
    none(
        f"{module.where}:{call.lineno}"
        for module in modules()
        for text in ast.walk(module.tree)
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call)
        and getattr(call.func, "id", "") in {"_", "gettext", "ngettext", "pgettext"}
    )


# --- what the documents promise -----------------------------------------------------------------


def make_targets() -> set[str]:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    return {
        name
        for line in re.findall(r"^([a-z][a-z0-9 _-]*?):(?!=)", text, re.MULTILINE)
        for name in line.split()
    }


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md"])
def test_every_command_of_the_documents_exists(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    code = "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL))
    asked = set(re.findall(r"\bmake ([a-z][a-z0-9-]*)", code))
    commands = set(re.findall(r"manage\.py ([a-z_]+)", code))

    assert asked != set()
    none(asked - make_targets())
    none(commands - set(get_commands()))


def test_the_promised_targets_are_phony() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = {name for line in re.findall(r"^\.PHONY:(.*)$", text, re.MULTILINE) for name in line.split()}

    assert {"demo", "test", "check"} <= make_targets()
    assert {"demo", "test", "check"} <= phony
