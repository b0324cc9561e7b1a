"""Tables from CSV files: read with line numbers, checked row by row, refused whole with every reason."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError, Sentence


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a file: where it stands, and its cells without white space around them."""

    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        """The text of a cell."""
        return self.cells[column]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in one line of a file; line 1 is the header."""

    line: int
    sentence: Sentence
    cell: str = ""


class TableRefused(DomainError):
    """A file cannot be used. `faults` holds every reason with its line; `name` is the file."""

    def __init__(self, name: str, faults: Sequence[Fault]) -> None:
        self.name = name
        self.faults = tuple(faults)
        super().__init__(
            _("%(file)s, line %(line)d: %(sentence)s %(cell)s")
            % {"file": name, "line": fault.line, "sentence": fault.sentence, "cell": fault.cell}
            for fault in self.faults
        )


class Checker:
    """Collects what is wrong while a table is turned into rows; each question returns the cell in any case."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self._seen: set[tuple[object, ...]] = set()

    def fault(self, line: Line, sentence: Sentence, cell: str = "") -> None:
        """Note something that is wrong in the line."""
        self.faults.append(Fault(line.number, sentence, cell))

    def filled(self, line: Line, *columns: str) -> None:
        """None of these cells is empty."""
        for column in columns:
            if not line[column]:
                self.fault(line, _("A cell is empty:"), column)

    def choice(self, line: Line, column: str, choices: type[TextChoices]) -> str:
        """The cell is a member of the enumeration."""
        if line[column] not in choices.values:
            self.fault(line, _("Not one of the listed options:"), line[column])
        return line[column]

    def known(self, line: Line, column: str, names: Collection[str]) -> str:
        """The cell names something that exists."""
        if line[column] not in names:
            self.fault(line, _("Unknown:"), line[column])
        return line[column]

    def number(self, line: Line, column: str, lowest: int, highest: int) -> int:
        """The cell is a whole number in the range (the lowest when it is not, so that reading can go on)."""
        text = line[column]
        if text.isascii() and text.isdecimal() and lowest <= int(text) <= highest:
            return int(text)
        self.fault(line, _("Not a whole number that fits here:"), text)
        return lowest

    def once(self, line: Line, *key: object) -> None:
        """This key has not been seen before in the file."""
        if key in self._seen:
            self.fault(line, _("Stands here twice:"), " ".join(str(part) for part in key))
        self._seen.add(key)


@contextmanager
def checking(path: Path) -> Iterator[Checker]:
    """Check a file; at the end of the block TableRefused is raised if anything was found."""
    checker = Checker()
    yield checker
    if checker.faults:
        raise TableRefused(path.name, checker.faults)


def read(path: Path, columns: Iterable[str]) -> tuple[Line, ...]:
    """The rows of a UTF-8 file with exactly these columns, in any order.

    Raises TableRefused for other columns, for rows with too few or too many cells, and for a file that is no UTF-8.
    """
    wanted = set(columns)
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        try:
            if set(reader.fieldnames or ()) != wanted:
                raise TableRefused(
                    path.name, [Fault(1, _("The columns should be:"), ", ".join(sorted(wanted)))]
                )
            return _lines(path, reader)
        except UnicodeDecodeError:
            raise TableRefused(path.name, [Fault(1, _("The file is not UTF-8."))]) from None
        except csv.Error as error:
            raise TableRefused(
                path.name, [Fault(reader.line_num, _("The line cannot be read:"), str(error))]
            ) from None


def _lines(path: Path, reader: csv.DictReader[str]) -> tuple[Line, ...]:
    lines, faults = [], []
    for cells in reader:
        if None in cells or None in cells.values():
            faults.append(Fault(reader.line_num, _("The number of cells differs from the header.")))
            continue
        lines.append(Line(reader.line_num, {column: text.strip() for column, text in cells.items()}))
    if faults:
        raise TableRefused(path.name, faults)
    return tuple(lines)
