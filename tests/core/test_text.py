"""Text that people typed or pasted."""

from __future__ import annotations

from core.text import clean_line, clean_text


def test_line_breaks_of_every_system_become_one_character() -> None:
    assert clean_text("a\r\nb\rc\nd\u2028e\x0bf") == "a\nb\nc\nd\ne\nf"


def test_control_characters_go_and_nul_with_them() -> None:
    assert clean_text("ab\x00c\x07d\x1be\x7ff\ufeffg\u202eh") == "abcdefgh"


def test_emoji_tabs_and_joiners_stay() -> None:
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    assert clean_text(f"bagus {family}\tya \u2014 “kutip”") == f"bagus {family}\tya \u2014 “kutip”"


def test_space_around_the_text_goes_and_inside_stays() -> None:
    assert clean_text("  satu\n\n  dua  \n") == "satu\n\n  dua"
    assert clean_text(" \n\t\u00a0 ") == ""


def test_a_line_has_no_breaks() -> None:
    assert clean_line("  satu\r\ndua\ttiga \n") == "satu dua tiga"
