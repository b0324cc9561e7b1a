"""Tables from files: every fault with its line, and nothing half read."""

import pytest
from django.db.models import TextChoices
from django.utils import translation

from core import tables
from core.errors import DomainError


class Kind(TextChoices):
    """Two options."""

    ONE = "one", "One"
    TWO = "two", "Two"


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def write(tmp_path):
    def write(content):
        path = tmp_path / "things.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def sentences(refused):
    return [str(reason) for reason in refused.value.reasons]


def test_rows_have_their_line_and_trimmed_cells(write):
    path = write('﻿kind,code\r\none, a \r\n"two","b\nc"\r\none,d\r\n')
    lines = tables.read(path, ["code", "kind"])
    assert [(line.number, dict(line.cells)) for line in lines] == [
        (2, {"kind": "one", "code": "a"}),
        (4, {"kind": "two", "code": "b\nc"}),
        (5, {"kind": "one", "code": "d"}),
    ]


def test_other_columns_are_refused(write):
    with pytest.raises(tables.TableRefused) as refused:
        tables.read(write("code,colour\n1,2\n"), ["code", "kind"])
    assert sentences(refused) == ["things.csv, line 1: The columns should be: code, kind"]
    assert isinstance(refused.value, DomainError)


def test_an_empty_file_is_refused(write):
    with pytest.raises(tables.TableRefused):
        tables.read(write(""), ["code"])


def test_every_row_with_another_number_of_cells_is_named(write):
    with pytest.raises(tables.TableRefused) as refused:
        tables.read(write("a,b\n1\n1,2\n1,2,3\n"), ["a", "b"])
    assert [fault.line for fault in refused.value.faults] == [2, 4]


@pytest.mark.parametrize("content", [b"a,b\n\xff,1\n", 'a,b\n"open,1\n'])
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(write, content):
    with pytest.raises(tables.TableRefused):
        tables.read(write(content), ["a", "b"])


def test_all_faults_are_collected_with_their_lines(write):
    path = write("code,kind,n\na,one,1\n,three,9\na,two,x\nb,one,٣\n")

    def check_all():
        with tables.checking(path) as check:
            for line in tables.read(path, ["code", "kind", "n"]):
                check.filled(line, "code")
                check.once(line, line["code"])
                check.choice(line, "kind", Kind)
                check.number(line, "n", 1, 5)
                check.known(line, "code", {"a", ""})

    with pytest.raises(tables.TableRefused) as refused:
        check_all()
    assert sentences(refused) == [
        "things.csv, line 3: A cell is empty: code",
        "things.csv, line 3: Not one of the listed options: three",
        "things.csv, line 3: Not a whole number that fits here: 9",
        "things.csv, line 4: Stands here twice: a",
        "things.csv, line 4: Not a whole number that fits here: x",
        "things.csv, line 5: Not a whole number that fits here: ٣",
        "things.csv, line 5: Unknown: b",
    ]


def test_a_sound_table_passes(write):
    path = write("code\na\n")
    with tables.checking(path) as check:
        assert [check.known(line, "code", {"a"}) for line in tables.read(path, ["code"])] == ["a"]
