"""Soft hints to a reviewer, pure: texts, levels and names in, sentences out.

They are told to the author alone, in the request, and kept nowhere. None of them stops anybody (fairness, rules 3 to 5).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from appraisal.completeness import LEVELS_WITH_WORDS, is_level, too_short
from appraisal.facts import Reason

TOO_FAST = dt.timedelta(seconds=60)
FEWEST_IN_A_LINE = 4
_SHORTEST_NAME = 3

# Names that are everyday words too count only when written with a capital.
_EVERYDAY = frozenset(
    [
        "adil",
        "agung",
        "asih",
        "bagus",
        "bakti",
        "baik",
        "budi",
        "bunga",
        "cahaya",
        "damai",
        "fajar",
        "hari",
        "indah",
        "intan",
        "jaya",
        "juli",
        "karya",
        "kurnia",
        "lestari",
        "mulia",
        "mulya",
        "murni",
        "nyata",
        "permata",
        "pribadi",
        "purnama",
        "putra",
        "putri",
        "rahayu",
        "ratu",
        "rukun",
        "sari",
        "satria",
        "sehat",
        "sejati",
        "senang",
        "setia",
        "slamet",
        "sri",
        "surya",
        "teguh",
        "tulus",
        "utama",
        "wangi",
        "wati",
    ]
)
_TITLES = frozenset(
    ["bapak", "ibu", "pak", "bu", "drs", "dra", "dr", "ir", "haji", "hajah", "kang", "teh", "abah", "prof"]
)
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")

_IN_A_ROLE = re.compile(
    r"\b(?:sebagai|selaku)\s+(?:[\w-]+\s+){1,4}?(?:saya|aku|kami)\b"
    r"|\b(?:saya|aku|kami)(?:,|\s+yang)?\s+(?:selaku|sebagai|menjabat|bertugas\s+sebagai)\s+\w+"
    r"|\b(?:jabatan|tugas|posisi)\s+saya\s+(?:selaku|sebagai|adalah)\b"
    r"|\bas\s+(?:an?|the|your|his|her|their)\s+(?:[\w-]+\s+){1,4}?(?:i|we)\b"
    r"|\bas\s+(?:[\w-]+\s+){0,3}?[\w-]+,\s*(?:i|we)\b"
    r"|\bin\s+my\s+(?:role|position|capacity|job)\b"
    r"|\bi\s+(?:am|work\s+as)\s+(?:an?|the|your|his|her|their)\s+\w+",
    re.IGNORECASE,
)
_NIP = re.compile(r"(?<!\d)(?:\d[ .-]?){17}\d(?!\d)")
_PHONE = re.compile(r"(?<!\d)(?:\+?62|0)[ .-]?(?:8|2)\d(?:[ .-]?\d){6,10}(?!\d)")
_MAIL = re.compile(r"\b[\w.+-]+@[\w-]+\.[\w.]+")
_RUDE = re.compile(
    r"\b(?:anjing|anying|bajingan|bangsat|bego|belegug|bodoh|brengsek|dungu|goblog|goblok|idiot|kampret|keparat"
    r"|monyet|sialan|sinting|tolol|asshole|bastard|bitch|bullshit|moron|stupid)\b",
    re.IGNORECASE,
)


def hints_for_text(text: str, *, names: Iterable[str] = (), own_name: str = "") -> tuple[Reason, ...]:
    """What in a text may tell who wrote it, or hurt.

    `names` are people who work nearby, without the one whom the text is about; `own_name` is the writer's.
    """
    hints = []
    if own_name and _names_in(text, [own_name]):
        hints.append(Reason("own_name", _("Your own name stands in the text. Whoever reads it knows you.")))
    if found := _names_in(text, names):
        hints.append(
            Reason(
                "names_somebody",
                _("The text names somebody (%(name)s). Write what happened without names."),
                values={"name": ", ".join(found)},
            )
        )
    for code, pattern, sentence in (
        (
            "in_a_role",
            _IN_A_ROLE,
            _("“%(words)s” tells which post you hold. Leave it out, so that nobody recognises you."),
        ),
        ("number", _NIP, _("A personnel number stands in the text. Leave it out.")),
        ("number", _PHONE, _("A telephone number stands in the text. Leave it out.")),
        ("number", _MAIL, _("A mail address stands in the text. Leave it out.")),
        ("rude", _RUDE, _("“%(words)s” may hurt. Say what happened, and what you wish for instead.")),
    ):
        if match := pattern.search(text):
            hints.append(Reason(code, sentence, values={"words": match.group().strip()}))
    return tuple(hints)


def _names_in(text: str, names: Iterable[str]) -> list[str]:
    """The parts of names that stand in the text, each once, as the text has them."""
    parts = {
        word.casefold()
        for name in names
        # What follows the first comma are degrees.
        for word in _WORD.findall(name.split(",")[0])
        if len(word) >= _SHORTEST_NAME and word.casefold() not in _TITLES
    }
    found: dict[str, str] = {}
    for word in _WORD.findall(text):
        folded = word.casefold()
        if folded in parts and (folded not in _EVERYDAY or word[0].isupper()):
            found.setdefault(folded, word)
    return list(found.values())


def hints_for_page(
    answer: Mapping[str, Any], *, names: Iterable[str] = (), own_name: str = ""
) -> tuple[Reason, ...]:
    """Hints on one page: its two texts, and an extreme level without words. The same hint is given once."""
    near = tuple(names)
    hints = [
        hint
        for field in ("strength", "wish")
        for hint in hints_for_text(str(answer.get(field) or ""), names=near, own_name=own_name)
    ]
    level = answer.get("level")
    if (
        is_level(level)
        and level in LEVELS_WITH_WORDS
        and all(too_short(answer.get(field)) for field in ("strength", "wish"))
    ):
        hints.append(
            Reason("extreme_without_words", _("A level this low or high helps only with an event behind it."))
        )
    kept = {(hint.code, str(hint)): hint for hint in hints}
    return tuple(kept.values())


def hints_for_answer(
    levels: Iterable[int | None], *, begun_at: dt.datetime | None, at: dt.datetime
) -> tuple[Reason, ...]:
    """Hints on the whole answer before it is sent: every value the same, or filled in within a minute."""
    hints = []
    chosen = [level for level in levels if is_level(level)]
    if len(chosen) >= FEWEST_IN_A_LINE and len(set(chosen)) == 1:
        hints.append(
            Reason(
                "straight_line",
                _("You chose the same level for every value. Few people are equally strong in everything."),
            )
        )
    if begun_at is not None and at - begun_at < TOO_FAST:
        hints.append(
            Reason("too_fast", _("You needed less than a minute. Read each level once more before you send."))
        )
    return tuple(hints)
