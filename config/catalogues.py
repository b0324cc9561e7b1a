"""The Indonesian catalogue: extracted, compiled and checked with Babel, so that no system gettext is needed.

    python -m config.catalogues extract             take new messages in, drop those no longer used
    python -m config.catalogues merge FILE.json …   extract, then fill in translations
    python -m config.catalogues compile             write the file that Django reads
    python -m config.catalogues check               exit 1 when anything is missing, stale or broken

The source strings are English, so English needs no catalogue. Scripts carry no texts: they read data attributes.
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from gettext import GNUTranslations
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract as babel_extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po, write_po
from django.utils.translation.template import templatize

Keyword = tuple[int | tuple[int, str], ...]

ROOT = Path(__file__).resolve().parent.parent
LOCALE = "id"
PLURALS = "nplurals=1; plural=0;"
PACKAGES = ("core", "accounts", "indicators", "appraisal", "config")
TEMPLATE_SUFFIXES = frozenset({".html", ".txt"})
CONTEXT_SEPARATOR = "\x04"
NO_DATE = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)  # the same catalogue gives the same bytes on any day

# Strings of packages that people meet on our pages and whose own Indonesian is not ours: it says "anda" in
# lower case, or "silahkan". Our catalogue comes first, so an entry here wins. Text, or (singular, plural).
FOREIGN: Mapping[str, tuple[str, ...]] = {
    "django-allauth": (
        "Please type your current password.",
        "The username and/or password you specified are not correct.",
        "You must type the same password each time.",
    ),
    "django": (
        "Your password can’t be a commonly used password.",
        "Your password can’t be entirely numeric.",
        "Your password can’t be too similar to your other personal information.",
    ),
}

_ONE: Keyword = (1,)
_TWO: Keyword = (1, 2)
_CONTEXT_ONE: Keyword = ((1, "c"), 2)
_CONTEXT_TWO: Keyword = ((1, "c"), 2, 3)
KEYWORDS: dict[str, Keyword] = {
    "_": _ONE,
    "gettext": _ONE,
    "gettext_lazy": _ONE,
    "gettext_noop": _ONE,
    "ngettext": _TWO,
    "ngettext_lazy": _TWO,
    "pgettext": _CONTEXT_ONE,
    "pgettext_lazy": _CONTEXT_ONE,
    "npgettext": _CONTEXT_TWO,
    "npgettext_lazy": _CONTEXT_TWO,
}

HEADER = f"""\
msgid ""
msgstr ""
"Language: {LOCALE}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {PLURALS}\\n"

"""

_PERCENT_NAME = re.compile(r"%\((\w+)\)[#0\- +]?\d*(?:\.\d+)?([a-zA-Z])")
_PERCENT_PLAIN = re.compile(r"%[#0\-+]?\d*(?:\.\d+)?([sdifgxr])")
_BRACE_NAME = re.compile(r"(?<!\{)\{(\w+)(?:[!:][^{}]*)?\}(?!\})")


def empty_catalogue() -> Catalog:
    """A catalogue of Indonesian, which has one form for every number."""
    catalog = Catalog(locale=LOCALE)
    catalog.mime_headers = [("Plural-Forms", PLURALS)]
    return catalog


def catalogue_path(root: Path) -> Path:
    """Where the translations are kept."""
    return root / "locale" / LOCALE / "LC_MESSAGES" / "django.po"


# --- from the sources ---------------------------------------------------------------------------


def source_files(root: Path) -> Iterator[Path]:
    """Every module and template that may hold a message, in a fixed order."""
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*")):
            if "migrations" in path.parts:
                continue
            if path.suffix == ".py" or ("templates" in path.parts and path.suffix in TEMPLATE_SUFFIXES):
                yield path
    for path in sorted((root / "templates").rglob("*")):
        if path.suffix in TEMPLATE_SUFFIXES:
            yield path


def python_of(path: Path) -> str:
    """The text as Python: a template as Django itself rewrites it for extraction.

    The rewritten template has no indentation of its own, so that the tokenizer finds no unbalanced block.
    """
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return text
    return "\n".join(line.strip() for line in templatize(text, origin=str(path)).splitlines()) + "\n"


def extracted(root: Path) -> Catalog:
    """All messages of the sources and the foreign ones, without translations."""
    found = empty_catalogue()
    for path in source_files(root):
        name = path.relative_to(root).as_posix()
        source = io.BytesIO(python_of(path).encode())
        for _line, message, comments, context in babel_extract(
            "python", source, keywords=KEYWORDS, comment_tags=("Translators",)
        ):
            empty = ("",) * found.num_plurals if isinstance(message, tuple) else ""
            found.add(message, empty, [(name, 0)], auto_comments=comments, context=context)
    for package, messages in FOREIGN.items():
        for message in messages:
            found.add(message, None, [(package, 0)])
    return found


# --- to and from the file -----------------------------------------------------------------------


def stored(root: Path) -> Catalog:
    """The catalogue on disk, empty when there is none. Raises PoFileError when it cannot be read."""
    path = catalogue_path(root)
    if not path.exists():
        return empty_catalogue()
    with path.open("rb") as file:
        return read_po(file, locale=LOCALE, abort_invalid=True)


def text_of(catalog: Catalog) -> bytes:
    """The file's bytes: sorted, with file names but no lines and no dates, so that equal catalogues are equal files."""
    body = io.BytesIO()
    write_po(
        body,
        catalog,
        width=110,
        omit_header=True,
        sort_output=True,
        include_lineno=False,
        ignore_obsolete=True,
    )
    return HEADER.encode() + body.getvalue().lstrip(b"\n")


def updated(root: Path) -> Catalog:
    """The messages of the sources with the translations that are stored; what is no longer used is left out."""
    fresh, old = extracted(root), stored(root)
    for message in messages_of(fresh):
        known = old.get(message.id, message.context)
        if known is not None and isinstance(known.id, tuple) == isinstance(message.id, tuple):
            message.string = known.string
            message.user_comments = known.user_comments
            if known.fuzzy:
                message.flags.add("fuzzy")
    return fresh


def write(root: Path, catalog: Catalog) -> None:
    """Write the catalogue of translations."""
    path = catalogue_path(root)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text_of(catalog))


def compiled(catalog: Catalog) -> bytes:
    """The binary form. Raises when it cannot be read back."""
    catalog.creation_date = catalog.revision_date = NO_DATE
    binary = io.BytesIO()
    write_mo(binary, catalog)
    GNUTranslations(io.BytesIO(binary.getvalue()))
    return binary.getvalue()


def messages_of(catalog: Catalog) -> Iterator[Message]:
    """The messages without the header."""
    return (message for message in catalog if message.id)


# --- the checks ---------------------------------------------------------------------------------


def forms_of(text: str | Iterable[str] | None) -> tuple[str, ...]:
    """Singular and plural forms, or the one text there is, or an empty one."""
    return (text or "",) if text is None or isinstance(text, str) else tuple(text)


def is_translated(message: Message) -> bool:
    """Whether no form is empty."""
    return all(form.strip() for form in forms_of(message.string))


def placeholders(text: str) -> frozenset[str]:
    """What a text expects to be filled in: %(name)s, %s and {name}."""
    plain = text.replace("%%", "")
    named = {f"%({name}){kind}" for name, kind in _PERCENT_NAME.findall(plain)}
    bare = (
        {f"%{kind}" for kind in _PERCENT_PLAIN.findall(_PERCENT_NAME.sub("", plain))}
        if "%" in plain
        else set()
    )
    return frozenset(named | bare | {f"{{{name}}}" for name in _BRACE_NAME.findall(plain)})


def wrong_placeholders(message: Message) -> bool:
    """Whether a translation fills in something else than its message.

    A plural form may leave out the number, and so may the one form that stands for both.
    """
    originals = [placeholders(form) for form in forms_of(message.id)]
    allowed = frozenset().union(*originals)
    needed = frozenset.intersection(*originals)
    return any(not needed <= placeholders(form) <= allowed for form in forms_of(message.string))


def problems(root: Path) -> list[str]:
    """Everything that is wrong with the catalogue, one line each; empty when it is complete."""
    try:
        kept = stored(root)
    except PoFileError as error:
        return [f"unreadable: {error}"]
    found = [f"obsolete: {message.id!r}" for message in kept.obsolete.values()]
    for message in messages_of(kept):
        if message.fuzzy:
            found.append(f"fuzzy: {message.id!r}")
        if not is_translated(message):
            found.append(f"untranslated: {message.id!r}")
        elif wrong_placeholders(message):
            found.append(f"placeholders differ: {message.id!r} → {message.string!r}")
    found.extend(_staleness(root, kept))
    try:
        compiled(kept)
    except (ValueError, UnicodeError, OSError) as error:
        found.append(f"does not compile: {error}")
    return found


def _staleness(root: Path, kept: Catalog) -> Iterator[str]:
    """What the sources say and the catalogue does not, and the other way round."""
    fresh = extracted(root)
    for message in messages_of(fresh):
        if kept.get(message.id, message.context) is None:
            yield f"missing, run extract: {message.id!r}"
    for message in messages_of(kept):
        if fresh.get(message.id, message.context) is None:
            yield f"no longer used, run extract: {message.id!r}"
    path = catalogue_path(root)
    if not path.exists() or path.read_bytes() != text_of(updated(root)):
        yield "the file is not as extract writes it, run extract"


# --- the commands -------------------------------------------------------------------------------


def run_extract(root: Path) -> int:
    """Bring the catalogue up to date with the sources."""
    catalog = updated(root)
    write(root, catalog)
    empty = sum(not is_translated(message) for message in messages_of(catalog))
    print(f"{len(catalog)} messages, {empty} without a translation.")
    return 0


def run_compile(root: Path) -> int:
    """Write the binary catalogue beside the text."""
    path = catalogue_path(root).with_suffix(".mo")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(compiled(stored(root)))
    return 0


def run_check(root: Path) -> int:
    """List what is wrong."""
    found = problems(root)
    for line in found:
        print(line)
    print(f"{len(found)} problems in the catalogue." if found else "The catalogue is complete.")
    return 1 if found else 0


def run_merge(root: Path, files: Iterable[Path], *, replace: bool = False) -> int:
    """Fill empty translations from JSON files of {message: translation}; a context comes first, then U+0004.

    A translation that is already there stays unless `replace`. Says which messages no source has, and
    which files disagree.
    """
    catalog = updated(root)
    remarks: list[str] = []
    for file in sorted(files):
        for key, text in json.loads(file.read_text(encoding="utf-8")).items():
            remark = _put(catalog, key, text, replace=replace)
            if remark:
                remarks.append(f"{file.name}: {remark}: {key!r}")
    write(root, catalog)
    print("\n".join(remarks))
    return run_extract(root)


def _put(catalog: Catalog, key: str, text: str, *, replace: bool) -> str:
    """Set one translation; returns a remark when that was not plainly possible."""
    context, _separator, identifier = key.rpartition(CONTEXT_SEPARATOR)
    message = catalog.get(identifier, context or None)
    if message is None:
        return "in no source"
    if is_translated(message) and forms_of(message.string)[0] != text and not replace:
        return "kept the other translation"
    message.string = (text,) if isinstance(message.id, tuple) else text
    return ""


def main(arguments: list[str]) -> int:
    """Run one command; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m config.catalogues", description="The Indonesian catalogue."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("extract", help="take new messages in, drop those no longer used")
    commands.add_parser("compile", help="write the file that Django reads")
    commands.add_parser("check", help="exit 1 when anything is missing, stale or broken")
    merge = commands.add_parser("merge", help="extract, then fill in translations from JSON files")
    merge.add_argument("files", nargs="+", type=Path)
    merge.add_argument("--replace", action="store_true", help="also replace translations that are there")
    options = parser.parse_args(arguments)
    if options.command == "extract":
        return run_extract(ROOT)
    if options.command == "compile":
        return run_compile(ROOT)
    if options.command == "check":
        return run_check(ROOT)
    return run_merge(ROOT, options.files, replace=options.replace)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
