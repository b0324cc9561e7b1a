"""Who is meant by what somebody typed at the door."""

from __future__ import annotations

import re
import unicodedata
import uuid
from dataclasses import dataclass

from accounts.models import Employee, PersonnelNumber
from accounts.nip import LENGTH, clean_number

# Hyphens and dashes of other keyboards and of word processors, beside the plain one.
_DASHES = re.compile(r"[\u2010-\u2015\u2212]")


@dataclass(frozen=True, slots=True)
class Account:
    """One account: what the throttle counts by and what is handed to the password check."""

    employee_id: uuid.UUID
    login: str


def clean_login(typed: str) -> str:
    """The login meant: 18 digits without the signs people group them by, else lower case without outer space."""
    text = _DASHES.sub("-", unicodedata.normalize("NFKC", typed)).strip().lower()
    digits = clean_number(text)
    return digits if len(digits) == LENGTH and digits.isascii() and digits.isdigit() else text


def find_account(login: str) -> Account | None:
    """The account with this login, else the person who has or had this NIP or NI PPPK.

    Costs the same two queries on unique indexes whether or not anybody is found.
    """
    by_login = Employee.objects.filter(login=login).values_list("pk", "login").first()
    by_number = (
        PersonnelNumber.objects.filter(digits=login).values_list("employee_id", "employee__login").first()
    )
    found = by_login or by_number
    return Account(*found) if found else None
