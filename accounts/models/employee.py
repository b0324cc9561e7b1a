"""People: one row per person, their numbers, and the roles they were granted."""

from __future__ import annotations

import uuid

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.enums import EmploymentType, Role, Theme
from accounts.models.agency import Agency
from core.constraints import not_blank, one_of

_ACCENTED = "àáâãäåāèéêëēìíîïīòóôõöōùúûüūñçÀÁÂÃÄÅĀÈÉÊËĒÌÍÎÏĪÒÓÔÕÖŌÙÚÛÜŪÑÇ"
_PLAIN = "aaaaaaaeeeeeiiiiioooooouuuuuncAAAAAAAEEEEEIIIIIOOOOOOUUUUUNC"


class Translate(Func):
    """PostgreSQL's translate(): immutable, so a generated column may use it."""

    function = "translate"
    output_field = models.CharField()


class EmployeeManager(BaseUserManager["Employee"]):
    """Makes people; nobody is a superuser here, there is no admin site."""

    def create_user(self, login: str, password: str | None = None, **fields: object) -> Employee:
        """Create a person who can sign in, or, without a password, one who never does.

        Logins are kept in lower case, so that finding one needs no function index.
        """
        employee = self.model(login=login.lower(), **fields)
        if password is None:
            employee.set_unusable_password()
        else:
            employee.set_password(password)
        employee.save(using=self._db)
        return employee

    def get_by_natural_key(self, username: str | None) -> Employee:
        """Find a person by login."""
        return self.get(login=username)


class Employee(AbstractBaseUser):
    """One person: a civil servant, the Mayor, or somebody who never signs in (unusable password).

    The login is separate from the NIP, which has a history of its own (PersonnelNumber).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    login = models.CharField(_("login"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=160)
    sort_name = models.GeneratedField(
        expression=Lower(Translate(F("name"), Value(_ACCENTED), Value(_PLAIN))),
        output_field=models.CharField(max_length=160, db_collation="C"),
        db_persist=True,
    )
    email = models.EmailField(_("e-mail"), null=True, blank=True)  # noqa: DJ001 - NULL says that there is none
    employment_type = models.CharField(_("employment"), max_length=10, choices=EmploymentType)
    is_active = models.BooleanField(_("may sign in"), default=True)
    left_on = models.DateField(_("left the service on"), null=True, blank=True)
    language = models.CharField(_("language"), max_length=5, blank=True)
    theme = models.CharField(_("appearance"), max_length=10, choices=Theme, default=Theme.AUTO)
    # The address of the calendar is signed with this number, so a higher one makes the earlier address useless.
    calendar_number = models.PositiveIntegerField(_("generation of the calendar"), default=0, db_default=0)
    has_calendar = models.BooleanField(_("calendar is on"), default=False, db_default=False)
    session_epoch = models.PositiveIntegerField(_("generation of sessions"), default=0, db_default=0)

    objects = EmployeeManager()

    USERNAME_FIELD = "login"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name", "employment_type"]

    class Meta:
        verbose_name = _("employee")
        verbose_name_plural = _("employees")
        constraints = [
            one_of("employment_type", EmploymentType, name="employee_employment_known"),
            one_of("theme", Theme, name="employee_theme_known"),
            not_blank("name", name="employee_has_a_name"),
            models.CheckConstraint(
                condition=Q(login=Lower("login")) & Q(login__regex=r"^\S+$"),
                name="employee_login_lowercase",
                violation_error_message=_("Write the login in lower case and without spaces."),
            ),
        ]
        indexes = [
            models.Index(fields=["sort_name", "id"], name="employee_by_name"),
            # Parts of names, for whoever looks for a colleague in the whole city.
            GinIndex(fields=["sort_name"], opclasses=["gin_trgm_ops"], name="employee_name_parts"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        """The name as people write it."""
        return self.name

    def get_short_name(self) -> str:
        """The first word of the name."""
        return self.name.split()[0]

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What every session of this person must match: the password and the generation of sessions.

        Raising `session_epoch` ends all of them at once, without looking for them in the session table
        (accounts.services.sessions.end_sessions).
        """
        return salted_hmac(
            "accounts.models.Employee.session",
            f"{self.session_epoch}:{self.password}",
            secret=secret,
            algorithm="sha256",
        ).hexdigest()


class PersonnelNumber(models.Model):
    """A NIP or NI PPPK and the days it was valid; a contract employee who becomes a PNS gets a new one."""

    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="numbers")
    digits = models.CharField(_("NIP or NI PPPK"), max_length=18)
    period = DateRangeField(_("valid"))

    class Meta:
        verbose_name = _("personnel number")
        verbose_name_plural = _("personnel numbers")
        constraints = [
            models.UniqueConstraint(
                fields=["digits"],
                name="number_once",
                violation_error_message=_("This NIP is already in use."),
            ),
            models.CheckConstraint(
                condition=Q(digits__regex=r"^[0-9]{18}$"),
                name="number_has_18_digits",
                violation_error_message=_("A NIP or NI PPPK has 18 digits."),
            ),
            ExclusionConstraint(
                name="number_one_at_a_time",
                expressions=[("employee", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                violation_error_message=_("A person has one number at a time."),
            ),
        ]

    def __str__(self) -> str:
        return "personnel number"


class RoleGrantQuerySet(models.QuerySet["RoleGrant"]):
    """Filters on grants."""

    def valid_on(self, day: object) -> RoleGrantQuerySet:
        """Grants in force on the day."""
        return self.filter(period__contains=day)


class RoleGrant(models.Model):
    """A role in an agency and everything below it, for some days, given by somebody for a reason."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    employee = models.ForeignKey(Employee, on_delete=models.RESTRICT, related_name="grants")
    role = models.CharField(_("role"), max_length=30, choices=Role)
    agency = models.ForeignKey(Agency, on_delete=models.RESTRICT, related_name="grants")
    period = DateRangeField(_("valid"))
    granted_by = models.ForeignKey(Employee, on_delete=models.RESTRICT, null=True, related_name="+")
    reason = models.TextField(_("reason"))

    objects = RoleGrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("role grant")
        verbose_name_plural = _("role grants")
        constraints = [
            one_of("role", Role, name="grant_role_known"),
            not_blank("reason", name="grant_has_a_reason"),
            ExclusionConstraint(
                name="grant_once_at_a_time",
                expressions=[
                    ("employee", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("agency", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("This person already holds the role in this agency on these days."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} of {self.employee_id}"
