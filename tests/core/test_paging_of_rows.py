"""Pages of rows that are held in memory: the same cursor as for queries, by any key."""

import base64

import pytest

from core.paging import page_of_rows

ROWS = [("Dadan", 0), ("Ani", 1), ("Budi", 1), ("Citra", 0), ("Ésa", 2)]


def by_urgency(row: tuple[str, int]) -> tuple[int, str]:
    return (row[1], row[0])


def test_pages_follow_the_key_and_end() -> None:
    shown, after = [], ""
    for _page in range(3):
        page = page_of_rows(ROWS, key=by_urgency, after=after, size=2)
        shown.append([name for name, _rank in page.rows])
        after = page.next_cursor
    assert shown == [["Citra", "Dadan"], ["Ani", "Budi"], ["Ésa"]]
    assert after == ""


def test_a_full_last_page_has_no_next() -> None:
    page = page_of_rows(ROWS, key=by_urgency, size=5)
    assert (len(page.rows), page.next_cursor, page.first) == (5, "", True)


def test_a_later_page_knows_that_it_is_not_the_first() -> None:
    after = page_of_rows(ROWS, key=by_urgency, size=2).next_cursor
    assert page_of_rows(ROWS, key=by_urgency, after=after, size=2).first is False


DEEP = base64.urlsafe_b64encode(b"[" * 5000 + b"]" * 5000).decode()


@pytest.mark.parametrize("after", ["x", "!!!", "é", "W10", "bnVsbA", "WyJBIiwiQiJd", "eyJhIjoxfQ", DEEP])
def test_a_cursor_that_cannot_be_read_answers_the_first_page(after: str) -> None:
    page = page_of_rows(ROWS, key=by_urgency, after=after, size=2)
    assert [name for name, _rank in page.rows] == ["Citra", "Dadan"]
    assert page.first is True


def test_no_rows_are_one_empty_page() -> None:
    page = page_of_rows([], key=by_urgency)
    assert (page.rows, page.next_cursor, page.first) == ((), "", True)
